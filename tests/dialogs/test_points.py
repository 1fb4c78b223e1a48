"""积分 by chat: who is meant when two have one name, what waits, what is owed, and a shop that has none."""

from __future__ import annotations

from shop import points
from shop.kit.ids import PersonId
from shop.settled import settle_rules
from shop.slips import last_order, lines_of
from shop.transaction import unit_of_work
from tests.support.street import PRIVATE, Street, open_street, rows


async def person(account: str) -> PersonId:
    ((id,),) = await rows("SELECT person_id FROM handle WHERE account = ?", account)
    return PersonId(int(id))


async def give(street: Street, account: str, many: int) -> None:
    who, now = await person(account), street.shop.clock.now()
    await unit_of_work(lambda: points.give(street.shop.shop, who, many, who, "", now, f"{account} {many}"))


async def test_of_two_with_one_name_the_last_order_tells(database_url: str) -> None:
    async with open_street(database_url) as street:
        await street.say("wx1", "来2箱橙子", name="李姐")
        await street.say("wx2", "香蕉3斤", name="李姐")
        await street.say("wx3", "菜单", name="李姐")
        said = await street.texts("店主", "给 @李姐 加 20 积分 线下消费", PRIVATE)
        assert said == [
            "叫李姐的有 3 位，看最近一单是哪位：1 0501-002 香蕉3斤 2 0501-001 橙子2箱 3 没下过单，回数字"
        ]
        (done, told) = await street.texts("店主", "2", PRIVATE)
        assert done == "李姐 +20 积分（线下消费），现在 20 分，告诉他了（撤销 2 分钟内有效）"
        assert told == "店里给你加了 20 积分（线下消费），现在是 20 分"
        assert (await points.balance(street.shop.shop, await person("wx1"))).spendable == 20
        await street.say("店主", "给 @李姐 加 900 积分", PRIVATE)
        (asked,) = await street.texts("店主", "第一个", PRIVATE)
        assert asked.startswith("李姐 +900 积分，0 → 900，对吗？")
        await street.say("店主", "确认", PRIVATE)
        assert (await points.balance(street.shop.shop, await person("wx2"))).spendable == 900


async def test_nobody_but_the_shop_gives_points(database_url: str) -> None:
    async with open_street(database_url) as street:
        await street.say("小李", "来2箱橙子")
        await street.say("小李", "给 @小李 加 900 积分", PRIVATE)
        await street.say("客服", "给 @小李 加 900 积分", PRIVATE)
        assert await rows("SELECT * FROM points_account") == []
        assert await rows("SELECT command, outcome FROM act") == [("points_give", "denied")]


async def test_what_waits_and_what_is_owed(database_url: str) -> None:
    async with open_street(database_url) as street:
        await street.say("小李", "来2箱橙子")
        shop, li = street.shop.shop, await person("小李")
        order = await last_order(shop, li)
        assert order is not None
        (line,) = await lines_of(order.id)
        now = street.shop.clock.now()
        await unit_of_work(lambda: points.earn(order.id, li, {line.id: 54}, now))
        await give(street, "小李", -30)
        assert await street.texts("小李", "我的积分", PRIVATE) == [
            "你的积分是 −30，再买就补上\n还有 54 分，取货过 24 小时到账\n"
            "等级 普通，再攒 500 分升银卡（9.8折）\n每花 ¥1 得 1 分，1 分抵 ¥0.01"
        ]


async def test_what_is_paid_with_points_is_no_business_of_the_group(database_url: str) -> None:
    async with open_street(database_url) as street:
        await street.say("小李", "来2箱橙子")
        await give(street, "小李", 120)
        heard = await street.say("小李", "@邻里鲜果 我有多少积分")
        assert [answer.text for answer in heard if answer.room] == ["小李，私聊发你了"]
        assert [answer.text for answer in heard if not answer.room and "120 积分" in answer.text]
        assert await street.say("小李", "我有多少积分") == ()


async def test_a_shop_without_points_says_so(database_url: str) -> None:
    async with open_street(database_url) as street:
        await settle_rules(street.shop.shop, {"points": {}})
        none = "店里还没有积分。要什么直接说，满减会自动算"
        assert await street.texts("小李", "我的积分", PRIVATE) == [none]
        assert await street.texts("店主", "给 @小李 加 20 积分", PRIVATE) == [none]


async def test_a_shop_at_the_top_of_what_can_be_settled(database_url: str) -> None:
    """All of the goods for points, no waiting, no levels."""
    async with open_street(database_url) as street:
        free = {"points": {"per_yuan": 2, "worth_fen": 5, "most_bp": 10_000}, "after_sale_hours": 0}
        await settle_rules(street.shop.shop, free)
        await street.say("小李", "菜单", PRIVATE)
        await give(street, "小李", 40)
        assert await street.texts("小李", "积分怎么用", PRIVATE) == [
            "你有 40 积分，能抵 ¥2.00\n下单后说“用积分”就抵"
        ]
        assert await street.texts("小李", "积分明细", PRIVATE) == ["5月1日 店里记的 +40"]
