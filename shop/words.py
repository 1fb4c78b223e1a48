"""学词: messages that were not understood are kept, masked, until a merchant teaches their word or lets them go; a
word that was taught is another name of goods in this shop, with who taught it and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shop.counters import goods_changed
from shop.kit.ids import PersonId, ShopId
from shop.records.goods import Product
from shop.records.shops import Shop
from shop.records.words import LearntWord, Unread
from shop.refusals import NoSuchGoods, NoSuchMessage, NotAName, NotLearnt, WordTaken
from shop.rules.words import WHOLE, likeness, may_be_a_name
from shop.transaction import run_sql, transaction

MOST_KEPT = 300  # messages of a shop
LONGEST_TEXT = 120
LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Missed:
    """Messages with the same unknown words: the newest of them, masked, and how often they came."""

    id: int
    word: str  # the unknown one; empty when it is not known which
    text: str
    in_group: bool
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Learnt:
    word: str
    product: str  # its key
    name: str
    by: PersonId
    by_name: str
    at: datetime


# ── what was not understood ─────────────────────────────────────────────────────────────────────────────────────


async def note(shop: ShopId, text: str, word: str, *, in_group: bool, now: datetime) -> None:
    """Keep a message that nobody understood because of this word ("" when it is not known which). `text` is masked
    already. Messages that are alike are kept once and counted. What was let go stays so; a word that was taught and is
    missed again comes back."""
    async with transaction():
        kept = await run_sql(
            "INSERT INTO unread (shop_id, likeness, text, in_group, times, first_at, last_at, state) "
            "VALUES (?, ?, ?, ?, 1, ?, ?, 'open') ON CONFLICT (shop_id, likeness) DO UPDATE SET "
            "times = unread.times + 1, text = excluded.text, in_group = excluded.in_group, last_at = excluded.last_at, "
            "state = CASE unread.state WHEN 'taught' THEN 'open' ELSE unread.state END RETURNING id, times",
            [shop, likeness(text, word)[:LONGEST_TEXT], text[:LONGEST_TEXT], in_group, now, now],
        )
        if kept[0]["times"] == 1:
            await _make_room(shop, newest=int(kept[0]["id"]))


async def _make_room(shop: ShopId, *, newest: int) -> None:
    """The oldest of the rarest go."""
    too_many = await Unread.filter(shop_id=shop).count() - MOST_KEPT
    if too_many > 0:
        going = Unread.filter(shop_id=shop).exclude(id=newest).order_by("times", "last_at").limit(too_many)
        await Unread.filter(id__in=await going.values_list("id", flat=True)).delete()


async def unread(shop: ShopId, *, now: datetime) -> tuple[Missed, ...]:
    """What waits for a word, those of the last days first, then the most frequent, then the newest."""
    rows = await Unread.filter(shop_id=shop, state="open")
    rows.sort(key=lambda row: (row.last_at > now - LATELY, row.times, row.last_at, row.id), reverse=True)
    return tuple(_missed(row) for row in rows)


async def message(shop: ShopId, id: int) -> Missed:
    """One of them, whatever became of it. Raises NoSuchMessage."""
    row = await Unread.filter(shop_id=shop, id=id).first()
    if row is None:
        raise NoSuchMessage
    return _missed(row)


async def drop(shop: ShopId, ids: Sequence[int]) -> None:
    """算了: these are not asked about any more. Raises NoSuchMessage when one of them does not wait."""
    async with transaction():
        if await Unread.filter(shop_id=shop, id__in=ids, state="open").update(state="dropped") != len(ids):
            raise NoSuchMessage


async def take_up(shop: ShopId, ids: Sequence[int]) -> None:
    """Undo of 算了."""
    async with transaction():
        await Unread.filter(shop_id=shop, id__in=ids, state="dropped").update(state="open")


def _missed(row: Unread) -> Missed:
    word = "" if row.likeness.startswith(WHOLE) else row.likeness
    return Missed(row.id, word, row.text, row.in_group, row.times, row.last_at)


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def teach(shop: ShopId, word: str, product: str, by: PersonId, *, now: datetime) -> None:
    """From now on `word` is another name of these goods, and the messages with it are done with. Raises what
    `may_teach` raises. Whether people use the word for other things is for the caller to judge."""
    async with transaction():
        await Shop.filter(id=shop).select_for_update(no_key=True).get()  # one clerk after the other
        await may_teach(shop, word, product)
        goods = await Product.get(shop_id=shop, key=product)
        await Product.filter(id=goods.id).update(aliases=[*goods.aliases, word])
        await LearntWord.create(shop_id=shop, product_id=goods.id, word=word, by_id=by, taught_at=now)
        await Unread.filter(shop_id=shop, state="open", likeness__contains=word).update(state="taught")
        await goods_changed(shop)


async def may_teach(shop: ShopId, word: str, product: str) -> None:
    """Raises NotAName for a number, a unit, what is too short, too long or not of letters; WordTaken for a name of
    any goods, on the menu or not; NoSuchGoods unless the goods are on sale."""
    units = (await Shop.get(id=shop)).units
    if not may_be_a_name(
        word, {unit for name, one in units.items() for unit in (name, *one.get("aliases", ()))}
    ):
        raise NotAName(word)
    if holder := await _called(shop, word):
        raise WordTaken(word, holder.name, is_same=holder.key == product)
    if not await Product.filter(shop_id=shop, key=product, on_sale=True).exists():
        raise NoSuchGoods(product)


async def _called(shop: ShopId, word: str) -> Product | None:
    """The goods that have this name already, on the menu or not."""
    for row in await Product.filter(shop_id=shop).order_by("-on_sale", "id"):
        if word.casefold() in (name.casefold() for name in (row.name, *row.aliases)):
            return row
    return None


async def forget(shop: ShopId, word: str, *, now: datetime) -> Learnt:
    """忘掉: the name is taken away again; who taught it and when stays written. Gives what was learnt. Raises
    NotLearnt."""
    async with transaction():
        await Shop.filter(id=shop).select_for_update(no_key=True).get()
        row = await (
            LearntWord.filter(shop_id=shop, word=word, forgotten_at=None)
            .select_related("product", "by")
            .first()
        )
        if row is None:
            raise NotLearnt(word)
        aliases = [alias for alias in row.product.aliases if alias != word]
        await Product.filter(id=row.product_id).update(aliases=aliases)
        await LearntWord.filter(id=row.id).update(forgotten_at=now)
        await Unread.filter(shop_id=shop, state="taught", likeness=word).update(state="open")
        await goods_changed(shop)
        return _learnt(row)


async def learnt(shop: ShopId) -> tuple[Learnt, ...]:
    """Every word that was taught and not forgotten, the newest first."""
    rows = LearntWord.filter(shop_id=shop, forgotten_at=None).order_by("-taught_at", "-id")
    return tuple(_learnt(row) for row in await rows.select_related("product", "by"))


def _learnt(row: LearntWord) -> Learnt:
    return Learnt(
        row.word, row.product.key, row.product.name, PersonId(row.by_id), row.by.name, row.taught_at
    )
