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
    port: Annotated[int, typer.Option(help="Where the web room is: http://127.0.0.1:PORT")] = 8000,
    catalogue: CatalogueOption = None,
    data: Annotated[
        Path | None, typer.Option(help="Keep the data here between runs; without it: a fresh shop.")
    ] = None,
    now: Annotated[
        str | None, typer.Option(help="Start the clock here, ISO 8601: 2026-05-01T10:00+08:00.")
    ] = None,
) -> None:
    """Try the shop at once: a seeded fruit shop with a web room, nothing to install, no account."""
    from bot import run

    _log(LogPart(level="warning"))
    goods = _catalogue(catalogue) or run.demo_goods()
    start = _moment(now, goods.tz) if now else None
    _run(run.demo(port=port, catalogue=goods, data=data, now=start, say=typer.echo))


@app.command(name="run")
def run_(
    config: ConfigOption = Path("config.toml"),
    catalogue: CatalogueOption = None,
) -> None:
    """Run the shop of a config file; the first start says the pairing code that makes somebody the owner."""
    from bot import run

    settings = _settings(config)
    _log(settings.log)
    _run(run.run(settings, catalogue=_catalogue(catalogue), say=typer.echo))


@app.command()
def chat(
    catalogue: CatalogueOption = None,
    data: Annotated[Path | None, typer.Option(help="Keep the data here between runs.")] = None,
    who: Annotated[str, typer.Option(help="Who you are at first.")] = "小李",
) -> None:
    """The same shop in this terminal. `店主: 今日订单` speaks as somebody else, `小李@水果群: 菜单` in the group."""
    from bot import run, terminal_chat

    _log(LogPart(level="error"))
    goods = _catalogue(catalogue) or run.demo_goods()
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
    """Run .chat transcripts against a fresh shop; prints the first difference of each, exit status 1 if there is one."""
    from bot import performance, run

    _log(LogPart(level="error"))
    goods = _catalogue(catalogue) or run.demo_goods()
    failed = _run(performance.perform_all(transcripts, goods, database=database, show=show, say=typer.echo))
    if failed:
        raise typer.Exit(1)


@app.command()
def understand(
    catalogue: Annotated[Path, typer.Option("--catalogue", help="A catalogue file (JSON).")],
) -> None:
    """Read messages (JSON lines on stdin), write readings (JSON lines on stdout): the very code the bot uses."""
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
    """Put the goods of a catalogue file on the shelves; goods that are there already stay as they are."""
    from bot import upkeep

    settings = _settings(config)
    goods = _catalogue(catalogue)
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
    """Look at config, database, Redis and the web port; a clear sentence for each fault, exit status 1 if there is one."""
    from bot import upkeep

    faults = _run(upkeep.check(_settings(config), say=typer.echo))
    if faults:
        raise typer.Exit(1)


# ── shared ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _settings(path: Path) -> Settings:
    from bot.settings import load

    try:
        return load(path, os.environ)
    except BadSettings as exc:
        _stop(f"{path}:\n{exc}")


def _catalogue(path: Path | None) -> Any:
    from shop.goods import BadCatalogue, load

    if path is None:
        return None
    try:
        return load(path)
    except BadCatalogue as exc:
        _stop(str(exc))


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
    from bot.upkeep import Fault

    try:
        return asyncio.run(work)
    except Fault as exc:
        _stop(str(exc))
    except OSError as exc:
        _stop(f"{exc.strerror or exc}. Is the port taken? Try another one: --port 8001")
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)


def main() -> None:
    app(prog_name="qundian")


if __name__ == "__main__":
    main()
