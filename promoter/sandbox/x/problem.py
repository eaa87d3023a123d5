"""How X refuses: problems in JSON, and the errors that a successful answer may carry."""

from collections.abc import Mapping, Sequence
from typing import Any

from promoter.sandbox.contract import Answer

PROBLEMS = "https://api.x.com/2/problems/"
INVALID = "One or more parameters to your request was invalid."


class Refusal(Exception):
    """Ends a request with a problem."""

    def __init__(
        self, status: int, title: str, detail: str, kind: str = "about:blank", **more: object
    ) -> None:
        super().__init__(detail)
        self.status = status
        self._problem = {"title": title, "detail": detail, "type": kind, "status": status, **more}

    def answer(self, headers: Mapping[str, str]) -> Answer:
        """Return what the client gets."""
        return Answer.json(self._problem, self.status, headers)


def invalid(name: str, value: object, message: str) -> Refusal:
    """Return the refusal of one parameter; the reason stands in the list alone.

    That is how the server answered up to 2025 (plhery/node-twitter-api-v2, issue 597); its
    documentation shows the reason in `detail` instead.
    """
    errors = [{"parameters": {name: [str(value)]}, "message": message}]
    return Refusal(400, "Invalid Request", INVALID, PROBLEMS + "invalid-request", errors=errors)


def refused(reason: str) -> Refusal:
    """Return the refusal of a whole request, in the words of the documentation."""
    return Refusal(400, "Invalid Request", reason, PROBLEMS + "invalid-request")


def unauthorized() -> Refusal:
    """Return the refusal of a signature or token; it does not tell which was wrong."""
    return Refusal(401, "Unauthorized", "Unauthorized")


def forbidden(detail: str) -> Refusal:
    """Return the refusal of what this account may not do."""
    return Refusal(403, "Forbidden", detail)


def read_only() -> Refusal:
    """Return the refusal of a write whose keys permit reading alone."""
    detail = (
        "Your client app is not configured with the appropriate oauth1 app permissions for this"
        " endpoint."
    )
    return Refusal(403, "Forbidden", detail, PROBLEMS + "oauth1-permissions")


def throttled() -> Refusal:
    """Return the refusal of one request too many."""
    return Refusal(429, "Too Many Requests", "Too Many Requests")


def gone(id_: str) -> Refusal:
    """Return the refusal of an address under which there is no post."""
    detail = f"Could not find tweet with id: [{id_}]."
    return Refusal(404, "Not Found Error", detail, PROBLEMS + "resource-not-found")


def missing(resource: str, parameter: str, id_: str) -> dict[str, Any]:
    """Return the error that stands in a 200 in the place of a resource."""
    return {
        "value": id_,
        "detail": f"Could not find {resource} with {parameter}: [{id_}].",
        "title": "Not Found Error",
        "resource_type": resource,
        "parameter": parameter,
        "resource_id": id_,
        "type": PROBLEMS + "resource-not-found",
    }


def hidden(parameter: str, id_: str, fields: Sequence[str]) -> list[dict[str, Any]]:
    """Return the errors that stand in a 200 for fields of a post that may not be seen."""
    return [
        {
            "value": id_,
            "detail": f"Sorry, you are not authorized to access '{field}' on the Tweet with"
            f" {parameter} : [{id_}].",
            "title": "Field Authorization Error",
            "field": field,
            "section": "data",
            "resource_type": "tweet",
            "parameter": parameter,
            "resource_id": id_,
            "type": PROBLEMS + "not-authorized-for-field",
        }
        for field in fields
    ]
