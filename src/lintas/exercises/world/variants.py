"""The ways in which the same person comes to stand differently in another agency's records.

Every change has a word, kept in `World.changes`, so that recall can be reported for each.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from random import Random

from lintas.exercises.world.names import Name, Word

Change = Callable[[Name, Random], Name]

_SHORT = {
    "bin": "b.",
    "binti": "bt.",
    "boru": "br.",
    "a/l": "al",
    "a/p": "ap",
    "Haji": "H.",
    "Maria": "Ma.",
    "Hadji": "H.",
}
_NEIGHBOURS = dict(zip("abcdefghijklmnopqrstuvwxyz", "svxsrghjoklknmpowtdyibecux", strict=True))


def other_spelling(name: Name, dice: Random) -> Name:
    """Each word that has another spelling is written in it: old Indonesian, another romanisation, Mohd for Muhammad."""
    return name.with_words(tuple(replace(w, latin=dice.choice(w.others)) if w.others else w for w in name.words))


def typing_error(name: Name, dice: Random) -> Name:
    """One letter of one word is doubled, left out, swapped with the next, or hit beside."""
    at = max(range(len(name.words)), key=lambda place: (len(name.words[place].latin), dice.random()))
    word = name.words[at]
    return name.with_words((*name.words[:at], replace(word, latin=_mistype(word.latin, dice)), *name.words[at + 1 :]))


def initials(name: Name, _dice: Random) -> Name:
    """The given name shrinks to its initial."""
    first = next((place for place, word in enumerate(name.words) if word.role == "first"), 0)
    word = name.words[first]
    return name.with_words((*name.words[:first], replace(word, latin=f"{word.latin[0]}."), *name.words[first + 1 :]))


def link_words(name: Name, dice: Random) -> Name:
    """Bin, binti, boru, a/l and the like are shortened or dropped."""
    if dice.random() < 0.5:
        return name.with_words(tuple(w for w in name.words if w.latin not in _SHORT))
    return name.with_words(tuple(replace(w, latin=_SHORT.get(w.latin, w.latin)) for w in name.words))


def plain_letters(name: Name, _dice: Random) -> Name:
    """Marks over and under letters are lost, as on a telex."""
    return name.with_words(tuple(replace(w, latin=_plain(w.latin)) for w in name.words))


def turned_round(name: Name, _dice: Random) -> Name:
    """The family name goes to the other end."""
    family = tuple(word for word in name.words if word.role == "last")
    others = tuple(word for word in name.words if word.role != "last")
    return name.with_words(others + family if name.words[0].role == "last" else family + others)


def part_missing(name: Name, dice: Random) -> Name:
    """One word that is not the first is missing."""
    at = dice.randrange(1, len(name.words))
    return name.with_words(name.words[:at] + name.words[at + 1 :])


def joined(name: Name, _dice: Random) -> Name:
    """The first two words are written as one: Nur Haliza, Nurhaliza."""
    first, second, *rest = name.words
    one = Word(
        first.role, first.latin + second.latin.lower(), native=(first.native + second.native) if second.native else ""
    )
    return name.with_words((one, *rest))


CHANGES: dict[str, Change] = {
    "other_spelling": other_spelling,
    "typing_error": typing_error,
    "initials": initials,
    "link_words": link_words,
    "plain_letters": plain_letters,
    "turned_round": turned_round,
    "part_missing": part_missing,
    "joined": joined,
}


def possible(name: Name) -> list[str]:
    """The changes that would change this name."""
    several = len([word for word in name.words if word.role != "link"]) > 1
    fits = {
        "other_spelling": any(word.others for word in name.words),
        "typing_error": len(max(name.words, key=lambda word: len(word.latin)).latin) > 4,
        "initials": several,
        "link_words": any(word.latin in _SHORT for word in name.words),
        "plain_letters": not name.latin.isascii(),
        "turned_round": any(word.role == "last" for word in name.words) and several,
        "part_missing": several and len(name.words) > 2,
        "joined": several and "link" not in (name.words[0].role, name.words[1].role),
        "own_script": bool(name.native),
    }
    return [change for change, fit in fits.items() if fit]


def vary_birth(born: str, dice: Random) -> tuple[str, str]:
    """A birth date (ISO) as another agency has it, with the word for the change."""
    year, month, day = born.split("-")
    if int(day) <= 12 and day != month and dice.random() < 0.6:
        return f"{year}-{day}-{month}", "day_month_swapped"
    if dice.random() < 0.6:
        return year, "year_only"
    return (
        f"{int(year) + dice.choice((-1, 1))}-{month}-{day if (month, day) != ('02', '29') else '28'}",
        "year_off_by_one",
    )


def _mistype(text: str, dice: Random) -> str:
    at = dice.randrange(1, len(text) - 1)
    match dice.randrange(4):
        case 0:
            return text[:at] + text[at] + text[at:]
        case 1:
            return text[:at] + text[at + 1 :]
        case 2 if text[at] != text[at + 1]:
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        case _:
            return text[:at] + _NEIGHBOURS.get(text[at], "x") + text[at + 1 :]


def _plain(text: str) -> str:
    spread = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(sign for sign in spread if not unicodedata.combining(sign))
