"""82–86, a person serves a customer: whom the bot is silent for, until when, and who has him."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.clock import tick
from dialogs.speech import Quote
from shop import agents, desk, mail, people, tickets
from shop.kit.ids import PersonId, ShopId
from shop.rules.tickets import State
from shop.transaction import run_sql, unit_of_work
from tests.support.at_once import at_once
from tests.support.street import PRIVATE, ROOM, Street, rows
from tests.support.world import NOW, a_clerk, a_customer, after

AGENT, OWNER = "客服", "店主"


async def id_of(street: Street, who: str) -> PersonId:
    name, now = street.channel.name, street.shop.clock.now()
    found = await unit_of_work(lambda: people.recognise(street.shop.shop, name, who, who, now=now))
    return found.id


async def said_to(street: Street, who: str) -> list[str]:
    return [one.text for one in street.channel.said if one.account == who]


# ── 82 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_82_the_bot_is_silent_for_one_customer_everywhere_and_for_nobody_else(street: Street) -> None:
    await street.say("小李", "转人工")
    await street.say(AGENT, "1 接", PRIVATE)
    for room in (ROOM, PRIVATE):
        answers = await street.say("小李", "来2箱橙子", room)
        assert [one.account for one in answers] == [AGENT]
    assert await rows('SELECT count(*) FROM "order"') == [(0,)]
    assert "记下了" in (await street.texts("阿花", "来2箱橙子"))[0]
    assert await street.texts("小李", "哈哈") == []  # to the others, not to the agent


async def test_82_facts_about_money_reach_him_all_the_same(street: Street) -> None:
    await street.say("小李", "来2箱橙子")
    await street.say("小李", "转人工")
    await street.say(AGENT, "1 接", PRIVATE)
    (paid,) = await street.shop.direct("小李", "pay")
    assert (paid.account, "取货码" in paid.text) == ("小李", True)


async def test_82_words_that_were_written_before_are_not_said_after_a_person_came(street: Street) -> None:
    """The bot's answer lies in the post when the agent takes over: asked again at the moment of saying it."""
    await street.say("小李", "转人工")
    message = await street.shop.hear(street.heard("小李", "你们几点关门", PRIVATE))
    await street.shop.inbox.settled(message)
    agent, now = await id_of(street, AGENT), street.shop.clock.now()
    await unit_of_work(lambda: desk.claim(street.shop.shop, 1, agent, now=now))
    await street.shop.outbox.flush()
    assert (await said_to(street, "小李"))[-1] == "客服来了，有事直接跟他说"
    assert [state for sealed, state in await mail.caused_by(message) if sealed.account == "小李"] == [
        "withheld"
    ]


async def test_82_an_order_that_was_placed_before_is_told(street: Street) -> None:
    """Its sum and how to pay it are facts, and nobody else would tell him."""
    await street.say("小李", "转人工")
    message = await street.shop.hear(street.heard("小李", "来2箱橙子", PRIVATE))
    await street.shop.inbox.settled(message)
    agent, now = await id_of(street, AGENT), street.shop.clock.now()
    await unit_of_work(lambda: desk.claim(street.shop.shop, 1, agent, now=now))
    await street.shop.outbox.flush()
    assert [text for text in await said_to(street, "小李") if text.startswith("0501-001")]


# ── 83 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_83_given_back_and_a_message_in_the_same_second(street: Street) -> None:
    """Whoever is first: the customer is answered once, by the agent's side or by the bot, and it is clear by whom."""
    for round in range(6):
        await street.say("小李", "转人工", PRIVATE)
        ticket = (await tickets.living(street.shop.shop))[0].id
        await street.say(AGENT, f"{ticket} 接", PRIVATE)
        heard = street.heard("小李", "来1箱橙子", PRIVATE)
        back = street.heard(AGENT, f"{ticket} 完", PRIVATE)
        one, other = (heard, back) if round % 2 else (back, heard)
        messages = await asyncio.gather(street.shop.hear(one), street.shop.hear(other))
        answers = [answer for id in messages for answer in await street.shop.answers(id)]
        to_agent = [a for a in answers if a.account == AGENT and "来1箱橙子" in a.text]
        by_bot = [a for a in answers if a.account == "小李" and "橙子" in a.text]
        assert len(to_agent) + len(by_bot) == 1, answers
        assert await tickets.living(street.shop.shop) == ()


# ── 84 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_84_nobody_is_at_the_desk(street: Street) -> None:
    """He hears when somebody is back, the shop goes on selling, and whoever comes first is asked."""
    shop = street.shop.shop
    await street.say(AGENT, "下班", PRIVATE)
    await unit_of_work(lambda: agents.set_hours(shop, ["1-7 14:00-21:00"], []))
    (told, owner) = await street.say("小李", "转人工", PRIVATE)
    assert told.text == "现在没人在店里。什么事先留言，今天 14:00回你；小店照常能下单"
    assert (owner.account, owner.text.startswith("#1 小李 找人：转人工")) == (OWNER, True)
    assert "0501-001" in (await street.texts("小李", "来2箱橙子", PRIVATE))[0]
    assert await street.texts("小李", "烂了很多呀呀呀", PRIVATE) != []
    await street.say(AGENT, "上班", PRIVATE)
    early = await street.shop.pass_time(timedelta(hours=1))
    assert [one.account for one in early if one.account == AGENT] == []
    cards = await street.shop.pass_time(timedelta(hours=4))
    assert [one.account for one in cards if one.text.startswith("#1 小李")] == [AGENT]


# ── 85 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_85_an_answer_to_a_closed_ticket_reaches_nobody(street: Street) -> None:
    await street.say("小李", "转人工", PRIVATE)
    await street.say(AGENT, "1 你好", PRIVATE)
    await street.say(AGENT, "1 完", PRIVATE)
    before = len(await said_to(street, "小李"))
    for text, quote in (("1 还在吗", None), ("还在吗", Quote("小店", "#1 小李 找人：转人工"))):
        heard = street.heard(AGENT, text, PRIVATE)
        message = await street.shop.hear(replace(heard, quote=quote))
        assert [one.text for one in await street.shop.answers(message)] == [
            "#1 已经结束了，这句没发。回“列表”看看还有谁在等"
        ]
    assert len(await said_to(street, "小李")) == before
    await street.say("小李", "转人工", PRIVATE)
    (again,) = await tickets.living(street.shop.shop)
    assert (again.id, again.offered) == (
        2,
        await id_of(street, AGENT),
    )  # a new one, and who knows him is asked


# ── 86 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_86_two_take_one_ticket_from_twenty_connections_and_one_has_it(shop: ShopId) -> None:
    two = [await a_clerk(name, people.AGENT) for name in ("小美", "小强")]
    for n in range(10):
        asked = await desk.want_person(shop, await a_customer(f"顾客{n}"), "转人工", room=None, now=NOW)
        came = await at_once(
            *(partial(desk.claim, shop, asked.id, agent, now=after(seconds=1)) for agent in two * 10)
        )
        assert came == {"done": 10, "TicketTaken": 10}
        taken = await tickets.request(asked.id)
        assert (taken.state, taken.owner in two) == (State.ACTIVE, True)
        claims = [line for line in await tickets.lines(asked.id) if line.kind == "event"]
        assert [line.person for line in claims] == [taken.owner]
    assert await rows("SELECT count(*) FROM event WHERE kind = 'TicketClaimed'") == [(10,)]


async def test_86_ten_clocks_pass_a_ticket_on_once(shop: ShopId) -> None:
    for name in ("小美", "小强"):
        await a_clerk(name, people.AGENT)
    asked = await desk.want_person(shop, await a_customer(), "转人工", room=None, now=NOW)
    await asyncio.gather(*(tick(after(minutes=2)) for _ in range(10)))
    passed = await run_sql("SELECT passed, offered_id FROM ticket WHERE id = ?", [asked.id])
    assert (passed[0]["passed"], passed[0]["offered_id"] != asked.offered) == (1, True)
    assert await rows("SELECT count(*) FROM event WHERE kind = 'TicketPassedOn'") == [(1,)]
