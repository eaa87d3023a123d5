"""What every page has: the templates, the reader's language, the office's clock and its name."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response

from promoter.core import rules
from promoter.core.errors import ConfigError
from promoter.core.model import Phrase, Product
from promoter.pipeline.context import Context
from promoter.store import database
from promoter.web.public.answers import ASK_AGAIN, answer
from promoter.web.public.pictures import WIDTHS, Pictures
from promoter.web.public.static import Static

TEMPLATES = Path(__file__).parent.parent / "templates"
HTML = "text/html; charset=utf-8"
_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


@dataclass(frozen=True, slots=True)
class Clock:
    """The office's moment, and how fast it goes against the reader's own clock."""

    now: datetime
    day: date
    rate: float


@dataclass(frozen=True, slots=True)
class Site:
    """The world of the public pages."""

    context: Context
    pictures: Pictures
    static: Static
    templates: Environment
    sample: bool

    def clock(self) -> Clock:
        """Return the office's moment and its local day."""
        with self.context.store.read() as session:
            now = database.now(session)
        day = now.astimezone(self.context.office.zone).date()
        return Clock(now, day, self.context.store.clock_rate() if self.sample else 1.0)

    def written(self, template: str, clock: Clock, **values: Any) -> bytes:
        """Return a page or feed as text."""
        return self.templates.get_template(template).render(clock=clock, **values).encode()

    def page(
        self, request: Request, template: str, clock: Clock, *, status: int = 200, **values: Any
    ) -> Response:
        """Return a page as an answer."""
        body = self.written(template, clock, **values)
        return answer(request, body, HTML, status=status, cache=ASK_AGAIN)

    def failure(self, status: int) -> bytes:
        """Return the page that says what is wrong and where to go on; it reads no database."""
        return (
            self.templates.get_template("failure.html").render(clock=None, status=status).encode()
        )

    def url(self, path: str) -> str:
        """Return the whole address of a path of the site."""
        return f"{self.context.office.public_url}{path}"


def shown(product: Product, day: date) -> bool:
    """Tell whether the public may be shown a product: the pages have no age gate."""
    return rules.refusal(product, day, age_gated=False) is None


def site(context: Context, *, sample: bool) -> Site:
    """Return the world of the public pages.

    Raises:
        ConfigError: The brand's file is missing or has no name.
    """
    pictures, static = Pictures(context.media), Static()
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    locale, zone = context.office.locale, context.office.zone
    templates.install_gettext_translations(locale.catalog, newstyle=False)  # type: ignore[attr-defined]
    templates.globals |= {
        "brand": brand(context.assets),
        "office": context.office,
        "language": locale.language,
        "public_url": context.office.public_url,
        "sample": sample,
        "static": static.url,
        "widths": WIDTHS,
    }
    templates.filters |= {
        "number": locale.number,
        "money": locale.money,
        "day": locale.day,
        "short_day": lambda day: locale.day(day)[:-5],
        "weekday": locale.weekday,
        "moment": lambda at: locale.moment(at, zone),
        "hour": lambda at: f"{at.astimezone(zone):%H:%M}",
        "local_day": lambda at: at.astimezone(zone).date(),
        "say": locale.say,
        "eve": lambda day: day - timedelta(days=1),
        "linked": linked,
        "paragraphs": paragraphs,
        "rendition": rendition,
    }
    return Site(context, pictures, static, templates, sample)


def brand(assets: Path) -> Mapping[str, Any]:
    """Return the brand's values from `brand.toml`.

    Raises:
        ConfigError: The file is missing, unreadable or has no `name`.
    """
    path = assets / "brand.toml"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        if values["name"]:
            return values
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError):
        pass
    raise ConfigError(
        Phrase('{path} cannot be read or has no name; write name = "…" in it', path=path)
    )


def rendition(sha256: str, width: int, kind: str) -> str:
    """Return the address of a small form of a picture."""
    return f"/m/{sha256}-{width}.{kind}"


def linked(text: str) -> Markup:
    """Return a caption with its lines kept and its web addresses made links."""
    found, end = Markup(), 0
    for match in _ADDRESS.finditer(text):
        address = escape(match[0])
        shown_as = escape(match[0].partition("://")[2])
        found += escape(text[end : match.start()])
        found += Markup('<a href="{}">{}</a>').format(address, shown_as)
        end = match.end()
    return found + escape(text[end:])


def paragraphs(text: str) -> Markup:
    """Return a caption as HTML for feed readers, which know no style."""
    return Markup("<br>").join(linked(line) for line in text.split("\n"))
