"""The bars of a report's chart as numbers for an SVG: where each stands and how high it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from promoter.core.insight import Bar
from promoter.core.period import Period

WIDTH, EDGE, TOP, HEIGHT = 328, 6, 18, 84
"""Pixels at the width of the smallest phone: there 11 px letters stay 11 px."""

LABEL_ROOM = 32.0
"""Least pixels from bar to bar for a label under each; narrower bars share one between two."""


@dataclass(frozen=True, slots=True)
class Column:
    """One bar.

    Attributes:
        middle: From the left edge.
        links, qr: Heights; the QR codes stand on the links.
        total: Words above; empty for days of which nothing is known.
        label: Lines below.
        running: Its days are not over.
    """

    middle: float
    links: float
    qr: float
    total: str
    label: tuple[str, ...]
    running: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns on one ground line.

    Attributes:
        base: The ground line, from the top.
        bar: Width of a column.
    """

    width: int
    base: int
    bar: float
    columns: tuple[Column, ...]

    @property
    def height(self) -> int:
        """Return the height with the lines below the ground."""
        return self.base + 4 + 14 * max(len(column.label) for column in self.columns)

    @property
    def running(self) -> bool:
        """Tell whether a column may still grow."""
        return any(column.running for column in self.columns)

    @property
    def gaps(self) -> bool:
        """Tell whether days are shown of which nothing is known."""
        return any(not column.total for column in self.columns)


def chart(
    bars: Sequence[Bar],
    number: Callable[[float], str],
    label: Callable[[Period], tuple[str, ...]],
) -> Chart | None:
    """Return the chart of some bars; None when there is nothing to see."""
    totals = [(bar.links or 0) + (bar.qr or 0) for bar in bars]
    highest = max(totals, default=0)
    if not highest:
        return None
    step = (WIDTH - 2 * EDGE) / len(bars)  # the outermost labels are wider than their bars
    scale = HEIGHT / highest
    columns = tuple(
        Column(
            middle=round(EDGE + (index + 0.5) * step, 1),
            links=round((bar.links or 0) * scale, 1),
            qr=round((bar.qr or 0) * scale, 1),
            total="" if bar.links is None else number(total),
            label=label(bar.span) if step >= LABEL_ROOM or index % 2 == 0 else (),
            running=bar.running,
        )
        for index, (bar, total) in enumerate(zip(bars, totals, strict=True))
    )
    return Chart(WIDTH, TOP + HEIGHT, round(min(38.0, step * 0.64), 1), columns)
