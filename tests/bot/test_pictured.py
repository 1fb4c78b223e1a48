"""图: pictures along the whole line: fetched where they are wanted, shown only to whom they are for, forgotten in time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import pictured, post
from bot.channels.channel import Abilities
from bot.inbox import lane_of, to_heard, to_incoming
from bot.performance import A_PICTURE
from dialogs.speech import Card, Heard, Row, Say, Whom
from shop import mail, pictures
from shop.kit.ids import LetterId, MessageId, PictureId, RoomId
from shop.mail import Kept, Sealed
from shop.rules.pictures import Picture
from shop.rules.tickets import Limits
from shop.transaction import unit_of_work
from tests.support.street import PRIVATE, ROOM, Street, open_street, rows
from tests.support.world import NOW

AGENT, OWNER = "客服", "店主"
GIF = Picture(b"GIF89a" + bytes(40), "gif")


@pytest.fixture
async def street(database_url: str) -> AsyncIterator[Street]:
    async with open_street(database_url) as street:
        yield street


async def show(street: Street, who: str, room: str | None, picture: Picture | None = A_PICTURE) -> None:
    heard = replace(street.heard(who, "[图片]", room), has_picture=True)
    if picture is not None:
        street.channel.pictures[heard.id] = picture
    await street.shop.answers(await street.shop.hear(heard))


async def by_hand(street: Street, to: str, text: str) -> list[str]:
    heard = replace(street.heard("我们", text, PRIVATE), to=Whom(to, to))
    return [one.text for one in await street.shop.answers(await street.shop.hear(heard))]


def shown(street: Street) -> list[tuple[str, Picture]]:
    return [(one.room or one.account or "", one.picture) for one in street.channel.said if one.picture]


async def kept() -> int:
    return int((await rows("SELECT count(*) FROM picture"))[0][0])


async def test_neighbours_pictures_are_not_fetched(street: Street) -> None:
    await street.say("阿花", "菜单")
    await show(street, "阿花", ROOM)
    await show(street, "阿花", "别的群")
    assert (await kept(), shown(street)) == (0, [])


async def test_who_shows_first_and_complains_then_is_seen_by_his_agent(street: Street) -> None:
    await show(street, "小李", PRIVATE)
    await show(street, "小李", PRIVATE, GIF)
    await street.say("小李", "烂了好几个 转人工", PRIVATE)
    assert shown(street) == [(AGENT, A_PICTURE), (AGENT, GIF)]


async def test_the_agents_own_group_sees_the_pictures_and_no_other_group_ever(street: Street) -> None:
    await street.say(OWNER, f"@{street.shop.shop_name} 这里是客服群")
    await show(street, "小李", PRIVATE)
    await street.say("小李", "转人工", PRIVATE)
    assert shown(street) == [(AGENT, A_PICTURE), (ROOM, A_PICTURE)]
    await street.say(OWNER, f"@{street.shop.shop_name} 不是客服群")
    street.channel.said.clear()
    now, (number,) = street.shop.clock.now(), (await rows("SELECT id FROM picture"))[0]
    say = Say("看这个", room=RoomId(1), picture=PictureId(number))
    letters = await post.letters([say], key="leak", channel=None, manners=street.shop.manners, now=now)
    await unit_of_work(lambda: mail.write(letters, now=now))
    await street.shop.outbox.flush()
    assert [(one.room, one.picture) for one in street.channel.said] == [(ROOM, None)]


async def test_a_picture_that_could_not_be_fetched_holds_nothing_up_and_is_asked_for(street: Street) -> None:
    await street.say("小李", "转人工", PRIVATE)
    await street.say(AGENT, "1 接", PRIVATE)
    await show(street, "小李", PRIVATE, None)
    assert street.channel.said[-1].text == "#1 小李 发来一张图，没取到，请他再发一次"
    assert (await street.texts("小李", "好的", PRIVATE)) == ["#1 小李：好的"]


async def test_an_agent_s_picture_in_the_service_group_goes_where_he_says(street: Street) -> None:
    await street.say("小李", "转人工", PRIVATE)
    await street.say(AGENT, "1 接", PRIVATE)
    assert await street.texts(AGENT, "1 图", PRIVATE) == ["没有你刚发的图。先发图，再说“编号 图”"]
    await street.say(OWNER, f"@{street.shop.shop_name} 这里是客服群")
    await show(street, AGENT, ROOM, GIF)
    assert shown(street) == []
    assert await street.texts(AGENT, "1 图") == ["→#1 小李：图发了", "客服发来一张图"]
    assert shown(street) == [("小李", GIF)]


async def test_nobody_fills_the_disk_and_a_month_later_pictures_are_gone(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "MOST_A_DAY", 2)
    for n in range(4):
        await show(street, "小李", PRIVATE, Picture(GIF.body + bytes([n]), "gif"))
    assert await kept() == 2
    await show(street, "阿花", PRIVATE, Picture(GIF.body + bytes([0]), "gif"))  # the same once more
    assert await kept() == 2
    now = street.shop.clock.now()
    assert await unit_of_work(lambda: pictures.forget_old(now=now + timedelta(days=29))) == 0
    assert await unit_of_work(lambda: pictures.forget_old(now=now + timedelta(days=31))) == 2
    assert await pictures.find(1) is None


# ── what a letter is said with ──────────────────────────────────────────────────────────────────────────────────


def a_letter(card: Card) -> Sealed:
    body = post.to_body(Say("今日特价…", room=RoomId(1), card=card))
    return Sealed(LetterId(1), "wechaty", ROOM, None, "promo", body, 0, None, None)


@pytest.mark.parametrize(
    ("can", "many", "is_drawn"),
    [
        (Abilities(pictures=True), 3, True),
        (Abilities(pictures=True), 13, False),  # what does not fit is said in words
        (Abilities(pictures=True, cards=True), 3, False),
        (Abilities(), 3, False),
    ],
)
async def test_the_card_of_the_specials_is_drawn_where_there_are_pictures_and_no_cards(
    can: Abilities, many: int, is_drawn: bool, street: Street
) -> None:
    rows = tuple(Row(f"草莓{n}", "原价 ¥28.00", "¥22.00/盒") for n in range(many))
    letter = a_letter(Card("menu", "今日特价", rows, note="到今晚 24 点", picture=True))
    drawn = await pictured.of(letter, can, "邻里鲜果", "Asia/Shanghai", street.shop.clock.now())
    assert (drawn is not None and drawn.body.startswith(b"\x89PNG")) == is_drawn


# ── typed on the account's own phone ────────────────────────────────────────────────────────────────────────────


async def test_whoever_types_by_hand_serves_the_customer_until_both_are_silent(street: Street) -> None:
    told = await by_hand(street, "小李", "稍等，我看下")
    assert [text.split("：")[0] for text in told] == ["#1 小李"]
    assert await by_hand(street, "小李", "有货") == []
    assert await street.texts("小李", "来2箱橙子", PRIVATE) == ["#1 小李：来2箱橙子"]
    assert "记下了" in (await street.texts("阿花", "来1箱橙子"))[0]
    await by_hand(street, "小李", "给你留了")
    said = await street.shop.pass_time(Limits().by_hand - timedelta(seconds=1))
    assert [one.text for one in said if one.account == "小李"] == []
    said = await street.shop.pass_time(timedelta(seconds=2))
    assert [one.text for one in said if one.account == "小李"] == ["客服这边结束了，小店继续，要什么直接说"]
    assert "橙子2箱" in (await street.texts("小李", "来2箱橙子", PRIVATE))[0]


async def test_our_own_words_from_before_a_restart_and_words_to_the_staff_are_nobody_s_hand(
    street: Street,
) -> None:
    (asked,) = await street.texts("小李", "苹果", PRIVATE)
    assert await by_hand(street, "小李", asked) == []
    await street.say(OWNER, "帮助", PRIVATE)
    assert await by_hand(street, OWNER, "你好") == []
    assert await rows("SELECT count(*) FROM ticket") == [(0,)]


async def test_a_stranger_who_was_written_to_by_hand_is_not_answered_by_the_bot(street: Street) -> None:
    await by_hand(street, "新邻居", "你好，我是店里的")
    assert await street.texts("新邻居", "你好，有橙子吗", PRIVATE) == ["#1 新邻居：你好，有橙子吗"]
    assert await street.texts(AGENT, "1 完", PRIVATE) == [
        "#1 结束了，新邻居 交还小店",
        "客服这边结束了，小店继续，要什么直接说",
    ]


async def test_who_waits_and_is_answered_by_hand_has_got_his_person(street: Street) -> None:
    await street.say("小李", "转人工", PRIVATE)
    assert len(await by_hand(street, "小李", "在的")) == 1
    assert await rows("SELECT state, by_hand FROM ticket") in ([("waiting", True)], [("waiting", 1)])
    await street.say(AGENT, "1 我来说", PRIVATE)
    assert await rows("SELECT state, by_hand FROM ticket") in ([("waiting", False)], [("waiting", 0)])


def test_a_heard_message_keeps_what_it_came_with_through_the_database() -> None:
    heard = Heard(
        "wechaty", "1", None, "us", "店", "[图片]", NOW, has_picture=True, recalls="9", to=Whom("li", "小李")
    )
    incoming = to_incoming(heard)
    assert to_heard(Kept(MessageId(1), incoming, NOW)) == heard
    assert lane_of(incoming) == ("wechaty", None, "li")
