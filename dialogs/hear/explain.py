"""为什么: a reading told to a merchant, in order: heard, cut, decided, by which rule."""

from __future__ import annotations

from dialogs.hear.missed import lessons
from dialogs.hear.reading import Clarify, Line, Reading

ACTIONS = {"act": "照办", "clarify": "先问一句", "ignore": "不出声"}


def explain(reading: Reading) -> tuple[str, ...]:
    told = [f"听到：{reading.text}"]
    if reading.tokens:
        told.append(
            "拆开："
            + " ".join(f"{token.text}〔{token.kind}{_source(token.source)}〕" for token in reading.tokens)
        )
    told.append(f"意思：{reading.intent}（{ACTIONS[reading.action]}，把握 {reading.score:.0%}）")
    told += [f"一行：{_line(line)}" for line in reading.lines]
    if reading.clarify is not None:
        told.append(_question(reading.clarify))
    told += [f"依据：{rule}" for rule in (*reading.evidence, *lessons(reading))]
    return tuple(told)


def _source(source: str) -> str:
    return {"sound": "·音近", "emoji": "·表情"}.get(source, "")


def _line(line: Line) -> str:
    whom = f"（给{line.for_whom}）" if line.for_whom else ""
    return f"{line.op} {line.sku} × {line.qty}{line.unit}{whom}"


def _question(clarify: Clarify) -> str:
    options = "、".join(clarify.options) or "无选项"
    return f"要问：{clarify.slot}（{clarify.reason or '没说清'}；{options}）"
