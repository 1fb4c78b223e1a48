"""Empty databases for walks outside of pytest, one after the other."""

from __future__ import annotations

import shutil
from pathlib import Path

from shop.database import record_modules
from shop.engines.sqlite import PRAGMAS
from tests.conftest import make_tables
from tests.support.postgres import PostgresServer, in_a_loop_of_its_own
from tests.support.walk import Empty


def sqlite(folder: Path) -> Empty:
    """The same file in this folder, each time as good as new."""
    PRAGMAS["synchronous"] = "OFF"  # losing power is not among the faults of a walk
    made, used = folder / "empty.db", folder / "walk.db"
    in_a_loop_of_its_own(make_tables(f"sqlite:///{made}", tuple(record_modules())))

    def empty() -> str:
        shutil.copyfile(made, used)
        return f"sqlite:///{used}"

    return empty


def postgres(server: PostgresServer) -> Empty:
    server.run("CREATE DATABASE walk")
    in_a_loop_of_its_own(make_tables(server.url("walk"), tuple(record_modules())))

    def empty() -> str:
        server.sweep("walk")
        return server.url("walk")

    return empty
