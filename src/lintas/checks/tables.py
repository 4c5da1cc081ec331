"""The tables of the federated check: what we asked and got, what we were asked and said."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, String, Table

from lintas.storage import UtcDateTime, metadata

check = Table(
    "check_asked",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("officer", String(64), nullable=False),
    Column("case_reference", String(400), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("deadline", UtcDateTime, nullable=False),
    Column("wanted_until", UtcDateTime, nullable=False),
    Column("question", LargeBinary, nullable=False),
    Index("check_of_officer", "officer", "asked_at"),
)

outcome = Table(
    "check_outcome",
    metadata,
    Column("check_id", String(64), primary_key=True),
    Column("node", String(64), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("next_try", UtcDateTime),
    Index("outcome_wanted", "next_try"),
)

answered = Table(
    "check_answered",
    metadata,
    Column("sender", String(64), primary_key=True),
    Column("check_id", String(64), primary_key=True),
    Column("officer", String(400), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("question", String(64), nullable=False),  # its fingerprint: a check is one question
    Column("asked_for", LargeBinary),  # erased after an hour
    Index("answered_lately", "sender", "at"),
    Index("answered_to_officer", "sender", "officer", "at"),
)

hit = Table(
    "check_hit",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("sender", String(64), nullable=False),
    Column("check_id", String(64), nullable=False),
    Column("record_id", String(255), nullable=False),
    Column("justification", String(64), nullable=False),  # its fingerprint: what the hit was told for
    Column("probability", Float, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("hit_told", "at"),
)

batch = Table(
    "check_batch",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("officer", String(64), nullable=False),
    Column("approval", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False),
)
