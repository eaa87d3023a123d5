"""Stops in the store: who stopped what, which posts that concerns, and what the pages show."""

import threading
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from promoter.core.delivery import UNATTEMPTED, State
from promoter.core.model import Draft, Phrase, Placement
from promoter.store import catalogue, deliveries, follow_ups, products, stops
from promoter.store.database import Store
from promoter.store.follow_ups import Verb
from promoter.store.stops import Kind, Stop, Subject
from promoter.store.tables import PostRow, ProducerRow
from tests.make import NOW, producer, product
from tests.store.fill import Fill

SALT, MAKER = Subject(Kind.PRODUCT, "BL-086"), Subject(Kind.PRODUCER, "P41")
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
WHY = Phrase("stopped by {who}", who="an")


@pytest.fixture
def fill(store: Store) -> Fill:
    """A store with two producers: P41 makes salt and rice, P42 makes tea."""
    made = Fill(store)
    made.producer("P41")
    made.producer("P42", name="Hợp tác xã Chè")
    made.product("BL-086")
    made.product("BL-100", name="Gạo")
    made.product("CH-001", name="Chè", producer="P42")
    return made


def stop(store: Store, subject: Subject, by: str = "an") -> bool:
    """Write a stop down."""
    with store.write() as session:
        return stops.stop(session, subject, by, NOW)


def cancel(store: Store, subject: Subject = SALT) -> list[str]:
    """Cancel what a subject has planned."""
    with store.write() as session:
        return stops.cancel(session, subject, WHY, NOW)


def offered(store: Store) -> list[str]:
    """Return the codes of what may be shown."""
    with store.read() as session:
        found = [item.code for item in products.products(session)]
        assert found == [item.code for item, _ in catalogue.catalogue(session)]
        assert found == [
            code for code in ("BL-086", "BL-100", "CH-001") if products.product(session, code)
        ]
    return found


def test_a_stopped_product_is_not_offered_and_the_others_are(store: Store, fill: Fill) -> None:
    assert stop(store, SALT)
    assert offered(store) == ["BL-100", "CH-001"]


def test_a_stopped_producer_is_not_offered_with_all_it_makes(store: Store, fill: Fill) -> None:
    assert stop(store, MAKER)
    assert offered(store) == ["CH-001"]
    with store.read() as session:
        assert list(products.producers(session)) == ["P42"]
        assert products.producer(session, "P41") is None


def test_what_is_stopped_is_still_known_to_whoever_asks_for_it(store: Store, fill: Fill) -> None:
    stop(store, SALT)
    stop(store, MAKER)
    with store.read() as session:
        assert len(products.products(session, stopped=True)) == 3
        assert products.product(session, "BL-086", stopped=True) == product()
        assert products.producer(session, "P41", stopped=True) == producer()


def test_what_is_retired_does_not_come_back_with_the_stopped(store: Store, fill: Fill) -> None:
    fill.product("OLD-1", retired=True)
    fill.producer("P00", retired=True)
    with store.read() as session:
        assert products.product(session, "OLD-1", stopped=True) is None
        assert products.producer(session, "P00", stopped=True) is None
        assert len(products.products(session, stopped=True)) == 3
        assert len(products.products(session, retired=True)) == 4


def test_only_the_first_stop_is_kept_until_it_is_lifted(store: Store, fill: Fill) -> None:
    assert stop(store, SALT, "an: thu hồi")
    assert not stop(store, SALT, "binh")
    with store.write() as session:
        assert stops.stopped(session) == [Stop(SALT, "Muối hạt Bạc Liêu", NOW, "an: thu hồi")]
        assert stops.lift(session, SALT)
        assert not stops.lift(session, SALT)
        assert stops.stopped(session) == []
    assert offered(store) == ["BL-086", "BL-100", "CH-001"]


def test_a_code_that_is_not_there_stops_nothing(store: Store, fill: Fill) -> None:
    assert not stop(store, Subject(Kind.PRODUCT, "P41"))
    assert not stop(store, Subject(Kind.PRODUCER, "BL-086"))


def test_the_stops_of_a_product_are_its_own_and_its_producers(store: Store, fill: Fill) -> None:
    for subject in (SALT, MAKER, Subject(Kind.PRODUCT, "CH-001")):
        stop(store, subject)
    with store.read() as session:
        assert [item.subject for item in stops.of_product(session, "BL-086")] == [MAKER, SALT]
        assert [item.subject for item in stops.of_product(session, "BL-100")] == [MAKER]
        assert stops.of_product(session, "nothing") == []


def test_names_tell_also_what_is_retired(store: Store, fill: Fill) -> None:
    fill.product("OLD-1", retired=True, name="Cũ")
    with store.read() as session:
        assert stops.names(session, Kind.PRODUCT)["OLD-1"] == "Cũ"
        assert list(stops.names(session, Kind.PRODUCER)) == ["P41", "P42"]


@pytest.mark.parametrize("state", list(State))
def test_only_what_nobody_tried_to_send_is_cancelled(
    store: Store, fill: Fill, state: State
) -> None:
    fill.post("a", NOW, "BL-086", state=state)
    assert cancel(store) == (["a"] if state in UNATTEMPTED else [])
    with store.read() as session:
        after = deliveries.get(session, "a")
        attempts = deliveries.attempts(session, "a")
    assert after
    if state not in UNATTEMPTED:
        assert after.state is state
        return
    assert (after.state, after.note, after.lease_until) == (State.CANCELLED, WHY, None)
    assert [(item.verb, item.outcome, item.note) for item in attempts] == [
        ("stop", "CANCELLED", WHY)
    ]


def test_posts_of_others_and_of_its_producer_are_told_apart(store: Store, fill: Fill) -> None:
    fill.post("both", NOW, "BL-100", "BL-086", state=State.DUE)
    fill.post("rice", NOW, "BL-100", state=State.DUE)
    fill.post("tea", NOW, "CH-001", state=State.DUE, producer="P42")
    fill.post("guest", NOW, "CH-001", "BL-100", state=State.DUE, producer="P42")
    fill.post("moved", NOW, "CH-001", state=State.DUE, producer="P41")  # was its own when planned
    assert cancel(store) == ["both"]
    assert cancel(store, MAKER) == ["guest", "moved", "rice"]
    assert cancel(store, MAKER) == []


@pytest.mark.parametrize("state", list(State))
def test_what_the_public_may_see_is_told(store: Store, fill: Fill, state: State) -> None:
    fill.post("a", NOW, "BL-086", state=state, url="https://ocop.example.vn/1")
    with store.read() as session:
        found = stops.seen(session, SALT)
    assert [item.state for item in found] == ([state] if state in stops.SEEN else [])


def test_the_moment_is_when_it_went_live_and_else_its_slot(store: Store, fill: Fill) -> None:
    late = NOW + timedelta(minutes=7)
    fill.post("a", NOW, "BL-086", settled_at=late, url="https://ocop.example.vn/1")
    fill.post("b", NOW - timedelta(days=1), "BL-086", state=State.UNKNOWN)
    with store.read() as session:
        first, second = stops.seen(session, MAKER)
    assert (first.key, first.at, first.url) == ("a", late, "https://ocop.example.vn/1")
    assert (second.key, second.at, second.url) == ("b", NOW - timedelta(days=1), "")
    assert (first.placement, first.channel, first.leaving) == (Placement.FEED, "showcase", False)


def test_what_is_asked_to_be_taken_down_is_leaving_once_it_is_live(
    store: Store, fill: Fill
) -> None:
    fill.post("a", NOW, "BL-086")
    fill.post("b", NOW - timedelta(days=1), "BL-086", state=State.PENDING)
    with store.write() as session:
        for key, verb in (("a", Verb.MEASURE), ("a", Verb.WITHDRAW), ("b", Verb.WITHDRAW)):
            follow_ups.ask(session, key, verb, "showcase", NOW)
        assert [item.leaving for item in stops.seen(session, SALT)] == [True, False]


def test_a_note_stays_with_what_is_live(store: Store, fill: Fill) -> None:
    fill.post("a", NOW, "BL-086")
    fill.post("b", NOW, "BL-086", state=State.PENDING)
    with store.write() as session:
        stops.note(session, ["a", "b"], WHY)
        found = [deliveries.get(session, key) for key in ("a", "b")]
    assert [item.note for item in found if item] == [WHY, None]


def test_the_pages_of_a_stopped_product_are_gone(store: Store, fill: Fill) -> None:
    with store.read() as session:
        page = catalogue.product_page(session, "BL-086", NOW)
        before = catalogue.stamp(session)
    assert page
    assert [item.code for item in page.others] == ["BL-100"]
    stop(store, Subject(Kind.PRODUCT, "BL-100"))
    with store.read() as session:
        page = catalogue.product_page(session, "BL-086", NOW)
        assert page
        assert page.others == ()
        assert catalogue.product_page(session, "BL-100", NOW) is None
        assert catalogue.stamp(session) != before, "pages that were kept are made anew"


def test_a_stopped_producer_has_no_page_and_no_place_in_the_list(store: Store, fill: Fill) -> None:
    stop(store, MAKER)
    with store.read() as session:
        assert session.get(ProducerRow, "P41"), "its reports stay"
        assert catalogue.product_page(session, "BL-086", NOW) is None
        listed = catalogue.producers(session, NOW, ZONE)
    assert [item.producer.code for item in listed] == ["P42"]


def test_a_collection_leaves_out_what_is_stopped(store: Store, fill: Fill) -> None:
    fill.post("both", NOW, "BL-086", "BL-100")
    stop(store, SALT)
    with store.read() as session:
        code = session.get_one(PostRow, "both").code
        page = catalogue.collection(session, code)
    assert page
    assert [item.code for item in page.products] == ["BL-100"]


def test_a_claim_and_a_stop_at_once_agree_on_what_goes_out(store: Store, fill: Fill) -> None:
    keys = [f"p{number:02}" for number in range(20)]
    for key in keys:
        fill.post(key, NOW, "BL-086", state=State.READY)
    begin = threading.Barrier(2)
    sent: list[str] = []

    def claims() -> None:
        begin.wait()
        for key in keys:
            with store.write() as session:
                old = deliveries.get(session, key)
                assert old
                new = replace(old, state=State.SENDING)
                if old.state is State.READY and deliveries.save(session, old, new, NOW):
                    sent.append(key)

    worker = threading.Thread(target=claims)
    worker.start()
    begin.wait()
    with store.write() as session:
        stops.stop(session, SALT, "an", NOW)
        cancelled = stops.cancel(session, SALT, WHY, NOW)
        told = [item.key for item in stops.seen(session, SALT)]
    worker.join()
    assert sorted(cancelled + told) == keys
    assert sorted(sent) == sorted(told)


def test_two_stops_at_once_cancel_each_post_once(store: Store, fill: Fill) -> None:
    keys = [f"p{number:02}" for number in range(20)]
    for key in keys:
        fill.post(key, NOW, "BL-086", state=State.DUE)
    begin = threading.Barrier(2)
    found: list[tuple[bool, list[str]]] = []

    def stopping() -> None:
        begin.wait()
        with store.write() as session:
            new = stops.stop(session, SALT, "an", NOW)
            found.append((new, stops.cancel(session, SALT, WHY, NOW)))

    workers = [threading.Thread(target=stopping) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(new for new, _ in found) == [False, True]
    assert sorted(key for _, some in found for key in some) == keys


def test_nothing_of_a_worker_stays_with_what_is_cancelled(store: Store, fill: Fill) -> None:
    fill.post("a", NOW, "BL-086", state=State.DUE)
    with store.write() as session:
        old = deliveries.get(session, "a")
        assert old
        held = replace(old, lease_until=NOW, tries=2, draft=Draft(ready=False, data={"id": "1"}))
        assert deliveries.save(session, old, held, NOW)
    assert cancel(store) == ["a"]
    with store.read() as session:
        after = deliveries.get(session, "a")
    assert after
    assert (after.lease_until, after.draft, after.tries) == (None, None, 0)
