"""Every command of the how-to pages is typed as it stands there, on real nodes, and does what the page says."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lintas.cli import command
from lintas.model import Role
from lintas.node import build, init
from lintas.people import Account
from lintas.settings import Settings
from nodes.real_nodes import Federation

PAGES = Path(__file__).resolve().parents[2] / "docs" / "en"
PASSWORD = "kata-sandi-latihan"
PERSON = {
    "id": "latihan-1",
    "schema": "Person",
    "properties": {"name": ["Budi Santoso"], "birthDate": ["1985-03-12"]},
    "lintas": {"category": "suspect", "handling": "H1", "invented": True},
}


@dataclass
class Reader:
    """Somebody who types what a page shows, with their own references in place of those in capitals."""

    node: Path
    words: dict[str, str] = field(default_factory=dict)

    def types(self, line: str) -> Any:
        told = [self.words.get(word, word.replace("/srv/lintas", str(self.node))) for word in shlex.split(line)]
        done = CliRunner().invoke(command, [*told[1:], "--json"], input=f"{PASSWORD}\n{PASSWORD}\n")
        assert done.exit_code == 0, f"{line}\n{done.output}"
        said = json.loads(re.sub(r"^(Password|Repeat for confirmation): *\n", "", done.stdout, flags=re.MULTILINE))
        if isinstance(said, dict):
            named = {"APPROVAL": said.get("approval"), "BATCH": said.get("batch")}
            self.words |= {word: value for word, value in named.items() if isinstance(value, str)}
        return said

    def follows(self, page: str, *, only: str = "") -> list[Any]:
        """Type the commands of a page (those that contain `only`), in order."""
        blocks = re.findall(r"^```sh\n(.*?)^```", (PAGES / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
        lines = [line for block in blocks for line in block.splitlines() if line.startswith("lintas ")]
        assert any(only in line for line in lines)
        return [self.types(line) for line in lines if only in line]


def _staff(folder: Path, **roles: Role) -> None:
    node = build(Settings.load(folder, {}))
    for username, role in roles.items():
        node.people.enrol(
            Account(username=username, name=username, roles=frozenset({role}), unit="", password=PASSWORD), by="system"
        )
    node.close()


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """At the desk of a node of their own, not running."""
    folder = tmp_path / "id.contoh"
    init(folder, {"node": "id.contoh", "country": "id", "exercise": True})
    monkeypatch.chdir(folder)
    return Reader(folder)


@pytest.fixture
def federation(tmp_path: Path) -> Iterator[Federation]:
    made = Federation(tmp_path)
    with contextlib.ExitStack() as stack:
        stack.callback(lambda: [node.stop() for node in made.nodes.values()])
        yield made


def _import_one(reader: Reader) -> None:
    (reader.node / "entities.ftm.json").write_text(json.dumps(PERSON), "utf-8")
    reader.follows("how-to/import-records.md", only="entities.ftm.json")


def test_officers_are_enrolled_and_get_a_token(reader: Reader) -> None:
    enrolled, listed, token = reader.follows("how-to/enrol-officers.md")

    assert enrolled["officer"]["username"] == "sari"
    assert [officer["username"] for officer in listed] == ["sari"]
    assert token["days"] == 90


def test_records_come_in_twice_and_change_nothing(reader: Reader) -> None:
    _import_one(reader)

    (again,) = reader.follows("how-to/import-records.md", only="entities.ftm.json")

    assert (again["new"], again["same"], again["rejected"]) == (0, 1, 0)


def test_the_mapping_of_the_reference_reads_a_table(reader: Reader) -> None:
    shown = re.search(
        r"^```yaml\n(.*?)^```", (PAGES / "reference/mapping.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert shown
    (reader.node / "buronan.yml").write_text(shown[1], "utf-8")
    table = "nomor,nama,tgl_lahir,negara,telepon,status\n7,Slamet,1971-08-17,id,+62812345678,DPO\n8,Dewi,-,id,,\n"
    (reader.node / "buronan.csv").write_text(table, "utf-8")

    (told,) = reader.follows("how-to/import-records.md", only="buronan.csv")

    assert (told["rows"], told["new"], told["rejected"]) == (2, 3, 0)
    assert reader.types("lintas records count --node /srv/lintas") == {"Person": 2, "PhoneLine": 1}


def test_a_record_is_kept_longer_erased_and_brought_back_by_two_people_each_time(reader: Reader) -> None:
    _import_one(reader)
    _staff(reader.node, wulan=Role.LIAISON, sinta=Role.DATA_PROTECTION, dewi=Role.DATA_PROTECTION)
    reader.words["RECORD"] = "latihan-1"
    shown = PAGES / "how-to/erase.md"
    lines = [line for line in shown.read_text("utf-8").splitlines() if line.startswith("lintas ")]
    named = [line.replace("plan overdue.json", "plan overdue.json --record latihan-1") for line in lines]

    told = [reader.types(line) for line in named]

    assert told[3]["review_due"]
    assert told[6] == {"quarantined": ["latihan-1"]}
    assert told[7] == {"restored": 1}


def test_a_policy_is_tried_listed_and_explained(reader: Reader) -> None:
    tried, listed, explained = reader.follows("how-to/write-a-policy.md")

    assert tried["policies"] == len(listed)
    assert explained["id"] == "protect-witness"


def test_a_backup_brings_back_what_was_there(reader: Reader, tmp_path: Path) -> None:
    _import_one(reader)
    backup = str(tmp_path / "backup.db")
    reader.words["/srv/backup/lintas-2026-11-22.db"] = backup

    written, restored = reader.follows("how-to/run-a-node.md", only="/srv/backup")

    assert written["backup"] == restored["restored"] == backup
    assert reader.types("lintas records count --node /srv/lintas") == {"Person": 1}


def test_the_directory_is_begun_changed_renewed_and_joined(reader: Reader, tmp_path: Path) -> None:
    reader.words |= {
        "/srv/directory": str(tmp_path / "directory"),
        "1.root.json": str(tmp_path / "directory/1.root.json"),
    }

    told = reader.follows("how-to/keep-the-directory.md")

    published = [said for said in told if isinstance(said, dict) and "members" in said and "version" in said]
    assert [len(said["members"]) for said in published][-1] == 1
    assert any(said == {"rotated": str(reader.node)} for said in told)


@pytest.mark.nodes
@pytest.mark.timeout(240)
def test_a_hit_is_confirmed_a_file_is_checked_and_both_logs_agree(
    federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    jakarta, kl = federation.found("id", "my")
    asks, decides = Reader(jakarta.folder), Reader(kl.folder)
    _staff(jakarta.folder, budi=Role.INVESTIGATOR, auditor=Role.AUDITOR)
    _staff(kl.folder, wulan=Role.LIAISON)
    monkeypatch.chdir(kl.folder)
    _import_one(decides)
    time.sleep(1)  # the running node puts it into its index
    monkeypatch.chdir(jakarta.folder)
    report = asks.types(
        'lintas check "Budi Santoso" -p birthDate=1985-03-12 --purpose investigate --legal-basis Latihan --case LAT/1'
        " --category suspect --intent identify --officer sari --within 20"
    )
    (match,) = next(row["matches"] for row in report["outcomes"] if row["node"] == "my.latihan")
    asks.words |= {"CHECK": report["id"], "HIT": match["hit"]}

    (asked,) = asks.follows("how-to/confirm-a-hit.md", only="confirm ask")
    asks.words["CONFIRMATION"] = decides.words["CONFIRMATION"] = asked["id"]
    monkeypatch.chdir(kl.folder)
    waiting = decides.follows("how-to/answer-a-confirmation.md", only="--incoming")
    decided = decides.follows("how-to/answer-a-confirmation.md", only="--give")
    monkeypatch.chdir(jakarta.folder)
    (given,) = asks.follows("how-to/confirm-a-hit.md", only="confirm show")

    assert [c["id"] for c in waiting[0]] == [asked["id"]]
    assert decided[0]["decision"]["data"]["birth_date"] == ["1985-03-12"]
    assert given["decision"]["data"] == decided[0]["decision"]["data"]

    example = re.search(
        r"^```text\n(.*?)^```", (PAGES / "how-to/check-a-file.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert example
    (jakarta.folder / "passengers.csv").write_text(example[1], "utf-8")
    planned, _, asked_rows = asks.follows("how-to/check-a-file.md")

    assert len(asked_rows) == planned["rows"]
    assert planned["not_asked"] == []

    verified = asks.follows("oversight/verify-the-log.md", only="audit")
    assert verified[0]["verification"]["size"] > 0
