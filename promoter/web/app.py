"""The site as one ASGI app: short links first, then the showcase's API and the public pages."""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exception_handlers import http_exception_handler
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from promoter.core.errors import PromoterError
from promoter.pipeline.context import Context
from promoter.web import showcase
from promoter.web.links import PATHS, Links, Receive, Scope, Send
from promoter.web.public.feed import Feed
from promoter.web.public.pages import Pages, Report
from promoter.web.public.site import HTML, Site, site

POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; font-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    b"content-security-policy": POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"strict-origin-when-cross-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), browsing-topics=()",
    b"cross-origin-opener-policy": b"same-origin",
}

_log = logging.getLogger(__name__)


class App:
    """The whole site."""

    def __init__(self, links: Links, framework: FastAPI) -> None:
        self.links = links
        self._framework = framework

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; short links never reach the framework."""
        if scope["type"] != "http":
            await self._framework(scope, receive, send)
        elif scope["path"][:3] in PATHS:
            await self.links(scope, receive, _secured(send))
        else:
            await self._framework(scope, receive, _secured(send))


def create_app(context: Context, *, tokens: Mapping[str, str], report: Report, sample: bool) -> App:
    """Return the site.

    Args:
        context: The world.
        tokens: By account of the showcase, the token that it is known by.
        report: Gives the page of a producer's report for a period; None if there is none.
        sample: Everything shown is sample data: each page says so and shows the office's clock.

    Raises:
        ConfigError: A token or the brand's file is wrong.
    """
    public = site(context, sample=sample)
    links = Links(context.store, context.office.zone, lambda: public.failure(404))

    @asynccontextmanager
    async def counting(_app: FastAPI) -> AsyncIterator[None]:
        links.counter.start()
        yield
        links.counter.stop()

    framework = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=counting)
    url = context.office.public_url
    framework.include_router(showcase.router(context.store, context.media, tokens, public_url=url))
    framework.include_router(_files(public))
    framework.include_router(Feed(public).router())
    framework.include_router(Pages(public, report).router())
    _failures(framework, public)
    return App(links, framework)


def _files(public: Site) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    def picture(request: Request, name: str) -> Response:
        return public.pictures.serve(request, name)

    def static(request: Request, name: str) -> Response:
        return public.static.serve(request, name)

    def health() -> Response:
        return JSONResponse({"ok": True, "clock": public.clock().now.isoformat()})

    for path, page in (("/m/{name}", picture), ("/static/{name}", static), ("/health", health)):
        routes.add_api_route(path, page, methods=["GET", "HEAD"])
    return routes


def _failures(framework: FastAPI, public: Site) -> None:
    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for it alone
        if request.url.path.startswith(showcase.PREFIX):
            return await http_exception_handler(request, error)
        return Response(public.failure(error.status_code), error.status_code, error.headers, HTML)

    async def troubled(request: Request, error: Exception) -> Response:
        _log.warning("%s cannot be answered: %s", request.url.path, error)
        if request.url.path == "/health":
            return JSONResponse({"ok": False, "problem": str(error)}, 503)
        return Response(public.failure(503), 503, {"retry-after": "5"}, HTML)

    async def broken(_request: Request, _error: Exception) -> Response:
        return Response(public.failure(500), 500, None, HTML)  # the traceback goes to the log

    framework.add_exception_handler(HTTPException, refused)
    framework.add_exception_handler(PromoterError, troubled)
    framework.add_exception_handler(Exception, broken)


def _secured(send: Send) -> Send:
    async def sending(message: Any) -> None:
        if message["type"] == "http.response.start":
            headers = message["headers"] = list(message.get("headers", ()))
            present = {name.lower() for name, _ in headers}
            headers += [pair for pair in HEADERS.items() if pair[0] not in present]
        await send(message)

    return sending
