"""One officer's visit to one page: who it is, in which language, and how pages are made for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from litestar import MediaType, Response
from litestar.di import NamedDependency
from litestar.response import Redirect

from lintas.errors import NotFound, NotSignedIn
from lintas.i18n import LANGUAGES, Language, Translator, preferred_language
from lintas.node import Node
from lintas.people import Officer
from lintas.policy import OfficerAct, Policy
from lintas.web.look import Look
from lintas.web.rendering import Rooms
from lintas.web.security import DOOR, SESSION, Asked, cookie, door_of, form_token, officer_of

Page = Response[str]


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the menu; `act` is what one must be allowed to do to see it."""

    path: str
    label: str
    act: OfficerAct | None = None

    def is_open(self, path: str) -> bool:
        """Whether the page at `path` belongs to this place."""
        return path == self.path or (self.path != "/" and path.startswith(f"{self.path}/"))


PLACES = (
    Place("/", "Periksa", OfficerAct.CHECK),
    Place("/checks", "Pemeriksaan saya", OfficerAct.CHECK),
    Place("/confirmations", "Konfirmasi", OfficerAct.READ_REQUESTS),
    Place("/approvals", "Persetujuan"),
    Place("/batches", "Periksa berkas", OfficerAct.BATCH),
    Place("/audit", "Log audit", OfficerAct.READ_AUDIT),
    Place("/partners", "Instansi mitra"),
    Place("/policies", "Kebijakan"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a handler needs to know about whoever is looking."""

    node: Node
    rooms: Rooms
    language: Language
    path: str  # without the language
    form_token: str
    look: Look
    visitor: Officer | None
    newcomer: str | None  # the secret to hand to a browser that has none yet

    @property
    def officer(self) -> Officer:
        """Whoever is signed in.

        Raises:
            NotSignedIn: nobody is.
        """
        if self.visitor is None:
            raise NotSignedIn
        return self.visitor

    @property
    def https(self) -> bool:
        """Whether the door speaks HTTPS."""
        return bool(self.node.settings.web_certificate)

    @property
    def translator(self) -> Translator:
        """The language of this visit."""
        return self.rooms.translators[self.language]

    def say(self, sentence: str, **facts: object) -> str:
        """A sentence in the language of this visit."""
        translated = self.translator.gettext(sentence)
        return translated % facts if facts else translated

    def address(self, path: str) -> str:
        """The address of one of our pages, in the language of this visit."""
        return f"/{self.language}{path}"

    def in_language(self, language: Language) -> str:
        """The address of this very page in another language."""
        return f"/{language}{self.path}"

    def go(self, path: str) -> Redirect:
        """Send the browser to another page, which it then gets with GET."""
        return Redirect(self.address(path), status_code=303)

    @property
    def now(self) -> datetime:
        """The node's time."""
        return self.node.clock.now()

    @property
    def menu(self) -> list[Place]:
        """The places this officer may go to, in the order of the work."""
        return [place for place in PLACES if place.act is None or self.may(place.act)]

    def may(self, act: OfficerAct, about: str = "") -> bool:
        """Whether this officer may do something."""
        return self.visitor is not None and self.node.policies.may(self.visitor.roles, act, about=about).allowed

    def partner(self, node: str) -> str:
        """The name of a partner agency; of one that has left the directory, its node's name."""
        member = self.node.directory.current().members.get(node)
        return self.translator.of(member.name) if member else node

    def colleague(self, officer_id: str) -> str:
        """The name of an officer of this node."""
        try:
            return self.node.people.officer(officer_id).name
        except NotFound:
            return officer_id

    def who(self, actor: str) -> str:
        """Who did what an audit entry tells of: an officer of ours, a partner, or the node itself."""
        kind, _, name = actor.partition(":")
        match kind:
            case "officer":
                return self.colleague(name)
            case "node":
                return self.partner(name)
            case _:
                return self.say("simpul ini sendiri")

    def policies(self, ids: Iterable[str]) -> list[Policy]:
        """The named policies, as far as our own set knows them; a partner may have others."""
        known = []
        for policy_id in ids:
            try:
                known.append(self.node.policies.describe(policy_id))
            except NotFound:
                continue
        return known

    def page(self, template: str, /, *, status: int = 200, **context: object) -> Page:
        """A page made from a template."""
        html = self.rooms.render(self.language, template, {"visit": self, "node": self.node, **context})
        page = Response(html, status_code=status, media_type=MediaType.HTML)
        if self.newcomer:
            page.cookies.append(cookie(DOOR, self.newcomer, https=self.https))
        return page


Here = NamedDependency[Visit]
"""The visit, as a handler asks for it."""


async def visit_of(request: Asked) -> Visit:
    """The visit a request makes."""
    await officer_of(request)
    return visit_for(request)


def visit_for(request: Asked) -> Visit:
    """The visit a request makes, as far as it has been found out who it is."""
    node: Node = request.app.state.node
    first, _, rest = request.url.path.removeprefix("/").partition("/")
    has_door = SESSION in request.cookies or DOOR in request.cookies
    door = door_of(request)
    return Visit(
        node=node,
        rooms=request.app.state.rooms,
        language=language_of(request),
        path=f"/{rest}" if first in LANGUAGES else "/",
        form_token=form_token(request),
        look=Look.of(request),
        visitor=request.state.get("officer"),
        newcomer=None if has_door else door,
    )


def language_of(request: Asked) -> Language:
    """The language of the address; outside the pages what the browser prefers, else what the node's operator set."""
    first = request.url.path.removeprefix("/").partition("/")[0]
    usual = request.app.state.node.settings.language
    named = next((language for language in LANGUAGES if language == first), None)
    return named or preferred_language(request.headers.get("accept-language", ""), usual)
