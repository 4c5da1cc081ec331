"""The tables of this room. Of passwords and tokens only hashes are kept."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, Table, Text

from lintas.storage import UtcDateTime, metadata

_Number = BigInteger().with_variant(Integer, "sqlite")

officers = Table(
    "people_officers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("username", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("roles", Text, nullable=False),  # separated by spaces
    Column("password", Text, nullable=False),  # Argon2id, in its own encoding
    Column("totp_secret", LargeBinary, nullable=False),  # sealed under a key that lies outside of the database
    Column("totp_step", _Number, nullable=False),  # the step of the last code used: a code is good once
    Column("enrolled_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
)

failures = Table(
    "people_failures",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tried", Text, nullable=False, index=True),  # a hash: what was typed may have been a password
    Column("at", UtcDateTime, nullable=False, index=True),
)

sessions = Table(
    "people_sessions",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("officer", Text, ForeignKey("people_officers.id"), nullable=False, index=True),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

tokens = Table(
    "people_tokens",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("officer", Text, ForeignKey("people_officers.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

errands = Table(
    "people_errands",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("officer", Text, ForeignKey("people_officers.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("reason", LargeBinary, nullable=False),  # a justification
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

approvals = Table(
    "people_approvals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("act", Text, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("asked_by", Text, ForeignKey("people_officers.id"), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("decided_by", Text, ForeignKey("people_officers.id")),
    Column("decided_at", UtcDateTime),
    Column("note", Text, nullable=False),
)
