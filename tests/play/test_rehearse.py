"""Rehearsals of the sample office: whole, in a copy, with failing services and a dying process."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from promoter import place
from promoter.app import open_world
from promoter.cli.backup import unlock
from promoter.core.errors import ConfigError
from promoter.pipeline import plan
from promoter.pipeline.sync import sync
from promoter.play import rehearsal_page
from promoter.play import rehearse as story
from promoter.play.rehearse import Progress, Wish, rehearse
from promoter.store import backup, deliveries

ROOT = Path(__file__).parent.parent.parent
NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
UNTIL = date(2026, 11, 28)

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """The sample office with a store of its own, planned, at eight in the morning."""
    text = (ROOT / "settings.toml").read_text(encoding="utf-8")
    for folder in ("assets", "campaigns"):
        text = text.replace(f'"{folder}', f'"{ROOT}/{folder}')
    file = tmp_path / "settings.toml"
    file.write_text(text, encoding="utf-8")
    world = open_world(file, loopback_only=True)
    world.context.store.set_clock(NOW)
    sync(world.context, world.source())
    plan.apply(world.context, plan.read_files(world.campaigns), "test", force=True)
    world.close()
    return file


def test_a_rehearsal_plays_the_plan_and_leaves_the_office_alone(
    settings: Path, tmp_path: Path
) -> None:
    found = rehearse(Wish(settings, tmp_path / "out", UNTIL))
    figures = found.verdict.document()
    assert figures["posts"]
    assert figures["published"] == figures["posts"]
    world = open_world(settings, loopback_only=True)
    with world.context.store.read() as session:
        assert set(deliveries.counts(session)) == {"WAITING"}, "nothing was sent for real"
    assert world.context.now() == NOW
    world.close()


def test_a_drill_with_faults_and_kills_doubles_and_loses_nothing(
    settings: Path, tmp_path: Path
) -> None:
    wish = Wish(settings, tmp_path / "out", UNTIL, faults=True, kill=15, seed="drill")
    found = rehearse(wish)
    figures = found.verdict.document()
    assert figures["kills"] == 15
    assert figures["doubts"], "otherwise it has shown nothing"
    assert (figures["duplicates"], figures["lost"], figures["false_absent"]) == (0, 0, 0)
    assert figures["bugs"] == 0
    assert float(str(figures["longest_doubt_minutes"])) <= 35
    page = rehearsal_page.write(found, tmp_path / "out")
    text = page.read_text(encoding="utf-8")
    assert all(post.post.code for post in found.verdict.outcomes)
    assert text.count("<article>") == figures["posts"]
    pictures = list((tmp_path / "out" / "media").glob("*.jpg"))
    assert pictures


def test_an_end_before_the_beginning_is_refused(settings: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--until"):
        rehearse(Wish(settings, tmp_path / "out", date(2026, 11, 20)))


def test_an_office_without_a_store_rehearses_its_first_plan(settings: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "var").glob("promoter.*"):
        path.unlink()
    today = datetime.now(UTC).date()
    found = rehearse(Wish(settings, tmp_path / "out", today + timedelta(days=1)))
    assert json.dumps(found.verdict.document())
    assert not (tmp_path / "var" / "promoter.db").exists(), "it is still without one"


def test_a_folder_that_no_rehearsal_made_is_left_alone(settings: Path, tmp_path: Path) -> None:
    mine = tmp_path / "out" / "office"
    mine.mkdir(parents=True)
    (mine / "promoter.db").write_text("a real office")
    with pytest.raises(ConfigError, match="not of a rehearsal"):
        rehearse(Wish(settings, tmp_path / "out", UNTIL))
    assert (mine / "promoter.db").read_text() == "a real office"


def test_yesterday_s_backup_brings_no_post_out_twice(settings: Path, tmp_path: Path) -> None:
    """A day is played, backed up, another day is played, and the first is brought back."""
    wish = Wish(settings, tmp_path / "out", UNTIL)
    stage, start = story._set_up(wish)
    quiet: Progress = lambda _share: None  # noqa: E731
    days = [replace(stage, until=start + timedelta(days=count)) for count in (1, 3)]
    with story._Services(stage, start, wish) as services:
        context = services.context
        story._deliver(days[0], start, wish, services, quiet)
        backup.write(context.store, context.media, tmp_path / "yesterday.zip")
        story._deliver(days[1], start, wish, services, quiet)
        with context.store.read() as session:
            sent = deliveries.counts(session)["PUBLISHED"]
        place.put_back(context, tmp_path / "yesterday.zip")
        with context.store.read() as session:
            counts = deliveries.counts(session)
        assert counts["UNKNOWN"], "what may have gone out since is looked up"
        assert counts.get("PUBLISHED", 0) < sent
        unlock(context, off=True)
        story._deliver(stage, start, wish, services, quiet)
        found = story._judge(stage, start, wish, services, ())
    figures = found.document()
    assert (figures["duplicates"], figures["lost"], figures["false_absent"]) == (0, 0, 0)
    held = figures["held_by_channel"]
    assert isinstance(held, dict)
    assert set(held) <= {"facebook"}, "only where a list is all that can be read, a person looks"
    assert int(str(figures["published"])) >= sent
