"""accounts: where each account stands, giving it its credentials, and a check without posting."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from promoter.cli.output import _, about, json_out, note, say, table
from promoter.cli.world import world

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from promoter.app import World
    from promoter.core.account import Credentials, Identity, Quota
    from promoter.core.channel import Authorizes
    from promoter.core.model import Draft
    from promoter.pipeline.accounts import Overview
    from promoter.pipeline.context import Account
    from promoter.remote.oauth2 import Proof

PATIENCE = timedelta(minutes=10)

app = typer.Typer(
    rich_markup_mode=None,
    help=about(
        _("Shows where the accounts stand; connects or tests one."), "promoter accounts --json"
    ),
    invoke_without_command=True,
)

Json = Annotated[bool, typer.Option("--json", help=_("One JSON document on standard output."))]
Name = Annotated[str, typer.Argument(help=_("The account's name in the settings."))]


@app.callback()
def listing(context: typer.Context, as_json: Json = False) -> None:
    """List the accounts; no service is asked."""
    if context.invoked_subcommand:
        return
    from promoter.pipeline.accounts import overview

    with world() as opened:
        found = overview(opened.context)
        if as_json:
            json_out({"accounts": [_document(item) for item in found]})
        else:
            _show(opened, found)


def _document(item: "Overview") -> dict[str, Any]:
    return {
        "name": item.name,
        "channel": item.channel,
        "sandbox": item.sandbox,
        "state": item.state.value,
        "expires": item.expires.isoformat() if item.expires else None,
        "quota": _quota(item.quota),
        "problem": say(item.problem) if item.problem else None,
    }


def _quota(quota: "Quota | None") -> dict[str, Any] | None:
    if quota is None:
        return None
    return {"used": quota.used, "until": quota.until.isoformat() if quota.until else None}


def _show(opened: "World", found: "list[Overview]") -> None:
    office = opened.context.office
    words = {
        "ready": _("ready"),
        "paused": _("paused"),
        "waiting": _("waits"),
        "not-connected": _("not connected"),
        "locked": _("locked"),
    }
    sandbox = _("sandbox")
    rows = [
        (
            item.name,
            f"{item.channel} ({sandbox})" if item.sandbox else item.channel,
            words[item.state.value],
            office.locale.moment(item.expires, office.zone) if item.expires else "–",
            _used(item.quota),
        )
        for item in found
    ]
    columns = (_("account"), _("channel"), _("state"), _("expires"), _("calls used"))
    table("", columns, rows)
    for item in found:
        if item.problem:
            print(f"{item.name}: {say(item.problem)}")


def _used(quota: "Quota | None") -> str:
    return f"{quota.used:.0%}" if quota else "–"


Port = Annotated[
    int, typer.Option(min=0, max=65535, help=_("Where the browser comes back; 0: any port."))
]
Redirect = Annotated[
    str,
    typer.Option(help=_("The address registered at the service, if it is not this machine's.")),
]
NoBrowser = Annotated[
    bool, typer.Option("--no-browser", help=_("Only print the address; open no browser."))
]
Paste = Annotated[
    bool,
    typer.Option("--paste", help=_("The browser is on another machine: paste where it was sent.")),
]
Keys = Annotated[
    bool, typer.Option("--keys", help=_("Give the keys themselves, without a browser."))
]
Replace = Annotated[
    bool, typer.Option("--replace", help=_("The account may become another one than it was."))
]


@app.command(
    help=about(
        _(
            "Gives an account its credentials: a person agrees in the browser, or pastes what the "
            "service shows. They are kept sealed."
        ),
        "promoter accounts connect fanpage",
    )
)
def connect(
    name: Name,
    port: Port = 0,
    redirect: Redirect = "",
    no_browser: NoBrowser = False,
    paste: Paste = False,
    keys: Keys = False,
    replace: Replace = False,
) -> None:
    """Obtain, seal and check the credentials of an account; exit 1 if it may not publish."""
    from promoter.core.channel import Authorizes
    from promoter.pipeline import connect as step
    from promoter.play.run import reachable

    with world() as opened, reachable(opened):
        account = _account(opened, name)
        step.allow(opened.context, account, replace=replace)
        connector = opened.connectors[name]
        channel = connector.before()
        if isinstance(channel, Authorizes) and not keys:
            connector.check(connector.asked())
            how = _Browser(opened, account, port, redirect, opens=not no_browser, pasted=paste)
            obtain = how.consent(channel)
        else:
            obtain = _given(opened, account)
        _keep(opened, account, obtain, replace=replace)


def _keep(
    opened: "World", account: "Account", obtain: "Callable[[], Credentials]", *, replace: bool
) -> None:
    from promoter.core.errors import PromoterError
    from promoter.pipeline import connect as step

    try:
        done = step.connect(opened.context, account, obtain, replace=replace)
    except PromoterError:
        note(_("Nothing was kept: the account has what it had before."))
        raise
    if done.problem:
        note(_("Kept, but not checked yet: {why}").format(why=say(done.problem)))
        note(_("Next: promoter accounts test {name}").format(name=account.name))
        raise SystemExit(1)
    print(_("{name} is connected.").format(name=account.name))
    _tell(opened, done.identity)
    if done.identity and done.identity.lacks:
        raise SystemExit(1)


@app.command(
    name="test",
    help=about(
        _("Asks the service who an account is and what it lacks; posts nothing."),
        "promoter accounts test fanpage --draft",
    ),
)
def check(
    name: Name,
    draft: Annotated[
        bool, typer.Option("--draft", help=_("Also prepare a small hidden post; never show it."))
    ] = False,
    as_json: Json = False,
) -> None:
    """Check an account for real; exit 1 if it is not authorised, or lacks something."""
    from promoter.pipeline import connect as step
    from promoter.play.run import reachable

    with world() as opened, reachable(opened):
        account = _account(opened, name)
        identity = step.check(opened.context, account)
        left = step.trial(opened.context, account) if draft else None
        if as_json:
            json_out(_checked(account, identity, left))
        else:
            _tell(opened, identity)
            if draft:
                _tell_left(opened, account, left)
        if (identity and identity.lacks) or (left and not left.ready):
            raise SystemExit(1)


def _account(opened: "World", name: str) -> "Account":
    from promoter.core.errors import ConfigError
    from promoter.core.model import Phrase

    accounts = opened.context.accounts
    if name not in accounts:
        known = ", ".join(sorted(accounts))
        raise ConfigError(Phrase("no account {name}; known are {known}", name=name, known=known))
    return accounts[name]


def _checked(
    account: "Account", identity: "Identity | None", left: "Draft | None"
) -> dict[str, Any]:
    expires = identity.expires_at if identity else None
    return {
        "name": account.name,
        "channel": account.channel,
        "id": identity.id if identity else None,
        "known_as": identity.name if identity else None,
        "lacks": list(identity.lacks) if identity else [],
        "expires": expires.isoformat() if expires else None,
        "draft": {"ready": left.ready, "left": dict(left.data)} if left else None,
    }


def _tell(opened: "World", identity: "Identity | None") -> None:
    if identity is None:
        print(_("This channel cannot be asked who the account is; «--draft» tries it."))
        return
    office = opened.context.office
    print(f"{identity.name} ({identity.id})")
    if identity.expires_at:
        at = office.locale.moment(identity.expires_at, office.zone)
        print(_("Somebody must authorise it again by {at}.").format(at=at))
    if identity.lacks:
        lacks = ", ".join(identity.lacks)
        print(_("It lacks: {lacks}. Without it nothing can be posted.").format(lacks=lacks))
    else:
        print(_("It may post."))


def _tell_left(opened: "World", account: "Account", left: "Draft | None") -> None:
    if left is None:
        print(_("This channel prepares nothing before a post, so there was nothing to try."))
        return
    if not left.ready:
        note(_("The hidden post is not ready after several steps; look at the account."))
    print(_("Hidden at {channel} now, seen by nobody:").format(channel=account.channel))
    for what, where in left.data.items():
        print(f"  {what[:16]}  {where[:60]}")
    print(_leftover(account))


def _leftover(account: "Account") -> str:
    """Return how what a trial has left is removed: the channel's own word, or that of all."""
    from promoter.app import channel_module

    told = getattr(channel_module(account.channel), "LEFTOVER", None)
    if told is not None:
        return say(told)
    return _("Delete what you find there under drafts; uploads in no post go by themselves.")


# Obtaining


class _Browser:
    """Lets a person agree in the browser, on this machine or another one."""

    def __init__(
        self,
        opened: "World",
        account: "Account",
        port: int,
        redirect: str,
        *,
        opens: bool,
        pasted: bool,
    ) -> None:
        self._opened, self._account = opened, account
        self._port, self._redirect = port, redirect
        self._opens, self._pasted = opens, pasted or bool(redirect)

    def consent(self, channel: "Authorizes") -> "Callable[[], Credentials]":
        """Return what exchanges a person's consent for credentials, once they have agreed."""
        from promoter.remote.oauth2 import Listener, Proof

        proof = Proof()
        with Listener(proof.state, port=self._port, say=say) as listener:
            redirect = self._redirect or listener.redirect
            address = channel.authorize_url(proof.state, redirect, proof.challenge)
            if self._account.sandbox or self._pasted:
                params = self._pasted_answer(address, proof)
            else:
                self._ask(address)
                params = listener.wait(PATIENCE)
        return lambda: channel.exchange(params, redirect, proof.verifier)

    def _ask(self, address: str) -> None:
        import webbrowser

        print(_("Open this address as somebody who may speak for the account, and agree:"))
        print(address, flush=True)
        if self._opens:
            webbrowser.open(address)

    def _pasted_answer(self, address: str, proof: "Proof") -> "Mapping[str, str]":
        from promoter.remote.oauth2 import answered

        if self._account.sandbox:  # the stand-in agrees by itself; no browser can reach its name
            back = self._opened.connectors[self._account.name].agreed(address)
            return answered(back, proof.state)
        self._opens = False
        self._ask(address)
        print(
            _(
                "Then copy the whole address to which the browser was sent, even if it shows an "
                "error there, and paste it here; it is not shown."
            )
        )
        return answered(_hidden(_("Address: ")), proof.state)


def _given(opened: "World", account: "Account") -> "Callable[[], Credentials]":
    """Return the credentials that a person types or pipes, by the channel's keys."""
    import sys

    from promoter.core.account import Credentials

    connector = opened.connectors[account.name]
    typed = _typed(connector.asked()) if sys.stdin.isatty() else _piped(connector.known())
    connector.check(typed)
    return lambda: Credentials(typed)


def _typed(keys: list[str]) -> dict[str, str]:
    from promoter.secrets import cleaned

    print(_("Paste each secret and press Enter; nothing is shown."))
    return {key: cleaned(_hidden(f"{key}: ")) for key in keys}


def _piped(keys: list[str]) -> dict[str, str]:
    """Read lines `key=secret` from standard input; what they say is never shown."""
    import sys

    from promoter.core.errors import ConfigError
    from promoter.core.model import Phrase
    from promoter.secrets import cleaned

    found: dict[str, str] = {}
    for number, line in enumerate(sys.stdin, start=1):
        key, mark, secret = line.partition("=")
        if not line.strip():
            continue
        if not mark or key.strip() not in keys:
            raise ConfigError(
                Phrase(
                    "line {number} of the input is not key=secret; keys are {known}",
                    number=number,
                    known=", ".join(keys),
                )
            )
        found[key.strip()] = cleaned(secret)
    if not found:
        raise ConfigError(
            Phrase("give each secret as a line key=secret; keys are {known}", known=", ".join(keys))
        )
    return found


def _hidden(words: str) -> str:
    """Return a line that a person pastes and nobody sees, or the next line of a pipe."""
    import getpass
    import sys

    return getpass.getpass(words) if sys.stdin.isatty() else sys.stdin.readline()
