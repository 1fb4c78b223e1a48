"""听: what the gateway says somebody wrote, as the shop hears it. Pure; whatever comes is data, and never believed.

What a text claims to be counts for nothing: only the gateway's own type says that something is a card or a recall. A
quote is the one exception, since gateways have no other form for it than 「name：text」 above a line of dashes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from dialogs.speech import Quote

LONGEST_ID = 128  # what the shop's tables hold
LONGEST_TEXT = 20_000  # what the shop reads
TEXT, GROUP_NOTE, IMAGE, RECALLED = 7, 10, 6, 13
TOOK_BACK = "撤回了一句"
SHOWN = {  # what is no text is heard as what a phone shows of it in its list of chats
    1: "[文件]",
    2: "[语音]",
    3: "[名片]",
    4: "[聊天记录]",
    5: "[表情]",
    6: "[图片]",
    8: "[位置]",
    9: "[小程序]",
    11: "[转账]",
    12: "[红包]",
    14: "[链接]",
    15: "[视频]",
}
OFFICIAL = 2  # the type of a contact that is no person
SYSTEM = frozenset({"weixin", "fmessage", "medianote", "newsapp", "filehelper", "floatbottle", "qqmail"})
SPACE = "\u2005"  # what WeChat puts behind a name that was chosen from the list

_QUOTE = re.compile(r"「(?P<quoted>.+)」\n(?:- ?){5,}-?\n(?P<text>.*)", re.DOTALL)
_NAME = re.compile(
    r"[@＠](?:(?P<chosen>[^@＠\u2005\n]{1,64})\u2005|(?P<typed>[^\s@＠,，。!！?？:：;；、]{1,64}))"
)
_RECALL = re.compile(r"<newmsgid>\s*(?P<id>[^<\s]{1,128})\s*</newmsgid>", re.IGNORECASE)
_MARKUP = re.compile(r"\s*<(?:\?xml|msg|sysmsg|appmsg)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Us:
    """Who we are where this was said: our account, what the shop is called, and the names our account goes by there."""

    account: str
    shop_name: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """What was said, without what only machines need."""

    text: str
    mentions: tuple[str, ...] = ()
    quote: Quote | None = None
    has_picture: bool = False
    recalls: str = ""  # the id of the message that is no more


def words(kind: int, text: str, mention_ids: Sequence[str], us: Us) -> Words | None:
    """None for what nobody said: system lines, kinds that are newer than this file."""
    if kind in SHOWN:
        return Words(SHOWN[kind], has_picture=kind == IMAGE)
    if kind == RECALLED:
        return recall(text)
    if kind not in (TEXT, GROUP_NOTE) or _MARKUP.match(text):
        return None
    quote, text = quoted(text[:LONGEST_TEXT], us)
    return Words(in_our_name(text, us), mentions(text, mention_ids, us), quote)


def recall(text: str) -> Words | None:
    """The gateway says the id of what was taken back, bare or within the notice of WeChat; None where it says none."""
    notice = _RECALL.search(text)
    id = notice["id"] if notice else "" if _MARKUP.match(text) else text.strip()
    return Words(TOOK_BACK, recalls=message_id(id)) if id else None


def by_hand(kind: int, text: str) -> str:
    """What the account itself has said, as an echo is known by; empty for what is not said to anybody."""
    if kind in SHOWN:
        return SHOWN[kind]
    return "" if kind not in (TEXT, GROUP_NOTE) or _MARKUP.match(text) else text[:LONGEST_TEXT]


def quoted(text: str, us: Us) -> tuple[Quote | None, str]:
    """The quote on top of a text, and the text. A quote of ours is the shop's, whatever the account is called."""
    match = _QUOTE.fullmatch(text)
    if match is None:
        return None, text
    inside = match["quoted"]
    for name in (*us.names, us.shop_name):
        if name and inside.startswith((f"{name}：", f"{name}:")):
            return Quote(us.shop_name, inside[len(name) + 1 :].lstrip()), match["text"]
    who, colon, said = inside.partition("：")
    return (Quote(who.strip(), said.lstrip()) if colon else Quote("", inside)), match["text"]


def mentions(text: str, mention_ids: Sequence[str], us: Us) -> tuple[str, ...]:
    """Names as they are written; the shop is "@shop". @所有人 is nobody in particular, though gateways then list us."""
    found: list[str] = []
    everybody = False
    for match in _NAME.finditer(text):
        name = (match["chosen"] or match["typed"]).strip()
        everybody = everybody or name.startswith("所有人") or name.lower() == "all"
        who = "@shop" if _is_us(name, us, is_whole=match["chosen"] is not None) else name
        if who not in found:
            found.append(who)
    if us.account in mention_ids and not everybody and "@shop" not in found:
        found.append("@shop")
    return tuple(found)


def in_our_name(text: str, us: Us) -> str:
    """@小助手 来2箱 as it would be said to the shop: what the account is called means nothing to a reader of words."""
    for name in sorted(us.names, key=len, reverse=True):
        for end in (SPACE, " "):
            text = text.replace(f"@{name}{end}", f"@{us.shop_name} ")
        text = text.removesuffix(f"@{name}") + (f"@{us.shop_name}" if text.endswith(f"@{name}") else "")
    return text


def _is_us(name: str, us: Us, *, is_whole: bool) -> bool:
    if name in us.names:
        return True
    return name == us.shop_name if is_whole else name.startswith(us.shop_name)


def leavers(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Who has left a group by himself; whoever was put out by another did not want to go."""
    gone, by = facts.get("removeeIdList"), facts.get("removerId")
    listed = [one for one in gone if isinstance(one, str)] if isinstance(gone, list) else []
    return tuple(one for one in listed if by in (None, "", one))


def can_be_kept(*ids: str) -> bool:
    return all(0 < len(id) <= LONGEST_ID and id.isprintable() for id in ids)


def message_id(id: str) -> str:
    """As it is, or a digest of what no table holds: the same message is still known again."""
    return id if can_be_kept(id) else sha256(id.encode("utf-8", "replace")).hexdigest()


def sent_at(stamp: int, now: datetime) -> datetime:
    """Milliseconds, or seconds from some gateways. What cannot be is now."""
    seconds = stamp / 1000 if stamp > 100_000_000_000 else float(stamp)
    try:
        said = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return now
    return said if said.year >= 2011 and said <= now else now


def is_no_person(contact: Any) -> bool:
    return contact.type == OFFICIAL or contact.id in SYSTEM or contact.id.startswith("gh_")
