"""What private servers for tests have in common: where they live, how they die, what happens when there is none."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

import pytest

PATIENCE = 30.0  # seconds for a server to start or stop
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)
# The farewell below is sent when the *thread* that started the server ends, so this one lives as long as the tests.
_nursery = ThreadPoolExecutor(1, thread_name_prefix="servers")


def none_here(what: str) -> NoReturn:
    """Without the server the tests that need it are skipped, but never in CI: there they would pass by absence."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"no {what} is installed here", pytrace=False)
    pytest.skip(f"no {what} is installed here")


def user_for_servers() -> str | None:
    """PostgreSQL refuses to run as root; then it runs as nobody."""
    return "nobody" if os.geteuid() == 0 else None


def private_folder(prefix: str) -> Path:
    """A short path (a unix socket's name has about 100 bytes) that only the server's user may enter."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp" if Path("/tmp").is_dir() else None))
    folder.chmod(0o700)
    if user := user_for_servers():
        shutil.chown(folder, user)
    return folder


def launch(
    command: list[str], *, log: Path, farewell: signal.Signals, as_us: bool = False
) -> subprocess.Popen[bytes]:
    """Start a server that is sent `farewell` when the tests end, however they end. `as_us`: it reads files of this
    checkout, which may lie where nobody else can look."""

    def die_with_parent() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(farewell))

    with log.open("ab") as out:
        return _nursery.submit(
            subprocess.Popen,
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd="/",
            user=None if as_us else user_for_servers(),
            preexec_fn=die_with_parent,
        ).result()


def wait_until(is_ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server is ready; RuntimeError with the end of its log when it dies or takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the server did not start: {log.read_text(errors='replace')[-800:]}")
        time.sleep(0.005)
