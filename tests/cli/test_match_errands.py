"""A key for a program that cannot say why it asks, issued on the command line."""

from __future__ import annotations

from cli.conftest import REASON, Terminal


def test_a_key_is_shown_once_with_its_reason_and_stands_in_the_log(terminal: Terminal) -> None:
    said = terminal.lintas("officer", "errand", "OpenRefine", *REASON, "--days", "3").json

    assert said["key"].startswith("lintas_errand_")
    assert (said["days"], said["reason"]["case_reference"]) == (3, "LAT/2026/001")
    (issued,) = terminal.lintas("audit", "log", "--kind", "token.issued").json
    assert (issued["event"]["case"], issued["event"]["facts"]["for"]) == ("LAT/2026/001", "matching")
    assert said["key"] not in str(issued)


def test_without_a_reason_there_is_no_key(terminal: Terminal) -> None:
    said = terminal.lintas("officer", "errand", "OpenRefine", "--purpose", "investigate", status=2)

    assert said.error["code"] == "invalid.unjustified"
    assert "case_reference" in said.error["facts"]["missing"]
