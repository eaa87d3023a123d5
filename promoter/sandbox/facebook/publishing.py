"""What a POST or DELETE does: photos, posts, drafts that become public, comments."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from promoter.sandbox.contract import LAG_SECONDS, Fault
from promoter.sandbox.facebook.call import Call
from promoter.sandbox.facebook.page import Comment, Page, Photo, Post
from promoter.sandbox.facebook.picture import measured
from promoter.sandbox.facebook.refusal import POSTED, Refusal, content, missing, parameter
from promoter.sandbox.facebook.views import shown

MOST_CHARACTERS = 63_206
MOST_COMMENT_CHARACTERS = 8_000
MOST_PHOTOS = 10
"""Not documented; what integrators keep to."""

_SOONEST, _LATEST = 10 * 60, 30 * 24 * 3_600
_LINK = re.compile(r"https?://\S*[^\s.,;:!?)\]\"'”»]")
_OWN_SITES = ("facebook.com", "fb.com", "fb.me", "fb.watch")


def add_photo(call: Call, page: Page) -> dict[str, object]:
    """Keep a photo; unless it is to stay unpublished, make a post of it."""
    parameters = call.parameters
    parameters.only(
        "url", "caption", "message", "alt_text_custom", "published", "unpublished_content_type",
        "temporary", "fields",
    )  # fmt: skip
    published, _scheduled = _publication(call, kinds=("DRAFT",))
    temporary = parameters.flag("temporary", default=False)
    if temporary and published:
        raise parameter("A temporary photo cannot be published")
    if parameters.has("caption") and parameters.has("message"):
        raise parameter("Only one of caption and message can be given")
    text = _text(call, "caption") or _text(call, "message")
    alt = parameters.text("alt_text_custom")
    data = _source(call)
    width, height = measured(data)
    if published:
        _refuse_duplicate(call, text)
    photo = Photo(
        page.new_id(), page.id, call.moment, _kept(call, text), alt, width, height, temporary
    )
    answer: dict[str, object] = {"id": photo.id}
    if published:
        post = Post(f"{page.id}_{page.new_id()}", page.id, call.moment, photos=(photo.id,))
        post = _public(call, replace(post, sent=text, message=text, updated=call.moment))
        photo = replace(photo, post=post.id)
        page.keep(post)
        answer["post_id"] = post.id
    page.keep(photo, data)
    return shown(call, photo) if parameters.has("fields") else answer


def add_post(call: Call, page: Page) -> dict[str, object]:
    """Make a post: public, hidden, or to become public at a moment."""
    parameters = call.parameters
    parameters.only(
        "message", "link", "attached_media", "published", "unpublished_content_type",
        "scheduled_publish_time", "fields",
    )  # fmt: skip
    if call.files:
        raise parameter("This edge takes no files")
    published, scheduled = _publication(call, kinds=("DRAFT", "SCHEDULED"))
    text, link, photos = _text(call, "message"), _link(call), _photos(call, None)
    if scheduled is not None and not all(photo.temporary for photo in photos):
        raise parameter("Photos of a scheduled post have to be temporary")
    post = Post(
        f"{page.id}_{page.new_id()}",
        page.id,
        call.moment,
        sent=text,
        message=_kept(call, text),
        link=_kept(call, link),
        photos=tuple(photo.id for photo in photos),
        scheduled=scheduled,
        updated=call.moment,
    )
    _refuse_empty(post)
    if published:
        _refuse_duplicate(call, text)
        post = _public(call, post)
    _keep(call, post)
    return shown(call, post) if parameters.has("fields") else {"id": post.id}


def change_post(call: Call, post: Post) -> dict[str, object]:
    """Change a post's text or a draft's photos, or make it public; repeating it is fine."""
    parameters = call.parameters
    parameters.only("message", "attached_media", "is_published")
    if not any(parameters.has(name) for name in ("message", "attached_media", "is_published")):
        raise parameter("Nothing to change was given")
    hidden = post.since(call.moment) is None
    publish = parameters.flag("is_published", default=not hidden)
    if not publish and not hidden:
        raise parameter("A published post cannot be unpublished")
    changed = post
    if parameters.has("attached_media"):
        changed = _with_photos(call, changed, hidden=hidden)
    if parameters.has("message"):
        text = _text(call, "message")
        changed = replace(changed, sent=text, message=_kept(call, text), updated=call.moment)
    _refuse_empty(changed)
    if publish and hidden and call.drafts:
        _refuse_duplicate(call, changed.sent)
        changed = _public(call, changed)
    _keep(call, changed, before=post)
    return {"success": True}


def add_comment(call: Call, post: Post) -> dict[str, object]:
    """Write a comment of the Page under a public post."""
    call.parameters.only("message", "fields")
    text = call.parameters.text("message")
    if post.since(call.moment) is None or call.files:
        raise parameter("Only a text can be written, and only under a published post")
    if not text.strip():
        raise parameter("Param message must not be empty")
    if len(text) > MOST_COMMENT_CHARACTERS:
        raise parameter(f"A comment has at most {MOST_COMMENT_CHARACTERS} characters")
    page = call.page
    id_ = f"{post.number}_{page.new_id()}"
    comment = Comment(id_, page.id, post.id, call.moment, text)
    page.keep(comment)
    return shown(call, comment) if call.parameters.has("fields") else {"id": comment.id}


def remove(call: Call, item: Post | Photo | Comment) -> dict[str, object]:
    """Delete an object; a post whose only photo goes, goes with it."""
    call.parameters.only()
    post = call.page.post(item.post) if isinstance(item, Photo) and item.post else None
    if post:
        left = tuple(id_ for id_ in post.photos if id_ != item.id)
        if left:
            call.page.keep(replace(post, photos=left))
        else:
            call.page.forget(post)
    call.page.forget(item)
    return {"success": True}


def _publication(call: Call, kinds: tuple[str, ...]) -> tuple[bool, int | None]:
    """Return whether a post is public at once, else when it will be by itself, if ever."""
    published = call.parameters.flag("published", default=True)
    kind = call.parameters.text("unpublished_content_type")
    at = call.parameters.moment("scheduled_publish_time")
    if kind and kind not in kinds:
        raise parameter(f"Param unpublished_content_type must be one of {{{', '.join(kinds)}}}")
    if published and (kind or at is not None):
        raise parameter("Only a post with published=false can be a draft or scheduled")
    if (kind == "SCHEDULED" and at is None) or (kind == "DRAFT" and at is not None):
        raise parameter("scheduled_publish_time goes with unpublished_content_type=SCHEDULED")
    if at is not None and not _SOONEST <= at - call.moment <= _LATEST:
        raise parameter("The specified scheduled publish time is invalid")
    return published, at


def _text(call: Call, name: str) -> str:
    text = call.parameters.text(name)
    if len(text) > MOST_CHARACTERS:
        raise parameter(f"Param {name} must be at most {MOST_CHARACTERS} characters")
    return text


def _link(call: Call) -> str:
    link = call.parameters.text("link")
    if not link:
        return ""
    try:
        parts = urlsplit(link)
    except ValueError as error:
        raise content(1609005, "Cannot read link", "The link is no address.") from error
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or "." not in host:
        raise content(1609005, "Cannot read link", "The link cannot be fetched.")
    if any(host == site or host.endswith(f".{site}") for site in _OWN_SITES):
        raise content(1609008, "Cannot post link", "Links to Facebook cannot be posted this way.")
    if call.parameters.has("attached_media"):
        raise parameter("Only one of link and attached_media can be given")
    return link


def _source(call: Call) -> bytes:
    if call.parameters.has("url"):
        # fetched by Meta from the public internet, which a stand-in must not reach
        raise Refusal(324, "(#324) Missing or invalid image file")
    files = call.files.get("source", ())
    if len(files) != 1 or len(call.files) != 1:
        raise Refusal(324, "(#324) Requires upload file")
    return files[0].data


def _photos(call: Call, post: Post | None) -> list[Photo]:
    """Return the photos to be attached: ours, each once, in no other post than this."""
    ids = call.parameters.media()
    if len(ids) > MOST_PHOTOS or len(set(ids)) < len(ids):
        raise parameter(f"attached_media takes at most {MOST_PHOTOS} photos, each once")
    found = []
    for id_ in ids:
        photo = call.page.photo(id_, call.moment)
        if not photo:
            raise missing("POST", id_)
        if photo.post and not (post and photo.post == post.id):
            raise content(POSTED, "Already posted", "These photos were already posted.")
        found.append(photo)
    return found


def _with_photos(call: Call, post: Post, *, hidden: bool) -> Post:
    if post.link:
        raise parameter("A post with a link takes no photos")
    photos = tuple(photo.id for photo in _photos(call, post))
    if photos != post.photos and not hidden:
        raise parameter("The photos of a published post cannot be changed")
    return replace(post, photos=photos)


def _refuse_empty(post: Post) -> None:
    if not (post.message.strip() or post.link or post.photos):
        raise content(1349125, "Missing message or attachment", "The post is empty.")


def _refuse_duplicate(call: Call, text: str) -> None:
    last = call.page.last(call.moment)
    if text and last and last.sent == text:
        raise Refusal(506, "(#506) Duplicate status message")


def _public(call: Call, post: Post) -> Post:
    lag = LAG_SECONDS if call.fault is Fault.LAGGING else 0
    return replace(
        post,
        message=_kept(call, post.message),
        link=_kept(call, post.link),
        public=call.moment,
        listed=call.moment + lag,
        scheduled=None,
    )


def _keep(call: Call, post: Post, before: Post | None = None) -> None:
    """Keep a post, and which photos it has taken and let go."""
    call.page.keep(post)
    let_go = set(before.photos) - set(post.photos) if before else set()
    for ids, holder in ((post.photos, post.id), (let_go, None)):
        for id_ in ids:
            if photo := call.page.photo(id_, call.moment):
                call.page.keep(replace(photo, post=holder))


def _kept(call: Call, text: str) -> str:
    """Return a text as the service keeps it."""
    if call.fault is not Fault.REWRITTEN:
        return text
    return _LINK.sub(_followed, " ".join(text.split()))


def _followed(link: re.Match[str]) -> str:
    address, sharp, place = link[0].partition("#")
    if "fbclid=" in address:
        return link[0]
    return f"{address}{'&' if '?' in address else '?'}fbclid=sandbox{sharp}{place}"
