"""再买点啥划算: the near misses of the stored quote, with the goods that reach them for the least money."""

from __future__ import annotations

from dialogs import voice
from dialogs.engine import Data, Dialogue, Done
from dialogs.turn import Turn
from shop import catalogue, slips
from shop.catalogue import OnMenu
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.slips import Slip

ONE = Quantity.of(1)


class WorthMore(Dialogue):
    id = "more"
    intents = ()
    starts = ("再买点啥划算", "再买点什么划算", "怎么买划算", "买啥划算", "凑单", "凑个单", "还差多少有优惠")
    examples = ("再买点啥划算", "凑单")
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        slip = await slips.open_order(turn.shop, turn.person.id)
        if slip is None:
            return Done((turn.privately("先下单，我再看差多少。要什么直接说，看货回“菜单”"),))
        misses = _misses(slip)
        if not misses:
            text = f"{slip.code} {slip.payable}，能用的优惠都用上了"
            return Done((turn.privately(text),))
        short, why = misses[0]
        menu = await catalogue.menu(turn.shop, turn.day)
        best = min(
            (one for one in menu if _reaches(one, short)), key=lambda one: one.price.price, default=None
        )
        hint = ""
        if best is not None:
            name = turn.shelf.catalogue.called(best.sku.id)
            hint = f"，加{name}1{best.sku.unit}（{voice.price(best.price.price, best.sku.unit)}）就到。回“加{name}1{best.sku.unit}”"
        others = "".join(f"\n再买 {more} 就{reason}" for more, reason in misses[1:3])
        text = f"{slip.code} 再买 {short} 就{why}{hint}{others}"
        return Done((turn.privately(text),), facts={"差": str(short)})


def _misses(slip: Slip) -> list[tuple[Money, str]]:
    """What money is missing to, the least first: cuts and coupons alike."""
    cuts = [(near.short, near.why) for near in slip.nearly if near.short]
    coupons = [(one.by, f"能用{one.why}") for one in slip.unused if one.reason == "short" and one.by]
    return sorted([*cuts, *coupons], key=lambda miss: miss[0])


def _reaches(one: OnMenu, short: Money) -> bool:
    return one.left >= ONE and one.price.price >= short
