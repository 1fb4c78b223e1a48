"""没听懂的: messages that waited in vain for an answer, numbered; each says how it is taught."""

from __future__ import annotations

from dialogs.command import Command
from dialogs.engine import Data, Done, Slot
from dialogs.hear import Reader
from dialogs.hear.lesson import LIST
from dialogs.hear.reading import Pending
from dialogs.learning import guess
from dialogs.speech import Button
from dialogs.turn import Turn
from shop import words
from shop.words import Missed

SHOWN, TEXT = 8, 24  # lines of a list; characters of a message


class Unread(Command):
    id = "unread"
    intents = ("admin.unread",)
    examples = ("没听懂的", "哪些没听懂")
    is_answer = True
    stays_in_view = True
    picked = Slot(lambda reading, old, asked: reading.slots.get("chosen"), optional=True)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        if picked := data.get("picked"):
            one = await words.message(turn.shop, int(picked))
            word = one.word or "哪个词"
            return Done((turn.here(f"“{_cut(one)}”，教我就回“{word}=货名”，不用管回“算了”加号码"),))
        waiting = await words.unread(turn.shop, now=turn.now)
        if not waiting:
            return Done((turn.here("都听懂了，没有要教的。看学过的词回“学过的”"),))
        reader, shown = Reader(turn.shelf.catalogue), waiting[:SHOWN]
        guesses = [product.name if (product := guess(one.word, reader)) else "" for one in shown]
        lines = [_line(n, one, name) for n, (one, name) in enumerate(zip(shown, guesses, strict=True), 1)]
        more = [f"还有 {len(waiting) - SHOWN} 句，教完再看"] if len(waiting) > SHOWN else []
        text = "\n".join(["没听懂的：", *lines, *more, "不用管的回“算了 1”"])
        buttons = tuple(
            Button(says, says) for n, name in enumerate(guesses, 1) if (says := f"{n}={name}") and name
        )
        pending = Pending(LIST, tuple(str(one.id) for one in shown))
        return Done((turn.here(text, buttons=buttons[:4]),), stays="picked", pending=pending)


def _line(n: int, one: Missed, guessed: str) -> str:
    """1 富士：“富士3斤” 2 次，多半是红富士苹果，回“1=红富士苹果”."""
    word = f"{one.word}：" if one.word else ""
    where = "（群里）" if one.in_group else ""
    often = f" {one.times} 次" if one.times > 1 else ""
    perhaps = f"多半是{guessed}，" if guessed else ""
    return f"{n} {word}“{_cut(one)}”{where}{often}，{perhaps}回“{n}={guessed or '货名'}”"


def _cut(one: Missed) -> str:
    return one.text if len(one.text) <= TEXT else one.text[:TEXT] + "…"
