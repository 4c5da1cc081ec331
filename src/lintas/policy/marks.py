"""What a record says about who may be told: its protections, and the permissions a person has given.

`Record.protections` holds both, one word each:

| mark           | meaning                                                                              |
|----------------|--------------------------------------------------------------------------------------|
| `child`        | a child; told only to whoever looks for a missing child or a victim                  |
| `victim`       | a victim, whatever else the category says                                            |
| `witness`      | a witness; never told by the machine                                                 |
| `refugee`      | refugee status confirmed or claimed; the state of origin is the state of nationality |
| `refugee:th`   | the same, and this state of origin learns nothing (rule R24); may stand several times |
| `tell:my`      | permission: agencies of this country may be told although the handling code is H3    |
| `tell:my.node` | permission: this agency may be told although the handling code is H3                 |
| `published`    | its source publishes it to everybody, as sanctions lists are published               |

Protections only narrow. The permissions `tell:` and `published` are the only marks that widen, and they never
overrule a protection. A mark that is none of these is not guessed at: the record stays silent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lintas.model import Record

PROTECTIONS = frozenset({"child", "victim", "witness", "refugee"})
PUBLISHED = "published"
MARK = re.compile(
    r"(?P<word>child|victim|witness|refugee|published)|refugee:(?P<origin>[a-z]{2})|tell:(?P<to>[a-z0-9.-]+)"
)
OWN_STATES = ("nationality", "citizenship")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The marks of one record, read."""

    protections: frozenset[str]
    origins: frozenset[str]
    told_to: frozenset[str]
    published: bool
    understood: bool


def marks_of(record: Record) -> Marks:
    """Read the marks of a record; what is not understood says so."""
    found = [MARK.fullmatch(mark.strip().lower()) for mark in record.protections]
    read = [match for match in found if match is not None]
    words = {match["word"] for match in read if match["word"]}
    origins = {match["origin"] for match in read if match["origin"]}
    protections = (words & PROTECTIONS) | ({"refugee"} if origins else set())
    if "refugee" in protections:
        origins |= {value.lower() for prop in OWN_STATES for value in record.values(prop)}
    return Marks(
        protections=frozenset(protections),
        origins=frozenset(origins),
        told_to=frozenset(match["to"] for match in read if match["to"]),
        published=PUBLISHED in words,
        understood=None not in found,
    )
