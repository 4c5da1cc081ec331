"""What this room forgets, and when (rule R03). Who acted stays in the log; accounts stay, so that names resolve."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete

from lintas.people.tables import approvals, errands, sessions, tokens

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
APPROVAL = timedelta(days=3 * 365)  # as long as the content of the log that names it


def is_over(now: datetime) -> ColumnElement[bool]:
    """The sessions that have ended by themselves: idle, or open for too long."""
    return (sessions.c.begun_at <= now - LONGEST) | (sessions.c.seen_at <= now - IDLE)


def forget(tx: Connection, now: datetime) -> None:
    """Erase sessions and keys that are no longer good, and approvals that nobody can be asked about any more."""
    tx.execute(delete(sessions).where(is_over(now)))
    for keys in (tokens, errands):
        tx.execute(delete(keys).where(keys.c.expires_at <= now))
    tx.execute(delete(approvals).where(approvals.c.asked_at <= now - APPROVAL))
