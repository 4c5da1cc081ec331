"""Four eyes: what colleagues want to do and may not do alone."""

from __future__ import annotations

from litestar import get, post
from litestar.response import Redirect

from lintas.web.forms import Form
from lintas.web.visit import Page, Visit


@get("/approvals", sync_to_thread=True)
def waiting(visit: Visit) -> Page:
    """What waits for this officer as the second person."""
    return visit.page("approvals.html", approvals=visit.node.people.pending(visit.officer))


@post("/approvals/{approval_id:str}", sync_to_thread=True)
def decide(visit: Visit, form: Form, approval_id: str) -> Page | Redirect:
    """Agree, or refuse; a note goes into the log with it."""
    agree = form.text("verdict") == "agree"
    visit.node.decide_approval(approval_id, visit.officer, agree=agree, note=form.text("note"))
    return visit.go("/approvals")


PAGES = (waiting, decide)
