"""What is always true of a comparison, with the machine looking for the lie."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintas.matching import compare, index_terms, likely, query_terms
from lintas.matching.compare import compare_portraits
from lintas.matching.portrait import portrait_of_record, portrait_of_subject
from lintas.model import Record, Subject, SubjectKind
from rooms.matching.asking import on_file, person, record, subject

WORDS = ["Budi", "Siti", "Muhammad", "Mohd.", "Contoh", "Zamrud", "Soekarni", "bin", "Nguyễn", "王小明", "Юлия", "محمد"]
name = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
date = st.sampled_from(["1980", "1980-02", "1980-02-03", "1980-03-02", "1981", "1955-11-27", "1980-01-01"])
number = st.sampled_from(["A1234567", "AI234567", "A1234568", "C7654321", "123", "0000000"])
country = st.sampled_from(["id", "my", "th"])
PROPERTIES = {
    "name": name,
    "alias": name,
    "birthDate": date,
    "passportNumber": number,
    "idNumber": number,
    "phone": st.sampled_from(["+6281200000001", "081200000001", "+60120000001"]),
    "nationality": country,
    "gender": st.sampled_from(["male", "female"]),
    "fatherName": name,
    "birthPlace": st.sampled_from(["Kota Contoh", "Zzyzx"]),
}
described = st.fixed_dictionaries(
    {}, optional={prop: st.lists(value, min_size=1, max_size=3) for prop, value in PROPERTIES.items()}
)


@settings(deadline=None)
@given(described, described)
def test_asking_a_about_b_is_asking_b_about_a(one, other):
    there = compare_portraits(portrait_of_subject(person(**one)), portrait_of_record(on_file(**other)))
    back = compare_portraits(portrait_of_subject(person(**other)), portrait_of_record(on_file(**one)))

    assert there.probability == pytest.approx(back.probability)
    assert {(r.feature, r.level) for r in there.reasons} == {(r.feature, r.level) for r in back.reasons}


@settings(deadline=None)
@given(described, described, st.randoms())
def test_the_order_in_which_values_stand_changes_nothing(one, other, chance):
    statements = list(on_file(**other).statements)
    chance.shuffle(statements)
    turned = {prop: values[::-1] for prop, values in reversed(one.items())}

    assert compare(person(**turned), Record("r1", "Person", tuple(statements))) == compare(
        person(**one), on_file(**other)
    )


@settings(deadline=None)
@given(described, described, st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]), st.booleans())
def test_capital_letters_and_normal_forms_change_nothing(one, other, form, capitals):
    def rewritten(values):
        return {
            prop: [unicodedata.normalize(form, v.upper() if capitals and prop != "birthDate" else v) for v in vs]
            for prop, vs in values.items()
        }

    assert compare(person(**rewritten(one)), on_file(**rewritten(other))) == compare(person(**one), on_file(**other))


@settings(deadline=None)
@given(described, st.lists(described, max_size=5), st.floats(0, 1))
def test_the_likely_ones_are_those_that_comparing_with_each_would_find(one, others, threshold):
    filed = [on_file(**other) for other in others]

    each = [(record, compare(person(**one), record)) for record in filed]

    wanted = sorted((why.probability for _, why in each if why.probability >= threshold), reverse=True)
    found = likely(person(**one), filed, threshold)
    assert [why.probability for _, why in found] == wanted
    assert all(pair in each for pair in found)


@settings(deadline=None)
@given(described, st.sampled_from(["birthDate", "nationality", "gender", "phone", "birthPlace"]), st.data())
def test_a_fact_that_agrees_never_lowers(known, prop, data):
    known.pop(prop, None)
    asked_name = data.draw(name)
    value = data.draw(PROPERTIES[prop])
    asked = person(name=asked_name, **{prop: value})

    without, agreeing = on_file(**known), on_file(**known, **{prop: value})

    assert compare(asked, agreeing).probability >= compare(asked, without).probability


@settings(deadline=None)
@given(
    described,
    st.sampled_from(
        [("gender", "male", "female"), ("nationality", "id", "my"), ("birthDate", "1980-02-03", "1955-11-27")]
    ),
)
def test_a_fact_that_contradicts_never_raises(known, fact):
    prop, value, other = fact
    known.pop(prop, None)
    asked = person(name="Budi Contoh", passportNumber="A1234567", **{prop: value})

    without, contradicting = on_file(**known), on_file(**known, **{prop: other})

    assert compare(asked, contradicting).probability <= compare(asked, without).probability


@settings(deadline=None)
@given(described)
def test_a_record_is_its_own_best_match(known):
    itself = compare(person(name="Zamrud Contoh", **{k: v for k, v in known.items() if k != "name"}), on_file(**known))

    assert 0 <= itself.probability <= 1
    assert all(
        not reason.level.startswith("differs") for reason in itself.reasons if reason.feature in ("gender", "country")
    )


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*PROPERTIES, "number", "vin", "imei", "notes"]),
        st.lists(st.text(max_size=50), min_size=1, max_size=3),
        min_size=1,
    ),
    st.sampled_from(list(SubjectKind)),
    st.sampled_from(["Person", "Company", "Vessel", "Passport", "PhoneLine", "Ownership", "Nonsense"]),
)
def test_whatever_stands_in_the_fields_there_is_an_answer(properties, kind, schema):
    asked = Subject(kind, {prop: tuple(values) for prop, values in properties.items()})
    filed = record(schema, **properties)

    found = compare(asked, filed)

    assert 0 <= found.probability <= 1
    assert len(found.reasons) <= 40
    assert query_terms(asked)
    assert index_terms(filed)


HOSTILE = {
    "long": "a" * 100_000,
    "many words": "a " * 50_000,
    "combining": "e" + "\u0301" * 100_000,
    "bidirectional": "\u202e\u202d\u2066" * 30_000,
    "nul": "\x00Budi\x00",
    "expanding": "\ufdfa" * 50_000,
    "han": "王" * 100_000,
    "arabic": "ي" * 100_000,
    "surrogate": "\ud800abc",
    "emoji": "👮" * 100_000,
    "dotted": "İ" * 100_000,
    "empty": "",
    "null": "NULL",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_value_neither_breaks_nor_slows_anything(kind):
    value = HOSTILE[kind]
    values = {prop: [value, value + "x"] for prop in (*PROPERTIES, "email", "imei", "vin", "number")}
    asked, filed = subject("person", **values), record("Person", **values)
    compare(person(name="Юлия 王 محمد สม"), on_file(name="Юлия 王 محمد สม"))  # ICU reads its rules the first time

    began = time.perf_counter()
    found = compare(asked, filed)
    index_terms(filed)
    query_terms(asked)

    assert 0 <= found.probability <= 1
    assert time.perf_counter() - began < 2


def test_a_record_with_a_thousand_aliases_does_not_hold_up_the_others():
    filed = on_file(name=[f"Budi{i} Contoh{i}" for i in range(1000)])
    asked = person(name=[f"Siti{i} Contoh" for i in range(20)])

    began = time.perf_counter()
    compare(asked, filed)

    assert time.perf_counter() - began < 2
