"""What can be compared of a subject or of a record, brought into one form: a portrait of either looks the same.

A portrait can be kept: msgspec writes and reads it, and comparing kept portraits costs a fraction of making them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any, Final, TypeAlias

from msgspec import Struct
from rigour.names.org_types import remove_org_types

from lintas.matching.dates import Date, read_dates
from lintas.matching.likest import Borne, borne
from lintas.matching.names import Name, read_names
from lintas.matching.normalise import LONGEST
from lintas.matching.numbers import FAMILIES, Families, Number, by_family
from lintas.matching.places import Place, read_places
from lintas.model import Record, Subject, SubjectKind
from lintas.model.identifiers import IdentifierKind, identifier_kind, normalise
from lintas.model.kinds import kinds_of

NAMES: Final = ("name", "alias", "weakAlias", "previousName", "abbreviation")
PARTS: Final = ("firstName", "secondName", "middleName", "lastName")
COUNTRIES: Final = ("nationality", "citizenship", "country", "birthCountry", "jurisdiction", "mainCountry", "flag")
ISSUERS: Final = ("country", "nationality", "citizenship", "jurisdiction", "mainCountry", "flag")
NAMED: Final = frozenset({SubjectKind.PERSON, SubjectKind.COMPANY, SubjectKind.VESSEL})
# Registers that give each subject one number, so that another number is another subject.
_REGISTERS: Final = frozenset({"leiCode", "ogrnCode", "innCode", "uscCode", "imoNumber", *(_CATALOGUES := (
    "wikidataId", "permId", "npiCode", "okpoCode", "icijId", "giiNumber", "dunsCode", "isin", "ricCode",
))})  # fmt: skip
_MOST_IDENTIFIERS: Final = 60
_MOST_NAMES: Final = 400  # sanctions lists give some people two hundred; a hostile record's may not be endless
_POINTS: Final = re.compile(r"(?<=\b\w)\.(?!\w\w)")  # G.m.b.H. is GmbH

Comparable: TypeAlias = Record | Subject | Mapping[str, Any]


class Portrait(Struct, frozen=True, dict=True):
    """Everything comparable. Empty means not known, and what is not known is no evidence.

    Names stand as they were written: to read them costs more than all the rest, and often the rest decides.
    """

    kinds: frozenset[SubjectKind]
    names: tuple[str, ...]
    weak: tuple[str, ...]  # of the names, those that their source calls weak: "the doctor"
    numbers: tuple[Number, ...]
    countries: frozenset[str]
    issuers: frozenset[str]
    births: tuple[Date, ...]
    foundations: tuple[Date, ...]
    genders: frozenset[str]
    birth_places: tuple[Place, ...]
    addresses: tuple[Place, ...]
    fathers: tuple[str, ...]
    mothers: tuple[str, ...]
    makes: frozenset[str]
    colours: frozenset[str]

    @property
    def named(self) -> bool:
        """Whether this is something that is known by its name."""
        return not self.kinds.isdisjoint(NAMED)

    @cached_property
    def read(self) -> tuple[Name, ...]:
        """The names made ready, but for the weak ones."""
        return read_names(self._bare(name for name in self.names if name not in self.weak))

    @cached_property
    def read_weak(self) -> tuple[Name, ...]:
        """The weak names made ready."""
        return read_names(self._bare(self.weak))

    @cached_property
    def borne(self) -> Borne:
        """The names by their words, each once, but for the weak ones."""
        return borne(self.read)

    @cached_property
    def borne_weakly(self) -> Borne:
        """The names by their words, each once, with the weak ones."""
        return borne(self.read + self.read_weak)

    def _bare(self, names: Iterable[str]) -> Iterable[str]:
        """Companies' names without their legal forms: the same firm is a limited company in every language."""
        return map(bare, names) if SubjectKind.COMPANY in self.kinds else names

    @cached_property
    def families(self) -> Families:
        """The numbers by their family."""
        return by_family(self.numbers)


@lru_cache(maxsize=65_536)
def bare(name: str) -> str:
    """A company's name without its legal form in whatever language, if anything else is there (rigour's table)."""
    kept: str = remove_org_types(_POINTS.sub("", unicodedata.normalize("NFKC", name).casefold()))
    return kept if any(c.isalnum() for c in kept) else name


def portrait_of(one: Comparable) -> Portrait:
    """The portrait of a record, a subject, or an entity in FollowTheMoney's JSON form."""
    if isinstance(one, Record):
        return portrait_of_record(one)
    if isinstance(one, Subject):
        return portrait_of_subject(one)
    listed = one.get("properties") or {}
    values = {
        prop: (found,) if isinstance(found, str) else tuple(map(str, found)) for prop, found in listed.items() if found
    }
    return _portrait(values, frozenset(kinds_of(str(one.get("schema")))))


def portrait_of_subject(subject: Subject) -> Portrait:
    """The portrait of what is asked about."""
    return _portrait(subject.properties, frozenset({subject.kind}))


def portrait_of_record(record: Record, beside: Portrait | None = None) -> Portrait:
    """The portrait of what is on file; `beside` another, only what that one knows too: the rest is no evidence."""
    return _portrait(record.properties, frozenset(kinds_of(record.schema)), beside)


def _portrait(
    values: Mapping[str, tuple[str, ...]], kinds: frozenset[SubjectKind], beside: Portrait | None = None
) -> Portrait:
    def some(known: str, *props: str) -> list[str]:
        if beside is not None and not getattr(beside, known):
            return []
        return [value for prop in props for value in values.get(prop, ())]

    def words(known: str, *props: str) -> frozenset[str]:
        return frozenset(" ".join(value[:LONGEST].casefold().split()) for value in some(known, *props))

    issuers = words("numbers", *ISSUERS)
    return Portrait(
        kinds=kinds,
        names=_unique(islice(_names(values), _MOST_NAMES)),
        weak=_unique(_only_weak(values)),
        numbers=_numbers(values, kinds, issuers) if beside is None or beside.numbers else (),
        countries=words("countries", *COUNTRIES),
        issuers=issuers,
        births=read_dates(some("births", "birthDate")),
        foundations=read_dates(some("foundations", "incorporationDate")),
        genders=words("genders", "gender"),
        birth_places=read_places(some("birth_places", "birthPlace")),
        addresses=read_places(some("addresses", "address")),
        fathers=_unique(some("fathers", "fatherName")),
        mothers=_unique(some("mothers", "motherName")),
        makes=words("makes", "make"),
        colours=words("colours", "colour"),
    )


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    """Each value once, in an order that does not depend on the file's; cut, so that no cache can be filled with one."""
    return tuple(sorted({value[:LONGEST] for value in values}))


def _names(values: Mapping[str, tuple[str, ...]]) -> Iterable[str]:
    for prop in NAMES:
        yield from sorted(values.get(prop, ()))
    if not values.get("name"):
        parts = [values[prop][0] for prop in PARTS if values.get(prop)]
        if parts:
            yield " ".join(parts)


def _only_weak(values: Mapping[str, tuple[str, ...]]) -> Iterable[str]:
    weak = values.get("weakAlias")
    if not weak:
        return ()
    return set(weak).difference(_names({prop: told for prop, told in values.items() if prop != "weakAlias"}))


def _numbers(
    values: Mapping[str, tuple[str, ...]], kinds: frozenset[SubjectKind], issuers: frozenset[str]
) -> tuple[Number, ...]:
    kind = next(iter(sorted(kinds)), None)
    dialled = min(issuers) if len(issuers) == 1 else None
    found = set()
    for prop, texts in values.items():
        of = identifier_kind(kind, prop) or (IdentifierKind.DOCUMENT if prop in _CATALOGUES else None)
        if of is not None:
            hint = dialled if of is IdentifierKind.PHONE else None
            family = prop if prop in _CATALOGUES else FAMILIES.get(of, str(of))
            register = prop if prop in _REGISTERS else ""
            numbers = (normalise(of, text, hint) for text in texts)
            found |= {Number(family, of, number, register) for number in numbers if _tells(number)}
    return tuple(sorted(found)[:_MOST_IDENTIFIERS])


def _tells(number: str) -> bool:
    """Whether a number can tell anything: fillers such as 0000000 or XXXX stand for "not known"."""
    return len(number) > 2 and len(set(number)) > 1
