"""A Facebook Page as the Graph API shows it, spoken to through the library facebook-sdk."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, Field

from promoter.core.model import Media, Phrase
from promoter.remote import graph
from promoter.remote.answer import Effect
from promoter.remote.http import Session

with warnings.catch_warnings():  # one of its regular expressions is not raw (seen in 3.1.0)
    warnings.simplefilter("ignore")
    import facebook

HOST = "graph.facebook.com"

LISTED = 100
"""Posts or comments on one page of a list; the most that the service gives."""

PAGES = 10
"""Pages of a list that are read; nobody writes so much in the time that is looked through."""

Id = Annotated[str, Field(pattern=r"^\d+(_\d+)?$")]
Model = TypeVar("Model", bound=BaseModel)


class Node(graph.Said):
    """Anything that has an id."""

    id: Id


class Author(BaseModel):
    """Who wrote a comment."""

    id: str


class Words(Node):
    """A post or a comment.

    Attributes:
        author: None where the service does not tell.
    """

    message: str = ""
    created_time: datetime | None = None
    is_published: bool = True
    author: Author | None = Field(default=None, alias="from")


class _Cursors(graph.Said):
    after: str = ""


class _Paging(graph.Said):
    cursors: _Cursors = _Cursors()
    next: str = ""


class _List(graph.Said, Generic[Model]):
    data: list[Model]
    paging: _Paging = _Paging()


class _Done(BaseModel):
    success: Literal[True]


@dataclass(frozen=True, slots=True)
class Page:
    """One account's way to the API: a new client of the library for each call.

    Attributes:
        id: Number of the Page.
        session: Bound to the account's token.
        version: Of the API, as in its addresses.
        signed: Parameters of every call.
    """

    id: str
    session: Session
    version: str
    signed: Mapping[str, str]

    def read(self, model: type[Model], id_: str, edge: str = "", **given: str) -> Model:
        """Read an object, or what one of its edges lists."""
        sent = {**given, **self.signed}
        if edge:
            return self._call(
                Effect.READ, model, lambda api: api.get_connections(id_, edge, **sent)
            )
        return self._call(Effect.READ, model, lambda api: api.get_object(id_, **sent))

    def items(self, id_: str, edge: str, **given: str) -> Iterator[Words]:
        """Read a list of posts or comments page by page, up to PAGES of them."""
        return self.entries(Words, id_, edge, **given)

    def entries(self, kind: type[Model], id_: str, edge: str, **given: str) -> Iterator[Model]:
        """Read a list of anything as `items` does."""
        listing = _List[kind]  # type: ignore[valid-type]  # made while it runs
        for _ in range(PAGES):
            page = self.read(listing, id_, edge, limit=str(LISTED), **given)
            yield from page.data
            given["after"] = page.paging.cursors.after
            if not (page.paging.next and given["after"]):
                return

    def upload(self, item: Media) -> str:
        """Upload a picture that nobody sees; return its id."""
        file = (f"{item.sha256}.{item.mime.rpartition('/')[2]}", item.data, item.mime)
        sent = {"published": "false", "alt_text_custom": item.alt, **self.signed}
        return self._call(
            Effect.UPLOAD, Node, lambda api: api.put_photo(file, f"{self.id}/photos", **sent)
        ).id

    def add(self, effect: Effect, id_: str, edge: str, **given: str) -> str:
        """Put something on an edge of an object; return its id."""
        sent = {**given, **self.signed}
        return self._call(effect, Node, lambda api: api.put_object(id_, edge, **sent)).id

    def change(self, id_: str, **given: str) -> None:
        """Change an object that the public sees, or is to see from now on."""
        sent = {**given, **self.signed}
        path = f"{self.version}/{id_}"
        self._call(Effect.PUBLISH, _Done, lambda api: api.request(path, post_args=sent))

    def delete(self, id_: str) -> None:
        """Delete an object that the public sees."""
        sent = dict(self.signed)
        path = f"{self.version}/{id_}"
        self._call(Effect.PUBLISH, _Done, lambda api: api.request(path, sent, method="DELETE"))

    def _call(
        self, effect: Effect, model: type[Model], ask: Callable[[facebook.GraphAPI], object]
    ) -> Model:
        # the library demands a token and puts it into addresses and forms, where it is taken out
        # again; given a version, it would refuse all but its own old ones
        lent = self.session.lend(effect, without=("access_token",))
        api = facebook.GraphAPI("in the header", session=lent)
        api.version = self.version
        try:
            return model.model_validate(ask(api))
        except (facebook.GraphAPIError, KeyError, ValueError):
            pass
        raise effect.lost(Phrase("{host} gave an answer that cannot be read", host=HOST))
