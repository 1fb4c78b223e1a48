"""征: the signs in a message — what its words tell about its subject, and in what form it asks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from dialogs.hear.details import categories, topic
from dialogs.hear.dictionary import is_noun
from dialogs.hear.lattice import Piece
from dialogs.hear.lexicon import table, words
from dialogs.hear.quantities import Quantity
from dialogs.hear.scene import Scene
from dialogs.hear.wants import Gathered

QUESTIONS = ("when", "where", "which", "how", "why", "howmuch", "asking")
KINDS = {  # kinds of pieces that are signs
    "time": "time",
    "phone": "phone",
    "place": "place_told",
    "money": "moneyamount",
    "number": "digits",
    "digits": "digits",
    "product": "goods",
    "code": "goods",
}
YUAN = ("块", "元", "毛", "角")
# No single character inside one of these is a sign.
WHOLE = frozenset({"word", "qty", "place", "spec", "time", "money", "note", "phone"})
NO_SIGN = ("thing",)  # 海鲜 of 海鲜团 is a kind of goods, too
SERVICE_UNITS = frozenset({"次"})  # beside those of heads.txt
ASKS_HOW_MANY = re.compile("几")
WHATEVER = re.compile(  # 多少钱都行 asks nothing
    "(?:不管|随便|无所谓)?(?:多少钱?|多贵|[什啥哪]么?价|贵点|几块钱?)(?:都|也)(?:行|可以|要|成|没事|没关系|无所谓|好说)"
)
DONE = re.compile("(?:了|啦|咯|好|过|完|成功|喽)(?![没吗么不])")


@dataclass(frozen=True, slots=True)
class Signs:
    found: Mapping[str, str]  # sign → the words that show it
    words: tuple[tuple[int, int, tuple[str, ...]], ...]  # from, to, the signs that stand there
    shaped: tuple[tuple[int, int], ...] = ()  # from, to: what the shapes cover, gaps and all

    def __contains__(self, sign: str) -> bool:
        return sign in self.found

    def any_of(self, signs: Iterable[str]) -> bool:
        return any(sign in self.found for sign in signs)

    @property
    def of_goods(self) -> bool:
        """Whether anything we sell, or an order of it, is named."""
        return self.any_of(("goods", "part", "category", "order", "fetchcode"))


def signs(scene: Scene, gathered: Gathered) -> Signs:
    found: dict[str, str] = {}
    stretches: list[tuple[int, int, tuple[str, ...]]] = []
    hidden = masked(scene)
    for start, end in _words(hidden, scene.pieces):
        shown = listed()[hidden[start:end]]
        stretches.append((start, end, shown))
        for sign in shown:
            if sign != "life" or not scene.lattice.names.having(hidden[start:end]):  # 猫, where 猫粮 is sold
                found.setdefault(sign, hidden[start:end])
    found |= dict(_of_pieces(scene.pieces, [want.quantity for want in gathered.wants if want.products]))
    found |= dict(_of_goods(scene, gathered))
    shaped = {sign: match for sign, shape in shapes().items() if (match := shape.search(hidden))}
    for sign, match in shaped.items():
        found.setdefault(sign, match[0])
    return Signs(_formed(found, hidden), tuple(stretches), tuple(match.span() for match in shaped.values()))


def _formed(found: dict[str, str], text: str) -> dict[str, str]:
    """A message asks or it tells."""
    asked = next((found[sign] for sign in QUESTIONS if sign in found), None)
    if asked and "ask" not in found:
        found["ask"] = asked
    if "ask" not in found:
        found["tell"] = ""
    if DONE.search(text):
        found["done"] = ""
    return found


def _of_pieces(pieces: tuple[Piece, ...], ordered: list[Quantity | None]) -> Iterator[tuple[str, str]]:
    for piece in pieces:
        if piece.kind == "qty":
            one = piece.value.value == 1 and piece.value.unit
            if not ASKS_HOW_MANY.match(piece.text):  # 一盒几斤
                yield ("each" if one else "amount"), piece.text
            if piece.value.unit in YUAN and piece.value not in ordered:  # 三块豆腐 is no money
                yield "moneyamount", piece.text
        elif piece.kind == "cue" and piece.tag == "buy":
            yield "buy", piece.text
        elif piece.kind in KINDS:
            yield KINDS[piece.kind], piece.text


def _of_goods(scene: Scene, gathered: Gathered) -> Iterator[tuple[str, str]]:
    about = topic(scene, gathered)
    if about:
        yield "goods", next(iter(about.values()))
    if any(_is_service(scene, id) for want in gathered.wants for id in want.products):
        yield "service", ""
    unknown = [want.heard for want in gathered.wants if want.source == "unknown"]
    if unknown and not about:
        yield "unknown", unknown[0]
    for kind in kinds_named(scene):
        yield "category", kind
    if scene.context.cart or scene.context.last_order:
        yield "cart", ""
    if scene.addressed and (part := part_of_ours(scene, gathered)):
        yield "part", part


def _is_service(scene: Scene, product: str) -> bool:
    return scene.offer.skus(product)[0].unit in words("heads.txt") | SERVICE_UNITS


def kinds_named(scene: Scene) -> list[str]:
    """Kinds of goods in the message: 水果, and 海鲜 while 周五海鲜团 is open."""
    titles = [campaign.title for campaign in scene.offer.campaigns]
    words = [
        p.text
        for p in scene.pieces
        if p.kind == "word" and len(p.text) > 1 and listed().get(p.text, NO_SIGN) == NO_SIGN
    ]
    found = [category for category in categories(scene) if category in scene.text]
    return found + [word for word in words if any(word in title for title in titles)]


def part_of_ours(scene: Scene, gathered: Gathered) -> str | None:
    """虾, where 大虾 is sold, 丝绒 of 红丝绒蛋糕: a thing that one of our names ends with, or a longer part of one."""
    names = scene.lattice.names
    return next(
        (
            piece.text
            for piece in gathered.left_over
            if is_noun(piece.text)
            and (names.having(piece.text) if len(piece.text) > 1 else names.ending_with(piece.text))
        ),
        None,
    )


# --- the message with the goods hidden, so that no name is taken for a sign (吐 in 吐司)


def masked(scene: Scene) -> str:
    """As long as the message."""
    text = list(scene.text)
    for piece in scene.pieces:
        if (
            piece.kind in ("product", "code", "instead")
            or piece.source == "without"  # 不要发芽的 complains of nothing
            or (piece.source == "short" and len(piece.text) > 1)  # 碎花 of 碎花伞 neither
        ):
            text[piece.start : piece.end] = "〇" * (piece.end - piece.start)
        elif piece.tag == "filler" and piece.text == "在吗":  # it greets
            text[piece.start : piece.end] = " " * (piece.end - piece.start)
    hidden = "".join(text)
    return WHATEVER.sub(lambda said: " " * len(said[0]), hidden) if "都" in text or "也" in text else hidden


def strange(scene: Scene, shown: Signs) -> int:
    """How many characters neither a sign nor goods nor small words explain."""
    stretches = [(start, end) for start, end, _ in shown.words]
    explained = {at for start, end in (*stretches, *shown.shaped) for at in range(start, end)}
    return sum(
        at not in explained
        for piece in scene.pieces
        if piece.kind in ("word", "char", "latin", "digits") and piece.text not in words("harmless.txt")
        for at in range(piece.start, piece.end)
    )


# --- words


def _words(text: str, pieces: tuple[Piece, ...]) -> Iterator[tuple[int, int]]:
    """Every listed word that lies in no longer one; a single character must not be a part of another word."""
    lengths, known, last = _lengths(), listed(), 0
    inside = {at for p in pieces if p.kind in WHOLE and len(p.text) > 1 for at in range(p.start, p.end)}
    in_size = {
        at for p in pieces if p.kind == "specword" and len(p.text) > 1 for at in range(p.start, p.end)
    }  # 生的 in 花生的
    for start, char in enumerate(text):
        if start in in_size:
            continue
        for length in lengths.get(char, ()):
            end = start + length
            if end <= len(text) and text[start:end] in known:
                if end > last and (length > 1 or start not in inside):
                    last = end
                    yield start, end
                break


@cache
def listed() -> Mapping[str, tuple[str, ...]]:
    """Word → its signs."""
    found: dict[str, tuple[str, ...]] = {}
    for sign, written in table("signs.toml")["words"].items():
        for word in written.split():
            found[word] = (*found.get(word, ()), sign)
    return found


@cache
def _lengths() -> Mapping[str, tuple[int, ...]]:
    """First character → the lengths of the words that begin with it, longest first."""
    found: dict[str, set[int]] = {}
    for word in listed():
        found.setdefault(word[0], set()).add(len(word))
    return {char: tuple(sorted(lengths, reverse=True)) for char, lengths in found.items()}


@cache
def shapes() -> Mapping[str, re.Pattern[str]]:
    """Each shape as one expression; 〇 is as long as the name it hides."""
    found = table("signs.toml")["shapes"].items()
    joined = {sign: "|".join(f"(?:{one})" for one in listed) for sign, listed in found}
    return {sign: re.compile(shape.replace("〇", "〇+")) for sign, shape in joined.items()}
