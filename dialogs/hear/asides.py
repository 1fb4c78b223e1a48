"""旁: amounts that order nothing by themselves — 这俩, 一份换成热饮, 付好了26 — and what points back at the goods before."""

from __future__ import annotations

import re
from decimal import Decimal

from dialogs.hear.lexicon import words
from dialogs.hear.quantities import Quantity
from dialogs.hear.sorts import Sorts
from dialogs.hear.walk import AMOUNTS, GOODS

PAID = re.compile("(?:付|转|扫|汇|打款|转账)(?:给?你|好|完|清|过去|过来|过|了)+$")
TOO_MUCH = re.compile(
    "(?:实在|真的?|确实|有点|怕|也|都|可)*(?:太[多少]|放不下|不够|没够|[吃喝用装拿搬拎]不[完了下动够]|里[头面边])"
)
ANOTHER_TIME = re.compile(
    "(?:(?<![太真很])好[吃喝用](?!了)|好的话|不够|满意|喜欢|[吃喝用]完|下次|下回|回头|以后|改天)[^,，。]{0,4}再"
)
ENOUGH = re.compile("就(?:够|行|好|可以|成)|够了")
DURATIONS = ("小时", "钟头", "分钟", "秒", "秒钟", "星期", "礼拜", "月", "岁", "度")


class Asides(Sorts):
    """What stands around an amount tells that it is no order."""

    def _points_at_them(self, quantity: Quantity, at: int) -> bool:
        """土豆粉、番茄酱这俩: as many as were just named."""
        before = self.pieces[at - 1] if at else None
        pointed = before is not None and before.tag == "this" and before.end == self.pieces[at].start
        return pointed and len(self.open) > 1 and quantity.value == len(self.open)

    def _tells_of_some(self, quantity: Quantity, at: int) -> bool:
        """套餐来两份，一份换成热饮: fewer than were ordered, and how those should be."""
        last = self.done[-1].quantity if self.done and self.broken and not self.open else None
        if last is None or not last.value or not quantity.value or quantity.value >= last.value:
            return False
        clause = [p for p in self._clause(at) if p.start > self.pieces[at].start and p.kind != "blank"]
        named = any(p.kind in (*GOODS, *AMOUNTS) for p in clause)
        return len(clause) > 1 and clause[0].tag == "set" and not named

    def _denies_another_amount(self, at: int) -> bool:
        """4斤沃柑，不是4箱; but 三斤 不是 四斤红富士 and 三斤，不是，四斤 correct themselves."""
        said = [p for p in self.pieces[at + 1 :] if p.kind != "blank"]
        told = any(p.kind in ("qty", "number") for p in self.pieces[:at])
        corrects = at > 0 and self.pieces[at - 1].text in ("哎", "哦", "啊", "额", "呃", "诶")
        direct = bool(said) and said[0].kind in ("qty", "number")
        return told and direct and not corrects and not (len(said) > 1 and said[1].kind in GOODS)

    def _shares_it_out(self, quantity: Quantity, at: int) -> bool:
        """牛奶2箱，一箱送3栋501，一箱送5栋302; 鸡蛋3板，其中一板给我妈: parts of what was ordered."""
        last = self.done[-1].quantity if self.done and not self.open else None
        if last is None or not last.value or not quantity.value or last.unit != quantity.unit:
            return False
        following = range(
            at, next((n for n, p in enumerate(self.pieces) if n > at and p.kind in GOODS), len(self.pieces))
        )
        parts = [
            n for n in following if self.pieces[n].kind == "qty" and self.pieces[n].value.unit == last.unit
        ]
        whole = sum((self.pieces[n].value.value or Decimal(0) for n in parts), Decimal(0))
        among = "其中" in "".join(p.text for p in self._clause(at)) and quantity.value < last.value
        if among or (len(parts) > 1 and whole == last.value):
            self.shared = frozenset(parts if whole == last.value else [at])
        return at in self.shared

    def _says_how_to_pack(self, at: int) -> bool:
        """玉米十二根，分两个袋装."""
        return bool(at and self.pieces[at - 1].text == "分" and self.done) and not self.open

    def _cannot_be_used(self, at: int) -> bool:
        """虾两斤太多，一斤够了; 两板放不下; 6个里头俩双黄的: so much is not ordered."""
        return bool(TOO_MUCH.match("".join(p.text for p in self.pieces[at + 1 : at + 6])))

    def _was_paid(self, at: int) -> bool:
        """付好了26，橙子那单: money, whatever goods stand near."""
        return bool(PAID.search("".join(p.text for p in self.pieces[max(0, at - 3) : at])))

    def _if_it_is_good(self, at: int) -> bool:
        """好吃再买10斤: what may be ordered another time."""
        said = "".join(p.text for p in self._clause(at) if p.start < self.pieces[at].start)
        return bool(ANOTHER_TIME.search(said))

    def _is_enough(self, quantity: Quantity, at: int) -> bool:
        """本来想要3斤，现在2斤就够: the last word on the goods before it."""
        last = self.done[-1].quantity if self.done and self.broken and not self.open else None
        enough = ENOUGH.match("".join(p.text for p in self.pieces[at + 1 : at + 4]))
        return last is not None and bool(quantity.unit) and last.unit == quantity.unit and bool(enough)

    def _said_of_the_last(self, at: int) -> bool:
        """4盒才够，改下: a word of change at the end, which says nothing else."""
        behind = [p for p in self.pieces[at + 1 :] if p.kind != "blank" and p.tag != "filler"]
        named = [p for p in self._clause(at) if p.kind in ("word", "char", "time", "place", "phone")]
        return bool(self.done and self.done[-1].quantity and not self.open) and not behind and not named

    def _counts_others(self, at: int) -> bool:
        """两个人吃，葡萄一斤; 茄子！大家看镜头，3: a number that belongs to other words than goods."""
        behind = [p.text for p in self.pieces[at + 1 : at + 3]]
        if behind and (behind[0] if behind[0] != "个" else behind[-1]) in DURATIONS:
            return True  # 给我留三个小时
        if self.open:
            return self.broken and any(piece in self.left_over for piece in self._clause(at))
        after = self.pieces[at + 1] if at + 1 < len(self.pieces) else None
        return (
            after is not None
            and after.kind == "word"
            and after.text[0] in "个口位"
            and after.text[-1] == "人"
        )

    def _is_filler(self, quantity: Quantity, at: int) -> bool:
        """个 in 来个四斤."""
        following = self.pieces[at + 1] if at + 1 < len(self.pieces) else None
        by_piece = any(
            sku.unit == "个" for want in self.open for id in want.products for sku in self.offer.skus(id)
        )
        if by_piece and not quantity.only_unit:
            return False  # 西瓜一个8斤的
        return (
            quantity.unit == "个"
            and quantity.value == 1
            and following is not None
            and following.kind == "qty"
            and not following.value.times
        )

    def _only_remarks(self, at: int) -> bool:
        """Whether the clause of an amount without goods says something else: nobody asks for it there."""
        clause = self._clause(at)
        named = self.pieces[at - 1].text.endswith("的")  # 弯弯的三斤
        more = at > 0 and self._said_before(at).tag == "and"  # 外加两支
        if named or more or any(piece.tag in ("inc", "each", "join") for piece in clause):
            return False
        packs = any(p.text.endswith("装") and p.end <= self.pieces[at].start for p in clause)
        asks = any(p.tag == "buy" and not p.text.endswith("装") for p in clause)
        asks = asks or any(p.tag == "also" and p.text.endswith(("要", "来")) for p in clause)
        goods = any(p.kind in GOODS for p in clause)
        return (
            packs
            or any(p.tag == "note" for p in clause)
            or (not (asks or goods) and any(p in self.left_over for p in clause))
        )

    def _either(self, at: int) -> bool:
        """一桶还是一提: the speaker does not know yet."""
        before = next((p for p in reversed(self.pieces[:at]) if p.kind != "blank"), None)
        return (
            before is not None
            and before.text in ("还是", "或", "或者", "要么")
            and not (self.wrong or self._settled(at))
            and bool(self.done)
            and not self.open
            and not self._ahead(at)
        )

    def _strange_unit(self, at: int) -> str | None:
        """金 in 香蕉3金: a word glued to the number, which no goods are counted by."""
        following = self.pieces[at + 1] if at + 1 < len(self.pieces) else None
        strange = (
            following is not None
            and following.kind in ("char", "latin", "code")
            and following.text not in words("harmless.txt")
        )
        return following.text if strange and following is not None else None
