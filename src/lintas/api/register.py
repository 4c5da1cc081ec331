"""Who is who and who may what: partners, policies, approvals, the officer behind the token."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get, post
from litestar.params import Parameter
from msgspec import Meta

from lintas.model import Noun
from lintas.node import Node
from lintas.people import Approval, Officer
from lintas.policy import OfficerAct, Policy

Reference = Annotated[str, Parameter(max_length=64)]


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


class Register(Controller):
    """Partners, policies, approvals."""

    tags = ("register",)

    @get("/me")
    async def me(self, officer: Officer) -> Officer:
        """The officer this token was issued to."""
        return officer

    @get("/partners")
    async def partners(self, node: Node) -> list[Partner]:
        """The partner agencies in the directory in force."""
        others = node.directory.current().others(node.settings.node)
        return [Partner(m.node, m.name, m.country, m.contact, m.exercise) for m in others]

    @get("/policies")
    async def policies(self, node: Node, officer: Officer) -> list[Policy]:
        """The policies in force (rule R16)."""
        node.may(officer, OfficerAct.READ_POLICIES)
        return list(node.policies.policies)

    @get("/approvals", sync_to_thread=True)
    def approvals(self, node: Node, officer: Officer) -> list[Approval]:
        """What waits for this officer as the second person."""
        return node.people.pending(officer)

    @post("/approvals/{approval:str}", sync_to_thread=True)
    def decide(self, approval: Reference, data: Word, node: Node, officer: Officer) -> Approval:
        """Agree or refuse, as the second person."""
        return node.decide_approval(approval, officer, agree=data.agree, note=data.note)
