"""The stand-in of X: as strict as its contract, with the memory of a service."""

import itertools
import json
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from PIL import Image

from promoter.sandbox.contract import LAG_SECONDS, RETRY_AFTER, Answer, Fault, Request
from promoter.sandbox.shelf import Shelf
from promoter.sandbox.x import HOSTS, Stand
from promoter.sandbox.x.posts import token
from promoter.sandbox.x.signature import signature
from promoter.sandbox.x.text import weight

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
PROBLEMS = "https://api.x.com/2/problems/"


def keys(name: str, user: str) -> dict[str, str]:
    return {
        "user_id": user,
        "username": name,
        "consumer_key": "consumer of both",
        "consumer_secret": "secret & of + both",
        "access_token": f"{user}-token",
        "access_token_secret": f"secret of {name}",
    }


ACCOUNTS = {"ocop": keys("ocop_baclieu", "1722000000000000001"), "other": keys("other", "42")}
OCOP = ACCOUNTS["ocop"]["user_id"]


_NONCES = itertools.count()


class Client:
    """Signs as a client does, and reads the answers."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand

    def oauth(self, account: str = "ocop", **changed: str) -> dict[str, str]:
        """Return the parameters of a header, without the signature."""
        own = ACCOUNTS[account]
        return {
            "oauth_consumer_key": own["consumer_key"],
            "oauth_token": own["access_token"],
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_timestamp": str(int(NOW.timestamp())),
            "oauth_nonce": f"nonce {next(_NONCES)}",
            "oauth_version": "1.0",
            **changed,
        }

    def signed(
        self,
        method: str,
        target: str,
        oauth: Mapping[str, str] | None = None,
        *,
        account: str = "ocop",
        secrets: tuple[str, str] | None = None,
    ) -> str:
        """Return the header of a request."""
        given = dict(oauth or self.oauth(account))
        path, _, query = target.partition("?")
        own = ACCOUNTS[account]
        parameters = parse_qsl(query, keep_blank_values=True) + list(given.items())
        pair = secrets or (own["consumer_secret"], own["access_token_secret"])
        made = signature(method, f"https://{HOSTS[0]}{path}", parameters, *pair)
        fields = {**given, "oauth_signature": made}
        return "OAuth " + ", ".join(
            f'{name}="{quote(value, safe="")}"' for name, value in fields.items()
        )

    def send(
        self,
        method: str,
        target: str,
        *,
        body: bytes = b"",
        mime: str = "",
        account: str = "ocop",
        now: datetime = NOW,
        fault: Fault | None = None,
        header: str | None = None,
        host: str = HOSTS[0],
    ) -> Answer:
        """Send one request."""
        signed = self.signed(method, target, account=account) if header is None else header
        headers = {"authorization": signed, "content-type": mime}
        return self.stand.handle(Request(method, host, target, headers, body), now, fault)

    def get(self, path: str, account: str = "ocop", now: datetime = NOW, **query: str) -> Answer:
        """Look; `__` in a name stands for the point."""
        named = {name.replace("__", "."): value for name, value in query.items()}
        target = f"{path}?{urlencode(named)}" if named else path
        return self.send("GET", target, account=account, now=now)

    def post(self, path: str, value: object, **terms: Any) -> Answer:
        """Send JSON."""
        body = json.dumps(value).encode()
        return self.send("POST", path, body=body, mime="application/json", **terms)

    def tweet(self, text: str, *media: str, **terms: Any) -> Answer:
        """Make a post."""
        value = {"text": text, **({"media": {"media_ids": list(media)}} if media else {})}
        return self.post("/2/tweets", value, **terms)

    def posted(self, text: str, *media: str, **terms: Any) -> str:
        """Make a post and return its id."""
        return str(data(self.tweet(text, *media, **terms), 201)["id"])

    def upload(
        self,
        picture: bytes,
        *,
        category: str | None = "tweet_image",
        name: str = "media",
        more: Mapping[str, str] | None = None,
        file: bool = True,
        **terms: Any,
    ) -> Answer:
        """Send a picture as a form."""
        fields = {**({"media_category": category} if category is not None else {}), **(more or {})}
        parts = [
            f'--b\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
            for field, value in fields.items()
        ]
        called = '; filename="card.jpg"' if file else ""
        disposition = f'form-data; name="{name}"{called}'
        head = f"--b\r\nContent-Disposition: {disposition}\r\nContent-Type: image/jpeg\r\n\r\n"
        body = b"".join(parts) + head.encode() + picture + b"\r\n--b--\r\n"
        mime = "multipart/form-data; boundary=b"
        return self.send("POST", "/2/media/upload", body=body, mime=mime, **terms)

    def uploaded(self, **terms: Any) -> str:
        """Send a picture and return its id."""
        return str(data(self.upload(picture(), **terms))["id"])

    def listed(self, now: datetime = LATER, **query: str) -> list[str]:
        """Return the ids of the account's timeline."""
        answer = said(self.get(f"/2/users/{OCOP}/tweets", now=now, **query))
        return [post["id"] for post in answer.get("data", [])]


@cache
def picture(kind: str = "JPEG", width: int = 40, height: int = 50) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, kind)
    return file.getvalue()


def said(answer: Answer, status: int = 200) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(answer.body)
    assert answer.status == status, body
    return body


def data(answer: Answer, status: int = 200) -> Any:
    return said(answer, status)["data"]


def reason(answer: Answer, status: int = 400) -> str:
    """Return why a request is refused; the shape of the problem is looked at, too."""
    body = said(answer, status)
    assert body["status"] == status
    assert {"title", "detail", "type"} <= body.keys()
    if "errors" not in body:
        return str(body["detail"])
    assert body["type"] == PROBLEMS + "invalid-request"
    return str(body["errors"][0]["message"])


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """An empty shelf."""
    made = Shelf()
    yield made
    made.close()


@pytest.fixture
def stand(shelf: Shelf) -> Stand:
    """A stand-in for two accounts."""
    return Stand(ACCOUNTS, shelf.section("x"), wall=NOW.timestamp)


@pytest.fixture
def x(stand: Stand) -> Client:
    """A client of the stand-in."""
    return Client(stand)


# Signatures


def test_the_signature_is_that_of_the_example_in_oauth_core() -> None:
    parameters = [
        ("file", "vacation.jpg"),
        ("size", "original"),
        ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
        ("oauth_token", "nnch734d00sl2jdk"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "1191242096"),
        ("oauth_nonce", "kllo9940pd9333jh"),
        ("oauth_version", "1.0"),
    ]
    made = signature(
        "GET",
        "http://photos.example.net/photos",
        parameters,
        "kd94hf93k423kf44",
        "pfkkdhi9sl3r4s00",
    )
    assert made == "tR3+Ty81lMeYAr/Fid0kMTYa/WM="


def test_the_signature_is_that_of_another_library() -> None:
    parameters = [
        ("ids", "1,2"),
        ("tweet.fields", "created_at,text"),
        ("note", "muối & gạo + 100%"),
        ("blank", ""),
        ("oauth_consumer_key", "a key"),
        ("oauth_token", "42-token"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "1795399200"),
        ("oauth_nonce", "n~1"),
        ("oauth_version", "1.0"),
    ]
    url = f"https://{HOSTS[0]}/2/tweets"
    made = signature("get", url, parameters, "secret & of + both", "bí mật/=")
    assert made == "fmTOU76+jozJ6zDDGGk41pK0FyM="  # by oauthlib 3.3.1


def test_a_signed_call_is_let_in(x: Client) -> None:
    own = {"id": OCOP, "name": "ocop_baclieu", "username": "ocop_baclieu"}
    assert data(x.get("/2/users/me")) == own


def test_each_account_is_known_by_its_own_token(x: Client) -> None:
    assert data(x.get("/2/users/me", account="other"))["id"] == "42"


def test_parameters_with_signs_and_blanks_are_part_of_the_signature(x: Client) -> None:
    target = "/2/tweets?ids=1&tweet.fields=created_at%2Ctext"
    assert x.send("GET", target).status == 200
    header = x.signed("GET", "/2/tweets?ids=1&tweet.fields=created_at")
    assert x.send("GET", target, header=header).status == 401


@pytest.mark.parametrize(
    "header", ["", "Bearer abc", "OAuth", "OAuth oauth_token=1", 'OAuth a="1", a="1"']
)
def test_without_a_whole_signature_nobody_is_let_in(x: Client, header: str) -> None:
    answer = x.send("GET", "/2/users/me", header=header)
    assert reason(answer, 401) == "Unauthorized"
    assert said(answer, 401)["type"] == "about:blank"


@pytest.mark.parametrize(
    "name", ["consumer_key", "token", "signature_method", "timestamp", "nonce", "version"]
)
def test_no_part_of_the_header_can_be_left_out(x: Client, name: str) -> None:
    oauth = x.oauth()
    del oauth[f"oauth_{name}"]
    assert x.send("GET", "/2/users/me", header=x.signed("GET", "/2/users/me", oauth)).status == 401


@pytest.mark.parametrize(
    "changed",
    [
        {"oauth_consumer_key": "another"},
        {"oauth_token": "another"},
        {"oauth_token": ACCOUNTS["other"]["access_token"]},
        {"oauth_signature_method": "PLAINTEXT"},
        {"oauth_version": "2.0"},
        {"oauth_nonce": ""},
        {"oauth_timestamp": "now"},
        {"oauth_timestamp": ""},
    ],
)
def test_what_is_wrong_in_the_header_is_refused(x: Client, changed: dict[str, str]) -> None:
    header = x.signed("GET", "/2/users/me", x.oauth(**changed))
    assert x.send("GET", "/2/users/me", header=header).status == 401


def test_another_scheme_is_not_known(x: Client) -> None:
    header = x.signed("GET", "/2/users/me").replace("OAuth", "Digest")
    assert x.send("GET", "/2/users/me", header=header).status == 401


def test_a_part_of_the_header_is_there_once(x: Client) -> None:
    header = x.signed("GET", "/2/users/me")
    again = header + ", " + header.rpartition(", ")[2]
    assert x.send("GET", "/2/users/me", header=again).status == 401


@pytest.mark.parametrize("which", [0, 1])
def test_both_secrets_must_be_right(x: Client, which: int) -> None:
    secrets = [ACCOUNTS["ocop"]["consumer_secret"], ACCOUNTS["ocop"]["access_token_secret"]]
    secrets[which] += "!"
    header = x.signed("GET", "/2/users/me", secrets=(secrets[0], secrets[1]))
    assert x.send("GET", "/2/users/me", header=header).status == 401


def test_a_signature_counts_for_one_method_and_path(x: Client) -> None:
    for method, path in (("POST", "/2/users/me"), ("GET", "/2/users/you")):
        assert x.send("GET", "/2/users/me", header=x.signed(method, path)).status == 401, method


@pytest.mark.parametrize(("seconds", "status"), [(-301, 401), (-300, 200), (300, 200), (301, 401)])
def test_a_timestamp_is_at_most_five_minutes_off(x: Client, seconds: int, status: int) -> None:
    oauth = x.oauth(oauth_timestamp=str(int(NOW.timestamp()) + seconds))
    header = x.signed("GET", "/2/users/me", oauth)
    assert x.send("GET", "/2/users/me", header=header).status == status


def test_a_timestamp_is_compared_with_the_real_clock_alone(x: Client) -> None:
    assert x.get("/2/users/me", now=NOW + timedelta(days=9)).status == 200


def test_a_nonce_counts_once(x: Client) -> None:
    header = x.signed("GET", "/2/users/me")
    assert x.send("GET", "/2/users/me", header=header).status == 200
    assert x.send("GET", "/2/users/me", header=header).status == 401


def test_a_nonce_is_not_used_up_by_a_wrong_signature(x: Client) -> None:
    oauth = x.oauth()
    wrong = x.signed("GET", "/2/users/you", oauth)
    assert x.send("GET", "/2/users/me", header=wrong).status == 401
    right = x.signed("GET", "/2/users/me", oauth)
    assert x.send("GET", "/2/users/me", header=right).status == 200


def test_old_nonces_are_forgotten(shelf: Shelf) -> None:
    wall = NOW.timestamp()
    x = Client(Stand(ACCOUNTS, shelf, wall=lambda: wall))
    x.get("/2/users/me")
    wall += 3_600
    oauth = x.oauth(oauth_timestamp=str(int(wall)))
    x.send("GET", "/2/users/me", header=x.signed("GET", "/2/users/me", oauth))
    assert [nonce["stamp"] for nonce in shelf.all("nonce").values()] == [int(wall)]


def test_nonces_that_could_be_used_again_are_kept(shelf: Shelf) -> None:
    wall = NOW.timestamp()
    x = Client(Stand(ACCOUNTS, shelf, wall=lambda: wall))
    late = x.signed("GET", "/2/users/me", x.oauth(oauth_timestamp=str(int(wall) + 300)))
    x.send("GET", "/2/users/me", header=late)
    wall += 600
    stamp = str(int(wall))
    fresh = x.signed("GET", "/2/users/me", x.oauth(oauth_timestamp=stamp))
    assert x.send("GET", "/2/users/me", header=fresh).status == 200
    assert x.send("GET", "/2/users/me", header=late).status == 401


# Paths and rates


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/1.1/statuses/update.json", 404),
        ("GET", "/2/tweets/", 404),
        ("POST", "/2/media/upload/initialize", 404),
        ("PUT", "/2/tweets", 405),
        ("POST", "/2/users/me", 405),
    ],
)
def test_other_addresses_are_not_there(x: Client, method: str, path: str, status: int) -> None:
    assert reason(x.send(method, path), status)


def test_the_older_name_of_the_host_is_not_answered(x: Client) -> None:
    assert x.send("GET", "/2/users/me", host="api.twitter.com").status == 404


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [
        ("POST", "/2/media/upload", 500),
        ("POST", "/2/media/metadata", 500),
        ("POST", "/2/tweets", 100),
        ("GET", "/2/tweets", 5_000),
        ("GET", "/2/tweets/1", 900),
        ("DELETE", "/2/tweets/1", 50),
        ("GET", "/2/users/me", 75),
        ("GET", "/2/users/1/tweets", 900),
    ],
)
def test_every_answer_tells_what_is_left(x: Client, method: str, path: str, limit: int) -> None:
    headers = x.send(method, path).headers
    assert headers["x-rate-limit-limit"] == str(limit)
    assert headers["x-rate-limit-remaining"] == str(limit - 1)
    assert headers["x-rate-limit-reset"] == str(int(NOW.timestamp()) + 900)
    assert parsedate_to_datetime(headers["Date"]) == NOW


def test_one_call_too_many_is_told_to_wait(x: Client) -> None:
    for _ in range(50):
        assert x.send("DELETE", "/2/tweets/1").status == 404
    answer = x.send("DELETE", "/2/tweets/2", now=NOW + timedelta(seconds=899))
    assert reason(answer, 429) == "Too Many Requests"
    assert answer.headers["x-rate-limit-remaining"] == "0"
    assert answer.headers["x-rate-limit-reset"] == str(int(NOW.timestamp()) + 900)


def test_a_new_window_begins_after_a_quarter_of_an_hour(x: Client) -> None:
    for _ in range(51):
        x.send("DELETE", "/2/tweets/1")
    answer = x.send("DELETE", "/2/tweets/1", now=NOW + timedelta(seconds=900))
    assert answer.headers["x-rate-limit-remaining"] == "49"
    assert answer.headers["x-rate-limit-reset"] == str(int(NOW.timestamp()) + 1_800)


def test_accounts_and_endpoints_are_counted_apart(x: Client) -> None:
    x.get("/2/users/me")
    assert x.get("/2/users/me", account="other").headers["x-rate-limit-remaining"] == "74"
    assert x.get("/2/tweets", ids="1").headers["x-rate-limit-remaining"] == "4999"


def test_who_is_not_known_uses_nothing_up(x: Client) -> None:
    x.send("GET", "/2/users/me", header="")
    assert x.get("/2/users/me").headers["x-rate-limit-remaining"] == "74"


# Pictures


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_kept(x: Client, shelf: Shelf, kind: str) -> None:
    sent = picture(kind)
    kept = data(x.upload(sent))
    assert re.fullmatch("[0-9]{19}", kept["id"])
    assert kept == {
        "id": kept["id"],
        "media_key": f"3_{kept['id']}",
        "size": len(sent),
        "expires_after_secs": 86_400,
        "image": {"w": 40, "h": 50, "image_type": f"image/{kind.lower()}"},
    }
    assert shelf.section("x").file(kept["id"]) == sent


def test_every_byte_of_a_picture_arrives(x: Client, shelf: Shelf) -> None:
    sent = picture() + bytes(range(256)) + b"\r\n\n\r--\r\n \r\r\n"
    assert shelf.section("x").file(data(x.upload(sent))["id"]) == sent


@pytest.mark.parametrize(("size", "status"), [(5_000_000, 200), (5_000_001, 400)])
def test_a_picture_has_at_most_five_megabytes(x: Client, size: int, status: int) -> None:
    assert x.upload(picture().ljust(size, b"\0")).status == status


@pytest.mark.parametrize(
    ("width", "height", "status"),
    [(4_096, 1, 200), (1, 4_096, 200), (4_097, 1, 400), (1, 4_097, 400)],
)
def test_a_picture_is_at_most_4096_long(x: Client, width: int, height: int, status: int) -> None:
    assert x.upload(picture("PNG", width, height)).status == status


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"no picture",
        picture()[:400],
        picture(width=400)[:-20],
        picture("PNG", 400)[:-60],
        picture("GIF"),
        picture("BMP"),
    ],
)
def test_what_is_no_picture_is_refused(x: Client, sent: bytes) -> None:
    assert "not recognized" in reason(x.upload(sent))


@pytest.mark.parametrize("side", [11_000, 30_000])
def test_a_picture_that_would_fill_the_memory_is_not_opened(x: Client, side: int) -> None:
    header = struct.pack(">4sIIBBBBB", b"IHDR", side, side, 1, 0, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header
    sent = start + struct.pack(">I", zlib.crc32(header)) + struct.pack(">I4s", 0, b"IDAT")
    assert x.upload(sent).status == 400


@pytest.mark.parametrize("category", [None, "", "tweet_gif", "dm_image"])
def test_the_category_must_be_that_of_posts(x: Client, category: str | None) -> None:
    assert "media_category" in reason(x.upload(picture(), category=category))


def test_the_file_must_have_its_name(x: Client) -> None:
    assert "$.file" in reason(x.upload(picture(), name="file"))
    assert "$.media" in reason(x.upload(picture(), file=False))


def test_a_form_has_no_other_fields(x: Client) -> None:
    assert "$.owner" in reason(x.upload(picture(), more={"owner": "1"}))


def test_a_picture_travels_in_a_form(x: Client) -> None:
    answer = x.send("POST", "/2/media/upload", body=picture(), mime="image/jpeg")
    assert "multipart/form-data" in reason(answer)


def test_a_form_without_a_file_is_refused(x: Client) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="media_category"\r\n\r\ntweet_image\r\n'
    mime = "multipart/form-data; boundary=b"
    answer = x.send("POST", "/2/media/upload", body=part + b"--b--\r\n", mime=mime)
    assert "$.media" in reason(answer)


@pytest.mark.parametrize(("fields", "files"), [(2, 1), (1, 2)])
def test_each_part_of_a_form_is_there_once(x: Client, fields: int, files: int) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="media_category"\r\n\r\ntweet_image\r\n'
    head = b'--b\r\nContent-Disposition: form-data; name="media"; filename="a"\r\n\r\n'
    body = part * fields + (head + picture() + b"\r\n") * files + b"--b--\r\n"
    mime = "multipart/form-data; boundary=b"
    answer = x.send("POST", "/2/media/upload", body=body, mime=mime)
    assert re.search("twice|once", reason(answer))


# Descriptions


def described(id_: object, text: object) -> dict[str, object]:
    return {"id": id_, "metadata": {"alt_text": {"text": text}}}


@pytest.mark.parametrize(("length", "status"), [(1, 200), (1_000, 200), (1_001, 400)])
def test_a_description_has_at_most_1000_characters(x: Client, length: int, status: int) -> None:
    value = described(x.uploaded(), "ạ" * length)
    assert x.post("/2/media/metadata", value).status == status


def test_a_description_is_kept_and_repeated(x: Client) -> None:
    id_ = x.uploaded()
    answer = data(x.post("/2/media/metadata", described(id_, "Hạt muối")))
    assert answer == {"id": id_, "associated_metadata": {"alt_text": {"text": "Hạt muối"}}}
    x.posted("Muối", id_)
    assert x.stand.feeds(NOW)[0].entries[0].pictures == [(id_, "Hạt muối")]


@pytest.mark.parametrize("id_", ["1", 1, None, "x", "1" * 20, ""])
def test_only_a_known_picture_is_described(x: Client, id_: object) -> None:
    assert reason(x.post("/2/media/metadata", described(id_, "Muối")))


def test_nobody_describes_the_picture_of_another(x: Client) -> None:
    value = described(x.uploaded(account="other"), "Muối")
    assert reason(x.post("/2/media/metadata", value)) == "The media id is invalid."


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"id": "1"},
        {"id": "1", "metadata": {}},
        {"id": "1", "metadata": {"alt_text": "Muối"}},
        {"id": "1", "metadata": {"alt_text": {"text": 1}}},
        {"id": "1", "metadata": {"alt_text": {"text": "a", "lang": "vi"}}},
        {"id": "1", "metadata": {"alt_text": {"text": "a"}, "title": "b"}},
        {"id": "1", "metadata": {"alt_text": {"text": "a"}}, "title": "b"},
    ],
)
def test_a_description_has_its_shape(x: Client, value: object) -> None:
    assert "$" in reason(x.post("/2/media/metadata", value))


# Posts


def test_a_post_has_an_id_and_its_text(x: Client) -> None:
    made = data(x.tweet("Muối hạt Bạc Liêu"), 201)
    assert re.fullmatch("[0-9]{19}", made["id"])
    assert made == {
        "id": made["id"],
        "text": "Muối hạt Bạc Liêu",
        "edit_history_tweet_ids": [made["id"]],
    }


def test_ids_grow(x: Client) -> None:
    assert int(x.posted("Một")) < int(x.posted("Hai")) < int(x.posted("Ba", now=LATER))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Giảm giá 50% cho khách hàng mới tại Đà Nẵng", 47),  # the contract's own example
        ("abc ă ơ ư đ", 11),
        ("ạ", 2),
        ("a\u0323", 2),  # composed first
        ("“–’…₫•", 1 + 1 + 1 + 2 + 2 + 2),
        ("日本", 4),
        ("👍", 2),
        ("👍🏽", 2),
        ("👩‍👩‍👧‍👦", 2),
        ("🇻🇳", 2),
        ("❤️", 2),
        ("1️⃣", 2),
        ("🇻🇳🇻🇳👍", 6),
        ("https://ocop.vn/r/k7m2p9q4x1", 23),
        ("http://a.vn", 23),
        ("HTTPS://OCOP.VN/" + "a" * 100, 23),
        ("http://127.0.0.1:8000/r/k7m2p9q4x1", 23),
        ("xem https://a.vn/b, https://a.vn/c.", 4 + 23 + 2 + 23 + 1),
        ("(https://a.vn/b?c=1&d=2)", 25),
        ("https://a.vn/x(y)z", 23),
        ("shop.vn", 23),
        ("shop.com.vn/muoi", 23),
        ("muối.shop", 23),
        ("Ngon.Giá tốt", 23 + 6),  # the ending is that of Gibraltar
        ("xin.vui", 7),
        ("an@shop.vn", 10),
        ("@shop.vn", 8),
        ("#shop.vn", 8),
        ("120.000đ", 8),
        ("shop.vnx", 8),
        ("shop.vn-x", 9),
        ("_shop.vn", 8),
        ("/shop.vn", 8),
        (" a ", 1),
    ],
)
def test_a_text_is_weighed_as_x_does(text: str, wanted: int) -> None:
    assert weight(text) == wanted


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("a" * 280, 201),
        ("a" * 281, 400),
        ("ạ" * 140, 201),
        ("ạ" * 140 + "a", 400),
        ("a" * 256 + " https://ocop.vn/" + "r" * 99, 201),
        ("a" * 257 + " https://ocop.vn/" + "r" * 99, 400),
        ("🇻🇳" * 140, 201),
        ("🇻🇳" * 141, 400),
    ],
)
def test_a_text_weighs_at_most_280(x: Client, text: str, status: int) -> None:
    answer = x.tweet(text)
    assert answer.status == status
    assert status == 201 or "too long" in reason(answer)


@pytest.mark.parametrize("sign", ["\ufffe", "\ufeff", "\uffff"])
def test_signs_that_are_no_letters_are_refused(x: Client, sign: str) -> None:
    assert "invalid characters" in reason(x.tweet(f"a{sign}b"))


def test_there_is_at_most_one_cashtag(x: Client) -> None:
    assert x.tweet("$VNM 5$ a$FPT").status == 201
    assert "cashtag" in reason(x.tweet("$VNM và $FPT"))


@pytest.mark.parametrize("value", [{}, {"text": ""}, {"text": " \n"}])
def test_a_post_is_not_empty(x: Client, value: object) -> None:
    assert "$.text" in reason(x.post("/2/tweets", value))


@pytest.mark.parametrize(
    "value",
    [
        [],
        "text",
        {"text": 1},
        {"text": None},
        {"text": "a", "status": "b"},
        {"text": "a", "media": None},
        {"text": "a", "media": {}},
        {"text": "a", "media": {"media_ids": "1"}},
        {"text": "a", "media": {"media_ids": []}},
        {"text": "a", "media": {"media_ids": [1]}},
        {"text": "a", "media": {"media_ids": ["x"]}},
        {"text": "a", "media": {"media_ids": ["1"]}},
        {"text": "a", "media": {"media_ids": ["1"], "alt": "b"}},
    ],
)
def test_a_post_has_its_shape(x: Client, value: object) -> None:
    assert reason(x.post("/2/tweets", value))
    assert x.listed() == []


def test_a_post_is_json(x: Client) -> None:
    form = x.send("POST", "/2/tweets", body=b"{}", mime="application/x-www-form-urlencoded")
    assert "application/json" in reason(form)
    torn = x.send("POST", "/2/tweets", body=b'{"text":', mime="application/json")
    assert "not valid JSON" in reason(torn)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/2/tweets?a=1"),
        ("POST", "/2/media/upload?a=1"),
        ("POST", "/2/media/metadata?a=1"),
        ("DELETE", "/2/tweets/1?a=1"),
        ("GET", "/2/users/me?a=1"),
        ("GET", "/2/tweets?ids=1&a=1"),
        ("GET", "/2/tweets/1?a=1"),
        ("GET", f"/2/users/{OCOP}/tweets?a=1"),
        ("GET", "/2/tweets?ids=1&post.fields=text"),
    ],
)
def test_a_parameter_that_is_not_known_is_refused(x: Client, method: str, path: str) -> None:
    assert "is not one of [" in reason(x.send(method, path))


def test_a_parameter_is_there_once(x: Client) -> None:
    assert "Duplicate parameters" in reason(x.send("GET", "/2/tweets?ids=1&ids=2"))


@pytest.mark.parametrize(("number", "status"), [(1, 201), (4, 201), (5, 400)])
def test_a_post_has_up_to_four_pictures(x: Client, number: int, status: int) -> None:
    assert x.tweet("Muối", *(x.uploaded() for _ in range(number))).status == status


def test_a_post_may_be_a_picture_alone(x: Client) -> None:
    media = x.uploaded()
    value = {"media": {"media_ids": [media]}}
    made = data(x.post("/2/tweets", value), 201)
    post = data(x.get(f"/2/tweets/{made['id']}", tweet__fields="entities"))
    (link,) = post["entities"]["urls"]
    assert made["text"] == link["url"] == post["text"][link["start"] : link["end"]]
    assert re.fullmatch(r"https://t\.co/\w{10}", link["url"])


def test_the_same_picture_is_there_once(x: Client) -> None:
    media = x.uploaded()
    assert reason(x.tweet("Muối", media, media)) == "Your media IDs are invalid."


def test_nobody_shows_the_picture_of_another(x: Client) -> None:
    media = x.uploaded(account="other")
    assert reason(x.tweet("Muối", media)) == "Your media IDs are invalid."


@pytest.mark.parametrize(("seconds", "status"), [(86_400, 201), (86_401, 400)])
def test_a_picture_waits_a_day(x: Client, seconds: int, status: int) -> None:
    media = x.uploaded()
    assert x.tweet("Muối", media, now=NOW + timedelta(seconds=seconds)).status == status


def test_a_picture_that_is_shown_stays(x: Client) -> None:
    media = x.uploaded()
    x.posted("Muối", media)
    assert x.tweet("Gạo", media, now=NOW + timedelta(days=2)).status == 201


def test_a_picture_that_is_gone_is_not_described(x: Client) -> None:
    value = described(x.uploaded(), "Muối")
    assert x.post("/2/media/metadata", value, now=NOW + timedelta(days=2)).status == 400


def test_a_refused_post_does_not_use_its_pictures_up(x: Client) -> None:
    media = x.uploaded()
    x.tweet("a" * 281, media)
    assert x.tweet("Muối", media, now=NOW + timedelta(days=2)).status == 400


# Links


def test_links_are_wrapped(x: Client) -> None:
    id_ = x.posted("Mua ở https://www.ocop.vn/r/k7m2p9q4x1 hay shop.vn nhé")
    post = data(x.get(f"/2/tweets/{id_}", tweet__fields="entities"))
    first, second = post["entities"]["urls"]
    assert re.fullmatch(r"Mua ở https://t\.co/\w{10} hay https://t\.co/\w{10} nhé", post["text"])
    assert first["expanded_url"] == "https://www.ocop.vn/r/k7m2p9q4x1"
    assert first["display_url"] == "ocop.vn/r/k7m2p9q4x1"
    assert second["expanded_url"] == "http://shop.vn"
    for link in (first, second):
        assert post["text"][link["start"] : link["end"]] == link["url"]
    assert first["url"] != second["url"]


def test_a_long_link_is_shown_short(x: Client) -> None:
    id_ = x.posted("https://ocop.vn/" + "a" * 40)
    links = data(x.get(f"/2/tweets/{id_}", tweet__fields="entities"))["entities"]["urls"]
    assert links[0]["display_url"] == "ocop.vn/" + "a" * 18 + "…"


def test_pictures_add_a_link_to_the_text(x: Client) -> None:
    media = x.uploaded()
    id_ = x.posted("Muối https://ocop.vn/r/1", media, x.uploaded())
    post = data(x.get(f"/2/tweets/{id_}", tweet__fields="entities,attachments"))
    own, shown = post["entities"]["urls"]
    assert post["text"] == f"Muối {own['url']} {shown['url']}"
    assert post["text"][shown["start"] : shown["end"]] == shown["url"]
    assert shown["media_key"] == f"3_{media}" == post["attachments"]["media_keys"][0]
    assert shown["expanded_url"] == f"https://x.com/ocop_baclieu/status/{id_}/photo/1"
    assert len(post["attachments"]["media_keys"]) == 2


def test_signs_of_html_are_escaped_and_links_still_found(x: Client) -> None:
    id_ = x.posted("'Muối' & \"gạo\" <3 https://ocop.vn/r/1 > 2")
    post = data(x.get(f"/2/tweets/{id_}", tweet__fields="entities"))
    link = post["entities"]["urls"][0]
    assert post["text"] == f"'Muối' &amp; \"gạo\" &lt;3 {link['url']} &gt; 2"
    assert post["text"][link["start"] : link["end"]] == link["url"]


# Duplicates


def test_the_same_text_again_is_a_duplicate(x: Client) -> None:
    x.posted("Muối https://ocop.vn/r/1")
    answer = x.tweet("Muối https://ocop.vn/r/1")
    assert "duplicate content" in reason(answer, 403)
    assert said(answer, 403)["type"] == "about:blank"
    assert len(x.listed()) == 1


@pytest.mark.parametrize("again", ["Mu\u006f\u0302\u0301i hạt", " Muối  hạt\n"])
def test_another_way_of_writing_it_is_a_duplicate_too(x: Client, again: str) -> None:
    x.posted("Muối hạt")
    assert x.tweet(again).status == 403


def test_other_pictures_do_not_make_another_post(x: Client) -> None:
    x.posted("Muối", x.uploaded())
    assert x.tweet("Muối", x.uploaded()).status == 403


def test_pictures_alone_are_no_duplicates(x: Client) -> None:
    x.posted("", x.uploaded())
    assert x.tweet("", x.uploaded()).status == 201


@pytest.mark.parametrize(("seconds", "status"), [(86_399, 403), (86_400, 201)])
def test_a_day_later_it_is_no_duplicate(x: Client, seconds: int, status: int) -> None:
    x.posted("Muối")
    assert x.tweet("Muối", now=NOW + timedelta(seconds=seconds)).status == status


def test_a_deleted_post_has_no_duplicates(x: Client) -> None:
    x.send("DELETE", f"/2/tweets/{x.posted('Muối')}")
    assert x.tweet("Muối").status == 201


def test_other_accounts_have_no_duplicates_of_ours(x: Client) -> None:
    x.posted("Muối", account="other")
    assert x.tweet("Muối").status == 201


def test_a_duplicate_of_a_rewritten_post_is_one(x: Client) -> None:
    x.posted("Muối \n hạt", fault=Fault.REWRITTEN)
    assert x.tweet("Muối \n hạt").status == 403


# Deleting


def test_a_post_is_deleted(x: Client) -> None:
    id_ = x.posted("Muối")
    assert data(x.send("DELETE", f"/2/tweets/{id_}")) == {"deleted": True}
    assert x.listed() == []
    assert "data" not in said(x.get("/2/tweets", ids=id_))


def test_what_is_deleted_already_is_not_found(x: Client) -> None:
    id_ = x.posted("Muối")
    x.send("DELETE", f"/2/tweets/{id_}")
    answer = x.send("DELETE", f"/2/tweets/{id_}")
    assert id_ in reason(answer, 404)
    assert said(answer, 404)["type"] == PROBLEMS + "resource-not-found"


def test_what_never_was_is_not_found(x: Client) -> None:
    assert reason(x.send("DELETE", "/2/tweets/123"), 404)


def test_nobody_deletes_the_post_of_another(x: Client) -> None:
    id_ = x.posted("Muối", account="other")
    assert "not permitted" in reason(x.send("DELETE", f"/2/tweets/{id_}"), 403)
    assert data(x.get(f"/2/tweets/{id_}"))


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_id_has_digits_alone(x: Client, method: str) -> None:
    assert "not valid" in reason(x.send(method, "/2/tweets/abc"))


# Looking posts up


def test_a_post_is_read_by_its_id(x: Client) -> None:
    id_ = x.posted("Muối")
    plain = {"id": id_, "text": "Muối", "edit_history_tweet_ids": [id_]}
    assert said(x.get(f"/2/tweets/{id_}")) == {"data": plain}


def test_the_fields_that_are_asked_for_come(x: Client) -> None:
    id_ = x.posted("Muối", now=NOW + timedelta(milliseconds=700))
    fields = "created_at,author_id,text,public_metrics,entities,attachments"
    post = data(x.get(f"/2/tweets/{id_}", tweet__fields=fields))
    assert post["created_at"] == "2026-11-23T02:00:00.000Z"
    assert post["author_id"] == OCOP
    assert post.keys() == {
        "id", "text", "edit_history_tweet_ids", "created_at", "author_id", "public_metrics"
    }  # fmt: skip


@pytest.mark.parametrize("fields", ["", "likes", "text,text", "text,", "text, id"])
def test_a_field_that_is_not_known_is_refused(x: Client, fields: str) -> None:
    assert "is not one of" in reason(x.get("/2/tweets/1", tweet__fields=fields))


def test_a_missing_post_is_an_error_in_a_success(x: Client) -> None:
    assert said(x.get("/2/tweets/123")) == {
        "errors": [
            {
                "value": "123",
                "detail": "Could not find tweet with id: [123].",
                "title": "Not Found Error",
                "resource_type": "tweet",
                "parameter": "id",
                "resource_id": "123",
                "type": PROBLEMS + "resource-not-found",
            }
        ]
    }


def test_many_posts_are_read_at_once(x: Client) -> None:
    first, second = x.posted("Một"), x.posted("Hai", account="other")
    answer = said(x.get("/2/tweets", ids=f"{second},1,{first},{second}"))
    assert [post["id"] for post in answer["data"]] == [second, first]
    assert [error["resource_id"] for error in answer["errors"]] == ["1"]
    assert answer["errors"][0]["parameter"] == "ids"


@pytest.mark.parametrize(("number", "status"), [(1, 200), (100, 200), (101, 400)])
def test_at_most_100_posts_are_read_at_once(x: Client, number: int, status: int) -> None:
    ids = ",".join(str(one) for one in range(1, number + 1))
    assert x.get("/2/tweets", ids=ids).status == status


@pytest.mark.parametrize("query", [{}, {"ids": ""}, {"ids": "1,"}, {"ids": "a"}, {"ids": "1" * 20}])
def test_ids_are_needed_and_whole(x: Client, query: dict[str, Any]) -> None:
    assert "`ids`" in reason(x.get("/2/tweets", **query))


# Metrics

METRICS = "public_metrics,non_public_metrics,organic_metrics"


def measured(x: Client, id_: str, now: datetime, fields: str = METRICS) -> Any:
    return data(x.get("/2/tweets", ids=id_, tweet__fields=fields, now=now))[0]


def test_metrics_have_their_names(x: Client) -> None:
    post = measured(x, x.posted("Muối https://ocop.vn/r/1"), LATER)
    assert post["public_metrics"].keys() == {
        "retweet_count", "reply_count", "like_count", "quote_count", "bookmark_count",
        "impression_count",
    }  # fmt: skip
    assert post["non_public_metrics"].keys() == {
        "impression_count", "url_link_clicks", "user_profile_clicks", "engagements"
    }  # fmt: skip
    assert post["organic_metrics"].keys() == {
        "impression_count", "retweet_count", "reply_count", "like_count", "url_link_clicks",
        "user_profile_clicks",
    }  # fmt: skip


def test_metrics_only_grow(x: Client) -> None:
    id_ = x.posted("Muối https://ocop.vn/r/1")
    moments = [NOW + timedelta(hours=hours) for hours in (0, 1, 6, 24, 72, 700)]
    seen = [measured(x, id_, moment) for moment in moments]
    for before, after in itertools.pairwise(seen):
        for group in METRICS.split(","):
            assert all(before[group][name] <= count for name, count in after[group].items())
    assert set(seen[0]["public_metrics"].values()) == {0}
    assert seen[-1]["public_metrics"]["impression_count"] > 0
    assert seen[-1]["non_public_metrics"]["url_link_clicks"] > 0


def test_without_a_link_nobody_clicks(x: Client) -> None:
    post = measured(x, x.posted("Muối", x.uploaded()), NOW + timedelta(days=9))
    assert post["non_public_metrics"]["url_link_clicks"] == 0


def test_the_page_shows_the_same_numbers(x: Client) -> None:
    id_ = x.posted("Muối https://ocop.vn/r/1")
    now = NOW + timedelta(days=20)
    post = measured(x, id_, now)
    public, private = post["public_metrics"], post["non_public_metrics"]
    counts = x.stand.feeds(now)[0].entries[0].counts
    assert counts == {
        "views": public["impression_count"],
        "reactions": public["like_count"],
        "comments": public["reply_count"],
        "shares": public["retweet_count"] + public["quote_count"],
        "saves": public["bookmark_count"],
        "clicks": private["url_link_clicks"],
    }
    assert private["engagements"] == (
        sum(counts.values()) - counts["views"] + private["user_profile_clicks"]
    )


@pytest.mark.parametrize("field", ["non_public_metrics", "organic_metrics"])
@pytest.mark.parametrize(("seconds", "seen"), [(0, True), (1, False)])
def test_private_metrics_can_be_read_for_30_days(
    x: Client, field: str, seconds: int, seen: bool
) -> None:
    id_, fresh = x.posted("Muối"), x.posted("Gạo", now=LATER)
    now = NOW + timedelta(days=30, seconds=seconds)
    answer = said(x.get("/2/tweets", ids=f"{id_},{fresh}", tweet__fields=field, now=now))
    assert [post["id"] for post in answer["data"]] == ([id_, fresh] if seen else [fresh])
    assert ("errors" in answer) is not seen


def test_the_errors_of_private_metrics_name_each_of_them(x: Client) -> None:
    id_ = x.posted("Muối")
    now = NOW + timedelta(days=31)
    answer = said(x.get(f"/2/tweets/{id_}", tweet__fields="non_public_metrics", now=now))
    assert "data" not in answer
    assert [error["field"] for error in answer["errors"]] == [
        "non_public_metrics.impression_count",
        "non_public_metrics.url_link_clicks",
        "non_public_metrics.user_profile_clicks",
        "non_public_metrics.engagements",
    ]
    assert {error["type"] for error in answer["errors"]} == {PROBLEMS + "not-authorized-for-field"}


def test_public_metrics_can_always_be_read(x: Client) -> None:
    id_ = x.posted("Muối")
    assert measured(x, id_, NOW + timedelta(days=900), "public_metrics")["public_metrics"]


def test_nobody_reads_the_private_metrics_of_another(x: Client) -> None:
    id_ = x.posted("Muối", account="other")
    answer = said(x.get("/2/tweets", ids=id_, tweet__fields=METRICS))
    assert "data" not in answer
    assert len(answer["errors"]) == 4 + 6


# The timeline


def test_the_timeline_shows_the_newest_first(x: Client) -> None:
    ids = [x.posted(text) for text in ("Một", "Hai", "Ba")]
    x.posted("Bốn", account="other")
    answer = said(x.get(f"/2/users/{OCOP}/tweets", tweet__fields="created_at", now=LATER))
    assert [post["id"] for post in answer["data"]] == ids[::-1]
    assert answer["meta"] == {"result_count": 3, "newest_id": ids[2], "oldest_id": ids[0]}
    assert "created_at" in answer["data"][0]


def test_an_empty_timeline_has_no_data(x: Client) -> None:
    assert said(x.get(f"/2/users/{OCOP}/tweets")) == {"meta": {"result_count": 0}}


def test_the_timeline_of_another_can_be_read(x: Client) -> None:
    id_ = x.posted("Muối", account="other")
    assert data(x.get("/2/users/42/tweets"))[0]["id"] == id_


def test_a_user_who_is_not_there_is_an_error_in_a_success(x: Client) -> None:
    error = said(x.get("/2/users/43/tweets"))["errors"][0]
    assert (error["resource_type"], error["resource_id"]) == ("user", "43")
    assert "`id`" in reason(x.get("/2/users/ocop/tweets"))


def test_a_timeline_comes_in_pages(x: Client) -> None:
    ids = [x.posted(f"Bài {number}") for number in range(12)]
    seen: list[str] = []
    more: dict[str, Any] = {}
    for length in (5, 5, 2):
        answer = said(x.get(f"/2/users/{OCOP}/tweets", max_results="5", **more))
        assert answer["meta"]["result_count"] == length
        seen += [post["id"] for post in answer["data"]]
        more = {"pagination_token": answer["meta"].get("next_token", "")}
    assert seen == ids[::-1]
    assert more == {"pagination_token": ""}


def test_a_full_page_may_be_the_last(x: Client) -> None:
    for number in range(5):
        x.posted(f"Bài {number}")
    assert "next_token" not in said(x.get(f"/2/users/{OCOP}/tweets", max_results="5"))["meta"]


def test_a_timeline_reaches_3200_posts_back(x: Client, shelf: Shelf) -> None:
    id_ = x.posted("Muối")
    kept = shelf.section("x")
    record = kept.get("post", id_)
    assert record
    for number in range(1, 3_201):
        kept.put("post", str(int(id_) + number), record)
    since = token(str(int(id_) + 6))
    assert x.listed(pagination_token=since) == [str(int(id_) + n) for n in (5, 4, 3, 2, 1)]


def test_a_page_has_ten_posts_unless_asked_otherwise(x: Client) -> None:
    for number in range(11):
        x.posted(f"Bài {number}")
    assert len(x.listed()) == 10
    assert len(x.listed(max_results="100")) == 11


@pytest.mark.parametrize(
    ("given", "status"),
    [("4", 400), ("5", 200), ("100", 200), ("101", 400), ("ten", 400), ("", 400), ("-5", 400)],
)
def test_a_page_has_5_to_100_posts(x: Client, given: str, status: int) -> None:
    assert x.get(f"/2/users/{OCOP}/tweets", max_results=given).status == status


@pytest.mark.parametrize("given", ["", "abc", "zzz!", "ạ"])
def test_a_page_is_asked_for_by_what_was_given(x: Client, given: str) -> None:
    assert "pagination_token" in reason(x.get(f"/2/users/{OCOP}/tweets", pagination_token=given))


def test_a_timeline_begins_with_a_moment_and_ends_before_one(x: Client) -> None:
    texts = ("Một", "Hai", "Ba")
    ids = [x.posted(text, now=NOW + timedelta(seconds=n)) for n, text in enumerate(texts)]
    since: dict[str, Any] = {"start_time": "2026-11-23T02:00:01Z"}
    until: dict[str, Any] = {"end_time": "2026-11-23T02:00:02.000Z"}
    assert x.listed(**since) == [ids[2], ids[1]]
    assert x.listed(**until) == [ids[1], ids[0]]
    assert x.listed(**since, **until) == [ids[1]]


def test_a_moment_within_a_second_counts_as_its_begin(x: Client) -> None:
    id_ = x.posted("Muối", now=NOW + timedelta(milliseconds=700))
    assert x.listed(start_time="2026-11-23T02:00:00Z") == [id_]
    assert x.listed(start_time="2026-11-23T02:00:00.5Z") == []


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("2010-11-06T00:00:00Z", 200),
        ("2010-11-05T23:59:59Z", 400),
        ("2026-11-23", 400),
        ("2026-11-23T02:00:00", 400),
        ("2026-11-23T09:00:00+07:00", 400),
        ("2026-13-23T02:00:00Z", 400),
        ("", 400),
    ],
)
@pytest.mark.parametrize("name", ["start_time", "end_time"])
def test_moments_are_written_in_one_way(x: Client, name: str, given: str, status: int) -> None:
    query: dict[str, Any] = {name: given}
    assert x.get(f"/2/users/{OCOP}/tweets", **query).status == status


def test_the_begin_is_before_the_end(x: Client) -> None:
    same = "2026-11-23T02:00:00Z"
    answer = x.get(f"/2/users/{OCOP}/tweets", start_time=same, end_time=same)
    assert "before end_time" in reason(answer)


def test_a_page_of_old_posts_is_empty_when_private_metrics_are_asked_for(x: Client) -> None:
    for number in range(6):
        x.posted(f"Bài {number}")
    answer = said(
        x.get(
            f"/2/users/{OCOP}/tweets",
            max_results="5",
            tweet__fields="non_public_metrics",
            now=NOW + timedelta(days=31),
        )
    )
    assert "data" not in answer
    assert answer["meta"].keys() == {"result_count", "next_token"}
    assert answer["meta"]["result_count"] == 0


# The other words


def test_the_server_may_use_the_words_of_its_specification(shelf: Shelf) -> None:
    x = Client(Stand(ACCOUNTS, shelf, wall=NOW.timestamp, names="post"))
    made = data(x.tweet("Muối"), 201)
    assert made["edit_history_post_ids"] == [made["id"]]
    for parameter in ("tweet.fields", "post.fields"):
        post = data(x.send("GET", f"/2/tweets?ids={made['id']}&{parameter}={METRICS}"))[0]
        assert "edit_history_post_ids" in post
        assert "edit_history_tweet_ids" not in post
        for group in ("public_metrics", "organic_metrics"):
            assert "repost_count" in post[group]
            assert "retweet_count" not in post[group]


# Faults


def test_a_lagging_post_is_there_but_not_listed(x: Client) -> None:
    id_ = x.posted("Muối", fault=Fault.LAGGING)
    assert data(x.get(f"/2/tweets/{id_}"))["text"] == "Muối"
    assert data(x.get("/2/tweets", ids=id_))
    assert x.listed(NOW + timedelta(seconds=LAG_SECONDS - 1)) == []
    assert x.listed(NOW + timedelta(seconds=LAG_SECONDS)) == [id_]


def test_a_lagging_post_has_duplicates_all_the_same(x: Client) -> None:
    x.posted("Muối", fault=Fault.LAGGING)
    assert x.tweet("Muối").status == 403


def test_a_rewritten_post_has_other_white_space_and_other_links(x: Client) -> None:
    id_ = x.posted(
        "Muối \n\n hạt  https://ocop.vn/r/1 https://ocop.vn/r?b=2", fault=Fault.REWRITTEN
    )
    post = data(x.get(f"/2/tweets/{id_}", tweet__fields="entities"))
    first, second = post["entities"]["urls"]
    assert post["text"] == f"Muối hạt {first['url']} {second['url']}"
    assert first["expanded_url"] == "https://ocop.vn/r/1?s=20"
    assert second["expanded_url"] == "https://ocop.vn/r?b=2&s=20"


def test_white_space_within_a_text_is_kept_otherwise(x: Client) -> None:
    assert data(x.tweet(" Muối \n\n hạt "), 201)["text"] == "Muối \n\n hạt"


def test_throttled_says_until_when(stand: Stand) -> None:
    answer = stand.failure(Fault.THROTTLED)
    assert reason(answer, 429) == "Too Many Requests"
    reset = int(answer.headers["x-rate-limit-reset"])
    assert reset == NOW.timestamp() + RETRY_AFTER
    sent = parsedate_to_datetime(answer.headers["Date"])
    assert reset - sent.timestamp() == RETRY_AFTER
    assert answer.headers["x-rate-limit-remaining"] == "0"


def test_expired_says_that_nobody_is_known(stand: Stand) -> None:
    assert reason(stand.failure(Fault.EXPIRED), 401) == "Unauthorized"


def test_refused_says_why(stand: Stand) -> None:
    answer = stand.failure(Fault.REFUSED)
    assert Fault.REFUSED.value in reason(answer, 400)
    assert said(answer, 400)["type"] == PROBLEMS + "invalid-request"


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR_BEFORE, Fault.SERVER_ERROR_AFTER])
def test_a_server_in_trouble_answers_with_a_page(stand: Stand, fault: Fault) -> None:
    answer = stand.failure(fault)
    assert answer.status == 503
    assert answer.headers["Content-Type"].startswith("text/html")
    assert b"<html" in answer.body.lower() or b"<!doctype html" in answer.body.lower()


# What people see


def test_the_page_shows_each_account_newest_first(x: Client) -> None:
    first, second = x.posted("Muối & gạo"), x.posted("Gạo https://ocop.vn/r/1", now=LATER)
    ocop, other = x.stand.feeds(LATER)
    assert (ocop.account, ocop.name, other.account) == ("ocop", "ocop_baclieu", "other")
    assert [entry.id for entry in ocop.entries] == [second, first]
    assert [entry.text for entry in ocop.entries] == ["Gạo https://ocop.vn/r/1", "Muối & gạo"]
    assert [entry.at for entry in ocop.entries] == [LATER, NOW]
    assert list(other.entries) == []


def test_the_page_marks_what_was_deleted(x: Client) -> None:
    id_ = x.posted("Muối")
    assert x.stand.feeds(NOW)[0].entries[0].note == ""
    x.send("DELETE", f"/2/tweets/{id_}")
    assert x.stand.feeds(NOW)[0].entries[0].note == "withdrawn"


def test_the_page_leaves_out_accounts_that_are_gone(x: Client, shelf: Shelf) -> None:
    x.posted("Muối", account="other")
    left = Stand({"ocop": ACCOUNTS["ocop"]}, shelf.section("x"), wall=NOW.timestamp)
    assert [feed.account for feed in left.feeds(NOW)] == ["ocop"]


# Memory


@pytest.fixture
def reopened(tmp_path: Path) -> Iterator[Callable[[], Client]]:
    """Opens the same file again and again, each time with a new stand-in."""
    opened: list[Shelf] = []

    def again() -> Client:
        opened.append(Shelf(tmp_path / "sandbox.db"))
        return Client(Stand(ACCOUNTS, opened[-1].section("x"), wall=NOW.timestamp))

    yield again
    for shelf in opened:
        shelf.close()


def test_a_new_stand_in_goes_on_where_the_old_one_was(reopened: Callable[[], Client]) -> None:
    before = reopened()
    media = before.uploaded()
    id_ = before.posted("Muối https://ocop.vn/r/1", media)
    seen = said(before.get(f"/2/tweets/{id_}", tweet__fields=METRICS, now=LATER))
    after = reopened()
    assert said(after.get(f"/2/tweets/{id_}", tweet__fields=METRICS, now=LATER)) == seen
    assert after.tweet("Muối https://ocop.vn/r/1").status == 403
    assert after.tweet("Gạo", media).status == 201
    assert after.listed()[1] == id_
    assert after.get("/2/users/me").headers["x-rate-limit-remaining"] == "74"
    assert after.send("DELETE", f"/2/tweets/{id_}").status == 200


def test_nonces_and_windows_outlive_the_process(reopened: Callable[[], Client]) -> None:
    before = reopened()
    header = before.signed("GET", "/2/users/me")
    before.send("GET", "/2/users/me", header=header)
    after = reopened()
    assert after.send("GET", "/2/users/me", header=header).status == 401
    assert after.get("/2/users/me").headers["x-rate-limit-remaining"] == "73"


@pytest.mark.parametrize("access", ["read", "read-write"])
def test_keys_tell_what_they_permit_and_those_for_reading_write_nothing(access: str) -> None:
    accounts = {**ACCOUNTS, "ocop": {**ACCOUNTS["ocop"], "access": access}}
    x = Client(Stand(accounts, Shelf(), wall=NOW.timestamp))
    assert x.get("/2/users/me").headers["x-access-level"] == access
    assert x.tweet("Muối").status == (403 if access == "read" else 201)
    assert x.get(f"/2/users/{OCOP}/tweets").status == 200


def test_the_same_calls_give_the_same_ids() -> None:
    seen = set()
    for _ in range(2):
        shelf = Shelf()
        x = Client(Stand(ACCOUNTS, shelf, wall=NOW.timestamp))
        seen.add((x.uploaded(), data(x.tweet("Muối https://ocop.vn/r/1"), 201)["text"]))
        shelf.close()
    assert len(seen) == 1
