"""How common the words of names are: count public lists, and write what was learned into `common_words.csv`.

    python -m learning.frequencies --count DIR   # the lists in DIR into learning/data/name_counts.tsv.xz
    python -m learning.frequencies               # these counts into src/lintas/matching/tables/common_words.csv

DIR holds `scripts/{hebrew,korean}.fullnames.tsv` (names of people in Wikidata, CC0), `sanctions/ofac_static_sdn.csv`
and `ofac_static_alt.csv` (US Treasury, public domain). Counts are of words, kept for words of at least eight people: no
person's name can be told from them. A word that stands in the upper part of the table, estimated for the region or
from popular names by country, keeps its worth: these lists know famous people of other regions.

The worth is minus the binary logarithm of the share of people, less one bit: within its own culture a name is more
common than in the world. Both writing steps give the same bytes each time.
"""

from __future__ import annotations

import csv
import lzma
import math
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lintas.matching import normalise
from lintas.matching.shipped import TABLES

COUNTS: Final = Path(__file__).with_name("data") / "name_counts.tsv.xz"
TABLE: Final = TABLES / "common_words.csv"
MARK: Final = "# Learned from counts by learning/frequencies.py: Wikidata (CC0), OFAC (public domain).\n"
_PEOPLE: Final = 8  # at least
_HOME: Final = 1.0  # bits that a name is more common at home
_LEAST, _MOST = 7.0, 11.0  # bits: what is seen in lists of the famous does not tell how common the commonest are
_UNKNOWN: Final = (2.0, 2.0, 6.0, 8.0, 9.0, 10.0, 11.0)  # worth of an unknown word, by its letters


def _people(folder: Path) -> Iterator[str]:
    """The name of each person in the lists, in Latin letters."""
    for language in ("hebrew", "korean"):
        with (folder / f"scripts/{language}.fullnames.tsv").open(encoding="utf-8") as file:
            yield from (line.split("\t")[0] for line in file)
    for name, column in (("sdn", 1), ("alt", 3)):
        with (folder / f"sanctions/ofac_static_{name}.csv").open(encoding="utf-8", errors="replace") as file:
            for row in csv.reader(file):
                if len(row) > column and (name == "alt" or row[2:3] == ["individual"]):
                    yield row[column]


def count(folder: Path) -> None:
    """Count the words of the lists."""
    found: Counter[str] = Counter()
    people = 0
    for name in _people(folder):
        people += 1
        found.update({word for word in normalise.words(name) if word.isascii() and word.isalpha()})
    rows = [("", people), *sorted((word, times) for word, times in found.items() if times >= _PEOPLE)]
    text = "".join(f"{word}\t{times}\n" for word, times in rows)
    COUNTS.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def learned(estimated: set[str]) -> dict[str, float]:
    """What the counts say of words that nobody estimated, in half bits, where it differs from what length says."""
    lines = lzma.decompress(COUNTS.read_bytes()).decode().splitlines()
    counts = {word: int(times) for word, times in (line.split("\t") for line in lines)}
    people = counts.pop("")
    worth = {word: round(2 * (-math.log2(times / people) - _HOME)) / 2 for word, times in counts.items()}
    kept = {
        word: min(_MOST, max(_LEAST, bits)) for word, bits in worth.items() if word not in estimated and len(word) > 1
    }
    return {word: bits for word, bits in kept.items() if abs(bits - _UNKNOWN[min(len(word), 6)]) >= 1}


def written() -> str:
    """The table with its learned part."""
    upper = TABLE.read_text("utf-8").split(MARK)[0]
    estimated = {line.split(",")[0] for line in upper.splitlines() if not line.startswith("#")}
    rows = "".join(f"{word},{bits:g}\n" for word, bits in sorted(learned(estimated).items()))
    return upper + MARK + rows


def main() -> None:
    """Count, or write the table."""
    match sys.argv[1:]:
        case ["--count", folder]:
            count(Path(folder))
        case _:
            TABLE.write_text(written(), "utf-8")


if __name__ == "__main__":
    main()
