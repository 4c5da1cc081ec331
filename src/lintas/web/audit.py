"""The audit log as an auditor reads it: filtered, entry by entry with its proof, and verified at a button."""

from __future__ import annotations

from base64 import b64decode

from litestar import get, post
from litestar.params import FromPath, FromQuery

from lintas.audit import AuditKind
from lintas.errors import LogBroken, NotFound
from lintas.policy import OfficerAct
from lintas.trust.merkle import verify_inclusion
from lintas.web.forms import Form
from lintas.web.visit import Here, Page

ON_A_PAGE = 50


@get("/audit", sync_to_thread=True)
def read(
    visit: Here,
    kind: FromQuery[str] = "",
    check: FromQuery[str] = "",
    actor: FromQuery[str] = "",
    before: FromQuery[int | None] = None,
) -> Page:
    """Entries, newest first; reading them is an entry too."""
    form = Form({"kind": [kind], "check": [check], "actor": [actor]})
    entries = visit.node.read_log(
        visit.officer,
        kind=form.choice("kind", AuditKind),
        check=form.text("check") or None,
        actor=form.text("actor") or None,
        before=before,
        limit=ON_A_PAGE,
    )
    older = entries[-1].index if len(entries) == ON_A_PAGE and entries[-1].index > 0 else None
    return visit.page("audit.html", form=form, kinds=AuditKind, entries=entries, older=older)


@get("/audit/{index:int}", sync_to_thread=True)
def entry(visit: Here, index: FromPath[int]) -> Page:
    """One entry, with the proof that it stands in the log that the newest checkpoint has fixed, recomputed just now."""
    found = next(iter(visit.node.read_log(visit.officer, before=index + 1, limit=1)), None)
    if found is None or found.index != index:
        raise NotFound(entry=index)
    note = visit.node.audit.checkpoint()
    size, root = int(note.splitlines()[1]), note.splitlines()[2]
    path = visit.node.audit.inclusion(index, size)
    verify_inclusion(found.leaf, index, size, path, b64decode(root))
    return visit.page("audit_entry.html", entry=found, size=size, root=root, path=path, note=note)


@post("/audit/verify", status_code=200, sync_to_thread=True)
def verify(visit: Here) -> Page:
    """Recompute the whole log, and show the newest checkpoint with its witnesses' signatures."""
    visit.node.may(visit.officer, OfficerAct.VERIFY_AUDIT)
    try:
        verification, broken = visit.node.audit.verify(), None
    except LogBroken as error:
        verification, broken = None, error
    note = visit.node.audit.checkpoint() if broken is None else ""
    return visit.page("audit_verified.html", verification=verification, broken=broken, note=note)


PAGES = (read, entry, verify)
