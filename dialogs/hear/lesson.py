"""教: a merchant and the words that were not understood — 没听懂的, 1=苹果, 大樱桃=车厘子, 忘掉 平果, 学过的, 算了 3."""

from __future__ import annotations

import re

from dialogs.hear.half_said import like
from dialogs.hear.reading import Clarify, Reading
from dialogs.hear.scene import Scene, act, ask
from dialogs.hear.second import UNEXPLAINED
from dialogs.hear.told import is_asked

LIST = "unread"  # the question that is open while the list is in view; its options are the messages
SHOW = re.compile(
    r"(?:看看|有?哪些|有没有)?(?:话|消息)?(?:没有?(?:听|看|读)?懂|听不懂|没识别)的?(?:话|句子|消息|词)?(?:有哪些)?"
)
SHOW_LEARNT = re.compile(r"(?:看看|你)?(?:学过|学会|教过)了?(?:的|哪些|什么)?(?:词|话)?(?:有哪些)?")
FORGET = re.compile(r"忘掉[ :“\"]*(?P<word>[^ :“”\"]{1,40})[”\"]?|(?P<words>[^ ]{1,40}) ?忘掉吧?")
NUMBERS = r"\d{1,3}(?:[ ,、]+\d{1,3})*"
DROP = re.compile(rf"算了 ?(?P<numbers>{NUMBERS})|(?P<behind>{NUMBERS}) ?(?:算了|不用管)")
BY_NUMBER = re.compile(r"第? ?(?P<no>\d{1,3}) ?[条号句]? ?=+ ?(?P<goods>.*\D.*)")
BY_NUMBER_LISTED = re.compile(r"第? ?(?P<no>\d{1,3}) ?[条号句]? ?(?:就是|是|叫|[:、.])? ?(?P<goods>\D+)")
SAME = re.compile(r"(?:教|记住)?[ :]*(?P<word>[^=]{1,60}?) ?=+ ?(?P<goods>[^=]*[^=\d ][^=]*)")
TEACH = re.compile(r"(?:教|记住)[ :]+(?P<word>\S{1,60})(?:[ ,]+(?P<goods>\S.*))?")
SAID = re.compile(r"(?P<word>\S{2,20}?)(?:就是|是指|指的是|等于|也叫|是)(?P<goods>\S+)")


def lesson(scene: Scene) -> Reading | None:
    if scene.context.chat != "admin" or "\n" in scene.text:
        return None
    said = scene.text.strip(" ,。.!！?？")
    if SHOW.fullmatch(said):
        return act("admin.unread", why="问没听懂的话")
    if SHOW_LEARNT.fullmatch(said):
        return act("admin.words", why="问学过的词")
    if match := FORGET.fullmatch(said):
        return act("admin.word_forget", (), {"word": match["word"] or match["words"]}, why="忘掉一个词")
    if match := DROP.fullmatch(said):
        numbers = [int(number) for number in re.findall(r"\d+", match["numbers"] or match["behind"])]
        return act(
            "admin.unread_drop", (), {"dropped": [_shown(scene, no) for no in numbers]}, why="这句不用学"
        )
    return _by_number(scene, said) or _by_word(scene, said)


def _shown(scene: Scene, no: int) -> dict[str, int | None]:
    """A line of the list by its number; `unread` is None when no such line is in view."""
    pending = scene.context.pending
    options = pending.options if pending is not None and pending.kind == LIST else ()
    return {"no": no, "unread": int(options[no - 1]) if 1 <= no <= len(options) else None}


def _by_number(scene: Scene, said: str) -> Reading | None:
    """1=苹果; 1 苹果 and 1是苹果 too, where the list has just been shown."""
    match = BY_NUMBER.fullmatch(said)
    if match is None:
        match = BY_NUMBER_LISTED.fullmatch(said)
        listed = scene.context.pending is not None and scene.context.pending.kind == LIST
        if match is None or not listed or not _goods(scene, match["goods"]):
            return None
    return _teach(scene, {"line": _shown(scene, int(match["no"]))}, match["goods"])


def _by_word(scene: Scene, said: str) -> Reading | None:
    if match := SAME.fullmatch(said) or TEACH.fullmatch(said):
        word, goods = match["word"], match["goods"] or ""
    elif (match := SAID.fullmatch(said)) and _is_news(scene, match["word"], match["goods"]):
        word, goods = match["word"], match["goods"]
    else:
        return None
    if _goods(scene, word) and not _goods(scene, goods):  # 苹果=平果, the other way round
        word, goods = goods, word
    return _teach(scene, {"word": word.strip('“”" ')}, goods)


def _is_news(scene: Scene, word: str, goods: str) -> bool:
    """平果是苹果, but neither 这个是苹果 nor 苹果是不是贵了."""
    if is_asked(scene.text):
        return False
    strange = any(piece.kind in UNEXPLAINED | {"product"} for piece in scene.cut(word))
    return strange and bool(_goods(scene, goods) or _goods(scene, word))


def _teach(scene: Scene, slots: dict[str, object], goods: str) -> Reading:
    intent, goods = "admin.word_teach", goods.strip('“”" ')
    ids = _goods(scene, goods)
    if len(ids) == 1:
        return act(intent, (), slots | {"product": ids[0]}, why="教一个词")
    if not goods:
        return act(intent, (), slots, why="教一个词，没说是哪样货")
    options = ids or like(scene, goods)
    clarify = Clarify("product", options, None if options else "unknown_product", heard=goods)
    return ask(intent, clarify, slots, why="不知道是哪样货")


def _goods(scene: Scene, text: str) -> tuple[str, ...]:
    """The products of this name; none when it says anything else."""
    pieces = [piece for piece in scene.cut(text.strip('“”" ')) if piece.kind != "blank"]
    return tuple(pieces[0].value) if len(pieces) == 1 and pieces[0].kind == "product" else ()
