"""What the room of checks forgets, and when: nothing about a person stays longer than its purpose needs (rule R03).

============================================  ==========================================  ======================
what                                          what it is needed for                       erased after
============================================  ==========================================  ======================
what a partner's question asked for           noticing a count through a register         one hour
that a partner's officer asked, and when      budgets of the officer and the agency       one day
which record a hit told a partner points to   the partner's request to confirm it         thirty days
a file of questions                           the second person, then asking              thirty days
our officers' checks and their reports        the officer's own case                      three years, as the log
============================================  ==========================================  ======================

That a question was answered, to whom and for which case stays in the audit log (rule R37).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from lintas.checks.tables import answered, batch, check, hit, outcome

ENUMERATION = timedelta(hours=1)
BUDGET = timedelta(days=1)
CONFIRMABLE = timedelta(days=30)
BATCH = timedelta(days=30)
REPORT = timedelta(days=3 * 365)


def forget(tx: Connection, now: datetime) -> None:
    """Erase what is no longer needed."""
    counted = answered.c.asked_for.is_not(None) & (answered.c.at <= now - ENUMERATION)
    tx.execute(update(answered).where(counted).values(asked_for=None))
    tx.execute(delete(answered).where(answered.c.at <= now - BUDGET))
    tx.execute(delete(hit).where(hit.c.at <= now - CONFIRMABLE))
    tx.execute(delete(batch).where(batch.c.at <= now - BATCH))
    old = select(check.c.id).where(check.c.asked_at <= now - REPORT)
    tx.execute(delete(outcome).where(outcome.c.check_id.in_(old)))
    tx.execute(delete(check).where(check.c.asked_at <= now - REPORT))
