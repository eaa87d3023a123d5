"""Words, numbers and dates in the reader's language: gettext catalogues and Babel."""

import gettext
from datetime import date, datetime, tzinfo

from promoter import CATALOGS
from promoter.core.errors import ConfigError
from promoter.core.model import Money, Phrase

LANGUAGES = ("vi", "en")


class Locale:
    """One language; English is the language of the code itself."""

    def __init__(self, language: str) -> None:
        """Load the catalogue of a language.

        Raises:
            ConfigError: The language is not one of LANGUAGES.
        """
        if language not in LANGUAGES:
            raise ConfigError(
                Phrase(
                    "office.locale is «{found}»; known are {known}",
                    found=language,
                    known=", ".join(LANGUAGES),
                )
            )
        self.language = language
        self.catalog: gettext.NullTranslations = gettext.translation(
            "promoter", CATALOGS, [language], fallback=language == "en"
        )

    def text(self, english: str) -> str:
        """Translate fixed words."""
        return self.catalog.gettext(english) if english else ""

    def say(self, phrase: Phrase) -> str:
        """Translate a phrase and fill in its values, which may be phrases themselves."""
        values = {
            name: self.say(value) if isinstance(value, Phrase) else value
            for name, value in phrase.values.items()
        }
        return self.text(phrase.text).format(**values)

    def number(self, value: float) -> str:
        """Write a number: 1.234 or 2,5 in Vietnamese."""
        from babel.numbers import format_decimal

        return format_decimal(value, locale=self.language)

    def money(self, money: Money) -> str:
        """Write an amount the way people do: 120.000 đ in Vietnamese."""
        if self.language == "vi" and money.currency == "VND":
            return f"{self.number(money.amount)} đ"
        return f"{self.number(money.amount)} {money.currency}"

    def day(self, day: date) -> str:
        """Write a date: 23/11/2026 in Vietnamese."""
        from babel.dates import format_date

        return format_date(
            day, "dd/MM/yyyy" if self.language == "vi" else "d MMM yyyy", self.language
        )

    def moment(self, at: datetime, zone: tzinfo) -> str:
        """Write a moment on the office's wall clock: 11:45 23/11/2026 in Vietnamese."""
        local = at.astimezone(zone)
        return f"{local:%H:%M} {self.day(local.date())}"

    def weekday(self, day: date) -> str:
        """Write the day of the week in full: Thứ Hai in Vietnamese."""
        from babel.dates import format_date

        return format_date(day, "EEEE", self.language)
