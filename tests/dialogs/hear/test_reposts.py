"""A rolling list of the shop's own, sent back by a neighbour."""

from __future__ import annotations

import pytest

from dialogs.hear import Context, Said
from dialogs.hear.reading import Reading
from tests.dialogs.hear.shops import fruit_shop

HEAD = "接龙｜酸奶秒杀 9.9元/提 限2提（今天20:00截）"
FOOT = "3 人 6提，还有 45。要的回“+1”，不要了说“退出”"
ROWS = ("1 小李 2提", "2 王姐 2提", "2 王姐 1提（给妈妈）", "3 Lily chen 1提")
SENT = "\n".join([HEAD, *ROWS, FOOT])


def read(text: str, *campaigns: str, sent: str = SENT) -> Reading:
    history = (Said("bot", sent), Said("王姐", "谢谢"))
    return fruit_shop().read(text, Context("group", campaigns=campaigns or ("C1", "C2"), history=history))


def rows(reading: Reading) -> list[str]:
    return [
        " ".join([str(row["no"]), row["name"], *(f"{one['sku']}×{one['qty']}" for one in row["lines"]), row.get("for", "")]).strip()
        for row in reading.slots["rows"]
    ]  # fmt: skip


AS_IT_WAS = ["1 小李 P14-1×2", "2 王姐 P14-1×2", "2 王姐 P14-1×1 妈妈", "3 Lily chen P14-1×1"]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join([HEAD, *ROWS, "4 老周 3提", FOOT]),
        f"{SENT}\n4 老周 3提",
        f"{SENT}\n4. 老周 3提",
        f"{SENT}\n老周 3提",
        f"{SENT}\n老周+3",
    ],
)
def test_a_row_is_added(text: str) -> None:
    reading = read(text)
    assert (reading.action, reading.intent, reading.slots["list"]) == ("act", "jielong.post", "C2")
    assert rows(reading) == [*AS_IT_WAS, "4 老周 P14-1×3"]
    assert [line.for_whom for line in reading.lines] == ["小李", "王姐", "王姐", "Lily chen", "老周"]


def test_a_row_is_changed() -> None:
    assert rows(read(SENT.replace("小李 2提", "小李 5提"))) == ["1 小李 P14-1×5", *AS_IT_WAS[1:]]


def test_sent_back_as_it_was_it_says_nothing() -> None:
    assert read(SENT).action == "ignore"


def test_rows_that_were_not_shown_are_no_rows() -> None:
    text = f"{HEAD}\n…前面 18 条，全部看 http://shop.example/l/1\n19 小李 2提\n{FOOT}\n20 老周 1提"
    assert rows(read(text)) == ["19 小李 P14-1×2", "20 老周 P14-1×1"]


def test_a_list_of_several_goods() -> None:
    head = "接龙｜周六水果团（明天10:00截）"
    text = f"{head}\n1 小李 红富士苹果（10斤装）2箱 车厘子1箱\n2 3栋王姐 草鸡蛋2板（给妈妈）\n2 人 苹果2箱。要的回编号和数量，比如“1号+2”"
    assert rows(read(text)) == ["1 小李 P01-3×2 P07-2×1", "2 3栋王姐 P16-1×2 妈妈"]


def test_an_empty_list_and_one_that_is_not_ours() -> None:
    assert read(f"{HEAD}\n还没有人接。要的回“+1”，不要了说“退出”", "C2").action == "ignore"
    assert read("接龙｜明晚打球（今天20:00截）\n1 小李 1个\n1 人 1个。要的回“+1”").action == "ignore"
