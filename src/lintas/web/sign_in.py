"""Through the door and out again: user name, password and the six digits; and how the pages look."""

from __future__ import annotations

import re

from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from lintas.errors import NotSignedIn, TooManyTries
from lintas.web.forms import Form, Sent
from lintas.web.look import COOKIE, Look
from lintas.web.security import DOOR, SESSION, Asked, cookie, gone
from lintas.web.visit import Here, Page

# A page of ours, never another site: one slash, then no second one and no backslash.
OUR_PAGE = re.compile(r"/(?![/\\])[\w\-./]*")


@get("/sign-in", sync_to_thread=False)
def ask_who(visit: Here, next: FromQuery[str] = "/") -> Page | Redirect:
    """The form to sign in."""
    if visit.visitor is not None:
        return visit.go("/")
    return visit.page("sign_in.html", form=Form(), next=next)


@post("/sign-in", sync_to_thread=True)
def sign_in(visit: Here, form: Sent) -> Page | Redirect:
    """Check name, password and code; all three are wrong together, so that nobody learns which."""
    after = form.text("next")
    form.require("username", visit.say("Isi nama pengguna Anda"))
    form.require("password", visit.say("Isi kata sandi Anda"))
    form.require("code", visit.say("Isi enam angka dari aplikasi autentikator Anda"))
    if not form.errors:
        try:
            token = visit.node.people.sign_in(form.text("username"), form.secret("password"), form.text("code"))
        except TooManyTries:
            raise  # its page says until when
        except NotSignedIn as error:
            form.refuse("username", visit.translator.error(error).sentence)
    if form.errors:
        return visit.page("sign_in.html", form=form, next=after, status=422)
    through = visit.go(after if OUR_PAGE.fullmatch(after) else "/")
    through.cookies += [cookie(SESSION, token, https=visit.https), gone(DOOR, https=visit.https)]
    return through


@post("/sign-out", sync_to_thread=True)
def sign_out(visit: Here, request: Asked) -> Redirect:
    """End the session, here and in the node."""
    token = request.cookies.get(SESSION)
    if token and visit.visitor:
        visit.node.people.sign_out(token)
    out = visit.go("/sign-in")
    out.cookies.append(gone(SESSION, https=visit.https))
    return out


@post("/look", sync_to_thread=False)
def choose_look(visit: Here, form: Sent) -> Redirect:
    """Light or dark, dense or roomy, with or without single-key commands."""
    back = form.text("back")
    chosen = visit.go(back if OUR_PAGE.fullmatch(back) else "/")
    look = Look.read(*str(visit.look).split("."), *form.all("look"))
    chosen.cookies.append(cookie(COOKIE, str(look), https=visit.https))
    return chosen


PAGES = (ask_who, sign_in, sign_out, choose_look)
