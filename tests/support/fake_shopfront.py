"""A small shop for the pages alone: a few canned lines with cards, said through the web room as the real outbox does."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.channels.channel import Spoken
from bot.channels.webroom import WebRoom
from bot.shopfront import Answer
from dialogs.speech import Button, Card, Heard, Row
from shop.kit.ids import LetterId, MessageId

MENU = Card(
    kind="menu",
    title="今天的水果",
    rows=(
        Row("橙子", "还有 12 箱", "¥29.90/箱"),
        Row("香蕉", "还有 40 斤", "¥4.80/斤"),
        Row("红颜草莓", "还有 6 盒", "¥28.00/盒"),
        Row("车厘子", "周六到货", "¥58.00/盒"),
        Row("5 红富士苹果", "剩100斤", "¥5.80/斤"),
        Row("5 红富士苹果", "5斤装 · 剩100箱", "¥26.90/箱"),
        Row("6 榴莲", "剩0个", "¥99.00/个"),
    ),
    note="直接说要什么就行，比如“来2箱橙子 香蕉3斤”",
)
ORDER = Card(
    kind="order",
    title="订单 0501-017",
    rows=(Row("橙子", "2箱", "¥59.80"), Row("香蕉", "3斤", "¥14.40")),
    cuts=(Row("满50减5", "", "−¥5.00"),),
    total="¥69.20",
    note="15分钟内付款，要改就说“橙子改3箱”",
    link="http://127.0.0.1:8600/pay/0501-017",
    link_label="去付款",
)
PICKUP = Card(
    kind="pickup",
    title="取货码 4829-31",
    rows=(Row("0501-017", "橙子2箱、香蕉3斤"),),
    note="到店出示，或报这六位数字",
    qr="QD:482931",
)
PREVIEW = Card(
    kind="preview",
    title="明天 10:00 秒杀",
    rows=(Row("草莓", "50 盒，每人限 2", "¥9.90"), Row("发到", "水果群（218 人）")),
    note="每盒毛利 −¥3.10，最多亏 ¥155",
)
REPORT = Card(
    kind="report",
    title="今天到 14:30",
    rows=(Row("订单", "32 单", "¥2,186.00"), Row("比上周六", "同时", "+12%")),
    note="橙子快没了（剩 4 箱，约 16 点卖完）",
)


class Clock:
    """The demo's clock: stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self.at = start

    def __call__(self) -> datetime:
        return self.at


class FakeShopfront:
    def __init__(self, webroom: WebRoom, clock: Clock, *, is_demo: bool = True) -> None:
        self.shop_name = webroom.shop_name
        self.is_demo = is_demo
        self.heard: list[Heard] = []
        self.directed: list[tuple[str, str]] = []
        self._webroom = webroom
        self._clock = clock
        self._messages: dict[tuple[str, str], MessageId] = {}
        self._answers: dict[MessageId, tuple[Answer, ...]] = {}
        self._done: dict[MessageId, asyncio.Event] = {}
        self._letters = 0

    async def hear(self, heard: Heard) -> MessageId:
        key = (heard.channel, heard.id)
        if key in self._messages:
            return self._messages[key]
        message = self._messages[key] = MessageId(len(self._messages) + 1)
        done = self._done[message] = asyncio.Event()
        self.heard.append(heard)
        self._answers[message] = await self._say(*self._reply(heard))
        done.set()
        return message

    async def answers(self, message: MessageId) -> tuple[Answer, ...]:
        await self._done[message].wait()
        return self._answers[message]

    async def pass_time(self, by: timedelta) -> tuple[Answer, ...]:
        self._clock.at += by
        return await self._say(self._private("店主", "今天到现在：32 单 ¥2,186", REPORT))

    async def why(self, letter: int) -> dict[str, Any] | None:
        return {
            "heard": "来2箱橙子 香蕉3斤",
            "who": "小李",
            "tokens": [
                {"kind": "verb", "text": "来", "value": "add", "source": "exact"},
                {"kind": "qty", "text": "2", "value": "2", "source": "exact"},
                {"kind": "unit", "text": "箱", "value": "箱", "source": "exact"},
                {"kind": "product", "text": "橙子", "value": "orange", "source": "exact"},
                {"kind": "product", "text": "香焦", "value": "banana", "source": "pinyin"},
            ],
            "action": "act",
            "intent": "order",
            "score": 0.97,
            "lines": [{"sku": "orange", "qty": "2", "unit": "箱", "op": "add"}],
            "rules": ["说了数量、单位和商品：直接记下", "满50减5"],
            "dialogue": "order",
            "outcome": "said",
            "facts": {"橙子": "还有 12 箱 ¥29.90/箱", "香蕉": "还有 40 斤 ¥4.80/斤"},
        }

    async def direct(self, who: str, what: str) -> tuple[Answer, ...]:
        self.directed.append((who, what))
        return await self._say(self._private("小李", "收到 ¥69.20，取货码 4829-31", PICKUP))

    async def reset(self) -> None:
        self.heard.clear()
        self._clock.at = datetime(2026, 5, 1, 2, tzinfo=UTC)

    def _reply(self, heard: Heard) -> list[Answer]:
        where, who, text = heard.room, heard.who, heard.text
        if "菜单" in text:
            return [self._to(where, who, "今天有：橙子 ¥29.90/箱 …", MENU)]
        if "还有吗" in text:
            return [self._to(where, who, "还有 12 箱，¥29.90/箱")]
        if "秒杀" in text:
            yes = (Button("确认发布", "确认"), Button("修改", "改"))
            return [self._private(who, "明天 10:00 秒杀 草莓，回“确认”发布", PREVIEW, yes)]
        if "付了" in text:
            return [self._private(who, "取货码 4829-31", PICKUP)]
        if "箱" in text or "斤" in text:
            slip = "0501-017 橙子2箱 ¥59.80 · 香蕉3斤 ¥14.40，合计 ¥69.20"
            buttons = (Button("再加一箱", "橙子改3箱"), Button("取消", "取消"))
            public = f"{heard.name}：橙子2箱、香蕉3斤，记下了（0501-017）。付款和取货码私聊发你"
            said = [
                self._private(who, slip, ORDER, buttons),
                self._private("店主", f"新订单 0501-017（{heard.name}）¥69.20"),
            ]
            return [self._to(where, who, public), *said] if where else said
        return []

    def _to(self, room: str | None, who: str, text: str, card: Card | None = None) -> Answer:
        self._letters += 1
        to = who if room is None else None
        return Answer(self._letters, to=to, account=to, room=room, text=text, card=card)

    def _private(
        self, who: str, text: str, card: Card | None = None, buttons: tuple[Button, ...] = ()
    ) -> Answer:
        self._letters += 1
        return Answer(self._letters, to=who, account=who, room=None, text=text, card=card, buttons=buttons)

    async def _say(self, *answers: Answer) -> tuple[Answer, ...]:
        for one in answers:
            await self._webroom.speak(
                Spoken(LetterId(one.letter), one.room, one.account, one.text, one.card, one.buttons)
            )
        return answers
