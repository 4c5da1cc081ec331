"""Confirmations under way: what we asked of partners, what they ask of us, and the decision of a person."""

from __future__ import annotations

from collections.abc import Callable

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect

from lintas.errors import NotFound, RefusedByPolicy
from lintas.model import PauseGround, Record, RefusalGround
from lintas.policy import OfficerAct, held
from lintas.requests import Confirmation, Verdict
from lintas.web.forms import Form, Sent
from lintas.web.visit import Here, Page, Visit

WRITTEN = ("acquired", "offence", "case_number", "authority")  # filled in although the record may not state them


@get("/confirmations", sync_to_thread=True)
def listed(visit: Here) -> Page:
    """Both directions, what is due next first."""
    visit.node.may(visit.officer, OfficerAct.READ_REQUESTS)
    return visit.page(
        "confirmations.html",
        incoming=_unless_refused(lambda: visit.node.requests.incoming(visit.officer)),
        outgoing=_unless_refused(lambda: visit.node.requests.outgoing(visit.officer)),
    )


@get("/confirmations/outgoing/{confirmation_id:str}", sync_to_thread=True)
def asked(visit: Here, confirmation_id: FromPath[str]) -> Page:
    """What we asked, and the core data or the refusal that came back."""
    found = visit.node.requests.get(confirmation_id, visit.officer, ours=True)
    return visit.page("asked.html", confirmation=found)


@get("/confirmations/incoming/{confirmation_id:str}", sync_to_thread=True)
def to_decide(visit: Here, confirmation_id: FromPath[str]) -> Page:
    """What a partner asks, beside our own record, and the form to decide."""
    return _decide(visit, Form(), confirmation_id)


@post("/confirmations/incoming/{confirmation_id:str}", sync_to_thread=True)
def decide(visit: Here, form: Sent, confirmation_id: FromPath[str]) -> Page | Redirect:
    """Give the chosen fields, or refuse with a coded ground."""
    gives = form.text("verdict") == "give"
    ground = form.choice("ground", RefusalGround)
    if form.text("verdict") not in {"give", "refuse"}:
        form.refuse("verdict", visit.say("Pilih: berikan atau tolak"))
    elif gives and not form.all("fields"):
        form.refuse("fields", visit.say("Pilih sedikitnya satu keterangan yang diberikan, atau tolak"))
    elif not gives and ground is None:
        form.refuse("ground", visit.say("Pilih dasar penolakan"))
    if form.errors:
        return _decide(visit, form, confirmation_id)
    verdict = Verdict(
        fields=form.all("fields") if gives else (),
        ground=None if gives else ground,
        explanation=form.text("explanation"),
        offence=form.text("offence"),
        case_number=form.text("case_number"),
    )
    visit.node.requests.decide(confirmation_id, visit.officer, verdict)
    return visit.go(f"/confirmations/incoming/{confirmation_id}")


@post("/confirmations/incoming/{confirmation_id:str}/clock", sync_to_thread=True)
def clock(visit: Here, form: Sent, confirmation_id: FromPath[str]) -> Page | Redirect:
    """Stop the clock for a judge's permission, or let it run again once the permission is there."""
    ground = form.choice("awaited", PauseGround)
    if ground is not None:
        visit.node.requests.pause(confirmation_id, visit.officer, ground, form.text("sentence"))
    elif not form.text("permission"):
        form.refuse("permission", visit.say("Sebutkan izinnya: siapa yang memberi, nomor, dan tanggal"))
        return _decide(visit, form, confirmation_id)
    else:
        visit.node.requests.resume(confirmation_id, visit.officer, form.text("permission"))
    return visit.go(f"/confirmations/incoming/{confirmation_id}")


def _decide(visit: Visit, form: Form, confirmation_id: str) -> Page:
    found = visit.node.requests.get(confirmation_id, visit.officer, ours=False)
    record = _record(visit, found) if found.decision is None else None
    return visit.page(
        "decide.html",
        status=422 if form.errors else 200,
        form=form,
        confirmation=found,
        record=record,
        fields_held=_held(record) if record else {},
    )


def _record(visit: Visit, found: Confirmation) -> Record | None:
    """Our record behind the hit; reading it is entered in the log. None if it is gone, or not for this officer."""
    try:
        reason = f"confirmation {found.id}, {found.request.justification.case_reference}"
        return visit.node.read_record(found.record_id or "", visit.officer, reason)[0]
    except NotFound:
        return None


def _held(record: Record) -> dict[str, list[tuple[str, str]]]:
    """Which of the eleven fields the record could fill, and with which property's values."""
    found = {field: [(s.prop, s.value) for s in statements] for field, statements in held(record).items()}
    return {field: values for field, values in found.items() if values or field in WRITTEN}


def _unless_refused(read: Callable[[], list[Confirmation]]) -> list[Confirmation] | None:
    try:
        return read()
    except RefusedByPolicy:
        return None


PAGES = (listed, asked, to_decide, decide, clock)
