"""Which names are the same, which are alike, and which only share what everybody is called."""

from __future__ import annotations

import itertools
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.matching.names import agree, best_agreement, name_probability, rarity, read_name, same_name

# Invented, and in the languages of the region.
NAMES = [
    "Budi Santoso",
    "Siti Aminah binti Ahmad",
    "Sukarni",
    "Muhammad Rizky Ramadhan",
    "H. Abdul Rahman, S.E.",
    "Nguyễn Văn Đức",
    "สมชาย ใจดี",
    "王小明",
    "Юлия Щербакова",
    "عبد الرحمن واحد",
    "Dela Cruz, Juan",
    "U Kyaw Zin",
    "Ri Yong-mu",
    "PT Zamrud Khatulistiwa",
    "X",
]


def same(one, other):
    return agree(read_name(one), read_name(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Budi Santoso", "SANTOSO, Budi"),
        ("Budi Santoso", "Boedi Santoso"),
        ("Siti Aminah binti Ahmad", "Siti Aminah Ahmad"),
        ("Haji Muhammad Contoh Rizki", "Mohd. Contoh Rizki"),
        ("Dr. Budi Contoh Santoso, S.E.", "Budi Contoh Santoso"),
        ("PT Zamrud Khatulistiwa Tbk", "Zamrud Khatulistiwa"),
        ("Nguyễn Văn Đức", "Duc Nguyen Van"),
        ("Dela Cruz, Juan", "Juan dela Cruz"),
        ("Sukarni", "Soekarni"),
        ("Ri Yong-mu", "Ri Yongmu"),
        ("Yong Mu Ri", "Yongmu Ri"),
    ],
)
def test_the_same_name_written_differently_is_the_same(one, other):
    assert same(one, other).level == "same"
    assert same(one, other).share == 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Юлия Щербакова", "Yuliya Shcherbakova"),
        ("محمد خالد", "Muhammad Khalid"),
        ("عبد القدوس مظهري", "Abdul Quddus Mazhari"),
        ("Νίκος Παππάς", "Nikos Pappas"),
        ("王小明", "Wang Xiaoming"),
        ("דוד גולדברג", "David Goldberg"),
        ("마에다 료이치", "Ryoichi Maeda"),
        ("ニコライ・コヴァレンコ", "Nikolai Kovalenko"),
        ("გიორგი ბერიძე", "Giorgi Beridze"),
    ],
)
def test_the_same_name_in_another_script_is_found(one, other):
    assert same(one, other).level in {"same_other_script", "similar"}
    assert same(one, other).bits > 8


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Budi Santoso", "Budi Santosa"),
        ("Zulkarnaen Contoh", "Zulkarnain Contoh"),
        ("Sumarwoto", "Sumarwotto"),
    ],
)
def test_a_name_that_is_nearly_the_same_is_similar(one, other):
    assert same(one, other).level == "similar"
    assert same(one, other).bits > 0


def test_a_middle_name_left_out_is_a_part():
    assert same("Budi Contoh Santoso", "Budi Santoso").level == "part"
    assert same("Budi Contoh Santoso", "Budi Santoso").bits > 0


def test_an_initial_stands_for_its_name_but_is_worth_less():
    full, initial, wrong = (same("Budi Contoh Santoso", f"Budi {x} Santoso") for x in ("Contoh", "C.", "K."))

    assert full.bits > initial.bits > wrong.bits


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Budi Santoso", "Siti Aminah"),
        ("Sukarni", "Wijayanto"),
        ("สมชาย ใจดี", "王小明"),
        ("Juan Dela Cruz", "Kyaw Zin"),
    ],
)
def test_different_names_speak_against(one, other):
    assert same(one, other).level == "differs"
    assert same(one, other).bits < 0


def test_brothers_who_share_all_but_their_own_name_are_not_one_person():
    one, other = "Yasir Contohan Sabawi Zamrudi", "Qasim Contohan Sabawi Zamrudi"

    assert same(one, other).bits < same(one, one).bits - 6


def test_a_common_name_is_worth_less_than_a_rare_one():
    assert rarity("muhammad") < rarity("santoso") < rarity("khatulistiwa")
    assert same("Muhammad Ali", "Muhammad Ali").bits < same("Zamrud Khatulistiwa", "Zamrud Khatulistiwa").bits


@pytest.mark.parametrize("name", ["bin", "Haji", "An", "Dr.", "PT"])
def test_a_name_of_nothing_but_particles_is_still_a_name(name):
    assert read_name(name).words
    assert same(name, name).level == "same"


@pytest.mark.parametrize("name", ["", "   ", "...", "\u202e", "\x00"])
def test_an_empty_name_is_no_name(name):
    assert best_agreement([read_name(name)], [read_name("Budi")]) is None


def test_no_names_give_no_evidence():
    assert best_agreement([], [read_name("Budi")]) is None
    assert best_agreement([read_name("Budi")], []) is None


def test_the_best_of_many_aliases_counts():
    aliases = [read_name(f"Contoh {letter}abcde") for letter in "BCDFGHJKLM"] + [read_name("Budi Zamrud Santoso")]

    found = best_agreement([read_name("Santoso, Budi Zamrud")], aliases)

    assert found is not None
    assert found.level == "same"


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations_with_replacement(NAMES, 2)))
def test_which_name_is_asked_and_which_is_on_file_makes_no_difference(one, other):
    assert same(one, other) == same(other, one)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_the_same_as_itself(name):
    found = same(name, name)

    assert (found.level, found.share) == ("same", 1.0)
    assert found.bits > 0


name_texts = st.lists(
    st.sampled_from(["budi", "siti", "contoh", "zamrud", "santoso", "muhammad", "x", "li", "nguyen"]),
    min_size=1,
    max_size=6,
)


@given(name_texts, name_texts)
def test_comparing_is_symmetric(one, other):
    assert same(" ".join(one), " ".join(other)) == same(" ".join(other), " ".join(one))


@given(name_texts, st.randoms())
def test_the_order_of_the_words_does_not_matter(parts, chance):
    turned = list(parts)
    chance.shuffle(turned)

    assert same(" ".join(parts), " ".join(turned)).level == "same"


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_two_texts_can_be_compared(one, other):
    found, back = same(one, other), same(other, one)

    assert found == back
    assert -10 <= found.bits <= 200
    assert 0 <= found.share <= 1


def test_two_texts_are_one_name_with_a_probability():
    likely = name_probability(same_name("Budi Contoh Santoso", "SANTOSO, Budi Contoh"))
    unlikely = name_probability(same_name("Budi Contoh Santoso", "Siti Aminah"))

    assert 0 < unlikely < 0.4
    assert 0.9 < likely < 1


def test_what_was_known_before_moves_the_probability():
    found = same_name("Budi Contoh Santoso", "Budi Contoh Santosa")

    assert name_probability(found, -10) < name_probability(found) < name_probability(found, 10)


def test_a_text_may_hold_several_names():
    assert same_name("Budi Santoso; Bejo Zamrud / Contoh Zamrud", "Zamrud Contoh").level == "same"


@pytest.mark.parametrize("name", ["", "  ", "...", "\x00"])
def test_a_text_without_a_word_is_no_evidence(name):
    assert name_probability(same_name(name, "Budi Santoso")) == 0.5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ji-an Sin", "Jian Sin"),
        ("Siraj al-Din Contoh", "Sirajaldin Contoh"),
        ("Nur Contoh Zamrud Wati", "Nur Contohzamrud Wati"),
        ("Contoh Zamrud", "Contohzamrud"),
    ],
)
def test_words_run_together_are_the_words_apart(one, other):
    assert name_probability(same_name(one, other)) > 0.8


def test_a_piece_behind_a_hyphen_is_no_particle():
    assert [word.text for word in read_name("Do-an Contoh").words] == ["do", "an", "contoh"]
    assert "al" not in [word.text for word in read_name("Zamrud al-Contoh").words]


def test_the_pairing_of_words_is_the_best_and_not_the_first():
    # "Contoha" is nearest to "Contoh" on the other side, which has a better partner still.
    assert same("Contoha Contohab Zamrud", "Contohab Contohabc Zamrud").share > 0.7


@given(name_texts, name_texts)
def test_a_probability_is_the_same_both_ways_and_within_bounds(one, other):
    there = name_probability(same_name(" ".join(one), " ".join(other)))

    assert there == name_probability(same_name(" ".join(other), " ".join(one)))
    assert 0 < there < 1


@given(name_texts)
def test_case_and_normal_form_change_nothing(parts):
    name = " ".join(parts)

    assert same_name(name.upper(), name) == same_name(name, unicodedata.normalize("NFD", name))


@pytest.mark.parametrize(
    "name", ["\u0627" * 100_000, "안" * 50_000, "王 " * 50_000, "\u0301" * 100_000, "\u202eא\x00 ב" * 9_999]
)
def test_a_hostile_name_is_compared_in_no_time(name):
    begun = time.perf_counter()
    found = same_name(name, "Muhammad Contoh Zamrud")

    assert 0 < name_probability(found) < 1
    assert time.perf_counter() - begun < 5
