from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.errors import InvalidValue, NotAskable, Unjustified
from lintas.model import Intent, Justification, Purpose, Subject, SubjectCategory, SubjectKind
from lintas.policy import askable, complete, justified, missing
from lintas.policy.completeness import REQUIRED

WHOLE = {
    "purpose": "investigate",
    "legal_basis": "UU 2/2002",
    "case_reference": "LP/7/2026",
    "category": "suspect",
    "intent": "identify",
}


def subject(kind: SubjectKind = SubjectKind.PERSON, **properties: str) -> Subject:
    return Subject(kind=kind, properties={name: (value,) for name, value in properties.items()})


def is_askable(described: Subject) -> bool:
    try:
        askable(described)
    except NotAskable:
        return False
    return True


def test_a_whole_justification_misses_nothing() -> None:
    assert missing(WHOLE) == []


def test_everything_missing_is_named_in_the_order_of_the_form() -> None:
    assert missing({}) == list(REQUIRED)


@pytest.mark.parametrize("nothing", ["", "   ", "-", " . ", "--/--", "…", "\u00a0", None])
def test_blanks_and_dashes_say_nothing(nothing: str | None) -> None:
    assert missing({**WHOLE, "case_reference": nothing}) == ["case_reference"]


def test_the_offence_may_be_unknown() -> None:
    assert missing({**WHOLE, "offence": ""}) == []


@given(st.sets(st.sampled_from(REQUIRED)))
def test_exactly_what_is_left_out_is_named(left_out: set[str]) -> None:
    fields = {name: value for name, value in WHOLE.items() if name not in left_out}

    assert set(missing(fields)) == left_out


def test_a_complete_justification_passes() -> None:
    complete(
        Justification(
            purpose=Purpose.WARN,
            legal_basis="UU 2/2002",
            case_reference="LP/7/2026",
            category=SubjectCategory.SUSPECT,
            intent=Intent.IDENTIFY,
        )
    )


def test_an_incomplete_justification_names_what_is_missing() -> None:
    justification = Justification(
        purpose=Purpose.WARN,
        legal_basis=" ",
        case_reference="?",
        category=SubjectCategory.SUSPECT,
        intent=Intent.IDENTIFY,
    )

    with pytest.raises(Unjustified) as refused:
        complete(justification)

    assert refused.value.facts == {"missing": ["legal_basis", "case_reference"]}


def test_what_a_form_gives_becomes_a_justification() -> None:
    justification = justified({**WHOLE, "offence": ""})

    assert (justification.purpose, justification.category) == (Purpose.INVESTIGATE, SubjectCategory.SUSPECT)
    assert justification.offence is None


def test_a_form_with_a_gap_names_the_gap() -> None:
    with pytest.raises(Unjustified) as refused:
        justified({**WHOLE, "purpose": " "})

    assert refused.value.facts == {"missing": ["purpose"]}


def test_a_purpose_that_is_none_of_ours_is_an_invalid_value() -> None:
    with pytest.raises(InvalidValue) as refused:
        justified({**WHOLE, "purpose": "curiosity"})

    assert "curiosity" in str(refused.value.facts["problem"])


@pytest.mark.parametrize(
    "properties",
    [
        {"name": "Sukarno", "birthDate": "1970"},
        {"name": "Sukarno", "birthDate": "1970-06-01"},
        {"name": "Sukarno", "fatherName": "Soekemi"},
        {"name": "Sukarno", "motherName": "Ida"},
        {"name": "Sukarno", "birthPlace": "Blitar"},
        {"name": "Sukarno", "passportNumber": "X1234567"},
        {"name": "Suharti Wulandari"},
        {"firstName": "Suharti", "lastName": "Wulandari"},
        {"name": "Ahmad bin Kasim"},
        {"name": "王小明"},
        {"name": "김 철수"},
        {"name": "สมชาย ใจดี"},
        {"name": "Null", "birthDate": "1980"},
        {"name": "O'Dowd", "firstName": "Ann", "lastName": "O'Dowd"},
        {"idNumber": "3171234567890001"},
        {"phone": "+6281234567890"},
        {"email": "someone@example.org"},
    ],
)
def test_a_person_described_well_enough_is_askable(properties: dict[str, str]) -> None:
    askable(subject(**properties))


@pytest.mark.parametrize(
    "properties",
    [
        {"name": "Sukarno"},
        {"name": "Sukarno Sukarno"},  # a single name doubled by a passport machine
        {"firstName": "Sukarno", "lastName": "Sukarno"},
        {"name": "Haji Sukarno"},
        {"name": "Dr. Sukarno"},
        {"name": "S. Sukarno"},
        {"name": "Ahmad bin"},
        {"name": "王"},
        {"name": "---", "birthDate": "1970"},
        {"name": "Sukarno", "birthDate": "?"},
        {"name": "Sukarno", "gender": "male"},
        {"name": "Sukarno", "nationality": "id"},
        {"birthDate": "1970-06-01", "birthPlace": "Blitar"},
        {"name": "Sukarno", "passportNumber": "X1"},
    ],
)
def test_a_description_that_fits_too_many_people_is_not_askable(properties: dict[str, str]) -> None:
    with pytest.raises(NotAskable):
        askable(subject(**properties))


def test_two_single_names_of_one_person_are_still_single_names() -> None:
    two_names = Subject(kind=SubjectKind.PERSON, properties={"name": ("Sukarno",), "alias": ("Karno",)})

    assert not is_askable(two_names)


def test_the_refusal_says_what_would_help() -> None:
    with pytest.raises(NotAskable) as refused:
        askable(subject(name="Sukarno"))

    assert "birthDate" in str(refused.value.facts["give"])


@pytest.mark.parametrize(
    ("kind", "properties", "expected"),
    [
        (SubjectKind.COMPANY, {"name": "PT Laut Biru"}, True),
        (SubjectKind.COMPANY, {"registrationNumber": "AHU-0012345"}, True),
        (SubjectKind.COMPANY, {"country": "id"}, False),
        (SubjectKind.COMPANY, {"name": "X"}, False),
        (SubjectKind.VEHICLE, {"registrationNumber": "B 1234 XYZ"}, True),
        (SubjectKind.VEHICLE, {"vin": "1HGCM82633A004352"}, True),
        (SubjectKind.VEHICLE, {"model": "Kijang", "color": "white"}, False),
        (SubjectKind.VESSEL, {"imoNumber": "IMO9074729"}, True),
        (SubjectKind.VESSEL, {"name": "Laut Biru", "flag": "id"}, True),
        (SubjectKind.VESSEL, {"name": "Laut Biru"}, False),
        (SubjectKind.DOCUMENT, {"number": "X1234567", "country": "id"}, True),
        (SubjectKind.DOCUMENT, {"country": "id"}, False),
        (SubjectKind.PHONE, {"phone": "+6281234567890"}, True),
        (SubjectKind.EMAIL, {"email": "someone@example.org"}, True),
        (SubjectKind.DEVICE, {"imei": "490154203237518"}, True),
        (SubjectKind.CONTAINER, {"containerNumber": "MSKU1234565"}, True),
        (SubjectKind.ACCOUNT, {"iban": "GB33BUKB20201555555555"}, True),
        (SubjectKind.ACCOUNT, {"bankName": "Bank Rakyat"}, False),
    ],
)
def test_other_subjects_need_what_points_at_one_of_them(
    kind: SubjectKind, properties: dict[str, str], *, expected: bool
) -> None:
    assert is_askable(subject(kind, **properties)) is expected


PROPERTIES = st.dictionaries(
    st.sampled_from(["name", "alias", "firstName", "lastName", "birthDate", "birthPlace", "idNumber", "gender"]),
    st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=3).map(tuple),
    min_size=1,
)


@given(PROPERTIES, PROPERTIES)
def test_knowing_more_never_makes_a_person_less_askable(
    known: dict[str, tuple[str, ...]], more: dict[str, tuple[str, ...]]
) -> None:
    less = Subject(kind=SubjectKind.PERSON, properties=known)
    together = {name: known.get(name, ()) + more.get(name, ()) for name in {*known, *more}}

    if is_askable(less):
        assert is_askable(Subject(kind=SubjectKind.PERSON, properties=together))
