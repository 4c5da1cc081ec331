"""Keys for programs that cannot say why they ask: the reason is bound to the key, and the key opens nothing else.

A program made for another service (a client of yente, OpenRefine) sends a key and a name, and no purpose. So an officer
states purpose and case once, for a number of days, and gets a key that stands for both. It travels in addresses, where
proxies and histories keep it; therefore it opens the doors for matching only, never the rest of the API.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, delete, insert, select

from lintas.audit import AuditKind, AuditLog, Event
from lintas.clock import Clock
from lintas.errors import InvalidValue, NotSignedIn
from lintas.model import Justification
from lintas.people.officers import Officer, officer_of_row
from lintas.people.secrets import hash_of, new_token
from lintas.people.tables import errands, officers
from lintas.storage import Database

PREFIX = "lintas_errand_"
MOST_DAYS = 31  # a case goes on; a reason is looked at again


class Errand(NamedTuple):
    """For whom a program asks, and why."""

    officer: Officer
    reason: Justification


class Errands:
    """Issues keys that carry their reason, and reads them."""

    def __init__(self, db: Database, audit: AuditLog, clock: Clock) -> None:
        self._db, self._audit, self._clock = db, audit, clock

    def issue(self, officer: Officer, reason: Justification, *, name: str, days: int) -> str:
        """Issue a key with which a program asks for an officer, for one stated reason.

        Args:
            officer: For whom it asks, and who answers for what it does.
            reason: Why; complete, as every justification.
            name: What it is for, to be recognised in the log.
            days: How long it is good, at most a month.

        Returns:
            The key. It is shown this once; only its hash is kept.

        Raises:
            InvalidValue: Days or name are not right.
        """
        if not 1 <= days <= MOST_DAYS:
            raise InvalidValue(field="days", wanted=f"1 to {MOST_DAYS}")
        if not name.strip():
            raise InvalidValue(field="name", wanted="what the key is for")
        key, id_, now = new_token(PREFIX), secrets.token_hex(6), self._clock.now()
        row = {"hash": hash_of(key), "id": id_, "officer": officer.id, "name": name.strip()}
        event = Event(
            kind=AuditKind.TOKEN_ISSUED,
            actor=f"officer:{officer.id}",
            case=reason.case_reference,
            purpose=reason.purpose,
            facts={"token": id_, "name": name.strip(), "days": days, "officer": officer.id, "for": "matching"},
        )

        def work(tx: Connection) -> None:
            kept = {"reason": msgspec.json.encode(reason), "expires_at": now + timedelta(days=days)}
            tx.execute(insert(errands), {**row, **kept, "issued_at": now})
            self._audit.append(tx, event)

        self._db.write(work)
        return key

    def of(self, key: str) -> Errand:
        """For whom a program with this key asks, and why.

        Raises:
            NotSignedIn: There is no such key, or it is no longer good, or the officer has left.
        """
        good = (
            errands.c.hash == hash_of(key),
            errands.c.expires_at > self._clock.now(),
            officers.c.closed_at.is_(None),
        )
        with self._db.read() as tx:
            row = tx.execute(select(officers, errands.c.reason).join(errands).where(*good)).one_or_none()
        if row is None:
            raise NotSignedIn
        return Errand(officer_of_row(row), msgspec.json.decode(row.reason, type=Justification))


def withdraw(tx: Connection, key_id: str) -> str | None:
    """Withdraw a key by its id, in somebody's transaction; the officer it was issued to, None if there is none."""
    return tx.scalar(delete(errands).where(errands.c.id == key_id).returning(errands.c.officer))
