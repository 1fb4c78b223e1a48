"""设置: config.toml becomes one frozen value; a misspelt key is refused with the nearest known name.

Secrets come from the environment, too (ENVIRONMENT names them all), and win over the file. config.example.toml holds every key with its default; a test keeps the two equal.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import time
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from shop.kit.money import Money
from shop.rules.hours import parse


class BadSettings(ValueError):
    """Every fault of the file, one a line, each with its key. Values are never shown: one may be a secret."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


Name = Annotated[str, Field(min_length=1, max_length=64)]
Minutes = Annotated[int, Field(ge=1, le=1440)]
Hours = Annotated[int, Field(ge=1, le=720)]


class ShopPart(_Part):
    key: Name = "S1"  # names the shop in the database; never change it
    name: Name = "邻里鲜果"
    timezone: str = "Asia/Shanghai"
    hours: str = ""  # 8:00–21:00, as it should be said
    address: str = ""
    delivery: str = ""
    ask_above: str = "1000.00"  # orders from this many yuan on are asked about first

    @field_validator("ask_above")
    @classmethod
    def _is_money(cls, value: str) -> str:
        try:
            money = Money.parse(value)
        except ValueError:
            raise ValueError("must be an amount in yuan, like 1000.00") from None
        if money < Money(0):
            raise ValueError("must not be less than nothing")
        return value

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("must be a time zone, like Asia/Shanghai") from None
        return value


class DatabasePart(_Part):
    url: str = "sqlite:///data/shop.db"

    @field_validator("url")
    @classmethod
    def _can_be_read(cls, value: str) -> str:
        from shop import database  # here: `qundian --version` needs no database driver

        database.parse(value)  # its BadUrl never shows a password
        return value


class RedisPart(_Part):
    url: str = ""  # empty: in this process

    @field_validator("url")
    @classmethod
    def _can_be_read(cls, value: str) -> str:
        from redis.asyncio.connection import parse_url  # here: as above

        try:
            if value:
                parse_url(value)
        except ValueError:
            raise ValueError(
                "must be like redis://host:6379/0, rediss://… or unix:///folder/socket"
            ) from None
        return value


Knock = Literal["friends", "groups"]  # who can ask a WeChat account for something
GATEWAYS = ("wechaty", "python-wechaty")  # the kinds of channels that go through one


class ChannelPart(_Part):
    kind: Literal["webroom", "terminal", "wechaty", "python-wechaty"]
    name: Annotated[str, Field(max_length=32)] = (
        ""  # several of one kind need names of their own; empty: the kind
    )
    rooms: tuple[Name, ...] = ("水果群",)  # webroom: the groups people can join
    endpoint: str = ""  # wechaty: where the gateway is, 127.0.0.1:18788
    token: SecretStr = SecretStr("")
    tls: bool = False
    ca: str = ""  # a file of certificates to trust; empty: those that everybody trusts
    server_name: str = ""  # what the gateway's certificate says, where that is not its address
    lets_in: tuple[Knock, ...] = ("friends", "groups")  # wechaty: whose requests and invitations are accepted
    # 0: what the channel is known to bear; wechaty has limits of its own, the others have none
    per_minute: Annotated[int, Field(ge=0, le=10_000)] = 0  # at most this many lines a minute
    per_minute_in_a_place: Annotated[int, Field(ge=0, le=10_000)] = 0
    per_day: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    gap_seconds: Annotated[float, Field(ge=0, le=60)] = 0.0  # between two lines in one place
    breath_seconds: Annotated[float, Field(ge=0, le=60)] = 0.0  # between any two; in truth once to twice that

    @property
    def called(self) -> str:
        return self.name or self.kind

    @property
    def is_wechat(self) -> bool:
        return self.kind in GATEWAYS

    @field_validator("rooms")
    @classmethod
    def _each_once(cls, rooms: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(rooms)) != len(rooms):
            raise ValueError("two rooms have one name")
        return rooms

    @field_validator("endpoint")
    @classmethod
    def _is_host_and_port(cls, value: str) -> str:
        host, colon, port = value.rpartition(":")
        if value and not (host and colon and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise ValueError("must be like 127.0.0.1:18788")
        return value

    @field_validator("ca")
    @classmethod
    def _can_be_opened(cls, value: str) -> str:
        if value and not Path(value).is_file():
            raise ValueError("must be a file that exists")
        return value

    @model_validator(mode="after")
    def _has_a_gateway(self) -> Self:
        token = self.token.get_secret_value()
        if self.is_wechat and not (self.endpoint and token):
            raise ValueError(f"{self.kind} needs an endpoint and a token")
        if self.kind == "python-wechaty" and self.tls:
            raise ValueError("python-wechaty speaks no TLS; wechaty does")
        if not (token.isascii() and token.isprintable()):
            raise ValueError("token must be plain letters and digits")
        return self


class WebPart(_Part):
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    public_url: str = ""  # what links begin with; empty: http://host:port
    secret: str = (
        ""  # signs cookies and the sandbox's callbacks; empty: made once and kept beside the database
    )

    @field_validator("public_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value


class WeChatPart(_Part):
    """What is missing is said by `qundian check` and at the start (bot/payments/providers.py), all in one go."""

    mchid: str = ""
    appid: str = ""
    serial: str = ""  # of the merchant's own certificate
    private_key_file: str = ""
    public_key_id: str = ""  # PUB_KEY_ID_…
    public_key_file: str = ""
    api_v3_key: SecretStr = SecretStr("")
    app_secret: SecretStr = SecretStr("")  # with it, people can pay inside WeChat itself


class AlipayPart(_Part):
    appid: str = ""
    private_key_file: str = ""
    public_key_file: str = ""  # Alipay's


class PaymentsPart(_Part):
    provider: Literal["", "sandbox", "wechat", "alipay"] = (
        ""  # sandbox: a page of ours on which anybody can "pay"; never for a real shop
    )
    wechat: WeChatPart = WeChatPart()
    alipay: AlipayPart = AlipayPart()


class ApiPart(_Part):
    token: str = ""  # empty: the read API is closed


class MannersPart(_Part):
    quiet_from: str = "22:00"  # lists and promotions wait until quiet_to
    quiet_to: str = "08:00"
    hold_seconds: Annotated[float, Field(ge=0, le=10)] = (
        0.8  # how long a reply waits for one that replaces it
    )
    promotions_a_day: Annotated[int, Field(ge=0, le=100)] = 3  # a group gets at most so many

    @field_validator("quiet_from", "quiet_to")
    @classmethod
    def _is_time(cls, value: str) -> str:
        try:
            zone = time.fromisoformat(value).tzinfo
        except ValueError:
            raise ValueError("must be a time of day, like 22:00") from None
        if zone is not None:
            raise ValueError("must be a time of day in the shop's own zone, like 22:00")
        return value


class DeskPart(_Part):
    hours: tuple[str, ...] = ()  # when agents are there: "1-5 09:00-21:00", Monday is 1; empty: always
    holidays: tuple[str, ...] = ()  # days without agents: "2026-10-01"
    customers_at_once: Annotated[int, Field(ge=1, le=50)] = 8  # of one agent, unless the owner says otherwise
    next_agent_seconds: Annotated[int, Field(ge=30, le=3600)] = 120  # nobody took it: the next one is asked
    waiting_minutes: tuple[Minutes, ...] = (1, 3, 10)  # when a customer hears how it stands
    first_answer_minutes: Minutes = 2  # the goals: whoever misses one is reminded
    next_answer_minutes: Minutes = 5
    solved_hours: Hours = 24
    silent_minutes: Minutes = 10  # an agent who says nothing: somebody else is asked
    idle_hours: Hours = 24  # nobody says anything: it is over
    by_hand_minutes: Minutes = 30  # after words typed on the account's own phone: the bot takes up again
    same_agent_hours: Hours = 24  # who comes back within this finds the agent who knows him
    rating_hours: Hours = 24  # for so long a number is a rating
    failures: Annotated[int, Field(ge=1, le=20)] = 3  # not understood so often: a person comes
    same_question_minutes: Annotated[int, Field(ge=0, le=1440)] = 5  # asked twice within this: a person comes
    order_above: str = "2000.00"  # an order of so many yuan is told to an agent; empty: none is
    refund_above: str = "200.00"  # the same for a refund that is asked for

    @field_validator("order_above", "refund_above")
    @classmethod
    def _is_money(cls, value: str) -> str:
        try:
            if not value or Money.parse(value) > Money(0):
                return value
        except ValueError:
            pass
        raise ValueError("must be an amount in yuan, like 200.00, or empty")

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        parse(self.hours, self.holidays, "UTC")
        if not self.waiting_minutes or list(self.waiting_minutes) != sorted(set(self.waiting_minutes)):
            raise ValueError("waiting_minutes must be minutes, each later than the one before")
        if self.silent_minutes <= max(self.first_answer_minutes, self.next_answer_minutes):
            raise ValueError("silent_minutes must be longer than the goals: an agent is reminded first")
        return self


class SecondReaderPart(_Part):
    url: str = ""  # an OpenAI-compatible endpoint, https://host/v1; empty: nobody is asked
    model: Annotated[str, Field(max_length=200)] = ""
    key: str = ""
    timeout_seconds: Annotated[float, Field(ge=0.1, le=10)] = 2.5
    calls_a_day: Annotated[int, Field(ge=0, le=1_000_000)] = 300
    calls_per_person_an_hour: Annotated[int, Field(ge=0, le=10_000)] = 6
    longest_text: Annotated[int, Field(ge=1, le=1_000)] = 120  # a longer message is not sent

    @field_validator("url")
    @classmethod
    def _is_endpoint(cls, value: str) -> str:
        try:
            url = urlsplit(value)
            whole = url.scheme in ("http", "https") and bool(url.hostname) and (url.port or True)
        except ValueError:
            raise ValueError("must be like https://host/v1") from None
        if value and not whole:
            raise ValueError("must be like https://host/v1")
        if url.username or url.password or url.query or url.fragment:
            raise ValueError("must hold no key, no ? and no #; the key has a line of its own")
        return value

    @field_validator("key")
    @classmethod
    def _fits_a_header(cls, value: str) -> str:
        if value and not (value.isascii() and value.isprintable() and " " not in value):
            raise ValueError("must be plain letters and digits, without blanks")
        return value

    @model_validator(mode="after")
    def _has_a_model(self) -> Self:
        if self.url and not self.model:
            raise ValueError("model must be named where there is a url")
        return self


class LogPart(_Part):
    level: Literal["debug", "info", "warning", "error"] = "info"
    json_lines: bool = False


class Settings(_Part):
    shop: ShopPart = ShopPart()
    database: DatabasePart = DatabasePart()
    redis: RedisPart = RedisPart()
    channels: tuple[ChannelPart, ...] = (ChannelPart(kind="webroom"),)
    web: WebPart = WebPart()
    payments: PaymentsPart = PaymentsPart()
    api: ApiPart = ApiPart()
    manners: MannersPart = MannersPart()
    desk: DeskPart = DeskPart()
    second_reader: SecondReaderPart = SecondReaderPart()
    log: LogPart = LogPart()

    @field_validator("channels")
    @classmethod
    def _own_names(cls, channels: tuple[ChannelPart, ...]) -> tuple[ChannelPart, ...]:
        if not channels:
            raise ValueError("at least one channel, or nobody can be heard")
        names = [channel.called for channel in channels]
        if len(set(names)) != len(names):
            raise ValueError("two channels have one name; give each a name of its own")
        return channels

    @property
    def public_url(self) -> str:
        return self.web.public_url.rstrip("/") or f"http://{self.web.host}:{self.web.port}"


ENVIRONMENT: dict[str, tuple[str, ...]] = {
    "QUNDIAN_SECRET": ("web", "secret"),
    "QUNDIAN_API_TOKEN": ("api", "token"),
    "QUNDIAN_DATABASE_URL": ("database", "url"),
    "QUNDIAN_REDIS_URL": ("redis", "url"),
    "QUNDIAN_SECOND_READER_KEY": ("second_reader", "key"),
    "QUNDIAN_WECHATY_TOKEN": ("channels", "token"),
    "QUNDIAN_WECHAT_API_V3_KEY": ("payments", "wechat", "api_v3_key"),
    "QUNDIAN_WECHAT_APP_SECRET": ("payments", "wechat", "app_secret"),
}


def load(path: Path, environment: Mapping[str, str]) -> Settings:
    """Read a config file. Raises BadSettings with every fault."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise BadSettings(f"cannot read {path}: {exc.strerror}") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise BadSettings(f"{path} is not TOML: {exc}") from exc
    return from_mapping(data, environment)


def from_mapping(data: Mapping[str, Any], environment: Mapping[str, str]) -> Settings:
    merged = deepcopy(dict(data))
    for variable, (*place, key) in ENVIRONMENT.items():
        if environment.get(variable):
            _put(merged, place, key, environment[variable])
    try:
        return Settings.model_validate(merged)
    except ValidationError as exc:
        raise BadSettings("\n".join(_sentence(error) for error in exc.errors(include_input=False))) from None


def _put(data: dict[str, Any], place: Sequence[str], key: str, value: str) -> None:
    """What is no table stays as it is: it is refused where everything is looked at. Of the channels, the ones behind a
    gateway are meant."""
    part: Any = data
    if place == ["channels"]:
        channels = data.get("channels")
        for one in channels if isinstance(channels, (list, tuple)) else ():
            if isinstance(one, dict) and one.get("kind") in GATEWAYS:
                one[key] = value
        return
    for name in place:
        part = part.setdefault(name, {})
        if not isinstance(part, dict):
            return
    part[key] = value


def _sentence(error: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        near = get_close_matches(str(error["loc"][-1]), _known(error["loc"][:-1]), n=1)
        return f"{where}: no such key" + (f"; did you mean {near[0]}?" if near else "")
    plain = _PLAIN.get(error["type"]) or str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {plain}"


_PLAIN = {  # where pydantic speaks of Python
    "missing": "is missing",
    "model_type": "must be a table",
    "tuple_type": 'must be a list, like ["水果群"]',
    "string_too_short": "must not be empty",
}


def _known(place: tuple[Any, ...]) -> list[str]:
    """The keys that exist at this place."""
    model: Any = Settings
    for part in place:
        if isinstance(part, int):
            continue
        field = model.model_fields[part]
        model = ChannelPart if part == "channels" else field.annotation
    return list(model.model_fields)
