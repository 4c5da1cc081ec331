"""The machine-readable zone of travel documents (ICAO Doc 9303, parts 4 to 7), read with every check digit.

TD3 is the passport, TD1 and TD2 are cards, MRV-A and MRV-B visas. A zone with a wrong check digit is refused with the
name of the field, because that is where the officer has to look again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from lintas.model.mistakes import DIGITS, LETTERS, TO_DIGIT, Problem, likely, wrong

_WEIGHTS: Final = (7, 3, 1)
_ALLOWED: Final = DIGITS | LETTERS | {"<"}
_PRINTED: Final = str.maketrans({" ": None, "\t": None, "\u00ab": "<<", "\u2039": "<"})


class _Field(NamedTuple):
    line: int
    start: int
    end: int
    check: int | None = None  # where the check digit of the field stands, on the same line


class _Layout(NamedTuple):
    lines: int
    width: int
    fields: Mapping[str, _Field]
    composite: tuple[tuple[int, int, int], ...] = ()  # stretches under the last check digit
    composite_at: tuple[int, int] = (0, 0)


def _two_lines(width: int, personal: _Field, *, composite: bool) -> _Layout:
    fields = {
        "code": _Field(0, 0, 2),
        "issuer": _Field(0, 2, 5),
        "names": _Field(0, 5, width),
        "number": _Field(1, 0, 9, 9),
        "nationality": _Field(1, 10, 13),
        "birth_date": _Field(1, 13, 19, 19),
        "sex": _Field(1, 20, 21),
        "expiry_date": _Field(1, 21, 27, 27),
        "personal_number": personal,
    }
    stretches = ((1, 0, 10), (1, 13, 20), (1, 21, width - 1)) if composite else ()
    return _Layout(2, width, MappingProxyType(fields), stretches, (1, width - 1))


_TD1: Final = _Layout(
    3,
    30,
    MappingProxyType(
        {
            "code": _Field(0, 0, 2),
            "issuer": _Field(0, 2, 5),
            "number": _Field(0, 5, 14, 14),
            "personal_number": _Field(0, 15, 30),
            "birth_date": _Field(1, 0, 6, 6),
            "sex": _Field(1, 7, 8),
            "expiry_date": _Field(1, 8, 14, 14),
            "nationality": _Field(1, 15, 18),
            "names": _Field(2, 0, 30),
        }
    ),
    ((0, 5, 30), (1, 0, 7), (1, 8, 15), (1, 18, 29)),
    (1, 29),
)
_LAYOUTS: Final[Mapping[str, _Layout]] = MappingProxyType(
    {
        "TD1": _TD1,
        "TD2": _two_lines(36, _Field(1, 28, 35), composite=True),
        "TD3": _two_lines(44, _Field(1, 28, 42, 42), composite=True),
        "MRV-B": _two_lines(36, _Field(1, 28, 36), composite=False),
        "MRV-A": _two_lines(44, _Field(1, 28, 44), composite=False),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mrz:
    """What stands in the zone. Countries are ICAO's three letters (`XXA` stateless, `XXB` refugee); dates are ISO."""

    format: str
    code: str
    issuer: str
    number: str
    surname: str  # the only name of a person who has one
    given_names: str
    nationality: str
    birth_date: str  # may be partial, may be empty
    sex: str  # "male", "female" or empty
    expiry_date: str
    personal_number: str

    @property
    def name(self) -> str:
        """The whole name, given names first."""
        return f"{self.given_names} {self.surname}".strip()


def check_digit(text: str) -> str:
    """The check digit over a stretch of the zone (Doc 9303 part 3, section 4.9)."""
    return str(sum(_value(c) * _WEIGHTS[i % 3] for i, c in enumerate(text)) % 10)


def read_mrz(text: str, *, today: date | None = None) -> Mrz:
    """Read a zone as it was typed, scanned or pasted, in two or three lines or in one.

    Args:
        text: The zone; small letters and blanks are forgiven.
        today: Decides the century of the birth date; nobody is born tomorrow.

    Raises:
        InvalidIdentifier: Names the `part` whose character, date or check digit is wrong, what was `found`, what was
            `expected`, and the `suggestion` if an exchange of look-alikes explains it.
    """
    lines = _lines(text)
    name = _format_of(lines)
    layout = _LAYOUTS[name]
    fields = {part: lines[f.line][f.start : f.end] for part, f in layout.fields.items()}
    number, personal = _number(lines, layout, fields)
    for part in ("birth_date", "expiry_date", "personal_number"):
        _check_field(lines, layout.fields[part], part)
    _check_composite(lines, layout)
    surname, _, given = fields["names"].partition("<<")
    return Mrz(
        format=name,
        code=_bare(fields["code"]),
        issuer=_bare(fields["issuer"]),
        number=number,
        surname=_bare(surname),
        given_names=_bare(given),
        nationality=_bare(fields["nationality"]),
        birth_date=_date(fields["birth_date"], "birth_date", (today or datetime.now(UTC).date()).year),
        sex={"M": "male", "F": "female"}.get(fields["sex"], ""),
        expiry_date=_date(fields["expiry_date"], "expiry_date", 2069),
        personal_number=personal,
    )


def _value(character: str) -> int:
    return 0 if character == "<" else int(character, 36)


def _bare(text: str) -> str:
    return " ".join(text.replace("<", " ").split())


def _lines(text: str) -> list[str]:
    lines = [line for line in text.upper().translate(_PRINTED).splitlines() if line]
    if len(lines) == 1 and (pair := {90: (3, 30), 88: (2, 44), 72: (2, 36)}.get(len(lines[0]))):
        count, width = pair
        lines = [lines[0][i * width : (i + 1) * width] for i in range(count)]
    for row, line in enumerate(lines, start=1):
        for position, character in enumerate(line, start=1):
            if character not in _ALLOWED:
                raise wrong("mrz", Problem.CHARACTER, line=row, position=position, found=character)
    return lines


def _format_of(lines: list[str]) -> str:
    """The format is known by its shape, and a visa by its first letter (part 7)."""
    visa = bool(lines) and lines[0].startswith("V")
    for name, layout in _LAYOUTS.items():
        if len(lines) == layout.lines and name.startswith("MRV") == (visa and layout.lines == 2):  # noqa: SIM102
            if all(len(line) == layout.width for line in lines):
                return name
    raise wrong("mrz", Problem.LENGTH, found="+".join(str(len(line)) for line in lines[:5]) or "0")


def _number(lines: list[str], layout: _Layout, fields: Mapping[str, str]) -> tuple[str, str]:
    """Document number and optional data; a card's longer number runs on into the optional data (part 5, note j)."""
    field, optional = layout.fields["number"], fields["personal_number"]
    if layout.lines == 3 and lines[field.line][field.check or 0] == "<" and optional.strip("<"):
        tail, _, rest = optional.partition("<")
        number, check = fields["number"] + tail[:-1], tail[-1:]
        _compare(number, check, "number")
        return _bare(number), _bare(rest)
    _check_field(lines, field, "number")
    return _bare(fields["number"]), _bare(optional)


def _check_field(lines: list[str], field: _Field, part: str) -> None:
    if field.check is None:
        return
    text, found = lines[field.line][field.start : field.end], lines[field.line][field.check]
    if found == "<" and not text.strip("<"):
        return  # an empty optional field may leave its check digit empty
    _compare(text, found, part)


def _check_composite(lines: list[str], layout: _Layout) -> None:
    if layout.composite:
        row, at = layout.composite_at
        text = "".join(lines[line][start:end] for line, start, end in layout.composite)
        _compare(text, lines[row][at], "composite")


def _compare(text: str, found: str, part: str) -> None:
    expected = check_digit(text)
    if found != expected:
        repaired = likely(text, lambda candidate: check_digit(candidate) == TO_DIGIT.get(found, found))
        suggestion = _bare(repaired) if repaired and part != "composite" else None
        raise wrong("mrz", Problem.CHECK_DIGIT, part=part, found=found, expected=expected, suggestion=suggestion)


def _date(text: str, part: str, latest: int) -> str:
    """ISO date from YYMMDD; what is unknown is filled with `<` and left out."""
    known = text.rstrip("<")
    if not known:
        return ""
    if len(known) % 2 or not known.isdecimal():
        raise wrong("mrz", Problem.DATE, part=part, found=text)
    year = 2000 + int(known[:2])
    pieces = [str(year if year <= latest else year - 100), known[2:4], known[4:6]]
    try:
        date(int(pieces[0]), int(pieces[1] or 1), int(pieces[2] or 1))
    except ValueError:
        raise wrong("mrz", Problem.DATE, part=part, found=text) from None
    return "-".join(piece for piece in pieces if piece)
