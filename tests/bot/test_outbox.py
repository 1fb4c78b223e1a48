"""The outbox: at least once, in order per place, at a pace, at decent hours, and never a secret into a room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import post
from bot.channels.channel import Abilities, MaybeSent, NotSent, Spoken
from bot.channels.loopback import Loopback
from bot.clock import MovableClock
from bot.outbox import MOST_TRIES, Outbox, Pace, lines, split
from bot.post import Manners
from dialogs import notices
from dialogs.speech import Button, Card, Lane, Row, Say
from dialogs.turn import ShopFacts
from dialogs.voice import Links
from shop import mail, people
from shop.events import SpecialsPosted
from shop.kit.codes import check_digit
from shop.kit.ids import LetterId, PersonId, RoomId, ShopId
from shop.kit.money import Money
from shop.mail import Sealed
from shop.transaction import run_sql, transaction, unit_of_work
from tests.support.world import CHANNEL, NOW, a_customer, a_room, a_shop

TZ = "Asia/Shanghai"


class Street(Loopback):
    """A channel on which some places are away for a while and some answers are lost."""

    def __init__(self, *, longest: int = 2_000) -> None:
        super().__init__(CHANNEL)
        self.abilities = Abilities(cards=True, buttons=True, longest_text=longest)
        self.away: set[str] = set()
        self.unsure: set[str] = set()
        self.tried: list[str] = []

    async def speak(self, line: Spoken) -> None:
        place = line.room or line.account or ""
        self.tried.append(line.text)
        if place in self.away:
            raise NotSent("nobody at home")
        await super().speak(line)
        if place in self.unsure:
            raise MaybeSent("the link broke")

    def texts(self, place: str = "") -> list[str]:
        return [line.text for line in self.said if place in ("", line.room, line.account)]


@dataclass
class Post:
    """An outbox at a street, with a clock that stands still until it is moved."""

    shop: ShopId
    clock: MovableClock
    street: Street
    outbox: Outbox
    manners: Manners
    count: int = 0
    rooms: dict[str, RoomId] = field(default_factory=dict)

    async def write(self, *says: Say) -> None:
        """In one transaction, as a message's answers are."""
        self.count += 1
        key = f"t{self.count}"

        async def work() -> None:
            now = self.clock.now()
            written = await post.letters(says, key=key, channel=CHANNEL, manners=self.manners, now=now)
            await mail.write(written, now=now)

        await unit_of_work(work)

    async def to(self, place: str, *texts: str, lane: Lane = "reply", **more: Any) -> None:
        for text in texts:
            await self.write(Say(text, room=await self.room(place), lane=lane, **more))

    async def room(self, name: str) -> RoomId:
        if name not in self.rooms:
            self.rooms[name] = (await a_room(name, shop=self.shop)).id
        return self.rooms[name]

    async def after(self, **time: float) -> None:
        self.clock.move(timedelta(**time))
        await self.outbox.send_due()


def a_post(shop: ShopId, *, pace: Pace | None = None, longest: int = 2_000, **manners: Any) -> Post:
    clock = MovableClock(NOW, frozen=True)
    street, ways = Street(longest=longest), Manners(TZ, **manners)
    outbox = Outbox(
        shop,
        ShopFacts("水果群店"),
        Links("http://shop.example"),
        clock,
        ways,
        {CHANNEL: street},
        {CHANNEL: pace} if pace else {},
    )
    return Post(shop, clock, street, outbox, ways)


@pytest.fixture
async def shop(shop_db: str) -> AsyncIterator[ShopId]:
    yield await a_shop()


@pytest.fixture
def office(shop: ShopId) -> Post:
    return a_post(shop)


async def states() -> list[str]:
    return [str(row["state"]) for row in await run_sql("SELECT state FROM letter ORDER BY id")]


# ── at least once ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_after_a_crash_between_claim_and_sent_it_goes_out_again(office: Post) -> None:
    await office.to("g1", "记下了")
    (due,) = await mail.due(now=NOW)
    await mail.claim([due.id])  # and here the process dies
    again = a_post(office.shop)
    await again.outbox.send_due()
    assert (again.street.texts(), await states()) == (["记下了"], ["sent"])


async def test_after_a_crash_a_promotion_is_not_said_twice(office: Post) -> None:
    await office.to("g1", "特价", lane="promo")
    await mail.claim([one.id for one in await mail.due(now=NOW)])
    again = a_post(office.shop)
    await again.outbox.send_due()
    assert (again.street.texts(), await states()) == ([], ["unknown"])


async def test_a_round_that_broke_off_is_taken_up_by_the_next(
    office: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was away just when a letter had been said: it is said again, not forgotten until a restart."""

    async def broken(*_: Any, **__: Any) -> None:
        raise OSError("the database is away")

    await office.to("g1", "记下了")
    with monkeypatch.context() as patch:
        patch.setattr(mail, "sent", broken)
        with pytest.raises(OSError, match="away"):
            await office.outbox.send_due()
    await office.outbox.send_due()
    assert (office.street.texts(), await states()) == (["记下了"] * 2, ["sent"])


async def test_whoever_stops_waiting_for_a_flush_loses_no_letter(office: Post) -> None:
    entered = asyncio.Event()
    speak = office.street.speak

    async def slow(line: Spoken) -> None:
        entered.set()
        await asyncio.sleep(0.2)
        await speak(line)

    office.street.speak = slow  # type: ignore[method-assign]  # slower than the caller is patient
    await office.to("g1", "记下了")
    flush = asyncio.ensure_future(office.outbox.flush())
    await entered.wait()
    flush.cancel()
    await asyncio.gather(flush, return_exceptions=True)
    await office.outbox.flush()
    assert (set(office.street.texts()), await states()) == ({"记下了"}, ["sent"])


# ── in order ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_each_place_hears_its_letters_in_the_order_of_writing(office: Post) -> None:
    for n in range(60):
        await office.to(f"g{n % 4}", f"{n}")
    await office.outbox.send_due()
    for place in range(4):
        assert office.street.texts(f"room g{place}") == [str(n) for n in range(place, 60, 4)]


async def test_a_place_that_is_away_holds_up_no_other(office: Post) -> None:
    office.street.away = {"room g1"}
    await office.to("g1", "一", "二")
    await office.to("g2", "三")
    await office.outbox.send_due()
    assert (office.street.texts(), await states()) == (["三"], ["new", "new", "sent"])


async def test_nothing_overtakes_the_letter_that_failed(office: Post) -> None:
    office.street.away = {"room g1"}
    await office.to("g1", "一", "二")
    await office.outbox.send_due()
    office.street.away = set()
    await office.to("g1", "三")
    await office.outbox.send_due()  # the first one waits for its moment, and so do those behind it
    assert office.street.texts() == []
    await office.after(seconds=1)
    assert office.street.texts() == ["一", "二", "三"]


async def test_a_reply_overtakes_a_promotion_that_waits(office: Post) -> None:
    office.clock.move(timedelta(hours=13))  # 23:00
    await office.to("g1", "特价", lane="promo")
    await office.to("g1", "记下了")
    await office.outbox.send_due()
    assert office.street.texts() == ["记下了"]


async def test_letters_for_a_channel_that_is_gone_hold_up_nobody(office: Post) -> None:
    await written("gone", "reply", 250)
    await office.to("g1", "记下了")
    await office.outbox.send_due()
    assert office.street.texts() == ["记下了"]


async def written(channel: str, lane: Lane, count: int) -> None:
    async def work() -> None:
        one = mail.NewLetter("", channel, "g9", None, lane, {"text": "…"}, NOW)
        await mail.write([replace(one, key=f"{channel} {lane} {n}") for n in range(count)], now=NOW)

    await unit_of_work(work)


async def test_a_backlog_on_one_channel_leaves_the_others_their_turn(shop: ShopId) -> None:
    slow, other = Street(), Loopback("other")
    outbox = Outbox(
        shop,
        ShopFacts("水果群店"),
        Links("http://shop.example"),
        MovableClock(NOW, frozen=True),
        Manners(TZ),
        {CHANNEL: slow, "other": other},
        {CHANNEL: Pace(per_minute=1)},
    )
    await written(CHANNEL, "reply", 250)
    await written("other", "reply", 1)
    await outbox.send_due()
    assert (len(slow.said), len(other.said)) == (1, 1)


async def test_a_backlog_of_promotions_leaves_the_replies_their_turn(shop: ShopId) -> None:
    office = a_post(shop, pace=Pace(per_minute=1))
    await written(CHANNEL, "promo", 250)
    await office.to("g1", "记下了")
    await office.outbox.send_due()
    assert office.street.texts() == ["记下了"]


async def test_a_group_with_hundreds_of_answers_before_it_leaves_the_others_their_turn(shop: ShopId) -> None:
    office = a_post(shop, pace=Pace(per_minute_in_a_place=4))
    await written(CHANNEL, "reply", 250)
    await office.to("g1", "记下了")
    await office.outbox.send_due()
    assert office.street.texts("room g1") == ["记下了"]
    assert len(office.street.said) == 5


# ── again, later, never ─────────────────────────────────────────────────────────────────────────────────────────


async def test_the_pauses_double_and_after_eight_tries_the_letter_is_dead(office: Post) -> None:
    office.street.away = {"room g1"}
    await office.to("g1", "记下了", "还有一句")
    await office.outbox.send_due()
    tries = [len(office.street.tried)]
    for seconds in (1, 2, 4, 8, 16, 32):
        await office.after(seconds=seconds - 0.5)
        await office.after(seconds=0.5)
        tries.append(len(office.street.tried))
    assert tries == [1, 2, 3, 4, 5, 6, 7]
    assert await states() == ["new", "new"]
    office.street.away = set()
    office.street.unsure = {"room g1"}
    await office.after(seconds=64)
    assert await states() == ["dead", "new"]
    office.street.unsure = set()
    office.street.said.clear()
    await office.outbox.send_due()  # those behind it were never tried, so they have all their tries left
    assert (office.street.texts(), await states()) == (["还有一句"], ["dead", "sent"])
    assert MOST_TRIES == 8


async def test_an_answer_that_was_lost_repeats_a_reply_and_no_promotion(office: Post) -> None:
    office.street.unsure = {"room g1", "room g2"}
    await office.to("g1", "记下了")
    await office.to("g2", "特价", lane="promo")
    await office.outbox.send_due()
    office.street.unsure = set()
    await office.after(minutes=10)
    assert sorted(office.street.texts()) == ["特价", "记下了", "记下了"]
    assert await states() == ["sent", "unknown"]


async def test_a_bug_in_a_channel_is_a_failed_try(office: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    async def bug(_: Spoken) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(office.street, "speak", bug)
        await office.to("g1", "记下了")
        await office.outbox.send_due()
    await office.after(seconds=1)
    assert office.street.texts() == ["记下了"]


async def test_an_event_without_words_stops_neither_its_neighbours_nor_the_post(
    office: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await office.room("g1")
    asked = 0

    async def wordless(event: Any, desk: Any) -> tuple[Say, ...]:
        nonlocal asked
        if event.day == "bad":
            asked += 1
            raise ZeroDivisionError
        return (Say("特价", room=room, lane="promo"),)

    monkeypatch.setattr(notices, "words", wordless)
    for day in ("bad", "good"):
        async with transaction() as tx:
            tx.tell(SpecialsPosted(room, day, ()), at=NOW)
    await office.to("g2", "记下了")
    for _ in range(10):
        await office.outbox.send_due()
    assert sorted(office.street.texts()) == ["特价", "记下了"]
    assert (asked, await mail.untold()) == (5, [])  # tried as often as a message, then given up


# ── folding, pacing, decent hours ───────────────────────────────────────────────────────────────────────────────


async def test_the_newest_words_win_and_the_older_are_folded(shop: ShopId) -> None:
    office = a_post(shop, hold=timedelta(seconds=0.8))
    await office.to("g1", "橙子2箱", "橙子3箱", fold="order:0501-001")
    await office.to("g1", "香蕉1斤", fold="order:0501-002")
    await office.outbox.send_due()
    assert office.street.texts() == []  # held for what may still come
    await office.to("g1", "橙子4箱", fold="order:0501-001")
    await office.after(seconds=0.8)
    assert office.street.texts() == ["香蕉1斤", "橙子4箱"]
    assert await states() == ["folded", "folded", "sent", "sent"]


async def test_a_flush_does_not_wait_for_folding(shop: ShopId) -> None:
    office = a_post(shop, hold=timedelta(seconds=0.8))
    await office.to("g1", "橙子2箱", fold="order:0501-001")
    await office.outbox.flush()
    assert office.street.texts() == ["橙子2箱"]


async def test_no_more_lines_a_minute_than_the_channel_bears(shop: ShopId) -> None:
    office = a_post(shop, pace=Pace(per_minute=3))
    for n in range(8):
        await office.to(f"g{n}", f"{n}")
    await office.to("g9", "特价", lane="promo")
    await office.outbox.send_due()
    assert office.street.texts() == ["0", "1", "2"]
    await office.after(seconds=59)
    assert len(office.street.said) == 3
    await office.to("g1", "很急")
    await office.after(seconds=1)
    assert office.street.texts() == ["0", "1", "2", "3", "4", "5"]
    await office.after(minutes=1)
    assert office.street.texts()[6:] == ["6", "7", "很急"]  # replies first, the promotion last
    await office.after(minutes=1)
    assert office.street.texts()[9:] == ["特价"]


async def test_a_gap_between_two_lines_in_one_place(shop: ShopId) -> None:
    office = a_post(shop, pace=Pace(gap=timedelta(seconds=2)))
    await office.to("g1", "一", "二")
    await office.to("g2", "三")
    await office.outbox.send_due()
    assert office.street.texts() == ["一", "三"]
    await office.after(seconds=1.9)
    assert len(office.street.said) == 2
    await office.after(seconds=0.1)
    assert office.street.texts() == ["一", "三", "二"]


async def test_the_parts_of_a_long_letter_count_as_lines(shop: ShopId) -> None:
    office = a_post(shop, pace=Pace(per_minute=4), longest=20)
    await office.to("g1", "\n".join("一二三四五六七八九十" for _ in range(3)))
    await office.to("g2", "好", "好的")
    await office.outbox.send_due()
    assert len(office.street.said) == 4
    await office.after(minutes=1)
    assert len(office.street.said) == 5


@pytest.mark.parametrize("lane", ["list", "promo"])
async def test_at_night_only_replies_are_said(office: Post, lane: Lane) -> None:
    office.clock.move(timedelta(hours=12))  # 22:00 in the shop
    await office.to("g1", "接龙", lane=lane)
    await office.to("g1", "记下了")
    await office.outbox.send_due()
    assert office.street.texts() == ["记下了"]
    await office.after(hours=9, minutes=59, seconds=59)
    assert office.street.texts() == ["记下了"]
    await office.after(seconds=1)  # 8:00
    assert office.street.texts() == ["记下了", "接龙"]


@pytest.mark.parametrize(
    ("local", "is_quiet"),
    [("21:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("07:59", True), ("08:00", False)],
)
def test_the_quiet_hours(local: str, is_quiet: bool) -> None:
    hour, minute = (int(part) for part in local.split(":"))
    at = datetime(2026, 5, 1, tzinfo=UTC) + timedelta(hours=hour - 8, minutes=minute)
    end = Manners(TZ).end_of_quiet(at)
    assert (end != at) is is_quiet
    assert not is_quiet or (end.hour, end.minute, end > at, end - at <= timedelta(hours=10)) == (
        0,
        0,
        True,
        True,
    )


async def test_what_came_too_late_is_not_said(office: Post) -> None:
    await office.to("g1", "今日特价", lane="promo", until=NOW + timedelta(hours=1))
    await office.to("g1", "记下了")
    await office.after(hours=1)
    assert (office.street.texts(), await states()) == (["记下了"], ["stale", "sent"])


async def test_a_group_gets_three_promotions_a_day(office: Post) -> None:
    await office.to("g1", *"一二三四", lane="promo")
    await office.to("g2", "五", lane="promo")
    await office.outbox.send_due()
    assert office.street.texts() == ["一", "二", "三", "五"]
    await office.after(hours=24)
    await office.to("g1", "六", lane="promo")
    await office.outbox.send_due()
    assert office.street.texts("room g1") == ["一", "二", "三", "六"]


async def test_what_waited_through_the_night_counts_for_the_day_it_is_said(office: Post) -> None:
    office.clock.move(timedelta(hours=13))  # 23:00
    await office.to("g1", *"一二三", lane="promo")
    await office.after(hours=10)  # 9:00 on the next day
    await office.to("g1", "四", lane="promo")
    await office.outbox.send_due()
    assert office.street.texts() == ["一", "二", "三"]


async def test_a_group_that_wants_none_gets_none(office: Post) -> None:
    await people.mute(await office.room("g1"))
    await office.to("g1", "特价", lane="promo")
    await office.to("g1", "记下了")
    await office.outbox.send_due()
    assert office.street.texts() == ["记下了"]


async def test_who_cannot_be_reached_gets_nothing_and_the_others_do(office: Post) -> None:
    li = await a_customer("小李", shop=office.shop)
    await office.write(Say("给谁", person=PersonId(10_000)), Say("给小李", person=li))
    await office.outbox.send_due()
    assert [(line.account, line.text) for line in office.street.said] == [("account of 小李", "给小李")]


# ── long texts ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_announcement_is_a_post_where_the_channel_has_none(office: Post) -> None:
    for has in (False, True):
        office.street.abilities = replace(office.street.abilities, announcements=has)
        await office.to("g1", "公告｜明天停电", announces=True)
        await office.after(seconds=1)
    assert [line.announces for line in office.street.said] == [False, True]


async def test_a_group_is_called_otherwise_where_the_channel_can_and_nowhere_else(office: Post) -> None:
    room = await office.room("g1")
    for has, name in ((False, "一群"), (True, "二群")):
        office.street.abilities = replace(office.street.abilities, topics=has)
        await office.to("g1", f"群名改成“{name}”", topic=name)
        await office.after(seconds=1)
    assert [line.topic for line in office.street.said] == ["二群"]
    assert (await people.room_by_id(room)).name == "二群"


async def test_a_long_text_is_split_and_numbered_and_the_card_rides_on_the_last_part(shop: ShopId) -> None:
    office = a_post(shop, longest=30)
    text = "\n".join(f"{n} 橙子2箱 香蕉3斤" for n in range(1, 6))
    card = Card("menu", "菜单")
    await office.write(Say(text, room=await office.room("g1"), card=card, buttons=(Button("要", "要"),)))
    await office.outbox.send_due()
    said = office.street.said
    assert [line.text[-5:] for line in said] == [f"（{n}/5）" for n in range(1, 6)]
    assert [line.card for line in said] == [None] * 4 + [card]
    assert [len(line.buttons) for line in said] == [0, 0, 0, 0, 1]
    assert "\n".join(line.text[:-5] for line in said) == text


@given(st.text(alphabet="橙子2箱\n ", max_size=400), st.integers(20, 120))
def test_no_part_is_too_long_and_nothing_is_lost(text: str, longest: int) -> None:
    parts = split(text, longest)
    assert all(len(part) <= longest for part in parts)
    if len(parts) > 1:
        bare = "".join(part[: part.rindex("（")] for part in parts)
        assert bare.replace("\n", "") == text.replace("\n", "")


# ── the guard ───────────────────────────────────────────────────────────────────────────────────────────────────

digits = st.text("0123456789", min_size=4, max_size=4)
phones = st.builds(
    lambda head, gap, a, b: f"{head}{gap}{a}{gap}{b}",
    st.sampled_from(["138", "159", "177", "199", "+86 138", "86-135"]),
    st.sampled_from(["", " ", "-"]),
    digits,
    digits,
)
landlines = st.builds(
    lambda head, gap, a, b: f"{head}{gap}{a}{b}",
    st.sampled_from(["010", "021", "0571", "0755"]),
    st.sampled_from(["-", " "]),
    digits,
    digits,
)
addresses = st.builds(
    lambda b, kind, unit, flat: f"{b}{kind}{unit}单元{flat}",
    st.integers(1, 99),
    st.sampled_from(["栋", "幢", "号楼", "座"]),
    st.integers(1, 9),
    st.integers(101, 3399),
)
doors = st.builds(
    lambda a, b, c: f"{a}-{b}-{c}", st.integers(1, 99), st.integers(1, 9), st.integers(101, 3399)
)
pickups = st.builds(
    lambda n, gap: f"{n:05d}{check_digit(f'{n:05d}')}"[:4] + gap + f"{n:05d}{check_digit(f'{n:05d}')}"[4:],
    st.integers(0, 99_999),
    st.sampled_from(["-", "", " "]),
)
secret = st.one_of(phones, landlines, addresses, doors, pickups)
order_codes = st.builds(
    lambda m, d, n: f"{m:02d}{d:02d}-{n:03d}", st.integers(1, 12), st.integers(1, 31), st.integers(1, 999)
)
prices = st.builds(lambda fen: str(Money(fen)), st.integers(0, 9_999_999))
quantities = st.builds(
    lambda n, unit: f"{n}{unit}", st.integers(1, 9999), st.sampled_from(["箱", "斤", "个", "盒", "份"])
)
harmless = st.one_of(order_codes, prices, quantities)


def in_room(card: Card | None, text: str, buttons: tuple[Button, ...], longest: int = 2_000) -> list[Spoken]:
    body = post.to_body(Say(text, room=RoomId(1), card=card, buttons=buttons))
    letter = Sealed(LetterId(1), CHANNEL, "g1", None, "reply", body, 0, None, None)
    return lines(letter, longest)


def everywhere(word: str) -> tuple[Card, str, tuple[Button, ...]]:
    """A line that says this word in every place where a word can stand."""
    said = f"小李，{word}，好的"
    row = Row(said, said, said)
    card = Card("order", said, (row,), (row,), said, said, said, said, said)
    return card, said, (Button(said, said),)


@settings(max_examples=300, deadline=None)
@given(secret)
def test_no_secret_enters_a_room_by_any_door(word: str) -> None:
    card, text, buttons = everywhere(word)
    for line in in_room(card, text, buttons):
        told = repr(asdict(line))
        assert word not in told
        assert "小李，" in told


@settings(max_examples=300, deadline=None)
@given(st.lists(harmless, min_size=1, max_size=6))
def test_codes_of_orders_prices_and_quantities_pass(words: list[str]) -> None:
    text = "、".join(words)
    card, said, buttons = everywhere(text)
    (line,) = in_room(card, said, buttons)
    assert (line.text, line.buttons) == (said, buttons)
    assert line.card == replace(card, link="", qr="")


@settings(max_examples=100, deadline=None)
@given(secret, st.integers(0, 40))
def test_splitting_does_not_cut_a_secret_past_the_guard(word: str, before: int) -> None:
    text = "好" * before + f"，{word}，" + "好" * 40
    assert word not in "".join(line.text.split("（")[0] for line in in_room(None, text, (), longest=30))


async def test_privately_everything_may_be_said(office: Post) -> None:
    li = await a_customer("小李", shop=office.shop)
    card, text, buttons = everywhere("取货码 4829-30，13800138000")
    await office.write(Say(text, person=li, card=card, buttons=buttons))
    await office.outbox.send_due()
    (line,) = office.street.said
    assert (line.text, line.card, line.buttons) == (text, card, buttons)
