"""`lintas match link` and `dedupe`: whole files at the command line."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lintas.cli.match_bulk import dedupe, link
from rooms.linkage.registers import register


def test_a_file_is_deduplicated_and_the_steps_are_told(tmp_path: Path) -> None:
    path = register(600).lines(tmp_path / "a.ftm")
    done = CliRunner().invoke(dedupe, [str(path), "--out", str(tmp_path / "out")])

    assert done.exit_code == 0, done.output
    for step in ("rows read", "pairs to compare", "pairs compared", "putting into clusters"):
        assert step in done.stderr
    assert "likely the same, in" in done.stdout


def test_two_files_are_linked_and_json_holds_the_figures(tmp_path: Path) -> None:
    made = register(800)
    files = [str(made.lines(tmp_path / f"{at}.ftm", slice(at, None, 2))) for at in range(2)]
    done = CliRunner().invoke(link, [*files, "--out", str(tmp_path / "out"), "--least", ".5", "--json"])

    figures = json.loads(done.stdout)
    assert figures["rows"] == len(made.rows)
    with (tmp_path / "out/pairs.csv").open() as file:
        pairs = [*csv.DictReader(file)]
    assert len(pairs) == figures["pairs"] == figures["likely_pairs"] > 0
    assert all(float(pair["probability"]) >= 0.5 for pair in pairs)


def wrong(*words: str) -> Result:
    return CliRunner().invoke(dedupe, [*words])


@pytest.mark.parametrize("least", ["-1", "2", "much"])
def test_a_probability_that_cannot_be_is_refused(tmp_path: Path, least: str) -> None:
    path = register(5).lines(tmp_path / "a.ftm")

    assert wrong(str(path), "--out", str(tmp_path / "out"), "--least", least).exit_code == 2


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "nowhere.ftm" in wrong(str(tmp_path / "nowhere.ftm"), "--out", str(tmp_path)).output


def test_a_process_killed_in_the_middle_goes_on_and_ends_with_the_same_bytes(tmp_path: Path) -> None:
    path = register(4_000).lines(tmp_path / "a.ftm")
    words = [sys.executable, "-m", "lintas", "match", "dedupe", str(path), "--out"]
    subprocess.run([*words, str(tmp_path / "whole"), "--json"], check=True, capture_output=True)

    killed = subprocess.Popen([*words, str(tmp_path / "out")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not [*(tmp_path / "out").glob(".work/*/candidates.npz")] and killed.poll() is None:
        time.sleep(0.005)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    assert not (tmp_path / "out/pairs.csv").exists()

    again = subprocess.run([*words, str(tmp_path / "out"), "--json"], check=True, capture_output=True)
    assert json.loads(again.stdout)["resumed"]
    for result in ("pairs.csv", "clusters.csv", "conflicts.csv", "model.json"):
        assert (tmp_path / "out" / result).read_bytes() == (tmp_path / "whole" / result).read_bytes()
