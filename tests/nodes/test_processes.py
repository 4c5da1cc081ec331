"""Three real processes with mutual TLS: asked, killed in the middle, frozen, removed, and nothing lost."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from nodes.real_nodes import Federation, RealNode, states

pytestmark = pytest.mark.nodes

BUDI = {
    "id": "latihan-1",
    "schema": "Person",
    "properties": {"name": ["Budi Santoso"], "birthDate": ["1970-01-31"]},
    "lintas": {"category": "wanted", "handling": "H1", "invented": True},
}


def knows(node: RealNode, folder: Path) -> None:
    file = folder / f"{node.name}.ftm.json"
    file.write_text(json.dumps(BUDI) + "\n")
    imported = node.lintas("records", "import", str(file), "--source", "DATA LATIHAN")
    assert imported["new"] == 1


def until(found: Any, seconds: float = 15) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := found()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return value


def test_a_check_between_processes_finds_what_a_partner_imported_while_running(
    federation: Federation, tmp_path: Path
) -> None:
    jakarta, kl, _manila = federation.found("id", "my", "ph")
    knows(kl, tmp_path)
    time.sleep(1)

    report = jakarta.check("Budi Santoso", "1970-01-31")

    assert states(report) == dict.fromkeys(("id.latihan", "my.latihan", "ph.latihan"), "answered")
    hits = {row["node"]: len(row.get("matches", [])) for row in report["outcomes"]}
    assert hits == {"id.latihan": 0, "my.latihan": 1, "ph.latihan": 0}
    verified = jakarta.lintas("audit", "verify", "--check", report["id"])
    assert {s["partner"]: (s["missing"], s["unknown"]) for s in verified["reconciliation"]} == {
        "my.latihan": ([], []),
        "ph.latihan": ([], []),
    }


def test_a_killed_partner_is_unreachable_and_answers_when_it_is_back(federation: Federation, tmp_path: Path) -> None:
    jakarta, kl, manila = federation.found("id", "my", "ph")
    knows(kl, tmp_path)
    kl.kill()

    report = jakarta.check("Budi Santoso", "1970-01-31")
    kl.start()

    assert states(report) == {"id.latihan": "answered", "my.latihan": "unreachable", "ph.latihan": "answered"}
    late = until(
        lambda: [e for e in jakarta.lintas("audit", "log", "--check", report["id"]) if e["kind"] == "check.late_answer"]
    )
    assert late[0]["event"]["facts"]["node"] == "my.latihan"
    assert len(late[0]["event"]["facts"]["shown"]) == 1
    assert manila.process is not None
    assert manila.process.poll() is None


def test_a_frozen_partner_is_late_and_delays_nobody(federation: Federation) -> None:
    jakarta, kl, _ = federation.found("id", "my", "ph", answer_within=1)
    kl.freeze()

    report = jakarta.check("Budi Santoso", "1970-01-31")
    kl.thaw()

    assert states(report)["my.latihan"] == "late"
    assert states(report)["ph.latihan"] == "answered"


def test_a_removed_partner_is_out_at_once(federation: Federation) -> None:
    jakarta, kl, manila = federation.found("id", "my", "ph")
    assert states(jakarta.check("Budi Santoso", "1970-01-31"))["ph.latihan"] == "answered"

    federation.change(remove=("ph",))
    time.sleep(1.5)

    assert "ph.latihan" not in states(jakarta.check("Budi Santoso", "1970-01-31"))
    assert states(kl.check("Budi Santoso", "1970-01-31"))["id.latihan"] == "answered"
    left = manila.check("Budi Santoso", "1970-01-31")
    assert {state for node, state in states(left).items() if node != "ph.latihan"} <= {"unreachable"}


def test_a_hit_is_confirmed_by_a_person_even_when_the_owner_was_killed_in_between(
    federation: Federation, tmp_path: Path
) -> None:
    jakarta, kl, _ = federation.found("id", "my", "ph")
    knows(kl, tmp_path)
    time.sleep(1)
    report = jakarta.check("Budi Santoso", "1970-01-31")
    hit = next(row["matches"][0]["hit"] for row in report["outcomes"] if row["node"] == "my.latihan")
    kl.kill()

    asked = jakarta.lintas("confirm", "ask", report["id"], hit, "--reason", "Tersangka utama, dicegat di pelabuhan.")
    kl.start()
    waiting = until(lambda: kl.lintas("confirm", "list", "--incoming"))
    kl.lintas("confirm", "decide", asked["id"], "--give", "family_names", "--give", "birth_date")
    given = until(lambda: jakarta.lintas("confirm", "show", asked["id"])["decision"])

    assert asked["state"] == "sending"
    assert [w["id"] for w in waiting] == [asked["id"]]
    assert given["data"]["birth_date"] == ["1970-01-31"]
    assert given["marking"]["handling"] == "H1"


def test_a_port_in_use_is_told_in_a_sentence(federation: Federation) -> None:
    (jakarta,) = federation.found("id")

    refused = jakarta.run_in_vain()

    assert "already listening" in refused
    assert "Traceback" not in refused


def test_a_node_changes_its_keys_and_is_believed_before_and_after(federation: Federation, tmp_path: Path) -> None:
    jakarta, kl = federation.found("id", "my")
    jakarta.lintas("node", "rotate")
    jakarta.stop()
    jakarta.start()

    unlisted = states(jakarta.check("Budi Santoso", "1970-01-31"))
    federation.change(add=("id",))
    listed = until(lambda: states(kl.check("Budi Santoso", "1970-01-31"))["id.latihan"] == "answered")

    assert unlisted["my.latihan"] == "answered"
    assert listed
    assert states(jakarta.check("Budi Santoso", "1970-01-31"))["my.latihan"] == "answered"
    assert jakarta.lintas("audit", "verify")["verification"]["size"] > 0
