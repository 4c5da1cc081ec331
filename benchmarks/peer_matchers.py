"""Scores pairs with other matchers. Runs in their own environment (`make peers`), so it imports nothing of ours.

    .venv-peers/bin/python benchmarks/peer_matchers.py NAME < pairs.jsonl > scores.json

A line holds a `set`, and `left` and `right`, entities of FollowTheMoney. The answer holds for each set the scores in
their order and the seconds of processor time they took. What a matcher loads at its first pair is not counted.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any, TypeAlias

Entity: TypeAlias = dict[str, Any]
Scorer: TypeAlias = Callable[[Entity, Entity], float]


def nomenklatura(name: str) -> Scorer:
    """One of nomenklatura's algorithms (MIT), by its name there."""
    from followthemoney import model  # noqa: PLC0415 - what is not asked for is not loaded
    from nomenklatura.matching import get_algorithm  # noqa: PLC0415

    algorithm = get_algorithm(name)
    if algorithm is None:
        raise ValueError(name)
    config = algorithm.default_config()

    def score(left: Entity, right: Entity) -> float:
        return float(algorithm.compare(model.get_proxy(left), model.get_proxy(right), config).score)

    return score


def rapidfuzz(name: str) -> Scorer:
    """What one would build in an hour: ICU's Latin letters, and rapidfuzz (MIT) over them; the best of all names."""
    import icu  # noqa: PLC0415
    from rapidfuzz import fuzz  # noqa: PLC0415
    from rapidfuzz.distance import JaroWinkler  # noqa: PLC0415

    latinise = icu.Transliterator.createInstance("Any-Latin; Latin-ASCII; Lower").transliterate

    def like(left: str, right: str) -> float:
        if name == "wratio":
            return float(fuzz.WRatio(left, right)) / 100
        return float(JaroWinkler.similarity(left, right))

    def names(entity: Entity) -> list[str]:
        found = (text for prop in ("name", "alias", "weakAlias") for text in entity["properties"].get(prop, ()))
        return [" ".join(latinise(text).split()) for text in found]

    def score(left: Entity, right: Entity) -> float:
        theirs = names(right)
        return max((like(one, other) for one in names(left) for other in theirs), default=0.0)

    return score


def main() -> None:
    """Read all pairs, score them, write once."""
    name = sys.argv[1]
    pairs = [json.loads(line) for line in sys.stdin]
    for number, pair in enumerate(pairs):  # nomenklatura remembers what it read of a name under the entity's id
        pair["left"]["id"], pair["right"]["id"] = f"left-{number}", f"right-{number}"
    scorer = rapidfuzz(name) if name in {"wratio", "jaro-winkler"} else nomenklatura(name)
    scorer(pairs[0]["left"], pairs[0]["right"])
    told: dict[str, dict[str, Any]] = {}
    for pair in pairs:
        of = told.setdefault(pair["set"], {"scores": [], "seconds": 0.0})
        began = time.process_time()
        of["scores"].append(scorer(pair["left"], pair["right"]))
        of["seconds"] += time.process_time() - began
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
