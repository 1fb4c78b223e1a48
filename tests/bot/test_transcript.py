"""剧本: every form of a .chat line, what is wrong with the others, and what counts as the same answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path

import pytest

from bot import performance
from bot.run import demo_goods
from bot.shopfront import Answer
from bot.transcript import (
    BadTranscript,
    Difference,
    Expected,
    Step,
    Transcript,
    compare,
    matches,
    parse,
    written,
)

ROOT = Path(__file__).parents[2]
GOODS = demo_goods()


def said(text: str, *, room: str | None = None, to: str | None = "小李") -> Answer:
    return Answer(1, None if room else to, None if room else to, room, text)


def first(text: str) -> Step:
    return parse(text).steps[0]


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("小李: 菜单", Step(1, "say", "小李", None, "菜单")),
        ("小李：菜单", Step(1, "say", "小李", None, "菜单")),
        ("小李:菜单  ", Step(1, "say", "小李", None, "菜单")),
        ("小李@水果群: 来2箱橙子", Step(1, "say", "小李", "水果群", "来2箱橙子")),
        ("小李@水果群： 8:30来取", Step(1, "say", "小李", "水果群", "8:30来取")),
        ("小李:", Step(1, "say", "小李", None, "")),
        ("+45s", Step(1, "pass", by=timedelta(seconds=45))),
        ("+31m", Step(1, "pass", by=timedelta(minutes=31))),
        ("+2h", Step(1, "pass", by=timedelta(hours=2))),
        ("+3d", Step(1, "pass", by=timedelta(days=3))),
        ("次日8:00", Step(1, "until", at=time(8))),
        ("次日23:59", Step(1, "until", at=time(23, 59))),
        ("（小李打开付款页）", Step(1, "ask", "小李")),
        ("（小李付款）", Step(1, "pay", "小李")),
        ("（小李再发一遍）", Step(1, "again", "小李")),
        ("（小李不是好友）", Step(1, "stranger", "小李")),
        ("（小李加好友）", Step(1, "friend", "小李")),
    ],
)
def test_every_form_of_a_step(line: str, step: Step) -> None:
    assert parse(line) == Transcript("", (step,))


@pytest.mark.parametrize(
    ("line", "to", "text"),
    [
        ("bot> 记下了", None, "记下了"),
        ("bot>记下了", None, "记下了"),
        ("bot@阿花> 记下了", "阿花", "记下了"),
        ("bot@水果群> 小李：记下了", "水果群", "小李：记下了"),
    ],
)
def test_every_form_of_an_answer(line: str, to: str | None, text: str) -> None:
    assert first(f"小李: 好\n{line}").expected == (Expected(2, to, text),)


def test_remarks_and_empty_lines_say_nothing_and_the_first_remark_is_the_title() -> None:
    read = parse("\n# 库存只有五箱\n\n# 再一句\n小李: 好\n# 没完\nbot> 好\n")
    assert read == Transcript(
        "库存只有五箱", (Step(5, "say", "小李", None, "好", expected=(Expected(7, None, "好"),)),)
    )


def test_an_indented_line_continues_what_is_before_it() -> None:
    for indent in ("  ", "\t", "　"):
        step = first(f"小李: 橙子2箱\n{indent}香蕉3斤\nbot> 0501-001\n{indent}合计\n{indent}去付款")
        assert step.text == "橙子2箱\n香蕉3斤"
        assert step.expected == (Expected(3, None, "0501-001\n合计\n去付款"),)


def test_several_messages_in_one_place_and_in_several() -> None:
    step = first("小李@水果群: 好\nbot> 一\nbot> 二\nbot@小李> 三\nbot@阿花> 四")
    assert [(one.line, one.to, one.text) for one in step.expected] == [
        (2, None, "一"),
        (3, None, "二"),
        (4, "小李", "三"),
        (5, "阿花", "四"),
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("今天天气不错", "line 1: neither said nor expected: 今天天气不错"),
        ("# 题\n\n小李 说: 好", "line 3: neither said nor expected"),
        ("bot> 好", "line 1: nobody has said anything yet"),
        ("  好", "line 1: nothing to continue"),
        ("小李: 好\n（小李退款）", "line 2: neither said nor expected"),
        ("小李: 好\n+31x", "line 2: neither said nor expected"),
        ("+9999999d", "line 1: neither said nor expected"),
        ("次日25:00", "line 1: no such time of day"),
        ("次日8:60", "line 1: no such time of day"),
        ("小李: 好\n+31m\nbot> 过期了", "line 3: to whom"),
    ],
)
def test_what_is_no_transcript_is_refused_with_its_line(text: str, fault: str) -> None:
    with pytest.raises(BadTranscript, match=f"^{fault}"):
        parse(text)


# ── comparing ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("wanted", "got", "same"),
    [
        ("记下了", "记下了", True),
        ("记下了", "记下了。", False),
        ("…", "", True),
        ("…", "一行\n两行", True),
        ("合计 …，…", "合计 ¥54.80，15分钟内付款", True),
        ("合计 …", "共 ¥54.80", False),
        ("付款：<链接>", "付款：http://shop.example/o/0a1b", True),
        ("付款：<链接>", "付款：这里", False),
        ("付款：<链接> 谢谢", "付款：https://x.y/o/1 谢谢", True),
        ("取货码 <取货码>。", "取货码 4829-31。", True),
        ("取货码 <取货码>。", "取货码 482931。", False),
        ("取货码 <取货码>", "取货码 4829-3", False),
        ("¥5.80", "¥5X80", False),  # a dot is a dot
        ("(a|b)*", "(a|b)*", True),
        ("一\n二", "一\n\n   二\n", True),  # what the format cannot say does not count
        ("一\n二", "一二", False),
    ],
)
def test_what_counts_as_the_same(wanted: str, got: str, same: bool) -> None:
    assert matches(wanted, got) is same


PLAIN = "小李: 好\nbot> 一\nbot> 二"
IN_ROOM = "小李@水果群: 好\nbot> 一\nbot@小李> 二"


@pytest.mark.parametrize(
    ("text", "got", "difference"),
    [
        (PLAIN, [said("一"), said("二")], None),
        (PLAIN, [said("一")], Difference(3, "bot@小李> 二", "（没说话）")),
        (PLAIN, [said("二"), said("一")], Difference(2, "bot@小李> 一", "二")),
        (PLAIN, [said("一"), said("二"), said("三")], Difference(1, "bot@小李> （不说话）", "三")),
        (PLAIN, [said("一"), said("二"), said("三", to="阿花")], None),  # a place that is not named
        (PLAIN, [said("一", room="水果群"), said("二", room="水果群")], Difference(2, "bot@小李> 一", "（没说话）")),
        (IN_ROOM, [said("二"), said("一", room="水果群")], None),
        (IN_ROOM, [said("一", room="水果群")], Difference(3, "bot@小李> 二", "（没说话）")),
        ("小李: 好", [], None),
        ("小李: 好", [said("多嘴")], Difference(1, "bot@小李> （不说话）", "多嘴")),
        ("小李@水果群: 好", [said("多嘴", room="水果群")], Difference(1, "bot@水果群> （不说话）", "多嘴")),
        ("小李@水果群: 好", [said("私下说")], None),
        ("+31m", [said("过期了")], None),
        ("+31m\nbot@小李> 过期了", [said("过期了")], None),
        ("+31m\nbot@小李> 过期了", [], Difference(2, "bot@小李> 过期了", "（没说话）")),
        ("（小李付款）\nbot> …", [said("收到")], None),
    ],
)  # fmt: skip
def test_the_place_where_it_was_said_must_answer_exactly(
    text: str, got: list[Answer], difference: Difference | None
) -> None:
    assert compare(first(text), got) == difference


# ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("step", "got"),
    [
        (Step(1, "say", "小李", None, "菜单"), [said("今天有：\n1 橙子\n2 香蕉")]),
        (Step(1, "say", "小李", "水果群", "橙子2箱\n香蕉3斤"), [said("记下了", room="水果群"), said("单子")]),
        (Step(1, "say", "小李", "水果群", "好"), []),
        (Step(1, "pass", by=timedelta(seconds=45)), []),
        (Step(1, "pass", by=timedelta(minutes=90)), [said("过期了")]),
        (Step(1, "pass", by=timedelta(hours=36)), [said("特价", room="水果群")]),
        (Step(1, "until", at=time(8)), []),
        (Step(1, "ask", "小李"), []),
        (Step(1, "pay", "小李"), [said("收到 ¥54.80"), said("小李付了", to="店主")]),
        (Step(1, "again", "小李"), []),
    ],
)
def test_what_is_written_is_read_again_as_it_was(step: Step, got: list[Answer]) -> None:
    again = first(written(step, got))
    assert (again.kind, again.who, again.room, again.text, again.by, again.at) == (
        step.kind,
        step.who,
        step.room,
        step.text,
        step.by,
        step.at,
    )
    assert compare(again, got) is None
    assert len(again.expected) == len(got)


def test_links_and_codes_are_written_as_what_they_stand_for() -> None:
    step = Step(1, "say", "小李", None, "怎么付")
    got = [said("取货码 4829-31，单号 0501-017：http://shop.example/o/0a1b2c")]
    assert written(step, got) == "小李: 怎么付\nbot> 取货码 <取货码>，单号 0501-017：<链接>"
    assert compare(first(written(step, got)), got) is None


# ── playing ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def play(url: str, text: str) -> Difference | None:
    return await performance.play_one(parse(text), GOODS, url)


async def test_the_clock_the_codes_and_the_stage_directions_are_acted(sqlite_url: str) -> None:
    text = """
小李@水果群: 来2箱橙子
bot> 小李：橙子2箱，记下了（0501-001）…
bot@小李> …<链接>…
（小李再发一遍）
+14m
（小李打开付款页）
（小李付款）
bot> 0501-001 收到 ¥54.80。取货码 <取货码>…
店主: 核销 <取货码>
bot> 0501-001 小李：橙子2箱，交给他了…
bot@小李> 0501-001 取走了…
次日8:00
小李: 来1箱橙子
bot> 0502-001 …
+16m
bot@小李> 0502-001 过了15分钟没付款…
（小李付款）
"""
    with pytest.raises(BadTranscript, match=r"^line 18: "):
        await play(sqlite_url, text)  # nobody pays for an order that has ended


async def test_a_message_that_comes_again_is_met_with_silence_in_the_very_room(sqlite_url: str) -> None:
    text = "小李@水果群: 来2箱橙子\nbot> …\n（小李再发一遍）\n"
    assert await play(sqlite_url, text) is None


async def test_whoever_said_nothing_cannot_say_it_again(sqlite_url: str) -> None:
    with pytest.raises(BadTranscript, match="line 1: 小李 has not said anything yet"):
        await play(sqlite_url, "（小李再发一遍）")


SAMPLES = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "bot" / "samples").glob("*.chat")}


@pytest.mark.parametrize("name", sorted(SAMPLES))
async def test_what_show_prints_plays_again_without_a_difference(
    name: str, empty_file: Callable[[], str]
) -> None:
    lines: list[str] = []
    script = parse(SAMPLES[name])
    await performance.play_one(
        script, GOODS, empty_file(), lambda step, got: lines.append(written(step, got))
    )
    shown = parse("\n".join(lines))
    assert len(shown.steps) == len(script.steps)
    assert await performance.play_one(shown, GOODS, empty_file()) is None
