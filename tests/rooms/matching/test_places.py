"""Places: what they share, whatever their order and spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.matching.places import LEVELS, compare_places, read_places


def level(one, other):
    return compare_places(read_places([one]), read_places([other]))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Kota Contoh", "Kota Contoh", "same"),
        ("KOTA CONTOH, Indonesia", "Indonesia; Kota Contoh", "same"),
        ("Desa Zamrud, Kota Contoh, Jawa Barat", "Kota Contoh", "same"),
        ("Jalan Melati 17, 40115 Kota Contoh", "Jl. Melati 17, Kota Contoh 40115", "same"),
        ("Mazar-e Sharif, Afghanistan", "Mazari Sharif", "same"),
        ("Jalan Melati 17, Kota Contoh", "Jalan Kenanga 230, Kota Contoh", "similar"),
        ("Tehran, Iran", "Iran", "part"),
        ("Kota Contoh", "Zzyzx", "differs"),
    ],
)
def test_places_agree_in_what_they_share(one, other, expected):
    assert level(one, other) == expected


def test_a_place_without_words_is_not_known():
    assert read_places(["", "—", "..."]) == ()
    assert compare_places((), read_places(["Kota Contoh"])) is None


def test_the_best_of_several_places_counts():
    several = read_places(["Zzyzx", "Kota Contoh", "Pettigrew Lane 4"])

    assert compare_places(several, read_places(["Kota Contoh"])) == "same"


places = st.lists(
    st.sampled_from(["Kota", "Contoh", "Iran", "Tehran", "17", "40115", "Jalan", "Melati"]), min_size=1, max_size=5
).map(" ".join)


@given(st.lists(places, max_size=4), st.lists(places, max_size=4))
def test_comparing_places_is_symmetric(one, other):
    assert compare_places(read_places(one), read_places(other)) == compare_places(read_places(other), read_places(one))


@given(st.lists(places, min_size=1, max_size=4), st.lists(places, min_size=1, max_size=4), places)
def test_one_more_place_never_makes_the_best_agreement_worse(one, other, more):
    before = compare_places(read_places(one), read_places(other))
    after = compare_places(read_places([*one, more]), read_places(other))

    assert LEVELS.index(after) <= LEVELS.index(before)
