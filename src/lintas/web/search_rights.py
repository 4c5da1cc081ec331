"""Who may ask what, for which purpose: the policies in force, turned into the table that rule R16 makes public."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from itertools import product
from types import MappingProxyType

from lintas.model import Asker, Intent, Justification, Purpose, Role, SubjectCategory, SubjectKind
from lintas.node import Node
from lintas.policy import AgencyContext, Ask, PolicySet

Rights = Mapping[Purpose, Mapping[Role, tuple[SubjectKind, ...]]]

_ANYBODY = "xx.instansi"  # an agency of no country: what is open to it is open to every partner
_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


def search_rights(node: Node) -> Rights:
    """For each purpose and each role: the kinds of subject a partner's officer in that role may ask about.

    Found by asking the policies themselves, for at least one category of subject, so that the table cannot differ from
    what is decided.
    """
    return _rights(node.policies, node.us)


@lru_cache(maxsize=4)
def _rights(policies: PolicySet, us: AgencyContext) -> Rights:
    table: dict[Purpose, dict[Role, tuple[SubjectKind, ...]]] = {}
    for purpose, role in product(Purpose, Role):
        kinds = tuple(kind for kind in SubjectKind if _may(policies, us, role, (purpose, kind)))
        table.setdefault(purpose, {})[role] = kinds
    return MappingProxyType(table)


def _may(policies: PolicySet, us: AgencyContext, role: Role, what: tuple[Purpose, SubjectKind]) -> bool:
    purpose, kind = what
    asker = Asker(node=_ANYBODY, country="xx", officer="-", role=role)
    for category in SubjectCategory:
        justification = Justification(
            purpose=purpose, legal_basis="R16", case_reference="R16", category=category, intent=Intent.IDENTIFY
        )
        ask = Ask(asker=asker, justification=justification, kind=kind, at=_ANY_TIME, exercise=us.exercise)
        if policies.authorize(ask, us=us).allowed:
            return True
    return False
