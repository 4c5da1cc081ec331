"""Partners witness the log of a real node; whoever changes it behind the node's back is found out."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from nodes.real_nodes import Federation, RealNode
from nodes.waiting import until

pytestmark = [pytest.mark.nodes, pytest.mark.timeout(300)]

OFTEN = {"checkpoint_every": 0.3, "witnesses": 2}
UNTRUSTED = 5
FIRST_ASKED = "SELECT min(position) FROM audit_entries WHERE kind = 'check.asked'"
AS_BYTES = "CAST(replace(CAST(content AS TEXT), 'LAT/1', 'LAT/2') AS BLOB)"


def verified(node: RealNode) -> Any:
    return node.lintas("audit", "verify")["verification"]


def refused(node: RealNode) -> tuple[int, Any]:
    """The exit status and the problem of a verification that fails."""
    command = [sys.executable, "-m", "lintas", "audit", "verify", "--node", str(node.folder), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, json.loads(done.stdout)["error"]


def told_the_operator(node: RealNode) -> str:
    return (node.folder / "node.log").read_text()


def all_is_witnessed(node: RealNode, witnesses: int) -> Any:
    """The verification, once that many partners have signed the newest entry."""
    signed = "SELECT count(*) FROM audit_cosignatures WHERE size = 1 + (SELECT max(position) FROM audit_entries)"
    until(lambda: behind_its_back(node, signed)[0][0] == witnesses)
    return verified(node)


def behind_its_back(node: RealNode, *statements: str) -> list[Any]:
    """Somebody who can write to the node's file changes it; what the last statement says."""
    with closing(sqlite3.connect(node.folder / "lintas.db", timeout=30)) as file, file:
        for statement in statements:
            rows = file.execute(statement).fetchall()
    return rows


def witness_refusals(node: RealNode) -> list[Any]:
    """What a partner's log says of logs it refused to sign."""
    entries = node.lintas("audit", "log", "--kind", "log.witness_refused")
    return [entry["event"]["facts"] for entry in entries]


def test_partners_sign_the_log_and_are_counted(federation: Federation) -> None:
    jakarta, _kl, _manila = federation.found("id", "my", "ph", **OFTEN)
    jakarta.check("Budi Santoso", "1970-01-31")

    found = all_is_witnessed(jakarta, witnesses=2)

    assert found["witnesses"] == ["my.latihan", "ph.latihan"]
    assert found["cosignatures"] >= 2
    assert found["checkpoints"] >= 1
    checkpoint = jakarta.lintas("audit", "checkpoint")["checkpoint"]
    assert checkpoint.startswith("id.latihan/log\n")
    assert {"my.latihan/witness", "ph.latihan/witness"} <= {word for word in checkpoint.split() if "/witness" in word}


def test_a_witness_that_was_away_signs_again_when_it_is_back(federation: Federation) -> None:
    jakarta, kl = federation.found("id", "my", **OFTEN)
    before = all_is_witnessed(jakarta, witnesses=1)
    kl.kill()
    jakarta.check("Budi Santoso", "1970-01-31")
    until(lambda: "my.latihan did not witness" in told_the_operator(jakarta))
    kl.start()

    found = all_is_witnessed(jakarta, witnesses=1)

    assert found["fixed"] == found["size"] > before["size"]
    assert found["cosignatures"] > before["cosignatures"]


def test_an_entry_changed_behind_the_nodes_back_is_found_with_its_place(federation: Federation) -> None:
    """Who asked, and why, cannot be made prettier afterwards."""
    jakarta, _kl = federation.found("id", "my", **OFTEN)
    jakarta.check("Budi Santoso", "1970-01-31")
    jakarta.check("Ani Wijaya", "1980-02-02")
    all_is_witnessed(jakarta, witnesses=1)
    ((first,),) = behind_its_back(jakarta, FIRST_ASKED)
    newest = behind_its_back(jakarta, "SELECT max(position) FROM audit_entries")[0][0]

    for index, content, reason in (
        (newest, "'{}'", "unreadable"),  # text where bytes belong
        (first, AS_BYTES, "changed"),
    ):
        behind_its_back(jakarta, f"UPDATE audit_entries SET content = {content} WHERE position = {index}")  # noqa: S608
        status, problem = refused(jakarta)

        assert status == UNTRUSTED
        assert problem["code"] == "untrusted.log-broken"
        assert (problem["facts"]["index"], problem["facts"]["reason"]) == (index, reason)
        assert "auditor" in problem["remedy"]


def test_a_node_does_not_sign_a_log_that_no_longer_fits_its_checkpoint(federation: Federation) -> None:
    """Whoever rewrote the entries left the checkpoints: the node itself sees it and says so."""
    jakarta, _kl = federation.found("id", "my", **OFTEN)
    jakarta.check("Budi Santoso", "1970-01-31")
    all_is_witnessed(jakarta, witnesses=1)
    jakarta.stop()
    newest = behind_its_back(jakarta, "SELECT max(size) FROM audit_checkpoints")[0][0]
    behind_its_back(jakarta, f"DELETE FROM audit_entries WHERE position >= {newest - 2}")  # noqa: S608

    jakarta.start()

    until(lambda: "log" in told_the_operator(jakarta) and "call the auditor" in told_the_operator(jakarta))
    assert behind_its_back(jakarta, "SELECT max(size) FROM audit_checkpoints")[0][0] == newest


def test_a_rewritten_log_is_verified_at_home_and_refused_by_its_witness(federation: Federation) -> None:
    """Entries, checkpoints and signatures are gone: the log looks whole to the node, but its witness remembers."""
    jakarta, kl = federation.found("id", "my", **OFTEN)
    jakarta.check("Budi Santoso", "1970-01-31")
    all_is_witnessed(jakarta, witnesses=1)
    jakarta.stop()
    behind_its_back(
        jakarta,
        "DELETE FROM audit_entries WHERE position >= (SELECT min(position) FROM audit_entries"
        " WHERE kind = 'check.asked')",
        "DELETE FROM audit_checkpoints",
        "DELETE FROM audit_cosignatures",
    )
    assert verified(jakarta)["size"] > 0

    jakarta.start()
    refusals = until(lambda: witness_refusals(kl))

    assert refusals[0]["node"] == "id.latihan"
    assert refusals[0]["seen"].startswith("id.latihan/log\n")
    assert refusals[0]["shown"].startswith("id.latihan/log\n")
    until(lambda: "my.latihan did not witness" in told_the_operator(jakarta))
    assert "an entry was changed, removed or put in" in told_the_operator(jakarta)
    assert verified(jakarta)["cosignatures"] == 0


def test_a_witness_restored_from_nothing_begins_again(federation: Federation, tmp_path: Path) -> None:
    """A partner that lost its database signs what it is shown: it has seen nothing that speaks against it."""
    jakarta, kl = federation.found("id", "my", **OFTEN)
    before = all_is_witnessed(jakarta, witnesses=1)
    kl.stop()
    (kl.folder / "lintas.db").rename(tmp_path / "lost.db")
    kl.start()
    jakarta.check("Budi Santoso", "1970-01-31")

    found = all_is_witnessed(jakarta, witnesses=1)

    assert found["cosignatures"] > before["cosignatures"]
    assert found["witnesses"] == ["my.latihan"]


def test_witnesses_go_on_signing_from_the_rotation_of_the_keys_to_their_publication_and_after(
    federation: Federation,
) -> None:
    """A node signs with its old key until the directory lists the new one: nobody could believe it before."""
    jakarta, _kl = federation.found("id", "my", **OFTEN)
    all_is_witnessed(jakarta, witnesses=1)
    jakarta.stop()
    before = told_the_operator(jakarta)
    jakarta.lintas("node", "rotate")
    jakarta.start()

    jakarta.check("Budi Santoso", "1970-01-31")
    between = all_is_witnessed(jakarta, witnesses=1)
    federation.change(add=("id",))
    changed = "SELECT count(*) FROM audit_entries WHERE kind = 'directory.changed'"
    until(lambda: behind_its_back(jakarta, changed)[0][0])
    jakarta.check("Ani Wijaya", "1980-02-02")
    after = all_is_witnessed(jakarta, witnesses=1)

    assert after["fixed"] > between["fixed"]
    assert "did not witness" not in told_the_operator(jakarta).removeprefix(before)
