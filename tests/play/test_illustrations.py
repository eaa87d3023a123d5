"""Sample pictures: drawn by code, the same each time, and marked as samples wherever they go."""

import io
from functools import cache

import pytest
from PIL import Image

from promoter.play.illustrations import HEIGHT, WIDTH, WORDS, illustrations
from tests.render.test_card import catalogue

CODES = sorted(illustrations())


@cache
def drawn(code: str) -> bytes:
    """Return a sample picture, drawn once."""
    return illustrations()[code]()


def test_each_belongs_to_a_product_of_the_sample_catalogue() -> None:
    """Eight or more, none for a product that is not there."""
    assert len(CODES) >= 8
    assert set(CODES) <= {product.code for product in catalogue().products}


@pytest.mark.parametrize("code", CODES)
def test_each_is_a_large_picture_that_says_it_is_a_sample(code: str) -> None:
    """In its pixels, and in its comment for whoever meets the file alone."""
    with Image.open(io.BytesIO(drawn(code))) as picture:
        assert (picture.format, picture.size) == ("JPEG", (WIDTH, HEIGHT))
        assert picture.info["comment"].decode() == WORDS
        foot = picture.convert("L").crop(
            (WIDTH // 2 - 130, HEIGHT - 70, WIDTH // 2 + 130, HEIGHT - 10)
        )
        low, high = foot.getextrema()
        assert isinstance(low, int)
        assert isinstance(high, int)
        assert high - low > 90


def test_the_same_each_time() -> None:
    """So that media keep their names."""
    assert illustrations()["BL-086"]() == drawn("BL-086")
