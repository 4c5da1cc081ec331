"""Labelled pairs as analysts keep them: a line in, a pair or the reason why it is none.

Two forms: two names and what somebody judged, parted by tabs; and JSON lines with two entities of FollowTheMoney, as
OpenSanctions publishes its judged pairs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from lintas.errors import InvalidValue
from lintas.model.schemata import ftm_model

LABELS: Final[Mapping[str, bool | None]] = {
    **dict.fromkeys(("1", "true", "yes", "positive", "same"), True),
    **dict.fromkeys(("0", "false", "no", "negative", "different"), False),
    **dict.fromkeys(("", "unsure", "no_judgement", "none"), None),
}
HEADINGS: Final = frozenset({"label", "judgement", "judgment", "match", "same", "is_match"})
_SIGNS_THAT_ARE_WORDS: Final = "\u2e80"  # from here on: Han, kana, Hangul, where one sign may be a name
LONGEST_LINE: Final = 4 * 1024 * 1024  # bytes; an entity with a thousand aliases has a tenth of it


class Pair(NamedTuple):
    """Two descriptions, and whether people say that they are of one subject; None if nobody said."""

    left: Any
    right: Any
    same: bool | None


class _Line(msgspec.Struct):
    left: dict[str, Any]
    right: dict[str, Any]
    judgement: str | int | bool | None = None
    label: str | int | bool | None = None


_decoder = msgspec.json.Decoder(_Line)


def is_heading(line: bytes) -> bool:
    """Whether the first line of a table names its columns."""
    return line.strip().rpartition(b"\t")[2].decode("ascii", "replace").casefold() in HEADINGS


def read_names(line: bytes) -> Pair:
    """Two names, and 1 or 0 where somebody judged them, parted by tabs.

    Raises:
        InvalidValue: saying what is missing or wrong.
    """
    cells = _text(line).split("\t")
    if not 2 <= len(cells) <= 3:
        raise InvalidValue(columns=len(cells), form="name TAB name TAB 1 or 0; the third may be missing")
    if cells[-1].strip() in {"0", "1"} and len(cells) == 2:
        raise InvalidValue(column=2, problem="a judgement stands where the second name should; is a line broken?")
    for column, name in enumerate(cells[:2], 1):
        if not any(char.isalnum() for char in name):
            raise InvalidValue(column=column, problem="no name: not one letter stands in it")
    return Pair(cells[0], cells[1], _judged(cells[2] if len(cells) == 3 else None))


def note_on(pair: Pair) -> str | None:
    """What to know of two names that can be compared, but say hardly anything; None where there is nothing to say."""
    for name in pair[:2]:
        letters = [char for char in name if char.isalnum()]
        if len(letters) == 1 and letters[0] < _SIGNS_THAT_ARE_WORDS:
            return f"{name.strip()}: one letter is hardly a name, it fits everybody whose name begins so"
    return None


def read_entities(line: bytes) -> Pair:
    """Two entities, `left` and `right`, and a `judgement` or a `label` where somebody gave one.

    Raises:
        InvalidValue: saying what is missing or wrong, and on which side.
    """
    _text(line)
    try:
        found = _decoder.decode(line)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidValue(problem=str(error)) from error
    for side, entity in (("left", found.left), ("right", found.right)):
        check_entity(entity, side)
    return Pair(found.left, found.right, _judged(found.label if found.judgement is None else found.judgement))


def check_entity(entity: Mapping[str, Any], name: str) -> None:
    """Accept an entity in FollowTheMoney's JSON form: a schema that there is, and properties with values.

    Args:
        entity: What may be one.
        name: What to call it in the error: "left", or the name of its file.

    Raises:
        InvalidValue: saying what is missing or wrong.
    """
    schema, properties = entity.get("schema"), entity.get("properties")
    if not isinstance(schema, str) or ftm_model().get(schema) is None:
        raise InvalidValue(entity=name, schema=schema, problem="no schema of that name")
    if not isinstance(properties, Mapping) or not any(properties.values()):
        raise InvalidValue(entity=name, problem="no properties: nothing is said about it")
    for prop, values in properties.items():
        if not isinstance(values, str | list) or not all(isinstance(v, str | int | float) for v in values):
            raise InvalidValue(entity=name, property=prop, problem="its values are not a list of texts")


def _text(line: bytes) -> str:
    if len(line) > LONGEST_LINE:
        raise InvalidValue(bytes=len(line), most=LONGEST_LINE)
    try:
        return line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InvalidValue(problem="not UTF-8", byte=error.start + 1) from error


def _judged(label: object) -> bool | None:
    word = "" if label is None else str(label).strip().casefold()
    if word not in LABELS:
        raise InvalidValue(label=str(label)[:40], allowed="1, 0, positive, negative, or nothing")
    return LABELS[word]
