"""The straight line: each message answered once, in its order, whole or not at all, whatever is said and whatever breaks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import performance
from bot.channels.loopback import Loopback
from bot.clock import MovableClock
from bot.meter import Lists
from bot.payments import Sandbox
from bot.run import demo_goods
from bot.transcript import Step, codes_in, parse
from dialogs.customer.order import Order
from shop import stock
from shop.invariants import broken
from shop.mail import MOST_ATTEMPTS
from shop.refusals import TooManyKinds
from tests.conftest import by_turns
from tests.support.street import (
    PRIVATE,
    ROOM,
    Street,
    held,
    open_street,
    orders_by_name,
    rows,
    without_chance,
)
from tests.support.world import books

ROOT = Path(__file__).parents[2]
CHATS = [*ROOT.glob("bot/samples/*.chat"), *ROOT.glob("tests/transcripts/*.chat")]
TRANSCRIPTS = sorted(
    path for path in CHATS if not path.stem.startswith("bargain")
)  # whose cuts are drawn by chance
ORANGES = "F01-1"


async def test_a_message_that_comes_five_times_is_answered_once(database_url: str) -> None:
    async with open_street(database_url) as street:
        heard = street.heard("小李", "来2箱橙子", id="the same")
        ids = await asyncio.gather(*(street.shop.hear(heard) for _ in range(5)))
        answers = [await street.shop.answers(id) for id in ids]
        assert len(set(ids)) == 1
        assert all(one == answers[0] for one in answers)
        assert [line.text.split("，")[0] for line in street.channel.said if line.room] == ["小李：橙子2箱"]
        assert (await orders_by_name(), await held(ORANGES)) == ({"小李": "unpaid 2箱橙子"}, 2)


async def test_a_message_that_comes_again_after_its_answer_is_dropped(database_url: str) -> None:
    async with open_street(database_url) as street:
        first = await street.say("小李", "来2箱橙子", id="the same")
        again = await street.say("小李", "来2箱橙子", id="the same")
        assert (again, len(street.channel.said), await held(ORANGES)) == (first, 2, 2)


async def test_twenty_people_talk_across_each_other_and_each_is_heard_in_order(database_url: str) -> None:
    people = [f"邻居{n}" for n in range(20)]
    async with open_street(database_url, {ORANGES: "200"}) as street:
        await street.shop.start()
        for turn in range(10):
            for n, who in enumerate(people):
                room = ROOM if n % 2 else PRIVATE
                text = "来1箱橙子" if turn == 0 else f"橙子改{turn + 1}箱"
                await street.channel.put(street.heard(who, text, room))
        await _worked_through(200)
        assert await orders_by_name() == dict.fromkeys(people, "unpaid 10箱橙子")
        order = await rows("SELECT account, text FROM message ORDER BY id")
        assert len(order) == 200
        for who in people:
            said = [text for account, text in order if account == who]
            assert said == ["来1箱橙子", *(f"橙子改{n}箱" for n in range(2, 11))]


async def _worked_through(count: int) -> None:
    """Until so many messages are done or dead."""
    async with asyncio.timeout(60):
        while (await rows("SELECT count(*) FROM message WHERE state <> 'new'"))[0][0] < count:  # noqa: ASYNC110 - the database knows, no event does
            await asyncio.sleep(0.05)


# ── what breaks ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("room", [ROOM, PRIVATE])
async def test_a_poison_message_ends_with_an_apology_and_a_ticket_and_neighbours_go_on(
    database_url: str, room: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0
    done = Order.done

    async def poisoned(self: Order, turn: Any, data: Any, seal: str) -> Any:
        nonlocal tries
        answer = await done(self, turn, data, seal)
        if "香蕉" in turn.text:
            tries += 1
            raise ZeroDivisionError("a bug")
        return answer

    monkeypatch.setattr(Order, "done", poisoned)
    async with open_street(database_url) as street:
        poison = street.heard("小李", "来3斤香蕉", room)
        behind = street.heard("小李", "来1箱橙子", room)
        beside = street.heard("阿花", "来2箱橙子", room)
        ids = [await street.shop.hear(one) for one in (poison, behind, beside)]
        said = [await street.shop.answers(id) for id in ids]
        assert tries == MOST_ATTEMPTS
        assert [(one.account, one.room) for one in said[0]] == [("小李", None), ("客服", None)]
        assert "不好意思" in said[0][0].text
        assert "找人：来3斤香蕉" in said[0][1].text
        assert await orders_by_name() == {"小李": "unpaid 1箱橙子", "阿花": "unpaid 2箱橙子"}
        states = await rows("SELECT state, attempts FROM message ORDER BY id")
        assert states == [("dead", MOST_ATTEMPTS), ("done", 0), ("done", 0)]
        assert await rows("SELECT state, why FROM ticket") == [("open", "来3斤香蕉")]


async def test_an_apology_that_fails_too_still_ends_the_message(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def bug(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    async with open_street(database_url) as street:
        monkeypatch.setattr("shop.people.recognise", bug)
        assert await street.texts("小李", "来2箱橙子") == []
        monkeypatch.undo()
        assert await rows("SELECT state FROM message") == [("dead",)]
        assert await street.texts("小李", "来2箱橙子") != []


@pytest.mark.parametrize("fault", [ZeroDivisionError("a bug"), TooManyKinds(50)])
async def test_a_verb_that_fails_halfway_leaves_nothing(
    database_url: str, fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def half(*_: Any, **__: Any) -> None:
        raise fault

    async with open_street(database_url) as street:
        await street.say("小李", "来1箱橙子")
        before = await books()
        monkeypatch.setattr(stock, "promise", half)  # the order, its lines and its holds are written by then
        await street.say("小李", "来2箱橙子 香蕉3斤")
        await street.say("小李", "橙子改3箱")
        monkeypatch.undo()
        after = await books()
        for table in ("order", "line", "hold", "stock_item", "stock_move", "counter", "pay_intent", "pickup"):
            assert after[table] == before[table], table


@pytest.mark.parametrize(
    ("path", "database"), by_turns(TRANSCRIPTS), ids=[path.stem for path in TRANSCRIPTS], scope="session"
)
async def test_87_the_shop_may_be_closed_and_opened_between_any_two_lines(
    database_url: str, path: Path, empty_file: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Lists, "is_too_soon", lambda *_: False)  # pace is forgotten when the shop closes
    steps = parse(await asyncio.to_thread(path.read_text, encoding="utf-8")).steps
    async with performance.stage(demo_goods(), empty_file()) as shop:
        in_one_go = performance.Stage(shop)
        expected = [await _act(in_one_go, step) for step in steps]
    moved, stage, asked = timedelta(0), None, dict[str, Any]()
    provider: Sandbox | None = None
    strangers = set[str]()
    for step, wanted in zip(steps, expected, strict=True):
        async with performance.stage(demo_goods(), database_url) as shop:
            stage = stage or performance.Stage(shop)
            stage.shop, shop._asked = shop, asked  # who stands at the payment page stays there
            assert isinstance(shop.clock, MovableClock) and isinstance(shop.provider, Sandbox)
            shop.clock.move(moved)  # the clock of the stage starts at ten each time
            provider = provider or shop.provider  # a provider does not close when the shop does
            provider._clock, shop.provider = shop.clock.now, provider
            (channel,) = shop.channels.values()
            assert isinstance(channel, Loopback)
            channel.strangers = strangers  # nor are people friends because the shop opens
            assert await _act(stage, step) == wanted
            assert await broken(shop.shop) == [] or any(one.kind == "meddle" for one in steps)
            moved = shop.clock.now() - performance.OPENING_DAY


async def _act(stage: performance.Stage, step: Step) -> list[tuple[str | None, str]]:
    said = await stage.act(step)
    for one in said:
        stage.codes |= codes_in(one.text)
    return [(one.room or one.to, without_chance(one.text)) for one in said]


# ── what is said ────────────────────────────────────────────────────────────────────────────────────────────────

BAD = [
    "来2箱橙子" * 20_000,  # 100,000 characters
    "橙" * 100_000,
    "1" * 5_000 + "箱橙子",
    "来2箱橙子\u200b\u200d\ufeff",
    "来\u202e2箱\u202c橙子",  # right to left
    "来2箱\x00橙子",
    "\x00\x01\x02\x1b[31m",
    "来2箱橙子\ud800",
    "\udfff\ud800",
    "<script>alert(1)</script>来2箱橙子",
    "<img src=x onerror=alert(1)>",
    "{{7*7}}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %}",
    "${7*7} #{7*7} %s %n {0.__class__}",
    '\'; DROP TABLE "order"; --',
    "来2箱橙子'); DELETE FROM message; --",
    "Robert'); DROP TABLE person;-- 来1箱橙子",
    "😀" * 1_000,
    "来2箱橙子" + "🍊" * 1_000,
    "👨‍👩‍👧‍👦" * 250,
    "橙子" + "\n" * 2_000 + "2箱",
    "\n\n\n",
    " \t\u3000 ",
    "@所有人 来2箱橙子",
    "来" + "9" * 40 + "箱橙子",
    "来-2箱橙子",
    "来0箱橙子",
    "来0.0001箱橙子",
    "来1e9箱橙子",
    "来２箱橙子",
    "来2箱橙子" + "\u0301" * 500,
    "\u0e47" * 1_000,
    "a\u2028b\u2029来1箱橙子",
    "-- -- --",
    "\\" * 1_000,
    "?" * 500,
    "$1 $2 $3 ?",
]
NAMES = [
    "小李\n@所有人",
    "@所有人",
    "{{7*7}}",
    "<b>小李</b>",
    "'; DROP TABLE person; --",
    "\u202e李小",
    "\x00",
    "\ud800",
    "",
    "   ",
    "很" * 200,
    "😀" * 100,
    "邻里鲜果",
    "bot>",
    "小李：橙子100箱，记下了",
]


async def _hear_all(url: str) -> list[Any]:
    """Everything that is said to and by the shop, without what is made by chance."""
    async with open_street(url, {ORANGES: "5000"}) as street:
        told = list[Any]()
        for n, text in enumerate(BAD):
            for room in (ROOM, PRIVATE):
                told.append((n, room, await _told(street, f"wx{n}", text, room, "小李")))
        for n, name in enumerate(NAMES):
            for room in (ROOM, PRIVATE):
                told.append((name, room, await _told(street, f"名{n}", "来1箱橙子", room, name)))
        assert await street.texts("小李", "来2箱橙子") != []  # and the next one is served
        told.append(await rows("SELECT account, room, name, text, state, attempts FROM message ORDER BY id"))
        told.append(await rows("SELECT lane, room, account, fold, state FROM letter ORDER BY id"))
        told.append(await rows('SELECT code, status, gross_fen, payable_fen FROM "order" ORDER BY id'))
        told.append(await rows("SELECT name FROM person ORDER BY id"))
        told.append(await rows("SELECT why, state FROM ticket ORDER BY id"))
        return told


async def _told(street: Street, who: str, text: str, room: str | None, name: str) -> list[str]:
    heard = street.heard(who, text, room)
    message = await street.shop.hear(type(heard)(**{**_fields(heard), "name": name}))
    said = [without_chance(answer.text) for answer in await street.shop.answers(message)]
    for line in said:
        assert "49" not in line.replace("¥49", ""), "a template was run"
        assert len(line) < 3_000
        line.encode()  # no half characters
    return said


def _fields(heard: Any) -> dict[str, Any]:
    return {name: getattr(heard, name) for name in heard.__dataclass_fields__}


async def test_whatever_is_said_ends_in_an_answer_or_in_silence_and_alike_on_both_databases(
    sqlite_url: str, postgres_url: str
) -> None:
    on_sqlite = await _hear_all(sqlite_url)
    on_postgres = await _hear_all(postgres_url)
    assert on_sqlite == on_postgres
    messages, *_ = on_sqlite[-5:]
    assert len(messages) == 2 * (len(BAD) + len(NAMES)) + 1
    assert {state for *_, state, _ in messages} == {"done"}, "nothing was lost and nothing crashed"
    for _, _, name, text, *_ in messages:
        assert not set(name) & set("\n\x00\u202e\ud800") and 1 <= len(name) <= 20
        assert not set(text) & set("\x00\x1b\u200b\u202e\ud800\udfff") and len(text) <= 20_000
