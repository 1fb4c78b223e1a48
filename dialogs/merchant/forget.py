"""忘掉: a word that was taught no longer means goods."""

from __future__ import annotations

from datetime import datetime

from dialogs.command import UNDO_FOR, Command, slot_of
from dialogs.engine import Data, Done, Slot
from dialogs.turn import Turn
from shop import words
from shop.kit.ids import PersonId


class Forget(Command):
    id = "forget"
    intents = ("admin.word_forget",)
    starts = ("忘掉",)
    examples = ("忘掉 平果", "忘掉“大樱桃”")
    undo_for = UNDO_FOR
    word = Slot(slot_of("word"), "忘掉哪个词？比如“忘掉 平果”")

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        gone = await words.forget(turn.shop, data["word"], now=turn.now)
        text = f"“{gone.word}”忘掉了，以后不当成{gone.name}。（撤销 2 分钟内有效）"
        undo = {"word": gone.word, "product": gone.product, "by": gone.by, "at": gone.at.isoformat()}
        return Done((turn.here(text),), undo=undo, before={"word": gone.word, "product": gone.product})

    async def take_back(self, turn: Turn, undo: Data) -> str:
        """Learnt again from whom and when it was."""
        at = datetime.fromisoformat(undo["at"])
        await words.teach(turn.shop, undo["word"], undo["product"], PersonId(undo["by"]), now=at)
        return f"“{undo['word']}”又记住了"
