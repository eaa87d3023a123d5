"""The endpoints of X that only look: posts by id, a timeline, whose keys these are."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from promoter.sandbox.contract import Answer
from promoter.sandbox.shelf import Shelf
from promoter.sandbox.x import posts, problem
from promoter.sandbox.x.call import Call, checked_id

MOST_IDS = 100
TIMELINE = 3_200
"""How many of the newest posts a timeline reaches back."""

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z")
_FIRST = datetime(2010, 11, 6, tzinfo=UTC)
_TIMELINE = ("max_results", "start_time", "end_time", "pagination_token")

Posts = list[tuple[str, dict[str, Any]]]


class Reading:
    """What accounts see of the shelf."""

    def __init__(
        self, accounts: Mapping[str, Mapping[str, str]], shelf: Shelf, names: posts.Names
    ) -> None:
        """Read from this shelf, and answer in these words."""
        self._accounts, self._shelf, self._names = accounts, shelf, names
        self._fields = ("tweet.fields",) if names == "tweet" else ("tweet.fields", "post.fields")

    def one(self, call: Call) -> Answer:
        """Show a post; one that is not there is an error in a 200."""
        wanted = self._wanted(call.parameters(self._fields))
        data, errors = self._look_up(call, [checked_id("id", call.id)], wanted, "id")
        return Answer.json(_filled(data=data[0] if data else None, errors=errors))

    def many(self, call: Call) -> Answer:
        """Show up to 100 posts; those that are not there are errors in a 200."""
        parameters = call.parameters(("ids", *self._fields))
        ids = [checked_id("ids", one) for one in parameters.get("ids", "").split(",")]
        if len(ids) > MOST_IDS:
            message = f"The number of values in the `ids` parameter is not between 1 and {MOST_IDS}"
            raise problem.invalid("ids", len(ids), message)
        wanted = self._wanted(parameters)
        data, errors = self._look_up(call, list(dict.fromkeys(ids)), wanted, "ids")
        return Answer.json(_filled(data=data, errors=errors))

    def timeline(self, call: Call) -> Answer:
        """Show an account's posts, newest first, without those that are not listed yet."""
        parameters = call.parameters((*_TIMELINE, *self._fields))
        most = _most(parameters)
        since, until = _moment(parameters, "start_time"), _moment(parameters, "end_time")
        if since and until and since >= until:
            raise problem.invalid("start_time", since, "start_time must be before end_time")
        wanted, before = self._wanted(parameters), _before(parameters)
        author = checked_id("id", call.id)
        if author not in {keys["user_id"] for keys in self._accounts.values()}:
            return Answer.json({"errors": [problem.missing("user", "id", author)]})
        listed = [
            (id_, record)
            for id_, record in self._listed(author, call.now)
            if _within(record, since, until) and (before is None or int(id_) < before)
        ]
        return self._page(call, listed[:most], wanted, more=len(listed) > most)

    def me(self, call: Call) -> Answer:
        """Tell whose keys these are, and in a header what they permit."""
        call.parameters(())
        name = call.username
        told = {"x-access-level": call.access}
        return Answer.json({"data": {"id": call.user, "name": name, "username": name}}, 200, told)

    def _wanted(self, parameters: Mapping[str, str]) -> list[str]:
        known, wanted = posts.fields(self._names), []
        for parameter in self._fields:
            given = parameters[parameter].split(",") if parameter in parameters else []
            for name in given:
                if name not in known or given.count(name) > 1:
                    message = (
                        f"The `{parameter}` query parameter value [{name}] is not one of"
                        f" [{','.join(known)}]"
                    )
                    raise problem.invalid(parameter, name, message)
            wanted += given
        return wanted

    def _look_up(
        self, call: Call, ids: Sequence[str], wanted: Sequence[str], parameter: str
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        found: Posts = []
        errors = []
        for id_ in ids:
            record = self._shelf.get("post", id_)
            if record is None or record["deleted"]:
                errors.append(problem.missing("tweet", parameter, id_))
            else:
                found.append((id_, record))
        data, hidden = self._shown(call, found, wanted, parameter)
        return data, errors + hidden

    def _shown(
        self, call: Call, found: Posts, wanted: Sequence[str], parameter: str
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return posts as they are shown; one with a field that may not be seen is left out."""
        data, errors = [], []
        for id_, record in found:
            hidden = posts.withheld(
                id_, record, wanted, call.user, call.now, parameter, self._names
            )
            errors += hidden
            if not hidden:
                data.append(posts.shown(id_, record, wanted, call.now, self._names))
        return data, errors

    def _listed(self, author: str, now: datetime) -> Posts:
        listed = [
            (id_, record)
            for id_, record in self._shelf.all("post").items()
            if record["author"] == author
            and not record["deleted"]
            and datetime.fromisoformat(record["listed"]) <= now
        ]
        return sorted(listed, key=lambda pair: int(pair[0]), reverse=True)[:TIMELINE]

    def _page(self, call: Call, page: Posts, wanted: Sequence[str], *, more: bool) -> Answer:
        data, errors = self._shown(call, page, wanted, "id")
        meta: dict[str, Any] = {"result_count": len(data)}
        if data:
            meta |= {"newest_id": data[0]["id"], "oldest_id": data[-1]["id"]}
        if more:
            meta["next_token"] = posts.token(page[-1][0])
        return Answer.json(_filled(data=data, errors=errors, meta=meta))


def _filled(**parts: object) -> dict[str, object]:
    return {name: part for name, part in parts.items() if part}


def _most(parameters: Mapping[str, str]) -> int:
    given = parameters.get("max_results", "10")
    if given.isascii() and given.isdigit() and 5 <= int(given) <= 100:
        return int(given)
    message = f"The `max_results` query parameter value [{given}] is not between 5 and 100"
    raise problem.invalid("max_results", given, message)


def _moment(parameters: Mapping[str, str], name: str) -> datetime | None:
    given = parameters.get(name)
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given) if _MOMENT.fullmatch(given) else None
    except ValueError:
        moment = None
    if moment is None or moment < _FIRST:
        message = f"The `{name}` query parameter value [{given}] is not a valid date-time"
        raise problem.invalid(name, given, message)
    return moment


def _before(parameters: Mapping[str, str]) -> int | None:
    given = parameters.get("pagination_token")
    try:
        return None if given is None else posts.untoken(given)
    except ValueError:
        message = f"The `pagination_token` query parameter value [{given}] is not valid"
        raise problem.invalid("pagination_token", given, message) from None


def _within(record: Mapping[str, Any], since: datetime | None, until: datetime | None) -> bool:
    """Tell whether a post is in a span; its moment counts in whole seconds, as it is shown."""
    at = datetime.fromisoformat(record["at"]).replace(microsecond=0)
    return (since is None or since <= at) and (until is None or at < until)
