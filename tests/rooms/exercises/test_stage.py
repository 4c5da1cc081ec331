"""The stage of the demo: used again while the program is the same, made anew when it is another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lintas.exercises import stage
from lintas.exercises.federation import places

PORT = 7400


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    """A stage as this program would have left it, empty but for what says so."""
    root = tmp_path / "stage"
    root.mkdir()
    says = {"port": PORT, "made_by": stage.made_by(), "imported": {"id.latihan": {"Person": 7}}}
    (root / stage.READY).write_text(json.dumps(says))
    return root


class MadeAnewError(Exception):
    """The stage tells that it begins to make nodes."""


def told(_step: str) -> None:
    raise MadeAnewError


def test_a_stage_that_this_program_made_is_used_again(ready: Path) -> None:
    found = stage.set_stage(ready, port=PORT, say=told)

    assert found.imported == {"id.latihan": {"Person": 7}}
    assert [actor.node for actor in found.actors] == [place.node for place in places()]


@pytest.mark.parametrize("change", [{"made_by": "another program"}, {"made_by": None}, {"port": PORT + 1}])
def test_a_stage_of_another_program_or_port_is_made_anew(ready: Path, change: dict[str, object]) -> None:
    says = json.loads((ready / stage.READY).read_text()) | change
    (ready / stage.READY).write_text(json.dumps(says))
    (ready / "left over").touch()

    with pytest.raises(MadeAnewError):
        stage.set_stage(ready, port=PORT, say=told)

    assert list(ready.iterdir()) == []


def test_what_made_a_stage_is_told_by_its_sources_and_not_by_what_python_leaves_beside_them() -> None:
    room = Path(stage.__file__).parent

    before = stage.made_by()
    (room / "__pycache__").mkdir(exist_ok=True)

    assert stage.made_by() == before
    assert len(before) == 64
