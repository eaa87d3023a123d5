"""One call of an endpoint: who calls, when, and with which parameters and body."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from promoter.sandbox.contract import Fault, File, Request
from promoter.sandbox.x import problem

ID = re.compile(r"[0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class Call:
    """A signed call.

    Attributes:
        account: Who signed it.
        user, username: What X calls the account.
        id: What stands in the path in the place of an id; may be empty.
        access: What the keys permit: `read` or `read-write`.
    """

    request: Request
    account: str
    user: str
    username: str
    id: str
    now: datetime
    fault: Fault | None
    access: str = "read-write"

    def parameters(self, known: Sequence[str]) -> dict[str, str]:
        """Return the parameters of the address.

        Raises:
            Refusal: One is not known, or is there twice.
        """
        found = {}
        for name, values in self.request.query.items():
            if name not in known:
                message = f"The query parameter [{name}] is not one of [{','.join(known)}]"
                raise problem.invalid(name, values[0], message)
            if len(values) > 1:
                message = f"Duplicate parameters are not allowed: the `{name}` query parameter"
                raise problem.invalid(name, values[0], message)
            found[name] = values[0]
        return found

    def json(self, known: Collection[str]) -> dict[str, Any]:
        """Return the body, an object with these keys at most.

        Raises:
            Refusal: It is another one.
        """
        self.parameters(())
        if not self._mime().startswith("application/json"):
            raise problem.refused("The body must be application/json.")
        try:
            body = self.request.json()
        except ValueError:
            raise problem.refused("The body is not valid JSON.") from None
        return keyed(body, "$", known)

    def upload(self, known: Collection[str]) -> tuple[Mapping[str, str], File]:
        """Return the fields of a form, and its one file.

        Raises:
            Refusal: It is another form.
        """
        self.parameters(())
        if not self._mime().startswith("multipart/form-data"):
            raise problem.refused("The body must be multipart/form-data.")
        fields, files = self.request.fields, self.request.files
        for name in {**fields, **files}:
            if name not in {*known, "media"}:
                raise problem.invalid(name, "", f"$.{name}: is not defined in the schema")
        if any(len(values) > 1 for values in fields.values()):
            raise problem.refused("A field is there twice.")
        if len(files.get("media", ())) != 1:
            raise problem.invalid("media", "", "$.media: is needed once")
        return {name: values[0] for name, values in fields.items()}, files["media"][0]

    def _mime(self) -> str:
        return self.request.headers.get("content-type", "")


def keyed(value: object, place: str, known: Collection[str]) -> dict[str, Any]:
    """Return a part of a body, an object with these keys at most.

    Raises:
        Refusal: It is something else.
    """
    if not isinstance(value, dict):
        raise problem.invalid(place, value, f"{place}: object expected")
    for name in value:
        if name not in known:
            message = f"{place}.{name}: is not defined in the schema and the schema does not allow"
            raise problem.invalid(name, value[name], f"{message} additional properties")
    return value


def checked_id(name: str, value: object) -> str:
    """Return an id.

    Raises:
        Refusal: It is none.
    """
    if isinstance(value, str) and ID.fullmatch(value):
        return value
    raise problem.invalid(name, value, f"The `{name}` value [{value}] is not valid")
