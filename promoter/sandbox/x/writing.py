"""The endpoints of X that change something: pictures, their descriptions, posts."""

from datetime import datetime, timedelta
from typing import Any

from promoter.sandbox.contract import LAG_SECONDS, Answer, Fault
from promoter.sandbox.shelf import Shelf
from promoter.sandbox.x import pictures, posts, problem, text
from promoter.sandbox.x.call import Call, checked_id, keyed

MEDIA_LIFE = timedelta(seconds=86_400)
"""For how long a picture waits for its post; one that a post shows stays."""

DUPLICATE = timedelta(hours=24)
"""For how long the same text is a duplicate; X does not say how far it looks back."""

ALT_LENGTH = 1_000
MOST_MEDIA = 4


class Writing:
    """What accounts put on the shelf."""

    def __init__(self, shelf: Shelf, names: posts.Names) -> None:
        """Write to this shelf, and answer in these words."""
        self._shelf, self._names = shelf, names

    def upload(self, call: Call) -> Answer:
        """Keep a picture, of the category for posts."""
        fields, file = call.upload(("media_category",))
        category = fields.get("media_category", "")
        if category != "tweet_image":
            message = f"$.media_category: [{category}] is not one of [tweet_image]"
            raise problem.invalid("media_category", category, message)
        width, height, mime = pictures.size(file.data)
        id_ = posts.snowflake(call.now, self._shelf.number())
        record = {"account": call.account, "at": call.now.isoformat(), "used": False, "alt": ""}
        self._shelf.put_file(id_, file.data)
        self._shelf.put("media", id_, record)
        data = {
            "id": id_,
            "media_key": posts.media_key(id_),
            "size": len(file.data),
            "expires_after_secs": int(MEDIA_LIFE.total_seconds()),
            "image": {"w": width, "h": height, "image_type": mime},
        }
        return Answer.json({"data": data})

    def describe(self, call: Call) -> Answer:
        """Keep the description of a picture for people who cannot see it."""
        body = call.json(("id", "metadata"))
        id_ = checked_id("id", body.get("id"))
        metadata = keyed(body.get("metadata"), "$.metadata", ("alt_text",))
        alt = keyed(metadata.get("alt_text"), "$.metadata.alt_text", ("text",)).get("text")
        if not isinstance(alt, str) or len(alt) > ALT_LENGTH:
            message = f"$.metadata.alt_text.text: must be at most {ALT_LENGTH} characters long"
            raise problem.invalid("text", alt, message)
        record = self._medium(call, id_)
        if record is None:
            raise problem.invalid("id", id_, "The media id is invalid.")
        self._shelf.put("media", id_, {**record, "alt": alt})
        associated = {"alt_text": {"text": alt}}
        return Answer.json({"data": {"id": id_, "associated_metadata": associated}})

    def create(self, call: Call) -> Answer:
        """Make a post, public at once; LAGGING and REWRITTEN are acted here."""
        body = call.json(("text", "media"))
        source = _text(body.get("text", ""))
        media = self._media(call, body["media"]) if "media" in body else {}
        if not source and not media:
            message = "$.text: is required unless media is provided"
            raise problem.invalid("text", source, message)
        self._refuse_duplicate(call, source)
        id_ = posts.snowflake(call.now, self._shelf.number())
        record = self._record(call, id_, source, list(media))
        for one, medium in media.items():
            self._shelf.put("media", one, {**medium, "used": True})
        self._shelf.put("post", id_, record)
        data = {"id": id_, "text": record["text"], f"edit_history_{self._names}_ids": [id_]}
        return Answer.json({"data": data}, 201)

    def delete(self, call: Call) -> Answer:
        """Take a post down; what is gone already is not found (docs.x.com, response codes)."""
        call.parameters(())
        id_ = checked_id("id", call.id)
        record = self._shelf.get("post", id_)
        if record is None or record["deleted"]:
            raise problem.gone(id_)
        if record["account"] != call.account:
            raise problem.forbidden("You are not permitted to perform this action.")
        self._shelf.put("post", id_, {**record, "deleted": True})
        return Answer.json({"data": {"deleted": True}})

    def _medium(self, call: Call, id_: str) -> dict[str, Any] | None:
        """Return a picture that this account may use now, or None."""
        record = self._shelf.get("media", id_)
        if record is None or record["account"] != call.account:
            return None
        age = call.now - datetime.fromisoformat(record["at"])
        return record if record["used"] or age <= MEDIA_LIFE else None

    def _media(self, call: Call, value: object) -> dict[str, dict[str, Any]]:
        ids = keyed(value, "$.media", ("media_ids",)).get("media_ids")
        if not isinstance(ids, list) or not 1 <= len(ids) <= MOST_MEDIA:
            message = f"$.media.media_ids: must be an array of 1 to {MOST_MEDIA} items"
            raise problem.invalid("media.media_ids", ids, message)
        found = {}
        for one in ids:
            id_ = checked_id("media.media_ids", one)
            record = self._medium(call, id_)
            if record is None or id_ in found:
                raise problem.invalid("media.media_ids", id_, "Your media IDs are invalid.")
            found[id_] = record
        return found

    def _refuse_duplicate(self, call: Call, source: str) -> None:
        for record in self._shelf.all("post").values():
            age = call.now - datetime.fromisoformat(record["at"])
            own = record["account"] == call.account and not record["deleted"]
            if source and own and age < DUPLICATE and text.same(source, record["source"]):
                raise problem.forbidden(
                    "You are not allowed to create a Tweet with duplicate content."
                )

    def _record(self, call: Call, id_: str, source: str, media: list[str]) -> dict[str, Any]:
        rewritten = call.fault is Fault.REWRITTEN
        kept = " ".join(source.split()) if rewritten else source
        suffix = "s=20" if rewritten else ""
        shown, links = text.wrapped(kept, self._short, suffix=suffix)
        if media:
            shown, picture = self._with_pictures(call, id_, shown, media)
            links.append(picture)
        lag = LAG_SECONDS if call.fault is Fault.LAGGING else 0
        return {
            "account": call.account,
            "author": call.user,
            "at": call.now.isoformat(),
            "listed": (call.now + timedelta(seconds=lag)).isoformat(),
            "source": kept,
            "text": shown,
            "links": links,
            "media": media,
            "deleted": False,
        }

    def _with_pictures(
        self, call: Call, id_: str, shown: str, media: list[str]
    ) -> tuple[str, dict[str, Any]]:
        """Return the text with the link that X adds for pictures, and that link."""
        url = self._short()
        start = len(shown) + 1 if shown else 0
        link = {
            "start": start,
            "end": start + len(url),
            "url": url,
            "expanded_url": f"https://x.com/{call.username}/status/{id_}/photo/1",
            "display_url": f"pic.x.com/{url.rpartition('/')[2]}",
            "media_key": posts.media_key(media[0]),
        }
        return f"{shown} {url}".lstrip(), link

    def _short(self) -> str:
        return posts.short(self._shelf.number())


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise problem.invalid("text", value, "$.text: string expected")
    source = text.normal(value)
    fault = text.fault(source)
    if fault:
        raise problem.invalid("text", source, fault)
    return source
