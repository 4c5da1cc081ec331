"""From pairs to clusters: who is one subject with whom, all evidence taken together, and what people have judged.

Greedy additive edge contraction (Keuper et al. 2015): the two clusters with most evidence for each other are joined,
their evidence for and against all others added up, until nothing is left that speaks for joining. So one strong pair
does not chain two clusters together against many that speak otherwise. What a person judged to be the same is joined
first; what a person judged not to be the same is never joined, neither directly nor through others.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from msgspec import Struct

from lintas.linkage.table import Bits, Rows

MOST_BITS: Final = 12.0
"""One pair's evidence counts at most so much against the others."""


class Conflict(Struct, frozen=True, tag_field="kind"):
    """Something a person has to look at."""

    left: int
    right: int


class JudgementsContradict(Conflict, frozen=True, tag="judgements_contradict"):
    """Two rows were judged not the same, and by others to be the same as these, one after the other."""

    through: tuple[int, ...]


class KeptApart(Conflict, frozen=True, tag="kept_apart"):
    """Two rows look the same, but a judgement stands between their clusters."""


class Doubtful(Conflict, frozen=True, tag="doubtful"):
    """Two rows look the same, but the rest of their clusters speaks against it."""


@dataclass
class _Clusters:
    """The state of contraction: `weights[a][b]` is the evidence between two clusters, known by one of their rows."""

    of: dict[int, int] = field(default_factory=dict)
    members: dict[int, list[int]] = field(default_factory=dict)
    weights: dict[int, dict[int, float]] = field(default_factory=dict)
    apart: dict[int, set[int]] = field(default_factory=dict)

    def find(self, row: int) -> int:
        while self.of.setdefault(row, row) != row:
            self.of[row] = self.of[self.of[row]]
            row = self.of[row]
        return row

    def size(self, root: int) -> int:
        return len(self.members.get(root, ())) or 1

    def join(self, a: int, b: int) -> int:
        """Make two clusters one; which of the two it is known by from now on."""
        if (self.size(a), -a) < (self.size(b), -b):
            a, b = b, a
        self.of[b] = a
        self.members.setdefault(a, [a]).extend(self.members.pop(b, [b]))
        ours = self.weights.setdefault(a, {})
        ours.pop(b, None)
        for other, weight in self.weights.pop(b, {}).items():
            theirs = self.weights[other]
            theirs.pop(b, None)
            if other != a:
                ours[other] = theirs[a] = ours.get(other, 0.0) + weight
        for other in self.apart.pop(b, set()):
            self.apart[other].discard(b)
            self.keep_apart(a, other)
        return a

    def keep_apart(self, a: int, b: int) -> None:
        if a != b:
            self.apart.setdefault(a, set()).add(b)
            self.apart.setdefault(b, set()).add(a)

    def add(self, a: int, b: int, weight: float) -> None:
        if a != b:
            total = self.weights.setdefault(a, {}).get(b, 0.0) + weight
            self.weights[a][b] = total
            self.weights.setdefault(b, {})[a] = total


def cluster(
    rows: int,
    pairs: tuple[Rows, Rows, Bits],
    same: Sequence[tuple[int, int]] = (),
    not_same: Sequence[tuple[int, int]] = (),
) -> tuple[Rows, list[Conflict]]:
    """Put rows into clusters.

    Args:
        rows: How many rows there are.
        pairs: Left row, right row, and the bits for their being the same (log-odds to the base 2).
        same: Pairs a person judged to be the same.
        not_same: Pairs a person judged not to be the same.

    Returns:
        For each row the first row of its cluster, and what a person has to look at.
    """
    state, conflicts = _Clusters(), [*_contradictions(same, not_same)]
    for a, b in same:
        one, other = state.find(a), state.find(b)
        if one != other:
            state.join(one, other)
    for a, b in not_same:
        state.keep_apart(state.find(a), state.find(b))
    left, right, bits = _that_matter(rows, pairs)
    for a, b, weight in zip(left.tolist(), right.tolist(), np.clip(bits, -MOST_BITS, MOST_BITS).tolist(), strict=True):
        state.add(state.find(a), state.find(b), weight)
    _contract(state)
    label = _labels(rows, state)
    conflicts += _left_over(label, state, (left, right, bits))
    return label, conflicts


def _contract(state: _Clusters) -> None:
    heap = [(-weight, a, b) for a, to in state.weights.items() for b, weight in to.items() if a < b and weight > 0]
    heapq.heapify(heap)
    while heap:
        negative, a, b = heapq.heappop(heap)
        if state.weights.get(a, {}).get(b) != -negative or b in state.apart.get(a, ()):
            continue  # stale, or forbidden
        kept = state.join(a, b)
        for other, weight in state.weights[kept].items():
            if weight > 0:
                heapq.heappush(heap, (-weight, min(kept, other), max(kept, other)))


def _that_matter(rows: int, pairs: tuple[Rows, Rows, Bits]) -> tuple[Rows, Rows, Bits]:
    """Pairs for joining, and those against it whose rows hang together through others."""
    left, right, bits = pairs
    group = np.arange(rows)
    likely = bits > 0
    a, b = left[likely], right[likely]
    while True:  # the smallest row of each component spreads, and roots are followed at once
        low = np.minimum(group[a], group[b])
        before = group.copy()
        np.minimum.at(group, group[a], low)
        np.minimum.at(group, group[b], low)
        group = group[group]
        if (before == group).all():
            break
    kept = group[left] == group[right]
    return left[kept], right[kept], bits[kept]


def _labels(rows: int, state: _Clusters) -> Rows:
    label = np.arange(rows)
    for members in state.members.values():
        label[members] = min(members)
    return label


def _left_over(label: Rows, state: _Clusters, pairs: tuple[Rows, Rows, Bits]) -> Iterator[Conflict]:
    """Pairs that look the same and yet are in two clusters."""
    left, right, bits = pairs
    for at in np.flatnonzero((bits > 0) & (label[left] != label[right])):
        a, b = int(left[at]), int(right[at])
        judged = state.find(b) in state.apart.get(state.find(a), ())
        yield KeptApart(a, b) if judged else Doubtful(a, b)


def _contradictions(same: Iterable[tuple[int, int]], not_same: Iterable[tuple[int, int]]) -> Iterator[Conflict]:
    beside: dict[int, list[int]] = {}
    for a, b in same:
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    for a, b in not_same:
        way = _way(beside, a, b)
        if way is not None:
            yield JudgementsContradict(a, b, way)


def _way(beside: dict[int, list[int]], a: int, b: int) -> tuple[int, ...] | None:
    """The rows between two, each judged the same as the next; None if there is no such way."""
    came: dict[int, int] = {a: a}
    waiting = deque([a])
    while waiting and b not in came:
        row = waiting.popleft()
        for other in beside.get(row, ()):
            if other not in came:
                came[other] = row
                waiting.append(other)
    if b not in came:
        return None
    way = []
    row = came[b]
    while row != a:
        way.append(row)
        row = came[row]
    return tuple(reversed(way))
