"""图卡: the picture of today's specials, looked at as a picture: its size, its colours, and nothing over its edges."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from bot.cards import FOOT, HEAD, MARGIN, MOST_ROWS, PAPER, RED, ROW, WIDTH, Row, draw


def picture(rows: list[Row], title: str = "今日特价", shop: str = "水果店") -> Image.Image:
    drawn = draw(title, rows, shop=shop, when="5月1日 周五 8:00", note="到今晚 24 点", how="要的回“+1”")
    return Image.open(BytesIO(drawn)).convert("RGB")


def row(n: int, name: str = "草莓", now: str = "¥22") -> Row:
    return Row(n, name, "¥28", now, "盒")


def ink(image: Image.Image, box: tuple[int, int, int, int]) -> int:
    """How many points of this part are not paper."""
    return sum(many for many, colour in image.crop(box).getcolors(1_000_000) or () if colour != PAPER)


def test_it_is_as_wide_as_a_phone_likes_and_as_high_as_it_has_goods() -> None:
    assert picture([row(1)]).size == (WIDTH, HEAD + ROW + FOOT)
    assert picture([row(1), row(2)]).size == (WIDTH, HEAD + 2 * ROW + FOOT)
    assert picture([row(n) for n in range(1, 40)]).size == (WIDTH, HEAD + MOST_ROWS * ROW + FOOT)


def test_every_good_has_its_number_its_name_and_its_price() -> None:
    image = picture([row(1), row(2, "香蕉", "¥2.90")])
    for top in (HEAD, HEAD + ROW):
        assert image.getpixel((MARGIN + 8, top + ROW // 2)) == RED  # the disc of the number
        assert ink(image, (MARGIN + 86, top + 20, 400, top + ROW - 20)) > 500
        assert ink(image, (450, top + 20, WIDTH - MARGIN, top + ROW - 20)) > 500


def test_characters_are_drawn_and_not_boxes() -> None:
    """A box is the same for every character that a font does not have."""
    one, other = picture([row(1, "草")]), picture([row(1, "莓")])
    box = (MARGIN + 86, HEAD + 20, MARGIN + 140, HEAD + 75)
    assert one.crop(box).tobytes() != other.crop(box).tobytes()


def test_nothing_runs_over_the_edge_or_into_the_price() -> None:
    image = picture([row(1, "阳光玫瑰青提" * 10, "¥123456")], title="今日特价" * 5, shop="老街水果店" * 9)
    assert ink(image, (WIDTH - MARGIN + 2, HEAD, WIDTH, HEAD + ROW)) == 0
    assert image.getpixel((WIDTH - 320, 100)) == RED  # the head keeps its parts apart


def test_the_same_post_is_the_same_picture() -> None:
    assert picture([row(1)]).tobytes() == picture([row(1)]).tobytes()
