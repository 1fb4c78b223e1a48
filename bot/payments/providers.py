"""谁来收款: the provider that the config names, with its keys read; each thing that is missing as one sentence.

Nothing of a provider is imported before it is chosen: the demo carries none of their libraries.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from bot.clock import SystemClock
from bot.payments.port import Provider
from bot.payments.sandbox import Sandbox
from bot.settings import AlipayPart, BadSettings, Settings, WeChatPart

LIBRARIES = {"wechat": ("wechatpayv3", "wechatpay"), "alipay": ("alipay", "alipay")}  # module, extra
FILES = ("private_key_file", "public_key_file")
OPTIONAL = {"app_secret"}


def provider_of(settings: Settings, secret: str, clock: Callable[[], datetime]) -> Provider | None:
    """Who takes the money online; nobody unless the config says so. Raises BadSettings with every fault."""
    name = settings.payments.provider
    if not name:
        return None
    if name == "sandbox":
        return Sandbox(secret=secret, clock=clock, since=clock())
    if found := _faults(settings):
        raise BadSettings("\n".join(found))
    try:
        return _wechat(settings, clock) if name == "wechat" else _alipay(settings, clock)
    except ValueError as exc:
        raise BadSettings(f"payments.{name}: {exc}") from None


def faults(settings: Settings) -> list[str]:
    """What keeps the chosen provider from working, one sentence each; values are never shown, nobody is asked."""
    try:
        provider_of(settings, "only to look", SystemClock().now)
    except BadSettings as exc:
        return str(exc).splitlines()
    return []


def _faults(settings: Settings) -> list[str]:
    name = settings.payments.provider
    module, extra = LIBRARIES[name]
    found = (
        []
        if find_spec(module)
        else [f"payments.provider: {name} needs its library: pip install '.[{extra}]'"]
    )
    if not settings.web.public_url.startswith("https://"):
        found.append(
            f"web.public_url: must be https://…; {name} brings its news to /pay/callback/{name} there"
        )
    part = settings.payments.wechat if name == "wechat" else settings.payments.alipay
    return found + [f"payments.{name}.{key}: {fault}" for key, fault in _faults_of(part)]


def _faults_of(part: WeChatPart | AlipayPart) -> list[tuple[str, str]]:
    found = []
    for key, value in part.model_dump().items():
        if not _plain(value) and key not in OPTIONAL:
            found.append((key, "is missing"))
        elif key in FILES and (why := _unreadable(value)):
            found.append((key, why))
    if isinstance(part, WeChatPart) and len(part.api_v3_key.get_secret_value()) not in (0, 32):
        found.append(("api_v3_key", "must have 32 letters"))
    return found


def _plain(value: object) -> str:
    return value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)


def _unreadable(file: str) -> str:
    try:
        text = Path(file).read_text(encoding="ascii")
    except UnicodeDecodeError:
        return "is no PEM file"
    except OSError as exc:
        return f"cannot be read: {exc.strerror}"
    return "" if "-----BEGIN" in text else "is no PEM file"


def _wechat(settings: Settings, clock: Callable[[], datetime]) -> Provider:
    from bot.payments.wechat import WeChatPay
    from bot.payments.wechat_wire import Keys

    part = settings.payments.wechat
    keys = Keys(
        mchid=part.mchid,
        appid=part.appid,
        serial=part.serial,
        public_key_id=part.public_key_id,
        public_key=Path(part.public_key_file).read_text(encoding="ascii"),
        private_key=Path(part.private_key_file).read_text(encoding="ascii"),
        api_v3_key=part.api_v3_key.get_secret_value(),
        app_secret=part.app_secret.get_secret_value(),
    )
    return WeChatPay(keys, shop_name=settings.shop.name, public_url=settings.public_url, clock=clock)


def _alipay(settings: Settings, clock: Callable[[], datetime]) -> Provider:
    from bot.payments.alipay import Alipay, Keys

    part = settings.payments.alipay
    keys = Keys(
        appid=part.appid,
        public_key=Path(part.public_key_file).read_text(encoding="ascii"),
        private_key=Path(part.private_key_file).read_text(encoding="ascii"),
    )
    return Alipay(keys, shop_name=settings.shop.name, public_url=settings.public_url, clock=clock)
