"""What is peculiar to Facebook: photos that are posted once, hidden drafts, lists that lag."""

import json
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from facebook_business.adobjects.page import Page as OfficialPage
from facebook_business.adobjects.pagepost import PagePost as OfficialPost
from pydantic import ValidationError

from promoter.channels import facebook
from promoter.channels.facebook import LIMITS, Config
from promoter.channels.facebook.channel import Facebook
from promoter.core.channel import (
    Authorizes,
    Comments,
    Corrects,
    Finds,
    Identifies,
    Measures,
    Prepares,
    Refreshes,
    Resumes,
    Watches,
    Withdraws,
)
from promoter.core.errors import (
    ChannelError,
    NotAuthorized,
    OutcomeUnknown,
    Rejected,
    Scope,
    Transient,
)
from promoter.core.model import Absent, Creative, Draft, Metric, Quality, Receipt, Window
from promoter.remote.http import Session
from promoter.remote.signing import hmac_sha256
from promoter.sandbox.contract import LAG_SECONDS, Fault, Request
from promoter.sandbox.facebook import Stand
from promoter.sandbox.server import Sandbox
from promoter.sandbox.shelf import Shelf
from tests.channels.conftest import creative, key
from tests.remote.raw import Say, answer, serving

HOST = "graph.facebook.com"
PAGE = "1029384756"
TOKEN = "planted-page-token"
SECRET = "planted-app-secret"
NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
POST = f"{PAGE}_5647382910"
RECEIPT = Receipt(POST, f"https://www.facebook.com/{POST}")
SECOND = replace(RECEIPT, remote_id=f"{PAGE}_2")
SPECS = Path(__file__).parents[2].parent / "shared" / "specs" / "facebook"


@dataclass
class Clock:
    """The stand-in's clock, moved by hand."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@contextmanager
def standing(clock: Clock, *, drafts: bool = True) -> Iterator[Sandbox]:
    """Stand in for Facebook; `drafts` tells whether it publishes hidden posts."""
    accounts = {"fanpage": {"page_id": PAGE, "token": TOKEN, "app_secret": SECRET}}
    with Sandbox([Stand(accounts, Shelf(), drafts=drafts)], clock=clock) as box:
        yield box


@pytest.fixture
def box(clock: Clock) -> Iterator[Sandbox]:
    with standing(clock) as box:
        yield box


def connected(url: str, clock: Clock | None = None, **keys: object) -> Facebook:
    own = {"page_id": PAGE, "token": TOKEN, "app_secret": SECRET, **keys}
    session = Session(
        limit=timedelta(seconds=10),
        loopback_only=True,
        hosts={HOST: url},
        clock=clock or Clock(),
    )
    return facebook.connect(Config.model_validate(own), session)


@pytest.fixture
def channel(box: Sandbox, clock: Clock) -> Facebook:
    return connected(box.url, clock)


@pytest.fixture
def drafting(box: Sandbox, clock: Clock) -> Facebook:
    return connected(box.url, clock, drafts=True)


def about(
    code: str = "k7m2p9q4x1", words: str = "Muối hạt Bạc Liêu", pictures: int = 2
) -> Creative:
    """Return a creative as it is composed: its words carry its link."""
    link = f"https://ocop.example.vn/r/{code}"
    made = creative(pictures=pictures)
    return replace(made, caption=f"{words}\n\n{link}", link=link)


def ready(channel: Facebook, what: Creative, draft: Draft | None = None) -> Draft:
    """Prepare as the pipeline does, from nothing or from a draft that was kept."""
    for _ in range(20):
        draft = channel.prepare(what, key(), draft)
        if draft.ready:
            return draft
    raise AssertionError("it never gets ready")


def published(channel: Facebook, what: Creative) -> Receipt:
    return channel.publish(what, key(), ready(channel, what))


def shown(box: Sandbox, url: str = "") -> list[str]:
    """Return the words that the public sees, newest first."""
    (feed,) = stand(box).feeds(NOW + timedelta(days=1))
    return [entry.text for entry in feed.entries if not entry.note]


def stand(box: Sandbox) -> Stand:
    (found,) = box._services
    assert isinstance(found, Stand)
    return found


# A service that says what it is told to


def said(value: object, status: int = 200, **headers: str) -> Say:
    body = json.dumps(value).encode()
    return answer(status, body, Content_Type="application/json; charset=UTF-8", **headers)


def refusal(code: int, subcode: int = 0, **headers: str) -> Say:
    error = {"message": "said so", "code": code, "error_subcode": subcode}
    return said({"error": error}, 400, **headers)


@dataclass
class Script:
    """What a channel hears, answer by answer, and what it asked."""

    channel: Facebook
    raw: list[bytes]

    @property
    def requests(self) -> list[Request]:
        return [parsed(raw) for raw in self.raw]


@contextmanager
def hearing(*answers: Say, clock: Clock | None = None, **keys: object) -> Iterator[Script]:
    """Let a channel hear these answers in turn; no other call is answered."""
    left = iter(answers)
    with serving(lambda client: next(left)(client)) as service:
        yield Script(connected(service.url, clock, **keys), service.requests)


def parsed(raw: bytes) -> Request:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    pairs = (line.partition(": ") for line in lines)
    headers = {name.lower(): value for name, _, value in pairs}
    return Request(method, headers["host"], target, headers, body)


def form(request: Request) -> dict[str, str]:
    return {name: value for name, (value,) in request.fields.items()}


def query(request: Request) -> dict[str, str]:
    return {name: value for name, (value,) in request.query.items()}


# The account's keys


def test_a_config_never_shows_its_secrets() -> None:
    config = Config.model_validate({"page_id": PAGE, "token": TOKEN, "app_secret": SECRET})
    assert "planted" not in repr(config) + str(config) + config.model_dump_json()


def test_a_config_speaks_version_26_without_drafts_and_signature() -> None:
    config = Config.model_validate({"page_id": PAGE, "token": TOKEN})
    assert (config.version, config.drafts, config.app_secret) == ("v26.0", False, None)


def test_the_end_of_each_version_that_has_one_is_known() -> None:
    assert facebook.API_ENDS["v25.0"] == date(2028, 7, 29)
    assert Config.model_validate({"page_id": PAGE, "token": TOKEN}).version not in facebook.API_ENDS


@pytest.mark.parametrize(
    "keys",
    [
        {"app_id": "my-app"},
        {"page_id": "ocop.baclieu"},
        {"page_id": f"{PAGE}/feed"},
        {"page_id": ""},
        {"version": "26.0"},
        {"version": "v26"},
        {"version": "v26.0/me"},
        {"user": "1"},
    ],
    ids=str,
)
def test_a_config_is_strict(keys: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Config.model_validate({"page_id": PAGE, "token": TOKEN} | keys)


def test_it_has_every_verb_but_refresh_since_its_token_has_no_end(channel: Facebook) -> None:
    for verb in (Prepares, Finds, Resumes, Corrects, Withdraws, Comments, Measures):
        assert isinstance(channel, verb)
    for other in (Authorizes, Identifies, Watches):
        assert isinstance(channel, other)
    assert not isinstance(channel, Refreshes)


def test_a_caption_is_measured_as_people_read_it() -> None:
    assert LIMITS.measure(unicodedata.normalize("NFD", "Muối hạt")) == 8
    assert LIMITS.measure("👍") == 1


# How every call is sent


def test_the_token_travels_in_the_header_alone_and_every_call_is_signed(
    box: Sandbox, channel: Facebook
) -> None:
    everything(channel, about())
    sent = box.sent()
    assert {request.method for request in sent} == {"GET", "POST", "DELETE"}
    for request in sent:
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        assert TOKEN not in request.target
        assert TOKEN.encode() not in request.body
        assert "access_token" not in {*request.query, *request.fields}
        assert "appsecret_proof" in {*request.query, *request.fields}
        assert request.path.startswith("/v26.0/")


def test_a_lost_post_is_left_to_a_person_since_the_same_words_are_not_refused_twice() -> None:
    assert not LIMITS.resend_after_absent


def test_without_an_apps_secret_nothing_is_signed() -> None:
    with hearing(said({"id": "1"}), app_secret=None) as script:
        script.channel.prepare(about(), key(), None)
    assert "appsecret_proof" not in script.requests[0].fields


def test_a_service_that_repeats_what_it_was_sent_gives_no_secret_away() -> None:
    proof = hmac_sha256(SECRET, TOKEN.encode())
    error = {"message": f"bad {TOKEN} {SECRET}", "error_user_msg": proof, "code": 190}
    with hearing(said({"error": error}, 400)) as script, pytest.raises(NotAuthorized) as caught:
        script.channel.prepare(about(), key(), None)
    assert "bad" in str(caught.value)
    assert not [word for word in (TOKEN, SECRET, proof[:16]) if word in str(caught.value)]


def test_the_version_of_the_account_is_spoken() -> None:
    with hearing(said({"id": "1"}), version="v27.1") as script:
        script.channel.prepare(about(), key(), None)
    assert script.requests[0].path == f"/v27.1/{PAGE}/photos"


def test_another_version_in_the_answer_stops_the_account() -> None:
    other = said({"id": "1"}, facebook_api_version="v22.0")
    with hearing(other) as script, pytest.raises(NotAuthorized, match=r"v22\.0"):
        script.channel.prepare(about(), key(), None)


def test_a_post_that_another_version_made_is_kept() -> None:
    with hearing(said({"id": POST}, facebook_api_version="v22.0")) as script:
        assert script.channel.publish(about(pictures=0), key(), None) == RECEIPT


# Photos first, then one post of them


def test_a_picture_is_uploaded_unseen_with_its_alt_text() -> None:
    with hearing(said({"id": "777000111"})) as script:
        draft = script.channel.prepare(about(), key(), None)
    (request,) = script.requests
    picture = about().media[0]
    assert (request.method, request.host, request.path) == ("POST", HOST, f"/v26.0/{PAGE}/photos")
    assert set(form(request)) == {"published", "alt_text_custom", "appsecret_proof"}
    assert form(request)["published"] == "false"
    assert form(request)["alt_text_custom"] == picture.alt
    (file,) = request.files["source"]
    assert (file.mime, file.data) == ("image/jpeg", picture.data)
    moment = str(int(NOW.timestamp()))
    assert not draft.ready
    assert dict(draft.data) == {picture.sha256: "777000111", "uploaded": moment}


@pytest.mark.parametrize("pictures", [0, 1, 3])
def test_a_post_takes_its_photos_in_their_order(pictures: int) -> None:
    what = about(pictures=pictures)
    photos = [said({"id": f"77{number}"}) for number in range(pictures)]
    with hearing(*photos, said({"id": POST})) as script:
        assert script.channel.publish(what, key(), ready(script.channel, what)) == RECEIPT
    request = script.requests[-1]
    assert (request.method, request.path) == ("POST", f"/v26.0/{PAGE}/feed")
    sent = form(request)
    assert sent.pop("appsecret_proof")
    attached = {f"attached_media[{n}]": f'{{"media_fbid":"77{n}"}}' for n in range(pictures)}
    assert sent == {"message": what.caption} | attached


def test_what_is_sent_arrives_whole(box: Sandbox, channel: Facebook) -> None:
    what = about(words="Muối hạt Bạc Liêu & cá khô: 15.000 ₫ + “quà” = 100% 🧂")
    published(channel, what)
    (feed,) = stand(box).feeds(NOW)
    (entry,) = feed.entries
    assert entry.text == what.caption
    assert [alt for _, alt in entry.pictures] == [item.alt for item in what.media]


def test_a_post_without_its_photos_is_not_sent() -> None:
    with hearing() as script:
        with pytest.raises(Transient):
            script.channel.publish(about(), key(), None)
        with pytest.raises(Transient):
            script.channel.publish(about(), key(), Draft(ready=True, data={"0" * 64: "1"}))
    assert script.requests == []


def test_what_lacks_is_prepared_even_if_the_draft_calls_itself_ready() -> None:
    with hearing(said({"id": "1"})) as script:
        draft = script.channel.prepare(about(pictures=1), key(), Draft(ready=True, data={}))
    assert draft.ready
    assert len(script.requests) == 1


# Photos that are cleared away after a day


def photos(box: Sandbox) -> int:
    return box.left("POST", "/photos")


@pytest.mark.parametrize("drafts", [True, False])
@pytest.mark.parametrize("hours", [20.1, 30])
def test_photos_that_may_be_cleared_away_are_uploaded_anew(
    box: Sandbox, clock: Clock, hours: float, *, drafts: bool
) -> None:
    channel = connected(box.url, clock, drafts=drafts)
    draft = channel.prepare(about(), key(), None)
    draft = channel.prepare(about(), key(), draft)
    assert draft.ready is not drafts
    clock.go_on(hours=hours)
    draft = ready(channel, about(), draft)
    assert photos(box) == 4
    channel.publish(about(), key(), draft)
    (feed,) = stand(box).feeds(clock.now)
    assert len(feed.entries[0].pictures) == 2


def test_one_upload_a_step_when_they_are_uploaded_anew(
    box: Sandbox, channel: Facebook, clock: Clock
) -> None:
    draft = ready(channel, about())
    clock.go_on(hours=21)
    for calls in (3, 4):
        draft = channel.prepare(about(), key(), draft)
        assert photos(box) == calls
        assert draft.ready is (calls == 4)


def test_the_oldest_photo_counts(box: Sandbox, channel: Facebook, clock: Clock) -> None:
    draft = channel.prepare(about(), key(), None)
    clock.go_on(hours=19)
    draft = channel.prepare(about(), key(), draft)
    assert draft.ready
    clock.go_on(hours=2)
    assert not channel.prepare(about(), key(), draft).ready
    assert photos(box) == 3


def test_photos_are_not_looked_at_while_others_lack(
    box: Sandbox, channel: Facebook, clock: Clock
) -> None:
    draft = channel.prepare(about(), key(), None)
    clock.go_on(minutes=30)
    assert channel.prepare(about(), key(), draft).ready
    assert box.left() == 2


def test_photos_of_less_than_twenty_hours_are_used(
    box: Sandbox, channel: Facebook, clock: Clock
) -> None:
    draft = ready(channel, about())
    clock.go_on(hours=19.9)
    assert channel.prepare(about(), key(), draft) == draft
    assert photos(box) == 2


def test_photos_of_an_unknown_age_are_uploaded_anew(box: Sandbox, channel: Facebook) -> None:
    draft = ready(channel, about())
    unknown = {name: value for name, value in draft.data.items() if name != "uploaded"}
    assert not channel.prepare(about(), key(), replace(draft, data=unknown)).ready
    assert photos(box) == 3


def test_photos_of_a_hidden_post_are_kept_with_it(
    box: Sandbox, drafting: Facebook, clock: Clock
) -> None:
    draft = ready(drafting, about())
    clock.go_on(days=3)
    assert drafting.prepare(about(), key(), draft) == draft
    assert box.left() == 3


def test_a_post_whose_photos_are_gone_is_surely_not_done_and_prepared_anew(
    box: Sandbox, channel: Facebook, clock: Clock
) -> None:
    draft = ready(channel, about())
    clock.go_on(hours=25)
    with pytest.raises(Transient):
        channel.publish(about(), key(), draft)
    assert shown(box) == []
    channel.publish(about(), key(), ready(channel, about(), draft))
    assert shown(box) == [about().caption]


def test_photos_that_are_gone_early_are_uploaded_anew_too(clock: Clock) -> None:
    what = about(pictures=2)
    gone = refusal(100, 33)
    uploads = [said({"id": f"77{number}"}) for number in range(4)]
    looks = [said({"id": "770"}), gone]
    script_ = [*uploads[:2], gone, *looks, *uploads[2:], said({"id": POST})]
    with hearing(*script_, clock=clock) as script:
        draft = ready(script.channel, what)
        with pytest.raises(Transient):
            script.channel.publish(what, key(), draft)
        clock.go_on(minutes=1)
        again = script.channel.prepare(what, key(), draft)
        assert not again.ready
        again = script.channel.prepare(what, key(), again)
        assert again.ready
        assert script.channel.publish(what, key(), again) == RECEIPT
    methods = [request.method for request in script.requests]
    assert methods == ["POST"] * 3 + ["GET"] * 2 + ["POST"] * 3


def test_photos_that_are_still_there_are_used_again(clock: Clock) -> None:
    what = about(pictures=1)
    with hearing(said({"id": "770"}), said({"id": "770"}), clock=clock) as script:
        draft = ready(script.channel, what)
        clock.go_on(minutes=5)
        assert script.channel.prepare(what, key(), draft) == draft


def test_a_post_without_photos_whose_page_is_missing_is_refused() -> None:
    with hearing(refusal(100, 33)) as script, pytest.raises(Rejected):
        script.channel.publish(about(pictures=0), key(), None)
    with hearing(refusal(100, 33), drafts=True) as script, pytest.raises(Rejected):
        script.channel.prepare(about(pictures=0), key(), None)


def test_a_hidden_post_whose_photos_are_gone_gets_new_ones_but_once() -> None:
    gone = refusal(100, 33)
    photo = said({"id": "770"})
    with hearing(photo, gone, photo, gone, drafts=True) as script:
        draft = None
        for _ in range(3):
            draft = script.channel.prepare(about(pictures=1), key(), draft)
            assert not draft.ready
        with pytest.raises(Transient):
            script.channel.prepare(about(pictures=1), key(), draft)


def test_the_longest_caption_is_63206_characters(box: Sandbox, channel: Facebook) -> None:
    assert LIMITS.caption == 63_206
    published(channel, replace(about(), caption="ế" * LIMITS.caption))
    with pytest.raises(Rejected):
        published(channel, replace(about(), caption="ế" * (LIMITS.caption + 1)))


# A lost answer never posts twice


def test_photos_that_are_posted_are_not_posted_again(box: Sandbox, channel: Facebook) -> None:
    draft = ready(channel, about())
    box.arm(Fault.CUT, "POST", "/feed")
    with pytest.raises(OutcomeUnknown):
        channel.publish(about(), key(), draft)
    with pytest.raises(OutcomeUnknown):
        channel.publish(about(), key(), draft)
    assert len(shown(box)) == 1
    assert isinstance(channel.find(about(), key(), draft, NOW), Receipt)


@pytest.mark.parametrize("code", [(506, 0), (100, 1366051)], ids=str)
def test_a_duplicate_is_looked_for_and_not_sent_again(code: tuple[int, int]) -> None:
    with hearing(refusal(*code)) as script, pytest.raises(OutcomeUnknown):
        script.channel.publish(about(pictures=0), key(), None)


def test_a_post_that_is_listed_late_is_not_surely_absent(
    box: Sandbox, channel: Facebook, clock: Clock
) -> None:
    draft = ready(channel, about())
    box.arm(Fault.LAGGING, "POST", "/feed")
    receipt = channel.publish(about(), key(), draft)
    assert channel.find(about(), key(), draft, NOW) == Absent(sure=False)
    clock.go_on(seconds=LAG_SECONDS + 1)
    assert channel.find(about(), key(), draft, NOW) == receipt


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_rewritten_post_is_found(box: Sandbox, channel: Facebook, form: Any) -> None:
    what = replace(about(), caption=unicodedata.normalize(form, about().caption))
    draft = ready(channel, what)
    box.arm(Fault.REWRITTEN, "POST", "/feed")
    receipt = channel.publish(what, key(), draft)
    assert "fbclid" in shown(box)[0]
    assert channel.find(about(), key(), draft, NOW) == receipt


def listing(*messages: str, after: str = "", **more: object) -> Say:
    data = [
        {"id": f"{PAGE}_{number}", "message": message, "is_published": True, **more}
        for number, message in enumerate(messages, start=1)
    ]
    paging = {"cursors": {"after": after}, "next": f"https://{HOST}/…"} if after else {}
    return said({"data": data, "paging": paging})


def looked(*answers: Say, what: Creative | None = None) -> Receipt | Absent:
    with hearing(*answers) as script:
        return script.channel.find(what or about(), key(), None, NOW)


@pytest.mark.parametrize(
    "message",
    [
        "https://ocop.example.vn/r/k7m2p9q4x1",
        "Muối  https://ocop.example.vn/r/k7m2p9q4x1?fbclid=IwAR0abc-_d",
        "https://ocop.example.vn/q/k7m2p9q4x1.",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Focop.example.vn%2Fr%2Fk7m2p9q4x1&h=AT2x",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Focop.example.vn%2Fr%2Fk7m2p9q4x1%3Ffbclid%3D1",
    ],
)
def test_the_code_of_the_link_is_the_marker(message: str) -> None:
    assert looked(listing("Another", message)) == Receipt(
        f"{PAGE}_2", f"https://www.facebook.com/{PAGE}_2"
    )


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Muối hạt Bạc Liêu",
        "https://ocop.example.vn/r/k7m2p9q4x",
        "https://ocop.example.vn/r/k7m2p9q4x1z",  # a code that is longer for a collision
        "https://ocop.example.vn/r/zk7m2p9q4x1",
    ],
)
def test_another_marker_is_another_post(message: str) -> None:
    assert looked(listing(message)) == Absent(sure=False)


def test_where_words_carry_no_link_they_carry_its_code() -> None:
    bare = replace(about(), caption="Muối hạt, mã k7m2p9q4x1")
    assert isinstance(looked(listing("Muối hạt, mã k7m2p9q4x1"), what=bare), Receipt)
    assert looked(listing("Muối hạt, mã k7m2p9q4x2"), what=bare) == Absent(sure=False)


def test_words_without_any_mark_are_found_by_all_of_them() -> None:
    bare = replace(about(), caption="Muối hạt Bạc Liêu")
    spaced = unicodedata.normalize("NFD", " Muối  hạt\nBạc Liêu ")
    assert isinstance(looked(listing(spaced), what=bare), Receipt)
    assert looked(listing("Muối hạt Bạc Liêu!"), what=bare) == Absent(sure=False)


def test_a_hidden_post_in_the_list_is_not_the_public_one() -> None:
    assert looked(listing(about().caption, is_published=False)) == Absent(sure=False)


@pytest.mark.parametrize(("earlier", "found"), [(120, True), (121, False)])
def test_posts_count_from_two_minutes_before_the_attempt(earlier: int, found: bool) -> None:
    made = (NOW - timedelta(seconds=earlier)).strftime("%Y-%m-%dT%H:%M:%S+0000")
    assert isinstance(looked(listing(about().caption, created_time=made)), Receipt) is found


def test_the_list_is_asked_from_two_minutes_before_the_attempt() -> None:
    with hearing(listing()) as script:
        script.channel.find(about(), key(), None, NOW)
    (request,) = script.requests
    assert (request.method, request.path) == ("GET", f"/v26.0/{PAGE}/posts")
    sent = query(request)
    assert sent.pop("appsecret_proof")
    assert sent == {
        "fields": "id,message,created_time,is_published",
        "since": str(int(NOW.timestamp()) - 120),
        "limit": "100",
    }


def test_the_list_is_read_to_its_end() -> None:
    with hearing(listing("A", after="one"), listing("B", after="two"), listing("C")) as script:
        assert script.channel.find(about(), key(), None, NOW) == Absent(sure=False)
    assert [request.query.get("after") for request in script.requests] == [None, ["one"], ["two"]]


def test_a_post_on_the_last_page_is_found() -> None:
    assert isinstance(looked(listing("A", after="one"), listing(about().caption)), Receipt)


@pytest.mark.parametrize(
    "paging", [{}, {"cursors": {"after": "same"}}, {"next": f"https://{HOST}/…"}], ids=str
)
def test_a_list_ends_where_it_names_no_next_page_or_not_how_to_ask_for_it(
    paging: dict[str, object],
) -> None:
    with hearing(said({"data": [], "paging": paging})) as script:
        assert script.channel.find(about(), key(), None, NOW) == Absent(sure=False)
    assert len(script.requests) == 1


def test_a_list_without_end_is_left_after_ten_pages() -> None:
    with hearing(*[listing("A", after="more")] * 10) as script:
        assert script.channel.find(about(), key(), None, NOW) == Absent(sure=False)
    assert len(script.requests) == 10


@pytest.mark.parametrize("nothing", ["message", "created_time", "is_published", "from"])
def test_a_null_in_a_listed_post_hides_no_other(nothing: str) -> None:
    row: dict[str, object] = {"id": f"{PAGE}_1", "message": "Another", "is_published": True}
    ours = {"id": POST, "message": about().caption, "is_published": True}
    assert looked(said({"data": [row | {nothing: None}, ours]})) == RECEIPT


@pytest.mark.parametrize(
    "paging",
    [
        None,
        {"cursors": None, "next": None},
        {"cursors": {"after": None}, "next": f"https://{HOST}"},
    ],
    ids=str,
)
def test_a_null_in_what_comes_next_ends_the_list(paging: object) -> None:
    assert looked(said({"data": [], "paging": paging})) == Absent(sure=False)


def test_a_list_that_cannot_be_read_is_no_absence() -> None:
    strange: list[object] = [{"posts": []}, {"data": [{"message": "no id"}]}, {"data": {}}]
    for body in strange:
        with pytest.raises(Transient):
            looked(said(body))


# All copies of a post


def test_all_copies_of_a_post_are_listed_oldest_first(
    box: Sandbox, channel: Facebook, clock: Clock
) -> None:
    what = about(pictures=0)
    assert list(channel.copies(what, key(), NOW)) == []
    made = [channel.publish(what, key(), None)]
    for code in ("m2p9q4x1k7", "p9q4x1k7m2"):
        clock.go_on(minutes=5)
        channel.publish(about(code, pictures=0), key(), None)
        clock.go_on(minutes=5)
        made.append(channel.publish(what, key(), None))
    writes = box.left("POST")
    assert list(channel.copies(what, key(), NOW)) == made
    assert list(channel.copies(what, key(), NOW + timedelta(minutes=13))) == made[2:]
    assert box.left("POST") == writes


def test_copies_that_were_taken_down_are_no_longer_listed(channel: Facebook) -> None:
    receipt = channel.publish(about(pictures=0), key(), None)
    channel.withdraw(receipt)
    assert list(channel.copies(about(pictures=0), key(), NOW)) == []


@pytest.mark.parametrize(
    ("message", "copies"),
    [
        (about().caption, 1),
        (about().caption.replace("\n\n", " "), 1),
        (unicodedata.normalize("NFD", about().caption), 1),
        (f"{about().caption}?fbclid=IwAR2x", 1),
        (f"Mời bà con xem: {about().link}", 0),
        (about().link, 0),
        (f"{about().caption} Mời bà con!", 0),
    ],
)
def test_only_what_says_the_same_is_a_copy(message: str, copies: int) -> None:
    with hearing(listing(message)) as script:
        assert len(script.channel.copies(about(), key(), NOW)) == copies


def test_a_hidden_copy_is_none() -> None:
    with hearing(listing(about().caption, is_published=False)) as script:
        assert list(script.channel.copies(about(), key(), NOW)) == []


def test_a_copy_is_known_through_what_facebook_does_to_its_words(
    box: Sandbox, channel: Facebook
) -> None:
    box.arm(Fault.REWRITTEN, "POST", "/feed")
    made = channel.publish(about(pictures=0), key(), None)
    assert list(channel.copies(about(pictures=0), key(), NOW)) == [made]


def test_of_words_that_are_not_known_the_marker_alone_decides() -> None:
    known = replace(about(), caption=about().link)
    with hearing(listing("Mời bà con xem", about().caption)) as script:
        assert len(script.channel.copies(known, key(), NOW)) == 1


# Hidden drafts, where they can be published


def test_a_draft_is_hidden_until_it_is_published(box: Sandbox, drafting: Facebook) -> None:
    draft = ready(drafting, about())
    assert shown(box) == []
    assert drafting.find(about(), key(), draft, NOW) == Absent(sure=True)
    receipt = drafting.publish(about(), key(), draft)
    assert receipt.remote_id == draft.data["post"]
    assert shown(box) == [about().caption]


def test_a_draft_is_made_after_its_photos_and_one_call_a_step(
    box: Sandbox, drafting: Facebook
) -> None:
    draft = None
    for calls in (1, 2, 3):
        assert not draft or not draft.ready
        draft = drafting.prepare(about(), key(), draft)
        assert box.left() == calls
    assert draft
    assert draft.ready
    assert drafting.prepare(about(), key(), draft) == draft
    assert box.left() == 3
    sent = form(box.sent("POST", "/feed")[0])
    assert (sent["published"], sent["unpublished_content_type"]) == ("false", "DRAFT")
    assert sent["message"] == about().caption
    assert [name for name in sent if name.startswith("attached_media")] == [
        "attached_media[0]",
        "attached_media[1]",
    ]


def test_publishing_a_draft_is_one_repeatable_call(box: Sandbox, drafting: Facebook) -> None:
    draft = ready(drafting, about())
    box.arm(Fault.CUT, "POST", draft.data["post"])
    with pytest.raises(OutcomeUnknown):
        drafting.publish(about(), key(), draft)
    drafting.publish(about(), key(), draft)
    assert shown(box) == [about().caption]
    sent = form(box.sent("POST", draft.data["post"])[0])
    assert sent.pop("appsecret_proof")
    assert sent == {"is_published": "true"}


def test_a_draft_tells_the_truth_after_a_lost_answer(box: Sandbox, drafting: Facebook) -> None:
    draft = ready(drafting, about())
    box.arm(Fault.CUT, "POST", draft.data["post"])
    with pytest.raises(OutcomeUnknown):
        drafting.publish(about(), key(), draft)
    found = drafting.find(about(), key(), draft, NOW)
    assert found == Receipt(
        draft.data["post"], f"https://www.facebook.com/{draft.data['post']}", live=True
    )


def test_a_published_draft_is_live_only_after_a_look(box: Sandbox, drafting: Facebook) -> None:
    receipt = published(drafting, about())
    assert not receipt.live
    live = drafting.resume(receipt)
    assert live == replace(receipt, live=True)


def test_a_draft_that_stays_hidden_is_never_called_live(clock: Clock) -> None:
    with standing(clock, drafts=False) as box:
        channel = connected(box.url, clock, drafts=True)
        receipt = published(channel, about())
        assert shown(box) == []
        writes = box.left("POST")
        for _ in range(20):
            receipt = channel.resume(receipt)
            assert not receipt.live
            clock.go_on(seconds=30)
        with pytest.raises(Rejected, match=r"delete the hidden draft on the page.*drafts = false"):
            channel.resume(receipt)
        assert box.left("POST") == writes


def test_the_moment_of_the_first_hidden_look_is_kept_in_the_address(clock: Clock) -> None:
    hidden = said({"id": POST, "is_published": False})
    with hearing(hidden, hidden, clock=clock, drafts=True) as script:
        once = script.channel.resume(replace(RECEIPT, live=False))
        assert once.url == f"{RECEIPT.url}#hidden-{int(NOW.timestamp())}"
        clock.go_on(minutes=9)
        assert script.channel.resume(once) == once


@pytest.mark.parametrize("minutes", [1, 9, 60])
def test_a_draft_that_is_public_in_the_end_is_live_under_its_own_address(
    clock: Clock, minutes: int
) -> None:
    states = [said({"id": POST, "is_published": public}) for public in (False, True)]
    with hearing(*states, clock=clock, drafts=True) as script:
        once = script.channel.resume(replace(RECEIPT, live=False))
        clock.go_on(minutes=minutes)
        assert script.channel.resume(once) == RECEIPT


def test_a_published_draft_that_is_missing_is_looked_for_again() -> None:
    with hearing(refusal(100, 33), drafts=True) as script, pytest.raises(Transient) as caught:
        script.channel.resume(replace(RECEIPT, live=False))
    assert (caught.value.scope, caught.value.after) == (Scope.POST, timedelta(minutes=10))


@pytest.mark.parametrize("drafts", [True, False])
def test_what_was_prepared_decides_not_what_the_account_says_by_now(
    box: Sandbox, *, drafts: bool
) -> None:
    draft = ready(connected(box.url, drafts=drafts), about())
    connected(box.url, drafts=not drafts).publish(about(), key(), draft)
    assert shown(box) == [about().caption]


def test_a_lost_draft_costs_new_photos_and_no_post(box: Sandbox, drafting: Facebook) -> None:
    draft = drafting.prepare(about(), key(), None)
    draft = drafting.prepare(about(), key(), draft)
    box.arm(Fault.CUT, "POST", "/feed")
    with pytest.raises(Transient):
        drafting.prepare(about(), key(), draft)
    while not draft.ready:
        draft = drafting.prepare(about(), key(), draft)
    assert box.left("POST", "/photos") == 4
    drafting.publish(about(), key(), draft)
    assert shown(box) == [about().caption]


def test_photos_are_uploaded_anew_but_once() -> None:
    with hearing(refusal(100, 1366051), refusal(506), drafts=True) as script:
        nothing = about(pictures=0)
        draft = script.channel.prepare(nothing, key(), None)
        assert not draft.ready
        with pytest.raises(ChannelError) as caught:
            script.channel.prepare(nothing, key(), draft)
    assert type(caught.value) is Transient


def test_a_draft_that_is_gone_is_looked_for_in_the_list() -> None:
    gone = Draft(ready=True, data={"post": POST})
    with hearing(refusal(100, 33), listing("A", about().caption)) as script:
        found = script.channel.find(about(), key(), gone, NOW)
    assert isinstance(found, Receipt)
    assert found.remote_id == f"{PAGE}_2"
    with hearing(refusal(100, 33), listing()) as script:
        assert script.channel.find(about(), key(), gone, NOW) == Absent(sure=False)


def test_a_draft_whose_state_is_not_told_is_no_absence() -> None:
    with hearing(said({"id": POST})) as script, pytest.raises(Transient):
        script.channel.find(about(), key(), Draft(ready=True, data={"post": POST}), NOW)


# What the service refuses


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ((190, 463), NotAuthorized),
        ((200, 0), NotAuthorized),
        ((10, 0), NotAuthorized),
        ((368, 1390008), Transient),
        ((4, 0), Transient),
        ((80001, 2494055), Transient),
        ((100, 1366046), Rejected),
        ((1, 0), OutcomeUnknown),
        ((2, 0), OutcomeUnknown),
    ],
    ids=str,
)
def test_a_refused_post_says_what_is_to_be_done(
    code: tuple[int, int], expected: type[ChannelError]
) -> None:
    with hearing(refusal(*code)) as script, pytest.raises(ChannelError) as caught:
        script.channel.publish(about(pictures=0), key(), None)
    assert isinstance(caught.value, expected)


def test_a_throttled_account_waits_as_long_as_the_service_says() -> None:
    usage = json.dumps({PAGE: [{"type": "pages", "estimated_time_to_regain_access": 19}]})
    throttled = refusal(80001, 2494055, X_Business_Use_Case_Usage=usage)
    with hearing(throttled) as script, pytest.raises(Transient) as caught:
        script.channel.publish(about(pictures=0), key(), None)
    assert (caught.value.after, caught.value.scope) == (timedelta(minutes=19), Scope.ACCOUNT)


@pytest.mark.parametrize(
    "strange",
    [
        said({"id": 5}),
        said({"id": "../me"}),
        said({"success": True}),
        said({}),
        answer(200, b'{"id": "1_2"}'),
        answer(200, b'{"id": "1_2"}', Content_Type="text/plain"),
        answer(200, b"\xff\xd8", Content_Type="image/jpeg"),
        answer(200, b"access_token=x", Content_Type="text/plain"),
        answer(200, b'{"id": ' + b"[" * 100_000, Content_Type="application/json"),
        answer(200, b'{"id": "1", "x":' + b"[" * 5_000 + b"]" * 5_000 + b"}"),
        answer(200, b"<h1>Wi-Fi</h1>", Content_Type="text/html"),
        answer(502, b"<h1>Sorry</h1>", Content_Type="text/html"),
        answer(404, b"", Content_Type="text/html"),
    ],
)
def test_an_answer_that_cannot_be_read_is_a_doubt_after_a_public_write_alone(strange: Say) -> None:
    with hearing(strange, strange, strange) as script:
        with pytest.raises(ChannelError) as publishing:
            script.channel.publish(about(pictures=0), key(), None)
        with pytest.raises(ChannelError) as preparing:
            script.channel.prepare(about(), key(), None)
        with pytest.raises(ChannelError) as looking:
            script.channel.find(about(), key(), None, NOW)
    assert type(publishing.value) is OutcomeUnknown
    assert type(preparing.value) is Transient
    assert type(looking.value) is Transient
    assert "planted" not in f"{publishing.value!r}{preparing.value!r}{looking.value!r}"


# What happens later


def test_a_correction_replaces_the_words_and_leaves_the_pictures(
    box: Sandbox, channel: Facebook
) -> None:
    receipt = published(channel, about(words="15.000 ₫"))
    assert channel.correct(receipt, about(words="16.000 ₫", pictures=0)) == receipt
    assert shown(box) == [about(words="16.000 ₫").caption]
    (feed,) = stand(box).feeds(NOW)
    assert len(feed.entries[0].pictures) == 2
    sent = form(box.sent("POST", receipt.remote_id)[0])
    assert sent.pop("appsecret_proof")
    assert list(sent) == ["message"]


def test_a_rewritten_correction_is_a_correction(box: Sandbox, channel: Facebook) -> None:
    receipt = published(channel, about(words="15.000 ₫"))
    box.arm(Fault.REWRITTEN, "POST", receipt.remote_id)
    channel.correct(receipt, about(words="16.000 ₫"))
    assert "16.000" in shown(box)[0]
    assert "fbclid" in shown(box)[0]


def test_a_correction_that_does_not_show_is_made_again() -> None:
    old = said({"id": POST, "message": "15.000 ₫"})
    with hearing(said({"success": True}), old) as script, pytest.raises(Transient):
        script.channel.correct(RECEIPT, about(words="16.000 ₫"))


def test_a_correction_without_success_is_a_doubt() -> None:
    with hearing(said({"success": False})) as script, pytest.raises(OutcomeUnknown):
        script.channel.correct(RECEIPT, about())


def test_a_post_is_withdrawn_by_one_call(box: Sandbox, channel: Facebook) -> None:
    receipt = published(channel, about())
    before = box.left()
    channel.withdraw(receipt)
    assert shown(box) == []
    assert box.left() == before + 1
    channel.withdraw(receipt)


def test_a_withdrawal_whose_answer_is_lost_is_a_doubt_and_can_be_made_again(
    box: Sandbox, channel: Facebook
) -> None:
    receipt = published(channel, about())
    box.arm(Fault.CUT, "DELETE")
    with pytest.raises(OutcomeUnknown):
        channel.withdraw(receipt)
    channel.withdraw(receipt)
    assert shown(box) == []


@pytest.mark.parametrize("code", [(100, 33), (10, 0)], ids=str)
def test_what_is_gone_is_withdrawn_if_it_cannot_be_read_either(code: tuple[int, int]) -> None:
    with hearing(refusal(*code), refusal(100, 33)) as script:
        script.channel.withdraw(RECEIPT)
    assert [request.method for request in script.requests] == ["DELETE", "GET"]


@pytest.mark.parametrize("code", [(100, 33), (10, 0), (200, 0), (100, 0)], ids=str)
@pytest.mark.parametrize("then", [said({"id": POST}), refusal(10), refusal(100)])
def test_what_is_still_there_is_not_called_withdrawn(code: tuple[int, int], then: Say) -> None:
    with hearing(refusal(*code), then) as script, pytest.raises((Rejected, NotAuthorized)):
        script.channel.withdraw(RECEIPT)


def test_a_look_that_fails_withdraws_nothing() -> None:
    with hearing(refusal(100, 33), refusal(2)) as script, pytest.raises(Transient):
        script.channel.withdraw(RECEIPT)


# A post whose address a person gave

ADDRESSES = {
    f"https://www.facebook.com/{POST}": POST,
    f"https://www.facebook.com/{POST}/?ref=share": POST,
    f"https://m.facebook.com/ocop.baclieu/posts/{POST}": POST,
    "https://www.facebook.com/ocop.baclieu/posts/5647382910": POST,
    "https://www.facebook.com/ocop.baclieu/posts/mu%E1%BB%91i-h%E1%BA%A1t/5647382910/": POST,
    "https://facebook.com/ocop.baclieu/permalink/5647382910?locale=vi_VN": POST,
    f"https://www.facebook.com/permalink.php?story_fbid=5647382910&id={PAGE}": POST,
    f"https://m.facebook.com/story.php?id={PAGE}&story_fbid=5647382910&eav=Af": POST,
    "5647382910": "5647382910",
    POST: POST,
}
UNKNOWN = [
    "",
    "post",
    "https://www.facebook.com/",
    "https://www.facebook.com/ocop.baclieu/posts/pfbid02abcDEF",
    f"https://www.facebook.com/permalink.php?story_fbid=pfbid02abc&id={PAGE}",
    "https://www.facebook.com/permalink.php?story_fbid=5647382910",
    "https://www.facebook.com/share/p/19xYz/",
    "https://www.facebook.com/photo/?fbid=777000111&set=a.1",
    "https://www.facebook.com/ocop.baclieu/photos/777000111",
    f"https://facebook.com.example.vn/{POST}",
    f"https://notfacebook.com/{POST}",
    f"https://example.vn/{POST}",
    "https://[facebook.com/1_2",
    f"{POST}/comments",
    f"https://www.facebook.com/{POST}/comments",
    "https://www.facebook.com/ocop.baclieu/posts/5647382910/comments",
    f"{POST}\n",
    "../me",
]


def resolved(remote_id: str) -> Receipt:
    """Return the receipt of a post that a person has looked up."""
    return Receipt(remote_id, remote_id)


@pytest.mark.parametrize(("address", "post"), ADDRESSES.items())
def test_the_number_of_a_post_is_found_in_its_address(address: str, post: str) -> None:
    caption = about().caption
    done, words = said({"success": True}), said({"id": POST, "message": caption})
    comment = (said({"data": []}), said({"id": "1_3"}))
    with hearing(done, words, *comment, said(counters()), said(ALL), done) as script:
        receipt = resolved(address)
        assert script.channel.correct(receipt, about()) == receipt
        script.channel.comment(receipt, "Đặt hàng")
        assert len(numbers(script.channel.metrics([receipt], NOW), address)) == 6
        script.channel.withdraw(receipt)
    paths = [request.path.removeprefix(f"/v26.0/{post}") for request in script.requests]
    assert paths == ["", "", "/comments", "/comments", "", "/insights", ""]


@pytest.mark.parametrize("address", UNKNOWN)
def test_a_post_whose_number_is_not_known_is_left_to_a_person(address: str) -> None:
    receipt = resolved(address)
    with hearing() as script:
        for verb in (
            lambda: script.channel.withdraw(receipt),
            lambda: script.channel.correct(receipt, about()),
            lambda: script.channel.comment(receipt, "Đặt hàng"),
        ):
            with pytest.raises(Rejected, match="do it by hand at"):
                verb()
        assert script.channel.metrics([receipt], NOW) == []
    assert script.requests == []


def test_a_post_whose_number_is_not_known_is_counted_no_more_than_it_stops_others() -> None:
    unknown = resolved("https://www.facebook.com/share/p/19xYz/")
    with hearing(said(counters()), said(ALL)) as script:
        assert len(numbers(script.channel.metrics([unknown, RECEIPT], NOW))) == 6


@pytest.mark.parametrize(("address", "post"), ADDRESSES.items())
def test_only_a_number_that_was_not_put_together_is_believed_to_be_gone(
    address: str, post: str
) -> None:
    gone = refusal(100, 33)
    with hearing(gone, gone) as script:
        if post in address:
            script.channel.withdraw(resolved(address))
        else:
            with pytest.raises(Rejected):
                script.channel.withdraw(resolved(address))


def test_a_post_of_another_page_is_not_believed_to_be_gone() -> None:
    gone = refusal(100, 33)
    with hearing(gone, gone) as script, pytest.raises(Rejected):
        script.channel.withdraw(resolved("https://www.facebook.com/77_5647382910"))


def test_a_post_that_a_person_looked_up_is_withdrawn(box: Sandbox, channel: Facebook) -> None:
    receipt = published(channel, about())
    number = receipt.remote_id.partition("_")[2]
    channel.withdraw(resolved(f"https://www.facebook.com/ocop.baclieu/posts/{number}"))
    assert shown(box) == []


# The first comment


def test_a_comment_is_written_once(box: Sandbox, channel: Facebook) -> None:
    receipt = published(channel, about())
    text = "Đặt hàng: https://ocop.example.vn/r/k7m2p9q4x1"
    channel.comment(receipt, text)
    channel.comment(receipt, unicodedata.normalize("NFD", text))
    (feed,) = stand(box).feeds(NOW)
    assert feed.entries[0].comments == [text]
    assert box.left("POST", "/comments") == 1
    sent = form(box.sent("POST", "/comments")[0])
    assert sent.pop("appsecret_proof")
    assert sent == {"message": text}


def test_a_comment_whose_answer_was_lost_is_not_written_again(
    box: Sandbox, channel: Facebook
) -> None:
    receipt = published(channel, about())
    box.arm(Fault.CUT, "POST", "/comments")
    with pytest.raises(OutcomeUnknown):
        channel.comment(receipt, "Đặt hàng")
    channel.comment(receipt, "Đặt hàng")
    assert box.left("POST", "/comments") == 1


def written(message: str, author: str | None) -> dict[str, object]:
    return {"id": "1_2", "message": message} | ({"from": {"id": author}} if author else {})


@pytest.mark.parametrize(
    ("there", "calls"),
    [
        (written("Đặt hàng?", PAGE), 2),
        (written("Đặt hàng", "55"), 2),
        (written("Đặt hàng", PAGE), 1),
        (written("Đặt  hàng ", PAGE), 1),
        (written("Đặt hàng", None), 1),
    ],
    ids=str,
)
def test_only_the_pages_own_same_words_stand_for_the_comment(
    there: dict[str, object], calls: int
) -> None:
    with hearing(said({"data": [there]}), said({"id": "1_3"})) as script:
        script.channel.comment(RECEIPT, "Đặt hàng")
    assert len(script.requests) == calls


# Numbers


def numbers(metrics: Sequence[Metric], post: str = POST) -> dict[str, int]:
    return {metric.name: metric.value for metric in metrics if metric.remote_id == post}


def counters(**more: object) -> dict[str, object]:
    return {
        "id": POST,
        "shares": {"count": 4},
        "comments": {"data": [], "summary": {"total_count": 9, "order": "ranked"}},
        "reactions": {"data": [], "summary": {"total_count": 57}},
    } | more


def insights(**values: object) -> dict[str, object]:
    rows = [
        {"name": name, "period": "lifetime", "values": [{"value": value}]}
        for name, value in values.items()
    ]
    return {"data": rows, "paging": {}}


ALL = insights(
    post_media_view=1234,
    post_total_media_view_unique=900,
    post_clicks_by_type={"link clicks": 31, "photo view": 8},
)
UNKNOWN_METRIC = refusal(100)


def test_all_seven_numbers_that_there_are_come_with_window_and_moment(
    box: Sandbox, channel: Facebook, clock: Clock
) -> None:
    receipt = published(channel, about())
    clock.go_on(days=3)
    found = channel.metrics([receipt], clock.now)
    (feed,) = stand(box).feeds(clock.now)
    assert numbers(found, receipt.remote_id) == dict(feed.entries[0].counts)
    assert {(m.window, m.quality, m.as_of) for m in found} == {
        (Window.CUMULATIVE, Quality.EXACT, clock.now)
    }


def test_numbers_are_asked_for_by_the_names_of_version_26() -> None:
    with hearing(said(counters()), said(ALL)) as script:
        found = script.channel.metrics([RECEIPT], NOW)
    assert numbers(found) == {
        "shares": 4,
        "comments": 9,
        "reactions": 57,
        "views": 1234,
        "reach": 900,
        "clicks": 31,
    }
    first, second = script.requests
    assert (first.path, second.path) == (f"/v26.0/{POST}", f"/v26.0/{POST}/insights")
    assert query(first)["fields"] == (
        "id,shares,comments.limit(0).summary(true),reactions.limit(0).summary(true)"
    )
    names = "post_media_view,post_total_media_view_unique,post_clicks_by_type"
    assert query(second)["metric"] == names


def test_shares_that_are_absent_are_zero_and_nothing_else_is() -> None:
    with hearing(said({"id": POST}), said({"data": []})) as script:
        assert numbers(script.channel.metrics([RECEIPT], NOW)) == {"shares": 0}


@pytest.mark.parametrize(
    "row",
    [
        insights(post_clicks_by_type={"photo view": 8}),
        insights(post_clicks_by_type=8.5),
        insights(post_media_view=None),
        insights(post_media_view="many"),
        insights(post_impressions=5),
        {"data": [{"name": "post_media_view", "values": []}]},
        {"data": [{"name": "post_media_view", "period": "day", "values": [{"value": 5}]}]},
    ],
    ids=str,
)
def test_what_is_not_told_is_missing(row: dict[str, object]) -> None:
    with hearing(said(counters()), said(row)) as script:
        assert set(numbers(script.channel.metrics([RECEIPT], NOW))) == {
            "shares",
            "comments",
            "reactions",
        }


def test_a_dead_metric_takes_no_other_with_it_and_is_asked_for_once() -> None:
    other = f"{PAGE}_2"
    rest = insights(post_media_view=7, post_clicks_by_type={"link clicks": 1})
    answers = [
        said(counters()),
        said(counters(id=other)),
        UNKNOWN_METRIC,
        said(insights(post_media_view=5)),
        UNKNOWN_METRIC,
        said(insights(post_clicks_by_type={"link clicks": 2})),
        said(rest),
    ]
    with hearing(*answers) as script:
        found = script.channel.metrics([RECEIPT, replace(RECEIPT, remote_id=other)], NOW)
    assert numbers(found) | {"shares": 4} == {
        "shares": 4,
        "comments": 9,
        "reactions": 57,
        "views": 5,
        "clicks": 2,
    }
    assert (numbers(found, other)["views"], numbers(found, other)["clicks"]) == (7, 1)
    assert query(script.requests[-1])["metric"] == "post_media_view,post_clicks_by_type"


def test_a_post_without_insights_does_not_take_them_from_the_next() -> None:
    other = f"{PAGE}_2"
    answers = [said(counters()), said(counters(id=other)), *[UNKNOWN_METRIC] * 4, said(ALL)]
    with hearing(*answers) as script:
        found = script.channel.metrics([RECEIPT, replace(RECEIPT, remote_id=other)], NOW)
    assert "views" not in numbers(found)
    assert numbers(found, other)["views"] == 1234
    assert query(script.requests[-1])["metric"] == query(script.requests[2])["metric"]


def test_a_post_that_is_gone_does_not_take_the_others_with_it() -> None:
    other = f"{PAGE}_2"
    gone = refusal(100, 33)
    with hearing(gone, said(counters(id=other)), gone, said(ALL)) as script:
        found = script.channel.metrics([RECEIPT, replace(RECEIPT, remote_id=other)], NOW)
    assert numbers(found) == {}
    assert len(numbers(found, other)) == 6
    assert len(script.requests) == 4


@pytest.mark.parametrize(("used", "calls"), [(89, 4), (90, 1), (100, 1)])
def test_reading_ends_before_the_allowance_is_used_up(used: int, calls: int) -> None:
    usage = json.dumps({PAGE: [{"type": "pages", "call_count": used}]})
    first = said(counters(), X_Business_Use_Case_Usage=usage)
    with hearing(first, said(counters(id=f"{PAGE}_2")), said(ALL), said(ALL)) as script:
        found = script.channel.metrics([RECEIPT, replace(RECEIPT, remote_id=f"{PAGE}_2")], NOW)
    assert len(script.requests) == calls
    assert numbers(found)["shares"] == 4


def test_the_use_of_an_earlier_reading_is_forgotten() -> None:
    busy = said(counters(), X_App_Usage='{"call_count": 95}')
    with hearing(busy, said(counters()), said(ALL)) as script:
        script.channel.metrics([RECEIPT], NOW)
        assert len(script.channel.metrics([RECEIPT], NOW)) == 6


@pytest.mark.parametrize("trouble", [refusal(190), refusal(102), refusal(4), refusal(368)])
def test_trouble_of_the_account_ends_the_reading_and_keeps_what_was_read(trouble: Say) -> None:
    with hearing(said(counters()), trouble) as script:
        found = script.channel.metrics([RECEIPT, SECOND], NOW)
    assert set(numbers(found)) == {"shares", "comments", "reactions"}
    with hearing(trouble) as script, pytest.raises((Transient, NotAuthorized)):
        script.channel.metrics([RECEIPT, SECOND], NOW)


ODD = [
    refusal(1),
    refusal(2),
    refusal(10),
    refusal(200),
    said({"id": "x"}),
    said([]),
    answer(200, b"<h1>Sorry</h1>", Content_Type="text/html"),
    answer(502, b"<h1>Sorry</h1>", Content_Type="text/html"),
]


@pytest.mark.parametrize("odd", ODD)
def test_one_posts_odd_counters_leave_only_these_out(odd: Say) -> None:
    with hearing(odd, said(counters(id=SECOND.remote_id)), said(ALL), said(ALL)) as script:
        found = script.channel.metrics([RECEIPT, SECOND], NOW)
    assert set(numbers(found)) == {"views", "reach", "clicks"}
    assert len(numbers(found, SECOND.remote_id)) == 6


@pytest.mark.parametrize("odd", [*ODD, said({"data": [{"name": "post_media_view"}]})])
def test_one_posts_odd_insights_leave_only_these_out(odd: Say) -> None:
    both = [said(counters()), said(counters(id=SECOND.remote_id))]
    with hearing(*both, odd, said(ALL)) as script:
        found = script.channel.metrics([RECEIPT, SECOND], NOW)
    assert set(numbers(found)) == {"shares", "comments", "reactions"}
    assert len(numbers(found, SECOND.remote_id)) == 6


def test_insights_that_the_account_may_not_read_are_missing_from_all_posts() -> None:
    both = [said(counters()), said(counters(id=SECOND.remote_id))]
    with hearing(*both, refusal(10), refusal(10)) as script:
        found = script.channel.metrics([RECEIPT, SECOND], NOW)
    assert set(numbers(found)) == {"shares", "comments", "reactions"}


def test_a_metric_that_alone_may_not_be_read_takes_no_other_with_it() -> None:
    names = [refusal(10), said(insights(post_total_media_view_unique=900)), UNKNOWN_METRIC]
    with hearing(said(counters()), UNKNOWN_METRIC, *names) as script:
        assert numbers(script.channel.metrics([RECEIPT], NOW))["reach"] == 900


@pytest.mark.parametrize(
    "odd",
    [
        {"data": []},
        {"summary": {}},
        {"summary": {"order": "ranked"}},
        {"summary": {"total_count": None}},
        {"summary": {"total_count": "many"}},
        {"summary": {"total_count": True}},
        {"summary": []},
        [],
        None,
        5,
    ],
    ids=str,
)
def test_a_counter_that_is_not_told_takes_no_other_with_it(odd: object) -> None:
    with hearing(said(counters(comments=odd)), said(ALL)) as script:
        found = numbers(script.channel.metrics([RECEIPT], NOW))
    assert len(found) == 5
    assert "comments" not in found


def test_shares_without_their_number_are_missing_and_not_zero() -> None:
    with hearing(said(counters(shares={"count": "many"})), said(ALL)) as script:
        assert "shares" not in numbers(script.channel.metrics([RECEIPT], NOW))


def test_where_nothing_could_be_read_of_any_post_the_trouble_is_told() -> None:
    with hearing(*[refusal(2)] * 4) as script, pytest.raises(Transient) as caught:
        script.channel.metrics([RECEIPT, SECOND], NOW)
    assert caught.value.scope is Scope.POST


def many(number: int) -> list[Receipt]:
    return [replace(RECEIPT, remote_id=f"{PAGE}_{each}") for each in range(number)]


def test_failures_that_are_not_in_a_row_are_of_the_posts() -> None:
    failing = [refusal(2)] * 4
    with hearing(*failing, said(counters()), *failing, *[said(ALL)] * 9) as script:
        found = script.channel.metrics(many(9), NOW)
    assert len(script.requests) == 18
    assert {metric.remote_id for metric in found} == {post.remote_id for post in many(9)}


def test_what_fails_for_five_posts_in_a_row_is_asked_for_no_more_and_the_rest_is() -> None:
    with hearing(*[refusal(2)] * 5, *[said(ALL)] * 9) as script:
        found = script.channel.metrics(many(9), NOW)
    assert len(script.requests) == 14
    assert {metric.name for metric in found} == {"views", "reach", "clicks"}


def test_nothing_is_asked_about_no_posts() -> None:
    with hearing() as script:
        assert script.channel.metrics([], NOW) == []


# What is sent against what Meta publishes


def everything(channel: Facebook, what: Creative) -> None:
    """Use each verb of a channel once."""
    draft = ready(channel, what)
    receipt = channel.publish(what, key(), draft)
    channel.resume(receipt)
    channel.find(what, key(), draft, NOW)
    channel.find(what, key(), None, NOW)
    channel.correct(receipt, replace(what, caption=f"{what.caption} "))
    channel.comment(receipt, "Đặt hàng")
    channel.metrics([receipt], NOW)
    channel.withdraw(receipt)
    channel.withdraw(receipt)


@pytest.fixture
def sent(box: Sandbox) -> list[Request]:
    """All requests of both ways to publish."""
    everything(connected(box.url), about())
    everything(connected(box.url, drafts=True), about("m2p9q4x1k7"))
    return box.sent()


PAGING = {"limit", "after", "since", "fields"}
SIGNING = {"appsecret_proof"}


def place(request: Request) -> tuple[str, str, str]:
    """Return method, kind of object and edge of a request."""
    _, _, node, *edge = request.path.split("/")
    return request.method, "Page" if node == PAGE else "PagePost", "".join(edge)


def given(request: Request) -> dict[str, object]:
    """Return the parameters that are the edge's own."""
    found: dict[str, object] = {**form(request), **query(request)}
    listed = [found.pop(name) for name in list(found) if name.startswith("attached_media[")]
    media = {"attached_media": [json.loads(str(item)) for item in listed]} if listed else {}
    extra = SIGNING | (PAGING if request.method == "GET" else set())
    return {name: value for name, value in (found | media).items() if name not in extra}


OFFICIAL: dict[tuple[str, str, str], Callable[..., Any]] = {
    ("POST", "Page", "photos"): OfficialPage("1").create_photo,
    ("POST", "Page", "feed"): OfficialPage("1").create_feed,
    ("GET", "Page", "posts"): OfficialPage("1").get_posts,
    ("POST", "PagePost", ""): OfficialPost("1").api_update,
    ("GET", "PagePost", ""): OfficialPost("1").api_get,
    ("DELETE", "PagePost", ""): OfficialPost("1").api_delete,
    ("GET", "PagePost", "comments"): OfficialPost("1").get_comments,
    ("POST", "PagePost", "comments"): OfficialPost("1").create_comment,
    ("GET", "PagePost", "insights"): OfficialPost("1").get_insights,
}


def test_every_parameter_is_one_of_metas_own_library(sent: list[Request]) -> None:
    assert {place(request) for request in sent} == set(OFFICIAL)
    for request in sent:
        checker = OFFICIAL[place(request)](pending=True)._param_checker
        for name, value in given(request).items():
            assert checker.is_valid_key(name), (place(request), name)
            if request.method == "POST":
                assert checker.is_valid_pair(name, value), (place(request), name, value)


def test_every_field_is_one_of_metas_own_library(sent: list[Request]) -> None:
    known = set(OfficialPost._field_types) | {"comments", "reactions"}  # edges, read as fields
    for request in sent:
        for field in query(request).get("fields", "").split(","):
            assert field.partition(".")[0] in known | {""}, field


@pytest.mark.skipif(not SPECS.is_dir(), reason="Meta's published parameter lists are not here")
def test_every_parameter_is_in_metas_published_lists(sent: list[Request]) -> None:
    names = {"": {"GET": "#get", "POST": "#update", "DELETE": "#delete"}}
    for request in sent:
        method, kind, edge = place(request)
        published = json.loads((SPECS / f"{kind}.json").read_text(encoding="utf-8"))["apis"]
        (found,) = [
            api
            for api in published
            if api["method"] == method
            and (api.get("endpoint") == edge if edge else api.get("name") == names[""][method])
        ]
        assert set(given(request)) <= {item["name"] for item in found["params"]}
