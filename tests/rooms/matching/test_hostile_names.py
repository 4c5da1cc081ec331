"""Whatever somebody puts into a name, the whole room answers, soberly, and works no harder for 100 kB than for one.

Work is counted, not timed: how many functions are called, in Python and in C, and how much comes out. A busy machine
changes neither.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from itertools import count

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lintas import matching
from lintas.matching import compare, compare_many, compare_records, index_terms, likely, query_terms
from lintas.matching.groups import GroupedPair, by_name, by_name_and_birth
from lintas.matching.names import name_probability, same_name
from lintas.matching.normalise import words
from lintas.model import Reason
from rooms.matching.asking import on_file, person, record, subject

fresh = count(1)

# Each of any length asked for: the seed makes it another text every time, so that no cache answers.
HOSTILE = {
    "letters": lambda n, seed: f"x{seed} " + "a" * n,
    "no two alike": lambda n, seed: "".join(chr(0x4E00 + (i * 7919 + seed) % 20_000) for i in range(n)),
    "words": lambda n, seed: f"{seed} " + "ab " * (n // 3),
    "words of one letter": lambda n, seed: f"{seed} " + "a " * (n // 2),
    "blanks": lambda n, seed: f"Budi{seed}" + " " * n + "Contoh",
    "combining marks": lambda n, seed: f"e{seed}" + "\u0301\u0323" * (n // 2),
    "marks in turn": lambda n, seed: f"e{seed}" + "".join(chr(0x300 + i % 0x6F) for i in range(n)),
    "bidirectional": lambda n, seed: f"Budi{seed}" + "\u202e\u2066\u202d\u2069" * (n // 4),
    "joiners": lambda n, seed: "\u200d".join("abc"[i % 3] for i in range(n // 2)) + str(seed),
    "nul": lambda n, seed: f"{seed}" + "\x00" * n,
    "lone surrogates": lambda n, seed: f"{seed}" + "\ud800a\udfff" * (n // 3),
    "expanding": lambda n, seed: f"{seed}" + "\ufdfa" * n,
    "ligatures": lambda n, seed: f"{seed}" + "ﷺ㎯ﬃ" * (n // 3),
    "Han": lambda n, seed: f"王{seed}" + "王小明" * (n // 3),
    "Hangul, taken apart": lambda n, seed: f"{seed}" + "\u1112\u1161\u11ab" * (n // 3),
    "Arabic": lambda n, seed: f"{seed}" + "ي" * n,
    "Thai vowels": lambda n, seed: f"{seed}" + "ก\u0e31\u0e34" * (n // 3),
    "Khmer": lambda n, seed: f"{seed}" + "ក្" * (n // 2),
    "Burmese": lambda n, seed: f"{seed}" + "မ္" * (n // 2),
    "Devanagari": lambda n, seed: f"{seed}" + "क्" * (n // 2),
    "emoji": lambda n, seed: f"{seed}" + "👮" * n,
    "dotted": lambda n, seed: f"{seed}" + "İ" * n,
    "tags": lambda n, seed: f"{seed}" + "\U000e0041" * n,
    "semicolons": lambda n, seed: f"{seed} " + "a; " * (n // 3),
    "slashes": lambda n, seed: f"{seed} " + "a / " * (n // 4),
    "initials": lambda n, seed: f"{seed} " + "A. " * (n // 3),
    "servants of": lambda n, seed: f"{seed}" + "abdur" * (n // 5),
    "bin": lambda n, seed: f"{seed} " + "bin " * (n // 4),
    "digits": lambda n, seed: f"{seed}" + "0123456789" * (n // 10),
    "dashes": lambda n, seed: f"{seed}" + "-" * n,
    "quotes": lambda n, seed: f"O{seed}" + "'" * n,
}
PROPERTIES = (
    "name", "alias", "weakAlias", "previousName", "firstName", "lastName", "fatherName", "motherName", "birthDate",
    "birthPlace", "nationality", "gender", "passportNumber", "idNumber", "taxNumber", "phone", "email", "address",
    "imei", "vin", "number", "registrationNumber", "imoNumber", "iban", "notes",
)  # fmt: skip


def everything(value):
    """What every part of the room does with one value, beside itself and beside somebody ordinary."""
    values = {prop: [value] for prop in PROPERTIES}
    asked, filed = subject("person", **values), record("Person", **values)
    plain, known = person(name="Budi Contoh", birthDate="1980-02-03"), on_file(name="Budi Contoh")
    agreement = same_name(value, "Budi Contoh")
    pair = GroupedPair({"name": value, "birthDate": value}, {"name": "Budi", "birthDate": ""}, True, {})
    return {
        "compare": [compare(asked, filed), compare(plain, filed), compare(asked, known)],
        "compare_many": compare_many(asked, [filed, known]),
        "compare_records": [compare_records({"schema": "Person", "properties": values}, known)],
        "likely": [why for _, why in likely(asked, [filed, known], 0.0)],
        "index_terms": index_terms(filed),
        "query_terms": query_terms(asked),
        "same_name": agreement,
        "name_probability": name_probability(agreement),
        "groups": [by_name(pair), by_name_and_birth(pair)],
    }


def work(kind, length):
    """How many functions are called for a value of this kind and length, at the second of two."""
    everything(HOSTILE[kind](length, next(fresh)))
    value = HOSTILE[kind](length, next(fresh))
    calls = 0

    def one_more(_frame, event, _argument):
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(one_more)
    try:
        everything(value)
    finally:
        sys.setprofile(before)
    return calls


@pytest.fixture(scope="module", autouse=True)
def _tables_are_read():
    """Tables and ICU's rules are read at the first name of each script; that is not what is counted."""
    for make in HOSTILE.values():
        everything(make(300, next(fresh)))


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hundred_kilobytes_make_no_more_work_than_four(kind):
    assert work(kind, 100_000) <= 1.5 * work(kind, 4_000) + 2_000


@pytest.mark.parametrize("kind", HOSTILE)
def test_whatever_comes_in_a_sober_answer_comes_out(kind):
    found = everything(HOSTILE[kind](100_000, next(fresh)))

    for comparison in (*found["compare"], *found["compare_many"], *found["compare_records"], *found["likely"]):
        assert 0 <= comparison.probability <= 1
        assert all(isinstance(reason, Reason) and math.isfinite(reason.weight) for reason in comparison.reasons)
        assert len(comparison.reasons) < 60
    assert 0 <= found["name_probability"] <= 1
    assert math.isfinite(found["same_name"].bits)


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_the_index_is_given_stays_small(kind):
    found = everything(HOSTILE[kind](100_000, next(fresh)))

    for terms in (found["index_terms"], found["query_terms"]):
        for field in terms.__struct_fields__:
            told = [str(term) for term in getattr(terms, field)]
            assert len(told) <= 10_000, field  # of each number a question holds every one slip
            assert sum(map(len, told)) < 200_000, field


anything = st.text(st.characters(exclude_categories=()), max_size=60) | st.sampled_from(
    [make(200, 0) for make in HOSTILE.values()]
)


@settings(deadline=None)
@given(anything, anything)
@example("\ud800", "\udfff")
@example("", "\x00")
@example("ABD", "abdulabdul")
def test_two_strange_names_agree_whichever_is_first(one, other):
    there, back = same_name(one, other), same_name(other, one)

    assert there.bits == pytest.approx(back.bits, abs=1e-6)
    assert there.level == back.level
    assert name_probability(there) == pytest.approx(name_probability(back))


def test_every_function_the_room_offers_is_asked_with_hostile_values():
    offered = {name for name in matching.__all__ if callable(getattr(matching, name)) and name.islower()}

    assert offered - set(everything("Budi")) == set()


UNSEEN = "\x00\x07\xad\u180e\u200b\u200c\u200d\u200e\u202a\u202e\u2060\u2066\u2069\ufeff\U000e0041"


@pytest.mark.parametrize("sign", UNSEEN, ids=ascii)
@pytest.mark.parametrize("name", ["Zamrud Contohwati", "Юлия Зразкова", "محمد احمد"])
def test_a_sign_that_nobody_sees_hides_no_name(name, sign):
    for at in (0, 2, len(name) - 1, len(name)):
        hidden = name[:at] + sign + name[at:]

        assert words(hidden) == words(name)
        assert same_name(hidden, name).level == "same"


@settings(deadline=None)
@given(anything)
def test_no_name_speaks_against_itself(name):
    assert same_name(name, name).bits >= 0


@settings(deadline=None)
@given(anything, st.lists(anything, max_size=4))
def test_a_strange_alias_more_never_turns_a_name_into_a_worse_one(strange, aliases):
    asked = {"schema": "Person", "properties": {"name": ["Zamrud Contohwati"]}}
    filed = {"schema": "Person", "properties": {"name": ["Zamrud Contohwati"], "alias": aliases}}
    more = {"schema": "Person", "properties": {"name": ["Zamrud Contohwati"], "alias": [*aliases, strange]}}

    assert compare_records(asked, more).probability >= compare_records(asked, filed).probability - 0.02


def test_ten_thousand_aliases_make_no_more_work_than_two_hundred():
    def calls(aliases):
        seed, counted = next(fresh), Counter()
        entity = {"schema": "Person", "properties": {"name": [f"Budi{seed} Contoh{i}" for i in range(aliases)]}}
        sys.setprofile(lambda _frame, event, _argument: counted.update([event]))
        try:
            compare_records(entity, {"schema": "Person", "properties": {"name": ["Siti Zamrud", "Budi Contoh"]}})
        finally:
            sys.setprofile(None)
        return counted["call"]

    assert calls(10_000) <= 3 * calls(200) + 30_000
