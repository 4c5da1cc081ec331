"""Values pulled out of a column of remarks."""

from __future__ import annotations

import msgspec
import pytest

from lintas.records.importing.columns import Extract

REMARKS = "DOB 19 Aug 1957; alt. DOB May 1958; alt. DOB 1959; Passport A123456 (Iran)."
DATES = ("%d %b %Y", "%b %Y", "%Y")


def test_every_match_of_the_pattern_is_a_value() -> None:
    born = Extract(column="remarks", pattern=r"DOB ([^;]+)")

    assert list(born.values(REMARKS)) == ["19 Aug 1957", "May 1958", "1959"]


def test_dates_become_iso_dates_as_precise_as_they_were() -> None:
    born = Extract(column="remarks", pattern=r"DOB ([^;]+)", dates=DATES)

    assert list(born.values(REMARKS)) == ["1957-08-19", "1958-05", "1959"]


def test_a_date_written_otherwise_is_left_for_the_cleaning_to_judge() -> None:
    born = Extract(column="remarks", pattern=r"DOB ([^;]+)", dates=DATES)

    assert list(born.values("DOB about 1960")) == ["about 1960"]


def test_a_group_that_took_no_part_gives_no_value() -> None:
    either = Extract(column="remarks", pattern=r"Fax|Phone (\d+)")

    assert list(either.values("Fax 1; Phone 22")) == ["22"]


@pytest.mark.parametrize("pattern", ["no group", "(two)(groups)", "(unclosed"])
def test_a_pattern_that_cannot_work_is_refused_when_the_mapping_is_read(pattern: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="pattern"):
        msgspec.convert({"column": "remarks", "pattern": pattern}, Extract)
