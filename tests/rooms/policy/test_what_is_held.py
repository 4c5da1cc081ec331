"""What a person may choose from, and what each level shows of a record."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lintas.model import DisclosureLevel, Record, Statement
from lintas.policy import as_far_as, held

PROPS = st.sampled_from(["name", "birthDate", "phone", "notes", "nationality", "firstName", "lastName", "address"])


def record(**values: str) -> Record:
    statements = tuple(Statement(prop, value, "DATA LATIHAN", "2026-01-01") for prop, value in values.items())
    return Record("latihan-1", "Person", statements)


def test_a_name_nobody_has_divided_is_offered_whole_as_family_name() -> None:
    offered = held(record(name="Sukarno", birthDate="1970"))

    assert [s.value for s in offered["family_names"]] == ["Sukarno"]
    assert offered["first_names"] == []


def test_a_divided_name_is_offered_in_its_parts() -> None:
    offered = held(record(name="Budi Santoso", firstName="Budi", lastName="Santoso"))

    assert [s.value for s in offered["family_names"]] == ["Santoso"]
    assert [s.value for s in offered["first_names"]] == ["Budi"]


@given(st.dictionaries(PROPS, st.text(min_size=1, max_size=20)))
def test_a_lower_level_never_shows_more(values: dict[str, str]) -> None:
    whole = record(**values)

    shown = [set(as_far_as(level, whole).statements) for level in DisclosureLevel]

    assert all(lower <= higher for lower, higher in pairwise(shown))
    assert shown[0] == shown[1] == set()
    assert shown[-1] == set(whole.statements)


def test_core_shows_what_core_data_are_made_of_and_no_more() -> None:
    shown = as_far_as(DisclosureLevel.CORE, record(name="Sukarno", birthDate="1970", phone="+62 836 000 0002"))

    assert {s.prop for s in shown.statements} == {"name", "birthDate"}
