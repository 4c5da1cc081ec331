"""A record made ready to be written: encoded, with a digest of what the source says. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b

import msgspec
from msgspec import Struct

from lintas.model import Record, Statement
from lintas.records.retention import review_due

_to_json = msgspec.json.Encoder(order="deterministic")
_from_json = msgspec.json.Decoder(Record)
_to_msgpack = msgspec.msgpack.Encoder()


class Draft(Struct, frozen=True, array_like=True):
    """One record as it would be written if it were new.

    The writer compares the digest with the stored one and, in the common case, has nothing more to compute.
    """

    record_id: str
    schema: str
    category: str
    review_due: datetime
    digest: bytes
    body: bytes


def draft(record: Record, now: datetime) -> Draft:
    """Make a record ready to be written as new at `now`; a review date the source gave stays if it is nearer (R09)."""
    due = review_due(record.category, now)
    if record.review_due is not None:
        due = min(due, record.review_due)
    fresh = msgspec.structs.replace(record, version=1, updated=now, review_due=due)
    return Draft(record.id, record.schema, record.category.value, due, digest(record), encode(fresh))


def encode(record: Record) -> bytes:
    """A record as it is stored."""
    return _to_json.encode(record)


def decode(body: bytes) -> Record:
    """A stored record."""
    return _from_json.decode(body)


def digest(record: Record) -> bytes:
    """What the record says, in 16 bytes: equal for two records that say the same.

    Left out: the order of the values, which sources do not keep; the day a value was seen, or the same file would be
    another one tomorrow; and what this node added (version, dates).
    """
    # The grading is the same object throughout an import, so that only its two letters have to be read.
    said = sorted(
        (s.prop, s.value, s.source, s.original or "", s.grading.source, s.grading.information)
        for s in record.statements
    )
    marks = (
        record.schema,
        record.category,
        record.handling,
        record.sovereign_flag,
        sorted(record.protections),
        record.invented,
    )
    return blake2b(_to_msgpack.encode((marks, said)), digest_size=16).digest()


def keep_first_seen(old: Record, new: Record) -> Record:
    """The new record, where a value that was known already keeps the day on which it was first seen."""
    known = {(s.prop, s.value, s.source): s.seen for s in old.statements}
    kept = tuple(_seen(s, known.get((s.prop, s.value, s.source), s.seen)) for s in new.statements)
    return msgspec.structs.replace(new, statements=kept)


def _seen(statement: Statement, first: str) -> Statement:
    return statement if first >= statement.seen else msgspec.structs.replace(statement, seen=first)


def union(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Every value once, in the order stated: a value that two parts of a file repeat is one statement."""
    said: dict[tuple[str, str, str], Statement] = {}
    for statement in statements:
        said.setdefault((statement.prop, statement.value, statement.source), statement)
    return tuple(said.values())
