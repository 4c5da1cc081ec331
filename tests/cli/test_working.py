"""An agency's day on the command line: records, checks, approvals, the log, officers, settings."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from cli.conftest import PERSON, REASON, Terminal

MAPPING = """
orang:
  queries:
    - csv_url: orang.csv
      entities:
        person:
          schema: Person
          keys: [nomor]
          properties:
            name: {column: nama}
            birthDate: {column: lahir}
"""
TABLE = """
orang:
  queries:
    - database: "%s"
      table: orang
      entities:
        person:
          schema: Person
          keys: [nomor]
          properties:
            name: {column: nama}
"""


def test_a_node_is_made_once_and_its_first_password_shown_once(nowhere: Terminal) -> None:
    made = nowhere.run("node", "init", str(nowhere.folder), "--set", "contact=Piket 24 jam").json
    again = nowhere.run("node", "init", str(nowhere.folder), status=2)

    assert (made["node"], made["officer"]) == ("id.latihan", "petugas")
    assert len(made["password"]) >= 12
    assert again.error["facts"]["problem"] == "the folder is not empty"
    assert [o["username"] for o in nowhere.lintas("officer", "list").json] == ["petugas"]
    assert {(p.stat().st_mode & 0o777) for p in nowhere.folder.glob("keys/*.pem")} == {0o600}


def test_settings_are_shown_with_their_origin_and_without_secrets(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINTAS_DATABASE", "postgresql+psycopg://lintas:rahasia@db/lintas")
    monkeypatch.setenv("LINTAS_ANSWER_WITHIN", "0.5")

    said = terminal.lintas("settings")

    rows = {row["setting"]: row for row in said.json}
    assert (rows["exercise"]["value"], rows["exercise"]["from"]) == ("True", "lintas.toml")
    assert (rows["answer_within"]["value"], rows["answer_within"]["from"]) == (0.5, "LINTAS_ANSWER_WITHIN")
    assert rows["language"]["from"] == "default"
    assert "rahasia" not in said.out


def test_lines_are_imported_once_and_the_second_time_changes_nothing(terminal: Terminal) -> None:
    file = terminal.file("persons.ftm.json", json.dumps(PERSON) + "\n")

    first = terminal.lintas("records", "import", file).json
    second = terminal.lintas("records", "import", file).json

    assert (first["new"], first["rejected"]) == (1, 0)
    assert (second["new"], second["changed"]) == (0, 0)
    assert terminal.lintas("records", "count").json == {"Person": 1}


def test_a_table_of_text_is_imported_through_a_mapping(terminal: Terminal) -> None:
    file = terminal.file("orang.csv", "nomor,nama,lahir\n1,Budi Santoso,1970-01-31\n2,Sukarno,1901-06-06\n")
    mapping = terminal.file("mapping.yml", MAPPING)

    said = terminal.lintas("records", "import", file, "--mapping", mapping, "--category", "wanted", "--grading", "B2")

    assert (said.json["rows"], said.json["new"], said.json["rejected"]) == (2, 2, 0)


def test_a_table_of_an_existing_database_is_imported(terminal: Terminal, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "lama.db") as db:
        db.execute("CREATE TABLE orang (nomor INTEGER PRIMARY KEY, nama TEXT)")
        db.executemany("INSERT INTO orang VALUES (?, ?)", [(1, "Budi Santoso"), (2, "Sukarno")])
    db.close()
    url = f"sqlite:///{tmp_path / 'lama.db'}"
    mapping = terminal.file("table.yml", TABLE % url)

    said = terminal.lintas("records", "import", "--mapping", mapping, "--database", url, "--source", "DATA LATIHAN")

    assert (said.json["new"], said.json["rejected"]) == (2, 0)


def test_a_record_is_shown_for_a_reason_and_the_reading_is_logged(terminal: Terminal) -> None:
    terminal.knows()

    shown = terminal.lintas("records", "show", record_of(terminal), "--reason", "Perkara LAT/2026/001").json
    log = terminal.lintas("audit", "log", "--kind", "record.read").json

    assert {s["value"] for s in shown["record"]["statements"]} >= {"Budi Santoso", "1970-01-31"}
    assert [e["event"]["facts"]["reason"] for e in log] == ["Perkara LAT/2026/001"]
    assert terminal.lintas("records", "show", "nobody", "--reason", "x", status=4).error["code"] == "not-found"


def record_of(terminal: Terminal) -> str:
    found = check(terminal)
    return str(found["outcomes"][0]["records"][0]["record"])


def check(terminal: Terminal) -> dict[str, object] | object:
    return terminal.lintas("check", "Budi Santoso", "-p", "birthDate=1970-01-31", *REASON).json


def test_a_person_is_asked_for_and_found(terminal: Terminal) -> None:
    terminal.knows()

    report = terminal.lintas("check", "Budi Santoso", "-p", "birthDate=1970", *REASON)
    spoken = terminal.lintas("check", "Budi Santoso", "-p", "birthDate=1970", *REASON, json=False)

    outcome = report.json["outcomes"][0]
    assert (outcome["state"], len(outcome["records"])) == ("answered", 1)
    assert "Kemungkinan cocok" in spoken.out


def test_somebody_with_one_name_is_asked_for_with_a_second_fact(terminal: Terminal) -> None:
    terminal.knows({**PERSON, "properties": {"name": ["Sukarno"], "birthDate": ["1901-06-06"]}})

    thin = terminal.lintas("check", "Sukarno", *REASON, status=2)
    report = terminal.lintas("check", "Sukarno", "-p", "birthDate=1901-06-06", *REASON).json

    assert thin.error["code"] == "invalid.not-askable"
    assert len(report["outcomes"][0]["records"]) == 1


def test_no_reason_no_query(terminal: Terminal) -> None:
    said = terminal.lintas("check", "Budi Santoso", "--purpose", "investigate", status=2)

    assert said.error["code"] == "invalid.unjustified"
    assert said.error["facts"]["missing"] == ["legal_basis", "case_reference", "category", "intent"]
    assert terminal.lintas("audit", "log", "--kind", "check.asked").json == []


def test_an_officer_without_the_role_asks_nothing(terminal: Terminal) -> None:
    terminal.officer("wati", "auditor")

    said = terminal.lintas("check", "Budi Santoso", *REASON, "--officer", "wati", status=3)

    assert said.error["code"] == "refused.by-policy"
    assert said.error["facts"]["policies"]


def test_with_several_officers_one_has_to_be_named(terminal: Terminal) -> None:
    terminal.officer("wati", "auditor")

    said = terminal.lintas("check", "Budi Santoso", *REASON, status=4)

    assert said.error["facts"] == {"officer": "name one with --officer", "enrolled": "petugas, wati"}


def test_a_file_is_asked_when_a_second_person_has_agreed(terminal: Terminal) -> None:
    terminal.knows()
    terminal.officer("wati", "liaison", "data_protection")
    file = terminal.file(
        "ask.csv",
        "kind,name,birthDate\nperson,Budi Santoso,1970-01-31\nperson,Sukarno,\nperson,Ani Wijaya,1980-05-05\n",
    )
    me, her = ("--officer", "petugas"), ("--officer", "wati")

    planned = terminal.lintas("check", "--file", file, *REASON, *me).json
    early = terminal.lintas("check", "--batch", planned["batch"], *me, status=3)
    alone = terminal.lintas("approve", planned["approval"], *me, status=4)
    waiting = terminal.lintas("approve", *her).json
    agreed = terminal.lintas("approve", planned["approval"], "--note", "Sudah dibaca.", *her).json
    reports = terminal.lintas("check", "--batch", planned["batch"], *me).json
    again = terminal.lintas("check", "--batch", planned["batch"], *me, status=3)

    assert (planned["rows"], [row["row"] for row in planned["not_asked"]]) == (2, [3])
    assert planned["not_asked"][0]["code"] == "invalid.not-askable"
    assert early.error["code"] == "refused.second-person-needed"
    assert alone.error["code"] == "not-found"
    assert [w["id"] for w in waiting] == [planned["approval"]]
    assert agreed["state"] == "given"
    assert sorted(len(r["outcomes"][0]["records"]) for r in reports) == [0, 1]
    assert again.error["code"] == "refused.already-done"


def test_a_record_is_kept_longer_only_with_a_second_person(terminal: Terminal) -> None:
    terminal.knows()
    terminal.officer("wati", "data_protection", "liaison")
    record, me = record_of_first(terminal), ("--officer", "petugas")
    due = terminal.lintas("records", "due", "--months", "120").json
    words = ("records", "extend", record, "--reason", "Perkara masih berjalan", *me)

    asked = terminal.lintas(*words).json
    terminal.lintas("approve", asked["approval"], "--officer", "wati")
    kept = terminal.lintas(*words, "--approval", asked["approval"]).json

    assert [d["record_id"] for d in due] == [record]
    assert kept["review_due"] > due[0]["review_due"]


def record_of_first(terminal: Terminal) -> str:
    return str(terminal.lintas("records", "due", "--months", "120").json[0]["record_id"])


def test_records_go_by_plan_and_second_person_and_can_come_back(terminal: Terminal, tmp_path: Path) -> None:
    terminal.knows()
    terminal.officer("wati", "data_protection", "liaison")
    record, me, plan = record_of_first(terminal), ("--officer", "petugas"), str(tmp_path / "plan.json")

    planned = terminal.lintas("records", "plan", plan, "--record", record, *me).json
    early = terminal.lintas("records", "erase", plan, "--approval", planned["approval"], *me, status=3)
    terminal.lintas("approve", planned["approval"], "--officer", "wati")
    gone = terminal.lintas("records", "erase", plan, "--approval", planned["approval"], *me).json
    nothing = terminal.lintas("records", "count").json
    back = terminal.lintas("records", "restore", record, "--reason", "Keliru", *me).json

    assert planned["records"] == 1
    assert early.error["code"] == "refused.second-person-needed"
    assert gone["quarantined"]
    assert nothing == {}
    assert back["restored"]
    assert terminal.lintas("records", "count").json == {"Person": 1}


def test_a_plan_that_is_none_is_refused(terminal: Terminal) -> None:
    said = terminal.lintas("records", "erase", terminal.file("plan.json", "{"), "--approval", "x", status=2)

    assert said.error["code"] == "invalid.file"


def test_confirmations_are_listed_and_one_that_is_not_there_is_not_found(terminal: Terminal) -> None:
    assert terminal.lintas("confirm", "list").json == []
    assert terminal.lintas("confirm", "list", "--incoming").json == []
    assert terminal.lintas("confirm", "show", "nothing-like-it", status=4).error["code"] == "not-found"
    decided = terminal.lintas("confirm", "decide", "nothing-like-it", "--give", "birth_date", status=4)
    assert decided.error["code"] == "not-found"
    asked = terminal.lintas("confirm", "ask", "no-check", "no-hit", "--reason", "Dicegat di pelabuhan.", status=4)
    assert asked.error["code"] == "not-found"


def test_the_log_is_verified_read_and_signed(terminal: Terminal) -> None:
    terminal.knows()
    check(terminal)

    signed = terminal.lintas("audit", "checkpoint").json["checkpoint"]
    verified = terminal.lintas("audit", "verify").json
    log = terminal.lintas("audit", "log", "--limit", "100").json

    assert int(signed.splitlines()[1]) == verified["verification"]["fixed"]
    assert verified["reconciliation"] == []
    assert {"check.asked", "records.imported", "officer.enrolled", "log.read"} <= {e["kind"] for e in log}
    assert terminal.lintas("audit", "verify", json=False).out.startswith("The log holds")


def test_a_changed_log_is_noticed_with_status_five(terminal: Terminal) -> None:
    terminal.knows()
    with sqlite3.connect(terminal.folder / "lintas.db") as db:
        db.execute("UPDATE audit_entries SET kind = 'log.read' WHERE position = 0")
    db.close()

    said = terminal.lintas("audit", "verify", status=5)

    assert (said.error["code"], said.error["facts"]["index"]) == ("untrusted.log-broken", 0)


def test_officers_are_enrolled_with_a_second_factor_and_tokens_are_for_one_of_them(terminal: Terminal) -> None:
    added = terminal.lintas(
        "officer", "add", "wati", "--name", "Wati", "--role", "auditor", "--password", "latihan-sehari-hari"
    ).json
    token = terminal.lintas("officer", "token", "sistem lama", "--officer", "wati", "--days", "7").json
    twice = terminal.lintas(
        "officer", "add", "wati", "--name", "Wati", "--role", "auditor", "--password", "latihan-sehari-hari", status=2
    )

    assert added["totp_uri"].startswith("otpauth://totp/")
    assert len(token["token"]) > 20
    assert twice.error["code"].startswith("invalid")
    assert [o["username"] for o in terminal.lintas("officer", "list").json] == ["petugas", "wati"]


def test_a_password_too_short_is_refused(terminal: Terminal) -> None:
    words = ("officer", "add", "wati", "--name", "Wati", "--role", "auditor", "--password", "short")

    assert terminal.lintas(*words, status=2).error["code"].startswith("invalid")


def test_policies_are_listed_and_explained_in_both_languages(terminal: Terminal) -> None:
    listed = terminal.lintas("policy", "list").json
    explained = terminal.lintas("policy", "explain", listed[0]["id"], json=False).out

    assert len(listed) > 10
    assert listed[0]["annotations"]["explain_id"] in explained
    assert listed[0]["annotations"]["explain_en"] in explained
    assert terminal.lintas("policy", "explain", "no-such-policy", status=4).error["code"] == "not-found"


def test_a_backup_is_put_back_with_everything_in_it(terminal: Terminal, tmp_path: Path) -> None:
    terminal.knows()
    copy = str(tmp_path / "copy.db")

    made = terminal.lintas("node", "backup", copy).json
    terminal.knows(PERSON, {**PERSON, "id": "latihan-2"})
    (terminal.folder / "lintas.db").unlink()
    for rest in terminal.folder.glob("lintas.db-*"):
        rest.unlink()
    restored = terminal.lintas("node", "restore", copy).json

    assert made["bytes"] > 0
    assert restored["audit_entries"] > 0
    assert terminal.lintas("records", "count").json == {"Person": 1}
    assert len(terminal.lintas("check", "Budi Santoso", "-p", "birthDate=1970", *REASON).json["outcomes"]) == 1


def test_keepers_found_a_federation_and_a_node_joins_it(terminal: Terminal, tmp_path: Path) -> None:
    def file(name: str) -> str:
        return str(tmp_path / name)

    for keeper in ("ani", "budi"):
        terminal.run("directory", "keeper", file(keeper))
    terminal.lintas("directory", "card", file("card.json"))
    pubs = [word for keeper in ("ani", "budi") for word in ("--keeper", file(f"{keeper}.pub"))]
    terminal.run("directory", "begin", file("first"), *pubs, "--threshold", "2")
    early = terminal.run("directory", "publish", file("repo"), file("first"), file("ani.key"), status=5)
    for keeper in ("ani", "budi"):
        terminal.run("directory", "sign", file("first"), file(f"{keeper}.key"))
    terminal.run("directory", "publish", file("repo"), file("first"), file("ani.key"))
    changed = terminal.run("directory", "draft", file("repo"), file("second"), "--add", file("card.json")).json
    again = terminal.run("directory", "draft", file("repo"), file("second"), status=2)
    seen = terminal.run("directory", "show", file("repo"), "--draft", file("second")).json
    for keeper in ("ani", "budi"):
        terminal.run("directory", "sign", file("second"), file(f"{keeper}.key"))
    published = terminal.run("directory", "publish", file("repo"), file("second"), file("budi.key")).json
    terminal.run("directory", "renew", file("repo"), file("ani.key"))
    terminal.lintas("directory", "join", file("repo"), file("repo/1.root.json"))

    assert early.error["code"].startswith("untrusted.directory")
    assert changed["added"] == seen["added"] == ["id.latihan"]
    assert again.error["facts"]["problem"] == "it is there already"
    assert [m["node"] for m in published["members"]] == ["id.latihan"]
    assert (Path(file("ani.key")).stat().st_mode & 0o777) == 0o600
    assert [m["node"] for m in terminal.run("directory", "show", file("repo")).json["members"]] == ["id.latihan"]
    assert check(terminal)["outcomes"][0]["node"] == "id.latihan"


def test_a_keepers_key_is_never_written_over(terminal: Terminal, tmp_path: Path) -> None:
    terminal.run("directory", "keeper", str(tmp_path / "ani"))
    before = (tmp_path / "ani.key").read_bytes()

    terminal.run("directory", "keeper", str(tmp_path / "ani"), status=3)

    assert (tmp_path / "ani.key").read_bytes() == before


def test_what_is_printed_for_people_has_no_json_in_it(terminal: Terminal) -> None:
    terminal.knows()

    for words in (("records", "count"), ("officer", "list"), ("settings",), ("records", "due", "--months", "120")):
        assert not terminal.lintas(*words, json=False).out.lstrip().startswith(("{", "["))
