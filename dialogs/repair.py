"""没听懂: say so with an example, then with choices; the third time a person comes. Never more than that in a row."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from dialogs import shown
from dialogs.speech import Button, Say
from dialogs.turn import Turn

NAME = "repair"  # the state that counts what was not understood
EXAMPLE = "来2箱苹果"
HUM = re.compile(r"[嗯哦噢喔啊呀哈呵嘿嘻额呃唉哎~～。.!！…\s]+")


def until(now: datetime) -> datetime:
    return now + timedelta(minutes=10)


def needs_no_answer(turn: Turn) -> bool:
    """谢谢, 嗯嗯, 哈哈: nothing was wanted, so nothing has failed."""
    return turn.reading.intent == "chat.thanks" or bool(HUM.fullmatch(turn.text))


def is_too_often(turn: Turn, fails: int) -> bool:
    """Words that were not understood so often that a person has to come; who works here is no customer."""
    text = turn.text.strip()
    is_talk = text not in shown.SHOWN and text != shown.STICKER and not HUM.fullmatch(text)
    return is_talk and fails >= turn.facts.calls.failures and not turn.person.is_staff


def not_understood(turn: Turn, fails: int) -> tuple[Say, ...]:
    """The first two times an example, then silence until something is understood."""
    example = _example(turn)
    menu = (Button("菜单", "菜单"), Button("转人工", "转人工"))
    if turn.text.strip() == shown.STICKER:
        return ()
    if turn.text.strip() in shown.SHOWN:  # whoever sends one picture often sends nine
        return (turn.here(shown.SORRY, buttons=menu[1:]),) if fails == 1 else ()
    if fails >= turn.facts.calls.failures:
        return ()
    if fails == 1:
        return (turn.here(f"这句没看懂。要买什么直接说，比如“{example}”；看货回“菜单”", buttons=menu[:1]),)
    if fails == 2:
        return (turn.here(f"还是没看懂。可以说“菜单”“我的订单”“{example}”，找人说“转人工”", buttons=menu),)
    return ()


def again(turn: Turn, prompt: str, fails: int) -> tuple[Say, ...]:
    """The open question once more; the second time with the ways out of it."""
    if fails >= turn.facts.calls.failures:
        return ()
    if fails == 1:
        return (turn.here(f"没看懂。{prompt}"),)
    if fails == 2:
        return (turn.here(f"{prompt}\n不要了回“取消”，找人说“转人工”"),)
    return ()


def dropped(turn: Turn, still_open: str | None) -> str:
    """The question is dropped; an order that stands is named, so that nobody thinks it is cancelled."""
    who = f"{turn.name}，" if turn.room else ""
    if still_open:
        return f"{who}好，这句不记，{still_open} 不变。整单不要就说“取消”"
    if turn.room:
        return f"{who}好，先不记"
    return "好，先不办了" if turn.person.is_staff else "好，先不记。要什么直接说"


def _example(turn: Turn) -> str:
    products = turn.shelf.catalogue.products
    if not products:
        return EXAMPLE
    return f"{products[0].name}2{products[0].skus[0].unit}"
