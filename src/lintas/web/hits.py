"""Why a hit is one, and confirming it with its owner."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect

from lintas.errors import AlreadyDone, NotFound
from lintas.model.kinds import primary_properties
from lintas.policy import OfficerAct
from lintas.web.forms import Form, Sent
from lintas.web.rendering import property_label
from lintas.web.visit import Here, Page, Visit

TELLING = 8  # of a kind's properties, those that most often decide
LEAST = 10  # characters of a reason; a reason is a sentence


@get("/checks/{check_id:str}/hits/{hit_id:str}", sync_to_thread=True)
def explain(visit: Here, check_id: FromPath[str], hit_id: FromPath[str]) -> Page:
    """Why a partner's record is a possible match, what is not known, and what to do next."""
    report = visit.node.checks.report(check_id, visit.officer)
    found = report.match(hit_id)
    if found is None:
        raise NotFound(hit=hit_id)
    row, hit = found
    kind = report.subject.kind
    unused = [
        property_label(visit.translator, kind, prop)
        for prop in primary_properties(kind)[:TELLING]
        if not report.subject.values(prop)
    ]
    return visit.page("hit.html", report=report, row=row, hit=hit, own=False, unused=unused)


@get("/checks/{check_id:str}/own/{record_id:str}", sync_to_thread=True)
def explain_own(visit: Here, check_id: FromPath[str], record_id: FromPath[str]) -> Page:
    """Why a record of our own is a possible match."""
    report = visit.node.checks.report(check_id, visit.officer)
    for row in report.outcomes:
        for hit in row.records:
            if hit.record == record_id:
                return visit.page("hit.html", report=report, row=row, hit=hit, own=True, unused=[])
    raise NotFound(record=record_id)


@get("/checks/{check_id:str}/hits/{hit_id:str}/confirm", sync_to_thread=True)
def ask_why(visit: Here, check_id: FromPath[str], hit_id: FromPath[str]) -> Page:
    """The form of the reasoned request to the owner."""
    return _form(visit, Form(), check_id, hit_id)


@post("/checks/{check_id:str}/hits/{hit_id:str}/confirm", sync_to_thread=True)
def confirm(visit: Here, form: Sent, check_id: FromPath[str], hit_id: FromPath[str]) -> Page | Redirect:
    """Send the request; from then on the owner's clock runs."""
    if len(form.text("reason")) < LEAST:
        form.refuse("reason", visit.say("Tulis alasannya dalam satu kalimat atau lebih"))
        return _form(visit, form, check_id, hit_id)
    try:
        asked = visit.node.requests.confirm_hit(check_id, hit_id, form.text("reason"), visit.officer)
    except AlreadyDone:
        known = next(c for c in visit.node.requests.outgoing(visit.officer) if c.request.hit == hit_id)
        return visit.go(f"/confirmations/outgoing/{known.id}")
    return visit.go(f"/confirmations/outgoing/{asked.id}")


def _form(visit: Visit, form: Form, check_id: str, hit_id: str) -> Page:
    visit.node.may(visit.officer, OfficerAct.CONFIRM)
    report = visit.node.checks.report(check_id, visit.officer)
    found = report.match(hit_id)
    if found is None:
        raise NotFound(hit=hit_id)
    status = 422 if form.errors else 200
    return visit.page("confirm.html", status=status, form=form, report=report, row=found[0], hit=found[1])


PAGES = (explain, explain_own, ask_why, confirm)
