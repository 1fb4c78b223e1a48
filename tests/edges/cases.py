"""The ninety edge cases by number. `python -m tests.edges.cases` writes docs/edges.md anew.

A test of a case has the number in its name (`test_03_a_gift_of_zero_fen`), wherever it stands.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "edges.md"

GROUPS: dict[str, dict[int, str]] = {
    "Money and prices": {
        1: "ten yuan off three equal lines",
        2: "a coupon worth more than the whole order",
        3: "a gift of zero fen",
        4: "quantities that cannot be, and those that people say: 两斤半, 半斤",
        5: "a rate on 9.99",
        6: "a threshold met to the fen, and missed by one",
        7: "每满 with a cap",
        8: "two promotions on one line",
        9: "a member's price that equals the timed one",
        10: "more than a flash sale gives to one",
        11: "a coupon that costs the free delivery",
        12: "the cap of points on an odd fen",
        13: "nothing left to pay",
        14: "the price moves between preview and yes",
        15: "an offer ends between preview and yes",
        16: "the same basket in another order",
        17: "a merchant's change that would make a line negative",
        18: "the scale says 1.86 instead of 2",
    },
    "Stock": {
        19: "fifty buyers and the last one",
        20: "the same yes twice within ten milliseconds",
        21: "the time to pay is over in the second the money comes, in both orders",
        22: "goods are given back twice",
        23: "a count below what is promised",
        24: "sold at the counter while it is promised",
        25: "one sku in a flash sale and at the usual price",
        26: "goods withdrawn under a question, and under an unpaid order",
    },
    "Payment": {
        27: "the same notice five times",
        28: "two payments for one order",
        29: "one fen too little, one too much",
        30: "money a second and a day after the order was cancelled",
        31: "a notice that is faster than our own commit",
        32: "the provider says failed, and then paid",
        33: "a cash order that nobody fetches",
        34: "one transfer said to be for two orders",
    },
    "Teams and lists": {
        35: "the last seat and two buyers",
        36: "paid after the seat ran out: team full, forming, failed",
        37: "the deadline and the last payment in one second",
        38: "the leader quits: first, in between, alone",
        39: "one member with two accounts",
        40: "a campaign paused, closed, cancelled with three teams",
        41: "the shop fills up a team of one",
        42: "a refund after the team is complete",
        43: "a refund leads below a tier after the close",
        44: "a list of five hundred",
        45: "two campaigns with one item number",
        46: "a change after the close",
        47: "ordered for somebody else, and who may cancel that",
        48: "two members with one display name",
        49: "a member with a new name",
        50: "a member who left the room",
        51: "a message that was recalled",
        52: "+1 as a reply to a message",
        53: "＋１, 十1, 加一, +1 +1",
        54: "+1 while nothing is open",
    },
    "Coupons, points, commission": {
        55: "a locked coupon whose time ran out before the order was cancelled",
        56: "the last fifty coupons and a hundred takers",
        57: "one member's limit, in parallel",
        58: "buy, earn, refund, ten times over",
        59: "a refund when what was earned is spent",
        60: "commission paid out before the refund",
        61: "who refers himself, or in a circle",
        62: "a referrer who is gone",
        63: "the edge of the time in which a referral counts",
        64: "the cap of two levels",
    },
    "Hand-over and after-sale": {
        65: "the code of another shop",
        66: "five wrong codes",
        67: "handed over while a refund is asked for",
        68: "picked up in parts",
        69: "one unit of three goes back, then two",
        70: "only the delivery fee goes back",
        71: "the provider refuses a refund for good",
        72: "the answer to a refund is lost",
        73: "the merchant is silent for two days",
        74: "one parcel arrives and the other is void",
    },
    "Booking": {
        75: "the last slot and ten people",
        76: "a service of two slots over one of one",
        77: "moved into a full slot",
        78: "closed or on leave after it was booked",
        79: "the time runs out while the deposit is paid",
        80: "周六下午 said on Saturday evening; a minute before and after midnight",
    },
    "Dialogues and people": {
        81: "money comes during a dialogue",
        82: "the bot is silent for one person in one place only",
        83: "given back to the bot while a message comes in",
        84: "nobody is at the desk",
        85: "an answer to a closed ticket",
        86: "two take one ticket",
        87: "a restart between any two lines",
        88: "another bot repeats what we say",
        89: "a command from somebody who may not, in the group",
        90: "a deadline falls into the night",
    },
}
CASES = {number: case for group in GROUPS.values() for number, case in group.items()}

WAITS: dict[int, str] = {}
"""What has no test yet, because the shop cannot do it yet. Whoever brings it takes the number out."""

_NAMED = re.compile(r"^(?:async )?def (test_(\d\d)_\w+)", re.MULTILINE)


def found() -> dict[int, list[str]]:
    """The tests of each case, as `folder/file::name`."""
    tests: dict[int, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        place = path.relative_to(ROOT / "tests").as_posix()
        for name, number in _NAMED.findall(path.read_text(encoding="utf-8")):
            tests[int(number)].append(f"{place}::{name}")
    return tests


def page() -> str:
    tests = found()
    lines = [
        "# Ninety edge cases",
        "",
        "Each has a test with its number in the name. Drawn from `tests/edges/cases.py` and the names of the tests by",
        "`python -m tests.edges.cases`; a house test compares, and fails when a number has vanished.",
        "",
    ]
    for group, cases in GROUPS.items():
        lines += [f"## {group}", "", "| | case | test |", "|---|---|---|"]
        lines += [f"| {number} | {case} | {_told(number, tests)} |" for number, case in cases.items()]
        lines.append("")
    return "\n".join(lines)


def _told(number: int, tests: dict[int, list[str]]) -> str:
    return "<br>".join(f"`{name}`" for name in tests.get(number, ())) or WAITS.get(number, "**none**")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
