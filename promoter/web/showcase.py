"""The API behind our own public page: the service's side of the channel `showcase`.

It is as strict as a stranger's would be, and it keeps a post by its key: the same key again is the
same post. Its answers are for programs, in English.
"""

import hmac
import re
import unicodedata
from collections.abc import Callable, Coroutine, Mapping
from hashlib import sha256
from io import BytesIO
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from PIL import Image
from pydantic import AfterValidator, Field, ValidationError
from starlette.concurrency import run_in_threadpool

from promoter.channels.showcase import LIMITS
from promoter.core.errors import ConfigError
from promoter.core.model import Phrase, Record
from promoter.media import MediaStore
from promoter.store import database, showcase
from promoter.store.database import Store
from promoter.store.showcase import ShowcaseContent, ShowcaseMedium, ShowcasePost

PREFIX = "/showcase/api"
JSON_BYTES = 100_000
MOST_PIXELS = 25_000_000
KEY = re.compile(r"[0-9a-f]{8,64}")
_HASHTAG = re.compile(r"(?<!\S)#\w+")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ufffe\uffff]")  # not for a feed; \n is


def _text(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("control characters are not text")
    return unicodedata.normalize("NFC", value)


def _caption(value: str) -> str:
    if LIMITS.measure(value) > LIMITS.caption:
        raise ValueError(f"at most {LIMITS.caption} characters")
    if len(_HASHTAG.findall(value)) > LIMITS.hashtags:
        raise ValueError(f"at most {LIMITS.hashtags} hashtags")
    return value


def _link(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an http address")
    return value


Text = Annotated[str, AfterValidator(_text)]


class _Medium(Record):
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    alt: Annotated[Text, Field(max_length=2_000)]
    width: int
    height: int


class _Posting(Record):
    title: Annotated[Text, Field(min_length=1, max_length=300)]
    caption: Annotated[Text, AfterValidator(_caption)]
    link: Annotated[Text, Field(max_length=2_000), AfterValidator(_link)]
    media: Annotated[tuple[_Medium, ...], Field(min_length=1, max_length=10)]

    def content(self) -> ShowcaseContent:
        """Return what it shows."""
        media = tuple(ShowcaseMedium(**item.model_dump()) for item in self.media)
        return ShowcaseContent(self.title, self.caption, self.link, media)


class _Refusal(Exception):
    def __init__(self, status: int, reason: str, **more: str) -> None:
        super().__init__(reason)
        self.status = status
        self.content = {"reason": reason, **more}


class _Route(APIRoute):
    """Refuses in JSON, whatever error page the site shows to people."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def refusing(request: Request) -> Response:
            try:
                return await handle(request)
            except _Refusal as refusal:
                challenge = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else None
                return JSONResponse(refusal.content, refusal.status, challenge)

        return refusing


def router(
    store: Store, media: MediaStore, tokens: Mapping[str, str], *, public_url: str
) -> APIRouter:
    """Return the routes of the API.

    Args:
        tokens: By account, the token that it is known by.
        public_url: Where the public finds the site.

    Raises:
        ConfigError: A token is empty, or two accounts have the same.
    """
    if "" in tokens.values() or len(set(tokens.values())) < len(tokens):
        raise ConfigError(
            Phrase("each account of the showcase needs a token of its own; see settings.toml")
        )
    api = _Api(store, media, tokens, public_url.rstrip("/"))
    routes = APIRouter(prefix=PREFIX, route_class=_Route, include_in_schema=False)
    routes.add_api_route("/media/{sha256}", api.put_medium, methods=["PUT"])
    routes.add_api_route("/posts/{key}", api.put_post, methods=["PUT"])
    routes.add_api_route("/posts/{key}", api.get_post, methods=["GET"])
    routes.add_api_route("/posts/{key}", api.delete_post, methods=["DELETE"])
    return routes


class _Api:
    def __init__(
        self, store: Store, media: MediaStore, tokens: Mapping[str, str], public_url: str
    ) -> None:
        self._store = store
        self._media = media
        self._tokens = tokens
        self._public_url = public_url

    async def put_medium(self, request: Request) -> Response:
        """Keep a picture under the digest of its bytes."""
        self._account(request)
        body = await _body(request, LIMITS.media_bytes)
        return await run_in_threadpool(self._keep_medium, request.path_params["sha256"], body)

    async def put_post(self, request: Request) -> Response:
        """Publish a post, or change what it shows."""
        account, key = self._account(request), _key(request)
        body = await _body(request, JSON_BYTES)
        return await run_in_threadpool(self._keep_post, account, key, body)

    async def get_post(self, request: Request) -> Response:
        """Tell whether a post is there."""
        account, key = self._account(request), _key(request)
        return await run_in_threadpool(self._read_post, account, key)

    async def delete_post(self, request: Request) -> Response:
        """Take a post down."""
        account, key = self._account(request), _key(request)
        return await run_in_threadpool(self._withdraw_post, account, key)

    def _account(self, request: Request) -> str:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        found = ""
        for account, token in self._tokens.items():  # all of them, so that time tells nothing
            if hmac.compare_digest(given.encode(), token.encode()):
                found = account
        if scheme.lower() != "bearer" or not found:
            raise _Refusal(401, "the token is not known")
        return found

    def _keep_medium(self, name: str, body: bytes) -> Response:
        if sha256(body).hexdigest() != name:
            raise _Refusal(400, "the bytes are not those of this name")
        _size(body)
        new = not self._media.path(name).exists()
        self._media.put(body)
        return JSONResponse({"sha256": name}, 201 if new else 200)

    def _keep_post(self, account: str, key: str, body: bytes) -> Response:
        content = _posting(body).content()
        for item in content.media:
            self._check_medium(item)
        with self._store.write() as session:
            old = showcase.by_key(session, key)
            if old:
                _check_owner(old, account)
                _check_live(old)
            post, new = showcase.put(session, key, account, content, database.now(session))
        return self._shown(post, 201 if new else 200)

    def _read_post(self, account: str, key: str) -> Response:
        with self._store.read() as session:
            post = showcase.by_key(session, key)
        if post is None:
            raise _Refusal(404, "there is no such post", key=key)
        _check_owner(post, account)
        _check_live(post)
        return self._shown(post, 200)

    def _withdraw_post(self, account: str, key: str) -> Response:
        with self._store.write() as session:
            post = showcase.by_key(session, key)
            if post is None:
                raise _Refusal(404, "there is no such post", key=key)
            _check_owner(post, account)
            showcase.withdraw(session, key, database.now(session))
        return Response(status_code=204)

    def _check_medium(self, item: ShowcaseMedium) -> None:
        try:
            data = self._media.get(item.sha256)
        except ConfigError:
            raise _Refusal(400, f"the picture {item.sha256} was not uploaded") from None
        if len(data) > LIMITS.media_bytes or _size(data) != (item.width, item.height):
            raise _Refusal(400, f"the picture {item.sha256} has another size")

    def _shown(self, post: ShowcasePost, status: int) -> Response:
        url = f"{self._public_url}/showcase/{post.id}"
        return JSONResponse({"id": post.id, "url": url, "live": post.live}, status)


async def _body(request: Request, limit: int) -> bytes:
    """Return the body; one that is too large is refused without being kept."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            raise _Refusal(413, f"at most {limit} bytes")
    return bytes(body)


def _key(request: Request) -> str:
    key: str = request.path_params["key"]
    if not KEY.fullmatch(key):
        raise _Refusal(400, "a key is 8 to 64 digits of 0-9a-f")
    return key


def _posting(body: bytes) -> _Posting:
    try:
        return _Posting.model_validate_json(body, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
    raise _Refusal(400, f"{place}: {first['msg']}" if place else first["msg"])


def _size(data: bytes) -> tuple[int, int]:
    """Return width and height of a picture that can be shown whole."""
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise _Refusal(413, f"at most {MOST_PIXELS} pixels")
            picture.load()
            return picture.size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise _Refusal(400, "not a whole JPEG or PNG picture") from None


def _check_owner(post: ShowcasePost, account: str) -> None:
    if post.account != account:
        raise _Refusal(409, "another account has a post of this key")


def _check_live(post: ShowcasePost) -> None:
    if not post.live:
        raise _Refusal(410, "it was withdrawn", key=post.key)
