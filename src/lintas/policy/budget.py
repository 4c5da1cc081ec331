"""How many questions, and what they look like together: budgets and enumeration, seen by the answering node. Pure.

A check answers about one subject; many checks could copy a register. Two things stand against it: a budget per
officer and per agency, and a look at what was asked lately. The thresholds leave ordinary work alone (an officer who
tries the spellings of one plate, a family with consecutive passports) and stop a machine that counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from lintas.model import RefusalGround, Subject
from lintas.policy.completeness import IDENTIFIERS, PARTS_OF_A_NAME, WHOLE_NAMES

NEIGHBOURS = 8  # this many other values next to the new one are a count: a family or a forged batch is smaller
NEARBY = 50  # numbers this close together in the same frame are next to each other
STEADY_STEPS = 8  # this many questions in a row, always the same step apart, are a count however wide the step
SWEPT_DATES = 6  # one name with this many different dates of birth: an officer in doubt tries two or three
SWEPT_NAMES = 15  # one full date of birth with this many different names

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many questions a node answers, per asking officer and per asking agency."""

    officer_hour: int = 60
    officer_day: int = 300
    agency_hour: int = 2_000
    agency_day: int = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What was asked before the new question, and what the new question asks for (`asked_for`)."""

    officer_hour: int = 0
    officer_day: int = 0
    agency_hour: int = 0
    agency_day: int = 0
    recent: tuple[str, ...] = ()  # what this officer asked for in the last hour, oldest first
    new: tuple[str, ...] = ()


def spent(usage: Usage, limits: Limits) -> timedelta | None:
    """The window whose budget is spent, the longer one first; None while there is budget left."""
    if usage.officer_day >= limits.officer_day or usage.agency_day >= limits.agency_day:
        return DAY
    if usage.officer_hour >= limits.officer_hour or usage.agency_hour >= limits.agency_hour:
        return HOUR
    return None


def within_budget(usage: Usage, limits: Limits) -> RefusalGround | None:
    """Why the new question is too much: the budget is spent, or it continues an enumeration. None if it may pass."""
    if spent(usage, limits) is not None:
        return RefusalGround.BUDGET_SPENT
    if any(looks_like_enumeration(usage.recent, text) for text in usage.new):
        return RefusalGround.ENUMERATION
    return None


def asked_for(subject: Subject) -> tuple[str, ...]:
    """What a question asks for, one line each, in the form that `looks_like_enumeration` compares.

    `registrationNumber=B1234XYZ` for an identifier, `name=budi santoso|1970-01-31` for a name with a date of birth.
    """
    lines = [f"{prop}={_plain(value)}" for prop in sorted(IDENTIFIERS) for value in subject.values(prop)]
    apart = " ".join(value for prop in PARTS_OF_A_NAME for value in subject.values(prop))
    names = {_plain_name(name) for prop in WHOLE_NAMES for name in subject.values(prop)} | {_plain_name(apart)}
    for name in sorted(names - {""}):
        lines += [f"{NAME}={name}|{date}" for date in subject.values("birthDate") or ("",)]
    return tuple(lines)


def looks_like_enumeration(recent: Sequence[str], new: str) -> bool:
    """Whether a question continues a count through numbers, plates, dates or names.

    Args:
        recent: What the same officer asked for lately, oldest first, as `asked_for` wrote it.
        new: One line of what is asked now.
    """
    prop, _, value = new.partition("=")
    before = [line.removeprefix(f"{prop}=") for line in recent if line.startswith(f"{prop}=")]
    if prop == NAME:
        return _sweeps_names(before, value)
    return _surrounded(before, value) or _steady(before, value)


def _sweeps_names(before: Sequence[str], value: str) -> bool:
    name, _, date = value.partition("|")
    pairs = {(other, when) for other, _, when in (line.partition("|") for line in (*before, value)) if when}
    dates = {when for other, when in pairs if other == name}
    # The first of January stands for an unknown day in many registers: people who share it share nothing.
    full = len(date) == len("1970-01-31") and not date.endswith("-01-01")
    names = {other for other, when in pairs if full and when == date}
    return len(dates) >= SWEPT_DATES or len(names) >= SWEPT_NAMES


def _surrounded(before: Sequence[str], value: str) -> bool:
    """Whether many different values asked before are neighbours of this one."""
    return sum(_adjacent(other, value) for other in set(before) - {value}) >= NEIGHBOURS


def _adjacent(one: str, other: str) -> bool:
    """One character differs, or one number within the same frame by little (B1299XYZ and B1300XYZ)."""
    if len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1:
        return True
    step = _step(one, other)
    return step is not None and 0 < abs(step) <= NEARBY


def _steady(before: Sequence[str], value: str) -> bool:
    """Whether the last questions walk through the numbers in equal steps, however wide."""
    walk = [*dict.fromkeys(before), value][-STEADY_STEPS - 1 :]
    steps = {_step(one, other) for one, other in pairwise(walk)}
    return len(walk) > STEADY_STEPS and len(steps) == 1 and not steps & {None, 0}


def _step(one: str, other: str) -> int | None:
    """By how much a number in the same frame differs; None if the frames differ or more than one number does."""
    first, second = re.split(r"(\d+)", one), re.split(r"(\d+)", other)
    if len(first) != len(second):
        return None
    differ = [(a, b) for a, b in zip(first, second, strict=True) if a != b]
    if len(differ) != 1 or not (differ[0][0].isdigit() and differ[0][1].isdigit()):
        return None
    return int(differ[0][1]) - int(differ[0][0])


def _plain(value: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", value) if char.isalnum()).upper()


def _plain_name(value: str) -> str:
    decomposed = unicodedata.normalize("NFKD", value.casefold())
    return " ".join("".join(char if char.isalpha() else " " for char in decomposed if not _is_accent(char)).split())


def _is_accent(char: str) -> bool:
    return "\u0300" <= char <= "\u036f"
