"""The showcase's API as a stranger meets it: over HTTP, with wrong tokens and wrong bodies."""

import json
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
import requests
from fastapi import FastAPI
from PIL import Image

from promoter.channels.showcase import LIMITS
from promoter.core.errors import ConfigError
from promoter.web.showcase import router
from tests.faults import Served, ShowcaseService
from tests.make import NOW

KEY = "00c0ffee00c0ffee"


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 50)) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, "white").save(file, kind)
    return file.getvalue()


PICTURE = picture()
NAME = sha256(PICTURE).hexdigest()


def posting(**changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "title": "Muối hạt Bạc Liêu",
        "caption": "Hạt to, khô ráo, mặn đậm.",
        "link": "https://ocop.example.vn/r/k7m2p9q4x1",
        "media": [{"sha256": NAME, "alt": "Hạt muối", "width": 40, "height": 50}],
    }
    return fields | changes


class Client:
    """Speaks to the API with the right token unless another is given."""

    def __init__(self, service: ShowcaseService) -> None:
        self._service = service

    def call(self, method: str, path: str, **named: Any) -> requests.Response:
        headers = named.pop("headers", {"Authorization": f"Bearer {self._service.token}"})
        url = f"{self._service.url}/showcase/api{path}"
        return requests.request(method, url, headers=headers, timeout=10, **named)

    def upload(self, data: bytes = PICTURE, name: str = "") -> requests.Response:
        return self.call("PUT", f"/media/{name or sha256(data).hexdigest()}", data=data)

    def put(self, key: str = KEY, **changes: Any) -> requests.Response:
        return self.call("PUT", f"/posts/{key}", json=posting(**changes))


@pytest.fixture
def client(showcase_service: ShowcaseService) -> Client:
    """A client that has uploaded its picture."""
    client = Client(showcase_service)
    assert client.upload().status_code == 201
    return client


def refused(answer: requests.Response, status: int, words: str = "") -> None:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"
    assert words in answer.json()["reason"]


# Who may speak


CALLS = [
    ("PUT", f"/media/{NAME}"),
    ("PUT", f"/posts/{KEY}"),
    ("GET", f"/posts/{KEY}"),
    ("DELETE", f"/posts/{KEY}"),
    ("GET", "/posts/not-even-a-key"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
@pytest.mark.parametrize(
    "value", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic {token}", "{token}"]
)
def test_nothing_is_done_or_told_without_the_token(
    showcase_service: ShowcaseService, method: str, path: str, value: str | None
) -> None:
    headers = {}
    if value is not None:
        headers["Authorization"] = value.format(token=showcase_service.token)
    answer = Client(showcase_service).call(method, path, headers=headers, data=b"{}")
    refused(answer, 401, "token")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_of_strange_bytes_is_only_wrong(showcase_service: ShowcaseService) -> None:
    headers = {"Authorization": "Bearer ÿþý".encode("latin-1")}
    refused(Client(showcase_service).call("GET", f"/posts/{KEY}", headers=headers), 401)


@pytest.mark.parametrize("tokens", [{"a": ""}, {"a": "same", "b": "same"}])
def test_each_account_needs_a_token_of_its_own(
    showcase_service: ShowcaseService, tokens: dict[str, str]
) -> None:
    with pytest.raises(ConfigError):
        router(showcase_service.store, showcase_service.media, tokens, public_url="http://a.vn")


def test_a_post_is_its_accounts_alone(
    client: Client, showcase_service: ShowcaseService, served: Served
) -> None:
    client.put()
    tokens = {"other": "token-of-another-account"}
    app = FastAPI()
    app.include_router(
        router(showcase_service.store, showcase_service.media, tokens, public_url="https://a.vn")
    )
    served.app = app
    other = {"Authorization": "Bearer token-of-another-account"}
    body = posting(caption="Của người khác")
    for method in ("PUT", "GET", "DELETE"):
        refused(client.call(method, f"/posts/{KEY}", headers=other, json=body), 409)
    assert [post.caption for post in showcase_service.kept()] == [posting()["caption"]]


# Pictures


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_is_kept_under_its_digest(showcase_service: ShowcaseService, kind: str) -> None:
    data, client = picture(kind), Client(showcase_service)
    first, again = client.upload(data), client.upload(data)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == {"sha256": sha256(data).hexdigest()}
    assert showcase_service.media.get(sha256(data).hexdigest()) == data


@pytest.mark.parametrize("name", [sha256(b"other").hexdigest(), NAME.upper(), "..", "x"])
def test_a_picture_under_another_name_is_refused(
    showcase_service: ShowcaseService, name: str
) -> None:
    answer = Client(showcase_service).call("PUT", f"/media/{name}", data=PICTURE)
    assert answer.status_code in (400, 404)
    assert not showcase_service.media.path(NAME).exists()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg/>",
        b"\xff\xd8\xff\xe0 not a picture",
        PICTURE[: len(PICTURE) // 2],
        picture("PNG")[:-20],
        picture("GIF"),
        picture("BMP"),
        picture("WEBP"),
    ],
    ids=["empty", "svg", "pretended", "half a jpeg", "half a png", "gif", "bmp", "webp"],
)
def test_what_is_no_whole_picture_is_refused(
    showcase_service: ShowcaseService, data: bytes
) -> None:
    refused(Client(showcase_service).upload(data), 400, "JPEG or PNG")
    assert not showcase_service.media.path(sha256(data).hexdigest()).exists()


@pytest.mark.parametrize("size", [(9_000, 9_000), (20_000, 20_000)])
def test_a_small_file_with_endless_pixels_is_refused(
    showcase_service: ShowcaseService, size: tuple[int, int]
) -> None:
    file = BytesIO()
    Image.new("1", size).save(file, "PNG")
    answer = Client(showcase_service).upload(file.getvalue())
    assert answer.status_code in (400, 413)


@pytest.mark.parametrize("times", [1, 5])
def test_too_many_bytes_are_refused_with_a_reason(
    showcase_service: ShowcaseService, times: int
) -> None:
    data = PICTURE + b"\0" * (LIMITS.media_bytes * times)
    headers = {"Authorization": f"Bearer {showcase_service.token}", "Connection": "close"}
    path = f"/media/{sha256(data).hexdigest()}"
    answer = Client(showcase_service).call("PUT", path, headers=headers, data=data)
    refused(answer, 413, str(LIMITS.media_bytes))
    assert not showcase_service.media.path(sha256(data).hexdigest()).exists()


# Posts


def test_a_post_is_made_once_and_is_then_the_same(
    client: Client, showcase_service: ShowcaseService
) -> None:
    first, again, read = client.put(), client.put(), client.call("GET", f"/posts/{KEY}")
    assert [first.status_code, again.status_code, read.status_code] == [201, 200, 200]
    assert first.json() == again.json() == read.json()
    assert set(first.json()) == {"id", "url", "live"}
    assert first.json()["live"] is True
    assert first.json()["url"] == f"https://ocop.example.vn/showcase/{first.json()['id']}"
    assert len(showcase_service.kept()) == 1


def test_a_post_is_dated_by_the_clock_of_the_store(
    client: Client, showcase_service: ShowcaseService
) -> None:
    showcase_service.store.set_clock(NOW)
    client.put()
    showcase_service.store.set_clock(NOW + timedelta(hours=1))
    client.put()
    (post,) = showcase_service.kept()
    assert (post.published_at, post.updated_at) == (NOW, NOW)
    client.put(caption="15.000 đ")
    (post,) = showcase_service.kept()
    assert post.caption == "15.000 đ"
    assert (post.published_at, post.updated_at) == (NOW, NOW + timedelta(hours=1))


def test_a_withdrawn_post_is_gone_for_good(
    client: Client, showcase_service: ShowcaseService
) -> None:
    client.put()
    for _ in range(2):
        assert client.call("DELETE", f"/posts/{KEY}").status_code == 204
    for answer in (client.call("GET", f"/posts/{KEY}"), client.put()):
        refused(answer, 410, "withdrawn")
        assert answer.json()["key"] == KEY
    assert showcase_service.kept() == []


def test_what_never_was_is_not_found_and_named(client: Client) -> None:
    for method in ("GET", "DELETE"):
        answer = client.call(method, f"/posts/{KEY}")
        refused(answer, 404)
        assert answer.json()["key"] == KEY


@pytest.mark.parametrize("key", ["1234567", "0" * 65, "ABCDEF00", "0123456g", "%E1%BA%A1" * 8])
def test_a_key_that_is_none_is_refused(client: Client, key: str) -> None:
    for method in ("PUT", "GET", "DELETE"):
        refused(client.call(method, f"/posts/{key}", json=posting()), 400, "key")


MEDIUM = posting()["media"][0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"author": "me"}, "author"),
        ({"title": ""}, "title"),
        ({"title": 7}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"caption": "ế" * 2_001}, "2000"),
        ({"caption": "a\x1bb"}, "caption"),
        ({"caption": " ".join(f"#the{n}" for n in range(11))}, "hashtags"),
        ({"link": ""}, "link"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "/r/relative"}, "link"),
        ({"link": "https://"}, "link"),
        ({"link": "https://[::1"}, "link"),
        ({"media": []}, "media"),
        ({"media": [MEDIUM] * 11}, "media"),
        ({"media": [MEDIUM | {"width": "40"}]}, "media.0.width"),
        ({"media": [MEDIUM | {"width": 41}]}, "size"),
        ({"media": [MEDIUM | {"sha256": "../../etc/passwd"}]}, "media.0.sha256"),
        ({"media": [MEDIUM | {"sha256": "0" * 64}]}, "not uploaded"),
        ({"media": [MEDIUM | {"kind": "image"}]}, "media.0.kind"),
    ],
)
def test_a_wrong_field_is_refused_by_name(
    client: Client, showcase_service: ShowcaseService, changes: dict[str, Any], words: str
) -> None:
    refused(client.put(**changes), 400, words)
    assert showcase_service.kept() == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 50_000, b'{"title": "\\ud800"}']
)
def test_a_body_that_is_none_is_refused(client: Client, body: bytes) -> None:
    refused(client.call("PUT", f"/posts/{KEY}", data=body), 400)


def test_a_field_that_is_missing_is_named(client: Client) -> None:
    body = posting()
    del body["caption"]
    refused(client.call("PUT", f"/posts/{KEY}", json=body), 400, "caption")


def test_a_body_that_is_too_large_is_refused(client: Client) -> None:
    refused(client.put(caption="x" * 100_001), 413)


def test_a_file_of_the_media_store_that_is_no_picture_cannot_be_shown(
    client: Client, showcase_service: ShowcaseService
) -> None:
    name = showcase_service.media.put(b"%PDF-1.7")
    refused(client.put(media=[MEDIUM | {"sha256": name}]), 400)


def test_text_is_kept_composed(client: Client, showcase_service: ShowcaseService) -> None:
    client.put(caption="Muo\u0302\u0301i", title="Muo\u0302\u0301i")
    (post,) = showcase_service.kept()
    assert (post.caption, post.title) == ("Muối", "Muối")


def test_lines_of_a_caption_stay(client: Client, showcase_service: ShowcaseService) -> None:
    client.put(caption="Một\n\nHai #OCOP")
    assert showcase_service.kept()[0].caption == "Một\n\nHai #OCOP"


def test_what_was_refused_is_answered_in_json_whatever_the_site_shows(
    client: Client, served: Served
) -> None:
    async def page(*_: object) -> None:
        raise AssertionError("the page for people was asked")

    served.app.add_exception_handler(404, page)
    refused(client.call("GET", f"/posts/{KEY}"), 404)
    assert json.loads(client.call("GET", f"/posts/{KEY}").text)
