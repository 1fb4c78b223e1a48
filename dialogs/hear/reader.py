"""读者: one message in, one reading out. The steps are asked in order; the first that knows the message answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from dialogs.hear.answers import answer
from dialogs.hear.bonds import copy_or_repeat
from dialogs.hear.dictionary import lexicon, syllables
from dialogs.hear.edits import edit
from dialogs.hear.gate import not_for_us, small_talk
from dialogs.hear.joins import join
from dialogs.hear.kinds import kinds
from dialogs.hear.lattice import Lattice, mark_emoji
from dialogs.hear.lesson import lesson
from dialogs.hear.lexicon import words
from dialogs.hear.lists import post
from dialogs.hear.merchant import command
from dialogs.hear.names import index
from dialogs.hear.normalise import normalise
from dialogs.hear.offer import open_in
from dialogs.hear.orders import order
from dialogs.hear.quantities import Amounts
from dialogs.hear.questions import plain_question, question
from dialogs.hear.reading import Context, Reading
from dialogs.hear.reposts import repost
from dialogs.hear.scene import Scene, ignore, tokens
from shop.goods import Catalogue, Product, Unit

Step = Callable[[Scene], Reading | None]

STEPS: tuple[Step, ...] = (
    repost,
    not_for_us,
    lesson,
    post,
    answer,
    command,
    small_talk,
    plain_question,
    copy_or_repeat,
    join,
    edit,
    question,
    order,
)
LISTS: tuple[Step, ...] = (repost, not_for_us, post)  # what a text may be that is too long for a message
LONGEST, MOST_PIECES = 2_000, 400  # of a message to a shop: signs, and words, goods and amounts among them
NOBODY = Context()


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads messages for one catalogue. Everything heavy is shared by all readers of a process."""

    catalogue: Catalogue
    lattice: Lattice

    def __init__(self, catalogue: Catalogue) -> None:
        object.__setattr__(self, "catalogue", catalogue)
        object.__setattr__(self, "lattice", _lattice(catalogue.products, catalogue.units))

    def read(self, text: str, context: Context = NOBODY, *, now: datetime | None = None) -> Reading:
        scene = self._scene(text, context, now or self.catalogue.now)
        too_long = bool(text.strip()) and not scene.pieces
        for step in LISTS if too_long else STEPS:
            reading = step(scene)
            if reading is not None:
                break
        else:
            reading = ignore(why="太长，不是点单" if too_long else "没有听出要什么")
        by = f"由“{step.__name__}”读出"
        return replace(
            reading, tokens=tokens(scene), text=scene.text, at=scene.now, evidence=(*reading.evidence, by)
        )

    def _scene(self, text: str, context: Context, now: datetime | None) -> Scene:
        typed = normalise(text[: 20 * LONGEST])
        offer = open_in(self.catalogue, context.campaigns)
        scene = Scene(typed, context, offer, self.lattice, now)
        if len(text) > LONGEST:
            return scene
        pieces = self.lattice.cut(typed, codes=bool(offer.campaigns))
        return replace(scene, pieces=mark_emoji(pieces, typed)) if len(pieces) <= MOST_PIECES else scene


def warm_up() -> None:
    """Read the dictionaries before anybody speaks: whoever spoke first would wait for them, and everybody with him."""
    lexicon(), syllables(), normalise("麵")


@lru_cache(maxsize=2)  # the goods as they were and as they are
def _lattice(products: tuple[Product, ...], units: tuple[Unit, ...]) -> Lattice:
    lexicon(), syllables()  # read once a process
    measured = {unit.lower() for one in units for unit in (one.name, *one.aliases)}
    sold = {sku.unit.lower() for product in products for sku in product.skus}
    amounts = Amounts(measured | sold | words("units.txt"))
    return Lattice(index(products), amounts, kinds(products, measured | sold, amounts))
