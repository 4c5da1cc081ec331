"""Time, addresses and insert-or-update, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, Text
from sqlalchemy.dialects import postgresql, sqlite

from lintas.errors import InvalidSetting
from lintas.storage import UtcDateTime, metadata, upsert
from lintas.storage.engines import is_sqlite, parse

things = Table("things", MetaData(), Column("id", Integer, primary_key=True), Column("a", Text), Column("b", Text))
pairs = Table("pairs", MetaData(), Column("one", Integer, primary_key=True), Column("two", Integer, primary_key=True))
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=zones)  # noqa: DTZ001 - bounds
dialects = st.sampled_from([sqlite.dialect(), postgresql.dialect()])


@given(moments, dialects)
def test_a_moment_comes_back_as_the_same_moment_in_utc(moment: datetime, dialect: object) -> None:
    column = UtcDateTime()

    kept = column.process_bind_param(moment, dialect)
    back = column.process_result_value(kept, dialect)

    assert back == moment
    assert back is not None
    assert back.tzinfo is UTC


@given(st.lists(moments, min_size=2, max_size=5))
def test_sqlites_order_is_the_order_of_time(several: list[datetime]) -> None:
    column, dialect = UtcDateTime(), sqlite.dialect()
    write = dialect.type_descriptor(column.impl_instance).bind_processor(dialect)

    kept = [write(column.process_bind_param(moment, dialect)) for moment in sorted(several)]

    assert kept == sorted(kept)


def test_upsert_is_one_statement_on_both_engines() -> None:
    statement = upsert(things, ["id"])

    for dialect in (sqlite.dialect(), postgresql.dialect()):
        said = str(statement.compile(dialect=dialect))
        assert said.endswith("ON CONFLICT (id) DO UPDATE SET a = excluded.a, b = excluded.b")


def test_what_upsert_keeps_is_not_set() -> None:
    said = str(upsert(things, ["id"], keep=["a"]).compile(dialect=sqlite.dialect()))

    assert said.endswith("DO UPDATE SET b = excluded.b")


def test_a_table_that_is_all_key_is_only_inserted() -> None:
    said = str(upsert(pairs, ["one", "two"]).compile(dialect=sqlite.dialect()))

    assert said.endswith("ON CONFLICT (one, two) DO NOTHING")


def test_constraints_have_names_so_that_a_step_can_find_them() -> None:
    assert set(metadata.naming_convention) >= {"pk", "uq", "fk", "ix"}


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:////var/lib/lintas/lintas.db", "/var/lib/lintas/lintas.db"),
        ("sqlite:///lintas.db", "lintas.db"),
        ("postgresql+psycopg://lintas:a%21b%40c@localhost/lintas", None),
        ("postgresql+psycopg:///lintas?host=/run/postgresql", None),
    ],
)
def test_the_addresses_of_both_engines_are_read(url: str, file: str | None) -> None:
    parsed = parse(url)

    assert is_sqlite(parsed) == (file is not None)
    assert file is None or parsed.database == file


@given(st.text(max_size=40))
def test_whatever_stands_as_an_address_is_read_or_refused(url: str) -> None:
    try:
        parsed = parse(url)
    except InvalidSetting:
        return
    assert parsed.database
