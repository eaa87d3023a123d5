"""What a GET shows: Page, post, photo and comment, their lists and numbers."""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote

from promoter.sandbox.engagement import draw
from promoter.sandbox.facebook.call import Call
from promoter.sandbox.facebook.fields import Field, Known, parse, project
from promoter.sandbox.facebook.insights import counts, insights
from promoter.sandbox.facebook.listing import USUAL, Key, Part, part, wanted
from promoter.sandbox.facebook.page import Comment, Page, Photo, Post, written
from promoter.sandbox.facebook.refusal import parameter

Node = Page | Post | Photo | Comment

PERMALINK_SECONDS = 5
"""A post that was just published has no permalink_url for some seconds."""

_SITE = "https://www.facebook.com"
_IMAGES = "https://scontent.xx.fbcdn.net/v"
_PARTS = ("fields", "limit", "after", "before")
_NO_COMMENT = Comment(id="0_0", page="", post="", made=0, message="")
"""Shown to nobody: an empty list forgives no unknown field either."""


def read(call: Call, item: Node) -> dict[str, object]:
    """Return an object with the fields asked for."""
    call.parameters.only("fields")
    return shown(call, item)


def shown(call: Call, item: Node) -> dict[str, object]:
    """Return an object with the fields asked for, or those that come without asking."""
    match item:
        case Page():
            known, kind, usual = _page(item), "Page", "name,id"
        case Post():
            known, kind, usual = _post(call, item), "PagePost", "created_time,message,id"
        case Photo():
            known, kind, usual = _photo(call.page, item), "Photo", "created_time,name,id"
        case Comment():
            known, kind, usual = _comment(call.page, item), "Comment", "created_time,message,id"
    return project(parse(call.parameters.text("fields") or usual), known, kind)


def public_posts(call: Call, _page: Page) -> dict[str, object]:
    """Return the Page's public posts, newest first."""
    return _posts(call, [post for post in _asked(call) if post.in_lists(call.moment)])


def scheduled_posts(call: Call, _page: Page) -> dict[str, object]:
    """Return the posts that wait for their moment, newest first."""
    waiting = [post for post in _asked(call) if post.since(call.moment) is None and post.scheduled]
    return _posts(call, waiting)


def comments(call: Call, post: Post) -> dict[str, object]:
    """Return the Page's comments under a post; those of simulated people are only counted."""
    call.parameters.only(*_PARTS, "order", "summary")
    order = call.parameters.text("order", "chronological")
    if order not in ("chronological", "reverse_chronological"):
        raise parameter("Param order must be one of {chronological, reverse_chronological}")
    sign = 1 if order == "chronological" else -1
    shown(call, _NO_COMMENT)
    answer = part(wanted(call), _keyed(call, post, sign), lambda item: shown(call, item))
    if call.parameters.flag("summary", default=False):
        answer["summary"] = _comments_summary(call, post)
    return answer


def post_insights(call: Call, post: Post) -> dict[str, object]:
    """Return metrics of a post."""
    parameters = call.parameters
    parameters.only("metric", "period", "since", "until")
    if parameters.text("period", "lifetime") != "lifetime":
        raise parameter("Param period must be lifetime")
    since, until = parameters.moment("since"), parameters.moment("until")
    return insights(call.page, post, call.now, parameters.text("metric"), since, until)


def _asked(call: Call) -> Sequence[Post]:
    call.parameters.only(*_PARTS, "since", "until")
    since, until = call.parameters.moment("since"), call.parameters.moment("until")
    return [
        post
        for post in call.page.posts(call.moment)
        if (since is None or post.created(call.moment) >= since)
        and (until is None or post.created(call.moment) <= until)
    ]


def _posts(call: Call, posts: Sequence[Post]) -> dict[str, object]:
    shown(call, Post("0_0", call.page.id, call.moment))  # an empty list forgives no field either
    keyed = [((-post.created(call.moment), -post.number), post) for post in posts]
    return part(wanted(call), keyed, lambda post: shown(call, post))


def _keyed(call: Call, post: Post, sign: int) -> list[tuple[Key, Comment]]:
    numbered = enumerate(call.page.comments(post.id))
    return sorted(
        (((sign * comment.made, sign * number), comment) for number, comment in numbered),
        key=lambda item: item[0],
    )


def _page(page: Page) -> Known:
    people = draw(150, 4_000, "followers", page.id)  # insights ask for at least 100
    return {
        "id": page.id,
        "name": page.name,
        "category": "Agricultural cooperative",
        "fan_count": people,
        "followers_count": people + people // 50,
        "is_published": True,
        "link": f"{_SITE}/{page.id}",
    }


def _post(call: Call, post: Post) -> Known:
    since, moment = post.since(call.moment), call.moment
    shares = counts(call.page, post, call.now).get("shares", 0)
    settled = since is not None and moment - since >= PERMALINK_SECONDS
    return {
        "id": post.id,
        "message": post.message or None,
        "created_time": written(post.created(moment)),
        "updated_time": written(max(post.created(moment), post.updated)),
        "permalink_url": f"{_SITE}/{call.page.id}/posts/{post.number}" if settled else None,
        "is_published": since is not None,
        "scheduled_publish_time": post.scheduled if since is None else None,
        "status_type": _status(post),
        "from": _author(call.page),
        "shares": {"count": shares} if shares else None,
        "comments": lambda field: _comments(call, post, field),
        "reactions": lambda field: _reactions(call, post, field),
        "attachments": lambda field: _attachments(call, post, field),
        "insights": lambda field: _insights(call, post, field),
    }


def _status(post: Post) -> str:
    if post.photos:
        return "added_photos"
    return "shared_story" if post.link else "mobile_status_update"


def _author(page: Page) -> Callable[[Field], object]:
    def author(field: Field) -> object:
        field.only()
        return project(field.fields or parse("name,id"), _page(page), "Page")

    return author


def _photo(page: Page, photo: Photo) -> Known:
    return {
        "id": photo.id,
        "name": photo.caption or None,
        "alt_text": photo.alt or "May be an image of food",
        "alt_text_custom": photo.alt or None,
        "created_time": written(photo.made),
        "page_story_id": photo.post,
        "width": photo.width,
        "height": photo.height,
        "link": _photo_url(photo),
        "from": _author(page),
    }


def _comment(page: Page, comment: Comment) -> Known:
    return {
        "id": comment.id,
        "message": comment.message,
        "created_time": written(comment.made),
        "from": _author(page),
    }


def _comments(call: Call, post: Post, field: Field) -> object:
    field.only("limit", "summary")
    there = Part(f"/v26.0/{post.id}/comments", {}, field.number("limit", USUAL))
    fields = field.fields or parse("created_time,message,id")

    def show(item: Comment) -> object:
        return project(fields, _comment(call.page, item), "Comment")

    show(_NO_COMMENT)
    answer = part(there, _keyed(call, post, 1), show)
    if _summary(field):
        answer["summary"] = _comments_summary(call, post)
    return answer


def _comments_summary(call: Call, post: Post) -> Mapping[str, object]:
    total = counts(call.page, post, call.now).get("comments", 0)
    return {"order": "ranked", "total_count": total, "can_comment": True}


def _reactions(call: Call, post: Post, field: Field) -> object:
    """Return the reactions; nobody is named, they are simulated."""
    field.only("limit", "summary")
    field.number("limit", USUAL)
    answer: dict[str, object] = {"data": []}
    if _summary(field):
        total = counts(call.page, post, call.now).get("reactions", 0)
        answer["summary"] = {"total_count": total, "viewer_reaction": "NONE"}
    return answer


def _summary(field: Field) -> bool:
    asked = field.arguments.get("summary", "false")
    if asked not in ("true", "false", "1", "0", "total_count"):
        raise parameter(f"Argument summary of field {field.name} must be a boolean")
    return asked not in ("false", "0")


def _insights(call: Call, post: Post, field: Field) -> object:
    field.only("metric")
    return insights(call.page, post, call.now, field.arguments.get("metric", ""), None, None)


def _attachments(call: Call, post: Post, field: Field) -> object:
    field.only()
    photos = call.page.photos(post, call.moment)
    wanted = field.fields or parse("media,subattachments,target,title,type,url")
    shown = project(wanted, _attachment(post, photos), "StoryAttachment")
    return {"data": [shown]} if photos or post.link else None


def _attachment(post: Post, photos: Sequence[Photo]) -> Known:
    if not photos:
        return _about(
            "share",
            post.link,
            title=post.link,
            url=f"https://l.facebook.com/l.php?u={_quoted(post)}",
        )
    if len(photos) == 1:
        return {**_medium(photos[0]), "description": post.message or None}
    url = f"{_SITE}/media/set/?set=pcb.{post.number}"
    return {
        **_about("album", url, target=str(post.number), title="Photos"),
        "description": post.message or None,
        "media": _image(photos[0]),
        "subattachments": lambda field: {
            "data": [
                project(
                    field.fields or parse("media,target,type,url"),
                    _medium(photo),
                    "StoryAttachment",
                )
                for photo in photos
            ]
        },
    }


def _quoted(post: Post) -> str:
    mark = draw(10**15, 10**16 - 1, "shim", post.id)
    return f"{quote(post.link, safe='')}&h=AT{mark:x}"


def _medium(photo: Photo) -> Known:
    url = _photo_url(photo)
    return {
        **_about("photo", url, target=photo.id, title=photo.caption),
        "media": _image(photo),
    }


def _about(
    kind: str, there: str, *, url: str = "", target: str = "", title: str = ""
) -> dict[str, object]:
    """Return what each attachment has; None where the service leaves it away."""
    return {
        "type": kind,
        "media_type": {"share": "link"}.get(kind, kind),
        "title": title or None,
        "url": url or there,
        "unshimmed_url": there,
        "target": {"url": url or there} | ({"id": target} if target else {}),
        "description": None,
        "media": None,
        "subattachments": None,
    }


def _image(photo: Photo) -> Mapping[str, object]:
    src = f"{_IMAGES}/{photo.id}_n.jpg"
    return {"image": {"height": photo.height, "width": photo.width, "src": src}}


def _photo_url(photo: Photo) -> str:
    return f"{_SITE}/photo.php?fbid={photo.id}"
