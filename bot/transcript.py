"""剧本: a .chat transcript is test, documentation and demo at once.

    # 库存只有五箱                     a remark
    小李@水果群: 来2箱橙子              said in a group; 小李: … is said privately to the shop
    bot> 小李：橙子2箱，记下了…         what the shop says in the same place, line by line
    bot@小李> 0501-001 …               what it says to one person, or in one group
      second line of the same message  (indented)
    +31m   +2h   次日8:00              the clock
    （小李打开付款页）                   a stage direction: 小李 is asked for the money, and has not paid yet
    （小李付款）                        he pays what he was asked for at the sandbox, now or too late
    （小李再发一遍）                    the channel delivers his last message once more
    （小李撤回）                        he takes his last message back
    （亲手回小李）马上来                 somebody types this to him on the account's own phone
    （小李退出水果群）                  he leaves the group
    （小李不是好友）（小李加好友）        the shop's account cannot write to him in private; now it can
    （橙子的库存被人改了+1）             somebody meddled with the database: the books are wrong by so much

In what is expected, … stands for anything, <链接> for an address, <取货码> for a pick-up code, <邀请码> for who
invites and <认领码> for the word that hands an entry on; the last one seen may be said: 核销 <取货码>. The place where something was said must answer exactly; a place that is not named there
is not looked at; a place that is named must have got exactly those lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time, timedelta

from bot.shopfront import Answer


class BadTranscript(ValueError):
    """A line that is neither said nor expected; the message says which."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One message of the shop: to a room or a person; None: where the step was said."""

    line: int
    to: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens, and what the shop is expected to say because of it."""

    line: int
    kind: str  # say, pass, until, ask, pay, again, recall, hand, leave, stranger, friend, meddle
    who: str = ""
    room: str | None = None  # of "again" and "recall" known only when it is played
    text: str = ""
    by: timedelta = timedelta(0)
    at: time = time(0)
    expected: tuple[Expected, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    line: int
    wanted: str
    got: str


_SAID = re.compile(r"(?P<who>[^\s@:：>]+)(?:@(?P<room>[^\s:：>]+))?[:：]\s*(?P<text>.*)")
_BOT = re.compile(r"bot(?:@(?P<to>[^\s>]+))?>\s?(?P<text>.*)")
_PASS = re.compile(r"\+(\d{1,6})(s|m|h|d)$")
_UNTIL = re.compile(r"次日(\d{1,2}):(\d{2})$")
_STAGE = re.compile(r"（(?P<who>.+?)(?P<what>打开付款页|付款|再发一遍|撤回|不是好友|加好友)）$")
_BY_HAND = re.compile(r"（亲手回(?P<who>[^）]+)）(?P<text>.+)")
STAGE = {
    "打开付款页": "ask",
    "付款": "pay",
    "再发一遍": "again",
    "撤回": "recall",
    "不是好友": "stranger",
    "加好友": "friend",
}
_LEAVES = re.compile(r"（(?P<who>[^\s（）]+?)退出(?P<room>[^\s（）]+)）$")
_MEDDLES = re.compile(r"（(?P<goods>[^\s（）]+?)的库存被人改了(?P<by>[+-]\d{1,4})）$")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def parse(text: str) -> Transcript:
    """Read a transcript. Raises BadTranscript with the line's number."""
    title, steps = "", list[Step]()
    for n, raw in enumerate(text.splitlines(), start=1):
        line = raw.rstrip()
        if not line:
            continue
        if line.startswith("#"):
            title = title or line.lstrip("# ")
        elif line[0] in " \t　":
            _continue(steps, n, line)
        elif match := _BOT.match(line):
            if not steps:
                raise BadTranscript(f"line {n}: nobody has said anything yet")
            if not (match["to"] or steps[-1].who):
                raise BadTranscript(f"line {n}: to whom? bot@小李> or bot@水果群>")
            steps[-1] = replace(
                steps[-1], expected=(*steps[-1].expected, Expected(n, match["to"], match["text"]))
            )
        else:
            steps.append(_step(n, line))
    return Transcript(title, tuple(steps))


def _continue(steps: list[Step], n: int, line: str) -> None:
    if not steps:
        raise BadTranscript(f"line {n}: nothing to continue")
    last = steps[-1]
    if last.expected:
        tail = last.expected[-1]
        longer = replace(tail, text=f"{tail.text}\n{line.strip()}")
        steps[-1] = replace(last, expected=(*last.expected[:-1], longer))
    else:
        steps[-1] = replace(last, text=f"{last.text}\n{line.strip()}")


def _step(n: int, line: str) -> Step:
    if match := _PASS.match(line):
        return Step(n, "pass", by=timedelta(seconds=int(match[1]) * _SECONDS[match[2]]))
    if match := _UNTIL.match(line):
        hour, minute = int(match[1]), int(match[2])
        if hour > 23 or minute > 59:
            raise BadTranscript(f"line {n}: no such time of day: {line}")
        return Step(n, "until", at=time(hour, minute))
    if match := _STAGE.match(line):
        return Step(n, STAGE[match["what"]], match["who"])
    if match := _BY_HAND.fullmatch(line):
        return Step(n, "hand", match["who"], text=match["text"])
    if match := _LEAVES.match(line):
        return Step(n, "leave", match["who"], match["room"])
    if match := _MEDDLES.match(line):
        return Step(n, "meddle", text=f"{match['goods']} {match['by']}")
    if match := _SAID.match(line):
        return Step(n, "say", match["who"], match["room"], match["text"])
    raise BadTranscript(f"line {n}: neither said nor expected: {line}")


# ── comparing ───────────────────────────────────────────────────────────────────────────────────────────────────


def compare(step: Step, got: Sequence[Answer]) -> Difference | None:
    here = step.room or step.who
    wanted: dict[str, list[Expected]] = {here: []} if here else {}
    for one in step.expected:
        wanted.setdefault(one.to or here, []).append(one)
    for place, lines in wanted.items():
        said = [answer.text for answer in got if (answer.room or answer.to) == place]
        for n in range(max(len(lines), len(said))):
            want = lines[n].text if n < len(lines) else "（不说话）"
            have = said[n] if n < len(said) else "（没说话）"
            if n >= len(lines) or n >= len(said) or not matches(want, have):
                return Difference(
                    lines[n].line if n < len(lines) else step.line, f"bot@{place}> {want}", have
                )
    return None


_WILD = {"…": r"[\s\S]*", "<链接>": r"https?://\S+"}
# What is made by chance, and may be said later.
_MADE = {
    "<邀请码>": r"(?<![0-9A-Za-z])[2-9A-HJ-NP-Z]{7}(?![0-9A-Za-z])",
    "<认领码>": r"(?<!\d)\d{4}-\d{3,}-[0-9a-f]{6}(?![0-9a-f])",
    "<取货码>": r"(?<!\d)\d{4}-\d{2}(?![\d-])",
}


def matches(wanted: str, got: str) -> bool:
    wild = _WILD | _MADE
    parts = re.split(f"({'|'.join(wild)})", _lines(wanted))
    pattern = "".join(wild.get(part) or re.escape(part) for part in parts)
    return re.fullmatch(pattern, _lines(got)) is not None


def codes_in(text: str) -> dict[str, str]:
    """What was made by chance in these words, by the name that stands for it."""
    return {name: found[0] for name, made in _MADE.items() if (found := re.search(made, text))}


def with_codes(text: str, codes: Mapping[str, str]) -> str:
    """The words with what the names stand for."""
    for name, code in codes.items():
        text = text.replace(name, code)
    return text


def _lines(text: str) -> str:
    """Empty lines and indents cannot be written in a transcript, so they do not count."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def written(step: Step, got: Sequence[Answer]) -> str:
    """A step and what was said, as a transcript writes it."""
    stage = {value: key for key, value in STAGE.items()}
    if step.kind == "pass":
        seconds = int(step.by.total_seconds())
        unit = next(unit for unit in "dhms" if seconds % _SECONDS[unit] == 0)
        lines = [f"+{seconds // _SECONDS[unit]}{unit}"]
    elif step.kind == "until":
        lines = [f"次日{step.at:%H:%M}"]
    elif step.kind == "say":
        where = f"@{step.room}" if step.room else ""
        lines = [f"{step.who}{where}: {step.text}".replace("\n", "\n  ")]
    elif step.kind == "hand":
        lines = [f"（亲手回{step.who}）{step.text}"]
    elif step.kind == "meddle":
        lines = ["（{}的库存被人改了{}）".format(*step.text.split())]
    elif step.kind == "leave":
        lines = [f"（{step.who}退出{step.room}）"]
    else:
        lines = [f"（{step.who}{stage[step.kind]}）"]
    here = step.room or step.who
    for answer in got:
        place = answer.room or answer.to
        text = re.sub(r"https?://\S+", "<链接>", answer.text)
        for name, made in _MADE.items():
            text = re.sub(made, name, text)
        text = text.replace("\n", "\n  ")
        lines.append(f"bot{'' if place == here else f'@{place}'}> {text}")
    return "\n".join(lines)
