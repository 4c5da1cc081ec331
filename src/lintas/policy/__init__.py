"""May they, and how much: the only room that knows Cedar, and the only maker of what may leave the node.

`PolicySet` decides whether a question may be asked (`authorize`, at both ends), how much a partner is told (`level`,
`disclose`, `core`), and what our own officers see and do (`own_view`, `may`). `completeness` and `budget` judge the
question itself. The policies are Cedar files in `policies/`, with worked cases in `cases/` that are tests.
"""

from lintas.policy.budget import Limits, Usage, asked_for, looks_like_enumeration, spent, within_budget
from lintas.policy.completeness import askable, complete, justified, missing
from lintas.policy.disclosure import CORE_FIELDS, CoreChoice, Disclosed, DisclosedCore, as_far_as, held
from lintas.policy.engine import PolicySet
from lintas.policy.grounds import decline
from lintas.policy.nouns import AgencyContext, Ask, Decision, OfficerAct, Policy
from lintas.policy.worked import WorkedCase, read_cases

__all__ = [
    "CORE_FIELDS",
    "AgencyContext",
    "Ask",
    "CoreChoice",
    "Decision",
    "Disclosed",
    "DisclosedCore",
    "Limits",
    "OfficerAct",
    "Policy",
    "PolicySet",
    "Usage",
    "WorkedCase",
    "as_far_as",
    "askable",
    "asked_for",
    "complete",
    "decline",
    "held",
    "justified",
    "looks_like_enumeration",
    "missing",
    "read_cases",
    "spent",
    "within_budget",
]
