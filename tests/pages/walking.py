"""Walking through the pages without a screen: one officer's browser at one node, and what it sees."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Self
from urllib.parse import urljoin

import pyotp
from httpx import ASGITransport, AsyncClient, Response

from lintas.model import Role
from lintas.node import Node
from lintas.people import Account, Officer
from lintas.web import create_web
from lintas.web.security import SESSION

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "latihan setiap hari"
SITE = "http://testserver.local"
REASON = {
    "purpose": "investigate",
    "legal_basis": "Pasal 12 Perjanjian Contoh",
    "case_reference": "LP/117/2026",
    "category": "suspect",
    "intent": "identify",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as it came."""

    response: Response

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def html(self) -> str:
        return self.response.text

    @property
    def text(self) -> str:
        """What a person reads: no tags, no markup characters, blanks in one."""
        without = re.sub(r"<(script|style|datalist)\b.*?</\1>|<[^>]*>", " ", self.html, flags=re.DOTALL)
        return re.sub(r" (?=[,.;:?!)])", "", " ".join(unescape(without).split()))

    @property
    def main(self) -> str:
        """The text between the frame's parts."""
        inside = self.html.partition("<main")[2].partition(">")[2].partition("</main>")[0]
        return Seen(Response(200, text=inside)).text

    @property
    def links(self) -> list[str]:
        return [unescape(link) for link in re.findall(r'href="([^"]*)"', self.html)]

    @property
    def goes_to(self) -> str:
        """Where a redirect leads."""
        return self.response.headers.get("location", "")

    @property
    def token(self) -> str:
        found = re.search(r'name="form_token" value="([0-9a-f]{64})"', self.html)
        return found[1] if found else ""

    def value(self, name: str) -> str:
        """What stands in a field of the page's form."""
        typed = re.search(rf'name="{re.escape(name)}"[^>]*?\bvalue="([^"]*)"', self.html)
        area = re.search(rf'<textarea[^>]*name="{re.escape(name)}"[^>]*>([^<]*)</textarea>', self.html, re.DOTALL)
        return unescape((area or typed or ["", ""])[1])

    def problems(self) -> dict[str, str]:
        """What the page says has to be corrected, by field."""
        found = re.findall(r'<p class="ds-validation-message" id="([^"]*)-error">(.*?)</p>', self.html, re.DOTALL)
        return {name: unescape(sentence) for name, sentence in found}


@dataclass(slots=True)
class Walker:
    """A browser that belongs to one officer, or to nobody."""

    client: AsyncClient
    node: Node
    officer: Officer | None = None
    language: str = "id"
    token: str = field(default="", repr=False)

    async def get(self, path: str, **headers: str) -> Seen:
        """Open a page; a path without a language is one in the walker's language."""
        seen = Seen(await self.client.get(self._address(path), headers=headers, follow_redirects=False))
        self.token = seen.token or self.token
        return seen

    async def post(self, path: str, /, files: Any = None, **fields: Any) -> Seen:
        """Send a form of our own pages."""
        data = {"form_token": self.token, **fields}
        return Seen(await self.client.post(self._address(path), data=data, files=files, follow_redirects=False))

    async def follow(self, seen: Seen) -> Seen:
        """Go where a redirect leads."""
        assert seen.status == 303, seen.text
        return await self.get(urljoin(SITE, seen.goes_to).removeprefix(SITE))

    async def asks(self, text: str, **fields: Any) -> Seen:
        """Ask everybody, wait until the deadline as a browser without JavaScript does, and see the report."""
        await self.get("/")
        return await self.follow(await self.post("/", q=text, wait="yes", **{**REASON, **fields}))

    def _address(self, path: str) -> str:
        return path if re.match(r"/(id|en|static)(/|$)", path) or path == "//" else f"/{self.language}{path}"


class Entrance:
    """Lets officers in at a node."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.app = create_web(node)
        self._clients: list[AsyncClient] = []
        self._known: dict[str, tuple[Officer, str]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._clients:
            await client.aclose()

    async def nobody(self, language: str = "id") -> Walker:
        """A browser in which nobody is signed in."""
        # The lifespan is the node's own, as in `lintas node run`; an error of the program must become a page.
        client = AsyncClient(transport=ASGITransport(self.app, raise_app_exceptions=False), base_url=SITE)
        self._clients.append(client)
        return Walker(client, self.node, language=language)

    async def officer(self, *roles: Role, language: str = "id", username: str = "") -> Walker:
        """A browser in which an officer with these roles is signed in."""
        name = username or "-".join(roles).replace("_", "")
        if name not in self._known:
            enrolled = self.node.people.enrol(
                Account(
                    username=name,
                    name=f"Petugas {name.title()}",
                    roles=frozenset(roles),
                    unit="Unit Latihan",
                    password=PASSWORD,
                    totp_secret=SECRET,
                ),
                by="system",
            )
            session = self.node.people.sign_in(name, PASSWORD, pyotp.TOTP(SECRET).at(self.node.clock.now()))
            self._known[name] = (enrolled.officer, session)
        walker = await self.nobody(language)
        walker.officer, session = self._known[name]
        walker.client.cookies.set(SESSION, session)
        return walker
