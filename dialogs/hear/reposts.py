"""再接: the shop's own rolling list, copied by a neighbour, with a line added or changed. All of it is read, row by row;
whoever takes the order compares the rows with what stands already."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from dialogs.hear.lists import MOST_ENTRIES, Entry, Row, row
from dialogs.hear.money import plain
from dialogs.hear.offer import open_in
from dialogs.hear.reading import Reading
from dialogs.hear.scene import Scene, act, ask, ignore
from shop.goods import Campaign

HEAD = re.compile(
    r"\s*(?:接龙|今日特价|报名|秒杀|拼团)[｜|]\s*(?P<title>[^\n]{1,60}?)(?:[（(][^（()）\n]{1,16}截[)）])?[ \t]*(?:\n|$)"
)
NUMBERED = re.compile(r"\s*(?P<no>\d{1,3})[ .、]\s*(?P<rest>\S.*)")
FOOT = re.compile(r"\s*(?:\d+ 人|还没有人接).*(?:要的|要来的)回")
HIDDEN = re.compile(r"\s*…前面 \d+ 条")
FOR = re.compile(r"\s*[（(]给(?P<whom>[^（()）\n]{1,16})[)）]\s*$")


def repost(scene: Scene) -> Reading | None:
    """Lines as in any list, each `for` the name as written; slots: `list` (the campaign) and `rows`, each with no, name,
    for (whom that person took it for) and lines."""
    raw = scene.typed.raw
    head = HEAD.match(raw)
    campaign = _titled(scene, head["title"]) if head else None
    if head is None or campaign is None:
        return None
    if any(said.who == "bot" and said.text.strip() == raw.strip() for said in scene.context.history):
        return ignore(why="原样转发的接龙")
    here = replace(scene, offer=open_in(scene.offer.catalogue, (campaign.id,)))
    return _read(here, campaign, list(_entries(raw[head.end() :])))


def _titled(scene: Scene, title: str) -> Campaign | None:
    return next((one for one in scene.offer.campaigns if one.title.strip() == title.strip()), None)


def _entries(text: str) -> Iterator[Entry]:
    """Numbered lines; behind the foot a line needs no number (老周 2盒)."""
    last, ended = 0, False
    for line in text.splitlines()[:MOST_ENTRIES]:
        if FOOT.match(line):
            ended = True
        elif HIDDEN.match(line):
            continue
        elif found := NUMBERED.match(line):
            last = int(found["no"])
            yield Entry(last, found["rest"].strip())
        elif ended and line.strip():
            last += 1
            yield Entry(last, line.strip())


def _read(scene: Scene, campaign: Campaign, entries: Sequence[Entry]) -> Reading:
    rows: list[Row] = []
    told: list[dict[str, Any]] = []
    for entry in entries:
        said = FOR.search(entry.text)
        one = row(scene, replace(entry, text=entry.text[: said.start()] if said else entry.text), rows)
        rows.append(one)
        told.append(_told(entry, one, said["whom"] if said else None))
    lines = [line for one in rows for line in one.lines]
    slots = {"entries": len(rows), "list": campaign.id, "rows": told}
    unclear = [clarify for one in rows for clarify in one.unclear]
    if lines:
        return act("jielong.post", lines, slots, why=f"自家的接龙 {len(rows)} 行")
    if unclear:
        return ask("jielong.post", unclear[0], slots, why="接龙里的货没说清")
    return ignore(why="接龙里还没有人")


def _told(entry: Entry, read: Row, whom: str | None) -> dict[str, Any]:
    goods = [
        {"sku": line.sku, "qty": plain(line.qty), "unit": line.unit, "op": line.op} for line in read.lines
    ]
    return {"no": entry.no, "name": read.name, **({"for": whom} if whom else {}), "lines": goods}
