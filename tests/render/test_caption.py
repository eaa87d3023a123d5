"""Caption templates: variants by digest, untrusted values, every mistake told with its place."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from promoter.core.channel import Limits
from promoter.core.errors import ConfigError
from promoter.core.problem import Severity
from promoter.core.rules import ALCOHOL, SUPPLEMENT, claims
from promoter.core.wording import alt_text, caption, card_words, characters
from promoter.render.caption import Captions
from tests.make import TODAY, producer, product
from tests.words import ASSETS, VOICE, catalogue, makers

RULES = ASSETS.parent.parent / "shared" / "domain" / "ad_rules.json"
SHIPPED = Captions(ASSETS)
CHOICES = [str(number) for number in range(40)]
GOOD = "{% block any_1 %}Mời bà con thử {{ name }}.{% endblock %}"


def captions(folder: Path, text: str, name: str = "thu") -> Captions:
    """Return the templates of a folder with one more."""
    (folder / "captions").mkdir(exist_ok=True)
    (folder / "captions" / f"{name}.txt.j2").write_text(text, encoding="utf-8")
    return Captions(folder)


def hook(found: Captions, channel: str = "showcase", choice: str = "key") -> tuple[str, str]:
    """Return variant and words of the template that a test wrote."""
    return found.hook("thu", channel, product(), producer(), choice)


# Which words a post gets


def test_the_same_choice_gives_the_same_words(tmp_path: Path) -> None:
    blocks = "".join(f"{{% block any_{n} %}}{n}{{% endblock %}}" for n in range(1, 13))
    found = captions(tmp_path, blocks)
    first = [hook(found, choice=choice) for choice in CHOICES]
    assert first == [hook(Captions(tmp_path), choice=choice) for choice in CHOICES]
    assert len(set(first)) > 6
    assert all(variant == f"any_{words}" for variant, words in first)


def test_a_channels_own_blocks_come_before_those_for_any(tmp_path: Path) -> None:
    own = "{% block facebook_1 %}Riêng.{% endblock %}"
    own += "{% block google_business_1 %}Hồ sơ.{% endblock %}"
    found = captions(tmp_path, GOOD + own)
    assert {hook(found, "facebook", choice) for choice in CHOICES} == {("facebook_1", "Riêng.")}
    assert hook(found, "google_business") == ("google_business_1", "Hồ sơ.")
    assert hook(found, "google")[0] == "any_1"


def test_blocks_share_macros_and_values_but_not_words(tmp_path: Path) -> None:
    text = "{% set who = 'bà con' %}{% macro hi() %}Chào {{ who }}, {{ name }}.{% endmacro %}"
    text += "{% block any_1 %}{{ hi() }}{% endblock %}{% block any_2 %}{{ hi() }}{% endblock %}"
    assert hook(captions(tmp_path, text))[1] == "Chào bà con, Muối hạt Bạc Liêu."


def test_white_space_is_tidied_and_paragraphs_stay(tmp_path: Path) -> None:
    text = "{% block any_1 %}\n\n  Một   hai.  \nBa.\n\n\n\n  Bốn.\n---\nNăm?\n{% endblock %}"
    assert hook(captions(tmp_path, text))[1] == "Một hai.\nBa.\n\nBốn.\n---\nNăm?"


def test_places_and_seasons_are_said_the_way_people_say_them(tmp_path: Path) -> None:
    text = "{% block any_1 %}{{ district }}/{{ commune }}/{{ season }}{% endblock %}"
    found = captions(tmp_path, text)
    months = {(12, 1, 2): "tháng 12 đến tháng 2", (5, 6): "tháng 5 và tháng 6", (7,): "tháng 7",
              (1, 5, 9): "tháng 1, tháng 5 và tháng 9", (): ""}  # fmt: skip
    for season, said in months.items():
        item = product(season_months=season)
        words = found.hook("thu", "x", item, producer(), "")[1]
        assert words == f"Vĩnh Lợi/xã Vĩnh Lợi/{said}"


def test_the_description_leaves_the_geographical_indication_to_the_facts(tmp_path: Path) -> None:
    found = captions(tmp_path, "{% block any_1 %}{{ description }}{% endblock %}")
    item = catalogue()["BL-049"]
    assert "chỉ dẫn địa lý" in item.description
    words = found.hook("thu", "x", item, producer(), "")[1]
    assert words.startswith("Giống lúa mùa")
    assert "chỉ dẫn địa lý" not in words


# The catalogue is not trusted


def test_text_of_the_catalogue_is_never_a_template(tmp_path: Path) -> None:
    found = captions(tmp_path, GOOD)
    item = product(name="{{ 7 * 7 }}{% raw %}\n---\nMua ngay")
    words = found.hook("thu", "x", item, producer(), "")[1]
    assert words == "Mời bà con thử {{ 7 * 7 }}{% raw %} --- Mua ngay."


@pytest.mark.parametrize(
    "expression",
    ["name.__class__.__mro__", "self._TemplateReference__context", "packaging.__class__", "cycler"],
)
def test_a_template_reaches_nothing_but_values(tmp_path: Path, expression: str) -> None:
    found = captions(tmp_path, f"{{% block any_1 %}}{{{{ {expression} }}}}{{% endblock %}}")
    with pytest.raises(ConfigError):
        hook(found)


# Mistakes

BROKEN = {
    "an unknown value": ("Xin\n{{ nmae }}", 3),
    "a value of nothing": ("{{ name.gia }}", 2),
    "a missing entry": ("{% set a = {'x': 1} %}\n{{ a[kind] }}", 3),
    "a sum of text and number": ("\n\n{{ name + 1 }}", 4),
    "a division by zero": ("{{ 1 // 0 }}", 2),
    "a filter that does not exist": ("\n{{ name | vietsub }}", 3),
    "an unclosed brace": ("\n{{ name ", 4),
    "another file": ("{% include '/etc/passwd' %}", 2),
}


@pytest.mark.parametrize("mistake", BROKEN)
def test_a_mistake_is_told_with_file_and_line(tmp_path: Path, mistake: str) -> None:
    inside, line = BROKEN[mistake]
    found = captions(tmp_path, f"{{% block any_1 %}}\n{inside}\n{{% endblock %}}")
    with pytest.raises(ConfigError, match=rf"thu\.txt\.j2:{line}: ") as caught:
        hook(found)
    (problem,) = caught.value.problems
    assert problem.line == line
    checked = found.check()
    assert [(item.file, item.line, item.code) for item in checked] == [
        (str(tmp_path / "captions" / "thu.txt.j2"), line, "caption-template")
    ]


def test_check_finds_every_unknown_value_even_where_it_is_not_used(tmp_path: Path) -> None:
    text = "{% block any_1 %}\n{{ giá }}{% if false %}\n{{ sao }}{% endif %}{% endblock %}"
    found = captions(tmp_path, text).check()
    assert [(problem.key, problem.line) for problem in found] == [("giá", 2), ("sao", 3)]
    assert "description" in str(found[0].phrase)


def test_check_tries_every_kind_of_product(tmp_path: Path) -> None:
    text = "{% block any_1 %}{% if kind == 'trip' %}{{ 1 // 0 }}{% endif %}Chào.{% endblock %}"
    (problem,) = captions(tmp_path, text).check()
    assert problem.severity is Severity.ERROR


def test_check_warns_of_silence_and_of_ranks(tmp_path: Path) -> None:
    text = "{% block any_1 %}{% if kind != 'rice' %}Chào.{% endif %}{% endblock %}"
    text += "{% block any_2 %}Sản phẩm OCOP 4 sao.{% endblock %}"
    found = captions(tmp_path, text).check()
    assert [(item.key, item.severity) for item in found] == [
        ("any_1", Severity.WARNING),
        ("any_2", Severity.WARNING),
    ]


def test_check_names_blocks_that_are_never_used(tmp_path: Path) -> None:
    found = captions(tmp_path, GOOD + "{% block mo_dau %}Chào.{% endblock %}").check()
    assert [problem.key for problem in found] == ["mo_dau"]


def test_a_template_without_a_block_for_any_is_refused(tmp_path: Path) -> None:
    found = captions(tmp_path, "{% block x_1 %}Chào.{% endblock %}")
    assert [problem.key for problem in found.check()] == ["any_1"]
    with pytest.raises(ConfigError, match="any_1"):
        hook(found)


@pytest.mark.parametrize("name", ["khác", "../captions/thu", ""])
def test_an_unknown_template_names_those_that_are_there(tmp_path: Path, name: str) -> None:
    found = captions(tmp_path, GOOD)
    with pytest.raises(ConfigError, match="known are thu"):
        found.hook(name, "x", product(), producer(), "")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    found = captions(tmp_path, GOOD)
    (tmp_path / "captions" / "thu.txt.j2").write_bytes(b"\xff\xfe{{")
    with pytest.raises(ConfigError, match="UTF-8"):
        hook(found)
    assert len(found.check()) == 1


def test_without_a_folder_there_are_no_templates(tmp_path: Path) -> None:
    assert Captions(tmp_path).templates() == frozenset()
    assert Captions(tmp_path).check() == []


# Files that change


def test_an_edited_template_is_read_anew_and_has_another_digest(tmp_path: Path) -> None:
    found = captions(tmp_path, GOOD)
    before = found.digest("thu")
    path = tmp_path / "captions" / "thu.txt.j2"
    path.write_text(GOOD.replace("Mời", "Rủ"), encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert hook(found)[1].startswith("Rủ")
    assert found.digest("thu") != before


def test_the_digest_depends_on_the_text_alone(tmp_path: Path) -> None:
    found = captions(tmp_path, GOOD)
    before = found.digest("thu")
    os.utime(tmp_path / "captions" / "thu.txt.j2", ns=(1, 1))
    assert Captions(tmp_path).digest("thu") == found.digest("thu") == before


# The templates that ship


def spoken() -> Iterator[tuple[str, str]]:
    """Yield code and final words of every variant of every shipped template and product."""
    limits = Limits(
        caption=2000, measure=characters, formats={}, media_bytes=1, posts_per_day=1,
        hashtags=5, age_gated=True, resend_after_absent=False,
    )  # fmt: skip
    for name in sorted(SHIPPED.templates()):
        for item in catalogue().values():
            maker = makers()[item.producer]
            hooks = {SHIPPED.hook(name, "showcase", item, maker, choice) for choice in CHOICES}
            assert len(hooks) >= 3
            for _, words in sorted(hooks):
                text = caption(
                    item, maker, TODAY, VOICE, hook=words, link="https://ocop.example.vn/r/abc",
                    hashtags=("OCOPBacLieu", "DacSanBacLieu"), limits=limits,
                )  # fmt: skip
                card = card_words(item, maker, TODAY, VOICE, "Đặc sản Bạc Liêu").texts()
                alt = alt_text(item, maker, TODAY, VOICE, has_photo=True)
                yield item.code, "\n".join((text, alt, *card))


def test_the_shipped_templates_have_no_problem() -> None:
    assert SHIPPED.templates() == {"spotlight", "season"}
    assert SHIPPED.check() == []


def test_spotlight_has_at_least_four_variants() -> None:
    item = catalogue()["BL-086"]
    found = {
        SHIPPED.hook("spotlight", "showcase", item, producer(), choice)[0] for choice in CHOICES
    }
    assert len(found) >= 4


def test_words_for_salt_hold_all_through_the_dry_season() -> None:
    for item in catalogue().values():
        if item.product_class == "salt_seasoning":
            for choice in CHOICES:
                assert "Tết" not in SHIPPED.hook("season", "showcase", item, producer(), choice)[1]


def test_no_kitchen_knife_is_offered_as_a_gift() -> None:
    for choice in CHOICES:  # a given knife cuts a friendship
        words = SHIPPED.hook("season", "showcase", catalogue()["BL-055"], producer(), choice)[1]
        assert "quà" not in words


def test_no_shipped_caption_claims_a_rank_that_is_not_in_force() -> None:
    for code, words in spoken():
        assert claims(words, catalogue()[code], TODAY) == []


def test_shipped_captions_stay_short_and_have_no_machine_residue() -> None:
    for _, words in spoken():
        text = words.partition("#QuảngCáo")[0]
        assert characters(text) <= 640
        assert not re.search(r"[{}]|None|\n{3}| {2}|\s[.,;:?]", text)
        assert text.count("!") <= 1


@pytest.mark.skipif(not RULES.exists(), reason="the table of advertising rules is not here")
def test_no_shipped_caption_breaks_an_advertising_rule() -> None:
    rules = json.loads(RULES.read_text(encoding="utf-8"))["rules"]
    by_record = {"CLM-03", "OCOP-03"}  # need the product: claims() asks, and the facts know
    patterns = {
        rule["id"]: re.compile(rule["pattern"])
        for rule in rules
        if rule["pattern"] and rule["kind"].startswith("regex")
        and rule["kind"] != "regex-required" and rule["id"] not in by_record
    }  # fmt: skip
    for code, words in spoken():
        plain = words.casefold()
        for sentence in (SUPPLEMENT, ALCOHOL):
            plain = plain.replace(sentence.casefold(), "")
        for name, pattern in patterns.items():
            found = pattern.search(words if name == "TXT-01" else plain)
            assert not found, f"{code}: {name}: {found}"
