"""The log that cannot be quietly changed: append, checkpoint, prove, witness.

An entry is written in the same transaction as the deed it tells of. The log is a Merkle tree (RFC 9162): a signed
checkpoint fixes all entries so far, partners witness it, and from then on no entry can be changed, removed or put in
unnoticed.
"""

from lintas.audit.events import AuditKind, Entry, Event, Facts
from lintas.audit.log import AuditLog
from lintas.audit.reconciliation import Reconciliation, reconcile
from lintas.audit.verification import Verification

__all__ = ["AuditKind", "AuditLog", "Entry", "Event", "Facts", "Reconciliation", "Verification", "reconcile"]
