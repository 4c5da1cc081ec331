"""Nothing lacks a translation, in either language; and no translation is left over from something that is gone."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from lintas.audit import AuditKind
from lintas.errors import LintasError
from lintas.i18n import LANGUAGES, Language, Translator
from lintas.matching import dates, places, weights
from lintas.model import vocabulary
from lintas.model.identifiers import IdentifierKind
from lintas.model.mistakes import Problem
from lintas.policy import CORE_FIELDS, PolicySet
from lintas.policy.marks import PROTECTIONS
from lintas.requests import ConfirmationState
from lintas.web.visit import PLACES

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "src/lintas"
CATALOGUES = SOURCE / "i18n/catalogues"
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
VOCABULARIES: list[type[StrEnum]] = [
    *(v for v in vars(vocabulary).values() if inspect.isclass(v) and issubclass(v, StrEnum) and v is not StrEnum),
    AuditKind,
    ConfirmationState,
]
WITH_HINTS = (vocabulary.Handling, vocabulary.Quality, vocabulary.RefusalGround, vocabulary.Intent)
# The templates are Indonesian; the few words that stand in both languages alike.
SAME_IN_BOTH = {"Unit", "Model", "Auditor", "Operator", "IMSI", "IBAN", "MMSI", "IMEI", "%(ms)s ms"}


@cache
def catalogue(language: Language) -> Catalog:
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def errors(branch: type[LintasError] = LintasError) -> Iterator[type[LintasError]]:
    yield branch
    for error in branch.__subclasses__():
        yield from errors(error)


@cache
def sentences() -> dict[str, tuple[str, ...]]:
    """Every sentence written in a template or in the program, by its first form."""
    jinja = {"extensions": "jinja2.ext.i18n", "silent": "false", "trim_blocks": "true", "newstyle_gettext": "true"}
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    words = {"_": None, "gettext": None, "ngettext": (1, 2)}
    everywhere = extract_from_dir(SOURCE, methods, {"**/templates/**.html": jinja}, words)
    in_handlers = extract_from_dir(SOURCE / "web", [("**.py", "python")], keywords={"say": None})
    found = [message for _, _, message, _, _ in (*everywhere, *in_handlers)]
    messages = [message if isinstance(message, tuple) else (message,) for message in found]
    return {forms[0]: forms for forms in [*messages, *((place.label,) for place in PLACES)]}


def reasons() -> Iterator[str]:
    """Every reason our matcher can give."""
    names = ("same", "same_other_script", "similar", "part", "weak", "differs")
    for feature in ("name", "father", "mother"):
        yield from (f"{feature}.{level}" for level in names)
    for feature in ("birth_date", "foundation_date"):
        yield from (f"{feature}.{level}" for level in dates.LEVELS)
    for feature in ("address", "birth_place"):
        yield from (f"{feature}.{level}" for level in places.LEVELS)
    for feature in ("gender", "country", "make", "colour"):
        yield from (f"{feature}.same", f"{feature}.differs")
    agreeing = ("same", "look_alike", "one_character")
    for kind in IdentifierKind:
        yield from (f"{kind}.{level}" for level in (*agreeing, "differs"))
        if kind in weights.NATIONAL:
            yield from (f"{kind}.{level}_other_country" for level in agreeing)
    yield from ("phone.last_digits", "alias.same")
    yield from (f"evidence.{level}" for level in ("identifier_prevails", "insufficient", "picked"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", VOCABULARIES, ids=lambda words: words.__name__)
def test_every_word_of_every_vocabulary_has_a_label(words: type[StrEnum], language: Language) -> None:
    translator = Translator(language)

    assert [word for word in words if translator.word(words.__name__, word.value) is None] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", WITH_HINTS, ids=lambda words: words.__name__)
def test_words_that_need_explaining_are_explained(words: type[StrEnum], language: Language) -> None:
    translator = Translator(language)

    assert [word for word in words if not translator.hint(word)] == []


def test_every_error_has_an_indonesian_sentence_and_an_indonesian_remedy() -> None:
    translator = Translator("id")

    untold = [
        error.code
        for error in errors()
        if translator.word("Error", error.code) is None or translator.word("Error.remedy", error.code) is None
    ]

    assert untold == []


@pytest.mark.parametrize("error", list(errors()), ids=lambda error: error.code)
def test_the_english_of_an_error_is_its_docstring(error: type[LintasError]) -> None:
    told = Translator("en").error(error)

    assert (told.sentence, told.remedy, told.code) == (error().sentence, error().remedy, error.code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_of_the_matcher_is_a_sentence(language: Language) -> None:
    translator = Translator(language)

    assert [code for code in reasons() if translator.word("Reason", code) is None] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("Problem", list(Problem)),
        ("CoreField", list(CORE_FIELDS)),
        ("Mark", sorted(PROTECTIONS)),
        ("Effect", ["permit", "forbid"]),
        ("Gender", ["male", "female"]),
    ],
)
def test_what_else_is_named_by_a_code_has_words(kind: str, codes: list[str], language: Language) -> None:
    translator = Translator(language)

    assert [code for code in codes if translator.word(kind, str(code)) is None] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_caution_a_policy_can_send_has_words(language: Language) -> None:
    translator = Translator(language)
    cautions = {
        policy.annotations["caution"] for policy in PolicySet.load().policies if "caution" in policy.annotations
    }

    assert [word for word in cautions if translator.word("Caution", word) is None] == []


def test_every_sentence_of_every_page_is_translated() -> None:
    english = catalogue("en")

    assert [sentence for sentence in sentences() if not english.get(sentence)] == []


def test_no_translation_is_left_over_from_a_sentence_that_is_gone() -> None:
    kept = {m.id[0] if isinstance(m.id, tuple) else m.id for m in catalogue("en") if m.id and not m.context}

    assert kept - sentences().keys() == set()


def test_both_catalogues_name_the_same_codes() -> None:
    indonesian, english = (
        {(m.context, m.id) for m in catalogue(language) if m.context and not m.context.startswith("Error")}
        for language in LANGUAGES
    )

    assert indonesian == english


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entry_is_empty_or_doubtful(language: Language) -> None:
    doubtful = [m.id for m in catalogue(language) if m.id and (m.fuzzy or not all(_forms(m.string)))]

    assert doubtful == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_placeholders_of_its_sentence(language: Language) -> None:
    wrong = [
        m.id
        for m in catalogue(language)
        if m.id
        and not m.context
        and {frozenset(PLACEHOLDER.findall(form)) for form in _forms(m.string)}
        != {frozenset(PLACEHOLDER.findall(_forms(m.id)[0]))}
    ]

    assert wrong == []


def test_english_is_english() -> None:
    untranslated = [m.id for m in catalogue("en") if m.id and m.id == m.string and m.id not in SAME_IN_BOTH]

    assert untranslated == []


def test_the_words_of_the_glossary_are_used_exactly() -> None:
    indonesian, english = Translator("id"), Translator("en")
    state = vocabulary.OutcomeState.LATE

    assert (indonesian.label(state), english.label(state)) == ("Tidak menjawab", "No answer")
    assert {"Kemungkinan cocok", "Tidak ada kecocokan", "Tidak menjawab", "Konfirmasi temuan"} <= sentences().keys()
    assert english.gettext("Kemungkinan cocok") == "Possible match"
    assert english.gettext("Tidak ada kecocokan") == "No match"
    assert english.gettext("Konfirmasi temuan") == "Confirm the hit"


def _forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)
