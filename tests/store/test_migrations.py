"""A database of an older promoter is brought up to date with what it holds."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, text

from promoter.store import follow_ups, migrations
from promoter.store.database import Store
from promoter.store.follow_ups import Verb
from promoter.store.tables import EPOCH
from tests.make import NOW

SECOND = timedelta(microseconds=1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """An engine on a database of the first version, with a live and a planned post."""
    if request.param == "sqlite":
        engine = create_engine(f"sqlite:///{tmp_path}/promoter.db")
    else:
        server = request.getfixturevalue("postgresql")
        name = f"m{abs(hash(request.node.nodeid)):x}"
        server.psql(f'create database "{name}";')
        url = server.get_uri(name).replace("postgresql://", "postgresql+psycopg://")
        engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["engine"] = engine
    command.upgrade(config, "0001")
    _fill(engine)
    yield engine
    engine.dispose()


def _fill(engine: Engine) -> None:
    moment = (NOW - EPOCH) // SECOND
    post = (
        "insert into post (key, code, campaign, account, channel, placement, day, ordinal, at,"
        " producer, card, caption, hashtags, approval, max_lateness_seconds, reason, created_at)"
        " values (:key, :key, 'tuan', 'showcase', 'showcase', 'feed', '2026-11-23', 0, :at,"
        " 'P41', 'spotlight', 'spotlight', '[]', 'auto', 60, '{}', :at)"
    )
    delivery = (
        "insert into delivery (post_key, account, state, next_at, tries, looks, sure, remote_id,"
        " url, settled_at) values (:key, 'showcase', :state, :at, 0, 0, 0, '', '', :settled)"
    )
    metric = (
        "insert into metric_latest (post_key, name, window, value, quality, as_of)"
        " values ('live', 'views', 'cumulative', 7, 'exact', :at)"
    )
    if engine.dialect.name == "postgresql":
        metric = metric.replace("window,", '"window",')
    with engine.begin() as connection:
        for key, state, settled in (("live", "PUBLISHED", moment), ("planned", "WAITING", None)):
            connection.execute(text(post), {"key": key, "at": moment})
            values = {"key": key, "state": state, "at": moment, "settled": settled}
            connection.execute(text(delivery), values)
        connection.execute(text(metric), {"at": moment})


def test_what_is_live_is_read_from_now_on_and_nothing_is_lost(old: Engine) -> None:
    migrations.upgrade(old)
    assert migrations.revision(old) == migrations.HEAD
    store = Store(old)
    with store.read() as session:
        assert [item.verb for item in follow_ups.of(session, "live")] == [Verb.MEASURE]
        assert follow_ups.of(session, "planned") == []
        due = follow_ups.due(session, "showcase", Verb.MEASURE, NOW)
        kept = session.connection().execute(text("select value from metric_latest")).scalar_one()
        shown = session.connection().execute(text("select distinct shown from delivery"))
        assert [item.key for item in due] == ["live"]
        assert kept == 7
        assert shown.scalars().all() == [""]


def test_revenue_that_passes_32_bits_fits_after_the_upgrade(old: Engine) -> None:
    migrations.upgrade(old)
    with old.begin() as connection:
        connection.execute(text("update metric_latest set value = 5000000000"))
        assert connection.execute(text("select value from metric_latest")).scalar_one() == 5 * 10**9
