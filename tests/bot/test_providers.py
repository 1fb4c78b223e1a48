"""谁来收款: a provider with something missing says each thing in one sentence; one that is not chosen costs nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot import upkeep
from bot.payments import Sandbox
from bot.payments.alipay import Alipay
from bot.payments.providers import faults, provider_of
from bot.payments.wechat import WeChatPay
from bot.settings import BadSettings, Settings, from_mapping
from tests.support import fake_alipay, fake_wechat_pay
from tests.support.keys import private_pem, public_pem
from tests.support.till import Clock

CANARY = "c4nary"


def settings(provider: str, *, url: str = "https://shop.example", **part: Any) -> Settings:
    return from_mapping(
        {"web": {"public_url": url}, "payments": {"provider": provider, provider: part} if provider else {}},
        {},
    )


@pytest.fixture
def wechat(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "private.pem").write_text(private_pem(fake_wechat_pay.MERCHANT))
    (tmp_path / "public.pem").write_text(public_pem(fake_wechat_pay.WECHAT))
    return {
        "mchid": "1900000109",
        "appid": "wx8888888888888888",
        "serial": fake_wechat_pay.MERCHANT_SERIAL,
        "private_key_file": str(tmp_path / "private.pem"),
        "public_key_id": fake_wechat_pay.SERIAL,
        "public_key_file": str(tmp_path / "public.pem"),
        "api_v3_key": fake_wechat_pay.API_V3_KEY,
    }


def test_nobody_the_sandbox_and_the_real_ones(wechat: dict[str, str], tmp_path: Path) -> None:
    assert provider_of(Settings(), "s", Clock()) is None
    sandbox = from_mapping({"payments": {"provider": "sandbox"}}, {})
    assert isinstance(provider_of(sandbox, "s", Clock()), Sandbox)
    assert isinstance(provider_of(settings("wechat", **wechat), "s", Clock()), WeChatPay)
    keys = fake_alipay.keys()
    (tmp_path / "a.pem").write_text(keys.private_key)
    (tmp_path / "b.pem").write_text(keys.public_key)
    part = {"appid": keys.appid} | {"private_key_file": str(tmp_path / "a.pem")}
    part |= {"public_key_file": str(tmp_path / "b.pem")}
    assert isinstance(provider_of(settings("alipay", **part), "s", Clock()), Alipay)


def test_everything_that_is_missing_is_said_in_one_go() -> None:
    assert faults(settings("wechat", url="")) == [
        "web.public_url: must be https://…; wechat brings its news to /pay/callback/wechat there",
        "payments.wechat.mchid: is missing",
        "payments.wechat.appid: is missing",
        "payments.wechat.serial: is missing",
        "payments.wechat.private_key_file: is missing",
        "payments.wechat.public_key_id: is missing",
        "payments.wechat.public_key_file: is missing",
        "payments.wechat.api_v3_key: is missing",
    ]
    assert faults(settings("alipay")) == [
        "payments.alipay.appid: is missing",
        "payments.alipay.private_key_file: is missing",
        "payments.alipay.public_key_file: is missing",
    ]
    assert faults(Settings()) == []


@pytest.mark.parametrize(
    ("key", "content", "sentence"),
    [
        (
            "private_key_file",
            None,
            "payments.wechat.private_key_file: cannot be read: No such file or directory",
        ),
        ("private_key_file", b"\xff", "payments.wechat.private_key_file: is no PEM file"),
        ("public_key_file", CANARY.encode(), "payments.wechat.public_key_file: is no PEM file"),
        (
            "private_key_file",
            f"-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----".encode(),
            "payments.wechat: failed to load private key.",
        ),
    ],
)
def test_a_key_file_that_is_none(
    wechat: dict[str, str], tmp_path: Path, key: str, content: bytes | None, sentence: str
) -> None:
    file = tmp_path / "broken.pem"
    if content is not None:
        file.write_bytes(content)
    assert faults(settings("wechat", **wechat | {key: str(file)})) == [sentence]


def test_a_short_api_key_is_said_without_showing_it(wechat: dict[str, str]) -> None:
    found = faults(settings("wechat", **wechat | {"api_v3_key": CANARY}))
    assert found == ["payments.wechat.api_v3_key: must have 32 letters"]


def test_a_library_that_is_not_there_is_said_with_how_to_get_it(
    wechat: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.payments.providers.find_spec", lambda _: None)
    with pytest.raises(BadSettings) as refused:
        provider_of(settings("wechat", **wechat), "s", Clock())
    assert str(refused.value) == "payments.provider: wechat needs its library: pip install '.[wechatpay]'"


def test_secrets_come_from_the_environment_and_do_not_show() -> None:
    given = from_mapping(
        {"payments": {"provider": "wechat"}},
        {"QUNDIAN_WECHAT_API_V3_KEY": CANARY, "QUNDIAN_WECHAT_APP_SECRET": f"{CANARY}2"},
    )
    part = given.payments.wechat
    assert part.api_v3_key.get_secret_value() == CANARY and part.app_secret.get_secret_value() == f"{CANARY}2"
    for shown in (repr(given), str(given), repr(given.model_dump()), given.model_dump_json()):
        assert CANARY not in shown


@pytest.mark.parametrize("broken", [{"payments": "x"}, {"payments": {"wechat": ["x"]}}])
def test_a_secret_for_a_part_that_is_no_table_is_refused_in_words(broken: dict[str, Any]) -> None:
    with pytest.raises(BadSettings, match="must be a table") as refused:
        from_mapping(broken, {"QUNDIAN_WECHAT_API_V3_KEY": CANARY})
    assert CANARY not in str(refused.value)


async def test_check_has_a_line_for_each(tmp_path: Path) -> None:
    said: list[str] = []
    looked_at = from_mapping(
        {
            "database": {"url": f"sqlite:///{tmp_path / 'shop.db'}"},
            "web": {"port": 0, "public_url": "https://shop.example"},
            "payments": {"provider": "alipay", "alipay": {"appid": "2021"}},
        },
        {},
    )
    wrong = await upkeep.check(looked_at, say=said.append)
    assert [line for line in said if "payments" in line] == [
        "✗ payments: payments.alipay.private_key_file: is missing",
        "✗ payments: payments.alipay.public_key_file: is missing",
    ]
    assert wrong == 2 + sum("migrations are waiting" in line for line in said)


def test_a_shop_without_them_loads_nothing_of_theirs() -> None:
    heavy = ["httpx", "wechatpayv3", "alipay", "Cryptodome", "OpenSSL"]
    look = f"import sys, bot.run, bot.upkeep; print([name for name in {heavy} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
