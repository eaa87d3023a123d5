"""What a Page keeps: posts, photos and comments, and who sees which of them when."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from promoter.sandbox.shelf import Shelf

PHOTO_SECONDS = 24 * 3_600
"""An unpublished photo that no post has taken is said to be cleared away after a day."""

_FIRST_ID = 122_100_000_000_000_000


@dataclass(frozen=True, slots=True)
class Post:
    """A post; moments in Unix seconds.

    Attributes:
        sent: The message as it came, by which a duplicate is recognised.
        message: The message as it is kept.
        public: Since when it is public; None while it is a draft or scheduled.
        listed: From when listings show it.
        scheduled: When it becomes public by itself, listed at once.
    """

    id: str
    page: str
    made: int
    sent: str = ""
    message: str = ""
    link: str = ""
    photos: tuple[str, ...] = ()
    public: int | None = None
    listed: int | None = None
    scheduled: int | None = None
    updated: int = 0

    def since(self, now: int) -> int | None:
        """Return since when it is public; None if it is hidden."""
        if self.public is None and self.scheduled is not None and self.scheduled <= now:
            return self.scheduled
        return self.public

    def created(self, now: int) -> int:
        """Return the created_time: of the publication; of the making while it is hidden."""
        since = self.since(now)
        return self.made if since is None else since

    def in_lists(self, now: int) -> bool:
        """Tell whether listings of public posts show it."""
        return self.since(now) is not None and (self.listed is None or self.listed <= now)

    @property
    def number(self) -> int:
        """Return the post's own part of the id."""
        return int(self.id.partition("_")[2])


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo; its bytes are on the shelf under its id.

    Attributes:
        post: The post that shows it, public or not.
        temporary: Uploaded for a scheduled post.
    """

    id: str
    page: str
    made: int
    caption: str
    alt: str
    width: int
    height: int
    temporary: bool
    post: str | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment that the Page wrote under a post."""

    id: str
    page: str
    post: str
    made: int
    message: str


class Page:
    """A Page and what it keeps on the shelf."""

    def __init__(self, shelf: Shelf, id_: str, name: str) -> None:
        """Open a Page."""
        self._shelf = shelf
        self.id, self.name = id_, name

    def new_id(self) -> str:
        """Return the number of an object to be."""
        return str(_FIRST_ID + self._shelf.number())

    def posts(self, now: int) -> list[Post]:
        """Return all posts, newest first; hidden ones by when they were made."""
        found = [self._post(record) for record in self._shelf.all("post").values()]
        ours = [post for post in found if post.page == self.id]
        return sorted(ours, key=lambda post: (post.created(now), post.number), reverse=True)

    def last(self, now: int) -> Post | None:
        """Return the newest public post."""
        return next((post for post in self.posts(now) if post.since(now) is not None), None)

    def post(self, id_: str) -> Post | None:
        """Return a post, or None."""
        record = self._shelf.get("post", id_)
        return self._post(record) if record and record["page"] == self.id else None

    def photo(self, id_: str, now: int) -> Photo | None:
        """Return a photo, or None."""
        record = self._shelf.get("photo", id_)
        if not record or record["page"] != self.id:
            return None
        photo = Photo(**record)
        return None if photo.post is None and now - photo.made > PHOTO_SECONDS else photo

    def photos(self, post: Post, now: int) -> list[Photo]:
        """Return the photos of a post in their order."""
        found = (self.photo(id_, now) for id_ in post.photos)
        return [photo for photo in found if photo]

    def comment(self, id_: str) -> Comment | None:
        """Return a comment, or None."""
        record = self._shelf.get("comment", id_)
        return Comment(**record) if record and record["page"] == self.id else None

    def comments(self, post: str) -> Sequence[Comment]:
        """Return the Page's comments under a post, oldest first."""
        found = [Comment(**record) for record in self._shelf.all("comment").values()]
        return [comment for comment in found if comment.post == post]

    def keep(self, item: Post | Photo | Comment, data: bytes | None = None) -> None:
        """Keep an object, and a photo's bytes."""
        if data is not None:
            self._shelf.put_file(item.id, data)
        self._shelf.put(type(item).__name__.lower(), item.id, asdict(item))

    def forget(self, item: Post | Photo | Comment) -> None:
        """Forget an object; a post's photos and comments go with it."""
        if isinstance(item, Post):
            for id_ in item.photos:
                self._shelf.remove("photo", id_)
            for comment in self.comments(item.id):
                self._shelf.remove("comment", comment.id)
        self._shelf.remove(type(item).__name__.lower(), item.id)

    @staticmethod
    def _post(record: dict[str, Any]) -> Post:
        return Post(**{**record, "photos": tuple(record["photos"])})


def written(moment: int) -> str:
    """Return a moment as the Graph API writes it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
