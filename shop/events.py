"""事: what happened, in the past tense; people are told later, from these (dialogs/notices).

Every event is a frozen dataclass of plain values, so that it can be a row. dialogs/notices has one file for each.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class OrderExpired:
    order: int
    minutes: int


@dataclass(frozen=True, slots=True)
class RoomNameGiven:
    """The staff want a group to be called so from now on."""

    room: int
    name: str


@dataclass(frozen=True, slots=True)
class OrderPaid:
    order: int


@dataclass(frozen=True, slots=True)
class OrderSentAgain:
    """The same goods once more, for nothing."""

    order: int


@dataclass(frozen=True, slots=True)
class TransferClaimed:
    order: int


@dataclass(frozen=True, slots=True)
class ClaimDropped:
    """The transfer that the buyer spoke of is not waited for any more: he has "cancelled", pays "cash", or is "unpaid"."""

    order: int
    how: str


@dataclass(frozen=True, slots=True)
class MoneyCameLate:
    """Money for an order that had ended, or more than was asked: booked, and to be given back."""

    order: int
    fen: int
    why: str  # late, mismatch, surplus


@dataclass(frozen=True, slots=True)
class OrderHandedOver:
    order: int


@dataclass(frozen=True, slots=True)
class OrderTakenBack:
    """撤销核销: it was not handed over after all."""

    order: int


@dataclass(frozen=True, slots=True)
class ParcelMoved:
    """Part of an order was handed over, sent, has arrived (`by_time`: as nobody said otherwise) or came back."""

    parcel: int
    how: str  # handed_over, sent, arrived, by_time, came_back


@dataclass(frozen=True, slots=True)
class PointsEnding:
    """So many points run out at this moment (ISO)."""

    person: int
    points: int
    over: str


@dataclass(frozen=True, slots=True)
class PersonWanted:
    """Somebody asked for a person, or something that only a person can answer."""

    ticket: int
    words: str
    again: bool = False  # a further question under the same ticket


@dataclass(frozen=True, slots=True)
class MatterRaised:
    """The shop found something itself, and somebody should look; `again`: it is told in other words than before."""

    ticket: int
    words: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class TicketPassedOn:
    """Another agent is asked: unclaimed, silent, transferred, or opened (somebody has come to work)."""

    ticket: int
    why: str


@dataclass(frozen=True, slots=True)
class TicketClaimed:
    ticket: int
    agent: int


@dataclass(frozen=True, slots=True)
class TakenByHand:
    """Somebody typed to this customer on the account's own phone."""

    ticket: int


@dataclass(frozen=True, slots=True)
class AgentAnswered:
    line: int


@dataclass(frozen=True, slots=True)
class CustomerWrote:
    """To the person who serves him."""

    line: int


@dataclass(frozen=True, slots=True)
class CustomerWaits:
    """Nobody has come yet: the first, second or third word about it."""

    ticket: int
    stage: int


@dataclass(frozen=True, slots=True)
class AgentReminded:
    ticket: int


@dataclass(frozen=True, slots=True)
class TicketEnded:
    """The bot is back, and asks what it had been asking (in these places)."""

    ticket: int
    how: str  # ended, solved, idle
    had_owner: bool
    places: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SpecialsPosted:
    """今日特价 goes to a group."""

    room: int
    day: str  # ISO date
    skus: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TeamPaid:
    """One more seat of a team is paid; it is not full yet."""

    order: int


@dataclass(frozen=True, slots=True)
class TeamMoved:
    """Somebody left a team that is still to be filled."""

    team: int


@dataclass(frozen=True, slots=True)
class TeamLed:
    """The leader left: this one leads now."""

    team: int
    leader: int


@dataclass(frozen=True, slots=True)
class TeamCompleted:
    team: int


@dataclass(frozen=True, slots=True)
class TeamFailed:
    team: int


@dataclass(frozen=True, slots=True)
class TeamOrderReady:
    """Its team is complete: it is prepared."""

    order: int


@dataclass(frozen=True, slots=True)
class TeamOrderBack:
    """Paid, and nothing comes of it: the team failed, or had no seat left when the money came (`why`)."""

    order: int
    team: int
    fen: int
    why: str  # team_failed, team_late


@dataclass(frozen=True, slots=True)
class OwnerPaired:
    person: int


@dataclass(frozen=True, slots=True)
class OrderAdjusted:
    """The shop has made an unpaid order cheaper, or taken that back."""

    order: int
    fen: int  # less than nothing is off
    why: str = ""  # when it is not the merchant's own wish


@dataclass(frozen=True, slots=True)
class OrderCancelledByShop:
    order: int
    why: str
    fen: int  # what goes back


@dataclass(frozen=True, slots=True)
class RefundAsked:
    """The buyer wants money back; the shop has to say yes or no."""

    refund: int


@dataclass(frozen=True, slots=True)
class RefundAgreed:
    refund: int


@dataclass(frozen=True, slots=True)
class RefundRefused:
    refund: int
    why: str


@dataclass(frozen=True, slots=True)
class RefundByHand:
    """No provider will pay this back: somebody of the shop has to."""

    refund: int


@dataclass(frozen=True, slots=True)
class RefundPaid:
    refund: int


@dataclass(frozen=True, slots=True)
class AlarmRaised:
    """Something that only a person can mend."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class FriendBought:
    """Somebody's newcomer has an order that is over for good: he has his coupon."""

    inviter: int


@dataclass(frozen=True, slots=True)
class CommissionFreed:
    """There is commission to be drawn; at most once a day for one person."""

    person: int


@dataclass(frozen=True, slots=True)
class PayoutAsked:
    payout: int


@dataclass(frozen=True, slots=True)
class PayoutPaid:
    """It was paid by hand, or (`undone`) it was not, after all."""

    payout: int
    undone: bool = False


@dataclass(frozen=True, slots=True)
class CouponGiven:
    """The shop gave somebody a coupon he had not asked for."""

    coupon: int


@dataclass(frozen=True, slots=True)
class CouponTakenBack:
    """It was given by mistake."""

    coupon: int


@dataclass(frozen=True, slots=True)
class CouponEnding:
    """A day is left for these coupons of one person."""

    person: int
    coupons: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CouponsDropped:
    """抢券: thrown into a group."""

    drop: int


@dataclass(frozen=True, slots=True)
class CouponDropOver:
    """All taken, or its time is over."""

    drop: int


@dataclass(frozen=True, slots=True)
class PointsGiven:
    """By hand, or with a minus taken off; kept for good: by whom and why."""

    person: int
    points: int
    by: int
    why: str


@dataclass(frozen=True, slots=True)
class BackInStock:
    """There is some again of what this person waits for."""

    sku: str
    person: int


@dataclass(frozen=True, slots=True)
class OrderWeighed:
    """Goods of an order that is not paid yet weigh less than was ordered: it costs `off_fen` less."""

    order: int
    name: str
    unit: str
    milli: int
    off_fen: int


@dataclass(frozen=True, slots=True)
class AddressChanged:
    """The buyer of a paid order wants it brought somewhere else: who brings it is told."""

    order: int


@dataclass(frozen=True, slots=True)
class CampaignOpened:
    """活动开始: its groups hear what there is."""

    campaign: int


@dataclass(frozen=True, slots=True)
class CampaignEnding:
    """The last call before the end."""

    campaign: int


@dataclass(frozen=True, slots=True)
class CampaignClosed:
    """截单, by hand or by the clock; or it was called off."""

    campaign: int


@dataclass(frozen=True, slots=True)
class CampaignSettled:
    """Everything of it is done with: whoever ran it hears how it went."""

    campaign: int


@dataclass(frozen=True, slots=True)
class CampaignArrived:
    """到货了: what the list has gathered can be fetched."""

    campaign: int


@dataclass(frozen=True, slots=True)
class EntryTakenOver:
    """认领: what stood on `order` for a neighbour is his own order now."""

    order: int
    taken: int


@dataclass(frozen=True, slots=True)
class PayTheList:
    """The list is closed; this entry is not paid yet."""

    order: int


@dataclass(frozen=True, slots=True)
class WantedTomorrow:
    """In the evening: what people would buy tomorrow. `people` counts them, in the order of `goods`."""

    shop: int
    day: str
    goods: tuple[str, ...]
    people: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GroupIsTired:
    """别发了, by somebody in a group: whoever runs it hears why less is posted."""

    room: int
    person: int
    kind: str  # said, left, recalled


@dataclass(frozen=True, slots=True)
class FlashWarming:
    """秒杀 begins in a few minutes: the groups hear what and when."""

    campaign: int


@dataclass(frozen=True, slots=True)
class FlashSoldOut:
    """The last piece is gone: the groups hear once who was in time."""

    campaign: int


@dataclass(frozen=True, slots=True)
class FlashFreed:
    """Pieces came back and nobody waits for them: the groups hear it once."""

    campaign: int


@dataclass(frozen=True, slots=True)
class PieceOffered:
    """The head of the line has a piece to himself for a moment."""

    waiting: int


@dataclass(frozen=True, slots=True)
class WaitedInVain:
    """It is over, and this one's turn did not come."""

    waiting: int


@dataclass(frozen=True, slots=True)
class VoteOpened:
    """投票: its groups are asked."""

    vote: int


@dataclass(frozen=True, slots=True)
class VoteClosed:
    """The groups and whoever asked hear what came of it."""

    vote: int


@dataclass(frozen=True, slots=True)
class BargainEnded:
    """砍价: its time is over and nothing was bought: its owner hears it."""

    bargain: int


@dataclass(frozen=True, slots=True)
class EventSoon:
    """报名: what this order is a place of begins in so many hours."""

    order: int
    hours: int


@dataclass(frozen=True, slots=True)
class AppointmentBooked:
    """预约: its deposit is in."""

    appointment: int


@dataclass(frozen=True, slots=True)
class AppointmentSoon:
    """预约: tomorrow, or in two hours."""

    appointment: int


@dataclass(frozen=True, slots=True)
class AppointmentHit:
    """休息: who serves is not there at that time; `is_on`: he is, after all."""

    appointment: int
    is_on: bool


@dataclass(frozen=True, slots=True)
class DealBegun:
    """促销: its groups hear what costs less now."""

    deal: int


@dataclass(frozen=True, slots=True)
class DealEnding:
    """Half an hour before it ends."""

    deal: int


@dataclass(frozen=True, slots=True)
class SpecialGone:
    """A special of today is sold out, or (`back`) there is some again: its groups hear each once."""

    item: int
    back: bool = False


@dataclass(frozen=True, slots=True)
class SpecialsLeftOut:
    """特价计划: what the plan could not post today, by sku, and how many it did post: the merchant hears it."""

    plan: int
    withdrawn: tuple[str, ...]
    sold_out: tuple[str, ...]
    posted: int


Happening = (
    OrderExpired
    | RoomNameGiven
    | OrderPaid
    | OrderSentAgain
    | TransferClaimed
    | ClaimDropped
    | MoneyCameLate
    | OrderHandedOver
    | OrderTakenBack
    | ParcelMoved
    | PersonWanted
    | MatterRaised
    | TicketPassedOn
    | TicketClaimed
    | TakenByHand
    | AgentAnswered
    | CustomerWrote
    | CustomerWaits
    | AgentReminded
    | TicketEnded
    | SpecialsPosted
    | TeamPaid
    | TeamMoved
    | TeamLed
    | TeamCompleted
    | TeamFailed
    | TeamOrderReady
    | TeamOrderBack
    | OwnerPaired
    | OrderAdjusted
    | OrderCancelledByShop
    | RefundAsked
    | RefundAgreed
    | RefundRefused
    | RefundByHand
    | RefundPaid
    | AlarmRaised
    | CouponGiven
    | CouponTakenBack
    | CouponEnding
    | CouponsDropped
    | CouponDropOver
    | PointsGiven
    | PointsEnding
    | BackInStock
    | OrderWeighed
    | AddressChanged
    | CampaignOpened
    | CampaignEnding
    | CampaignClosed
    | CampaignSettled
    | CampaignArrived
    | EntryTakenOver
    | PayTheList
    | FlashWarming
    | FlashSoldOut
    | FlashFreed
    | PieceOffered
    | WaitedInVain
    | WantedTomorrow
    | GroupIsTired
    | VoteOpened
    | VoteClosed
    | BargainEnded
    | EventSoon
    | AppointmentBooked
    | AppointmentSoon
    | AppointmentHit
    | DealBegun
    | DealEnding
    | SpecialGone
    | SpecialsLeftOut
)

KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        OrderExpired,
        RoomNameGiven,
        OrderPaid,
        OrderSentAgain,
        TransferClaimed,
        ClaimDropped,
        MoneyCameLate,
        OrderHandedOver,
        OrderTakenBack,
        ParcelMoved,
        PersonWanted,
        MatterRaised,
        TicketPassedOn,
        TicketClaimed,
        TakenByHand,
        AgentAnswered,
        CustomerWrote,
        CustomerWaits,
        AgentReminded,
        TicketEnded,
        SpecialsPosted,
        TeamPaid,
        TeamMoved,
        TeamLed,
        TeamCompleted,
        TeamFailed,
        TeamOrderReady,
        TeamOrderBack,
        OwnerPaired,
        OrderAdjusted,
        OrderCancelledByShop,
        RefundAsked,
        RefundAgreed,
        RefundRefused,
        RefundByHand,
        RefundPaid,
        AlarmRaised,
        CouponGiven,
        CouponTakenBack,
        CouponEnding,
        CouponsDropped,
        CouponDropOver,
        PointsGiven,
        PointsEnding,
        FriendBought,
        CommissionFreed,
        PayoutAsked,
        PayoutPaid,
        BackInStock,
        OrderWeighed,
        AddressChanged,
        CampaignOpened,
        CampaignEnding,
        CampaignClosed,
        CampaignSettled,
        CampaignArrived,
        EntryTakenOver,
        PayTheList,
        FlashWarming,
        FlashSoldOut,
        FlashFreed,
        PieceOffered,
        WaitedInVain,
        WantedTomorrow,
        GroupIsTired,
        VoteOpened,
        VoteClosed,
        BargainEnded,
        EventSoon,
        AppointmentBooked,
        AppointmentSoon,
        AppointmentHit,
        DealBegun,
        DealEnding,
        SpecialGone,
        SpecialsLeftOut,
    )
}


def to_row(event: Happening) -> tuple[str, dict[str, Any]]:
    return type(event).__name__, asdict(event)


def from_row(kind: str, data: dict[str, Any]) -> Happening:
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    made: Happening = KINDS[kind](**values)
    return made
