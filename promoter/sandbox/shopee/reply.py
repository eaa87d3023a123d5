"""How Shopee says yes and no: one envelope, `error` empty or not, mostly with status 200."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from promoter.sandbox.contract import Answer, Fault, Request

FORBIDDEN = 403
"""Status of what the gateway refuses: who calls, when, with which signature and token."""


class Refusal(Exception):
    """An error of the service."""

    def __init__(self, error: str, message: str, status: int = 200) -> None:
        """Name it.

        Args:
            error: As the service has it, with the prefix of its module where it has one.
            status: 200 for an error of business.
        """
        super().__init__(f"{error}: {message}")
        self.error, self.message, self.status = error, message, status

    def content(self, request_id: str) -> dict[str, Any]:
        """Return the body; only an error of business has an (empty) response."""
        content = {"error": self.error, "message": self.message, "request_id": request_id}
        if self.status != 200:
            return content
        return content | {"warning": "", "response": {}}


@dataclass(frozen=True, slots=True)
class Reply:
    """A success.

    Attributes:
        response: None where the service sends none.
        beside: What stands beside the response, at the top level.
    """

    response: Mapping[str, Any] | None = None
    beside: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""
    warning: str | None = ""

    def content(self, request_id: str) -> dict[str, Any]:
        """Return the body."""
        content: dict[str, Any] = {"error": "", "message": self.message, "request_id": request_id}
        if self.warning is not None:
            content["warning"] = self.warning
        if self.response is not None:
            content["response"] = self.response
        return content | dict(self.beside)


@dataclass(frozen=True, slots=True)
class Call:
    """A request that the gateway let through.

    Attributes:
        shop: Empty for a call that is not made for a shop.
        given: Parameters of the address or fields of the body, checked for name and type.
    """

    partner: str
    shop: str
    given: Mapping[str, Any]
    now: datetime
    fault: Fault | None
    request: Request

    @property
    def second(self) -> int:
        """Return the moment as the service counts it."""
        return int(self.now.timestamp())


PAGE = b"<html><head><title>500</title></head><body>Internal Server Error</body></html>"


def failure(fault: Fault) -> Answer:
    """Say a fault as the service would; the limit of calls comes without a time to wait."""
    match fault:
        case Fault.THROTTLED:
            refusal = Refusal("error_rate_limit", "Too many requests. Please try again later.")
        case Fault.EXPIRED:
            refusal = Refusal("error_auth", "Invalid access_token.", FORBIDDEN)
        case Fault.REFUSED:
            refusal = Refusal("product.error_busi", fault.value)
        case _:
            return Answer(500, PAGE, {"Content-Type": "text/html; charset=utf-8"})
    return Answer.json(refusal.content(f"{fault.name.lower():0>32}"), refusal.status)
