"""Outbox, courier and inbox.

A letter is written in the same transaction as the deed it tells of; the courier sends it until the receipt is there;
the other side accepts it once, however often it arrives. Lost cable or killed process: nothing lost, nothing twice.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from lintas.audit import AuditKind, AuditLog, Event
from lintas.clock import Clock
from lintas.errors import Invalid, LintasError, Malformed, NotFound, PeerUnreachable, Refused
from lintas.exchange.tables import inbox, outbox
from lintas.protocol.messages import (
    ConfirmationClock,
    ConfirmationDecision,
    ConfirmationRequest,
    Letter,
    Message,
    Receipt,
)
from lintas.storage import Database
from lintas.transport import Line

Body = ConfirmationRequest | ConfirmationDecision | ConfirmationClock
Handler = Callable[[Connection, Body, str], None]

CALL_WITHIN = timedelta(seconds=10)
SOONEST, LONGEST = timedelta(seconds=1), timedelta(minutes=5)
KEEP_TRYING = timedelta(days=14)  # then the letter is returned to the desk it came from
REMEMBER = timedelta(days=30)  # which letters were delivered and accepted; longer than anybody keeps trying


class LetterState(StrEnum):
    """How a letter stands."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    RETURNED = "returned"  # the partner read it and cannot accept it; sending it again would not help


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter in the outbox."""

    id: str
    recipient: str
    state: LetterState
    queued_at: datetime
    tries: int
    next_try: datetime
    problem: str | None
    delivered_at: datetime | None


class Exchange:
    """Sends letters and accepts them."""

    def __init__(self, db: Database, audit: AuditLog, clock: Clock, line: Line) -> None:
        self._db = db
        self._audit = audit
        self._clock = clock
        self._line = line
        self._handlers: dict[type[Body], Handler] = {}

    def deliver_to(self, body: type[Body], handler: Handler) -> None:
        """Name the room that accepts letters of one type; it writes in the transaction it is handed."""
        self._handlers[body] = handler

    def queue(self, tx: Connection, recipient: str, body: Body) -> str:
        """Put a letter into the outbox, in the transaction of the deed it tells of; its id."""
        now = self._clock.now()
        letter = Letter(id=secrets.token_urlsafe(16), queued_at=now, body=body)
        row = {"id": letter.id, "recipient": recipient, "body": msgspec.json.encode(letter), "queued_at": now}
        tx.execute(insert(outbox).values(**row, state=LetterState.QUEUED, tries=0, next_try=now))
        return letter.id

    def letters(self, ids: set[str]) -> dict[str, Sent]:
        """How letters stand."""
        columns = [c for c in outbox.c if c.name != "body"]
        with self._db.read() as tx:
            rows = tx.execute(select(*columns).where(outbox.c.id.in_(ids))).mappings()
            return {row["id"]: Sent(**{**row, "state": LetterState(row["state"])}) for row in rows}

    def accept(self, letter: Letter, sender: str) -> Receipt:
        """Accept a letter: what it says is done and the receipt promised in one transaction, once.

        Raises:
            LintasError: the room it is for cannot accept it; nothing is kept.
        """

        def work(tx: Connection) -> Receipt:
            known = tx.execute(
                select(inbox.c.accepted_at).where(inbox.c.sender == sender, inbox.c.id == letter.id),
            ).scalar()
            if known is not None:
                return Receipt(letter=letter.id, accepted_at=known)
            now = self._clock.now()
            tx.execute(insert(inbox).values(sender=sender, id=letter.id, accepted_at=now))
            self._handlers[type(letter.body)](tx, letter.body, sender)
            return Receipt(letter=letter.id, accepted_at=now)

        return self._db.write(work)

    async def deliver_due(self) -> int:
        """Send every letter whose time has come; how many were delivered."""
        with self._db.read() as tx:
            due = select(outbox.c.id, outbox.c.recipient, outbox.c.body, outbox.c.tries).where(
                outbox.c.state == LetterState.QUEUED,
                outbox.c.next_try <= self._clock.now(),
            )
            rows = list(tx.execute(due.order_by(outbox.c.queued_at).limit(100)))
        return sum(await asyncio.gather(*(self._deliver(*row) for row in rows)))

    async def purge(self) -> None:
        """Forget letters that were delivered or accepted thirty days ago.

        What a letter says is erased when it is delivered or returned; that it was delivered stays in the log.
        """
        before = self._clock.now() - REMEMBER

        def work(tx: Connection) -> None:
            tx.execute(delete(outbox).where(outbox.c.state == LetterState.DELIVERED, outbox.c.delivered_at <= before))
            tx.execute(delete(inbox).where(inbox.c.accepted_at <= before))

        await self._db.write_async(work)

    async def _deliver(self, id_: str, recipient: str, body: bytes, tries: int) -> bool:
        letter = msgspec.json.decode(body, type=Letter)
        try:
            _check_receipt(await self._line.call(recipient, letter, within=CALL_WITHIN), letter)
        except (Invalid, Refused, NotFound) as error:
            await self._mark(id_, recipient, LetterState.RETURNED, problem=error)
            return False
        except (LintasError, TimeoutError) as error:
            if self._clock.now() - letter.queued_at > KEEP_TRYING:
                await self._mark(id_, recipient, LetterState.RETURNED, problem=PeerUnreachable(node=recipient))
                return False
            wait = min(SOONEST * 2 ** min(tries, 12), LONGEST)
            values = {"tries": tries + 1, "next_try": self._clock.now() + wait, "problem": str(error)[:400]}
            await self._db.write_async(lambda tx: tx.execute(update(outbox).where(outbox.c.id == id_).values(**values)))
            return False
        await self._mark(id_, recipient, LetterState.DELIVERED)
        return True

    async def _mark(self, id_: str, recipient: str, state: LetterState, problem: LintasError | None = None) -> None:
        def work(tx: Connection) -> None:
            # The letter has arrived, or never will: what it says is not kept a second time. Another process on this
            # folder may have sent it too; who marks it first enters it in the log.
            values = {"state": state, "delivered_at": self._clock.now(), "problem": str(problem) if problem else None}
            queued = update(outbox).where(outbox.c.id == id_, outbox.c.state == LetterState.QUEUED)
            if tx.execute(queued.values(**values, body=b"")).rowcount != 1:
                return
            kind = AuditKind.LETTER_RETURNED if problem else AuditKind.LETTER_DELIVERED
            facts = {"letter": id_, "to": recipient} | ({"problem": problem.code} if problem else {})
            self._audit.append(tx, Event(kind=kind, actor="system", facts=facts))

        await self._db.write_async(work)


def _check_receipt(answer: Message, letter: Letter) -> None:
    """Raise Malformed unless the answer is the receipt for this letter."""
    if not isinstance(answer, Receipt) or answer.letter != letter.id:
        raise Malformed(expected="receipt", letter=letter.id)
