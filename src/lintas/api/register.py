"""Who is who and who may what: partners, policies, approvals, the officer behind the token."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get, post
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from lintas.api.given import Acting, Here, Reasons
from lintas.api.problems import problems
from lintas.errors import AlreadyDone, Invalid, NotFound, RefusedByPolicy, TooLarge
from lintas.model import Noun
from lintas.people import Approval, Officer
from lintas.policy import OfficerAct, Policy, justified

Reference = Annotated[str, PathParameter(max_length=64)]


class Partner(Noun):
    """A partner agency as the directory lists it."""

    node: str
    name: dict[str, str]
    country: str
    contact: str
    exercise: bool


class Word(Noun):
    """The second person's word."""

    agree: bool
    note: Annotated[str, Meta(max_length=400)] = ""


class NewErrand(Noun):
    """A reason for which one of the officer's programs asks, for some days."""

    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
    justification: Reasons
    days: Annotated[int, Meta(ge=1, le=31)] = 7


class Key(Noun, omit_defaults=False):
    """The key of an errand; it is shown this once."""

    key: str
    days: int


class Register(Controller):
    """Partners, policies, approvals."""

    tags = ("register",)

    @get("/me", response_description="The officer.", responses=problems())
    async def me(self, officer: Acting) -> Officer:
        """The officer this token was issued to."""
        return officer

    @post(
        "/errands",
        sync_to_thread=True,
        response_description="The key, shown this once.",
        responses=problems(RefusedByPolicy, Invalid, TooLarge),
    )
    def errand(self, data: JSONBody[NewErrand], node: Here, officer: Acting) -> Key:
        """A key for a program that cannot say why it asks: the reason is bound to it, and it opens matching only."""
        node.may(officer, OfficerAct.CHECK)
        reason = justified(data.justification)
        return Key(node.people.errands.issue(officer, reason, name=data.name, days=data.days), data.days)

    @get("/partners", response_description="Every partner.", responses=problems())
    async def partners(self, node: Here) -> list[Partner]:
        """The partner agencies in the directory in force."""
        others = node.directory.current().others(node.settings.node)
        return [Partner(m.node, m.name, m.country, m.contact, m.exercise) for m in others]

    @get("/policies", response_description="Every policy.", responses=problems(RefusedByPolicy))
    async def policies(self, node: Here, officer: Acting) -> list[Policy]:
        """The policies in force (rule R16)."""
        node.may(officer, OfficerAct.READ_POLICIES)
        return list(node.policies.policies)

    @get("/approvals", sync_to_thread=True, response_description="What waits.", responses=problems())
    def approvals(self, node: Here, officer: Acting) -> list[Approval]:
        """What waits for this officer as the second person."""
        return node.people.pending(officer)

    @post(
        "/approvals/{approval:str}",
        sync_to_thread=True,
        status_code=200,
        response_description="The approval as decided.",
        responses=problems(NotFound, RefusedByPolicy, AlreadyDone, Invalid, TooLarge),
    )
    def decide(self, approval: Reference, data: JSONBody[Word], node: Here, officer: Acting) -> Approval:
        """Agree or refuse, as the second person."""
        return node.decide_approval(approval, officer, agree=data.agree, note=data.note)


NOUNS = (Partner, Word, Officer, Policy, Approval, NewErrand, Key)
