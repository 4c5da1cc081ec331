"""Confirmations: ask the owner of a hit, decide on what a partner asks."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get, post
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from lintas.api.given import Acting, Here
from lintas.api.problems import problems
from lintas.errors import AlreadyDone, AwaitsJudge, Invalid, NotFound, RefusedByPolicy, TooLarge
from lintas.model import Noun, PauseGround, RefusalGround
from lintas.requests import Confirmation, Verdict

Reference = Annotated[str, PathParameter(max_length=64)]


class NewConfirmation(Noun):
    """Which hit, and why the owner should give core data."""

    check: str
    hit: str
    reason: Annotated[str, Meta(min_length=10, max_length=4000)]


class NewVerdict(Noun):
    """Fields to give, or a ground to refuse."""

    fields: Annotated[tuple[str, ...], Meta(max_length=11)] = ()
    ground: RefusalGround | None = None
    explanation: Annotated[str, Meta(max_length=4000)] = ""
    offence: Annotated[str, Meta(max_length=400)] = ""
    case_number: Annotated[str, Meta(max_length=400)] = ""


class NewPause(Noun):
    """Why the clock stops, and a sentence for the partner."""

    ground: PauseGround
    explanation: Annotated[str, Meta(max_length=4000)] = ""


class NewPermission(Noun):
    """Whose permission has come, and which: "Order 12/2026, court of Batam"."""

    permission: Annotated[str, Meta(min_length=1, max_length=4000)]


class Confirmations(Controller):
    """Confirm a hit with its owner."""

    path = "/confirmations"
    tags = ("confirmations",)

    @post(
        sync_to_thread=True,
        response_description="The confirmation, on its way to the owner.",
        responses=problems(Invalid, TooLarge, NotFound, RefusedByPolicy),
    )
    def ask(self, data: JSONBody[NewConfirmation], node: Here, officer: Acting) -> Confirmation:
        """Ask the owner of a hit for core data; a person there decides within 48 hours."""
        return node.requests.confirm_hit(data.check, data.hit, data.reason, officer)

    @get(
        "/outgoing",
        sync_to_thread=True,
        response_description="The next due first.",
        responses=problems(RefusedByPolicy),
    )
    def outgoing(self, node: Here, officer: Acting) -> list[Confirmation]:
        """What we asked."""
        return node.requests.outgoing(officer)

    @get(
        "/incoming",
        sync_to_thread=True,
        response_description="The next due first.",
        responses=problems(RefusedByPolicy),
    )
    def incoming(self, node: Here, officer: Acting) -> list[Confirmation]:
        """What partners wait for."""
        return node.requests.incoming(officer)

    @get(
        "/outgoing/{confirmation:str}",
        sync_to_thread=True,
        response_description="The confirmation, with the decision once there is one.",
        responses=problems(NotFound, RefusedByPolicy, Invalid),
    )
    def show(self, confirmation: Reference, node: Here, officer: Acting) -> Confirmation:
        """One of ours, with the data given; reading it is entered in the log."""
        return node.requests.get(confirmation, officer, ours=True)

    @post(
        "/incoming/{confirmation:str}/decision",
        sync_to_thread=True,
        response_description="The confirmation as decided.",
        responses=problems(NotFound, RefusedByPolicy, AlreadyDone, AwaitsJudge, Invalid, TooLarge),
    )
    def decide(self, confirmation: Reference, data: JSONBody[NewVerdict], node: Here, officer: Acting) -> Confirmation:
        """Give core data, or refuse with a coded ground."""
        verdict = Verdict(
            fields=data.fields,
            ground=data.ground,
            explanation=data.explanation,
            offence=data.offence,
            case_number=data.case_number,
        )
        return node.requests.decide(confirmation, officer, verdict)

    @post(
        "/incoming/{confirmation:str}/pause",
        sync_to_thread=True,
        response_description="The confirmation, its clock standing.",
        responses=problems(NotFound, RefusedByPolicy, AlreadyDone, Invalid, TooLarge),
    )
    def pause(self, confirmation: Reference, data: JSONBody[NewPause], node: Here, officer: Acting) -> Confirmation:
        """Stop the clock while a judge's permission is awaited; the partner is told."""
        return node.requests.pause(confirmation, officer, data.ground, data.explanation)

    @post(
        "/incoming/{confirmation:str}/resume",
        sync_to_thread=True,
        response_description="The confirmation, its clock running.",
        responses=problems(NotFound, RefusedByPolicy, AlreadyDone, Invalid, TooLarge),
    )
    def resume(
        self, confirmation: Reference, data: JSONBody[NewPermission], node: Here, officer: Acting
    ) -> Confirmation:
        """Enter the permission; the clock runs again with what was left."""
        return node.requests.resume(confirmation, officer, data.permission)


NOUNS = (NewConfirmation, NewVerdict, NewPause, NewPermission, Confirmation)
