"""Invented subjects and records in one line each."""

from __future__ import annotations

from lintas.matching import compare
from lintas.model import Record, Statement, Subject, SubjectKind


def several(value):
    return (value,) if isinstance(value, str) else tuple(value)


def subject(kind, **properties):
    return Subject(SubjectKind(kind), {prop: several(values) for prop, values in properties.items()})


def record(schema, **properties):
    statements = (Statement(prop, v, "test", "2026") for prop, values in properties.items() for v in several(values))
    return Record("r1", schema, tuple(statements))


def person(**properties):
    return subject("person", **properties)


def on_file(**properties):
    return record("Person", **properties)


def probability(asked, filed):
    return compare(asked, filed).probability


def reasons(asked, filed):
    return {reason.feature: reason.level for reason in compare(asked, filed).reasons}
