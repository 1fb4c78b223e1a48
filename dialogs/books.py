"""账: what is wrong with the books, in the words of a shopkeeper; each check and each difference has its sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from shop.catalogue import Goods
from shop.daybills import Difference
from shop.invariants import Breach
from shop.kit.money import Money
from shop.kit.quantity import Quantity

WAYS = {
    "wechat": "微信",
    "alipay": "支付宝",
    "cash": "现金",
    "transfer": "转账",
    "sandbox": "演示付款",
}

# What each check of shop/audit.py found: {what} it is about, {n} how many or by how much, as {money} or {qty}.
SENTENCES = {
    "promised is what orders hold": "{what} 占着的货和订单要的差 {qty}",
    "never more promised than there is": "{what} 多答应出去 {qty}，架上没有",
    "nothing below zero on the shelf": "{what} 的库存成了 {qty}",
    "every change of stock is a move": "{what} 的库存和进出记录差 {qty}",
    "goods have a place on the shelf": "{what} 没有库存记录",
    "what left one place came to another": "{what} 调货两头差 {qty}",
    "an ended order holds nothing": "{what} 已经结束，还占着 {qty} 的货",
    "a living line holds what it promises": "{what} 该留的货没留足，差 {qty}",
    "what was handed over was consumed": "{what} 的货取走了，有 {qty} 没从库存里减掉",
    "what was cancelled was given back": "{what} 取消了，有 {qty} 的货没回到架上",
    "sold is what was handed over": "{what} 出的货和单上的差 {qty}",
    "what went in parts went in parcels": "{what} 分几次交的货和记下的差 {qty}",
    "a parcel is where its order is": "{what} 有 {n} 份货和单子的状态对不上",
    "an order is its lines": "{what} 的合计和明细差 {money}",
    "an order has something on it": "{what} 上面一样货都没有",
    "a status is a word of the table": "{what} 的状态认不出来",
    "an unpaid order waits for something": "{what} 没付款，也不会自己结束",
    "an end has its moment": "{what} 是不是结束了，两处说法不一样",
    "paid is what was asked": "{what} 收的钱和应付的差 {money}",
    "settled money makes an order paid": "{what} 收了 {money}，单子却没算付过",
    "an order is settled once": "{what} 入账了 {n} 次",
    "money is in before goods go out": "{what} 的货取走了，{money} 没收到",
    "an order that came to nothing keeps no money": "{what} 没做成，还有 {money} 没退也没在退",
    "a refunded order has given everything back": "{what} 算是退完了，还差 {money} 没退到",
    "money that nobody asked for goes back": "{what} 多收的钱里有 {money} 没在退",
    "a refund is its parts": "退款 {what} 和它的明细差 {money}",
    "what a line gave back is what its refunds say": "第 {what} 行记的退款差 {money}",
    "a line gives back no more than it cost": "第 {what} 行多退了 {money}",
    "the delivery fee gives back what its refunds say": "{what} 的配送费记的退款差 {money}",
    "delivery brought what was paid for it": "{what} 的配送费账上差 {money}",
    "what the scale did not show is given back": "第 {what} 行称少了 {qty}，没退够",
    "every transfer is in balance": "{what} 这笔账两边差 {n}",
    "the tills hold what came in less what went back": "账上的钱和收退的差 {money}",
    "the books of an order say what its facts say": "{what} 账上的钱和收退的差 {money}",
    "a buyer owes nothing that was settled": "{what} 付清了，账上还挂着 {money}",
    "an unpaid order has no money": "{what} 的钱到了，单子还在等付款",
    "each fact is booked once": "{what} 入账了 {n} 次",
    "what is asked for is owed": "{what} 的付款请求和应付的差 {money}，或者不该再收",
    "one open request at a time": "{what} 有 {n} 个付款请求开着",
    "what is prepared can be picked up": "{what} 该有 1 个取货码，有 {n} 个",
    "a code stands for a living order": "{what} 不能取了，还有 {n} 个取货码能用",
    "an order is handed over once": "{what} 取走了 {n} 次",
    "a waiting code is one order's": "同一个取货码有 {n} 单在用",
    "an order takes one coupon": "一张单（{what}）用了 {n} 张券",
    "no more coupons than there are": "券 {what} 发出去的比记的多 {n} 张，或者超了总数",
    "nobody has more coupons than one may": "{what} 手里同一种券有 {n} 张，超了",
    "a coupon is where its order is": "券 {what} 的状态和它那张单对不上",
    "what was grabbed was given": "抢券 {what} 给出去的和抢到的差 {n} 张",
    "a campaign gave what its orders took": "活动 {what} 记的份数和单上的差 {qty}",
    "a campaign keeps to its quota": "活动 {what} 超了名额，或者结束了还占着货，差 {qty}",
    "nobody has more of a campaign than his share": "{what} 在活动里的份数和记的差 {qty}，或者超了每人的数",
    "no group has more of a campaign than its share": "{what} 这个群在活动里的份数和记的差 {qty}，或者超了它的份额",
    "a line is as long as it is counted": "{what} 排队候补的人数差 {n} 个",
    "what is offered to a line is kept for it": "{what} 给候补留的货差 {qty}",
    "a bargain counts the cuts that people made": "{what} 号砍价的刀数差 {n} 刀，或者有人砍了自己的",
    "no bargain goes below its floor": "{what} 号砍价砍过了底价，差 {money}",
    "a bargain is bought for what it came to": "{what} 号砍价的单和砍到的价差 {money}",
    "a time counts its appointments": "{what} 有个时段记的预约和实际差 {n}",
    "no time has more appointments than places": "{what} 有个时段多约了 {n} 位",
    "every appointment has its time": "{what} 有 {n} 个预约没占到时间",
    "an appointment stands as its deposit does": "{what} 的定金和预约说法不一样",
    "a team counts its seats": "{what} 号团的人数差 {n} 个",
    "a team is complete when all its seats are paid or the shop's": "{what} 号团没满却算成团了，或者反过来，差 {n} 个",
    "nothing is prepared for a team that is not full": "{what} 的团还没成，货却备上了",
    "a seat stands for a living order": "{what} 在团里占着位置，可单子的状态对不上",
    "points are their entries": "{what} 的积分和明细差 {n}",
    "pending points are their entries": "{what} 的待到账积分和明细差 {n}",
    "a level is what was earned for good": "{what} 算等级的积分和明细差 {n}",
    "an order that is over has no pending points": "{what} 结束了，还有 {n} 积分没到账",
    "an order that was cancelled keeps no points": "{what} 取消了，还扣着 {n} 积分",
    "frozen commission is its entries": "{what} 的待结算佣金和明细差 {money}",
    "available commission is its entries": "{what} 的可提佣金和明细差 {money}",
    "asked commission is its entries": "{what} 的在转佣金和明细差 {money}",
    "paid commission is its entries": "{what} 的已提佣金和明细差 {money}",
    "commission goes back with what was paid": "第 {what} 行退了款，佣金差 {money} 没收回",
    "commission is what its lines bring": "{what} 的佣金和单子带来的差 {money}",
    "commission stays below its cap": "第 {what} 行的佣金超出上限 {money}",
    "one open request for a person": "顾客 {what} 有 {n} 个找人的请求开着",
    "whoever is served is served by somebody": "找人单 #{what} 说有人在跟，却没有名字",
    "no request is forgotten": "找人单 #{what} 没有到点提醒，会被忘掉",
    "a request that ended has its moment": "找人单 #{what} 结束的时间对不上",
    "what waits for an answer is in hands": "找人单 #{what} 该不该回对不上",
    "an account is one person's": "{what} 同时是 {n} 个人",
    "a message is heard once": "{what} 这条消息记了 {n} 次",
    "letters come from what was worked through": "消息 {what} 没处理完，回话已经写了 {n} 条",
    "a letter exists once": "要说的话 {what} 有 {n} 份",
    "a letter that was sent has its moment": "要说的话 {what} 发没发，两处说法不一样",
    "an event that was not told has no letters": "事情 {what} 还没通知，通知的话已经写了 {n} 条",
    "every fen taken off has a reason": "{what} 便宜了的钱和优惠明细差 {money}",
    "a letter is sent, given up or young": "要说的话 {what} 早该发出去，还没发",
}


def breach(one: Breach, called: Mapping[str, str]) -> str:
    """橙子的库存和进出记录差 2; `called` is what goods are called, by sku."""
    key, _, place = one.what.partition(" ")
    sentence, what = SENTENCES[one.name], one.what
    if key in called:
        sentence, what = (
            sentence.replace("{what} ", "{what}"),
            f"{called[key]}{f'（{place}）' if place else ''}",
        )
    return sentence.format(what=what, n=one.figure, money=Money(one.figure), qty=Quantity(one.figure))


def breaches(found: Sequence[Breach], called: Mapping[str, str]) -> str:
    """The first, and how many more of its kind."""
    more = f"，这样的一共 {len(found)} 处" if len(found) > 1 else ""
    return f"{breach(found[0], called)}{more}"


def names(shelf: Goods) -> dict[str, str]:
    """橙子, and 小米10斤装 where it comes in several packs; also of goods that were taken off the menu."""
    return {
        sku.id: f"{product.name}{sku.spec if len(product.skus) > 1 else ''}"
        for product in shelf.everything.products
        for sku in product.skus
    }


def way(provider: str) -> str:
    return WAYS.get(provider, provider)


def day_of(day: date) -> str:
    return f"{day.month}月{day.day}日"


def difference(one: Difference, provider: str, day: date) -> str:
    """5月1日微信账单：0501-003 收款他们 ¥69.20，我们 ¥59.20."""
    verb = "退款" if one.kind == "refunded" else "收款"
    number = one.code or f"商户单号 {one.number}"
    if not one.ours:
        what = f"{number} {verb} {one.theirs}，我们账上没有"
    elif not one.theirs:
        what = f"{number} {verb} {one.ours}，他们账单上没有"
    else:
        what = f"{number} {verb}他们 {one.theirs}，我们 {one.ours}"
    return f"{day_of(day)}{way(provider)}账单：{what}"
