"""A campaign: which products, where, when and how; parsed from one TOML file."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Annotated, cast

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from promoter.core import document
from promoter.core.cadence import Cadence
from promoter.core.document import Document
from promoter.core.model import Approval, Phrase, Placement, Recipe
from promoter.core.problem import Problem, Severity
from promoter.core.schema import (
    Duration,
    Form,
    Many,
    Some,
    Text,
    check,
    in_order,
    member,
    shown,
    slug,
    wrong,
)

GROUPS = frozenset({"food", "beverage", "herbal", "handicraft", "ornamental", "tourism"})
CLASSES = frozenset(
    {
        "alcohol",
        "cosmetic",
        "fresh_food",
        "frozen_seafood",
        "handicraft",
        "health_supplement",
        "herbal",
        "ornamental",
        "processed_food",
        "rice",
        "salt_seasoning",
        "soft_drink",
        "tourism_service",
    }
)
CHAINS = frozenset({"supermarket", "ocop-point", "tourism", "marketplace", "gift"})
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OWN = "own"
"""The campaign of posts that are made one by one; no file may have its name."""


@dataclass(frozen=True, slots=True)
class Select:
    """Which products a campaign may show; every condition must hold, an empty one always does.

    Attributes:
        groups: Product groups (food, beverage, …).
        classes: Product classes (salt_seasoning, rice, …).
        min_stars: Least OCOP stars in force on the slot's day; 0 also takes products without.
        tags_any: At least one of these tags.
        chains: At least one of these distribution chains.
        in_season: Only in the product's season.
        include: Only these codes, if any are named.
        exclude: Never these codes.
    """

    groups: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    min_stars: int = 0
    tags_any: tuple[str, ...] = ()
    chains: tuple[str, ...] = ()
    in_season: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rotate:
    """How products take turns.

    Attributes:
        per_producer_per_week: Most slots of one producer in a calendar week of this campaign.
        cool_down: Least time between two posts of one product on one account.
        remote_boost: Weight of products from remote communes; 1 is no boost.
        youth_boost: Weight of products of youth start-ups.
    """

    per_producer_per_week: int = 7
    cool_down: timedelta = timedelta(days=7)
    remote_boost: float = 1.0
    youth_boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Campaign:
    """One TOML file.

    Attributes:
        name: The file's name without `.toml`.
        starts, ends: Local days of the office, both inclusive.
        placement: Where on the accounts: `listing` opens one listing for each product.
    """

    name: str
    title: str
    accounts: tuple[str, ...]
    starts: date
    ends: date
    approval: Approval
    max_lateness: timedelta
    select: Select
    rotate: Rotate
    cadence: Cadence
    creative: Recipe
    placement: Placement = Placement.FEED


@dataclass(frozen=True, slots=True)
class Known:
    """The names that a campaign may use.

    Attributes:
        accounts: By name, the placements that an account has.
        cards, captions: Names of templates.
        codes, tags: Of the catalogue; None while there is none, then they are not checked.
        calendar: Days that can be left out, by name.
    """

    accounts: Mapping[str, Collection[Placement]]
    cards: Collection[str]
    captions: Collection[str]
    codes: Collection[str] | None = None
    tags: Collection[str] | None = None
    calendar: Mapping[str, frozenset[date]] = field(default_factory=dict)
    groups: Collection[str] = GROUPS
    classes: Collection[str] = CLASSES
    chains: Collection[str] = CHAINS


def parse(text: str, file: str, name: str, known: Known) -> tuple[Campaign | None, list[Problem]]:
    """Read a campaign, strictly.

    Args:
        text: TOML.
        file: The file as the user named it.
        name: The campaign's name: that of the file without `.toml`.

    Returns:
        The campaign, unless there are errors; and every mistake and warning.
    """
    found, problems = document.read(text, file)
    if found is None:
        return None, problems
    form, problems = check(_CampaignForm, found, context=known)
    problems = _misnamed(file, name) + problems
    if form is None or problems:
        return None, problems
    campaign = _campaign(name, form)
    return campaign, in_order(_doubts(campaign, found))


def _misnamed(file: str, name: str) -> list[Problem]:
    if name == OWN:
        phrase = Phrase("«own» is the campaign of single posts; give the file another name")
    elif not re.fullmatch(r"[a-z0-9-]+", name):
        phrase = Phrase(
            "the name of a campaign's file has only a-z, 0-9 and hyphens; rename it to {near}",
            near=f"{slug(name) or 'chien-dich'}.toml",
        )
    else:
        return []
    return [Problem(file, None, None, "", "bad-value", phrase)]


def _doubts(campaign: Campaign, found: Document) -> list[Problem]:
    def doubt(path: tuple[str, ...], code: str, phrase: Phrase) -> Problem:
        place = found.place(path)
        return Problem(found.file, *place, document.dotted(path), code, phrase, Severity.WARNING)

    doubts = []
    if campaign.approval is Approval.PRODUCER:
        phrase = Phrase("producers cannot answer by link yet; until then staff approve for them")
        doubts.append(doubt(("approval",), "not-yet", phrase))
    span = min(campaign.ends.toordinal() - campaign.starts.toordinal(), 366)
    days = (date.fromordinal(campaign.starts.toordinal() + i) for i in range(span + 1))
    if not any(campaign.cadence.speaks_on(day) for day in days):
        phrase = Phrase("none of its days lies between starts and ends, or all are left out")
        doubts.append(doubt(("cadence", "weekdays"), "no-slots", phrase))
    return doubts


def _campaign(name: str, form: "_CampaignForm") -> Campaign:
    cadence = Cadence(
        weekdays=tuple(sorted(WEEKDAYS.index(day) for day in form.cadence.weekdays)),
        times=tuple(sorted(form.cadence.times)),
        skip=frozenset[date]().union(*form.cadence.skip),
    )
    return Campaign(
        name=name,
        title=form.title,
        accounts=form.accounts,
        starts=form.starts,
        ends=form.ends,
        approval=form.approval,
        max_lateness=form.max_lateness,
        select=Select(**dict(form.select)),
        rotate=Rotate(**dict(form.rotate)),
        cadence=cadence,
        creative=Recipe(form.creative.card, form.creative.caption, form.creative.hashtags),
        placement=form.placement,
    )


# The form of the file


def _known(kind: str) -> AfterValidator:
    def among(value: str, info: ValidationInfo) -> str:
        names: Collection[str] | None = getattr(info.context, kind)
        return value if names is None else member(value, names)

    return AfterValidator(among)


def _weekday(value: str) -> str:
    return member(value, WEEKDAYS, "bad-value")


def _clock(value: object) -> time:
    if isinstance(value, time) and value == value.replace(second=0, microsecond=0):
        return value
    if isinstance(value, str) and re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        return time.fromisoformat(value)
    raise wrong(
        "bad-value" if isinstance(value, str | time) else "wrong-type",
        Phrase('needs a time of day such as "07:00" or "19:30"; found {found}', found=shown(value)),
    )


def _left_out(value: object, info: ValidationInfo) -> frozenset[date]:
    if type(value) is date:
        return frozenset({value})
    if not isinstance(value, str):
        raise wrong(
            "wrong-type",
            Phrase('needs a day such as 2026-12-24 or a name of the calendar such as "tet"'),
        )
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise wrong("wrong-type", Phrase("leave the quotes out; write {example}", example=value))
    days = cast(Known, info.context).calendar
    return days[member(slug(value), days)]


def _hashtag(value: str) -> str:
    plain = value.removeprefix("#")
    kept = "".join(c for c in plain if c.isalnum() or c == "_" or unicodedata.category(c)[0] == "M")
    if not kept:
        raise wrong("bad-value", Phrase("must not be empty"))
    if kept != plain:
        raise wrong(
            "bad-value",
            Phrase("a hashtag is one word of letters and digits; write «{near}»", near=kept),
        )
    return plain


Code = Annotated[str, _known("codes")]
Day = Annotated[frozenset[date], BeforeValidator(_left_out)]


class _SelectForm(Form):
    groups: Many[Annotated[str, _known("groups")]] = ()
    classes: Many[Annotated[str, _known("classes")]] = ()
    min_stars: int = Field(default=0, ge=0, le=5)
    tags_any: Many[Annotated[str, _known("tags")]] = ()
    chains: Many[Annotated[str, _known("chains")]] = ()
    in_season: bool = False
    include: Many[Code] = ()
    exclude: Many[Code] = ()

    @field_validator("exclude")
    @classmethod
    def _not_both(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        both = sorted(set(value) & set(info.data.get("include", ())))
        if both:
            raise wrong("bad-value", Phrase("«{found}» is also in include", found=both[0]))
        return value


class _RotateForm(Form):
    per_producer_per_week: int = Field(default=Rotate().per_producer_per_week, ge=1, le=100)
    cool_down: Duration = Rotate().cool_down
    remote_boost: float = Field(default=Rotate().remote_boost, ge=1, le=5)
    youth_boost: float = Field(default=Rotate().youth_boost, ge=1, le=5)


class _CadenceForm(Form):
    weekdays: Some[Annotated[str, AfterValidator(_weekday)]] = Field(
        examples=[["mon", "wed", "fri"]]
    )
    times: Some[Annotated[time, BeforeValidator(_clock)]] = Field(examples=[["11:45", "19:30"]])
    skip: Annotated[tuple[Day, ...], Field(strict=False)] = ()


class _CreativeForm(Form):
    card: Annotated[str, _known("cards")] = Field(default="spotlight", validate_default=True)
    caption: Annotated[str, _known("captions")] = Field(default="spotlight", validate_default=True)
    hashtags: Many[Annotated[str, AfterValidator(_hashtag)]] = ()


class _CampaignForm(Form):
    title: Text = Field(examples=["Vị quê mỗi tuần"])
    accounts: Some[Annotated[str, _known("accounts")]] = Field(examples=[["showcase"]])
    starts: date = Field(examples=[date(2026, 11, 24)])
    ends: date = Field(examples=[date(2026, 12, 31)])
    placement: Annotated[Placement, Field(strict=False, validate_default=True)] = Placement.FEED
    approval: Annotated[Approval, Field(strict=False)] = Approval.STAFF
    max_lateness: Duration = timedelta(hours=3)
    select: _SelectForm = _SelectForm()
    rotate: _RotateForm = _RotateForm()
    cadence: _CadenceForm
    creative: _CreativeForm = Field(default={}, validate_default=True)

    @field_validator("placement")
    @classmethod
    def _had(cls, value: Placement, info: ValidationInfo) -> Placement:
        known = cast(Known, info.context).accounts
        for name in info.data.get("accounts", ()):
            if value not in known[name]:
                raise wrong(
                    "bad-value",
                    Phrase(
                        "the account {name} has no {placement}; it has {known}",
                        name=name,
                        placement=value.value,
                        known=", ".join(sorted(known[name])),
                    ),
                )
        return value

    @field_validator("ends")
    @classmethod
    def _after_start(cls, value: date, info: ValidationInfo) -> date:
        starts = info.data.get("starts", value)
        if value < starts:
            raise wrong(
                "bad-value",
                Phrase(
                    "it ends on {ends}, before it starts on {starts}",
                    ends=value.isoformat(),
                    starts=starts.isoformat(),
                ),
            )
        return value
