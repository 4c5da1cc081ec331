"""How often two strangers agree: the other half of every likelihood ratio, counted in the file itself.

Three things make the plain product over columns wrong, and each is counted here instead of assumed:

* Values are not equally frequent (Winkler 1989; here at every level): agreeing on a rare name says more than on a
  common one, and a slip of the pen says more when one of the spellings is rare. `Shares`.
* A file with many duplicates shows its values too often; what matches share is taken out before counting.
* Columns depend on each other: Kim goes with Min-jun, a postcode with its town. Pairs that share one value are
  drawn, and how much likelier than by chance they share another is kept for the strongest tree of columns (Chow & Liu
  1968). Whole names are counted as such.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

import numpy as np
import numpy.typing as npt

from lintas.linkage.comparing import LEVELS
from lintas.linkage.evidence import Seen, see, see_all
from lintas.linkage.table import Bits, Column, Kind, Rows, Table

DRAWN_PER_ROW: Final = 8
LEAST_DRAWN: Final = 80_000
MOST_DRAWN: Final = 300_000
_DRAWN_TOGETHER: Final = 20_000
_SEED: Final = 7
_ENOUGH: Final = 100
_MIX: Final = 1 << 31


@dataclass(frozen=True)
class Draws:
    """Pairs of rows drawn from a table: any two, and two that have one value in common.

    Attributes:
        seen: Any two rows, compared.
        together: For two columns: how often each level of the second was seen in pairs that are the same in the first.
        sharing: For each column how many pairs of the table are the same in it.
    """

    seen: Sequence[Seen]
    together: Mapping[tuple[int, int], Bits]
    sharing: Mapping[int, float]


def draw(table: Table) -> Draws:
    """Draw pairs; the same ones whenever it is the same table."""
    chance = np.random.default_rng(_SEED)
    together: dict[tuple[int, int], Bits] = {}
    sharing: dict[int, float] = {}
    for one, column in enumerate(table.columns):
        left, right, sharing[one] = _sharing(table, column, chance)
        for other, beside in enumerate(table.columns):
            if other != one:
                levels = see(beside, left, right).levels
                together[one, other] = np.bincount(levels[levels >= 0], minlength=len(LEVELS[beside.kind])).astype(
                    float
                )
    return Draws(see_all(table, *_any_two(table, chance)), together, sharing)


def _any_two(table: Table, chance: np.random.Generator) -> tuple[Rows, Rows]:
    count = int(np.clip(DRAWN_PER_ROW * len(table), LEAST_DRAWN, MOST_DRAWN))
    if table.side is not None:
        sides = (np.flatnonzero(table.side == side) for side in (0, 1))
        left, right = (rows[chance.integers(0, len(rows), count)] for rows in sides)
        return left, right
    left, right = chance.integers(0, len(table), (2, count))
    return left[left != right], right[left != right]


def _sharing(table: Table, column: Column, chance: np.random.Generator) -> tuple[Rows, Rows, float]:
    """Pairs of rows with the same value, drawn evenly from all such pairs; and how many such pairs there are."""
    codes = column.codes[:, 0]
    rows = np.flatnonzero(codes >= 0)
    rows = rows[np.argsort(codes[rows], kind="stable")]
    ordered = codes[rows]
    start = np.searchsorted(ordered, ordered, "left")
    size = np.searchsorted(ordered, ordered, "right") - start
    weight = np.cumsum(size - 1)
    if not len(weight) or not weight[-1]:
        return rows[:0], rows[:0], 0.0
    place = np.searchsorted(weight, chance.integers(0, weight[-1], _DRAWN_TOGETHER), "right")
    further = 1 + (chance.random(len(place)) * (size[place] - 1)).astype(np.int64)
    left, right = rows[place], rows[start[place] + (place - start[place] + further) % size[place]]
    if table.side is None:
        return left, right, float(weight[-1]) / 2
    across = table.side[left] != table.side[right]
    return left[across], right[across], float(weight[-1]) / 2 * float(across.mean())


@dataclass(frozen=True)
class Shares:
    """One column among strangers.

    Attributes:
        values: For each value the share of strangers who have it.
        levels: For each level the share of pairs of strangers at it.
        usual: For each level between "same" and "differs" how frequent the values of such pairs usually are.
    """

    values: Bits
    levels: Bits
    usual: Bits

    def agreeing(self, seen: Seen) -> Bits:
        """Of each pair the share of strangers who agree as these do, in bits (log2); 0 where a value is missing."""
        worth = np.append(np.log2(self.levels) - np.log2(self.usual), 0.0)[seen.levels]
        same = seen.levels == 0
        worth[same] = np.log2(self.values[seen.left[same]])
        between = (seen.levels > 0) & (seen.levels < len(self.levels) - 1)
        worth[between] += np.log2(_middle(self.values, seen, between))
        return worth


def _middle(values: Bits, seen: Seen, chosen: npt.NDArray[np.bool_]) -> Bits:
    """The harmonic mean of the shares of two values: the rarer of them decides."""
    return np.asarray(2 / (1 / values[seen.left[chosen]] + 1 / values[seen.right[chosen]]))


def count_shares(column: Column, drawn: Seen, shared: Bits, matches: tuple[float, Bits]) -> Shares:
    """Count one column among strangers.

    Args:
        column: The column.
        drawn: Any two rows, compared.
        shared: For each value, how many pairs of matches have it in common.
        matches: The share of all pairs that are matches, and how matches are spread over the levels.
    """
    counts = column.counts
    left = np.maximum(counts * (counts - 1) / 2 - shared, 0.0)
    values = np.minimum(np.sqrt(2 * left + 1), np.maximum(counts, 1)) / max(column.known, 1)
    part, spread = matches
    names = len(LEVELS[column.kind])
    levels = np.bincount(drawn.levels[drawn.levels >= 0], minlength=names) + 0.5
    levels = levels / levels.sum()
    levels = np.maximum(levels - part * spread, 0.02 * levels)
    levels[0] = (values**2).sum()
    usual = np.ones(names)
    for level in range(1, names - 1):
        at = drawn.levels == level
        usual[level] = 1 / (1 / _middle(values, drawn, at)).mean() if at.sum() > 5 else np.sqrt(levels[0])
    return Shares(values, levels / levels.sum(), usual)


@dataclass(frozen=True)
class WholeNames:
    """Given and family name together: how many strangers have exactly this name, where both are the same.

    Attributes:
        given, family: The numbers of the two columns.
        codes: The names that rows have, in order.
        counts: How many rows have each.
    """

    given: int
    family: int
    codes: Rows
    counts: Rows

    def of(self, seen: Sequence[Seen]) -> tuple[npt.NDArray[np.bool_], Rows]:
        """Which pairs have the same whole name, and the place of the name."""
        g, f = seen[self.given], seen[self.family]
        same = (g.levels == 0) & (f.levels == 0)
        codes = g.left[same].astype(np.int64) * _MIX + f.left[same]
        return same, np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)

    def shares(self, given: Bits, family: Bits, shared: Bits) -> Bits:
        """For each name the share of strangers who have it, the two rows at hand not counted.

        What was counted is weighed against what the two parts alone promise, times how much oftener than that whole
        names occur in this file; so a name of two rare words does not become common by its only duplicate.

        Args:
            given: Shares of given names.
            family: Shares of family names.
            shared: For each whole name, how many pairs of matches have it.
        """
        rows = max(int(self.counts.sum()), 1)
        counts = self.counts.astype(float)
        promised = given[self.codes // _MIX] * family[self.codes % _MIX]
        strangers = float(np.maximum(counts * (counts - 1) / 2 - shared, 0).sum())
        by_chance = float((given**2).sum() * (family**2).sum()) * rows * rows / 2
        promised = np.minimum(promised * max(1.0, strangers / max(by_chance, 1e-12)), 0.5)
        others = np.maximum(counts - 2, 0) / (1 + 2 * shared / counts)
        return np.asarray((others + 1) / (rows + 1 / promised))


def whole_names(table: Table) -> WholeNames | None:
    """The whole names of a table that has given and family names."""
    kinds = [column.kind for column in table.columns]
    if Kind.GIVEN not in kinds or Kind.FAMILY not in kinds:
        return None
    given, family = kinds.index(Kind.GIVEN), kinds.index(Kind.FAMILY)
    g, f = (table.columns[at].codes[:, 0].astype(np.int64) for at in (given, family))
    codes, counts = np.unique((g * _MIX + f)[(g >= 0) & (f >= 0)], return_counts=True)
    return WholeNames(given, family, codes, counts) if len(codes) else None


@dataclass(frozen=True, slots=True)
class Tie:
    """Two columns that depend on each other: by how many bits strangers agree oftener on both, by their levels."""

    one: int
    other: int
    bits: Bits

    def of(self, seen: Sequence[Seen]) -> Bits:
        """The bits of each pair; 0 where a value is missing or differs."""
        table = np.zeros((self.bits.shape[0] + 1, self.bits.shape[1] + 1))
        table[:-1, :-1] = self.bits
        return np.asarray(table[seen[self.one].levels, seen[self.other].levels])


def find_ties(draws: Draws, shares: Sequence[Shares], spread: Sequence[Bits], most: float) -> list[Tie]:
    """The strongest ties that make no circle.

    Args:
        draws: Pairs drawn from the table.
        shares: Each column among strangers.
        spread: How matches are spread over the levels of each column.
        most: At most so many pairs of the table are matches: what they may account for is no tie.
    """
    ratios = {}
    for one, other in permutations(range(len(shares)), 2):
        ratio = _ratio(draws, (one, other), (shares[other].levels, spread[one][0] * spread[other] * most))
        if ratio is not None:
            ratios[one, other] = ratio
    ties = []
    for one, other in {(min(pair), max(pair)) for pair in ratios}:
        here = ratios.get((one, other), np.ones(len(shares[other].levels)))
        there = ratios.get((other, one), np.ones(len(shares[one].levels)))
        both = np.log2(np.maximum(there[:, None], here[None, :]))
        both[-1, :] = both[:, -1] = 0.0
        strength = max(_strength(shares[one], shares[other], here), _strength(shares[other], shares[one], there))
        ties.append((strength, Tie(one, other, both)))
    return _tree([tie for _, tie in sorted(ties, key=lambda t: (-t[0], t[1].one, t[1].other)) if tie.bits.max() > 0.3])


def _ratio(draws: Draws, pair: tuple[int, int], known: tuple[Bits, Bits]) -> Bits | None:
    """How much oftener strangers who share the first are at each level of the second; never seldomer."""
    counts, sharing = draws.together[pair], draws.sharing[pair[0]]
    usual, matches = known
    if counts.sum() < _ENOUGH or matches.sum() > sharing / 2:
        return None
    pairs = (counts + 20 * usual) / (counts.sum() + 20) * sharing
    ratio = np.maximum((pairs - matches) / max(sharing - matches.sum(), 1.0) / usual, 1.0)
    ratio[-1] = 1.0
    return np.asarray(ratio)


def _strength(one: Shares, other: Shares, ratio: Bits) -> float:
    return float(one.levels[0] * (other.levels * ratio * np.log2(ratio)).sum())


def _tree(ties: Sequence[Tie]) -> list[Tie]:
    group: dict[int, int] = {}
    kept = []
    for tie in ties:
        a, b = group.get(tie.one, tie.one), group.get(tie.other, tie.other)
        if a != b:
            kept.append(tie)
            members = {m for m, g in group.items() if g == b} | {tie.other, b}
            group |= dict.fromkeys(members, a)
    return kept
