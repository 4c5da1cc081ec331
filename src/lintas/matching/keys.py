"""What the index stores of a record and asks for a subject.

Three ways lead to a candidate: an identifier that is the same (`keys`) or the same but for one sign (`near`), a name
that shares letters (`grams`) or consonants (`bones`, for other scripts and spellings), and dates, which only rank. A
key is `family:number`, whoever has it: `phone:+62…` brings up the line and everybody with that telephone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from lintas.matching.dates import Date, swapped
from lintas.matching.names import Name, read_names
from lintas.matching.portrait import Number, Portrait, portrait_of_record, portrait_of_subject
from lintas.model import Record, Subject

# One letter or digit for those that cameras and tired eyes exchange.
LOOK_ALIKES: Final = str.maketrans("OQDILZSGB", "000112568")
_SHORTEST_NEAR: Final = 5
_LONGEST_NEAR: Final = 20
_LAST_DIGITS: Final = 8
_MOST_TERMS: Final = 1_000


class Terms(Struct, frozen=True):
    """Terms without blanks, sorted, each once. Terms of one field are alternatives: more in common is better."""

    kinds: tuple[str, ...] = ()  # `SubjectKind`; restricts the search by name, never the one by identifier
    keys: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    grams: tuple[str, ...] = ()
    bones: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


class IndexTerms(Terms, frozen=True):
    """What is stored for a record."""


class QueryTerms(Terms, frozen=True):
    """What is asked for a subject: dates also with day and month exchanged, years also one before and one after."""


def index_terms(record: Record) -> IndexTerms:
    """The terms under which a record is found."""
    portrait = portrait_of_record(record)
    dates = portrait.births + portrait.foundations
    return IndexTerms(**_terms(portrait), **_dates(dates, (date.year for date in dates)))


def query_terms(subject: Subject) -> QueryTerms:
    """The terms with which to look for a subject."""
    portrait = portrait_of_subject(subject)
    dates = portrait.births + portrait.foundations
    dates += tuple(other for date in dates if (other := swapped(date)) is not None)
    return QueryTerms(**_terms(portrait), **_dates(dates, (date.year + by for date in dates for by in (-1, 0, 1))))


def near_terms(number: Number) -> set[str]:
    """Terms that two numbers share when they differ by one sign, or only in signs that look alike.

    Both leave out one sign in turn: what was typed wrongly is left out on both sides, what the officer forgot is left
    out of the record, what was added is left out of the query.
    """
    folded = number.text.translate(LOOK_ALIKES)
    terms = {f"{number.family}:{folded}"}
    if _SHORTEST_NEAR <= len(folded) <= _LONGEST_NEAR:
        terms |= {f"{number.family}:{folded[:i]}{folded[i + 1 :]}" for i in range(len(folded))}
    if number.family == "phone":
        terms.add(f"{number.family}:…{last_digits(number.text)}")
    return terms


def last_digits(phone: str) -> str:
    """What stays the same of a telephone number whether or not its country and its zero are written."""
    return phone[-_LAST_DIGITS:]


def _terms(portrait: Portrait) -> dict[str, tuple[str, ...]]:
    names = read_names(portrait.names) if portrait.named else ()
    return {
        "kinds": tuple(sorted(portrait.kinds)),
        "keys": _sorted(f"{n.family}:{_term(n.text)}" for n in portrait.numbers),
        "near": _sorted(_term(term) for n in portrait.numbers for term in near_terms(n)),
        "grams": _sorted(gram for name in names for word in name.words for gram in _grams(word.text)),
        "bones": _sorted(bone for name in names for bone in _bones(name)),
        "countries": _sorted(_term(country) for country in portrait.countries),
    }


def _dates(dates: Iterable[Date], years: Iterable[int]) -> dict[str, tuple[str, ...]]:
    return {"dates": _sorted(date.iso for date in dates if date.day), "years": _sorted(f"{year:04}" for year in years)}


def _sorted(terms: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({term for term in terms if term}))[:_MOST_TERMS]


def _term(text: str) -> str:
    return "".join(text.split())


def _grams(word: str) -> Iterable[str]:
    """Trigrams with the ends marked; a word of one letter is its own."""
    framed = f"^{word}$"
    return (framed[i : i + 3] for i in range(len(framed) - 2))


def _bones(name: Name) -> Iterable[str]:
    """Skeletons word by word, and trigrams of the whole in alphabetical and in written order."""
    bones = [word.bones.replace("l", "r").replace("j", "k") for word in name.words]
    yield from (bone for bone in bones if len(bone) > 1)
    written = "".join(bones)
    yield from (f"~{written[i : i + 3]}" for i in range(len(written) - 2))
