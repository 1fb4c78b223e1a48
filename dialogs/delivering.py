"""送货的话: what bringing an order costs and where it goes. The address is for the buyer and the staff, in private."""

from __future__ import annotations

from dataclasses import replace

from dialogs import voice
from dialogs.hear import delivering as words
from dialogs.speech import Say
from dialogs.turn import Turn
from shop import orders
from shop.rules.orders import Status
from shop.rules.pricing import delivery_rule
from shop.rules.promotions import DeliveryRule
from shop.slips import Slip

EXAMPLE = "送到3栋2单元501"


def rule(turn: Turn) -> DeliveryRule | None:
    """What bringing costs now; None where this shop brings nothing by itself."""
    return delivery_rule(turn.shelf.promotions, turn.now)


def offered(of: DeliveryRule) -> str:
    """送货吗, answered, also in a group: an address as an example would be covered there."""
    return f"送，{of.say()}。下好单私聊我说“送货”就行"


async def brought(turn: Turn, slip: Slip, address: str) -> tuple[Slip, str]:
    """An order with an address beside its goods is brought there, where this shop brings anything; gives it as it stands
    then, and where it goes."""
    if not address or slip.status == Status.CANCELLED or slip.money_in or rule(turn) is None:
        return slip, ""
    to_bring = await orders.bring(turn.shop, turn.person.id, address, now=turn.now)
    return replace(to_bring, joined=slip.joined), address


def with_address(turn: Turn, slip: Slip, address: str) -> str:
    """The slip, under where it goes, or under the question where to."""
    of = rule(turn)
    if address:
        head = f"给你送到 {address}，自己来拿就说“自提”\n"
    elif of and not slip.delivery and not slip.money_in and words.is_wanted(turn.text):
        head = f"送到哪里？私聊回地址，比如“{EXAMPLE}”，{of.say()}\n"
    else:
        head = ""
    return f"{head}{turn.slip_text(slip)}"


def told(turn: Turn, slip: Slip, address: str) -> tuple[Say, ...]:
    """Where it goes and what that makes of the bill, for the buyer alone; the group hears of no address."""
    text = (
        with_address(turn, slip, address)
        if address
        else f"好，你来店里拿，不收配送费\n{turn.slip_text(slip)}"
    )
    private = turn.privately(
        text, card=turn.slip_card(slip), buttons=voice.slip_buttons(slip), fold=f"slip:{slip.code}"
    )
    return (*turn.pointer(slip), private)
