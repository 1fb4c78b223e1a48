"""python -m tests.bench.reading: how fast the reader is with few and with very many names, what fifty shops in one process
take, and how well it reads beside a plain keyword matcher on the labelled messages of tests/dialogs/hear."""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from itertools import product as pairs
from pathlib import Path
from typing import Any

from dialogs.hear import Context, Reader
from dialogs.hear.command import as_json, context_from
from shop.goods import Catalogue, Product, Sku, load
from shop.kit.money import Money
from tests.bench.keywords import Keywords

HEAR = Path(__file__).parents[1] / "dialogs" / "hear"
SHOPS, WORDS = 50, 500
SIZES = (50, 500, 5_000, 50_000)
BUYING = {"order.add", "groupbuy.join", "flash.take"}
Line = tuple[str, str, str, str]
Read = tuple[str, str, list[Line]]

HEADS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥金木水火土风云雨雪霜露江河湖海山川林石松竹梅兰菊荷莲桂桃李杏枣"
TAILS = (
    "脆瓜",
    "香糕",
    "酥饼",
    "甜笋",
    "嫩芽",
    "鲜菇",
    "细面",
    "厚乳",
    "清茶",
    "老酒",
    "花皂",
    "软巾",
    "圆灯",
    "长绳",
    "方盒",
    "短刷",
    "白碗",
    "青壶",
    "红豆",
    "黑米",
)


def main() -> None:
    for size in SIZES:
        alone(f"speed({size})")
    alone("many_shops()")
    print()
    beside()


def alone(call: str) -> None:
    """In a process of its own: each with a memory of its own."""
    subprocess.run([sys.executable, "-c", f"from tests.bench import reading; reading.{call}"], check=True)


# ── speed ───────────────────────────────────────────────────────────────────────────────────────────────────────


def speed(size: int) -> None:
    said = [(message["text"], context_from(message["context"])) for message in labelled()]
    began = time.perf_counter()
    reader = Reader(with_names(size))
    reader.read("来2箱橙子")
    ready = time.perf_counter() - began
    for text, context in said:
        reader.read(text, context)
    each = []
    for _ in range(5):
        for text, context in said:
            at = time.thread_time()  # its own time, whatever else the machine does
            reader.read(text, context)
            each.append((time.thread_time() - at) * 1e6)
    each.sort()
    at = time.perf_counter()
    Reader(with_names(size + 1))
    again = time.perf_counter() - at
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{size:>6} names: p50 {each[len(each) // 2]:.0f} µs, p99 {each[len(each) * 99 // 100]:.0f} µs; "
        f"{ready:.2f} s to the first answer, {again:.2f} s for a new product, {memory:.0f} MiB"
    )


def many_shops() -> None:
    """What fifty readers take beside one, their goods not counted: those stand in memory anyhow."""
    shop, names = load(HEAR / "fruit_shop.json"), made_up((SHOPS + 1) * WORDS)
    shops = [replace(shop, products=names[n * WORDS : (n + 1) * WORDS]) for n in range(SHOPS + 1)]
    kept = [heard_once(shops.pop())]
    before = resident()
    kept += map(heard_once, shops)
    print(f"{SHOPS} shops with {WORDS} names each: {resident() - before:.1f} MiB more than one")


def heard_once(shop: Catalogue) -> Reader:
    reader = Reader(shop)
    reader.read("来2箱橙子")
    return reader


def resident() -> float:
    """MiB that this process holds now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def with_names(size: int) -> Catalogue:
    """The fruit shop and so many further names."""
    shop = load(HEAR / "fruit_shop.json")
    return Catalogue(
        shop.shop_id, shop.shop_name, shop.tz, shop.now, shop.groups, shop.units, (*shop.products, *made_up(size)),
        shop.campaigns, shop.coupons,
    )  # fmt: skip


def made_up(many: int) -> tuple[Product, ...]:
    """Goods whose names are made of characters that look like goods."""
    names = (f"{a}{b}{tail}" for a, b, tail in pairs(HEADS, HEADS, TAILS))
    return tuple(_goods(n, name) for n, name in enumerate(islice(names, many)))


def _goods(n: int, name: str) -> Product:
    sku = Sku(f"X{n}-1", f"X{n}", "", "份", Money(500), True)
    return Product(f"X{n}", name, (sku,), (), "", "")


# ── how well ────────────────────────────────────────────────────────────────────────────────────────────────────


def labelled() -> Iterator[dict[str, Any]]:
    with (HEAR / "labelled.jsonl").open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def beside() -> None:
    shop = load(HEAR / "fruit_shop.json")
    reader, plain = Reader(shop), Keywords(shop)
    counts: dict[str, Counter[str]] = {"the reader": Counter(), "keywords": Counter()}
    for message in labelled():
        context = context_from(message["context"])
        count(counts["the reader"], message["expect"], ours(reader, message["text"], context))
        count(counts["keywords"], message["expect"], plain.read(message["text"], context))
    for who, n in counts.items():
        print(
            f"{who:<12} action and intent {n['reading'] / n['all']:.1%}   lines {n['lines'] / n['with lines']:.1%}   "
            f"wrong acts {n['wrong'] / n['all']:.1%}   speaks where it should be silent {n['speaks'] / n['silent']:.1%}"
        )
    print(f"{n['all']} labelled messages of one shop; the reader was made with them, the keywords were not")


def ours(reader: Reader, text: str, context: Context) -> Read:
    reading = as_json(reader.read(text, context))
    return reading["action"], reading["intent"], lines_of(reading["lines"])


def lines_of(rows: list[dict[str, Any]]) -> list[Line]:
    return [
        (row["sku"], "0" if row["op"] == "remove" else str(row["qty"]), row["op"], row.get("for") or "")
        for row in rows
    ]


def count(n: Counter[str], want: dict[str, Any], got: Read) -> None:
    action, intent, lines = got
    same_lines = amounts(lines) == amounts(lines_of(want.get("lines", [])))
    same_intent = intent == want["intent"] or (same_lines and {intent, want["intent"]} <= BUYING)
    is_silence = want["action"] == "ignore"
    right = action == want["action"] and (is_silence or same_intent)
    n["all"] += 1
    n["reading"] += right
    n["silent"] += is_silence
    n["speaks"] += is_silence and action != "ignore"
    n["with lines"] += bool(want.get("lines"))
    n["lines"] += bool(want.get("lines")) and same_lines and action == want["action"]
    n["wrong"] += action == "act" and not (right and same_lines)


def amounts(lines: list[Line]) -> Counter[Line]:
    return Counter((sku, str(Decimal(qty).normalize()), op, whom) for sku, qty, op, whom in lines)


if __name__ == "__main__":
    main()
