"""Who acts: officers with a second factor, their sessions and tokens, and the second person as a primitive.

Whatever happens here stands in the audit log, written in the same transaction.
"""

from lintas.people.approvals import Approval, ApprovalState, MayApprove
from lintas.people.errands import Errand, Errands
from lintas.people.officers import Account, Enrolment, Officer
from lintas.people.people import People
from lintas.people.secrets import SecretBox

__all__ = [
    "Account",
    "Approval",
    "ApprovalState",
    "Enrolment",
    "Errand",
    "Errands",
    "MayApprove",
    "Officer",
    "People",
    "SecretBox",
]
