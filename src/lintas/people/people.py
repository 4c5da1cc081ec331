"""The people of this agency: accounts, sessions, tokens, and the second person."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import ColumnElement, Connection, Row, Select, delete, insert, select, update

from lintas.audit import AuditKind, AuditLog, Event
from lintas.audit.events import Facts
from lintas.clock import Clock
from lintas.errors import InvalidValue, NotFound, NotSignedIn, Refused
from lintas.model import Role
from lintas.people import throttle
from lintas.people.approvals import Approval, Approvals, MayApprove
from lintas.people.errands import Errands, withdraw
from lintas.people.officers import (
    Account,
    Enrolment,
    Officer,
    check_account,
    check_password,
    check_secret,
    checked_username,
    officer_of_row,
)
from lintas.people.retention import IDLE, LONGEST, forget, is_over
from lintas.people.secrets import Passwords, SecretBox, hash_of, new_token, new_totp_secret, step_of, totp_uri
from lintas.people.tables import errands, officers, sessions, tokens
from lintas.storage import Database

MOST_DAYS = 365
_SEEN_EVERY = timedelta(minutes=1)  # how precisely idleness is known; finer would write to the disk at every click


class People:
    """Enrols officers, signs them in and out, issues tokens, and asks for the second person."""

    def __init__(
        self,
        db: Database,
        audit: AuditLog,
        clock: Clock,
        *,
        box: SecretBox,
        may_approve: MayApprove = lambda _roles, _act: True,
        hasher: PasswordHasher | None = None,
    ) -> None:
        """The people of a node.

        Args:
            db: Where accounts, sessions and approvals are kept.
            audit: The log everything is written to, in the same transaction.
            clock: Tells when sessions and approvals end.
            box: Seals the authenticators' secrets, under a key that is not kept in `db`.
            may_approve: Which roles may be the second person for which act. Whoever leaves it out asks at the door.
            hasher: Argon2id with other parameters than the library's (RFC 9106, low memory).
        """
        self._db = db
        self._audit = audit
        self._clock = clock
        self._box = box
        self._passwords = Passwords(hasher or PasswordHasher())
        self._approvals = Approvals(db, audit, clock, may_approve)
        self.errands = Errands(db, audit, clock)

    # Accounts

    def enrol(self, account: Account, *, by: str) -> Enrolment:
        """Give an officer an account.

        Args:
            account: What they are enrolled with; a fresh authenticator's secret is made unless one is given.
            by: The id of the officer who enrols, or "system".

        Returns:
            The officer, and the authenticator's secret: it is shown this once.

        Raises:
            InvalidValue: A field is not right, or the user name is taken.
        """
        username, roles = checked_username(account.username), frozenset(account.roles)
        secret = account.totp_secret or new_totp_secret()
        check_account(account.name, roles, account.language)
        check_password(account.password, username)
        check_secret(secret)
        name, unit, language = account.name.strip(), account.unit, account.language
        officer = Officer(secrets.token_hex(6), username, name, roles, unit, language)
        row: dict[str, object] = {"id": officer.id, "username": username, "name": name, "unit": unit}
        row |= {"language": language, "roles": _spaced(roles), "password": self._passwords.hash(account.password)}
        row |= {"totp_secret": self._box.seal(secret, officer.id), "totp_step": 0}

        def work(tx: Connection) -> None:
            if tx.scalar(select(officers.c.id).where(officers.c.username == username)) is not None:
                raise InvalidValue(field="username", taken=username)
            tx.execute(insert(officers), {**row, "enrolled_at": self._clock.now()})
            facts: Facts = {"officer": officer.id, "username": username, "roles": sorted(roles), "unit": unit}
            self._log(tx, AuditKind.OFFICER_ENROLLED, _actor(by), facts)

        self._db.write(work)
        return Enrolment(officer, secret, totp_uri(secret, username, self._audit.node))

    def close_account(self, officer_id: str, *, by: str) -> None:
        """Close the account of an officer who leaves; sessions and tokens end at once. The name stays resolvable.

        Raises:
            NotFound: There is no such open account.
        """

        def work(tx: Connection) -> None:
            still_open = (officers.c.id == officer_id) & officers.c.closed_at.is_(None)
            if tx.execute(update(officers).where(still_open).values(closed_at=self._clock.now())).rowcount != 1:
                raise NotFound(officer=officer_id)
            tx.execute(delete(sessions).where(sessions.c.officer == officer_id))
            for keys in (tokens, errands):
                tx.execute(delete(keys).where(keys.c.officer == officer_id))
            self._log(tx, AuditKind.OFFICER_CHANGED, _actor(by), {"officer": officer_id, "change": "closed"})

        self._db.write(work)

    def officer(self, officer_id: str) -> Officer:
        """The officer with this id, open or closed: what somebody did must stay attributable.

        Raises:
            NotFound: There is none.
        """
        with self._db.read() as tx:
            row = tx.execute(select(officers).where(officers.c.id == officer_id)).one_or_none()
        if row is None:
            raise NotFound(officer=officer_id)
        return officer_of_row(row)

    def officers(self) -> list[Officer]:
        """Everybody with an open account, by user name."""
        with self._db.read() as tx:
            rows = tx.execute(select(officers).where(officers.c.closed_at.is_(None)).order_by(officers.c.username))
            return [officer_of_row(row) for row in rows]

    @staticmethod
    def require(officer: Officer, *roles: Role) -> None:
        """Let the officer go on with any one of these roles.

        Raises:
            Refused: The officer has none of them.
        """
        if not officer.roles & set(roles):
            raise Refused(roles=sorted(roles))

    # Sessions

    def sign_in(self, username: str, password: str, code: str) -> str:
        """Sign an officer in with password and authenticator; a code is good once.

        Unknown names, wrong passwords and wrong codes look alike and take alike; the log knows which it was.

        Returns:
            The session's token: random, kept here as a hash only, good for 30 idle minutes and 12 hours in all.

        Raises:
            NotSignedIn: Name, password or code is wrong.
            TooManyTries: Too many have failed, for this name or altogether.
        """
        now = self._clock.now()
        # (1) Count the try before looking at it: many at once are many.
        self._db.write(lambda tx: throttle.begin(tx, username, now))
        # (2) Compute the slow hash outside of any transaction, for unknown names too.
        row = self._named(username)
        fits = self._passwords.fits(password, row.password if row else None)
        step = step_of(self._box.open(row.totp_secret, row.id) if row else new_totp_secret(), code, now)
        outdated = row is not None and fits and self._passwords.is_outdated(row.password)
        stronger = self._passwords.hash(password) if outdated else None
        # (3) Decide, in the transaction that begins the session or notes the failure.
        token = new_token()

        def work(tx: Connection) -> bool:
            wrong = _what_is_wrong(tx, row.id, fits=fits, step=step) if row else "unknown"
            if row is None or wrong is not None:
                facts: Facts = {"reason": wrong or "", "tried": row.username if row else throttle.tried(username)}
                self._log(tx, AuditKind.SIGN_IN_FAILED, "system", facts)
                return False
            changes = {"totp_step": step} | ({"password": stronger} if stronger else {})
            tx.execute(update(officers).where(officers.c.id == row.id).values(changes))
            throttle.forgive(tx, username)
            self._begin_session(tx, row.id, token, now)
            return True

        if not self._db.write(work):
            raise NotSignedIn
        return token

    def _named(self, username: str) -> Row[Any] | None:
        """The account with this user name, open or closed."""
        try:
            folded = checked_username(username)
        except InvalidValue:  # nobody has such a name; the database need not see it
            return None
        with self._db.read() as tx:
            return tx.execute(select(officers).where(officers.c.username == folded)).one_or_none()

    def _begin_session(self, tx: Connection, officer_id: str, token: str, now: datetime) -> None:
        tx.execute(delete(sessions).where(is_over(now)))
        tx.execute(insert(sessions), {"hash": hash_of(token), "officer": officer_id, "begun_at": now, "seen_at": now})
        self._log(tx, AuditKind.SIGNED_IN, f"officer:{officer_id}", {})

    def officer_of(self, session_token: str) -> Officer:
        """The officer of a session; being seen keeps the session from going idle.

        Raises:
            NotSignedIn: There is no such session, or it has ended.
        """
        now, hashed = self._clock.now(), hash_of(session_token)
        current = (sessions.c.begun_at > now - LONGEST) & (sessions.c.seen_at > now - IDLE)
        row = self._account(select(officers, sessions.c.seen_at).join(sessions), sessions.c.hash == hashed, current)
        if row.seen_at <= now - _SEEN_EVERY:
            seen = update(sessions).where(sessions.c.hash == hashed).values(seen_at=now)
            self._db.write(lambda tx: tx.execute(seen))
        return officer_of_row(row)

    def sign_out(self, session_token: str) -> None:
        """End a session; nothing happens if it has ended already."""

        def work(tx: Connection) -> None:
            ended = delete(sessions).where(sessions.c.hash == hash_of(session_token)).returning(sessions.c.officer)
            officer_id = tx.scalar(ended)
            if officer_id is not None:
                self._log(tx, AuditKind.SIGNED_OUT, f"officer:{officer_id}", {})

        self._db.write(work)

    # Tokens of the agency's own systems

    def issue_token(
        self, officer: Officer, name: str, *, days: int, roles: Collection[Role] | None = None, by: str | None = None
    ) -> str:
        """Issue a token with which one of the agency's own systems acts for an officer.

        Args:
            officer: For whom it acts, and who answers for what it does.
            name: What it is for, to be recognised in lists and in the log.
            days: How long it is good, at most a year.
            roles: What it may do: some of the officer's roles; all unless given.
            by: The id of the officer who issues it; the officer themself unless given.

        Returns:
            The token. It is shown this once; only its hash is kept.

        Raises:
            InvalidValue: Days, name or roles are not right.
        """
        scope = officer.roles if roles is None else frozenset(roles)
        if not 1 <= days <= MOST_DAYS:
            raise InvalidValue(field="days", wanted=f"1 to {MOST_DAYS}")
        if not name.strip():
            raise InvalidValue(field="name", wanted="what the token is for")
        if not scope or not scope <= officer.roles:
            raise InvalidValue(field="roles", wanted=", ".join(sorted(officer.roles)))
        token, id_, now = new_token("lintas_"), secrets.token_hex(6), self._clock.now()
        row = {"hash": hash_of(token), "id": id_, "officer": officer.id, "name": name.strip(), "roles": _spaced(scope)}

        def work(tx: Connection) -> None:
            tx.execute(insert(tokens), {**row, "issued_at": now, "expires_at": now + timedelta(days=days)})
            facts: Facts = {"token": id_, "name": name.strip(), "days": days, "roles": sorted(scope)}
            self._log(tx, AuditKind.TOKEN_ISSUED, _actor(by or officer.id), facts | {"officer": officer.id})

        self._db.write(work)
        return token

    def officer_of_token(self, token: str) -> Officer:
        """The officer a token acts for, with the roles of the token that the officer still has.

        Raises:
            NotSignedIn: There is no such token, or it is no longer good.
        """
        tables = select(officers, tokens.c.roles.label("scope")).join(tokens)
        row = self._account(tables, tokens.c.hash == hash_of(token), tokens.c.expires_at > self._clock.now())
        officer, scope = officer_of_row(row), row.scope.split()
        kept = frozenset(role for role in officer.roles if role in scope)
        return Officer(officer.id, officer.username, officer.name, kept, officer.unit, officer.language)

    def revoke_token(self, token_id: str, *, by: str) -> None:
        """Withdraw a token or an errand's key before its time; its id stands in the log where it was issued.

        Raises:
            NotFound: There is no such token.
        """

        def work(tx: Connection) -> None:
            of_token = tx.scalar(delete(tokens).where(tokens.c.id == token_id).returning(tokens.c.officer))
            officer_id = of_token or withdraw(tx, token_id)
            if officer_id is None:
                raise NotFound(token=token_id)
            self._log(tx, AuditKind.TOKEN_REVOKED, _actor(by), {"token": token_id, "officer": officer_id})

        self._db.write(work)

    async def purge(self) -> None:
        """Erase what is no longer good: ended sessions, expired keys, approvals of three years ago (rule R03)."""
        now = self._clock.now()
        await self._db.write_async(lambda tx: forget(tx, now))

    # The second person

    def ask_second(self, act: str, facts: Mapping[str, str], by: Officer) -> Approval:
        """Ask for a second person for an act; it waits a week in their list.

        Args:
            act: What shall be done, in the policy's word ("check.batch").
            facts: Everything the second person agrees to. What is done later has to have exactly these facts.
            by: Who asks.
        """
        return self._approvals.ask(act, facts, by)

    def pending(self, for_officer: Officer) -> list[Approval]:
        """What waits for this officer as the second person, oldest first."""
        return self._approvals.pending(for_officer)

    def approve(self, approval_id: str, by: Officer, note: str = "") -> Approval:
        """Agree as the second person.

        Raises:
            NotFound: There is no such approval.
            SamePerson: The officer asked for it.
            AlreadyDone: It has been decided, or its time has run out.
            Refused: The officer's roles are not those of a second person for this act.
        """
        return self._approvals.decide(approval_id, by, agree=True, note=note)

    def refuse(self, approval_id: str, by: Officer, note: str = "") -> Approval:
        """Refuse as the second person; raises as `approve` does."""
        return self._approvals.decide(approval_id, by, agree=False, note=note)

    def use(self, approval_id: str, act: str, facts: Mapping[str, str]) -> Approval:
        """Use an approval in a transaction of its own; see `use_within`."""
        return self._db.write(lambda tx: self.use_within(tx, approval_id, act, facts))

    def use_within(self, tx: Connection, approval_id: str, act: str, facts: Mapping[str, str]) -> Approval:
        """Use an approval inside the transaction of the act itself, once and for exactly what was agreed to.

        Raises:
            NotFound: There is no such approval.
            SecondPersonNeeded: Nobody has agreed yet, or somebody refused, its time has run out, or the facts differ.
            AlreadyDone: It has been used.
        """
        return self._approvals.use(tx, approval_id, act, facts)

    def _account(self, rows: Select[Any], *conditions: ColumnElement[bool]) -> Row[Any]:
        """The one row with an open account; unknown, ended and closed look alike."""
        with self._db.read() as tx:
            row = tx.execute(rows.where(officers.c.closed_at.is_(None), *conditions)).one_or_none()
        if row is None:
            raise NotSignedIn
        return row

    def _log(self, tx: Connection, kind: AuditKind, actor: str, facts: Facts) -> None:
        self._audit.append(tx, Event(kind=kind, actor=actor, facts=facts))


def _what_is_wrong(tx: Connection, officer_id: str, *, fits: bool, step: int | None) -> str | None:
    """Why somebody is not let in, for the log; None when everything is right at this very moment."""
    now = tx.execute(select(officers.c.closed_at, officers.c.totp_step).where(officers.c.id == officer_id)).one()
    if now.closed_at is not None:
        return "closed"
    if not fits:
        return "password"
    if step is None:
        return "code"
    return "code used before" if step <= now.totp_step else None


def _actor(by: str) -> str:
    return by if by == "system" else f"officer:{by}"


def _spaced(roles: Collection[Role]) -> str:
    return " ".join(sorted(roles))
