"""价: what each kind of piece costs on the path through a message; few and well understood pieces are cheap."""

from __future__ import annotations

from dialogs.hear.dictionary import is_known, is_rare

COST = {
    "product": 0.4,
    "place": 0.3,
    "phone": 0.2,
    "time": 0.45,
    "money": 0.5,
    "spec": 0.42,
    "specword": 0.45,
    "qty": 0.42,
    "code": 0.38,
    "note": 0.25,
    "order": 0.1,
    "sorts": 0.4,
    "mention": 0.1,
    "for": 0.6,
    "instead": 0.1,
    "cue": 0.5,
    "number": 0.47,
    "latin": 0.8,
    "word": 1.0,
    "digits": 0.9,
    "break": 0.1,
    "blank": 0.1,
    "char": 1.3,
}
LONGER = (
    0.001  # of two ways that cost the same the one with the longer name: 鸡翅中 不要了, not 鸡翅 中不 要了
)
EARLIER = 1e-6  # and of two as long the one that stands first: 插排 in 插排插不进去, not 排插
OTHERWISE = {
    "run": 0.1,
    "short": 0.32,
    "sound": 0.9,
    "without": 0.97,
}  # 不要发芽的, unless 散的 or goods stand behind 不要
RARE = 1.45  # jieba has 条鱼 and 要姜, seen a few times by accident


def cost_of(kind: str, source: str, text: str, start: int, end: int) -> float:
    """What a piece of this kind costs that stands from `start` to `end`."""
    if source in OTHERWISE:
        return OTHERWISE[source]
    if kind == "word":
        return RARE if is_rare(text[start:end]) else COST["word"]
    if kind == "char":
        return COST["word"] if is_known(text[start:end]) else COST["char"]
    if kind == "specword" and text[start].isdigit():
        return COST["qty"] - LONGER  # 18年, where 2018年 is a kind of the goods
    if kind == "product":
        return COST[kind] - LONGER * (end - start) + EARLIER * start
    return COST[kind]
