"""The house rules that a machine can check."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from bot.settings import Settings, from_mapping
from dialogs import refusals
from dialogs.notices import notices
from dialogs.register import by_intent, dialogues
from shop import events
from shop import refusals as shop_refusals
from shop.kit.refusal import Refusal

ROOT = Path(__file__).parents[2]


def test_the_arrows_between_the_floors_point_down() -> None:
    ran = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout


def test_every_refusal_has_its_sentence() -> None:
    named = {
        made
        for made in vars(shop_refusals).values()
        if isinstance(made, type) and issubclass(made, Refusal) and made is not Refusal
    }
    assert named == set(refusals.WORDS)


def test_every_event_has_its_notice() -> None:
    assert set(notices()) == set(events.KINDS)


def test_no_intent_starts_two_dialogues_and_every_dialogue_shows_how_it_is_said() -> None:
    known = dialogues()
    assert by_intent(known)
    for dialogue in known.values():
        assert dialogue.examples, dialogue.id
        assert dialogue.__doc__ or dialogue.__class__.__module__


def test_the_example_config_holds_every_key_with_its_default() -> None:
    data = tomllib.loads((ROOT / "config.example.toml").read_text(encoding="utf-8"))
    assert from_mapping(data, {}) == Settings()
    for part, field in Settings.model_fields.items():
        shown = data[part][0] if part == "channels" else data[part]
        default = field.default[0] if part == "channels" else field.default
        assert set(shown) == set(type(default).model_fields), part


def test_no_file_names_a_machine_or_a_registry() -> None:
    banned = ("/work/", "/root/", "pypi.org", "registry.npmjs", "deb.debian")
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    for name in tracked.splitlines():
        path = ROOT / name
        if path == Path(__file__) or not path.is_file() or path.suffix in {".png", ".jpg", ".woff2"}:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not [word for word in banned if word in text], name


def test_every_ignore_carries_its_reason() -> None:
    for floor in ("bot", "dialogs", "shop"):
        for path in (ROOT / floor).rglob("*.py"):
            if "migrations" in path.parts:
                continue
            for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                for mark in ("# noqa", "# type: ignore"):
                    if mark in line:
                        tail = line.split(mark, 1)[1]
                        assert " - " in tail or "  # " in tail, f"{path.name}:{n} says no reason"
