"""样: the sorts one kind of goods comes in, asked for together — 5号7号电池各一卡, 围巾三个颜色各一条, 一段一罐二段两罐奶粉."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from dialogs.hear.lattice import Piece
from dialogs.hear.offer import Want
from dialogs.hear.packs import Packs
from dialogs.hear.settle import named_by
from dialogs.hear.shorthand import ALL
from dialogs.hear.specs import Spec
from dialogs.hear.units import same_unit
from dialogs.hear.walk import SIZES
from shop.goods import Sku


class Sorts(Packs):
    """Several packs of the same goods, each of them a want of its own."""

    def _each_sort(self, want: Want) -> list[Want]:
        """The wants that goods are, by what was said of their packs before they were named."""
        behind = [p for p in self.pieces if p.start >= want.end]
        if self.sorts:
            found, self.sorts = self._all_sorts(want, behind), 0
            return found or [want]
        each = any(piece.tag == "each" for piece in behind)
        if each and len(want.specs) > 1 and self._are_apart(want):
            return [replace(want, specs=(spec,)) for spec in want.specs]
        return [want]

    def _are_apart(self, want: Want) -> bool:
        told = [replace(want, specs=(spec,)) for spec in want.specs]
        return all(self._sizes_differ(one, other.specs[0]) for one, other in combinations(told, 2))

    def _all_sorts(self, want: Want, behind: list[Piece]) -> list[Want]:
        """A want for every pack that is sold by the unit behind, when they are as many as was said."""
        amount = next((p.value for p in behind if p.kind == "qty"), None)
        skus = [sku for id in want.products for sku in self.offer.skus(id)] if len(want.products) == 1 else []
        unit = amount.unit if amount and amount.unit not in (None, "份") else None
        skus = [sku for sku in skus if unit is None or same_unit(self.offer.catalogue, sku.unit, unit)]
        as_many = self.sorts in (len(skus), ALL) and len({sku.unit for sku in skus}) == 1
        return [replace(want, sku=sku.id) for sku in skus] if len(skus) > 1 and as_many else []

    def _counts_sorts(self, piece: Piece, at: int) -> bool:
        """三个颜色 of 围巾三个颜色各来一条, 三种 of 三种砂纸各两张."""
        if self.open:
            self.sorts = piece.value
            found = self._all_sorts(self.open[-1], list(self.pieces[at + 1 :]))
            self.open[-1:], self.sorts = found or self.open[-1:], 0
            self.each = self.each or (bool(found) and piece.value == ALL)
            return True
        self.sorts = piece.value if self._next_is_goods(at) else 0
        return bool(self.sorts)

    def _goods_behind_sorts(self, at: int) -> Piece | None:
        """奶粉 of 一段一罐二段两罐奶粉: each pack with its amount, and then what they all are."""
        if self.open or self.done or self.held is not None:
            return None
        said = [
            p for p in self.pieces[at:] if p.kind not in ("blank", "break") and p.text not in ("的", "和")
        ]
        goods = next((n for n, p in enumerate(said) if p.kind == "product"), 0)
        pairs, behind = said[:goods], said[goods + 1 :]
        if len(pairs) < 4 or len(pairs) % 2 or any(p.kind in ("qty", "number", *SIZES) for p in behind[:1]):
            return None
        sizes, amounts = pairs[::2], pairs[1::2]
        skus = tuple(sku for id in said[goods].value for sku in self.offer.skus(id))
        each = all(p.kind in SIZES and self._is_a_size(p.value, skus) for p in sizes)
        return said[goods] if each and all(p.kind == "qty" for p in amounts) else None

    def _is_a_size(self, spec: Spec, skus: tuple[Sku, ...]) -> bool:
        return 0 < len(named_by(spec, skus, self.offer)) < len(skus)
