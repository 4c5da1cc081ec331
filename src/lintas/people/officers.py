"""The nouns of this room, and what an officer's account must be like."""

from __future__ import annotations

import re
from base64 import b32decode
from binascii import Error as Base32Error
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from lintas.errors import InvalidValue
from lintas.model import Role

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1000  # hashing a longer one would only cost the node its time
_USERNAME = re.compile(r"[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?")
_LANGUAGES = ("id", "en")
_SECRET_BYTES = 16  # RFC 4226 §4: at least 128 bits


@dataclass(frozen=True, slots=True)
class Officer:
    """A person who acts here. The id is a pseudonym: partners and the log hold it, only this node can resolve it."""

    id: str
    username: str
    name: str
    roles: frozenset[Role]
    unit: str = ""
    language: str = "id"

    @property
    def actor(self) -> str:
        """The officer as the audit log names them."""
        return f"officer:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What an officer is enrolled with; nothing of it is right before `People.enrol` has looked at it."""

    username: str  # signed in with; kept in small letters
    name: str  # as colleagues read it; one word is enough
    roles: Collection[Role]
    unit: str  # partners see it with the role
    password: str = field(repr=False)  # at least twelve characters
    language: str = "id"  # or "en"
    totp_secret: str | None = field(default=None, repr=False)  # the authenticator's, if known already


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What is shown once, when an officer is enrolled: the secret of the authenticator, as text and as an address."""

    officer: Officer
    totp_secret: str
    totp_uri: str


def officer_of_row(row: Row[Any]) -> Officer:
    """The officer of a row of `people_officers`."""
    roles = frozenset(Role(role) for role in row.roles.split())
    return Officer(row.id, row.username, row.name, roles, row.unit, row.language)


def checked_username(username: str) -> str:
    """The user name in the one form it is kept in.

    Raises:
        InvalidValue: It is not a user name.
    """
    folded = username.strip().casefold()
    if not _USERNAME.fullmatch(folded):
        raise InvalidValue(field="username", wanted="letters a-z, digits, dot, hyphen, underscore")
    return folded


def check_account(name: str, roles: frozenset[Role], language: str) -> None:
    """Check what else an account needs.

    Raises:
        InvalidValue: A field is missing or not one of those allowed.
    """
    if not name.strip():
        raise InvalidValue(field="name", wanted="the officer's name; one word is enough")
    if not roles:
        raise InvalidValue(field="roles", wanted=", ".join(Role))
    if language not in _LANGUAGES:
        raise InvalidValue(field="language", wanted=", ".join(_LANGUAGES))


def check_password(password: str, username: str) -> None:
    """Check that a new password is worth having; long is enough, no rules about signs (NIST SP 800-63B §5.1.1).

    Raises:
        InvalidValue: It is too short, too long, or holds the user name.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidValue(field="password", wanted=f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    if username in password.casefold():
        raise InvalidValue(field="password", wanted="one without the user name in it")


def check_secret(secret: str) -> None:
    """Check that an authenticator's secret is one.

    Raises:
        InvalidValue: It is not base32, or too short.
    """
    try:
        long_enough = len(b32decode(secret, casefold=True)) >= _SECRET_BYTES
    except (Base32Error, ValueError):
        long_enough = False
    if not long_enough:
        raise InvalidValue(field="totp_secret", wanted="at least 26 letters and digits of base32")
