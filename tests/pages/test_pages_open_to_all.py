"""What everybody may read, and what anybody sees when something fails."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

from lintas.model import Asker, Intent, Justification, Purpose, Role, SubjectCategory, SubjectKind
from lintas.policy import Ask
from lintas.testing import Neighbourhood
from lintas.web.search_rights import search_rights
from pages.street import World
from pages.walking import Entrance

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_public_table_says_what_is_decided(world: World) -> None:
    rights = search_rights(world.ours.node)
    node = world.ours.node

    for purpose in Purpose:
        for role in Role:
            for kind in SubjectKind:
                allowed = any(
                    node.policies.authorize(
                        Ask(
                            asker=Asker(node="my.latihan", country="my", officer="o", role=role),
                            justification=Justification(
                                purpose=purpose,
                                legal_basis="x1",
                                case_reference="x1",
                                category=category,
                                intent=Intent.IDENTIFY,
                            ),
                            kind=kind,
                            at=node.clock.now(),
                            exercise=True,
                        ),
                        us=node.us,
                    ).allowed
                    for category in SubjectCategory
                )
                assert (kind in rights[purpose][role]) == allowed, (purpose, role, kind)


async def test_every_policy_stands_on_the_public_page_in_words(world: World) -> None:
    nobody = await world.entrance.nobody("en")

    seen = await nobody.get("/policies")

    for policy in world.ours.node.policies.policies:
        assert f'id="{policy.id}"' in seen.html
        assert " ".join(policy.explanation["en"].split()) in seen.text
    assert "Locate a wanted person" in seen.text


async def test_the_directory_is_shown_with_its_keys_and_who_is_us(world: World) -> None:
    nobody = await world.entrance.nobody("en")
    members = world.ours.node.directory.current().members

    seen = await nobody.get("/partners")

    for member in members.values():
        assert member.node in seen.text
        assert all(key.kid in seen.text for key in member.signing)
        assert all(certificate in seen.text for certificate in member.certificates)
    assert seen.text.count("our node") == 1
    assert "555-0100" in seen.text


async def test_an_unknown_address_is_a_page_in_the_language_of_the_address(world: World) -> None:
    nobody = await world.entrance.nobody()

    indonesian, english = await nobody.get("/id/entah-apa"), await nobody.get("/en/whatever")

    assert (indonesian.status, english.status) == (404, 404)
    assert "Yang dicari tidak ada di sini." in indonesian.text
    assert "There is no such thing here." in english.text
    assert "not-found" in english.text


async def test_a_wrong_method_is_a_page_too(world: World) -> None:
    nobody = await world.entrance.nobody()

    response = await nobody.client.request("DELETE", "/id/about")

    assert response.status_code == 405
    assert '<html lang="id"' in response.text


async def test_a_fault_of_the_program_shows_an_incident_number_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with Neighbourhood(tmp_path) as here:
        (ours,) = await here.nodes("id")
        async with Entrance(ours.node) as entrance:
            walker = await entrance.officer(Role.INVESTIGATOR)
            await walker.get("/")
            checks, ours.node.checks = ours.node.checks, None  # type: ignore[assignment]  # a fault nobody thought of
            with caplog.at_level(logging.ERROR, "lintas.web"):
                seen = await walker.get("/checks")
            ours.node.checks = checks
    incident = re.search(r"[0-9A-F]{8}", seen.main)

    assert seen.status == 500
    assert incident
    assert incident[0] in caplog.text, "the operator finds it in the log"
    assert "NoneType" in caplog.text
    for secret in ("NoneType", "Traceback", "attribute", ".py"):
        assert secret not in seen.html


async def test_a_node_that_is_no_exercise_says_nothing_of_exercises(tmp_path: Path) -> None:
    async with Neighbourhood(tmp_path) as here:
        (ours,) = await here.nodes("id", exercise=False)
        async with Entrance(ours.node) as entrance:
            seen = await (await entrance.nobody()).get("/about")

    assert "DATA LATIHAN" not in seen.text
    assert 'class="live"' in seen.html
