"""A watched browser: an officer's Chromium in which nothing may complain and nothing may call elsewhere."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pyotp
import uvicorn
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from lintas.model import Role
from lintas.node import Node
from lintas.people import Account
from lintas.testing import Neighbourhood
from lintas.web import create_web
from lintas.web.security import SESSION
from pages.street import World, world_of
from pages.walking import PASSWORD, SECRET

T = TypeVar("T")
AXE = (Path(__file__).parent / "vendor/axe-4.14.1.min.js").read_text("utf-8")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
CONTRAST = ("color-contrast",)
# While a colour fades, its contrast is neither the old one nor the new one.
AT_REST = """Promise.all(document.getAnimations()
    .filter((each) => each.effect.getTiming().iterations !== Infinity).map((each) => each.finished))"""
# An empty answer to a form is told by its status, and Chromium writes every such status to the console.
EXPECTED = ("the server responded with a status of 4",)


class Site:
    """Two agencies' pages on this machine, served from one thread while the browser is driven from another."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._street = Neighbourhood(folder)
        self._servers: list[uvicorn.Server] = []
        self._serving: list[asyncio.Task[None]] = []
        self.world: World
        self.addresses: dict[str, str] = {}

    def open(self) -> None:
        """Start the nodes and their pages."""
        self._thread.start()
        self.world = self.do(world_of(self._street))
        for neighbour in (self.world.ours, self.world.owner):
            self.do(neighbour.node.start())
            self.addresses[neighbour.name] = self.do(self._serve(neighbour.node))

    def close(self) -> None:
        """Stop everything."""
        for server in self._servers:
            server.should_exit = True
        self.do(self._stopped())
        self.do(self._street.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something where the nodes run."""
        done: Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return done.result(timeout=60)

    async def _stopped(self) -> None:
        await asyncio.gather(*self._serving)

    async def _serve(self, node: Node) -> str:
        listening = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(create_web(node), log_config=None, access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        self._servers.append(server)
        self._serving.append(asyncio.ensure_future(server.serve(sockets=[listening])))
        return f"http://127.0.0.1:{listening.getsockname()[1]}"


@dataclass
class Officer:
    """A browser with its page, and everything that was noticed in it."""

    page: Page
    context: BrowserContext
    home: str
    language: str
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note what the console says and where requests go."""
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.context.on("request", self._see)

    def go(self, path: str) -> None:
        """Open one of our pages."""
        self.page.goto(f"{self.home}/{self.language}{path}")

    def signs_in(self, node: Node, username: str, *roles: Role) -> None:
        """Through the door, by hand: name, password and the six digits."""
        enrol(node, username, *roles)
        self.go("/sign-in")
        self.page.fill("#username", username)
        self.page.fill("#password", PASSWORD)
        self.page.fill("#code", pyotp.TOTP(SECRET).at(node.clock.now()))
        self.page.click("main button[type=submit]")
        self.page.wait_for_selector("[data-ask]")

    def is_let_in(self, node: Node, username: str, *roles: Role) -> None:
        """With a session that was opened elsewhere; each code is good for one sign-in only."""
        enrol(node, username, *roles)
        token = node.people.sign_in(username, PASSWORD, pyotp.TOTP(SECRET).at(node.clock.now()))
        cookie = {"name": SESSION, "value": token, "url": self.home, "httpOnly": True, "sameSite": "Strict"}
        self.context.add_cookies([cookie])

    def asks(self, text: str = "Budi Santoso 31-01-1970") -> None:
        """Fill in the reason and the box, and send."""
        self.go("/")
        self.page.select_option("#purpose", "investigate")
        self.page.select_option("#category", "suspect")
        self.page.fill("#case_reference", "LP/117/2026")
        self.page.fill("#legal_basis", "Pasal 12 Perjanjian Contoh")
        self.page.check("#intent")
        self.page.fill("#q", text)
        self.page.click(".send button")
        self.page.wait_for_selector("#outcomes")

    def faults(self, rules: Sequence[str] = RULES) -> list[str]:
        """What axe finds wrong with the page."""
        self.page.evaluate(AT_REST)
        found = self.page.evaluate(f"{AXE}; axe.run(document, {{runOnly: {list(rules)}}})")
        return [
            f"{v['id']}: {n['html'][:120]} {n['failureSummary'][:200]}" for v in found["violations"] for n in v["nodes"]
        ]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(text in message.text for text in EXPECTED):
            self.complaints.append(f"{message.type}: {message.text}")

    def _see(self, request: Request) -> None:
        if not request.url.startswith(self.home):
            self.elsewhere.append(request.url)


def enrol(node: Node, username: str, *roles: Role) -> None:
    """Give an officer an account with the secret we know."""
    node.people.enrol(
        Account(
            username=username,
            name=f"Petugas {username.title()}",
            roles=frozenset(roles or Role),
            unit="Unit Latihan",
            password=PASSWORD,
            totp_secret=SECRET,
        ),
        by="system",
    )


Opened = Callable[..., Officer]
