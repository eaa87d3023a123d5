"""Lays out the words of a card: what is said where, how large, on which lines; draws nothing.

Top to bottom: kicker, name and rank; facts; producer and place beside the QR code; mandatory words.
If there is much to say, texts shrink a little, then the panel grows into the picture, then texts
shrink down to the template's smallest size.
"""

from collections.abc import Iterator

from promoter.core.errors import ConfigError
from promoter.core.model import Format, Phrase
from promoter.core.wording import CardWords
from promoter.render.page import NoRoom, Page
from promoter.render.places import Sheet
from promoter.render.template import Brand, Template
from promoter.render.text import Fonts

STEPS = ((0.0, 1.0), (0.5, 1.0), (0.5, 0.94), (1.0, 0.94), (1.0, 0.88))
"""Share of the panel's lift and scale of the texts, in the order in which they are tried."""
EDGE = 20
"""Pixels by which the waves of the panel's edge reach into the picture."""
WANTED = 2
"""Facts for which the panel grows; more are shown only where there is room anyway."""
ALCOHOL_SHARE = 0.1
"""Least share of the picture for the warning of an alcoholic drink (Decree 24/2020, art. 5)."""


class Setter:
    """Sets the words of cards of one template in the brand's type."""

    def __init__(self, name: str, template: Template, brand: Brand, fonts: Fonts) -> None:
        self._name = name
        self._template = template
        self._brand = brand
        self._fonts = fonts

    def sheet(self, words: CardWords, form: Format, label: str = "") -> Sheet:
        """Return where every word of a card stands.

        Raises:
            ConfigError: Something does not fit even at its smallest: template, format and text.
        """
        layout = self._template.formats[form.name]
        failed, best = words.name, None
        wanted = min(len(words.facts), WANTED - bool(words.notices))
        for lift, scale, narrow in self._ladder():
            if best and scale < STEPS[-1][1]:
                break
            try:
                page = Page(self._fonts, layout, form, scale, round(layout.lift * lift), narrow)
                found = page.sheet(words, self._brand, label)
            except NoRoom as error:
                failed = str(error)
                continue
            if len(found.bullets) >= wanted:
                return found
            if best is None or len(found.bullets) > len(best.bullets):
                best = found
        if best:
            return best
        raise ConfigError(
            Phrase(
                "card {template}, format {form}: there is no room for «{words}»; shorten it or "
                "give the format more room",
                template=self._name,
                form=form.name,
                words=failed,
            )
        )

    def _ladder(self) -> Iterator[tuple[float, float, bool]]:
        """Yield how far the panel grows, the scale of words, and if the name leaves the code room.

        Only where nothing else helps does the code stand beside the name.
        """
        smallest = self._template.smallest
        yield from ((lift, scale, False) for lift, scale in STEPS if scale >= smallest)
        for narrow in (False, True):
            scale = STEPS[-1][1] - 0.04
            while scale > smallest:
                yield 1.0, scale, narrow
                scale -= 0.04
            yield 1.0, smallest, narrow
