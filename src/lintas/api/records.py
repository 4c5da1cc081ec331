"""The agency's own records, one by one; reading is entered in the log."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get
from litestar.params import PathParameter, QueryParameter

from lintas.api.given import Acting, Here
from lintas.api.problems import problems
from lintas.errors import Invalid, NotFound
from lintas.model import Comparison, DisclosureLevel, Noun, Record

Reference = Annotated[str, PathParameter(max_length=255)]


class ShownRecord(Noun):
    """A record, how much of it is shown, and the policies that decided."""

    record: Record
    level: DisclosureLevel
    policies: tuple[str, ...]


class Pair(Noun):
    """Two records, how much of them is shown, and how likely it is at even odds that they are of one subject."""

    left: Record
    right: Record
    comparison: Comparison


class Records(Controller):
    """Read a record."""

    path = "/records"
    tags = ("records",)

    @get(sync_to_thread=True, response_description="Counts by schema.", responses=problems())
    def counts(self, node: Here) -> dict[str, int]:
        """How many records there are, by schema."""
        return node.records.counts()

    @get(
        "/{record:str}",
        sync_to_thread=True,
        response_description="The record.",
        responses=problems(NotFound, Invalid),
    )
    def read(
        self,
        record: Reference,
        reason: Annotated[str, QueryParameter(min_length=3, max_length=400)],
        node: Here,
        officer: Acting,
    ) -> ShownRecord:
        """A record as far as policy shows it to this officer; `reason` goes into the log."""
        shown, level, decision = node.read_record(record, officer, reason)
        return ShownRecord(shown, level, decision.policies)

    @get(
        "/{record:str}/beside/{other:str}",
        sync_to_thread=True,
        response_description="Both, and every reason for and against.",
        responses=problems(NotFound, Invalid),
    )
    def beside(
        self,
        record: Reference,
        other: Reference,
        reason: Annotated[str, QueryParameter(min_length=3, max_length=400)],
        node: Here,
        officer: Acting,
    ) -> Pair:
        """Two records side by side; both readings, with `reason`, go into the log."""
        return Pair(*node.put_side_by_side(record, other, officer, reason))


NOUNS = (ShownRecord, Pair)
