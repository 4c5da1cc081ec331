"""One of our own records: every value with its provenance; opening it needs a reason and is entered in the log."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath, FromQuery

from lintas.model.kinds import kind_of
from lintas.policy import as_far_as
from lintas.web.forms import Form, Sent
from lintas.web.visit import Here, Page, Visit

LEAST = 3


@get("/records/{record_id:str}", sync_to_thread=True)
def read(visit: Here, record_id: FromPath[str], check: FromQuery[str] = "") -> Page:
    """The record, if it was found by a check of this officer: the check is the reason. Otherwise a reason is asked."""
    if check:
        report = visit.node.checks.report(check, visit.officer)
        if any(hit.record == record_id for row in report.outcomes for hit in row.records):
            return _shown(visit, record_id, f"check {check}, {report.justification.case_reference}", check)
    return visit.page("record_reason.html", form=Form(), record_id=record_id)


@post("/records/{record_id:str}", status_code=200, sync_to_thread=True)
def read_for(visit: Here, form: Sent, record_id: FromPath[str]) -> Page:
    """The record, for the reason given."""
    if len(form.text("reason")) < LEAST:
        form.refuse("reason", visit.say("Tulis mengapa Anda membuka data ini"))
        return visit.page("record_reason.html", status=422, form=form, record_id=record_id)
    return _shown(visit, record_id, form.text("reason"), "")


def _shown(visit: Visit, record_id: str, reason: str, check: str) -> Page:
    record, level, decision = visit.node.read_record(record_id, visit.officer, reason)
    versions = visit.node.records.versions(record_id)
    return visit.page(
        "record.html",
        record=record,
        kind=kind_of(record.schema),
        level=level,
        policies=visit.policies(decision.policies),
        earlier=[as_far_as(level, version) for version in versions if version.version != record.version],
        check=check,
    )


PAGES = (read, read_for)
