"""The nouns are what they say: immutable, bounded, the same in memory and on the wire."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.model import (
    Comparison,
    DisclosureLevel,
    Grading,
    InformationGrade,
    Justification,
    Purpose,
    Quality,
    Reason,
    Record,
    SourceGrade,
    Statement,
    Subject,
    SubjectCategory,
    SubjectKind,
)

RECORD = Record(
    "p1",
    "Person",
    (
        Statement("name", "Sukarni", "register", "2026-01-01"),
        Statement("alias", "Karni", "informant", "2026", Grading(SourceGrade.C, InformationGrade.G3)),
        Statement("name", "Soekarni", "register", "2026-01-01", original="SOEKARNI"),
    ),
)


def read(kind, text):
    return msgspec.json.decode(text, type=kind)


def test_a_record_gives_its_values_in_the_order_they_were_stated():
    assert RECORD.values("name") == ("Sukarni", "Soekarni")
    assert RECORD.values("birthDate") == ()
    assert RECORD.properties == {"name": ("Sukarni", "Soekarni"), "alias": ("Karni",)}


def test_a_subject_gives_nothing_for_what_is_not_known():
    subject = Subject(SubjectKind.PERSON, {"name": ("Sukarni",)})

    assert subject.values("name") == ("Sukarni",)
    assert subject.values("birthDate") == ()


def test_what_nobody_has_graded_cannot_be_assessed():
    assert RECORD.statements[0].grading == Grading(SourceGrade.X, InformationGrade.G4)


def test_a_new_record_is_uncategorised_and_under_the_strictest_handling():
    assert RECORD.category is SubjectCategory.UNKNOWN
    assert RECORD.handling == "H3"


def test_a_noun_cannot_be_changed():
    with pytest.raises(AttributeError):
        RECORD.id = "p2"


def test_a_record_is_the_same_after_a_journey():
    assert read(Record, msgspec.json.encode(RECORD)) == RECORD


@pytest.mark.parametrize(
    "text",
    [
        '{"kind":"person","properties":{}}',
        '{"kind":"planet","properties":{"name":["x"]}}',
        '{"kind":"person","properties":{"name":[""]}}',
        '{"kind":"person","properties":{"name":["' + "x" * 401 + '"]}}',
        '{"kind":"person","properties":{"name":' + str(["x"] * 21).replace("'", '"') + "}}",
        '{"kind":"person","properties":{"name":["x"]},"score":7}',
        '{"kind":"person"}',
    ],
)
def test_a_subject_that_is_empty_endless_or_holds_something_unknown_is_refused(text):
    with pytest.raises(msgspec.ValidationError):
        read(Subject, text)


@pytest.mark.parametrize("missing", ["purpose", "legal_basis", "case_reference", "category", "intent"])
def test_no_part_of_a_justification_but_the_offence_may_be_missing(missing):
    whole = {
        "purpose": "investigate",
        "legal_basis": "KUHAP 5",
        "case_reference": "LP/1/2026",
        "category": "suspect",
        "intent": "identify",
    }

    assert msgspec.convert(whole, Justification).purpose is Purpose.INVESTIGATE
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({key: value for key, value in whole.items() if key != missing}, Justification)


@given(st.sampled_from(DisclosureLevel), st.sampled_from(DisclosureLevel))
def test_of_two_levels_one_covers_the_other(one, other):
    assert one.covers(other) or other.covers(one)
    assert one is other or one.covers(other) != other.covers(one)


def test_full_covers_everything_and_silence_nothing_but_silence():
    assert all(DisclosureLevel.FULL.covers(level) for level in DisclosureLevel)
    assert [level for level in DisclosureLevel if DisclosureLevel.SILENT.covers(level)] == [DisclosureLevel.SILENT]


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_higher_probability_never_has_a_weaker_word(one, other):
    order = [Quality.POSSIBLE, Quality.PROBABLE, Quality.STRONG]
    low, high = sorted((one, other))

    assert order.index(Quality.of(low)) <= order.index(Quality.of(high))


def test_a_reason_has_no_place_for_a_value():
    assert Reason.__struct_fields__ == ("feature", "level", "weight")
    assert Comparison.__struct_fields__ == ("probability", "reasons")
