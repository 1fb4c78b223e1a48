"""注: stretches that only remark on the goods — （熟点）, 给孩子吃的, 不要发芽的 — and what to take where they are gone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

NOTE = re.compile(r"\((?P<note>[^()\n]{2,40})\)")
GONE = r"(?:(?<!有)没有?|缺货|卖完|断货|要是没)"
IF = r"(?:了|的话|货)*(?:(?<=的话)[,，])?(?:那?就|则|可以|请)?"
INSTEAD = re.compile(  # 家里没米了，来一袋 names no fallback: 就, 的话, 换 or 也行 does
    rf"{GONE}(?:[^,，。\d了就]{{1,8}}?(?P<what>{IF})|(?P<then>{IF}))"
    r"(?:(?<=就)(?!退(?![钱款]))[^,，。]{1,12}|(?<=的话)退[钱款我]{1,2}|(?:(?:换|改)(?:成|为)?|(?<=的话|话[,，]|可以)(?:给|来|要|拿))[^,，。\d斤]{1,8}|[^,，。\d斤]{1,8}也(?:行|可以|成))"
    r"(?:吧|代替)?(?=[,，]|$)"
)
WITHOUT = re.compile(
    r"(?:不要|别要|别拿|别给我?|别|不用)(?!了)(?P<what>(?:太|那么|有)?[\u4e00-\u9fff]{1,4})的(?=[,，。;；!！~]|$)"
    r"|(?<=[,，])[\u4e00-\u9fff]{1,3}的就?(?:不要|别[放拿装给称送])(?=[,，。;；!！~]|$)"
    r"|[称秤是]多少就?算多少"
    r"|(?:别|不要|莫)(?:给我?)?[弄打压磕碰搞挤摔]{0,2}[坏碎烂破洒漏扁](?:了|啦)?(?=[吧啊哈哦]?(?:[,，。;；!！~]|$))"
    r"|(?<![特分区性离告个识级])别(?!人|的|处|名)(?:(?![了吗么不])[\u4e00-\u9fff]){1,4}?(?=[吧啊哈哦]?(?:[,，。;；!！~]|$))"
)
PURPOSE = re.compile(
    r"(?:是|留|带)?给(?:我家?|我们家?)?(?:小?孩子?|娃|宝宝|老人|爸妈?|妈|客人|老公|老婆|家里?人|爷爷|奶奶|自己)们?(?:吃|喝|用|尝尝?|玩|补补?)的?"
    r"|(?<=[\u4e00-\u9fff,，])(?:做|炖|煲|熬|煮|蒸|炒|烧|烤|涮|(?<![一二三四五六七八九十两几半])包|拌|泡|榨|腌|煎|炸|红烧|清蒸|健身|减肥|早餐|宵夜)[\u4e00-\u9fff]{0,3}?[用吃喝的]的?(?=[,，。!~]|$)"
)


@dataclass(frozen=True, slots=True)
class FoundRemark:
    start: int  # of the stretch that no goods are read in
    end: int
    said_from: int  # of the words that are kept as the note
    said_to: int
    kind: str  # note, without, instead


def find_remarks(text: str, units: Collection[str]) -> Iterator[FoundRemark]:
    for match in NOTE.finditer(text):
        yield FoundRemark(*match.span(), *match.span("note"), "note")
    for match in PURPOSE.finditer(text):
        yield FoundRemark(*match.span(), *match.span(), "note")
    for match in WITHOUT.finditer(text):
        if match["what"] not in units:  # 不要板的
            yield FoundRemark(*match.span(), *match.span(), "without")
    for match in INSTEAD.finditer(text):
        start = match.start("what") if match["what"] is not None else match.start()
        yield FoundRemark(start, match.end(), *match.span(), "instead")
