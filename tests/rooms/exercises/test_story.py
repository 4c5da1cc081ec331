"""The three checks of the demo come out as their file says, judged by the real policies and the real matcher."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from lintas.exercises.federation import officers, places
from lintas.exercises.story import Scene, story
from lintas.exercises.world import World
from lintas.exercises.world.network import PREFIX
from lintas.matching import compare_many
from lintas.model import Asker, DisclosureLevel, OutcomeState, Subject
from lintas.model.kinds import KINDS
from lintas.policy import AgencyContext, Ask, Decision, PolicySet, askable, justified
from lintas.settings import Settings

PLACES = {place.node: place for place in places()}
SCENES = {scene.id: scene for scene in story()}
ANSWERS = [(scene, node) for scene in story() for node in scene.expect]
by_scene = pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
by_answer = pytest.mark.parametrize(("scene", "node"), ANSWERS, ids=lambda part: getattr(part, "id", part))


def ask_of(scene: Scene) -> Ask:
    (officer,) = (o for o in officers(scene.asks) if o.username == scene.officer)
    return Ask(
        asker=Asker(node=scene.asks, country=PLACES[scene.asks].country, officer="someone", role=officer.roles[0]),
        justification=justified(scene.question["justification"]),
        kind=subject_of(scene).kind,
        at=datetime(2026, 1, 1, tzinfo=UTC),
        exercise=True,
    )


def subject_of(scene: Scene) -> Subject:
    return msgspec.convert(scene.question["subject"], Subject)


def law_of(node: str) -> tuple[PolicySet, AgencyContext]:
    place = PLACES[node]
    return PolicySet.load([place.folder]), AgencyContext(node=node, country=place.country, exercise=True)


def decision_of(scene: Scene, node: str) -> Decision:
    policies, us = law_of(node)
    return policies.authorize(ask_of(scene), us=us)


def told_by(scene: Scene, node: str, world: World, threshold: float) -> list[str]:
    """Whom the matches that a partner tells are really about."""
    policies, us = law_of(node)
    subject, ask = subject_of(scene), ask_of(scene)
    records = [record for record in world.records(node) if record.schema in KINDS[subject.kind].schemata]
    compared = zip(records, compare_many(subject, records), strict=True)
    matches = [record for record, comparison in compared if comparison.probability >= threshold]
    told = [record for record in matches if policies.level(record, ask, us=us)[0] is not DisclosureLevel.SILENT]
    return [world.truth[node, record.id] for record in told]


@by_scene
def test_a_scene_has_a_title_in_both_languages(scene: Scene) -> None:
    assert scene.title.keys() == {"id", "en"}


@by_scene
def test_every_partner_is_expected_exactly_once(scene: Scene) -> None:
    assert scene.expect.keys() == PLACES.keys() - {scene.asks}


@by_scene
def test_the_question_may_be_asked_at_home(scene: Scene) -> None:
    askable(subject_of(scene))

    assert decision_of(scene, scene.asks).allowed


@by_answer
def test_a_partner_declines_or_answers_as_its_law_says(scene: Scene, node: str) -> None:
    expected = scene.expect[node]

    decision = decision_of(scene, node)

    assert decision.allowed == (expected.state is not OutcomeState.DECLINED)
    assert decision.ground == expected.ground


@pytest.mark.parametrize(
    ("scene", "node"),
    [(scene, node) for scene, node in ANSWERS if scene.expect[node].state is not OutcomeState.DECLINED],
    ids=lambda part: getattr(part, "id", part),
)
def test_a_partner_tells_of_the_network_and_of_nobody_else(scene: Scene, node: str, world: World) -> None:
    expected = scene.expect[node]
    threshold = Settings(folder=Path()).threshold

    told = told_by(scene, node, world, threshold)

    assert told == ([PREFIX + expected.entity] if expected.entity else [])


def test_one_check_is_answered_by_four_partners_with_a_match() -> None:
    matches = [expected.entity for expected in SCENES["organiser"].expect.values()]

    assert matches == ["organiser"] * 4


def test_one_check_meets_a_refusal_with_a_ground() -> None:
    declined = [e for e in SCENES["vetting"].expect.values() if e.state is OutcomeState.DECLINED]

    assert [expected.ground for expected in declined] == ["other_law"]


def test_one_check_has_a_late_partner() -> None:
    scene = SCENES["boat"]

    assert [node for node, expected in scene.expect.items() if expected.state is OutcomeState.LATE] == [scene.late]
