"""Section 11: the check."""

from __future__ import annotations

import json

from writer import Json

from conformance.bench import LATER, PROPERTIES, Bench, clause, until
from conformance.bench import REASON as WHY
from conformance.wire import need

ANSWERED = {"type", "check", "matches", "log"}
MATCH = {"hit", "quality", "probability", "reasons", "handling", "sovereign_flag"}


def answered(bench: Bench, question: Json) -> Json:
    """The answer to a question, looked at from all sides."""
    told = bench.ask(question)
    need(told["type"] == "check.answered", "answered with", told)
    need(set(told) <= ANSWERED and told["check"] == question["check"], "an answer with", told)
    need(len(told["log"]) == 64 and int(told["log"], 16) >= 0, "log", told["log"])
    for match in told["matches"]:
        need(set(match) <= MATCH, "a match with", sorted(match))
        least = {"strong": 0.9, "probable": 0.6, "possible": 0.0}[match["quality"]]
        need(least <= match["probability"] <= 1, match["quality"], match["probability"])
        need(all(set(reason) == {"feature", "level", "weight"} for reason in match["reasons"]), match["reasons"])
    return told


def declined(bench: Bench, question: Json) -> str:
    """The ground on which a question is declined."""
    told = bench.ask(question)
    need(told["type"] == "check.declined", "answered with", told["type"])
    need(told["check"] == question["check"] and len(told["log"]) == 64, "declined with", told)
    return str(told["ground"])


@clause("11.4")
def complete_question(bench: Bench) -> None:
    """A complete question is answered, and a record that fits is a possible match."""
    told = until(lambda: answered(bench, bench.question())["matches"])
    need(len(told) == 1, "possible matches:", len(told))


@clause("11.6")
def no_match(bench: Bench) -> None:
    """A question that fits nobody is answered with no match."""
    told = answered(bench, bench.question({"name": ["Zainuddin Kartohadi"], "birthDate": ["1949-05-30"]}))
    need(told["matches"] == [], told["matches"])


@clause("9.6")
def no_values(bench: Bench) -> None:
    """Nothing of the record stands in an answer."""
    told = json.dumps(answered(bench, bench.question())).casefold()
    stated = [word.strip(",") for values in PROPERTIES.values() for value in values for word in value.split()]
    for word in ("uji-1", "wanted", *stated):
        need(len(word) < 5 or word.casefold() not in told, "told:", word)


@clause("9.3")
def unknown_property(bench: Bench) -> None:
    """A property that the node does not know is disregarded, not refused."""
    subject = {"name": ["Rangga Purnawijaya"], "birthDate": ["1984-03-09"], "favouriteColour": ["biru"]}
    need(answered(bench, bench.question(subject))["matches"], "no match")


@clause("11.1")
def no_reason(bench: Bench) -> None:
    """A question whose legal basis or case reference says nothing is declined as unjustified."""
    for field in ("legal_basis", "case_reference"):
        ground = declined(bench, bench.question(justification=WHY | {field: " - "}))
        need(ground == "unjustified", field, ground)


@clause("11.2")
def one_name_alone(bench: Bench) -> None:
    """One name alone is declined as unjustified."""
    ground = declined(bench, bench.question({"name": ["Rangga"]}))
    need(ground == "unjustified", ground)


@clause("11.2")
def one_name_with_a_year(bench: Bench) -> None:
    """One name with a year of birth is answered."""
    answered(bench, bench.question({"name": ["Wulandari"], "birthDate": ["1991"]}))


@clause("11.2")
def identifier_alone(bench: Bench) -> None:
    """An identifier alone is answered."""
    answered(bench, bench.question({"passportNumber": ["X7654321"]}))


@clause("11.9")
def asked_again(bench: Bench) -> None:
    """The same check is answered again, with what is true then."""
    question = bench.question({"name": ["Wulandari"], "birthDate": ["1991-11-23"]})
    need(answered(bench, question)["matches"] == [], "a match before there is a record")
    bench.bring(LATER)
    found = until(lambda: answered(bench, question)["matches"])
    need(len(found) == 1, "possible matches after the import:", len(found))


@clause("11.9")
def same_check_of_another(bench: Bench) -> None:
    """A question with the same check from another sender is another question."""
    question = bench.question()
    answered(bench, question)
    again = bench.question({"passportNumber": ["Q1112223"]}, sender=bench.other, check=question["check"])
    told = bench.ask(again, sender=bench.other)
    need(told["type"] == "check.answered" and told["matches"] == [], "answered with", told)


@clause("9.4")
def claimed_country(bench: Bench) -> None:
    """Node and country of the asker are taken from the directory, not from the message."""
    question = bench.question()
    question["asker"] |= {"node": bench.other.node, "country": "zz"}
    answered(bench, question)
    told = bench.ask({"type": "log.question", "check": question["check"]})
    need(told["type"] == "log.answer", "the sender is not known to have asked:", told)
    code = bench.problem({"type": "log.question", "check": question["check"]}, sender=bench.other)
    need(code.startswith("not-found"), "somebody is taken to have asked who did not:", code)
