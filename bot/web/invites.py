"""邀请页: what a friend gets who says this code, whose it is (name covered), and the words to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.web.site import page
from bot.web.slips import hidden
from shop import coupon_templates, lists, referrals
from shop.kit.ids import ShopId
from shop.settled import shop_rules


def routes(*, shop: ShopId) -> list[web.RouteDef]:
    return [web.get(r"/i/{code:[2-9A-HJ-NP-Z]{7}}", _Invites(shop).invite)]


@dataclass(frozen=True, slots=True)
class _Invites:
    shop: ShopId

    async def invite(self, request: web.Request) -> web.Response:
        code = request.match_info["code"]
        name = await referrals.inviter_named(self.shop, code)
        if name is None:
            return hidden(page(request, "error.html", status=404, sentence="没有这个邀请码，找朋友再要一次"))
        rules = (await shop_rules(self.shop)).referral
        gift = (await coupon_templates.template(rules.coupon)).title if rules.coupon else ""
        told: dict[str, Any] = {
            "say": f"邀请 {code}",
            "name": lists.mask(name),
            "gift": gift,
            "days": rules.window_days,
        }
        return hidden(page(request, "invite.html", **told))
