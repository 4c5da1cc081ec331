"""From what is seen of a pair to the probability that it is one subject: Fellegi and Sunter's sum, fitted to the file.

Each column adds `log2(m / u)` bits: how often matches agree like this over how often strangers do. `u` is counted
(`strangers`), `m` is found by expectation and maximisation over the candidates (Fellegi & Sunter 1969; Winkler 1988;
Dempster, Laird & Rubin 1977). A column learns only from pairs that some rule found without looking at it, so blocking
does not make it look more reliable than it is. What is missing adds nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from lintas.linkage.blocking import Rule
from lintas.linkage.comparing import LEVELS
from lintas.linkage.evidence import Seen, part_of
from lintas.linkage.strangers import (
    Draws,
    Shares,
    Tie,
    WholeNames,
    count_shares,
    draw,
    find_ties,
    whole_names,
)
from lintas.linkage.table import Bits, Rows, Table

_ROUNDS: Final = 3
_STEPS: Final = 25
_ENOUGH: Final = 1e-4
_TRAINED_ON: Final = 800_000
_LEAST: Final = 1e-9
_HOPELESS: Final = 1e-5


@dataclass(frozen=True)
class Candidates:
    """The pairs that are compared, what is seen of them, and which rules found them (bits)."""

    left: Rows
    right: Rows
    rules: Rows
    seen: Sequence[Seen]

    def __len__(self) -> int:
        return len(self.left)

    def __getitem__(self, chosen: Rows | slice) -> Candidates:
        return Candidates(self.left[chosen], self.right[chosen], self.rules[chosen], part_of(self.seen, chosen))


@dataclass(frozen=True)
class Model:
    """What the file has taught.

    Attributes:
        possible: How many pairs of rows there are.
        matches: How many of them are expected to be matches.
        spread: For each column, how matches are spread over its levels.
        shares: Each column among strangers.
        ties: What depends on what among strangers.
        names: Whole names and the share of strangers who have each, if there are names.
    """

    possible: float
    matches: float
    spread: tuple[Bits, ...]
    shares: tuple[Shares, ...]
    ties: tuple[Tie, ...]
    names: tuple[WholeNames, Bits] | None

    def strangers(self, seen: Sequence[Seen]) -> list[Bits]:
        """For each column, and then for what depends, the bits that agreeing takes less strangers do (log2 u)."""
        parts = [share.agreeing(one) for share, one in zip(self.shares, seen, strict=True)]
        whole = np.zeros(len(seen[0].levels))
        ties = [tie.of(seen) for tie in self.ties]
        if self.names:
            names, shares = self.names
            same, place = names.of(seen)
            whole[same] = np.log2(shares)[place] - parts[names.given][same] - parts[names.family][same]
            self._once(ties, same)
        return [*parts, _sum([whole, *ties])]

    def _once(self, ties: Sequence[Bits], same: npt.NDArray[np.bool_]) -> None:
        """Where a whole name is counted as one, what depends on both its parts depends on it only once."""
        assert self.names is not None  # noqa: S101 - the caller has looked
        parts = {self.names[0].given, self.names[0].family}
        beside: dict[int, Bits] = {}
        for tie, bits in zip(self.ties, ties, strict=True):
            ends = {tie.one, tie.other}
            if ends == parts:
                bits[same] = 0.0
            elif ends & parts:
                third = (ends - parts).pop()
                if third in beside:
                    least = np.minimum(bits[same], beside[third][same])
                    bits[same] -= least
                beside[third] = bits

    def matching(self, seen: Sequence[Seen]) -> list[Bits]:
        """For each column how often matches agree like this, in bits (log2 m)."""
        tables = (np.append(np.log2(np.maximum(spread, _LEAST)), 0.0) for spread in self.spread)
        return [table[one.levels] for table, one in zip(tables, seen, strict=True)]

    @property
    def start(self) -> float:
        """Bits before any evidence."""
        return float(np.log2(self.matches / self.possible))

    def bits(self, seen: Sequence[Seen]) -> Bits:
        """The sum for each pair."""
        return _sum(self.matching(seen)) - _sum(self.strangers(seen)) + self.start


def _sum(parts: Sequence[Bits]) -> Bits:
    total = parts[0].copy()
    for part in parts[1:]:
        total += part
    return total


def probability(bits: Bits) -> Bits:
    """Bits as a probability."""
    return np.asarray(1 / (1 + np.exp2(-np.clip(bits, -500, 500))))


def fit(table: Table, pairs: Candidates, rules: Sequence[Rule]) -> Model:
    """Learn from a file's own candidates, without any judged pair."""
    draws = draw(table)
    names = whole_names(table)
    model = Model(table.possible, 0.2 * len(table), tuple(_first_guess(table)), (), (), None)
    sure: Bits = np.zeros(len(pairs))
    for _ in range(_ROUNDS):
        step = max(1, len(pairs) // _TRAINED_ON)
        part = pairs[slice(None, None, step)]
        model = _learn_strangers(model, table, (draws, names), (pairs, sure))
        model = _learn_matches(model, (part, step), _teachers(table, part, rules))
        sure = probability(model.bits(pairs.seen))
        model = replace(model, matches=max(float(sure.sum()), 1.0))
        hopeful = np.flatnonzero(sure > _HOPELESS)  # the others teach nothing any more
        pairs, sure = pairs[hopeful], sure[hopeful]
    return model


def _first_guess(table: Table) -> list[Bits]:
    """Before anything is learned: most matches are the same in a column, some nearly, few differ."""
    guesses = []
    for column in table.columns:
        between = len(LEVELS[column.kind]) - 2
        guesses.append(np.array([0.8, *[0.15 / max(between, 1)] * between, 0.05 if between else 0.2]))
    return guesses


def _teachers(table: Table, pairs: Candidates, rules: Sequence[Rule]) -> list[npt.NDArray[np.bool_]]:
    """For each column the pairs that a rule found without looking at it, in which it is known."""
    found = []
    for column, seen in zip(table.columns, pairs.seen, strict=True):
        blind = sum(1 << number for number, rule in enumerate(rules) if column.name not in rule.columns)
        found.append(((pairs.rules & blind) != 0) & (seen.levels >= 0))
    return found


def _learn_strangers(
    model: Model, table: Table, drawn: tuple[Draws, WholeNames | None], found: tuple[Candidates, Bits]
) -> Model:
    draws, names = drawn
    pairs, sure = found
    part = model.matches / model.possible
    shares = []
    for column, any_two, seen, spread in zip(table.columns, draws.seen, pairs.seen, model.spread, strict=True):
        same = seen.levels == 0
        shared = np.bincount(seen.left[same], weights=sure[same], minlength=len(column.values)).astype(float)
        shares.append(count_shares(column, any_two, shared, (part, spread)))
    most = max(_at_most(table), 1.3 * model.matches)
    counted = None
    if names:
        same, place = names.of(pairs.seen)
        shared = np.bincount(place, weights=sure[same], minlength=len(names.codes)).astype(float)
        counted = names, names.shares(shares[names.given].values, shares[names.family].values, shared)
    ties = find_ties(draws, shares, model.spread, most)
    return replace(model, shares=tuple(shares), ties=tuple(ties), names=counted)


def _at_most(table: Table) -> float:
    """So many matches a file may well have before anything is learned."""
    if table.side is None:
        return float(len(table))
    left = int((table.side == 0).sum())
    return float(min(left, len(table) - left))


def _learn_matches(model: Model, sample: tuple[Candidates, int], teachers: Sequence[npt.NDArray[np.bool_]]) -> Model:
    pairs, step = sample
    against = _sum(model.strangers(pairs.seen)) - model.start
    before_any = model.start
    for _ in range(_STEPS):
        sure = probability(_sum(model.matching(pairs.seen)) - against + (model.start - before_any))
        spread = []
        for seen, taught, known in zip(pairs.seen, teachers, model.spread, strict=True):
            counts = np.bincount(seen.levels[taught], weights=sure[taught], minlength=len(known))
            counts = counts + np.array([1.0] + [0.1] * (len(known) - 1))
            spread.append(counts / counts.sum())
        before, matches = model.matches, max(float(sure.sum()) * step, 1.0)
        model = replace(model, matches=matches, spread=tuple(spread))
        if abs(matches - before) < _ENOUGH * before:
            break
    return model
