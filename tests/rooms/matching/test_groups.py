"""Counting by group: a pair counts once for everybody and once for each of its groups, and small groups stay vague."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.matching.groups import Share, by_name, by_name_and_birth, read_pairs, tally

TABLE = """\
# INVENTED people
left\tright\tsame\tleft_birth\tright_birth\tscript\tsex
Budi Contoh\tBudi Contoh\t1\t1980-02-03\t1980-02-03\tLatin\tmale
Budi Contoh\tSari Zamrud\t0\t1980-02-03\t1955-11-27\tLatin\tmale
Sukarni Zamrud\tSoekarni Zamrud\t1\t1980-02-03\t\tLatin\t
"""


def pairs():
    return list(read_pairs(TABLE.splitlines()))


def test_remarks_are_left_out_and_every_further_column_is_a_group():
    first, _, third = pairs()

    assert first.left == {"name": "Budi Contoh", "birthDate": "1980-02-03"}
    assert first.same
    assert first.groups == {"script": "Latin", "sex": "male"}
    assert third.groups == {"script": "Latin"}


def test_a_name_and_a_birth_date_that_agree_are_told_and_strangers_are_not():
    same, strangers, _ = pairs()

    assert by_name_and_birth(same)
    assert not by_name_and_birth(strangers)
    assert by_name(same)
    assert not by_name(strangers)


def test_everybody_is_counted_first_and_then_group_by_group():
    told = {(g.column, g.name): (g.found, g.mistaken) for g in tally(zip(pairs(), [True, True, False], strict=True))}

    assert list(told) == [("", "everybody"), ("script", "Latin"), ("sex", "male")]
    assert told["", "everybody"] == (Share(1, 2), Share(1, 1))
    assert told["sex", "male"] == (Share(1, 1), Share(1, 1))


def test_of_nobody_nothing_is_known():
    (everybody,) = tally([])

    assert everybody.found.share == 0
    assert everybody.found.bounds == (0, 1)


@pytest.mark.parametrize(
    ("hit", "of", "lower", "upper"),
    [(8, 10, 0.4902, 0.9433), (0, 20, 0.0, 0.1611), (50, 50, 0.9287, 1.0), (263, 263 + 13, 0.9211, 0.9723)],
)
def test_the_bounds_are_wilsons(hit, of, lower, upper):
    assert Share(hit, of).bounds == pytest.approx((lower, upper), abs=5e-4)


@given(st.integers(1, 10_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_share_seen_lies_between_the_bounds_and_more_pairs_bring_them_nearer(counts):
    seen, often = Share(*counts), Share(counts[0] * 4, counts[1] * 4)
    lower, upper = seen.bounds

    assert 0 <= lower <= seen.share + 1e-12
    assert seen.share - 1e-12 <= upper <= 1
    assert often.bounds[1] - often.bounds[0] < upper - lower
