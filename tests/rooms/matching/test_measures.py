"""The figures that say how good probabilities are, against values worked out by hand."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.matching.measures import Measures, measure

judged_pairs = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0]), st.booleans()), min_size=1)


def of(pairs: Sequence[tuple[float, bool]]) -> Measures:
    return measure([p for p, _ in pairs], [same for _, same in pairs])


def test_four_pairs_worked_out_by_hand() -> None:
    # In order: .9 same, .8 different, .6 same, .2 different. Of the four (same, different) pairs three stand right.
    found = measure([0.9, 0.8, 0.6, 0.2], [True, False, True, False])

    assert (found.pairs, found.same) == (4, 2)
    assert found.auc == pytest.approx(3 / 4)
    assert found.f1 == pytest.approx(2 * 2 / (3 + 2))  # three said to be the same, two of them rightly
    assert found.recall == pytest.approx(1 / 2)  # the second true one comes after a false one
    # Bins: .9 stated 1 came true, .8 stated 0, .6 stated 1, .2 stated 0: (.1 + .8 + .4 + .2) / 4
    assert found.ece == pytest.approx(1.5 / 4)


def test_pairs_of_one_probability_count_half_whatever_their_order() -> None:
    assert measure([0.5, 0.5], [True, False]).auc == measure([0.5, 0.5], [False, True]).auc == pytest.approx(0.5)


def test_a_limit_is_never_drawn_between_equal_probabilities() -> None:
    # Ninety-nine true ones and two false ones share a probability: below 99 % there, so nothing can be found for sure.
    assert measure([1.0] * 101, [True] * 99 + [False] * 2).recall == 0
    assert measure([1.0] * 100, [True] * 99 + [False]).recall == 1


def test_recall_may_lie_beyond_a_false_one_when_enough_true_ones_follow() -> None:
    probabilities = [0.99, *([0.9] * 99), 0.2, 0.1]

    assert measure(probabilities, [False, *([True] * 99), False, True]).recall == pytest.approx(99 / 100)


def test_probabilities_that_come_true_as_stated_have_no_error() -> None:
    assert measure([0.25] * 4 + [0.75] * 4, [True] + [False] * 3 + [True] * 3 + [False]).ece == pytest.approx(0)


def test_certainty_that_is_wrong_is_the_greatest_error() -> None:
    assert measure([1.0, 0.0], [False, True]).ece == pytest.approx(1)


@pytest.mark.parametrize(
    ("labels", "undefined"),
    [([True, True], {"auc"}), ([False, False], {"auc", "recall"}), ([], {"auc", "f1", "recall", "ece"})],
)
def test_what_the_labels_do_not_allow_to_be_told_is_left_open(labels: list[bool], undefined: set[str]) -> None:
    found = measure([0.9, 0.2][: len(labels)], labels)

    assert {name for name in ("auc", "f1", "recall", "ece") if getattr(found, name) is None} == undefined


def test_nothing_told_and_nothing_there_leaves_f1_open() -> None:
    assert measure([0.1], [False]).f1 is None


def test_a_label_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="2"):
        measure([0.1, 0.2], [True])


@given(judged_pairs)
def test_auc_is_the_share_of_couples_in_the_right_order(pairs: list[tuple[float, bool]]) -> None:
    same, different = [p for p, s in pairs if s], [p for p, s in pairs if not s]
    couples = [(a > b) + 0.5 * (a == b) for a in same for b in different]

    assert of(pairs).auc == (pytest.approx(sum(couples) / len(couples)) if couples else None)


@given(judged_pairs, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(pairs: list[tuple[float, bool]], chance: random.Random) -> None:
    before, after = of(pairs), of(chance.sample(pairs, len(pairs)))

    for name in ("auc", "f1", "recall", "ece"):
        assert getattr(after, name) == pytest.approx(getattr(before, name)), name


@given(judged_pairs)
def test_every_figure_lies_between_nothing_and_everything(pairs: list[tuple[float, bool]]) -> None:
    found = of(pairs)

    assert all(0 <= (getattr(found, name) or 0) <= 1 + 1e-12 for name in ("auc", "f1", "recall", "ece"))
