"""The shops and the way messages are written down in this folder's .txt files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dialogs.hear import Context, Reader, Reading
from dialogs.hear.command import as_json, context_from
from shop.goods import load

HERE = Path(__file__).parent
CAMPAIGNS = {  # the letter of those that may be open in each shop
    "fruit": "C", "corner": "T", "market": "M", "tea": "K",
    "deli": "T", "bakery": "D", "florist": "M", "grocer": "E", "hardware": "G",
    "pantry": "T", "pharmacy": "G", "riverside": "G",
    "breakfast": "W", "pets": "X", "stationer": "Q", "barber": "Y", "frozen": "Z", "nursery": "N", "hotpot": "K", "liquor": "J", "clothes": "V", "household": "U",
    "cosmetics": "P", "digital": "F",
}  # fmt: skip
BUYING = {"order.add", "groupbuy.join", "flash.take"}  # one and the same where the lines are right


@cache
def fruit_shop() -> Reader:
    return Reader(load(HERE / "fruit_shop.json"))


@cache
def another_shop(name: str) -> Reader:
    """A bakery with classes, a butcher with fish and rice, a hardware store."""
    return Reader(load(HERE / f"{name}.json"))


@dataclass(frozen=True, slots=True)
class Labelled:
    """One line of a .txt file: where | what | meaning."""

    where: str
    text: str
    meaning: str

    def context(self, campaigns: str) -> Context:
        """`g1` is a group with the campaign C1 open (T1 in the corner shop); JSON behind it adds cart, quote, pending …"""
        place, _, more = self.where.partition(" ")
        chat = {"g": "group", "p": "private", "s": "group", "a": "admin"}[place[0]]
        opened = [f"{campaigns}{n}" for n in place[1:]] or (
            ["C1"] if place == "a" and campaigns == "C" else []
        )
        context: dict[str, Any] = {"chat": chat, "campaigns": opened, **(json.loads(more) if more else {})}
        if place == "s":
            context["mention"] = "@shop"
        for kept in ("cart", "last_order"):
            context[kept] = [
                dict(zip(("sku", "qty", "unit"), line.split("×"), strict=True))
                for line in context.get(kept, ())
            ]
        return context_from(context)


def misread(file: Path) -> list[str]:
    """Every line that its shop takes for something else, and for what."""
    shop = file.stem.partition("_")[2] or "fruit"
    reader = fruit_shop() if shop == "fruit" else another_shop(shop)
    readings = [(said, reader.read(said.text, said.context(CAMPAIGNS[shop]))) for said in written(file.name)]
    assert readings, "nothing is written here"
    return [
        f"{said.where} | {said.text} | {said.meaning} ≠ {meaning(reading)}"
        for said, reading in readings
        if not agrees(reading, said.meaning)
    ]


def written(name: str) -> Iterator[Labelled]:
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            where, text, meaning = (part.strip() for part in line.split(" | "))
            yield Labelled(where, text.replace("⏎", "\n"), meaning)


def meaning(reading: Reading) -> str:
    """A reading as the .txt files write it."""
    lines = sorted(map(_line, as_json(reading)["lines"]))
    return " ".join([reading.action, reading.intent, *lines])


def _line(line: dict[str, Any]) -> str:
    op = f":{line['op']}" if line["op"] != "add" else ""
    whom = f"@{line['for']}" if "for" in line else ""
    return f"{line['sku']}×{line['qty']}{op}{whom}"


def agrees(reading: Reading, expected: str) -> bool:
    """Silence is silence whatever it is called, and the three ways to buy are one."""
    action, intent, *lines = expected.split(" ")
    got_action, got_intent, *got_lines = meaning(reading).split(" ")
    if action == "ignore":
        return got_action == "ignore"
    same = got_intent == intent or {got_intent, intent} <= BUYING
    return got_action == action and same and sorted(_joined(got_lines)) == sorted(_joined(lines))


def _joined(words: list[str]) -> list[str]:
    """Names with a blank in them (7栋 老吴) were split; put them together again."""
    found: list[str] = []
    for word in words:
        if "×" in word:
            found.append(word)
        else:
            found[-1] += f" {word}"
    return found
