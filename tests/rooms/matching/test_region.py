"""The labelled set of the region follows its recipe and keeps its parts apart; the words are learned anew."""

from __future__ import annotations

from functools import cache

import pytest
from learning import frequencies
from learning.region import FOLDER, LANGUAGES, PAIRS, PARTS, measure, pairs_of, words_of


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_set_is_what_its_recipe_makes(language):
    for part in PARTS:
        written = (FOLDER / f"{language}-{part}.tsv").read_text("utf-8")

        assert written == "".join(f"{one}\t{other}\t{label}\n" for one, other, label in pairs_of(language, part))
        assert written.count("\t1\n") == written.count("\t0\n") == PAIRS // 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_the_part_for_measuring_is_in_the_part_that_may_be_looked_at(language):
    dev, test = ({word.first for word in words_of(language, part)} for part in PARTS)

    assert dev
    assert test
    assert not dev & test


@cache
def areas():
    return {(language, part): area for language, part, area in measure()}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", PARTS)
def test_the_node_tells_the_right_name_from_the_near_one_in_every_language_of_the_region(language, part):
    assert areas()[language, part] >= 0.95


def test_no_wrong_pair_is_two_writings_of_one_name():
    for language in LANGUAGES:
        for part in PARTS:
            assert all(one != other for one, other, label in pairs_of(language, part) if not label)


def test_the_table_of_common_words_is_what_is_learned_from_the_counts():
    assert frequencies.written() == frequencies.TABLE.read_text("utf-8")


def test_what_was_estimated_for_the_region_is_not_learned_anew():
    upper, learned = frequencies.TABLE.read_text("utf-8").split(frequencies.MARK)
    words = [
        [line.split(",")[0] for line in part.splitlines() if not line.startswith("#")] for part in (upper, learned)
    ]

    assert not set(words[0]) & set(words[1])
    assert words[1] == sorted(words[1])


def test_a_name_of_many_is_worth_less_than_a_name_of_few():
    worth = frequencies.learned(set())

    assert worth["stephen"] < worth["wolfgang"]
