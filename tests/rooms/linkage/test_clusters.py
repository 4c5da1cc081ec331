"""Clusters: all evidence together, and people's judgements before it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.linkage.clusters import Conflict, Doubtful, JudgementsContradict, KeptApart, cluster

Edge = tuple[int, int, float]
ROWS = 8
EDGES = st.lists(
    st.tuples(st.integers(0, ROWS - 1), st.integers(0, ROWS - 1), st.floats(-20, 20)).filter(lambda e: e[0] < e[1]),
    unique_by=lambda e: e[:2],
)
PAIRS = st.lists(
    st.tuples(st.integers(0, ROWS - 1), st.integers(0, ROWS - 1)).filter(lambda e: e[0] < e[1]), max_size=5
)


def clusters(edges: list[Edge], same: object = (), not_same: object = ()) -> tuple[list[int], list[Conflict]]:
    left, right, bits = (np.array([edge[at] for edge in edges]) for at in range(3))
    pairs = left.astype(np.int64), right.astype(np.int64), bits.astype(float)
    label, conflicts = cluster(ROWS, pairs, same, not_same)  # type: ignore[arg-type]
    return label.tolist(), conflicts


def test_what_speaks_for_joining_is_joined_and_known_by_its_first_row() -> None:
    label, conflicts = clusters([(1, 2, 5.0), (2, 4, 3.0), (5, 6, -3.0)])

    assert label == [0, 1, 1, 3, 1, 5, 6, 7]
    assert conflicts == []


def test_one_weak_pair_does_not_chain_two_clusters_against_the_rest() -> None:
    apart = [(0, 3, -6.0), (0, 4, -6.0), (1, 3, -6.0)]
    label, conflicts = clusters([(0, 1, 9.0), (3, 4, 9.0), (1, 4, 1.0), *apart])

    assert label[0] == label[1] != label[3] == label[4]
    assert conflicts == [Doubtful(1, 4)]


def test_a_pair_judged_not_the_same_is_kept_apart_and_shown_if_it_looks_the_same() -> None:
    label, conflicts = clusters([(0, 1, 9.0), (1, 2, 9.0), (0, 2, 9.0)], not_same=[(0, 2)])

    assert label[0] != label[2]
    assert KeptApart(0, 2) in conflicts


def test_a_pair_judged_the_same_is_joined_whatever_the_evidence_says() -> None:
    label, _ = clusters([(0, 1, -15.0)], same=[(0, 1)])

    assert label[0] == label[1]


def test_judgements_that_contradict_each_other_are_shown_with_the_way_between_them() -> None:
    _, conflicts = clusters([(0, 1, 1.0)], same=[(0, 3), (3, 5), (5, 6)], not_same=[(0, 6)])

    assert conflicts == [JudgementsContradict(0, 6, (3, 5))]


@given(EDGES, PAIRS, PAIRS)
def test_judgements_hold_in_every_clustering(
    edges: list[Edge], same: list[tuple[int, int]], apart: list[tuple[int, int]]
) -> None:
    label, conflicts = clusters(edges, same, apart)

    contradicted = {(c.left, c.right) for c in conflicts if isinstance(c, JudgementsContradict)}
    assert all(label[a] == label[b] for a, b in same)
    assert all(label[a] != label[b] for a, b in apart if (a, b) not in contradicted)
    assert all(label[a] == label[b] for a, b in contradicted)


@given(EDGES)
def test_every_row_is_in_one_cluster_whose_name_is_its_first_row(edges: list[Edge]) -> None:
    label, _ = clusters(edges)

    assert all(label[first] == first <= row for row, first in enumerate(label))


@given(EDGES, st.randoms())
def test_the_order_of_the_pairs_does_not_matter(edges: list[Edge], chance: object) -> None:
    mixed = sorted(edges, key=lambda _: chance.random())  # type: ignore[attr-defined]
    whole = [(a, b, round(bits * 4) / 4) for a, b, bits in edges]  # sums of quarters are exact in any order
    other = [(a, b, round(bits * 4) / 4) for a, b, bits in mixed]

    assert clusters(whole)[0] == clusters(other)[0]


@pytest.mark.parametrize("bits", [0.0, -1.0])
def test_what_speaks_for_nothing_joins_nothing(bits: float) -> None:
    assert clusters([(0, 1, bits)])[0] == [*range(ROWS)]
