"""教: 1=苹果, 大樱桃=车厘子 → another name of the goods, understood from the next message on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dialogs import learning
from dialogs.ask import clarify_question
from dialogs.command import UNDO_FOR, Command, parse_product, slot_of
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.turn import Turn
from shop import words
from shop.refusals import NoSuchGoods, NoSuchMessage

EXAMPLE = "哪个词是哪样货？比如“黑珍珠=车厘子”"


def parse_word(reading: Reading, old: Any, asked: bool) -> Any:
    """The word that was said; when it was asked for, the last one of the answer."""
    if word := reading.slots.get("word"):
        return word
    said = reading.text.split()
    return said[-1].strip('“”"。') if asked and said else None


def parse_goods(reading: Reading, old: Any, asked: bool) -> Any:
    """A name, a choice of those offered, or 对 to the only one."""
    if product := parse_product(reading, old, asked):
        return product
    is_it = asked and reading.intent == "confirm.yes" and reading.clarify
    return reading.clarify.product if is_it and reading.clarify else None


class Teach(Command):
    id = "teach"
    intents = ("admin.word_teach",)
    starts = ("教",)
    examples = ("平果=苹果", "教 黑珍珠 车厘子", "1=苹果")
    undo_for = UNDO_FOR
    line = Slot(slot_of("line"), optional=True)  # of the list of what was not understood
    word = Slot(parse_word, optional=True)
    product = Slot(parse_goods, optional=True)

    def fill(self, reading: Reading, data: Data, asked: str) -> Data:
        """A new lesson leaves nothing of the one before; which word it is, is no new one."""
        if asked == "word" and "product" not in reading.slots:
            return data | {"word": parse_word(reading, None, asked=True)}
        return super().fill(reading, {} if reading.intent in self.intents else data, asked)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        if "product" not in data:
            return self._which_goods(turn, data)
        word, text = await _lesson(turn, data)
        name = turn.shelf.catalogue.product[data["product"]].name
        if not word:
            ask = f"“{text}”里哪个词是{name}？只回那个词就行" if text else EXAMPLE
            return Question((turn.here(ask),), asked="word", data=data)
        await words.may_teach(turn.shop, word, data["product"])
        if learning.is_risky(word, data["product"], turn.shelf.catalogue):
            return self.preview(turn, f"“{word}”是常说的词，学了以后谁说“{word}两份”都当成要{name}")
        return None

    def _which_goods(self, turn: Turn, data: Data) -> Question:
        clarify = turn.reading.clarify
        if clarify is not None and clarify.heard and not clarify.options:
            raise NoSuchGoods(clarify.heard)
        unclear = clarify_question(turn) or Question((turn.here(EXAMPLE),))
        return replace(unclear, asked="product", data=data)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        word, text = await _lesson(turn, data)
        product = data["product"]
        name = turn.shelf.catalogue.product[product].name
        await words.teach(turn.shop, word, product, turn.person.id, now=turn.now)
        shown = await learning.proof(turn, word, product, text)
        from_now = f"以后“{shown.said}”我就懂了：{shown.heard}。" if shown else ""
        waiting = len(await words.unread(turn.shop, now=turn.now)) if data.get("line") else 0
        more = f"\n还有 {waiting} 句没听懂，回“没听懂的”看" if waiting else ""
        told = f"记住了，“{word}”就是{name}。{from_now}（不对就回“忘掉 {word}” · 撤销 2 分钟内有效）{more}"
        return Done((turn.here(told),), undo={"word": word}, after={"word": word, "product": product})

    async def take_back(self, turn: Turn, undo: Data) -> str:
        gone = await words.forget(turn.shop, undo["word"], now=turn.now)
        return f"“{gone.word}”忘掉了"


async def _lesson(turn: Turn, data: Data) -> tuple[str, str]:
    """The word and the message it stood in; one of them may be empty. Raises NoSuchMessage."""
    line = data.get("line")
    if line is None:
        return data.get("word", ""), ""
    if line["unread"] is None:
        raise NoSuchMessage(line["no"])
    missed = await words.message(turn.shop, line["unread"])
    return data.get("word") or missed.word, missed.text
