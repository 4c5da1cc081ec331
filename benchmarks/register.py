"""A generated register: real names that go together by country, 22 % of the rows duplicates with slips of the pen.

The names come from the shared lists (`names/common-{fore,sur}names-by-country.csv`, and the two-word names of
`scripts/{hebrew,korean}.fullnames.tsv`, which are of the whole world); who has which is invented. A duplicate has a
slip in the given name in a quarter of the cases, in the family name in a quarter, no birth date in `missing` of them,
and a wrong digit in it in 8 % of the others.
"""

from __future__ import annotations

import csv
import random
import string
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

DUPLICATES: Final = 0.22
_SLIP: Final = 0.25
_WRONG_DIGIT: Final = 0.08
_OF_THE_WORLD: Final = 0.5
HEAD: Final = ("id", "given", "family", "born", "country", "entity")

Pool: TypeAlias = tuple[Sequence[str], Sequence[str]]
Row: TypeAlias = tuple[str, str, str, str, int]


def write(path: Path, data: Path, rows: int, *, missing: float, seed: int = 7) -> Path:
    """Write so many rows as CSV; the column `entity` tells the truth."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(HEAD)
        out.writerows((number, *row) for number, row in enumerate(_rows(data, rows, missing, random.Random(seed))))
    return path


def _rows(data: Path, rows: int, missing: float, rnd: random.Random) -> Sequence[Row]:
    pools, world = _by_country(data), [*_of_the_world(data)]
    countries = sorted(pools)
    made: list[Row] = []
    for person in range(round(rows * (1 - DUPLICATES))):
        country = rnd.choice(countries)
        given, family = rnd.choice(world) if rnd.random() < _OF_THE_WORLD else pools[country]
        born = f"{rnd.randint(1940, 2005)}-{rnd.randint(1, 12):02}-{rnd.randint(1, 28):02}"
        made.append((rnd.choice(given), rnd.choice(family), born, country, person))
    people = len(made)
    made += [_again(rnd, made[rnd.randrange(people)], missing) for _ in range(rows - people)]
    rnd.shuffle(made)
    return made


def _again(rnd: random.Random, row: Row, missing: float) -> Row:
    given, family, born, country, person = row
    given = _slip(rnd, given) if rnd.random() < _SLIP else given
    family = _slip(rnd, family) if rnd.random() < _SLIP else family
    if rnd.random() < missing:
        born = ""
    elif rnd.random() < _WRONG_DIGIT:
        at = rnd.choice([3, 6, 9])
        born = born[:at] + rnd.choice(string.digits) + born[at + 1 :]
    return given, family, born, country, person


def _slip(rnd: random.Random, word: str) -> str:
    """One letter left out, put in, replaced, or exchanged with the next."""
    letter = rnd.choice(string.ascii_lowercase)
    if len(word) < 2:
        return word + letter
    at = rnd.randrange(len(word) - 1)
    before, here, after = word[:at], word[at], word[at + 1 :]
    return rnd.choice(
        (before + after, before + letter + here + after, before + letter + after, before + after[0] + here + after[1:])
    )


def _by_country(data: Path) -> Mapping[str, Pool]:
    found: tuple[dict[str, set[str]], dict[str, set[str]]] = (defaultdict(set), defaultdict(set))
    for part, names in zip(("fore", "sur"), found, strict=True):
        with (data / f"names/common-{part}names-by-country.csv").open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                names[row["Country"]].add(row["Romanized Name"])
    given, family = found
    return {country: (sorted(given[country]), sorted(family[country])) for country in given.keys() & family.keys()}


def _of_the_world(data: Path) -> Iterator[Pool]:
    for language in ("hebrew", "korean"):
        lines = (data / f"scripts/{language}.fullnames.tsv").read_text("utf-8").splitlines()
        names = [words for line in lines if len(words := line.split("\t")[0].split()) == 2]
        yield sorted({given for given, _ in names}), sorted({family for _, family in names})
