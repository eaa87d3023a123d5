"""What the showcase keeps: one post for a key, whatever arrives how often."""

import threading
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from promoter.core.model import digest
from promoter.store import showcase
from promoter.store.database import Store
from promoter.store.showcase import ShowcaseContent, ShowcaseMedium, ShowcasePost
from promoter.store.tables import ShowcasePostRow
from tests.make import NOW

CONTENT = ShowcaseContent(
    title="Muối hạt Bạc Liêu",
    caption="Hạt to, khô ráo, mặn đậm.",
    link="https://ocop.example.vn/r/k7m2p9q4x1",
    media=(ShowcaseMedium("ab" * 32, "Hạt muối trắng", 1080, 1350),),
)
LATER = NOW + timedelta(minutes=5)


def put(
    store: Store, key: str, content: ShowcaseContent = CONTENT, *, minutes: int = 0
) -> tuple[ShowcasePost, bool]:
    with store.write() as session:
        return showcase.put(session, key, "fanpage", content, NOW + timedelta(minutes=minutes))


def page(store: Store, limit: int, before: str | None = None) -> list[str]:
    with store.read() as session:
        return [post.key for post in showcase.published(session, limit, before)]


def test_a_post_comes_back_as_it_was_put(store: Store) -> None:
    post, new = put(store, "key-1")
    assert new
    with store.read() as session:
        assert showcase.by_key(session, "key-1") == post
        assert showcase.by_id(session, post.id) == post
        assert showcase.published(session, 9) == [post]
    assert (post.title, post.caption, post.link, post.media) == (
        CONTENT.title,
        CONTENT.caption,
        CONTENT.link,
        CONTENT.media,
    )
    assert (post.account, post.live, post.published_at, post.updated_at) == (
        "fanpage",
        True,
        NOW,
        NOW,
    )


def test_a_public_id_is_short_and_does_not_tell_the_key(store: Store) -> None:
    post, _ = put(store, "0123456789")
    assert len(post.id) == 10
    assert post.id != post.key


def test_what_never_was_is_none(store: Store) -> None:
    with store.write() as session:
        assert showcase.by_key(session, "key-1") is None
        assert showcase.by_id(session, "key-1") is None
        assert showcase.withdraw(session, "key-1", NOW) is None


def test_the_same_again_changes_nothing(store: Store) -> None:
    first, _ = put(store, "key-1")
    again, new = put(store, "key-1", minutes=5)
    assert (again, new) == (first, False)


def test_another_content_takes_the_place_of_the_first(store: Store) -> None:
    first, _ = put(store, "key-1")
    changed = replace(CONTENT, caption="15.000 đ", media=())
    second, new = put(store, "key-1", changed, minutes=5)
    assert not new
    assert second == replace(first, caption="15.000 đ", media=(), updated_at=LATER)
    with store.read() as session:
        assert showcase.by_key(session, "key-1") == second


def test_a_withdrawn_post_is_not_shown_but_known(store: Store) -> None:
    post, _ = put(store, "key-1")
    with store.write() as session:
        gone = showcase.withdraw(session, "key-1", LATER)
    assert gone == replace(post, withdrawn_at=LATER)
    assert not gone.live
    with store.read() as session:
        assert showcase.published(session, 9) == []
        assert showcase.by_id(session, post.id) == gone


def test_withdrawing_again_keeps_the_first_moment(store: Store) -> None:
    put(store, "key-1")
    for minutes in (5, 9):
        with store.write() as session:
            showcase.withdraw(session, "key-1", NOW + timedelta(minutes=minutes))
    with store.read() as session:
        post = showcase.by_key(session, "key-1")
    assert post
    assert post.withdrawn_at == LATER


def test_a_withdrawn_post_cannot_be_changed(store: Store) -> None:
    put(store, "key-1")
    with store.write() as session:
        gone = showcase.withdraw(session, "key-1", LATER)
    post, _ = put(store, "key-1", replace(CONTENT, caption="anders"), minutes=9)
    assert post == gone


def test_the_newest_come_first(store: Store) -> None:
    for minutes, key in enumerate(["a", "b", "c"]):
        put(store, key, minutes=minutes)
    assert page(store, 2) == ["c", "b"]


def test_pages_follow_each_other_without_loss_even_at_one_moment(store: Store) -> None:
    keys = {f"key-{number}" for number in range(7)}
    for key in keys:
        put(store, key)
    seen: list[str] = []
    last: str | None = None
    while keys_here := page(store, 3, last):
        seen += keys_here
        with store.read() as session:
            post = showcase.by_key(session, seen[-1])
        last = post.id if post else None
    assert len(seen) == 7
    assert set(seen) == keys


def test_a_page_goes_on_after_a_post_that_was_withdrawn_meanwhile(store: Store) -> None:
    for minutes, key in enumerate(["a", "b", "c"]):
        put(store, key, minutes=minutes)
    with store.write() as session:
        post = showcase.withdraw(session, "b", LATER)
    assert post
    assert page(store, 9, post.id) == ["a"]


def test_a_page_after_a_post_that_never_was_is_the_first(store: Store) -> None:
    put(store, "a")
    assert page(store, 9, "nonsense") == ["a"]


def test_two_that_arrive_at_once_are_one_post(store: Store) -> None:
    together, made = threading.Barrier(4), []

    def arrive() -> None:
        together.wait()
        made.append(put(store, "key-1"))

    threads = [threading.Thread(target=arrive) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [new for _, new in made].count(True) == 1
    assert len({post for post, _ in made}) == 1
    assert page(store, 9) == ["key-1"]


def test_two_keys_with_one_digest_get_two_ids(store: Store) -> None:
    put(store, "key-1")
    taken = digest("showcase", "key-2", size=showcase.ID_BYTES)
    with store.write() as session:
        session.execute(update(ShowcasePostRow).values(id=taken))
    second, new = put(store, "key-2")
    assert new
    assert second.id != taken
    assert len(second.id) == 12
