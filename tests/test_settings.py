"""Settings: the file, the environment above it, and every mistake with its place."""

import os
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import HttpUrl, SecretStr

from promoter.app import channel_module, channels
from promoter.core.model import Record
from promoter.core.problem import Problem
from promoter.settings import Settings, account_problems, load

CHANNELS = ("facebook", "showcase")
LEAST = """\
[office]
name = "Sở Công Thương"
public_url = "https://ocop.example.vn"
[catalog]
path = "products.csv"
"""
ACCOUNT = """\
[accounts.showcase]
channel = "showcase"
url = "http://127.0.0.1:8000"
token = "store:showcase"
"""


class Config(Record):
    """What a channel wants."""

    url: HttpUrl
    token: SecretStr


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PROMOTER_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def read(file: Path, text: str) -> Settings:
    file.write_text(text, encoding="utf-8")
    settings, problems = load(file, CHANNELS)
    assert settings, [str(problem.phrase) for problem in problems]
    assert problems == []
    return settings


def mistakes(file: Path, text: str) -> list[Problem]:
    file.write_text(text, encoding="utf-8")
    settings, problems = load(file, CHANNELS)
    assert settings is None
    return problems


def own_mistakes(file: Path, text: str) -> list[Problem]:
    config, problems = account_problems(read(file, LEAST + text), "showcase", Config)
    assert (config is None) == bool(problems)
    return problems


def test_what_is_left_out_has_a_default(file: Path) -> None:
    settings = read(file, LEAST)
    root = file.parent
    assert settings.root == root
    assert settings.office.locale == "vi"
    assert settings.office.zone == ZoneInfo("Asia/Ho_Chi_Minh")
    assert settings.store.url == f"sqlite:///{root}/var/promoter.db"
    assert settings.store.media == root / "var/media"
    assert (settings.catalog.path, settings.catalog.producers) == (root / "products.csv", None)
    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8000)
    assert settings.campaigns.path == root / "campaigns"
    assert settings.assets.path == root / "assets"
    assert settings.accounts == {}


def test_paths_start_at_the_file_s_folder_wherever_it_is_read_from(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(LEAST + '[store]\nmedia = "ảnh"\n', encoding="utf-8")
    monkeypatch.chdir(file.parent.parent)
    settings, _ = load(Path(file.parent.name) / "settings.toml", CHANNELS)
    assert settings
    assert settings.store.media == file.parent / "ảnh"


def test_an_absolute_path_and_a_server_stay_as_they_are(file: Path) -> None:
    text = '[store]\nurl = "postgresql+psycopg://db/promoter"\nmedia = "/srv/media"\n'
    store = read(file, LEAST + text).store
    assert (store.url, store.media) == ("postgresql+psycopg://db/promoter", Path("/srv/media"))
    assert (
        read(file, LEAST + '[store]\nurl = "sqlite:////srv/a.db"').store.url
        == "sqlite:////srv/a.db"
    )


def test_an_account_has_its_limits_and_the_channel_s_own_keys(file: Path) -> None:
    text = ACCOUNT + 'daily_limit = 6\nmin_gap = "45m"\nowner = "P12"\nresend_after_absent = true\n'
    settings = read(file, LEAST + text)
    account = settings.accounts["showcase"]
    assert (account.daily_limit, account.min_gap) == (6, timedelta(minutes=45))
    assert (account.owner, account.resend_after_absent) == ("P12", True)
    assert account.own == {"url": "http://127.0.0.1:8000", "token": "store:showcase"}
    config, problems = account_problems(settings, "showcase", Config)
    assert problems == []
    assert config
    assert config.token.get_secret_value() == "store:showcase"


def test_an_account_moved_elsewhere_is_read_there(file: Path) -> None:
    settings = read(file, LEAST + ACCOUNT)
    account = settings.accounts["showcase"]
    moved = account.only(url="http://127.0.0.1:9999", token="store:showcase")
    assert moved.daily_limit == account.daily_limit
    changed = settings.model_copy(update={"accounts": {"showcase": moved}})
    config, _ = account_problems(changed, "showcase", Config)
    assert config
    assert config.url.port == 9999
    assert settings.accounts["showcase"].own["url"] == "http://127.0.0.1:8000"


MANY = """\
[office]
name = "Sở Công Thương"
locale = "fr"
timezone = "Asia/Ho_Chi_Min"
public_url = "ocop.example.vn"
[catlog]
path = "products.csv"
[store]
url = "mysql://db/promoter"
media = 3
[web]
port = "8000"
[accounts."Trang Sở"]
channel = "facebok"
[accounts.zalo]
min_gap = 30
"""


def test_all_mistakes_are_told_at_once_with_their_places(file: Path) -> None:
    found = mistakes(file, MANY)
    assert [(p.line, p.column, p.key, p.code) for p in found] == [
        (1, 1, "catalog", "missing-key"),
        (3, 10, "office.locale", "bad-value"),
        (4, 12, "office.timezone", "unknown-name"),
        (5, 14, "office.public_url", "bad-value"),
        (6, 2, "catlog", "unknown-key"),
        (9, 7, "store.url", "bad-value"),
        (10, 9, "store.media", "wrong-type"),
        (12, 8, "web.port", "wrong-type"),
        (13, 11, 'accounts."Trang Sở"', "bad-value"),
        (14, 11, 'accounts."Trang Sở".channel', "unknown-name"),
        (15, 1, "accounts.zalo.channel", "missing-key"),
        (16, 11, "accounts.zalo.min_gap", "wrong-type"),
    ]
    words = "\n".join(str(p.phrase) for p in found)
    for near in ("«catalog»", "Asia/Ho_Chi_Minh", "«facebook»", "«trang-so»", "leave the quotes"):
        assert near in words


def test_a_syntax_error_is_told_alone(file: Path) -> None:
    (problem,) = mistakes(file, MANY + "[")
    assert (problem.code, problem.line) == ("syntax", 17)


def test_a_file_that_is_not_there_is_named(file: Path) -> None:
    settings, (problem,) = load(file, CHANNELS)
    assert settings is None
    assert (problem.file, problem.line, problem.code) == (str(file), None, "missing-file")
    assert "--config" in str(problem.phrase)


def test_what_is_not_a_text_file_is_named(file: Path) -> None:
    file.write_bytes(b"\xff\xfeo\0")
    assert load(file, CHANNELS)[1][0].code == "unreadable"
    assert load(file.parent, CHANNELS)[1][0].code == "unreadable"


@pytest.mark.parametrize("name", ["", "Asia", "../x", "/etc/passwd", "Hà Nội", "a" * 300])
def test_what_is_no_time_zone_is_refused(file: Path, name: str) -> None:
    (problem,) = mistakes(file, LEAST.replace("[catalog]", f'timezone = "{name}"\n[catalog]'))
    assert problem.key == "office.timezone"
    assert len(str(problem.phrase)) < 200


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://ocop.example.vn/", "write https://ocop.example.vn"),
        ("https://ocop.example.vn//", "write https://ocop.example.vn"),
        ("https://ocop.example.vn?x", "such as"),
        ("ftp://ocop.example.vn", "such as"),
        ("https://", "such as"),
        ("http://[", "such as"),
        ("", "such as"),
    ],
)
def test_the_public_address_is_exact(file: Path, url: str, words: str) -> None:
    (problem,) = mistakes(file, LEAST.replace("https://ocop.example.vn", url))
    assert words in str(problem.phrase)


def test_a_password_in_the_store_s_address_is_refused(file: Path) -> None:
    (problem,) = mistakes(
        file, LEAST + '[store]\nurl = "postgresql+psycopg://promoter:geheim@db/promoter"'
    )
    assert (problem.line, problem.key) == (7, "store.url")
    assert "geheim" not in str(problem.phrase)


def test_the_same_address_may_come_from_the_environment(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql+psycopg://promoter:geheim@db/promoter"
    monkeypatch.setenv("PROMOTER_STORE__URL", url)
    assert read(file, LEAST + '[store]\nurl = "sqlite:///a.db"').store.url == url


def test_the_environment_stands_above_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMOTER_WEB__PORT", "9000")
    monkeypatch.setenv("PROMOTER_OFFICE__NAME", "123")
    monkeypatch.setenv("PROMOTER_ACCOUNTS__SHOWCASE__DAILY_LIMIT", "3")
    monkeypatch.setenv("PROMOTER_ACCOUNTS__SHOWCASE__RESEND_AFTER_ABSENT", "false")
    monkeypatch.setenv("PROMOTER_STORE__MEDIA", "")  # empty is not set
    settings = read(file, LEAST + ACCOUNT)
    assert (settings.web.port, settings.office.name) == (9000, "123")
    assert settings.accounts["showcase"].daily_limit == 3
    assert settings.accounts["showcase"].resend_after_absent is False
    assert settings.store.media == file.parent / "var/media"


def test_a_mistake_in_the_environment_names_the_variable(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMOTER_WEB__PORT", "acht")
    monkeypatch.setenv("PROMOTER_STORE__ULR", "x")
    monkeypatch.setenv("PROMOTER_ASSETS", "x")
    found = mistakes(file, LEAST + "[web]\nport = 0")
    assert {(p.file, p.line, p.code) for p in found} == {
        ("PROMOTER_WEB__PORT", None, "wrong-type"),
        ("PROMOTER_STORE__ULR", None, "unknown-key"),
        ("PROMOTER_ASSETS", None, "wrong-type"),
    }


def test_the_cli_s_own_variables_are_not_settings(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMOTER_LOCALE", "en")
    monkeypatch.setenv("PROMOTER_CONFIG", "x.toml")
    assert read(file, LEAST).office.locale == "vi"


def test_the_channel_s_mistakes_have_places_and_nearest_keys(file: Path) -> None:
    found = own_mistakes(
        file,
        '[accounts.showcase]\nchannel = "showcase"\nurl = "x"\ntokn = "env:X"\ndaly_limit = 3\n',
    )
    assert [(p.line, p.column, p.key, p.code) for p in found] == [
        (6, 1, "accounts.showcase.token", "missing-key"),
        (8, 7, "accounts.showcase.url", "bad-value"),
        (9, 1, "accounts.showcase.tokn", "unknown-key"),
        (10, 1, "accounts.showcase.daly_limit", "unknown-key"),
    ]
    assert "«token»" in str(found[2].phrase)
    assert "«daily_limit»" in str(found[3].phrase)


@pytest.mark.parametrize("token", ["EAAB123secret", "env:", "FANPAGE_TOKEN"])
def test_a_token_in_the_file_is_refused_and_not_shown(file: Path, token: str) -> None:
    (problem,) = own_mistakes(file, ACCOUNT.replace("store:showcase", token))
    assert (problem.line, problem.column, problem.key) == (9, 9, "accounts.showcase.token")
    assert "env:NAME" in str(problem.phrase)
    assert token == "env:" or token not in str(problem.phrase)


def test_a_secret_is_told_by_its_name_where_the_type_does_not(file: Path) -> None:
    class Plain(Record):
        url: str
        token: str

    settings = read(file, LEAST + ACCOUNT.replace("store:showcase", "abc"))
    assert account_problems(settings, "showcase", Plain)[0] is None


def test_the_shipped_settings_are_whole() -> None:
    path = Path(__file__).parents[1] / "settings.toml"
    settings, problems = load(path, channels())
    assert problems == []
    assert settings
    for name, account in settings.accounts.items():
        config, problems = account_problems(settings, name, channel_module(account.channel).Config)
        assert problems == []
        assert config
        assert account.sandbox == (account.channel != "showcase"), "nothing real is posted to"
    assert settings.catalog.path.exists()
    assert settings.campaigns.path.is_dir()
    assert settings.accounts["showcase"].daily_limit == 6
    assert settings.accounts["showcase"].min_gap == timedelta(minutes=30)


@pytest.mark.parametrize("words", ["{link[a]}", "{link.__class__}", "{0}", "{", "{price}"])
def test_a_first_comment_has_no_other_places_to_fill(file: Path, words: str) -> None:
    told = mistakes(file, LEAST + ACCOUNT + f'first_comment = "{words}"\n')
    assert told


def test_a_first_comment_may_hold_link_and_name(file: Path) -> None:
    settings = read(file, LEAST + ACCOUNT + 'first_comment = "{name}: {link}"\n')
    assert settings.accounts["showcase"].first_comment == "{name}: {link}"
