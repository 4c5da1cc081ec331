"""How often one may fail to sign in: for one name, and all together. Kept on the disk: a restart forgives nothing."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, delete, func, insert, select

from lintas.errors import TooManyTries
from lintas.people.tables import failures

WINDOW = timedelta(minutes=15)
MOST_PER_NAME = 5
MOST_OVERALL = 200  # a password sprayed over all names; far above what an agency's officers mistype


def tried(username: str) -> str:
    """The name that was tried, as it is kept: hashed, for people type their password into the wrong field."""
    return sha256(username.strip().casefold().encode()).hexdigest()[:32]


def begin(tx: Connection, username: str, now: datetime) -> None:
    """Count a try before it is looked at, so that many at once count as many.

    Raises:
        TooManyTries: Too many have failed; `until` says when to try again. It is the same for names that do not exist.
    """
    tx.execute(delete(failures).where(failures.c.at <= now - WINDOW))
    name = tried(username)
    for which, most in ((failures.c.tried == name, MOST_PER_NAME), (failures.c.at > now - WINDOW, MOST_OVERALL)):
        count, oldest = tx.execute(select(func.count(), func.min(failures.c.at)).where(which)).one()
        if count >= most:
            raise TooManyTries(until=(oldest + WINDOW).isoformat(timespec="seconds"))
    tx.execute(insert(failures), {"id": secrets.token_hex(8), "tried": name, "at": now})


def forgive(tx: Connection, username: str) -> None:
    """Forget the failures of a name: its officer has signed in."""
    tx.execute(delete(failures).where(failures.c.tried == tried(username)))
