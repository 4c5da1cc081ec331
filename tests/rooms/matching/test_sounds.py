"""What is heard across scripts: the right word is likelier than a near one, and any word at all can be read."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from learning import names as fitting
from learning import sounds as learning
from learning.alike import KINDS, names_alike
from learning.words import words_of

from lintas.matching import alignment, sounds
from lintas.matching.shipped import TABLES

# A word in its script, its usual spelling, and a near one.
HEARD = [
    ("arabic", "خالد", "khalid", "walid"),
    ("arabic", "زيدان", "zidane", "zaidoun"),
    ("armenian", "արամ", "aram", "armen"),
    ("bengali", "রহমান", "rahman", "roshan"),
    ("cyrillic", "щербаков", "shcherbakov", "cherkasov"),
    ("cyrillic", "хрусталёв", "khrustalev", "krutilov"),
    ("devanagari", "राजेश", "rajesh", "ramesh"),
    ("georgian", "ბერიძე", "beridze", "baramidze"),
    ("greek", "παπαδοπουλος", "papadopoulos", "papagiannopoulos"),
    ("han", "施密特", "schmidt", "smith"),
    ("hangul", "발란데르", "wallander", "wellman"),
    ("hangul", "박", "park", "baek"),
    ("hebrew", "גולדברג", "goldberg", "goldenberg"),
    ("kana", "コヴァレンコ", "kovalenko", "kovalchuk"),
    ("kana", "シュミット", "schmidt", "smith"),
]


@pytest.mark.parametrize(("script", "word", "right", "near"), HEARD)
def test_the_same_word_is_heard_rather_than_a_near_one(script, word, right, near):
    read = sounds.native(script, word)

    assert sounds.script_of(word) == script
    assert sounds.bits(script, read, right) > max(2.0, sounds.bits(script, read, near))


@pytest.mark.parametrize("script", sounds.SCRIPTS)
def test_each_script_has_a_table_of_sensible_probabilities(script):
    table = sounds.channel(script)

    assert (
        0.9
        < sum(
            sum(readings.values())
            for piece, readings in table.joint.items()
            if not piece.isalnum() or not piece.isascii()
        )
        < 1.1
    )
    assert 0 < table.longest <= 8


@pytest.mark.parametrize(
    ("word", "read"), [("חיפה", "h"), ("ナカムラ", "nakamura"), ("Никитин", "nikitin"), ("გიორგი", "giorgi")]
)
def test_a_word_is_read_into_its_likeliest_latin_spelling(word, read):
    assert (sounds.decode(word) or "").startswith(read)


@pytest.mark.parametrize("word", ["", "Budi", "สมชาย", "123", "\x00", "☂"])
def test_what_was_not_learned_is_not_read(word):
    assert sounds.decode(word) is None


def test_one_word_has_one_form_whatever_its_signs():
    assert sounds.native("arabic", "أحمد") == sounds.native("arabic", "احمد")
    assert sounds.native("hebrew", "כהן") == sounds.native("hebrew", "כהנ")
    assert sounds.native("kana", "たなか") == sounds.native("kana", "タナカ")
    assert sounds.native("han", "陳") == sounds.native("han", "陈")


def test_a_son_and_a_servant_are_read_as_such():
    assert sounds.known("arabic", sounds.native("arabic", "عبد")) == "abdul"
    assert sounds.known("hebrew", sounds.native("hebrew", "בן")) == "ben"
    assert sounds.known("hebrew", "חיפה") is None


@given(
    st.sampled_from(sounds.SCRIPTS), st.text(max_size=40), st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=40)
)
def test_any_two_words_can_be_heard(script, word, latin):
    bits = sounds.bits(script, sounds.native(script, word), latin)

    assert math.isfinite(bits)
    assert -40 <= bits <= 40


@pytest.mark.parametrize("script", ["georgian", "armenian"])
def test_a_table_is_learned_anew_byte_for_byte(script):
    assert learning.written(script, words_of(script)) == (TABLES / f"sounds_{script}.tsv").read_text("utf-8")


def test_words_to_learn_from_are_there_for_every_script():
    assert all(len(words_of(script)) > 1_000 for script in sounds.SCRIPTS)


@pytest.mark.parametrize("kind", [*KINDS, "word"])
def test_half_of_the_names_to_fit_on_are_strangers(kind):
    labels = [same for *_, same in names_alike(kind)]

    assert 2 * sum(labels) == len(labels) > 0


def test_a_weight_against_the_law_of_evidence_is_left_out():
    rows = [(float(turn % 2), float(-turn % 7)) for turn in range(60)]
    constant, first, second = fitting._fit(rows, [bool(turn % 2) for turn in range(60)], (1, 1))

    assert constant < 0 < first
    assert second >= 0


def test_every_script_has_its_weights_and_more_sound_is_never_worse():
    weights = alignment._weights()

    assert set(weights["sound"]) == set(sounds.SCRIPTS)
    assert set(weights["near"]) == {"same", *sounds.SCRIPTS}
    assert all(weight >= 0 for weighed in weights["sound"].values() for weight in weighed[1:])
