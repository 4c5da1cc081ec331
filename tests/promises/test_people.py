"""What the people's room promises, on SQLite and on PostgreSQL: accounts, sessions, tokens."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text

from lintas.audit import AuditKind, AuditLog, Event
from lintas.clock import ManualClock
from lintas.errors import InvalidValue, LintasError, NotFound, NotSignedIn, Refused, TooManyTries
from lintas.model import Role
from lintas.people import Account, Enrolment, Officer, People, SecretBox
from lintas.people import tables as t
from lintas.storage import Database
from lintas.trust import NodeKeys

BOX = SecretBox(bytes(32))

PASSWORD = "kata sandi latihan"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def audit(database: Database, clock: ManualClock) -> AuditLog:
    return AuditLog(database, clock, NodeKeys.generate().signing_key, "id.latihan")


@pytest.fixture
def people(database: Database, audit: AuditLog, clock: ManualClock) -> People:
    return People(database, audit, clock, box=BOX, hasher=CHEAP)


@pytest.fixture
def sari(people: People) -> Enrolment:
    return enrolled(people)


def enrolled(people: People, username: str = "sari", by: str = "system", **more: object) -> Enrolment:
    given = {"name": "Sari", "roles": {Role.INVESTIGATOR, Role.LIAISON}, "unit": "Unit Latihan"}
    return people.enrol(Account(**({"username": username, "password": PASSWORD} | given | more)), by=by)


def code(enrolment: Enrolment, clock: ManualClock, steps: int = 0) -> str:
    at = clock.now() + timedelta(seconds=30 * steps)
    return pyotp.TOTP(enrolment.totp_secret).at(at)


def signed_in(people: People, who: Enrolment, clock: ManualClock) -> str:
    clock.advance(timedelta(seconds=30))  # a code is good once
    return people.sign_in(who.officer.username, PASSWORD, code(who, clock))


def kinds(audit: AuditLog) -> list[AuditKind]:
    return [entry.kind for entry in reversed(audit.entries())]


def last(audit: AuditLog) -> Event:
    event = audit.entries(limit=1)[0].event
    assert event is not None
    return event


def test_an_officer_is_enrolled_and_found(people: People, audit: AuditLog) -> None:
    made = enrolled(people, username=" Sari.W ", language="en")

    officer = made.officer
    assert (officer.username, officer.language, officer.unit) == ("sari.w", "en", "Unit Latihan")
    assert people.officer(officer.id) == officer
    assert people.officers() == [officer]
    assert last(audit).facts["roles"] == ["investigator", "liaison"]
    assert made.totp_uri.startswith("otpauth://totp/Lintas%20id.latihan:sari.w?secret=" + made.totp_secret)


def test_the_database_alone_makes_no_codes(people: People, database: Database, sari: Enrolment) -> None:
    with database.read() as tx:
        kept = tx.execute(select(t.officers.c.id, t.officers.c.totp_secret)).one()

    assert sari.totp_secret.encode() not in kept.totp_secret
    assert BOX.open(kept.totp_secret, kept.id) == sari.totp_secret


def test_a_name_of_one_word_is_a_name(people: People) -> None:
    assert enrolled(people, name="Sutrisno").officer.name == "Sutrisno"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", ""),
        ("username", "siti rahma"),
        ("username", "../etc"),
        ("username", "x" * 65),
        ("name", " "),
        ("roles", set()),
        ("language", "nl"),
        ("password", "terlalu"),
        ("password", "x" * 1001),
        ("password", "inisariselalu123"),
        ("totp_secret", "JBSWY3DP"),
        ("totp_secret", "not base32, surely not!!!!!!!"),
    ],
)
def test_an_account_that_is_not_right_is_not_made(people: People, audit: AuditLog, field: str, value: object) -> None:
    given = {"username": "sari", "name": "Sari", "roles": {Role.ANALYST}, "unit": "", "password": PASSWORD}

    with pytest.raises(InvalidValue) as refused:
        people.enrol(Account(**given | {field: value}), by="system")

    assert refused.value.facts["field"] == field
    assert people.officers() == []
    assert audit.size() == 0


def test_a_user_name_is_given_once(people: People, sari: Enrolment) -> None:
    with pytest.raises(InvalidValue):
        enrolled(people, username="SARI")


def test_neither_password_nor_token_is_kept(
    people: People, sari: Enrolment, clock: ManualClock, database: Database
) -> None:
    session = signed_in(people, sari, clock)
    token = people.issue_token(sari.officer, "case system", days=1)

    with database.read() as tx:
        rows = [row for table in (t.officers, t.sessions, t.tokens, t.failures) for row in tx.execute(select(table))]
    kept = str(rows)
    assert "$argon2id$" in kept
    assert not any(secret in kept for secret in (PASSWORD, session, token, token.removeprefix("lintas_")))


def test_an_officer_signs_in_and_out(people: People, sari: Enrolment, audit: AuditLog, clock: ManualClock) -> None:
    session = signed_in(people, sari, clock)
    assert people.officer_of(session) == sari.officer

    people.sign_out(session)
    people.sign_out(session)

    with pytest.raises(NotSignedIn):
        people.officer_of(session)
    assert kinds(audit) == [AuditKind.OFFICER_ENROLLED, AuditKind.SIGNED_IN, AuditKind.SIGNED_OUT]


def test_the_password_may_be_typed_on_another_keyboard(people: People, clock: ManualClock) -> None:
    made = enrolled(people, password="café di Surabaya")

    people.sign_in("Sari ", "cafe\u0301 di Surabaya", code(made, clock))


@pytest.mark.parametrize(
    ("attempt", "reason"),
    [
        (("nobody", PASSWORD, 0), "unknown"),
        (("sari\x00", PASSWORD, 0), "unknown"),
        (("", "", 0), "unknown"),
        (("sari", "kata sandi lain", 0), "password"),
        (("sari", "", 0), "password"),
        (("sari", "x" * 5000, 0), "password"),
        (("sari", PASSWORD, -3), "code"),
        (("sari", PASSWORD, 3), "code"),
    ],
)
def test_what_is_wrong_stands_in_the_log_and_is_not_told(
    people: People,
    sari: Enrolment,
    audit: AuditLog,
    clock: ManualClock,
    attempt: tuple[str, str, int],
    reason: str,
) -> None:
    username, password, steps = attempt

    with pytest.raises(NotSignedIn) as refused:
        people.sign_in(username, password, code(sari, clock, steps))

    assert (type(refused.value), refused.value.facts) == (NotSignedIn, {})
    assert (last(audit).kind, last(audit).facts["reason"]) == (AuditKind.SIGN_IN_FAILED, reason)


def test_a_password_typed_as_a_name_does_not_reach_the_disk(
    people: People, audit: AuditLog, clock: ManualClock, database: Database
) -> None:
    with pytest.raises(NotSignedIn):
        people.sign_in(PASSWORD, "sari", "123456")

    with database.read() as tx:
        assert PASSWORD not in str(tx.execute(select(t.failures)).all())
    assert PASSWORD not in str(last(audit))


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_half_a_minute_off_is_good(people: People, sari: Enrolment, clock: ManualClock, steps: int) -> None:
    people.sign_in("sari", PASSWORD, code(sari, clock, steps))


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "\uff11\uff12\uff13\uff14\uff15\uff16", "0" * 400])
def test_what_is_no_code_is_not_one(people: People, sari: Enrolment, typed: str) -> None:
    with pytest.raises(NotSignedIn):
        people.sign_in("sari", PASSWORD, typed)


def test_a_code_may_be_typed_in_two_groups(people: People, sari: Enrolment, clock: ManualClock) -> None:
    digits = code(sari, clock)

    people.sign_in("sari", PASSWORD, f" {digits[:3]} {digits[3:]} ")


def test_a_code_is_good_once(people: People, sari: Enrolment, audit: AuditLog, clock: ManualClock) -> None:
    people.sign_in("sari", PASSWORD, code(sari, clock))

    with pytest.raises(NotSignedIn):
        people.sign_in("sari", PASSWORD, code(sari, clock))
    with pytest.raises(NotSignedIn):
        people.sign_in("sari", PASSWORD, code(sari, clock, -1))

    assert last(audit).facts["reason"] == "code used before"
    people.sign_in("sari", PASSWORD, code(sari, clock, 1))


def test_a_code_used_twice_at_once_is_good_once(people: People, sari: Enrolment, clock: ManualClock) -> None:
    def attempt(_: int) -> bool:
        try:
            return bool(people.sign_in("sari", PASSWORD, code(sari, clock)))
        except NotSignedIn:
            return False

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(attempt, range(4))) == 1


def fail(people: People, username: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(NotSignedIn):
            people.sign_in(username, "salah semuanya", "000000")


@pytest.mark.parametrize("username", ["sari", "nobody"])
def test_after_five_failures_a_name_waits_whether_it_exists_or_not(
    people: People, sari: Enrolment, clock: ManualClock, username: str
) -> None:
    fail(people, username, 5)

    with pytest.raises(TooManyTries) as told:
        people.sign_in(username.upper(), PASSWORD, code(sari, clock))

    assert told.value.facts == {"until": (clock.now() + timedelta(minutes=15)).isoformat(timespec="seconds")}


def test_the_wait_ends(people: People, sari: Enrolment, clock: ManualClock) -> None:
    fail(people, "sari", 5)
    clock.advance(timedelta(minutes=15))

    people.sign_in("sari", PASSWORD, code(sari, clock))


def test_others_do_not_wait(people: People, sari: Enrolment, clock: ManualClock) -> None:
    fail(people, "nobody", 5)

    people.sign_in("sari", PASSWORD, code(sari, clock))


def test_signing_in_forgives_earlier_failures(people: People, sari: Enrolment, clock: ManualClock) -> None:
    fail(people, "sari", 4)
    signed_in(people, sari, clock)

    fail(people, "sari", 4)
    signed_in(people, sari, clock)


def test_a_restart_forgives_nothing(
    people: People, sari: Enrolment, database: Database, audit: AuditLog, clock: ManualClock
) -> None:
    fail(people, "sari", 5)

    restarted = People(database, audit, clock, box=BOX, hasher=CHEAP)

    with pytest.raises(TooManyTries):
        restarted.sign_in("sari", PASSWORD, code(sari, clock))


def test_many_tries_at_once_count_as_many(people: People, sari: Enrolment) -> None:
    def attempt(_: int) -> type[LintasError]:
        try:
            people.sign_in("sari", "salah semuanya", "000000")
        except NotSignedIn as error:
            return type(error)
        raise AssertionError

    with ThreadPoolExecutor(10) as threads:
        outcomes = list(threads.map(attempt, range(20)))

    assert outcomes.count(NotSignedIn) == 5
    assert outcomes.count(TooManyTries) == 15


def test_a_password_sprayed_over_many_names_is_stopped_for_all(
    people: People, sari: Enrolment, clock: ManualClock, database: Database
) -> None:
    at = clock.now()
    database.write(
        lambda tx: tx.execute(
            t.failures.insert(), [{"id": f"f{n}", "tried": f"name-{n}", "at": at} for n in range(200)]
        )
    )

    with pytest.raises(TooManyTries):
        people.sign_in("sari", PASSWORD, code(sari, clock))

    clock.advance(timedelta(minutes=15))
    people.sign_in("sari", PASSWORD, code(sari, clock))


def test_an_unknown_name_costs_the_same_hash(database: Database, audit: AuditLog, clock: ManualClock) -> None:
    """Not measured with a watch: the hasher itself counts its work."""

    class Counting(PasswordHasher):
        verified = 0

        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            Counting.verified += 1
            return super().verify(hash, password)

    people = People(database, audit, clock, box=BOX, hasher=Counting(time_cost=1, memory_cost=8, parallelism=1))
    enrolled(people)

    counts = []
    for username in ("sari", "nobody"):
        before = Counting.verified
        fail(people, username, 1)
        counts.append(Counting.verified - before)

    assert counts == [1, 1]


def test_a_weaker_hash_is_made_anew_when_its_password_is_known(
    people: People, sari: Enrolment, database: Database, audit: AuditLog, clock: ManualClock
) -> None:
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)

    signed_in(People(database, audit, clock, box=BOX, hasher=stronger), sari, clock)

    with database.read() as tx:
        kept = tx.scalar(select(t.officers.c.password))
    assert kept is not None
    assert "m=16,t=2" in kept
    signed_in(people, sari, clock)


def test_a_session_ends_when_idle_for_half_an_hour(people: People, sari: Enrolment, clock: ManualClock) -> None:
    session = signed_in(people, sari, clock)
    for _ in range(5):
        clock.advance(timedelta(minutes=29))
        people.officer_of(session)

    clock.advance(timedelta(minutes=30))

    with pytest.raises(NotSignedIn):
        people.officer_of(session)


def test_a_session_ends_after_twelve_hours_however_busy(people: People, sari: Enrolment, clock: ManualClock) -> None:
    session = signed_in(people, sari, clock)
    for _ in range(47):
        clock.advance(timedelta(minutes=15))
        people.officer_of(session)

    clock.advance(timedelta(minutes=15))

    with pytest.raises(NotSignedIn):
        people.officer_of(session)


def test_ended_sessions_do_not_pile_up(people: People, sari: Enrolment, clock: ManualClock, database: Database) -> None:
    for _ in range(3):
        signed_in(people, sari, clock)
        clock.advance(timedelta(hours=1))
    signed_in(people, sari, clock)

    with database.read() as tx:
        assert len(tx.execute(select(t.sessions)).all()) == 1


def test_an_officer_may_have_two_sessions(people: People, sari: Enrolment, clock: ManualClock) -> None:
    desk, phone = signed_in(people, sari, clock), signed_in(people, sari, clock)

    people.sign_out(phone)

    assert people.officer_of(desk) == sari.officer


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "\x00", "É"])
def test_an_invented_session_is_nobodys(people: People, sari: Enrolment, token: str) -> None:
    with pytest.raises(NotSignedIn):
        people.officer_of(token)
    with pytest.raises(NotSignedIn):
        people.officer_of_token(token)


def test_a_token_acts_for_its_officer_until_it_expires(
    people: People, sari: Enrolment, audit: AuditLog, clock: ManualClock
) -> None:
    token = people.issue_token(sari.officer, " case system ", days=30)

    assert people.officer_of_token(token) == sari.officer
    assert last(audit).facts["name"] == "case system"
    clock.advance(timedelta(days=30))
    with pytest.raises(NotSignedIn):
        people.officer_of_token(token)


def test_a_token_may_do_less_than_its_officer_and_never_more(
    people: People, sari: Enrolment, database: Database
) -> None:
    token = people.issue_token(sari.officer, "case system", days=1, roles={Role.LIAISON})
    assert people.officer_of_token(token).roles == {Role.LIAISON}

    database.write(lambda tx: tx.execute(t.officers.update().values(roles="investigator")))

    assert people.officer_of_token(token).roles == frozenset()


@pytest.mark.parametrize(
    "wrong", [{"days": 0}, {"days": 366}, {"name": " "}, {"roles": {Role.AUDITOR}}, {"roles": set()}]
)
def test_a_token_beyond_its_officer_is_not_issued(people: People, sari: Enrolment, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        people.issue_token(sari.officer, **({"name": "case system", "days": 1} | wrong))


def test_a_token_is_no_session_and_a_session_is_no_token(people: People, sari: Enrolment, clock: ManualClock) -> None:
    session = signed_in(people, sari, clock)
    token = people.issue_token(sari.officer, "case system", days=1)

    with pytest.raises(NotSignedIn):
        people.officer_of(token)
    with pytest.raises(NotSignedIn):
        people.officer_of_token(session)


def test_a_token_is_revoked_at_once(people: People, sari: Enrolment, audit: AuditLog) -> None:
    token = people.issue_token(sari.officer, "case system", days=30)
    token_id = str(last(audit).facts["token"])

    people.revoke_token(token_id, by=sari.officer.id)

    with pytest.raises(NotSignedIn):
        people.officer_of_token(token)
    assert last(audit).kind is AuditKind.TOKEN_REVOKED
    with pytest.raises(NotFound):
        people.revoke_token(token_id, by="system")


def test_who_leaves_is_out_at_once_and_stays_attributable(
    people: People, sari: Enrolment, audit: AuditLog, clock: ManualClock
) -> None:
    session, token = signed_in(people, sari, clock), people.issue_token(sari.officer, "case system", days=30)

    people.close_account(sari.officer.id, by="system")

    for refused in (lambda: people.officer_of(session), lambda: people.officer_of_token(token)):
        with pytest.raises(NotSignedIn):
            refused()
    with pytest.raises(NotSignedIn):
        signed_in(people, sari, clock)
    assert last(audit).facts["reason"] == "closed"
    assert people.officers() == []
    assert people.officer(sari.officer.id).name == "Sari"
    with pytest.raises(NotFound):
        people.close_account(sari.officer.id, by="system")


def test_nobody_is_found_under_an_invented_id(people: People) -> None:
    with pytest.raises(NotFound):
        people.officer("nobody")


def test_a_role_is_required(people: People) -> None:
    officer = Officer("1", "sari", "Sari", frozenset({Role.ANALYST}))

    People.require(officer, Role.ANALYST, Role.LIAISON)
    with pytest.raises(Refused):
        People.require(officer, Role.AUDITOR)


def test_what_cannot_be_logged_is_not_done(
    people: People, sari: Enrolment, audit: AuditLog, clock: ManualClock, database: Database
) -> None:
    """Deed and entry are one transaction: with the log's table broken nobody signs in and no token is issued."""
    session = signed_in(people, sari, clock)
    database.write(lambda tx: tx.execute(text("ALTER TABLE audit_entries RENAME TO hidden")))

    for deed in (
        lambda: enrolled(people, "budi"),
        lambda: people.sign_out(session),
        lambda: people.issue_token(sari.officer, "x", days=1),
        lambda: people.ask_second("check.batch", {}, sari.officer),
    ):
        with pytest.raises(Exception, match="audit_entries"):
            deed()

    assert people.officers() == [sari.officer]
    assert people.officer_of(session) == sari.officer
    assert people.pending(Officer("2", "x", "X", frozenset(Role))) == []


async def test_what_is_no_longer_good_is_erased_and_what_is_stays(
    people: People, database: Database, clock: ManualClock, sari: Enrolment
) -> None:
    signed_in(people, sari, clock)
    people.issue_token(sari.officer, "uji", days=1)
    people.issue_token(sari.officer, "uji", days=30)
    people.ask_second("check.batch", {"batch": "latihan"}, sari.officer)
    left = []

    for wait in (timedelta(0), timedelta(days=1), timedelta(days=3 * 365)):
        clock.advance(wait)
        await people.purge()
        with database.read() as tx:
            kept = (t.sessions, t.tokens, t.approvals, t.officers)
            left.append([len(tx.execute(select(table)).all()) for table in kept])

    assert left == [[1, 2, 1, 1], [0, 1, 1, 1], [0, 0, 0, 1]]
