"""The real program with WeChat in its config: from the pairing code to the slip, and what it says when it cannot begin."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from pathlib import Path

import pytest

from bot.channels.wechaty.gateway import Endpoint, look
from tests.support.shopkeeper import PATIENCE, Shopkeeper, catalogue_file, free_port
from tests.wechaty.stand import NAME, PEOPLE, ROOM, TOKEN, US, NodeGateway, contact, until

CONFIG = """
[shop]
name = "邻里鲜果"
[database]
url = "sqlite:///{folder}/shop.db"
[web]
port = {port}
[manners]
hold_seconds = 0.05
[log]
level = "warning"
[[channels]]
kind = "wechaty"
endpoint = "{endpoint}"
token = "{token}"
per_minute = 10000
per_minute_in_a_place = 10000
breath_seconds = 0.001
"""


def a_shopkeeper(folder: Path, gateway: NodeGateway, *, token: str = TOKEN) -> Shopkeeper:
    port, config = free_port(), folder / "config.toml"
    text = CONFIG.format(folder=folder, port=port, endpoint=gateway.address, token=token)
    config.write_text(text, encoding="utf-8")
    goods = catalogue_file(folder, {})
    return Shopkeeper(["run", "--config", str(config), "--catalogue", str(goods)], port, folder)


@pytest.fixture
async def keeper(gateway: NodeGateway, tmp_path: Path) -> AsyncIterator[Shopkeeper]:
    keeper = a_shopkeeper(tmp_path, gateway)
    await keeper.start()
    yield keeper
    keeper.close()


async def said(gateway: NodeGateway, to: str, is_it: Callable[[str], object]) -> str:
    async with asyncio.timeout(PATIENCE):
        while True:
            for place, text in gateway.said():
                if place == to and is_it(text):
                    return text
            await asyncio.sleep(0.02)


async def test_from_the_pairing_code_to_the_slip(keeper: Shopkeeper, gateway: NodeGateway) -> None:
    await until(lambda: "绑定" in keeper.log and "logged in" in keeper.log)
    (code,) = re.findall(r"绑定 \d{6}", keeper.log)
    await gateway.say("wxid_boss", code)
    await said(gateway, "wxid_boss", lambda text: "店主" in text)
    await gateway.say("wxid_li", "来2箱橙子", room=ROOM)  # nobody serves this group yet
    await gateway.say("wxid_boss", "@鲜果小助手\u2005开店", room=ROOM)
    await said(gateway, ROOM, lambda text: text.startswith("邻里鲜果开张了"))
    await gateway.say("wxid_hua", "来1箱橙子", room=ROOM)
    assert "橙子1箱" in await said(gateway, ROOM, lambda text: text.startswith("阿花"))
    assert "/o/" in await said(gateway, "wxid_hua", lambda text: "橙子" in text)
    await keeper.kill()
    await keeper.start()
    await until(lambda: keeper.log.count("logged in") == 2)
    await gateway.say("wxid_hua", "橙子改3箱", room=ROOM)
    assert "3箱" in await said(gateway, ROOM, lambda text: text.startswith("阿花") and "3箱" in text)
    assert [text for place, text in gateway.said() if place == "wxid_li"] == []
    assert await keeper.stop() == 0


async def test_photos_go_both_ways_and_whoever_types_on_the_account_s_phone_is_not_talked_over(
    keeper: Shopkeeper, gateway: NodeGateway
) -> None:
    await until(lambda: "绑定" in keeper.log and "logged in" in keeper.log)
    (code,) = re.findall(r"绑定 \d{6}", keeper.log)
    await gateway.say("wxid_boss", code)
    await said(gateway, "wxid_boss", lambda text: "店主" in text)
    rotten, fresh = (b"\xff\xd8\xff" + bytes([n]) * 50_000 for n in (1, 2))
    await gateway.show("wxid_li", rotten)
    await gateway.say("wxid_li", "转人工")
    await until(lambda: gateway.shown() == [("wxid_boss", sha256(rotten).hexdigest())])
    await gateway.say("wxid_boss", "1 接")
    await said(gateway, "wxid_boss", lambda text: "归你了" in text)
    await gateway.show("wxid_boss", fresh)
    await until(lambda: ("wxid_li", sha256(fresh).hexdigest()) in gateway.shown())
    await gateway.say(US, "你要的橙子到了", room="wxid_hua")
    await said(gateway, "wxid_boss", lambda text: "#2 阿花" in text)
    await gateway.say("wxid_hua", "来1箱橙子")
    await said(gateway, "wxid_boss", lambda text: text == "#2 阿花：来1箱橙子")
    assert [text for place, text in gateway.said() if place == "wxid_hua"] == []
    assert await keeper.stop() == 0


async def test_what_the_account_calls_a_customer_its_staff_read_and_nobody_else(
    keeper: Shopkeeper, gateway: NodeGateway
) -> None:
    await until(lambda: "绑定" in keeper.log and "logged in" in keeper.log)
    (code,) = re.findall(r"绑定 \d{6}", keeper.log)
    await gateway.say("wxid_boss", code)
    await gateway.say("wxid_boss", "@鲜果小助手\u2005开店", room=ROOM)
    await said(gateway, ROOM, lambda text: text.startswith("邻里鲜果开张了"))
    people = [one | ({"alias": "三栋王姐"} if one["id"] == "wxid_li" else {}) for one in PEOPLE]
    await gateway.do("world", contacts=[contact(US, NAME), *people], dirty=[[2, "wxid_li"]])
    await gateway.say("wxid_li", "来1箱橙子", room=ROOM)
    await said(gateway, ROOM, lambda text: text.startswith("小李：橙子1箱"))
    await gateway.say("wxid_li", "转人工")
    await said(gateway, "wxid_boss", lambda text: "小李（三栋王姐）" in text)
    assert [text for place, text in gateway.said() if place != "wxid_boss" and "王姐" in text] == []
    assert await keeper.stop() == 0


async def test_a_wrong_token_ends_the_program_with_a_sentence(gateway: NodeGateway, tmp_path: Path) -> None:
    keeper = a_shopkeeper(tmp_path, gateway, token="insecure_wrong")
    with pytest.raises(AssertionError, match="refuses the token"):
        await keeper.start()
        await until(lambda: keeper._status() is not None)
        raise AssertionError(keeper.log)
    assert keeper._status() == 1
    assert "insecure_wrong" not in keeper.log
    assert "Traceback" not in keeper.log


async def test_the_check_tells_whether_the_gateway_can_be_used(gateway: NodeGateway) -> None:
    assert await look(Endpoint(gateway.address, TOKEN)) is None
    assert await look(Endpoint(gateway.address, "insecure_wrong")) == "the gateway refuses the token"
    nobody = await look(Endpoint(f"127.0.0.1:{free_port()}", TOKEN))
    assert nobody is not None
    assert nobody.startswith("the gateway gives no answer")
    assert TOKEN not in nobody
