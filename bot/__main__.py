"""qundian: the command line. Each command says what it does, what went wrong and what to do next."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine
from datetime import datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from bot.settings import BadSettings, LogPart, Settings

app = typer.Typer(
    help="群店 Qundian: a shop that lives in group chats. Start with `qundian demo`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ConfigOption = Annotated[
    Path, typer.Option("--config", "-c", help="The config file (see config.example.toml).")
]
CatalogueOption = Annotated[Path | None, typer.Option("--catalogue", help="A catalogue file (JSON).")]
DataOption = Annotated[
    Path | None,
    typer.Option(file_okay=False, help="Keep the data here between runs; without it: a fresh shop."),
]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"qundian {installed_version('qundian')}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version and stop.")
    ] = False,
) -> None:
    pass


@app.command()
def demo(
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Where the web room is: http://127.0.0.1:PORT")
    ] = 8000,
    catalogue: CatalogueOption = None,
    data: DataOption = None,
    now: Annotated[
        str | None, typer.Option(help="Start the clock here, ISO 8601: 2026-05-01T10:00+08:00.")
    ] = None,
) -> None:
    """Try the shop at once: a seeded fruit shop with a web room.

    Nothing to install, no account; without --data it is a fresh shop each time.
    """
    from bot import run, upkeep

    _log(LogPart(level="warning"))
    goods = _assortment(catalogue) or run.demo_goods()
    start = _moment(now, goods.tz) if now else None
    if upkeep.port_fault("127.0.0.1", port):
        _stop(f"the port {port} is taken: try another one, --port {port % 65535 + 1}", status=1)
    _run(run.demo(port=port, catalogue=goods, data=data, now=start, say=typer.echo))


@app.command(name="run")
def run_(
    config: ConfigOption = Path("config.toml"),
    catalogue: CatalogueOption = None,
) -> None:
    """Run the shop of a config file, until it is told to stop.

    While the shop has no owner, the start says a pairing code; who sends it to the shop in private is the owner.
    """
    from bot import run, upkeep

    settings, goods = _settings(config), _assortment(catalogue)
    _log(settings.log)

    async def work() -> None:
        await upkeep.ready(settings)
        await run.run(settings, catalogue=goods, say=typer.echo)

    _run(work())


@app.command()
def chat(
    catalogue: CatalogueOption = None,
    data: DataOption = None,
    who: Annotated[str, typer.Option(help="Who you are at first.")] = "小李",
) -> None:
    """Talk to the demo shop in this terminal.

    `店主: 今日订单` speaks as somebody else, `小李@水果群: 菜单` in the group.
    """
    from bot import run, terminal_chat

    _log(LogPart(level="error"))
    goods = _assortment(catalogue) or run.demo_goods()
    _run(terminal_chat.chat(goods, data=data, who=who, say=typer.echo))


@app.command()
def play(
    transcripts: Annotated[list[Path], typer.Argument(help="Files ending in .chat.")],
    catalogue: CatalogueOption = None,
    database: Annotated[str, typer.Option(help="Another (empty) database than a fresh embedded one.")] = "",
    show: Annotated[
        bool, typer.Option("--show", help="Print what is really said instead of comparing.")
    ] = False,
) -> None:
    """Play .chat transcripts to a fresh shop and compare.

    Prints the first difference of each; the exit status is 1 if there is one.
    """
    from bot import performance, run

    _log(LogPart(level="error"))
    goods = _assortment(catalogue) or run.demo_goods()
    failed = _run(performance.perform_all(transcripts, goods, database=database, show=show, say=typer.echo))
    if failed:
        raise typer.Exit(1)


@app.command()
def understand(
    catalogue: Annotated[Path, typer.Option("--catalogue", help="A catalogue file (JSON).")],
) -> None:
    """Read messages as JSON lines and write what they mean.

    Messages on stdin, readings on stdout, by the very code that the bot uses.
    """
    from dialogs.hear import Reader
    from dialogs.hear.command import readings

    goods = _catalogue(catalogue)
    assert goods is not None
    reader = Reader(goods)
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # stdin is a text file here
    sys.stdout.reconfigure(encoding="utf-8", line_buffering=False)  # type: ignore[union-attr]  # and so is stdout
    for line in readings(sys.stdin, reader):
        sys.stdout.write(line + "\n")


@app.command()
def seed(
    catalogue: Annotated[Path, typer.Option("--catalogue", help="A catalogue file (JSON).")],
    config: ConfigOption = Path("config.toml"),
) -> None:
    """Put the goods of a catalogue file on the shelves.

    Goods that are there already stay as they are.
    """
    from bot import upkeep

    settings = _settings(config)
    goods = _assortment(catalogue)
    assert goods is not None
    new = _run(upkeep.seed_goods(settings, goods))
    typer.echo(f"上架了 {new} 样，原来就有的没动")


@app.command()
def migrate(config: ConfigOption = Path("config.toml")) -> None:
    """Bring the database up to date."""
    from bot import upkeep

    done = _run(upkeep.migrate(_settings(config)))
    typer.echo("\n".join(f"applied {name}" for name in done) if done else "the database is up to date")


@app.command()
def check(config: ConfigOption = Path("config.toml")) -> None:
    """Look at config, database, Redis and the web port.

    One clear sentence for each fault; the exit status is 1 if there is one.
    """
    from bot import upkeep

    faults = _run(upkeep.check(_settings(config), say=typer.echo))
    if faults:
        raise typer.Exit(1)


@app.command()
def audit(
    config: ConfigOption = Path("config.toml"),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    only_look: Annotated[bool, typer.Option("--look", help="Write nothing, open no ticket.")] = False,
) -> None:
    """Ask the database whether its books are in order.

    One line for each check, by its figure; the books are not changed. What is wrong goes to the agents' desk, once while
    it lasts. The exit status is 1 when one found something.
    """
    from bot import auditor
    from bot.clock import SystemClock

    now = SystemClock().now()
    audited = auditor.audit_all(
        _settings(config), say=typer.echo, as_json=as_json, only_look=only_look, now=now
    )
    if _run(audited):
        raise typer.Exit(1)


# ── shared ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _settings(path: Path) -> Settings:
    from bot.settings import load

    try:
        return load(path, os.environ)
    except BadSettings as exc:
        _stop(str(exc) if str(path) in str(exc) else f"{path}:\n{exc}")


def _catalogue(path: Path | None) -> Any:
    """What the file says, or None without one."""
    from shop.goods import BadCatalogue, load

    if path is None:
        return None
    try:
        return load(path)
    except BadCatalogue as exc:
        _stop(str(exc) if str(path) in str(exc) else f"{path}: {exc}")


def _assortment(path: Path | None) -> Any:
    """A catalogue that a shop is to be opened with: its stock and its promotions are looked at as well."""
    from bot.upkeep import look_through
    from shop.goods import BadCatalogue

    goods = _catalogue(path)
    try:
        return look_through(goods) if goods else None
    except BadCatalogue as exc:
        _stop(f"{path}: {exc}")


def _moment(text: str, tz: str) -> datetime:
    from zoneinfo import ZoneInfo

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        _stop(f"--now is not a moment: {text} (write 2026-05-01T10:00+08:00)")
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(tz))


def _log(part: LogPart) -> None:
    from bot import log

    log.set_up(part)


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """What is wrong with the config or the command is exit status 2, what is wrong with the world is 1."""
    from bot.upkeep import Fault
    from shop.goods import BadCatalogue

    try:
        return asyncio.run(work)
    except (BadSettings, BadCatalogue) as exc:
        _stop(str(exc))
    except Fault as exc:
        _stop(str(exc), status=1)
    except OSError as exc:
        where = f"{exc.filename}: " if exc.filename else ""
        _stop(f"{where}{exc.strerror or exc}", status=1)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _stop(sentence: str, *, status: int = 2) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(status)


def main() -> None:
    app(prog_name="qundian")


if __name__ == "__main__":
    main()
