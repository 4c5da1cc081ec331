"""The agency's own records, one by one; reading is entered in the log."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get
from litestar.params import Parameter

from lintas.model import DisclosureLevel, Noun, Record
from lintas.node import Node
from lintas.people import Officer

Reference = Annotated[str, Parameter(max_length=255)]


class ShownRecord(Noun):
    """A record, how much of it is shown, and the policies that decided."""

    record: Record
    level: DisclosureLevel
    policies: tuple[str, ...]


class Records(Controller):
    """Read a record."""

    path = "/records"
    tags = ("records",)

    @get(sync_to_thread=True)
    def counts(self, node: Node) -> dict[str, int]:
        """How many records there are, by schema."""
        return node.records.counts()

    @get("/{record:str}", sync_to_thread=True)
    def read(
        self,
        record: Reference,
        reason: Annotated[str, Parameter(min_length=3, max_length=400)],
        node: Node,
        officer: Officer,
    ) -> ShownRecord:
        """A record as far as policy shows it to this officer; `reason` goes into the log."""
        shown, level, decision = node.read_record(record, officer, reason)
        return ShownRecord(shown, level, decision.policies)
