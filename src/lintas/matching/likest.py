"""Which names of two lists are worth a close look: comparing two names word by word costs far more than a glance.

Every name is taken once, whatever the order of its words; a rare name that both know settles the matter; otherwise the
glance is the edit distance of the letters and of the bones, of all pairs at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from lintas.matching.names import Agreement, Name, best_agreement
from lintas.matching.weights import MOST_FOR_A_NAME

_FEW: Final = 4  # pairs that are simply compared
_PROMISING: Final = 3


class Borne(NamedTuple):
    """The names of one record, each once."""

    by_words: Mapping[str, Name]  # by its words in alphabetical order
    names: Sequence[Name]
    letters: Sequence[str]
    bones: Sequence[str]


def borne(names: Sequence[Name]) -> Borne:
    """Each name once, whatever the order of its words."""
    found: dict[str, Name] = {}
    for name in names:
        key = f"{name.joined} " if name.foreign else name.joined
        if name.words and key not in found:
            found[key] = name
    once = tuple(found.values())
    bones = tuple("".join(sorted(word.bones for word in name.words)) for name in once)
    return Borne(found, once, tuple(name.joined for name in once), bones)


def likest(left: Borne, right: Borne) -> Agreement | None:
    """The best that any name of the one and any of the other agree; None when one side has none."""
    if not left.names or not right.names:
        return None
    shared = left.by_words.keys() & right.by_words.keys()
    if shared:
        rarest = max((left.by_words[key] for key in shared), key=lambda name: (name.bits, name.joined))
        if rarest.bits >= MOST_FOR_A_NAME:
            return best_agreement((rarest,), (rarest,))
    if len(left.names) * len(right.names) > _FEW:
        return best_agreement(*_promising(left, right))
    return best_agreement(left.names, right.names)


def _promising(left: Borne, right: Borne) -> tuple[list[Name], list[Name]]:
    """The names of the pairs that look best; pairs that look equally well all stay."""
    looks = np.maximum(_glance(left.letters, right.letters), _glance(left.bones, right.bones))
    least = np.partition(looks, -_PROMISING, axis=None)[-_PROMISING]
    rows, columns = (looks >= least).nonzero()
    return [left.names[i] for i in sorted(set(rows.tolist()))], [right.names[j] for j in sorted(set(columns.tolist()))]


def _glance(left: Sequence[str], right: Sequence[str]) -> NDArray[np.float32]:
    found: NDArray[np.float32] = cdist(left, right, scorer=OSA.normalized_similarity, dtype=np.float32)
    return found
