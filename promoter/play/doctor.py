"""doctor: what would stop this office from posting tomorrow; nothing is posted or changed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_address
from urllib.parse import urlsplit

from promoter.app import World
from promoter.core import alarm
from promoter.core.alarm import Message
from promoter.core.errors import PromoterError
from promoter.core.model import SQUARE, Phrase
from promoter.core.problem import Severity
from promoter.core.wording import CardWords
from promoter.pipeline import plan
from promoter.pipeline.alert import disk, engine_seen
from promoter.play.consult import Skews, consult
from promoter.play.finding import Check, Part
from promoter.play.run import reachable
from promoter.remote.http import Session
from promoter.store import health

FETCH_LIMIT = timedelta(seconds=20)
"""Longest time in which a network must get a picture."""
OWN = frozenset({"showcase"})
"""Channels that are our own page: their posts lead nowhere else."""

Examine = Callable[[], Iterable[Check]]


def diagnose(
    world: World,
    *,
    send: bool = False,
    wall: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[Check]:
    """Return all checks, good and bad, in the order in which a person would mend them.

    Args:
        send: Send a test message to the addresses of alerts.
        wall: This machine's clock.
    """
    skews: Skews = []
    with reachable(world):
        accounts = [
            check
            for name, account in world.context.accounts.items()
            for check in _tried(
                Part(f"account {name}", Phrase("account {name}", name=name)),
                partial(consult, world, account, skews, wall),
            )
        ]
    parts: list[tuple[Part, Examine]] = [
        (Part("store", Phrase("database")), partial(_store, world)),
        (Part("engine", Phrase("service")), partial(_engine, world)),
        (Part("disk", Phrase("disk")), partial(_disk, world)),
        (Part("clock", Phrase("clock")), partial(_clock, skews)),
        (Part("fonts", Phrase("fonts and cards")), partial(_fonts, world)),
        (Part("files", Phrase("campaigns and captions")), partial(_files, world)),
        (Part("site", Phrase("public address")), partial(_site, world)),
        (Part("alerts", Phrase("alerts")), partial(_alerts, world, send=send)),
    ]
    found = [check for part, examine in parts for check in _tried(part, examine)]
    return found + accounts


def _tried(part: Part, examine: Examine) -> Iterator[Check]:
    """Give what an examination found; one that cannot be made is a finding, too."""
    try:
        for check in examine():
            yield replace(check, name=check.name or part.name, title=check.title or part.title)
    except PromoterError as error:
        yield part.bad(error.phrase)
    except OSError as error:
        yield part.bad(Phrase("it cannot be read: {why}", why=error.strerror or ""))


def _store(world: World) -> Iterator[Check]:
    store = world.context.store
    revision = health.try_to_write(store)
    if world.notice:
        yield Part().bad(world.notice)
    elif store.value("locked"):
        yield Part().bad(
            Phrase("another machine may work on this office"),
            Phrase("once it is off: «promoter resume --other-machine-off»"),
        )
    elif store.value("paused"):
        yield Part().bad(Phrase("everything is paused"), Phrase("«promoter resume»"))
    else:
        where = Phrase(
            "{place} can be written, version {revision}", place=store.where, revision=revision
        )
        yield Part().good(where)


def _engine(world: World) -> Iterator[Check]:
    context, seen = world.context, engine_seen(world.context)
    start = Phrase("start it: «promoter run»")
    if seen is None:
        yield Part().good(Phrase("it has never run on this database"), start)
        return
    office = context.office
    last = Phrase("last seen {when}", when=office.locale.moment(seen, office.zone))
    if alarm.silent(seen, context.now()):
        yield Part().bad(last, start)
    else:
        yield Part().good(last)


def _disk(world: World) -> Iterator[Check]:
    folder, free = disk(world.context)
    if free is None:
        yield Part().good(Phrase("how much room is left cannot be seen here"))
        return
    left = Phrase("{free} MB are left at {folder}", free=free // 1_000_000, folder=folder)
    if free < alarm.LEAST_FREE:
        yield Part().bad(left, Phrase("make room on the disk of {folder}", folder=folder))
    else:
        yield Part().good(left)


WARN_SKEW = timedelta(seconds=30)
MOST_SKEW = timedelta(minutes=2)
"""Services refuse signatures that are 30 seconds to 5 minutes off."""


def _clock(skews: Skews) -> Iterator[Check]:
    if not skews:
        yield Part().good(Phrase("not compared: no service of a real account told its time"))
        return
    host, skew = max(skews, key=lambda item: abs(item[1]))
    seconds = round(skew.total_seconds())
    off = Phrase("{seconds} seconds from the clock of {account}", seconds=seconds, account=host)
    fix = Phrase("let the operating system set its clock (NTP)")
    if abs(skew) >= MOST_SKEW:
        yield Part().bad(off, fix)
    else:
        yield Part().good(off, fix if abs(skew) >= WARN_SKEW else None)


SAMPLE = CardWords(
    kicker="Thực phẩm",
    name="Ẩm thực Bạc Liêu: Ễ Ộ Ữ Ẵ ẳ ỗ ự đ",
    stars=4,
    rank="OCOP 4 sao",
    facts=("Nước mắm nhĩ, đậm vị",),
    price="120.000 đ",
    unit="chai",
    producer="Hợp tác xã Mẫu",
    place="xã Vĩnh Lợi, tỉnh Cà Mau",
    notices=(),
    call="Quét mã để xem thêm",
    motif="salt_seasoning",
)


def _fonts(world: World) -> Iterator[Check]:
    studio, url = world.context.studio, world.context.office.public_url
    names = sorted(studio.templates())
    for name in names:
        studio.card(name, SAMPLE, None, (0.5, 0.5), SQUARE, url)
    yield Part().good(Phrase("Vietnamese letters are drawn by {names}", names=", ".join(names)))


def _files(world: World) -> Iterator[Check]:
    context = world.context
    texts = plan.read_files(world.campaigns)
    problems = [*plan.parse(texts, plan.known(context))[1], *context.captions.check()]
    wrong = [item for item in problems if item.severity is Severity.ERROR]
    told = Phrase("{files} campaigns, {count} mistakes", files=len(texts), count=len(problems))
    see = Phrase("«promoter check» names each")
    if wrong:
        yield Part().bad(told, see)
    else:
        yield Part().good(told, see if problems else None)


def _site(world: World) -> Iterator[Check]:
    accounts, url = world.context.accounts.values(), world.context.office.public_url
    need = [item.name for item in accounts if not item.sandbox and item.channel not in OWN]
    free = [item.name for item in accounts if item.name not in need]
    if not need:
        yield Part().good(Phrase("no account needs one; {url} is enough", url=url))
        return
    if problem := _hidden(url):
        told = Phrase(
            "{problem}: links and pictures of {need} lead nowhere; without it work: {free}",
            problem=problem,
            need=", ".join(need),
            free=", ".join(free) or "–",
        )
        fix = Phrase("office.public_url must be the https address of this office; see the README")
        yield Part().bad(told, fix)
        return
    yield _fetched(world, url)


def _hidden(url: str) -> Phrase | None:
    """Return why the public cannot open an address, by the address alone."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        private = not ip_address(host).is_global
    except ValueError:
        private = host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
    if private:
        return Phrase("{url} is reached from here alone", url=url)
    if parts.scheme != "https":
        return Phrase("{url} is not https", url=url)
    return None


def _fetched(world: World, url: str) -> Check:
    """Get the newest picture as a network would: without a redirect, whole, as an image."""
    with world.context.store.read() as session:
        picture = health.newest_picture(session)
    return fetched(url, picture)


def fetched(url: str, picture: tuple[str, int] | None) -> Check:
    """Get a picture, or the page that tells whether the site is there, and judge the answer.

    Args:
        picture: Its name and bytes; None if no post has one yet.
    """
    fix = Phrase(
        "{url} must lead to port web.port of this machine, without a redirect; some networks do "
        "not let a machine reach its own address: try it from a phone, too",
        url=url,
    )
    session = Session(limit=FETCH_LIMIT, loopback_only=False)
    path = f"/m/{picture[0]}.jpg" if picture else "/health"
    try:
        answer = session.read("GET", url + path)
    except PromoterError as error:
        return Part().bad(error.phrase, fix)
    kind, size = answer.headers.get("Content-Type", ""), len(answer.body)
    if picture and (not kind.startswith("image/") or size != picture[1]):
        told = Phrase(
            "{url} gave {size} bytes of {kind} in place of a picture of {wanted}",
            url=url,
            size=size,
            kind=kind or "?",
            wanted=picture[1],
        )
        return Part().bad(told, fix)
    return Part().good(
        Phrase("{url} answers with {size} bytes of {kind}", url=url, size=size, kind=kind)
    )


def _alerts(world: World, *, send: bool) -> Iterator[Check]:
    told = world.alerts
    if not told.references:
        yield Part().good(
            Phrase("nobody is told when something goes wrong at night"),
            Phrase("write the name of an address into [alerts] urls of settings.toml"),
        )
        return
    say, office = world.context.office.locale.say, world.context.office.name
    trial = Message(
        say(Phrase("{office}: a test", office=office)),
        say(Phrase("This is a test of «promoter doctor --send»; nothing is wrong.")),
        Severity.WARNING,
    )
    for reference, problem in told.each(trial if send else None).items():
        title = Phrase("alerts by {name}", name=reference)
        part = Part(f"alerts {reference}", title)
        if problem:
            yield part.bad(problem, Phrase("mend it, then «promoter doctor --send»"))
        elif send:
            yield part.good(Phrase("the test message has left"))
        else:
            yield part.good(Phrase("the address is understood; a test: «promoter doctor --send»"))
