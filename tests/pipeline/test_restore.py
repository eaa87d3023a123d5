"""After a restore nothing goes out twice: what may be live is looked up, all else waits."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from promoter import place
from promoter.cli.backup import unlock
from promoter.core.campaign import Campaign
from promoter.core.delivery import Delivery, State, claimed
from promoter.core.errors import ConfigError
from promoter.core.link import links
from promoter.core.model import Draft
from promoter.engine.embedded import run_lane
from promoter.media import MediaStore
from promoter.pipeline import plan
from promoter.pipeline.context import Context
from promoter.pipeline.restore import MAYBE, UNDER_WAY, distrust, doubted
from promoter.store import (
    backup,
    credentials,
    database,
    deliveries,
    follow_ups,
    posts,
    stops,
    whereabouts,
)
from promoter.store.backup import Kept
from promoter.store.database import Session, Store
from promoter.store.follow_ups import Verb
from promoter.store.stops import Kind, Subject
from promoter.store.tables import CredentialRow, ProductRow
from tests import world as office
from tests.faults import Fault, Proxy, ShowcaseService
from tests.make import product
from tests.world import SLOT, post, state, until

PUT = ("PUT", "/api/posts/")
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MADE = SLOT - timedelta(hours=1)


@pytest.fixture
def world(
    store: Store, showcase_service: ShowcaseService, proxy: Proxy, tmp_path: Path
) -> Iterator[Context]:
    """An office whose showcase is a service of its own: it keeps what the office forgets."""
    if store.sqlite:
        store.close()
        store = database.open_store(f"sqlite:///{tmp_path}/office/promoter.db")
    account = office.account(proxy.url, showcase_service.token)
    made = office.context(store, MediaStore(tmp_path / "office" / "media"), account)
    office.stock(store)
    place.check(store, place.mark_file(made.store, made.media), ZONE)
    yield made
    store.close()


def lane(world: Context) -> None:
    run_lane(world, world.accounts["showcase"])


def made(world: Context, tmp_path: Path) -> Path:
    """Make a backup and return its file."""
    backup.write(world.store, world.media, tmp_path / "b.zip")
    return tmp_path / "b.zip"


def test_yesterdays_backup_posts_nothing_twice(
    world: Context, proxy: Proxy, showcase_service: ShowcaseService, tmp_path: Path
) -> None:
    wanted = post()
    office.planned(world, wanted)
    world.store.set_clock(SLOT - timedelta(days=1))
    file = made(world, tmp_path)
    assert until(world, wanted, lambda: lane(world)) is State.PUBLISHED
    (kept,) = showcase_service.kept()
    world.store.set_clock(SLOT + timedelta(minutes=10))
    assert place.put_back(world, file).doubtful == 1
    assert state(world, wanted).state is State.UNKNOWN
    unlock(world, off=True)
    assert until(world, wanted, lambda: lane(world)) is State.PUBLISHED
    assert proxy.left(*PUT) == 1, "it was found, not sent again"
    assert showcase_service.kept() == [kept]


def test_what_never_went_out_goes_out_once_after_a_restore(
    world: Context, proxy: Proxy, showcase_service: ShowcaseService, tmp_path: Path
) -> None:
    wanted = post()
    office.planned(world, wanted)
    file = made(world, tmp_path)
    place.put_back(world, file)
    unlock(world, off=True)
    world.store.set_clock(SLOT)
    assert until(world, wanted, lambda: lane(world)) is State.PUBLISHED
    assert proxy.left(*PUT) == 1
    assert len(showcase_service.kept()) == 1


def test_nothing_public_starts_until_a_person_has_spoken(
    world: Context, proxy: Proxy, tmp_path: Path
) -> None:
    wanted = post()
    office.planned(world, wanted)
    place.put_back(world, made(world, tmp_path))
    world.store.set_value("paused", "")  # the lock alone must hold, too
    until(world, wanted, lambda: lane(world), rounds=8)
    assert proxy.left(*PUT) == 0


def test_an_answer_that_comes_during_a_restore_is_kept(
    world: Context, proxy: Proxy, showcase_service: ShowcaseService, tmp_path: Path
) -> None:
    """The engine may be in the middle of a call: its receipt ends the doubt about the post."""
    wanted = post()
    office.planned(world, wanted)
    file = made(world, tmp_path)
    world.store.set_clock(SLOT - timedelta(minutes=5))
    lane(world)
    world.store.set_clock(SLOT)
    account = world.accounts["showcase"]
    channel = account.connect()

    class Restoring:
        limits = channel.limits

        def publish(self, *arguments: object) -> object:
            receipt = channel.publish(*arguments)  # type: ignore[arg-type]
            place.put_back(world, file)
            return receipt

    restoring = replace(account, connect=Restoring)  # type: ignore[arg-type]
    run_lane(world, restoring)
    assert state(world, wanted).state is State.PUBLISHED
    assert len(showcase_service.kept()) == 1
    assert proxy.left(*PUT) == 1


def test_a_lost_answer_of_before_the_backup_is_still_looked_for(
    world: Context, proxy: Proxy, showcase_service: ShowcaseService, tmp_path: Path
) -> None:
    wanted = post()
    office.planned(world, wanted)
    proxy.arm(Fault.LOST_ANSWER, *PUT)
    world.store.set_clock(SLOT - timedelta(minutes=5))
    lane(world)
    world.store.set_clock(SLOT)
    office_file = tmp_path / "b.zip"
    lane_until_sent(world)
    backup.write(world.store, world.media, office_file)
    place.put_back(world, office_file)
    unlock(world, off=True)
    assert until(world, wanted, lambda: lane(world)) is State.PUBLISHED
    assert proxy.left(*PUT) == 1
    assert len(showcase_service.kept()) == 1


def lane_until_sent(world: Context) -> None:
    lane(world)
    with world.store.read() as session:
        assert deliveries.counts(session).get("UNKNOWN")


# What a restore leaves behind


def test_the_office_stands_still_and_says_since_when(world: Context, tmp_path: Path) -> None:
    office.planned(world, post())
    place.put_back(world, made(world, tmp_path))
    assert world.store.value("paused") == "restored"
    assert world.store.value("locked") == MADE.isoformat()


def test_the_earlier_of_two_unanswered_questions_stays(world: Context, tmp_path: Path) -> None:
    first = made(world, tmp_path)
    place.put_back(world, first)
    world.store.set_clock(SLOT + timedelta(hours=2))
    with world.store.write() as session:
        distrust(session, SLOT, ZONE)
    assert world.store.value("locked") == MADE.isoformat()


def test_what_was_there_before_is_kept_beside_the_store(world: Context, tmp_path: Path) -> None:
    """The backup may lie on a medium that cannot be written."""
    file = made(world, tmp_path)
    office.planned(world, post())
    done = place.put_back(world, file)
    assert done.before
    assert done.before.parent == tmp_path / "office", "not beside the backup"
    with world.store.read() as session:
        assert deliveries.get(session, post().key) is None
    place.put_back(world, done.before)
    with world.store.read() as session:
        assert deliveries.get(session, post().key)


def test_an_empty_office_needs_no_backup_of_before(world: Context, tmp_path: Path) -> None:
    assert place.put_back(world, made(world, tmp_path)).before is None


def test_media_are_there_when_the_rows_are(world: Context, tmp_path: Path) -> None:
    office.planned(world, post())
    file = made(world, tmp_path)
    files = [path for path in world.media.root.glob("*/*") if path.is_file()]
    assert files
    for path in files:
        path.unlink()
    place.put_back(world, file)
    assert all(path.exists() for path in files)


def test_a_disk_without_room_for_media_changes_nothing(world: Context, tmp_path: Path) -> None:
    wanted = post()
    office.planned(world, wanted)
    file = made(world, tmp_path)
    name = next(path.name for path in world.media.root.glob("*/*") if path.is_file())
    world.media.path(name).unlink()
    world.media.path(name).parent.rmdir()
    world.media.path(name).parent.write_bytes(b"a file where a folder should be")
    with pytest.raises(ConfigError, match="database was not changed"):
        place.put_back(world, file)
    assert state(world, wanted).state is State.DUE
    assert world.store.value("locked") == ""


def test_a_damaged_backup_changes_nothing(world: Context, tmp_path: Path) -> None:
    wanted = post()
    office.planned(world, wanted)
    file = made(world, tmp_path)
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(ConfigError, match="nothing was changed"):
        place.put_back(world, file)
    assert world.store.value("locked") == ""
    assert not list(tmp_path.rglob("before-restore-*"))


def test_a_newer_backup_says_what_to_install(
    world: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("promoter.store.migrations.standing", lambda _connection: "9999")
        file = made(world, tmp_path)
    with pytest.raises(ConfigError, match="of version 9999, this promoter knows 0003"):
        place.put_back(world, file)


def test_an_office_comes_back_where_its_database_was_lost(world: Context, tmp_path: Path) -> None:
    office.planned(world, post())
    place.claim(world.store, place.mark_file(world.store, world.media), ZONE)
    file = made(world, tmp_path)
    if not world.store.sqlite:
        pytest.skip("a server's database does not vanish with a file")
    for _ in range(3):
        place.beat(world.store, place.mark_file(world.store, world.media), ZONE)
    world.store.close()
    for end in ("", "-wal", "-shm"):
        (tmp_path / "office" / f"promoter.db{end}").unlink(missing_ok=True)
    new = database.open_store(f"sqlite:///{tmp_path}/office/promoter.db")
    with pytest.raises(ConfigError, match=r"is store\.url right\?.*promoter restore FILE"):
        place.check(new, place.mark_file(new, world.media), ZONE)
    place.put_back(replace(world, store=new), file)
    assert place.check(new, place.mark_file(new, world.media), ZONE) is None
    assert new.value("store.generation") == "6", "further than the mark of the lost one"
    assert new.value("locked")
    new.close()


def test_a_restored_office_is_not_taken_for_one_that_was_put_back_by_hand(
    world: Context, tmp_path: Path
) -> None:
    mark = place.mark_file(world.store, world.media)
    file = made(world, tmp_path)
    for _ in range(3):
        place.beat(world.store, mark, ZONE)
    place.put_back(world, file)
    unlock(world, off=True)
    assert place.check(world.store, mark, ZONE) is None
    assert place.beat(world.store, mark, ZONE) is None
    assert world.store.value("locked") == ""


def test_a_restored_office_is_newer_than_what_was_there(world: Context, tmp_path: Path) -> None:
    """So that a crash before the mark is written, or an old copy, is told from it."""
    mark = place.mark_file(world.store, world.media)
    file = made(world, tmp_path)
    for _ in range(3):
        place.beat(world.store, mark, ZONE)
    place.put_back(world, file)
    assert world.store.value("store.generation") == "5"


def test_the_office_of_another_machine_is_at_home_after_its_restore(
    world: Context, tmp_path: Path
) -> None:
    with world.store.write() as session:
        whereabouts.claim(session, "another", 7)
    file = made(world, tmp_path)
    with world.store.write() as session:
        whereabouts.claim(session, "this", 1)
    mark = place.mark_file(world.store, world.media)
    place.check(world.store, mark, ZONE)
    place.put_back(world, file)
    assert place.check(world.store, mark, ZONE) is None
    assert world.store.value("store.id") == "another"


def test_a_restore_cannot_come_between_the_two_writes_of_a_beat(
    world: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the mark would name the office that was replaced, and the new one look like a copy."""
    file = made(world, tmp_path)
    mark = place.mark_file(world.store, world.media)
    with world.store.write() as session:
        whereabouts.claim(session, "another", 9)
    write = place._write
    monkeypatch.setattr(place, "LOCK_SECONDS", 0.05)

    def written(*arguments: object) -> None:
        monkeypatch.setattr(place, "_write", write)
        with suppress(ConfigError):
            place.put_back(world, file)
        write(*arguments)  # type: ignore[arg-type]

    place.check(world.store, mark, ZONE)
    monkeypatch.setattr(place, "_write", written)
    place.beat(world.store, mark, ZONE)
    assert place.check(world.store, mark, ZONE) is None


# What stays


def renewed(world: Context, text: str) -> None:
    """Renew the credentials of the showcase, as after a call for a new pair."""
    with world.store.write() as session:
        now = database.now(session)
        version = credentials.get(session, "showcase").version
        credentials.lease(session, "showcase", version, now, timedelta(minutes=1))
        credentials.keep(session, "showcase", text, "o", now, timedelta(hours=1))


def kept(world: Context) -> tuple[str, int]:
    with world.store.read() as session:
        found = credentials.get(session, "showcase")
    assert found.lease_until is None
    return found.text, found.version


def test_credentials_that_were_renewed_since_are_not_destroyed(
    world: Context, tmp_path: Path
) -> None:
    """The pair of the backup was used up when it was renewed: the service would refuse it."""
    renewed(world, "first")
    file = made(world, tmp_path)
    renewed(world, "second")
    assert place.put_back(world, file).kept == Kept(("showcase",), ())
    assert kept(world) == ("second", 2)


def test_credentials_that_the_backup_does_not_have_are_not_destroyed(
    world: Context, tmp_path: Path
) -> None:
    file = made(world, tmp_path)
    renewed(world, "first")
    assert place.put_back(world, file).kept.credentials == ("showcase",)
    assert kept(world) == ("first", 1)


def test_credentials_that_are_not_newer_come_from_the_backup(
    world: Context, tmp_path: Path
) -> None:
    renewed(world, "first")
    file = made(world, tmp_path)
    with world.store.write() as session:
        session.execute(update(CredentialRow).values(sealed="broken"))
    assert place.put_back(world, file).kept.credentials == ()
    assert kept(world) == ("first", 1)


def test_nothing_of_another_office_stays(world: Context, tmp_path: Path) -> None:
    renewed(world, "first")
    file = made(world, tmp_path)
    renewed(world, "second")
    with world.store.write() as session:
        whereabouts.claim(session, "another", 1)
        assert stops.stop(session, SALT, "An: mốc", SLOT)
    assert place.put_back(world, file).kept == Kept((), ())
    assert kept(world) == ("first", 1)
    with world.store.read() as session:
        assert stops.stopped(session) == []


SALT = Subject(Kind.PRODUCT, product().code)
MAKER = Subject(Kind.PRODUCER, product().producer)


def test_what_is_stopped_stays_stopped(world: Context, tmp_path: Path) -> None:
    """What was recalled since the backup must not be shown again because of it."""
    file = made(world, tmp_path)
    with world.store.write() as session:
        for subject in (SALT, MAKER):
            assert stops.stop(session, subject, "An: mốc", SLOT)
    assert place.put_back(world, file).kept.stopped == (MAKER.code, SALT.code)
    with world.store.read() as session:
        found = {stop.subject: (stop.by, stop.at) for stop in stops.stopped(session)}
    assert found == dict.fromkeys((MAKER, SALT), ("An: mốc", SLOT))


def test_a_stop_of_what_the_backup_does_not_have_is_gone(world: Context, tmp_path: Path) -> None:
    with world.store.write() as session:
        row = session.get(ProductRow, SALT.code)
        assert row
        values = row.model_dump()
        session.delete(row)
    file = made(world, tmp_path)
    with world.store.write() as session:
        session.add(ProductRow(**values))
        session.flush()
        assert stops.stop(session, SALT, "An: mốc", SLOT)
    assert place.put_back(world, file).kept.stopped == ()


def test_a_stop_that_the_backup_has_is_its_own(world: Context, tmp_path: Path) -> None:
    with world.store.write() as session:
        assert stops.stop(session, SALT, "An: mốc", SLOT)
    assert place.put_back(world, made(world, tmp_path)).kept.stopped == ()
    with world.store.read() as session:
        assert [stop.subject for stop in stops.stopped(session)] == [SALT]


def test_the_pause_of_a_person_outlives_the_answer(world: Context, tmp_path: Path) -> None:
    world.store.set_value("paused", "An: bão")
    place.put_back(world, made(world, tmp_path))
    assert world.store.value("paused") == "An: bão"
    unlock(world, off=True)
    assert (world.store.value("locked"), world.store.value("paused")) == ("", "An: bão")


def test_lock_and_pause_end_together(
    world: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.put_back(world, made(world, tmp_path))
    writes: list[Store] = []
    write = Store.write

    def counted(store: Store) -> AbstractContextManager[Session]:
        writes.append(store)
        return write(store)

    monkeypatch.setattr(Store, "write", counted)
    unlock(world, off=True)
    assert writes == [world.store], "a crash cannot leave the one without the other"
    assert (world.store.value("locked"), world.store.value("paused")) == ("", "")


# What is let go


def test_nobody_holds_a_lease_after_a_restore(world: Context, tmp_path: Path) -> None:
    wanted = post()
    office.planned(world, wanted)
    with world.store.write() as session:
        now = database.now(session)
        credentials.lease(session, "showcase", 0, now, timedelta(hours=1))
        follow_ups.ask(session, wanted.key, Verb.MEASURE, "showcase", now)
        (due,) = follow_ups.due(session, "showcase", Verb.MEASURE, now)
        follow_ups.save(session, due, replace(due, lease_until=now + timedelta(hours=1)))
        found = deliveries.get(session, wanted.key)
        assert found
        deliveries.save(session, found, claimed(found, now, timedelta(hours=1)), now)
        deliveries.begin(session, wanted.key, "publish", now)
    place.put_back(world, made(world, tmp_path))
    with world.store.read() as session:
        now = database.now(session)
        assert credentials.get(session, "showcase").lease_until is None
        assert follow_ups.due(session, "showcase", Verb.MEASURE, now)
        (attempt,) = deliveries.attempts(session, wanted.key)
    assert attempt.outcome == "Restored"
    after = state(world, wanted)
    assert (after.state, after.lease_until, after.sent_at) == (State.UNKNOWN, None, MADE)
    assert after.note == UNDER_WAY


def test_what_was_being_looked_at_is_free_again(world: Context, tmp_path: Path) -> None:
    wanted = post()
    office.planned(world, wanted)
    with world.store.write() as session:
        old = deliveries.get(session, wanted.key)
        assert old
        leased = replace(old, state=State.PENDING, lease_until=SLOT + timedelta(hours=9))
        deliveries.save(session, old, leased, SLOT)
    place.put_back(world, made(world, tmp_path))
    after = state(world, wanted)
    assert (after.state, after.lease_until) == (State.PENDING, None)


# Which posts are in doubt


def on(day: int, hour: int = 11) -> datetime:
    """Return a moment of November 2026 in the office's local time."""
    return datetime(2026, 11, day, hour, 45, tzinfo=ZONE).astimezone(UTC)


STANDING = {
    "before the backup, too late since": (on(22), State.DUE, False),
    "the day of the backup, its slot over": (on(23, 7), State.READY, True),
    "the day of the backup": (on(23), State.DUE, True),
    "a day between": (on(24), State.WAITING, True),
    "today, its slot to come": (on(25, 22), State.DUE, True),
    "tomorrow": (on(26, 7), State.READY, False),
    "given up for good before": (on(23, 7), State.MISSED, False),
    "refused, a person may have tried again": (on(23), State.FAILED, True),
    "missed, a person may have tried again": (on(23), State.MISSED, True),
    "under way": (on(20), State.SENDING, True),
    "looked for": (on(20), State.UNKNOWN, True),
    "live": (on(23), State.PUBLISHED, False),
    "not yet live": (on(23), State.PENDING, False),
    "held": (on(23), State.HELD, False),
    "rejected": (on(24), State.REJECTED, False),
    "cancelled": (on(24), State.CANCELLED, False),
    "taken down": (on(23), State.WITHDRAWN, False),
}


@pytest.mark.parametrize(("at", "standing", "doubtful"), STANDING.values(), ids=STANDING.keys())
def test_what_may_have_gone_out_since_is_in_doubt(
    world: Context, at: datetime, standing: State, doubtful: bool
) -> None:
    """The backup was made at 12:00 on the 23rd; it is put back at 20:00 on the 25th."""
    wanted = post(at=at, day=at.astimezone(ZONE).date())
    office.planned(world, wanted)
    with world.store.write() as session:
        old = deliveries.get(session, wanted.key)
        assert old
        deliveries.save(session, old, replace(old, state=standing, sent_at=None), SLOT)
    world.store.set_clock(on(25, 19) + timedelta(minutes=15))
    with world.store.write() as session:
        count = distrust(session, on(23, 11) + timedelta(minutes=15), ZONE)
    after = state(world, wanted)
    assert count == int(doubtful)
    assert after.state is (State.UNKNOWN if doubtful else standing)


def test_a_backup_from_the_future_excuses_no_post(world: Context) -> None:
    """Its clock had jumped: when it was made nobody knows."""
    wanted = post()
    office.planned(world, wanted)
    world.store.set_clock(SLOT + timedelta(hours=2))
    with world.store.write() as session:
        assert distrust(session, SLOT + timedelta(days=9), ZONE) == 1
    after = state(world, wanted)
    midnight = datetime(2026, 11, 23, tzinfo=ZONE)
    assert after.sent_at == midnight - timedelta(hours=1), "it may have gone out all day"
    assert world.store.value("locked") == (SLOT + timedelta(hours=2)).isoformat()


def test_a_post_of_the_evening_before_may_go_out_after_midnight(world: Context) -> None:
    wanted = post(at=on(22, 23), day=on(22, 23).astimezone(ZONE).date())
    office.planned(world, wanted)
    world.store.set_clock(on(23, 12))
    midnight = datetime(2026, 11, 23, tzinfo=ZONE)
    for since, count in ((midnight + timedelta(hours=2, minutes=46), 0), (midnight, 1)):
        with world.store.write() as session:
            assert distrust(session, since, ZONE) == count


def life(**changes: object) -> Delivery:
    default = Delivery("k", "showcase", State.DUE, SLOT, timedelta(hours=3), SLOT)
    return replace(default, **changes)  # type: ignore[arg-type]


def test_a_look_begins_before_the_post_can_have_gone_out() -> None:
    now = SLOT + timedelta(days=1)
    midnight = datetime(2026, 11, 23, tzinfo=ZONE)
    hour = timedelta(hours=1)
    assert doubted(life(), SLOT - timedelta(days=9), now, ZONE).sent_at == midnight - hour
    assert doubted(life(), SLOT, now, ZONE).sent_at == SLOT - hour
    assert doubted(life(), SLOT, now, ZONE).note == MAYBE


@pytest.mark.parametrize("standing", [State.READY, State.SENDING, State.UNKNOWN])
def test_an_old_draft_says_nothing_of_what_was_sent_since(standing: State) -> None:
    """Another draft may have been made and shown: to read this one would give a false "absent"."""
    old = life(state=standing, draft=Draft(ready=True, data={"id": "1"}), sent_at=SLOT, sure=1)
    after = doubted(old, SLOT, SLOT, ZONE)
    assert (after.state, after.draft, after.sure) == (State.UNKNOWN, None, 0)


# What is planned


def campaign(world: Context) -> Campaign:
    text = plan.Text(
        "moi",
        "moi.toml",
        'title = "Mới"\naccounts = ["showcase"]\nstarts = 2026-11-20\nends = 2026-11-30\n'
        'approval = "auto"\n[cadence]\n'
        'weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\ntimes = ["19:30"]\n'
        '[creative]\ncard = "spotlight"\ncaption = "spotlight"\n',
    )
    (value,) = plan.read(world, [text])
    return value


def test_no_new_post_is_planned_for_a_day_whose_keys_may_be_used(
    world: Context, tmp_path: Path
) -> None:
    office.stock(world.store, *[product(f"BL-{number}") for number in range(200, 212)])
    wanted = plan.wanted(world, [campaign(world)])
    assert min(item.day for item in wanted).isoformat() == "2026-11-23"
    place.put_back(world, made(world, tmp_path))
    unlock(world, off=True)
    after = plan.wanted(world, [campaign(world)])
    assert min(item.day for item in after).isoformat() == "2026-11-24"
    world.store.set_clock(SLOT + timedelta(days=3))
    later = plan.wanted(world, [campaign(world)])
    assert min(item.day for item in later).isoformat() == "2026-11-26", "it ends by itself"


def test_what_stands_for_today_stays_planned(world: Context, tmp_path: Path) -> None:
    office.stock(world.store, *[product(f"BL-{number}") for number in range(200, 212)])
    value = campaign(world)
    found = plan.plan(world, [value])
    with world.store.write() as session:
        posts.apply(
            session, found, lambda item: links(item, world.office.public_url), database.now(session)
        )
    place.put_back(world, made(world, tmp_path))
    with world.store.read() as session:
        today = deliveries.keys_between(session, State.UNKNOWN, MADE, MADE + timedelta(days=1))
    assert len(today) == 1
    assert plan.plan(world, [value]).cancel == ()


# The question


def test_resuming_needs_a_person_who_says_that_no_other_machine_works(
    world: Context, tmp_path: Path
) -> None:
    place.put_back(world, made(world, tmp_path))
    with pytest.raises(ConfigError, match=r"10:45 23/11/2026.*--other-machine-off"):
        unlock(world, off=False)
    assert world.store.value("locked")
    unlock(world, off=True)
    assert (world.store.value("locked"), world.store.value("paused")) == ("", "")


def test_an_office_that_is_only_paused_is_not_asked(world: Context) -> None:
    world.store.set_value("paused", "yes")
    unlock(world, off=False)
    assert world.store.value("paused") == "yes"


def test_the_last_sign_of_a_store_is_what_it_did_last(world: Context) -> None:
    office.planned(world, post())
    with world.store.write() as session:
        assert whereabouts.last_sign(session) == MADE
        whereabouts.keep(session, seen=(MADE - timedelta(days=1)).isoformat())
        assert whereabouts.last_sign(session) == MADE
        deliveries.begin(session, post().key, "prepare", MADE + timedelta(minutes=1))
        assert whereabouts.last_sign(session) == MADE + timedelta(minutes=1)
        whereabouts.keep(session, seen=(MADE + timedelta(hours=1)).isoformat())
        assert whereabouts.last_sign(session) == MADE + timedelta(hours=1)
