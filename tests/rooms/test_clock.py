from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lintas.clock import ManualClock, SystemClock


def test_the_machine_s_clock_tells_the_time_in_utc() -> None:
    before = datetime.now(UTC)

    now = SystemClock().now()

    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)


def test_a_manual_clock_stands_still_until_it_is_told_to_move() -> None:
    clock = ManualClock()

    assert clock.now() == clock.now()


def test_a_manual_clock_starts_where_it_is_set() -> None:
    night = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)

    assert ManualClock(night).now() == night


@given(st.lists(st.timedeltas(timedelta(days=-30), timedelta(days=30)), max_size=10))
def test_steps_add_up_forwards_and_backwards(steps: list[timedelta]) -> None:
    clock = ManualClock()
    start = clock.now()

    for step in steps:
        clock.advance(step)

    assert clock.now() - start == sum(steps, timedelta(0))
