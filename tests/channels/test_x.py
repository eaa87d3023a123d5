"""What is peculiar to X: signed calls, uploads that age, and a timeline to look posts up in."""

import json
import logging
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from promoter.channels import x
from promoter.core.account import Identity
from promoter.core.channel import Watches, Withdraws
from promoter.core.errors import (
    NotAuthorized,
    OutcomeUnknown,
    Rejected,
    Scope,
    Transient,
)
from promoter.core.model import Absent, Creative, Draft, Quality, Receipt, Window
from promoter.remote.http import Session
from promoter.sandbox.contract import LAG_SECONDS, Entry, Fault
from promoter.sandbox.server import Sandbox
from promoter.sandbox.shelf import Shelf
from promoter.sandbox.x import HOSTS, Stand
from promoter.sandbox.x.posts import Names
from tests.channels.conftest import creative, key
from tests.channels.test_contract import ready
from tests.remote.raw import answer, serving

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
KEYS = {
    "user_id": "1722000000000000001",
    "consumer_key": "planted-consumer-key",
    "consumer_secret": "planted-consumer-secret",
    "access_token": "1722000000000000001-planted-token",
    "access_token_secret": "planted-token-secret",
}
LINK = creative().link
CODE = "k7m2p9q4x0"
CREATE, UPLOAD, DESCRIBE = ("POST", "/2/tweets"), ("POST", "/upload"), ("POST", "/metadata")
TIMELINE = ("GET", "/2/users/")


@dataclass(slots=True)
class Office:
    """An account on the stand-in, and the moment that it is there."""

    box: Sandbox
    stand: Stand
    now: datetime = START

    def channel(self, limit: timedelta = timedelta(seconds=10), **keys: str) -> Any:
        return connected(self.box.url, limit, lambda: self.now, **keys)

    def entries(self) -> list[Entry]:
        (feed,) = self.stand.feeds(self.now)
        return [entry for entry in feed.entries if not entry.note]

    def publish(self, what: Creative, name: str = "a post") -> Receipt:
        channel = self.channel()
        receipt: Receipt = channel.publish(what, key(name), ready(channel, what, name))
        return receipt

    def find(self, what: Creative) -> Receipt | Absent:
        found: Receipt | Absent = self.channel().find(what, key(), None, START)
        return found


def connected(
    url: str, limit: timedelta = timedelta(seconds=10), clock: Any = lambda: START, **keys: str
) -> Any:
    hosts = dict.fromkeys(HOSTS, url)
    session = Session(limit=limit, loopback_only=True, hosts=hosts, clock=clock)
    return x.connect(x.Config.model_validate(KEYS | keys), session)


@pytest.fixture(params=["tweet"])
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    """An account on the stand-in; the parameter is the words that its server uses."""
    names: Names = request.param
    stand = Stand({"x": {**KEYS, "username": "ocop"}}, Shelf().section("x"), names=names)
    made: list[Office] = []
    with Sandbox([stand], clock=lambda: made[0].now) as box:
        made.append(Office(box, stand))
        yield made[0]


both_names = pytest.mark.parametrize("office", ["tweet", "post"], indirect=True)


def words(text: str = "Muối hạt Bạc Liêu") -> Creative:
    """Return what a campaign would show: words and its link."""
    return creative(f"{text}\n{LINK}", pictures=1, link=False)


def plain(text: str) -> Creative:
    """Return words whose link, which is a post's of its own, stands nowhere in them."""
    return creative(text, pictures=1, link=False)


def metrics(office: Office, *receipts: Receipt) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for metric in office.channel().metrics(receipts, office.now):
        found.setdefault(metric.remote_id, {})[metric.name] = metric.value
    return found


# What an account is


@pytest.mark.parametrize("user", ["ocop_baclieu", "", "12 34", "1" * 20, "１２"])
def test_an_account_is_named_by_its_number(user: str) -> None:
    with pytest.raises(ValidationError, match="number"):
        x.Config.model_validate(KEYS | {"user_id": user})


def test_a_config_never_shows_its_keys() -> None:
    config = x.Config.model_validate(KEYS)
    assert "planted" not in repr(config) + str(config) + config.model_dump_json()


# What a post is


def test_pictures_are_described_and_stand_in_their_order(office: Office) -> None:
    what = creative(pictures=4)
    office.publish(what)
    (entry,) = office.entries()
    assert [alt for _, alt in entry.pictures] == [item.alt for item in what.media]


def test_a_post_has_an_address(office: Office) -> None:
    receipt = office.publish(words())
    assert receipt.url == f"https://x.com/i/web/status/{receipt.remote_id}"
    assert receipt.live


def test_each_step_is_one_upload_or_one_description(office: Office) -> None:
    channel, draft, seen = office.channel(), None, []
    for _ in range(4):
        draft = channel.prepare(creative(), key(), draft)
        seen.append((office.box.left(*UPLOAD), office.box.left(*DESCRIBE), draft.ready))
    assert seen == [(1, 0, False), (1, 1, False), (2, 1, False), (2, 2, True)]


def test_what_is_ready_is_left_as_it_is(office: Office) -> None:
    channel = office.channel()
    draft = ready(channel, creative())
    assert channel.prepare(creative(), key(), draft) == draft
    assert office.box.left() == 4


def test_a_picture_without_a_description_is_only_uploaded(office: Office) -> None:
    (item,) = creative(pictures=1).media
    what = replace(creative(), media=(replace(item, alt=""),))
    assert office.channel().prepare(what, key(), None).ready
    assert office.box.left() == 1


def test_words_alone_are_a_post(office: Office) -> None:
    office.publish(creative(pictures=0))
    assert office.box.left() == 1
    assert office.entries()[0].pictures == []


def test_five_pictures_are_too_many(office: Office) -> None:
    with pytest.raises(Rejected):
        office.publish(creative(pictures=5))


def test_a_picture_over_the_limit_never_leaves(office: Office) -> None:
    what = creative(pictures=1, size=x.LIMITS.media_bytes + 1)
    with pytest.raises(Rejected, match=r"5000001 bytes.*5000000"):
        office.channel().prepare(what, key(), None)
    assert office.box.left() == 0


def test_a_lost_description_is_given_again_without_a_new_upload(office: Office) -> None:
    channel = office.channel()
    draft = channel.prepare(words(), key(), None)
    office.box.arm(Fault.CUT, *DESCRIBE)
    with pytest.raises(Transient):
        channel.prepare(words(), key(), draft)
    assert channel.prepare(words(), key(), draft).ready
    assert office.box.left(*UPLOAD) == 1


# Uploads age


@pytest.mark.parametrize(("hours", "uploads"), [(19.9, 1), (20, 2)])
def test_an_upload_is_made_anew_before_x_forgets_it(
    office: Office, hours: float, uploads: int
) -> None:
    channel = office.channel()
    draft = ready(channel, words())
    office.now += timedelta(hours=hours)
    receipt = channel.publish(words(), key(), _prepared(channel, draft))
    assert office.box.left(*UPLOAD) == uploads
    assert [entry.id for entry in office.entries()] == [receipt.remote_id]


def _prepared(channel: Any, draft: Draft | None) -> Draft | None:
    for _ in range(2):
        draft = channel.prepare(words(), key(), draft)
    return draft


def test_a_draft_that_grew_old_is_no_refusal_of_the_post(office: Office) -> None:
    channel = office.channel()
    draft = ready(channel, words())
    office.now += timedelta(hours=20)
    with pytest.raises(Transient, match="too old") as caught:
        channel.publish(words(), key(), draft)
    assert caught.value.scope is Scope.POST
    assert office.box.left(*CREATE) == 0


# Looking it up


@pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.REWRITTEN])
@pytest.mark.parametrize(
    "caption",
    [
        f"Muối  hạt\n\nBạc Liêu & <sạch>\n{LINK}",
        unicodedata.normalize("NFD", f"Ba khía muối Rạch Gốc {LINK}"),
        f"Ba khía muối, mã {CODE}.",
    ],
    ids=["link", "decomposed", "code"],
)
def test_a_post_is_known_by_its_link_or_code(office: Office, caption: str, fault: Fault) -> None:
    what = plain(caption)
    draft = ready(office.channel(), what)
    office.box.arm(fault, *CREATE)
    limit = timedelta(seconds=0.4 if fault is Fault.LOST_ANSWER else 10)
    try:
        office.channel(limit).publish(what, key(), draft)
    except OutcomeUnknown:
        office.box.settled()
    found = office.find(what)
    assert isinstance(found, Receipt)
    assert found.remote_id == office.entries()[0].id


@pytest.mark.parametrize("fault", [None, Fault.REWRITTEN])
@pytest.mark.parametrize(
    "caption",
    [
        "Muối hạt & “muối” <trắng> Bạc Liêu",
        unicodedata.normalize("NFD", "Muối hạt\n\nBạc Liêu"),
        "Xem shop.vn và (https://ocop.example.vn/p/BL-086).\nMuối hạt",
    ],
)
def test_a_post_without_link_and_code_is_known_by_its_words(
    office: Office, caption: str, fault: Fault | None
) -> None:
    what = plain(caption)
    draft = ready(office.channel(), what)
    if fault:
        office.box.arm(fault, *CREATE)
    assert office.channel().publish(what, key(), draft) == office.find(what)


@pytest.mark.parametrize(
    "other",
    [
        "Muối hạt Bạc Liêu\nhttps://ocop.example.vn/r/k7m2p9q4x9",
        "Muối hạt Bạc Liêu\nhttps://ocop.example.vn/r/k7m2p9q4x01",
        "Muối hạt Bạc Liêu\nhttps://ocop.example.vn/r/ak7m2p9q4x0",
        "Muối hạt Bạc Liêu",
        "Muối hạt Bạc Liêu https://ocop.example.vn/r/",
    ],
)
def test_another_post_is_not_taken_for_it(office: Office, other: str) -> None:
    office.publish(plain(other))
    assert office.find(words()) == Absent(sure=False)


@pytest.mark.parametrize("other", ["Muối hạt Bạc", "Muối hạt Bạc Liêu xưa", "a.vn", ""])
def test_other_words_are_not_taken_for_it(office: Office, other: str) -> None:
    office.publish(plain(other))
    assert office.find(plain("Muối hạt Bạc Liêu")) == Absent(sure=False)


@pytest.mark.parametrize("fault", [None, Fault.REWRITTEN])
def test_a_link_without_a_code_is_compared_whole(office: Office, fault: Fault | None) -> None:
    what = replace(
        words("Xem"), link="https://shop.vn/muoi?utm=2", caption="https://shop.vn/muoi?utm=2"
    )
    office.publish(plain("https://shop.vn/muoi?utm=21"))
    assert office.find(what) == Absent(sure=False)
    if fault:
        office.box.arm(fault, *CREATE)
    assert office.publish(what) == office.find(what)


def test_of_several_the_first_is_the_post(office: Office) -> None:
    first = office.publish(words())
    office.now += timedelta(minutes=1)
    office.publish(words("Nhân đây nhắc lại:"))
    assert office.find(words()) == first


def test_it_is_found_behind_many_later_posts(office: Office) -> None:
    first = office.publish(words())
    for number in range(101):
        office.now += timedelta(minutes=1)
        office.publish(creative(f"Bài {number}", pictures=0, link=False))
    assert office.find(words()) == first
    assert office.box.left(*TIMELINE) == 2


def test_what_was_posted_long_before_is_not_looked_at(office: Office) -> None:
    office.now -= timedelta(minutes=3)
    office.publish(words())
    office.now = START
    assert office.find(words()) == Absent(sure=False)


def test_our_clock_may_be_ahead_a_little(office: Office) -> None:
    office.now -= timedelta(minutes=1)
    receipt = office.publish(words())
    assert office.find(words()) == receipt


def test_a_timeline_that_lags_decides_nothing(office: Office) -> None:
    draft = ready(office.channel(), words())
    office.box.arm(Fault.LAGGING, *CREATE)
    receipt = office.channel().publish(words(), key(), draft)
    assert office.find(words()) == Absent(sure=False)
    office.now += timedelta(seconds=LAG_SECONDS)
    assert office.find(words()) == receipt


def test_a_number_that_x_does_not_know_is_the_accounts_problem(office: Office) -> None:
    with pytest.raises(NotAuthorized, match="user_id"):
        office.channel(user_id="99").find(words(), key(), None, START)


def test_the_same_words_again_are_a_doubt_and_the_first_post_is_adopted(office: Office) -> None:
    first = office.publish(words())
    with pytest.raises(OutcomeUnknown, match="duplicate content"):
        office.publish(words())
    assert office.find(words()) == first


def test_copies_are_told_oldest_first(office: Office) -> None:
    first = office.publish(words())
    office.now += timedelta(hours=25)  # X refuses the same words for a day
    second = office.publish(words())
    assert office.channel().copies(words(), key(), START) == [first, second]


@pytest.mark.parametrize(
    "other",
    [
        f"Nhân đây nhắc lại: Muối hạt Bạc Liêu {LINK}",
        f"RT @ocop: Muối hạt Bạc Liêu {LINK}",
        f"@ai_do Muối hạt Bạc Liêu {LINK}",
        f"Muối hạt {LINK}",
        LINK,
        f"Muối hạt Bạc Liêu {LINK} https://x.com/ocop/status/17",
    ],
)
def test_what_people_add_to_a_post_is_no_copy_of_it(office: Office, other: str) -> None:
    first = office.publish(words())
    office.publish(plain(other))
    assert office.channel().copies(words(), key(), START) == [first]


@pytest.mark.parametrize(
    "caption",
    [
        f"Muối  hạt\n\nBạc Liêu & <sạch>\n{LINK}",
        unicodedata.normalize("NFD", f"Ba khía muối Rạch Gốc {LINK}"),
        f"Ba khía muối, mã {CODE}. Xem shop.vn",
    ],
    ids=["link", "decomposed", "code"],
)
@pytest.mark.parametrize("pictures", [0, 1])
def test_a_copy_is_known_however_x_keeps_its_words(
    office: Office, caption: str, pictures: int
) -> None:
    what = creative(caption, pictures=pictures, link=False)
    draft = ready(office.channel(), what)
    office.box.arm(Fault.REWRITTEN, *CREATE)
    receipt = office.channel().publish(what, key(), draft)
    assert office.channel().copies(what, key(), START) == [receipt]


def test_of_a_post_whose_words_are_lost_the_marker_tells_the_copies(office: Office) -> None:
    first, second = office.publish(words()), office.publish(words("Khác"))
    unknown = replace(words(), caption=LINK)
    assert office.channel().copies(unknown, key(), START) == [first, second]


def test_a_copy_that_was_deleted_is_none(office: Office) -> None:
    office.channel().withdraw(office.publish(words()))
    assert office.channel().copies(words(), key(), START) == []


# Who it is


def test_x_is_asked_whose_keys_these_are(office: Office) -> None:
    assert office.channel().identity() == Identity(KEYS["user_id"], "@ocop")
    assert x.Config.model_validate(KEYS).identity == KEYS["user_id"]
    assert office.box.left("GET", "/2/users/me") == 1


def test_keys_that_may_only_read_lack_the_right_to_write() -> None:
    stand = Stand({"x": {**KEYS, "access": "read"}}, Shelf().section("x"))
    with Sandbox([stand], clock=lambda: START) as box:
        channel = connected(box.url)
        assert channel.identity().lacks == ("read and write",)
        with pytest.raises(NotAuthorized, match="read and write"):
            channel.publish(creative(pictures=0), key(), None)


def test_wrong_keys_are_nobodys(office: Office) -> None:
    with pytest.raises(NotAuthorized):
        office.channel(access_token_secret="planted-wrong-secret").identity()


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", '{"data": {}}', '{"data": {"id": "a"}}', "<p>", "[" * 100_000]
)
def test_an_answer_that_says_nobody_is_asked_again(body: str) -> None:
    with serving(answer(200, body.encode())) as service, pytest.raises(Transient):
        connected(service.url).identity()


def test_a_right_that_x_does_not_tell_is_not_missed() -> None:
    body = json.dumps({"data": {"id": "17", "name": "Sở Công Thương"}})
    with serving(answer(200, body.encode())) as service:
        assert connected(service.url).identity() == Identity("17", "Sở Công Thương")


# Counting


@both_names
def test_a_young_post_has_all_counts(office: Office) -> None:
    receipt = office.publish(words())
    office.now += timedelta(days=3)
    (counted,) = metrics(office, receipt).values()
    assert set(counted) == {"views", "reactions", "comments", "shares", "saves", "clicks"}
    assert counted["views"] > counted["clicks"] > 0
    assert counted == dict(office.entries()[0].counts)


@both_names
def test_an_old_post_keeps_its_public_counts(office: Office) -> None:
    old = office.publish(words())
    office.now += timedelta(days=29)
    young = office.publish(plain("Khác"))
    office.now += timedelta(days=2)
    counted = metrics(office, old, young)
    assert "clicks" not in counted[old.remote_id]
    assert "clicks" in counted[young.remote_id]
    assert {"views", "reactions"} < counted[old.remote_id].keys()


def test_a_vanished_post_takes_no_other_with_it(office: Office) -> None:
    gone, kept = office.publish(words()), office.publish(plain("Khác"))
    office.channel().withdraw(gone)
    adopted = Receipt("https://x.com/ocop/status/1", "")
    assert list(metrics(office, gone, kept, adopted)) == [kept.remote_id]


def test_a_count_says_what_it_is(office: Office) -> None:
    receipt = office.publish(words())
    for metric in office.channel().metrics([receipt], office.now):
        assert metric.window is Window.CUMULATIVE
        assert metric.quality is Quality.EXACT
        assert metric.as_of == office.now


def test_many_posts_are_asked_for_by_the_hundred(office: Office) -> None:
    receipts = [Receipt(str(number), "") for number in range(1, 102)]
    assert metrics(office, *receipts) == {}
    assert office.box.left("GET", "/2/tweets") == 4


def test_nothing_is_asked_about_nothing(office: Office) -> None:
    assert metrics(office) == {}
    assert office.box.left() == 0


# Taking it down


def test_a_withdrawn_post_can_be_withdrawn_again(office: Office) -> None:
    receipt = office.publish(words())
    office.channel().withdraw(receipt)
    office.channel().withdraw(receipt)
    assert office.entries() == []


# Posts that a person has found


ADDRESSES = [
    "https://x.com/ocop/status/{}",
    "https://x.com/i/web/status/{}",
    "https://www.X.com/ocop/status/{}?s=20",
    "https://mobile.twitter.com/ocop_baclieu/status/{}/photo/1",
    "http://twitter.com/ocop/status/{}#m",
    "x.com/ocop/status/{}/",
]
NO_ADDRESSES = [
    "https://evil.example/ocop/status/{}",
    "https://x.com.evil.example/ocop/status/{}",
    "https://evil.example/x.com/ocop/status/{}",
    "https://evilx.com/ocop/status/{}",
    "https://x.com/ocop/lists/{}",
    "https://x.com/ocop/status/{}7777777777",
    "https://x.com/ocop/status/{}a",
    "https://x.com/ocop",
    "{}/../1",
    " {}",
    "",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_post_is_counted_and_taken_down_by_its_address(office: Office, address: str) -> None:
    url = address.format(office.publish(words()).remote_id)
    found = Receipt(url, url)
    assert list(metrics(office, found)) == [url]
    office.channel().withdraw(found)
    assert office.entries() == []


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_a_post_without_a_number_is_left_to_a_person(office: Office, address: str) -> None:
    url = address.format(office.publish(words()).remote_id)
    before = office.box.left()
    with pytest.raises(Rejected, match=r"number .* not known; do it by hand at https://here"):
        office.channel().withdraw(Receipt(url, "https://here.example"))
    assert office.box.left() == before
    assert len(office.entries()) == 1


def test_a_post_without_a_number_and_address_is_named_by_what_is_known(office: Office) -> None:
    with pytest.raises(Rejected, match="by hand at the second of Monday"):
        office.channel().withdraw(Receipt("the second of Monday", ""))


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_a_post_without_a_number_hides_no_other(office: Office, address: str) -> None:
    kept = office.publish(words())
    unknown = Receipt(address.format(kept.remote_id), "")
    assert list(metrics(office, unknown, kept)) == [kept.remote_id]


def test_a_post_is_asked_about_once_and_told_under_each_of_its_names(office: Office) -> None:
    receipt = office.publish(words())
    before = office.box.left()
    told = metrics(office, receipt, Receipt(receipt.url, receipt.url))
    assert told[receipt.remote_id] == told[receipt.url] != {}
    assert office.box.left() == before + 1


def test_what_may_be_sent_again_can_be_watched_and_taken_down(office: Office) -> None:
    assert x.LIMITS.resend_after_absent
    assert isinstance(office.channel(), Watches)
    assert isinstance(office.channel(), Withdraws)


# What may be seen


def test_no_library_logs_a_call(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    office.publish(words())
    office.find(words())
    assert caplog.records == []


def test_a_repeated_key_is_hidden() -> None:
    said = json.dumps({"title": "Bad", "detail": f"bad key {KEYS['consumer_secret']}"}).encode()
    with serving(answer(400, said)) as service, pytest.raises(Rejected, match="bad key …"):
        connected(service.url).publish(creative(pictures=0), key(), None)
