"""收款: 收款 0501-017, the transfer has been seen → the order is paid and the buyer gets the pick-up code. Without a code the
orders are shown that wait for it."""

from __future__ import annotations

from dialogs import appointing, voice
from dialogs.command import Command, parse_order
from dialogs.engine import Data, Done, Question, Slot
from dialogs.speech import Button
from dialogs.turn import Turn
from shop import payments, people, slips
from shop.kit.refusal import Refusal
from shop.people import AGENT, MANAGER, OWNER
from shop.refusals import AlreadyPaid

SHOWN = 4


class Receive(Command):
    id = "receive"
    intents = ("admin.payment_received",)
    starts = ("收款",)
    examples = ("收款 0501-017", "0501-017到账了")
    roles = frozenset({OWNER, MANAGER, AGENT})
    order = Slot(parse_order, "收到哪一单的钱？说单号，比如“收款 0501-017”", insists=True)

    async def question(self, turn: Turn, data: Data, slot: str) -> Question:
        waiting = await slips.said_to_be_paid(turn.shop, limit=SHOWN)
        if not waiting:
            return await super().question(turn, data, slot)
        lines = [f"{one.code} {(await people.person(one.buyer)).name} {one.payable}" for one in waiting]
        text = "\n".join(["收到哪一单的钱？说他付了的：", *lines, f"回单号就行，比如“{waiting[0].code}”"])
        return Question(
            (turn.here(text, buttons=tuple(Button(one.code, one.code) for one in waiting)),), asked=slot
        )

    def words(self, refusal: Refusal) -> str | None:
        return f"{refusal.code} 已经收过款了" if isinstance(refusal, AlreadyPaid) else None

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        slip = await slips.find(turn.shop, str(data["order"]), now=turn.now, tz=turn.tz)
        await payments.confirm_transfer(slip.id, turn.person.id, now=turn.now)
        buyer = await people.person(slip.buyer)
        told = "约好了，告诉他了" if await appointing.of_deposit(slip) else "取货码已经发给他"
        text = f"{slip.code} {buyer.name} {slip.payable} 收到了，{told}。{voice.all_goods(slip.lines)}"
        return Done((turn.here(text),), after={"order": slip.code, "fen": slip.payable.fen})
