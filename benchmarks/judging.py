"""How good probabilities are, beside what people say: the doors' own measures, and one more that is kind to peers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from lintas.matching.measures import LIMIT, measure


@dataclass(frozen=True)
class Judged:
    """The figures of one set."""

    pairs: int
    auc: float
    f1: float  # at the limit its makers advise; ours at .5
    best_f1: float  # at the limit that suits these very labels best: kind to everybody
    recall: float  # the most that are found while 99 of 100 found are right
    ece: float

    def figures(self) -> dict[str, float]:
        """All but the number of pairs."""
        return {name: value for name, value in asdict(self).items() if name != "pairs"}


def judge(probabilities: Sequence[float], labels: Sequence[bool], limit: float = LIMIT) -> Judged:
    """All figures of one set, in which both labels occur."""
    found = measure(probabilities, labels)
    p, same = np.asarray(probabilities, float), np.asarray(labels, bool)
    limits = np.unique(p)
    told = len(p) - np.searchsorted(np.sort(p), limits)
    right = same.sum() - np.searchsorted(np.sort(p[same]), limits)
    at = p >= limit
    return Judged(
        pairs=found.pairs,
        auc=found.auc or 0.0,
        f1=float(2 * (at & same).sum() / max(1, at.sum() + same.sum())),
        best_f1=float((2 * right / (told + same.sum())).max()),
        recall=found.recall or 0.0,
        ece=found.ece or 0.0,
    )
