"""The demo, played to the end as a program of its own, and judged by what the story says must come of it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from lintas.checks.tables import hit
from lintas.exercises import Scene, story
from lintas.exercises.stage import PEOPLE, SEED
from lintas.exercises.world import World
from lintas.storage import Database

NODES = ("id", "my", "ph", "th", "vn")


def free_ports() -> int:
    """A number above which the ports the demo takes are free: five for partners, five a thousand higher."""
    for base in range(20_000 + os.getpid() % 1000 * 10, 32_000, 10):
        with suppress(OSError):
            for port in (base + n + thousand for n in range(1, 6) for thousand in (0, 1000)):
                with socket.socket() as tried:
                    tried.bind(("127.0.0.1", port))
            return base
    pytest.fail("no ten free ports")


def still_running(folder: Path) -> list[str]:
    """Programs of this machine that were started on the folder."""
    lines = [p.read_bytes().replace(b"\0", b" ").decode() for p in commands_of_processes()]
    return [line for line in lines if str(folder) in line]


def commands_of_processes() -> Iterator[Path]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            path.read_bytes()
            yield path


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], list[str]]:
    folder = tmp_path_factory.mktemp("demo") / "stage"
    command = [sys.executable, "-m", "lintas", "demo", "--once", "--json", "--folder", str(folder)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LINTAS_")}
    process = subprocess.Popen(
        [*command, "--port", str(free_ports())],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    try:
        said, complaints = process.communicate(timeout=280)
    except BaseException:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        raise
    left = still_running(folder)
    assert process.returncode == 0, said + complaints
    return folder, {told["check"]: told for told in json.loads(said)}, left


def rows(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["node"]: row for row in report["outcomes"]}


def hits_of(folder: Path, node: str) -> dict[str, str]:
    """For each hit a node told: the entity of the invented world its record is about."""
    world = truth()
    db = Database.open(f"sqlite:///{folder / node / 'lintas.db'}")
    try:
        with db.read() as tx:
            return {row.id: world.get((node, row.record_id), "") for row in tx.execute(select(hit))}
    finally:
        db.close()


def truth() -> dict[tuple[str, str], str]:
    if not _truth:
        _truth.update(World.generate(SEED, PEOPLE).truth)
    return _truth


_truth: dict[tuple[str, str], str] = {}


@pytest.mark.nodes
@pytest.mark.timeout(300)
class TestDemo:
    """One run, several questions to it."""

    def test_it_ends_by_itself_and_leaves_nothing_running(self, played) -> None:
        _, told, left = played

        assert list(told) == [scene.id for scene in story()]
        assert left == []

    @pytest.mark.parametrize("scene", story(), ids=lambda scene: scene.id)
    def test_every_partner_stands_as_the_story_says(self, played, scene: Scene) -> None:
        _, told, _ = played

        partners = {node: row for node, row in rows(told[scene.id]["report"]).items() if node != scene.asks}

        assert {node: row["state"] for node, row in partners.items()} == {
            node: expected.state for node, expected in scene.expect.items()
        }
        assert {node: row.get("ground") for node, row in partners.items()} == {
            node: expected.ground for node, expected in scene.expect.items()
        }

    @pytest.mark.parametrize("scene", story(), ids=lambda scene: scene.id)
    def test_the_best_match_is_the_one_the_story_is_about(self, played, scene: Scene) -> None:
        folder, told, _ = played
        shown = rows(told[scene.id]["afterwards"] or told[scene.id]["report"])

        for node, expected in scene.expect.items():
            matches = shown[node].get("matches", [])
            about = [hits_of(folder, node)[match["hit"]] for match in matches[:1]]
            assert about == ([f"network:{expected.entity}"] if expected.entity else []), node

    def test_who_was_late_has_answered_afterwards(self, played) -> None:
        _, told, _ = played
        (scene,) = [scene for scene in story() if scene.late]

        before, after = (rows(told[scene.id][when])[scene.late] for when in ("report", "afterwards"))

        assert (before["state"], before["arrived_late"]) == ("late", False)
        assert (after["state"], after["arrived_late"]) == ("answered", True)

    def test_a_refusal_names_its_law_in_both_languages(self, played) -> None:
        _, told, _ = played
        declined = rows(told["vetting"]["report"])["vn.latihan"]

        assert declined["policies"] == ["vn-latihan-no-security-checks-for-others"]
        assert {"id", "en"} <= declined["explanation"].keys()
