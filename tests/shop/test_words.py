"""What was not understood is kept for the merchant; the words he teaches are names of this shop's goods and no other's."""

from __future__ import annotations

import asyncio

import pytest

from dialogs.hear import Context, Reader
from shop import catalogue, words
from shop.goods import Product
from shop.kit.ids import ShopId
from shop.kit.refusal import Refusal
from shop.refusals import NoSuchGoods, NoSuchMessage, NotAName, NotLearnt, WordTaken
from shop.transaction import run_sql, unit_of_work
from tests.support.world import NOW, a_clerk, a_product, a_shop, after, books


async def names(shop: ShopId, product: str = "N001") -> tuple[str, ...]:
    found: Product = (await catalogue.goods(shop)).everything.product[product]
    return found.aliases


async def waiting(shop: ShopId) -> list[tuple[str, int]]:
    return [(one.text, one.times) for one in await words.unread(shop, now=after(hours=1))]


async def miss(shop: ShopId, text: str, word: str, **time: float) -> None:
    await words.note(shop, text, word, in_group=False, now=after(**time))


# ── what was not understood ─────────────────────────────────────────────────────────────────────────────────────


async def test_the_same_word_waits_once_with_the_newest_message_and_how_often_it_came(shop: ShopId) -> None:
    await miss(shop, "平果两斤", "平果")
    await words.note(shop, "来3斤平果", "平果", in_group=True, now=after(minutes=5))
    (one,) = await words.unread(shop, now=after(hours=1))
    assert (one.word, one.text, one.times) == ("平果", "来3斤平果", 2)
    assert (one.in_group, one.last_at) == (True, after(minutes=5))


async def test_without_a_word_the_same_message_waits_once_whatever_its_numbers(shop: ShopId) -> None:
    await miss(shop, "那个紫的给我来两盒", "")
    await miss(shop, "那个紫的，给我来3盒!", "", minutes=1)
    (one,) = await words.unread(shop, now=NOW)
    assert (one.word, one.text, one.times) == ("", "那个紫的，给我来3盒!", 2)


async def test_this_week_comes_first_then_the_frequent_then_the_new(shop: ShopId) -> None:
    for _ in range(3):
        await miss(shop, "龙眼一斤", "龙眼")
    for _ in range(2):
        await miss(shop, "柿饼一盒", "柿饼", days=8)
    await miss(shop, "提子一斤", "提子", days=8, minutes=1)
    await miss(shop, "榴莲一个", "榴莲", days=8, minutes=2)
    listed = await words.unread(shop, now=after(days=9))
    assert [one.text for one in listed] == ["柿饼一盒", "榴莲一个", "提子一斤", "龙眼一斤"]


async def test_what_was_let_go_stays_so_and_can_be_taken_up_again(shop: ShopId) -> None:
    await miss(shop, "榴莲一个", "榴莲")
    (one,) = await words.unread(shop, now=NOW)
    await words.drop(shop, [one.id])
    await miss(shop, "榴莲两个", "榴莲", minutes=1)
    assert await waiting(shop) == []
    await words.take_up(shop, [one.id])
    assert await waiting(shop) == [("榴莲两个", 2)]


async def test_nothing_is_let_go_twice_nor_half(shop: ShopId) -> None:
    await miss(shop, "榴莲一个", "榴莲")
    (one,) = await words.unread(shop, now=NOW)
    with pytest.raises(NoSuchMessage):
        await words.drop(shop, [one.id, one.id + 1])
    assert await waiting(shop) == [("榴莲一个", 1)]
    await words.drop(shop, [one.id])
    with pytest.raises(NoSuchMessage):
        await words.drop(shop, [one.id])


async def test_a_shop_keeps_so_many_and_the_oldest_of_the_rarest_go(
    shop: ShopId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "MOST_KEPT", 3)
    await miss(shop, "甲一斤", "甲")
    await miss(shop, "甲两斤", "甲", minutes=1)
    for minute, word in enumerate("乙丙丁戊", start=2):
        await miss(shop, f"{word}一斤", word, minutes=minute)
    assert await waiting(shop) == [("甲两斤", 2), ("戊一斤", 1), ("丁一斤", 1)]
    for word in "丁戊":
        await miss(shop, f"{word}一斤", word, minutes=9)
    await miss(shop, "己一斤", "己", minutes=10)  # the newest is kept even where all others are frequent
    assert ("己一斤", 1) in await waiting(shop)


async def test_two_people_miss_the_same_word_in_the_same_moment(shop: ShopId) -> None:
    async def one() -> None:
        await unit_of_work(lambda: miss(shop, "平果两斤", "平果"))

    await asyncio.gather(*(one() for _ in range(8)))
    assert await waiting(shop) == [("平果两斤", 8)]


async def test_a_long_message_is_cut(shop: ShopId) -> None:
    await miss(shop, "果" * 5_000, "果" * 5_000)
    assert await waiting(shop) == [("果" * words.LONGEST_TEXT, 1)]


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_word_that_is_taught_is_read_at_once_in_this_shop_alone(shop: ShopId) -> None:
    await a_product("苹果", "6.50", unit="斤")
    other = await a_shop("S2", "隔壁店")
    await a_product("苹果", "6.50", unit="斤", shop=other)
    await words.teach(shop, "蛇果", "N001", await a_clerk(), now=NOW)
    read = {
        one: Reader((await catalogue.goods(one)).catalogue).read("蛇果两斤", Context()).action
        for one in (shop, other)
    }
    assert read == {shop: "act", other: "clarify"}
    assert (await names(shop), await names(other)) == (("蛇果",), ())
    assert await words.learnt(other) == ()


async def test_who_taught_it_and_when_stays_written(shop: ShopId) -> None:
    await a_product("苹果")
    boss = await a_clerk("周姐")
    await words.teach(shop, "平果", "N001", boss, now=NOW)
    await words.teach(shop, "蛇果", "N001", boss, now=after(minutes=1))
    listed = await words.learnt(shop)
    assert [(one.word, one.name, one.by_name, one.at) for one in listed] == [
        ("蛇果", "苹果", "周姐", after(minutes=1)),
        ("平果", "苹果", "周姐", NOW),
    ]
    await words.forget(shop, "平果", now=after(days=1))
    rows = await run_sql("SELECT word, forgotten_at IS NULL AS holds FROM learnt_word ORDER BY id")
    assert [(row["word"], bool(row["holds"])) for row in rows] == [("平果", False), ("蛇果", True)]


async def test_teaching_is_done_with_the_messages_that_have_the_word(shop: ShopId) -> None:
    await a_product("苹果")
    await miss(shop, "平果两斤", "平果")
    await miss(shop, "那个平果给我整两盒", "")
    await miss(shop, "提子两斤，平果一斤", "提子")
    await words.teach(shop, "平果", "N001", await a_clerk(), now=NOW)
    assert await waiting(shop) == [("提子两斤，平果一斤", 1)]


async def test_a_word_that_is_missed_again_although_it_was_taught_comes_back(shop: ShopId) -> None:
    await a_product("苹果")
    await miss(shop, "平果两斤", "平果")
    await words.teach(shop, "平果", "N001", await a_clerk(), now=NOW)
    await miss(shop, "平果两斤", "平果", minutes=1)
    assert await waiting(shop) == [("平果两斤", 2)]


async def test_forgetting_takes_the_name_away_and_the_message_waits_again(shop: ShopId) -> None:
    await a_product("苹果")
    await miss(shop, "平果两斤", "平果")
    boss = await a_clerk()
    await words.teach(shop, "平果", "N001", boss, now=NOW)
    gone = await words.forget(shop, "平果", now=after(minutes=1))
    assert (gone.word, gone.product, gone.by, gone.at) == ("平果", "N001", boss, NOW)
    assert (await names(shop), await waiting(shop)) == ((), [("平果两斤", 1)])
    with pytest.raises(NotLearnt):
        await words.forget(shop, "平果", now=after(minutes=2))
    await words.teach(shop, "平果", "N001", gone.by, now=gone.at)
    assert [one.at for one in await words.learnt(shop)] == [NOW]


async def test_a_name_of_the_catalogue_is_not_forgotten(shop: ShopId) -> None:
    await a_product("苹果")
    with pytest.raises(NotLearnt):
        await words.forget(shop, "苹果", now=NOW)


async def refused(shop: ShopId, word: str, product: str = "N001") -> Refusal:
    """Why the word cannot be taught; nothing moved."""
    boss, before = await a_clerk(), await books()
    kept = await names(shop), await words.learnt(shop)
    with pytest.raises(Refusal) as no:
        await words.teach(shop, word, product, boss, now=NOW)
    assert (await books(), (await names(shop), await words.learnt(shop))) == (before, kept)
    return no.value


@pytest.mark.parametrize(
    "word",
    [
        "果",
        "",
        "大" * 13,
        "红 果",
        "红果!",
        "红果2",
        "12",
        "二十",
        "a_b",
        "%果",
        "苹果\n橙子",
        "🍎🍎",
        "＊＊＊",
    ],
)
async def test_what_is_no_name(shop: ShopId, word: str) -> None:
    await a_product("苹果")
    assert isinstance(await refused(shop, word), NotAName)


async def test_a_name_that_other_goods_have_already(shop: ShopId) -> None:
    await a_product("苹果")
    await a_product("车厘子")
    await words.teach(shop, "大樱桃", "N002", await a_clerk(), now=NOW)
    for word, holder, is_same in (
        ("车厘子", "车厘子", False),
        ("大樱桃", "车厘子", False),
        ("苹果", "苹果", True),
    ):
        no = await refused(shop, word)
        assert isinstance(no, WordTaken)
        assert (no.word, no.name, no.is_same) == (word, holder, is_same)


async def test_goods_off_the_menu_keep_their_names_and_get_no_new_ones(shop: ShopId) -> None:
    await a_product("苹果")
    await a_product("车厘子")
    await catalogue.withdraw(shop, "N002")
    assert isinstance(await refused(shop, "车厘子"), WordTaken)
    assert isinstance(await refused(shop, "大樱桃", "N002"), NoSuchGoods)
    assert isinstance(await refused(shop, "大樱桃", "N009"), NoSuchGoods)


async def test_two_clerks_teach_one_word_for_two_goods_and_the_first_one_holds(shop: ShopId) -> None:
    await a_product("苹果")
    await a_product("车厘子")
    boss = await a_clerk()

    async def teach(product: str) -> str:
        try:
            await unit_of_work(lambda: words.teach(shop, "红果", product, boss, now=NOW))
        except WordTaken as no:
            return no.name
        return ""

    told = await asyncio.gather(teach("N001"), teach("N002"))
    (held,) = await words.learnt(shop)
    assert sorted(told) == sorted(["", held.name])
    assert (await names(shop), await names(shop, "N002")).count(("红果",)) == 1
