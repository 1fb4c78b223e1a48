"""设置: every broken config is refused with the key, the nearest known name and never a value."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bot.settings import BadSettings, ChannelPart, Settings, from_mapping, load

CANARY = "c4nary"
ROOM = '[[channels]]\nkind = "webroom"\n'

# What is written, and what is said of it; every value that could be a secret is the canary.
BROKEN = [
    (f'[webb]\nsecret = "{CANARY}"', "webb: no such key; did you mean web?"),
    (f'[Web]\nsecret = "{CANARY}"', "Web: no such key; did you mean web?"),
    (f'[databases]\nurl = "{CANARY}"', "databases: no such key; did you mean database?"),
    (f'secret = "{CANARY}"', "secret: no such key"),
    (f'[web]\nsercet = "{CANARY}"', "web.sercet: no such key; did you mean secret?"),
    (f'[web]\nprot = "{CANARY}"', "web.prot: no such key; did you mean port?"),
    (f'[api]\ntokens = "{CANARY}"', "api.tokens: no such key; did you mean token?"),
    (f'[shop]\nadress = "{CANARY}"', "shop.adress: no such key; did you mean address?"),
    (f'[manners]\nquiet_form = "{CANARY}"', "manners.quiet_form: no such key; did you mean quiet_from?"),
    (f'[payments]\nprovidor = "{CANARY}"', "payments.providor: no such key; did you mean provider?"),
    (f'{ROOM}romms = ["{CANARY}"]', "channels.0.romms: no such key; did you mean rooms?"),
    (f'{ROOM}{ROOM}name = "b"\nxyz = "{CANARY}"', "channels.1.xyz: no such key"),
    (f'web = "{CANARY}"', "web: must be a table"),
    (f'api = ["{CANARY}"]', "api: must be a table"),
    (f'channels = "{CANARY}"', "channels: must be a list"),
    (f'channels = ["{CANARY}"]', "channels.0: must be a table"),
    ("channels = []", "channels: at least one channel"),
    (f'[[channels]]\nname = "{CANARY}"', "channels.0.kind: is missing"),
    (
        f'[[channels]]\nkind = "{CANARY}"',
        "channels.0.kind: Input should be 'webroom', 'terminal', 'wechaty' or 'python-wechaty'",
    ),
    (f'{ROOM}rooms = "{CANARY}"', "channels.0.rooms: must be a list"),
    (f'{ROOM}rooms = ["{CANARY}", "{CANARY}"]', "channels.0.rooms: two rooms have one name"),
    (f'{ROOM}rooms = ["{CANARY}", ""]', "channels.0.rooms.1: must not be empty"),
    (f'{ROOM}rooms = ["{CANARY}", 1]', "channels.0.rooms.1: Input should be a valid string"),
    (f'{ROOM}name = "{CANARY * 6}"', "channels.0.name: String should have at most 32 characters"),
    (f'{ROOM}per_minute = "{CANARY}"', "channels.0.per_minute: Input should be a valid integer"),
    (f"{ROOM}per_minute = -1", "channels.0.per_minute: Input should be greater than or equal to 0"),
    (f"{ROOM}gap_seconds = 61", "channels.0.gap_seconds: Input should be less than or equal to 60"),
    (f"{ROOM}gap_seconds = nan", "channels.0.gap_seconds: Input should be"),
    (f'{ROOM}name = "{CANARY}"\n{ROOM}name = "{CANARY}"', "channels: two channels have one name"),
    (ROOM + ROOM, "channels: two channels have one name; give each a name of its own"),
    (f'{ROOM}[[channels]]\nkind = "terminal"\nname = "webroom"', "channels: two channels have one name"),
    ('[shop]\nname = ""', "shop.name: must not be empty"),
    ('[shop]\nkey = ""', "shop.key: must not be empty"),
    (f'[shop]\nname = "{CANARY * 11}"', "shop.name: String should have at most 64 characters"),
    ("[shop]\nname = 3", "shop.name: Input should be a valid string"),
    (f'[shop]\ntimezone = "{CANARY}"', "shop.timezone: must be a time zone, like Asia/Shanghai"),
    ('[shop]\ntimezone = "../../etc/passwd"', "shop.timezone: must be a time zone"),
    ('[shop]\ntimezone = ""', "shop.timezone: must be a time zone"),
    (f'[shop]\nask_above = "{CANARY}"', "shop.ask_above: must be an amount in yuan, like 1000.00"),
    ('[shop]\nask_above = "0.001"', "shop.ask_above: must be an amount in yuan"),
    ('[shop]\nask_above = "-1"', "shop.ask_above: must not be less than nothing"),
    (f'[database]\nurl = "mysql://{CANARY}:{CANARY}@h/s"', "database.url: the database URL must begin with"),
    (f'[database]\nurl = "sqlite://{CANARY}"', "database.url: a SQLite URL is sqlite:///relative/shop.db"),
    (f'[database]\nurl = "postgres://:{CANARY}@h/shop"', "database.url: the database URL names no user"),
    (f'[database]\nurl = "postgres://u:{CANARY}@h:p/s"', "database.url: the database URL cannot be read"),
    (f'[redis]\nurl = "http://:{CANARY}@h:1/0"', "redis.url: must be like redis://host:6379/0"),
    (f'[redis]\nurl = "redis://:{CANARY}@h:port/0"', "redis.url: must be like redis://host:6379/0"),
    (f'[web]\nport = "{CANARY}"', "web.port: Input should be a valid integer"),
    ("[web]\nport = 65536", "web.port: Input should be less than or equal to 65535"),
    ('[web]\nhost = ""', "web.host: must not be empty"),
    (f'[web]\npublic_url = "{CANARY}"', "web.public_url: must begin with http:// or https://"),
    (
        f'[payments]\nprovider = "{CANARY}"',
        "payments.provider: Input should be '', 'sandbox', 'wechat' or 'alipay'",
    ),
    ("[api]\ntoken = 2026-05-01", "api.token: Input should be a valid string"),
    (f'[manners]\nquiet_to = "{CANARY}"', "manners.quiet_to: must be a time of day, like 22:00"),
    ('[manners]\nquiet_to = "25:00"', "manners.quiet_to: must be a time of day, like 22:00"),
    ('[manners]\nquiet_to = "08:00+08:00"', "manners.quiet_to: must be a time of day in the shop's own zone"),
    (f'[manners]\nhold_seconds = "{CANARY}"', "manners.hold_seconds: Input should be a valid number"),
    ("[manners]\nhold_seconds = 11", "manners.hold_seconds: Input should be less than or equal to 10"),
    ("[manners]\npromotions_a_day = 1.5", "manners.promotions_a_day: Input should be a valid integer"),
    (
        "[desk]\nwaiting_minutes = [3, 1]",
        "desk: waiting_minutes must be minutes, each later than the one before",
    ),
    ("[desk]\nsilent_minutes = 5", "desk: silent_minutes must be longer than the goals"),
    ('[desk]\nrefund_above = "0"', "desk.refund_above: must be an amount in yuan, like 200.00, or empty"),
    ("[desk]\nfailures = 0", "desk.failures: Input should be greater than or equal to 1"),
    (f'[log]\nlevel = "{CANARY}"', "log.level: Input should be 'debug', 'info', 'warning' or 'error'"),
    (f'[log]\njson_lines = "{CANARY}"', "log.json_lines: Input should be a valid boolean"),
]


@pytest.mark.parametrize(("text", "sentence"), BROKEN)
def test_a_broken_config_names_its_key_and_shows_no_value(text: str, sentence: str) -> None:
    with pytest.raises(BadSettings) as refused:
        from_mapping(tomllib.loads(text), {})
    said = str(refused.value)
    assert said.startswith(sentence)
    assert "\n" not in said
    assert CANARY not in said
    assert "pydantic" not in said
    assert refused.value.__cause__ is None  # a traceback would show what the sentence hides


def test_every_fault_is_said_in_one_go() -> None:
    text = f'[web]\nport = -1\nsecrte = "{CANARY}"\n[log]\nlevel = "{CANARY}"\n[shop]\ntimezone = "{CANARY}"'
    with pytest.raises(BadSettings) as refused:
        from_mapping(tomllib.loads(text), {})
    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == [
        "shop.timezone",
        "web.port",
        "web.secrte",
        "log.level",
    ]


@pytest.mark.parametrize(
    "text",
    [
        f'[web\nsecret = "{CANARY}"',
        f"[web]\nsecret = {CANARY}",
        f'[web]\nsecret = "{CANARY}',
        f'[web]\nsecret = "{CANARY}"\nsecret = "{CANARY}"',
        f'[web]\nsecret = "{CANARY}"\n[web]',
        f'secret = """{CANARY}',
        f"{CANARY}",
        f'a = 1 "{CANARY}"',
    ],
)
def test_what_is_not_toml_is_refused_without_showing_it(text: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadSettings, match=r"config\.toml is not TOML: ") as refused:
        load(file, {})
    assert CANARY not in str(refused.value)


def test_a_file_that_is_not_text_and_one_that_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    with pytest.raises(BadSettings, match=r"cannot read .*config\.toml: No such file"):
        load(file, {})
    with pytest.raises(BadSettings, match=r"cannot read .*: Is a directory"):
        load(tmp_path, {})
    file.write_bytes(b"\xff\xfe[web]")
    with pytest.raises(BadSettings, match="is not TOML: 'utf-8' codec"):
        load(file, {})


# ── what is right ───────────────────────────────────────────────────────────────────────────────────────────────


def test_an_empty_file_is_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("", encoding="utf-8")
    assert load(file, {}) == Settings()


def test_the_environment_wins_over_the_file() -> None:
    written = {
        "web": {"secret": "file", "port": 1},
        "api": {"token": "file"},
        "database": {"url": "sqlite:///file.db"},
        "redis": {"url": "redis://file:1/0"},
    }
    environment = {
        "QUNDIAN_SECRET": "env",
        "QUNDIAN_API_TOKEN": "env",
        "QUNDIAN_DATABASE_URL": "sqlite:///env.db",
        "QUNDIAN_REDIS_URL": "unix:///env/socket",
        "QUNDIAN_OTHER": "nobody asks",
    }
    for data in (written, {}):
        settings = from_mapping(data, environment)
        assert (settings.web.secret, settings.api.token) == ("env", "env")
        assert (settings.database.url, settings.redis.url) == ("sqlite:///env.db", "unix:///env/socket")
    assert from_mapping(written, environment).web.port == 1
    assert written["web"]["secret"] == "file"  # what was given is left alone


def test_an_empty_variable_is_no_variable() -> None:
    assert from_mapping({"api": {"token": "file"}}, {"QUNDIAN_API_TOKEN": ""}).api.token == "file"


def test_a_variable_is_held_to_the_same_rules_and_not_shown() -> None:
    with pytest.raises(BadSettings, match=r"^database\.url: ") as refused:
        from_mapping({}, {"QUNDIAN_DATABASE_URL": f"mysql://u:{CANARY}@h/s"})
    assert CANARY not in str(refused.value)


def test_a_variable_does_not_hide_that_its_part_is_no_table() -> None:
    with pytest.raises(BadSettings, match=r"^web: must be a table$"):
        from_mapping({"web": CANARY}, {"QUNDIAN_SECRET": CANARY})


def test_several_channels_of_one_kind_need_names_of_their_own() -> None:
    settings = from_mapping({"channels": [{"kind": "webroom"}, {"kind": "webroom", "name": "二群"}]}, {})
    assert [channel.called for channel in settings.channels] == ["webroom", "二群"]


def test_links_begin_with_the_public_address_or_the_own_one() -> None:
    assert from_mapping({"web": {"host": "0.0.0.0", "port": 81}}, {}).public_url == "http://0.0.0.0:81"
    assert from_mapping({"web": {"public_url": "https://a.example/"}}, {}).public_url == "https://a.example"


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().web.port = 1
    assert ChannelPart(kind="webroom").rooms == ("水果群",)
