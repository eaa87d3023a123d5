"""The stand-ins' posts and listings as pages, labelled as sandbox wherever they are shown."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from promoter.sandbox.contract import Answer, Entry, Feed, Request, Service

Picture = Callable[[str, str], bytes | None]
"""Returns the bytes of a channel's picture by its id."""

NEWEST = 60
"""Entries on one page."""
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
EVERY_SECONDS = 4
"""How often an open page looks for what is new."""

_HERE = Path(__file__).parent
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_PNG = b"\x89PNG"
_FOREVER = "public, max-age=31536000, immutable"
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}

_MARKED = re.compile(
    r"(?P<link>https?://[^\s<>\"]+[^\s<>\".,;:!?)\]}…»”’])|(?P<tag>(?<![\w#&/])#\w*[^\W\d_]\w*)"
)
_LONG, _TALL = 480, 10
"""Characters and lines from which a feed shows only the beginning of a text."""

_TIMELINES = {"x"}
_NOTES = {
    "hidden": "Đang ẩn",
    "withdrawn": "Đã gỡ",
    "in review": "Đang chờ duyệt",
    "banned": "Bị khóa",
}
_WORDS = {
    "views": "lượt xem",
    "reach": "người tiếp cận",
    "reactions": "cảm xúc",
    "comments": "bình luận",
    "shares": "chia sẻ",
    "saves": "lượt lưu",
    "clicks": "lượt bấm liên kết",
    "likes": "lượt thích",
    "carts": "lượt thêm vào giỏ",
    "units": "đã bán",
    "orders": "đơn hàng",
    "revenue": "doanh thu",
}
_TIMELINE_WORDS = {
    "reactions": "lượt thích",
    "comments": "trả lời",
    "shares": "đăng lại",
    "saves": "dấu trang",
}
_PUBLIC = {
    "page": ("reactions", "comments", "shares", "views"),
    "timeline": ("comments", "shares", "reactions", "views", "saves"),
    "shop": ("units", "likes", "views"),
}
"""By layout, the counts that everybody sees, in order; others are for the account's owner."""


@dataclass(frozen=True, slots=True)
class Count:
    """One number as it is written.

    Attributes:
        public: Everybody sees it, not the account's owner alone.
    """

    name: str
    written: str
    word: str
    public: bool


@dataclass(frozen=True, slots=True)
class Place:
    """One account's page.

    Attributes:
        layout: `page`, `timeline` or `shop`; also the name of its template.
    """

    service: Service
    feed: Feed
    layout: str

    @property
    def public(self) -> list[Entry]:
        """Return what everybody sees, newest first."""
        return [entry for entry in self.feed.entries if not entry.note]

    @property
    def noun(self) -> str:
        """Return the word for what the account shows."""
        return "sản phẩm" if self.layout == "shop" else "bài đăng"

    def address(self, *more: str) -> str:
        """Return the path of the account, or of one of its entries."""
        return _address(self.service.channel, self.feed.account, *more)

    def picture(self, id_: str) -> str:
        """Return the path of one of its pictures."""
        return _address("pictures", self.service.channel, id_)

    def counts(self, entry: Entry) -> list[Count]:
        """Return an entry's numbers: first those that everybody sees, in this layout's order."""
        return self._written(entry.counts)

    def totals(self) -> list[Count]:
        """Return the numbers of all that is public, added up."""
        total: Counter[str] = Counter()
        for entry in self.public:
            total.update(entry.counts)
        return self._written(total)

    def _written(self, counts: Mapping[str, int]) -> list[Count]:
        public = _PUBLIC[self.layout]
        words = _WORDS | (_TIMELINE_WORDS if self.layout == "timeline" else {})
        names = [name for name in public if name in counts]
        names += [name for name in counts if name not in public]
        return [
            Count(
                name,
                dong(counts[name]) if name == "revenue" else number(counts[name]),
                words.get(name, name),
                name in public,
            )
            for name in names
        ]


def answer(
    request: Request, services: Sequence[Service], now: datetime, picture: Picture
) -> Answer:
    """Return the page or picture that a person asks for; HEAD gets its headers alone.

    Args:
        now: The office's moment, aware.
        picture: Returns the bytes of a channel's picture.
    """
    if request.method not in ("GET", "HEAD"):
        return Answer(405, b"", {**_HEADERS, "Allow": "GET, HEAD"})
    found = _found(request, services, now, picture)
    found = found or _page("missing.html", services, now, status=404)
    length = {"Content-Length": str(len(found.body))}
    body = found.body if request.method == "GET" else b""
    return replace(found, body=body, headers={**_HEADERS, **found.headers, **length})


def _found(
    request: Request, services: Sequence[Service], now: datetime, picture: Picture
) -> Answer | None:
    match _parts(request):
        case []:
            places = [(service, list(_places(service, now))) for service in services]
            return _page("overview.html", services, now, places=places)
        case ["static", name] if name in _static():
            return _forever(_static()[name], _KINDS[Path(name).suffix])
        case ["pictures", channel, id_] if data := picture(channel, id_):
            return _forever(data, "image/png" if data.startswith(_PNG) else "image/jpeg")
        case [channel, account] if place := _place(services, channel, account, now):
            return _account(place, _number(request), now)
        case [channel, account, id_] if place := _place(services, channel, account, now):
            return _entry(place, id_, now)
        case _:
            return None


def _parts(request: Request) -> list[str]:
    try:
        path = request.path
    except ValueError:  # an address that is none, as //[
        return ["", ""]
    return [unquote(part) for part in path.strip("/").split("/")] if path.strip("/") else []


def _number(request: Request) -> int:
    """Return the number of the page that is asked for; 0 for none that can exist."""
    given = request.query.get("page", ["1"])[-1]
    return int(given) if re.fullmatch("[0-9]{1,6}", given, re.ASCII) else 0


def _places(service: Service, now: datetime) -> Iterable[Place]:
    for feed in service.feeds(now):
        if service.channel in _TIMELINES:
            yield Place(service, feed, "timeline")
        else:
            listings = any(entry.price is not None for entry in feed.entries)
            yield Place(service, feed, "shop" if listings else "page")


def _place(services: Sequence[Service], channel: str, account: str, now: datetime) -> Place | None:
    for service in services:
        if service.channel == channel:
            for place in _places(service, now):
                if place.feed.account == account:
                    return place
    return None


def _account(place: Place, page: int, now: datetime) -> Answer | None:
    first = (page - 1) * NEWEST
    entries = place.feed.entries[first : first + NEWEST] if page else []
    if not entries and page != 1:
        return None
    older = page + 1 if len(place.feed.entries) > first + NEWEST else None
    return _page(
        f"{place.layout}.html",
        [place.service],
        now,
        place=place,
        entries=entries,
        page=page,
        older=older,
    )


def _entry(place: Place, id_: str, now: datetime) -> Answer | None:
    for entry in place.public:
        if entry.id == id_:
            template = "listing.html" if place.layout == "shop" else "post.html"
            return _page(template, [place.service], now, place=place, entry=entry)
    return None


def _page(
    template: str, services: Sequence[Service], now: datetime, *, status: int = 200, **values: Any
) -> Answer:
    titles = [service.title for service in services] or ["mạng xã hội"]
    *first, last = titles
    label = f"{', '.join(first)} hay {last}" if first else last
    page = _templates().get_template(template)
    return Answer(status, page.render(label=label, now=now, **values).encode())


def _forever(data: bytes, kind: str) -> Answer:
    return Answer(200, data, {"Content-Type": kind, "Cache-Control": _FOREVER})


@cache
def _static() -> Mapping[str, bytes]:
    return {file.name: file.read_bytes() for file in (_HERE / "static").iterdir()}


def _static_url(name: str) -> str:
    digest = hashlib.blake2b(_static()[name], digest_size=6).hexdigest()
    return f"/static/{name}?v={digest}"


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"static": _static_url, "every": EVERY_SECONDS}
    made.filters |= {
        "number": number,
        "dong": dong,
        "moment": moment,
        "day": day,
        "marked": marked,
        "long": lambda text: len(text) > _LONG or text.count("\n") >= _TALL,
        "note": lambda note: _NOTES.get(note, note),
        "initials": initials,
    }
    return made


def _address(*parts: str) -> str:
    return "".join(f"/{quote(part, safe='')}" for part in parts)


def number(value: int) -> str:
    """Return a number in Vietnamese form: 1.234."""
    return f"{value:,}".replace(",", ".")


def dong(value: int) -> str:
    """Return an amount of đồng: 120.000 ₫."""
    return f"{number(value)}\N{NO-BREAK SPACE}₫"


def moment(at: datetime) -> str:
    """Return a moment on the office's wall: 23/11/2026 09:00."""
    return f"{at.astimezone(ZONE):%d/%m/%Y %H:%M}"


def day(at: datetime, now: datetime) -> str:
    """Return a moment as a reader would say it: of today and yesterday, without the date."""
    local = at.astimezone(ZONE)
    ago = (now.astimezone(ZONE).date() - local.date()).days
    named = {0: "Hôm nay", 1: "Hôm qua"}.get(ago, f"{local:%d/%m/%Y}")
    return f"{named}, {local:%H:%M}"


def initials(name: str) -> str:
    """Return up to two letters that stand for a name."""
    words = re.findall(r"\w+", name.replace("_", " "))
    return "".join(word[0] for word in words[:2]).upper()


def marked(text: str) -> Markup:
    """Return a text as HTML: escaped, its web addresses as links, its hashtags tinted."""
    found, end = Markup(), 0
    for match in _MARKED.finditer(text):
        found += escape(text[end : match.start()])
        if match["link"]:
            found += Markup('<a href="{0}" rel="{1}" target="_blank">{0}</a>').format(
                match["link"], "nofollow noopener noreferrer"
            )
        else:
            found += Markup('<span class="tag">{}</span>').format(match["tag"])
        end = match.end()
    return found + escape(text[end:])
