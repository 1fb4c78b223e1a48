"""邀请券: 邀请券 5元 → both get one: the newcomer at once, who brought him when the first order is over for good."""

from __future__ import annotations

import re
from typing import Any

from dialogs.command import UNDO_FOR, Command
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.turn import Turn
from shop import coupon_templates, referrals
from shop.coupon_templates import MOST_EACH, name_of, terms_in
from shop.settled import shop_rules

DAYS = 30
_PLAIN = re.compile(r"\s*(?:邀请券)?\s*(\d{1,4}(?:\.\d{1,2})?)\s*(?:元|块)?\s*")
_OFF = re.compile("关|停|不发|取消")


def parse_what(reading: Reading, old: Any, asked: bool) -> Any:
    """The terms ({"off": "5"}); empty ones end it."""
    if plain := _PLAIN.fullmatch(reading.text):
        return terms_in(f"减{plain[1]}元")
    return terms_in(reading.text) or ({} if _OFF.search(reading.text) else None)


class ReferralCoupon(Command):
    id = "referral_coupon"
    intents = ()
    first_words = ("邀请券",)
    starts = first_words
    examples = ("邀请券 5元", "邀请券 满30减5", "邀请券 关")
    undo_for = UNDO_FOR
    what = Slot(parse_what, "送什么券？比如“邀请券 5元”，不送了说“邀请券 关”")

    async def check(self, turn: Turn, data: Data) -> Question | None:
        if not data["what"]:
            return self.preview(turn, "邀请不再送券，发出去的照用")
        name = name_of(data["what"])
        return self.preview(
            turn, f"邀请两边各送一张 {name}，{DAYS} 天内用：新朋友当场有，邀请的人等他第一单完成才有"
        )

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        was = (await shop_rules(turn.shop)).referral.coupon
        if data["what"]:
            name, code = name_of(data["what"]), coupon_templates.new_code()
            made = await coupon_templates.make_template(
                turn.shop, code, name, terms=data["what"], each=MOST_EACH, days=DAYS, running=False
            )
            said, coupon = f"好，邀请送 {name}。顾客说“邀请”就有码", made.id
        else:
            said, coupon = "好，邀请不送券了", 0
        await referrals.settle(turn.shop, coupon=coupon)
        return Done(
            (turn.here(f"{said}（撤销 2 分钟内有效）"),), undo={"coupon": was}, after={"what": data["what"]}
        )

    async def take_back(self, turn: Turn, undo: Data) -> str:
        await referrals.settle(turn.shop, coupon=undo["coupon"])
        return "邀请券改回原来的，已经发出去的照用"
