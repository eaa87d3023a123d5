"""Short links lead to stored targets only, and every opening is counted as what it is."""

import asyncio
import socket
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from promoter.core.model import Post
from promoter.store import clicks
from promoter.store.clicks import Via, Visitor
from promoter.store.database import Store
from promoter.store.tables import ClickDayRow, ClickRow, LinkRow
from promoter.web.links import BATCH, MOST, Counter, Links, visitor
from tests.web.office import NOW, PHONE, URL, ZONE, SmallOffice, salt_office

TODAY = date(2026, 11, 23)


@pytest.fixture
def office(sqlite_store: Store, tmp_path: Path) -> SmallOffice:
    return salt_office(sqlite_store, tmp_path)


@pytest.fixture
def post(office: SmallOffice) -> Post:
    return office.post("BL-086", at=NOW - timedelta(days=1))


def counted(store: Store) -> dict[tuple[str, str], int]:
    with store.read() as session:
        rows = session.exec(select(ClickDayRow)).all()
    assert {row.day for row in rows} <= {TODAY}
    return {(row.via, row.visitor): row.count for row in rows}


def test_a_link_leads_to_its_stored_target_and_is_never_kept(
    office: SmallOffice, post: Post
) -> None:
    with office.served() as reader:
        answer = reader.get(f"/r/{post.code}")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{URL}/p/BL-086?utm_source=showcase")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content == b""


def test_openings_are_written_when_the_site_stops(office: SmallOffice, post: Post) -> None:
    with office.served() as reader:
        for _ in range(7):
            reader.get(f"/r/{post.code}")
        reader.get(f"/q/{post.code}")
    assert counted(office.store) == {("link", "person"): 7, ("qr", "person"): 1}


def test_machines_and_previews_are_redirected_and_counted_apart(
    office: SmallOffice, post: Post
) -> None:
    with office.served() as reader:
        for agent in ("facebookexternalhit/1.1", "Googlebot/2.1", PHONE):
            assert reader.get(f"/r/{post.code}", agent).status_code == 302
    assert counted(office.store) == {
        ("link", "preview"): 1,
        ("link", "bot"): 1,
        ("link", "person"): 1,
    }


def test_a_visit_is_kept_at_the_office_s_moment(office: SmallOffice, post: Post) -> None:
    with office.served() as reader:
        reader.get(f"/r/{post.code}")
        office.store.set_clock(NOW + timedelta(days=30))  # the demo jumps before it is written
    with office.store.read() as session:
        (row,) = session.exec(select(ClickRow)).all()
    assert row.at == NOW


def test_an_unknown_code_is_a_friendly_page_and_no_click(office: SmallOffice) -> None:
    with office.served() as reader:
        answer = reader.get("/r/zzzzzzzzzz")
    assert answer.status_code == 404
    assert "Location" not in answer.headers
    assert "This page does not exist" in answer.text
    assert counted(office.store) == {}


@pytest.mark.parametrize(
    "path",
    [
        "/r/",
        "/r//evil.example",
        "/r/https://evil.example",
        "/r/https:%2F%2Fevil.example",
        "/r/%2e%2e%2fp%2fBL-086",
        "/r/{code}%0d%0aLocation:%20https://evil.example",
        "/r/{code}%00",
        "/r/{code}/",
        "/r/{code}%25",
        "/r/{code}?to=https://evil.example&target=https://evil.example",
        "/r/%EF%BC%A1{code}",
        "/r/" + "a" * 5000,
    ],
)
def test_nothing_in_the_address_can_choose_where_it_leads(
    office: SmallOffice, post: Post, path: str
) -> None:
    with office.served() as reader:
        answer = reader.get(path.format(code=post.code))
    if answer.status_code == 302:
        assert answer.headers["Location"].startswith(f"{URL}/p/BL-086?")
    else:
        assert answer.status_code == 404
    assert "evil" not in answer.headers.get("Location", "")


@pytest.mark.parametrize("target", ["javascript:alert(1)", "data:text/html,x", "//evil.example"])
def test_a_stored_target_that_is_no_web_address_is_not_followed(
    office: SmallOffice, post: Post, target: str
) -> None:
    with office.store.write() as session:
        session.get_one(LinkRow, post.code).target = target
    with office.served() as reader:
        assert reader.get(f"/r/{post.code}").status_code == 404


def test_a_target_with_line_breaks_cannot_add_headers(office: SmallOffice, post: Post) -> None:
    with office.store.write() as session:
        session.get_one(LinkRow, post.code).target = f"{URL}/p/á b\r\nSet-Cookie: x=1"
    with office.served() as reader:
        answer = reader.get(f"/r/{post.code}")
    assert answer.status_code == 302
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Location"] == f"{URL}/p/%C3%A1%20b%0D%0ASet-Cookie:%20x=1"


def test_a_code_typed_in_capitals_is_the_same(office: SmallOffice, post: Post) -> None:
    with office.served() as reader:
        assert reader.get(f"/r/{post.code.upper()}").status_code == 302
    assert counted(office.store) == {("link", "person"): 1}


def test_only_reading_is_answered(office: SmallOffice, post: Post) -> None:
    with office.served() as reader, socket.create_connection(_address(reader.url)) as line:
        line.sendall(
            f"POST /r/{post.code} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode()
        )
        assert line.recv(100).startswith(b"HTTP/1.1 405")
    assert counted(office.store) == {}


def _address(url: str) -> tuple[str, int]:
    host, port = url.removeprefix("http://").split(":")
    return host, int(port)


def test_a_link_that_went_away_costs_no_other_click(
    office: SmallOffice, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    counter = Counter(office.store, ZONE)
    for code in ("gone000000", post.code):
        counter.add(clicks.Click(code, NOW, Via.LINK, Visitor.PERSON))
    counter.flush()
    assert counted(office.store) == {("link", "person"): 1}
    assert "gone000000" in caplog.text


def test_more_than_a_batch_is_written_in_several(office: SmallOffice, post: Post) -> None:
    counter = Counter(office.store, ZONE)
    for _ in range(2 * BATCH + 1):
        counter.add(clicks.Click(post.code, NOW, Via.LINK, Visitor.PERSON))
    counter.flush()
    assert counted(office.store) == {("link", "person"): 2 * BATCH + 1}


def test_clicks_wait_while_the_database_cannot_be_written(
    office: SmallOffice, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    counter = Counter(office.store, ZONE)
    counter.add(clicks.Click(post.code, NOW, Via.LINK, Visitor.PERSON))
    database = office.folder / "promoter.db"
    hidden = office.folder / "hidden.db"
    office.store.close()
    database.rename(hidden)
    database.mkdir()
    counter.flush()
    database.rmdir()
    hidden.rename(database)
    assert "waiting=1" in caplog.text
    counter.flush()
    assert counted(office.store) == {("link", "person"): 1}


def test_what_waits_is_bounded(office: SmallOffice, post: Post) -> None:
    counter = Counter(office.store, ZONE)
    click = clicks.Click(post.code, NOW, Via.LINK, Visitor.PERSON)
    for _ in range(MOST + 10):
        counter.add(click)
    assert len(counter._waiting) == MOST


def test_the_counter_s_clock_is_the_office_s(sqlite_store: Store) -> None:
    counter = Counter(sqlite_store, ZONE)
    counter.start()
    try:
        now = counter.now()
        assert now is not None
        assert abs(now - sqlite_store.now()) < timedelta(seconds=5)
    finally:
        counter.stop()


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        (PHONE, Visitor.PERSON),
        ("Mozilla/5.0 (iPhone) Mobile/15E148 Zalo iOS/580 ZaloLanguage/vn", Visitor.PERSON),
        ("Mozilla/5.0 (iPhone) [FBAN/FBIOS;FBAV/480.0]", Visitor.PERSON),
        ("Mozilla/5.0 (Linux; Android 10; CUBOT NOTE 20) Chrome/130 Mobile", Visitor.PERSON),
        ("Mozilla/5.0 (Linux; Android 12) Pinterest for Android/12.3", Visitor.PERSON),
        ("Opera/9.80 (J2ME/MIDP; Opera Mini/7.1) Presto/2.8", Visitor.PERSON),
        (
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            Visitor.PREVIEW,
        ),
        ("Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", Visitor.PREVIEW),
        ("TelegramBot (like TwitterBot)", Visitor.PREVIEW),
        ("Twitterbot/1.0", Visitor.PREVIEW),
        ("WhatsApp/2.23.20.0 A", Visitor.PREVIEW),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", Visitor.PREVIEW),
        ("ZaloPC-win32-24v1 bot", Visitor.PREVIEW),
        ("", Visitor.PREVIEW),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Visitor.BOT),
        ("Mozilla/5.0 (compatible; bingbot/2.0)", Visitor.BOT),
        ("Mozilla/5.0 (X11; Linux) HeadlessChrome/130", Visitor.BOT),
        ("curl/8.5.0", Visitor.BOT),
        ("python-requests/2.32", Visitor.BOT),
        ("Go-http-client/2.0", Visitor.BOT),
    ],
)
def test_a_visitor_is_known_by_what_it_calls_itself(agent: str, kind: Visitor) -> None:
    assert visitor(agent) is kind


@pytest.mark.parametrize(
    ("method", "purpose"), [("HEAD", ""), ("GET", "prefetch"), ("GET", "preview")]
)
def test_a_look_ahead_is_no_visit_of_a_person(method: str, purpose: str) -> None:
    assert visitor(PHONE, method, purpose) is Visitor.PREVIEW


def test_a_thousand_who_ask_at_once_cost_one_look(office: SmallOffice, post: Post) -> None:
    links = Links(office.store, ZONE, lambda: b"")
    looked: list[str] = []
    look_up = links._look_up

    def noting(code: str) -> bytes:
        looked.append(code)
        return look_up(code)

    links._look_up = noting  # type: ignore[method-assign]

    async def ask() -> list[bytes]:
        return await asyncio.gather(*(links._target(post.code) for _ in range(1000)))

    assert len(set(asyncio.run(ask()))) == 1
    assert looked == [post.code]


def test_guessed_codes_do_not_push_out_what_is_known(office: SmallOffice, post: Post) -> None:
    links = Links(office.store, ZONE, lambda: b"")

    async def ask() -> None:
        await links._target(post.code)
        for number in range(50):
            await links._target(f"guess{number:05d}")

    asyncio.run(ask())
    assert list(links._targets) == [post.code]
