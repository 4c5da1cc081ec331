"""Checking a whole file: read, judged row by row, agreed to by a second person, then asked."""

from __future__ import annotations

import asyncio
import csv
import io

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from lintas.checks import BadRow, CheckReport, read_batch
from lintas.errors import LintasError
from lintas.model import SubjectKind
from lintas.model.kinds import primary_properties
from lintas.policy import OfficerAct
from lintas.web.asking import Reader
from lintas.web.forms import Form, Sent
from lintas.web.visit import Here, Page, Visit


@get("/batches", sync_to_thread=True)
def listed(visit: Here) -> Page:
    """The officer's files, and the form for a new one."""
    return _page(visit, Form(), [])


@get("/batches/example", sync_to_thread=False)
def example() -> Response[str]:
    """An empty file with every column there is."""
    columns = dict.fromkeys(prop for kind in SubjectKind for prop in primary_properties(kind))
    text = io.StringIO()
    csv.writer(text).writerows([["kind", *columns], [SubjectKind.PERSON, "Budi Contoh", "", "1970"]])
    headers = {"Content-Disposition": 'attachment; filename="lintas.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@post("/batches")
async def plan(visit: Here, form: Sent) -> Page | Redirect:
    """Read the file; rows that cannot be asked are shown with their reasons, and nothing is asked yet."""
    upload = form.file("file")
    content = await upload.read() if upload else b""
    return await asyncio.to_thread(_plan, visit, form, content)


@get("/batches/{batch_id:str}", sync_to_thread=True)
def shown(visit: Here, batch_id: FromPath[str]) -> Page:
    """One file: its rows, whether somebody agreed, and after the asking its reports."""
    batch, content = visit.node.batches.get(batch_id, visit.officer)
    return visit.page("batch.html", batch=batch, content=content, reports=[])


@post("/batches/{batch_id:str}", status_code=200)
async def ask(visit: Here, batch_id: FromPath[str]) -> Page:
    """Ask every row; possible only once a second person has agreed."""
    reports: list[CheckReport] = [report async for report in visit.node.batches.run(batch_id, visit.officer)]
    batch, content = await asyncio.to_thread(visit.node.batches.get, batch_id, visit.officer)
    return await asyncio.to_thread(visit.page, "batch.html", batch=batch, content=content, reports=reports)


def _plan(visit: Visit, form: Form, content: bytes) -> Page | Redirect:
    justification = Reader(form, visit.translator, visit.node.settings.country).justification()
    bad: list[BadRow] = []
    if not content:
        form.refuse("file", visit.say("Pilih berkas CSV"))
        return _page(visit, form, bad)
    try:
        subjects, bad = read_batch(content)
    except LintasError as error:
        form.refuse("file", visit.translator.error(error).sentence)
        return _page(visit, form, bad)
    if bad and not form.text("without_bad_rows"):
        form.refuse("file", visit.say("Sebagian baris tidak dapat ditanyakan; perbaiki, atau lanjutkan tanpanya"))
    if form.errors or justification is None:
        return _page(visit, form, bad)
    return visit.go(f"/batches/{visit.node.batches.plan(subjects, justification, visit.officer).id}")


def _page(visit: Visit, form: Form, bad: list[BadRow]) -> Page:
    visit.node.may(visit.officer, OfficerAct.BATCH)
    status = 422 if form.errors else 200
    return visit.page("batches.html", status=status, form=form, bad=bad, batches=visit.node.batches.of(visit.officer))


PAGES = (listed, example, plan, shown, ask)
