"""Every page, in both languages, for every role: shown whole, or refused with the reason; never a blank."""

from __future__ import annotations

import re

import pytest
import pytest_asyncio

from lintas.i18n import LANGUAGES
from lintas.model import Role
from pages.street import World
from pages.walking import Walker

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALL = tuple(Role)
PUBLIC = ("/policies", "/partners", "/about")
PAGES = (
    "/",
    "/?kind=person",
    "/?kind=vessel",
    "/checks",
    "/checks/{check}",
    "/checks/{check}/outcomes",
    "/checks/{check}/hits/{hit}",
    "/checks/{check}/hits/{hit}/confirm",
    "/checks/{check}/own/{record}",
    "/checks/{check}/refusals/ph.latihan",
    "/records/{record}",
    "/records/{record}?check={check}",
    "/compare",
    "/compare?left={record}",
    "/confirmations",
    "/confirmations/outgoing/{outgoing}",
    "/approvals",
    "/batches",
    "/batches/example",
    "/batches/{batch}",
    "/audit",
    "/audit?kind=check.asked",
    "/audit/0",
    *PUBLIC,
    "/nowhere",
)
# Words of the one language that must not stand on a page of the other.
FOREIGN = {
    "id": re.compile(r"\b(the|and|with|your|you|agency|agencies|hit|match|answer|sign in|please)\b", re.IGNORECASE),
    "en": re.compile(
        r"\b(yang|dan|dengan|tidak|untuk|instansi|pemeriksaan|kemungkinan|jawaban|data kita)\b", re.IGNORECASE
    ),
}
# Names, law texts and what officers typed stand in the language they were written in.
AS_WRITTEN = re.compile(
    r"DATA LATIHAN|Pasal 12 Perjanjian Contoh|Bahasa Indonesia|English|Petugas [\w-]+|Unit Latihan|Kepolisian Contoh"
    r"|Polis Contoh|Kepolisian[\w ]*|Budi( bin)? Santoso|with the|Budi and Siti"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def things(world: World) -> dict[str, str]:
    """One check with everything in it, one confirmation, one file: asked by an officer who may do all."""
    asking = await world.entrance.officer(*ALL, username="semua")
    report = await asking.asks("Budi Santoso 31-01-1970")
    check = re.search(r"/checks/([\w-]+)/outcomes", report.html)
    hit = re.search(r"/hits/([\w-]+)/confirm", report.html)
    record = re.search(r"/own/([\w.-]+)", report.html)
    assert check
    assert hit
    assert record
    await asking.get(f"/checks/{check[1]}/hits/{hit[1]}/confirm")
    asked = await asking.post(f"/checks/{check[1]}/hits/{hit[1]}/confirm", reason="Ada di hadapan saya di Batam.")
    file = {"file": ("orang.csv", b"kind,name,birthDate\nperson,Siti Contoh,1980\n", "text/csv")}
    await asking.get("/batches")
    planned = await asking.post(
        "/batches",
        files=file,
        purpose="investigate",
        category="suspect",
        intent="identify",
        legal_basis="x1",
        case_reference="LP/118",
    )
    return {
        "check": check[1],
        "hit": hit[1],
        "record": record[1],
        "outgoing": asked.goes_to.rpartition("/")[2],
        "batch": planned.goes_to.rpartition("/")[2],
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
async def test_a_page_is_whole_in_its_language(page: str, language: str, world: World, things: dict[str, str]) -> None:
    walker = await world.entrance.officer(*ALL, username="semua", language=language)

    seen = await walker.get(page.format(**things))

    assert seen.status == (404 if page == "/nowhere" else 200)
    assert "{{" not in seen.html
    assert "%(" not in seen.html
    if "<html" in seen.html:
        assert f'<html lang="{language}"' in seen.html
        assert seen.text.count("DATA LATIHAN") >= 2, "above the page, and on what is printed of it"
        other = next(one for one in LANGUAGES if one != language)
        assert f"/{other}{page.format(**things).partition('?')[0]}" in seen.links
        assert re.findall(r"<title>\s*\S+.* · Lintas</title>", seen.html)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", [page for page in PAGES if page not in {"/audit/0", "/batches/example", "/policies"}])
async def test_no_sentence_of_a_page_is_in_the_other_language(
    page: str, language: str, world: World, things: dict[str, str]
) -> None:
    walker = await world.entrance.officer(*ALL, username="semua", language=language)

    seen = await walker.get(page.format(**things))

    told = AS_WRITTEN.sub("", seen.text)
    assert FOREIGN[language].findall(told) == []


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_role_gets_a_page_or_a_reason(
    role: Role, language: str, world: World, things: dict[str, str]
) -> None:
    walker = await world.entrance.officer(role, language=language)

    for page in PAGES:
        seen = await walker.get(page.format(**things))

        assert seen.status in {200, 403, 404}, page
        if seen.status == 403:
            assert "refused.by-policy" in seen.text
            assert len(seen.main) > 80, "a refusal explains itself"


async def test_nobody_sees_another_officer_s_check(world: World, things: dict[str, str]) -> None:
    other: Walker = await world.entrance.officer(Role.INVESTIGATOR, username="lain")

    for page in (page for page in PAGES if "{check}" in page and not page.startswith("/records")):
        assert (await other.get(page.format(**things))).status == 404
    assert (await other.get("/batches/{batch}".format(**things))).status == 404
    assert (await other.get("/confirmations/outgoing/{outgoing}".format(**things))).status == 404


@pytest.mark.parametrize("page", PUBLIC)
async def test_who_may_ask_what_is_public(page: str, world: World) -> None:
    nobody = await world.entrance.nobody()

    assert (await nobody.get(page)).status == 200


async def test_the_menu_shows_an_officer_only_where_they_may_go(world: World) -> None:
    auditor = await world.entrance.officer(Role.AUDITOR)
    investigator = await world.entrance.officer(Role.INVESTIGATOR)

    theirs, others = (await auditor.get("/audit")).links, (await investigator.get("/")).links

    assert "/id/audit" in theirs
    assert "/id/checks" not in theirs
    assert "/id/audit" not in others
    assert "/id/checks" in others


async def test_every_place_of_the_menu_opens(world: World) -> None:
    for role in Role:
        walker = await world.entrance.officer(role)
        home = await walker.get("/about")
        menu = home.html.partition('<nav class="menu"')[2].partition("</nav>")[0]
        for place in re.findall(r'href="/id([^"]*)"', menu):
            assert (await walker.get(place)).status == 200, (role, place)
