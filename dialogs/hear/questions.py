"""问: everything people ask a shop besides buying, and what they tell it. What it is the signs say (intents); here is
decided whether it is answered beside an order, in a group, and with which slots."""

from __future__ import annotations

import re
from dataclasses import replace

from dialogs.hear.around import slots_around
from dialogs.hear.bonds import USUAL
from dialogs.hear.details import SLOTS, topic
from dialogs.hear.edits import changes_the_order, complains_of_the_amount
from dialogs.hear.intents import Intent, manners, weigh
from dialogs.hear.meant import asks_for_some, buys, strangeness
from dialogs.hear.orders import booked, merged, settled_want, tidy_emoji
from dialogs.hear.reading import Line, Reading
from dialogs.hear.scene import Scene, act, chatters, left_over
from dialogs.hear.signs import Signs, signs, strange
from dialogs.hear.unasked import may_answer
from dialogs.hear.wants import Gathered

NEEDS = 4  # an intent that weighs less was not meant
PLAIN = 6  # and one that weighs so much is no order and no change of one
TALK = "chat.none"  # small talk weighs against everything else
FREE, FREE_WITH_GOODS = 3, 7  # so many characters that nobody explains are in any question
TOLD_TOO = ("review.give", "order.query", "aftersale.report")  # said of what was bought, as talk is
PRICED = ("price", "howmuch", "still_costs", "change", "digits", "moneyamount", "total")
HARMED = ("damage", "ruined", "returns", "received", "short", "weighs_less", "wanted_got")
PLAIN_HARM = ("damage", "ruined", "weighs_less")
HARM = re.compile("[断鼓坏烂碎霉臭馊裂漏错少死虫退赔秤称才]|新鲜|过期|变质")
NEVER = re.compile("(?!)")
WANTED = re.compile("[来要留订拿买给送称加]|的话|就")
CONDITIONAL = {  # what makes an order of a question
    "stock.query": WANTED,
    "delivery.query": WANTED,
    "price.query": re.compile("(?:的话|就)[^,，]{0,3}[来要拿买订]"),
}
BOOKS = re.compile("^(?!.*(?:钱|价|收费|多少|几块)).*(?:[约报订位]|名额)")
AGREED = re.compile("[,，。 ](?:可以|行|好|成|中)(?:吗|么|不)[?？。!~]*$")
NOT_PAID = re.compile(  # who says so has not paid: 不到店付了, 马上付了, 等我付了再发, 已付？
    r"(?:不|别|没|不是我?)(?:到店|现金|[再去先要想用])*[付转扫结]|(?:到店|货到)再?付"
    r"|(?:(?<![刚才经])去|马上|这就|准备|等下|等会儿?|待会儿?|等我|要是|如果|明天|晚点|一会儿?)[^,，。]{0,4}[付转扫结]"
    r"|[付转][?？]|是不是"
)
PUT_RIGHT = re.compile(  # 不对是3箱, of who was just asked which goods
    r"(?:不对|[说打写]?错了)[,， ]*(?:应该)?(?:是|要|来)?[\d一二两三四五六七八九十半]+[^\d,，。]{1,2}[啊哈哦吧。!！~]*"
)
REFUND_ASKED = re.compile(  # 退了吗, 退款到哪了, 多久能退
    "退(?:款|钱)?了(?:吗|没|么)|(?:退款|退的?钱|^钱)(?:到哪|进度|呢|还没|怎么还|什么时候|多久|几天|啥时候|退了)"
    "|(?:多久|什么时候|几天|啥时候)(?:能|会|可以|才)?退"
)
NOT_YET_PAID = re.compile(  # 还没付，点错了
    "(?:我|刚才?|[点按说]错了|[,， ]|其实|还|都)*没有?[付转](?:款|钱|账)?(?:呢|啊|的|成功|我|刚才?|[点按说]错了|[,， 。!！~])*"
)
MISTAKEN = "[写打点按说选下拍]错"  # 数量写错了，应该是2个
REMARKED = re.compile("少点|少要点|少算点")  # 绑绳少点, behind an order, is no haggling
IF_BOUGHT = "买[^,，。 ]{2,12}(?:总|都|也|该|应该|得|能|可)[^,，。 ]{0,3}(?:便宜|优惠|打.?折|抹|少算|让|送)"  # 买十只总得便宜点
ASKS_BACK = re.compile("[^?,，。\\d]{1,4}[?]+(?=.)")
FETCH = re.compile(
    r"(?:来|去|过来|过去|再来|再去)?(?:拿|取|自提|提货|取货|拿货|提)|到店|过来|过去|来店里|去店里"
)


def plain_question(scene: Scene) -> Reading | None:
    """A question so plain that no word in it can be an order or a change of one: 吐司有没有加防腐剂."""
    if scene.addressed and NOT_YET_PAID.fullmatch(scene.text):
        return act("pay.ask", (), {"unpaid": True}, why="还没付")
    if scene.addressed and REFUND_ASKED.search(scene.text) and not scene.says("[坏烂霉碎臭馊]"):
        return act("order.query", why="问退款到哪了")
    if not scene.addressed or BOOKS.search(scene.text):
        return None
    if scene.context.last_order and USUAL.search(scene.text):
        return None  # 老样子，八点来拿
    gathered = tidy_emoji(scene.gathered)
    mistaken = bool(scene.context.cart and scene.says(MISTAKEN)) and any(w.quantity for w in gathered.wants)
    changes = changes_the_order(scene, gathered) or mistaken
    amounts = any(want.quantity and want.quantity.trouble != "vague" for want in gathered.wants)
    if (
        changes
        or _joins(scene, gathered)
        or (amounts and not HARM.search(scene.text))
        or complains_of_the_amount(scene)
    ):
        return None
    shown = signs(scene, gathered)
    return None if amounts and not shown.any_of(PLAIN_HARM) else _asked(scene, gathered, shown, PLAIN)


def _joins(scene: Scene, gathered: Gathered) -> bool:
    """要B，明天自提; 全要，各一份，已付."""
    if not scene.offer.campaigns:
        return False
    coded = any(want.source == "code" for want in gathered.wants) and buys(scene.pieces)
    return coded or (gathered.each and bool(gathered.loose))


def question(scene: Scene) -> Reading | None:
    gathered = tidy_emoji(scene.gathered)
    if scene.addressed and BOOKS.search(scene.text) and (booking := booked(scene, gathered)):
        return booking
    return _asked(scene, gathered, signs(scene, gathered), NEEDS) or _pickup_time(scene, gathered)


def _takes_it(scene: Scene) -> bool:
    """给我留一盒，晚上来拿, where the shop has just named the goods."""
    return bool(scene.gathered.loose and scene.it() and buys(scene.pieces))


def _asked(scene: Scene, gathered: Gathered, shown: Signs, needs: int) -> Reading | None:
    if gathered.wants and all(want.source == "code" and want.sku is None for want in gathered.wants):
        return None  # o?u
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
    some = any(want.quantity and want.quantity.trouble == "vague" for want in gathered.wants)
    if intent.name == "product.query" and some and buys(scene.pieces):
        return False  # 来几斤香蕉
    if intent.name == "aftersale.report" and PUT_RIGHT.fullmatch(scene.text):
        return False
    if intent.name == "bargain.ask" and REMARKED.fullmatch(intent.why) and _is_order(scene, gathered):
        return False
    if intent.name == "delivery.address" and any(
        want.source == "unknown" and want.quantity for want in gathered.wants
    ):
        return False  # 订一桶水 送到公司
    if intent.name == "pickup.schedule" and _takes_it(scene):
        return False
    if intent.name == "pickup.query" and any(want.quantity for want in gathered.wants):
        return bool(scene.says("码|[取提]货|自提"))  # 拿几个蛋挞
    if scene.addressed:
        return "ask" in shown or intent.name in TOLD_TOO or not _told_about_others(scene)
    return may_answer(scene, gathered, intent, shown)


def _beside_an_order(scene: Scene, intent: Intent, shown: Signs) -> bool:
    """A full order in the same message is the order; the question around it is a remark, unless it is one of these."""
    if _asks_back(scene):
        return False
    one = intent.name == "product.query" and "amount" not in shown  # 草莓多大一盒
    if one and AGREED.search(scene.text):
        return False  # 鲈鱼一条，行吗
    if not (scene.addressed or one or intent.name in ("price.query", "stock.query", "aftersale.report")):
        return False
    if intent.name == "price.query" and not shown.any_of(PRICED):
        return False  # 鸡蛋一板，碎了赔吗
    if intent.name == "product.query" and "buy" in shown:
        return False  # 西瓜来一个，切开看看熟不熟
    if intent.name in ("review.give", "order.query") and "ask" not in shown and _asks_for_goods(scene):
        return False  # 草莓来两盒，孩子爱吃
    if intent.name == "aftersale.report" and not shown.any_of(HARMED) and _asks_for_goods(scene):
        return False  # 香蕉两斤，上次的太生
    if intent.name == "bargain.ask" and "haggle" in shown and ("buy" not in shown or scene.says(IF_BOUGHT)):
        return True  # 一把小葱就别算钱了
    return manners(intent.name).beside and ("ask" in shown or intent.name in TOLD_TOO)


def _asks_back(scene: Scene) -> bool:
    """啤酒？青岛的，三箱: the mark behind the first word asks nothing, and nothing else does."""
    first = ASKS_BACK.match(scene.text)
    asks = any(p.tag == "ask" for p in scene.pieces) or (first and "?" in scene.text[first.end() :])
    return bool(first) and not asks


def _asks_for_goods(scene: Scene) -> bool:
    """An order in its own clause, with a word of praise behind or before it; 买了两斤很甜 is none."""
    if asks_for_some(scene):
        return True  # 上次买的很好吃，再来3斤
    strange_words, _ = strangeness(scene, scene.gathered)
    return (buys(scene.pieces) or not strange_words) and not scene.says("[买订收吃喝]了|[买订]的|收到|好评")


def _told_about_others(scene: Scene) -> bool:
    return chatters(scene.text, private=True) and not scene.says("坏|烂|霉|碎|少发|退|投诉")


def _is_order(scene: Scene, gathered: Gathered) -> bool:
    amounts = [want for want in gathered.wants if want.quantity and not want.quantity.trouble]
    return any(want.products or want.sku for want in amounts)


# --- what is it about?


def _answered(scene: Scene, gathered: Gathered, intent: Intent) -> Reading:
    if intent.name == "pay.notify" and NOT_PAID.search(scene.text):
        intent = replace(intent, name="pay.ask")
    slots = {**slots_around(scene), **topic(scene, gathered)}
    more = SLOTS.get(intent.name)
    if more is not None:
        slots.update(more(scene, gathered))
    lines = (
        _conditional_lines(scene, gathered) if CONDITIONAL.get(intent.name, NEVER).search(scene.text) else ()
    )
    return act(intent.name, lines, slots, why=f"听到“{intent.why}”")


def _conditional_lines(scene: Scene, gathered: Gathered) -> tuple[Line, ...]:
    """有的话要两盒: the lines that follow if the answer is yes."""
    asked = next((want for want in gathered.wants if want.products or want.sku), None)
    if asked is None:
        return ()
    loose = gathered.loose[-1] if gathered.loose else None
    if loose and len(gathered.wants) == 1:
        asked_for = replace(asked, quantity=loose)  # 多少钱一杯，不贵的话来两杯
        gathered = replace(gathered, wants=(asked_for,))
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
    if (
        _takes_it(scene)
        or not said
        or gathered.wants
        or not scene.addressed
        or left_over(gathered.left_over) > 10
    ):
        return None
    if any(piece.kind == "place" for piece in scene.pieces) and not FETCH.search(scene.text):
        return act("delivery.address", (), slots_around(scene), why="说了地址")
    if scene.says("送") and any(piece.tag == "ask" for piece in scene.pieces):
        return act("delivery.query", (), slots_around(scene), why="问送货的时间")
    if scene.says("送"):
        return act("delivery.address", (), slots_around(scene), why="说了送到的时间")
    return (
        act("pickup.schedule", (), slots_around(scene), why="说了来取的时间")
        if FETCH.search(scene.text)
        else None
    )
