"""The four scripts of the region that no library reads: Thai, Lao, Khmer, Burmese, and how their speakers hear Latin.

A native name is read syllable by syllable, by rule: `tables/letters.csv` says how a letter sounds before and after its
vowel, `tables/syllables.csv` how vowels are written around it, `tables/readings.csv` what no rule reads. The reading
follows the Royal Thai General System, BGN/PCGN for Lao and Khmer, and for Burmese the spelling of the passports, which
goes back to the Myanmar Language Commission's.

People spell themselves as they like: Phommachanh, Pommachan; Wongsawat, Vongsavad. So two Latin spellings are compared
as an ear of that tongue hears them, `heard`: what the tongue does not tell apart is one sign (`tables/heard.csv`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from rapidfuzz.distance import OSA, JaroWinkler

from lintas.matching.shipped import read_table

_RUNS: Final = {
    "thai": re.compile(r"[\u0e01-\u0e5b]+"),
    "lao": re.compile(r"[\u0e81-\u0edf]+"),
    "khmer": re.compile(r"[\u1780-\u17dd]+"),
    "burmese": re.compile(r"[\u1000-\u109f\uaa60-\uaa7f]+"),
}
_ANY: Final = re.compile(r"[\u0e01-\u0e5b\u0e81-\u0edf\u1000-\u109f\u1780-\u17dd\uaa60-\uaa7f]")
# What is written together with the name that follows: a rank in letters with points (พล.ต.อ.), a title before a name
# of several words. A name alone is left whole, for it may begin with the same letters.
_RANK: Final = re.compile(r"(?<![\u0e01-\u0e5b.])(?:[ก-ฮ]{1,4}\.\s?){1,4}(?=[ก-ฮเ-ไ])")
_TITLE: Final = re.compile(
    r"(?<![\u0e01-\u0e5b\u0e81-\u0edf\u1780-\u17dd])(?:นางสาว|นาย|นาง|คุณ|เด็กชาย|เด็กหญิง|ທ້າວ|ທ່ານ|ນາງ|លោកស្រី|លោក|អ្នកស្រី)"
    r"(?=[ก-ฮเ-ไກ-ຮເ-ໄក-អ]\S+\s)"
)
_UNSEEN: Final = re.compile(r"[\u200b-\u200d\u2060\ufeff]")

# Orders of signs that Burmese in Unicode never has and the font Zawgyi always: the vowel e or the medial r written
# before its letter, a stacking sign that stacks nothing, stacked letters and low vowels with numbers of their own.
_ZAWGYI: Final = re.compile(
    r"(?:^|[^\u1000-\u102a\u103b-\u103f\u1050-\u1061\u1065\u1066\u106e-\u1070\u1075-\u1081\u108e])\u1031"
    r"|(?:^|[^\u1000-\u103f])\u103b|\u1039(?![\u1000-\u1021])|[\u1033\u1034\u1060-\u1097]"
    r"|\u103a[\u102b-\u1030\u1037]?[\u102d-\u1030]|\u1031\u103b|\u103a[\u1000-\u1021]\u1039"
    r"|[\u1006\u1007\u100a\u1011\u1014\u101a-\u101d\u101f\u1021]\u103c"
    r"|\u1014\u1039(?![\u1010-\u1014])|\u1019\u1039(?![\u1015-\u1019])|\u1010\u1039(?![\u1010\u1011])"
    r"|\u1000\u1039(?![\u1000\u1001])|\u1015\u1039(?![\u1015\u1016])|\u1005\u1039(?![\u1005-\u1007])"
    r"|(?<!\u103a)[\u1004\u101a\u101b\u101d\u101f\u1021]\u1039"
)


@dataclass(frozen=True, slots=True)
class _Script:
    """How one script is read."""

    onset: dict[str, str]
    coda: dict[str, str]
    register: dict[str, str]
    patterns: Sequence[tuple[re.Pattern[str], tuple[str, ...]]]
    pieces: re.Pattern[str]
    read: dict[str, str]
    clean: Callable[[str], str]


def tongue(text: str) -> str:
    """Which of the four tongues the script of a text belongs to, or an empty text. Cheap for Latin."""
    if text.isascii():
        return ""
    found = _ANY.search(text)
    return "" if found is None else next(name for name, run in _RUNS.items() if run.match(found[0]))


def romanised(text: str) -> str:
    """The text with its Thai, Lao, Khmer and Burmese in small Latin letters, everything else as it was.

    A Burmese name written without blanks is parted into its syllables, as it is in Latin, except where letters are
    stacked: these words came from Pali and are one. The font Zawgyi is read too.
    """
    if not tongue(text):
        return text
    text = _UNSEEN.sub("", text)
    text = _from_zawgyi()(text) if is_zawgyi(text) else text
    text = _TITLE.sub(" ", _RANK.sub(" ", text))
    for spoken, run in _RUNS.items():
        text = run.sub(lambda found, spoken=spoken: read(found[0], spoken), text)  # type: ignore[misc]
    return text


@lru_cache(maxsize=16_384)
def read(word: str, spoken: str) -> str:
    """One word of a script, without blanks, in Latin letters. What no pattern reads is left out."""
    script = _script(spoken)
    word = script.clean(word)
    sounds: list[str] = []
    start = 0
    for piece in script.pieces.finditer(word):
        sounds.extend(_syllables(word[start : piece.start()], script))
        sounds.append(script.read[piece[0]])
        start = piece.end()
    sounds.extend(_syllables(word[start:], script))
    return " ".join(sounds).replace(f" {_STACKED} ", "") if spoken == "burmese" else "".join(sounds)


def is_zawgyi(text: str) -> bool:
    """Whether Burmese letters are in the order of the font Zawgyi and not in that of Unicode."""
    return bool(_ZAWGYI.search(text))


@lru_cache(maxsize=65_536)
def heard(words: str, spoken: str) -> str:
    """Latin words as an ear of that tongue hears them, without blanks: one sign for what it does not tell apart."""
    sounds: list[str] = []
    for word in words.split():
        sound = word
        for pattern, sign in _ear(spoken):
            sound = pattern.sub(sign, sound)
        sounds.append(sound)
    return "".join(sounds)


def likeness(one: str, other: str, spoken: str) -> float:
    """How alike two Latin words, or names in the same order of words, are to an ear of that tongue, from 0 to 1.

    Vowels weigh less than consonants: who writes from hearing agrees on these.
    """
    return likenesses(one, other, spoken)[0]


def likenesses(one: str, other: str, spoken: str) -> tuple[float, float, float]:
    """`likeness`, and what it is made of: how alike the consonants are, and the whole seen from its beginning."""
    left, right = heard(one, spoken), heard(other, spoken)
    if left == right:
        return 1.0, 1.0, 1.0
    bones = OSA.normalized_similarity(_bones(left), _bones(right))
    whole = _OF_ALL * OSA.normalized_similarity(left, right) + (1 - _OF_ALL) * bones
    return whole, bones, JaroWinkler.normalized_similarity(left, right)


_OF_ALL: Final = 0.45
_VOWELS: Final = str.maketrans("", "", "aeiou")


@lru_cache(maxsize=65_536)
def _bones(sound: str) -> str:
    return ("a" if sound[:1] in {"a", "e", "i", "o", "u"} else "") + sound.translate(_VOWELS)


def _syllables(word: str, script: _Script) -> list[str]:
    sounds: list[str] = []
    at = 0
    while at < len(word):
        for pattern, vowels in script.patterns:
            found = pattern.match(word, at)
            if found is not None and found.end() > at:
                sounds.append(_sound(found, vowels, script))
                at = found.end()
                break
        else:
            sounds.extend(_STACKED for _ in range(word[at] == _STACKED))
            at += 1
    return sounds


def _sound(found: re.Match[str], vowels: tuple[str, ...], script: _Script) -> str:
    parts = found.groupdict()
    onset, coda = parts.get("O") or "", parts.get("F") or ""
    vowel = vowels[0] if len(vowels) == 1 or _register(onset, script) == "a" else vowels[1]
    return _letters(onset, script.onset) + vowel + script.coda.get(coda[:1], "")


def _letters(written: str, sounds: dict[str, str]) -> str:
    if written in sounds:
        return sounds[written]
    return "".join(sounds.get(letter, "") for letter in written)


def _register(onset: str, script: _Script) -> str:
    """Of a stack the last letter that is no sonorant decides; a sign above it decides before all."""
    if _TO_A in onset or _TO_O in onset:
        return "a" if _TO_A in onset else "o"
    told = [letter for letter in onset if letter in script.register]
    strong = [letter for letter in told if letter not in _SONORANT]
    return script.register[(strong or told)[-1]] if told else "a"


_STACKED: Final = "\u2060"  # stands between stacked letters of Burmese while they are read
_TO_A, _TO_O, _SONORANT = "\u17c9", "\u17ca", "ងញមយរលវន"


@cache
def _script(spoken: str) -> _Script:
    rows = [row[1:] for row in read_table("letters.csv") if row[0] == spoken]
    onset = {letters: first.strip("-") for field, first, *_ in rows for letters in field.split(" ")}
    coda = {letter: last.strip("-") for field, _, last, _ in rows if last for letter in field.split(" ")}
    clean, grammar, whole = _CUSTOMS[spoken]
    pieces = {clean(written): sound for name, written, sound in read_table("readings.csv") if name == spoken}
    longest = "|".join(sorted(map(re.escape, pieces), key=len, reverse=True)) or "(?!)"
    meanings = grammar("|".join(sorted(filter(_is_cluster, onset), key=len, reverse=True)) or "(?!)", "".join(coda))
    return _Script(
        onset={**onset, _TO_A: "", _TO_O: ""},
        coda=coda,
        register={letter: row[3] for row in rows if row[3] for letter in row[0].split(" ")},
        patterns=[
            (re.compile(_CAPITALS.sub(lambda name: meanings[name[0]], written)), tuple(sound.split("|")))
            for name, written, sound in read_table("syllables.csv")
            if name == spoken
        ],
        pieces=re.compile(whole.replace("PIECE", longest)),
        read=pieces,
        clean=clean,
    )


_CAPITALS: Final = re.compile("[A-Z]")


def _is_cluster(letters: str) -> bool:
    return len(letters) > 1


def _grammar_of_thai(cluster: str, _coda: str) -> dict[str, str]:
    """What the capital letters of syllables.csv stand for.

    A letter is bare (B) when no vowel sign follows it and it does not begin a cluster that has one. Two bare letters
    are a syllable of their own, so after a long vowel (L) an even run of them closes nothing, and after a short one (S)
    only the last of a run does, or a nasal before its stop. r closes a syllable only at the end of a word.
    """
    sign, single = "[\u0e24\u0e30-\u0e3a\u0e45\u0e47]", "[\u0e01-\u0e23\u0e25\u0e27-\u0e2e]"
    led = f"{sign}|อ(?={single}(?!{sign})|$)"  # o is written with a letter
    bare = f"(?!(?:{cluster})(?:{led})){single}(?!{led}|รร)"
    silent = f"(?:(?<=[ตทดก])ร(?!{bare}|{sign})|(?<=ท)ธ(?!{sign}))?"
    closing = f"(?!ร(?!$)){bare}"
    always = f"[ตทดก](?=ร(?!{bare}|{sign}))|ท(?=ธ(?!{sign}))|ญ(?=[จชญ])|ง(?!{sign})"
    return {
        "O": f"(?P<O>(?<=เ)(?:{cluster})(?![ุูำั])|(?<=[แโใไ])(?:{cluster})(?![ัาำิ-ู])"
        f"|(?<![เแโใไ])(?:{cluster})(?={led})|{single})",
        "B": f"(?P<O>{bare})",
        "C": bare,
        "T": "(?P<F>[ตฏ])[ิุ]$",
        "H": "(?P<O>ห[นมลรวยงญ])",
        "F": f"(?:(?P<F>{bare}){silent})",
        "L": f"(?:(?P<F>{always}|{closing}(?!{bare}(?!{bare}))){silent})",
        "S": f"(?:(?P<F>{always}|{closing}(?!{bare})|[นณมญ](?={bare}{bare})){silent})",
    }


def _grammar_of_lao(cluster: str, coda: str) -> dict[str, str]:
    """A letter closes a syllable unless a vowel sign, or a vowel written with a letter, follows it."""
    sign = "[ະ-ຽໍ]"
    return {
        "O": f"(?P<O>{cluster}|[ກ-ຮໜໝ])",
        "F": f"(?P<F>[{coda.replace('ອ', '')}](?!{sign}|ອ(?!{sign})|ວ[ກ-ຮ](?!{sign})))",
    }


def _grammar_of_khmer(_cluster: str, coda: str) -> dict[str, str]:
    """A letter closes a syllable when it bears no vowel; the upper letter of a stack within a word does as well (T).

    Two such letters after an open vowel are a syllable of their own, unless the sign bantoc closes the first.
    """
    sign, stack = "[\u17b6-\u17ca\u17d0\u17d2]", "(?:\u17d2[ក-អ])*"
    bare = f"[ក-អ](?:{stack}(?!{sign})|(?=\u17d2[^រលយវ]))"
    return {
        "O": f"(?P<O>\u17d2?[ក-អ]{stack}[\u17c9\u17ca]?)",
        "F": f"(?:(?P<F>[{coda}]{stack}(?=\u17cb)|[{coda}]{stack}(?!{sign})(?!{bare}(?!{bare}))"
        f"|[{coda}](?=\u17d2[^រលយវ]))\u17cb?)",
        "T": f"(?P<F>[{coda}](?=\u17d2[ក-អ]))",
        "K": f"(?P<F>[{coda}](?:\u17d2[ក-អ])+(?!{sign}))",
        "E": f"(?:(?P<F>[{coda}]{stack}(?!{sign})|[{coda}]{stack}(?=\u17cb))\u17cb?)",
    }


def _grammar_of_burmese(cluster: str, _coda: str) -> dict[str, str]:
    """Medial letters belong to the letters before the vowel, w to the vowel: it changes how it sounds."""
    return {"O": f"(?P<O>(?:{cluster}|[က-အ])ှ?)"}


_TONES_OF_THAI: Final = re.compile(r"[\u0e48-\u0e4b\u0e4d\u0e3a\u0e46\u0e2f]")
_SILENCED: Final = re.compile(r"(?:(?<=.)(?:[ตทดคธ]ร|ษณ|ษม|(?<=ญ)จน)|[ก-ฮ])[ิุ]?\u0e4c")


def _clean_thai(word: str) -> str:
    """Without tones, and without what the sign karan makes silent."""
    word = word.replace("\u0e4d\u0e32", "\u0e33").replace("เเ", "แ")
    return _SILENCED.sub("", _TONES_OF_THAI.sub("", word))


def _clean_lao(word: str) -> str:
    return re.sub("[\u0ec8-\u0ecc\u0ec6]", "", word).replace("\u0ecd\u0eb2", "\u0eb3")


def _clean_khmer(word: str) -> str:
    """Without the signs that change no letter, and without a letter that is silenced."""
    return re.sub("[\u17b4\u17b5\u17cc\u17ce\u17cf\u17d1\u17d3-\u17dd]|[ក-អ]\u17cd", "", word)


def _clean_burmese(word: str) -> str:
    """In Unicode's order, with stacked letters side by side and no tones but those that are heard in -int, -oe, -oo."""
    word = (
        word.replace("\u1037\u103a", "\u103a\u1037")
        .replace("\u1039", "\u103a" + _STACKED)
        .replace("\u103d\u103e", "\u103e\u103d")
    )
    word = word.replace("\u102b", "\u102c").replace("\u103f", "\u101e\u103a\u101e").replace("\u1025\u102e", "\u1026")
    return re.sub("(?<![\u102f\u1030])\u1038|(?<!\u103a)\u1037|[\u1040-\u104b]", "", word)


# How a script is cleaned, what its patterns mean, and where a piece of readings.csv may stand.
_CUSTOMS: Final[dict[str, tuple[Callable[[str], str], Callable[[str, str], dict[str, str]], str]]] = {
    "thai": (_clean_thai, _grammar_of_thai, r"(?<![เแโใไ])(?:PIECE)(?![\u0e30-\u0e3a\u0e45\u0e47ร])"),
    "lao": (_clean_lao, _grammar_of_lao, "(?:PIECE)"),
    "khmer": (_clean_khmer, _grammar_of_khmer, r"(?:PIECE)(?![\u17b6-\u17d3])"),
    "burmese": (_clean_burmese, _grammar_of_burmese, "(?:PIECE)(?![\u102b-\u103e])"),
}


@cache
def _from_zawgyi() -> Callable[[str], str]:
    import icu  # noqa: PLC0415

    convert: Any = icu.Transliterator.createInstance("Zawgyi-my").transliterate
    return lambda word: str(convert(word))


@cache
def _ear(spoken: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(pattern), sound)
        for names, pattern, sound in read_table("heard.csv")
        if spoken in names.split(" ") or names == "all"
    )
