"""The audit log: entries, proofs, verification."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from litestar import Controller, get
from litestar.params import FromQuery, PathParameter, QueryParameter

from lintas.api.given import Acting, Here
from lintas.api.problems import problems
from lintas.audit import AuditKind, Event, Verification
from lintas.errors import Invalid, LogBroken, NotFound, RefusedByPolicy
from lintas.model import Noun
from lintas.policy import OfficerAct

Place = Annotated[int, PathParameter(ge=0, le=2**53)]


class LoggedEntry(Noun):
    """An entry of the log; its content is gone after three years, its leaf hash (hex) stays."""

    index: int
    at: datetime
    kind: AuditKind
    leaf: str
    event: Event | None


class Proof(Noun):
    """The path (hex) from an entry's leaf to the root of the log of the given size (RFC 9162)."""

    index: int
    size: int
    path: tuple[str, ...]


class Audit(Controller):
    """Read and prove the audit log; reading it is an entry itself."""

    path = "/audit"
    tags = ("audit",)

    @get(
        "/entries",
        sync_to_thread=True,
        response_description="The newest first.",
        responses=problems(RefusedByPolicy, Invalid),
    )
    def entries(
        self,
        node: Here,
        officer: Acting,
        check: Annotated[str | None, QueryParameter(max_length=64)] = None,
        kind: FromQuery[AuditKind | None] = None,
        before: Annotated[int | None, QueryParameter(ge=0, le=2**53)] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=500)] = 100,
    ) -> list[LoggedEntry]:
        """Entries, newest first; that they were read is an entry itself."""
        found = node.read_log(officer, check=check, kind=kind, before=before, limit=limit)
        return [LoggedEntry(e.index, e.at, e.kind, e.leaf.hex(), e.event) for e in found]

    @get(
        "/checkpoint",
        media_type="text/plain",
        sync_to_thread=True,
        response_description="A signed note (C2SP tlog-checkpoint).",
        responses=problems(RefusedByPolicy),
    )
    def checkpoint(self, node: Here, officer: Acting) -> str:
        """The newest checkpoint: a signed note with its witnesses' signatures."""
        node.may(officer, OfficerAct.VERIFY_AUDIT)
        return node.audit.checkpoint()

    @get(
        "/proof/{index:int}",
        sync_to_thread=True,
        response_description="The proof.",
        responses=problems(RefusedByPolicy, NotFound, Invalid),
    )
    def proof(self, index: Place, node: Here, officer: Acting) -> Proof:
        """The inclusion proof of an entry."""
        node.may(officer, OfficerAct.VERIFY_AUDIT)
        size = node.audit.size()
        if index >= size:
            raise NotFound(entry=index, size=size)
        return Proof(index, size, tuple(part.hex() for part in node.audit.inclusion(index, size)))

    @get(
        "/verification",
        sync_to_thread=True,
        response_description="The log holds.",
        responses=problems(RefusedByPolicy, LogBroken),
    )
    def verify(self, node: Here, officer: Acting) -> Verification:
        """Recompute the whole log and hold it against its checkpoints and witnesses."""
        node.may(officer, OfficerAct.VERIFY_AUDIT)
        return node.audit.verify()


NOUNS = (LoggedEntry, Proof, Verification)
