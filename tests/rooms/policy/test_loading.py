from __future__ import annotations

import re
from pathlib import Path

import pytest

from lintas.errors import InvalidPolicy
from lintas.model import (
    Handling,
    Intent,
    Purpose,
    RefusalGround,
    Role,
    SovereignFlag,
    SubjectCategory,
    SubjectKind,
)
from lintas.policy import OfficerAct, PolicySet
from lintas.policy.loading import DEFAULTS, SCHEMA
from lintas.policy.marks import PROTECTIONS
from lintas.policy.worked import CaseAsk, Expected, WorkedCase, read_cases

NOTES = '@explain_id("Kalimat.")\n@explain_en("Sentence.")\n@cite("UU 1/2000")\n'
PERMIT = f'@id("extra")\n{NOTES}permit (principal == Role::"auditor", action == Action::"do:check", resource);\n'
FORBID = (
    f'@id("no-vessels")\n@ground("other_law")\n{NOTES}'
    'forbid (principal, action in [Action::"check", Action::"confirm"], resource == Kind::"vessel");\n'
)


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    folder = tmp_path / "national"
    folder.mkdir()
    return folder


def fault(overlay: Path, text: str, name: str = "90-national.cedar") -> dict[str, object]:
    (overlay / name).write_text(text, encoding="utf-8")
    with pytest.raises(InvalidPolicy) as refused:
        PolicySet.load([overlay])
    return refused.value.facts


def test_every_default_policy_explains_itself_in_both_languages(policies: PolicySet) -> None:
    for policy in policies.policies:
        assert policy.explanation["id"].endswith("."), policy.id
        assert policy.explanation["en"].endswith("."), policy.id
        assert policy.explanation["id"] != policy.explanation["en"], policy.id
        assert policy.cites, policy.id


def test_every_forbid_has_a_ground_and_no_permit_has_one(policies: PolicySet) -> None:
    for policy in policies.policies:
        assert ("ground" in policy.annotations) == (policy.effect == "forbid"), policy.id


def test_every_default_policy_says_why_in_a_comment_or_in_its_sentence(policies: PolicySet) -> None:
    forbids = [policy for policy in policies.policies if policy.effect == "forbid"]

    assert [policy.id for policy in forbids if not policy.text.startswith("//")] == []


@pytest.mark.parametrize(
    ("entity", "words"),
    [
        ("Role", Role),
        ("Kind", SubjectKind),
        ("Category", SubjectCategory),
        ("Purpose", Purpose),
        ("Intent", Intent),
        ("Handling", Handling),
        ("Flag", SovereignFlag),
        ("Protection", sorted(PROTECTIONS)),
    ],
)
def test_the_schema_knows_exactly_the_words_of_the_model(entity: str, words: list[str]) -> None:
    declared = re.search(rf"entity {entity} enum \[(.*?)\]", SCHEMA.read_text(), re.DOTALL)

    assert declared is not None
    assert sorted(re.findall(r'"(.*?)"', declared.group(1))) == sorted(map(str, words))


def test_the_schema_knows_exactly_the_acts_of_officers() -> None:
    assert set(re.findall(r'"do:(\w+)"', SCHEMA.read_text())) == set(OfficerAct)


def test_a_policy_knows_where_it_stands(policies: PolicySet) -> None:
    for policy in policies.policies:
        lines = (DEFAULTS / policy.file).read_text(encoding="utf-8").splitlines()
        assert lines[policy.line - 1] == f'@id("{policy.id}")'


def test_an_overlay_adds_a_permit(overlay: Path) -> None:
    (overlay / "90-national.cedar").write_text(PERMIT)

    assert PolicySet.load([overlay]).may({Role.AUDITOR}, OfficerAct.CHECK).policies == ("extra",)


def test_an_overlay_forbids_more(overlay: Path) -> None:
    (overlay / "90-national.cedar").write_text(FORBID)
    vessel = WorkedCase(
        case="A vessel", ask=CaseAsk(kind=SubjectKind.VESSEL), expect=Expected(ground=RefusalGround.OTHER_LAW)
    )

    assert vessel.differences(PolicySet.load([overlay])) == []


def test_an_overlay_puts_a_permit_in_place_of_a_default(overlay: Path) -> None:
    own = '@id("only-liaison-decides-batches")\n@replaces("do-batch")\n' + NOTES
    (overlay / "a.cedar").write_text(
        own + 'permit (principal == Role::"liaison", action == Action::"do:batch", resource);'
    )

    policies = PolicySet.load([overlay])

    assert policies.may({Role.LIAISON}, OfficerAct.BATCH).policies == ("only-liaison-decides-batches",)
    assert not policies.may({Role.INVESTIGATOR}, OfficerAct.BATCH).allowed
    assert "do-batch" not in {policy.id for policy in policies.policies}


def test_an_overlay_permit_does_not_overrule_a_protection(overlay: Path) -> None:
    everything = f'@id("everything")\n{NOTES}permit (principal, action == Action::"tell_hit", resource);'
    (overlay / "a.cedar").write_text(everything)
    policies = PolicySet.load([overlay])
    protected = [c for c in read_cases() if any(p.startswith("protect-") for p in c.expect.policies or ())]

    assert protected
    assert [case.case for case in protected if case.differences(policies)] == []


def test_later_overlays_come_on_top_of_earlier_ones(overlay: Path, tmp_path: Path) -> None:
    local = tmp_path / "local"
    local.mkdir()
    (overlay / "a.cedar").write_text(PERMIT)
    (local / "a.cedar").write_text(PERMIT.replace('"extra"', '"local"').replace("\n", '\n@replaces("extra")\n', 1))

    assert PolicySet.load([overlay, local]).may({Role.AUDITOR}, OfficerAct.CHECK).policies == ("local",)


def test_comments_strings_and_semicolons_do_not_confuse_where_a_policy_ends(overlay: Path) -> None:
    text = f"// first; second\n\n{PERMIT.replace('Sentence.', 'One; two // three.')}// the end; really\n"
    (overlay / "a.cedar").write_text(text)

    described = PolicySet.load([overlay]).describe("extra")

    assert described.explanation["en"] == "One; two // three."
    assert described.line == 3
    assert described.text.startswith("// first; second")


def test_the_digest_changes_with_any_policy_and_only_then(overlay: Path, policies: PolicySet) -> None:
    assert PolicySet.load().digest == policies.digest == PolicySet.load([overlay]).digest
    assert re.fullmatch(r"[0-9a-f]{64}", policies.digest)

    (overlay / "a.cedar").write_text(PERMIT)
    once = PolicySet.load([overlay]).digest
    (overlay / "a.cedar").write_text(PERMIT + "// a comment\n")

    assert len({policies.digest, once, PolicySet.load([overlay]).digest}) == 3


def test_a_policy_that_does_not_parse_is_named_with_its_line(overlay: Path) -> None:
    facts = fault(overlay, "\n\n" + PERMIT.replace("resource);", "resource) when { context. };"))

    assert (facts["file"], facts["policy"], facts["line"]) == ("90-national.cedar", "extra", 3)
    assert "unexpected token" in str(facts["problem"])


def test_a_misspelt_word_is_found_when_the_policies_are_loaded(overlay: Path) -> None:
    facts = fault(overlay, PERMIT + FORBID.replace('Kind::"vessel"', 'Kind::"vesel"'))

    assert (facts["policy"], facts["line"]) == ("no-vessels", 6)
    assert "vesel" in str(facts["problem"])


def test_a_misspelt_attribute_is_found_when_the_policies_are_loaded(overlay: Path) -> None:
    facts = fault(overlay, FORBID.replace(");\n", ') when { context.asker.county == "my" };\n'))

    assert facts["policy"] == "no-vessels"
    assert "county" in str(facts["problem"])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (PERMIT.replace('@explain_id("Kalimat.")\n', ""), "lacks @explain_id"),
        (PERMIT.replace('@id("extra")\n', ""), "lacks @id"),
        (PERMIT.replace("UU 1/2000", "  "), "lacks @cite"),
        (PERMIT.replace("@cite", '@citation("x")\n@cite'), "unknown annotations: @citation"),
        (PERMIT.replace('"extra"', '"Extra policy"'), "small letters"),
        (PERMIT.replace('"extra"', '"do-check"'), "taken by a policy in 60-own-acts.cedar"),
        (FORBID.replace('@ground("other_law")\n', ""), "without a known @ground"),
        (FORBID.replace("other_law", "bad_mood"), "without a known @ground: bad_mood"),
        (FORBID.replace("@ground", '@replaces("protect-child")\n@ground'), "a forbid replaces nothing"),
        (PERMIT.replace("@cite", '@replaces("protect-child")\n@cite'), "not a permit loaded before"),
        (PERMIT.replace("@cite", '@replaces("no-such")\n@cite'), "not a permit loaded before"),
        (PERMIT.replace('principal == Role::"auditor"', "principal == ?principal"), "a template"),
        (PERMIT + ";", "unexpected token"),
        (PERMIT.rstrip(";\n"), "unexpected end"),
    ],
)
def test_a_policy_that_does_not_explain_itself_is_not_loaded(overlay: Path, text: str, problem: str) -> None:
    assert problem in str(fault(overlay, text)["problem"])


def test_a_folder_that_is_not_there_stops_the_node(tmp_path: Path) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        PolicySet.load([tmp_path / "nowhere"])

    assert "no such folder" in str(refused.value.facts["problem"])


def test_a_file_in_another_encoding_is_refused(overlay: Path) -> None:
    (overlay / "a.cedar").write_bytes("// Keputusan é\n".encode("latin-1") + PERMIT.encode())

    with pytest.raises(InvalidPolicy) as refused:
        PolicySet.load([overlay])

    assert "cannot be read" in str(refused.value.facts["problem"])
