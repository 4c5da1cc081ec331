"""Make the labelled set of the region's names, and measure the matching with it.

    python -m learning.region            # write tests/data/names-of-the-region/<language>-<part>.tsv anew
    python -m learning.region --measure  # AUC of each language and part, as the node judges names

The rows of `names.csv` are dealt into two parts by a hash of the name: rules may be looked at with the part `dev`; the
part `test` has other names and is for measuring only. Within a part names are composed as the language composes them.
A right pair is one name in two spellings (or two scripts, or two orders). A wrong pair has one of its words replaced
by that of the same kind whose spelling is nearest: brothers, namesakes, slips of memory.
"""

from __future__ import annotations

import csv
import hashlib
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

FOLDER: Final = Path(__file__).resolve().parents[1] / "tests/data/names-of-the-region"
LANGUAGES: Final = ("thai", "khmer", "lao", "burmese", "vietnamese", "indonesian", "malay", "filipino")
PARTS: Final = ("dev", "test")
PAIRS: Final = 240  # of a language and part, half of them wrong
_NEAREST: Final = 3  # a wrong word is one of so many nearest


@dataclass(frozen=True)
class Spelt:
    """A word of a name: how it is written first, and how else."""

    kind: str
    first: str
    others: tuple[str, ...]


Choice = tuple[Spelt, ...]


def words_of(language: str, part: str) -> list[Spelt]:
    """The words of a language that belong to a part."""
    lines = (FOLDER / "names.csv").read_text("utf-8").splitlines()
    rows = csv.reader(line for line in lines if not line.startswith("#"))
    return [
        Spelt(kind, first, tuple(others) or (first,))
        for name, kind, first, *others in rows
        if name == language and PARTS[hashlib.sha256(first.encode()).digest()[0] % 2] == part
    ]


def pairs_of(language: str, part: str) -> Iterator[tuple[str, str, int]]:
    """Pairs of names with their label, the same ones each time."""
    chance = random.Random(f"{language} {part}")
    words = words_of(language, part)
    for turn in range(PAIRS):
        chosen = _choose(language, words, chance)
        label = 1 - turn % 2
        other = chosen if label else _near(chosen, words, chance)
        one = _write(language, tuple(word.first for word in chosen), native=True, chance=chance)
        yield (
            one,
            _write(language, tuple(chance.choice(word.others) for word in other), native=False, chance=chance),
            label,
        )


def _choose(language: str, words: list[Spelt], chance: random.Random) -> Choice:
    """The words of one name, given name first; a Burmese name is any two to four words, an Indonesian may be one."""
    given, family = ([word for word in words if word.kind == kind] for kind in "gf")
    if language == "burmese":
        return tuple(chance.sample(words, chance.choice((2, 3, 3, 4))))
    if language == "indonesian" and chance.random() < 0.15:
        return (chance.choice(given),)
    return (chance.choice(given), chance.choice(family))


def _near(chosen: Choice, words: list[Spelt], chance: random.Random) -> Choice:
    """The same name but for one word, which is another of its kind with a near spelling."""
    at = chance.randrange(len(chosen))
    others = [word for word in words if word.kind == chosen[at].kind and word not in chosen]
    spellings = [word.others[0].lower() for word in others]
    found = process.extract(
        chosen[at].others[0].lower(), spellings, scorer=JaroWinkler.normalized_similarity, limit=_NEAREST
    )
    return (*chosen[:at], others[chance.choice(found)[2]], *chosen[at + 1 :])


def _write(language: str, words: tuple[str, ...], *, native: bool, chance: random.Random) -> str:
    """A name as its language writes it, or as a foreign form has it: turned about, with a comma, in capitals."""
    if language == "burmese":
        return "".join(words) if native else " ".join(words)
    family_first = language in {"khmer", "vietnamese"}
    written = " ".join(reversed(words) if family_first else words)
    if native:
        return written
    turn = chance.random()
    if turn < 0.2 and len(words) == 2 and language != "malay":
        written = f"{words[1].upper()}, {words[0]}"
    elif turn < 0.3 and family_first:
        written = " ".join(words)
    return written


def _area(right: list[float], wrong: list[float]) -> float:
    """The share of right and wrong pairs where the right one is judged higher; a tie counts half."""
    won = sum((r > w) + 0.5 * (r == w) for r in right for w in wrong)
    return won / (len(right) * len(wrong))


def measure() -> Iterator[tuple[str, str, float]]:
    """AUC of each language and part, from the files as they lie there."""
    from lintas.matching.names import same_name  # noqa: PLC0415 - the set is made without the code that it judges

    for language in LANGUAGES:
        for part in PARTS:
            with (FOLDER / f"{language}-{part}.tsv").open(encoding="utf-8", newline="") as file:
                judged = [(same_name(a, b).odds, label) for a, b, label in csv.reader(file, delimiter="\t")]
            right, wrong = ([odds for odds, label in judged if label == wanted] for wanted in "10")
            yield language, part, _area(right, wrong)


def main() -> None:
    """Write the set, or measure with it."""
    if "--measure" in sys.argv[1:]:
        for language, part, area in measure():
            print(f"{language:12}{part:6}{area:.4f}")
        return
    for language in LANGUAGES:
        for part in PARTS:
            lines = [f"{one}\t{other}\t{label}\n" for one, other, label in pairs_of(language, part)]
            (FOLDER / f"{language}-{part}.tsv").write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main()
