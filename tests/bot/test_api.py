"""The read API keeps what openapi.yaml promises, and says nothing to whoever has no token."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from bot.web import api
from shop import desk, orders, parcels, people
from shop.kit.codes import show_pickup_code
from shop.kit.quantity import Quantity
from shop.rules.orders import Status
from shop.slips import slip as slip_by_id
from shop.transaction import unit_of_work
from tests.support.till import TOKEN, Till, open_till

BEARER = {"Authorization": f"Bearer {TOKEN}"}
LISTS = ("products", "orders", "customers", "campaigns", "coupons", "tickets")
DOCUMENT: dict[str, Any] = yaml.safe_load(api.DOCUMENT.read_text(encoding="utf-8"))


@pytest.fixture
async def till(shop_db: str) -> AsyncIterator[Till]:
    async with open_till(stock={"P2-1": "1000"}) as opened:
        yield opened


async def get(till: Till, path: str, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    answer = await till.client.get(f"/api/v1/{path}", headers=BEARER if headers is None else headers)
    assert answer.content_type == "application/json"
    return answer.status, await answer.json()


def check(answer: Any, operation: str, status: int) -> None:
    """The answer has the form that the document promises for it."""
    responses = DOCUMENT["paths"][operation]["get"]["responses"]
    assert str(status) in responses, f"{operation} does not document {status}"
    place = f"#/paths/{operation.replace('/', '~1')}/get/responses/{status}"
    if "$ref" in responses[str(status)]:
        place = responses[str(status)]["$ref"]
    schema = {"$ref": f"urn:api{place}/content/application~1json/schema"}
    registry: Registry[Any] = Registry().with_resource("urn:api", _resource())
    Draft202012Validator(schema, registry=registry, format_checker=FormatChecker()).validate(answer)


def _resource() -> Any:
    return Resource.from_contents(DOCUMENT, default_specification=DRAFT202012)


async def busy(till: Till) -> None:
    """One order of every kind of life, a ticket, and more customers than fit a small page."""
    paid = await till.order(room=True)
    await till.client.post(f"/sandbox/{await till.trade_of(paid)}")
    await till.order(("P1-1", "1"))
    await unit_of_work(lambda: orders.cancel(till.shop, till.buyer, now=till.clock()))
    await till.order(("P2-1", "2.5"))
    await unit_of_work(lambda: orders.choose_cash(till.shop, till.buyer, now=till.clock()))
    await desk.want_person(till.shop, till.buyer, "要退款", room=None, now=till.clock())
    for n in range(3):
        await people.recognise(till.shop, "web", f"a{n}", f"客{n}", now=till.clock())


def test_the_document_is_openapi_and_is_the_part_of_yaml_that_is_json() -> None:
    validate(DOCUMENT)
    assert json.loads(api.DOCUMENT.read_text(encoding="utf-8")) == DOCUMENT


async def test_the_document_is_served_and_names_every_route(till: Till) -> None:
    status, served = await get(till, "openapi.json", headers={})
    assert status == 200 and served == DOCUMENT
    routes = api.routes(shop=till.shop, clock=till.clock, token=TOKEN)
    paths = {route.path.removeprefix(api.ROOT) for route in routes if route.method == "GET"}
    assert paths == set(DOCUMENT["paths"])


@pytest.mark.parametrize("name", LISTS)
async def test_answers_have_the_form_that_is_promised(till: Till, name: str) -> None:
    await busy(till)
    status, answer = await get(till, name)
    assert status == 200 and answer["items"] and answer["next"] is None
    check(answer, f"/{name}", 200)
    status, small = await get(till, f"{name}?limit=1")
    assert status == 200 and small["items"] == answer["items"][:1]
    check(small, f"/{name}", 200)
    status, wrong = await get(till, f"{name}?after=x")
    assert status == 400
    check(wrong, f"/{name}", 400)
    status, wrong = await get(till, name, headers={})
    assert status == 401
    check(wrong, f"/{name}", 401)


async def test_an_order_that_goes_in_parts(till: Till) -> None:
    placed = await till.order()
    await till.client.post(f"/sandbox/{await till.trade_of(placed)}")
    oranges = placed.lines[0]
    one = ((oranges.sku, Quantity.of(1)),)
    assert (await get(till, f"orders/{placed.code}"))[1]["parcels"] == []
    for _ in range(2):
        await unit_of_work(lambda: parcels.send(placed.id, one, till.buyer, now=till.clock()))
    await unit_of_work(lambda: parcels.arrived(placed.id, till.buyer, now=till.clock()))
    _, order = await get(till, f"orders/{placed.code}")
    check(order, "/orders/{code}", 200)
    part = {"sku": oranges.sku, "unit": oranges.unit, "qty": "1"}
    assert order["parcels"] == [{"number": n, "state": "done", "parts": [part]} for n in (1, 2)]


def test_an_order_may_stand_in_every_way_that_there_is() -> None:
    assert DOCUMENT["components"]["schemas"]["Order"]["properties"]["status"]["enum"] == list(Status)


async def test_one_order(till: Till) -> None:
    await busy(till)
    status, order = await get(till, "orders/0501-001")
    assert status == 200
    check(order, "/orders/{code}", 200)
    assert order["buyer"]["name"] == "小李" and order["room"] == "水果群"
    assert order["pickup"] == {"state": "ready"}
    assert order["placed_at"] == "2026-05-01T02:00:00+00:00" == order["paid_at"]
    assert [line["qty"] for line in order["lines"]] == ["2", "3"]
    status, wrong = await get(till, "orders/0501-999")
    assert status == 404
    check(wrong, "/orders/{code}", 404)


async def test_no_answer_holds_a_pickup_code_or_a_token(till: Till) -> None:
    slip = await till.order()
    await till.client.post(f"/sandbox/{await till.trade_of(slip)}")
    code = (await slip_by_id(slip.id)).pickup_code
    assert code is not None
    for path in (*LISTS, f"orders/{slip.code}"):
        text = json.dumps((await get(till, path))[1])
        for secret in (slip.token, f'"{code}"', show_pickup_code(code)):
            assert secret not in text


async def test_paging_over_120_orders_without_gap_or_repeat(till: Till) -> None:
    placed = []
    for n in range(120):
        who = await people.recognise(till.shop, "web", f"b{n}", f"客{n}", now=till.clock())
        placed.append((await till.order(("P2-1", "1"), buyer=who.id)).code)
    found: list[str] = []
    path = "orders?limit=7"
    while path:
        _, answer = await get(till, path)
        found += [order["code"] for order in answer["items"]]
        path = f"orders?limit=7&after={answer['next']}" if answer["next"] else ""
    assert found == placed
    _, answer = await get(till, "orders")
    assert len(answer["items"]) == 50


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic demo"},
        {"Authorization": TOKEN},
        {"Authorization": "Bearer démo令"},
        {"Authorization": f"Bearer {TOKEN} {TOKEN}"},
        {"X-Api-Token": "wrong"},
        {"X-Api-Token": ""},
        {"Authorization": "Bearer wrong", "X-Api-Token": TOKEN},
    ],
)
@pytest.mark.parametrize(
    "path", ["orders?limit=nonsense&after=x", "orders/nothing", "nowhere", f"orders?token={TOKEN}"]
)
async def test_the_token_comes_before_anything_else(till: Till, path: str, headers: dict[str, str]) -> None:
    answer = await till.client.get(f"/api/v1/{path}", headers=headers | {"Accept": "text/html"})
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert "令牌" in (await answer.json())["error"]


@pytest.mark.parametrize(
    "headers",
    [BEARER, {"Authorization": f"bearer {TOKEN}"}, {"X-Api-Token": TOKEN}],
    ids=["bearer", "small", "own"],
)
async def test_ways_to_give_the_token(till: Till, headers: dict[str, str]) -> None:
    assert (await get(till, "coupons", headers=headers))[0] == 200


@pytest.mark.parametrize(
    "limit", ["0", "201", "-1", "x", "", "1.5", "５", "1e1", "9" * 5000, "%00", "+5", "1_0"]
)
async def test_a_wrong_limit_is_said_in_a_sentence(till: Till, limit: str) -> None:
    status, answer = await get(till, f"orders?limit={limit}")
    assert status == 400 and "1 到 200" in answer["error"]


@pytest.mark.parametrize(
    "cursor", ["", "x", "%00", "b3JkZXJzIDA", "cHJvZHVjdHMgMQ", "%F0%9F%8D%8A", "a" * 4000]
)
async def test_a_wrong_cursor_is_said_in_a_sentence(till: Till, cursor: str) -> None:
    status, answer = await get(till, f"orders?after={cursor}")
    assert status == 400 and "next" in answer["error"]


@pytest.mark.parametrize(
    "code", ["1", "0501-1", "%00", "0501-001%00", "' OR 1=1 --", "x" * 2000, "０５０１-００１"]
)
async def test_an_unknown_order_is_a_json_404(till: Till, code: str) -> None:
    await till.order()
    status, answer = await get(till, f"orders/{code}")
    assert status == 404 and answer["error"]


async def test_it_can_only_be_read(till: Till) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = await till.client.request(method, "/api/v1/orders", headers=BEARER)
        assert answer.status == 405 and answer.headers["Allow"] == "GET"
        assert (await till.client.request(method, "/api/v1/orders")).status == 401
    assert (await get(till, "nowhere"))[0] == 404


async def test_without_a_token_the_api_is_closed(till: Till) -> None:
    assert api.routes(shop=till.shop, clock=till.clock, token="") == []
