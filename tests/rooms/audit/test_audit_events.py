"""Exactly which bytes of an entry are hashed: an auditor must be able to do it again in another language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lintas.audit import AuditKind, Event
from lintas.audit.events import commitment, decode, encode, leaf_of

AT = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
BOUND = bytes(range(32))
moments = st.datetimes(timezones=st.just(UTC))
texts = st.text(st.characters(codec="utf-8"), max_size=20)
facts = st.dictionaries(
    texts,
    texts
    | st.integers(-(2**63), 2**63 - 1)
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.lists(texts),
)


def test_a_leaf_is_the_hash_over_five_lines() -> None:
    lines = f"lintas-audit/1\n7\n2026-01-01T08:00:00.000000+00:00\ncheck.asked\n{BOUND.hex()}\n"

    assert leaf_of(7, AT, AuditKind.CHECK_ASKED, BOUND) == sha256(b"\x00" + lines.encode()).digest()


def test_the_same_moment_in_another_zone_is_the_same_leaf() -> None:
    jakarta = AT.astimezone(timezone(timedelta(hours=7)))

    assert leaf_of(7, jakarta, "check.asked", BOUND) == leaf_of(7, AT, "check.asked", BOUND)


@given(
    st.tuples(st.integers(0, 2**40), moments, st.sampled_from(AuditKind), st.binary(min_size=32, max_size=32)),
    st.data(),
)
def test_whatever_changes_changes_the_leaf(entry: tuple[int, datetime, AuditKind, bytes], data: st.DataObject) -> None:
    other = data.draw(
        st.tuples(
            st.sampled_from([entry[0], entry[0] + 1]),
            st.sampled_from([entry[1], AT]),
            st.sampled_from([entry[2], AuditKind.LOG_READ]),
            st.sampled_from([entry[3], BOUND]),
        )
    )
    assume(other != entry)

    assert leaf_of(*other) != leaf_of(*entry)


def test_the_commitment_is_salt_then_content() -> None:
    assert commitment(b"salt", b"content") == sha256(b"saltcontent").digest()


@given(facts, texts, st.none() | texts)
def test_what_is_written_is_read(given_facts: dict[str, object], actor: str, check: str | None) -> None:
    event = Event(kind=AuditKind.RECORD_READ, actor=actor, facts=given_facts, check=check)

    assert decode(encode(event)) == event


@pytest.mark.parametrize("fact", [None, {"a": 1}, [1], [[]], object, float("inf")])
def test_what_could_not_be_read_is_not_written(fact: object) -> None:
    with pytest.raises((msgspec.ValidationError, TypeError)):
        encode(Event(kind=AuditKind.RECORD_READ, actor="system", facts={"fact": fact}))


def test_a_member_of_a_vocabulary_is_written_as_its_word() -> None:
    event = Event(kind=AuditKind.RECORD_READ, actor="system", facts={"kind": AuditKind.LOG_READ})

    assert decode(encode(event)).facts == {"kind": "log.read"}


def test_kinds_are_words_of_two_parts_and_none_stands_twice() -> None:
    assert all(part.replace("_", "").isalpha() for kind in AuditKind for part in kind.value.split("."))
    assert all(kind.value.count(".") == 1 for kind in AuditKind)
    assert len(AuditKind.__members__) == len(AuditKind)


def test_two_events_do_not_share_their_facts() -> None:
    one, other = Event(kind=AuditKind.LOG_READ, actor="system"), Event(kind=AuditKind.LOG_READ, actor="system")

    assert one.facts is not other.facts
