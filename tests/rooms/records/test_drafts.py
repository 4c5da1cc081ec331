"""What counts as the same record, and what a new version keeps of the old one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from lintas.model import Grading, Handling, Record, SourceGrade, Statement, SubjectCategory
from lintas.records.drafts import decode, digest, draft, encode, keep_first_seen, union
from rooms.records.record_makers import person

NOW = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
gradings = st.builds(Grading, source=st.sampled_from(SourceGrade))
statements = st.builds(
    Statement,
    prop=st.sampled_from(["name", "alias", "birthDate"]),
    value=st.text(min_size=1, max_size=20),
    source=st.sampled_from(["a", "b"]),
    seen=st.sampled_from(["2020", "2024-05", "2026-01-01"]),
    grading=gradings,
    original=st.none() | st.text(max_size=5),
)
records = st.builds(
    Record,
    id=st.just("p-1"),
    schema=st.sampled_from(["Person", "LegalEntity"]),
    statements=st.lists(statements, max_size=6).map(tuple),
    category=st.sampled_from(SubjectCategory),
    handling=st.sampled_from(Handling),
    protections=st.frozensets(st.sampled_from(["child", "refugee"])),
    invented=st.booleans(),
)


@given(records)
def test_a_record_is_read_as_it_was_stored(record: Record) -> None:
    assert decode(encode(record)) == record
    assert encode(decode(encode(record))) == encode(record)


@given(records, st.randoms())
def test_the_order_of_values_and_the_day_they_were_seen_change_nothing(record: Record, chance: object) -> None:
    shuffled = list(record.statements)
    chance.shuffle(shuffled)
    later = tuple(msgspec.structs.replace(s, seen="2030") for s in shuffled)

    assert digest(msgspec.structs.replace(record, statements=later, version=9, updated=NOW)) == digest(record)


@given(records, records)
def test_two_records_that_say_something_else_are_told_apart(a: Record, b: Record) -> None:
    def said(record: Record) -> object:
        values = sorted((s.prop, s.value, s.source, s.original or "", s.grading.source) for s in record.statements)
        return values, record.schema, record.category, record.handling, record.protections, record.invented

    assert (digest(a) == digest(b)) == (said(a) == said(b))


def test_a_review_date_given_by_the_source_counts_if_it_is_nearer() -> None:
    near, far = NOW + timedelta(days=30), NOW + timedelta(days=10_000)

    assert draft(person(review_due=near), NOW).review_due == near
    assert draft(person(review_due=far), NOW).review_due == NOW.replace(year=2031)


def test_a_draft_holds_the_record_as_the_first_version() -> None:
    made = draft(person(version=7), NOW)

    stored = decode(made.body)
    assert (stored.version, stored.updated, stored.review_due) == (1, NOW, made.review_due)
    assert (made.record_id, made.schema, made.category) == ("p-1", "Person", "wanted")


def test_a_value_known_before_keeps_the_day_it_was_first_seen() -> None:
    old = person(properties={"alias": "Budi"})
    stated = [msgspec.structs.replace(statement, seen="2027-05-05") for statement in old.statements]
    new = Record("p-1", "Person", (*stated, Statement("alias", "Kancil", "DATA LATIHAN", "2027-05-05")))

    assert [s.seen for s in keep_first_seen(old, new).statements] == ["2026-01-01", "2026-01-01", "2027-05-05"]


@given(st.lists(statements, max_size=12))
def test_a_union_has_every_value_once_in_the_order_stated(stated: list[Statement]) -> None:
    kept = union(stated)

    keys = [(s.prop, s.value, s.source) for s in kept]
    assert keys == list(dict.fromkeys((s.prop, s.value, s.source) for s in stated))
    assert union(kept + kept) == kept
