"""The showcase is read by people and by feed readers, with lasting addresses."""

from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from promoter.store import showcase
from promoter.store.database import Store
from tests import make
from tests.web.office import BRAND, NOW, URL, SmallOffice, salt_office

ATOM = {"a": "http://www.w3.org/2005/Atom"}
DAY = timedelta(days=1)


@pytest.fixture
def office(sqlite_store: Store, tmp_path: Path) -> SmallOffice:
    found = salt_office(sqlite_store, tmp_path)
    found.stock([make.product("BL-085", name="Muối tinh & «mịn» <b>")], [])
    found.post("BL-086", at=NOW - 2 * DAY)
    found.post("BL-085", at=NOW - DAY)
    return found


def atom(office: SmallOffice) -> ElementTree.Element:
    with office.served() as reader:
        answer = reader.get("/showcase/feed.atom")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    return ElementTree.fromstring(answer.content)  # noqa: S314 - our own words


def text(element: ElementTree.Element, name: str) -> str:
    found = element.findtext(f"a:{name}", namespaces=ATOM)
    assert found is not None
    return found


def test_atom_has_what_a_feed_must_have(office: SmallOffice) -> None:
    feed = atom(office)
    assert text(feed, "id") == f"{URL}/showcase"
    assert text(feed, "title") == BRAND
    assert datetime.fromisoformat(text(feed, "updated")) == NOW - DAY
    assert feed.find("a:link[@rel='self']", ATOM) is not None
    assert feed.findtext("a:author/a:name", namespaces=ATOM)


def test_atom_entries_are_newest_first_with_lasting_ids_and_pictures(office: SmallOffice) -> None:
    entries = atom(office).findall("a:entry", ATOM)
    assert [text(entry, "title") for entry in entries] == [
        "Muối tinh & «mịn» <b>",
        "Muối hạt Bạc Liêu",
    ]
    for entry in entries:
        link = entry.find("a:link[@rel='alternate']", ATOM)
        picture = entry.find("a:link[@rel='enclosure']", ATOM)
        assert link is not None and picture is not None
        assert text(entry, "id") == link.attrib["href"]
        assert link.attrib["href"].startswith(f"{URL}/showcase/")
        assert picture.attrib["href"].startswith(f"{URL}/m/")
        assert datetime.fromisoformat(text(entry, "published")).tzinfo
        content = text(entry, "content")
        assert content.startswith('<p><img src="https://')
        assert "<a href=" in content and "<b>" not in content  # markup once, words never


def test_the_ids_stay_when_a_post_is_corrected(office: SmallOffice) -> None:
    before = [text(entry, "id") for entry in atom(office).findall("a:entry", ATOM)]
    with office.store.write() as session:
        (newest, *_) = showcase.published(session, 1)
        changed = showcase.ShowcaseContent(newest.title, "Other words", newest.link, newest.media)
        showcase.put(session, newest.key, newest.account, changed, NOW)
    feed = atom(office)
    entries = feed.findall("a:entry", ATOM)
    assert [text(entry, "id") for entry in entries] == before
    assert text(entries[0], "updated") != text(entries[0], "published")
    assert datetime.fromisoformat(text(feed, "updated")) == NOW


def test_json_feed_has_what_version_1_1_asks_for(office: SmallOffice) -> None:
    with office.served() as reader:
        answer = reader.get("/showcase/feed.json")
    assert answer.headers["Content-Type"].startswith("application/feed+json")
    feed = answer.json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"{URL}/showcase/feed.json"
    assert feed["home_page_url"] == f"{URL}/showcase"
    first, second = feed["items"]
    assert first["id"] == first["url"] != second["id"]
    assert first["content_text"].startswith("Muối kết tinh")
    assert first["image"] == first["attachments"][0]["url"]
    assert first["attachments"][0]["mime_type"] == "image/jpeg"
    assert first["date_published"] == "2026-11-22T04:42:00+00:00"


def test_an_empty_showcase_has_valid_feeds(sqlite_store: Store, tmp_path: Path) -> None:
    empty = SmallOffice(sqlite_store, tmp_path)
    with empty.served() as reader:
        assert reader.get("/showcase/feed.json").json()["items"] == []
        feed = ElementTree.fromstring(reader.get("/showcase/feed.atom").content)  # noqa: S314
    assert datetime.fromisoformat(text(feed, "updated")) == NOW


def test_each_post_has_its_page(office: SmallOffice) -> None:
    with office.served() as reader:
        items = reader.get("/showcase/feed.json").json()["items"]
        for item in items:
            page = reader.get(item["url"].removeprefix(URL))
            assert page.status_code == 200
            assert "og:image" in page.text


def test_a_withdrawn_post_is_gone_from_page_and_feeds(office: SmallOffice) -> None:
    with office.store.write() as session:
        (newest, *_) = showcase.published(session, 1)
        showcase.withdraw(session, newest.key, NOW)
    with office.served() as reader:
        page = reader.get(f"/showcase/{newest.id}")
        assert page.status_code == 410
        assert "taken down" in page.text and newest.title not in page.text
        assert newest.id not in reader.get("/showcase").text
        assert len(reader.get("/showcase/feed.json").json()["items"]) == 1


def test_an_unknown_post_is_a_friendly_page(office: SmallOffice) -> None:
    with office.served() as reader:
        assert "This page does not exist" in reader.get("/showcase/nothing").text


def test_older_posts_are_found_page_by_page_without_gap_or_repeat(office: SmallOffice) -> None:
    for number in range(30):
        office.post("BL-086", at=NOW - (3 + number) * DAY)
    with office.store.read() as session:
        wanted = [post.id for post in showcase.published(session, 100)]
    found: list[str] = []
    with office.served() as reader:
        path = "/showcase"
        while path:
            page = reader.get(path).text
            found += _ids(page)
            older = page.partition('rel="next" href="')[2].partition('"')[0]
            path = older
    assert found == wanted


def _ids(page: str) -> list[str]:
    parts = page.split('<article class="post">')[1:]
    return [part.partition('href="/showcase/')[2].partition('"')[0] for part in parts]


def test_the_api_refuses_in_json_not_with_a_page(office: SmallOffice) -> None:
    with office.served() as reader:
        answer = reader.get("/showcase/api/posts/00c0ffee00c0ffee")
        unknown = reader.get("/showcase/api/nothing")
    assert answer.status_code == 401 and answer.json()["reason"]
    assert unknown.status_code == 404 and unknown.json()
