"""接龙: a numbered list is read line by line, one person each; headings, examples and sign-up lists are none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from dialogs.hear.lexicon import patterns
from dialogs.hear.list_names import DELETED, SAME, name_and_goods
from dialogs.hear.normalise import normalise
from dialogs.hear.numbered import NUMBERS
from dialogs.hear.offer import Want
from dialogs.hear.orders import merged, settled_want
from dialogs.hear.quantities import Quantity
from dialogs.hear.reading import Clarify, Line, Reading
from dialogs.hear.scene import Scene, act, ask, ignore, left_over
from dialogs.hear.settle import settle
from dialogs.hear.wants import gather

NUMBERED = re.compile(
    r"^\s*[(（【\[]?(?P<no>[0-9０-９]{1,3}(?:\ufe0f?\u20e3)?|[①-⑳])(?:[)）】\]]|[.、:：，．,。](?!\d{1,2}(?:元|块|斤|/))|\s(?=\S)|(?<=[①-⑳\u20e3])(?!\s*[+＋x×*]))\s*(?P<rest>.*)$"
)
EXAMPLE = re.compile(r"^\s*[(（【]?(?:例|示例|样例|举例|格式|模板)")
HEADING = re.compile(r"接龙|#")
MOST_ENTRIES = 500
LONGEST_ENTRY = 300  # signs; nobody orders so much, and it is not read


@dataclass(frozen=True, slots=True)
class Entry:
    """One numbered line and what was written below it."""

    no: int
    text: str  # as typed, after the number


@dataclass(frozen=True, slots=True)
class Listed:
    heading: str
    entries: tuple[Entry, ...]


def post(scene: Scene) -> Reading | None:
    listed = split(scene.typed.raw)
    if listed is None or not _is_list(scene, listed):
        return None
    if patterns("lists.toml")["signup"].search(_headings(scene, listed)) or _is_signup(scene, listed):
        return ignore(why="接龙是别的事")
    return _read(scene, listed)


def split(raw: str) -> Listed | None:
    """Heading and entries of a text with numbered lines; None when there are none."""
    heading: list[str] = []
    entries: list[Entry] = []
    closed = False
    for line in raw.splitlines():
        match = NUMBERED.match(line)
        if match and not EXAMPLE.match(line):
            no = _number(match["no"])
            if no == 1 and len(entries) > 1:
                heading += [entry.text for entry in entries]  # the numbers start again: that was a menu
                entries = []
            entries.append(Entry(no, match["rest"].strip()))
            closed = False
        elif not line.strip() or EXAMPLE.match(line):
            closed = bool(entries)
        elif entries and not closed:
            entries[-1] = replace(entries[-1], text=f"{entries[-1].text} {line.strip()}".strip())
            closed = len(line) > 40
        elif not entries:
            heading.append(line)
    return Listed("\n".join(heading), tuple(entries[:MOST_ENTRIES])) if entries else None


def _number(typed: str) -> int:
    """③ and ３ are 3."""
    return int(normalise(typed).text)


def _is_list(scene: Scene, listed: Listed) -> bool:
    numbers = [entry.no for entry in listed.entries]
    if len(numbers) == 1 and NUMBERS.match(scene.text):
        return False  # 2、5各一份
    if len(numbers) > 1:
        return numbers == sorted(numbers) and (
            len(numbers) > 2 or bool(HEADING.search(listed.heading)) or numbers[1] - numbers[0] == 1
        )
    if HEADING.search(listed.heading):
        return True
    if scene.context.chat == "group" and scene.offer.campaigns and listed.entries[0].no > 1:
        return True
    return any(
        split(said.text) is not None and len(said.text) > 6 for said in scene.context.history
    ) and bool(re.match(r"\s*[(（]?\d{1,3}[.、)）:：]", scene.typed.raw))


def _headings(scene: Scene, listed: Listed) -> str:
    before = [
        one.heading for said in scene.context.history if said.who != "bot" and (one := split(said.text))
    ]
    return "\n".join([listed.heading, *(before if len(listed.entries) == 1 else [])])


def _is_signup(scene: Scene, listed: Listed) -> bool:
    return bool(patterns("lists.toml")["entries"].search(" ".join(entry.text for entry in listed.entries)))


# --- the entries


@dataclass(frozen=True, slots=True)
class Row:
    """One entry read: who, what, and whether it is understood."""

    name: str
    lines: tuple[Line, ...]
    unclear: tuple[Clarify, ...]
    bare: bool  # an amount without goods


def _read(scene: Scene, listed: Listed) -> Reading | None:
    rows: list[Row] = []
    for entry in listed.entries:
        rows.append(row(scene, entry, rows))
    if not any(row.name for row in rows):
        return None  # one person's shopping list
    filled = [row for row in rows if row.lines or row.unclear]
    if not filled or len(filled) * 2 < len(rows):
        return ignore(why="接龙里多半不是货")
    ours = bool(scene.offer.campaigns) and _names_campaign(scene, listed)
    if all(row.bare for row in filled) and not ours:
        return ignore(why="接龙里只有数，标题不是我们的团")
    lines = [line for row in filled for line in row.lines]
    slots: dict[str, Any] = {"entries": len(rows)}
    unclear = [(row.name, clarify) for row in filled for clarify in row.unclear]
    if unclear:
        slots["unclear"] = [name for name, _ in unclear]
    if not lines:
        return ask("jielong.post", unclear[0][1], slots, why="接龙里的货没说清")
    return act("jielong.post", lines, slots, why=f"接龙 {len(rows)} 行")


def _names_campaign(scene: Scene, listed: Listed) -> bool:
    """A list of bare amounts belongs to an open campaign when its heading says nothing else."""
    heading = normalise(re.sub(r"[#＃]?接龙", "", listed.heading)).text.strip()
    if not heading:
        return True
    titles = "".join(campaign.title for campaign in scene.offer.campaigns)
    if re.search("团|秒杀|抢购|预定|预订|跟单", heading) or heading in titles:
        return True
    return any(piece.kind == "product" for piece in scene.lattice.cut(normalise(heading), by_sound=False))


def row(scene: Scene, entry: Entry, above: Sequence[Row]) -> Row:
    """Who wants what; 同上 is what the row above has."""
    if len(entry.text) > LONGEST_ENTRY:
        return Row("", (), (), False)
    name, rest = name_and_goods(scene, entry.text)
    if (same := SAME.search(rest)) and above:
        copied = [replace(line, for_whom=name or None) for line in above[-1].lines]
        more = _goods_row(scene, name, rest[same.end() :])  # 同上，再加可颂1个
        return Row(
            name,
            tuple(merged([*copied, *(replace(line, op="add") for line in more.lines)])),
            more.unclear,
            above[-1].bare,
        )
    if DELETED.search(rest) and len(rest) < 8:
        return Row(name, _deleted(scene, name, above), (), False)
    return _goods_row(scene, name, rest)


def _deleted(scene: Scene, name: str, above: Sequence[Row]) -> tuple[Line, ...]:
    mine = (
        [line for row in above if row.name == name for line in row.lines]
        or list(scene.context.cart)
        or _posted_before(scene, name)
    )
    return tuple(
        Line(line.sku, Decimal(0), line.unit, "remove", name or None, None, line.campaign) for line in mine
    )


def _posted_before(scene: Scene, name: str) -> list[Line]:
    """What this name had in the list as it was posted last."""
    lists = (split(said.text) for said in reversed(scene.context.history) if said.who != "bot")
    entries = [entry.text for listed in lists if listed for entry in reversed(listed.entries)]
    rows = (_goods_row(scene, *name_and_goods(scene, text)) for text in entries)
    return next((list(row.lines) for row in rows if row.name == name and row.lines), [])


def _goods_row(scene: Scene, name: str, rest: str) -> Row:
    gathered = gather(scene.cut(rest), scene.offer)
    wants = [
        replace(want, for_whom=want.for_whom or name or None, quantity=want.quantity or _one(want))
        for want in gathered.wants
        if want.source != "unknown"
    ]
    settled = [settled_want(want, scene) for want in wants]
    bare = not wants
    if wants and gathered.loose:
        settled = [Clarify("qty", (), "unclear", heard=want.heard) for want in wants]  # 香蕉1½斤
    if not wants and len(gathered.loose) == 1 and not left_over(gathered.left_over):
        settled = [_campaign_line(scene, name, gathered.loose[0])]
    lines = tuple(merged(one for one in settled if isinstance(one, Line)))
    return Row(name, lines, tuple(one for one in settled if isinstance(one, Clarify)), bare)


def _one(want: Want) -> Quantity | None:
    """An item code alone in a list means one."""
    return Quantity(Decimal(1)) if want.source == "code" else None


def _campaign_line(scene: Scene, name: str, quantity: Quantity) -> Line | Clarify:
    only = scene.offer.only_item()
    if only is None:
        return Clarify(
            "campaign_item",
            tuple(item.sku for _, item in scene.offer.items()),
            None,
            (),
            None,
            quantity.value,
        )
    return settle(
        Want(
            sku=only[1].sku, campaign=only[0].id, quantity=replace(quantity, unit=None), for_whom=name or None
        ),
        scene.offer,
    )
