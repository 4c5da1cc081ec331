"""How good probabilities are, beside what people say: AUC, F1, recall where hardly anything is wrong, calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

_SURE = 0.99
_BINS = 10


@dataclass(frozen=True)
class Judged:
    """The figures of one set."""

    pairs: int
    auc: float
    f1: float  # at .5
    best_f1: float  # at the limit that suits these very labels best: generous
    recall: float  # at most of them, with 99 of 100 right
    ece: float

    def figures(self) -> dict[str, float]:
        """All but the number of pairs."""
        return {name: value for name, value in asdict(self).items() if name != "pairs"}


def judge(probabilities: Sequence[float], labels: Sequence[bool]) -> Judged:
    """All figures; equal probabilities are never told apart by the order they stand in."""
    p, same = np.asarray(probabilities, float), np.asarray(labels, bool)
    right, wrong = _steps(p, same)
    f1 = 2 * right / (right + wrong + same.sum())
    sure = right / (right + wrong) >= _SURE
    told = p >= 0.5
    return Judged(
        pairs=len(p),
        auc=_auc(right, wrong),
        f1=float(2 * (told & same).sum() / max(1, told.sum() + same.sum())),
        best_f1=float(f1.max()),
        recall=float(right[sure].max() / same.sum()) if sure.any() else 0.0,
        ece=_ece(p, same),
    )


def _steps(p: NDArray[np.float64], same: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """True and false positives as the limit falls from one probability to the next."""
    order = np.argsort(-p, kind="stable")
    ends = np.append(np.nonzero(np.diff(p[order]))[0], len(p) - 1)
    right, wrong = np.cumsum(same[order]), np.cumsum(~same[order])
    return right[ends], wrong[ends]


def _auc(right: NDArray[np.int64], wrong: NDArray[np.int64]) -> float:
    """The area below the curve of true over false positives (trapezia: ties count half)."""
    y, x = np.append(0, right) / max(1, right[-1]), np.append(0, wrong) / max(1, wrong[-1])
    return float(((y[1:] + y[:-1]) * np.diff(x)).sum() / 2)


def _ece(p: NDArray[np.float64], same: NDArray[np.bool_]) -> float:
    """Expected calibration error (Naeini et al. 2015) over ten bins of equal width."""
    bins = np.minimum((p * _BINS).astype(int), _BINS - 1)
    held = (abs(p[bins == b].sum() - same[bins == b].sum()) for b in range(_BINS))
    return float(sum(held) / len(p))
