"""通知: every event's words, as they stand, and who gets them; money and codes never enter a room."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

import pytest

from bot.clock import tick
from dialogs import notices
from dialogs.notices import Desk
from dialogs.privacy import mask_for_room
from dialogs.speech import Say
from dialogs.turn import ShopFacts
from dialogs.voice import Links
from shop import (
    addresses,
    agents,
    bargains,
    bookings,
    campaigns,
    catalogue,
    claims,
    commission,
    coupon_drops,
    coupon_templates,
    coupons,
    deals,
    desk,
    events,
    matters,
    orders,
    parcels,
    people,
    pickups,
    points,
    proxies,
    referrals,
    refunds,
    reships,
    resources,
    signups,
    special_plans,
    specials,
    teams,
    tickets,
    votes,
    waitlist,
)
from shop.events import Happening
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.on_offer import campaign
from shop.rules.bookings import Span
from shop.rules.campaigns import Kind, OnOffer
from shop.rules.refunds import What
from shop.settled import settle_rules
from shop.slips import Slip
from tests.support.world import (
    NOW,
    TODAY,
    a_clerk,
    a_customer,
    a_paid_order,
    a_product,
    a_room,
    a_shop,
    after,
    an_order,
    hand_over,
    pay,
    want,
)

FACTS = ShopFacts("水果群店", hours="8:00–21:00", address="桃园路 8 号")


@dataclass
class Town:
    """Everybody who could be told something."""

    shop: ShopId
    sku: str
    buyer: PersonId
    owner: PersonId
    manager: PersonId
    agent: PersonId
    room: people.Room

    def who(self, say: Say) -> str:
        names = {"buyer": self.buyer, "owner": self.owner, "manager": self.manager, "agent": self.agent}
        if say.room is not None:
            assert say.room == self.room.id
            return "room"
        return next(name for name, id in names.items() if id == say.person)

    async def told(self, event: Happening, *, facts: ShopFacts = FACTS) -> dict[str, str]:
        """Who is told what because of this."""
        place = Desk(self.shop, facts, Links("http://shop.example"), "Asia/Shanghai", NOW)
        says = await notices.words(event, place)
        return {self.who(say): plain(say.text) for say in says}

    async def order(self) -> Slip:
        return await an_order(self.buyer, (self.sku, 2))


@pytest.fixture
async def town(shop_db: str) -> Town:
    shop = await a_shop()
    owner, manager = await a_clerk("老板"), await a_clerk("店长", people.MANAGER)
    agent = await a_clerk("小客服", people.AGENT)
    return Town(shop, await a_product(), await a_customer(), owner, manager, agent, await a_room())


def plain(text: str) -> str:
    text = re.sub(r"/(o|s)/[0-9a-f]{32}", r"/\1/…", text)
    return re.sub(r"(?<!\d)\d{4}-\d{2}(?!\d)", "<取货码>", text)


Make = Callable[[Town], Awaitable[Happening]]
CASES: dict[str, tuple[Make, dict[str, str]]] = {}


def case(name: str, **told: str) -> Callable[[Make], Make]:
    def keep(make: Make) -> Make:
        CASES[name] = (make, told)
        return make

    return keep


@case(
    "OrderPaid",
    buyer="0501-001 收到 ¥59.80。取货码 <取货码>，到桃园路 8 号，8:00–21:00取：http://shop.example/o/…",
)
async def _(town: Town) -> Happening:
    return events.OrderPaid((await a_paid_order(town.buyer, (town.sku, 2))).id)


@case("OrderExpired", buyer="0501-001 过了15分钟没付款，货先放回去了。还要就说“老样子”")
async def _(town: Town) -> Happening:
    return events.OrderExpired((await town.order()).id, 15)


@case(
    "TransferClaimed",
    owner="小李 说 0501-001 转了 ¥59.80（橙子2箱）。看到钱回“收款 0501-001”",
    manager="小李 说 0501-001 转了 ¥59.80（橙子2箱）。看到钱回“收款 0501-001”",
)
async def _(town: Town) -> Happening:
    placed = await town.order()
    await claims.claim(town.shop, town.buyer, now=NOW)
    return events.TransferClaimed(placed.id)


@case(
    "ClaimDropped cancelled",
    owner="小李 取消了 0501-001。他说过转了 ¥59.80，钱真到了请退给他",
    manager="小李 取消了 0501-001。他说过转了 ¥59.80，钱真到了请退给他",
)
async def _(town: Town) -> Happening:
    placed = await town.order()
    await claims.claim(town.shop, town.buyer, now=NOW)
    await orders.cancel(town.shop, town.buyer, now=NOW)
    return events.ClaimDropped(placed.id, "cancelled")


@case(
    "ClaimDropped cash",
    owner="小李 的 0501-001 改成到店付，那笔 ¥59.80 的转账不用等了",
    manager="小李 的 0501-001 改成到店付，那笔 ¥59.80 的转账不用等了",
)
async def _(town: Town) -> Happening:
    return events.ClaimDropped((await town.order()).id, "cash")


@case(
    "ClaimDropped unpaid",
    owner="小李 说 0501-001 其实还没付，那笔 ¥59.80 的转账不用等了",
    manager="小李 说 0501-001 其实还没付，那笔 ¥59.80 的转账不用等了",
)
async def _(town: Town) -> Happening:
    return events.ClaimDropped((await town.order()).id, "unpaid")


@case(
    "MoneyCameLate late",
    buyer="0501-001 收到 ¥59.80，到账时这单已经取消了。钱会退给你；还要就说“老样子”",
    owner="小李 的 0501-001 进了 ¥59.80，到账时这单已经取消了（应付 ¥59.80），会自动退给他",
    manager="小李 的 0501-001 进了 ¥59.80，到账时这单已经取消了（应付 ¥59.80），会自动退给他",
)
async def _(town: Town) -> Happening:
    return events.MoneyCameLate((await town.order()).id, 5980, "late")


@case(
    "MoneyCameLate mismatch",
    buyer="0501-001 收到 ¥1.00，和应付的对不上。钱记着，店里核对后找你",
)
async def _(town: Town) -> Happening:
    return events.MoneyCameLate((await town.order()).id, 100, "mismatch")


@case("OrderHandedOver", buyer="0501-001 取走了：橙子2箱，¥59.80。有不好的说一声，谢谢")
async def _(town: Town) -> Happening:
    placed = await a_paid_order(town.buyer, (town.sku, 2))
    await hand_over(placed, town.owner)
    return events.OrderHandedOver(placed.id)


@case(
    "OrderTakenBack",
    buyer="0501-001 刚才点错了，货还给你留着。取货码 <取货码> 还能用：http://shop.example/o/…",
)
async def _(town: Town) -> Happening:
    placed = await a_paid_order(town.buyer, (town.sku, 2))
    await hand_over(placed, town.owner)
    await pickups.take_back(placed.id, now=NOW)
    return events.OrderTakenBack(placed.id)


BROKEN = (
    "#1 小李@水果群 找人：坏了两个\n最近一单 0501-001 待付款：橙子2箱 ¥59.80\n"
    "/1 不好意思，给你添麻烦了。坏了几个？有照片发我一张\n/2 不好意思，坏的马上给你补\n/3 不好意思，坏的这部分退给你\n"
    "回“1 接”，或者直接“1 要说的话”"
)


MATTER = (
    "#1 账对不上（第6条）：橙子差 1\n说“对账”看全部；先别改数，弄不清就把这句话发给管店铺系统的人\n"
    "回“1 接”，记一笔“1 备注 …”，弄好了“1 完”"
)


async def wanted(town: Town) -> int:
    """The buyer wants a person, from the group."""
    await town.order()
    return (await desk.want_person(town.shop, town.buyer, "坏了两个", room=town.room.id, now=NOW)).id


async def in_hand(town: Town) -> int:
    ticket = await wanted(town)
    await desk.claim(town.shop, ticket, town.agent, now=NOW)
    return ticket


@case("PersonWanted in a room", agent=BROKEN)
async def _(town: Town) -> Happening:
    return events.PersonWanted(await wanted(town), "坏了两个")


@case("PersonWanted again", agent="#1 小李@水果群 找人：几点关门\n最近一单 0501-001 待付款：橙子2箱 ¥59.80")
async def _(town: Town) -> Happening:
    return events.PersonWanted(await wanted(town), "几点关门", again=True)


@case("PersonWanted and nobody is at work", owner=BROKEN)
async def _(town: Town) -> Happening:
    await agents.set_duty(town.shop, town.agent, at_work=False)
    return events.PersonWanted(await wanted(town), "坏了两个")


@case("MatterRaised", agent=MATTER, owner=MATTER, manager=MATTER)
async def _(town: Town) -> Happening:
    await matters.found(town.shop, "books", "every change of stock is a move", "橙子差 1", now=NOW)
    return events.MatterRaised(1, "橙子差 1")


@case("RoomNameGiven", room="群名改成“水果2群”")
async def _(town: Town) -> Happening:
    return events.RoomNameGiven(town.room.id, "水果2群")


@case("TicketPassedOn", agent=BROKEN)
async def _(town: Town) -> Happening:
    return events.TicketPassedOn(await wanted(town), "unclaimed")


@case("TicketPassedOn to nobody, because somebody was faster")
async def _(town: Town) -> Happening:
    return events.TicketPassedOn(await in_hand(town), "unclaimed")


@case("TicketClaimed", buyer="小客服来了，有事直接跟他说")
async def _(town: Town) -> Happening:
    return events.TicketClaimed(await in_hand(town), town.agent)


@case(
    "TakenByHand",
    agent="#1 小李：店里的微信亲手回他了，小店先不插话。办好回“1 完”；30分钟没人说话小店自己接回去",
)
async def _(town: Town) -> Happening:
    request = await desk.spoke_by_hand(town.shop, town.buyer, "稍等", room=None, now=NOW)
    assert request is not None
    return events.TakenByHand(request.id)


@case("AgentAnswered", buyer="小客服：马上补发")
async def _(town: Town) -> Happening:
    line = await desk.answer(town.shop, await in_hand(town), town.agent, "马上补发", now=NOW)
    return events.AgentAnswered(line.id)


@case("CustomerWrote", agent="#1 小李@水果群：两个都坏了")
async def _(town: Town) -> Happening:
    ticket = await in_hand(town)
    await desk.customer_wrote(ticket, "两个都坏了", now=NOW)
    return events.CustomerWrote((await tickets.lines(ticket))[-1].id)


@case("CustomerWaits for a minute", buyer="下一个就是你，马上就来")
async def _(town: Town) -> Happening:
    return events.CustomerWaits(await wanted(town), 1)


@case("CustomerWaits for three", buyer="还在找人。什么事先说清楚，来了直接看")
async def _(town: Town) -> Happening:
    return events.CustomerWaits(await wanted(town), 2)


@case(
    "CustomerWaits for ten",
    buyer="现在都在忙。有事先留言，忙完第一个回你；小店照常能下单，不等了就说“不用了”",
    owner="#1 小李@水果群 等了10分钟还没人接：坏了两个",
)
async def _(town: Town) -> Happening:
    return events.CustomerWaits(await wanted(town), 3)


@case("AgentReminded", agent="#1 小李@水果群 等你回话0分钟了。没空就说“1 转 名字”")
async def _(town: Town) -> Happening:
    return events.AgentReminded(await in_hand(town))


@case("TicketEnded by the agent", buyer="刚才的服务打几分？回“5分”到“1分”")
async def _(town: Town) -> Happening:
    ticket = await in_hand(town)
    await desk.answer(town.shop, ticket, town.agent, "马上补发", now=NOW)
    await desk.end(town.shop, ticket, town.agent, now=NOW)
    return events.TicketEnded(ticket, "ended", had_owner=True)


@case("TicketEnded by nobody", buyer="不好意思，没等到人。还要找人再说“转人工”")
async def _(town: Town) -> Happening:
    return events.TicketEnded(await wanted(town), "idle", had_owner=False)


@case(
    "TicketEnded and nothing is asked any more", buyer="好，有事再说“转人工”", agent="#1 顾客说好了，交还小店"
)
async def _(town: Town) -> Happening:
    ticket = await in_hand(town)
    await desk.solved(ticket, now=NOW)
    return events.TicketEnded(ticket, "solved", had_owner=True, places=(0, town.room.id))


@case("TicketEnded by the customer", buyer="好，有事再说“转人工”", agent="#1 顾客说好了，交还小店")
async def _(town: Town) -> Happening:
    ticket = await in_hand(town)
    await desk.solved(ticket, now=NOW)
    return events.TicketEnded(ticket, "solved", had_owner=True)


@case(
    "OrderSentAgain",
    buyer="0501-001 补发给你：橙子1箱，不收钱。取货码 <取货码>，到店报码就能取：http://shop.example/o/…",
)
async def _(town: Town) -> Happening:
    sent = await reships.send_once_more(town.shop, town.buyer, [want(town.sku)], now=NOW)
    return events.OrderSentAgain(sent.id)


@case(
    "SpecialsPosted",
    room="今日特价，到今晚 24 点\n1 橙子 ¥25.00/箱（原价 ¥29.90）\n要就直接说，比如“橙子2箱”",
)
async def _(town: Town) -> Happening:
    await catalogue.set_specials(town.shop, {town.sku: Money(2500)}, TODAY)
    return events.SpecialsPosted(town.room.id, TODAY.isoformat(), (town.sku,))


async def a_deal(town: Town) -> int:
    """橙子 at 8折 until noon, told to the group."""
    terms = {"rate": "8", "goods": [town.sku], "until": after(hours=2).isoformat()}
    return (await deals.run(town.shop, "timed", terms, now=NOW, rooms=[town.room.id])).id


@case(
    "DealBegun",
    room="橙子 限时价8折，到今天12:00\n橙子 ¥23.92/箱（原价 ¥29.90）\n要什么直接说，价钱自动算",
)
async def _(town: Town) -> Happening:
    return events.DealBegun(await a_deal(town))


@case("DealEnding", room="橙子 限时价8折，到今天12:00，还有 120 分钟")
async def _(town: Town) -> Happening:
    return events.DealEnding(await a_deal(town))


async def a_special(town: Town, left: str) -> int:
    """Today's special of the group, of which so much is left; gives the item."""
    posted = await specials.post(
        town.shop,
        {town.sku: Money(2500)},
        [town.room.id],
        by=town.owner,
        day=TODAY,
        tz="Asia/Shanghai",
        now=NOW,
    )
    await catalogue.count(town.shop, town.sku, Quantity.of(left), now=NOW)
    return (await campaign(posted.campaign or 0)).items[0].id


@case("SpecialGone", room="今天的特价橙子卖完了。到货要叫你，就说“橙子到货叫我”")
async def _(town: Town) -> Happening:
    return events.SpecialGone(await a_special(town, "0"))


@case("SpecialGone and back", room="橙子又有了，今天特价 ¥25.00/箱，还有 3 箱")
async def _(town: Town) -> Happening:
    return events.SpecialGone(await a_special(town, "3"), back=True)


@case("SpecialsLeftOut", owner="今天的特价发了 1 样，没发：橙子没货了。补了货要发，说“今日特价 …”")
async def _(town: Town) -> Happening:
    lines = [special_plans.Line(0, town.sku, Money(2500))]
    plan = await special_plans.make(town.shop, 480, lines, by=town.owner, tz="Asia/Shanghai", now=NOW)
    return events.SpecialsLeftOut(plan.id, (), (town.sku,), 1)


@case(
    "OwnerPaired",
    owner="小李 成了店主。不是你认识的人，马上告诉店里",
    manager="小李 成了店主。不是你认识的人，马上告诉店里",
    agent="小李 成了店主。不是你认识的人，马上告诉店里",
)
async def _(town: Town) -> Happening:
    await people.appoint(town.shop, town.buyer, people.OWNER, now=NOW)
    return events.OwnerPaired(town.buyer)


@case("CouponGiven", buyer="店里送你一张券：满30减5（5月31日 10:00 前用）。下单够数自动用")
async def _(town: Town) -> Happening:
    kind = await coupon_templates.make_template(town.shop, "C1", "满30减5")
    (given,) = await coupons.give(kind.id, [town.buyer], now=NOW)
    return events.CouponGiven(given.id)


@case("CouponTakenBack", buyer="不好意思，刚才那张 满30减5 的券发错了，收回了")
async def _(town: Town) -> Happening:
    kind = await coupon_templates.make_template(town.shop, "C1", "满30减5")
    (given,) = await coupons.give(kind.id, [town.buyer], now=NOW)
    await coupon_templates.take_back(kind.id, now=NOW)
    return events.CouponTakenBack(given.id)


@case(
    "CouponEnding",
    buyer="有券快过期了：8折（5月3日 10:00 前用，到店用）；满30减5（5月4日 10:00 前用）。要什么直接说，下单自动用",
)
async def _(town: Town) -> Happening:
    return events.CouponEnding(town.buyer, tuple(await coupons_of(town)))


@case("CouponEnding of what is used up")
async def _(town: Town) -> Happening:
    ids = await coupons_of(town)
    await a_paid_order(town.buyer, (town.sku, 2))  # takes the one that may be used by chat
    await coupons.lock((await town.order()).id, ids[1], now=NOW)
    return events.CouponEnding(town.buyer, tuple(ids))


@case(
    "OrderCancelledByShop paid",
    buyer="对不起，0501-001 店里没法给你备了（没到货）：橙子2箱。单取消了，¥59.80 会退给你",
)
async def _(town: Town) -> Happening:
    return events.OrderCancelledByShop((await town.order()).id, "没到货", 5980)


@case("OrderAdjusted down", buyer="0501-001 店里给你便宜了 ¥3.00，现在合计 ¥59.80：http://shop.example/o/…")
async def _(town: Town) -> Happening:
    return events.OrderAdjusted((await town.order()).id, -300)


@case(
    "OrderAdjusted by its steps",
    buyer="0501-001 阶梯价算下来便宜了 ¥3.00，现在合计 ¥59.80：http://shop.example/o/…",
)
async def _(town: Town) -> Happening:
    return events.OrderAdjusted((await town.order()).id, -300, "阶梯价")


@case("OrderAdjusted up", buyer="0501-001 店里改了价，加 ¥3.00，现在合计 ¥59.80：http://shop.example/o/…")
async def _(town: Town) -> Happening:
    return events.OrderAdjusted((await town.order()).id, 300)


@case("OrderCancelledByShop unpaid", buyer="对不起，0501-001 店里没法给你备了：橙子2箱。单取消了")
async def _(town: Town) -> Happening:
    return events.OrderCancelledByShop((await town.order()).id, "", 0)


ASKED = "小李 的 0501-001 想退 ¥29.90（橙子1箱），说：烂了。48 小时不回就当同意"


@case("RefundAsked", owner=ASKED, manager=ASKED)
async def _(town: Town) -> Happening:
    return events.RefundAsked((await a_request(town)).id)


@case("BackInStock", buyer="橙子到货了，¥29.90/箱，还有 5 箱。要就说“来1箱橙子”，先到先得")
async def _(town: Town) -> Happening:
    return events.BackInStock(town.sku, town.buyer)


@case("BackInStock and gone again", buyer="橙子到货了，可又卖完了。下次还要叫你，回“橙子到货叫我”")
async def _(town: Town) -> Happening:
    await an_order(await a_customer("大刘"), (town.sku, 5))
    return events.BackInStock(town.sku, town.buyer)


@case("OrderWeighed", buyer="0501-001 的橙子称出来 1.86 箱，少收 ¥4.19，现在 ¥59.80")
async def _(town: Town) -> Happening:
    return events.OrderWeighed((await town.order()).id, "橙子", "箱", 1860, 419)


@case(
    "AddressChanged",
    owner="0501-001 小李 改了地址，送到 5栋101",
    manager="0501-001 小李 改了地址，送到 5栋101",
)
async def _(town: Town) -> Happening:
    await deals.run(town.shop, "delivery", {"fee": "5"}, now=NOW)
    await town.order()
    await pay(await orders.bring(town.shop, town.buyer, "3栋2单元501", now=NOW))
    order = await addresses.change(town.shop, town.buyer, "5栋101", now=NOW)
    assert order is not None
    return events.AddressChanged(order)


@case("RefundAgreed", buyer="0501-001 退你 ¥29.90（橙子1箱），原路退回，一般几分钟就到")
async def _(town: Town) -> Happening:
    return events.RefundAgreed((await a_request(town)).id)


@case(
    "RefundAgreed by the scale",
    buyer="0501-001 的橙子称出来 1.5 箱，少的 ¥14.95 退你，原路退回，一般几分钟就到",
)
async def _(town: Town) -> Happening:
    paid = await a_paid_order(town.buyer, (town.sku, 2))
    less = What(units=((town.sku, Quantity.of("0.5")),))
    why = "橙子称出来 1.5 箱"
    case = await refunds.give(paid.id, town.owner, less, why, kind="weight", now=NOW)
    return events.RefundAgreed(case.id)


@case("RefundRefused", buyer="0501-001 退 ¥29.90 店里没同意：切好了。想再说说就回“转人工”")
async def _(town: Town) -> Happening:
    return events.RefundRefused((await a_request(town)).id, "切好了")


BY_HAND = "请退 小李 ¥29.90（0501-001，退款通道退不了）。退好回“已退 0501-001”"


@case("RefundByHand", owner=BY_HAND, manager=BY_HAND)
async def _(town: Town) -> Happening:
    return events.RefundByHand((await a_request(town)).id)


@case("RefundPaid", buyer="0501-001 的 ¥29.90 退到了，请查收")
async def _(town: Town) -> Happening:
    return events.RefundPaid((await a_request(town)).id)


async def a_sent_parcel(town: Town, qty: int = 1) -> int:
    placed = await a_paid_order(town.buyer, (town.sku, 2))
    units = ((town.sku, Quantity.of(qty)),)
    return (await parcels.send(placed.id, units, town.owner, now=NOW)).id


@case("ParcelMoved", buyer="0501-001 先给你送 橙子1箱，在路上了。还有 橙子1箱 在店里，取货码 <取货码> 接着用")
async def _(town: Town) -> Happening:
    return events.ParcelMoved(await a_sent_parcel(town), "sent")


@case("ParcelMoved all of it", buyer="0501-001 出发了：橙子2箱，在路上了")
async def _(town: Town) -> Happening:
    return events.ParcelMoved(await a_sent_parcel(town, 2), "sent")


@case(
    "ParcelMoved arrived",
    buyer="0501-001 送到了：橙子1箱。还有 橙子1箱 在店里给你留着，取货码 <取货码> 接着用。有不好的说一声，谢谢",
)
async def _(town: Town) -> Happening:
    return events.ParcelMoved(await a_sent_parcel(town), "arrived")


@case("ParcelMoved handed over", buyer="0501-001 取走了：橙子2箱。这单的货都齐了")
async def _(town: Town) -> Happening:
    return events.ParcelMoved(await a_sent_parcel(town, 2), "handed_over")


@case("ParcelMoved by time", buyer="0501-001 橙子2箱 应该送到了。没收到就说“转人工”")
async def _(town: Town) -> Happening:
    return events.ParcelMoved(await a_sent_parcel(town, 2), "by_time")


@case(
    "ParcelMoved came back",
    buyer="0501-001 橙子1箱 没送成，拿回店里了，给你留着，取货码 <取货码> 接着用。要再送一次跟店里说一声",
)
async def _(town: Town) -> Happening:
    return events.ParcelMoved(await a_sent_parcel(town), "came_back")


YEAR_END = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)


@case("PointsEnding", buyer="你有 80 积分（值 ¥0.80）12月31日过期。下单后说“用积分”就抵")
async def _(town: Town) -> Happening:
    await settle_rules(town.shop, {"points": {"per_yuan": 1, "years": 1}})
    await points.give(town.shop, town.buyer, 80, town.owner, "", datetime(2025, 6, 1, tzinfo=UTC), "gift")
    return events.PointsEnding(town.buyer, 100, YEAR_END.isoformat())


@case("PointsEnding spent")
async def _(town: Town) -> Happening:
    await settle_rules(town.shop, {"points": {"per_yuan": 1, "years": 1}})
    return events.PointsEnding(town.buyer, 100, YEAR_END.isoformat())


WRONG = (
    "⚠️ 0501-001 应付 ¥59.80，收到 ¥1.00。核对一下：退给他回“错款”加单号加“退”，说好了回“错款”加单号加“好了”"
)


@case("AlarmRaised", owner=WRONG, manager=WRONG)
async def _(town: Town) -> Happening:
    return events.AlarmRaised("pay_mismatch", "0501-001 ¥59.80 ¥1.00")


async def a_request(town: Town) -> refunds.Case:
    """One of two boxes is bad, says the buyer."""
    paid = await a_paid_order(town.buyer, (town.sku, 2))
    what = What(units=((town.sku, Quantity.of(1)),))
    return await refunds.ask(paid.id, town.buyer, what, "烂了", at_once=Money(0), now=NOW)


@case("CouponsDropped", room="2 张 满30减5，说“抢”就有，每人 1 张，到 11:00 为止")
async def _(town: Town) -> Happening:
    return events.CouponsDropped(await a_drop(town, 2))


@case("CouponDropOver all gone", room="2 张 满30减5 抢完了：小李、店长。券在各自的“我的券”里")
async def _(town: Town) -> Happening:
    drop = await a_drop(town, 2)
    for one in (town.buyer, town.manager):
        await coupon_drops.grab(town.room.id, one, now=NOW)
    return events.CouponDropOver(drop)


@case(
    "CouponDropOver with some left",
    room="20 张 满30减5 时间到了，还剩 8 张：第1位、第2位、第3位、第4位、第5位、第6位、第7位、第8位、一二三四五…、第10位 等 12 位。券在各自的“我的券”里",
)
async def _(town: Town) -> Happening:
    drop = await a_drop(town, 20)
    for n in range(1, 13):
        name = "一二三四五六七八" if n == 9 else f"第{n}位"
        await coupon_drops.grab(town.room.id, await a_customer(name), now=NOW)
    return events.CouponDropOver(drop)


@case("CouponDropOver and nobody came", room="满30减5 的券时间到了，没人抢，下次再来")
async def _(town: Town) -> Happening:
    return events.CouponDropOver(await a_drop(town, 3))


@case("PointsGiven for something", buyer="店里给你加了 20 积分（线下消费），现在是 20 分")
async def _(town: Town) -> Happening:
    await points.give(town.shop, town.buyer, 20, town.owner, "线下消费", NOW, "key")
    return events.PointsGiven(town.buyer, 20, town.owner, "线下消费")


@case("PointsGiven and taken off", buyer="店里扣了你 5 积分，现在是 −5 分")
async def _(town: Town) -> Happening:
    await points.give(town.shop, town.buyer, -5, town.owner, "", NOW, "key")
    return events.PointsGiven(town.buyer, -5, town.owner, "")


async def a_team(town: Town, *, size: int = 2, of_two: bool = True, **terms: int) -> tuple[Slip, int]:
    """小李 has opened team 1 in the group and has paid; 王姐 sits beside him and has not. Gives his order and the team."""
    item = campaigns.NewItem(town.sku, Money(1990))
    of = await campaigns.set_up(
        town.shop, Kind.TEAM, "橙子", [item], by=None, now=NOW, terms={"size": size, **terms}
    )
    one = [want(town.sku)]
    placed, team = await teams.open(town.shop, town.buyer, of, one, now=NOW, room=town.room.id)
    await pay(placed)
    if of_two:
        await teams.join(town.shop, await a_customer("王姐"), team.number, one, now=NOW)
    return placed, team.id


@case(
    "TeamPaid",
    buyer="0501-001 收到 ¥19.90。1号团「橙子」还差 1 人付款，凑齐了取货码马上发你；没凑齐原路退回：http://shop.example/o/…",
    room="1号团「橙子」 2人团：小李、王姐（待付），坐满了，等 1 人付款（明天10:00截）",
)
async def _(town: Town) -> Happening:
    return events.TeamPaid((await a_team(town))[0].id)


@case("OrderExpired team", manager="1号团已成团，0501-002 还没付款，就取消了，不用管它")
async def _(town: Town) -> Happening:
    await a_team(town, of_two=False)
    unpaid, _ = await teams.join(town.shop, town.manager, 1, [want(town.sku)], now=NOW)
    await teams.force(town.shop, 1, town.owner, "", now=NOW)
    return events.OrderExpired(unpaid.id, 3)


@case("TeamMoved", room="1号团「橙子」 2人团：小李，还差 1 人（明天10:00截）。要拼的回“参团 1”")
async def _(town: Town) -> Happening:
    return events.TeamMoved((await a_team(town, of_two=False))[1])


@case("TeamLed", buyer="1号团「橙子」的团长退出了，现在你是团长。还差 1 人，叫邻居在群里回“参团 1”")
async def _(town: Town) -> Happening:
    return events.TeamLed((await a_team(town, of_two=False))[1], town.buyer)


@case("TeamCompleted", room="1号团「橙子」成团了（1 人付了，店家补足 1 份）：小李。取货码私聊发你们")
async def _(town: Town) -> Happening:
    _, team = await a_team(town, fill_from=1)
    await teams.end(team, now=after(hours=24))
    return events.TeamCompleted(team)


@case("TeamFailed", room="1号团「橙子」没拼成：到点还差 1 人付款，付过的原路退回")
async def _(town: Town) -> Happening:
    _, team = await a_team(town)
    await teams.end(team, now=after(hours=24))
    return events.TeamFailed(team)


@case(
    "TeamOrderReady",
    buyer="1号团「橙子」成团了（1 人付了，店家补足 1 份）。0501-001 取货码 <取货码>，到桃园路 8 号，8:00–21:00取：http://shop.example/o/…",
)
async def _(town: Town) -> Happening:
    placed, _ = await a_team(town)
    await teams.force(town.shop, 1, town.owner, "", now=NOW)
    await teams.settle(placed.id, now=NOW)
    return events.TeamOrderReady(placed.id)


@case(
    "TeamOrderBack failed",
    buyer="1号团没拼成。0501-001 的 ¥19.90 原路退回，不用你管。还想要就回“开团”，再开一个",
)
async def _(town: Town) -> Happening:
    placed, team = await a_team(town)
    return events.TeamOrderBack(placed.id, team, 1990, "team_failed")


@case(
    "TeamOrderBack late",
    buyer="1号团的位置没留住，付款到的时候已经没有空位了。0501-001 的 ¥19.90 原路退回，不用你管。还想要就回“开团”，再开一个",
)
async def _(town: Town) -> Happening:
    placed, team = await a_team(town)
    return events.TeamOrderBack(placed.id, team, 1990, "team_late")


async def a_vote(town: Town) -> int:
    choices, until = ["榴莲", "山竹"], after(hours=2)
    vote = await votes.begin(
        town.shop, "下周进什么", choices, [town.room.id], by=town.owner, now=NOW, until=until
    )
    return vote.id


@case(
    "VoteOpened",
    room="投票｜下周进什么\n1. 榴莲\n2. 山竹\n今天12:00截，回“投1”这样投，一人一票，可以改",
)
async def _(town: Town) -> Happening:
    return events.VoteOpened(await a_vote(town))


@case(
    "VoteClosed",
    room="投票｜下周进什么 结束了，1 人投了\n1. 榴莲  0 票\n2. 山竹  1 票\n山竹最多",
    owner="投票｜下周进什么 结束了，1 人投了\n1. 榴莲  0 票\n2. 山竹  1 票\n山竹最多\n要上就说“上架 山竹 …”",
)
async def _(town: Town) -> Happening:
    vote = await a_vote(town)
    await votes.cast(vote, town.buyer, 2, now=NOW)
    await votes.close(vote, now=NOW)
    return events.VoteClosed(vote)


@case(
    "VoteClosed and nobody came",
    room="投票｜下周进什么 结束了，没有人投",
    owner="投票｜下周进什么 结束了，没有人投",
)
async def _(town: Town) -> Happening:
    vote = await a_vote(town)
    await votes.close(vote, now=NOW)
    return events.VoteClosed(vote)


async def a_bargain(town: Town) -> bargains.Standing:
    """小李's, from 29.90 to 19.90 in one cut."""
    item = campaigns.NewItem(town.sku, Money(2990), None, Quantity.of(1))
    terms = {"floor": 1990, "cuts": 1}
    of = await campaigns.set_up(town.shop, Kind.BARGAIN, "橙子", [item], by=None, now=NOW, terms=terms)
    return await bargains.begin(town.shop, of, town.buyer, town.room.id, now=NOW)


@case("BargainEnded", buyer="橙子砍价到点了，1 位帮你砍到 ¥19.90，没有下单。下次早点说“买”")
async def _(town: Town) -> Happening:
    made = await a_bargain(town)
    await bargains.cut(made.id, await a_customer("王姐"), now=NOW, day=TODAY)
    return events.BargainEnded(made.id)


@case("BargainEnded and nobody helped")
async def _(town: Town) -> Happening:
    return events.BargainEnded((await a_bargain(town)).id)


@case(
    "EventSoon",
    buyer="品鉴会 明天10:00开始，你报了品鉴会1位。到门口报码 <取货码>：http://shop.example/o/…\n来不了说“不去了”",
)
async def _(town: Town) -> Happening:
    of = await signups.open(
        town.shop, "品鉴会", Quantity.of(3), Money(0), after(hours=24), [town.room.id], by=town.owner, now=NOW
    )
    slip = await orders.place(town.shop, town.buyer, [want(of.items[0].sku)], now=NOW, campaign=of)
    return events.EventSoon(slip.id, 24)


async def an_appointment(town: Town, *, deposit: int = 0) -> tuple[int, Slip | None]:
    """剪发 tomorrow at three."""
    await resources.employ(town.shop, "阿强", time(10), time(19))
    cut, _ = await resources.offer(town.shop, "剪发", 30, Money(3800), Money(deposit), by=town.owner, now=NOW)
    made, slip = await bookings.book(town.shop, town.buyer, cut.id, after(hours=29), now=NOW)
    return made.id, slip


@case(
    "AppointmentBooked",
    buyer="收到定金 ¥10.00，约好了：剪发 明天15:00（阿强）。到店付 ¥28.00，来不了说“取消预约”",
)
async def _(town: Town) -> Happening:
    id, slip = await an_appointment(town, deposit=1000)
    assert slip is not None
    await pay(slip)
    return events.AppointmentBooked(id)


@case("AppointmentBooked and was cancelled meanwhile")
async def _(town: Town) -> Happening:
    id, _ = await an_appointment(town)
    await bookings.cancel(town.shop, town.buyer, id, now=NOW)
    return events.AppointmentBooked(id)


@case("AppointmentSoon", buyer="提醒一下：剪发 明天15:00（阿强）。改时间说“预约改到…”，来不了说“取消预约”")
async def _(town: Town) -> Happening:
    return events.AppointmentSoon((await an_appointment(town))[0])


@case("AppointmentSoon and was cancelled meanwhile")
async def _(town: Town) -> Happening:
    id, _ = await an_appointment(town)
    await bookings.cancel(town.shop, town.buyer, id, now=NOW)
    return events.AppointmentSoon(id)


@case(
    "AppointmentHit",
    buyer="不好意思，剪发 明天15:00（阿强），师傅来不了。有空的：明天13:00、13:30、17:00。"
    "改时间说“预约改到…”，不约了说“取消预约”",
)
async def _(town: Town) -> Happening:
    id, _ = await an_appointment(town)
    await resources.rest(town.shop, "阿强", Span(after(hours=28), after(hours=31)), now=NOW)
    return events.AppointmentHit(id, is_on=False)


@case("AppointmentHit and works after all", buyer="剪发 明天15:00（阿强）照旧，不用改了")
async def _(town: Town) -> Happening:
    id, _ = await an_appointment(town)
    absences, hit = await resources.rest(town.shop, "阿强", Span(after(hours=28), after(hours=31)), now=NOW)
    await resources.work_after_all(town.shop, absences, hit, now=NOW)
    return events.AppointmentHit(id, is_on=True)


async def earned(town: Town, *, drawn: bool = False) -> int:
    """The buyer brought a friend, whose order is over for good; perhaps he wants his commission. Gives the payout."""
    await referrals.settle(town.shop, first_bp=1_000, second_bp=0, cap_bp=1_000, least_fen=100)
    await referrals.promote(town.shop, town.buyer, now=NOW)
    friend = await a_customer("阿花")
    await referrals.bind(town.shop, friend, await referrals.code_of(town.shop, town.buyer), now=NOW)
    await hand_over(await a_paid_order(friend, (town.sku, 2)), town.owner)
    await tick(after(days=2))
    await tick(after(days=9))
    if drawn:
        await commission.draw(town.shop, town.buyer, now=after(days=9))
    return 1


@case("FriendBought", buyer="你邀请的朋友第一单完成了，送你一张券，下单自动用。回“我的券”看看")
async def _(town: Town) -> Happening:
    return events.FriendBought(town.buyer)


@case("CommissionFreed", buyer="有佣金到账，现在可提 ¥5.98，回“提现”就转给你")
async def _(town: Town) -> Happening:
    await earned(town)
    return events.CommissionFreed(town.buyer)


@case("CommissionFreed and was drawn meanwhile")
async def _(town: Town) -> Happening:
    await earned(town, drawn=True)
    return events.CommissionFreed(town.buyer)


@case(
    "PayoutAsked",
    owner="小李 提佣金 ¥5.98（1号）。转好回“结算 1 已转”",
    manager="小李 提佣金 ¥5.98（1号）。转好回“结算 1 已转”",
)
async def _(town: Town) -> Happening:
    return events.PayoutAsked(await earned(town, drawn=True))


@case("PayoutPaid", buyer="佣金 ¥5.98 店里说转给你了，没收到就回一声")
async def _(town: Town) -> Happening:
    return events.PayoutPaid(await earned(town, drawn=True))


@case("PayoutPaid and was not, after all", buyer="佣金 ¥5.98 刚才记错了，还没转，转了再告诉你")
async def _(town: Town) -> Happening:
    return events.PayoutPaid(await earned(town, drawn=True), undone=True)


async def a_flash(town: Town, *, minutes: int = 0) -> OnOffer:
    """One box, which begins in so many minutes."""
    item = campaigns.NewItem(town.sku, Money(990), Quantity.of(1), Quantity.of(1))
    return await campaigns.set_up(
        town.shop, Kind.FLASH, "橙子", [item], by=None, now=NOW,
        starts_at=after(minutes=minutes), deadline=after(minutes=60),
    )  # fmt: skip


async def a_list(town: Town, *, minutes: int | None = None, least: int = 0) -> OnOffer:
    item = campaigns.NewItem(town.sku, Money(2500))
    return await campaigns.set_up(
        town.shop,
        Kind.LIST,
        "橙子",
        [item],
        by=town.owner,
        now=NOW,
        rooms=[town.room.id],
        deadline=after(minutes=minutes) if minutes else None,
        terms={"least": least * 1000} if least else None,
    )


async def joined(town: Town, of: OnOffer, whom: str | None = None) -> Slip:
    return await orders.place(town.shop, town.buyer, [want(town.sku, 2, whom=whom)], now=NOW, campaign=of)


@case("CampaignOpened", room="接龙｜橙子\n橙子 ¥25.00/箱 原价¥29.90\n今天11:00截，要的回“+1”")
async def _(town: Town) -> Happening:
    return events.CampaignOpened((await a_list(town, minutes=60)).id)


@case("CampaignEnding", room="接龙｜橙子，今天10:30截，最后一会儿了：1 人 2箱，还差 1 成团。要的回“+1”")
async def _(town: Town) -> Happening:
    of = await a_list(town, minutes=30, least=3)
    await joined(town, of)
    return events.CampaignEnding(of.id)


@case("CampaignClosed", room="接龙｜橙子 截单了：1 人 2箱。没付的私聊发你付款")
async def _(town: Town) -> Happening:
    of = await a_list(town)
    await joined(town, of)
    await campaigns.close(of.id, now=NOW)
    return events.CampaignClosed(of.id)


@case(
    "CampaignClosed too few", room="接龙｜橙子 截单了，差 1 没成团。接了的都不收钱，付过的原路退回，下次再来"
)
async def _(town: Town) -> Happening:
    of = await a_list(town, least=3)
    await joined(town, of)
    await campaigns.close(of.id, now=NOW)
    return events.CampaignClosed(of.id)


@case("CampaignClosed called off", room="接龙｜橙子 取消了，接了的都不收钱，付过的原路退回")
async def _(town: Town) -> Happening:
    of = await a_list(town)
    await campaigns.cancel(of.id, now=NOW)
    return events.CampaignClosed(of.id)


@case(
    "CampaignSettled",
    owner="接龙｜橙子\n1 小李 2箱 0501-001 未付\n1 人，要备：橙子2箱。已收 ¥0.00，1 单没付\n"
    "打印和导出：http://shop.example/s/…",
)
async def _(town: Town) -> Happening:
    of = await a_list(town)
    await joined(town, of)
    return events.CampaignSettled(of.id)


@case(
    "CampaignArrived",
    room="“橙子”到货了，接了的可以到桃园路 8 号，8:00–21:00取，取货码在私聊里",
    buyer="橙子2箱 到货了。0501-001 还没付 ¥50.00，付了就能到桃园路 8 号，8:00–21:00取：http://shop.example/o/…",
)
async def _(town: Town) -> Happening:
    of = await a_list(town)
    await joined(town, of)
    return events.CampaignArrived(of.id)


@case(
    "PayTheList",
    buyer="截单了。0501-001  橙子2箱 ¥50.00\n合计 ¥50.00，12:00 前付款：http://shop.example/o/…\n到店给钱说“到店付”",
)
async def _(town: Town) -> Happening:
    of = await a_list(town)
    placed = await joined(town, of)
    await campaigns.close(of.id, now=NOW)
    await campaigns.settle_order(placed.id, now=NOW)
    return events.PayTheList(placed.id)


@case("EntryTakenOver", buyer="王姐认领了橙子2箱，自己付。你这单没有别的了，取消了")
async def _(town: Town) -> Happening:
    placed = await joined(town, await a_list(town), "王姐")
    taken = await proxies.take_over(
        town.shop, await a_customer("王姐"), proxies.word(placed, "王姐"), now=NOW
    )
    return events.EntryTakenOver(placed.id, taken.id)


TOMORROW = "明天有人想要：草莓 2 位、蓝莓 1 位。有货就说“今日特价 …”或“补货 …”"


@case("WantedTomorrow", owner=TOMORROW, manager=TOMORROW)
async def _(town: Town) -> Happening:
    return events.WantedTomorrow(town.shop, "2026-05-02", ("草莓", "蓝莓"), (2, 1))


TIRED = "水果群里小李说别发了。今天这个群不主动发了，这一周每天少发一条。要照常发，在群里说“可以发了”"


@case("GroupIsTired", owner=TIRED)
async def _(town: Town) -> Happening:
    return events.GroupIsTired(town.room.id, town.buyer, "said")


@case(
    "GroupIsTired by leaving",
    owner="水果群里小李收到群发后退群了。这一周这个群每天少发一条。要照常发，在群里说“可以发了”",
)
async def _(town: Town) -> Happening:
    return events.GroupIsTired(town.room.id, town.buyer, "left")


@case(
    "GroupIsTired by taking back",
    owner="水果群里小李等 3 位收到群发后下了单又撤回。这一周这个群每天少发一条。要照常发，在群里说“可以发了”",
)
async def _(town: Town) -> Happening:
    return events.GroupIsTired(town.room.id, town.buyer, "recalled")


async def a_line(town: Town, *, offered: bool) -> int:
    """小李 waits for the box that 王姐 has taken, and perhaps given back. Gives his place."""
    of, wang = await a_flash(town), await a_customer("王姐")
    await orders.place(town.shop, wang, [want(town.sku)], now=NOW, campaign=of)
    await waitlist.wait(of.items[0], "橙子", "箱", town.buyer, now=NOW)
    if offered:
        await orders.cancel(town.shop, wang, now=NOW)
        await waitlist.pass_on(of.items[0].id, now=NOW)
    return 1


@case(
    "FlashWarming",
    room="秒杀｜橙子\n橙子 ¥9.90/箱 共1箱 每人限1 原价¥29.90\n今天10:10开抢，到点回“抢”，先到先得",
)
async def _(town: Town) -> Happening:
    return events.FlashWarming((await a_flash(town, minutes=10)).id)


@case("FlashSoldOut", room="秒杀｜橙子 抢完了：小李。5 分钟内付款，没抢到的回“候补”")
async def _(town: Town) -> Happening:
    of = await a_flash(town)
    await orders.place(town.shop, town.buyer, [want(town.sku)], now=NOW, campaign=of)
    return events.FlashSoldOut(of.id)


@case("FlashFreed", room="秒杀｜橙子 又有 1 箱，要的回“抢”")
async def _(town: Town) -> Happening:
    return events.FlashFreed((await a_flash(town)).id)


@case("PieceOffered", buyer="轮到你了：橙子 ¥9.90/箱 给你留了 1 箱，10:03 前回“要”，过了就给下一位")
async def _(town: Town) -> Happening:
    return events.PieceOffered(await a_line(town, offered=True))


@case("WaitedInVain", buyer="橙子秒杀结束了，这次没轮到你。平时的价回“菜单”看")
async def _(town: Town) -> Happening:
    return events.WaitedInVain(await a_line(town, offered=False))


@case("WaitedInVain for a place", buyer="品鉴会没有空出来，这次没轮到你。看看还有什么：回“活动”")
async def _(town: Town) -> Happening:
    of = await signups.open(
        town.shop, "品鉴会", Quantity.of(1), Money(0), after(hours=24), [town.room.id], by=town.owner, now=NOW
    )
    item = of.items[0]
    await orders.place(town.shop, await a_customer("王姐"), [want(item.sku)], now=NOW, campaign=of)
    await waitlist.wait(item, "品鉴会", signups.UNIT, town.buyer, now=NOW)
    return events.WaitedInVain(1)


async def a_drop(town: Town, pieces: int) -> int:
    kind = await coupon_templates.make_template(town.shop, "D1", "满30减5", total=pieces, running=False)
    return await coupon_drops.drop(town.shop, town.room.id, kind.id, pieces, now=NOW)


async def coupons_of(town: Town) -> list[int]:
    """Two that end soon, the later one first."""
    later = await coupon_templates.make_template(town.shop, "C1", "满30减5", days=3)
    sooner = await coupon_templates.make_template(town.shop, "C2", "8折", days=2, in_store_only=True)
    given = [await coupons.give(kind.id, [town.buyer], now=NOW) for kind in (later, sooner)]
    return [one.id for (one,) in given]


@pytest.mark.parametrize("name", sorted(CASES))
async def test_each_event_has_these_words_for_these_people(name: str, town: Town) -> None:
    make, told = CASES[name]
    assert await town.told(await make(town)) == told


@pytest.mark.parametrize("name", sorted(CASES))
async def test_money_of_a_person_codes_and_links_never_enter_a_room(name: str, town: Town) -> None:
    place = Desk(town.shop, FACTS, Links("http://shop.example"), "Asia/Shanghai", NOW)
    for say in await notices.words(await CASES[name][0](town), place):
        if say.room is None:
            continue
        assert mask_for_room(say.text) == (say.text, ())
        assert "合计" not in say.text
        assert "/o/" not in say.text
        assert (say.card is None) or (say.card.qr, say.card.link, say.card.total) == ("", "", "")
        assert (
            say.lane != "reply" or say.topic
        )  # nobody asked: it waits its turn and the night; a name is no line
        assert say.lane != "promo" or say.until is not None  # an old offer is no offer


def test_every_event_is_here() -> None:
    assert {name.split()[0] for name in CASES} == set(events.KINDS)


async def test_where_nobody_pays_online_no_button_says_so(town: Town) -> None:
    of = await a_list(town)
    await joined(town, of)
    place = Desk(
        town.shop, replace(FACTS, pays_online=False), Links("http://shop.example"), "Asia/Shanghai", NOW
    )
    (card,) = [say.card for say in await notices.words(events.CampaignArrived(of.id), place) if say.card]
    assert card.link_label == "看订单"


async def test_a_surplus_is_told_as_one(town: Town) -> None:
    placed = await a_paid_order(town.buyer, (town.sku, 2))
    told = await town.told(events.MoneyCameLate(placed.id, 5980, "surplus"))
    assert told["buyer"].startswith("0501-001 收到 ¥59.80，这单之前已经付过了")


async def test_without_an_agent_the_owner_hears_who_wants_a_person(shop_db: str) -> None:
    shop = await a_shop()
    owner, buyer = await a_clerk("老板"), await a_customer()
    town = Town(shop, await a_product(), buyer, owner, owner, owner, await a_room())
    request = await desk.want_person(shop, buyer, "老板在吗", room=None, now=NOW)
    told = await town.told(events.PersonWanted(request.id, "老板在吗"))
    assert told["owner"].startswith("#1 小李 找人：老板在吗\n/1 在的，你说\n")


async def test_a_shop_that_has_no_address_says_only_that_the_code_is_enough(town: Town) -> None:
    placed = await a_paid_order(town.buyer, (town.sku, 2))
    told = await town.told(events.OrderPaid(placed.id), facts=ShopFacts("水果群店"))
    assert "，到店报码就能取：" in told["buyer"]


async def test_specials_of_goods_that_are_gone_are_not_posted(town: Town) -> None:
    assert await town.told(events.SpecialsPosted(town.room.id, TODAY.isoformat(), ("X-1",))) == {}
