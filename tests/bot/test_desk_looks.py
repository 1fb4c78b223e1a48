"""At the desk codes, addresses and numbers are covered until an agent asks for one; then it is kept that he looked."""

from __future__ import annotations

from typing import Any

from playwright.async_api import expect

from shop import acts, addresses, people, slips
from shop.transaction import unit_of_work
from tests.bot.test_desk_page import a_desk, press, say

HOME = "望京花园3号楼502室"


async def test_codes_and_addresses_are_covered_until_one_is_asked_for(sqlite_url: str) -> None:
    async with a_desk(sqlite_url) as (shop, client, page):
        await say(client, "小李", "来2箱橙子")
        await shop.direct("小李", "pay")
        (li,) = await people.named(shop.shop, "小李")
        slip = await slips.last_order(shop.shop, li)
        assert slip is not None and slip.pickup_code is not None
        code, id, order = slip.pickup_code, slip.id, slip.code
        await unit_of_work(lambda: addresses.keep(id, HOME))
        await say(client, "小李", "转人工，我住5栋2单元1201")
        await page.locator(".row-of", has_text="小李").click()
        await expect(page.locator(".line.customer").last).to_contain_text("我住＊＊＊")
        glance, words = page.locator(".glance"), page.locator(".lines")
        await expect(glance).to_contain_text("取货码 ＊＊＊")
        found: Any = await (await client.get(f"/desk/customer/{li}")).text()
        for secret in (code, "1201", "望京", slip.token):
            assert secret not in await page.locator("body").inner_text()
            assert secret not in found

        await press(page, "看地址")
        await expect(glance).to_contain_text(HOME)
        await press(page, "看取货码")
        await expect(glance).to_contain_text(code)
        await expect(words).not_to_contain_text("1201")
        await page.locator(".line.customer").last.get_by_role("button", name="看这一句").click()
        await expect(words).to_contain_text("我住5栋2单元1201")
        await say(client, "小李", "在吗")  # what was asked for stays to be read
        await expect(page.locator(".line.customer").last).to_contain_text("在吗")
        await expect(glance).to_contain_text(HOME)
        (agent,) = await people.staff(shop.shop, people.AGENT)
        looks = [one.said for one in await acts.history(shop.shop, agent)]
        assert looks[1:] == [f"看了小李 {order} 的取货码", f"看了小李 {order} 的地址"]
        assert looks[0].startswith("看了小李 一句话（m")

        at = {"Origin": str(client.make_url("/"))[:-1]}
        for body, status in (
            ({"person": li, "order": id, "what": "phone"}, 400),
            ({"person": li, "order": id + 1, "what": "code"}, 404),
            ({"person": li + 1, "order": id, "what": "code"}, 404),
            ({"person": li, "line": "m999"}, 404),
        ):
            async with client.post("/desk/do", json={"verb": "look", **body}, headers=at) as answered:
                assert answered.status == status, body
