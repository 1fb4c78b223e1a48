"""撤回: somebody takes back what he said. An order that was nothing but those words is no order any more; of what cannot
be taken back he hears how it stands, and nobody else hears anything."""

from __future__ import annotations

from dialogs import voice
from dialogs.engine import Done, State
from dialogs.ordering import told_of_campaign
from dialogs.speech import Heard, Say
from dialogs.turn import Turn
from shop import desk, mail, orders, quiet, recalls, slips
from shop.kit.refusal import Refusal
from shop.recalls import TakenBack
from shop.refusals import NoSuchOrder
from shop.rules.orders import GONE_OUT
from shop.slips import Slip
from shop.transaction import transaction

ORDERED = "order"  # the dialogue by which one message alone is an order


async def done(turn: Turn, heard: Heard, state: State | None) -> Done:
    taken = await recalls.take_back(heard.channel, heard.recalls, heard.room, heard.who)
    if taken is None:
        return Done()
    if state is not None and state.prompt and state.said == taken.text:
        await mail.drop_talk(turn.room_id or 0, turn.person.id)  # nobody waits for an answer to it any more
    if turn.person.is_staff:
        return await _of_an_agent(turn, taken)
    if turn.ticket is not None and turn.ticket.in_hands:
        await desk.customer_wrote(turn.ticket.id, turn.text, now=turn.now)
        return Done((), facts={"在人工": f"#{turn.ticket.id}"})
    codes = _orders_of(taken)
    if codes and turn.room is not None:
        await quiet.recalled(turn.room, turn.person.id, now=turn.now)
    each = [await _of_an_order(turn, heard, taken, code) for code in codes]
    says = tuple(say for one in each for say in one.says)
    return Done(says, facts={"单号": codes} if says else {})


def _orders_of(taken: TakenBack) -> list[str]:
    """The orders that this message was about: several when it named goods of a campaign and others."""
    said = taken.trace.get("facts", {}).get("单号", "")
    if isinstance(said, str):
        return [said] if said else []
    return list(said) if taken.trace.get("dialogue") == ORDERED else []


async def _of_an_agent(turn: Turn, taken: TakenBack) -> Done:
    number = await recalls.was_answer_to(taken.id)
    if number is None:
        return Done()
    if await recalls.hold_back_answer(taken.id):
        await desk.unsaid(number, taken.id, now=turn.now)
        return Done((turn.here(f"#{number} 那句没发出去，撤回了"),))
    return Done((turn.here(f"#{number} 那句已经发出，收不回。发一句更正：“{number} 更正：…”"),))


async def _of_an_order(turn: Turn, heard: Heard, taken: TakenBack, code: str) -> Done:
    try:
        slip = await slips.find(turn.shop, code, now=turn.now, tz=turn.tz)
    except NoSuchOrder:
        return Done()
    if slip.buyer != turn.person.id:
        return Done()
    is_whole = (
        taken.trace.get("dialogue") == ORDERED
        and slip.placed_at >= taken.kept_at
        and not await recalls.was_named_again(taken, heard.channel, heard.who, code)
    )
    if is_whole and slip.claimed_at is None and not slip.money_in:
        try:
            async with transaction():
                return await _taken_back(turn, slip)
        except Refusal:
            pass  # its life has gone on meanwhile
    return Done(_stands(turn, slip), facts={"单号": code})


async def _taken_back(turn: Turn, slip: Slip) -> Done:
    gone = await orders.cancel(turn.shop, turn.person.id, now=turn.now, code=slip.code)
    if campaign := turn.campaign_of(gone):
        return Done(await told_of_campaign(turn, gone, campaign), facts={"单号": gone.code})
    text = f"撤回的不算，{gone.code} 取消了。要就再说一遍"
    return Done((turn.here(f"{turn.name}：{text}" if turn.room else text),), facts={"单号": gone.code})


def _stands(turn: Turn, slip: Slip) -> tuple[Say, ...]:
    if slip.ended_at is not None or slip.status in GONE_OUT:
        return ()
    if slip.money_in:
        text = f"{slip.code} 已经付了，撤回也算数。不要了说“退款”"
    else:
        text = f"{slip.code} 还算数：{voice.all_goods(slip.lines)}。不要了说“取消”，要改直接说“{voice.edit_example(slip)}”"
    return (turn.privately(f"你撤回了一句，{text}"),)
