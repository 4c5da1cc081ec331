"""Who is not signed in gets nothing; what other sites can make a browser send is refused; what leaves is protected."""

from __future__ import annotations

import re

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.routes import HTTPRoute

from lintas.audit import AuditKind
from lintas.model import Role
from lintas.people import Account
from lintas.testing import Neighbourhood
from lintas.web import create_web
from lintas.web.security import DOOR, SESSION
from lintas.web.sign_in import OUR_PAGE
from pages.street import World
from pages.walking import PASSWORD, SECRET, Entrance

pytestmark = pytest.mark.asyncio(loop_scope="module")

PUBLIC = {
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/sign-out"),
    ("POST", "/look"),
    ("GET", "/policies"),
    ("GET", "/partners"),
    ("GET", "/about"),
}
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def addresses(app: Litestar) -> set[tuple[str, str]]:
    """Every method and address of the officers' pages, as a browser would call them."""
    found = set()
    for route in app.routes:
        if isinstance(route, HTTPRoute) and re.match(r"/(id|en)(/|$)", route.path):
            path = re.sub(r"\{\w+:int\}", "0", re.sub(r"\{\w+:str\}", "something", route.path))
            found |= {(method, path) for method in route.methods if method not in {"OPTIONS", "HEAD"}}
    return found


async def test_every_address_refuses_without_a_session(world: World) -> None:
    nobody = await world.entrance.nobody()
    await nobody.get("/sign-in")
    called = addresses(create_web(world.ours.node))

    for method, path in sorted(called):
        if (method, path[3:] or "/") in PUBLIC:
            continue
        seen = await (nobody.get(path) if method == "GET" else nobody.post(path))

        assert seen.status in {303, 401}, (method, path)
        assert seen.goes_to.startswith(f"/{path[1:3]}/sign-in") or seen.status == 401
        assert "Santoso" not in seen.html
    assert len(called) > 60, "the list of addresses is not empty by mistake"


async def test_a_fragment_sends_an_expired_session_to_the_door_and_not_into_the_page(world: World) -> None:
    nobody = await world.entrance.nobody()

    seen = await nobody.get("/checks/something/outcomes", **{"hx-request": "true"})

    assert seen.status == 401
    assert seen.response.headers["hx-redirect"] == "/id/sign-in"
    assert seen.html == ""


async def test_after_signing_in_one_is_where_one_wanted_to_be(world: World) -> None:
    nobody = await world.entrance.nobody("en")
    _enrol(world, "tujuan")

    door = await nobody.follow(await nobody.get("/checks"))
    through = await nobody.post("/sign-in", next=door.value("next"), **_credentials(world, "tujuan"))

    assert through.goes_to == "/en/checks"
    assert (await nobody.follow(through)).status == 200


@given(
    st.one_of(st.text(), st.sampled_from(["//evil.example", "/\\evil.example", "https://evil.example", "/../x", "///"]))
)
async def test_nobody_is_sent_to_another_site(after: str) -> None:
    if OUR_PAGE.fullmatch(after):
        assert after.startswith("/")
        assert not after.startswith(("//", "/\\"))
        assert "://" not in after


async def test_name_password_and_code_are_wrong_together(world: World) -> None:
    _enrol(world, "salah")
    right = _credentials(world, "salah")
    told = set()

    for wrong in ({"username": "tidakada"}, {"password": "bukan ini sama sekali"}, {"code": "000000"}):
        nobody = await world.entrance.nobody()
        await nobody.get("/sign-in")
        seen = await nobody.post("/sign-in", next="/", **{**right, **wrong})
        assert seen.status == 422
        assert seen.value("password") == "", "a password is never sent back"
        told.add(str(seen.problems()))

    assert len(told) == 1


async def test_an_empty_sign_in_names_every_empty_field(world: World) -> None:
    nobody = await world.entrance.nobody("en")
    await nobody.get("/sign-in")

    seen = await nobody.post("/sign-in", next="/")

    assert set(seen.problems()) == {"username", "password", "code"}
    assert "There are 3 things to correct" in seen.text
    assert "<title>To correct: Sign in" in seen.html


async def test_guessing_is_slowed_down_and_says_until_when(world: World) -> None:
    _enrol(world, "ditebak")
    nobody = await world.entrance.nobody()
    await nobody.get("/sign-in")
    for _ in range(5):
        await nobody.post("/sign-in", next="/", username="ditebak", password="menebak saja dulu", code="123456")

    seen = await nobody.post("/sign-in", next="/", username="ditebak", password="menebak saja dulu", code="123456")

    assert seen.status == 429
    assert "refused.too-many-tries" in seen.text
    assert "Sampai" in seen.text


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(world: World) -> None:
    _enrol(world, "kue")
    nobody = await world.entrance.nobody()
    door = await nobody.get("/sign-in")

    through = await nobody.post("/sign-in", next="/", **_credentials(world, "kue"))

    for response in (door.response, through.response):
        for cookie in response.headers.get_list("set-cookie"):
            assert "HttpOnly" in cookie
            assert "SameSite=strict" in cookie
            assert "Path=/" in cookie
    named = [cookie.partition("=")[0] for cookie in through.response.headers.get_list("set-cookie")]
    assert named == [SESSION, DOOR]


async def test_over_https_the_cookies_are_for_https_only(tmp_path, world: World) -> None:

    async with Neighbourhood(tmp_path) as here:
        (secured,) = await here.nodes("id", web_certificate="tls/cert.pem", web_key="tls/key.pem")

        async with Entrance(secured.node) as entrance:
            door = await (await entrance.nobody()).get("/sign-in")

    assert "Secure" in door.response.headers["set-cookie"]
    assert door.response.headers["strict-transport-security"] == "max-age=31536000"


async def test_signing_out_ends_the_session_in_the_node_too(world: World) -> None:
    _enrol(world, "pulang")
    nobody = await world.entrance.nobody()
    await nobody.get("/sign-in")
    await nobody.follow(await nobody.post("/sign-in", next="/checks", **_credentials(world, "pulang")))
    kept = nobody.client.cookies.get(SESSION)

    out = await nobody.post("/sign-out")

    assert out.goes_to == "/id/sign-in"
    nobody.client.cookies.set(SESSION, kept or "")
    assert (await nobody.get("/checks")).status == 303, "a copied cookie opens nothing any more"
    kinds = [entry.kind for entry in world.ours.node.audit.entries(limit=5)]
    assert AuditKind.SIGNED_OUT in kinds


@pytest.mark.parametrize(
    "path", ["/", "/id/sign-in", "/id/about", "/id/nowhere", "/static/lintas.css", "/static/nowhere", "/xx/"]
)
async def test_whatever_leaves_is_protected(path: str, world: World) -> None:
    nobody = await world.entrance.nobody()

    response = (
        (await nobody.get("/" if path == "/" else path)).response
        if path != "/"
        else await nobody.client.get("/", follow_redirects=False)
    )

    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS


async def test_a_page_leaves_no_copy_on_the_workstation_and_a_style_may(world: World) -> None:
    walker = await world.entrance.officer(Role.INVESTIGATOR)

    page = await walker.get("/")
    style = next(link for link in page.links if "lintas.css" in link)

    assert page.response.headers["cache-control"] == "no-store"
    assert "immutable" in (await walker.get(style)).response.headers["cache-control"]
    assert re.search(r"\?v=[0-9a-f]{12}$", style), "a changed style has another address"


@pytest.mark.parametrize("token", [None, "", "0" * 64, "of another session"])
async def test_a_form_of_another_site_is_refused_and_nothing_happens(token: str | None, world: World) -> None:
    walker = await world.entrance.officer(Role.INVESTIGATOR)
    other = await world.entrance.nobody()
    await other.get("/sign-in")
    before = world.ours.node.audit.size()

    walker.token = other.token if token == "of another session" else token or ""
    seen = await walker.post("/", q="Budi Santoso 1970", purpose="investigate")

    assert seen.status == 403
    assert world.ours.node.audit.size() == before


async def test_every_form_of_every_page_carries_the_token(world: World) -> None:
    walker = await world.entrance.officer(*Role, username="semua")

    for page in ("/", "/batches", "/audit", "/approvals", "/records/id.latihan-1"):
        seen = await walker.get(page)
        forms = re.findall(r'<form[^>]*method="post".*?</form>', seen.html, re.DOTALL)
        assert forms
        assert all('name="form_token"' in form for form in forms), page


@pytest.mark.parametrize(
    ("accepted", "goes_to"), [("en-GB,en;q=0.9", "/en/"), ("id", "/id/"), ("ms,fr", "/id/"), ("", "/id/")]
)
async def test_the_root_speaks_the_language_of_the_browser(accepted: str, goes_to: str, world: World) -> None:
    nobody = await world.entrance.nobody()

    response = await nobody.client.get("/", headers={"accept-language": accepted}, follow_redirects=False)

    assert (response.status_code, response.headers["location"]) == (303, goes_to)


async def test_the_look_is_kept_and_goes_back_to_the_page(world: World) -> None:
    walker = await world.entrance.officer(Role.INVESTIGATOR)
    await walker.get("/checks")

    chosen = await walker.post("/look", look="dark", back="/checks")
    seen = await walker.follow(chosen)
    await walker.post("/look", look="off", back="https://evil.example")
    later = await walker.get("/")

    assert chosen.goes_to == "/id/checks"
    assert 'data-color-scheme="dark"' in seen.html
    assert 'data-color-scheme="dark"' in later.html
    assert 'data-keys="off"' in later.html


def _enrol(world: World, username: str) -> None:
    world.ours.node.people.enrol(
        Account(
            username=username,
            name=username,
            roles={Role.INVESTIGATOR},
            unit="Unit Latihan",
            password=PASSWORD,
            totp_secret=SECRET,
        ),
        by="system",
    )


def _credentials(world: World, username: str) -> dict[str, str]:
    code = pyotp.TOTP(SECRET).at(world.ours.node.clock.now())
    return {"username": username, "password": PASSWORD, "code": code}
