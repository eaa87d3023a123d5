"""What is peculiar to the showcase: the key is the remote id, and only its API says what is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from promoter.channels import showcase
from promoter.channels.showcase import Config, Showcase
from promoter.core.errors import ChannelError, NotAuthorized, OutcomeUnknown, Rejected, Transient
from promoter.core.model import Absent, Receipt
from promoter.remote.http import Session
from tests.channels.conftest import StandIn, creative, key
from tests.channels.test_contract import ready
from tests.faults import Fault, ShowcaseService
from tests.remote.raw import answer, serving

SINCE = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def connected(url: str, token: str) -> Showcase:
    config = Config.model_validate({"url": url, "token": token})
    return showcase.connect(config, Session(limit=timedelta(seconds=10), loopback_only=True))


@pytest.fixture
def channel(showcase_standin: StandIn) -> Showcase:
    found: Showcase = showcase_standin.channel()
    return found


@pytest.fixture(params=[b"<h1>Not here</h1>", b'{"message": "no route"}', b'{"reason": "gone"}'])
def stranger(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that is not the showcase and says 404 to everything."""
    with serving(answer(404, request.param)) as service:
        yield service.url


def test_a_config_never_shows_its_token() -> None:
    config = Config.model_validate({"url": "https://ocop.example.vn", "token": "planted-token"})
    assert "planted" not in repr(config) + str(config) + config.model_dump_json()


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"url": "https://ocop.example.vn"},
        {"url": "ocop.example.vn", "token": "t"},
        {"url": "ftp://ocop.example.vn", "token": "t"},
        {"url": "https://ocop.example.vn", "token": "t", "page": "1"},
    ],
)
def test_a_config_is_strict(keys: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Config.model_validate(keys)


def test_a_slash_at_the_end_of_the_url_changes_nothing(showcase_service: ShowcaseService) -> None:
    channel = connected(showcase_service.url + "/", showcase_service.token)
    assert channel.find(creative(), key(), None, SINCE) == Absent(sure=True)


def test_a_receipt_names_the_key_and_the_public_page(channel: Showcase) -> None:
    receipt = channel.publish(creative(), key(), ready(channel, creative()))
    assert receipt.remote_id == key()
    assert receipt.url.startswith("https://ocop.example.vn/showcase/")
    assert key() not in receipt.url, "the key stays between us and the API"
    assert receipt.live


def test_what_is_sent_arrives_whole(channel: Showcase, showcase_service: ShowcaseService) -> None:
    channel.publish(creative(), key(), ready(channel, creative()))
    (post,) = showcase_service.kept()
    sent = creative()
    assert (post.title, post.caption, post.link) == (sent.title, sent.caption, sent.link)
    assert [(item.sha256, item.alt) for item in post.media] == [
        (item.sha256, item.alt) for item in sent.media
    ]
    assert all(showcase_service.media.get(item.sha256) == item.data for item in sent.media)


def test_an_absence_is_sure_because_the_post_itself_is_read(channel: Showcase) -> None:
    assert channel.find(creative(), key(), None, SINCE) == Absent(sure=True)


def test_a_withdrawn_post_is_surely_absent_and_never_comes_back(channel: Showcase) -> None:
    receipt = channel.publish(creative(), key(), ready(channel, creative()))
    channel.withdraw(receipt)
    assert channel.find(creative(), key(), None, SINCE) == Absent(sure=True)
    with pytest.raises(Rejected, match="withdrawn"):
        channel.publish(creative(), key(), None)
    with pytest.raises(Rejected, match="withdrawn"):
        channel.correct(receipt, creative())


def test_what_never_was_can_be_withdrawn(channel: Showcase) -> None:
    channel.withdraw(Receipt(key("never"), "https://ocop.example.vn/showcase/0"))


def test_a_picture_that_was_not_uploaded_cannot_be_shown(channel: Showcase) -> None:
    with pytest.raises(Rejected, match="not uploaded"):
        channel.publish(creative(), key(), None)


def test_a_wrong_token_is_the_accounts_problem(showcase_service: ShowcaseService) -> None:
    channel = connected(showcase_service.url, "wrong")
    with pytest.raises(NotAuthorized):
        channel.prepare(creative(), key(), None)
    with pytest.raises(NotAuthorized):
        channel.publish(creative(), key(), None)
    with pytest.raises(NotAuthorized):
        channel.find(creative(), key(), None, SINCE)


def test_a_draft_goes_on_where_it_was(channel: Showcase, showcase_standin: StandIn) -> None:
    draft = channel.prepare(creative(), key(), None)
    assert not draft.ready
    showcase_standin.proxy.arm(Fault.CUT, "PUT", "/media/")
    with pytest.raises(Transient):
        channel.prepare(creative(), key(), draft)
    assert channel.prepare(creative(), key(), draft).ready
    assert showcase_standin.proxy.left("PUT", "/media/") == 3


def test_the_nth_request_can_be_struck(channel: Showcase, showcase_standin: StandIn) -> None:
    showcase_standin.proxy.arm(Fault.REFUSED, "PUT", "/media/", nth=2)
    draft = channel.prepare(creative(), key(), None)
    with pytest.raises(Rejected):
        channel.prepare(creative(), key(), draft)
    showcase_standin.proxy.arm(Fault.UNREACHABLE, "PUT", "/media/", nth=2)
    assert channel.prepare(creative(), key(), draft).ready
    with pytest.raises(Transient):
        channel.prepare(creative(), key(), draft)
    assert showcase_standin.proxy.carried() == 2


# Whatever stands in the API's place decides nothing


def test_a_404_of_another_page_is_not_an_absence(stranger: str) -> None:
    with pytest.raises(Transient):
        connected(stranger, "any").find(creative(), key(), None, SINCE)


def test_a_404_of_another_page_does_not_withdraw(stranger: str) -> None:
    with pytest.raises(OutcomeUnknown):
        connected(stranger, "any").withdraw(Receipt(key(), "https://ocop.example.vn/showcase/0"))


@pytest.mark.parametrize("body", [b"<h1>Welcome to our Wi-Fi</h1>", b"{}", b""])
def test_a_200_of_another_page_is_no_success(body: bytes) -> None:
    with serving(answer(200, body)) as service:
        channel = connected(service.url, "any")
        with pytest.raises(Transient):
            channel.prepare(creative(), key(), None)
        with pytest.raises(Transient):
            channel.find(creative(), key(), None, SINCE)
        with pytest.raises(OutcomeUnknown):
            channel.publish(creative(), key(), None)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413])
def test_a_refusal_by_another_page_fails_no_post_and_stops_no_account(status: int) -> None:
    with serving(answer(status, b"<h1>nginx</h1>")) as service:
        with pytest.raises(ChannelError) as preparing:
            connected(service.url, "any").prepare(creative(), key(), None)
        with pytest.raises(ChannelError) as publishing:
            connected(service.url, "any").publish(creative(), key(), None)
    assert type(preparing.value) is Transient
    assert type(publishing.value) is OutcomeUnknown


def test_several_accounts_may_post_to_one_site_so_none_is_told_from_another() -> None:
    config = showcase.Config.model_validate({"url": "http://127.0.0.1:1", "token": "planted-token"})
    assert config.identity == ""
    assert "identity" not in config.model_dump()
