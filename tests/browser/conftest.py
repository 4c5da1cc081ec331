"""Debian's Chromium, driven by Playwright against two agencies' pages on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, sync_playwright

from browser.watching import Officer, Opened, Site
from lintas.model import Role

NAMES = ("chromium", "chromium-browser", "google-chrome")
# As root there is no sandbox; and nothing but our own pages is looked for on the network.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_numbers = count(1)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for a file of tests; skips with the reason where there is none.

    Not for the whole run: while Playwright is open its event loop counts as running, and no other test could start one.
    """
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two agencies' pages."""
    served = Site(tmp_path_factory.mktemp("site"))
    served.open()
    yield served
    served.close()


@pytest.fixture
def open_browser(chromium: Browser, site: Site) -> Iterator[Opened]:
    """Opens a watched browser at ours or at the owner's; at the end nothing may have complained or called elsewhere."""
    opened: list[Officer] = []

    def at(where: str = "ours", language: str = "id", *, signed_in: bool = True, **options: object) -> Officer:
        neighbour = site.world.ours if where == "ours" else site.world.owner
        context = chromium.new_context(locale={"id": "id-ID", "en": "en-GB"}[language], **options)
        context.set_default_timeout(10_000)
        officer = Officer(context.new_page(), context, site.addresses[neighbour.name], language)
        officer.watch()
        if signed_in:
            officer.is_let_in(neighbour.node, f"petugas{next(_numbers)}", *Role)
        opened.append(officer)
        return officer

    yield at
    for officer in opened:
        officer.context.close()
        assert officer.complaints == []
        assert officer.elsewhere == []
