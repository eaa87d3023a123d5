"""The showcase as the public reads it: a page, one post's page, Atom and JSON Feed."""

import json
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from promoter.core.model import Phrase
from promoter.store import showcase
from promoter.store.showcase import ShowcasePost
from promoter.web.public.answers import answer
from promoter.web.public.site import Site, paragraphs

PAGE = 12
ENTRIES = 30
LONGEST_ID = 64


class Feed:
    """The routes of the showcase's public side."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def router(self) -> APIRouter:
        """Return the routes; the feeds stand before the posts, whose ids could be any word."""
        routes = APIRouter(include_in_schema=False)
        for path, page in (
            ("/showcase", self.posts),
            ("/showcase/feed.atom", self.atom),
            ("/showcase/feed.json", self.json),
            ("/showcase/{name}", self.post),
        ):
            routes.add_api_route(path, page, methods=["GET", "HEAD"])
        return routes

    def posts(self, request: Request) -> Response:
        """Show live posts, newest first."""
        before = request.query_params.get("before", "")[:LONGEST_ID]
        found = self._posts(PAGE + 1, before or None)
        return self._site.page(
            request,
            "showcase.html",
            self._site.clock(),
            posts=found[:PAGE],
            older=found[PAGE - 1].id if len(found) > PAGE else "",
            first=not before,
        )

    def post(self, request: Request, name: str) -> Response:
        """Show one post at its lasting address."""
        with self._site.context.store.read() as session:
            found = showcase.by_id(session, name[:LONGEST_ID])
        if found is None:
            raise HTTPException(404)
        if not found.live:
            raise HTTPException(410)
        return self._site.page(request, "post.html", self._site.clock(), post=found)

    def atom(self, request: Request) -> Response:
        """Give the newest posts to feed readers."""
        posts = self._posts(ENTRIES)
        body = self._site.written(
            "feed.atom.xml", self._site.clock(), posts=posts, updated=_newest(posts)
        )
        return answer(request, body, "application/atom+xml; charset=utf-8")

    def json(self, request: Request) -> Response:
        """Give the newest posts as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""
        office = self._site.context.office
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self._site.templates.globals["brand"]["name"],  # type: ignore[index]
            "description": office.locale.say(
                Phrase("News of products and their producers, from {office}", office=office.name)
            ),
            "home_page_url": self._site.url("/showcase"),
            "feed_url": self._site.url("/showcase/feed.json"),
            "language": office.locale.language,
            "authors": [{"name": office.name, "url": self._site.url("/")}],
            "items": [self._item(post) for post in self._posts(ENTRIES)],
        }
        body = json.dumps(feed, ensure_ascii=False, indent=1).encode()
        return answer(request, body, "application/feed+json; charset=utf-8")

    def _posts(self, limit: int, before: str | None = None) -> list[ShowcasePost]:
        with self._site.context.store.read() as session:
            return showcase.published(session, limit, before)

    def _item(self, post: ShowcasePost) -> dict[str, Any]:
        url = self._site.url(f"/showcase/{post.id}")
        pictures = [self._site.url(f"/m/{item.sha256}.jpg") for item in post.media]
        item: dict[str, Any] = {
            "id": url,
            "url": url,
            "external_url": post.link,
            "title": post.title,
            "content_text": post.caption,
            "content_html": str(Markup("<p>{}</p>").format(paragraphs(post.caption))),
            "date_published": post.published_at.isoformat(),
            "date_modified": post.updated_at.isoformat(),
            "attachments": [
                {"url": picture, "mime_type": "image/jpeg", "title": item.alt}
                for picture, item in zip(pictures, post.media, strict=True)
            ],
        }
        if pictures:
            item["image"] = pictures[0]
        return item


def _newest(posts: list[ShowcasePost]) -> datetime | None:
    return max((post.updated_at for post in posts), default=None)
