"""The audit log: entries, proofs, verification."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get
from litestar.params import Parameter

from lintas.audit import AuditKind, Entry, Verification
from lintas.model import Noun
from lintas.node import Node
from lintas.people import Officer
from lintas.policy import OfficerAct


class Proof(Noun):
    """An entry's leaf hash with the path to the root of the log of the given size (RFC 9162), in hex."""

    index: int
    size: int
    path: tuple[str, ...]


class Audit(Controller):
    """Read and prove the audit log; reading it is an entry itself."""

    path = "/audit"
    tags = ("audit",)

    @get("/entries", sync_to_thread=True)
    def entries(
        self,
        node: Node,
        officer: Officer,
        check: Annotated[str | None, Parameter(max_length=64)] = None,
        kind: AuditKind | None = None,
        before: Annotated[int | None, Parameter(ge=0)] = None,
        limit: Annotated[int, Parameter(ge=1, le=500)] = 100,
    ) -> list[Entry]:
        """Entries, newest first."""
        return node.read_log(officer, check=check, kind=kind, before=before, limit=limit)

    @get("/checkpoint", media_type="text/plain", sync_to_thread=True)
    def checkpoint(self, node: Node, officer: Officer) -> str:
        """The newest checkpoint: a signed note with its witnesses' signatures."""
        node.may(officer, OfficerAct.VERIFY_AUDIT)
        return node.audit.checkpoint()

    @get("/proof/{index:int}", sync_to_thread=True)
    def proof(self, index: Annotated[int, Parameter(ge=0)], node: Node, officer: Officer) -> Proof:
        """The inclusion proof of an entry."""
        node.may(officer, OfficerAct.VERIFY_AUDIT)
        size = node.audit.size()
        return Proof(index, size, tuple(part.hex() for part in node.audit.inclusion(index, size)))

    @get("/verification", sync_to_thread=True)
    def verify(self, node: Node, officer: Officer) -> Verification:
        """Recompute the whole log and hold it against its checkpoints and witnesses."""
        node.may(officer, OfficerAct.VERIFY_AUDIT)
        return node.audit.verify()
