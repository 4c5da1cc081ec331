"""What a file teaches by itself: weights of matches, the number of matches, probabilities that mean what they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lintas.linkage import Duck
from lintas.linkage.blocking import Rule, choose_rules
from lintas.linkage.evidence import see_all
from lintas.linkage.model import Candidates, Model, fit, probability
from lintas.linkage.reading import read_files
from lintas.linkage.table import Table
from rooms.linkage.registers import Register, register


def learned(made: Register, folder: Path) -> tuple[Table, tuple[Rule, ...], Candidates, Model]:
    table = read_files([made.lines(folder / "a.ftm")], None, lambda _: None)
    rules = choose_rules(table)
    left, right, found_by = Duck().candidates(table, rules, folder)
    pairs = Candidates(left, right, found_by, see_all(table, left, right))
    return table, rules, pairs, fit(table, pairs, rules)


@pytest.fixture(scope="module")
def made() -> Register:
    return register(2_500, seed=11)


@pytest.fixture(scope="module")
def taught(
    made: Register, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Table, tuple[Rule, ...], Candidates, Model]:
    return learned(made, tmp_path_factory.mktemp("taught"))


def test_the_number_of_matches_is_found_without_being_told(
    made: Register, taught: tuple[Table, tuple[Rule, ...], Candidates, Model]
) -> None:
    truth = len(made.truth) - len(set(made.truth))

    assert taught[3].matches == pytest.approx(truth, rel=0.06)


def test_how_often_names_are_miswritten_is_found_without_being_told(
    taught: tuple[Table, tuple[Rule, ...], Candidates, Model],
) -> None:
    table, _, _, model = taught
    spread = {column.name: levels for column, levels in zip(table.columns, model.spread, strict=True)}

    assert spread["given_name"][0] == pytest.approx(
        0.8, abs=0.08
    )  # four in ten duplicates have one slip, in one of two
    assert spread["family_name"][0] == pytest.approx(0.8, abs=0.08)
    assert spread["birthDate"][0] > 0.97
    assert all(levels.sum() == pytest.approx(1) for levels in model.spread)


def test_learning_twice_gives_the_same_to_the_last_bit(
    taught: tuple[Table, tuple[Rule, ...], Candidates, Model],
) -> None:
    table, rules, pairs, model = taught
    again = fit(table, pairs, rules)

    assert (again.bits(pairs.seen) == model.bits(pairs.seen)).all()


def test_a_common_name_alone_makes_nobody_the_same(tmp_path: Path) -> None:
    people = register(1_500, seed=6)
    namesakes = [{"firstName": "sukamto", "lastName": "wibowo", "nationality": "x1"} for _ in range(40)]
    for number, row in enumerate(namesakes):
        born = "" if number < 5 else f"{1950 + number}-05-{number % 20 + 5:02}"
        people.rows.append(row | {"id": f"n{number}", "birthDate": born})
        people.truth.append(10_000 + number)
    table, _, pairs, model = learned(people, tmp_path)
    rows = {row for row, id in enumerate(table.ids) if id.startswith("n")}
    among = [a in rows and b in rows for a, b in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)]

    sure = probability(model.bits(pairs.seen))[np.array(among)]
    assert len(sure) > 100
    assert sure.max() < 0.5


def test_a_birth_date_that_agrees_speaks_for_and_one_that_differs_against(
    taught: tuple[Table, tuple[Rule, ...], Candidates, Model],
) -> None:
    table, _, pairs, model = taught
    at = [column.name for column in table.columns].index("birthDate")
    levels = pairs.seen[at].levels
    worth = model.matching(pairs.seen)[at] - model.strangers(pairs.seen)[at]

    assert worth[levels == 0].min() > 8
    assert worth[levels == 4].max() < -3
    assert (worth[levels < 0] == 0).all()


def test_what_depends_is_counted_once(taught: tuple[Table, tuple[Rule, ...], Candidates, Model]) -> None:
    table, _, _, model = taught
    names = [column.name for column in table.columns]
    tied = {frozenset((names[tie.one], names[tie.other])) for tie in model.ties}

    assert frozenset(("nationality", "given_name")) in tied
    assert frozenset(("nationality", "family_name")) in tied
    assert all(tie.bits.max() < 2 for tie in model.ties if "birthDate" in {names[tie.one], names[tie.other]})


def test_probabilities_in_every_tenth_are_near_the_truth(
    made: Register, taught: tuple[Table, tuple[Rule, ...], Candidates, Model]
) -> None:
    _, _, pairs, model = taught
    sure = probability(model.bits(pairs.seen))
    truth = np.array(made.truth)
    same = truth[pairs.left] == truth[pairs.right]

    kept = sure > 0.01
    off = sum(
        abs((sure[part] - same[part]).sum())
        for low in range(10)
        if (part := kept & ((sure * 10).astype(int) == low)).any()
    )
    assert off / kept.sum() < 0.05


@pytest.mark.parametrize(("bits", "expected"), [(0.0, 0.5), (1.0, 2 / 3), (-1.0, 1 / 3), (1e6, 1.0), (-1e6, 0.0)])
def test_bits_are_odds_to_the_base_of_two(bits: float, expected: float) -> None:
    assert probability(np.array([bits]))[0] == pytest.approx(expected)


def test_a_larger_register_asks_for_more_evidence(made: Register, tmp_path: Path) -> None:
    small = learned(register(300, seed=11), tmp_path)[3]
    large = learned(made, tmp_path)[3]

    assert large.start < small.start - 2


def test_a_file_without_duplicates_has_next_to_none(tmp_path: Path) -> None:
    alone = register(1_200, seed=4)
    first = dict(reversed([*zip(alone.truth, range(len(alone.truth)), strict=True)]))
    kept = Register([alone.rows[row] for row in sorted(first.values())], sorted(first))
    _, _, pairs, model = learned(kept, tmp_path)

    assert (probability(model.bits(pairs.seen)) >= 0.5).sum() < 0.01 * len(kept.rows)
