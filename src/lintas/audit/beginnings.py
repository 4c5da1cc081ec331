"""A log that lost its newest entries begins again, and says so (SPEC §14).

After a restore from a backup the log is shorter than its witnesses saw it, and they are right to refuse it. Nothing can
bring the lost entries back; what can be done is to say so where nobody can overlook it. The entries that are left stay.
An entry tells of the break; from there on the log goes by a new name with the next number, and every witness is told
who decided it, writes it into a log of its own, and begins to watch the new one.
"""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import Connection, func, select

from lintas.audit.events import AuditKind, decode
from lintas.audit.tables import entries
from lintas.audit.tree import stored_nodes
from lintas.errors import Malformed
from lintas.protocol.messages import LogBreak, LogEntry
from lintas.trust.merkle import inclusion

_AGAIN = entries.c.kind == AuditKind.LOG_BEGUN_AGAIN
_NUMBERED = re.compile(r"/([2-9]|[1-9][0-9]{1,5})")


def log_name(node: str) -> str:
    """The name a node's first log goes by, and the name of its key: a schema-less address, as public logs have."""
    return f"{node}/log"


def name_now(tx: Connection, node: str) -> str:
    """The name our log goes by now: with its number behind it once it has begun again."""
    number = 1 + (tx.scalar(select(func.count()).where(_AGAIN)) or 0)
    return log_name(node) if number == 1 else f"{log_name(node)}/{number}"


def number_of(name: str, node: str) -> int:
    """Which of a node's logs goes by this name, counted from 1.

    Raises:
        Malformed: It is no name of a log of this node.
    """
    rest = name.removeprefix(log_name(node))
    if rest == "" and name:
        return 1
    found = _NUMBERED.fullmatch(rest)
    if found is None or not name.startswith(log_name(node)):
        raise Malformed(what="checkpoint of another log")
    return int(found[1])


def started_at(tx: Connection) -> int:
    """The place of the entry with which our log began again last; 0 if it never did."""
    return tx.scalar(select(func.max(entries.c.position)).where(_AGAIN)) or 0


def told(tx: Connection, size: int) -> LogBreak | None:
    """What a witness is told that has not seen our log since it began again, proven against the log of this size."""
    row = tx.execute(select(entries).where(_AGAIN).order_by(entries.c.position.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    facts = decode(row.content).facts if row.content else {}
    proof = tuple(part.hex() for part in inclusion(row.position, size, stored_nodes(tx)))
    at: datetime = row.at
    return LogBreak(
        entry=LogEntry(kind=row.kind, leaf=row.leaf.hex(), index=row.position, proof=proof),
        decided_at=at,
        decided_by=str(facts.get("decided_by", "")),
        reason=str(facts.get("reason", "")),
    )
