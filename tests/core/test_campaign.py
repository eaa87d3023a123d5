"""Campaign files: what they mean, and every mistake in them at once."""

import csv
import unicodedata
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from promoter.core.cadence import Cadence, calendar
from promoter.core.campaign import Campaign, Known, Rotate, Select, parse
from promoter.core.model import Approval, Placement, Recipe
from promoter.core.problem import Problem, Severity

FEED = (Placement.FEED,)
KNOWN = Known(
    accounts={"showcase": FEED, "fanpage": FEED, "shop": (Placement.LISTING,)},
    cards={"spotlight"},
    captions={"spotlight", "season"},
    codes={"BL-062", "BL-085", "BL-086"},
    tags={"gi", "eco", "youth-startup"},
    calendar={"tet": frozenset({date(2027, 2, 6)}), "quoc-khanh": frozenset({date(2026, 9, 2)})},
)
LEAST = """\
title = "Vị biển"
accounts = ["showcase"]
starts = 2026-11-24
ends = 2026-12-31
[cadence]
weekdays = ["mon"]
times = ["11:45"]
"""
WHOLE = """\
title = "Vị biển Bạc Liêu"
accounts = ["fanpage", "showcase"]
starts = 2026-11-24
ends = 2026-12-31
approval = "auto"
max_lateness = "45m"

[select]
groups = ["food"]
classes = ["salt_seasoning"]
min_stars = 3
tags_any = ["gi", "youth-startup"]
chains = ["marketplace"]
in_season = true
include = ["BL-085"]
exclude = ["BL-062"]

[rotate]
per_producer_per_week = 2
cool_down = "10d"
remote_boost = 1.5
youth_boost = 2

[cadence]
weekdays = ["fri", "mon"]
times = ["19:30", 07:00:00]
skip = ["tet", 2026-12-24, "Quốc khánh"]

[creative]
card = "spotlight"
caption = "season"
hashtags = ["OCOPBacLieu", "#ĐặcSản"]
"""


def read(text: str, name: str = "vi-bien", known: Known = KNOWN) -> tuple[Campaign, list[Problem]]:
    campaign, problems = parse(text, "campaigns/vi-bien.toml", name, known)
    assert campaign, [str(problem.phrase) for problem in problems]
    return campaign, problems


def mistakes(text: str, name: str = "vi-bien", known: Known = KNOWN) -> list[Problem]:
    campaign, problems = parse(text, "campaigns/vi-bien.toml", name, known)
    assert campaign is None
    assert problems
    return problems


def mistake(text: str, name: str = "vi-bien", known: Known = KNOWN) -> Problem:
    (problem,) = mistakes(text, name, known)
    return problem


def test_every_key_reaches_the_campaign() -> None:
    campaign, problems = read(WHOLE)
    assert problems == []
    assert campaign == Campaign(
        name="vi-bien",
        title="Vị biển Bạc Liêu",
        accounts=("fanpage", "showcase"),
        starts=date(2026, 11, 24),
        ends=date(2026, 12, 31),
        approval=Approval.AUTO,
        max_lateness=timedelta(minutes=45),
        select=Select(
            groups=("food",),
            classes=("salt_seasoning",),
            min_stars=3,
            tags_any=("gi", "youth-startup"),
            chains=("marketplace",),
            in_season=True,
            include=("BL-085",),
            exclude=("BL-062",),
        ),
        rotate=Rotate(
            per_producer_per_week=2,
            cool_down=timedelta(days=10),
            remote_boost=1.5,
            youth_boost=2.0,
        ),
        cadence=Cadence(
            weekdays=(0, 4),
            times=(time(7), time(19, 30)),
            skip=frozenset({date(2027, 2, 6), date(2026, 12, 24), date(2026, 9, 2)}),
        ),
        creative=Recipe("spotlight", "season", ("OCOPBacLieu", "ĐặcSản")),
    )


def test_what_is_left_out_has_a_careful_default() -> None:
    campaign, _ = read(LEAST)
    assert campaign.approval is Approval.STAFF
    assert campaign.max_lateness == timedelta(hours=3)
    assert (campaign.select, campaign.rotate) == (Select(), Rotate())
    assert campaign.creative == Recipe("spotlight", "spotlight")


EIGHT = """\
title = "Vị biển"
acounts = ["showcase"]
starts = 2026-11-24
ends = 2026-11-23
max_lateness = "3 giờ"

[select]
min_stars = 6
in_season = "true"
include = ["BL-085", "BL-86"]

[cadence]
weekdays = ["mon", "thứ tư"]
times = ["11:45"]

[creative]
card = "spotligth"
"""


def test_eight_mistakes_are_told_at_once_with_their_places() -> None:
    found = mistakes(EIGHT)
    assert [(p.line, p.column, p.key, p.code) for p in found] == [
        (1, 1, "accounts", "missing-key"),
        (2, 1, "acounts", "unknown-key"),
        (4, 8, "ends", "bad-value"),
        (5, 16, "max_lateness", "bad-value"),
        (8, 13, "select.min_stars", "bad-value"),
        (9, 13, "select.in_season", "wrong-type"),
        (10, 22, "select.include[1]", "unknown-name"),
        (13, 20, "cadence.weekdays[1]", "bad-value"),
        (17, 8, "creative.card", "unknown-name"),
    ]
    assert {p.file for p in found} == {"campaigns/vi-bien.toml"}
    assert {p.severity for p in found} == {Severity.ERROR}


@pytest.mark.parametrize("change", ["crlf", "nfd", "bom"])
def test_the_same_mistakes_are_told_of_a_file_saved_elsewhere(change: str) -> None:
    text = {
        "crlf": EIGHT.replace("\n", "\r\n"),
        "nfd": unicodedata.normalize("NFD", EIGHT),
        "bom": "\ufeff" + EIGHT,
    }[change]
    assert [(p.line, p.column, p.key) for p in mistakes(text)] == [
        (p.line, p.column, p.key) for p in mistakes(EIGHT)
    ]


def test_nfd_words_come_in_nfc() -> None:
    campaign, _ = read(unicodedata.normalize("NFD", WHOLE))
    assert campaign == read(WHOLE)[0]


def test_a_syntax_error_is_told_alone() -> None:
    problem = mistake(EIGHT.replace('"Vị biển"', '"Vị biển'), name="Tết")
    assert (problem.code, problem.line) == ("syntax", 1)


def test_a_day_that_does_not_exist_is_a_syntax_error() -> None:
    assert mistake(LEAST.replace("2026-12-31", "2027-02-29")).line == 4


def test_a_leap_day_and_a_single_day_are_days() -> None:
    campaign, _ = read(LEAST.replace("2026-12-31", "2028-02-29"))
    assert campaign.ends == date(2028, 2, 29)
    one_day, _ = read(LEAST.replace("2026-11-24", "2026-11-23").replace("2026-12-31", "2026-11-23"))
    assert one_day.starts == one_day.ends


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("2026-12-31", "2026-12-31T10:00:00", "ends", "the moment"),
        ("2026-12-31", '"2026-12-31"', "ends", "leave the quotes out"),
        ('["showcase"]', "[]", "accounts", "must not be empty"),
        ('["showcase"]', '["showcase", "fanpag"]', "accounts[1]", "«fanpage»"),
        ('["showcase"]', '"showcase"', "accounts", 'write ["showcase"]'),
        ('"Vị biển"', '" "', "title", "must not be empty"),
        ('["mon"]', "[]", "cadence.weekdays", "must not be empty"),
        ('["mon"]', '["mon", "mon"]', "cadence.weekdays", "stands twice"),
        ('["mon"]', '["monday"]', "cadence.weekdays[0]", "«mon»"),
        ('"11:45"', '"7:00"', "cadence.times[0]", '"07:00"'),
        ('"11:45"', '"24:00"', "cadence.times[0]", "a time of day"),
        ('"11:45"', '"11:45", 11:45:00', "cadence.times", "stands twice"),
        ('"11:45"', "11:45:30", "cadence.times[0]", "a time of day"),
        ('"11:45"', "1145", "cadence.times[0]", "a time of day"),
    ],
)
def test_one_mistake_is_one_problem(old: str, new: str, key: str, words: str) -> None:
    problem = mistake(LEAST.replace(old, new))
    assert problem.key == key
    assert words in str(problem.phrase)


@pytest.mark.parametrize(
    ("line", "key", "words"),
    [
        ('[select]\ngroups = ["foods"]', "select.groups[0]", "«food»"),
        ('[select]\nclasses = ["salt"]', "select.classes[0]", "salt_seasoning"),
        ('[select]\nchains = ["gifts"]', "select.chains[0]", "«gift»"),
        ('[select]\ntags_any = ["youth_startup"]', "select.tags_any[0]", "«youth-startup»"),
        ("[select]\nmin_stars = -1", "select.min_stars", "from 0 to 5"),
        ('[select]\nexclude = ["BL-62"]', "select.exclude[0]", "«BL-062»"),
        (
            '[select]\ninclude = ["BL-062"]\nexclude = ["BL-062"]',
            "select.exclude",
            "also in include",
        ),
        ("[select]\nstarts = 2026-01-01", "select.starts", "belongs at the top"),
        ("[rotate]\nremote_boost = 0.5", "rotate.remote_boost", "from 1 to 5"),
        ("[rotate]\nyouth_boost = nan", "rotate.youth_boost", "from 1 to 5"),
        ("[rotate]\nper_producer_per_week = 0", "rotate.per_producer_per_week", "from 1"),
        ('[rotate]\ncool_down = "0d"', "rotate.cool_down", '"10d"'),
        ("[rotate]\ncool_down = 10", "rotate.cool_down", '"10d"'),
        ('[creative]\ncaption = "saeson"', "creative.caption", "«season»"),
        ('[creative]\nhashtags = ["Đặc Sản"]', "creative.hashtags[0]", "«ĐặcSản»"),
        ('[creative]\nhashtags = ["#"]', "creative.hashtags[0]", "must not be empty"),
        ('[creative]\nhashtags = ["OCOP", "#OCOP"]', "creative.hashtags", "stands twice"),
    ],
)
def test_a_table_s_mistake_is_named(line: str, key: str, words: str) -> None:
    problem = mistake(LEAST + line)
    assert problem.key == key
    assert words in str(problem.phrase)


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ('"tét"', "«tet»"),
        ('"te"', "«tet»"),
        ('"quoc-khan"', "«quoc-khanh»"),
        ('"2026-12-24"', "leave the quotes out; write 2026-12-24"),
        ("2026-12-24T00:00:00", "a name of the calendar"),
        ("24", "a name of the calendar"),
    ],
)
def test_a_day_left_out_must_be_known(item: str, words: str) -> None:
    text = LEAST + f"skip = [2026-12-24, {item}]"
    if item == '"tét"':
        assert date(2027, 2, 6) in read(text)[0].cadence.skip  # accents do not matter
        return
    problem = mistake(text)
    assert (problem.key, problem.line, problem.column) == ("cadence.skip[1]", 8, 21)
    assert words in str(problem.phrase)


def test_without_a_catalogue_codes_and_tags_are_not_checked() -> None:
    known = Known(accounts={"showcase": FEED}, cards={"spotlight"}, captions={"spotlight"})
    text = LEAST + '[select]\ninclude = ["X-1"]\ntags_any = ["mới"]'
    assert read(text, known=known)[0].select.include == ("X-1",)


def test_the_default_template_must_exist_too() -> None:
    known = Known(accounts={"showcase": FEED}, cards={"board"}, captions={"spotlight"})
    problem = mistake(LEAST, known=known)
    assert (problem.key, problem.code) == ("creative.card", "unknown-name")


@pytest.mark.parametrize("name", ["Tết", "vi_bien", "vi bien", ""])
def test_the_file_s_name_is_plain_and_told_with_the_rest(name: str) -> None:
    found = mistakes(EIGHT, name=name)
    assert len(found) == len(mistakes(EIGHT)) + 1
    assert (found[0].line, found[0].code) == (None, "bad-value")
    assert ".toml" in str(found[0].phrase)


def test_no_file_is_the_campaign_of_single_posts() -> None:
    assert "«own»" in str(mistake(LEAST, name="own").phrase)


def test_that_producers_cannot_approve_yet_is_said() -> None:
    campaign, (problem,) = read('approval = "producer"\n' + LEAST)
    assert campaign.approval is Approval.PRODUCER
    assert (problem.severity, problem.code) == (Severity.WARNING, "not-yet")
    assert (problem.line, problem.column, problem.key) == (1, 12, "approval")


def test_a_campaign_that_never_speaks_is_doubted() -> None:
    _, (problem,) = read(LEAST.replace("2026-12-31", "2026-11-29"))  # Tuesday to Sunday
    assert (problem.severity, problem.key) == (Severity.WARNING, "cadence.weekdays")


def test_a_campaign_on_its_last_day_alone_is_not_doubted() -> None:
    assert read(LEAST.replace("2026-12-31", "2026-11-30"))[1] == []


ROOT = Path(__file__).parents[2]


def sample_known() -> Known:
    with (ROOT / "assets/calendar.csv").open(encoding="utf-8", newline="") as file:
        days = calendar(csv.DictReader(file))
    with (ROOT / "assets/catalog/products.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return Known(
        accounts={"showcase": FEED, "fanpage": FEED, "x": FEED, "gian-hang": (Placement.LISTING,)},
        cards={"spotlight"},
        captions={"spotlight", "season"},
        codes={row["product_id"] for row in rows},
        tags={tag for row in rows for tag in row["tags"].split(";")},
        calendar=days,
    )


@pytest.mark.parametrize("path", sorted((ROOT / "campaigns").glob("*.toml")), ids=lambda p: p.stem)
def test_a_shipped_campaign_has_nothing_to_say_against_it(path: Path) -> None:
    campaign, problems = parse(
        path.read_text(encoding="utf-8"), path.name, path.stem, sample_known()
    )
    assert problems == []
    assert campaign
    if campaign.placement is Placement.FEED:
        assert campaign.rotate.per_producer_per_week == 1
    assert len(campaign.creative.hashtags) <= 5


def test_a_campaign_may_fill_a_shop() -> None:
    text = 'placement = "listing"\n' + LEAST.replace('"showcase"', '"shop"')
    campaign, _ = read(text)
    assert campaign.placement is Placement.LISTING


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (LEAST.replace('"showcase"', '"shop"'), "placement"),
        ('placement = "listing"\n' + LEAST, "placement"),
        ('placement = "window"\n' + LEAST, "placement"),
    ],
    ids=["a shop has no feed", "a feed has no listings", "unknown"],
)
def test_an_account_must_have_the_placement(text: str, key: str) -> None:
    assert key in [problem.key for problem in mistakes(text)]
