"""The federated check: plan, ask, answer, collate; late answers; checks of a whole file."""

from lintas.checks.asking import Checks
from lintas.checks.batch import ACT, BadRow, Batch, Batches, read_batch
from lintas.checks.desk import Desk
from lintas.checks.programs import Programs
from lintas.checks.report import CheckReport, CheckSummary, NodeOutcome, OwnHit, collate

__all__ = [
    "ACT",
    "BadRow",
    "Batch",
    "Batches",
    "CheckReport",
    "CheckSummary",
    "Checks",
    "Desk",
    "NodeOutcome",
    "OwnHit",
    "Programs",
    "collate",
    "read_batch",
]
