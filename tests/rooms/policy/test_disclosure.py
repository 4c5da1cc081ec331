from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.errors import InvalidValue, RefusedByPolicy
from lintas.model import (
    Comparison,
    Grading,
    Handling,
    InformationGrade,
    Purpose,
    Quality,
    Reason,
    Record,
    Role,
    SourceGrade,
    SovereignFlag,
    Statement,
    SubjectCategory,
)
from lintas.policy import CORE_FIELDS, AgencyContext, Ask, CoreChoice, DisclosedCore, PolicySet
from lintas.policy.worked import CaseAsk
from lintas.protocol.messages import CoreData

LIKELY = Comparison(probability=0.93456, reasons=(Reason(feature="name", level="same", weight=8.0),))
FINE = Grading(source=SourceGrade.A, information=InformationGrade.G1)
POOR = Grading(source=SourceGrade.C, information=InformationGrade.G2)


def stated(**properties: str) -> tuple[Statement, ...]:
    return tuple(
        Statement(prop=prop, value=value, source="inner-register-7", seen="2024-05-06", grading=FINE)
        for prop, value in properties.items()
    )


SITI = Record(
    id="r-1",
    schema="Person",
    category=SubjectCategory.WANTED,
    handling=Handling.H1,
    sovereign_flag=SovereignFlag.NOT_EXECUTABLE_HERE,
    statements=(
        *stated(firstName="Siti", lastName="Rahayu", name="Siti Rahayu", alias="Ayu", birthDate="1985-02-03"),
        *stated(nationality="id", birthPlace="Malang", gender="female", offence="penipuan", address="Jalan Rekaan 5"),
        Statement(prop="alias", value="Mbak Ayu", source="inner-register-7", seen="2025", grading=POOR),
    ),
)
SUKARNO = msgspec.structs.replace(SITI, statements=stated(name="Sukarno", birthDate="1970"))


def confirm(**changes: object) -> Ask:
    return CaseAsk(action="confirm", category=SubjectCategory.WANTED, case_reference="KL/9", **changes).ask()


def give(policies: PolicySet, record: Record, *fields: str, **changes: object) -> DisclosedCore:
    choice = CoreChoice(**{"decided_by": "liaison, unit 1", "fields": frozenset(fields), **changes})
    return policies.core(record, confirm(), us=AgencyContext(node="id.node", country="id"), choice=choice)


def test_a_match_says_how_well_and_nothing_of_the_record(policies: PolicySet, us: AgencyContext) -> None:
    told = policies.disclose(SITI, LIKELY, CaseAsk().ask(), us=us, hit_id="hit-00001")

    assert told is not None
    assert (told.match.hit, told.match.quality, told.match.probability) == ("hit-00001", Quality.STRONG, 0.935)
    assert told.match.reasons == LIKELY.reasons
    encoded = msgspec.json.encode(told.match).decode()
    assert [s.value for s in SITI.statements if s.value in encoded and len(s.value) > 2] == []
    assert "r-1" not in encoded


def test_what_binds_the_receiver_travels_with_the_match(policies: PolicySet, us: AgencyContext) -> None:
    told = policies.disclose(SITI, LIKELY, CaseAsk().ask(), us=us, hit_id="hit-00001")

    assert told is not None
    assert told.match.handling is Handling.H1
    assert told.match.sovereign_flag is SovereignFlag.NOT_EXECUTABLE_HERE
    assert told.decision.policies == ("tell-wanted",)


def test_silence_is_nothing_at_all(policies: PolicySet, us: AgencyContext) -> None:
    witness = msgspec.structs.replace(SITI, category=SubjectCategory.WITNESS)

    assert policies.disclose(witness, LIKELY, CaseAsk().ask(), us=us, hit_id="hit-00001") is None


def test_a_caution_comes_first_among_the_reasons(policies: PolicySet, us: AgencyContext) -> None:
    misused = msgspec.structs.replace(SITI, category=SubjectCategory.MISUSED_IDENTITY)

    told = policies.disclose(misused, LIKELY, CaseAsk().ask(), us=us, hit_id="hit-00001")

    assert told is not None
    assert told.match.reasons[0] == Reason(feature="caution", level="misused_identity", weight=0.0)


def test_a_match_never_grows_beyond_the_protocol(policies: PolicySet, us: AgencyContext) -> None:
    chatty = Comparison(probability=0.7, reasons=LIKELY.reasons * 60)
    misused = msgspec.structs.replace(SITI, category=SubjectCategory.MISUSED_IDENTITY)

    told = policies.disclose(misused, chatty, CaseAsk().ask(), us=us, hit_id="hit-00001")

    assert told is not None
    assert msgspec.json.decode(msgspec.json.encode(told.match), type=type(told.match)) == told.match
    assert len(told.match.reasons) == 40


@pytest.mark.parametrize(
    ("code", "told_as"),
    [(Handling.H0, Handling.H2), (Handling.H1, Handling.H2), (Handling.H2, Handling.H2), (Handling.H3, Handling.H3)],
)
def test_what_concerns_a_refugee_never_goes_onward(
    policies: PolicySet, us: AgencyContext, code: Handling, told_as: Handling
) -> None:
    marks = frozenset({"refugee:th", "tell:my"})
    refugee = msgspec.structs.replace(SITI, handling=code, protections=marks)

    told = policies.disclose(refugee, LIKELY, CaseAsk().ask(), us=us, hit_id="hit-00001")

    assert told is not None
    assert told.match.handling is told_as


def test_core_data_have_the_eleven_fields_of_the_regulation() -> None:
    assert tuple(CORE_FIELDS) == CoreData.__struct_fields__
    assert len(CORE_FIELDS) == 11


def test_only_what_a_person_chose_is_given(policies: PolicySet) -> None:
    given_away = give(policies, SITI, "first_names", "birth_date")

    assert given_away.data == CoreData(first_names=("Siti",), birth_date=("1985-02-03",))


def test_everything_that_may_be_given(policies: PolicySet) -> None:
    given_away = give(policies, SITI, *CORE_FIELDS, case_number="LP/55", authority="Unit Rekaan")

    assert given_away.data == CoreData(
        first_names=("Siti",),
        family_names=("Rahayu",),
        aliases=("Ayu", "Mbak Ayu"),
        birth_date=("1985-02-03",),
        nationality=("id",),
        birth_place=("Malang",),
        gender=("female",),
        acquired="2025 · id.node",
        offence="penipuan",
        case_number="LP/55",
        authority="Unit Rekaan",
    )


def test_a_name_that_nobody_divided_is_given_whole(policies: PolicySet) -> None:
    given_away = give(policies, SUKARNO, "first_names", "family_names")

    assert given_away.data == CoreData(family_names=("Sukarno",))


def test_what_the_person_writes_stands_before_what_the_record_states(policies: PolicySet) -> None:
    assert give(policies, SITI, "offence", offence="penggelapan").data.offence == "penggelapan"


def test_what_is_written_but_not_chosen_is_not_given(policies: PolicySet) -> None:
    assert give(policies, SITI, "gender", offence="penggelapan").data == CoreData(gender=("female",))


def test_date_and_place_of_the_report_are_told_where_they_are_stated(policies: PolicySet) -> None:
    reported = msgspec.structs.replace(
        SITI, statements=(*SITI.statements, *stated(reportedDate="2023-01-02", reportedPlace="Batam"))
    )

    assert give(policies, reported, "acquired").data.acquired == "2023-01-02 · Batam"


def test_the_marking_binds_to_the_purpose_and_the_case_of_the_asker(policies: PolicySet) -> None:
    marking = give(policies, SITI, "first_names").marking

    assert (marking.purpose, marking.case_reference) == (Purpose.INVESTIGATE, "KL/9")
    assert (marking.handling, marking.sovereign_flag) == (Handling.H1, SovereignFlag.NOT_EXECUTABLE_HERE)
    assert marking.grading == FINE


def test_the_whole_is_graded_like_its_weakest_part(policies: PolicySet) -> None:
    assert give(policies, SITI, "first_names", "aliases").marking.grading == POOR


def test_an_unknown_field_is_named_and_nothing_is_given(policies: PolicySet) -> None:
    with pytest.raises(InvalidValue) as refused:
        give(policies, SITI, "first_names", "address")

    assert refused.value.facts["fields"] == ["address"]


@pytest.mark.parametrize("nobody", ["", "   "])
def test_no_machine_gives_core_data(policies: PolicySet, nobody: str) -> None:
    with pytest.raises(RefusedByPolicy) as refused:
        give(policies, SITI, "first_names", decided_by=nobody)

    assert refused.value.facts["policies"] == ["core-by-a-person"]
    assert refused.value.facts["id"]
    assert refused.value.facts["en"]


def test_no_person_gives_what_policy_keeps_silent(policies: PolicySet) -> None:
    with pytest.raises(RefusedByPolicy) as refused:
        give(policies, msgspec.structs.replace(SITI, category=SubjectCategory.UNKNOWN), "first_names")

    assert refused.value.facts["policies"] == ["protect-uncategorised"]


def test_core_data_are_judged_as_a_confirmation_however_it_was_asked(policies: PolicySet, us: AgencyContext) -> None:
    analyst = CaseAsk(action="check", role=Role.ANALYST).ask()

    decision = policies.may_give(SITI, analyst, us=us, decided_by="liaison")

    assert decision.policies == ("ask-confirmation-by-the-desk",)


@given(st.sets(st.sampled_from(list(CORE_FIELDS))), st.sets(st.sampled_from(list(CORE_FIELDS))))
def test_choosing_less_never_gives_more(chosen: set[str], left_out: set[str]) -> None:
    policies = _POLICIES
    much = msgspec.structs.asdict(give(policies, SITI, *chosen).data)
    less = msgspec.structs.asdict(give(policies, SITI, *(chosen - left_out)).data)

    assert {name for name, value in less.items() if value} <= {name for name, value in much.items() if value}
    assert not any(less[name] for name in left_out)


@given(st.sets(st.sampled_from(list(CORE_FIELDS))))
def test_core_data_never_hold_a_value_outside_the_eleven_fields(chosen: set[str]) -> None:
    encoded = msgspec.json.encode(give(_POLICIES, SITI, *chosen).data).decode()

    assert "Jalan Rekaan" not in encoded
    assert "inner-register" not in encoded


_POLICIES = PolicySet.load()
