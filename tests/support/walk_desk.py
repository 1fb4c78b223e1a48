"""A seeded walk of customers, agents and the clock through the whole line, from what is heard to what a channel says.

What must hold is looked at from outside, in what was said to whom: every word of an agent and every note carries a mark
of its own, so that one that goes astray is known by it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any

from bot.channels.channel import Spoken
from bot.performance import CHANNEL, stage
from bot.run import demo_goods
from bot.wiring import OpenShop
from dialogs.speech import Heard, Quote
from shop import people, tickets
from shop.invariants import broken
from shop.kit.ids import PersonId
from shop.kit.refusal import Refusal
from shop.tickets import Request
from shop.transaction import unit_of_work
from tests.support.street import appoint

CUSTOMERS = ("小李", "阿花", "小明", "大刘")
AGENTS = ("客服", "小美")
ROOM = "水果群"
SAID = (
    "转人工", "转人工", "找老板", "橙子坏了三个", "来1箱橙子", "草莓2盒", "苹果", "2箱", "对", "取消", "我的订单", "菜单",
    "我要投诉", "你们店是骗子", "嗯嗯", "哈哈", "不用了", "好的谢谢", "5分", "1分", "你们几点关门", "到店付", "退款", "为什么", "老样子", "抢",
)  # fmt: skip
# All that a customer may hear while a person serves him: that person, and what has become of money and goods.
MAY_HEAR = re.compile(r"(?:客服|小美)：|(?:客服|小美)来了|\d{4}-\d{3} |.*收到 ¥|.*退你|.*取货码")
CHECKED_EVERY = 25


class WentWrong(AssertionError):
    pass


@dataclass
class DeskWalk:
    shop: OpenShop
    rng: Random
    log: list[str] = field(default_factory=list)
    count: int = 0
    heard_of: int = 0  # how much of what the channel said was looked at
    meant_for: dict[str, str | None] = field(
        default_factory=dict
    )  # an agent's mark → its customer; None: nobody
    arrived: set[str] = field(default_factory=set)
    in_hands: dict[str, int] = field(default_factory=dict)  # customer → ticket, after the last step
    served: dict[str, int] = field(default_factory=dict)  # those who were in the same hands before it, too
    names: dict[PersonId, str] = field(default_factory=dict)

    @property
    def said(self) -> list[Spoken]:
        return self.shop.channels[CHANNEL].said  # type: ignore[attr-defined,no-any-return]  # it is a loopback

    async def open(self) -> None:
        now = self.shop.clock.now()
        for name in (*CUSTOMERS, *AGENTS):
            if name in AGENTS:
                await appoint(self.shop, name)
            one = await unit_of_work(
                lambda name=name: people.recognise(self.shop.shop, CHANNEL, name, name, now=now)  # type: ignore[misc]  # the loop's own name
            )
            self.names[one.id] = name

    async def step(self) -> None:
        before = self.in_hands
        verb = self.rng.choices(VERBS, WEIGHTS)[0]
        await verb(self)
        self.in_hands = after = await self._in_hands()
        self.served = {who: ticket for who, ticket in before.items() if after.get(who) == ticket}
        self._look_at_what_was_said()
        if len(self.log) % CHECKED_EVERY == 0:
            await self.check()

    async def check(self) -> None:
        living = [one.person for one in await tickets.living(self.shop.shop)]
        self._must(len(living) == len(set(living)), "two tickets of one customer")
        wrong = await broken(self.shop.shop)
        self._must(not wrong, str(wrong))

    async def _in_hands(self) -> dict[str, int]:
        living = await tickets.living(self.shop.shop)
        return {self.names[one.person]: one.id for one in living if one.in_hands}

    # ── what holds ──────────────────────────────────────────────────────────────────────────────────────────────

    def _look_at_what_was_said(self) -> None:
        for spoken in self.said[self.heard_of :]:
            self._look_at(spoken)
        self.heard_of = len(self.said)

    def _look_at(self, spoken: Spoken) -> None:
        to, text = spoken.account, spoken.text
        place = to or str(spoken.room)
        if to in self.served:
            self._must(bool(MAY_HEAR.match(text)), f"the bot speaks to {to}, who is served: {text}")
        if spoken.room is not None:
            for who in self.served:
                self._must(not text.startswith(who), f"the bot speaks of {who}, who is served: {text}")
        if to in (*AGENTS, "店主"):  # the shop itself
            return
        for mark in re.findall(r"话\d+完", text):
            self._must(
                self.meant_for.get(mark) == place, f"{mark} was for {self.meant_for.get(mark)}: {place}"
            )
            self._must(mark not in self.arrived, f"{mark} was said twice")
            self.arrived.add(mark)
        self._must("密" not in text, f"a note left the shop, to {place}: {text}")

    def _must(self, holds: bool, what: str) -> None:
        if not holds:
            raise WentWrong("\n".join([what, *self.log[-30:]]))

    # ── doing ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def hear(self, who: str, text: str, room: str | None = None, quote: Quote | None = None) -> None:
        heard = replace(self.words(who, text, room), quote=quote)
        if quote:
            self.log.append(f"  (quoting {quote.text})")
        await self.shop.answers(await self.shop.hear(heard))

    def words(self, who: str, text: str, room: str | None) -> Heard:
        self.count += 1
        self.log.append(f"{who}{f'@{room}' if room else ''}: {text}")
        return Heard(CHANNEL, f"walk {self.count}", room, who, who, text, self.shop.clock.now())

    def mark(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}完"

    async def any_ticket(self) -> Request | None:
        living = await tickets.living(self.shop.shop)
        return self.rng.choice(living) if living else None


# ── who does what ───────────────────────────────────────────────────────────────────────────────────────────────


async def customer(walk: DeskWalk) -> None:
    room = walk.rng.choice([ROOM, None])
    await walk.hear(walk.rng.choice(CUSTOMERS), walk.rng.choice(SAID), room)


async def claims(walk: DeskWalk) -> None:
    ticket = await walk.any_ticket()
    await walk.hear(walk.rng.choice(AGENTS), f"{ticket.id} 接" if ticket else "接")


async def answers(walk: DeskWalk) -> None:
    """By number, by a quoted card, or by a number that is nobody's."""
    ticket, agent, mark = await walk.any_ticket(), walk.rng.choice(AGENTS), walk.mark("话")
    if ticket is None or walk.rng.random() < 0.1:
        walk.meant_for[mark] = None
        await walk.hear(agent, f"#{walk.rng.randint(90_000, 99_999)} {mark}")
        return
    walk.meant_for[mark] = walk.names[ticket.person]
    if walk.rng.random() < 0.3:
        await walk.hear(agent, mark, quote=Quote("小店", f"#{ticket.id} 某人 找人：坏了"))
    else:
        await walk.hear(agent, f"{walk.rng.choice(['', '#'])}{ticket.id} {mark}")


async def takes_back(walk: DeskWalk) -> None:
    """Said, and taken back before it went out or after: what he is told did not go out never comes."""
    ticket, agent, mark = await walk.any_ticket(), walk.rng.choice(AGENTS), walk.mark("话")
    if ticket is None:
        return
    walk.meant_for[mark] = walk.names[ticket.person]
    said = walk.words(agent, f"{ticket.id} {mark}", None)
    message = await walk.shop.hear(said)
    await walk.shop.inbox.settled(message)
    if walk.rng.random() < 0.5:
        await walk.shop.answers(message)
    recall = replace(walk.words(agent, "撤回了一句", None), recalls=said.id)
    told = [one.text for one in await walk.shop.answers(await walk.shop.hear(recall))]
    if any("没发出去" in text for text in told):
        walk.meant_for[mark] = None


async def plain(walk: DeskWalk) -> None:
    """Without a number: to the only customer in hand, or to nobody."""
    agent, mark = walk.rng.choice(AGENTS), walk.mark("话")
    mine = [
        one
        for one in await tickets.living(walk.shop.shop)
        if one.in_hands and one.owner and walk.names[one.owner] == agent
    ]
    walk.meant_for[mark] = walk.names[mine[0].person] if len(mine) == 1 else None
    await walk.hear(agent, mark)


async def notes(walk: DeskWalk) -> None:
    ticket, agent, mark = await walk.any_ticket(), walk.rng.choice(AGENTS), walk.mark("密")
    number = ticket.id if ticket and walk.rng.random() < 0.8 else walk.rng.choice([1, 2, 3, 90_001])
    form = walk.rng.choice(
        ["{} 备注 {}", "#{} 备注 {}", "{} 备注：{}", "{}备注 {}", "#{}备注{}", "#{} #{}", "# {} {}备注"]
    )
    if form == "# {} {}备注":
        form = "#备注 {} {}"
    await walk.hear(agent, form.format(number, mark))


async def ends(walk: DeskWalk) -> None:
    ticket = await walk.any_ticket()
    await walk.hear(walk.rng.choice(AGENTS), f"{ticket.id} 完" if ticket else "完")


async def passes_on(walk: DeskWalk) -> None:
    ticket = await walk.any_ticket()
    if ticket is not None:
        await walk.hear(
            walk.rng.choice(AGENTS), f"{ticket.id} 转 {walk.rng.choice([*AGENTS, '售后', ''])}".strip()
        )


async def duty(walk: DeskWalk) -> None:
    await walk.hear(walk.rng.choice(AGENTS), walk.rng.choice(["上班", "上班", "下班", "列表", "/1", "确认"]))


async def amends(walk: DeskWalk) -> None:
    ticket = await walk.any_ticket()
    if ticket is not None:
        agent = walk.rng.choice(AGENTS)
        await walk.hear(
            agent, f"{ticket.id} {walk.rng.choice(['退款 5 坏果', '补发', '补发 橙子1箱', '退款', '/2'])}"
        )
        await walk.hear(agent, walk.rng.choice(["确认", "不要"]))


async def pays(walk: DeskWalk) -> None:
    who = walk.rng.choice(CUSTOMERS)
    walk.log.append(f"（{who}付款）")
    try:
        await walk.shop.direct(who, "pay")
    except (Refusal, IndexError, AttributeError):
        walk.log.append("（没有可付的）")


async def time_passes(walk: DeskWalk) -> None:
    by = walk.rng.choice([30, 60, 130, 200, 310, 620, 1000, 90_000])
    walk.log.append(f"+{by}s")
    await walk.shop.pass_time(timedelta(seconds=by))


Verb = Callable[[DeskWalk], Coroutine[Any, Any, None]]
WEIGHTED: dict[Verb, int] = {
    customer: 34, claims: 8, answers: 14, takes_back: 5, plain: 8, notes: 6, ends: 6, passes_on: 3, duty: 3, amends: 3, pays: 4, time_passes: 7,
}  # fmt: skip
VERBS, WEIGHTS = list(WEIGHTED), list(WEIGHTED.values())


async def walk_once(url: str, seed: int, steps: int) -> DeskWalk:
    """Raises WentWrong with the last steps of the way."""
    async with stage(demo_goods(), url) as shop:
        walk = DeskWalk(shop, Random(seed))
        await walk.open()
        for _ in range(steps):
            await walk.step()
        await walk.check()
        return walk
