"""51, a message that was recalled: what it alone had ordered is no order; nothing else is undone by it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.performance import A_PICTURE
from dialogs.speech import Heard
from shop import agents, people, pictures, tickets
from shop.rules.tickets import State
from shop.transaction import unit_of_work
from tests.support.street import PRIVATE, ROOM, Street, rows

AGENT = "客服"


async def take_back(street: Street, heard: Heard, *, by: str = "", room: str | None = ROOM) -> list[str]:
    said = street.heard(by or heard.who, "撤回了一句", room)
    recall = Heard(
        said.channel, said.id, room, said.who, said.name, said.text, said.sent_at, recalls=heard.id
    )
    return [one.text for one in await street.shop.answers(await street.shop.hear(recall))]


async def say(street: Street, who: str, text: str, room: str | None = ROOM) -> Heard:
    heard = street.heard(who, text, room)
    await street.shop.answers(await street.shop.hear(heard))
    return heard


async def statuses() -> list[str]:
    return [row[0] for row in await rows('SELECT status FROM "order" ORDER BY id')]


async def held() -> int:
    return int((await rows("SELECT coalesce(sum(held), 0) FROM shelf"))[0][0])


@pytest.mark.parametrize("room", [ROOM, PRIVATE])
async def test_51_a_recalled_order_is_cancelled_once_and_its_goods_are_free(
    street: Street, room: str | None
) -> None:
    order = await say(street, "小李", "来2箱橙子", room)
    assert await take_back(street, order, room=room) == [
        f"{'小李：' if room else ''}撤回的不算，0501-001 取消了。要就再说一遍"
    ]
    assert await statuses() == ["cancelled"]
    assert await take_back(street, order, room=room) == []
    again = await street.texts("小李", "来3箱橙子", room)
    assert "橙子3箱" in again[0]
    assert await statuses() == ["cancelled", "unpaid"]


async def test_51_an_entry_of_a_list_is_recalled_like_an_order(street: Street) -> None:
    await street.say("团长", "接龙 草莓 22 今晚8点截")
    await street.say("团长", "确认", PRIVATE)
    await street.shop.pass_time(timedelta(seconds=10))
    entry = await say(street, "小李", "+1")
    before = await statuses()
    await take_back(street, entry)
    assert (before[-1:], (await statuses())[-1:]) == (["unpaid"], ["cancelled"])


async def test_51_what_was_paid_or_changed_since_stands_and_only_he_hears_it(street: Street) -> None:
    order = await say(street, "小李", "来2箱橙子")
    change = await say(street, "小李", "橙子改3箱")
    for one in (order, change):
        (told,) = await take_back(street, one)
        assert told == "你撤回了一句，0501-001 还算数：橙子3箱。不要了说“取消”，要改直接说“橙子改4箱”"
    paid = await say(street, "阿花", "来1箱橙子")
    await street.shop.direct("阿花", "pay")
    assert await take_back(street, paid) == ["你撤回了一句，0501-002 已经付了，撤回也算数。不要了说“退款”"]
    assert await statuses() == ["unpaid", "preparing"]
    assert [one.room for one in street.channel.said[-3:]] == [None, None, None]


async def test_51_nobody_takes_back_another_s_words_or_those_of_another_place(street: Street) -> None:
    order = await say(street, "小李", "来2箱橙子")
    assert await take_back(street, order, by="小偷") == []
    assert await take_back(street, order, room=PRIVATE) == []
    never = street.heard("小李", "没说过的")
    assert await take_back(street, never) == []
    assert await statuses() == ["unpaid"]


async def test_51_a_question_that_recalled_words_began_is_not_waited_for(street: Street) -> None:
    asked = await say(street, "小李", "苹果", PRIVATE)
    assert await take_back(street, asked, room=PRIVATE) == []
    assert await rows("SELECT count(*) FROM talk") == [(0,)]


async def test_51_a_recalled_picture_is_forgotten_and_its_line_is_not_shown(street: Street) -> None:
    await street.say("小李", "转人工")
    await street.say(AGENT, "1 接", PRIVATE)
    heard = street.heard("小李", "[图片]", PRIVATE)
    shown = Heard(*[getattr(heard, name) for name in list(heard.__slots__)[:7]], has_picture=True)
    street.channel.pictures[shown.id] = A_PICTURE
    await street.shop.answers(await street.shop.hear(shown))
    assert street.channel.said[-1].picture == A_PICTURE
    assert await take_back(street, shown, room=PRIVATE) == ["#1 小李@水果群：撤回了一句"]
    assert await rows("SELECT count(*) FROM picture") == [(0,)]
    assert await rows("SELECT count(*) FROM ticket_line WHERE picture IS NOT NULL") == [(0,)]
    assert await pictures.find(1) is None


@pytest.mark.parametrize("room", [PRIVATE, "客服群"])
async def test_51_an_agent_takes_back_what_is_still_in_the_post_and_hears_when_it_is_not(
    street: Street, room: str | None
) -> None:
    shop = street.shop
    group = await unit_of_work(
        lambda: people.take_over_room(shop.shop, street.channel.name, "客服群", "客服群")
    )
    await unit_of_work(lambda: agents.make_service_room(shop.shop, group.id))
    await street.say("小李", "转人工")
    await street.say(AGENT, "1 接", PRIVATE)
    said = await say(street, AGENT, "1 马上补发", room)
    assert await take_back(street, said, room=room) == ["#1 那句已经发出，收不回。发一句更正：“1 更正：…”"]
    assert await take_back(street, said, room=room) == []
    unsent = street.heard(AGENT, "1 说错了的一句", room)
    await shop.inbox.settled(await shop.hear(unsent))  # read, and nothing is sent yet
    assert (await tickets.request(1)).state is State.WAITING
    assert "#1 那句没发出去，撤回了" in await take_back(street, unsent, room=room)
    assert not [one for one in street.channel.said if "说错了" in one.text]
    owed = await tickets.request(1)
    assert (owed.state, owed.owed_since) == (State.ACTIVE, shop.clock.now())
    assert [line.text for line in await tickets.lines(1) if line.kind == "agent"] == ["马上补发"]
    assert await rows("SELECT answers, answered_at IS NULL FROM ticket") == [(1, False)]


async def test_51_the_only_answer_taken_back_is_no_answer(street: Street) -> None:
    await street.say("小李", "转人工")
    first = street.heard(AGENT, "1 说错了的一句", PRIVATE)
    await street.shop.inbox.settled(await street.shop.hear(first))
    assert "#1 那句没发出去，撤回了" in await take_back(street, first, room=PRIVATE)
    assert await rows("SELECT answers, answered_at FROM ticket") == [(0, None)]
    await street.say("小李", "算了", PRIVATE)
    await street.say(AGENT, "1 在的", PRIVATE)
    assert await rows("SELECT answers, answered_at IS NULL FROM ticket") == [(1, False)]
