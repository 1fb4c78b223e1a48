"""The post: every message worked through once, every letter out at least once, every event told once."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from shop import mail
from shop.events import OrderExpired, OrderPaid, SpecialsPosted
from shop.kit.ids import MessageId, ShopId
from shop.mail import Incoming, NewLetter
from shop.transaction import run_sql, transaction
from tests.support.world import NOW, a_customer, after


def said(n: int = 1, text: str = "来2箱橙子", room: str | None = "g1", channel: str = "street") -> Incoming:
    return Incoming(
        channel, f"m{n}", room, "wx1", "小李", text, NOW, {"mentions": ["店"]} if n == 1 else None
    )


def letter(
    key: str, *, fold: str | None = None, room: str | None = "g1", text: str = "好的", **more: Any
) -> NewLetter:
    given: dict[str, Any] = {"channel": "street", "account": None, "lane": "reply", "not_before": NOW} | more
    return NewLetter(key=key, room=room, body={"text": text}, fold=fold, **given)


async def posted(*letters: NewLetter, now: datetime = NOW) -> None:
    async with transaction():
        await mail.write(letters, now=now)


async def states() -> dict[str, str]:
    rows = await run_sql("SELECT letter.key, state FROM letter ORDER BY id")
    return {str(row["key"]): str(row["state"]) for row in rows}


async def kept(n: int = 1) -> MessageId:
    return (await mail.keep(said(n), now=NOW))[0]


# ── in ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_message_that_comes_twice_is_kept_once(shop: ShopId) -> None:
    first, new = await mail.keep(said(), now=NOW)
    again, new_again = await mail.keep(said(text="改过的字"), now=after(minutes=1))
    assert (new, new_again, again) == (True, False, first)
    (one,) = await mail.waiting()
    assert (one.id, one.message, one.attempts) == (first, said(), 0)
    assert (await mail.keep(said(channel="webroom"), now=NOW))[1]


async def test_what_waits_is_read_oldest_first_and_page_by_page(shop: ShopId) -> None:
    ids = [await kept(n) for n in range(1, 6)]
    assert [one.id for one in await mail.waiting()] == ids
    assert [one.id for one in await mail.waiting(after=ids[1], limit=2)] == ids[2:4]


async def test_a_finished_message_is_done_with_its_letters(shop: ShopId) -> None:
    id = await kept()
    async with transaction():
        begun = await mail.begin(id)
        assert begun is not None and begun.message.text == "来2箱橙子"
        await mail.finish(
            id, [letter("m1/0"), letter("m1/1", room=None, account="wx1")], {"intent": "order"}, now=NOW
        )
    async with transaction():
        assert await mail.begin(id) is None
    assert (await mail.is_done(id), await mail.waiting()) == (True, [])
    assert [(one.body["text"], state) for one, state in await mail.caused_by(id)] == [("好的", "new")] * 2
    first = (await mail.caused_by(id))[0][0]
    assert await mail.trace_of(first.id) == {"heard": "来2箱橙子", "who": "小李", "intent": "order"}


async def test_an_answer_in_private_that_was_folded_away_is_the_newer_words(shop: ShopId) -> None:
    """Of a line in a group the newer words are everybody's: nobody is told them as his answer."""
    id = await kept()
    async with transaction():
        await mail.begin(id)
        slip, line = letter("m1/0", room=None, account="wx1", fold="slip:A1"), letter("m1/1", fold="list:1")
        await mail.finish(id, [slip, line], {}, now=NOW)
        private = letter("e1/0", room=None, account="wx1", fold="slip:A1", text="过期了")
        await mail.write([private, letter("e1/1", fold="list:1", text="接龙")], now=NOW)
    found = [(one.body["text"], state) for one, state in await mail.caused_by(id)]
    assert found == [("好的", "folded"), ("好的", "folded"), ("过期了", "new")]
    assert await mail.unsent_of(id, by=NOW) and not await mail.unsent_of(id, by=NOW - timedelta(seconds=1))


async def test_a_message_whose_work_failed_is_as_it_was(shop: ShopId) -> None:
    id = await kept()
    try:
        async with transaction():
            await mail.begin(id)
            await mail.finish(id, [letter("m1/0")], {}, now=NOW)
            raise ZeroDivisionError
    except ZeroDivisionError:
        assert not await mail.failed(id, "ZeroDivisionError")
    assert await states() == {}
    (one,) = await mail.waiting()
    assert (one.id, one.attempts) == (id, 1)


async def test_the_fifth_failure_is_the_last(shop: ShopId) -> None:
    id = await kept()
    assert [await mail.failed(id, "bug") for _ in range(6)] == [False, False, False, False, True, False]
    assert (await mail.waiting(), await mail.is_done(id)) == ([], True)
    async with transaction():
        assert await mail.begin(id) is None


async def test_what_was_said_just_before_in_the_group(shop: ShopId) -> None:
    for n in range(1, 10):
        await mail.keep(said(n, text=f"第{n}句", room="g2" if n == 5 else "g1"), now=NOW)
    heard = await mail.said_in_room("street", "g1", before=8, limit=3)
    assert [one.text for one in heard] == ["第4句", "第6句", "第7句"]


# ── what a dialogue has gathered ────────────────────────────────────────────────────────────────────────────────


async def test_a_dialogue_is_remembered_until_its_time_is_over(shop: ShopId) -> None:
    li = await a_customer()
    assert await mail.talk(0, li, now=NOW) is None
    await mail.keep_talk(0, li, {"slots": {"货": "橙子"}}, after(minutes=30))
    await mail.keep_talk(0, li, {"slots": {"货": "梨"}}, after(minutes=40))
    await mail.keep_talk(7, li, {"slots": {}}, after(minutes=30))
    assert await mail.talk(0, li, now=after(minutes=39)) == {"slots": {"货": "梨"}}
    assert await mail.talk(0, li, now=after(minutes=40)) is None
    await mail.drop_talk(0, li)
    assert await mail.talk(0, li, now=NOW) is None
    assert await mail.talk(7, li, now=NOW) == {"slots": {}}


async def test_a_dialogue_that_this_transaction_kept_or_found_again_can_be_dropped_in_it(
    shop: ShopId,
) -> None:
    li = await a_customer()
    async with transaction():
        assert await mail.talk(0, li, now=NOW) is None
        await mail.keep_talk(0, li, {"slots": {}}, after(minutes=30))
        await mail.drop_talk(0, li)
        assert await mail.talk(0, li, now=NOW) is None
        with suppress(KeyError):
            async with transaction():
                await mail.keep_talk(0, li, {"slots": {"货": "梨"}}, after(minutes=30))
                raise KeyError
        await mail.keep_talk(0, li, {"slots": {"货": "橙子"}}, after(minutes=30))
    async with transaction():
        assert await mail.talk(0, li, now=NOW) == {"slots": {"货": "橙子"}}
        with suppress(KeyError):
            async with transaction():
                await mail.drop_talk(0, li)
                assert await mail.talk(0, li, now=NOW) is None
                raise KeyError
        await mail.drop_talk(0, li)
    assert await mail.talk(0, li, now=NOW) is None


# ── events ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_event_is_told_once(shop: ShopId) -> None:
    async with transaction() as tx:
        tx.tell(OrderPaid(7), at=NOW)
        tx.tell(SpecialsPosted(3, "2026-05-01", ("N001-1", "N002-1")), at=NOW)
    paid, specials = await mail.untold()
    assert (paid.event, paid.at, paid.cause) == (OrderPaid(7), NOW, None)
    assert specials.event == SpecialsPosted(3, "2026-05-01", ("N001-1", "N002-1"))
    await mail.tell(paid, [letter("e1/li")], now=NOW)
    await mail.tell(paid, [letter("e1/li again")], now=NOW)
    assert await states() == {"e1/li": "new"}
    assert [one.id for one in await mail.untold()] == [specials.id]
    assert await mail.trace_of((await mail.due(now=NOW))[0].id) == {
        "event": "OrderPaid",
        "facts": {"order": 7},
    }


async def test_what_was_rolled_back_did_not_happen(shop: ShopId) -> None:
    try:
        async with transaction() as tx:
            tx.tell(OrderPaid(7), at=NOW)
            raise ZeroDivisionError
    except ZeroDivisionError:
        assert await mail.untold() == []


async def test_an_event_knows_the_message_that_led_to_it(shop: ShopId) -> None:
    id = await kept()
    token = mail.CAUSE.set(id)
    async with transaction() as tx:
        tx.tell(OrderExpired(1, 15), at=NOW)
    mail.CAUSE.reset(token)
    (event,) = await mail.untold()
    assert event.cause == id


# ── out ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_letter_exists_once_by_its_key(shop: ShopId) -> None:
    await posted(letter("m1/0", text="好的"))
    await posted(letter("m1/0", text="又来"), letter("m1/1"))
    assert [(one.body["text"]) for one in await mail.due(now=NOW)] == ["好的", "好的"]
    assert await states() == {"m1/0": "new", "m1/1": "new"}


async def test_the_newest_words_of_a_fold_win(shop: ShopId) -> None:
    await posted(letter("a", fold="接龙 1"), letter("other group", fold="接龙 1", room="g2"), letter("plain"))
    await posted(letter("b", fold="接龙 1"))
    assert await states() == {"a": "folded", "other group": "new", "plain": "new", "b": "new"}


async def test_two_letters_of_a_fold_in_one_breath(shop: ShopId) -> None:
    await posted(letter("a", fold="接龙 1"), letter("b", fold="接龙 1"))
    assert await states() == {"a": "folded", "b": "new"}


async def test_a_letter_written_again_does_not_fold_itself_away(shop: ShopId) -> None:
    await posted(letter("a", fold="接龙 1"))
    await posted(letter("a", fold="接龙 1"))
    assert await states() == {"a": "new"}


async def test_an_old_letter_written_again_does_not_fold_the_newer(shop: ShopId) -> None:
    await posted(letter("a", fold="接龙 1"))
    await posted(letter("b", fold="接龙 1"))
    await posted(letter("a", fold="接龙 1"))
    assert await states() == {"a": "folded", "b": "new"}


async def test_groups_of_two_channels_do_not_fold_each_other(shop: ShopId) -> None:
    await posted(letter("a", fold="接龙 1"))
    await posted(letter("b", fold="接龙 1", channel="webroom"))
    assert await states() == {"a": "new", "b": "new"}


async def test_what_is_on_its_way_is_not_folded(shop: ShopId) -> None:
    await posted(letter("a", fold="接龙 1"))
    await mail.claim([one.id for one in await mail.due(now=NOW)])
    await posted(letter("b", fold="接龙 1"))
    assert await states() == {"a": "sending", "b": "new"}


async def test_a_letter_waits_for_its_moment(shop: ShopId) -> None:
    await posted(letter("later", not_before=after(minutes=5)), letter("now"))
    assert [one.attempts for one in await mail.due(now=NOW)] == [0]
    assert len(await mail.due(now=after(minutes=5))) == 2
    assert len(await mail.due(now=after(minutes=5), limit=1)) == 1


async def test_each_place_has_its_first_letter_before_any_has_its_second(shop: ShopId) -> None:
    await posted(
        letter("a1", text="a1"),
        letter("a2", text="a2"),
        letter("a3", text="a3"),
        letter("b1", text="b1", room=None, account="wx1"),
        letter("list", text="list", lane="list"),
    )
    assert [one.body["text"] for one in await mail.due(now=NOW)] == ["a1", "b1", "a2", "a3", "list"]


async def test_a_letter_is_claimed_by_one(shop: ShopId) -> None:
    await posted(letter("a"), letter("b"))
    ids = [one.id for one in await mail.due(now=NOW)]
    assert await mail.claim(ids) == ids
    assert await mail.claim(ids) == []
    assert await mail.due(now=NOW) == []
    await mail.sent(ids[:1], now=after(minutes=1))
    assert await states() == {"a": "sent", "b": "sending"}
    assert await mail.return_to_post() == 1  # after a crash
    (again,) = await mail.due(now=NOW)
    assert (again.id, again.attempts) == (ids[1], 1)


async def test_not_now_and_never(shop: ShopId) -> None:
    await posted(letter("a"), letter("b"))
    first, second = [one.id for one in await mail.due(now=NOW)]
    await mail.claim([first, second])
    await mail.postpone(first, after(hours=1))
    await mail.put_aside(second, "dead")
    assert await mail.due(now=after(minutes=59)) == []
    assert [one.id for one in await mail.due(now=after(hours=1))] == [first]
    assert await states() == {"a": "new", "b": "dead"}


async def test_what_was_folded_meanwhile_waits_for_nobody(shop: ShopId) -> None:
    await posted(letter("a", fold="x"))
    (old,) = await mail.due(now=NOW)
    await posted(letter("b", fold="x"))
    assert not await mail.wait(old.id, after(minutes=1), since=NOW)
    assert await states() == {"a": "folded", "b": "new"}


async def test_the_letters_since(shop: ShopId) -> None:
    assert await mail.last_letter() == 0
    await posted(letter("a"))
    last = await mail.last_letter()
    await posted(letter("b"))
    assert [(one.id, state) for one, state in await mail.since(last)] == [(last + 1, "new")]
