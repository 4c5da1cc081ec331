"""Writes the pairs on which recall and false hits are told by group.

    python tests/data/fairness/make.py [--data DIR]

`people.tsv`: invented people of the fifteen cultures of the exercises, from name lists written for Lintas (CC0), men
and women in equal number; and on top of them people with one name, and people written in their own script. Each stands
there once as another office may have written them (another spelling, a typing error, initials, a part missing, the own
script, and their date of birth in the ways dates go wrong), and once beside the stranger of the same culture and sex,
of four hundred, whose name is the nearest.

`scripts.tsv`, only with `--data`: every so many-th pair of the composed cross-script names (tokens from Wikidata, CC0,
put together by chance; the strangers share all but one token), with invented dates of birth. Their tokens are kept out
of what the shipped tables learn from.

Both are written once and committed; the same seeds write the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import TypeAlias

from rapidfuzz import fuzz, process

from lintas.exercises.world.names import Name, make_name
from lintas.exercises.world.tables import table
from lintas.exercises.world.variants import CHANGES, possible, vary_birth

HERE = Path(__file__).parent
EACH, FURTHER, POOL = 50, 30, 400
COLUMNS = ("left", "right", "same", "left_birth", "right_birth", "script", "culture", "sex", "words", "letters")
SETS = {
    "xs_arabic": "Arabic",
    "xs_hebrew": "Hebrew",
    "xs_russian": "Cyrillic",
    "xs_korean": "Hangul",
    "xs_katakana": "kana",
    "xs_chinese": "Han",
}
EACH_SET = 240
BLOCKS = (
    ("Thai", "\u0e00", "\u0e7f"),
    ("Arabic", "\u0600", "\u06ff"),
    ("Burmese", "\u1000", "\u109f"),
    ("Khmer", "\u1780", "\u17ff"),
    ("Han", "\u4e00", "\u9fff"),
)


def born(dice: Random) -> str:
    """A date of birth of a grown-up."""
    return date.fromordinal(dice.randint(date(1945, 1, 1).toordinal(), date(2006, 12, 31).toordinal())).isoformat()


def births(dice: Random, *, same: bool) -> tuple[str, str]:
    """The dates of two records: of one person three in ten times written differently; of strangers at times near."""
    left = born(dice)
    if same:
        return left, vary_birth(left, dice)[0] if dice.random() < 0.3 else left
    other = born(dice)
    return left, dice.choice([other, f"{left[:4]}{other[4:]}", left[:4]])


def row(left: str, right: str, dice: Random, *, same: bool, groups: Iterable[str]) -> str:
    """One line of the table."""
    words, letters = len(left.split()), len(left.replace(" ", ""))
    many = "one name" if words == 1 else f"{words} words" if words < 4 else "4 or more"
    size = "8 or fewer" if letters <= 8 else "9 to 16" if letters <= 16 else "17 or more"
    return "\t".join((left, right, str(int(same)), *births(dice, same=same), *groups, many, size))


def script(text: str) -> str:
    """The script of a name of the region."""
    return next((name for name, first, last in BLOCKS if any(first <= sign <= last for sign in text)), "Latin")


def as_elsewhere(name: Name, dice: Random) -> str:
    """The name as another office has it; one in seven times it is the same."""
    kinds = possible(name)
    if not kinds or dice.random() < 1 / 7:
        return name.latin
    kind = dice.choice(kinds)
    return CHANGES[kind](name, dice).latin if kind in CHANGES else name.native


def in_own_script(name: Name, _dice: Random) -> str:
    """The name in its own script."""
    return name.native


def people() -> Iterator[str]:
    """Invented people, one culture after the other."""
    for culture in sorted(table("names")):
        for sex in ("female", "male"):
            dice = Random(f"fairness {culture} {sex}")  # noqa: S311 - invented people, no secret
            made = (make_name(culture, sex, dice) for _ in range(POOL))
            pool = list({name.latin: name for name in made}.values())
            one_name = [name for name in pool if " " not in name.latin]
            native = [name for name in pool if name.native]
            yield from beside_the_nearest(pool, as_elsewhere, dice, (culture, sex, EACH))
            yield from beside_the_nearest(one_name, as_elsewhere, dice, (culture, sex, FURTHER))
            yield from beside_the_nearest(native, in_own_script, dice, (culture, sex, FURTHER))


Writer: TypeAlias = Callable[[Name, Random], str]


def beside_the_nearest(pool: Sequence[Name], write: Writer, dice: Random, who: tuple[str, str, int]) -> Iterator[str]:
    """Some of the names, each as it is written elsewhere, and each beside the nearest other in the same writing."""
    culture, sex, count = who
    for name in dice.sample(pool, min(count, len(pool))):
        others = {other.latin: other for other in pool if other.latin != name.latin}
        nearest = others[process.extractOne(name.latin, list(others), scorer=fuzz.token_sort_ratio)[0]]
        same = write(name, dice)
        other = nearest.native if script(same) != "Latin" and nearest.native else nearest.latin
        yield row(name.latin, same, dice, same=True, groups=(script(same), culture, sex))
        yield row(name.latin, other, dice, same=False, groups=(script(other), culture, sex))


def scripts(folder: Path) -> Iterator[str]:
    """Names in other scripts than Latin; their culture and sex are not known."""
    for file, name in SETS.items():
        dice = Random(f"fairness {file}")  # noqa: S311
        lines = (folder / "pairs" / f"{file}.tsv").read_text("utf-8").splitlines()
        rows = [cells for line in lines if len(cells := line.split("\t")) == 3]
        for left, right, label in rows[:: len(rows) // EACH_SET][:EACH_SET]:
            yield row(left, right, dice, same=label == "1", groups=(name, "", ""))


def write(file: str, remark: str, rows: Iterable[str]) -> None:
    """Write one table."""
    (HERE / file).write_text("\n".join([f"# {remark}", "\t".join(COLUMNS), *rows]) + "\n", "utf-8")


def main() -> int:
    """Write both tables, or only the first."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path)
    given = parser.parse_args()
    write("people.tsv", "INVENTED people (CC0); recipe: make.py", people())
    if given.data:
        write(
            "scripts.tsv",
            "COMPOSED names, tokens from Wikidata (CC0), invented dates; recipe: make.py",
            scripts(given.data),
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
