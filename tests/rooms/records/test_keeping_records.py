"""What the register promises: found again, the same when nothing changed, every version kept. On both engines."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from lintas.audit import AuditKind
from lintas.errors import AlreadyDone, NotFound, Unjustified
from lintas.model import SubjectCategory
from lintas.records import Counts, Refusal
from rooms.records.record_makers import SOURCE, Register, person

BUDI = person("p-1", "Budi Santoso", properties={"birthDate": "1970-05-01"})
SITI = person("p-2", "Siti Aminah")


def test_a_record_is_read_as_it_was_saved_with_its_version_and_dates(register: Register) -> None:
    assert register.records.save([BUDI], source=SOURCE) == Counts(new=1)

    read = register.records.get("p-1")
    now = register.clock.now()
    assert read == msgspec.structs.replace(BUDI, version=1, updated=now, review_due=now.replace(year=now.year + 5))


def test_what_is_saved_twice_changes_nothing(register: Register) -> None:
    register.records.save([BUDI, SITI], source=SOURCE)
    register.clock.advance(timedelta(days=3))

    assert register.records.save([BUDI, SITI], source=SOURCE) == Counts(same=2)

    assert register.records.versions("p-1") == [register.records.get("p-1")]
    assert register.records.get("p-1").updated == register.clock.now() - timedelta(days=3)
    assert len(register.entries(AuditKind.RECORD_IMPORTED)) == 1


def test_a_change_makes_a_version_and_keeps_the_one_before(register: Register) -> None:
    register.records.save([BUDI], source=SOURCE)
    due = register.records.get("p-1").review_due
    register.clock.advance(timedelta(days=30))

    assert register.records.save([person("p-1", "Budi Santosa")], source=SOURCE) == Counts(changed=1)

    new, old = register.records.versions("p-1")
    assert (new.version, old.version) == (2, 1)
    assert (new.values("name"), old.values("name")) == (("Budi Santosa",), ("Budi Santoso",))
    assert new.review_due == due  # a correction does not make it live longer
    assert new.updated == register.clock.now()


def test_a_person_who_is_categorised_starts_a_new_period(register: Register) -> None:
    register.records.save([person(category=SubjectCategory.UNKNOWN)], source=SOURCE)
    register.clock.advance(timedelta(days=30))

    register.records.save([person(category=SubjectCategory.WANTED)], source=SOURCE)

    assert register.records.get("p-1").review_due == register.clock.now().replace(year=2031)


def test_only_the_source_it_came_from_may_change_a_record(register: Register) -> None:
    register.records.save([BUDI], source=SOURCE)

    counts = register.records.save([person("p-1", "Somebody Else"), SITI], source="another")

    assert counts == Counts(new=1, refused=(("p-1", Refusal.OTHER_SOURCE),))
    assert register.records.get("p-1").values("name") == ("Budi Santoso",)


def test_of_two_records_with_one_id_the_first_counts(register: Register) -> None:
    counts = register.records.save([BUDI, person("p-1", "Somebody Else"), BUDI], source=SOURCE)

    assert counts == Counts(new=1, same=1, refused=(("p-1", Refusal.TWICE),))


def test_records_come_in_the_order_asked_for_and_the_unknown_are_left_out(register: Register) -> None:
    register.records.save([BUDI, SITI], source=SOURCE)

    assert [record.id for record in register.records.many(["p-2", "nobody", "p-1"])] == ["p-2", "p-1"]
    assert register.records.counts() == {"Person": 2}
    with pytest.raises(NotFound):
        register.records.get("nobody")


def test_the_log_tells_how_many_came_and_nothing_of_what_they_say(register: Register) -> None:
    register.records.save([BUDI, SITI], source=SOURCE)

    (event,) = register.entries(AuditKind.RECORD_IMPORTED)
    assert event.facts == {"source": SOURCE, "new": 2, "changed": 0, "same": 0, "first": "p-1", "last": "p-2"}


def test_an_officer_changes_a_record_with_a_reason_and_the_log_says_so(register: Register) -> None:
    register.records.save([BUDI], source=SOURCE)
    read = register.records.get("p-1")
    changed = msgspec.structs.replace(read, statements=read.statements[:1])

    after = register.records.edit(changed, by="officer:sari", reason="the date was another man's")

    assert after == register.records.get("p-1")
    assert (after.version, after.values("birthDate")) == (2, ())
    (event,) = register.entries(AuditKind.RECORD_CHANGED)
    assert event.actor == "officer:sari"
    assert event.facts == {"act": "edited", "record": "p-1", "reason": "the date was another man's"}


def test_an_edit_stays_until_the_source_says_something_new(register: Register) -> None:
    register.records.save([BUDI], source=SOURCE)
    read = register.records.get("p-1")
    register.records.edit(
        msgspec.structs.replace(read, statements=read.statements[:1]), by="officer:sari", reason="wrong"
    )

    assert register.records.save([BUDI], source=SOURCE) == Counts(same=1)
    assert register.records.get("p-1").values("birthDate") == ()
    assert register.records.save([person("p-1", "Budi S.")], source=SOURCE) == Counts(changed=1)


def test_two_officers_do_not_overwrite_each_other(register: Register) -> None:
    register.records.save([BUDI], source=SOURCE)
    read = register.records.get("p-1")
    register.records.edit(read, by="officer:sari", reason="first")

    with pytest.raises(AlreadyDone):
        register.records.edit(read, by="officer:joko", reason="second")
    with pytest.raises(Unjustified):
        register.records.edit(read, by="officer:joko", reason=" ")
    with pytest.raises(NotFound):
        register.records.edit(person("nobody"), by="officer:joko", reason="third")
