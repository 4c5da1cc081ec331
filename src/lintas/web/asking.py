"""From the form on the home page to a question: who or what, and why; and everything that is missing, said at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lintas.errors import InvalidIdentifier, LintasError, NotAskable
from lintas.i18n import LANGUAGES, Translator
from lintas.model import Intent, Justification, Purpose, Subject, SubjectCategory, SubjectKind
from lintas.model.identifiers import identifier_kind, validate
from lintas.model.kinds import primary_properties, schema_of
from lintas.model.schemata import clean
from lintas.policy import askable
from lintas.web.forms import Form
from lintas.web.recognising import read_date, recognise

BOX = "q"
ABOUT_A_PERSON = ("birthDate", "birthPlace", "nationality", "fatherName", "motherName")
DATES = frozenset({"birthDate", "incorporationDate"})
COUNTRIES = frozenset({"nationality", "country", "jurisdiction", "flag"})
SEVERAL = ";"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and why."""

    subject: Subject
    justification: Justification


class Reader:
    """Reads the form in one officer's language.

    Args:
        form: What was sent; errors are noted in it.
        translator: The officer's language.
        country: The agency's own country.
    """

    def __init__(self, form: Form, translator: Translator, country: str) -> None:
        self._form = form
        self._t = translator
        self._country = country

    def question(self) -> Question | None:
        """The question, or None if something has to be corrected first."""
        justification = self.justification()
        subject = self.subject()
        if subject is not None and not self._form.errors:
            self._check(subject)
        if self._form.errors or subject is None or justification is None:
            return None
        return Question(subject, justification)

    def subject(self) -> Subject | None:
        """Who or what the form names, in clean values; a value that cannot be one is noted as an error."""
        kind = self._form.choice("kind", SubjectKind)
        boxed = self._boxed() if kind is None else None
        if kind is None and boxed is None:
            self._form.refuse(BOX, self._t.gettext("Isi nama, nomor, atau tempelkan apa saja yang Anda miliki"))
            return None
        kind = kind or (boxed.kind if boxed else SubjectKind.PERSON)
        offered = set(boxed.properties) if boxed else set()
        offered |= set(
            ABOUT_A_PERSON if boxed and kind is SubjectKind.PERSON else () if boxed else primary_properties(kind)
        )
        properties = {}
        for prop in offered:
            given = [*(boxed.values(prop) if boxed else ()), *self._form.text(f"p-{prop}").split(SEVERAL)]
            values = tuple(dict.fromkeys(self._cleaned(kind, prop, [text.strip() for text in given if text.strip()])))
            if values:
                properties[prop] = values
        if not properties:
            first = f"p-{primary_properties(kind)[0]}"
            self._form.refuse(first, self._t.gettext("Isi sedikitnya satu keterangan"))
            return None
        return Subject(kind=kind, properties=properties)

    @staticmethod
    def _offered(kind: SubjectKind, boxed: Subject | None) -> list[str]:
        """The properties the form had fields for, in the order of the form."""
        if boxed is None:
            return list(primary_properties(kind))
        return list(dict.fromkeys((*boxed.properties, *(ABOUT_A_PERSON if kind is SubjectKind.PERSON else ()))))

    def _boxed(self) -> Subject | None:
        try:
            return recognise(self._form.text(BOX), self._country)
        except InvalidIdentifier as error:
            self._form.refuse(BOX, self._mistake(error))
            return None

    def _cleaned(self, kind: SubjectKind, prop: str, given: Iterable[str]) -> Iterable[str]:
        for text in given:
            value = read_date(text) if prop in DATES else clean(schema_of(kind), prop, text, self._country)
            if value is None and prop in COUNTRIES:
                value = _country_named(text)
            if value is not None:
                yield value
                continue
            self._form.refuse(f"p-{prop}", self._unclean(prop))

    def _unclean(self, prop: str) -> str:
        if prop in DATES:
            return self._t.gettext("Tulis tanggal sebagai 31-01-1970, atau hanya tahunnya")
        if prop in COUNTRIES:
            return self._t.gettext("Negara ini tidak dikenal; pilih dari daftar")
        return self._t.gettext("Isian ini tidak mungkin benar; bandingkan sekali lagi dengan dokumennya")

    def _check(self, subject: Subject) -> None:
        """Typing errors first, for they are the commonest; then whether it is enough to ask with."""
        if not self._form.text("as_written"):
            country = next(iter((*subject.values("country"), *subject.values("nationality"))), None)
            for prop, values in subject.properties.items():
                for value in values:
                    self._check_identifier(subject.kind, prop, value, country)
        try:
            askable(subject)
        except NotAskable as error:
            place = f"p-{primary_properties(subject.kind)[0]}" if self._form.text("kind") else BOX
            self._form.refuse(place, self._t.error(error).sentence + " " + self._t.error(error).remedy)

    def _check_identifier(self, kind: SubjectKind, prop: str, value: str, country: str | None) -> None:
        what = identifier_kind(kind, prop)
        if what is None:
            return
        try:
            validate(what, value, country)
        except InvalidIdentifier as error:
            place = f"p-{prop}" if self._form.text("kind") or prop in ABOUT_A_PERSON else BOX
            self._form.refuse(place, self._mistake(error))
            self._form.may_insist = True  # a forged paper carries a wrong number, and is asked for with it

    def _mistake(self, error: LintasError) -> str:
        """What is wrong with a number: which character, which check digit, and what was probably meant."""
        facts = {"position": "", "found": "", "expected": "", "part": ""} | error.facts
        sentence = (self._t.word("Problem", str(facts.get("problem"))) or self._t.error(error).sentence) % facts
        if "suggestion" in facts:
            return sentence + " " + self._t.gettext("Mungkin maksudnya %(suggestion)s.") % facts
        return sentence

    def justification(self) -> Justification | None:
        """Why it is asked; None, and an error for each field, if a part of it is missing."""
        form, say = self._form, self._t.gettext
        purpose, category = form.choice("purpose", Purpose), form.choice("category", SubjectCategory)
        intent = form.choice("intent", Intent)
        sentences = {
            "purpose": say("Pilih tujuan pemeriksaan ini"),
            "legal_basis": say("Isi dasar hukum pemeriksaan ini"),
            "case_reference": say("Isi nomor perkara atau laporan"),
            "category": say("Pilih kedudukan subjek dalam perkara"),
            "intent": say("Pilih apakah Anda hendak mengenali atau melengkapi"),
        }
        for name, sentence in sentences.items():
            if not any(character.isalnum() for character in form.text(name)):
                form.refuse(name, sentence)
        if purpose is None or category is None or intent is None:
            return None
        return Justification(
            purpose=purpose,
            legal_basis=form.text("legal_basis"),
            case_reference=form.text("case_reference"),
            category=category,
            intent=intent,
            offence=form.text("offence") or None,
        )


def filled(subject: Subject | None, justification: Justification | None) -> Form:
    """A form that holds a question already known: nothing is asked twice."""
    values: dict[str, list[str]] = {}
    if subject is not None:
        values |= {"kind": [subject.kind]}
        values |= {f"p-{name}": [f"{SEVERAL} ".join(given)] for name, given in subject.properties.items()}
    if justification is not None:
        fields = ("purpose", "legal_basis", "case_reference", "category", "intent", "offence")
        known: Mapping[str, str | None] = {name: getattr(justification, name) for name in fields}
        values |= {name: [value] for name, value in known.items() if value}
    return Form(values)


def _country_named(text: str) -> str | None:
    """A country by its name in one of our languages."""
    wanted = text.casefold()
    for language in LANGUAGES:
        for code, name in Translator(language).countries().items():
            if name.casefold() == wanted:
                return code
    return None
