"""不行的话: one sentence for every refusal, saying what to do next; a house test finds the missing ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from shop import refusals as no
from shop.kit.money import Money
from shop.kit.refusal import Refusal


def words(refusal: Refusal) -> str:
    """The sentence for this refusal. Raises KeyError for one that nobody has written."""
    return WORDS[type(refusal)](refusal)


def _short(refusal: no.SoldOut) -> str:
    return "，".join(
        f"{s.name}只剩 {s.left} {s.unit}" if s.left.milli > 0 else f"{s.name}卖完了"
        for s in refusal.shortages
    )


def _not_here(refusal: no.NotThatMuchHere) -> str:
    if refusal.here.milli > 0:
        return f"{refusal.name}这单在店里只有 {refusal.here} {refusal.unit}，没有那么多要交的"
    return f"{refusal.name}这单没有要交的了"


def _promised(refusal: no.StillPromised) -> str:
    there = f"{refusal.name}{refusal.place}有 {refusal.on_hand} {refusal.unit}"
    if not refusal.held.milli:
        return f"{there}，没有那么多"
    free = refusal.on_hand - refusal.held
    return f"{there}，其中 {refusal.held} {refusal.unit}顾客订了要留着，能动的只有 {free} {refusal.unit}"


def _moment(at: datetime) -> str:
    return f"{at.month}月{at.day}日 {at:%H:%M}"


WORDS: dict[type[Refusal], Callable[[Any], str]] = {
    no.SoldOut: lambda r: f"{_short(r)}。看看别的？回“菜单”",
    no.CampaignOver: lambda r: f"{r.title}现在不能接了。看看别的？回“菜单”",
    no.QuotaGone: lambda r: (
        f"{r.name}只剩 {r.left} {r.unit} 了，要就说“{r.name}{r.left}{r.unit}”"
        if r.left.milli > 0
        else f"{r.name}抢完了，没抢到。有人退出来我私聊叫你，回“候补”"
    ),
    no.QuotaShared: lambda r: (
        f"{r.name}每人限 {r.each} {r.unit}，你已经有 {r.has} {r.unit}了"
        if r.has.milli > 0
        else f"{r.name}每人限 {r.each} {r.unit}，说少一点就行"
    ),
    no.GroupShareGone: lambda r: (
        f"{r.name}这个群只剩 {r.left} {r.unit} 了，要就说“{r.name}{r.left}{r.unit}”"
        if r.left.milli > 0
        else f"{r.name}这个群的份接完了。有人退出，名单会变，那时再回“+1”"
    ),
    no.JoinInGroup: lambda r: f"{r.name}每个群各有各的份，在群里说“+1”就行",
    no.SomeLeft: lambda r: f"{r.name}还有 {r.left} {r.unit}，不用候补，直接回“抢”",
    no.NoSuchCampaign: lambda r: f"没找到“{r.said[:12]}”这个活动。回“活动”看看有哪些",
    no.NoGroupLeft: lambda r: "要发的群现在都说了“别发了”，没有开。群里说“可以发了”以后再来一次",
    no.CampaignClash: lambda r: (
        f"{r.name}已经有一场“{r.other}”排着，那个结束了再开"
        if r.other
        else f"{r.name}库存只有 {r.left} {r.unit}，活动要的比这多。先补货，或者少放一点"
    ),
    no.NoSuchVote: lambda r: "现在没有投票在进行",
    no.NoSuchBargain: lambda r: (
        f"{r.number} 号已经砍到底价了"
        if r.reached
        else f"没有 {r.number} 号砍价，或者结束了"
        if r.number
        else "现在没有要砍的。想自己砍就说“帮我砍”"
    ),
    no.OwnBargain: lambda r: "自己的价自己不能砍，喊群里的朋友回“砍”",
    no.AlreadyHelped: lambda r: f"{r.number} 号你砍过了，一个人砍一刀",
    no.HelpedEnough: lambda r: f"今天帮砍 {r.most} 次了，明天再来",
    no.NotSold: lambda r: f"{r.name or '这样东西'}下架了，回“菜单”看今天有什么",
    no.OnlyWhole: lambda r: f"{r.name}按{r.unit}卖，要整{r.unit}。比如“{r.name}1{r.unit}”",
    no.TooMuch: lambda r: f"{r.name}一单最多 {r.most} {r.unit}。量大请说“转人工”，店里给你备",
    no.TooManyKinds: lambda r: f"一单最多 {r.most} 样，先下这些，再来一单就行",
    no.NothingOpen: lambda r: "现在没有没付款的单。要什么直接说，比如“来2箱橙子”",
    no.NotOnOrder: lambda r: f"{r.code}里没有{r.name}。看看订了什么：回“我的订单”",
    no.LessThanNothing: lambda r: f"{r.name}只订了 {r.have} {r.unit}，都不要就说“{r.name}不要了”",
    no.AlreadyPaid: lambda r: f"{r.code} 已经付过款了。要加就再下一单，要退说“退款”",
    no.ClaimStays: lambda r: f"{r.code} 是活动里的单，说过转账就先等店里看。没转请说“转人工”",
    no.SaidToBePaid: lambda r: f"{r.code} 在等店里看到转账，先不改。要加就再下一单，没转就说“还没付”",
    no.NotThatMuchHere: _not_here,
    no.NothingToSend: lambda r: f"{r.code} 店里没有要交的货。看这一单：回“今日订单”",
    no.NothingUnderWay: lambda r: f"{r.code} 没有在路上的货。要送就说“先发 {r.code}”",
    no.NoWrongSum: lambda r: f"{r.code} 没有对不上的款，或者办过了。回“错款”看还有哪些",
    no.PartlyHandedOver: lambda r: f"{r.code} 已经交出去一部分，整单退不了。没交的说“退款 {r.code}”加货名",
    no.AlreadyHandedOver: lambda r: f"{r.code} 已经取走了。有问题说“退款”或“转人工”",
    no.AlreadyCancelled: lambda r: f"{r.code} 已经取消了。还要的话说“老样子”再来一单",
    no.NoSuchTeam: lambda r: (
        f"没有 {r.number} 号团。回“我的团”看看，或者回“开团”开一个"
        if r.number
        else "现在没有能参的团。回“开团”开一个，叫邻居来拼"
    ),
    no.TeamFull: lambda r: f"{r.number} 号团坐满了。回“参团”换一个，或者回“开团”再开一个",
    no.TeamOver: lambda r: f"{r.number} 号团已经结束，或者还没人付款。回“开团”再开一个",
    no.AlreadyInTeam: lambda r: f"你已经在 {r.number} 号团里了。回“我的团”看看还差几个人",
    no.TeamPaysFirst: lambda r: f"{r.code} 是拼团的单，先付款才算数。付款链接在单子里，不拼了回“退出”",
    no.StillTeaming: lambda r: f"{r.code} 还在拼团，没成团之前回“退出”，钱全部原路退回",
    no.NotPaidYet: lambda r: f"{r.code} 还没付款，应收 {r.payable}。收到钱后回“收款 {r.code}”",
    no.NoSuchOrder: lambda r: f"没找到“{r.said}”这张单。回“今日订单”看看单号",
    no.NothingPaid: lambda r: f"{r.customer} 还没有付过款的单，没有可退可补的。钱给了的，先请店主记收款",
    no.NoSuchPickup: lambda r: (
        "这个取货码少了或错了一位，请再念一遍" if r.mistyped else "没有这个取货码的单，请顾客打开订单页核对"
    ),
    no.QuoteChanged: lambda r: "价格或库存刚变了，再确认一次",
    no.TooMuchOff: lambda r: f"这单最多{'减' if r.change.fen < 0 else '加回'} {r.most}，换个数再说一次",
    no.NoSuchGoods: lambda r: f"没有“{r.said}”这样货。回“菜单”看看名字",
    no.NameTaken: lambda r: f"{r.name}已经在卖了。改价说“改价 {r.name} 25.5”，补货说“补货 {r.name} +50”",
    no.NoSuchTicket: lambda r: f"没有 #{r.number} 这张单。回“列表”看看有哪些",
    no.NoCustomer: lambda r: (
        f"#{r.number} 是店里的事，没有顾客，什么也没发。记一笔说“{r.number} 备注 …”，好了回“{r.number} 完”"
    ),
    no.TicketTaken: lambda r: (
        f"#{r.number} {r.owner}在跟，这句没发"
        if r.owner
        else f"#{r.number} 还没人接，回“{r.number} 接”就归你"
    ),
    no.TicketOver: lambda r: f"#{r.number} 已经结束了，这句没发。回“列表”看看还有谁在等",
    no.ForWhom: lambda r: (
        f"这句发给谁？带上编号再说一遍，比如“{r.numbers[0]} 马上补发”"
        if r.numbers
        else "现在没有你在跟的顾客。回“列表”看看有谁在等"
    ),
    no.UnpaidFirst: lambda r: "他还有一单没付款，补发会并进去。先让他付了或取消",
    no.NotAnAmount: lambda r: f"“{r.said[:12]}”不是金额。比如“退款 20 坏果”，整单退就说“退款”",
    no.AboveLimit: lambda r: f"你一次最多退 {r.most}，多了请店主来退",
    no.NotAllowed: lambda r: "这件事要店主来做",
    no.WrongPairingCode: lambda r: "绑定码不对，或者过期了。重启店铺，日志里有新的绑定码",
    no.NothingToUndo: lambda r: "没有能撤销的。改价、补货、上下架两分钟内可以撤销",
    no.NoDelivery: lambda r: "现在不送货，来店里拿就行。要问店里说“转人工”",
    no.NoDeliveryFee: lambda r: f"{r.code} 没有收过配送费，没什么要退",
    no.DeliveryFeeIsBack: lambda r: f"{r.code} 的配送费已经退过了，不会再退一次",
    no.NothingToRefund: lambda r: f"{r.code} 没有能退的钱了。看看订单：回“我的订单”",
    no.MoreThanBought: lambda r: (
        f"{r.name}能退的只有 {r.have} {r.unit}"
        if r.have.milli > 0
        else f"这单里没有能退的{r.name}。回“我的订单”看看"
    ),
    no.MoreThanPaid: lambda r: f"最多能退 {r.most}",
    no.AnotherRefund: lambda r: f"{r.code} 的上一个退款店里正在看，有结果马上告诉你。不退了就说“不退了”",
    no.NoSuchRefund: lambda r: "这笔退款已经处理过了。回“退款”看看还有哪些在等",
    no.RefundOpen: lambda r: f"{r.code} 有退款在等你定：先回“同意退 {r.code}”或“不退 {r.code}”，再核销",
    no.CannotUndo: lambda r: f"撤不回来了：{r.why}",
    no.NotAName: lambda r: f"“{r.word[:12]}”当不了货名：要两到十二个字，不带数字和符号。比如“大樱桃=车厘子”",
    no.OrdinaryWord: lambda r: f"“{r.word}”平时聊天也会说，学了会把闲聊当成下单。换个只指这样货的词",
    no.WordTaken: lambda r: (
        f"“{r.word}”本来就是{r.name}，不用教"
        if r.is_same
        else f"“{r.word}”已经是{r.name}的名字，换个词。以前教错了就先回“忘掉 {r.word}”"
    ),
    no.NotLearnt: lambda r: f"没学过“{r.word[:12]}”。回“学过的”看看有哪些",
    no.NoSuchMessage: lambda r: (
        (f"眼前没有第 {r.no} 句，" if r.no else "这句不在了，") + "先回“没听懂的”看看"
    ),
    no.NoSuchCoupon: lambda r: "没有这张券。核对一下券名或券码再说一次，比如“领券 满30减5”",
    no.CouponsGone: lambda r: f"{r.title} 发完了，下次早点来。手上的券回“我的券”",
    no.HaveCoupon: lambda r: f"{r.title} 你已经领过了，下单会自动用。回“我的券”看看",
    no.CouponNotYet: lambda r: f"{r.title} 还没开始领，大约 {r.hours} 小时后再来",
    no.CouponOver: lambda r: f"{r.title} 过期了，领不了了。手上的券回“我的券”",
    no.CouponUnclear: lambda r: f"{r.title} 店里还没设好，已经告诉店里了",
    no.CouponGone: lambda r: "这张券刚用掉或过期了，再说一次，给你重新算",
    no.CodeTaken: lambda r: f"券码 {r.code} 已经用在别的券上，换一个",
    no.ShutOut: lambda r: f"错的次数太多，先歇一歇，{r.minutes} 分钟后再试",
    no.NobodyCalled: lambda r: f"没找到叫“{r.name}”的顾客。看他在群里叫什么，原样打一遍",
    no.SeveralCalled: lambda r: f"叫“{r.name}”的有 {r.many} 位，分不清是谁。让他自己说“领券”更稳",
    no.NoSuchInviter: lambda r: "没有这个邀请码。核对一下再说一次，比如“邀请 K7M3QXA”",
    no.AlreadyInvited: lambda r: "已经记过邀请你的人了，换不了。要什么直接说",
    no.InvitesInACircle: lambda r: "这个码用不了：自己的，或者是你带来的朋友的。把你的码转给新朋友，回“邀请”",
    no.InvitedTooLate: lambda r: f"邀请码只给头 {r.days} 天里还没买过的新朋友用。要什么直接说",
    no.NoCommission: lambda r: "店里现在没有推广佣金。要邀请朋友回“邀请”",
    no.NothingToDraw: lambda r: (
        f"上次提的 {r.asked} 店里还在转，到了再提"
        if r.asked
        else f"现在可提 {Money(max(r.available.fen, 0))}，满 {r.least} 能提。看明细回“佣金”"
    ),
    no.NoSuchPayout: lambda r: f"没有等着转的 {r.number}号。看看还有哪些回“结算”",
    no.NoPoints: lambda r: "店里还没有积分。要什么直接说，满减会自动算",
    no.NotEnoughPoints: lambda r: (
        f"积分不够用了，现在有 {r.have} 分。再说一次，给你重新算"
        if r.have > 0
        else "你还没有能用的积分，这单照原价。攒了多少回“积分”"
    ),
    no.CannotWeigh: lambda r: (
        f"{r.code} 的{r.name}称不了：要在备货、按重量卖、只有一行。差价直接说“退款 {r.code} 金额”，没付的说“便宜 {r.code} 金额”"
    ),
    no.WeighedDearer: lambda r: (
        f"{r.code} 的{r.name}照秤算，少了优惠反而贵 {r.more}，没有改。少的值 {r.worth}，要少收就说“便宜 {r.code} {r.worth.yuan}”"
    ),
    no.WeighedAlready: lambda r: (
        f"{r.code} 的{r.name}称过了，{r.weighed} {r.unit}，差价已经算了。还要退就说“退款 {r.code} 金额”"
    ),
    no.StillPromised: _promised,
    no.NotAPicture: lambda r: "这个看不了，只收 JPG、PNG、GIF、WebP 的图片。换一张再发",
    no.PictureTooBig: lambda r: f"图片太大了，最多 {r.most // 1024 // 1024} MB。压小一点再发",
    no.TooManyPixels: lambda r: f"图片尺寸太大了，最多 {r.most // 10_000} 万像素。缩小一点再发",
    no.NoPictureThere: lambda r: "没有你刚发的图。先发图，再说“编号 图”",
    no.NoSuchService: lambda r: "这个现在约不了。回“预约”看看能约什么",
    no.NoSuchResource: lambda r: (
        f"没有叫“{r.said[:12]}”的师傅。先说“师傅 {r.said[:12]} 10-19”"
        if r.said
        else "还没有师傅。先说“师傅 阿强 10-19”"
    ),
    no.TimeTaken: lambda r: (
        f"{_moment(r.at)} 约不上，近的有 {'、'.join(map(_moment, r.near))}，说时间就行"
        if r.near
        else f"{_moment(r.at)} 约不上，最近也满了。过两天再说“预约”看看"
    ),
    no.TooManyBookings: lambda r: f"你已经有 {r.most} 个预约了，先取消一个再约。看看：回“我的预约”",
    no.DepositFirst: lambda r: f"{r.code} 是预约的定金，先在线付了才算约好。不要了说“取消预约”",
    no.DepositStays: lambda r: f"离开始不到 2 小时，定金 {r.deposit} 不退。还要取消就再说一次“取消预约”",
    no.NoAppointment: lambda r: "没有这个预约，或者时间已经过了。回“我的预约”看看",
    no.PictureForWhom: lambda r: f"这张图发给谁？带上编号说一遍，比如“{r.number} 图”",
}

# Hundreds may hear one of these at once: each in private, and the group hears one result.
PRIVATELY = (
    no.CampaignOver,
    no.QuotaGone,
    no.QuotaShared,
    no.GroupShareGone,
    no.AlreadyInTeam,
    no.NoSuchTeam,
    no.TeamFull,
    no.TeamOver,
    no.AlreadyHelped,
    no.HelpedEnough,
    no.NoSuchBargain,
    no.OwnBargain,
    no.TimeTaken,
    no.TooManyBookings,
    no.DepositFirst,
    no.NoAppointment,
)
