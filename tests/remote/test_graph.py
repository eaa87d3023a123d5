"""The Graph API's answers get their meaning from the number of its error, never from the status."""

import json
from datetime import timedelta

import pytest

from promoter.core.errors import (
    ChannelError,
    NotAuthorized,
    OutcomeUnknown,
    Rejected,
    Scope,
    Transient,
)
from promoter.core.model import Phrase
from promoter.remote.answer import Answer, Effect
from promoter.remote.graph import Duplicate, Forbidden, Meter, Missing, judge, proof

HOST = "graph.facebook.com"
VERSION = "v26.0"
NO_MATTER = Phrase("")
EFFECTS = list(Effect)
every_effect = pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.value)


def said(
    status: int = 400,
    body: object = None,
    effect: Effect = Effect.PUBLISH,
    secrets: tuple[str, ...] = (),
    **headers: str,
) -> Answer:
    """Return an answer; a body that is not bytes is written as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(HOST, effect, status, named, raw, secrets)


def error(code: int, subcode: int | None = None, **more: object) -> dict[str, object]:
    part = {} if subcode is None else {"error_subcode": subcode}
    return {"error": {"message": "said so", "type": "OAuthException", "code": code, **part, **more}}


def meaning(answer: Answer) -> ChannelError | None:
    return judge(VERSION)(answer)


def account_usage(minutes: float) -> str:
    use = {"type": "pages", "call_count": 100, "estimated_time_to_regain_access": minutes}
    return json.dumps({"1029384756": [use, use | {"estimated_time_to_regain_access": 1}]})


# What each number means

NOT_ALLOWED = [
    (1, 99),
    (1, 2853006),
    (3, None),
    (10, None),
    (25, 2207050),
    (200, None),
    (200, 2069030),
    (299, None),
    (1705, None),
    (1404078, None),
    (1404006, None),
    (1404112, None),
    (4854002, None),
    (100, 1404078),
]
NOT_SIGNED_IN = [(102, None), *((190, part) for part in (None, 458, 460, 463, 467, 492, 2069032))]
REFUSED = [
    (100, None),
    (100, 1366046),
    (100, 1609005),
    (1609005, None),
    (100, 1609008),
    (100, 2207028),
    (324, None),
    (1404102, None),
    (2069019, None),
    (36004, 2207010),
    (300, None),
]
IN_DOUBT = [(1, None), (2, None), (-1, 2207001), (1363047, None), (1609010, None), (100, 1363047)]
PAUSED = [(4, None), (17, 2446079), (32, None), (341, None), (613, 1996), (9, 2207042)]
USED_UP = [(80001, 2494055), (80000, None), (80002, None), (80014, None)]
BLOCKED = [(368, None), (368, 1390008), (368, 1346003), (4, 2207051)]

Pair = tuple[int, int | None]


@pytest.mark.parametrize("pair", NOT_SIGNED_IN, ids=str)
@every_effect
def test_a_token_is_the_accounts_problem(pair: Pair, effect: Effect) -> None:
    assert type(meaning(said(400, error(*pair), effect))) is NotAuthorized


@pytest.mark.parametrize("pair", NOT_ALLOWED, ids=str)
@every_effect
def test_a_lacking_permission_is_the_accounts_problem_and_told_apart(
    pair: Pair, effect: Effect
) -> None:
    found = meaning(said(400, error(*pair), effect))
    assert type(found) is Forbidden
    assert isinstance(found, NotAuthorized)


@pytest.mark.parametrize(
    "name", ["error_subcode", "message", "error_user_msg", "is_transient", "type", "fbtrace_id"]
)
@every_effect
def test_a_null_in_an_error_is_as_good_as_nothing(name: str, effect: Effect) -> None:
    answer = said(400, error(190, **{name: None}), effect)
    assert type(meaning(answer)) is NotAuthorized


@pytest.mark.parametrize("pair", REFUSED, ids=str)
@every_effect
def test_a_refusal_of_the_content_is_final(pair: Pair, effect: Effect) -> None:
    assert type(meaning(said(400, error(*pair), effect))) is Rejected


@pytest.mark.parametrize("pair", IN_DOUBT, ids=str)
def test_trouble_leaves_a_public_write_in_doubt_and_nothing_else(pair: Pair) -> None:
    assert type(meaning(said(400, error(*pair), Effect.PUBLISH))) is OutcomeUnknown
    assert type(meaning(said(400, error(*pair), Effect.UPLOAD))) is Transient
    assert type(meaning(said(400, error(*pair), Effect.READ))) is Transient


def test_what_calls_itself_transient_is_no_refusal() -> None:
    answer = said(400, error(100, is_transient=True))
    assert type(meaning(answer)) is OutcomeUnknown


@pytest.mark.parametrize("pair", [(506, None), (100, 1366051)], ids=str)
@every_effect
def test_a_duplicate_is_a_doubt(pair: Pair, effect: Effect) -> None:
    found = meaning(said(400, error(*pair), effect))
    assert type(found) is Duplicate
    assert isinstance(found, OutcomeUnknown)


@every_effect
def test_a_missing_object_is_told_apart(effect: Effect) -> None:
    assert type(meaning(said(400, error(100, 33), effect))) is Missing
    assert type(meaning(said(400, error(200, 33), effect))) is Forbidden


def test_a_subcode_of_few_digits_means_nothing_by_itself() -> None:
    assert type(meaning(said(400, error(100, 190)))) is Rejected
    assert type(meaning(said(400, error(100, 506)))) is Rejected


@pytest.mark.parametrize(
    "message",
    [
        "Invalid appsecret_proof provided in the API argument",
        "API calls from the server require an appsecret_proof argument",
    ],
)
def test_a_missing_signature_is_the_accounts_problem_and_names_the_key(message: str) -> None:
    found = meaning(said(400, error(100, message=message)))
    assert type(found) is NotAuthorized
    assert "app_secret" in str(found)


# How long to wait


def waits(answer: Answer) -> timedelta | None:
    found = meaning(answer)
    assert type(found) is Transient
    assert found.scope is Scope.ACCOUNT
    return found.after


@pytest.mark.parametrize("pair", PAUSED, ids=str)
@every_effect
def test_too_many_calls_pause_the_account_for_an_hour(pair: Pair, effect: Effect) -> None:
    assert waits(said(400, error(*pair), effect)) == timedelta(hours=1)


@pytest.mark.parametrize("pair", PAUSED, ids=str)
def test_a_pause_is_longer_if_the_service_says_so_and_never_shorter(pair: Pair) -> None:
    longer = said(400, error(*pair), X_Business_Use_Case_Usage=account_usage(90))
    shorter = said(400, error(*pair), X_Business_Use_Case_Usage=account_usage(7))
    assert waits(longer) == timedelta(minutes=90)
    assert waits(shorter) == timedelta(hours=1)


@pytest.mark.parametrize("pair", USED_UP, ids=str)
def test_a_used_up_allowance_opens_when_the_service_says(pair: Pair) -> None:
    told = said(400, error(*pair), X_Business_Use_Case_Usage=account_usage(19))
    assert waits(told) == timedelta(minutes=19)
    assert waits(said(400, error(*pair))) == timedelta(hours=1)


@pytest.mark.parametrize("pair", BLOCKED, ids=str)
def test_a_policy_block_lasts_a_day_at_least(pair: Pair) -> None:
    assert waits(said(400, error(*pair))) == timedelta(hours=24)
    longer = said(400, error(*pair), X_Business_Use_Case_Usage=account_usage(60 * 48))
    assert waits(longer) == timedelta(hours=48)


def test_it_is_believed_with_a_status_of_the_server_too() -> None:
    assert waits(said(500, error(4))) == timedelta(hours=1)
    assert type(meaning(said(500, error(190)))) is NotAuthorized


@pytest.mark.parametrize("minutes", ["0", "-5", "1e400", "NaN", '"soon"', "null", "[]"])
def test_a_wait_that_makes_no_sense_is_none(minutes: str) -> None:
    usage = f'{{"1": [{{"estimated_time_to_regain_access": {minutes}}}]}}'
    answer = said(400, error(80001), X_Business_Use_Case_Usage=usage)
    assert waits(answer) == timedelta(hours=1)


def test_a_wait_without_end_is_cut() -> None:
    answer = said(400, error(80001), X_Business_Use_Case_Usage=account_usage(1e300))
    assert waits(answer) == timedelta(days=7)


# Who said it


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413])
@pytest.mark.parametrize("body", [b"", b"<h1>nginx</h1>", b"{}", b'{"error": "no route"}', b"[]"])
@every_effect
def test_a_refusal_by_another_page_decides_nothing(
    status: int, body: bytes, effect: Effect
) -> None:
    assert type(meaning(said(status, body, effect))) is type(effect.lost(NO_MATTER))


@pytest.mark.parametrize("body", [b"", b"<h1>Wi-Fi</h1>", b"true", b"[]", b'{"error": {}}'])
@every_effect
def test_a_success_that_is_no_object_is_no_success(body: bytes, effect: Effect) -> None:
    assert type(meaning(said(200, body, effect))) is type(effect.lost(NO_MATTER))


@pytest.mark.parametrize("depth", [150, 250, 1_000, 100_000])
@pytest.mark.parametrize("pair", [("[", "]"), ('{"a":', "}")], ids=str)
@every_effect
def test_an_answer_without_bottom_is_one_that_cannot_be_read_at_worst(
    depth: int, pair: tuple[str, str], effect: Effect
) -> None:
    inside = f"{pair[0] * depth}1{pair[1] * depth}"
    success = meaning(said(200, f'{{"id": "1", "x": {inside}}}'.encode(), effect))
    refused = meaning(said(400, f'{{"error": {{"code": 190, "x": {inside}}}}}'.encode(), effect))
    if depth > 200:  # more is not read
        assert type(success) is type(refused) is type(effect.lost(NO_MATTER))
    else:
        assert success is None
        assert type(refused) is NotAuthorized


@every_effect
def test_a_success_has_no_other_meaning(effect: Effect) -> None:
    assert meaning(said(200, {"id": "1"}, effect, facebook_api_version=VERSION)) is None


@pytest.mark.parametrize("status", [302, 408, 429, 500, 502, 503])
def test_what_only_the_status_tells_is_left_to_it(status: int) -> None:
    assert meaning(said(status, b"<h1>Sorry</h1>")) is None


@pytest.mark.parametrize("pair", [(190, 463), (4, None), (100, None), (2, None)], ids=str)
def test_an_error_with_status_200_is_an_error(pair: Pair) -> None:
    same = meaning(said(400, error(*pair)))
    assert same is not None
    assert type(meaning(said(200, error(*pair)))) is type(same)


@pytest.mark.parametrize("pair", [(100, None), (100, 33), (324, None)], ids=str)
def test_a_broken_server_refuses_no_public_write_for_sure(pair: Pair) -> None:
    """Left to the status, which makes a doubt of it."""
    assert meaning(said(500, error(*pair), Effect.PUBLISH)) is None
    assert isinstance(meaning(said(500, error(*pair), Effect.READ)), Rejected)


# What is said of it


def test_the_reason_has_the_words_for_people_and_the_numbers() -> None:
    body = error(100, 1366046, message="Invalid parameter", error_user_msg="Ảnh quá lớn.")
    text = str(meaning(said(400, body)))
    assert "Invalid parameter; Ảnh quá lớn. (100/1366046)" in text
    assert HOST in text


def test_a_secret_that_is_repeated_is_not_shown() -> None:
    body = error(190, message="Cannot parse planted-token", error_user_msg="planted-token!")
    text = str(meaning(said(400, body, secrets=("planted-token",))))
    assert "planted" not in text


# Which version answered


@pytest.mark.parametrize("effect", [Effect.READ, Effect.UPLOAD], ids=lambda effect: effect.value)
def test_another_version_than_the_accounts_is_refused(effect: Effect) -> None:
    found = meaning(said(200, {"id": "1"}, effect, facebook_api_version="v27.0"))
    assert type(found) is NotAuthorized
    assert "v27.0" in str(found)
    assert "v26.0" in str(found)
    assert "set version" in str(found)


def test_what_is_public_by_now_is_done_in_whatever_version() -> None:
    assert meaning(said(200, {"id": "1"}, Effect.PUBLISH, facebook_api_version="v27.0")) is None


def test_a_refusal_by_another_version_is_not_held_against_the_post() -> None:
    found = meaning(said(400, error(100), facebook_api_version="v27.0"))
    assert type(found) is NotAuthorized


def test_a_doubt_stays_one_in_whatever_version() -> None:
    found = meaning(said(400, error(2), facebook_api_version="v27.0"))
    assert type(found) is OutcomeUnknown


@every_effect
def test_a_version_that_is_not_told_is_fine(effect: Effect) -> None:
    assert meaning(said(200, {"id": "1"}, effect)) is None


def test_a_version_without_end_is_not_shown_whole() -> None:
    found = meaning(said(200, {"id": "1"}, Effect.READ, facebook_api_version="v" * 1000))
    assert len(str(found)) < 300


# How much of the allowance is used

APP = '{"call_count": 28, "total_time": 25, "total_cputime": 31.5}'
BUSINESS = (
    '{"1": [{"type": "pages", "call_count": 3, "total_cputime": 91, "total_time": 4}],'
    ' "2": [{"type": "instagram", "call_count": 97}]}'
)


@pytest.mark.parametrize(
    ("headers", "used"),
    [
        ({}, 0),
        ({"X_App_Usage": APP}, 31.5),
        ({"X_Page_Usage": APP}, 31.5),
        ({"X_Business_Use_Case_Usage": BUSINESS}, 97),
        ({"X_App_Usage": APP, "X_Business_Use_Case_Usage": BUSINESS}, 97),
        ({"X_App_Usage": "no JSON", "X_Business_Use_Case_Usage": BUSINESS}, 97),
        ({"X_App_Usage": APP, "X_Business_Use_Case_Usage": "[]"}, 31.5),
        ({"X_App_Usage": '{"call_count": "many"}'}, 0),
    ],
)
def test_the_highest_use_counts(headers: dict[str, str], used: float) -> None:
    meter = Meter(judge(VERSION))
    assert meter(said(200, {"id": "1"}, Effect.READ, (), **headers)) is None
    assert meter.used == used


def test_a_meter_keeps_the_highest_use_and_judges_as_before() -> None:
    meter = Meter(judge(VERSION))
    meter(said(200, {"id": "1"}, X_App_Usage=APP))
    assert type(meter(said(400, error(190)))) is NotAuthorized
    assert meter.used == 31.5


# How calls are signed


def test_the_proof_is_of_the_token_under_the_apps_secret() -> None:
    expected = "e941110e3d2bfe82621f0e3e1434730d7305d106c5f68c87165d0b27a4611a4a"  # by openssl
    assert proof("token", "secret") == {"appsecret_proof": expected}


@pytest.mark.parametrize("secret", [None, ""])
def test_without_an_apps_secret_there_is_no_proof(secret: str | None) -> None:
    assert proof("token", secret) == {}
