"""Columns: hashes, lists of lists, joining and leaving out, the same whether made at once or in parts."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintas.matching.keys import IndexTerms, terms_of
from lintas.records.drafts import encode
from lintas.records.searching.arrays import (
    GRAMS,
    decoded,
    distinct,
    encoded,
    gather,
    grams_of,
    grams_of_word,
    grouped,
    hash_of,
    hashes,
    hashes_near,
    hashes_without_one,
    look_up,
    sorted_by,
    starts,
)
from lintas.records.searching.gathering import all_columns, columns_of
from lintas.records.searching.rows import blanked, bones_of, joined, ready, rows_of
from rooms.records.record_makers import entity, person

texts = st.lists(st.text(max_size=12), max_size=8)
names = st.sampled_from(["Budi Santoso", "Siti Rahma", "Wayan Gunawan", "محمد علي", "Ketut", "이용무", "X Æ A-12"])
people = st.lists(st.tuples(names, st.sampled_from(["1980-02-03", "1981", ""])), min_size=1, max_size=12)


def terms(name: str, born: str = "", **more: str) -> IndexTerms:
    return terms_of({"name": (name,), "birthDate": (born,), **{k: (v,) for k, v in more.items()}}, "Person")


@settings(deadline=None)
@given(texts)
def test_texts_come_back_as_they_were(some):
    assert decoded(encoded(some), np.arange(len(some))) == some


@settings(deadline=None)
@given(texts)
def test_a_hash_does_not_depend_on_what_stands_beside_it(some):
    assert hashes(some).tolist() == [hashes([text])[0] for text in some]


@settings(deadline=None)
@given(st.lists(st.text("abc", min_size=1, max_size=6), min_size=1, max_size=4))
def test_a_hash_without_one_letter_is_the_hash_of_the_word_without_it(some):
    found, whose = hashes_without_one(encoded(some))

    expected = [(hashes([text[:i] + text[i + 1 :]])[0], n) for n, text in enumerate(some) for i in range(len(text))]
    assert list(zip(found.tolist(), whose.tolist(), strict=True)) == expected


@settings(deadline=None)
@given(st.text(max_size=12))
def test_one_word_alone_gets_the_hashes_and_trigrams_it_gets_among_others(word):
    lists = encoded([word])
    without, _ = hashes_without_one(lists)

    assert [hash_of(word)] == hashes([word]).tolist()
    assert hashes_near(word).tolist() == [hash_of(word), *(without.tolist() if len(lists[1]) > 2 else [])]
    assert grams_of_word(word).tolist() == grams_of(lists)[0].tolist() or not word


def test_trigrams_know_where_a_word_begins_and_ends():
    codes, whose = grams_of(encoded(["budi", "budiman"]))
    first, second = set(codes[whose == 0].tolist()), set(codes[whose == 1].tolist())

    assert len(first) == 4
    assert len(first & second) == 3  # not the end
    assert all(0 <= code < GRAMS for code in first | second)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 99)), max_size=30))
def test_what_is_grouped_is_found_under_its_key(pairs):
    keys, values = (np.array(column, np.int64) for column in (zip(*pairs, strict=True) if pairs else ((), ())))
    lists = grouped(keys, values, 5)

    for key in range(5):
        found, lengths = gather(lists, np.array([key]))
        assert found.tolist() == [value for k, value in pairs if k == key]
        assert lengths.tolist() == [len(found)]


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), max_size=20), st.lists(st.integers(0, 9), max_size=5))
def test_looking_up_finds_every_entry_of_every_key(stored, asked):
    table = sorted_by(np.array(stored, np.int64), np.arange(len(stored)))
    values, which = look_up(table, np.array(asked, np.int64))

    found = sorted(zip(which.tolist(), values.tolist(), strict=True))
    assert found == sorted((n, place) for n, key in enumerate(asked) for place, one in enumerate(stored) if one == key)


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), max_size=20))
def test_distinct_numbers_come_once_and_in_order(some):
    assert distinct(np.array(some, np.int64)).tolist() == sorted(set(some))


def test_starts_of_no_lists_are_one_number():
    assert starts([]).tolist() == [0]


def told(columns):
    """What columns say of each row, in words."""
    vocabulary = decoded((columns["vocab_at"], columns["vocab"]), np.arange(len(columns["vocab_at"]) - 1))
    ids = decoded((columns["id_at"], columns["id"]), np.arange(len(columns["kind"])))
    out = []
    for row, record_id in enumerate(ids):
        called = [
            [vocabulary[w] for w in columns["word"][columns["word_at"][n] : columns["word_at"][n + 1]]]
            for n in range(columns["name_at"][row], columns["name_at"][row + 1])
        ]
        dates = columns["date"][columns["date_at"][row] : columns["date_at"][row + 1]].tolist()
        numbers = columns["number"][columns["number_at"][row] : columns["number_at"][row + 1]].tolist()
        out.append((record_id, int(columns["kind"][row]), called, dates, numbers))
    return out


@settings(deadline=None)
@given(people, st.data())
def test_joined_columns_say_what_the_parts_said_of_the_rows_that_are_kept(some, data):
    found = [(f"p{n}", terms(name, born, passportNumber=f"A{n}23456")) for n, (name, born) in enumerate(some)]
    cut = data.draw(st.integers(0, len(found)))
    keep = [data.draw(st.sets(st.integers(0, max(0, size - 1)))) for size in (cut, len(found) - cut)]
    parts = [rows_of(found[:cut]), rows_of(found[cut:])]
    rows = [np.array(sorted(n for n in k if n < len(p["kind"])), np.int64) for k, p in zip(keep, parts, strict=True)]
    expected = [told(part)[n] for part, kept in zip(parts, rows, strict=True) for n in kept.tolist()]
    if not expected:
        return

    whole = joined(list(zip(parts, rows, strict=True)))

    assert told(whole) == expected
    words = {word for _, _, called, _, _ in expected for name in called for word in name}
    assert len(whole["vocab_at"]) - 1 == len(words)  # nobody bears the others any more


@settings(deadline=None)
@given(people, st.data())
def test_blanked_columns_say_nothing_of_the_rows_that_are_gone_and_the_same_of_the_others(some, data):
    found = [(f"p{n}", terms(name, born, passportNumber=f"A{n}23456")) for n, (name, born) in enumerate(some)]
    gone = sorted(data.draw(st.sets(st.integers(0, len(found) - 1), min_size=1)))
    left = [n for n in range(len(found)) if n not in gone]
    before = ready(rows_of(found))

    after = blanked(before, np.array(gone, np.int64))

    assert [told(after)[n] for n in left] == [told(before)[n] for n in left]
    assert {name: len(column) for name, column in after.items()} == {n: len(column) for n, column in before.items()}
    borne = {word for n in left for name in told(before)[n][2] for word in name}
    vocabulary = decoded((after["vocab_at"], after["vocab"]), np.arange(len(after["vocab_at"]) - 1))
    assert {word for word in vocabulary if word.strip("\0")} == borne
    dead = {n for n in range(len(before["by_name_size"])) if before["by_name_row"][n] in gone}
    for word, text in enumerate(vocabulary):
        bearers = set(after["by_post"][after["by_post_at"][word] : after["by_post_at"][word + 1]].tolist())
        assert not bearers & dead or text not in borne
    for name in ("id", "date", "number", "vocab", "bones"):
        keys = after[f"by_{name}_key"]
        assert (keys[1:] >= keys[:-1]).all()
        pairs = zip(before[f"by_{name}_key"].tolist(), before[f"by_{name}_value"].tolist(), strict=True)
        stays = {key for key, row in pairs if row not in gone}
        assert name in {"vocab", "bones"} or set(keys.tolist()) <= stays | {0}


def test_what_is_ready_leads_from_every_word_to_those_who_bear_it():
    columns = ready(rows_of([("a", terms("Budi Santoso")), ("b", terms("Siti Santoso")), ("c", terms("Ketut"))]))
    word, _ = look_up((columns["by_vocab_key"], columns["by_vocab_value"]), hashes(["santoso"]))

    bearers, _ = gather((columns["by_post_at"], columns["by_post"]), word.astype(np.int64))
    assert columns["by_name_row"][bearers].tolist() == [0, 1]


def test_bones_are_the_same_for_what_sounds_alike_to_those_without_vowels_or_l():
    assert bones_of("~mhmd") == bones_of("muhammad")
    assert bones_of("jalil") == bones_of("karir")


def test_lines_of_followthemoney_and_stored_records_make_the_same_columns():
    stored = encode(person("p-1", "Budi Santoso", properties={"birthDate": "1980-02-03"}))
    line = json.dumps(entity("p-1", name="Budi Santoso", birthDate="1980-02-03")).encode()

    assert told(columns_of([stored])) == told(columns_of([line]))


def test_what_is_neither_is_named_by_its_place():
    line = b'{"id": "p-1", "schema": "Person", "properties": {"name": "Budi Santoso"}}'
    columns = columns_of([b"{", line, b"[]"])

    assert columns["flawed"].tolist() == [0, 2]
    assert [one[0] for one in told(columns)] == ["p-1"]


@pytest.mark.parametrize("total", [10, 1_000_000])
def test_workers_give_what_is_read_here_and_in_the_same_order(total):
    blocks = [
        [f'{{"id": "{b}-{n}", "schema": "Person", "properties": {{"name": ["Orang {n}"]}}}}'.encode() for n in range(3)]
        for b in range(5)
    ]

    found = [one[0] for columns in all_columns(blocks, total=total) for one in told(columns)]

    assert found == [f"{b}-{n}" for b in range(5) for n in range(3)]
