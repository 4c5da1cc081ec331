"""Lines of labelled pairs: read as analysts keep them, and refused with a reason where they are none."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.errors import InvalidValue
from lintas.matching.trials import LONGEST_LINE, is_heading, note_on, read_entities, read_names

BUDI = {"id": "a", "schema": "Person", "properties": {"name": ["Budi Santoso"]}}


def line(**members: Any) -> bytes:
    return json.dumps({"left": BUDI, "right": BUDI, **members}).encode()


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Soekarno\tSukarno\t1", True),
        ("Soekarno\tSuharto\t0\r\n", False),
        ("Soekarno\tSukarno\n", None),
        ("Щукин\t王\t", None),
    ],
)
def test_two_names_and_what_somebody_judged(text: str, *, same: bool | None) -> None:
    pair = read_names(text.encode())

    assert [pair.left, pair.right] == text.rstrip("\r\n").split("\t")[:2]
    assert pair.same is same


@pytest.mark.parametrize(
    ("raw", "facts"),
    [
        (b"Soekarno", {"columns": 1}),
        (b"a\tb\t1\tx", {"columns": 4}),
        (b"Soekarno\t\t1", {"column": 2}),
        (b"...\tSukarno\t1", {"column": 1}),
        (b"the rest of a name\t1", {"column": 2}),
        (b"ab\tcd\tperhaps", {"label": "perhaps"}),
        (b"a\t\xff\t1", {"problem": "not UTF-8", "byte": 3}),
        (b"a" * (LONGEST_LINE + 1), {"most": LONGEST_LINE}),
    ],
)
def test_a_row_that_is_no_pair_of_names_says_why(raw: bytes, facts: dict[str, object]) -> None:
    with pytest.raises(InvalidValue) as told:
        read_names(raw)

    assert facts.items() <= told.value.facts.items()


@pytest.mark.parametrize(
    ("line", "noted"), [("Sukarno\tS.", "S."), ("\u0627\tSukarno", "\u0627"), ("王\tWang", None), ("Sukarno\tSu", None)]
)
def test_a_name_of_one_letter_is_compared_and_noted(line: str, noted: str | None) -> None:
    note = note_on(read_names(line.encode()))

    assert (note or "").partition(":")[0] == (noted or "")


@pytest.mark.parametrize(("raw", "heading"), [(b"name1\tname2\tlabel\n", True), (b"a\tb\t1", False), (b"", False)])
def test_a_line_that_names_the_columns_is_known_by_its_last_word(raw: bytes, *, heading: bool) -> None:
    assert is_heading(raw) is heading


@pytest.mark.parametrize(
    ("members", "same"),
    [
        ({"judgement": "positive"}, True),
        ({"judgement": "negative"}, False),
        ({"label": 1}, True),
        ({"label": 0}, False),
        ({"label": True}, True),
        ({"judgement": "unsure"}, None),
        ({"judgement": None}, None),
        ({}, None),
    ],
)
def test_two_entities_and_what_somebody_judged(members: dict[str, Any], *, same: bool | None) -> None:
    pair = read_entities(line(**members))

    assert (pair.left, pair.right, pair.same) == (BUDI, BUDI, same)


@pytest.mark.parametrize(
    ("members", "facts"),
    [
        ({"left": {**BUDI, "schema": "Persn"}}, {"entity": "left", "schema": "Persn"}),
        ({"right": {"schema": "Person"}}, {"entity": "right"}),
        ({"right": {"schema": "Person", "properties": {"name": []}}}, {"entity": "right"}),
        ({"left": {**BUDI, "properties": {"name": [{"x": 1}]}}}, {"entity": "left", "property": "name"}),
        ({"judgement": "maybe"}, {"label": "maybe"}),
    ],
)
def test_a_pair_of_entities_that_is_none_says_on_which_side_and_why(
    members: dict[str, Any], facts: dict[str, object]
) -> None:
    with pytest.raises(InvalidValue) as told:
        read_entities(line(**members))

    assert facts.items() <= told.value.facts.items()


@pytest.mark.parametrize("raw", [b"{}", b"[1]", b"nonsense", b'{"left": 1, "right": 2}', b"[" * 100_000, b"\xff"])
def test_what_is_no_pair_at_all_says_what_is_wrong(raw: bytes) -> None:
    with pytest.raises(InvalidValue) as told:
        read_entities(raw)

    assert told.value.facts["problem"]


@given(st.binary(max_size=200))
def test_no_line_breaks_the_readers(raw: bytes) -> None:
    for read in (read_names, read_entities):
        with suppress(InvalidValue):
            assert read(raw).same in {True, False, None}
