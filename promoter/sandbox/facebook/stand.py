"""The stand-in itself: lets calls in, sends them where they belong, and fails on request."""

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from promoter.sandbox.contract import RETRY_AFTER, Answer, Entry, Fault, Feed, Request
from promoter.sandbox.facebook import publishing, views
from promoter.sandbox.facebook.call import Call
from promoter.sandbox.facebook.insights import counts
from promoter.sandbox.facebook.login import HOST as BROWSER_HOST
from promoter.sandbox.facebook.login import TASKS, Login, is_dialog
from promoter.sandbox.facebook.page import Comment, Page, Photo, Post
from promoter.sandbox.facebook.parameters import Parameters, read
from promoter.sandbox.facebook.refusal import Refusal, missing, parameter, unknown_path
from promoter.sandbox.facebook.tokens import Grant, Tokens
from promoter.sandbox.shelf import Shelf

HOST = "graph.facebook.com"
HOSTS = (HOST, BROWSER_HOST)
VERSION = "v26.0"

_VERSION = re.compile(r"v(\d{1,3})\.(\d{1,2})")

Item = TypeVar("Item")
Routes = Mapping[tuple[str, str], Callable[[Call, Item], dict[str, object]]]
"""By method and edge."""

PAGE: Routes[Page] = {
    ("GET", ""): views.read,
    ("POST", "photos"): publishing.add_photo,
    ("POST", "feed"): publishing.add_post,
    ("GET", "feed"): views.public_posts,
    ("GET", "posts"): views.public_posts,
    ("GET", "published_posts"): views.public_posts,
    ("GET", "scheduled_posts"): views.scheduled_posts,
}
POST: Routes[Post] = {
    ("GET", ""): views.read,
    ("POST", ""): publishing.change_post,
    ("DELETE", ""): publishing.remove,
    ("GET", "comments"): views.comments,
    ("POST", "comments"): publishing.add_comment,
    ("GET", "insights"): views.post_insights,
}
PHOTO: Routes[Photo] = {("GET", ""): views.read, ("DELETE", ""): publishing.remove}
COMMENT: Routes[Comment] = {("GET", ""): views.read, ("DELETE", ""): publishing.remove}


class Stand:
    """Facebook, as Pages see it."""

    channel = "facebook"
    title = "Facebook"
    hosts = HOSTS

    def __init__(
        self,
        accounts: Mapping[str, Mapping[str, str]],
        shelf: Shelf,
        *,
        wall: Callable[[], float] = time.time,
        drafts: bool = True,
        agrees: bool = True,
        tasks: Sequence[str] = TASKS,
    ) -> None:
        """Open the stand-in.

        Args:
            accounts: By name `page_id`, `token` and perhaps `app_id` and `app_secret`, which calls
                then have to prove that they know.
            wall: Not asked: nothing that Facebook checks is signed with a time.
            drafts: Whether `is_published=true` makes a draft public. What the real service does
                is unverified; without, it says that all is well and the draft stays hidden.
            agrees: Whether a person who is asked in the browser lets the app in.
            tasks: What that person may do on the Pages.
        """
        self._accounts = accounts
        self._shelf = shelf
        self._drafts = drafts
        self._tokens = Tokens(accounts, shelf)
        self._login = Login(self._tokens, shelf, agrees=agrees, tasks=tasks)

    def handle(self, request: Request, now: datetime, fault: Fault | None = None) -> Answer:
        """Answer a request."""
        if is_dialog(request):
            return self._login.dialog(request, now)
        try:
            return self._answer(self._done(request, now, fault))
        except Refusal as refusal:
            return self._refused(refusal, request.target)

    def failure(self, fault: Fault) -> Answer:
        """Say what the service says when it throttles, refuses or breaks."""
        match fault:
            case Fault.THROTTLED:
                throttled = Refusal(
                    80001, "There have been too many calls to this Page account.", subcode=2494055
                )
                return self._refused(throttled, fault.name, minutes=-(-RETRY_AFTER // 60))
            case Fault.EXPIRED:
                expired = Refusal(
                    190, "Error validating access token: Session has expired.", subcode=463
                )
                return self._refused(expired, fault.name)
            case Fault.REFUSED:
                return self._refused(parameter(fault.value), fault.name)
            case _:
                page = (
                    "<!DOCTYPE html><html><body><h1>Sorry, something went wrong.</h1></body></html>"
                )
                headers = {**self._headers(), "Content-Type": "text/html; charset=utf-8"}
                return Answer(500, page.encode(), headers)

    def feeds(self, now: datetime) -> Sequence[Feed]:
        """Return each Page with all its posts; drafts are marked as hidden."""
        return [Feed(name, name, self._entries(name, now)) for name in self._accounts]

    def _done(self, request: Request, now: datetime, fault: Fault | None) -> dict[str, object]:
        node, edge = _place(request)
        parameters = read(request)
        if node == "debug_token" and not edge:
            return self._tokens.described(request, parameters, now)
        if (node, edge) == ("oauth", "access_token"):
            return self._login.exchange(request.method, parameters, now)
        caller = self._tokens.caller(parameters, now)
        if isinstance(caller, Grant):
            return self._of_person(caller, request, parameters, now)
        page = self._page(caller)
        if not node:
            # gone with v26.0 (Graph API changelog, 2026-07-29)
            raise parameter("The ids parameter on the root is no longer supported")
        call = Call(
            page=page,
            path=request.path,
            query=request.query,
            parameters=parameters,
            files=request.files if request.method == "POST" else {},
            now=now,
            fault=fault,
            drafts=self._drafts,
        )
        return _routed(call, request.method, node, edge)

    def _of_person(
        self, grant: Grant, request: Request, parameters: Parameters, now: datetime
    ) -> dict[str, object]:
        """Answer a person: who they are, and which Pages they have."""
        match request.method, *_place(request):
            case "GET", "me", "":
                return self._login.me(parameters)
            case "GET", "me", "accounts":
                return self._login.pages(request, parameters, grant, now)
        raise Refusal(210, "(#210) A page access token is required to request this resource.")

    def _page(self, account: str) -> Page:
        return Page(self._shelf, self._accounts[account]["page_id"], account)

    def _answer(self, value: dict[str, object]) -> Answer:
        return Answer.json(value, headers=self._headers())

    def _refused(self, refusal: Refusal, seed: str, minutes: int = 0) -> Answer:
        trace = "A" + hashlib.blake2b(seed.encode(), digest_size=10).hexdigest()
        # most errors have this status, expired tokens and throttling too; the code tells them apart
        return Answer.json(refusal.content(trace), 400, self._headers(minutes))

    def _headers(self, minutes: int = 0) -> dict[str, str]:
        """Return what each answer carries; minutes that a throttled Page has to wait."""
        used = 100 if minutes else 1
        usage = {"call_count": used, "total_cputime": 1, "total_time": 1}
        case = {"type": "pages", **usage, "estimated_time_to_regain_access": minutes}
        pages = {account["page_id"]: [case] for account in self._accounts.values()}
        return {
            "facebook-api-version": VERSION,
            "X-App-Usage": json.dumps({**usage, "call_count": 1}),
            "X-Business-Use-Case-Usage": json.dumps(pages),
        }

    def _entries(self, account: str, now: datetime) -> list[Entry]:
        page, moment = self._page(account), int(now.timestamp())
        return [
            Entry(
                id=post.id,
                at=datetime.fromtimestamp(post.created(moment), UTC),
                text=post.message,
                pictures=[(photo.id, photo.alt) for photo in page.photos(post, moment)],
                counts=counts(page, post, now),
                comments=[comment.message for comment in page.comments(post.id)],
                note="hidden" if post.since(moment) is None else "",
            )
            for post in page.posts(moment)
        ]


def _place(request: Request) -> tuple[str, str]:
    """Return the object and the edge that a path leads to."""
    version, _, rest = request.path.removeprefix("/").partition("/")
    match = _VERSION.fullmatch(version)
    # an older version is served by the oldest that lives, here the only one
    if request.host != HOST or not match or (int(match[1]), int(match[2])) > (26, 0):
        raise unknown_path(request.path)
    node, _, edge = rest.strip("/").partition("/")
    if "/" in edge or (not node and "ids" not in request.query):
        raise unknown_path(f"/{rest}")
    return node, edge


def _routed(call: Call, method: str, node: str, edge: str) -> dict[str, object]:
    page = call.page
    if node in ("me", page.id):
        return _routed_to(PAGE, page, call, method, node, edge)
    if post := page.post(node):
        return _routed_to(POST, post, call, method, node, edge)
    if photo := page.photo(node, call.moment):
        return _routed_to(PHOTO, photo, call, method, node, edge)
    if comment := page.comment(node):
        return _routed_to(COMMENT, comment, call, method, node, edge)
    raise missing(method, node)


def _routed_to(
    routes: Routes[Item], item: Item, call: Call, method: str, node: str, edge: str
) -> dict[str, object]:
    if found := routes.get((method, edge)):
        return found(call, item)
    if any(edge == known for _method, known in routes):
        raise missing(method, node)
    raise unknown_path(f"/{edge}")
