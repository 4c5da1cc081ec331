"""Words that have been written both in Latin letters and in another script: what the tables of sounds are learned from.

    python -m learning.words SHARED_DATA

reads the names that Wikidata has in several scripts (CC0; see learning/data/SOURCES.md), leaves out every word that
occurs in a labelled set of pairs, so that what is measured with those stays honest, and writes
`learning/data/words.tsv.xz`, the same bytes each time. `words_of(script)` reads them back.
"""

from __future__ import annotations

import lzma
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

from lintas.matching import normalise, sounds

FILE: Final = Path(__file__).with_name("data") / "words.tsv.xz"
_MOST: Final = {"han": 60_000, "kana": 36_000, "cyrillic": 36_000}
_MOST_OTHERWISE: Final = 30_000
_TOKENS: Final = {
    "arabic": "arabic.tokens.tsv",
    "cyrillic": "russian.tokens.80.tsv",
    "han": "chinese.tokens.tsv",
    "hangul": "korean.tokens.tsv",
    "hebrew": "hebrew.tokens.tsv",
    "kana": "katakana.tokens.tsv",
}
_FULL_NAMES: Final = {"hangul": "korean.fullnames.tsv", "hebrew": "hebrew.fullnames.tsv"}
_TRIED: Final = {
    "arabic": ("xs_arabic", "un_original_script"),
    "cyrillic": ("xs_russian", "eu_cyrillic_person"),
    "han": ("xs_chinese",),
    "hangul": ("xs_korean",),
    "hebrew": ("xs_hebrew",),
    "kana": ("xs_katakana",),
}
_BETWEEN: Final = re.compile(r"[\s·・,;/=-]+")

Pair = tuple[str, str, int]  # a word in Latin letters, the same in another script, how often


def words_of(script: str) -> list[Pair]:
    """The words learned from for one script, in alphabetical order."""
    return _all().get(script, [])


@cache
def _all() -> dict[str, list[Pair]]:
    found: dict[str, list[Pair]] = defaultdict(list)
    with lzma.open(FILE, "rt", encoding="utf-8") as lines:
        for line in lines:
            script, latin, native, seen = line.rstrip("\n").split("\t")
            found[script].append((latin, native, int(seen)))
    return found


def main(shared: Path) -> None:
    """Collect and write."""
    found: dict[str, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for script, latin, native, seen in _read(shared):
        found[script][latin, native] += seen
    with lzma.open(FILE, "wt", encoding="utf-8", preset=9 | lzma.PRESET_EXTREME) as out:
        for script in sounds.SCRIPTS:
            for latin, native, seen in _chosen(script, found[script], shared / "pairs"):
                out.write(f"{script}\t{latin}\t{native}\t{seen}\n")


def _chosen(script: str, found: dict[tuple[str, str], int], tried: Path) -> list[Pair]:
    latin_tried, native_tried = _words_tried(script, tried)
    pairs = [
        (latin, native, min(seen, 9))
        for (latin, native), seen in sorted(found.items())
        if latin not in latin_tried and native not in native_tried and _is_fit(script, latin, native)
    ]
    random.Random(7).shuffle(pairs)
    return sorted(pairs[: _MOST.get(script, _MOST_OTHERWISE)])


def _is_fit(script: str, latin: str, native: str) -> bool:
    longest = 26 if script == "hangul" else 16
    return 2 <= len(latin) <= 18 and 1 <= len(native) <= longest and (len(native) > 1 or script == "han")


def _words_tried(script: str, folder: Path) -> tuple[set[str], set[str]]:
    latin: set[str] = set()
    native: set[str] = set()
    for file in sorted(folder.glob("*.tsv")):
        own = file.stem in (*_TRIED.get(script, ()), "xs_popular")
        for line in file.read_text("utf-8").splitlines():
            one, other, *_ = line.split("\t")
            native |= {sounds.native(script, word) for word in _BETWEEN.split(other)}
            latin |= {_letters(word) for word in _BETWEEN.split(one)} if own else set()
    return latin, native


def _read(shared: Path) -> Iterator[tuple[str, str, str, int]]:
    for script, file in _TOKENS.items():
        for line in (shared / "scripts" / file).read_text("utf-8").splitlines():
            one, other, seen = line.split("\t")
            yield script, _letters(one), sounds.native(script, other.replace(" ", "")), int(seen)
    for script, file in _FULL_NAMES.items():
        for line in (shared / "scripts" / file).read_text("utf-8").splitlines():
            one, other = line.split("\t")
            yield from ((script, *pair, 1) for pair in _word_by_word(script, one.split(), other.split()))
    yield from _forms((shared / "names" / "rigour_wikidata_name_forms.txt").read_text("utf-8").splitlines())


def _word_by_word(script: str, one: list[str], other: list[str]) -> Iterator[tuple[str, str]]:
    """Full names of equally many words, word by word; in Korean also a whole name that is written in one."""
    if len(one) == len(other):
        yield from ((_letters(a), sounds.native(script, b)) for a, b in zip(one, other, strict=True))
    elif script == "hangul" and len(other) == 1:
        yield _letters("".join(one)), sounds.native(script, other[0])


def _forms(lines: Iterable[str]) -> Iterator[tuple[str, str, str, int]]:
    for line in lines:
        forms = [form.strip() for form in line.partition("=>")[0].split(",")]
        latin = sorted({_letters(form) for form in forms if form and _is_latin(form)})
        for form in forms:
            script = None if not form or _is_latin(form) else sounds.script_of(form)
            if script:
                yield from ((script, letters, sounds.native(script, form), 1) for letters in latin[:4])


def _is_latin(form: str) -> bool:
    return ord(form[0]) < 0x250


def _letters(text: str) -> str:
    return re.sub("[^a-z]", "", normalise.latin(text)) if text.isprintable() else ""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
