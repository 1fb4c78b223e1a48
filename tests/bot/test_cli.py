"""命令行: the real `qundian` as a person types it: what it says, how it ends, and never a traceback."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import typer

from bot.__main__ import _assortment

ROOT = Path(__file__).parents[2]
QUNDIAN = Path(sys.executable).parent / "qundian"
DEMO = ROOT / "bot" / "demo.json"
CANARY = "c4nary"
GENEROUS = 40.0  # seconds within which something must happen
COMMANDS = ("demo", "run", "chat", "play", "understand", "seed", "migrate", "check", "audit")
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("QUNDIAN_")} | {
    "PYTHONIOENCODING": "utf-8",
    "COLUMNS": "80",
}


def qundian(*words: str | Path, cwd: Path, typed: str | bytes = "", **variables: str) -> tuple[int, str, str]:
    """Exit status, what was said, what was complained of."""
    ran = subprocess.run(
        [QUNDIAN, *map(str, words)],
        cwd=cwd,
        input=typed.encode() if isinstance(typed, str) else typed,
        capture_output=True,
        check=False,
        timeout=GENEROUS,
        env=ENVIRONMENT | variables,
    )
    said, complained = ran.stdout.decode(), ran.stderr.decode()
    assert "Traceback" not in said + complained, said + complained
    return ran.returncode, said, complained


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def config(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


# ── the first look ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_version_and_the_help_read_well(tmp_path: Path) -> None:
    assert qundian("--version", cwd=tmp_path) == (0, "qundian 0.1.0\n", "")
    status, said, _ = qundian("--help", cwd=tmp_path)
    assert status == 0
    listed = dict(re.findall(r"^  (\w+) +(\S.*)$", said.partition("Commands:")[2], re.MULTILINE))
    assert tuple(listed) == COMMANDS
    for name, sentence in listed.items():
        assert sentence.endswith("."), f"{name}: {sentence}"
        assert not sentence.endswith("..."), f"{name} is cut off: {sentence}"
    assert "qundian demo" in said


def test_a_command_that_does_not_exist_and_an_option_that_is_wrong(tmp_path: Path) -> None:
    assert qundian("dmeo", cwd=tmp_path)[0] == 2
    assert qundian("demo", "--port", "99999", cwd=tmp_path)[0] == 2
    (tmp_path / "file").touch()
    assert qundian("demo", "--data", tmp_path / "file", cwd=tmp_path)[0] == 2
    status, _, complained = qundian("demo", "--now", "tomorrow", cwd=tmp_path)
    assert (status, "write 2026-05-01T10:00+08:00" in complained) == (2, True)


# ── play ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_transcripts_are_played_and_the_first_difference_is_shown_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "ok.chat").write_text("# 好\n小李@水果群: 来2箱橙子\nbot> …0501-001…\n", encoding="utf-8")
    (tmp_path / "other.chat").write_text("小李: 来2箱橙子\nbot> …\n小李: 取消\nbot> 不行\n", encoding="utf-8")
    (tmp_path / "broken.chat").write_text("小李: 好\n今天天气不错\n", encoding="utf-8")
    (tmp_path / "bytes.chat").write_bytes(b"\xff\xfe")
    (tmp_path / "unpaid.chat").write_text("小李: 菜单\nbot> …\n（小李付款）\n", encoding="utf-8")
    names = [f"{name}.chat" for name in ("ok", "other", "broken", "bytes", "unpaid", "none")]
    status, said, _ = qundian("play", *names, cwd=tmp_path)
    assert status == 1
    lines = said.splitlines()
    assert lines[0] == "[1/6] ✓ ok.chat"
    assert lines[1:3] == ["[2/6] ✗ other.chat:4", "  应该: bot@小李> 不行"]
    assert lines[3].startswith("  实际: 0501-001 取消了")
    assert lines[4] == "[3/6] ✗ broken.chat: line 2: neither said nor expected: 今天天气不错"
    assert lines[5].startswith("[4/6] ✗ bytes.chat: 'utf-8' codec")
    assert lines[6].startswith("[5/6] ✗ unpaid.chat: line 3: ")
    assert lines[7:] == ["[6/6] ✗ none.chat: No such file or directory", "1 passed, 5 failed"]


def test_show_prints_what_is_really_said_and_that_plays(tmp_path: Path) -> None:
    (tmp_path / "a.chat").write_text("# 题\n小李@水果群: 来2箱橙子\n+16m\n", encoding="utf-8")
    status, said, _ = qundian("play", "--show", "a.chat", cwd=tmp_path)
    assert status == 0
    assert "bot> 小李：橙子2箱，记下了（0501-001）" in said
    (tmp_path / "b.chat").write_text(said.partition("[1/1]")[0], encoding="utf-8")
    assert qundian("play", "b.chat", cwd=tmp_path)[0] == 0


def test_a_transcript_is_not_played_to_real_customers(tmp_path: Path) -> None:
    (tmp_path / "a.chat").write_text("小李: 来2箱橙子\nbot> 0501-001…\n", encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'play.db'}"
    status, said, _ = qundian("play", "a.chat", "a.chat", "--database", url, cwd=tmp_path)
    assert (status, said.splitlines()[-1]) == (0, "2 passed, 0 failed")
    file = config(tmp_path, "")
    assert qundian("seed", "--catalogue", DEMO, "-c", file, cwd=tmp_path)[0] == 0
    status, said, complained = qundian("play", "a.chat", "--database", "sqlite:///data/shop.db", cwd=tmp_path)
    assert (status, said) == (1, "")
    assert complained.startswith("there is a shop in this database already")
    assert qundian("play", "a.chat", "--database", "mysql://x", cwd=tmp_path)[0] == 2


# ── check, migrate, seed ────────────────────────────────────────────────────────────────────────────────────────


def test_a_shop_is_set_up_and_found_in_order(tmp_path: Path) -> None:
    file = config(tmp_path, f"[web]\nport = {free_port()}\n")
    assert qundian("check", cwd=tmp_path)[0] == 0  # the first start makes the tables
    status, said, _ = qundian("migrate", cwd=tmp_path)
    assert status == 0 and said.startswith("applied 0001_first_tables\n")
    assert qundian("migrate", "-c", file, cwd=tmp_path) == (0, "the database is up to date\n", "")
    status, said, _ = qundian("check", cwd=tmp_path)
    assert status == 0
    marks = [line.split(":")[0] for line in said.splitlines()]
    assert marks == ["✓ config", "✓ database", "✓ redis", "✓ web", "✓ api", "✓ payments"]
    for new in (14, 0):
        status, said, _ = qundian("seed", "--catalogue", DEMO, cwd=tmp_path)
        assert (status, said) == (0, f"上架了 {new} 样，原来就有的没动\n")


def test_a_shop_of_an_older_version_is_told_to_migrate(tmp_path: Path) -> None:
    config(tmp_path, f"[web]\nport = {free_port()}\n")
    assert qundian("migrate", cwd=tmp_path)[0] == 0
    with closing(sqlite3.connect(tmp_path / "data" / "shop.db")) as file, file:
        file.execute("DELETE FROM tortoise_migrations WHERE id > 1")
    status, said, _ = qundian("check", cwd=tmp_path)
    assert (status, "✗ database: migrations are waiting (" in said) == (1, True)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f'[webb]\nsecret = "{CANARY}"', "webb: no such key; did you mean web?"),
        (f'[web\nsecret = "{CANARY}"', "config.toml is not TOML: "),
        (f'[database]\nurl = "mysql://u:{CANARY}@h/s"', "database.url: the database URL must begin with"),
        (None, "cannot read config.toml: No such file"),
    ],
)
def test_a_fault_of_the_config_is_one_sentence_and_status_two(
    text: str | None, sentence: str, tmp_path: Path
) -> None:
    if text is not None:
        config(tmp_path, text)
    for words in (["check"], ["run"]):
        status, said, complained = qundian(*words, cwd=tmp_path)
        assert (status, said) == (2, ""), words
        assert sentence in complained
        assert CANARY not in complained


def test_a_fault_of_the_world_is_one_sentence_and_status_one(tmp_path: Path) -> None:
    """Every part is away at once; each is said, and no password with it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        config(
            tmp_path,
            f'[database]\nurl = "postgres://li:{CANARY}@127.0.0.1:1/shop"\n'
            f'[redis]\nurl = "redis://:{CANARY}@127.0.0.1:1/0"\n[web]\nport = {port}\n',
        )
        status, said, complained = qundian("check", cwd=tmp_path)
        assert (status, complained, CANARY in said) == (1, "", False)
        assert "✗ database: no PostgreSQL is running at 127.0.0.1:1" in said
        assert "✗ redis: cannot be reached: " in said
        assert f"✗ web: 127.0.0.1:{port} cannot be used: somebody uses it already. Change web.host" in said
        for words in (["run"], ["migrate"]):
            assert qundian(*words, cwd=tmp_path) == (1, "", "no PostgreSQL is running at 127.0.0.1:1\n")
        config(tmp_path, f"[web]\nport = {port}\n")
        status, said, complained = qundian("run", cwd=tmp_path)
        assert (status, said) == (1, "")  # and no pairing code that nobody could use
        assert complained.startswith(f"127.0.0.1:{port} cannot be used: somebody uses it already")
        status, said, complained = qundian("demo", "--port", str(port), cwd=tmp_path)
        assert (status, said) == (1, "")
        assert complained == f"the port {port} is taken: try another one, --port {port + 1}\n"


def test_a_database_file_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for url, sentence in (
        ("sqlite:///file/shop.db", "the folder file cannot be made: File exists"),
        ("sqlite:////proc/nowhere/shop.db", "the folder /proc/nowhere cannot be made: No such file"),
    ):
        config(tmp_path, f'[database]\nurl = "{url}"\n[web]\nport = {free_port()}\n')
        status, said, _ = qundian("check", cwd=tmp_path)
        assert (status, f"✗ database: {sentence}" in said) == (1, True), said
        status, _, complained = qundian("migrate", cwd=tmp_path)
        assert (status, complained.startswith(sentence)) == (1, True)


GOODS: dict[str, Any] = json.loads(DEMO.read_text(encoding="utf-8"))
FIRST = GOODS["products"][0]


@pytest.mark.parametrize(
    ("goods", "sentence"),
    [
        ("{", "is not JSON"),
        ([], '"format" must be "nlu-catalogue/1"'),
        (GOODS | {"format": "x"}, '"format" must be "nlu-catalogue/1"'),
        ({"format": GOODS["format"]}, "shop: "),
        (GOODS | {"units": None}, "units: "),
        (GOODS | {"products": [{"id": "F", "name": "x", "skus": []}]}, "products[0]: "),
        (GOODS | {"products": [FIRST, FIRST]}, "two products or two skus have the same id"),
        (GOODS | {"campaigns": [{}]}, "campaigns: "),
        (
            GOODS | {"campaigns": [{"id": "C", "kind": "flash", "items": [{"no": 1, "sku": "X"}]}]},
            "campaign C: no sku X",
        ),
        (GOODS | {"coupons": [{}]}, "coupons: "),
        (GOODS | {"stock": {"X": "1"}}, "stock: no sku X"),
        (GOODS | {"stock": {"F01-1": "viele"}}, "stock: not an amount"),
        (GOODS | {"promotions": [{"kind": "x"}]}, "promotions: no promotion of kind"),
        (GOODS | {"shop": GOODS["shop"] | {"tz": "Mars/Base"}}, "shop: tz: "),
    ],
)
def test_each_fault_of_a_catalogue_is_one_sentence(
    goods: Any, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "goods.json"
    file.write_text(goods if isinstance(goods, str) else json.dumps(goods), encoding="utf-8")
    with pytest.raises(typer.Exit) as ended:  # what every command with --catalogue calls first
        _assortment(file)
    said, complained = capsys.readouterr()
    assert (ended.value.exit_code, said, sentence in complained) == (2, "", True), complained
    assert str(file) in complained
    assert complained.count("\n") == 1


def test_a_bad_catalogue_stops_every_command_that_takes_one(tmp_path: Path) -> None:
    (tmp_path / "goods.json").write_text(json.dumps(GOODS | {"stock": {"X": "1"}}), encoding="utf-8")
    config(tmp_path, "")
    for command in ("seed", "chat"):
        ended = qundian(command, "--catalogue", "goods.json", cwd=tmp_path)
        assert ended == (2, "", "goods.json: stock: no sku X\n")
    status, _, complained = qundian("understand", "--catalogue", "none.json", cwd=tmp_path)
    assert (status, complained) == (2, "cannot read none.json: No such file or directory\n")


# ── understand, chat ────────────────────────────────────────────────────────────────────────────────────────────


def test_messages_are_understood_one_a_line_and_a_bad_line_stops_nobody(tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": "1", "text": "来2箱橙子"}).encode(),
        b"{nope",
        b"\xff\xfe",
        b"[]",
        json.dumps({"id": "2", "text": "香蕉3斤"}, ensure_ascii=False).encode(),
    ]
    status, said, _ = qundian("understand", "--catalogue", DEMO, cwd=tmp_path, typed=b"\n".join(lines))
    answers = [json.loads(line) for line in said.splitlines()]
    assert (status, len(answers)) == (0, 5)
    assert [answer.get("error", "")[:8] for answer in answers] == ["", "not JSON", "not JSON", "not an o", ""]
    assert [answers[n]["lines"][0]["sku"] for n in (0, 4)] == ["F01-1", "F02-1"]


def test_several_people_talk_in_the_terminal(tmp_path: Path) -> None:
    typed = "小李@水果群: 来2箱橙子\n再加1箱橙子\n阿花: 我的订单\n8:30来\n店主: 今日订单\n小李: 今日订单\n"
    status, said, complained = qundian("chat", cwd=tmp_path, typed=typed)
    assert (status, complained) == (0, "")
    places: dict[str, str] = {}
    for where, text in re.findall(r"^邻里鲜果@(\S+?)> ((?:.+)(?:\n {10}.+)*)", said, re.MULTILINE):
        places[where] = places.get(where, "") + text + "\n"
    code = re.search(r"\d{4}-001", places["水果群"])
    assert code is not None
    assert "小李：橙子2箱，记下了" in places["水果群"]
    assert "¥" not in places["水果群"]
    assert f"{code[0]}  橙子2箱 ¥59.80" in places["小李"]
    assert "/o/" in places["小李"]
    assert places["阿花"].startswith("还没有订过")
    assert places["店主"].startswith("今天 1 单")
    assert "小李：橙子3箱" in places["店主"]
    assert "今天 1 单" not in places["小李"]


# ── the running shop ────────────────────────────────────────────────────────────────────────────────────────────


def get(address: str, **headers: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(address, headers=headers), timeout=GENEROUS) as answer:
        return str(answer.read().decode())


class Browser:
    """A member of the web room, as a browser is one."""

    def __init__(self, base: str, name: str) -> None:
        self.base = base
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)
        token = re.search(r'name="token" value="([^"]+)"', self.get("/room"))
        assert token is not None
        form = urllib.parse.urlencode({"name": name, "token": unescape(token[1])})
        self.opener.open(f"{base}/room/join", form.encode(), timeout=GENEROUS).read()

    def get(self, path: str) -> str:
        with self.opener.open(self.base + path, timeout=GENEROUS) as answer:
            return str(answer.read().decode())

    def say(self, text: str, room: str | None = None) -> int:
        body = json.dumps({"room": room, "text": text, "nonce": os.urandom(8).hex()}).encode()
        headers = {"Content-Type": "application/json", "Origin": self.base}
        asked = urllib.request.Request(f"{self.base}/room/say", body, headers)
        with self.opener.open(asked, timeout=GENEROUS) as answer:
            return int(json.loads(answer.read())["id"])

    def hears(self, words: str, after: int) -> str:
        """What the shop says, once these words are in it."""
        deadline = time.monotonic() + GENEROUS
        seen = ""
        while time.monotonic() < deadline:
            seen = self.get(f"/room/lines?after={after}")
            if words in seen:
                return seen
            time.sleep(0.05)
        raise AssertionError(f"not said: {words}\n{seen}")


@contextmanager
def running(*words: str, cwd: Path) -> Iterator[list[str]]:
    """The shop while its doors are open; gives what it has said by then. It ends on SIGTERM, with status 0."""
    with subprocess.Popen(
        [QUNDIAN, *words],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=ENVIRONMENT | {"PYTHONUNBUFFERED": "1"},
    ) as shop:
        assert shop.stdout is not None
        assert shop.stderr is not None
        try:
            said: list[str] = []
            for line in shop.stdout:
                said.append(line.rstrip("\n"))
                if "开门了" in line:
                    break
            assert said, shop.stderr.read()
            yield said
            get(said[-1].partition("：")[2])  # whoever answers has finished starting
            shop.send_signal(signal.SIGTERM)
            assert shop.wait(GENEROUS) == 0
            assert "Traceback" not in shop.stderr.read()
        finally:
            shop.kill()


def test_the_first_start_makes_an_owner_and_the_second_says_no_code(tmp_path: Path) -> None:
    port = free_port()
    config(tmp_path, f'[web]\nport = {port}\n[manners]\nhold_seconds = 0\n[log]\nlevel = "error"\n')
    with running("run", "--catalogue", str(DEMO), cwd=tmp_path) as said:
        code = re.search(r"绑定 (\d{6})$", said[0])
        assert code is not None, said
        assert said[1] == f"邻里鲜果 开门了：http://127.0.0.1:{port}"
        boss = Browser(f"http://127.0.0.1:{port}", "张姐")
        boss.hears("不对", after=boss.say("绑定 000000" if code[1] != "000000" else "绑定 000001"))
        boss.hears("你是店主了", after=boss.say(f"绑定 {code[1]}"))
        boss.hears("今天还没有单", after=boss.say("今日订单"))
    with running("run", cwd=tmp_path) as said:
        assert said == [f"邻里鲜果 开门了：http://127.0.0.1:{port}"]
    assert oct((tmp_path / "data" / "secret").stat().st_mode)[-3:] == "600"


def test_the_demo_keeps_its_data_and_begins_when_it_is_told_to(tmp_path: Path) -> None:
    port = str(free_port())
    words = ("demo", "--port", port, "--data", "kept", "--now", "2026-05-01T10:00")
    base = f"http://127.0.0.1:{port}"
    with running(*words, cwd=tmp_path):
        body = json.dumps({"who": "小李", "room": None, "text": "来2箱橙子"}).encode()
        asked = urllib.request.Request(f"{base}/try/say", body, {"Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(asked, timeout=GENEROUS) as answer:
            assert "0501-001" in answer.read().decode()
    with running(*words, cwd=tmp_path) as said:
        assert said == [f"邻里鲜果 开门了：{base}"]
        assert "0501-001" in get(f"{base}/api/v1/orders", Authorization="Bearer demo")
