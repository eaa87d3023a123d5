"""A receiver of webhooks as anybody could write one from docs/channels.md."""

import hmac
import time
from base64 import b64decode
from collections.abc import Callable, Sequence
from typing import Any

from promoter.sandbox.contract import RETRY_AFTER, Answer, Fault, Request

TOLERANCE_SECONDS = 300
LONGEST = 5_000
LARGEST = 4_000_000


class Receiver:
    """Keeps posts by their key and knows them by a number of its own."""

    def __init__(self, secret: str, *, wall: Callable[[], float] = time.time) -> None:
        self.secret = secret
        self._wall = wall
        self._posts: dict[str, dict[str, Any]] = {}
        self._last = 0

    def kept(self) -> Sequence[str]:
        """Return the captions of the posts."""
        return [post["caption"] for post in self._posts.values()]

    def handle(self, request: Request, _fault: Fault | None) -> Answer:
        """Take an event; the faults inside of a service have nothing to delay or rewrite here."""
        if not self._is_signed(request):
            return Answer.json({"reason": "the signature is wrong"}, 401)
        event = request.json()
        match event["event"]:
            case "post.publish":
                return self._publish(event)
            case "post.find":
                return self._told(event["key"])
            case "post.correct":
                return self._correct(event)
            case "post.withdraw":
                self._posts.pop(self._key(event["id"]), None)
                return Answer.json({"absent": True})
        return Answer.json({"reason": "there is no such event"}, 501)

    def failure(self, _request: Request, fault: Fault) -> Answer:
        """Say what stands for a fault."""
        body = {"reason": f"fault: {fault.value}"}
        match fault:
            case Fault.THROTTLED:
                return Answer.json(body, 429, {"Retry-After": str(RETRY_AFTER)})
            case Fault.EXPIRED:
                return Answer.json(body, 401)
            case Fault.REFUSED:
                return Answer.json(body, 400)
        return Answer.json(body, 500)

    def _is_signed(self, request: Request) -> bool:
        moment = request.headers.get("x-promoter-timestamp", "0")
        if not moment.isdigit() or abs(self._wall() - int(moment)) > TOLERANCE_SECONDS:
            return False
        signed = f"{moment}.".encode() + request.body
        right = "sha256=" + hmac.new(self.secret.encode(), signed, "sha256").hexdigest()
        return hmac.compare_digest(right, request.headers.get("x-promoter-signature", ""))

    def _publish(self, event: dict[str, Any]) -> Answer:
        wrong = _wrong(event)
        if wrong:
            return wrong
        known = self._posts.get(event["key"])
        self._last += known is None
        number = known["id"] if known else str(self._last)
        self._posts[event["key"]] = {"id": number, "caption": event["caption"]}
        return self._told(event["key"])

    def _correct(self, event: dict[str, Any]) -> Answer:
        post = self._posts.get(self._key(event["id"]))
        if post is None:
            return Answer.json({"reason": "there is no such post"}, 400)
        wrong = _wrong(event)
        if wrong:
            return wrong
        post["caption"] = event["caption"]
        return self._told(self._key(event["id"]))

    def _key(self, number: str) -> str:
        return next((key for key, post in self._posts.items() if post["id"] == number), "")

    def _told(self, key: str) -> Answer:
        post = self._posts.get(key)
        if post is None:
            return Answer.json({"absent": True})
        return Answer.json({"id": post["id"], "url": f"https://cong.example.vn/bai/{post['id']}"})


def _wrong(event: dict[str, Any]) -> Answer | None:
    if len(event["caption"]) > LONGEST:
        return Answer.json({"reason": f"at most {LONGEST} characters"}, 422)
    if any(len(b64decode(item["data"])) > LARGEST for item in event["media"]):
        return Answer.json({"reason": f"at most {LARGEST} bytes"}, 422)
    return None
