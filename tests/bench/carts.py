"""python -m tests.bench.carts: how long a price takes, and whether every law holds for very many baskets by chance."""

from __future__ import annotations

import argparse
import statistics
import time
from random import Random

from shop.rules.pricing import Buyer
from tests.support.carts import NOON, TODAY, Cart, a_cart, coupon, hold, item, promo


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.carts", description=__doc__)
    parser.add_argument("--carts", type=int, default=60_000)
    parser.add_argument("--seed", type=int, default=0, help="where to begin; a failure names its own")
    given = parser.parse_args()
    times = sorted(timed(a_full_cart()) for _ in range(1_000))
    print(
        f"20 lines, 5 promotions, 10 coupons: median {statistics.median(times):.2f} ms, "
        f"99th of 100 {times[989]:.2f} ms"
    )
    began = time.perf_counter()
    for seed in range(given.seed, given.seed + given.carts):
        one(seed)
    print(f"{given.carts} baskets by chance hold, in {time.perf_counter() - began:.0f} s")


def one(seed: int) -> None:
    r = Random(seed)
    try:
        hold(a_cart(r), r)
    except Exception as exc:
        raise SystemExit(f"basket {seed} does not hold: {exc!r}") from exc


def a_full_cart() -> Cart:
    goods = tuple(item(f"s{n:02d}", 990 + 137 * n, 1 + n % 5, product=f"p{n % 4}") for n in range(20))
    promotions = (
        promo("member", rate="9.5"),
        promo("flash", price="5", limit=2, goods=["s03", "s07"], **TODAY),
        promo("packs", packs=[[2, "25"], [5, "58"]], goods=["s11"]),
        promo("spend_save", steps=[["50", "5"], ["100", "12"]], goods=["p0", "p1"]),
        promo("delivery", fee="6", free_from="200"),
    )
    coupons = tuple(
        coupon(f"k{n}", off=f"{n + 3}", spend=f"{n * 20 + 20}", until="2026-06-01T00:00+08:00")
        if n % 3
        else coupon(f"k{n}", rate="9", cap=f"{n + 5}")
        for n in range(10)
    )
    return Cart(goods, promotions, Buyer("金卡", coupons=coupons, points=500, now=NOON))


def timed(cart: Cart) -> float:
    """Milliseconds of CPU."""
    began = time.process_time()
    cart.quote()
    return (time.process_time() - began) * 1000


if __name__ == "__main__":
    main()
