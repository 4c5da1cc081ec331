"""Drafts into the tables: what is new is added, what changed keeps its old version, what is the same is left alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from lintas.audit import AuditKind, Event
from lintas.model import Noun, Record
from lintas.records.drafts import Draft, decode, encode, keep_first_seen
from lintas.records.retention import review_due
from lintas.records.tables import LIVE, QUARANTINED, batches, next_numbers, overwrite_freed, record, record_version


class Refusal(StrEnum):
    """Why a record was not saved."""

    OTHER_SOURCE = "record.other-source"
    QUARANTINED = "record.quarantined"
    TWICE = "record.twice"


class Counts(Noun):
    """How saving went, in records."""

    new: int = 0
    changed: int = 0
    same: int = 0
    refused: tuple[tuple[str, Refusal], ...] = ()

    def __add__(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(
            self.new + other.new, self.changed + other.changed, self.same + other.same, self.refused + other.refused
        )


@dataclass(frozen=True, slots=True)
class _Sorted:
    """The drafts of a batch, by what has to be done with them."""

    new: Sequence[Draft]
    changed: Sequence[Draft]
    counts: Counts


def write_drafts(tx: Connection, drafts: Iterable[Draft], source: str, now: datetime) -> Counts:
    """Write drafts of one source; writing them again changes nothing."""
    counts = Counts()
    for batch in batches(drafts):
        todo = _sort(tx, batch, source)
        if todo.new:
            numbers = next_numbers(tx, len(todo.new))
            rows = [_row(draft, source, number) for draft, number in zip(todo.new, numbers, strict=True)]
            tx.execute(insert(record), rows)
        if todo.changed:
            _change(tx, {draft.record_id: draft for draft in todo.changed}, now)
        counts += todo.counts
    return counts


def _sort(tx: Connection, batch: Sequence[Draft], source: str) -> _Sorted:
    ids = [draft.record_id for draft in batch]
    columns = (record.c.id, record.c.digest, record.c.source, record.c.state)
    known = {row.id: row for row in tx.execute(select(*columns).where(record.c.id.in_(ids)))}
    new: dict[str, Draft] = {}
    changed: dict[str, Draft] = {}
    same = 0
    refused: list[tuple[str, Refusal]] = []
    for draft in batch:
        before = new.get(draft.record_id) or changed.get(draft.record_id)
        if before is not None:
            if before.digest == draft.digest:
                same += 1
            else:
                refused.append((draft.record_id, Refusal.TWICE))
        elif (row := known.get(draft.record_id)) is None:
            new[draft.record_id] = draft
        elif row.source != source:
            refused.append((draft.record_id, Refusal.OTHER_SOURCE))
        elif row.state == QUARANTINED:
            refused.append((draft.record_id, Refusal.QUARANTINED))
        elif row.digest == draft.digest:
            same += 1
        else:
            changed[draft.record_id] = draft
    return _Sorted([*new.values()], [*changed.values()], Counts(len(new), len(changed), same, tuple(refused)))


def _row(draft: Draft, source: str, sequence: int) -> dict[str, object]:
    return {
        "id": draft.record_id,
        "source": source,
        "schema": draft.schema,
        "category": draft.category,
        "state": LIVE,
        "version": 1,
        "sequence": sequence,
        "review_due": draft.review_due,
        "digest": draft.digest,
        "body": draft.body,
    }


def _change(tx: Connection, drafts: Mapping[str, Draft], now: datetime) -> None:
    old = tx.execute(select(record.c.id, record.c.body).where(record.c.id.in_(drafts))).all()
    news = [(successor(decode(row.body), decode(drafts[row.id].body), now), drafts[row.id].digest) for row in old]
    replace(tx, [(row.id, row.body) for row in old], news)


def replace(tx: Connection, olds: Sequence[tuple[str, bytes]], news: Sequence[tuple[Record, bytes]]) -> None:
    """Put records with the digests of what their sources said in place of old bodies, and these among the versions."""
    overwrite_freed(tx)
    kept = [{"id": key, "version": decode(body).version, "body": body} for key, body in olds]
    tx.execute(insert(record_version), kept)
    names = ("schema", "category", "version", "review_due", "body", "digest", "sequence")
    statement = (
        update(record).where(record.c.id == bindparam("of")).values({name: bindparam(f"new_{name}") for name in names})
    )
    numbers = next_numbers(tx, len(news))
    rows = [
        {
            "of": new.id,
            "new_schema": new.schema,
            "new_category": new.category.value,
            "new_version": new.version,
            "new_review_due": new.review_due,
            "new_body": encode(new),
            "new_digest": digest,
            "new_sequence": number,
        }
        for (new, digest), number in zip(news, numbers, strict=True)
    ]
    tx.execute(statement, rows)


def successor(old: Record, new: Record, now: datetime) -> Record:
    """The next version of a record.

    A correction does not make a record live longer: the review date stays, or comes nearer. Only another category
    starts another period.
    """
    due = old.review_due if new.category == old.category else review_due(new.category, now)
    if new.review_due not in (None, old.review_due) and due is not None:
        due = min(due, new.review_due)
    return msgspec.structs.replace(keep_first_seen(old, new), version=old.version + 1, updated=now, review_due=due)


def imported(source: str, counts: Counts, drafts: Sequence[Draft]) -> Event:
    """The audit entry of a batch: how many and between which ids, and nothing of what they say."""
    facts: dict[str, str | int | float | bool | list[str]] = {
        "source": source,
        "new": counts.new,
        "changed": counts.changed,
        "same": counts.same,
        "first": drafts[0].record_id,
        "last": drafts[-1].record_id,
    }
    return Event(kind=AuditKind.RECORD_IMPORTED, actor="system", facts=facts)
