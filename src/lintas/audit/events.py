"""What is written into the log, and exactly which bytes of it are hashed."""

# ruff: noqa: S105 - "token.issued" is the name of an event, not a password

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import TypeAlias

import msgspec

from lintas.model import Noun
from lintas.trust.merkle import leaf_hash


class AuditKind(StrEnum):
    """What can happen that the log tells of. What stands behind a kind is its line in the reference."""

    CHECK_ASKED = "check.asked"  # an officer asks a check; written before anything leaves the node
    CHECK_REFUSED = "check.refused"  # our own law refuses an officer's check; nothing left the node
    CHECK_ANSWERED = "check.answered"  # this node answers a partner's check, with or without a match
    CHECK_DECLINED = "check.declined"  # this node declines a partner's check, and on which ground
    CHECK_REPORTED = "check.reported"  # the officer is shown the report of a check, with every partner's outcome
    CHECK_LATE_ANSWER = "check.late_answer"  # a partner's answer arrives after the report was shown
    BATCH_ASKED = "batch.asked"  # a file of checks is asked, after a second person agreed
    RECORD_READ = "record.read"  # an officer opens a record of a person or thing
    RECORD_IMPORTED = "records.imported"  # records come in from a file or table of the agency
    RECORD_CHANGED = "record.changed"  # a record is changed or its review date is moved
    RECORD_ERASED = "record.erased"  # records are erased for good, after dry run and second person
    CONFIRMATION_ASKED = "confirmation.asked"  # an officer asks the owner of a hit to confirm it
    CONFIRMATION_RECEIVED = "confirmation.received"  # a partner asks this node to confirm a hit
    CONFIRMATION_DECIDED = "confirmation.decided"  # an officer decides what core data a partner is given
    CONFIRMATION_PAUSED = "confirmation.paused"  # an officer, or the owner's, stops the clock: a judge has to permit it
    CONFIRMATION_RESUMED = "confirmation.resumed"  # the judge has permitted it; the clock runs again
    CONFIRMATION_ANSWERED = "confirmation.answered"  # the owner's decision on our request arrives
    OFFICER_ENROLLED = "officer.enrolled"  # an officer gets an account, roles and a second factor
    OFFICER_CHANGED = (
        "officer.changed"  # an officer's roles, password or second factor change, or the account is closed
    )
    SIGNED_IN = "officer.signed_in"  # an officer signs in with password and second factor
    SIGN_IN_FAILED = "officer.sign_in_failed"  # somebody fails to sign in; the name tried and the reason stand with it
    SIGNED_OUT = "officer.signed_out"  # an officer signs out
    TOKEN_ISSUED = "token.issued"  # a token is issued to one of the agency's own systems
    TOKEN_REVOKED = "token.revoked"  # a token is withdrawn before its time
    APPROVAL_ASKED = "approval.asked"  # an officer asks for a second person for an act
    APPROVAL_GIVEN = "approval.given"  # a second person agrees to an act
    APPROVAL_REFUSED = "approval.refused"  # a second person refuses an act
    APPROVAL_USED = "approval.used"  # an act that two people agreed to is done
    LETTER_DELIVERED = "letter.delivered"  # a partner's receipt for a letter of ours arrives
    LETTER_RETURNED = "letter.returned"  # a letter of ours cannot be delivered, and why
    MESSAGE_REFUSED = "message.refused"  # something arrives that cannot be trusted and is not opened
    POLICY_LOADED = "policy.loaded"  # a set of policies takes effect; its digest stands with it
    DIRECTORY_CHANGED = "directory.changed"  # a new version of the directory of partners takes effect
    NODE_STARTED = "node.started"  # the node begins its work
    LOG_READ = "log.read"  # somebody reads the audit log
    LOG_RECONCILED = "log.reconciled"  # a partner's log of a check is compared with ours
    LOG_BEGUN_AGAIN = (
        "log.begun_again"  # two people decide that the log begins again after a loss; what was lost is named
    )
    LOG_PARTNER_BEGAN_AGAIN = (
        "log.partner_began_again"  # a partner's log begins again after a loss; both notes stand here
    )
    LOG_WITNESS_REFUSED = (
        "log.witness_refused"  # a partner shows a log that does not extend what we saw; both notes stand with it
    )
    LOG_CONTENT_ERASED = "log.content_erased"  # entries older than three years lose their content; their hashes stay


Fact: TypeAlias = str | int | float | bool | list[str]
Facts: TypeAlias = dict[str, Fact]


class Event(Noun):
    """One thing that happened: who did what, for which check, case and purpose, and the facts of it."""

    kind: AuditKind
    actor: str  # "officer:<id>", "node:<id>" or "system"
    facts: Mapping[str, Fact] = {}
    check: str | None = None
    case: str | None = None
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log. After three years the event is gone; place, time, kind and hash stay (rule R37)."""

    index: int
    at: datetime
    kind: AuditKind
    event: Event | None
    leaf: bytes


def encode(event: Event) -> bytes:
    """The content of an entry, read once again: what could not be read later must not be written now.

    Raises:
        msgspec.ValidationError: A fact is neither text, number, truth value nor list of texts.
    """
    content = msgspec.json.encode(event)
    decode(content)
    return content


def decode(content: bytes) -> Event:
    """The event of an entry's content."""
    return _decoder.decode(content)


_decoder = msgspec.json.Decoder(Event)


def commitment(salt: bytes, content: bytes) -> bytes:
    """What binds an entry to its content without telling it.

    The salt is random and erased together with the content: nobody can find out what stood there by hashing guesses
    (an officer, a name, a number plate).
    """
    return sha256(salt + content).digest()


def leaf_of(index: int, at: datetime, kind: str, bound: bytes) -> bytes:
    """The leaf of an entry: the hash over five lines that hold its place, time, kind and the commitment to its content.

    Everything that stays after the content is erased is in it, so that an old entry can still be verified.
    """
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return leaf_hash(f"lintas-audit/1\n{index}\n{moment}\n{kind}\n{bound.hex()}\n".encode())
