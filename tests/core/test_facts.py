"""Facts: what a creative states, in force on its day, and how a change is named."""

from datetime import date

from promoter.core.facts import NAMES, Fact, changed, facts
from promoter.core.model import Money
from tests.make import TODAY, certificate, producer, product


def named(found: tuple[Fact, ...]) -> dict[str, str]:
    """Return facts by name."""
    return {fact.name: fact.value for fact in found}


def test_the_stars_are_stated_while_the_certificate_is_in_force() -> None:
    assert named(facts(product(), producer(), TODAY))["stars"] == "4"


def test_on_the_anniversary_itself_no_stars_are_stated() -> None:
    item = product(certificate=certificate(expires_on=TODAY))
    assert "stars" not in named(facts(item, producer(), TODAY))
    assert "decision" not in named(facts(item, producer(), TODAY))
    assert named(facts(item, producer(), date(2026, 11, 22)))["stars"] == "4"


def test_a_candidacy_changes_no_fact() -> None:
    asked = {"stars": 5, "since": date(2024, 11, 12), "status": "pending"}
    with_candidacy = facts(product(candidacy=asked), producer(), TODAY)
    assert with_candidacy == facts(product(), producer(), TODAY)


def test_the_price_is_stated_with_its_unit() -> None:
    assert named(facts(product(), producer(), TODAY))["price"] == "15000 VND/gói 1 kg"


def test_what_is_not_known_is_not_stated() -> None:
    item = product(price=None, gi="", allergens=())
    assert not {"price", "gi", "allergens"} & set(named(facts(item, producer(), TODAY)))


def test_the_place_is_the_producers_present_commune() -> None:
    assert named(facts(product(), producer(), TODAY))["place"] == "Xã Vĩnh Lợi, Cà Mau"


def test_every_fact_has_words_and_keeps_its_order() -> None:
    item = product(
        abv=12, allergens=("tôm",), gi="Bạc Liêu", packaging=("gói",), season_months=(12,),
        shelf_life="24 tháng",
    )  # fmt: skip
    assert [fact.name for fact in facts(item, producer(), TODAY)] == list(NAMES)


def test_a_change_names_what_changed() -> None:
    before = facts(product(), producer(), TODAY)
    item = product(price=Money(amount=16000), certificate=None)
    phrase = changed(before, facts(item, producer(), TODAY))
    assert str(phrase) == "OCOP stars, OCOP decision, price"


def test_no_change_has_no_words() -> None:
    stated = facts(product(), producer(), TODAY)
    assert changed(stated, stated) is None
