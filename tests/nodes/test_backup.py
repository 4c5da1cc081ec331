"""A node is backed up while it answers, loses its data, and is put back: what is missing is noticed by its witness."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lintas.model import Role
from lintas.node import build
from lintas.people import Account
from lintas.settings import Settings
from nodes.real_nodes import Federation, RealNode
from nodes.waiting import until

pytestmark = [pytest.mark.nodes, pytest.mark.timeout(300)]


REASON = "Disk rusak; cadangan semalam dipulihkan (latihan)."


def knows(node: RealNode, file: Path, record_id: str, name: str, born: str) -> None:
    record = {
        "id": record_id,
        "schema": "Person",
        "properties": {"name": [name], "birthDate": [born]},
        "lintas": {"category": "wanted", "handling": "H1", "invented": True},
    }
    file.write_text(json.dumps(record) + "\n")
    assert node.lintas("records", "import", str(file), "--source", record_id)["new"] == 1


def hits(asker: RealNode, name: str, born: str) -> int:
    """How many possible matches Malaysia's node tells; -1 while it cannot."""
    (row,) = [row for row in asker.check(name, born)["outcomes"] if row["node"] == "my.latihan"]
    return len(row.get("matches", [])) if row.get("state") == "answered" else -1


def told_the_operator(node: RealNode) -> str:
    return (node.folder / "node.log").read_text()


def witnessed(node: RealNode) -> int:
    """How many entries of its log a partner has signed."""
    with closing(sqlite3.connect(node.folder / "lintas.db", timeout=30)) as file:
        return int(file.execute("SELECT coalesce(max(size), 0) FROM audit_cosignatures").fetchone()[0])


def begins_again(node: RealNode) -> Any:
    """Two people decide that the node's log begins again."""
    begin = ("audit", "begin-again", "--reason", REASON, "--officer", "sari")
    made = build(Settings.load(node.folder, {}))
    made.people.enrol(
        Account(
            username="dewi",
            name="Dewi",
            roles=frozenset({Role.DATA_PROTECTION}),
            unit="Latihan",
            password="latihan-sehari-hari",
        ),
        by="system",
    )
    made.close()
    approval = node.lintas(*begin)["approval"]
    node.lintas("approve", approval, "--officer", "dewi")
    return node.lintas(*begin, "--approval", approval)


def test_a_node_put_back_from_a_backup_finds_its_records_and_its_witness_notices_what_is_missing(
    federation: Federation, tmp_path: Path
) -> None:
    jakarta, kl = federation.found("id", "my", checkpoint_every=0.3, answer_within=10)
    knows(kl, tmp_path / "budi.json", "latihan-1", "Budi Santoso", "1970-01-31")
    until(lambda: hits(jakarta, "Budi Santoso", "1970-01-31") == 1)

    backup = tmp_path / "cadangan"
    assert kl.lintas("node", "backup", str(backup))["bytes"] == backup.stat().st_size
    knows(kl, tmp_path / "ani.json", "latihan-2", "Ani Wijaya", "1980-02-02")
    assert kl.lintas("records", "count") == {"Person": 2}
    lost = kl.lintas("audit", "verify")["verification"]["size"]
    until(lambda: witnessed(kl) >= lost)
    kl.kill()
    for file in kl.folder.glob("lintas.db*"):
        file.unlink()

    restored = kl.lintas("node", "restore", str(backup))
    whole = kl.lintas("audit", "verify")["verification"]
    kl.start()
    until(lambda: "id.latihan did not witness" in told_the_operator(kl))

    again = begins_again(kl)
    until(lambda: witnessed(kl) > again["begun_again"])
    (told,) = jakarta.lintas("audit", "log", "--kind", "log.partner_began_again")

    assert whole["size"] == restored["audit_entries"] < lost
    assert again["seen"]["id.latihan"] >= lost
    assert told["event"]["facts"]["reason"] == REASON
    assert told["event"]["facts"]["shown"].startswith("my.latihan/log/2\n")
    assert told["event"]["facts"]["seen"].startswith("my.latihan/log\n")
    assert "an entry was changed, removed or put in" in told_the_operator(kl)
    assert "call the auditor" in told_the_operator(kl)
    assert hits(jakarta, "Budi Santoso", "1970-01-31") == 1
    assert kl.lintas("records", "count") == {"Person": 1}


def test_what_is_no_backup_changes_nothing(federation: Federation, tmp_path: Path) -> None:
    (jakarta,) = federation.found("id")
    jakarta.stop()
    before = (jakarta.folder / "lintas.db").read_bytes()
    (tmp_path / "cadangan").write_text("bukan cadangan\n" * 200)

    refused = jakarta.lintas("node", "restore", str(tmp_path / "cadangan"), ok=False)

    assert refused["error"]["code"].startswith("unavailable")
    assert (jakarta.folder / "lintas.db").read_bytes() == before
