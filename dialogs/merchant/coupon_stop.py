"""停发: 停发 满30减5 → nobody gets one any more, who has one keeps it; alone, it lists what is given out."""

from __future__ import annotations

from dialogs.command import UNDO_FOR, Command
from dialogs.engine import Data, Done, Slot
from dialogs.hear.reading import Reading
from dialogs.turn import Turn
from shop import coupon_templates
from shop.coupon_templates import Template


def _said(reading: Reading, old: object, asked: bool) -> object:
    said = reading.text.strip().lstrip("/").removeprefix("停发").strip()
    return said or None if old is None or asked else None


class StopCoupons(Command):
    id = "coupon_stop"
    intents = ()
    first_words = ("停发",)
    starts = first_words
    examples = ("停发", "停发 满30减5")
    undo_for = UNDO_FOR
    said = Slot(_said, optional=True)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        if not data.get("said"):
            return Done((turn.here(await _listed(turn)),))
        some = await _meant(turn, data["said"])
        if len(some) != 1:  # one word of a coupon's name may be a command of its own: nothing is asked
            text = "没有在发的这种券。" if not some else f"有 {len(some)} 种，请说码。"
            return Done((turn.here(text + await _listed(turn)),))
        await coupon_templates.stop(turn.shop, some[0].id)
        text = f"{some[0].title} 停发了，领走的照样能用（撤销 2 分钟内有效）"
        undo = {"template": some[0].id, "title": some[0].title}
        return Done((turn.here(text),), undo=undo, after={"code": some[0].code})

    async def take_back(self, turn: Turn, undo: Data) -> str:
        await coupon_templates.go_on(turn.shop, undo["template"])
        return f"{undo['title']} 接着发"


async def _meant(turn: Turn, said: str) -> list[Template]:
    some = await coupon_templates.given_out(turn.shop, now=turn.now)
    by_code = [one for one in some if one.code == said.upper()]
    return by_code or [one for one in some if one.title == said]


async def _listed(turn: Turn) -> str:
    some = await coupon_templates.given_out(turn.shop, now=turn.now)
    if not some:
        return "现在没有在发的券"
    lines = [f"{one.title}（{one.code}）{_left(one)}" for one in some]
    return "\n".join(["在发的：", *lines, f"要停就说“停发 {some[0].code}”"])


def _left(one: Template) -> str:
    return "" if one.left is None else f"还有 {one.left} 张"
