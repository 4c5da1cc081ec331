"""How good probabilities are, held against what people say: AUC, F1, recall where 99 of 100 are right, calibration.

Pure, and the same figures at every door: `lintas match names`, `lintas match pairs`, the benchmarks. Equal
probabilities are never told apart by the order they stand in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lintas.model import Noun

PRECISION: Final = 0.99  # at which recall is told
BINS: Final = 10  # of equal width, for calibration
LIMIT: Final = 0.5  # from which a probability says "the same"


class Measures(Noun, omit_defaults=False):
    """The figures of one labelled set; None where the labels do not allow one to be told."""

    pairs: int
    same: int  # of them, those that people call the same
    auc: float | None  # the share of (same, not the same) that stand in the right order, ties counting half
    f1: float | None  # at a probability of .5
    recall: float | None  # the most that are found while at least 99 of 100 found are right
    ece: float | None  # expected calibration error: how far a stated probability is from what came true, on average


def measure(probabilities: Sequence[float], labels: Sequence[bool]) -> Measures:
    """All figures of one set.

    Args:
        probabilities: From 0 to 1, one for each pair.
        labels: What people say of the same pairs, in the same order.

    Raises:
        ValueError: there are not as many labels as probabilities.
    """
    if len(probabilities) != len(labels):
        raise ValueError(len(probabilities), len(labels))
    p, same = np.asarray(probabilities, float), np.asarray(labels, bool)
    if not len(p):
        return Measures(0, 0, None, None, None, None)
    right, wrong = _as_the_limit_falls(p, same)
    return Measures(
        pairs=len(p),
        same=int(same.sum()),
        auc=_auc(right, wrong),
        f1=_f1(p >= LIMIT, same),
        recall=_recall(right, wrong),
        ece=calibration_error(p, same),
    )


def calibration_error(p: NDArray[np.float64], same: NDArray[np.bool_]) -> float:
    """Expected calibration error over ten bins of equal width (Naeini, Cooper and Hauskrecht 2015), from 0 to 1."""
    bins = np.minimum((p * BINS).astype(int), BINS - 1)
    stated = np.bincount(bins, weights=p, minlength=BINS)
    came_true = np.bincount(bins, weights=same, minlength=BINS)
    return float(np.abs(stated - came_true).sum() / len(p))


def _as_the_limit_falls(p: NDArray[np.float64], same: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """True and false positives when the limit stands at each probability that occurs, from the highest down."""
    order = np.argsort(-p, kind="stable")
    ends = np.append(np.nonzero(np.diff(p[order]))[0], len(p) - 1)
    return np.cumsum(same[order])[ends], np.cumsum(~same[order])[ends]


def _auc(right: NDArray[np.int64], wrong: NDArray[np.int64]) -> float | None:
    """The area below the curve of true over false positives (Fawcett 2006); trapezia let ties count half."""
    if not right[-1] or not wrong[-1]:
        return None
    y, x = np.append(0, right) / right[-1], np.append(0, wrong) / wrong[-1]
    return float(((y[1:] + y[:-1]) * np.diff(x)).sum() / 2)


def _f1(said: NDArray[np.bool_], same: NDArray[np.bool_]) -> float | None:
    both = int(said.sum() + same.sum())
    return float(2 * (said & same).sum() / both) if both else None


def _recall(right: NDArray[np.int64], wrong: NDArray[np.int64]) -> float | None:
    if not right[-1]:
        return None
    sure = right / (right + wrong) >= PRECISION
    return float(right[sure].max() / right[-1]) if sure.any() else 0.0
