"""How often strangers agree: counted by value, by level, and where columns depend on each other."""

from __future__ import annotations

import numpy as np
import pytest

from lintas.linkage.comparing import LEVELS
from lintas.linkage.evidence import Seen, see, see_all
from lintas.linkage.strangers import Draws, Shares, count_shares, draw, find_ties, whole_names
from lintas.linkage.table import Bits, ColumnMaker, Kind, Table, make_table

NOTHING = np.zeros(4)


def table(rows: int = 4_000, *, seed: int = 5, **tied: bool) -> Table:
    """People with a common and many rare given names; with `tied`, the family name goes with the given name."""
    chance = np.random.default_rng(seed)
    given = chance.integers(0, 40, rows) * (chance.random(rows) < 0.7)
    family = np.where(chance.random(rows) < 0.9, given % 20, 99) if tied else chance.integers(0, 20, rows)
    days = chance.integers(0, 9_000, rows)
    makers = {
        "given": ColumnMaker("given", Kind.GIVEN),
        "family": ColumnMaker("family", Kind.FAMILY),
        "born": ColumnMaker("born", Kind.DATE),
    }
    makers["given"].extend(0, [WORDS[n] for n in given])
    makers["family"].extend(0, [WORDS[-1 - n] for n in family])
    makers["born"].extend(0, [str(np.datetime64("1960-01-01") + int(day)) for day in days])
    return make_table([str(n) for n in range(rows)], makers, ["Person"] * rows)


WORDS = [f"{a}{b}{c}" for a in "bkmpt" for b in "aeiou" for c in ("dra", "lfo", "nqi", "rxu", "zhe")]


def shares_of(made: Table, draws: Draws) -> list[Shares]:
    columns = zip(made.columns, draws.seen, strict=True)
    return [
        count_shares(column, seen, np.zeros(len(column.values)), (0.0, np.zeros(len(LEVELS[column.kind]))))
        for column, seen in columns
    ]


def spread_of(made: Table) -> list[Bits]:
    return [np.array([1.0] + [0.0] * (len(LEVELS[column.kind]) - 1)) for column in made.columns]


@pytest.fixture(scope="module")
def made() -> Table:
    return table()


@pytest.fixture(scope="module")
def draws(made: Table) -> Draws:
    return draw(made)


def test_the_same_table_draws_the_same_pairs(made: Table, draws: Draws) -> None:
    again = draw(made)

    assert all((a.levels == b.levels).all() for a, b in zip(draws.seen, again.seen, strict=True))
    assert draws.sharing == again.sharing


def test_pairs_that_share_a_value_are_counted_to_the_last(made: Table, draws: Draws) -> None:
    for number, column in enumerate(made.columns):
        assert draws.sharing[number] == (column.counts * (column.counts - 1) // 2).sum()


def test_two_files_share_only_across(made: Table) -> None:
    side = np.arange(len(made)) % 2
    linked = Table(made.ids, made.columns, made.group, side.astype(np.int8))
    column = made.columns[0]
    ours, theirs = (np.bincount(column.codes[side == s, 0], minlength=len(column.values)) for s in (0, 1))

    assert draw(linked).sharing[0] == pytest.approx((ours * theirs).sum(), rel=0.03)


def test_the_levels_of_strangers_sum_to_one_and_the_same_is_what_the_values_say(made: Table, draws: Draws) -> None:
    for column, shares in zip(made.columns, shares_of(made, draws), strict=True):
        chance = ((column.counts / column.known) ** 2).sum()
        assert shares.levels.sum() == pytest.approx(1)
        assert shares.levels[0] == pytest.approx(chance, rel=0.2)


def test_a_common_name_says_less_than_a_rare_one(made: Table, draws: Draws) -> None:
    at = next(n for n, column in enumerate(made.columns) if column.kind is Kind.GIVEN)
    common, rare = (int(f(made.columns[at].counts)) for f in (np.argmax, np.argmin))
    same = np.array([common, rare], np.int32)
    bits = shares_of(made, draws)[at].agreeing(Seen(np.zeros(2, np.int8), same, same))

    assert bits[0] > bits[1] + 2
    assert bits[0] == pytest.approx(np.log2(made.columns[at].counts[common] / len(made)), abs=0.1)


def test_a_slip_in_a_rare_name_says_more_than_one_in_a_common_name(made: Table, draws: Draws) -> None:
    at = next(n for n, column in enumerate(made.columns) if column.kind is Kind.GIVEN)
    counts = made.columns[at].counts
    common, rare = int(np.argmax(counts)), int(np.argmin(counts))
    other = int(np.argsort(counts)[1])
    seen = Seen(np.ones(2, np.int8), np.array([common, rare], np.int32), np.array([other, other], np.int32))
    bits = shares_of(made, draws)[at].agreeing(seen)

    assert bits[0] > bits[1]


def test_what_is_missing_is_no_evidence(made: Table, draws: Draws) -> None:
    missing = Seen(np.full(3, -1, np.int8), np.full(3, -1, np.int32), np.full(3, -1, np.int32))

    assert [shares.agreeing(missing).tolist() for shares in shares_of(made, draws)] == [[0.0] * 3] * 3


def test_what_matches_share_is_taken_out_before_counting(made: Table, draws: Draws) -> None:
    column = made.columns[0]
    every = (column.counts * (column.counts - 1) / 2).astype(float)
    none = np.zeros(len(LEVELS[column.kind]))
    before = count_shares(column, draws.seen[0], np.zeros(len(every)), (0.0, none))
    after = count_shares(column, draws.seen[0], every, (0.0, none))

    assert (after.values <= before.values).all()
    assert after.values == pytest.approx(1 / column.known)


def test_columns_that_do_not_depend_have_no_tie(made: Table, draws: Draws) -> None:
    ties = find_ties(draws, shares_of(made, draws), spread_of(made), 0.0)

    assert max((tie.bits.max() for tie in ties), default=0.0) < 1.0


def test_names_that_go_together_have_a_tie_of_the_right_strength() -> None:
    tied = table(tied=True)
    draws = draw(tied)
    ties = find_ties(draws, shares_of(tied, draws), spread_of(tied), 0.0)
    names = [column.name for column in tied.columns]
    strongest = max(ties, key=lambda tie: tie.bits.max())

    assert {names[strongest.one], names[strongest.other]} == {"given", "family"}
    assert strongest.bits[0, 0] > 0.8
    assert (strongest.bits[-1] == 0).all()
    assert (strongest.bits[:, -1] == 0).all()


def test_what_matches_may_account_for_is_no_tie() -> None:
    tied = table(400, tied=True)
    draws = draw(tied)
    most = sum(draws.sharing.values())

    assert find_ties(draws, shares_of(tied, draws), spread_of(tied), most) == []


def test_ties_make_no_circle() -> None:
    tied = table(tied=True)
    draws = draw(tied)
    ties = find_ties(draws, shares_of(tied, draws), spread_of(tied), 0.0)

    assert len(ties) < len(tied.columns)


def test_a_tie_adds_nothing_where_a_value_differs_or_is_missing() -> None:
    tied = table(tied=True)
    draws = draw(tied)
    for tie in find_ties(draws, shares_of(tied, draws), spread_of(tied), 0.0):
        seen = [Seen(np.array([-1, 3, 0], np.int8), np.zeros(3, np.int32), np.zeros(3, np.int32)) for _ in tied.columns]
        seen[tie.other] = seen[tie.one]
        bits = tie.of(seen)
        assert bits[0] == 0
        assert bits[2] == tie.bits[0, 0]


def test_a_whole_name_of_two_rare_words_stays_rare_though_a_duplicate_has_it_too(made: Table) -> None:
    names = whole_names(made)
    assert names is not None
    none = np.zeros(len(names.codes))
    given, family = (made.columns[at].shares for at in (names.given, names.family))
    shares = names.shares(given, family, none)

    twice = names.counts == 2
    often = names.counts > 20
    assert shares[often].mean() > 5 * shares[twice].mean()
    assert (shares[twice] < 3 / len(made)).all()
    assert (shares > 0).all()


def test_whole_names_are_found_where_both_parts_are_the_same(made: Table) -> None:
    names = whole_names(made)
    assert names is not None
    left = np.arange(0, 400)
    right = np.arange(400, 800)
    seen = see_all(made, left, right)
    same, place = names.of(seen)

    written = [
        (made.columns[names.given].codes[row, 0], made.columns[names.family].codes[row, 0]) for row in range(800)
    ]
    assert same.tolist() == [written[a] == written[b] for a, b in zip(left, right, strict=True)]
    assert [int(names.codes[p] >> 31) for p in place] == [int(written[a][0]) for a in left[same]]


def test_a_table_without_family_names_has_no_whole_names() -> None:
    maker = ColumnMaker("given", Kind.GIVEN)
    maker.extend(0, ["siti", "budi"])

    assert whole_names(make_table(["a", "b"], {"given": maker}, ["Person"] * 2)) is None


def test_of_several_values_the_two_most_alike_count() -> None:
    maker = ColumnMaker("name", Kind.TEXT)
    maker.extend(0, ["medan", "bandung", "aceh"])
    maker.extend(0, ["aceh", "", "bandung"], variant=1)
    made = make_table(["a", "b", "c"], {"name": maker}, ["Address"] * 3)
    seen = see(made.columns[0], np.array([0, 0, 1]), np.array([1, 2, 2]))

    assert seen.levels.tolist() == [3, 0, 0]
    assert [made.columns[0].values[code] for code in seen.left[1:]] == ["aceh", "bandung"]
