"""Every test in this folder that opens `shop` ends with the books in order."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from shop.database import close_database, migrate, open_database, record_modules
from shop.invariants import broken
from shop.kit.ids import ShopId
from tests.support.postgres import PostgresServer, in_a_loop_of_its_own
from tests.support.world import a_shop


@pytest.fixture(scope="session")
def migrated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, Path], str]:
    """Gives the URL of an empty database as the migrations make it, with every CHECK and UNIQUE of the house."""
    made: dict[str, str] = {}

    def give(database: str, folder: Path) -> str:
        if database == "postgres":
            server: PostgresServer = request.getfixturevalue("postgres_server")
            if database in made:
                server.sweep("shop_migrated")
            else:
                server.run("CREATE DATABASE shop_migrated")
                made[database] = server.url("shop_migrated")
                in_a_loop_of_its_own(_migrate(made[database]))
            return made[database]
        if database not in made:
            made[database] = str(tmp_path_factory.mktemp("migrated") / "shop.db")
            in_a_loop_of_its_own(_migrate(f"sqlite:///{made[database]}"))
        shutil.copyfile(made[database], folder / "shop.db")
        return f"sqlite:///{folder / 'shop.db'}"

    return give


async def _migrate(url: str) -> None:
    await open_database(url, models=record_modules())
    await migrate()
    await close_database()


@pytest.fixture
async def books(database: str, migrated: Callable[[str, Path], str], tmp_path: Path) -> AsyncIterator[str]:
    """An open database with empty tables, for this test alone; gives which kind it is."""
    await open_database(migrated(database, tmp_path), models=record_modules())
    yield database
    await close_database()


@pytest.fixture
async def shop(books: str) -> AsyncIterator[ShopId]:
    """An open shop. When the test is over its books must still be in order."""
    opened = await a_shop()
    yield opened
    assert await broken(opened) == []
