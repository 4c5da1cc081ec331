"""Why a row, or one value of it, was not taken over: a code for programs, a sentence and a remedy for people."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from lintas.model import Noun


class Reason(StrEnum):
    """The reasons, closed. `row.` and `record.`: nothing of the row was taken over; `value.`: one value only."""

    NOT_JSON = "row.not-json"
    NOT_ENTITY = "row.not-entity"
    COLUMNS = "row.columns"
    WRONG_ID = "row.wrong-id"
    NO_KEY = "row.no-key"
    UNKNOWN_SCHEMA = "row.unknown-schema"
    NO_NAME = "row.no-name"
    INCOMPLETE = "row.incomplete"
    WRONG_MARK = "row.wrong-mark"
    UNKNOWN_PROPERTY = "value.unknown-property"
    INVALID_VALUE = "value.invalid"
    DOUBTFUL = "value.doubtful"
    SCHEMA_CONFLICT = "record.schema-conflict"
    TWICE = "record.twice"
    OTHER_SOURCE = "record.other-source"
    QUARANTINED = "record.quarantined"


EXPLAINED: Mapping[Reason, tuple[str, str]] = MappingProxyType(
    {
        Reason.NOT_JSON: (
            "The line is not valid JSON.",
            "Write the line again from the source; the lines around it were imported.",
        ),
        Reason.NOT_ENTITY: (
            "The line is JSON but not an entity of FollowTheMoney.",
            "An entity is an object with the fields id, schema and properties.",
        ),
        Reason.COLUMNS: (
            "The row has not as many fields as the header.",
            "Look for a delimiter or a quotation mark inside a field.",
        ),
        Reason.WRONG_ID: (
            "The id is missing, longer than 200 characters, or has characters an id may not have.",
            "Use letters and digits, with points and hyphens between them.",
        ),
        Reason.NO_KEY: (
            "No id can be made for the row: its key columns are empty.",
            "Fill them in, or name other columns under `keys` in the mapping.",
        ),
        Reason.UNKNOWN_SCHEMA: (
            "There is no such schema, or no record may be made of it.",
            "Use a schema of FollowTheMoney or one that Lintas adds; Lintas keeps no risk and no score of a person.",
        ),
        Reason.NO_NAME: (
            "There is no name: nobody could ever find this record.",
            "Fill in the name as it is known, also if it is one word only.",
        ),
        Reason.INCOMPLETE: (
            "A property this schema cannot do without is missing.",
            "Fill in the named property.",
        ),
        Reason.WRONG_MARK: (
            "Category, handling code, grading or flag is not one of the allowed words.",
            "Correct the field, or translate it in the mapping under `values`.",
        ),
        Reason.UNKNOWN_PROPERTY: (
            "The schema has no such property; the record was imported without the value.",
            "Use a property of the schema.",
        ),
        Reason.INVALID_VALUE: (
            "The value cannot be right for its property; the record was imported without it.",
            "Compare it with the source once more: a date, a code or a check digit is wrong.",
        ),
        Reason.DOUBTFUL: (
            "The number has a wrong form or check digit; it was imported as it stands.",
            "Compare it with the thing itself, character by character, and correct it at the source.",
        ),
        Reason.SCHEMA_CONFLICT: (
            "The parts of this record contradict each other about what it is.",
            "Give things of different kinds different keys.",
        ),
        Reason.TWICE: (
            "The id appeared before in this file, with other content; the first one was kept.",
            "Give every record its own id, or put all its values into one line.",
        ),
        Reason.OTHER_SOURCE: (
            "A record with this id came from another source and is left as it is.",
            "Import under that source's name, or give the ids a prefix (`id_prefix` in the mapping).",
        ),
        Reason.QUARANTINED: (
            "The record is deleted and waits for its erasure.",
            "Restore it first if it must live on.",
        ),
    }
)
"""The sentence and the remedy of each reason."""


class Flaw(Noun):
    """One row or one value that was not taken over, or not without a doubt."""

    row: int
    reason: Reason
    file: str | None = None  # where an import reads several
    record: str | None = None
    prop: str | None = None
    value: str | None = None
    why: str | None = None
    raw: str | None = None  # the row as it came, so that nothing is lost

    @property
    def rejects(self) -> bool:
        """Whether the whole row was left out, and not only one value."""
        return not self.reason.startswith("value.")

    def line(self) -> dict[str, object]:
        """What the report says, in the order a person reads it."""
        sentence, remedy = EXPLAINED[self.reason]
        told: dict[str, object] = {"row": self.row, "reason": self.reason.value, "sentence": sentence, "remedy": remedy}
        more = {"file": self.file, "record": self.record, "property": self.prop, "value": self.value}
        more |= {"why": self.why, "raw": self.raw}
        return told | {name: fact for name, fact in more.items() if fact is not None}
