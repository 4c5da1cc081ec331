"""Names to search among, and questions about them with thirteen kinds of error.

From a folder of name lists (`scripts/`, `pairs/`, `sanctions/` and `names/`, as `_lists` reads them) or, without one,
from invented names; then the kinds that need real aliases and other scripts are left out.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

SEED = 11
LETTERS = "abcdefghijklmnopqrstuvwxyz"
RESPELLED = tuple(
    pair.split()
    for pair in "u oe,j dj,c tj,kh h,sh sy,y i,ee i,oo u,k q,f v,z s,ph f,ou u,th t,dh d,ei ai".split(",")  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the register."""

    id: str
    name: str
    born: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, what is wrong with it, and whom it is about."""

    kind: str
    name: str
    born: str
    wanted: str


def corpus(data: Path | None, size: int, asked: int) -> tuple[list[Person], list[Question]]:
    """A register of that size, and about so many questions, the same in every run."""
    dice = random.Random(SEED)
    real, elsewhere = _real(data) if data else ([], {})
    names = list(dict.fromkeys(name for name in real if 3 < len(name) < 60))
    dice.shuffle(names)
    wanted = {name: forms for name, forms in elsewhere.items() if 3 < len(name) < 60}
    kept = dice.sample(sorted(wanted), min(len(wanted), size // 10))
    names = list(dict.fromkeys(kept + names))[: size * 4 // 10] if names else []
    given, family = _pieces(names) if names else _invented()
    while len(names) < size:
        names.append(f"{dice.choice(given)} {dice.choice(family)}" if dice.random() < 0.6 else
                     f"{dice.choice(given)} {dice.choice(given)} {dice.choice(family)}")  # fmt: skip
    people = [Person(f"p{i}", name, _born(dice)) for i, name in enumerate(names)]
    return people, list(_questions(dice, people, {n: wanted[n] for n in kept}, asked))


def _born(dice: random.Random) -> str:
    return f"{dice.randint(1935, 2006)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"


def _questions(
    dice: random.Random, people: list[Person], elsewhere: dict[str, list[tuple[str, str]]], asked: int
) -> Iterator[Question]:
    plain = [p for p in people if p.name.isascii() and len(p.name.split()) > 1]
    each = max(1, asked // 13)
    for kind, spoil in SPOILS.items():
        made = 0
        while made < each:
            one = dice.choice(plain)
            name = spoil(one.name, dice)
            if (name and name != one.name) or kind == "exact":
                made += 1
                yield Question(kind, str(name), one.born, one.id)
    by_name = {p.name: p for p in people}
    by_kind: dict[str, list[tuple[str, str]]] = {}
    for name, forms in elsewhere.items():
        for kind, form in forms:
            by_kind.setdefault(kind, []).append((form, name))
    for kind, forms in sorted(by_kind.items()):
        for form, name in dice.sample(sorted(forms), min(each, len(forms))):
            yield Question(kind, form, by_name[name].born, by_name[name].id)


def _typo(name: str, dice: random.Random) -> str | None:
    at = [i for i, letter in enumerate(name) if letter.isalpha()]
    i = dice.choice(at)
    return dice.choice(
        (
            name[:i] + name[i + 1 :],
            name[:i] + dice.choice(LETTERS) + name[i + 1 :],
            name[:i] + dice.choice(LETTERS) + name[i:],
            name[:i] + name[i + 1 : i + 2] + name[i] + name[i + 2 :],
        )
    )


def _swap(name: str, dice: random.Random) -> str | None:  # noqa: ARG001 - one form for all
    words = name.replace(",", "").split()
    return " ".join([words[-1], *words[:-1]])


def _drop(name: str, dice: random.Random) -> str | None:
    words = name.split()
    if len(words) < 3:
        return None
    del words[dice.randrange(1, len(words) - 1)]
    return " ".join(words)


def _initial(name: str, dice: random.Random) -> str | None:  # noqa: ARG001
    words = name.split()
    return " ".join([words[0][0] + ".", *words[1:]]) if len(words[-1]) > 3 else None


def _respell(name: str, dice: random.Random) -> str | None:
    low = name.lower()
    rules = [(a, b) for pair in RESPELLED for a, b in (pair, pair[::-1]) if a in low]
    for a, b in dice.sample(rules, min(2, len(rules))):
        low = low.replace(a, b, 1)
    return low


def _two(name: str, dice: random.Random) -> str | None:
    return _typo(_typo(name, dice) or name, dice)


def _typo_swap(name: str, dice: random.Random) -> str | None:
    return _typo(_swap(name, dice) or name, dice)


SPOILS: dict[str, Callable[[str, random.Random], str | None]] = {
    "exact": lambda name, _: name,
    "typo": _typo,
    "two typos": _two,
    "swapped": _swap,
    "typo and swapped": _typo_swap,
    "middle name left out": _drop,
    "initial": _initial,
    "respelt": _respell,
}


def _real(data: Path) -> tuple[list[str], dict[str, list[tuple[str, str]]]]:
    """Names, and of some of them how they are written elsewhere: by kind of question."""
    names: list[str] = []
    elsewhere: dict[str, list[tuple[str, str]]] = {}

    def also(name: str, kind: str, form: str) -> None:
        elsewhere.setdefault(name, []).append((kind, form))

    for kind in ("hebrew", "korean"):
        for name, form in _tabbed(data / "scripts" / f"{kind}.fullnames.tsv"):
            names.append(name)
            if name.isascii():
                also(name, kind, form)
    for path, kind in (("eu_cyrillic_person", "cyrillic"), ("un_original_script", "arabic"),
                       ("un_alias_person", "alias"), ("ofac_alias_person", "alias")):  # fmt: skip
        for name, form, same in _tabbed(data / "pairs" / f"{path}.tsv", 3):
            names.append(name)
            if same == "1":
                also(name, kind, form)
    names += _lists(data)
    return [name.strip() for name in names if name.strip()], elsewhere


def _lists(data: Path) -> Iterator[str]:
    with (data / "sanctions" / "ofac_static_sdn.csv").open(encoding="utf-8", errors="replace") as file:
        yield from (row[1] for row in csv.reader(file) if len(row) > 2 and row[2] == "individual")
    yield from (row[1] for row in _tabbed(data / "names" / "myanmar-names.tsv"))
    for path in ("vietnamese_boy", "vietnamese_girl", "thai_person_names_male_th"):
        yield from (data / "names" / f"{path}.txt").read_text("utf-8").split("\n")
    yield from (data / "names" / "japanese_180k.txt").read_text("utf-8").split("\n")[3:20_000]


def _tabbed(path: Path, columns: int = 2) -> Iterator[list[str]]:
    for line in filter(None, path.read_text("utf-8").split("\n")):
        cells = line.split("\t")
        if len(cells) >= columns:
            yield cells[:columns]


def _pieces(names: list[str]) -> tuple[list[str], list[str]]:
    given, family = [], []
    for name in names:
        words = re.sub(r"[^\w\s'-]", " ", name).split()
        if len(words) > 1 and name.isascii():
            given.append(words[0])
            family.append(words[-1])
    return given, family


def _invented() -> tuple[list[str], list[str]]:
    dice = random.Random(SEED)
    starts = "b bh ch d dj g h j k kh l m n ny p r s sh t th tj w y z".split()  # noqa: SIM905
    ends = "a ai an ang ar e eh i in o on u ut".split()  # noqa: SIM905
    made = ["".join(dice.choice(starts) + dice.choice(ends) for _ in range(dice.randint(2, 3))) for _ in range(12_000)]
    weights = [1 / (place + 3) for place in range(len(made))]
    names = [name.title() for name in made]
    return dice.choices(names, weights, k=60_000), dice.choices(names[::-1], weights, k=60_000)
