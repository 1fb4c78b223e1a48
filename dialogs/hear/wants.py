"""语法: from pieces to wants. A product and its amount find each other; everything else is left over, and counted.

The first item of a clause tells the direction (3斤苹果 or 苹果3斤); an amount closes the product that is open; 各
closes all that are open; a spec belongs to its product and is never an amount.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dialogs.hear.lattice import Piece
from dialogs.hear.offer import Offer, Want
from dialogs.hear.quantities import Quantity
from dialogs.hear.reading import Op
from dialogs.hear.repairs import repaired
from dialogs.hear.sayings import Sayings

ENDS_A_REMARK = ("break", "product", "place", "time", "note")


@dataclass(frozen=True, slots=True)
class Gathered:
    wants: tuple[Want, ...]
    loose: tuple[Quantity, ...]  # amounts that found no product
    left_over: tuple[Piece, ...]  # words nobody explained
    ops: tuple[Op, ...]  # operations said, in order
    each: bool


def gather(
    pieces: Sequence[Piece], offer: Offer, *, it: Want | None = None, bare_numbers: bool = True
) -> Gathered:
    """All wants of a message. `it` is what 这个 means here."""
    basket = _Basket(tuple(pieces), offer, it, bare_numbers)
    for at in range(len(pieces)):
        basket.take(at)
    return basket.close()


class _Basket(Sayings):
    """The state while walking over one message."""

    def take(self, at: int) -> None:
        piece = self.pieces[at]
        if piece.kind == "instead":
            self._instead(piece)
            return
        if self.noting >= 0 and not self._ends_the_remark(piece, at):
            return
        if self.noting >= 0:
            self._end_note(at)
        step = getattr(self, f"_{piece.kind}", None)
        if step is not None:
            step(piece, at)
        else:
            self._word(piece, at)

    def _ends_the_remark(self, piece: Piece, at: int) -> bool:
        if self.deaf:
            return piece.kind == "break"
        if piece.kind == "qty" and self.open and self._is_sold_by(piece.value, at):
            return True  # 切薄片两斤
        more = piece.tag == "inc" and (self._next_amount(at) or self._next_is_goods(at))  # 切成块再来一块豆腐
        return more or piece.kind in ENDS_A_REMARK

    def _break(self, piece: Piece, at: int) -> None:
        self._flush_unknown()
        self.broken, self.broken_at = True, piece.start
        if piece.text in "，,。;\n!！" and (self.done or self.open):
            self.op = "add" if not (self.open and self.op != "remove") else self.op

    def _blank(self, piece: Piece, at: int) -> None:
        return

    def _place(self, piece: Piece, at: int) -> None:
        self._flush_unknown()

    _time = _phone = _order = _mention = _place

    def close(self) -> Gathered:
        if self.noting >= 0:
            self._end_note(len(self.pieces))
        self._flush_unknown()
        if self.held is not None and not any(want.quantity is self.held for want in self.done):
            self._set_loose()
        if self.carried is not None and len(self.open) == 1:
            self.open = [replace(self.open[0], quantity=self.carried)]
        if self.for_whom and self.loose and self.done and self.done[-1].for_whom is None:
            self.done.append(
                replace(
                    self.done[-1], quantity=self.loose.pop(), for_whom=self.for_whom, start=self.done[-1].end
                )
            )  # 再帮李姐带一箱
        self._drop_mentions()
        wants = repaired(sorted([*self.done, *self.open], key=lambda want: want.start), self.offer)
        return Gathered(
            tuple(wants), tuple(self.loose), tuple(self.left_over), tuple(self.ops), self.ever_each
        )

    def _drop_mentions(self) -> None:
        """车厘子太贵了，苹果来一箱吧: goods that are only talked about, beside an order."""
        asked = [want for want in self.done if want.quantity and want.op == "add"]
        if asked and any(piece.tag in ("buy", "inc") for piece in self.pieces):
            self.open = [want for want in self.open if not self._only_talked_about(want)]
            self.done = [want for want in self.done if want.quantity or not self._only_talked_about(want)]

    def _only_talked_about(self, want: Want) -> bool:
        at = next((n for n, piece in enumerate(self.pieces) if piece.start == want.start), 0)
        clause = self._clause(at)
        told = want.op == "add" and not want.money and any(piece in self.left_over for piece in clause)
        return told and not any(p.tag in ("buy", "inc", "each") or p.kind == "qty" for p in clause)
