"""Where the words and shapes of a card stand."""

from dataclasses import dataclass

from promoter.render.template import Area


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text where it is drawn.

    Attributes:
        x, y: Start of the base line.
        room: The area that it must stay in.
    """

    text: str
    x: int
    y: int
    weight: int
    size: int
    colour: str
    room: Area


@dataclass(frozen=True, slots=True)
class Sheet:
    """A card's words and shapes in their places.

    Attributes:
        lift: How far the panel has grown into the picture.
        kicker: The bar before the kicker.
        badge: The ground of the rank; None without one.
        stars: Left, middle of the height, size and number of the drawn stars.
        bullets: Middle of the mark before each fact, and its size.
        rule: Left, top and width of the line above the producer.
        pin: Left, middle of the height and size of the sign before the place.
        pill: The price's ground.
        notice: The ground of the mandatory words.
        label: The ground of what is said about the picture.
        qr: Left, top, side.
    """

    lines: tuple[Line, ...]
    lift: int
    qr: tuple[int, int, int]
    kicker: Area | None = None
    badge: Area | None = None
    stars: tuple[int, int, int, int] | None = None
    bullets: tuple[tuple[int, int, int], ...] = ()
    rule: tuple[int, int, int] | None = None
    pin: tuple[int, int, int] | None = None
    pill: Area | None = None
    notice: Area | None = None
    label: Area | None = None
