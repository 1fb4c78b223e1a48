"""口吻: how the shop writes goods, money and times; every sentence is built from these words.

结果 → 金额 → 下一步. Goods and counts are public; money, codes and links are for one person only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dialogs.speech import Button, Card, Row
from shop import proxies
from shop.kit.codes import show_pickup_code
from shop.kit.money import Money, total
from shop.kit.quantity import NONE, Quantity
from shop.refunds import Case
from shop.rules.campaigns import OnOffer
from shop.rules.orders import SHOWN, PayMode, Status
from shop.rules.pricing import Nearly
from shop.rules.quotes import Brought
from shop.slips import Slip, SlipLine

NEAR = Money(2000)  # a near miss farther away than this is no help to anybody


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of pages; `base` is the URL of the web part, without a slash at the end. `is_public`: the config says
    that phones find it."""

    base: str
    is_public: bool = False

    def order(self, slip: Slip) -> str:
        return f"{self.base}/o/{slip.token}"

    def once(self, token: str) -> str:
        """To pay one order, for whoever opens it first."""
        return f"{self.base}/once/{token}"

    def list(self, of: OnOffer) -> str:
        """Everybody in a campaign: nicknames and counts."""
        return f"{self.base}/l/{of.token}" if of.token else ""

    def team(self, of: OnOffer, number: int) -> str:
        """Everybody who may join this team: seats and covered names."""
        return f"{self.base}/t/{of.token}/{number}" if of.token else ""

    def invite(self, code: str) -> str:
        """What a friend gets who says this code."""
        return f"{self.base}/i/{code}"

    def sheet(self, of: OnOffer) -> str:
        """What who runs it needs: codes and who has paid."""
        return f"{self.base}/s/{of.sheet_token}" if of.sheet_token else ""


def goods(line: SlipLine) -> str:
    """橙子2箱; 苹果（10斤装）2箱 where two are sold by the box; for a neighbour 橙子2箱（给王姐）."""
    whom = f"（给{line.for_whom}）" if line.for_whom else ""
    return f"{line.called}{line.qty}{line.unit}{whom}"


def all_goods(lines: Iterable[SlipLine]) -> str:
    return "、".join(goods(line) for line in lines)


def returned(case: Case) -> str:
    """苹果1箱、橙子2斤、配送费: what goes back."""
    goods = [f"{name}{qty}{unit}" for name, qty, unit in case.goods]
    return "、".join([*goods, "配送费"] if case.delivery else goods)


def left(qty: Quantity, unit: str) -> str:
    return f"还有 {qty} {unit}"


def price(amount: Money, unit: str) -> str:
    return f"{amount}/{unit}" if amount else "免费"


def clock(moment: datetime, tz: str) -> str:
    return f"{moment.astimezone(ZoneInfo(tz)):%H:%M}"


def cuts(lines: Iterable[SlipLine]) -> list[tuple[str, Money]]:
    """Each cut once with its sum over the lines: 满50减5 −¥5.00."""
    sums: dict[str, Money] = {}
    for line in lines:
        for cut in line.cuts:
            sums[cut.why] = sums.get(cut.why, Money(0)) + cut.amount
    return list(sums.items())


def nearly(misses: Iterable[Nearly]) -> str:
    """再买 ¥3.20 就满50减5, only when it is near."""
    near = [miss for miss in misses if miss.short <= NEAR]
    return f"再买 {near[0].missing} 就{near[0].why}" if near else ""


def bill(lines: tuple[SlipLine, ...], payable: Money, delivery: Brought | None = None) -> str:
    """橙子2箱 ¥59.80 · 香蕉3斤 ¥14.40, then what was taken off, what bringing it costs, and the sum."""
    rows = " · ".join(f"{goods(line)} {line.gross}" for line in lines)
    off = "".join(f"{why} {amount}，" for why, amount in _below(lines, delivery))
    return f"{rows}\n{off}合计 {payable}"


def _below(lines: Iterable[SlipLine], delivery: Brought | None) -> list[tuple[str, str]]:
    """Between the goods and the sum: 满50减5 −¥5.00, 配送费 ¥5.00, 运费券 减4 −¥4.00."""
    off = [(why, str(-amount)) for why, amount in cuts(lines)]
    if delivery is None:
        return off
    fee = ("配送费", str(delivery.fee)) if delivery.fee else ("配送费", "免")
    return [*off, fee, *((cut.why, str(-cut.amount)) for cut in delivery.cuts)]


def state(slip: Slip) -> str:
    """One word for where the order is."""
    if slip.status == Status.PREPARING and slip.pickup_code:
        waits, pays = ("待送货", "货到付") if slip.delivery else ("可自提", "到店付")
        return waits if slip.money_in else f"{waits}，{pays}"
    if slip.status == Status.FULFILLED and slip.delivery:
        return "已送到"
    if slip.status == Status.UNPAID and slip.claimed_at:
        return "等店里确认收款"
    return SHOWN[slip.status]


def code(pickup_code: str) -> str:
    return show_pickup_code(pickup_code)


def slip_text(slip: Slip, links: Links, *, minutes: int, online: bool, each: Quantity | None = None) -> str:
    """The private slip: what, how much, what next; `each` is the most that one may have of its first goods."""
    head = f"{slip.code}  {bill(slip.lines, slip.payable, slip.delivery)}"
    cash, by_cash, its_code = (
        ("货到付", "送到再给钱说“货到付”", "送到时报码")
        if slip.delivery
        else ("到店付", "到店给钱说“到店付”", "取货码")
    )
    hint = nearly(slip.nearly)
    tail = f"\n{hint}" if hint and slip.status == Status.UNPAID else ""
    if slip.status == Status.UNPAID and slip.claimed_at:
        return f"{head}，店里看到钱就把取货码发你{tail}"
    if slip.campaign and slip.status == Status.UNPAID:
        if slip.pay_due_at is None:
            ways = f"截单前后付都行：{links.order(slip)}"
        else:
            ways = f"{_minutes_to_pay(slip)}分钟内付款：{links.order(slip)}"
        return f"{head}，{ways}\n{_to_change(slip, each)}不要了说“退出”{_for_others(slip)}"
    if slip.status == Status.UNPAID:
        if not online:
            ways = f"{minutes}分钟内回“{cash}”，或者转账后回“已付”：{links.order(slip)}"
            return f"{head}，{ways}{tail}\n要改就说“{edit_example(slip)}”，不要了说“取消”"
        pay = f"{minutes}分钟内付款：{links.order(slip)}"
        return f"{head}，{pay}{tail}\n要改就说“{edit_example(slip)}”，{by_cash}，不要了说“取消”"
    if slip.pay_mode == PayMode.COD and not slip.money_in:
        return f"{head}，{cash}。{its_code} {code(slip.pickup_code or '')}：{links.order(slip)}\n要改就说“{edit_example(slip)}”，不要了说“取消”"
    return f"{head}（{state(slip)}）：{links.order(slip)}"


def _for_others(slip: Slip) -> str:
    """帮妈妈+1: who it is for may take it over and pay."""
    names = dict.fromkeys(line.for_whom for line in slip.lines if line.for_whom)
    return "".join(f"\n{whom}的那份要自己付，转这句：认领 {proxies.word(slip, whom)}" for whom in names)


def _minutes_to_pay(slip: Slip) -> int:
    assert slip.pay_due_at is not None
    return round((slip.pay_due_at - slip.placed_at).total_seconds() / 60)


def edit_example(slip: Slip, each: Quantity | None = None) -> str:
    """橙子改3箱: how this order could be changed; empty when he may have one and no more."""
    line = slip.lines[0]
    other = Quantity(line.qty.milli // 1000 * 1000 + 1000)
    if each is not None and other > each:
        other = Quantity(each.milli - 1000)
    return f"{line.called}改{other}{line.unit}" if other > NONE else ""


def _to_change(slip: Slip, each: Quantity | None) -> str:
    example = edit_example(slip, each)
    return f"要改就说“{example}”，" if example else ""


def slip_card(slip: Slip, links: Links, *, online: bool = True, each: Quantity | None = None) -> Card:
    rows = tuple(Row(line.name, _detail(line), str(line.gross)) for line in slip.lines)
    off = tuple(Row(why, "", amount) for why, amount in _below(slip.lines, slip.delivery))
    pays = slip.status == Status.UNPAID and online and not slip.claimed_at
    return Card(
        kind="pickup" if slip.pickup_code else "order",
        title=f"{slip.code} · {state(slip)}",
        rows=rows,
        cuts=off,
        total=str(slip.payable),
        note=_card_note(slip, each),
        link=links.order(slip),
        link_label="去付款" if pays else "看订单",
        qr=slip.pickup_code or "",
        pays=slip.id if pays else None,
    )


def _card_note(slip: Slip, each: Quantity | None) -> str:
    """Under the sum: the code to fetch it by, or how long it is kept and how it is changed."""
    if slip.pickup_code:
        return f"取货码 {code(slip.pickup_code)}"
    if slip.status != Status.UNPAID or slip.claimed_at:
        return ""
    due = f"下单后{_minutes_to_pay(slip)}分钟内付款，" if slip.pay_due_at else ""
    hint = nearly(slip.nearly)
    told = f"{due}{_to_change(slip, each)}".rstrip("，")
    return (f"{hint}\n" if hint else "") + told


def _detail(line: SlipLine) -> str:
    spec = f"{line.spec} · " if line.spec and line.spec != "散称" else ""
    whom = f" · 给{line.for_whom}" if line.for_whom else ""
    special = f" · {line.price_why}" if line.price_why else ""
    return f"{spec}{line.qty}{line.unit} × {line.price}{special}{whom}"


def slip_buttons(slip: Slip) -> tuple[Button, ...]:
    """Only words that can be said now."""
    if slip.status == Status.UNPAID and not slip.claimed_at:
        cash = "货到付" if slip.delivery else "到店付"
        return (Button(cash, cash), Button("已转账", "已付"), Button("取消", "取消"))
    if slip.pay_mode == PayMode.COD and slip.status == Status.PREPARING and not slip.money_in:
        return (Button("取消", "取消"),)
    return ()


def options(names: Iterable[str]) -> str:
    """1 红颜 2 白草莓, to be answered by a number."""
    return " ".join(f"{n} {name}" for n, name in enumerate(names, start=1))


def sum_of(slips: Iterable[Slip]) -> Money:
    return total([slip.payable for slip in slips])
