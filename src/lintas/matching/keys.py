"""What the index stores of a record and asks for a subject: the words of its names, its numbers, its dates.

A key is `family:number`, whoever has it: `phone:+62…` brings up the line and everybody with that telephone. A number
with one slip of the pen is found because the question asks for every slip there could have been, so that the index
stores a number once and not eleven times (P. Norvig, How to Write a Spelling Corrector, 2007).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from msgspec import Struct

from lintas.matching import normalise, sounds
from lintas.matching.dates import Date, read_dates, swapped
from lintas.matching.names import _ignored as ignored_words
from lintas.matching.numbers import FAMILIES, LOOK_ALIKES, last_digits
from lintas.matching.portrait import COUNTRIES, ISSUERS, NAMED, NAMES, PARTS
from lintas.model import Record, Subject, SubjectKind
from lintas.model.identifiers import IdentifierKind, identifier_kind
from lintas.model.identifiers import normalise as normal_form
from lintas.model.kinds import kinds_of

_SIGNS: Final = "0123456789ACEFHJKMNPRTUVWXY"  # what is left of letters and digits once look-alikes are folded
_SMALL_SIGNS: Final = "0123456789abcdefghijklmnopqrstuvwxyz._-@"
_SHORTEST_NEAR: Final = 5
_LONGEST_NEAR: Final = 20
_MOST_NUMBERS: Final = 60
_MOST_NAMES: Final = 60
_MOST_FORMS: Final = 6
_HYPHEN: Final = re.compile(r"(?<=[^\W\d])[-\u2010\u2011](?=[^\W\d])")
_SERVANT: Final = re.compile(r"(?<!\w)(\u0639\u0628\u062f)\s+(?=\w)")  # Abd
_OF_GOD: Final = re.compile(r"\s+\u0627\u0644\u0644\u0647(?!\w)")  # Allah
# Of a Korean the first sign; of a name in Han signs the first, or the first two of four or more, as Japanese have.
_FAMILY_FIRST: Final = re.compile(
    r"^(?:([\uac00-\ud7af])(?=[\uac00-\ud7af]{1,3}$)|([\u3400-\u9fff])(?=[\u3400-\u9fff]{1,2}$)"
    r"|([\u3400-\u9fff]{2})(?=[\u3400-\u9fff]{2,3}$))"
)
# Where no transliteration tells how a word is spoken, it is stored as it is heard: Hebrew, Arabic, Hangul.
_READ_BY_EAR: Final = re.compile(r"[\u0590-\u06ff\uac00-\ud7af]")
_BETWEEN_WORDS: Final = re.compile(r"[\s\-\u00b7\u30fb\uff65=,.]+")

NO_VOWELS: Final = "~"
"""Stands before a word that was written without its vowels: it can only be compared by its consonants."""

NO_L: Final = "="
"""Stands before a word from a script that does not tell l from r."""

MARKS: Final = NO_VOWELS + NO_L

NATIVE: Final = "@"
"""Stands before a word that is asked as it is written in its own script, whose name and a colon come first."""

OR: Final = "|"
"""Stands between forms of one word that is asked: the ways in which a word of another script may be spelt."""

_DATES: Final = ("birthDate", "incorporationDate")


class Terms(Struct, frozen=True):
    """Terms, each once. Terms of one field are alternatives."""

    kinds: tuple[str, ...] = ()  # `SubjectKind`; restricts the search by name, never the one by identifier
    keys: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    names: tuple[tuple[str, ...], ...] = ()  # the words of each name
    dates: tuple[int, ...] = ()  # year, month and day as one decimal number; 0 for a part that is not known
    countries: tuple[str, ...] = ()


class IndexTerms(Terms, frozen=True):
    """What is stored for a record."""


class QueryTerms(Terms, frozen=True):
    """What is asked for a subject: numbers also with every one slip, dates also with day and month exchanged."""


def index_terms(record: Record) -> IndexTerms:
    """The terms under which a record is found."""
    return terms_of(record.properties, record.schema)


def terms_of(properties: Mapping[str, tuple[str, ...]], schema: str) -> IndexTerms:
    """The terms under which something of this schema with these properties is found."""
    kinds = frozenset(kinds_of(schema))
    if not kinds:
        return IndexTerms()
    numbers = numbers_of(properties, kinds)
    return IndexTerms(
        kinds=tuple(sorted(kinds)),
        keys=_unique(f"{n.family}:{n.text}" for n in numbers),
        near=_unique(term for n in numbers for term in stored_near(n)),
        names=_names(properties, kinds, stored_names),
        dates=_dates(_read(properties)),
        countries=_countries(properties),
    )


def query_terms(subject: Subject) -> QueryTerms:
    """The terms with which to look for a subject."""
    return query_terms_of(subject.properties, frozenset({subject.kind}))


def query_terms_of(properties: Mapping[str, tuple[str, ...]], kinds: frozenset[SubjectKind]) -> QueryTerms:
    """The terms with which to look for something of one of these kinds with these properties."""
    numbers = numbers_of(properties, kinds)
    dates = _read(properties)
    return QueryTerms(
        kinds=tuple(sorted(kinds)),
        keys=_unique(f"{n.family}:{n.text}" for n in numbers),
        near=_unique(term for n in numbers for term in asked_near(n)),
        names=_names(properties, kinds, asked_names),
        dates=_dates((*dates, *(other for date in dates if (other := swapped(date)) is not None))),
        countries=_countries(properties),
    )


class Number(NamedTuple):
    """An identifier in its normal form; one paper is a passport in one file and "a document" in another."""

    family: str
    text: str


def numbers_of(properties: Mapping[str, tuple[str, ...]], kinds: frozenset[SubjectKind]) -> tuple[Number, ...]:
    """The identifiers among the properties; fillers such as 0000000 or XXXX stand for "not known"."""
    kind = min(kinds, default=None)
    found: dict[Number, None] = {}
    for prop, texts in properties.items():
        of = identifier_kind(kind, prop)
        if of is not None:
            hint = _dialled(properties) if of is IdentifierKind.PHONE else None
            for text in texts:
                number = _term(normal_form(of, text, hint))
                if len(number) > 2 and number.strip(number[0]):
                    found[Number(FAMILIES.get(of, of.value), number)] = None
    return tuple(found)[:_MOST_NUMBERS]


def _dialled(properties: Mapping[str, tuple[str, ...]]) -> str | None:
    """The country a telephone number without its country is dialled in, where there is only one."""
    issuers = {value.casefold().strip() for prop in ISSUERS for value in properties.get(prop, ())}
    return min(issuers) if len(issuers) == 1 else None


def stored_near(number: Number) -> tuple[str, ...]:
    """The number with look-alikes folded; of a telephone also its last digits."""
    folded = f"{number.family}~{number.text.translate(LOOK_ALIKES)}"
    return (folded, f"{number.family}…{last_digits(number.text)}") if number.family == "phone" else (folded,)


def asked_near(number: Number) -> tuple[str, ...]:
    """What would be stored for this number and for every number that differs from it in one sign."""
    stored = stored_near(number)
    folded = number.text.translate(LOOK_ALIKES)
    if not _SHORTEST_NEAR <= len(folded) <= _LONGEST_NEAR:
        return stored
    signs = _SIGNS if folded.upper() == folded else _SMALL_SIGNS
    cuts = [(folded[:i], folded[i:]) for i in range(len(folded) + 1)]
    slips = [a + b[1:] for a, b in cuts if b]
    slips += [a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1]
    slips += [a + sign + rest for a, b in cuts for sign in signs for rest in ((b, b[1:]) if b else (b,))]
    return (*stored, *(f"{number.family}~{slip}" for slip in slips))


@lru_cache(maxsize=65_536)
def stored_names(text: str) -> tuple[tuple[str, ...], ...]:
    """The words of a name that tell something; of another script as it is transcribed, and as it is heard."""
    found = []
    for one in _readings(text):
        mark = "" if one.isascii() else _mark(one)
        found.append(tuple(mark + word for word in _told(normalise.words(one))))
        if mark and _READ_BY_EAR.search(one):
            heard = (sounds.decode(word) or "" for word in _BETWEEN_WORDS.split(one[: normalise.LONGEST])[:12])
            found.append(tuple(word for word in heard if word))
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=16_384)
def asked_names(text: str) -> tuple[tuple[str, ...], ...]:
    """The words to ask for; those of another script in all the ways in which they are likely to be spelt."""
    found = []
    for one in _readings(text):
        mark = "" if one.isascii() else _mark(one)
        plain = tuple(mark + word for word in _told(normalise.words(one)))
        read = () if one.isascii() else _spelt(one)
        if not any(len(forms) > 1 for forms in read):
            found.append(plain)
        elif len(read) == len(plain):
            found.append(tuple(OR.join((*forms, word)) for forms, word in zip(read, plain, strict=True)))
        else:
            found += [tuple(OR.join(forms) for forms in read), plain]
    return tuple(dict.fromkeys(found))


def _readings(text: str) -> tuple[str, ...]:
    """The name as written; and with what a hyphen joins, or Arabic parts, as one word, or a family name set apart."""
    if text.isascii() and "-" not in text:
        return (text,)
    whole = _SERVANT.sub(r"\1", _OF_GOD.sub("\u0627\u0644\u0644\u0647", _HYPHEN.sub("", text)))
    apart = _FAMILY_FIRST.sub(r"\1\2\3 ", text)
    return tuple(dict.fromkeys((text, whole, apart)))


def _spelt(text: str) -> tuple[tuple[str, ...], ...]:
    """For each word of a name, the likeliest spellings if its script was learned, else its transcription."""
    found = []
    for word in _BETWEEN_WORDS.split(text[: normalise.LONGEST])[:12]:
        script = sounds.script_of(word) if word else None
        read = sounds.native(script, word) if script else ""
        if script and read:
            spelt = tuple(form for form in sounds.spellings(script, read)[:_MOST_FORMS] if form)
            found.append((*spelt, f"{NATIVE}{script}:{read}"))
        elif word:
            found += [(plain,) for plain in normalise.words(word)]
    return tuple(forms for forms in found if forms)


def _mark(text: str) -> str:
    return NO_VOWELS if normalise.leaves_vowels_out(text) else NO_L if normalise.knows_no_l(text) else ""


def _told(words: tuple[str, ...]) -> tuple[str, ...]:
    ignored = ignored_words()
    told = tuple(word for word in words if word not in ignored)
    return told if len(told) > 1 else words


def names_of(properties: Mapping[str, tuple[str, ...]]) -> Iterable[str]:
    """Whatever it is called; of its parts, where no name stands."""
    for prop in NAMES:
        yield from properties.get(prop, ())
    if not properties.get("name") and (parts := [properties[prop][0] for prop in PARTS if properties.get(prop)]):
        yield " ".join(parts)


def _names(
    properties: Mapping[str, tuple[str, ...]],
    kinds: frozenset[SubjectKind],
    read: Callable[[str], tuple[tuple[str, ...], ...]],
) -> tuple[tuple[str, ...], ...]:
    if kinds.isdisjoint(NAMED):
        return ()
    found = dict.fromkeys(words for text in names_of(properties) for words in read(text[: normalise.LONGEST]))
    return tuple(words for words in found if words)[:_MOST_NAMES]


def _read(properties: Mapping[str, tuple[str, ...]]) -> tuple[Date, ...]:
    return tuple(date for prop in _DATES if prop in properties for date in read_dates(properties[prop]))


def _dates(dates: Iterable[Date]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(date.year * 10_000 + date.month * 100 + date.day for date in dates))


def _countries(properties: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return _unique(
        _term(value[: normalise.LONGEST].casefold()) for prop in COUNTRIES for value in properties.get(prop, ())
    )


def _unique(terms: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term for term in terms if term))


def _term(text: str) -> str:
    return text if text.isalnum() else "".join(text.split())
