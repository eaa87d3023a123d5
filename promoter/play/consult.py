"""consult: asks an account's service who it is and what it lacks, and how far our clock is off."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime

from promoter.app import World, channel_module
from promoter.core.account import Identity
from promoter.core.alarm import ends_soon
from promoter.core.channel import Channel, Identifies
from promoter.core.errors import ChannelError
from promoter.core.model import Phrase
from promoter.pipeline import lane
from promoter.pipeline.accounts import recognise, somebody_else
from promoter.pipeline.context import Account
from promoter.play.finding import Check, Part
from promoter.remote import gauge
from promoter.settings import account_problems
from promoter.store import credentials, deliveries

END_SOON = timedelta(days=90)
"""So long before its end a version of a service's API is told."""

Skews = list[tuple[str, timedelta]]
"""By account, how far its service's clock is ahead of ours."""

Clock = Callable[[], datetime]


def consult(world: World, account: Account, skews: Skews, wall: Clock) -> Iterator[Check]:
    """Give what can be said of one account: its service is really asked, and nothing posted.

    Args:
        skews: How far the clocks differ is added, if it is a real service and tells its time.
        wall: This machine's clock.
    """
    yield _account(world, account, skews, wall)
    yield from _version(world, account)


def _account(world: World, account: Account, skews: Skews, wall: Clock) -> Check:
    name = account.name
    again = Phrase("«promoter accounts connect {account}»", account=name)
    try:
        who = lane.ask(
            world.context, account, lambda channel: _asked(channel, account, skews, wall)
        )
    except ChannelError as error:
        fix = Phrase(
            "«promoter accounts test {account}»; to authorise it anew: «promoter accounts connect "
            "{account}»",
            account=name,
        )
        return Part().bad(error.phrase, fix)
    if who:
        recognise(world.context, account, who)
        problem = somebody_else(account, who)
        if problem:
            return Part().bad(problem, again)
    if who and who.lacks:
        lacks = Phrase("{who} lacks {rights}", who=who.name, rights=", ".join(who.lacks))
        return Part().bad(lacks, again)
    with world.context.store.read() as session:
        state, kept = deliveries.account(session, name), credentials.get(session, name)
    if state.paused:
        why = state.problem or Phrase("a person has paused it")
        return Part().bad(why, Phrase("«promoter resume --account {account}»", account=name))
    now = world.context.now()
    ends = who.expires_at if who and who.expires_at else kept.expires_at
    issued = None if who and who.expires_at else kept.issued_at
    known = _known(who, account)
    if ends and ends_soon(issued, ends, now):
        return _ending(world, ends, known, again, over=ends <= now)
    return Part().good(known)


def _known(who: Identity | None, account: Account) -> Phrase:
    if who:
        told = Phrase("{who} ({id})", who=who.name, id=who.id)
    else:
        told = Phrase("its secrets are there; this service cannot be asked who it is")
    return Phrase("{told}, sandbox", told=told) if account.sandbox else told


def _ending(world: World, ends: datetime, known: Phrase, fix: Phrase, *, over: bool) -> Check:
    office = world.context.office
    when = office.locale.moment(ends, office.zone)
    if over:
        return Part().bad(
            Phrase("{known}: its authorisation ended {when}", known=known, when=when), fix
        )
    return Part().good(
        Phrase("{known}: its authorisation ends {when}", known=known, when=when), fix
    )


def _asked(channel: Channel, account: Account, skews: Skews, wall: Clock) -> Identity | None:
    """Ask who it is; note how far the clocks differ also where the answer is a refusal."""
    if not isinstance(channel, Identifies):
        return None
    try:
        with gauge.gauge() as seen:
            return channel.identity()
    finally:
        for headers, write in seen:  # whoever asks counts the calls that are left
            gauge.note(headers, write=write)
        skew = _skew(seen[-1][0], wall()) if seen and not account.sandbox else None
        if skew is not None:
            skews.append((account.name, skew))


def _skew(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how far a service's clock is ahead; it tells whole seconds only."""
    try:
        told = parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, OverflowError):
        return None
    return told - now if told.tzinfo else None


def _version(world: World, account: Account) -> Iterator[Check]:
    """Tell when the version of the service's API ends that the account speaks, if that is known."""
    module = channel_module(account.channel)
    ends: Mapping[str, date] = getattr(module, "API_ENDS", {})
    config, _problems = account_problems(world.settings, account.name, module.Config)
    version = getattr(config, "version", "")
    if not ends or not version:
        return
    office, today = world.context.office, world.context.now().date()
    part = Part(f"version {account.name}", Phrase("version of {name}", name=account.name))
    ours = module.Config.model_fields["version"].default  # it may have no known end yet
    fix = Phrase(
        "set version of {account} to a newer one: {newest}",
        account=account.name,
        newest=max((*ends, ours), key=lambda item: ends.get(item, date.max)),
    )
    end = ends.get(version)
    if end is None:
        yield part.good(Phrase("{version}, its end is not known", version=version))
        return
    told = Phrase("{version}, until {day}", version=version, day=office.locale.day(end))
    if end <= today:
        yield part.bad(told, fix)
    else:
        yield part.good(told, fix if end - today <= END_SOON else None)
