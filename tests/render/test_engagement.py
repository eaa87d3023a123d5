"""What channels counted, on the page: whose, of how many posts, up to when, and how true."""

from collections.abc import Sequence
from datetime import timedelta
from html import unescape

from promoter.core.engagement import OnShow, Reading
from promoter.core.model import Quality, Window
from tests.core.test_insight import evidence
from tests.core.test_report import told
from tests.make import NOW
from tests.render.test_document import text

FEED = [OnShow("a", "fanpage", "facebook"), OnShow("b", "fanpage", "facebook")]


def counted(*readings: Reading, on_show: Sequence[OnShow] = FEED) -> str:
    """Return what the section of the channels says."""
    said = unescape(text(told(evidence(on_show=on_show, readings=readings))))
    return said.partition("Counted by the channels themselves")[2].partition("The newest post")[0]


def test_channels_that_told_nothing_are_said_to_have_no_figures_yet() -> None:
    on_show = [*FEED, OnShow("c", "showcase", "showcase")]
    assert counted(on_show=on_show).strip() == "No figures yet: Facebook, the office's own page"
    assert counted(on_show=[]).strip() == "no figures yet"


def test_what_a_channel_does_not_tell_is_left_out_not_0() -> None:
    said = counted(Reading("a", "views", 0, Quality.EXACT, NOW))
    assert "0 views" in said
    assert "comments" not in said and "figures" not in said


def test_each_channel_is_told_with_its_posts_and_moment() -> None:
    x = OnShow("c", "x", "x")
    said = counted(
        Reading("a", "views", 1040, Quality.EXACT, NOW),
        Reading("b", "views", 2, Quality.EXACT, NOW),
        Reading("a", "reactions", 3, Quality.EXACT, NOW),
        Reading("c", "views", 7, Quality.EXACT, NOW + timedelta(hours=1)),
        on_show=[*FEED, x],
    )
    assert (
        "Facebook 1,042 views 3 reactions (only of 1 posts) "
        "posts: 2 · counted up to 09:00 23 Nov 2026 X" in said
    )
    assert "X 7 views posts: 1 · counted up to 10:00 23 Nov 2026" in said


def test_posts_that_were_not_counted_yet_are_not_passed_over() -> None:
    said = counted(Reading("a", "views", 40, Quality.EXACT, NOW))
    assert "Facebook 40 views posts: 1 of 2 · counted up to" in said


def test_an_estimate_is_called_so() -> None:
    said = counted(
        Reading("a", "views", 40, Quality.ESTIMATED, NOW),
        Reading("b", "comments", 3, Quality.EXACT, NOW),
        Reading("a", "comments", 1, Quality.EXACT, NOW),
    )
    assert "40 views (only of 1 posts, estimated)" in said
    assert "4 comments" in said and "4 comments (" not in said


def test_sandbox_numbers_are_called_so_once_or_where_real_ones_stand_beside_them() -> None:
    trial = OnShow("c", "trial", "x")
    on_show = [*FEED, trial]
    simulated = Reading("c", "views", 40, Quality.SANDBOX, NOW)
    real = Reading("a", "views", 7, Quality.EXACT, NOW)
    label = "sandbox numbers, not real"
    assert counted(simulated, on_show=on_show).startswith(f" {label} X 40 views")
    assert f"X {label} 40 views" in counted(simulated, real, on_show=on_show)
    assert counted(simulated, real, on_show=on_show).count(label) == 1
    assert label not in counted(real, on_show=on_show)


def test_a_shop_tells_its_30_days_as_such_and_its_revenue_in_dong() -> None:
    shop = OnShow("s", "shop", "shopee", listing=True)
    said = counted(
        Reading("s", "views", 130, Quality.EXACT, NOW, Window.ROLLING_30_DAYS),
        Reading("s", "likes", 41, Quality.EXACT, NOW),
        Reading("s", "units", 12, Quality.EXACT, NOW),
        Reading("s", "revenue", 1_500_000, Quality.EXACT, NOW),
        on_show=[shop],
    )
    assert (
        "Shopee 130 views in 30 days 41 likes 12 units sold 1,500,000 VND revenue "
        "listings: 1 · counted since they were listed, up to 09:00 23 Nov 2026" in said
    )


def test_listings_without_numbers_are_not_passed_over_either() -> None:
    shops = [OnShow(key, "shop", "shopee", listing=True) for key in "stu"]
    said = counted(
        Reading("s", "likes", 4, Quality.EXACT, NOW),
        Reading("t", "likes", 4, Quality.EXACT, NOW),
        Reading("t", "units", 1, Quality.EXACT, NOW),
        on_show=shops,
    )
    assert "8 likes 1 units sold (only of 1 listings) listings: 2 of 3" in said
