"""A fresh database for every test that asks for one, and every such test on both databases.

`pytest --db sqlite` (or postgres) runs them on one. A test module that needs tables of its own overrides `models`.
"""

from __future__ import annotations

import gc
import shutil
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
from tortoise.apps import Apps
from tortoise.context import require_context
from tortoise.models import Model

from shop.database import close_database, migrate, open_database, record_modules
from shop.engines.sqlite import PRAGMAS
from shop.transaction import CONNECTION
from tests.support.postgres import PostgresServer, in_a_loop_of_its_own
from tests.support.redis import RedisServer

gc.set_threshold(
    50_000, 20, 50
)  # of a test's time a fifth went into looking for garbage where there is little
DATABASES = ("sqlite", "postgres")
LONG = {
    "test_booking_walk",
    "test_campaign_walk",
    "test_kill",
    "test_mutants",
    "test_rush",
    "test_shutdown",
    "test_storm",
}  # files with a test of ten seconds and more
T = TypeVar("T")
Template = Callable[[str, tuple[str, ...]], str]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--db", choices=DATABASES, help="run tests that use a database on this one only")


def by_turns(cases: Sequence[T]) -> list[tuple[T, str]]:
    """Each case with one of the databases, for what proves the same on both and takes long."""
    return [(case, DATABASES[n % len(DATABASES)]) for n, case in enumerate(cases)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    said = [str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize")]
    if "database" in metafunc.fixturenames and not any("database" in names for names in said):
        chosen = metafunc.config.getoption("--db")
        metafunc.parametrize("database", [chosen] if chosen else DATABASES, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    chosen = config.getoption("--db")
    for other in (name for name in DATABASES if chosen and name != chosen):
        away = [item for item in items if _is_on(item, other)]
        config.hook.pytest_deselected(items=away)
        items[:] = [item for item in items if item not in away]
    items.sort(key=lambda item: item.path.stem not in LONG)  # or one of two workers waits for them at the end


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: nobody need look at it again."""
    gc.freeze()


def _is_on(item: pytest.Item, database: str) -> bool:
    params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    named: Sequence[str] = getattr(item, "fixturenames", ())
    return params.get("database") == database or any(database in name for name in named)


LOOPBACK = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "", None}


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """No test reaches the world: other names are not known, other addresses are an error."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def connect_nearby(self: socket.socket, address: Any) -> None:
        assert self.family == socket.AF_UNIX or address[0] in LOOPBACK, f"a test reaches out to {address}"
        connect(self, address)

    def look_up_nearby(host: Any, *args: Any, **kwargs: Any) -> Any:
        if (host.decode() if isinstance(host, bytes) else host) not in LOOPBACK:
            raise socket.gaierror(socket.EAI_NONAME, f"a test asks for {host}")
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_nearby)
        patch.setattr(socket, "getaddrinfo", look_up_nearby)
        yield


@pytest.fixture(scope="session", autouse=True)
def waits_for_the_disk() -> Iterator[str]:
    """Losing power is not among the faults that tests can make, so no commit of theirs waits for the disk. Gives what
    the shop itself says to SQLite."""
    own = str(PRAGMAS["synchronous"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRAGMAS, "synchronous", "OFF")
        yield own


@pytest.fixture(scope="session", autouse=True)
def models_are_worked_out_once() -> Iterator[None]:
    """tortoise works out what may be asked of a model anew each time a database is opened, which is always the same in
    one dialect. Tests open thousands of databases, a shop one."""
    work_out = Apps._build_initial_querysets
    known: dict[type[Model], str] = {}

    def work_out_what_is_new(self: Apps) -> None:
        dialect = self._connections.get(CONNECTION).capabilities.dialect
        models = set(self.get_models_iterable())
        if any(known.get(model) != dialect for model in models):
            work_out(self)
            known.update(dict.fromkeys(models, dialect))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Apps, "_build_initial_querysets", work_out_what_is_new)
        yield


@pytest.fixture
def models() -> tuple[str, ...]:
    """The modules whose tables exist in the database; shop/records unless a test module overrides this fixture."""
    return tuple(record_modules())


@pytest.fixture
def database_url(database: str, request: pytest.FixtureRequest) -> str:
    """The URL of a database with empty tables, for this test alone; the test runs once on either database."""
    url: str = request.getfixturevalue(f"{database}_url")
    return url


@pytest.fixture
def sqlite_url(empty_file: Callable[[], str]) -> str:
    """For a test that is about SQLite."""
    return empty_file()


@pytest.fixture
def empty_file(models: tuple[str, ...], template: Template, tmp_path: Path) -> Callable[[], str]:
    """For a test that wants more than one: each call gives the URL of a new file. The tables are copied, for to
    migrate takes a hundred times as long."""
    numbers = count()

    def made() -> str:
        place = tmp_path / f"shop{next(numbers) or ''}.db"
        shutil.copyfile(template("sqlite", models), place)
        return f"sqlite:///{place}"

    return made


@pytest.fixture
def postgres_url(models: tuple[str, ...], template: Template) -> str:
    """For a test that is about PostgreSQL."""
    return template("postgres", models)


@pytest.fixture
async def shop_db(database_url: str, models: tuple[str, ...]) -> AsyncIterator[str]:
    """The database of this test, open. Gives its URL."""
    await open_database(database_url, models=models)
    yield database_url
    await close_database()


@pytest.fixture(scope="session")
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Gives the place of a database with these tables, empty: a file to be copied, or a URL."""
    made: dict[tuple[str, tuple[str, ...]], str] = {}

    def give(database: str, models: tuple[str, ...]) -> str:
        place = made.get((database, models))
        if database == "postgres":
            server: PostgresServer = request.getfixturevalue("postgres_server")
            name = f"shop_{len(made)}"
            if place is None:
                server.run(f"CREATE DATABASE {name}")
                place = server.url(name)
                in_a_loop_of_its_own(make_tables(place, models))
            else:
                server.sweep(place.removeprefix("postgres:///").partition("?")[0])
        elif place is None:
            place = str(tmp_path_factory.mktemp("template") / "shop.db")
            in_a_loop_of_its_own(make_tables(f"sqlite:///{place}", models))
        made[database, models] = place
        return place

    return give


async def make_tables(url: str, models: tuple[str, ...]) -> None:
    """Make the tables of these modules in an empty database: the shop's own as the shop makes them, by migration."""
    await open_database(url, models=models)
    if list(models) == record_modules():
        await migrate()  # only migrations know every CHECK and UNIQUE
    else:
        await require_context().generate_schemas(safe=False)
    await close_database()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL for the whole session. For everything that does not harm it."""
    server = PostgresServer("synchronous_commit=off")
    yield server
    server.close()


@pytest.fixture
def mortal_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL for one test, to be crashed or reconfigured."""
    server = PostgresServer()
    yield server
    server.close()


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A Redis for one test: it may be killed, frozen and flushed."""
    server = RedisServer()
    yield server
    server.close()
