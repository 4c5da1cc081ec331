"""Everybody can use every page: with a screen reader, by keyboard, on a phone, in the dark and on paper."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from browser.watching import CONTRAST, RULES, Officer, Opened
from lintas.i18n import LANGUAGES

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1366, "height": 768}}


def every_page(officer: Officer) -> list[str]:
    """One of each page, with something on it."""
    officer.asks()
    expect(officer.page.locator("#node-th\\.latihan")).to_have_class(re.compile("silent"))
    report = officer.page.url.partition(f"/{officer.language}")[2]
    links = officer.page.locator("main a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    own = [link.partition(f"/{officer.language}")[2] for link in links]
    hit = next(link for link in own if "/hits/" in link)
    inside = [
        hit,
        f"{hit.removesuffix('/confirm')}/confirm",
        *(one for one in own if re.search(r"/own/|/refusals/|\?check=", one)),
    ]
    places = ["/", "/?kind=person", "/checks", "/confirmations", "/approvals", "/batches", "/audit", "/audit/1"]
    return [
        report,
        *inside,
        *places,
        "/partners",
        "/policies",
        "/about",
        "/records/id.latihan-1",
        "/compare",
        "/nowhere",
    ]


@pytest.mark.parametrize(
    ("language", "scheme", "rules"), [("id", "light", RULES), ("en", "light", RULES), ("id", "dark", CONTRAST)]
)
def test_no_page_keeps_anybody_out(language: str, scheme: str, rules: tuple[str, ...], open_browser: Opened) -> None:
    officer = open_browser("ours", language, color_scheme=scheme, **DESK)
    pages = every_page(officer)

    faults = {}
    for page in pages:
        officer.go(page)
        if found := officer.faults(rules):
            faults[page] = found

    assert faults == {}
    assert len(pages) > 15


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_door_and_the_mistakes_keep_nobody_out(language: str, open_browser: Opened) -> None:
    officer = open_browser("ours", language)
    for path in ("/", "/batches"):
        officer.go(path)
        officer.page.click(".send button")
        expect(officer.page.locator("#problems")).to_be_visible()
        assert officer.faults() == []
    officer.page.keyboard.press("Escape")
    officer.page.locator("details.me summary").click()
    assert officer.faults() == []
    officer.context.clear_cookies()
    officer.go("/sign-in")
    assert officer.faults() == []
    officer.page.click("main button[type=submit]")
    assert officer.faults() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_runs_off_the_edge_of_a_phone(language: str, open_browser: Opened) -> None:
    officer = open_browser("ours", language, **PHONE)

    wide = {}
    for page in every_page(officer):
        officer.go(page)
        width = officer.page.evaluate("document.documentElement.scrollWidth")
        if width > 360:
            wide[page] = width
    officer.go("/checks")

    assert wide == {}
    assert officer.faults() == [], "what is only drawn on a phone still has its name"


def test_the_whole_question_fits_on_the_screen_of_a_desk(open_browser: Opened) -> None:
    officer = open_browser("ours", "id", **DESK)

    officer.go("/")

    send = officer.page.locator(".send button").bounding_box()
    assert send is not None
    assert send["y"] + send["height"] <= 768, "nobody scrolls to ask"


def test_a_check_is_made_without_a_mouse(open_browser: Opened) -> None:
    officer = open_browser("ours", "en")
    officer.asks()
    expect(officer.page.locator("#node-th\\.latihan")).to_have_class(re.compile("silent"))
    page, keyboard = officer.page, officer.page.keyboard
    page.locator("h1").click()

    keyboard.press("j")
    keyboard.press("ArrowDown")
    expect(page.locator("#node-my\\.latihan .hit.chosen")).to_have_count(1)
    keyboard.press("k")
    expect(page.locator("#node-id\\.latihan .hit.chosen")).to_have_count(1)
    keyboard.press("j")
    keyboard.press("Enter")
    page.wait_for_url("**/hits/*")
    keyboard.press("c")
    page.wait_for_url("**/confirm")
    page.locator("#reason").focus()
    keyboard.type("The person before me carries the same passport. /?jk")
    keyboard.press("Control+Enter")
    page.wait_for_url("**/confirmations/outgoing/*")
    page.locator("h1").click()
    keyboard.press("/")
    page.wait_for_url("**/en/")
    expect(page.locator("#q")).to_be_focused()


def test_the_keys_are_listed_and_can_be_turned_off(open_browser: Opened) -> None:
    officer = open_browser("ours", "en")
    officer.go("/checks")
    page = officer.page

    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    assert officer.faults() == []
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.locator("details.me summary").click()
    page.locator("button[value=off]").click()
    page.wait_for_load_state()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_hidden()


def test_the_look_follows_the_machine_until_one_chooses(open_browser: Opened) -> None:
    officer = open_browser("ours", "id", color_scheme="light")
    officer.go("/checks")
    background = "getComputedStyle(document.body).backgroundColor"
    light = officer.page.evaluate(background)

    officer.page.emulate_media(color_scheme="dark")
    by_machine = officer.page.evaluate(background)
    officer.page.locator("details.me summary").click()
    officer.page.locator("button[value=light]").click()
    officer.page.wait_for_load_state()

    assert by_machine != light
    assert officer.page.evaluate(background) == light


def test_on_paper_stand_the_answers_and_not_the_buttons(open_browser: Opened) -> None:
    officer = open_browser()
    officer.asks()
    expect(officer.page.locator("#node-th\\.latihan")).to_have_class(re.compile("silent"))

    officer.page.emulate_media(media="print")

    for gone in (".menu", ".hit-do", ".me", ".languages", ".actions"):
        expect(officer.page.locator(gone).first).to_be_hidden()
    expect(officer.page.locator(".foot .only-print")).to_contain_text("DATA LATIHAN")
    expect(officer.page.locator(".exercise-strip")).to_be_visible()
    expect(officer.page.locator("li.row")).to_have_count(5)
