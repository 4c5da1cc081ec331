"""How dates, numbers, errors and unknown words are told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.errors import AlreadyDone
from lintas.i18n import LANGUAGES, Language, Translator, preferred_language
from lintas.model import OutcomeState, Purpose

JAKARTA = ZoneInfo("Asia/Jakarta")
EVENING = datetime(2026, 11, 22, 10, 40, 5, tzinfo=UTC)


@pytest.fixture
def indonesian() -> Translator:
    return Translator("id", zone=JAKARTA)


@pytest.fixture
def english() -> Translator:
    return Translator("en", zone=JAKARTA)


def test_a_moment_is_told_in_the_zone_of_the_desk(indonesian: Translator, english: Translator) -> None:
    assert indonesian.moment(EVENING) == "22 Nov 2026 17.40 WIB"
    assert english.moment(EVENING) == "22 Nov 2026 17:40 WIB"
    assert (indonesian.time(EVENING), english.time(EVENING)) == ("17.40.05", "17:40:05")
    assert indonesian.date(date(2026, 8, 17)) == "17 Agustus 2026"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1970-01-31", "31 Januari 1970"),
        ("1970-01", "Januari 1970"),
        ("1970", "1970"),
        ("sekitar 1970", "sekitar 1970"),
        ("1970-13-45", "1970-13-45"),
    ],
)
def test_a_date_is_told_as_far_as_it_is_known(indonesian: Translator, text: str, told: str) -> None:
    assert indonesian.partial_date(text) == told


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (timedelta(seconds=-5), "0 menit"),
        (timedelta(minutes=20), "20 menit"),
        (timedelta(hours=47, minutes=59), "47 jam"),
        (timedelta(days=5), "5 hari"),
    ],
)
def test_a_length_of_time_is_told_in_the_unit_one_would_say(indonesian: Translator, span: timedelta, told: str) -> None:
    assert indonesian.span(span) == told


def test_numbers_wear_the_separators_of_the_language(indonesian: Translator, english: Translator) -> None:
    assert (indonesian.number(12345.6), english.number(12345.6)) == ("12.345,6", "12,345.6")


@given(st.floats(min_value=0, max_value=1), st.sampled_from(LANGUAGES))
def test_what_is_not_certain_is_never_told_as_certain(share: float, language: Language) -> None:
    told = Translator(language).percent(share)

    assert (told == "100\N{NO-BREAK SPACE}%") == (share == 1)
    assert (told == "0\N{NO-BREAK SPACE}%") == (share == 0)


def test_an_error_is_told_in_both_languages_with_one_code(indonesian: Translator, english: Translator) -> None:
    told = indonesian.error(AlreadyDone(confirmation="latihan-0001"))

    assert told.sentence == "Ini sudah diputuskan atau sudah dipakai."
    assert english.error(AlreadyDone).code == told.code == "refused.already-done"


def test_an_unknown_reason_of_a_newer_partner_is_named_and_not_hidden(indonesian: Translator) -> None:
    assert "gait.same" in indonesian.reason("gait", "same")
    assert indonesian.reason("name", "same_other_script") == "Nama sama, ditulis dengan aksara lain"


def test_a_word_without_a_hint_has_an_empty_one(indonesian: Translator) -> None:
    assert indonesian.hint(Purpose.WARN) == ""
    assert indonesian.hint(OutcomeState.LATE) == "Belum menjawab sampai batas waktu."


@pytest.mark.parametrize(
    ("texts", "told"),
    [({"id": "satu", "en": "one"}, "satu"), ({"en": "one"}, "one"), ({"th": "หนึ่ง"}, "หนึ่ง"), ({}, "")],
)
def test_a_text_in_several_languages_is_told_in_the_best_there_is(
    indonesian: Translator, texts: dict[str, str], told: str
) -> None:
    assert indonesian.of(texts) == told


def test_countries_are_countries(indonesian: Translator, english: Translator) -> None:
    assert (indonesian.country("ph"), english.country("ph")) == ("Filipina", "Philippines")
    assert indonesian.countries()["sg"] == "Singapura"
    assert not {"zz", "eu", "un", "001"} & indonesian.countries().keys()


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "id"),
        ("fr, ms;q=0.5", "id"),
        ("en-US,en;q=0.9", "en"),
        ("fr,en;q=0.8,id;q=0.3", "en"),
        ("id-ID,id;q=0.9,en;q=0.8", "id"),
        ("en;q=nonsense, id;q=0.1", "id"),
    ],
)
def test_the_browser_s_wish_decides_and_indonesian_is_the_usual(accepted: str, language: str) -> None:
    assert preferred_language(accepted) == language
    assert preferred_language("fr", "en") == "en"


@given(st.text())
def test_no_header_a_browser_could_send_breaks_the_choice(accepted: str) -> None:
    assert preferred_language(accepted) in LANGUAGES
