"""Fit what the words of two names say about the names, and write `matching/tables/names.json`.

    python -m learning.names

Two steps, both logistic regressions of few features whose signs are known beforehand; a feature that comes out with
the wrong sign is left out. First for single words: the same word, or one that is near? Seen in Latin letters, and
heard across scripts, script by script. Then for names: the same name, or a stranger's whose name is near? The pairs
are made of `learning.words` and `learning.alike`; no labelled set of the benchmarks is read.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from learning.alike import names_alike
from learning.words import words_of
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from lintas.matching import alignment, names, sounds
from lintas.matching.shipped import TABLES

_WORDS: Final = 2_000  # of a script
_NAMES: Final = 700  # of a script
_NAMES_OF: Final = {"latin": 200}  # beside the names of the lists
_AMONG: Final = 3_000  # words among which the nearest is taken
_BESIDE: Final = 4
# How often a stranger's name differs from the own in one word, and how often in all; else it is not even near. Where
# whole names are on the lists, a stranger is somebody who exists, and rarely bears all names but one.
_SWAPPED: Final = {"hangul": (0.15, 0.6), "hebrew": (0.15, 0.6)}
_SWAPPED_OTHERWISE: Final = (0.85, 0.1)
_LEFT_OUT: Final = {True: 0.2, False: 0.1}  # a middle name more often than what tells father and son apart
_RIDGE: Final = 1.0

Matrix = NDArray[np.float64]
Labelled = list[tuple[str, str, bool]]


def main() -> None:
    """Fit both steps and write."""
    words = {script: _pairs_of_words(script) for script in sounds.SCRIPTS}
    table: dict[str, Any] = {"sound": {}, "sight": [], "near": {}}
    for script, pairs in words.items():
        rows = [alignment.sound_features(sounds.bits(script, native, latin), latin) for latin, native, _ in pairs]
        table["sound"][script] = _fit(rows, [same for *_, same in pairs], (1, 1))
    table["sight"] = _fit_sight(names_alike("word"))
    alignment.use(table)
    alike = names_alike("person") + list(_composed("latin", names_alike("word")))
    table["near"]["same"] = _fit_names(alike, alignment.NEAR_SIGNS["same"])
    for script, pairs in words.items():
        table["near"][script] = _fit_names(list(_composed(script, pairs)), alignment.NEAR_SIGNS["across"])
    _write(table)


def _fit_sight(pairs: Labelled) -> list[float]:
    rows, labels = [], []
    for one, other, same in pairs:
        left, right = (names.read_name(text).words[0] for text in (one, other))
        if left.text != right.text:
            rows.append(alignment.sight_features(left, right, alignment.Habits()))
            labels.append(same)
    return _fit(rows, labels, alignment.SIGHT_SIGNS)


def _fit_names(pairs: Labelled, signs: Sequence[int]) -> list[float]:
    rows = [names.near_features(names.read_name(one), names.read_name(other)) for one, other, _ in pairs]
    return _fit(rows, [same for *_, same in pairs], signs)


def _pairs_of_words(script: str) -> Labelled:
    """True pairs, and each Latin word beside the native form of its nearest neighbour."""
    dice = random.Random(13)
    known = words_of(script)
    chosen = dice.sample(known, min(_WORDS, len(known)))
    pool = dice.sample(known, min(_AMONG, len(known)))
    latin = [word for word, _, _ in pool]
    found: Labelled = []
    for word, native, _ in chosen:
        near = process.extract(word, latin, scorer=OSA.normalized_similarity, limit=_BESIDE)
        others = [pool[place][1] for _, _, place in near if pool[place][0] != word and pool[place][1] != native]
        found.append((word, native, True))
        if others:
            found.append((word, others[0], False))
    return found


def _composed(script: str, pairs: Labelled) -> Iterator[tuple[str, str, bool]]:
    """Names of two or three words; a stranger's has one, or all, exchanged for a near one, or is another altogether."""
    dice = random.Random(17)
    true = [pair[:2] for pair in pairs if pair[2]]
    false = [pair[:2] for pair in pairs if not pair[2]]
    one, all_of_them = _SWAPPED.get(script, _SWAPPED_OTHERWISE)
    between = "·" if script in {"han", "kana"} else " "
    for _ in range(_NAMES_OF.get(script, _NAMES)):
        some = dice.choices(true, k=dice.choice((2, 2, 3)))
        yield (*_written(some, some, between, _LEFT_OUT[True], dice), True)
        kind = dice.random()
        others = some
        if kind < one:
            some[dice.randrange(len(some))] = dice.choice(false)
        elif kind < one + all_of_them:
            some = others = dice.choices(false, k=len(some))
        else:
            others = dice.choices(true, k=len(some))
        yield (*_written(some, others, between, _LEFT_OUT[False], dice), False)


def _written(
    some: list[tuple[str, str]], others: list[tuple[str, str]], between: str, left_out: float, dice: random.Random
) -> tuple[str, str]:
    """One name in Latin letters and one in the other script; sometimes a word is left out."""
    words = [[latin for latin, _ in some], [native for _, native in others]]
    if dice.random() < left_out:
        dice.choice(words).pop()
    return " ".join(words[0]), between.join(words[1])


def _fit(rows: Sequence[Sequence[float]], labels: Sequence[bool], signs: Sequence[int]) -> list[float]:
    """Weights in bits, the constant first; 0 where the sign would be against the law of evidence."""
    used = [place for place, sign in enumerate(signs) if sign]
    values, truth = np.array(rows, float), np.array(labels, float)
    while True:
        weights = _logistic(values[:, used], truth)
        wrong = [place for place, weight in zip(used, weights[1:], strict=True) if weight * signs[place] < 0]
        if not wrong:
            break
        used = [place for place in used if place not in wrong]
    found = [0.0] * (len(signs) + 1)
    for place, weight in zip([-1, *used], weights, strict=True):
        found[place + 1] = round(float(weight) / float(np.log(2)), 3)
    return found


def _logistic(rows: Matrix, truth: Matrix) -> Matrix:
    """Newton's method with a ridge on all but the constant."""
    design = np.column_stack([np.ones(len(rows)), rows])
    weights = np.zeros(design.shape[1])
    ridge = np.diag([0.0] + [_RIDGE] * rows.shape[1])
    for _ in range(30):
        likely = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        curve = (design * (likely * (1 - likely))[:, None]).T @ design + ridge + 1e-9 * np.eye(len(weights))
        weights = weights + np.linalg.solve(curve, design.T @ (truth - likely) - ridge @ weights)
    return weights


def _write(table: dict[str, Any]) -> None:
    (TABLES / "names.json").write_text(json.dumps(table, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
