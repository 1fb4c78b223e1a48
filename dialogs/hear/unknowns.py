"""生词: words that nobody explains — goods that are not sold here, another model of ours, or a description."""

from __future__ import annotations

from dialogs.hear.asides import Asides
from dialogs.hear.lattice import Piece
from dialogs.hear.offer import Want
from dialogs.hear.things import ends_a_thing, names_a_thing, run


class Unknowns(Asides):
    """They are kept apart, and beside an amount they are goods that must be asked about."""

    def _word(self, piece: Piece, at: int) -> None:
        if self.denied is not None and piece.start == self.denied.start:
            return
        if self._takes_back(piece, at):
            self.wrong = True
            return
        self.unknown.append(piece)
        self.left_over.append(piece)

    def _thing_before(self, piece: Piece) -> str:
        """Unknown goods right before an amount: 火龙果3斤."""
        verbs = [p for p in self.pieces if p.kind == "cue" and p.tag in ("buy", "filler")]
        said = run([*self.unknown, *verbs], piece.start)
        words = [p for p in said if p.kind != "cue"]
        if said and said[-1].text == "的" and (self.open or self.done):
            return ""  # 大闸蟹三两公的四只
        return (
            "".join(p.text for p in words)
            if words and (names_a_thing(words[-1]) or len(words[-1].text) == 1)
            else ""
        )

    def text_start(self, heard: str) -> int:
        return next((p.start for p in self.unknown if heard.startswith(p.text)), self.unknown[-1].start)

    def _flush_unknown(self) -> None:
        """Unknown goods right behind an amount: 来两斤山竹."""
        if self.held is not None and self.unknown:
            after = [p for p in self.unknown if self.held_at < self.pieces.index(p) and not self._apart(p)]
            thing = after and (ends_a_thing(after) or len(after) == 1 == len(after[0].text))
            if thing and not self._only_describes(after[-1]):
                heard = "".join(p.text for p in after)
                start, end = self.pieces[self.held_at].start, after[-1].end
                self.done.append(
                    Want(heard=heard, source="unknown", quantity=self.held, op=self.op, start=start, end=end)
                )
                self.held = None
        self.unknown.clear()

    def _drop_unknown(self, since: int = 0) -> None:
        """Words that turned out to describe goods."""
        self.left_over = [p for p in self.left_over if p not in self.unknown or p.start < since]
        self.unknown = [p for p in self.unknown if p.start < since]

    def _drop_adjectives(self, start: int) -> None:
        """两斤没打蜡的苹果: what stands before 的 and goods names no goods of its own."""
        told = run(self.pieces, start)
        if self.held is None or not told or told[-1].text != "的":
            return
        self._drop_unknown(self.pieces[self.held_at].end)

    def _is_another_model(self, piece: Piece, at: int) -> bool:
        """4B铅笔, where 2B铅笔 is sold and 铅笔 is another name of it."""
        before = self.pieces[at - 1] if at else None
        coded = before is not None and before.kind in ("latin", "digits") and before.end == piece.start
        return coded and any(self.offer.catalogue.product[id].name[0].isascii() for id in piece.value)

    def _model(self, at: int) -> str:
        """4b: no amount and no goods of its own."""
        said = [p for p in self.pieces[max(at - 2, 0) : at] if p.kind in ("number", "latin", "digits")]
        if said[0].kind == "number" and self.held_at == at - 2:
            self.held = None
        self._drop_unknown(said[0].start)
        return "".join(p.text for p in said)
