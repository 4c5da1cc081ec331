"""Templates: one strict environment for each language, and the words and forms that every page uses."""

from __future__ import annotations

from functools import cache, partial
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lintas import __version__
from lintas.errors import InvalidValue, by_code
from lintas.i18n import LANGUAGES, Language, Translator
from lintas.model import Subject, SubjectKind, vocabulary
from lintas.model.identifiers import identifier_kind
from lintas.model.kinds import primary_properties, schema_of
from lintas.model.schemata import label
from lintas.policy import CORE_FIELDS
from lintas.web import words
from lintas.web.asking import COUNTRIES, DATES


class Rooms:
    """The templates, once for each language.

    Args:
        exercise: Whether every page says that its data are invented.
    """

    def __init__(self, *, exercise: bool) -> None:
        self.translators = {language: Translator(language) for language in LANGUAGES}
        self._environments = {
            language: _environment(translator, exercise=exercise) for language, translator in self.translators.items()
        }

    def render(self, language: Language, template: str, context: dict[str, object]) -> str:
        """The page, as HTML."""
        return self._environments[language].get_template(template).render(context)


def _environment(translator: Translator, *, exercise: bool) -> Environment:
    environment = Environment(
        loader=PackageLoader("lintas.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        translator.gettext, translator.ngettext, newstyle=True
    )
    environment.filters["label"] = translator.label
    environment.globals |= {
        "t": translator,
        "language": translator.language,
        "languages": LANGUAGES,
        "exercise": exercise,
        "static": static_address,
        "icon": icon,
        "version": __version__,
        "vocabulary": vocabulary,
        "primary_properties": primary_properties,
        "property_label": partial(property_label, translator),
        "property_value": partial(property_value, translator),
        "in_order": in_order,
        "is_identifier": identifier_kind,
        "is_date": DATES.__contains__,
        "is_country": COUNTRIES.__contains__,
        "schema_label": partial(schema_label, translator),
        "core_fields": tuple(CORE_FIELDS),
        "summary_of": words.summary_of,
        "row_kind": words.row_kind,
        "evidence": words.evidence,
        "cautions": words.cautions,
        "by_code": by_code,
        "facts_of": partial(words.facts_of, translator),
        "explanation_of": words.explanation_of,
    }
    return environment


def in_order(subject: Subject) -> list[tuple[str, tuple[str, ...]]]:
    """The properties of a subject in the order of the form."""
    order = primary_properties(subject.kind)
    return sorted(subject.properties.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order))


def property_label(translator: Translator, kind: SubjectKind, prop: str) -> str:
    """What a property of a subject is called; its technical name if we do not know it."""
    return schema_label(translator, schema_of(kind), prop)


def schema_label(translator: Translator, schema: str, prop: str | None = None) -> str:
    """What a schema, or one of its properties, is called."""
    try:
        return label(schema, prop, language=translator.language)
    except InvalidValue:
        return prop or schema


def property_value(translator: Translator, prop: str, value: str) -> str:
    """A value as one reads it: a country by its name, a sex by its word, everything else as it was stated."""
    if prop in COUNTRIES:
        return translator.country(value)
    if prop in DATES:
        return translator.partial_date(value)
    return translator.word("Gender", value) or value if prop == "gender" else value


@cache
def static_address(path: str) -> str:
    """The address of a static file; it changes when the file does."""
    content = (files("lintas.web") / "static" / path).read_bytes()
    return f"/static/{path}?v={sha256(content).hexdigest()[:12]}"


@cache
def icon(name: str) -> Markup:
    """A drawing for the eye only; the word always stands beside it."""
    drawing = (files("lintas.web") / "static" / "icons" / f"{name}.svg").read_text("utf-8")
    return Markup(drawing)  # noqa: S704 - our own file, never what somebody typed
