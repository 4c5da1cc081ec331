"""The check box, and the report whose rows arrive one by one."""

from __future__ import annotations

import asyncio

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from lintas.errors import LintasError, NotFound
from lintas.model import OutcomeState, SubjectKind
from lintas.web.asking import ABOUT_A_PERSON, Reader, filled
from lintas.web.forms import Form, Sent
from lintas.web.visit import Here, Page, Visit
from lintas.web.words import summary_of

RECENT = 8


@get("/", sync_to_thread=True)
def home(visit: Here, kind: FromQuery[str] = "", again: FromQuery[str] = "") -> Page:
    """The check box; with `again`, the reason of an earlier check is filled in."""
    known = visit.node.checks.report(again, visit.officer) if again else None
    form = filled(None, known.justification if known else None)
    if kind in set(SubjectKind):
        form.put("kind", kind)
    return _home(visit, form)


@post("/", status_code=200)
async def ask(visit: Here, form: Sent) -> Page | Redirect:
    """Ask, and go to the report; or say all that is missing, with everything typed still in place."""
    reader = Reader(form, visit.translator, visit.node.settings.country)
    if form.text("switch"):
        return await asyncio.to_thread(_switch, visit, form, reader)
    question = await asyncio.to_thread(reader.question)
    if question is None:
        return await asyncio.to_thread(_home, visit, form, 422)
    check_id = await visit.node.checks.start(question.subject, question.justification, visit.officer)
    if form.text("wait"):  # without JavaScript nothing would fetch the rows that arrive later
        await visit.node.checks.wait(check_id)
    return visit.go(f"/checks/{check_id}")


@post("/checks/recognised", status_code=200, sync_to_thread=True)
def recognised(visit: Here, form: Sent) -> Page:
    """A fragment: what the text in the box is taken for."""
    reader = Reader(form, visit.translator, visit.node.settings.country)
    subject = reader.subject() if form.text("q") else None
    return visit.page("_recognised.html", subject=subject, sentence=form.errors.get("q", ""))


@get("/checks", sync_to_thread=True)
def recent(visit: Here) -> Page:
    """The officer's own checks, newest first."""
    return visit.page("recent.html", checks=visit.node.checks.recent(visit.officer, 200))


@get("/checks/{check_id:str}", sync_to_thread=True)
def report(visit: Here, check_id: FromPath[str]) -> Page:
    """The report of a check: everyone who was asked, exactly once."""
    return _report(visit, check_id, "check.html")


@get("/checks/{check_id:str}/outcomes", sync_to_thread=True)
def outcomes(visit: Here, check_id: FromPath[str]) -> Page:
    """A fragment at its own address: the rows as they stand now."""
    return _report(visit, check_id, "_outcomes.html")


@get("/checks/{check_id:str}/refusals/{node_id:str}", sync_to_thread=True)
def refusal(visit: Here, check_id: FromPath[str], node_id: FromPath[str]) -> Page:
    """Why a node declined: its ground, its policies in words, what they rest on, and whom to call."""
    found = visit.node.checks.report(check_id, visit.officer)
    outcome = found.outcome(node_id)
    if outcome is None or outcome.state is not OutcomeState.DECLINED:
        raise NotFound(node=node_id)
    return visit.page("refusal.html", report=found, outcome=outcome, known=visit.policies(outcome.policies))


def _report(visit: Visit, check_id: str, template: str) -> Page:
    found = visit.node.checks.report(check_id, visit.officer)
    return visit.page(
        template, report=found, counts=summary_of(found), is_waiting=found.is_waiting(visit.now), now=visit.now
    )


def _home(visit: Visit, form: Form, status: int = 200) -> Page:
    return visit.page(
        "home.html",
        status=status,
        form=form,
        kind=form.choice("kind", SubjectKind),
        about_a_person=ABOUT_A_PERSON,
        recent=visit.node.checks.recent(visit.officer, RECENT),
        waiting=_waiting(visit),
    )


def _switch(visit: Visit, form: Form, reader: Reader) -> Page:
    """Another kind is chosen: what was typed moves to where it belongs, and nothing is complained about yet."""
    before = reader.subject()
    chosen = form.text("switch")
    form.errors.clear()
    form.put("kind", chosen if chosen in set(SubjectKind) else "")
    if before is not None:
        for name, values in before.properties.items():
            if not form.text(f"p-{name}"):
                form.put(f"p-{name}", "; ".join(values))
    return _home(visit, form)


def _waiting(visit: Visit) -> dict[str, int]:
    """How much waits for this officer: approvals, and confirmations partners ask for."""
    approvals = len(visit.node.people.pending(visit.officer))
    try:
        undecided = sum(1 for c in visit.node.requests.incoming(visit.officer) if c.decision is None)
    except LintasError:  # not this officer's task
        undecided = 0
    return {"approvals": approvals, "confirmations": undecided}


PAGES = (home, ask, recognised, recent, report, outcomes, refusal)
