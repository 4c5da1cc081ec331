"""Which pairs are compared: loose where it is cheap, strict where it is not, and never more than the budget."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintas.linkage import Duck
from lintas.linkage.blocking import Keys, choose_rules
from lintas.linkage.reading import read_files
from lintas.linkage.table import Table
from rooms.linkage.registers import Register, register


@pytest.fixture(scope="module")
def made() -> Register:
    return register(1_500)


@pytest.fixture
def table(made: Register, tmp_path: Path) -> Table:
    return read_files([made.lines(tmp_path / "a.ftm")], None, lambda _: None)


@pytest.mark.parametrize("budget", [2_000, 20_000, 200_000])
def test_no_more_pairs_are_compared_than_the_budget_allows(table: Table, tmp_path: Path, budget: int) -> None:
    rules = choose_rules(table, budget=budget)
    left, right, found_by = Duck().candidates(table, rules, tmp_path)

    assert rules
    assert len(left) <= budget
    assert (left < right).all()
    assert (found_by > 0).all()


def test_whatever_single_field_is_wrong_two_others_bring_the_pair_up(
    table: Table, made: Register, tmp_path: Path
) -> None:
    left, right, _ = Duck().candidates(table, choose_rules(table), tmp_path)

    found = {(a, b) for a, b in zip(left.tolist(), right.tolist(), strict=True)}
    truth: dict[int, list[int]] = {}
    for row, person in enumerate(made.truth):
        truth.setdefault(person, []).append(row)
    pairs = [tuple(sorted(rows)) for rows in truth.values() if len(rows) == 2]
    assert sum(pair in found for pair in pairs) > 0.99 * len(pairs)


def test_a_rule_holds_for_every_pair_it_finds(table: Table, tmp_path: Path) -> None:
    rules = choose_rules(table, budget=20_000)
    left, right, found_by = Duck().candidates(table, rules, tmp_path)

    keys = Keys(table)
    for number, rule in enumerate(rules):
        of: dict[int, set[int]] = {}
        for row, key in zip(*(part.tolist() for part in keys.of(rule.parts)), strict=True):
            of.setdefault(row, set()).add(key)
        chosen = (found_by & (1 << number)) != 0
        assert all(of[a] & of[b] for a, b in zip(left[chosen].tolist(), right[chosen].tolist(), strict=True)), str(rule)


def test_of_two_files_only_rows_of_different_files_are_compared(made: Register, tmp_path: Path) -> None:
    parts = [made.lines(tmp_path / f"{at}.ftm", slice(at, None, 2)) for at in range(2)]
    table = read_files(parts, None, lambda _: None)
    left, right, _ = Duck().candidates(table, choose_rules(table), tmp_path)

    assert table.side is not None
    assert len(left) > 0
    assert (table.side[left] != table.side[right]).all()


def test_a_person_is_never_compared_with_a_ship(tmp_path: Path) -> None:
    path = tmp_path / "mixed.ftm"
    entity = '{{"id":"{}","schema":"{}","properties":{{"name":["Dewi Ruci"],"country":["id"],"notes":["x"]}}}}\n'
    path.write_text("".join(entity.format(n, "Person" if n % 2 else "Vessel") for n in range(6)))
    table = read_files([path], None, lambda _: None)
    left, right, _ = Duck().candidates(table, choose_rules(table), tmp_path)

    assert len(left) == 6
    assert (table.group[left] == table.group[right]).all()
