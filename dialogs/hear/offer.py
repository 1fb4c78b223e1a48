"""柜台: what is on offer in this chat — the goods, their units, the open campaigns — and which sku an amount means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from dialogs.hear.codes import Code
from dialogs.hear.quantities import Quantity
from dialogs.hear.reading import Op
from dialogs.hear.specs import Spec
from shop.goods import Campaign, CampaignItem, Catalogue, Sku


@dataclass(frozen=True, slots=True)
class Want:
    """One thing asked for, as far as the words say it."""

    products: tuple[str, ...] = ()  # several when the name is not clear
    sku: str | None = None  # an item code, a quoted card
    campaign: str | None = None
    quantity: Quantity | None = None
    specs: tuple[Spec, ...] = ()
    heard: str = ""
    source: str = "exact"  # exact, sound, emoji, unknown
    op: Op = "add"
    for_whom: str | None = None
    note: str | None = None
    about: bool = False  # 大概, 左右
    money: Decimal | None = None
    start: int = 0
    end: int = 0
    without: Spec | None = None  # 不要盒装
    retold: bool = False  # 三斤，改四斤: the amount it changes was said in the same breath


@dataclass(frozen=True)
class Offer:
    catalogue: Catalogue
    campaigns: tuple[Campaign, ...] = ()  # open here, newest last
    in_campaign: Mapping[str, str] = field(default_factory=dict)  # sku → campaign

    def item(self, code: Code) -> tuple[Campaign, CampaignItem] | None:
        """Whose code this is: the newest campaign that has it."""
        for campaign in reversed(self.campaigns):
            for item in campaign.items:
                if (code.letter and item.letter.lower() == code.letter) or (code.no and item.no == code.no):
                    return campaign, item
        return None

    def items(self) -> tuple[tuple[Campaign, CampaignItem], ...]:
        return tuple((campaign, item) for campaign in self.campaigns for item in campaign.items)

    def only_item(self) -> tuple[Campaign, CampaignItem] | None:
        items = self.items()
        return items[0] if len(items) == 1 else None

    def skus(self, product: str) -> tuple[Sku, ...]:
        return self.catalogue.product[product].skus


def open_in(catalogue: Catalogue, campaign_ids: Iterable[str]) -> Offer:
    by_id = {campaign.id: campaign for campaign in catalogue.campaigns}
    campaigns = tuple(by_id[id] for id in campaign_ids if id in by_id)
    return Offer(catalogue, campaigns, {item.sku: c.id for c in campaigns for item in c.items})
