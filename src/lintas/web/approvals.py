"""Four eyes: what colleagues want to do and may not do alone."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect

from lintas.web.forms import Sent
from lintas.web.visit import Here, Page


@get("/approvals", sync_to_thread=True)
def waiting(visit: Here) -> Page:
    """What waits for this officer as the second person."""
    return visit.page("approvals.html", approvals=visit.node.people.pending(visit.officer))


@post("/approvals/{approval_id:str}", sync_to_thread=True)
def decide(visit: Here, form: Sent, approval_id: FromPath[str]) -> Page | Redirect:
    """Agree, or refuse; a note goes into the log with it."""
    agree = form.text("verdict") == "agree"
    visit.node.decide_approval(approval_id, visit.officer, agree=agree, note=form.text("note"))
    return visit.go("/approvals")


PAGES = (waiting, decide)
