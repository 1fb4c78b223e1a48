"""客服的话: 12 马上补发, 12 完, a quoted card and an answer, 列表. Pure: text in, what was meant out.

What begins with # or with a word of command is never taken for something to be said to a customer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Verb = Literal[
    "say",
    "claim",
    "end",
    "transfer",
    "note",
    "reship",
    "refund",
    "canned",
    "card",
    "picture",
    "list",
    "on",
    "off",
    "shut",
    "unclear",
]
WORDS: dict[str, Verb] = {
    "接": "claim",
    "完": "end",
    "结束": "end",
    "转": "transfer",
    "备注": "note",
    "补发": "reship",
    "退款": "refund",
}
PICTURE = frozenset({"图", "图片", "照片", "发图"})
ALONE: dict[str, Verb] = {
    "列表": "list",
    "上班": "on",
    "下班": "off",
    "打烊": "shut",
    "早打烊": "shut",
    "今天早打烊": "shut",
}
SEPARATORS = " \t\n:：,，"
_NUMBERED = re.compile(
    r"[#＃]?\s*(\d{1,9})(?:[\s:：,，、]+(?P<rest>.*)|(?P<joined>(?:接|完|结束|转|备注|补发|退款|/\d).*|图))?",
    re.S,
)
_QUOTED = re.compile(r"(?:→\s*)?[#＃](\d{1,9})(?!\d)")
_HASH = ("#", "＃")


@dataclass(frozen=True, slots=True)
class Meant:
    """`ticket` as it was said or quoted; None: whoever is in hand. `joined`: the word of command runs into what
    follows (转账收到了), so it may be none; `whole` is all that stands behind the number."""

    verb: Verb
    ticket: int | None = None
    rest: str = ""
    joined: bool = False
    whole: str = ""
    is_certain: bool = False  # # or a quoted card: certainly about a ticket


def parse(text: str, quoted: str = "") -> Meant:
    text = text.strip()
    if text in ALONE:
        return Meant(ALONE[text])
    if card := _QUOTED.match(quoted.strip()):
        return _about(int(card[1]), text.removeprefix(f"#{card[1]}").strip(), is_certain=True)
    said = _NUMBERED.fullmatch(text)
    is_hash = text.startswith(_HASH)
    if said is None or (said["rest"] is None and said["joined"] is None and not is_hash):
        return Meant("unclear") if is_hash else _about(None, text, is_certain=False)
    return _about(int(said[1]), (said["rest"] or said["joined"] or "").strip(), is_certain=is_hash)


def _about(ticket: int | None, whole: str, *, is_certain: bool) -> Meant:
    def meant(verb: Verb, rest: str = "", *, joined: bool = False) -> Meant:
        return Meant(verb, ticket, rest, joined, whole, is_certain)

    if not whole:
        return meant("card")
    if whole in PICTURE and ticket is not None:
        return meant("picture")
    if re.fullmatch(r"/\d", whole):
        return meant("canned", whole[1:])
    if whole.startswith((*_HASH, "/")):
        return meant("unclear")
    for word, verb in WORDS.items():
        if whole == word:
            return meant(verb)
        if whole.startswith(word):
            after = whole[len(word) :]
            parted = after[0] in SEPARATORS or (verb == "refund" and after[0].isdigit())
            return meant(verb, after.strip(SEPARATORS), joined=not parted)
    return meant("say", whole)
