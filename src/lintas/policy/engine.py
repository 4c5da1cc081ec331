"""The policies, loaded, and what they decide. The only module that asks Cedar.

Fail closed: whatever is not permitted is refused, a forbid beats every permit, and a request that Cedar cannot judge is
refused as well. Each answer names the policies that decided.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import cedarpy
import msgspec

from lintas.errors import NotFound
from lintas.model import Comparison, DisclosureLevel, Record, RefusalGround, Role
from lintas.policy import disclosure, facts
from lintas.policy.disclosure import CoreChoice, Disclosed, DisclosedCore
from lintas.policy.facts import Request
from lintas.policy.grounds import SENTENCES, decline
from lintas.policy.loading import Loaded, load
from lintas.policy.nouns import AgencyContext, Ask, Decision, OfficerAct, Policy

# Decisions worth remembering: Cedar takes about 0.2 ms, and thousands of records look alike to policy.
REMEMBERED = 8_192

# Why nothing was permitted, when no policy forbids either.
BY_DEFAULT = {
    "check": RefusalGround.PURPOSE_NOT_ALLOWED,
    "confirm": RefusalGround.PURPOSE_NOT_ALLOWED,
    "tell_hit": RefusalGround.NOT_NECESSARY,
    "tell_core": RefusalGround.NOT_NECESSARY,
}

OWN_LADDER = (
    ("view_hit", DisclosureLevel.HIT),
    ("view_core", DisclosureLevel.CORE),
    ("view_full", DisclosureLevel.FULL),
)


class PolicySet:
    """A checked set of policies that answers questions."""

    def __init__(self, loaded: Loaded) -> None:
        self.policies: tuple[Policy, ...] = loaded.policies
        self.digest: str = loaded.digest
        self._loaded = loaded
        self._place = {policy.id: place for place, policy in enumerate(loaded.policies)}
        self._nobody = cedarpy.Entities.from_json_str("[]")
        self._decide = lru_cache(maxsize=REMEMBERED)(self._ask_cedar)

    @classmethod
    def load(cls, folders: Sequence[Path] = ()) -> PolicySet:
        """The default policies with national overlays on top.

        Args:
            folders: Overlay folders, in order; see `lintas.policy.loading` for what an overlay may do.

        Raises:
            InvalidPolicy: naming file, policy and line.
        """
        return cls(load(folders))

    def authorize(self, ask: Ask, *, us: AgencyContext) -> Decision:
        """Whether this may be asked at all; decided at both ends, before any record is looked at."""
        return self._decide(Request.of(ask.asker.role, ask.action, ("Kind", ask.kind), facts.question(ask, us)))

    def level(self, record: Record, ask: Ask, *, us: AgencyContext) -> tuple[DisclosureLevel, Decision]:
        """How much of a record the asker may be told, and the decision that set the level.

        A check is told at most a hit. For a confirmation `core` means: a person may decide to give core data (R02);
        where it stays at `hit`, the decision is the refusal of core data. A question that may not be asked is told
        nothing, also when the caller forgot to look.
        """
        hit = self._tell_hit(record, ask, us)
        if not hit.allowed:
            return DisclosureLevel.SILENT, hit
        if ask.action == "check":
            return DisclosureLevel.HIT, hit
        core = self._tell("tell_core", record, ask, us, decided=True)
        return (DisclosureLevel.CORE if core.allowed else DisclosureLevel.HIT), core

    def may_give(self, record: Record, ask: Ask, *, us: AgencyContext, decided_by: str) -> Decision:
        """Whether core data of a record may be given; what step one does not tell, step two does not reach.

        Args:
            record: Our record.
            ask: The request to confirm the hit.
            us: Our agency.
            decided_by: Role and unit of the person who decided; empty when nobody has.
        """
        hit = self._tell_hit(record, msgspec.structs.replace(ask, action="confirm"), us)
        return self._tell("tell_core", record, ask, us, decided=bool(decided_by.strip())) if hit.allowed else hit

    def disclose(
        self, record: Record, comparison: Comparison, ask: Ask, *, us: AgencyContext, hit_id: str
    ) -> Disclosed | None:
        """What a partner is told of a match in step one; None where policy keeps silent, as if there were none."""
        return disclosure.disclose(self.level(record, ask, us=us), record, comparison, hit_id)

    def core(self, record: Record, ask: Ask, *, us: AgencyContext, choice: CoreChoice) -> DisclosedCore:
        """The core data a person decided to give: only fields that person chose.

        Raises:
            RefusedByPolicy: these data may not be given, whoever decides; or no person decided.
            InvalidValue: a chosen field is not one of the eleven.
        """
        decision = self.may_give(record, ask, us=us, decided_by=choice.decided_by)
        return disclosure.core(decision, record, ask, us, choice)

    def own_view(self, record: Record, roles: Iterable[Role], *, us: AgencyContext) -> tuple[DisclosureLevel, Decision]:
        """How much of our own record an officer with these roles sees: what the role that sees most sees.

        The decision is the refusal of the next level, or for `full` the permission.
        """
        views = [self._view(record, role, us) for role in sorted(roles)]
        return max(views, key=lambda view: list(DisclosureLevel).index(view[0]), default=_NO_ROLE)

    def may(self, roles: Collection[Role], act: OfficerAct | str, *, about: str = "") -> Decision:
        """Whether one of our officers may do this: whatever one of the roles may do.

        Args:
            roles: The officer's roles.
            act: One of `OfficerAct`; anything else is refused.
            about: For `approve`: the act that waits for a second person ("check.batch", "erase_records", …).
        """
        asked = (Request.of(role, f"do:{act}", ("Agency", "us"), {"about": about}) for role in sorted(roles))
        decisions = [self._decide(request) for request in asked]
        allowed = next((decision for decision in decisions if decision.allowed), None)
        return allowed or next(iter(decisions), _NO_ROLE[1])

    def describe(self, policy_id: str) -> Policy:
        """A policy by its id, for the page that explains a decision; the built-in `rule:<ground>` as well.

        Raises:
            NotFound: there is no such policy.
        """
        if policy_id in self._place:
            return self.policies[self._place[policy_id]]
        ground = policy_id.removeprefix("rule:")
        if not policy_id.startswith("rule:") or ground not in SENTENCES:
            raise NotFound(policy=policy_id)
        indonesian, english = SENTENCES[RefusalGround(ground)]
        notes = {"id": policy_id, "explain_id": indonesian, "explain_en": english, "ground": ground, "cite": ""}
        return Policy(id=policy_id, effect="forbid", text="", annotations=notes, file="", line=0)

    def _tell_hit(self, record: Record, ask: Ask, us: AgencyContext) -> Decision:
        asked = self.authorize(ask, us=us)
        return self._tell("tell_hit", record, ask, us) if asked.allowed else asked

    def _tell(
        self, action: str, record: Record, ask: Ask, us: AgencyContext, *, decided: bool | None = None
    ) -> Decision:
        context: dict[str, object] = {**facts.question(ask, us), "record": facts.held(record)}
        if decided is not None:
            context["decided"] = decided
        return self._decide(Request.of(ask.asker.role, action, ("Category", record.category), context))

    def _view(self, record: Record, role: Role, us: AgencyContext) -> tuple[DisclosureLevel, Decision]:
        """Rung by rung: whoever may not stand on a lower rung does not reach a higher one."""
        context = {"us": facts.party(us), "record": facts.held(record)}
        reached = DisclosureLevel.SILENT
        for action, level in OWN_LADDER:
            decision = self._decide(Request.of(role, action, ("Category", record.category), context))
            if not decision.allowed:
                break
            reached = level
        return reached, decision

    def _ask_cedar(self, request: Request) -> Decision:
        policies = self._loaded.by_action.get(request.action)
        if policies is None:
            return decline(RefusalGround.NOT_COMPETENT)
        answer = cedarpy.is_authorized(request.to_cedar(), policies, self._nobody, self._loaded.schema)
        if answer.diagnostics.errors or answer.decision is cedarpy.Decision.NoDecision:
            return decline(RefusalGround.OTHER_LAW)
        deciding = [self.policies[place] for place in sorted(self._place[id] for id in answer.diagnostics.reasons)]
        if not deciding:
            return decline(BY_DEFAULT.get(request.action, RefusalGround.NOT_COMPETENT))
        return _explained(deciding, allowed=answer.allowed)


_NO_ROLE = (DisclosureLevel.SILENT, decline(RefusalGround.NOT_COMPETENT))


def _explained(deciding: Sequence[Policy], *, allowed: bool) -> Decision:
    """The decision with what its policies say, each sentence whole; the first policy gives the ground."""
    sentences = [policy.explanation for policy in deciding]
    cautions = [policy.annotations.get("caution", "") for policy in deciding]
    return Decision(
        allowed=allowed,
        policies=tuple(policy.id for policy in deciding),
        ground=None if allowed else RefusalGround(deciding[0].annotations["ground"]),
        explanation={language: " ".join(s[language] for s in sentences) for language in ("id", "en")},
        cites=tuple(dict.fromkeys(cite for policy in deciding for cite in policy.cites)),
        cautions=tuple(dict.fromkeys(filter(None, cautions))),
    )
