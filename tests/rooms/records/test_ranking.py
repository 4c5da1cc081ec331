"""Which words are like one that is asked, and which rows are most like the whole question."""

from __future__ import annotations

import numpy as np
import pytest

from lintas.matching.keys import QueryTerms, query_terms_of, terms_of
from lintas.model import SubjectKind
from lintas.records.searching.arrays import decoded
from lintas.records.searching.likeness import like, rarity
from lintas.records.searching.ranking import around, date_bits
from lintas.records.searching.rows import ready, rows_of
from lintas.records.searching.segment import Segment
from lintas.records.shelf import Shelf

NAMES = [
    "Muhammad Rizky",
    "Muhamad Rizki",
    "Budi Santoso",
    "Budy Santosa",
    "Siti Rahma",
    "Faisal Ahmad",
    "John Schultz",
]


def segment(*names: str, born: tuple[str, ...] = ("1980-02-03",)) -> Segment:
    rows = [(f"p-{n}", terms_of({"name": (name,), "birthDate": born}, "Person")) for n, name in enumerate(names)]
    made = Segment(ready(rows_of(rows)))
    made.bits += 8
    return made


def words_like(asked: str, *names: str) -> dict[str, float]:
    one = segment(*(names or NAMES))
    found = like(one, asked)
    return dict(zip(decoded(one.lists("vocab"), found.words), found.worth.tolist(), strict=True))


def test_a_word_is_like_itself_above_all_and_its_misspellings_less():
    found = words_like("santoso")

    assert found["santoso"] == 1
    assert 0.5 < found["santosa"] < 1
    assert "rahma" not in found


@pytest.mark.parametrize(
    ("asked", "meant"), [("snatoso", "santoso"), ("antoso", "santoso"), ("sanntoso", "santoso"), ("santozo", "santoso")]
)
def test_a_slip_of_the_pen_is_still_the_likest(asked, meant):
    found = words_like(asked)

    assert max(found, key=found.__getitem__) == meant


def test_a_word_without_its_vowels_is_like_all_it_may_be():
    found = words_like("~sntus")

    assert {"santoso", "santosa"} <= set(found)


@pytest.mark.parametrize(("name", "meant"), [("فيصل", "faisal"), ("슐츠", "schultz"), ("אחמד", "ahmad")])
def test_a_native_word_is_heard(name, meant):
    (words, *_) = query_terms_of({"name": (name,)}, frozenset({SubjectKind.PERSON})).names
    found = words_like(words[0])

    assert max(found, key=found.__getitem__) == meant


def test_a_single_letter_is_like_no_word_but_begins_some():
    assert words_like("b") == {}


def test_what_was_looked_for_is_remembered():
    one = segment(*NAMES)

    assert like(one, "santoso") is like(one, "santoso")


def test_a_word_nobody_bears_is_as_rare_as_the_one_that_is_meant():
    one = segment(*["Muhammad Contoh"] * 50, "Zulkarnain Contoh")
    one.bits = np.log2(len(NAMES) * 10 / np.diff(one.columns["by_post_at"])).astype(np.float32)

    assert rarity(one, "muhamad") == rarity(one, "muhammad") < rarity(one, "zulkarnain") < rarity(one, "qwx")


@pytest.mark.parametrize(
    ("asked", "born", "bits"),
    [
        (("1980-02-03",), "1980-02-03", 12),
        (("1980-03-02",), "1980-02-03", 8),
        (("1980-02-04",), "1980-02-03", 6),
        (("1890-02-03",), "1980-02-03", 6),
        (("1980",), "1980-02-03", 5),
        (("1981",), "1980-02-03", -1),
        (("1980-11-30",), "1980-02-03", -3),
        (("1955-11-30",), "1980-02-03", -9),
        ((), "1980-02-03", 0),
        (("1980-02-03",), "", 0),
    ],
)
def test_what_a_date_says(asked, born, bits):
    terms = query_terms_of({"birthDate": asked}, frozenset({SubjectKind.PERSON}))

    assert date_bits(segment("Budi", born=(born,)), np.array([0]), terms.dates).tolist() == [bits]


def test_of_several_dates_the_best_counts():
    one = segment("Budi", born=("1955-01-09", "1980-02-03"))

    assert date_bits(one, np.array([0]), (19800203,)).tolist() == [12]


def test_around_a_day_are_only_days_there_can_be():
    days = around((19801231,))

    assert {19801231, 19801230, 19801213, 19801221} <= set(days.tolist())
    assert all(1 <= day // 100 % 100 <= 12 and 1 <= day % 100 <= 31 for day in days.tolist())
    assert around((19800000,)).tolist() == []


@pytest.fixture
def shelf(tmp_path):
    shelf = Shelf(tmp_path)
    shelf.begin()
    for number in range(400):
        name = f"Muhammad {'bcdfghjklmnprst'[number % 15]}{'aiueo'[number % 5]}{'klmnrst'[number % 7]}o"
        rows = {"name": (name,), "birthDate": (f"19{50 + number % 40}-01-{2 + number % 26:02}",), "country": ("my",)}
        shelf.take(rows_of([(f"o-{number}", terms_of(rows, "Person"))]))
    return shelf


def put(shelf: Shelf, record_id: str, schema: str = "Person", **properties: str) -> None:
    terms = terms_of({prop: (value,) for prop, value in properties.items()}, schema)
    shelf.take(rows_of([(record_id, terms)]))


def ids(shelf: Shelf, limit: int = 3, **properties: str) -> list[str]:
    shelf.commit(1, complete=True)
    terms = query_terms_of({prop: (value,) for prop, value in properties.items()}, frozenset({SubjectKind.PERSON}))
    return [record_id for record_id, _ in shelf.ranked(terms, limit)]


def test_a_common_name_and_a_day_lead_to_one_among_many(shelf):
    put(shelf, "p-1", name="Muhammad Qowiy", birthDate="1977-08-17")

    assert ids(shelf, name="Muhammad Xyz", birthDate="1977-08-17")[0] == "p-1"
    assert ids(shelf, name="Muhammad Xyz", birthDate="1977-08-71")[0] != "p-1"


def test_of_two_namesakes_the_one_from_that_country_comes_first(shelf):
    put(shelf, "p-1", name="Zulkarnain Contoh", country="my")
    put(shelf, "p-2", name="Zulkarnain Contoh", country="id")

    assert ids(shelf, 2, name="Zulkarnain Contoh", country="id") == ["p-2", "p-1"]


def test_a_number_with_a_slip_and_the_name_come_before_the_name_alone(shelf):
    put(shelf, "p-1", name="Zulkarnain Contoh")
    put(shelf, "p-2", name="Zulkarnain Contoh", passportNumber="X1234567")

    assert ids(shelf, 2, name="Zulkarnain Contoh", passportNumber="X1234561") == ["p-2", "p-1"]


def test_many_of_another_kind_do_not_hide_the_one_asked_for(shelf):
    for number in range(40):
        put(shelf, f"v-{number}", "Vessel", name="Zulkarnain Contoh")
    put(shelf, "p-1", name="Zulkarnain Conto")

    assert ids(shelf, 1, name="Zulkarnain Contoh") == ["p-1"]


def test_an_empty_question_has_no_answer(shelf):
    shelf.commit(1, complete=True)

    assert shelf.ranked(QueryTerms(), 10) == []
