"""The end of a record's life: reminded, extended, planned, quarantined, restored, erased (rules R08, R27, R30, R31)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lintas.audit import AuditKind
from lintas.clock import ManualClock
from lintas.errors import NotFound, SecondPersonNeeded, Unjustified
from lintas.model import Subject, SubjectCategory, SubjectKind
from lintas.records import Refusal
from lintas.records.tables import import_stage
from lintas.storage import Database, metadata
from rooms.records.record_makers import SOURCE, Register, person

CONTACT = person("p-contact", "Contact Person", category=SubjectCategory.CONTACT)
WANTED = person("p-wanted", "Wanted Person", category=SubjectCategory.WANTED)
UNKNOWN = person("p-unknown", "Unknown Person", category=SubjectCategory.UNKNOWN)
AGREED = {"by": "officer:sari", "approval": "approval-1"}


@pytest.fixture
def full(register: Register) -> Register:
    register.records.save([CONTACT, WANTED, UNKNOWN], source=SOURCE)
    return register


def ids(things: object) -> list[str]:
    return [thing.record_id for thing in things]


def test_the_owner_is_reminded_four_months_ahead_the_most_urgent_first(full: Register) -> None:
    assert ids(full.records.due_for_review()) == []

    full.clock.advance(timedelta(days=70))
    assert ids(full.records.due_for_review()) == ["p-unknown"]

    full.clock.advance(timedelta(days=200))
    assert ids(full.records.due_for_review()) == ["p-unknown", "p-contact"]


def test_a_record_lives_on_only_after_an_assessment_and_a_second_person(full: Register) -> None:
    full.clock.advance(timedelta(days=300))
    extend = full.records.extend

    with pytest.raises(Unjustified):
        extend("p-contact", reason="  yes  ", by="officer:sari", approval="a-1")
    with pytest.raises(SecondPersonNeeded):
        extend("p-contact", reason="still met every week by the suspect", by="officer:sari", approval="")
    with pytest.raises(NotFound):
        extend("nobody", reason="still met every week by the suspect", by="officer:sari", approval="a-1")

    after = extend("p-contact", reason="still met every week by the suspect", by="officer:sari", approval="a-1")

    assert after.review_due == full.clock.now().replace(year=2027)
    assert full.records.get("p-contact") == after
    (event,) = full.entries(AuditKind.RECORD_CHANGED)
    assert event.facts["reason"] == "still met every week by the suspect"
    assert event.facts["approval"] == "a-1"


def test_a_plan_names_what_is_overdue_and_changes_nothing(full: Register) -> None:
    full.clock.advance(timedelta(days=400))

    plan = full.records.deletion_plan()

    assert ids(plan.records) == ["p-unknown", "p-contact"]
    assert plan.by_category() == {"unknown": 1, "contact": 1}
    assert plan.digest == full.records.deletion_plan().digest
    assert full.records.counts() == {"Person": 3}


def test_a_plan_may_name_single_records(full: Register) -> None:
    assert ids(full.records.deletion_plan(["p-wanted"]).records) == ["p-wanted"]
    with pytest.raises(NotFound):
        full.records.deletion_plan(["p-wanted", "nobody"])


def test_without_a_second_person_nothing_is_deleted(full: Register) -> None:
    plan = full.records.deletion_plan(["p-wanted"])

    with pytest.raises(SecondPersonNeeded):
        full.records.erase(plan, by="officer:sari", approval="")

    assert full.records.get("p-wanted")


def test_what_is_deleted_is_invisible_everywhere_at_once(full: Register) -> None:
    assert full.found(name="Wanted Person")[0] == "p-wanted"

    assert full.records.erase(full.records.deletion_plan(["p-wanted"]), **AGREED) == ["p-wanted"]

    with pytest.raises(NotFound):
        full.records.get("p-wanted")
    with pytest.raises(NotFound):
        full.records.versions("p-wanted")
    assert full.records.many(["p-wanted"]) == []
    assert full.records.counts() == {"Person": 2}
    assert "p-wanted" not in ids(full.records.due_for_review(ahead_months=1000))
    assert "p-wanted" not in full.found(name="Wanted Person")
    assert full.records.save([WANTED], source=SOURCE).refused == (("p-wanted", Refusal.QUARANTINED),)
    (event,) = full.entries(AuditKind.RECORD_CHANGED)
    assert event.facts["records"] == ["p-wanted"]


def test_the_index_may_be_behind_and_still_no_deleted_record_is_given_out(full: Register) -> None:
    full.records.catch_up()

    full.records.erase(full.records.deletion_plan(["p-wanted"]), **AGREED)

    subject = Subject(SubjectKind.PERSON, {"name": ("Wanted Person",)})
    assert "p-wanted" in full.index.candidates(subject)  # nobody has told it yet
    assert "p-wanted" not in [record.id for record in full.records.candidates(subject)]


def test_what_was_deleted_by_mistake_comes_back_whole(full: Register) -> None:
    before = full.records.get("p-wanted")
    full.records.erase(full.records.deletion_plan(["p-wanted"]), **AGREED)
    (held,) = full.records.quarantined()
    assert (held.record_id, held.until - held.since) == ("p-wanted", timedelta(days=30))

    with pytest.raises(Unjustified):
        full.records.restore(["p-wanted"], by="officer:dpo", reason="")
    assert full.records.restore(["p-wanted", "nobody"], by="officer:dpo", reason="wrong file") == 1

    assert full.records.get("p-wanted") == before
    assert full.found(name="Wanted Person")[0] == "p-wanted"
    assert full.records.quarantined() == []


def test_a_record_changed_or_reviewed_since_the_plan_is_left_alone(full: Register) -> None:
    full.clock.advance(timedelta(days=400))
    plan = full.records.deletion_plan()
    full.records.extend("p-contact", reason="still met every week by the suspect", **AGREED)
    full.records.save([person("p-unknown", "Somebody Known")], source=SOURCE)

    assert full.records.erase(plan, **AGREED) == []
    assert full.records.counts() == {"Person": 3}


def test_after_thirty_days_it_is_gone_and_the_log_keeps_that_it_was_erased(full: Register) -> None:
    full.records.save([person("p-wanted", "Wanted Again")], source=SOURCE)  # there is an old version too
    full.records.erase(full.records.deletion_plan(["p-wanted"]), **AGREED)
    full.clock.advance(timedelta(days=29))
    assert full.records.erase_quarantined() == 0

    full.clock.advance(timedelta(days=1))
    assert full.records.erase_quarantined() == 1

    assert full.records.quarantined() == []
    assert full.records.restore(["p-wanted"], by="officer:dpo", reason="too late") == 0
    (event,) = full.entries(AuditKind.RECORD_ERASED)
    assert event.facts == {"records": ["p-wanted"]}
    assert "p-wanted" not in full.found(name="Wanted Again")
    assert full.audit.verify()


def everything_in(register: Register) -> bytes:
    """Every value in every table."""
    with register.records.db.read() as connection:
        rows = [row for table in metadata.sorted_tables for row in connection.execute(table.select())]
    return b" ".join(bytes(v) if isinstance(v, bytes) else str(v).encode() for row in rows for v in row)


def test_after_an_erasure_no_table_of_either_engine_has_a_value_of_it(full: Register) -> None:
    full.records.save([person("p-wanted", "Zulkarnaen", properties={"phone": "+628999000111"})], source=SOURCE)
    full.records.save([person("p-wanted", "Zulkarnain")], source=SOURCE)
    assert all(value in everything_in(full) for value in (b"Zulkarnaen", b"Zulkarnain", b"+628999000111"))

    full.records.erase(full.records.deletion_plan(["p-wanted"]), **AGREED)
    full.clock.advance(timedelta(days=30))
    full.records.erase_quarantined()

    left = everything_in(full)
    assert [value for value in (b"Zulkarnaen", b"Zulkarnain", b"+628999000111") if value in left] == []
    assert b"p-wanted" in left  # the log knows what was erased, not what it said


def test_thousands_are_deleted_in_several_steps_and_every_one_is_named_in_the_log(desk: Register) -> None:
    many = [person(f"p-{i}", category=SubjectCategory.UNKNOWN) for i in range(2_300)]
    desk.records.save(many, source=SOURCE)
    desk.clock.advance(timedelta(days=200))
    plan = desk.records.deletion_plan()

    gone = desk.records.erase(plan, **AGREED)
    desk.clock.advance(timedelta(days=30))

    assert len(gone) == 2_300
    assert desk.records.erase_quarantined() == 2_300
    assert desk.records.counts() == {}
    told = [key for event in desk.entries(AuditKind.RECORD_ERASED) for key in event.facts["records"]]
    assert sorted(told) == sorted(gone)
    assert {event.facts["plan"] for event in desk.entries(AuditKind.RECORD_CHANGED)} == {plan.digest}


def test_a_plan_is_another_plan_when_any_record_in_it_is_another(full: Register) -> None:
    one = full.records.deletion_plan(["p-wanted"])
    other = full.records.deletion_plan(["p-contact"])
    full.records.save([person("p-wanted", "Wanted Again")], source=SOURCE)
    changed = full.records.deletion_plan(["p-wanted"])

    assert len({one.digest, other.digest, changed.digest}) == 3


def bytes_in(folder: Path) -> bytes:
    """Every byte in every file below a folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def marks(name: str) -> set[bytes]:
    """What would betray a name: itself in either case, and its words as the index stores them."""
    return {form.encode() for form in (name, name.lower(), *name.lower().split())}


secrets = st.text("bcdfghjklmnpqrstvwxz", min_size=9, max_size=12)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=secrets, second=secrets, number=st.integers(10**9, 10**10 - 1))
def test_erasing_leaves_no_value_behind(
    tmp_path_factory: pytest.TempPathFactory, first: str, second: str, number: int
) -> None:
    folder = tmp_path_factory.mktemp("erased")
    database = Database.open(f"sqlite:///{folder / 'lintas.db'}")
    database.migrate()
    clock = ManualClock()
    register = Register.open(database, clock, folder)
    others = [person(f"o-{i}", f"Orang Lain {i}") for i in range(50)]
    before = person("p-1", f"{first} Santoso", properties={"passportNumber": f"A{number}"})
    register.records.save([*others, before], source=SOURCE)
    register.records.save([person("p-1", f"{second} Santoso")], source=SOURCE)
    # Part of an import that was given up holds the name too.
    staged = {"run": "given up", "record_id": "p-1", "part": 0, "body": f"{first} {number}".encode()}
    database.write(lambda tx: tx.execute(import_stage.insert(), staged))
    register.records.catch_up()
    assert all(mark in bytes_in(folder) for mark in (first.encode(), second.encode(), str(number).encode()))

    register.records.erase(register.records.deletion_plan(["p-1"]), **AGREED)
    clock.advance(timedelta(days=30))
    assert register.records.erase_quarantined() == 1
    register.records.catch_up()

    left = bytes_in(folder)
    assert [mark for mark in marks(first) | marks(second) | {str(number).encode()} if mark in left] == []
    assert register.records.counts() == {"Person": 50}
    register.index.close()
    database.close()
    assert [mark for mark in marks(first) | marks(second) if mark in bytes_in(folder)] == []
