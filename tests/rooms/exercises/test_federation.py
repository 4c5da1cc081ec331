"""The training federation: no real agency, everybody's law checked, every officer able to sign in."""

from __future__ import annotations

import re

import pytest

from lintas.exercises.federation import Place, officers, places
from lintas.exercises.world.tables import table
from lintas.model import Role
from lintas.people.officers import check_password, check_secret
from lintas.policy import PolicySet
from lintas.policy.worked import WorkedCase, read_cases

PLACES = places()
CASES = [(place, case) for place in PLACES for case in read_cases(place.folder / "cases")]
by_node = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.node)


def test_the_five_nodes_are_those_of_the_world() -> None:
    assert [place.node for place in PLACES] == list(table("places"))
    assert [place.country for place in PLACES] == [entry["country"] for entry in table("places").values()]


@by_node
def test_a_node_is_named_after_training_in_both_languages(place: Place) -> None:
    assert place.name_id.startswith("Simpul Latihan ")
    assert place.name_en.endswith(" Training Node")


@by_node
def test_nobody_can_be_reached_by_a_training_contact(place: Place) -> None:
    mail, _, phone = place.contact.partition(", ")

    assert mail.endswith("@example.org")
    assert re.match(r"\+(62 836|60 11 47|63 974|66 14|84 95)", phone)


@by_node
def test_the_law_of_a_node_says_that_it_is_invented(place: Place) -> None:
    own = [policy for policy in PolicySet.load([place.folder]).policies if policy.file in place.policies]

    assert "rekaan" in place.law["id"]
    assert "invented" in place.law["en"]
    assert own
    for policy in own:
        assert policy.id.startswith(f"{place.country}-latihan-")
        assert "rekaan" in policy.explanation["id"]
        assert "invented" in policy.explanation["en"]
        assert "rekaan" in policy.annotations["cite"] or "invented" in policy.annotations["cite"]


@pytest.mark.parametrize(("place", "case"), CASES, ids=lambda part: getattr(part, "case", getattr(part, "node", "")))
def test_a_worked_case_of_national_law_holds(place: Place, case: WorkedCase) -> None:
    assert case.differences(PolicySet.load([place.folder])) == []


@by_node
def test_every_policy_of_a_node_decides_a_worked_case(place: Place) -> None:
    policies = PolicySet.load([place.folder])
    decided = {id for case in read_cases(place.folder / "cases") for id in case.judge(policies)[1].policies}

    assert {policy.id for policy in policies.policies if policy.file in place.policies} <= decided


@by_node
def test_every_desk_of_a_node_is_staffed(place: Place) -> None:
    roles = {role for officer in officers(place.node) for role in officer.roles}

    assert roles >= {Role.INVESTIGATOR, Role.LIAISON, Role.DATA_PROTECTION, Role.AUDITOR, Role.OPERATOR}


def test_somebody_can_play_every_role() -> None:
    assert {role for officer in officers("id.latihan") for role in officer.roles} == set(Role)


@by_node
def test_what_officers_sign_in_with_says_that_it_is_for_training(place: Place) -> None:
    for officer in officers(place.node):
        assert "latihan" in officer.password
        assert officer.totp_secret.startswith("LATIHAN")
        check_password(officer.password, officer.username)
        check_secret(officer.totp_secret)


def test_no_two_officers_share_name_user_name_or_secret() -> None:
    everybody = [officer for place in PLACES for officer in officers(place.node)]

    for field in ("name", "username", "totp_secret"):
        assert len({getattr(officer, field) for officer in everybody}) == len(everybody)


def test_an_officer_with_one_name_serves_like_any_other() -> None:
    assert any(" " not in officer.name for officer in officers("id.latihan"))
