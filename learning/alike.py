"""Labelled pairs of names in Latin letters: the same subject's, and strangers' whose names are near.

    python -m learning.alike SHARED_DATA

takes the names and aliases of the lists of OFAC and the UN (`learning.lists`; entries with a name in a labelled set of
pairs are left out) and the Latin spellings that Wikidata gives one name (CC0), and writes
`learning/data/alike.tsv.xz`, the same bytes each time. `names_alike(kind)` reads them back.
"""

from __future__ import annotations

import lzma
import random
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final, TextIO

from learning.lists import entities
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from lintas.matching import normalise

FILE: Final = Path(__file__).with_name("data") / "alike.tsv.xz"
KINDS: Final = {"person": "Person", "organisation": "Organization", "vessel": "Vessel"}
_MOST: Final = 6_000
_LOOKED_AT: Final = {"word": 2_500}  # strangers among whom the nearest is chosen
_LOOKED_AT_OTHERWISE: Final = 1_000
_NEAREST: Final = 3

Pair = tuple[str, str, bool]


def names_alike(kind: str) -> list[Pair]:
    """Pairs of one of `KINDS`, or of single words ("word")."""
    return _all()[kind]


@cache
def _all() -> dict[str, list[Pair]]:
    found: dict[str, list[Pair]] = {}
    with lzma.open(FILE, "rt", encoding="utf-8") as lines:
        for line in lines:
            kind, one, other, same = line.rstrip("\n").split("\t")
            found.setdefault(kind, []).append((one, other, same == "1"))
    return found


def main(shared: Path) -> None:
    """Collect and write."""
    tried = _names_tried(shared / "pairs")
    forms = (shared / "names" / "rigour_wikidata_name_forms.txt").read_text("utf-8").splitlines()
    with lzma.open(FILE, "wt", encoding="utf-8", preset=9 | lzma.PRESET_EXTREME) as out:
        for kind, schema in KINDS.items():
            _write(out, kind, _of_lists(schema, tried), fuzz.token_sort_ratio)
        _write(out, "word", _of_forms(forms, tried), OSA.normalized_similarity)


def _write(out: TextIO, kind: str, groups: list[list[str]], likeness: Callable[..., float]) -> None:
    dice = random.Random(11)
    pairs = [(names[0], other) for names in groups for other in names[1:]]
    dice.shuffle(pairs)
    pool = [(place, name) for place, names in enumerate(groups) for name in names]
    whose = {name: place for place, name in pool}
    for one, other in pairs[:_MOST]:
        among = dice.sample(pool, min(_LOOKED_AT.get(kind, _LOOKED_AT_OTHERWISE), len(pool)))
        some = [name for place, name in among if place != whose[one]]
        near = process.extract(one, some, scorer=likeness, limit=_NEAREST)
        stranger = dice.choice(near)[0]
        out.write(f"{kind}\t{one}\t{other}\t1\n{kind}\t{one}\t{stranger}\t0\n")


def _of_lists(schema: str, tried: set[str]) -> list[list[str]]:
    found = []
    for entity in entities():
        names = [name for prop in ("name", "alias") for name in entity["properties"].get(prop, ())]
        if entity["schema"] == schema and tried.isdisjoint(_key(name) for name in names):
            found.append([" ".join(name.split()) for name in dict.fromkeys(names)][:4])
    return found


def _of_forms(lines: Sequence[str], tried: set[str]) -> list[list[str]]:
    groups = (
        sorted({normalise.latin(form) for form in line.partition("=>")[0].split(",") if _is_latin(form.strip())})
        for line in lines
    )
    kept = [[form for form in group if re.fullmatch("[a-z]{3,}", form) and form not in tried] for group in groups]
    return random.Random(5).sample([group[:4] for group in kept if len(group) > 1], 5_000)


def _is_latin(form: str) -> bool:
    return bool(form) and ord(form[0]) < 0x250


def _names_tried(folder: Path) -> set[str]:
    return set(_keys(folder))


def _keys(folder: Path) -> Iterator[str]:
    for file in sorted(folder.glob("*.tsv")):
        for line in file.read_text("utf-8").splitlines():
            for name in line.split("\t")[:2]:
                yield _key(name)
                if file.stem.startswith("xs_"):
                    yield from normalise.latin(name).split()


def _key(name: str) -> str:
    return " ".join(sorted(normalise.latin(name).split()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
