"""Two of our own records side by side: every value of both, and every reason for and against their being one."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import get, post
from litestar.params import FromQuery

from lintas.model import Record
from lintas.web.forms import Form, Sent
from lintas.web.records import LEAST
from lintas.web.visit import Here, Page, Visit

FIELDS = ("left", "right")


@dataclass(frozen=True, slots=True)
class Line:
    """One property of both."""

    prop: str
    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether a value stands on both sides, letter by letter."""
        return not set(self.left).isdisjoint(self.right)


def lines_of(left: Record, right: Record) -> list[Line]:
    """What stands in either, what both have first."""
    ours, theirs = left.properties, right.properties
    lines = [Line(prop, ours.get(prop, ()), theirs.get(prop, ())) for prop in {**ours, **theirs}]
    return sorted(lines, key=lambda line: not (line.left and line.right))


@get("/compare", sync_to_thread=False)
def ask(visit: Here, left: FromQuery[str] = "", right: FromQuery[str] = "") -> Page:
    """Which two records, and why: opening them is entered in the log."""
    return visit.page("compare.html", form=Form({"left": [left], "right": [right]}), told=None, lines=[])


@post("/compare", status_code=200, sync_to_thread=True)
def compare(visit: Here, form: Sent) -> Page:
    """Both records, and the sum of all reasons."""
    _look_at(visit, form)
    if form.errors:
        return visit.page("compare.html", status=422, form=form, told=None, lines=[])
    told = visit.node.put_side_by_side(form.text("left"), form.text("right"), visit.officer, form.text("reason"))
    return visit.page("compare.html", form=form, told=told, lines=lines_of(told.left, told.right))


def _look_at(visit: Visit, form: Form) -> None:
    for field in FIELDS:
        if not form.text(field):
            form.refuse(field, visit.say("Tulis nomor data"))
    if form.text("left") and form.text("left") == form.text("right"):
        form.refuse("right", visit.say("Sebutkan dua data yang berbeda"))
    if len(form.text("reason")) < LEAST:
        form.refuse("reason", visit.say("Tulis mengapa Anda membuka data ini"))


PAGES = (ask, compare)
