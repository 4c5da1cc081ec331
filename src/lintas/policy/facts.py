"""What Cedar is told: the nouns as a request in the words of `lintas.cedarschema`.

No identity goes in: not the record's id, not the officer's, not a value. So two records alike in everything policy may
look at get the same decision, and the decision can be remembered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from lintas.model import Record
from lintas.policy.completeness import REQUIRED, missing
from lintas.policy.marks import marks_of
from lintas.policy.nouns import AgencyContext, Ask

# Everything else is a natural person, or leads to one (a plate, a phone, an account).
NOT_A_PERSON = frozenset({"Company", "Organization", "PublicBody", "Vessel", "Container", "Airplane"})

Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Request:
    """One question to Cedar; equal requests have equal answers."""

    role: str
    action: str
    resource: tuple[str, str]
    context: str  # JSON

    @classmethod
    def of(cls, role: str, action: str, resource: tuple[str, str], context: Facts) -> Request:
        """A request with its context written down, so that it can be compared."""
        return cls(role, action, resource, json.dumps(context, sort_keys=True))

    def to_cedar(self) -> dict[str, object]:
        """The request as Cedar reads it."""
        kind, name = self.resource
        return {
            "principal": entity("Role", self.role),
            "action": entity("Action", self.action),
            "resource": entity(kind, name),
            "context": self.context,
        }


def entity(kind: str, name: str) -> dict[str, str]:
    """One word of a closed vocabulary, or an agency."""
    return {"type": kind, "id": name}


def question(ask: Ask, us: AgencyContext) -> dict[str, Facts]:
    """Who asks whom, and why."""
    why = ask.justification
    reasons: dict[str, object] = {
        "purpose": entity("Purpose", why.purpose),
        "category": entity("Category", why.category),
        "intent": entity("Intent", why.intent),
        "kind": entity("Kind", ask.kind),
        "complete": not missing({name: getattr(why, name) for name in REQUIRED}),
    }
    if why.offence:
        reasons["offence"] = why.offence
    asker = {"node": ask.asker.node, "country": ask.asker.country, "exercise": ask.exercise}
    return {"asker": asker, "us": party(us), "question": reasons}


def party(us: AgencyContext) -> Facts:
    """The agency that decides."""
    return {"node": us.node, "country": us.country, "exercise": us.exercise}


def held(record: Record) -> Facts:
    """A record of ours, without anything that is stated in it."""
    marks = marks_of(record)
    return {
        "person": record.schema not in NOT_A_PERSON,
        "handling": entity("Handling", record.handling),
        "flag": entity("Flag", record.sovereign_flag),
        "protections": [entity("Protection", word) for word in sorted(marks.protections)],
        "origins": sorted(marks.origins),
        "told_to": sorted(marks.told_to),
        "understood": marks.understood,
        "invented": record.invented,
        "published": marks.published,
    }
