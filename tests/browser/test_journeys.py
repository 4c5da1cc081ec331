"""What officers do all day, in both languages, with and without JavaScript: from the door to the core data."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from browser.watching import Officer, Opened, Site
from lintas.i18n import LANGUAGES
from lintas.model import Role

pytestmark = pytest.mark.browser

WORDS = {
    "id": {
        "match": "Kemungkinan cocok",
        "silent": "Tidak menjawab",
        "unconfirmed": "BELUM DIKONFIRMASI.",
        "waiting": "Menunggu keputusan",
        "core": "Data inti",
    },
    "en": {
        "match": "Possible match",
        "silent": "No answer",
        "unconfirmed": "NOT CONFIRMED.",
        "waiting": "Waiting for a decision",
        "core": "Core data",
    },
}


def confirm(asking: Officer, words: dict[str, str]) -> None:
    """From the report over the explanation to the request."""
    asking.page.locator("#node-my\\.latihan .hit-do a.ds-link").click()
    expect(asking.page.locator("main")).to_contain_text(words["unconfirmed"])
    asking.page.locator("[data-confirm]").click()
    asking.page.fill("#reason", "Wajah dan paspor cocok; orangnya di hadapan saya.")
    asking.page.locator(".send button").click()
    expect(asking.page.locator("main")).to_contain_text(words["unconfirmed"])


def decide(deciding: Officer, asking: Officer) -> None:
    """At the owner's: look at the record, choose fields one by one, send."""
    reference = asking.page.url.rpartition("/")[2]
    for _ in range(40):
        deciding.go(f"/confirmations/incoming/{reference}")
        if deciding.page.locator("#verdict").count():
            break
        deciding.page.wait_for_timeout(250)
    expect(deciding.page.locator("main")).to_contain_text("Budi bin Santoso")
    deciding.page.check("#verdict")
    deciding.page.check("#field-birth_date")
    deciding.page.locator("form.decide .send button").click()
    expect(deciding.page.locator("main form.decide")).to_have_count(0)


def core_data_arrive(asking: Officer, words: dict[str, str]) -> None:
    """The page of the request shows what a person decided to give, and only that."""
    for _ in range(40):
        asking.page.reload()
        if words["core"] in asking.page.locator("main").inner_text():
            break
        asking.page.wait_for_timeout(250)
    main = asking.page.locator("main")
    expect(main).to_contain_text(words["core"])
    expect(main).to_contain_text("1970-01-31")
    expect(main).not_to_contain_text("X7654321")
    expect(main).not_to_contain_text(words["unconfirmed"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scripted", [True, False], ids=["with-script", "without-script"])
def test_from_the_door_to_the_core_data(language: str, *, scripted: bool, open_browser: Opened, site: Site) -> None:
    words = WORDS[language]
    options = {"java_script_enabled": scripted}
    asking = open_browser("ours", language, signed_in=False, **options)
    deciding = open_browser("owner", language, signed_in=False, **options)

    asking.signs_in(site.world.ours.node, f"sari{language}{scripted}", Role.INVESTIGATOR, Role.LIAISON)
    asking.asks()
    rows = asking.page.locator("li.row")
    expect(rows).to_have_count(5)
    expect(asking.page.locator("#node-th\\.latihan")).to_contain_text(words["silent"])
    expect(rows.first).to_contain_text(words["match"])
    confirm(asking, words)
    deciding.signs_in(site.world.owner.node, f"rahman{language}{scripted}", Role.LIAISON, Role.INVESTIGATOR)
    decide(deciding, asking)
    core_data_arrive(asking, words)


def test_the_rows_arrive_by_themselves_while_one_looks(open_browser: Opened) -> None:
    asking = open_browser()

    asking.asks()
    silent = asking.page.locator("#node-th\\.latihan")
    expect(silent).to_have_class(re.compile("asking"))
    asking.page.locator("#node-my\\.latihan .hit-do a.ds-link").focus()

    expect(silent).to_have_class(re.compile("silent"))
    focused = asking.page.evaluate("document.activeElement.closest('li.row')?.id")
    assert focused == "node-my.latihan", "what arrives does not take the focus away"
    assert asking.page.locator("#outcomes").get_attribute("hx-trigger") == "every 5s", "and is asked for less often"


def test_a_late_answer_appears_without_a_key_being_pressed(open_browser: Opened, site: Site) -> None:
    asking = open_browser()
    site.world.ours.street.loopback.delay("sg.latihan", 1.5)
    try:
        asking.asks()
        late = asking.page.locator("#node-sg\\.latihan")
        expect(late).to_have_class(re.compile("silent"))

        expect(late).to_have_class(re.compile(r"\bnone\b"), timeout=15_000)
        expect(late).to_contain_text("datang terlambat")
    finally:
        site.world.ours.street.loopback.delay("sg.latihan", 0)


def test_everything_typed_is_still_there_after_a_mistake(open_browser: Opened) -> None:
    asking = open_browser()
    asking.go("/")
    asking.page.fill("#q", "490154203237519")
    asking.page.click("button[value=device]")

    asking.page.fill("#p-imei", "490154203237519")
    asking.page.click(".send button")

    problems = asking.page.locator("#problems")
    expect(problems).to_be_focused()
    expect(problems.locator("li")).to_have_count(5)
    problems.locator("a").first.click()
    assert asking.page.evaluate("document.activeElement.id || location.hash.slice(1)") == "purpose"
    assert asking.page.input_value("#p-imei") == "490154203237519"


def test_the_box_says_while_one_types_what_it_recognises(open_browser: Opened) -> None:
    asking = open_browser("ours", "en")
    asking.go("/")

    asking.page.locator("#q").press_sequentially("B 1234 XYZ")

    expect(asking.page.locator("#recognised")).to_contain_text("Recognised as: Vehicle.")


def test_nothing_is_kept_in_the_browser(open_browser: Opened) -> None:
    asking = open_browser()

    asking.asks()
    asking.page.wait_for_timeout(1200)

    kept = "[localStorage.length, sessionStorage.length, document.cookie]"
    assert asking.page.evaluate(kept) == [0, 0, ""], "no storage, and no cookie that a script could read"


def test_a_session_that_ended_leads_to_the_door(open_browser: Opened) -> None:
    asking = open_browser()
    asking.asks()

    asking.context.clear_cookies()

    asking.page.wait_for_url("**/sign-in", timeout=15_000)


def test_the_watch_would_have_noticed(open_browser: Opened) -> None:
    """The control: an inline script and a call elsewhere are stopped by the policy, and heard."""
    asking = open_browser()
    asking.go("/about")

    foreign = '<img src="https://elsewhere.example/x.png"><b onclick="x()">x</b>'
    asking.page.evaluate(f"document.body.insertAdjacentHTML('beforeend', '{foreign}')")
    asking.page.wait_for_timeout(300)

    assert any("Content Security Policy" in complaint for complaint in asking.complaints)
    asking.complaints.clear()
    asking.elsewhere.clear()
