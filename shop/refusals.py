"""拒绝: every way in which the shop says no, with the facts its sentence needs (the sentences: dialogs/refusals.py).

Not frozen: a context manager sets the traceback of an exception that passes through it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.kit.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Shortage:
    sku: str
    name: str
    unit: str
    left: Quantity
    wanted: Quantity


@dataclass(eq=False)
class SoldOut(Refusal):
    """Less is left than is wanted; nothing was taken."""

    shortages: tuple[Shortage, ...]


@dataclass(eq=False)
class NotSold(Refusal):
    """The goods are off the menu."""

    name: str


@dataclass(eq=False)
class OnlyWhole(Refusal):
    """半箱: packs are not cut open."""

    name: str
    unit: str


@dataclass(eq=False)
class TooMuch(Refusal):
    name: str
    unit: str
    most: Quantity


@dataclass(eq=False)
class TooManyKinds(Refusal):
    most: int


@dataclass(eq=False)
class NothingOpen(Refusal):
    """There is no order that could be changed, cancelled or paid."""


@dataclass(eq=False)
class NotOnOrder(Refusal):
    name: str
    code: str


@dataclass(eq=False)
class LessThanNothing(Refusal):
    """少3箱 of an order that has two."""

    name: str
    unit: str
    have: Quantity


@dataclass(eq=False)
class AlreadyPaid(Refusal):
    code: str


@dataclass(eq=False)
class SaidToBePaid(Refusal):
    """The buyer says a transfer of this very sum is on its way: the sum stays."""

    code: str


@dataclass(eq=False)
class AlreadyHandedOver(Refusal):
    code: str


@dataclass(eq=False)
class NoWrongSum(Refusal):
    """No money on this order that was not the sum it asked for, or it was dealt with."""

    code: str


@dataclass(eq=False)
class PartlyHandedOver(Refusal):
    """Some of it has left the shop: the order stands, the rest can be given back."""

    code: str


@dataclass(eq=False)
class AlreadyCancelled(Refusal):
    code: str


@dataclass(eq=False)
class NoSuchTeam(Refusal):
    """No team of this number; 0: none that could be joined."""

    number: int


@dataclass(eq=False)
class TeamFull(Refusal):
    number: int


@dataclass(eq=False)
class TeamOver(Refusal):
    """It is complete, or has ended, or (to force it) nobody has paid."""

    number: int


@dataclass(eq=False)
class AlreadyInTeam(Refusal):
    number: int


@dataclass(eq=False)
class TeamPaysFirst(Refusal):
    """A seat is kept by money, not by a word."""

    code: str


@dataclass(eq=False)
class StillTeaming(Refusal):
    """Paid, and the team is not complete: whoever wants the money back leaves the team."""

    code: str


@dataclass(eq=False)
class NotPaidYet(Refusal):
    code: str
    payable: Money


@dataclass(eq=False)
class ClaimStays(Refusal):
    """The order of a campaign, said to be paid: its time to pay may be over, so the shop looks first."""

    code: str


@dataclass(eq=False)
class NothingPaid(Refusal):
    """A customer without one paid order: there is nothing to give back and nothing to send again."""

    customer: str


@dataclass(eq=False)
class NoSuchOrder(Refusal):
    said: str


@dataclass(eq=False)
class NoSuchPickup(Refusal):
    """No order waits under this code; `mistyped` when the check digit says so."""

    mistyped: bool


@dataclass(eq=False)
class NotThatMuchHere(Refusal):
    """Of these goods the order has no more in the shop: the rest is gone, or never was on it."""

    name: str
    unit: str
    here: Quantity


@dataclass(eq=False)
class NothingToSend(Refusal):
    """Nothing of the order is in the shop any more, or not yet to be handed over."""

    code: str


@dataclass(eq=False)
class NothingUnderWay(Refusal):
    """No parcel of the order was sent, or what was sent is heard of already."""

    code: str


@dataclass(eq=False)
class QuoteChanged(Refusal):
    """What was confirmed is no longer what it costs; ask again."""


@dataclass(eq=False)
class TooMuchOff(Refusal):
    """改价: no line costs less than nothing or more than its full price; `most` is how far the change may go."""

    change: Money
    most: Money


@dataclass(eq=False)
class NoSuchGoods(Refusal):
    said: str


@dataclass(eq=False)
class NameTaken(Refusal):
    name: str


@dataclass(eq=False)
class NotAllowed(Refusal):
    """Only staff may; to anybody else the command does not exist."""

    role: str


@dataclass(eq=False)
class WrongPairingCode(Refusal):
    pass


@dataclass(eq=False)
class NothingToUndo(Refusal):
    pass


@dataclass(eq=False)
class CannotUndo(Refusal):
    """The world moved on: what was added has been sold since."""

    why: str


@dataclass(eq=False)
class NoDelivery(Refusal):
    """This shop brings nothing at this time."""


@dataclass(eq=False)
class NoDeliveryFee(Refusal):
    """Nothing was paid for bringing this order: it was fetched, or brought for nothing."""

    code: str


@dataclass(eq=False)
class DeliveryFeeIsBack(Refusal):
    """It is given back already, or about to be."""

    code: str


@dataclass(eq=False)
class NothingToRefund(Refusal):
    """No money of this order is left that could go back."""

    code: str


@dataclass(eq=False)
class MoreThanBought(Refusal):
    """退3箱 of an order that has two, or of goods that are not on it."""

    name: str
    unit: str
    have: Quantity


@dataclass(eq=False)
class MoreThanPaid(Refusal):
    most: Money


@dataclass(eq=False)
class AnotherRefund(Refusal):
    """One request at a time: the shop is looking at the last one."""

    code: str


@dataclass(eq=False)
class NoSuchRefund(Refusal):
    """It does not wait for this (any more)."""

    said: str


@dataclass(eq=False)
class RefundOpen(Refusal):
    """Not handed over while the buyer wants money back for it."""

    code: str


@dataclass(eq=False)
class NoSuchCoupon(Refusal):
    """Nobody gives out a coupon of this name or code."""

    said: str


@dataclass(eq=False)
class CouponsGone(Refusal):
    title: str


@dataclass(eq=False)
class HaveCoupon(Refusal):
    """As many of these as one person gets."""

    title: str


@dataclass(eq=False)
class CouponNotYet(Refusal):
    title: str
    hours: int


@dataclass(eq=False)
class CouponOver(Refusal):
    title: str


@dataclass(eq=False)
class CouponUnclear(Refusal):
    """What this coupon gives cannot be read: it gives nothing."""

    title: str


@dataclass(eq=False)
class CouponGone(Refusal):
    """The coupon in the price was used elsewhere, or ran out, in this moment."""


@dataclass(eq=False)
class CodeTaken(Refusal):
    code: str


@dataclass(eq=False)
class ShutOut(Refusal):
    """Too many wrong codes."""

    minutes: int


@dataclass(eq=False)
class NobodyCalled(Refusal):
    name: str


@dataclass(eq=False)
class SeveralCalled(Refusal):
    name: str
    many: int


@dataclass(eq=False)
class NotAName(Refusal):
    """Too short, too long, or not of letters."""

    word: str


@dataclass(eq=False)
class OrdinaryWord(Refusal):
    """People say it without wanting goods: as a name it would make an order of their talk."""

    word: str


@dataclass(eq=False)
class WordTaken(Refusal):
    """It is a name of goods already; `is_same` when it is theirs."""

    word: str
    name: str
    is_same: bool


@dataclass(eq=False)
class NotLearnt(Refusal):
    word: str


@dataclass(eq=False)
class NoSuchMessage(Refusal):
    """No message under this number waits for a word."""

    no: int = 0


@dataclass(eq=False)
class NoPoints(Refusal):
    """This shop gives no points."""


@dataclass(eq=False)
class NotEnoughPoints(Refusal):
    """Others of the buyer's orders took them in this moment; what is left may be less than nothing."""

    have: int
    wanted: int


@dataclass(eq=False)
class StillPromised(Refusal):
    """The shelf cannot hold less than what is promised to orders."""

    name: str
    unit: str
    on_hand: Quantity
    held: Quantity
    place: str = "店里"


@dataclass(eq=False)
class CannotWeigh(Refusal):
    """The order is not being prepared, or has not just one line of these goods by weight."""

    code: str
    name: str


@dataclass(eq=False)
class WeighedDearer(Refusal):
    """A cut would be lost with what the scale takes off, and the buyer pay more for less. `worth`: what the goods that
    are missing cost him as it stands."""

    code: str
    name: str
    more: Money
    worth: Money


@dataclass(eq=False)
class WeighedAlready(Refusal):
    code: str
    name: str
    unit: str
    weighed: Quantity


@dataclass(eq=False)
class CampaignOver(Refusal):
    """It has not begun, has paused, or has ended."""

    title: str


@dataclass(eq=False)
class QuotaGone(Refusal):
    """A campaign has less left than is wanted."""

    name: str
    unit: str
    left: Quantity
    wanted: Quantity


@dataclass(eq=False)
class QuotaShared(Refusal):
    """每人限2: this person has had his share, or wants more than that."""

    name: str
    unit: str
    each: Quantity
    has: Quantity


@dataclass(eq=False)
class GroupShareGone(Refusal):
    """每群30箱: this group has less of its share left than is wanted."""

    name: str
    unit: str
    left: Quantity


@dataclass(eq=False)
class JoinInGroup(Refusal):
    """每群30箱: each group has a share of its own, and this was said in none."""

    name: str


@dataclass(eq=False)
class SomeLeft(Refusal):
    """There is no need to wait in line: anybody may take some."""

    name: str
    unit: str
    left: Quantity


@dataclass(eq=False)
class NoSuchCampaign(Refusal):
    said: str


@dataclass(eq=False)
class NoGroupLeft(Refusal):
    """Every group that it was to run in wants to hear nothing any more."""


@dataclass(eq=False)
class CampaignClash(Refusal):
    """The same goods run in another campaign of that kind, or there is less in stock than it wants to reserve."""

    name: str
    other: str = ""
    left: Quantity | None = None
    unit: str = ""


@dataclass(eq=False)
class NoSuchTicket(Refusal):
    """Nobody asked for a person under this number."""

    number: int


@dataclass(eq=False)
class NoCustomer(Refusal):
    """This ticket is about the shop itself: there is nobody to answer, and nothing to give back."""

    number: int


@dataclass(eq=False)
class TicketTaken(Refusal):
    """Somebody else has this customer in hand, or nobody has."""

    number: int
    owner: str


@dataclass(eq=False)
class TicketOver(Refusal):
    """This customer is with the bot again."""

    number: int


@dataclass(eq=False)
class ForWhom(Refusal):
    """Several customers are in hand, and the words say not for which."""

    numbers: tuple[int, ...]


@dataclass(eq=False)
class AboveLimit(Refusal):
    """More than an agent may give back alone."""

    most: Money


class UnpaidFirst(Refusal):
    """The customer has an order that is not paid, and these goods would join it."""


@dataclass(eq=False)
class NotAnAmount(Refusal):
    """No sum of money was said, or none at all."""

    said: str


@dataclass(eq=False)
class NoSuchVote(Refusal):
    """Nothing is voted on here, or it is over, or it has no such choice."""

    said: str


@dataclass(eq=False)
class NoSuchBargain(Refusal):
    """Nobody's bargain is meant, or it has ended, or there is nothing left to cut."""

    number: int = 0
    reached: bool = False


class OwnBargain(Refusal):
    """Nobody cuts his own price."""


@dataclass(eq=False)
class AlreadyHelped(Refusal):
    number: int


@dataclass(eq=False)
class HelpedEnough(Refusal):
    """So many cuts of one person in a day."""

    most: int


class NotAPicture(Refusal):
    """Something else than jpeg, png, gif or webp, whatever it calls itself."""


@dataclass(eq=False)
class PictureTooBig(Refusal):
    most: int  # bytes


@dataclass(eq=False)
class TooManyPixels(Refusal):
    most: int


class NoPictureThere(Refusal):
    """An agent says where his picture goes and has sent none lately, or it is forgotten."""


@dataclass(eq=False)
class PictureForWhom(Refusal):
    """Several customers are in hand, and a picture has no words."""

    number: int  # one of them


class NoSuchInviter(Refusal):
    """Nobody has this code."""


class AlreadyInvited(Refusal):
    """One inviter, for good."""


class InvitesInACircle(Refusal):
    """Himself, or somebody whom he brought."""


@dataclass(eq=False)
class InvitedTooLate(Refusal):
    """Known for longer than these days, or has bought."""

    days: int


class NoCommission(Refusal):
    """This shop pays none."""


@dataclass(eq=False)
class NothingToDraw(Refusal):
    """Less than the least, or the last payout is still open."""

    available: Money
    asked: Money
    least: Money


@dataclass(eq=False)
class NoSuchPayout(Refusal):
    """It is not (any more) waiting for this."""

    number: int


@dataclass(eq=False)
class NoSuchService(Refusal):
    """Nothing of this name can be booked."""

    said: str


@dataclass(eq=False)
class NoSuchResource(Refusal):
    """Nobody of this name serves here; without a name: nobody does."""

    said: str


@dataclass(eq=False)
class TimeTaken(Refusal):
    """This time cannot be had; `near` are some that can. All in the shop's own zone."""

    at: datetime
    near: tuple[datetime, ...]


@dataclass(eq=False)
class TooManyBookings(Refusal):
    """So many appointments of one person may be to come."""

    most: int


@dataclass(eq=False)
class DepositFirst(Refusal):
    """A deposit is paid before anything else is booked, and never at the counter."""

    code: str


@dataclass(eq=False)
class DepositStays(Refusal):
    """It begins so soon that who cancels now leaves his deposit."""

    deposit: Money


class NoAppointment(Refusal):
    """There is none, or it is over."""
