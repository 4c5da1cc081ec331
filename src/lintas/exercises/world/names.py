"""Names as the region's cultures build them: roles, forms, scripts; one-name people are as complete as any other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from random import Random

from lintas.exercises.world.tables import entries, table

_JOINERS = {"bin": "بن", "binti": "بنت", "Haji": "حاجي", "Wan": "وان", "Hadji": "حاجي", "Hadja": "حاجه"}
_WITHOUT_SPACES = frozenset({"cina", "tionghoa"})


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a name: its role (a FollowTheMoney property, or "link" for bin, boru, …) and its forms."""

    role: str
    latin: str
    others: tuple[str, ...] = ()  # other Latin spellings
    native: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name, word by word."""

    culture: str
    words: tuple[Word, ...]

    @property
    def latin(self) -> str:
        """The name in Latin script."""
        return " ".join([word.latin for word in self.words])

    @property
    def native(self) -> str:
        """The name in its own script; empty if a word of it has none here."""
        if not all(word.native for word in self.words):
            return ""
        return ("" if self.culture in _WITHOUT_SPACES else " ").join([word.native for word in self.words])

    def of(self, role: str) -> str:
        """The words of one role, in Latin script."""
        return " ".join([word.latin for word in self.words if word.role == role])

    def with_words(self, words: tuple[Word, ...]) -> Name:
        """The same name, written with other words."""
        return replace(self, words=words)


def make_name(culture: str, gender: str, dice: Random) -> Name:
    """An invented name of a culture for a man or a woman."""
    patterns, weights = _patterns(culture, gender)
    (pattern,) = dice.choices(patterns, cum_weights=weights)
    words: list[Word] = []
    for role, part in pattern:
        if not part:
            words.append(Word("link", role, native=_JOINERS.get(role, "")))
            continue
        choices = _words(culture, part, role)
        word = dice.choice(choices)
        if word.latin in {other.latin for other in words}:  # "Agus Agus" would be noticed
            word = dice.choice(choices)
        words.append(word)
    return Name(culture, tuple(words))


@cache
def _patterns(culture: str, gender: str) -> tuple[tuple[tuple[tuple[str, str], ...], ...], tuple[int, ...]]:
    patterns, weights = [], []
    for line in table("names")[culture]["patterns"]["f" if gender == "female" else "m"]:
        weight, *tokens = line.split()
        weights.append(int(weight))
        patterns.append(tuple((token[1:], "") if token[0] == "=" else _role(token) for token in tokens))
    return tuple(patterns), tuple(accumulate(weights))


def _role(token: str) -> tuple[str, str]:
    role, _, part = token.partition(":")
    return role, part


@cache
def _words(culture: str, part: str, role: str) -> tuple[Word, ...]:
    return tuple(_word(role, forms) for forms in entries(table("names")[culture][part]))


def _word(role: str, forms: tuple[str, ...]) -> Word:
    native = [form for form in forms if _own_script(form)]
    latin = [form for form in forms if not _own_script(form)]
    return Word(role, latin[0], tuple(latin[1:]), native[0] if native else "")


def _own_script(form: str) -> bool:
    """Whether the form is in another script than Latin (whose accented letters reach to U+1EFF)."""
    return any(sign >= "\u0590" and not "\u1e00" <= sign <= "\u1eff" for sign in form)
