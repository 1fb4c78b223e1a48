"""问: everything people ask a shop besides buying. The expressions are in words/intents.toml, in order of precedence."""

from __future__ import annotations

import re
from dataclasses import replace

from dialogs.hear.around import slots_around
from dialogs.hear.details import SLOTS, categories, topic
from dialogs.hear.intents import Intent, speaking_for, weigh, when_in_groups
from dialogs.hear.lexicon import patterns
from dialogs.hear.orders import booked, merged, settled_want, tidy_emoji
from dialogs.hear.reading import Line, Reading
from dialogs.hear.scene import Scene, act, chatters, left_over
from dialogs.hear.signs import Signs, part_of_ours, signs, strange
from dialogs.hear.wants import Gathered

# A full order in the same message is the order; the question around it is a remark.
BEFORE_ORDERS = frozenset(
    {
        "price.query",
        "stock.query",
        "bargain.ask",
        "aftersale.report",
        "product.query",
        "human.request",
        "coupon.query",
        "review.give",
        "price.why",
        "mute",
        "campaign.query",
        "order.query",
        "invoice.ask",
    }
)
SHORT = re.compile(
    "(?:请问|老板|团长|这个|这|秒杀|团|现在|今天|的)*(?:还|还能)?(?:有(?:没有)?(?:货)?|剩|跟|抢|买|拼|多少钱|怎么卖|啥价|什么价)(?:多少|几个|几份|货)?(?:吗|没|不|么|嘛|没有|呢|啊|呀|了|的|老板|谢谢|伐)*"
)
# A group talks about food and calls all day; there these ask for the shop only in plain words.
STRICT_IN_GROUPS = {
    "delivery.query": re.compile("送货|配送|起送|包邮|送上门|送到|送吗|送不送|运费"),
    "aftersale.report": re.compile(
        "[坏烂碎裂霉臭馊破](?:了|的|掉|一|两|俩|三|几|半|皮)|霉|[漏少错](?:发|送|给|装)|[发送拿装]错|少了|缺[斤少了]|变质|过期|[流漏]了|退[款货钱]|不新鲜|都?[坏烂碎臭]|只[到收]"
    ),
    "points.query": re.compile("积分"),
    "catalog.query": re.compile("卖|新鲜|货|水果|蔬菜|菜单|目录|价目|单子|清单|特价|新品"),
    "human.request": re.compile(
        "转人工|人工客服|(?:找|叫|喊|联系)(?:一下|下)?(?:老板|店长|店主|掌柜|团长)|真人"
    ),
    "stock.query": re.compile(
        "还有没|还有(?:货|现货|多少)?(?:吗|么|没|不|嘛|伐|呢|〇)|有没有.{0,4}(?:货|现货|〇|卖)|(?:有|到|补|来)(?:货|现货|卖|得卖|〇)|缺货|断货|剩(?:多少|几|〇)|还剩|卖完|抢完|库存|有没得|有冇"
    ),
    "product.query": re.compile(
        "产地|甜|酸不|新鲜|是.+还是|几斤|多重|多大|规格|散养|活的|活么|活吗|保质期|〇.{0,4}哪(?:里|儿|个地方)?(?:的|产|来)|国产|进口|品种|野生|几个|现做|当天|农药|有籽|好吃[吗么不]"
    ),
    "coupon.query": re.compile(
        "秒杀|团|下单|满 ?\d|^(?:老板|请问|现在|今天|咱们|团长)*有(?:没有)?(?:什么|啥)?优惠券?(?:吗|么|没|不)?|券.{0,3}(?:怎么|咋|还能)"
    ),
    "bargain.ask": re.compile("便宜|优惠|打.?折|抹零|少点|少算|最低|友情价|老客|批发|行不|行吗|卖不|可以吗"),
    "hours.query": re.compile("店|老板|你们|营业"),
    "campaign.query": re.compile("团|秒杀|拼|截"),
}
# Said alone by somebody who has an order here, these are meant for the shop even in a group.
OWN_ORDER = re.compile(
    "(?:看看?|查)?我的(?:订单|单子?)|(?:我)?(?:到店|货到)付款?|怎么付(?:款|钱)?|(?:我)?(?:已付|付了|付好了|转了|转好了|已转)"
    "|为(?:什么|啥)是?这个价|(?:这)?怎么算的"
)
IN_GROUPS_TOO = {
    "pickup.query": re.compile("取货|自提|提货|[取提领拿]货"),
    "delivery.query": re.compile("送货|配送|起送|包邮|送上门|送到家|送吗|送不送"),
    "order.query": re.compile("我的?(?:订单|单|货|团)|发货|我订的|我买的"),
    "pay.ask": re.compile("付款|收款码|怎么付|咋付|货到付款|怎么转"),
}
NEEDS = 4
TALK = "chat.none"
PLAIN = 6
FREE_WITH_GOODS = 7
FREE = 3  # so many characters that nobody explains are in any question
WHEN = "几点|多久|什么时候|啥时候|来得及|最[早晚]"  # a time that is asked for, not told
TOLD_TOO = ("review.give", "order.query", "aftersale.report")  # said of what was bought, as talk is
CONDITION = re.compile("[来要留订拿买给送称加]|的话|就")  # 有的话要两盒
BOOKS = re.compile("^(?!.*(?:钱|价|收费|多少|几块)).*(?:[约报订位]|名额)")
MINE = re.compile("(?:我|我家|我们)(?:的|那|订的|买的|要的)")
REMARKED = re.compile("少点|少要点|少算点")  # 绑绳少点, behind an order, is no haggling
FETCH = re.compile(
    r"(?:来|去|过来|过去|再来|再去)?(?:拿|取|自提|提货|取货|拿货|提)|到店|过来|过去|来店里|去店里"
)


def plain_question(scene: Scene) -> Reading | None:
    """A question so plain that no word in it can be an order or a change of one: 吐司有没有加防腐剂."""
    if not scene.addressed or BOOKS.search(scene.text) or any(want.quantity for want in scene.gathered.wants):
        return None
    return _asked(scene, tidy_emoji(scene.gathered), PLAIN)


def question(scene: Scene) -> Reading | None:
    gathered = tidy_emoji(scene.gathered)
    if scene.addressed and BOOKS.search(scene.text) and (booking := booked(scene, gathered)):
        return booking
    return _asked(scene, gathered, NEEDS) or _pickup_time(scene, gathered)


def _asked(scene: Scene, gathered: Gathered, needs: int) -> Reading | None:
    shown = signs(scene, gathered)
    ranked = weigh(shown)
    talk = sum(intent.score for intent in ranked if intent.name == TALK)
    talk += max(0, strange(scene, shown) - (FREE_WITH_GOODS if shown.of_goods else FREE))
    for intent in ranked:
        if intent.score - talk < needs:
            break
        if intent.name != TALK and _fits(scene, gathered, intent, shown):
            return _answered(scene, gathered, intent)
    return None


# --- may it speak?


def _fits(scene: Scene, gathered: Gathered, intent: Intent, shown: Signs) -> bool:
    if _is_order(scene, gathered) and not _beside_an_order(scene, intent, shown):
        return False
    if intent.name == "bargain.ask" and REMARKED.fullmatch(intent.why) and _is_order(scene, gathered):
        return False
    if intent.name == "delivery.address" and any(
        want.source == "unknown" and want.quantity for want in gathered.wants
    ):
        return False  # 订一桶水 送到公司
    if scene.addressed:
        return "ask" in shown or intent.name in TOLD_TOO or not _told_about_others(scene)
    if "life" in shown or "you" in shown:
        return False
    group = when_in_groups(intent.name)
    if scene.context.cart and OWN_ORDER.fullmatch(scene.text):
        return True
    if group == "never" and not _asks_the_shop(scene, intent):
        return False
    if chatters(scene.text, private=intent.name == "aftersale.report"):
        return False
    if intent.name == "aftersale.report" and patterns("chatter.toml")["elsewhere"].search(scene.text):
        return False
    if intent.name == "aftersale.report" and MINE.search(scene.text) and part_of_ours(scene, gathered):
        return True
    if not topic(scene, gathered) and group == "goods" and not _short_question(scene):
        return False
    strict = intent.name in STRICT_IN_GROUPS
    return (not strict or bool(STRICT_IN_GROUPS[intent.name].search(_masked(scene)))) and _understood(
        scene, gathered, intent, shown
    )


def _beside_an_order(scene: Scene, intent: Intent, shown: Signs) -> bool:
    """A full order in the same message is the order; the question around it is a remark, unless it is a plain one."""
    if not (scene.addressed or intent.name in ("price.query", "stock.query", "aftersale.report")):
        return False
    if intent.name == "product.query" and "buy" in shown:
        return False  # 西瓜来一个，切开看看熟不熟
    return intent.name in BEFORE_ORDERS and ("ask" in shown or intent.name in TOLD_TOO)


def _asks_the_shop(scene: Scene, intent: Intent) -> bool:
    """在哪取货, under an open campaign or to the owner: a question a group puts to its shop."""
    plain_words = IN_GROUPS_TOO.get(intent.name)
    called = scene.offer.campaigns or scene.says("老板|团长|店家|店长|掌柜")
    return bool(called and plain_words and plain_words.search(scene.text))


def _masked(scene: Scene) -> str:
    """The message with every product as 〇."""
    return "".join("〇" if piece.kind in ("product", "code") else piece.text for piece in scene.pieces)


def _short_question(scene: Scene) -> bool:
    """还有吗, under the only thing that is being sold."""
    return scene.offer.only_item() is not None and bool(
        SHORT.fullmatch(re.sub(r"[\s,，。!！?？~]", "", scene.text))
    )


def _told_about_others(scene: Scene) -> bool:
    return chatters(scene.text, private=True) and not scene.says("坏|烂|霉|碎|少发|退|投诉")


def _understood(scene: Scene, gathered: Gathered, intent: Intent, shown: Signs) -> bool:
    """In a group a question is understood nearly whole, and its goods are really ours."""
    group = when_in_groups(intent.name)
    if (
        any(want.source == "unknown" for want in gathered.wants)
        and group == "goods"
        and intent.name != "aftersale.report"
    ):
        return False
    helpful = speaking_for(intent.name)
    spans = [(start, end) for start, end, found in shown.words if helpful.intersection(found)]
    spans += [(at, at + len(word)) for word in categories(scene) if (at := scene.text.find(word)) >= 0]
    allowed = {"aftersale.report": 8, "product.query": 5, "human.request": 0, "catalog.query": 1}.get(
        intent.name, 2
    )
    if any(want.source == "code" for want in gathered.wants) or group == "never":
        allowed = 0
    return left_over(scene.pieces, spans) <= allowed and len(scene.text) <= 40


def _is_order(scene: Scene, gathered: Gathered) -> bool:
    amounts = [want for want in gathered.wants if want.quantity and not want.quantity.trouble]
    return any(want.products or want.sku for want in amounts)


# --- what is it about?


def _answered(scene: Scene, gathered: Gathered, intent: Intent) -> Reading:
    slots = {**slots_around(scene), **topic(scene, gathered)}
    more = SLOTS.get(intent.name)
    if more is not None:
        slots.update(more(scene, gathered))
    lines = _conditional_lines(scene, gathered) if intent.name in ("stock.query", "delivery.query") else ()
    return act(intent.name, lines, slots, why=f"听到“{intent.why}”")


def _conditional_lines(scene: Scene, gathered: Gathered) -> tuple[Line, ...]:
    """有的话要两盒: the lines that follow if the answer is yes."""
    asked = next((want for want in gathered.wants if want.products or want.sku), None)
    if asked is None or not CONDITION.search(scene.text):
        return ()
    loose = gathered.loose[0] if gathered.loose else None
    wants = [
        replace(want, quantity=want.quantity or loose) for want in gathered.wants if want.source != "unknown"
    ]
    settled = [settled_want(want, scene) for want in wants if want.quantity]
    return tuple(merged(one for one in settled if isinstance(one, Line)))


# --- 明天下午3点来拿


def _pickup_time(scene: Scene, gathered: Gathered) -> Reading | None:
    """A time to fetch or to bring, without goods."""
    said = any(piece.kind in ("time", "place") for piece in scene.pieces) or scene.says(
        "一会|待会|等下|等会|马上|晚点|晚些|下班"
    )
    if not said or gathered.wants or not scene.addressed or left_over(gathered.left_over) > 10:
        return None
    if any(piece.kind == "place" for piece in scene.pieces) and not FETCH.search(scene.text):
        return act("delivery.address", (), slots_around(scene), why="说了地址")
    if scene.says("送"):
        return act("delivery.address", (), slots_around(scene), why="说了送到的时间")
    return (
        act("pickup.schedule", (), slots_around(scene), why="说了来取的时间")
        if FETCH.search(scene.text)
        else None
    )
