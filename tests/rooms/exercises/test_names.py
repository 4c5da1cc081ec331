"""Names of the region's cultures, and the ways in which they are written differently."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.exercises.world.names import Name, Word, make_name
from lintas.exercises.world.tables import dice, entries, table
from lintas.exercises.world.variants import CHANGES, possible, vary_birth

CULTURES = sorted(table("names"))
SOUTH_EAST_ASIA = {"jawa", "batak", "bali", "melayu", "pinoy", "thai", "viet", "cina", "tamil", "arab"}


@st.composite
def names(draw: st.DrawFn) -> Name:
    chance = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - a test must be repeatable
    return make_name(draw(st.sampled_from(CULTURES)), draw(st.sampled_from(["male", "female"])), chance)


def name_of(*words: Word, culture: str = "jawa") -> Name:
    return Name(culture, words)


def test_the_cultures_of_the_region_are_there() -> None:
    assert set(CULTURES) >= SOUTH_EAST_ASIA


@pytest.mark.parametrize("culture", CULTURES)
def test_every_part_a_pattern_names_exists_and_has_names(culture: str) -> None:
    entry = table("names")[culture]

    for patterns in entry["patterns"].values():
        for token in (token for pattern in patterns for token in pattern.split()[1:] if not token.startswith("=")):
            assert len(entries(entry[token.partition(":")[2]])) > 3


@pytest.mark.parametrize("culture", CULTURES)
def test_no_name_stands_twice_in_one_list(culture: str) -> None:
    for part, text in table("names")[culture].items():
        if isinstance(text, str):
            ordinary = [forms[0] for forms in entries(text)]
            assert sorted(ordinary) == sorted(set(ordinary)), part


@given(names())
def test_a_name_has_words_and_no_stray_space(name: Name) -> None:
    assert name.words
    assert name.latin == " ".join(name.latin.split())
    assert name.native == name.native.strip()


def test_people_with_one_name_are_there_in_number() -> None:
    chance = dice(7, "one name")

    one = [name for name in (make_name("jawa", "male", chance) for _ in range(200)) if len(name.words) == 1]

    assert 40 < len(one) < 120


@pytest.mark.parametrize(
    ("culture", "script"),
    [("thai", "\u0e00"), ("melayu", "\u0600"), ("cina", "\u4e00"), ("tamil", "\u0b80")],
)
def test_a_name_can_be_written_in_its_own_script(culture: str, script: str) -> None:
    chance = dice(7, culture)

    native = [name.native for name in (make_name(culture, "male", chance) for _ in range(60)) if name.native]

    assert native
    assert any(sign >= script for sign in native[0])


def test_old_spelling_is_another_spelling() -> None:
    name = name_of(Word("first", "Sucipto", ("Soetjipto",)))

    assert CHANGES["other_spelling"](name, dice(1)).latin == "Soetjipto"


def test_bin_is_shortened_or_dropped() -> None:
    name = name_of(Word("first", "Ismail"), Word("link", "bin"), Word("father", "Daud"), culture="melayu")

    written = {CHANGES["link_words"](name, dice(seed)).latin for seed in range(20)}

    assert written == {"Ismail b. Daud", "Ismail Daud"}


def test_a_family_name_goes_to_the_other_end() -> None:
    vietnamese = name_of(Word("last", "Nguyễn"), Word("middle", "Văn"), Word("first", "Dũng"))
    filipino = name_of(Word("first", "Jose"), Word("last", "Santos"))

    assert CHANGES["turned_round"](vietnamese, dice(1)).latin == "Văn Dũng Nguyễn"
    assert CHANGES["turned_round"](filipino, dice(1)).latin == "Santos Jose"


def test_marks_are_lost_on_the_telex() -> None:
    assert CHANGES["plain_letters"](name_of(Word("last", "Đặng"), Word("first", "Thủy")), dice(1)).latin == "Dang Thuy"


@given(names(), st.integers(0, 1000))
def test_every_possible_change_changes_the_writing_and_keeps_a_name(name: Name, seed: int) -> None:
    for kind in set(possible(name)) - {"own_script"}:
        changed = CHANGES[kind](name, dice(seed))

        assert changed.latin.strip()
        assert changed.latin != name.latin, kind


@given(names())
def test_own_script_is_possible_only_where_there_is_one(name: Name) -> None:
    assert ("own_script" in possible(name)) == bool(name.native)


@given(st.dates(), st.integers(0, 1000))
def test_a_birth_date_written_otherwise_is_another_date_and_still_one(born: object, seed: int) -> None:
    written, kind = vary_birth(str(born), dice(seed))

    assert written != str(born)
    assert kind in {"day_month_swapped", "year_only", "year_off_by_one"}
