"""Answers that are light on a slow line: compressed, and not sent again while nothing changed."""

import gzip
import hashlib
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

SMALL = 600
"""Bytes below which compressing saves nothing that a network would notice."""
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
"""Keep it, but ask each time whether it is still the newest."""


def answer(
    request: Request,
    body: bytes,
    kind: str,
    *,
    status: int = 200,
    cache: str = ASK_AGAIN,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return an answer of text.

    Args:
        request: Says what the reader takes and already has.
        body: The text, encoded.
        kind: Media type, with its charset.
        status: HTTP status; only 200 is ever shortened to "not modified".
        cache: The Cache-Control.
        headers: More headers.
    """
    tag = f'W/"{hashlib.blake2b(body, digest_size=9).hexdigest()}"'
    fixed = {"etag": tag, "cache-control": cache, "vary": "Accept-Encoding", **(headers or {})}
    if status == 200 and has(request, tag):
        return Response(status_code=304, headers=fixed)
    if len(body) > SMALL and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, 6, mtime=0)
        fixed["content-encoding"] = "gzip"
    return Response(body, status, fixed, kind)


def has(request: Request, tag: str) -> bool:
    """Tell whether the reader already has what carries this tag."""
    known = request.headers.get("if-none-match", "")
    return tag in {part.strip() for part in known.split(",")}
