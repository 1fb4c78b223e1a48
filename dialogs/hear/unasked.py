"""插话: may the shop answer what a group has not asked it? Only what is plain, nearly whole and about our goods."""

from __future__ import annotations

import re

from dialogs.hear.details import topic
from dialogs.hear.intents import Intent, Manners, manners, speaking_for
from dialogs.hear.lexicon import patterns
from dialogs.hear.meant import clauses
from dialogs.hear.scene import Scene, chatters, left_over
from dialogs.hear.signs import Signs, kinds_named, masked, part_of_ours
from dialogs.hear.wants import Gathered

LONGEST, SHORT_ENOUGH, MORE = 40, 18, 12
TOLD = (
    "aftersale.report",
    "human.request",
    "catalog.query",
    "undo",
    "history",
    "groupbuy.open",
)  # others are asked
SHORT = re.compile(
    "(?:请问|老板|团长|这个|这|秒杀|团|现在|今天|的)*(?:还|还能)?(?:有(?:没有)?(?:货)?|剩|跟|抢|买|拼|多少钱|怎么卖|啥价|什么价)(?:多少|几个|几份|货)?(?:吗|没|不|么|嘛|没有|呢|啊|呀|了|的|老板|谢谢|伐)*"
)
# Said alone by somebody who has an order here, these are meant for the shop.
OWN_ORDER = re.compile(
    "(?:看看?|查)?我的(?:订单|单子?)|(?:我)?(?:到店|货到)付款?|怎么付(?:款|钱)?|(?:我要?)?(?:付款|付钱)|(?:我)?(?:已付|付了|付好了|转了|转好了|已转)"
    "|为(?:什么|啥)是?这个价|(?:这)?怎么算的"
)
FAULTS = ("worn", "cannot", "damage", "ruined", "fault")
FROM_US = re.compile("你们?(?:家|店)(?:里)?(?:买|订|拿|送|做)")
MINE = re.compile("我(?:的|那)|(?:我|我家|我们)(?:[昨今前早上下中][天午上晚])?(?:订|买|要)的")

SENT_HERE = re.compile(  # 咱店8栋送不送啊
    r"(?:老板娘?|团长|请问|(?:咱|咱们|你|你们|这)?[家店]里?|[,， ])*(?:\d{1,4}(?:栋|号楼|幢|单元)|我?们?这?个?小区)"
    r"(?:那边|这边|现在|今天)?(?:给|能|可以|也)?送(?:不送|得?到?[吗么]|不(?=[,， ?？]|$))(?:货|上门|上楼)?[的啊呀呢嘛]*[?？]*"
)


def may_answer(scene: Scene, gathered: Gathered, intent: Intent, shown: Signs) -> bool:
    if "life" in shown or "you" in shown or len(scene.text) > LONGEST or _of_yours(scene):
        return False
    if scene.context.cart and OWN_ORDER.fullmatch(scene.text):
        return True
    if intent.name == "delivery.query" and SENT_HERE.fullmatch(scene.text):
        return True
    how = manners(intent.name)
    if how.group == "never" or (how.group == "near" and not _is_near(scene)):
        return False
    if intent.name not in TOLD and "ask" not in shown:
        return False
    if _is_chatter(scene, intent, shown):
        return False
    if intent.name == "aftersale.report" and MINE.search(scene.text) and part_of_ours(scene, gathered):
        return True
    if how.group == "goods" and not (topic(scene, gathered) or _short_question(scene)):
        return False
    plain = how.plain is None or bool(how.plain.search(_with_goods_hidden(scene)))
    return plain and _is_understood(scene, gathered, intent, shown, how)


def _of_yours(scene: Scene) -> bool:
    """你珍奶用的什么杯子: asked of a neighbour, unless the shop is called."""
    return bool(
        re.search(
            "^你〇|^你们?(?:平时|一般|现在)?都?(?:用|吃|喝|穿|戴|涂|擦)的?是?(?:什么|啥|哪[个款种])",
            masked(scene),
        )
    )


def _is_near(scene: Scene) -> bool:
    near = scene.offer.campaigns or scene.context.cart or scene.says("团长")
    return bool(near) and len(scene.text) <= SHORT_ENOUGH


def _is_chatter(scene: Scene, intent: Intent, shown: Signs) -> bool:
    """The marks of talk, where no word of the question itself makes one (手机 in 报手机号)."""
    if intent.name == "aftersale.report" and (FROM_US.search(scene.text) or _bought_and_faulty(scene, shown)):
        return False
    if chatters(scene.text, private=True):
        return True
    if intent.name == "aftersale.report":
        return bool(patterns("chatter.toml")["elsewhere"].search(scene.text))
    talk = list(scene.text)
    for start, end in _spans(intent, shown):
        talk[start:end] = "〇" * (end - start)
    return chatters("".join(talk), private=False)


def _bought_and_faulty(scene: Scene, shown: Signs) -> bool:
    """上次买的羽绒服跑毛: goods of ours that the speaker bought, their fault, and no other shop."""
    elsewhere = patterns("chatter.toml")["elsewhere"].search(masked(scene))
    return "bought" in shown and shown.any_of(FAULTS) and not elsewhere


def _spans(intent: Intent, shown: Signs) -> list[tuple[int, int]]:
    helpful = speaking_for(intent.name)
    return [(start, end) for start, end, found in shown.words if helpful.intersection(found)]


def _with_goods_hidden(scene: Scene) -> str:
    """Every product, and every kind of goods, as 〇."""
    text = re.sub("〇+", "〇", masked(scene))
    for kind in kinds_named(scene):
        text = text.replace(kind, "〇")
    return text


def _short_question(scene: Scene) -> bool:
    """还有吗, under the only thing that is being sold."""
    return scene.offer.only_item() is not None and bool(
        SHORT.fullmatch(re.sub(r"[\s,，。!！?？~]", "", scene.text))
    )


def _is_understood(scene: Scene, gathered: Gathered, intent: Intent, shown: Signs, how: Manners) -> bool:
    """Nearly whole, and its goods are really ours."""
    unknown = any(want.source == "unknown" for want in gathered.wants)
    if unknown and how.group == "goods" and intent.name != "aftersale.report":
        return False
    spans = _spans(intent, shown)
    spans += [(at, at + len(word)) for word in kinds_named(scene) if (at := scene.text.find(word)) >= 0]
    if any(want.source == "code" for want in gathered.wants):
        return not left_over(scene.pieces, spans)
    if left_over(scene.pieces, spans) <= how.left:
        return True
    asked, *more = clauses(scene.pieces)
    plain = any(piece.kind == "product" for piece in asked) and any(piece.tag == "ask" for piece in asked)
    told = sum(len(piece.text) for clause in more for piece in clause)
    return plain and not left_over(asked, spans) and told <= MORE  # 车厘子甜吗，牙口不好的吃得动不
