from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.errors import NotFound
from lintas.model import (
    DisclosureLevel,
    Handling,
    Intent,
    Purpose,
    Record,
    RefusalGround,
    Role,
    SovereignFlag,
    SubjectCategory,
    SubjectKind,
)
from lintas.policy import AgencyContext, Ask, OfficerAct, PolicySet, decline
from lintas.policy.grounds import SENTENCES
from lintas.policy.worked import CaseAsk, CaseRecord

POLICIES = PolicySet.load()
US = AgencyContext(node="id.node", country="id")

asks = st.builds(
    CaseAsk,
    role=st.sampled_from(Role),
    country=st.sampled_from(["my", "th", "ph"]),
    exercise=st.booleans(),
    action=st.sampled_from(["check", "confirm"]),
    kind=st.sampled_from(SubjectKind),
    purpose=st.sampled_from(Purpose),
    category=st.sampled_from(SubjectCategory),
    intent=st.sampled_from(Intent),
    case_reference=st.sampled_from(["LP/1", " "]),
    offence=st.none() | st.text(max_size=20),
).map(CaseAsk.ask)

protections = st.sampled_from(
    ["child", "victim", "witness", "refugee", "refugee:th", "refugee:my", "REFUGEE:TH", "vip", "", "refugee:Thailand"]
)
records = st.builds(
    CaseRecord,
    schema=st.sampled_from(["Person", "Company", "Vehicle", "Vessel", "Passport"]),
    category=st.sampled_from(SubjectCategory),
    handling=st.sampled_from(Handling),
    protections=st.frozensets(protections | st.sampled_from(["tell:my", "tell:th", "published"]), max_size=3),
    nationality=st.sampled_from(["", "th", "my", "id"]),
    invented=st.booleans(),
    sovereign_flag=st.sampled_from(SovereignFlag),
).map(CaseRecord.record)
agencies = st.builds(AgencyContext, node=st.just("id.node"), country=st.just("id"), exercise=st.booleans())


def level(record: Record, ask: Ask, us: AgencyContext = US) -> DisclosureLevel:
    return POLICIES.level(record, ask, us=us)[0]


@given(asks, agencies)
def test_every_decision_about_a_question_explains_itself(ask: Ask, us: AgencyContext) -> None:
    decision = POLICIES.authorize(ask, us=us)

    assert decision.policies
    assert all(decision.explanation[language].endswith(".") for language in ("id", "en"))
    assert (decision.ground is None) == decision.allowed
    assert all(POLICIES.describe(policy) for policy in decision.policies)


@given(records, asks, agencies)
def test_every_level_comes_with_its_reason_and_never_with_an_error(record: Record, ask: Ask, us: AgencyContext) -> None:
    reached, decision = POLICIES.level(record, ask, us=us)

    assert decision.policies
    assert decision.ground is not RefusalGround.OTHER_LAW  # the ground of a request that Cedar cannot judge
    assert reached is not DisclosureLevel.FULL
    assert decision.allowed is (reached is (DisclosureLevel.HIT if ask.action == "check" else DisclosureLevel.CORE))


@given(records, asks, agencies, protections)
def test_a_protection_never_makes_a_silent_record_visible(
    record: Record, ask: Ask, us: AgencyContext, added: str
) -> None:
    more = msgspec.structs.replace(record, protections=record.protections | {added})

    assert level(record, ask, us).covers(level(more, ask, us))


@given(records, asks, agencies)
def test_a_question_that_may_not_be_asked_is_told_nothing(record: Record, ask: Ask, us: AgencyContext) -> None:
    if not POLICIES.authorize(ask, us=us).allowed:
        assert level(record, ask, us) is DisclosureLevel.SILENT


@given(records, asks, agencies)
def test_asking_to_confirm_never_shows_what_a_check_keeps_silent(record: Record, ask: Ask, us: AgencyContext) -> None:
    check = msgspec.structs.replace(ask, action="check")
    confirm = msgspec.structs.replace(ask, action="confirm")

    if level(record, check, us) is DisclosureLevel.SILENT:
        assert level(record, confirm, us) is DisclosureLevel.SILENT


@given(records, asks, agencies)
def test_the_state_of_origin_never_learns_of_a_refugee(record: Record, ask: Ask, us: AgencyContext) -> None:
    origin = f"refugee:{ask.asker.country}"
    refugee = msgspec.structs.replace(record, protections=record.protections | {origin})

    assert level(refugee, ask, us) is DisclosureLevel.SILENT


@given(records, asks, agencies)
def test_exercise_and_service_never_meet(record: Record, ask: Ask, us: AgencyContext) -> None:
    if record.invented != ask.exercise and "published" not in record.protections:
        assert level(record, ask, us) is DisclosureLevel.SILENT


@given(records, asks, agencies)
def test_a_stricter_handling_code_never_shows_more(record: Record, ask: Ask, us: AgencyContext) -> None:
    shown = [level(msgspec.structs.replace(record, handling=code), ask, us) for code in Handling]

    assert all(loose.covers(strict) for loose, strict in pairwise(shown))


@given(records, asks, agencies)
def test_what_is_told_does_not_depend_on_who_it_is(record: Record, ask: Ask, us: AgencyContext) -> None:
    other = msgspec.structs.replace(record, id="another", version=7)

    assert POLICIES.level(record, ask, us=us) == POLICIES.level(other, ask, us=us)


@given(records, st.sets(st.sampled_from(Role)), st.sets(st.sampled_from(Role)))
def test_one_more_role_never_shows_less(record: Record, roles: set[Role], more: set[Role]) -> None:
    fewer, _ = POLICIES.own_view(record, roles, us=US)
    all_of_them, _ = POLICIES.own_view(record, roles | more, us=US)

    assert all_of_them.covers(fewer)


@given(records)
def test_a_trainer_never_sees_a_real_person(record: Record) -> None:
    seen, decision = POLICIES.own_view(record, [Role.TRAINER], us=US)

    assert (seen is DisclosureLevel.SILENT) or record.invented
    assert decision.explanation["id"]


@given(records, st.sampled_from([Role.AUDITOR, Role.OPERATOR]))
def test_supervision_sees_no_record(record: Record, role: Role) -> None:
    assert POLICIES.own_view(record, [role], us=US)[0] is DisclosureLevel.SILENT


@pytest.mark.parametrize("act", OfficerAct)
def test_every_act_is_somebodys_and_nobody_does_everything(act: OfficerAct) -> None:
    able = {role for role in Role if POLICIES.may({role}, act, about="erase_records").allowed}

    assert able
    if act not in {OfficerAct.READ_POLICIES, OfficerAct.READ_STATISTICS}:
        assert able != set(Role)


@pytest.mark.parametrize("about", ["", "batch", "check.batch", "decide"])
def test_an_analyst_is_nobodys_second_person(about: str) -> None:
    assert not POLICIES.may({Role.ANALYST}, OfficerAct.APPROVE, about=about).allowed


def test_an_unknown_act_is_refused_and_explained() -> None:
    decision = POLICIES.may({Role.OPERATOR}, "make_coffee")

    assert (decision.allowed, decision.ground) == (False, RefusalGround.NOT_COMPETENT)
    assert decision.explanation["en"] == "None of the roles of the person asking allows this act."


def test_a_role_that_policy_does_not_know_is_refused() -> None:
    ask = CaseAsk().ask()
    stranger = msgspec.structs.replace(ask, asker=msgspec.structs.replace(ask.asker, role="king"))

    decision = POLICIES.authorize(stranger, us=US)

    assert (decision.allowed, decision.policies) == (False, ("rule:other_law",))


def test_the_first_policy_in_the_order_of_the_files_gives_the_ground() -> None:
    ask = CaseAsk(role=Role.AUDITOR, case_reference="-").ask()

    decision = POLICIES.authorize(ask, us=US)

    assert decision.policies == ("ask-with-a-reason", "ask-not-by-supervision")
    assert decision.ground is RefusalGround.UNJUSTIFIED
    assert "R01" in decision.cites
    assert "R37" in decision.cites


def test_a_policy_describes_itself() -> None:
    policy = POLICIES.describe("protect-child")

    assert policy.effect == "forbid"
    assert policy.file == "30-protecting.cedar"
    assert "CRC art. 3, 16, 40(2)(b)(vii)" in policy.cites
    assert 'Protection::"child"' in policy.text


@pytest.mark.parametrize("ground", RefusalGround)
def test_every_ground_describes_itself_without_a_policy(ground: RefusalGround) -> None:
    decision = decline(ground)

    assert (decision.allowed, decision.ground) == (False, ground)
    assert POLICIES.describe(decision.policies[0]).explanation == decision.explanation
    assert set(SENTENCES) == set(RefusalGround)


@pytest.mark.parametrize("name", ["no-such-policy", "rule:no-such-ground", "rule:", ""])
def test_what_is_no_policy_is_not_found(name: str) -> None:
    with pytest.raises(NotFound):
        POLICIES.describe(name)


def test_many_threads_get_the_same_decision(policies: PolicySet) -> None:
    ask = CaseAsk(purpose=Purpose.BORDER_CONTROL).ask()
    record = CaseRecord(category=SubjectCategory.WANTED).record()

    with ThreadPoolExecutor(4) as pool:
        levels = list(pool.map(lambda _: policies.level(record, ask, us=US)[0], range(200)))

    assert set(levels) == {DisclosureLevel.HIT}
