"""One officer's language: sentences, the words of the vocabularies, errors, reasons, dates and numbers.

A sentence is its own key and is written in Indonesian; ``en.po`` translates it. What the program names by a code (a
purpose, an error, a reason for a match) is keyed by its kind (the message context) and its code, in both catalogues.
Sentences are never assembled from pieces: what varies inside one is a named placeholder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Literal, get_args

from babel import Locale, dates, numbers, units
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from lintas.errors import LintasError

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

# British English, because its clock has 24 hours and its dates put the day first, as everywhere in the region.
_LOCALES = {"id": Locale("id"), "en": Locale("en", "GB")}


@dataclass(frozen=True, slots=True)
class Explanation:
    """An error, as a person reads it."""

    sentence: str
    remedy: str
    code: str


class Translator:
    """Speaks one language.

    Args:
        language: "id" or "en".
        zone: The time zone in which moments are told; the machine's own if not given.
    """

    def __init__(self, language: Language, *, zone: tzinfo | None = None) -> None:
        self.language: Language = language
        self.locale = _LOCALES[language]
        self._zone = zone or dates.LOCALTZ
        self._catalogue = _catalogue(language)

    def gettext(self, sentence: str) -> str:
        """The sentence in this language; its placeholders are left in place."""
        return str(self._catalogue.ugettext(sentence))

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The form of the sentence that fits the number."""
        return str(self._catalogue.ungettext(one, many, number))

    def word(self, kind: str, code: str) -> str | None:
        """What is written under a code of the given kind, or None if the catalogue does not know it."""
        found = str(self._catalogue.upgettext(kind, code))
        return None if found == code else found

    def label(self, member: StrEnum) -> str:
        """The label of a member of a closed vocabulary."""
        return self.word(type(member).__name__, member.value) or member.value

    def hint(self, member: StrEnum) -> str:
        """What a member of a closed vocabulary means, in a sentence; empty where the label says it all."""
        return self.word(f"{type(member).__name__}.hint", member.value) or ""

    def reason(self, feature: str, level: str) -> str:
        """A reason for or against a match, as a sentence."""
        known = self.word("Reason", f"{feature}.{level}")
        unknown = self.gettext("Simpul mitra menyebut alasan yang belum dikenal di sini (%(code)s).")
        return known or unknown % {"code": f"{feature}.{level}"}

    def error(self, error: LintasError | type[LintasError]) -> Explanation:
        """What went wrong and what to do. The English is the docstring of the error, so that the two cannot differ."""
        known = error if isinstance(error, LintasError) else error()
        sentence = self.word("Error", known.code) or known.sentence
        return Explanation(sentence, self.word("Error.remedy", known.code) or known.remedy, known.code)

    def of(self, texts: Mapping[str, str]) -> str:
        """A text that came in several languages: in this one, else in English, else as it came."""
        return texts.get(self.language) or texts.get("en") or next(iter(texts.values()), "")

    def country(self, code: str) -> str:
        """The name of a country by its two letters."""
        return str(self.locale.territories.get(code.upper(), code.upper()))

    def countries(self) -> dict[str, str]:
        """The names of all countries by their two letters, in the order of this language."""
        names = {code.lower(): str(name) for code, name in self.locale.territories.items() if _is_country(code)}
        return dict(sorted(names.items(), key=lambda item: item[1]))

    def date(self, day: date) -> str:
        """A day: 22 November 2026."""
        return str(dates.format_date(day, "long", locale=self.locale))

    def partial_date(self, text: str) -> str:
        """A date in ISO form as far as it is known: 31 January 1970, January 1970, 1970; anything else as it is."""
        for form, pattern in (("%Y-%m-%d", "d MMMM y"), ("%Y-%m", "MMMM y")):
            try:
                day = datetime.strptime(text, form)  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
            return str(dates.format_date(day, pattern, locale=self.locale))
        return text

    def time(self, moment: datetime) -> str:
        """A time of day, to the second: 17.40.05."""
        return str(dates.format_time(moment, "medium", tzinfo=self._zone, locale=self.locale))

    def moment(self, moment: datetime) -> str:
        """A day and a time of day, with the zone: 22 Nov 2026 17.40 WIB."""
        local = moment.astimezone(self._zone)
        pattern = f"d MMM y {self.locale.datetime_skeletons['Hm'].pattern}"
        return f"{dates.format_datetime(local, pattern, locale=self.locale)} {local.tzname()}"

    def span(self, span: timedelta) -> str:
        """A length of time in the unit one would say it in: 30 minutes, 46 hours, 5 days."""
        minutes = max(0, int(span.total_seconds() // 60))
        if minutes < 90:
            return str(units.format_unit(minutes, "minute", locale=self.locale))
        if minutes < 72 * 60:
            return str(units.format_unit(minutes // 60, "hour", locale=self.locale))
        return str(units.format_unit(minutes // (24 * 60), "day", locale=self.locale))

    def number(self, number: float) -> str:
        """A number with this language's separators."""
        return str(numbers.format_decimal(number, locale=self.locale))

    def percent(self, share: float) -> str:
        """A share as a percentage; never 100 % or 0 % for what is only almost so."""
        if share in {0, 1} or 0.01 <= share < 0.99:
            return str(numbers.format_percent(share, format="#,##0\xa0%", locale=self.locale))
        almost = min(max(share, 0.001), 0.999)
        return str(numbers.format_percent(almost, format="#,##0.0\xa0%", locale=self.locale))


def _is_country(code: str) -> bool:
    """Two letters that stand for a country: not a region's digits, not a union, not a word for testing."""
    return code.isalpha() and code not in {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}


def preferred_language(accepted: str, default: str = "id") -> Language:
    """The first of our languages that an Accept-Language header prefers; the default if it names none of them."""
    wishes: list[tuple[float, str]] = []
    for part in accepted.split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wishes.append((-float(quality or 1), tag.partition("-")[0].lower()))
        except ValueError:
            continue
    named = [tag for _, tag in sorted(wishes, key=lambda wish: wish[0])]
    return next((language for tag in (*named, default) for language in LANGUAGES if tag == language), "id")


@cache
def _catalogue(language: Language) -> Translations:
    """Read the catalogue as people wrote it; a compiled copy beside it could only ever disagree with it."""
    source = files("lintas.i18n") / "catalogues" / f"{language}.po"
    with source.open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
