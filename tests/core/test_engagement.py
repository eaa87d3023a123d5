"""What channels counted: reach is never added up, 30 days never over time, and missing is not 0."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promoter.core.engagement import LISTINGS, POSTS, OnShow, Reading, by_channel, told, worst
from promoter.core.model import Quality, Window
from tests.make import NOW

LATER = NOW + timedelta(hours=6)
FEED = [OnShow("a", "fanpage", "facebook"), OnShow("b", "fanpage", "facebook")]
SHOP = [
    OnShow("s", "shop", "shopee", listing=True),
    OnShow("t", "shop", "shopee", listing=True),
]
ROLLING = Window.ROLLING_30_DAYS
NAMES = st.sampled_from([*POSTS, *LISTINGS, "reach"])


def read(
    post: str,
    name: str,
    value: int,
    quality: Quality = Quality.EXACT,
    as_of: datetime = NOW,
    window: Window = Window.CUMULATIVE,
) -> Reading:
    """Return a reading."""
    return Reading(post, name, value, quality, as_of, window)


def test_metrics_that_no_channel_gave_are_not_there() -> None:
    assert told(FEED, []) == ()


def test_metrics_are_summed_over_the_posts_that_have_them_with_the_oldest_moment() -> None:
    readings = [
        read("a", "views", 40, as_of=LATER),
        read("b", "views", 0, Quality.ESTIMATED),
        read("a", "comments", 2, Quality.SANDBOX, LATER),
    ]
    views, comments = told(FEED, readings)
    assert (views.name, views.value, views.posts) == ("views", 40, 2)
    assert (views.quality, views.as_of) == (Quality.ESTIMATED, NOW)
    assert (comments.name, comments.value, comments.quality) == ("comments", 2, Quality.SANDBOX)


def test_the_sums_over_all_posts_hold_no_listing_and_no_30_days() -> None:
    readings = [
        read("a", "views", 5),
        read("b", "views", 9, window=ROLLING),
        read("s", "views", 70),
    ]
    assert [item.value for item in told([*FEED, *SHOP], readings)] == [5]


@pytest.mark.parametrize("posts", [["a"], ["a", "b"]])
def test_reach_is_not_added_up_because_people_repeat(posts: list[str]) -> None:
    readings = [read(post, "reach", 5) for post in posts]
    assert told(FEED, readings) == ()
    assert by_channel(FEED, readings)[0].told == ()


def test_each_channel_tells_its_own_numbers_in_one_order() -> None:
    readings = [
        read("b", "shares", 1),
        read("a", "views", 40),
        read("b", "views", 2),
        read("c", "views", 300),
    ]
    facebook, x = by_channel([*FEED, OnShow("c", "x", "x")], readings)
    assert (facebook.channel, facebook.posts) == ("facebook", 2)
    assert [(item.name, item.value, item.posts) for item in facebook.told] == [
        ("views", 42, 2),
        ("shares", 1, 1),
    ]
    assert [(item.name, item.value) for item in x.told] == [("views", 300)]


def test_a_channel_that_told_nothing_is_there_without_numbers() -> None:
    (silent,) = by_channel(FEED, [])
    assert (silent.posts, silent.told, silent.as_of) == (2, (), None)


def test_a_channel_is_as_old_as_its_oldest_number() -> None:
    (found,) = by_channel(FEED, [read("a", "views", 1, as_of=LATER), read("b", "shares", 1)])
    assert found.as_of == NOW


def test_listings_stand_apart_and_their_30_days_are_added_up_over_listings() -> None:
    readings = [
        read("s", "views", 100, window=ROLLING),
        read("t", "views", 30, window=ROLLING),
        read("s", "views", 7),
        read("s", "units", 4),
        read("a", "units", 9),
    ]
    posts = [OnShow("a", "shop", "shopee"), *SHOP]
    feed, listings = by_channel(posts, readings)
    assert (feed.listing, feed.told) == (False, ())
    assert listings.listing
    assert [(item.name, item.window, item.value, item.posts) for item in listings.told] == [
        ("views", Window.CUMULATIVE, 7, 1),
        ("views", ROLLING, 130, 2),
        ("units", Window.CUMULATIVE, 4, 1),
    ]


def test_values_of_single_days_are_not_added_up() -> None:
    (found,) = by_channel(SHOP, [read("s", "orders", 3, window=Window.DAY)])
    assert found.told == ()


def test_simulated_accounts_stand_apart_from_real_ones_of_their_channel() -> None:
    """A post that was not read yet belongs to where its account belongs."""
    posts = [*FEED, OnShow("c", "trial", "facebook"), OnShow("d", "trial", "facebook")]
    readings = [read("a", "views", 3), read("c", "views", 900, Quality.SANDBOX)]
    real, simulated = by_channel(posts, readings)
    assert (real.sandbox, real.posts, real.told[0].value) == (False, 2, 3)
    assert (simulated.sandbox, simulated.posts, simulated.told[0].value) == (True, 2, 900)


@pytest.mark.parametrize(
    ("qualities", "said"),
    [
        ([Quality.EXACT], Quality.EXACT),
        ([Quality.EXACT, Quality.ESTIMATED], Quality.ESTIMATED),
        ([Quality.ESTIMATED, Quality.SANDBOX, Quality.EXACT], Quality.SANDBOX),
    ],
)
def test_a_sum_is_as_good_as_its_worst_part(qualities: list[Quality], said: Quality) -> None:
    assert worst(qualities) is said


@given(
    st.lists(
        st.builds(
            read,
            st.sampled_from("abst"),
            NAMES,
            st.integers(0, 9),
            window=st.sampled_from(Window),
        ),
        unique_by=lambda item: (item.post, item.name, item.window),
    )
)
def test_no_number_is_told_that_was_not_read(readings: list[Reading]) -> None:
    for found in by_channel([*FEED, *SHOP], readings):
        names = LISTINGS if found.listing else POSTS
        posts = "st" if found.listing else "ab"
        for item in found.told:
            parts = [
                reading
                for reading in readings
                if (reading.name, reading.window) == (item.name, item.window)
                and reading.post in posts
            ]
            assert item.name in names
            assert (item.value, item.posts) == (sum(part.value for part in parts), len(parts))
