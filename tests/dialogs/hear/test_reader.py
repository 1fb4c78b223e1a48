"""The reader as a whole: the console's JSON lines, explanations, other catalogues, what it must not do."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from dialogs.hear import Context, Reader, dictionary, explain
from dialogs.hear.command import readings
from dialogs.hear.dictionary import is_noun, lexicon, sound
from shop.goods import Product, Sku
from shop.kit.money import Money
from tests.dialogs.hear.shops import fruit_shop


def understood(*lines: str) -> list[dict]:
    return [json.loads(line) for line in readings(lines, fruit_shop())]


def test_one_line_out_for_each_line_in() -> None:
    got = understood(
        '{"id": "a", "text": "香蕉3斤", "context": {"chat": "private"}}', '{"id": 2, "text": "在吗"}'
    )
    assert got[0] == {
        "id": "a",
        "action": "act",
        "intent": "order.add",
        "lines": [{"sku": "P05-1", "qty": "3", "unit": "斤", "op": "add"}],
        "slots": {},
    }
    assert (got[1]["id"], got[1]["intent"]) == (2, "chat.greet")


@pytest.mark.parametrize("line", ["{", "nonsense", "[1]", "null", '"text"', "3"])
def test_a_bad_line_is_answered_and_the_run_goes_on(line: str) -> None:
    bad, good = understood(line, '{"id": "b", "text": "香蕉3斤"}')
    assert bad["id"] is None and bad["error"]
    assert good["id"] == "b"


@pytest.mark.parametrize("text", ["3", "null", "[]", "{}", "true"])
def test_a_text_that_is_no_text_is_an_error(text: str) -> None:
    assert "error" in understood(f'{{"id": "a", "text": {text}}}')[0]


@pytest.mark.parametrize(
    "value",
    ["3", "null", "[]", "{}", '"x"', "[3, null]", '[{"sku": 3}]', '[{"sku": "P01-1", "qty": "x"}]', "[[]]"],
)
@pytest.mark.parametrize(
    "name", ["chat", "mention", "campaigns", "cart", "last_order", "history", "quote", "pending"]
)
def test_no_wrong_type_in_a_context_breaks_it(name: str, value: str) -> None:
    assert "action" in understood(f'{{"id": "a", "text": "再加一箱", "context": {{"{name}": {value}}}}}')[0]


def test_it_answers_while_it_reads() -> None:
    seen: list[str] = []

    def typed() -> object:
        for n in range(3):
            seen.append(f"in {n}")
            yield '{"id": 1, "text": "香蕉3斤"}'

    for _ in readings(typed(), fruit_shop()):  # type: ignore[arg-type]  # a generator of lines
        seen.append("out")
    assert seen == ["in 0", "out", "in 1", "out", "in 2", "out"]


def test_a_merchant_can_ask_why() -> None:
    told = "\n".join(explain(fruit_shop().read("平果两斤", Context("private"))))
    assert "听到：平果两斤" in told and "音近" in told and "P01-1 × 2斤" in told and "order.add" in told


def test_a_new_product_is_understood_at_once_and_the_old_reader_stays_as_it_was() -> None:
    old = fruit_shop()
    mango = Product("P90", "贵妃芒果", (Sku("P90-1", "P90", "散称", "斤", Money(880), True),), ("芒果",))
    new = Reader(replace(old.catalogue, products=(*old.catalogue.products, mango)))
    assert [line.sku for line in new.read("芒果3斤").lines] == ["P90-1"]
    assert old.read("芒果3斤").action == "clarify"


def test_goods_that_stayed_the_same_are_not_looked_through_again() -> None:
    old = fruit_shop().catalogue
    lattice = Reader(old).lattice
    assert (
        Reader(replace(old, products=tuple(replace(one) for one in old.products), now=None)).lattice
        is lattice
    )
    assert Reader(replace(old, products=old.products[1:])).lattice is not lattice


def test_two_products_with_one_name_are_asked_about() -> None:
    old = fruit_shop()
    twin = Product("P91", "国产香蕉", (Sku("P91-1", "P91", "散称", "斤", Money(300), True),), ("香蕉",))
    reading = Reader(replace(old.catalogue, products=(*old.catalogue.products, twin))).read("香蕉3斤")
    assert reading.clarify is not None and reading.clarify.options == ("P05", "P91")


def test_a_name_with_brackets_is_found_with_and_without_them() -> None:
    old = fruit_shop()
    cherry = Product("P92", "山东大樱桃(礼盒)", (Sku("P92-1", "P92", "2斤装", "盒", Money(9900), True),), ())
    reader = Reader(replace(old.catalogue, products=(*old.catalogue.products, cherry)))
    for said in ("山东大樱桃2盒", "山东大樱桃礼盒2盒", "山东大樱桃（礼盒）2盒"):
        assert [(line.sku, str(line.qty)) for line in reader.read(said).lines] == [("P92-1", "2")]


def test_reading_is_the_same_twice_and_needs_no_clock() -> None:
    said = "苹果2斤，明天下午3点来拿"
    assert fruit_shop().read(said) == fruit_shop().read(said)
    assert "pickup_at" not in Reader(replace(fruit_shop().catalogue, now=None)).read(said).slots


def test_jieba_writes_no_cache_and_no_log() -> None:
    """Its dictionary is read as a file: jieba itself would load a cache anybody could plant in /tmp."""
    assert lexicon() is lexicon() and dictionary.is_known("葡萄牙") and is_noun("山竹")
    assert not any(Path(path).name == "jieba" and "/tmp" in path for path in sys.path)
    assert not logging.getLogger("jieba").handlers or "jieba" in sys.modules
    assert sound("苹果") == ("ping", "guo")


def test_the_small_dictionary_answers_as_the_file_does() -> None:
    """No word is kept in memory; what is known of each must still be what jieba's file says."""
    path = Path(find_spec("jieba").origin).with_name("dict.txt")
    lines = [line.split(" ") for line in path.read_text(encoding="utf-8").splitlines()]
    filed = {word: (int(count), tag.strip()) for word, count, tag in lines if len(word) <= dictionary.LONGEST}
    asked = [*list(filed)[::60], *(f"{word}吧{word}" for word in list(filed)[::90])]
    asked += [a + b for a in "acegz19" for b in "acegz19"]  # 捡 lies in memory as ac does
    assert len(asked) > 5_000
    for word in asked:
        count, tag = filed.get(word, (0, "n"))
        name = tag[:2] in ("nr", "ns", "nt")
        assert dictionary.is_known(word) == (word in filed), word
        assert dictionary.is_common(word) == (count >= 50), word
        assert dictionary.is_rare(word) == (count < 10), word
        assert dictionary.is_noun(word) == (tag[0] == "n"), word
        assert dictionary.is_thing(word) == (tag[0] == "n" and not name), word
