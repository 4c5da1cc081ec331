"""Any writing of a name brought into small Latin letters, and from there to the few letters that writers agree on.

Latinisation is ICU's, with the readings of Chinese surnames and the English spelling of Russian; Thai, Lao, Khmer and
Burmese are read by `tongues`. What is heard the same but written differently (Soekarno, Sukarno; Mohd., Muhammad;
Abdurrahman, Abdul Rahman; Ma. Theresa, Maria Theresa) is folded here, once.
Scripts that leave vowels out can only be compared by consonants: `skeleton`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any, Final

from lintas.matching.shipped import read_table
from lintas.matching.tongues import romanised

__all__ = [
    "knows_no_l",
    "latin",
    "leaves_vowels_out",
    "parts_no_words",
    "read_table",
    "respellings",
    "skeleton",
    "words",
]

# A hostile name may be any size. What is cut off is no longer a name; what stays is enough to tell people apart.
LONGEST: Final = 1_000
_KEPT: Final = 200
_WORDS: Final = 12

# "Names" reads a surname as a surname; BGN writes Russian as newspapers do, not as librarians do.
_LATINISE: Final = "Han-Latin/Names; Russian-Latin/BGN; Any-Latin; Latin-ASCII; Lower"
_NO_VOWELS: Final = re.compile(r"[\u0590-\u07ff\ufb1d-\ufdff\ufe70-\ufeff]")  # Hebrew, Arabic
_NO_SPACES: Final = re.compile(
    r"[\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]|[\uac00-\ud7af]"
)
_NO_L: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # kana, Han and Hangul do not tell l from r
_HAN: Final = re.compile(r"[\u3400-\u9fff]+")
_ONLY_LATIN: Final = re.compile(r"[\x00-\x7f\u00c0-\u024f\u1e00-\u1eff]*")  # also Vietnamese, as NFKC writes it
# Joiners, soft hyphens, signs that turn the direction, NUL: nobody sees them, so they part no word. The blank of no
# width does in the scripts that write it between words.
_UNSEEN: Final = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f]|\u200b(?![\u0e00-\u17ff])"
)
_MARKS: Final = re.compile(r"['`\u2018-\u201f\u02b9-\u02bf\u2032\u2033\"~.]")
_SAID: Final = str.maketrans({"\u0629": "\u0647"})  # the feminine ending is written t and said h
_SPLIT: Final = re.compile(r"[\W_]+")

_IN_ASCII: Final = {code: None if chr(code) in "'`\"~." else " " for code in range(128) if not chr(code).isalnum()}
_MARIA: Final = re.compile(r"\bma\.\s*(?=\w{2})", re.IGNORECASE)
_CHILD_OF: Final = re.compile(r"(?<!\w)[as]/[lpo](?!\w)|(?<!\w)d/o(?!\w)", re.IGNORECASE)
_SERVANT_OF: Final = re.compile(r"abd([aeiou](l|([rszndt])(?=\3)))(?=\w{3})")  # Abdul, Abdur-, Abdus-, written together
_LIGHT_OF: Final = re.compile(r"nur(?=\w{5})")


def latin(text: str) -> str:
    """The text in small Latin letters, words parted by single blanks; scripts ICU cannot read stay as they are."""
    text = _UNSEEN.sub("", text[:LONGEST])
    if text.isascii():
        return " ".join(text.lower()[:_KEPT].translate(_IN_ASCII).split())
    kept = unicodedata.normalize("NFKC", text).casefold().translate(_SAID)[:_KEPT]
    if _ONLY_LATIN.fullmatch(kept):
        kept = kept.translate(_plain_letters())
    elif not kept.isascii():
        read = _transliterator().transliterate
        kept = romanised(kept)[: 2 * _KEPT]
        kept = _MARKS.sub("", kept.encode("utf-8", "ignore").decode("utf-8"))  # ICU puts a blank after some of them
        kept = _HAN.sub(lambda run: read(run[0]).replace(" ", ""), kept)  # one word, not one for each sign
        kept = read(kept)[: 2 * _KEPT]
    return " ".join(_SPLIT.split(_MARKS.sub("", kept))).strip()


@lru_cache(maxsize=65_536)
def words(text: str) -> tuple[str, ...]:
    """The words of a name in one spelling, in the order written."""
    if "/" in text or "." in text:
        text = _in_full(text)
    found: list[str] = []
    for word in latin(text).split(" ", _WORDS)[:_WORDS]:
        found.extend(_one_spelling(word))
    if not text.isascii() and _NO_VOWELS.search(text):
        found = [w[2:] if w.startswith("al") and len(w) > 4 else w for w in found]
    return tuple(found)


def leaves_vowels_out(text: str) -> bool:
    """Whether the script of the text writes consonants only, or writes vowels that ICU does not render."""
    return bool(_NO_VOWELS.search(text))


def parts_no_words(text: str) -> bool:
    """Whether the script of the text writes names without blanks between their words."""
    return bool(_NO_SPACES.search(text))


def knows_no_l(text: str) -> bool:
    """Whether the script of the text writes l and r with the same sign."""
    return bool(_NO_L.search(text))


_DIGRAPHS: Final = (
    ("sch", "s"), ("tsh", "c"), ("tch", "c"), ("kh", "k"), ("gh", "g"), ("sh", "s"), ("ch", "c"), ("ph", "f"),
    ("th", "t"), ("dh", "t"), ("zh", "j"), ("dz", "j"), ("ts", "s"), ("tz", "s"), ("ck", "k"), ("xi", "si"),
    ("xu", "su"), ("x", "ks"),
)  # fmt: skip
_CLASSES: Final = str.maketrans("bpfvgkqcjdtszlrmn", "bbbbkkkjjttsslrmn", "aeiouywh'")


@lru_cache(maxsize=65_536)
def skeleton(word: str) -> str:
    """The consonants of a Latinised word, in classes that no transcription mixes up; vowels, h, w and y are left out.

    Letters of other scripts stay. A word of vowels only is its first letter.
    """
    for pair, one in _DIGRAPHS:
        word = word.replace(pair, one)
    bones = word.translate(_CLASSES)
    return re.sub(r"(.)\1+", r"\1", bones) or word[:1]


def _in_full(text: str) -> str:
    """Abbreviations that are known by their point or stroke: Ma. Theresa; Ravi a/l Raman, s/o, d/o."""
    return _CHILD_OF.sub(" bin ", _MARIA.sub("maria ", text[:LONGEST]))


@lru_cache(maxsize=65_536)
def _one_spelling(word: str) -> tuple[str, ...]:
    table = respellings()
    if not word or word in table:
        return (table[word],) if word else ()
    if word in _kept_spellings():
        return (word,)
    for written, read in _customs():
        word = written.sub(read, word)
    pieces = (word,) if word in table or word in _kept_spellings() else _apart(word)
    return tuple(table.get(piece, piece) for piece in pieces)


def _apart(word: str) -> tuple[str, ...]:
    """The words of names that are written together or apart as one likes: Abdurrahman, Nurhasanah."""
    servant = _SERVANT_OF.match(word)
    if servant is not None:
        return "abdul", word[servant.end() :]
    return ("nur", word[3:]) if _LIGHT_OF.match(word) else (word,)


@cache
def respellings() -> dict[str, str]:
    """Spellings of one and the same name, by the spelling we keep."""
    return {form: kept for kept, *forms in read_table("respellings.csv") for form in forms}


@cache
def _kept_spellings() -> frozenset[str]:
    """What no custom changes: the spellings that are kept, and titles, particles and legal forms."""
    return frozenset(respellings().values()) | {word for _, *row in read_table("ignored_words.csv") for word in row}


@cache
def _customs() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(written), read) for written, read in read_table("customs.csv"))


class _PlainLetters(dict[int, str]):
    """What ICU makes of each accented Latin letter: no other letter beside it matters, and it is asked once."""

    def __missing__(self, code: int) -> str:
        self[code] = plain = _transliterator().transliterate(chr(code)) if code > 0x7F else chr(code)
        return plain


@cache
def _plain_letters() -> _PlainLetters:
    return _PlainLetters()


@cache
def _transliterator() -> Any:  # noqa: ANN401 - PyICU has no types
    import icu  # noqa: PLC0415

    return icu.Transliterator.createInstance(_LATINISE)
