"""The office's settings: settings.toml and the environment, frozen, read once.

An environment variable stands above the file: PROMOTER_STORE__URL is [store] url.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Literal, Self, TypeVar, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationInfo,
)

from promoter import environment, secrets
from promoter.core import document
from promoter.core.document import Document, dotted
from promoter.core.model import Phrase
from promoter.core.problem import Problem
from promoter.core.schema import (
    Duration,
    Form,
    Many,
    Slug,
    Text,
    check,
    in_order,
    member,
    shown,
    wrong,
)

M = TypeVar("M", bound=BaseModel)

SECRET_NAME = re.compile(r"(.+_)?(token|secret|password|key)")
STORES = ("sqlite:///", "postgresql+psycopg://")


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What the validators need to know beside the text."""

    root: Path
    channels: Collection[str]


def _around(info: ValidationInfo) -> _Surroundings:
    return cast(_Surroundings, info.context)


def _place(value: object, info: ValidationInfo) -> Path:
    if not isinstance(value, str) or not value.strip():
        raise wrong(
            "wrong-type",
            Phrase('needs a path, such as "var/media"; found {found}', found=shown(value)),
        )
    return _around(info).root / value


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return member(value, available_timezones())
    return value


def _site(value: str) -> str:
    if not re.fullmatch(r"https?://([^\s/?#@\[\]]+|\[[0-9a-f:]+\](:\d+)?)(/[^\s?#]*)?", value):
        raise wrong(
            "bad-value",
            Phrase(
                "needs an address such as https://ocop.example.vn; found {found}",
                found=shown(value),
            ),
        )
    if value.endswith("/"):
        near = value.rstrip("/")
        raise wrong("bad-value", Phrase("must end without a slash; write {near}", near=near))
    return value


def _database(value: str, info: ValidationInfo) -> str:
    if not value.startswith(STORES):
        raise wrong(
            "bad-value",
            Phrase("needs sqlite:///var/promoter.db or postgresql+psycopg://…; see the README"),
        )
    file = value.removeprefix("sqlite:///")
    return value if file == value else f"sqlite:///{_around(info).root / file}"


def _channel(value: str, info: ValidationInfo) -> str:
    return member(value, _around(info).channels)


def _several(value: object) -> object:
    return value.split() if isinstance(value, str) else value  # an environment variable is text


def _address(value: str) -> str:
    if not re.match("(env|file):", value) or not secrets.is_reference(value):
        raise wrong(
            "bad-value",
            Phrase("an address holds a token and never stands here: write env:NAME or file:/path"),
        )
    return value


def _comment(value: str) -> str:
    try:
        names = {name for _, name, *_ in Formatter().parse(value) if name is not None}
    except ValueError:
        names = {""}
    if names - {"link", "name"}:
        raise wrong("bad-value", Phrase("only {names} are filled in", names="{link}, {name}"))
    return value


Place = Annotated[Path, BeforeValidator(_place)]
"""A file or folder; what is not absolute starts at the folder of the settings."""


class Office(Form):
    """Who speaks, where and in which language.

    Attributes:
        timezone: IANA name.
        public_url: Where short links, pages and media are reached; no slash at its end.
    """

    name: Text = Field(examples=["Sở Công Thương"])
    locale: Literal["vi", "en"] = "vi"
    timezone: Annotated[str, AfterValidator(_timezone)] = "Asia/Ho_Chi_Minh"
    public_url: Annotated[str, AfterValidator(_site)] = Field(examples=["https://ocop.example.vn"])

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone."""
        return ZoneInfo(self.timezone)


class Store(Form):
    """Where the office's memory is.

    Attributes:
        url: Of the database; an SQLite file is given in full.
    """

    url: Annotated[str, AfterValidator(_database)] = Field(
        default="sqlite:///var/promoter.db", validate_default=True
    )
    media: Place = Field(default="var/media", validate_default=True)


class Catalog(Form):
    """Where products, producers and places come from."""

    source: Literal["spreadsheet"] = "spreadsheet"
    path: Place = Field(examples=["assets/catalog/products.csv"])
    producers: Place | None = None
    communes: Place | None = None


class Web(Form):
    """Where the site listens."""

    host: Text = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)


class Sandbox(Form):
    """Where the stand-ins of accounts with `sandbox = true` answer, on this machine alone."""

    port: int = Field(default=8100, ge=1, le=65535)


class Campaigns(Form):
    """The folder of campaign files."""

    path: Place = Field(default="campaigns", validate_default=True)


class Assets(Form):
    """The folder of templates, fonts, brand and calendar."""

    path: Place = Field(default="assets", validate_default=True)


class Alerts(Form):
    """Who is told when something needs a person.

    Attributes:
        urls: Names of secrets that are Apprise addresses, since these hold tokens.
    """

    urls: Annotated[Many[Annotated[str, AfterValidator(_address)]], BeforeValidator(_several)] = (
        Field(default=(), examples=[["env:ALERT_URL"]])
    )


class Account(Form):
    """One place on a channel; the keys beyond these are the channel's own.

    Attributes:
        daily_limit: Most posts in a local day; None leaves it to the channel.
        min_gap: Least time between two posts.
        owner: Producer whose products alone are shown; empty for the office's own account.
        resend_after_absent: None leaves it to the channel.
        sandbox: It speaks to a stand-in of its service, never to the service.
        links: Whether captions carry the short link; without it they carry its code.
        first_comment: Written below each post; `{link}` and `{name}` are filled in.
    """

    model_config = ConfigDict(extra="allow")

    channel: Annotated[str, AfterValidator(_channel)] = Field(examples=["showcase"])
    daily_limit: int | None = Field(default=None, ge=1, le=1000)
    min_gap: Duration = timedelta(minutes=30)
    owner: str = ""
    resend_after_absent: bool | None = None
    sandbox: bool = False
    links: bool = True
    first_comment: Annotated[str, AfterValidator(_comment)] = ""

    @property
    def own(self) -> Mapping[str, Any]:
        """Return the keys that the channel's Config reads, as they stand in the file."""
        return self.model_extra or {}

    def only(self, **own: str) -> Self:
        """Return the account with these keys of its channel in place of its own."""
        kept: dict[str, Any] = {name: getattr(self, name) for name in Account.model_fields}
        return type(self).model_construct(**{**kept, **own})


class Settings(Form):
    """All settings of an office."""

    office: Office
    store: Store = Field(default={}, validate_default=True)
    catalog: Catalog
    web: Web = Web()
    sandbox: Sandbox = Sandbox()
    campaigns: Campaigns = Field(default={}, validate_default=True)
    assets: Assets = Field(default={}, validate_default=True)
    alerts: Alerts = Alerts()
    accounts: dict[Slug, Account] = Field(default={})

    _file: "_File" = PrivateAttr()

    @property
    def root(self) -> Path:
        """Return the folder of the settings file, where relative paths start."""
        return self._file.root


@dataclass(frozen=True, slots=True)
class _File:
    """Where settings come from, for problems that are found later.

    Attributes:
        variables: Environment variables in use by the dotted key that they override.
    """

    root: Path
    document: Document
    variables: Mapping[str, str]


def load(path: Path, channels: Collection[str]) -> tuple[Settings | None, list[Problem]]:
    """Read the settings, or tell every mistake in them.

    Args:
        path: The settings file.
        channels: Names of the channels that an account can have.
    """
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError:
        phrase = Phrase("there is no such file; make it, or name another with --config")
        return None, [Problem(str(path), None, None, "", "missing-file", phrase)]
    except (OSError, UnicodeDecodeError):
        phrase = Phrase("cannot be read; it must be a text file in UTF-8")
        return None, [Problem(str(path), None, None, "", "unreadable", phrase)]
    found, problems = document.read(text, str(path))
    if found is None:
        return None, problems
    overrides = environment.read(Settings)
    file = _File(path.resolve().parent, found, environment.variables(overrides))
    settings, problems = check(
        Settings,
        found,
        values=environment.merged(found.values, overrides),
        context=_Surroundings(file.root, channels),
    )
    problems = in_order(problems + _password(file))
    if settings is None or problems:
        return None, _sourced(problems, file)
    settings._file = file
    return settings, []


def account_problems(
    settings: Settings, name: str, config_model: type[M]
) -> tuple[M | None, list[Problem]]:
    """Read the keys of an account that belong to its channel, or tell every mistake in them.

    Args:
        name: Of the account.
        config_model: The channel's `Config`.
    """
    own, path, file = settings.accounts[name].own, ("accounts", name), settings._file
    config, problems = check(
        config_model, file.document, values=own, path=path, also=Account.model_fields
    )
    for key, field in config_model.model_fields.items():
        secret = field.annotation is SecretStr or SECRET_NAME.fullmatch(key)
        value = own.get(key)
        if secret and isinstance(value, str) and not secrets.is_reference(value):
            phrase = Phrase(
                "a secret never stands here: write env:NAME for an environment variable, "
                "file:/path for a file, store:NAME for one that promoter makes, or connect for "
                "what «promoter accounts connect» obtains"
            )
            problems.append(_problem(file, (*path, key), phrase))
    return (None if problems else config), _sourced(in_order(problems), file)


def account_problem(settings: Settings, name: str, key: str, phrase: Phrase) -> Problem:
    """Return a problem with one key of an account, with its place."""
    return _problem(settings._file, ("accounts", name, key), phrase)


def _problem(file: _File, path: document.Path, phrase: Phrase) -> Problem:
    line, column = file.document.place(path)
    return Problem(file.document.file, line, column, dotted(path), "bad-value", phrase)


def _password(file: _File) -> list[Problem]:
    store = file.document.values.get("store")
    url = store.get("url") if isinstance(store, dict) else None
    if not isinstance(url, str) or not re.match(r"[^:]+://[^/@:]*:[^/@]+@", url):
        return []
    phrase = Phrase("a password never stands here; set the variable PROMOTER_STORE__URL instead")
    return [_problem(file, ("store", "url"), phrase)]


def _sourced(problems: list[Problem], file: _File) -> list[Problem]:
    """Name the variable, not the file, where the value came from the environment."""
    return [
        replace(problem, file=file.variables[problem.key], line=None, column=None)
        if problem.key in file.variables
        else problem
        for problem in problems
    ]
