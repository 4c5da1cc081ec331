"""Bad input and bad days: one clear sentence, what to do, and nothing lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.conftest import PERSON, REASON, Terminal
from cli.test_working import MAPPING
from lintas.policy import PolicySet
from lintas.trust import authoring

MRZ = ("P<IDNSANTOSO<<BUDI".ljust(44, "<"), "X7654321<5IDN7001316M3001019<<<<<<<<<<<<<<08")


def test_a_broken_line_is_rejected_with_its_reason_and_the_others_are_kept(terminal: Terminal) -> None:
    lines = [json.dumps(PERSON), '{"id": "latihan-2", "schema": ', json.dumps({**PERSON, "id": "latihan-3"})]

    said = terminal.lintas("records", "import", terminal.file("persons.ftm.json", "\n".join(lines) + "\n")).json

    report = [json.loads(line) for line in Path(said["report_path"]).read_text().splitlines()]
    assert (said["new"], said["rejected"]) == (2, 1)
    assert [row["row"] for row in report] == [2]
    assert terminal.lintas("records", "count").json == {"Person": 2}


def test_a_table_in_another_encoding_is_told_before_anything_is_imported(terminal: Terminal) -> None:
    content = "nomor,nama,lahir\n1,José Nuñez,1970-01-31\n".encode("cp1252")

    said = terminal.lintas(
        "records", "import", terminal.file("orang.csv", content), "--mapping", terminal.file("m.yml", MAPPING), status=2
    )

    assert said.error["code"] == "invalid.file"
    assert "UTF-8" in said.error["remedy"] + str(said.error["facts"])
    assert terminal.lintas("records", "count").json == {}


def test_a_mapping_that_names_a_missing_column_names_it_and_what_there_is(terminal: Terminal) -> None:
    file = terminal.file("orang.csv", "nomor,name,lahir\n1,Budi Santoso,1970-01-31\n")

    said = terminal.lintas("records", "import", file, "--mapping", terminal.file("m.yml", MAPPING), status=2)

    assert said.error["code"] == "invalid.mapping"
    assert "nama" in str(said.error["facts"])


def test_a_file_that_is_not_there_is_named(terminal: Terminal) -> None:
    said = terminal.lintas("records", "import", "nowhere.ftm.json", json=False, status=2)

    assert "nowhere.ftm.json" in said.err


def test_a_grading_that_is_none_says_what_one_looks_like(terminal: Terminal) -> None:
    said = terminal.lintas("records", "import", terminal.file("x.ftm.json", ""), "--grading", "Z9", status=2)

    assert said.error["facts"]["form"] == "A1 to X4"


def test_a_wrong_digit_in_a_machine_readable_zone_is_told_with_its_place(terminal: Terminal) -> None:
    birth = "7001316"

    right = terminal.lintas("check", "--mrz", MRZ[0], "--mrz", MRZ[1], *REASON).json
    wrong = MRZ[1].replace(birth, "7001310")
    said = terminal.lintas("check", "--mrz", MRZ[0], "--mrz", wrong, *REASON, status=2)

    assert right["subject"]["properties"]["birthDate"] == ["1970-01-31"]
    assert said.error["code"] == "invalid.identifier"
    assert (said.error["facts"]["found"], said.error["facts"]["expected"]) == ("0", "6")
    assert len(terminal.lintas("audit", "log", "--kind", "check.asked").json) == 1


@pytest.mark.parametrize(
    ("kind", "number"),
    [("device", "imei=490154203237519"), ("account", "iban=DE89370400440532013001"), ("vessel", "imoNumber=9074720")],
)
def test_a_wrong_check_digit_is_told_unless_it_is_what_the_paper_says(
    terminal: Terminal, kind: str, number: str
) -> None:
    words = ("check", "--kind", kind, "-p", number, *REASON)

    refused = terminal.lintas(*words, status=2)
    insisted = terminal.lintas(*words, "--as-written")

    assert refused.error["code"] == "invalid.identifier"
    assert insisted.json["outcomes"][0]["state"] == "answered"


@pytest.mark.parametrize("text", ["justaname", "=", "=x"])
def test_a_property_without_its_form_is_refused(terminal: Terminal, text: str) -> None:
    said = terminal.lintas("check", "-p", text, *REASON, status=2)

    assert said.error["code"].startswith("invalid")


def test_an_unknown_setting_stops_every_command_and_the_right_one_is_named(terminal: Terminal) -> None:
    with (terminal.folder / "lintas.toml").open("a") as file:
        file.write('contry = "id"\n')

    said = terminal.lintas("records", "count", status=2)

    assert said.error["facts"] == {"setting": "contry", "did_you_mean": "country"}


def test_a_setting_nobody_knows_makes_no_node(nowhere: Terminal) -> None:
    said = nowhere.run("node", "init", str(nowhere.folder), "--set", "contry=id", status=2)

    assert said.error["code"] == "invalid.setting"
    assert not nowhere.folder.exists()


@pytest.mark.parametrize("content", [b"this is no database, but it is long enough to be taken for one" * 100, b""])
def test_a_database_that_is_none_is_told_with_the_way_back(terminal: Terminal, content: bytes) -> None:
    for path in terminal.folder.glob("lintas.db*"):
        path.unlink()
    (terminal.folder / "lintas.db").write_bytes(content)

    if content:
        said = terminal.lintas("records", "count", status=6)
        assert said.error["code"] == "unavailable.corrupt-database"
        assert "lintas node restore" in said.error["remedy"]
        assert (terminal.folder / "lintas.db").read_bytes() == content


def test_a_page_damaged_in_the_middle_is_noticed(terminal: Terminal) -> None:
    terminal.knows()
    database = terminal.folder / "lintas.db"
    with sqlite3.connect(database) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    with database.open("r+b") as file:
        file.seek(database.stat().st_size // 2)
        file.write(b"\xa5" * 8192)

    said = terminal.lintas("audit", "verify", status=6)

    assert said.error["code"] == "unavailable.corrupt-database"


def test_a_backup_that_is_none_is_not_put_back(terminal: Terminal) -> None:
    terminal.knows()

    terminal.lintas("node", "restore", terminal.file("copy.db", b"nothing of the kind" * 500), status=6)

    assert terminal.lintas("records", "count").json == {"Person": 1}


@pytest.mark.parametrize("name", ["signing", "sealing"])
def test_a_missing_key_is_named_with_where_it_comes_from(terminal: Terminal, name: str) -> None:
    (terminal.folder / "keys" / f"{name}.pem").unlink()

    said = terminal.lintas("check", "Budi Santoso", *REASON, status=6)

    assert said.error["code"] == "unavailable.keys"
    assert said.error["facts"]["missing"].endswith(f"{name}.pem")


def test_a_policy_with_a_mistake_is_named_with_its_file_and_the_node_does_not_start(terminal: Terminal) -> None:
    (terminal.folder / "policies" / "ours.cedar").write_text('permit (principal, action == Lintas::Action::"check"')

    checked = terminal.run("policy", "check", str(terminal.folder / "policies"), status=2)
    started = terminal.lintas("records", "count", status=2)

    assert checked.error["code"] == started.error["code"] == "invalid.policy"
    assert "ours.cedar" in str(checked.error["facts"])


CASE = """
- case: "%s"
  ask: {category: suspect}
  expect: {allowed: %s}
"""


def test_the_worked_cases_of_an_overlay_are_run(terminal: Terminal) -> None:
    (terminal.folder / "policies" / "cases").mkdir()
    cases = terminal.folder / "policies" / "cases" / "ours.yaml"
    cases.write_text(CASE % ("An investigator may ask", "true"))

    holds = terminal.run("policy", "check", str(terminal.folder / "policies"))
    cases.write_text(CASE % ("Nobody may ask", "false"))
    differs = terminal.run("policy", "check", str(terminal.folder / "policies"), status=2)
    cases.write_text("- case: [")
    broken = terminal.run("policy", "check", str(terminal.folder / "policies"), status=2)

    assert (holds.json["cases"], holds.json["digest"]) == (1, PolicySet.load([terminal.folder / "policies"]).digest)
    assert differs.error["facts"] == {"Nobody may ask": "allowed: expected False, found True"}
    assert "ours.yaml" in str(broken.error["facts"])


def test_an_expired_directory_is_told_and_nothing_is_asked(terminal: Terminal, tmp_path: Path) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=400)
    private, public = zip(*(authoring.new_keeper() for _ in range(2)), strict=True)
    draft = authoring.begin(authoring.Keepers(public, 2), now=long_ago)
    signed = authoring.sign(authoring.sign(draft, private[0]), private[1])
    repository = tmp_path / "directory"
    repository.mkdir()
    for name, content in authoring.publish({}, signed, private[0], now=long_ago).items():
        (repository / name).write_bytes(content)
    terminal.lintas("directory", "join", str(repository), str(repository / "1.root.json"))

    said = terminal.lintas("check", "Budi Santoso", *REASON, status=5)

    assert said.error["code"] == "untrusted.directory-expired"
    assert "Fetch a fresh one" in said.error["remedy"]


def test_a_card_that_is_none_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal.run(
        "directory",
        "draft",
        str(tmp_path),
        str(tmp_path / "draft"),
        "--add",
        terminal.file("card.json", "{}"),
        status=2,
    )

    assert said.error["code"] == "invalid.file"


def program(*words: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [*before, sys.executable, "-m", "lintas", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


# Root may read everything; without these capabilities it is a user like any other.
AS_A_USER = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.getuid() == 0 else ()


@pytest.mark.parametrize("name", ["lintas.toml", "keys/signing.pem", "."])
def test_no_permission_is_told_with_what_to_do(terminal: Terminal, name: str) -> None:
    sealed = terminal.folder / name
    mode = sealed.stat().st_mode
    sealed.chmod(0)

    done = program("records", "count", "--node", str(terminal.folder), "--json", before=AS_A_USER)
    sealed.chmod(mode)

    assert done.returncode == 6, done.stderr
    assert json.loads(done.stdout)["error"]["code"] == "unavailable.no-permission"
    assert done.stderr == ""


@pytest.fixture
def small_disk(terminal: Terminal, tmp_path: Path) -> Iterator[Terminal]:
    """The node on a disk of its own, with room for little more than what is on it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.xfail("only root can mount a small disk; the quota below is for everybody")
    try:
        shutil.move(terminal.folder, disk)
        yield Terminal(disk / terminal.folder.name)
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_full_disk_is_told_and_what_was_acknowledged_is_kept(small_disk: Terminal, tmp_path: Path) -> None:
    small_disk.knows()
    many = tmp_path / "many.ftm.json"
    many.write_text("".join(json.dumps({**PERSON, "id": f"banyak-{n}"}) + "\n" for n in range(10_000)))

    told = small_disk.lintas("records", "import", str(many), status=6)
    subprocess.run(["mount", "-o", "remount,size=200m", small_disk.folder.parent], check=True)
    again = small_disk.lintas("records", "import", str(many))

    assert told.error["code"] == "unavailable.disk-full"
    assert small_disk.lintas("audit", "verify").json["verification"]["size"] > 0
    assert again.json["rejected"] == 0
    assert small_disk.lintas("records", "count").json == {"Person": 10_001}


def test_a_quota_that_is_used_up_ends_an_import_and_loses_nothing(terminal: Terminal) -> None:
    terminal.knows()
    many = "".join(json.dumps({**PERSON, "id": f"banyak-{n}"}) + "\n" for n in range(5_000))
    file = terminal.file("many.ftm.json", many)
    most = (terminal.folder / "lintas.db").stat().st_size + 256 * 1024

    words = ("records", "import", file, "--node", str(terminal.folder), "--json")
    told = program(*words, before=("prlimit", f"--fsize={most}"))
    again = terminal.lintas("records", "import", file).json

    assert told.returncode == 6, told.stderr
    assert json.loads(told.stdout)["error"]["code"].startswith("unavailable")
    assert told.stderr == ""
    assert again["rejected"] == 0
    assert terminal.lintas("records", "count").json == {"Person": 5_001}


@contextmanager
def started(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "lintas", "node", "run", str(folder), "--json"]
    with (
        (folder / "node.log").open("a") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            said = ""
            while "}" not in said and (line := process.stdout.readline()):
                said += line
            assert '"web"' in said, said + (folder / "node.log").read_text()
            yield process
        finally:
            process.kill()


def free_ports(folder: Path) -> tuple[int, int]:
    with socket.socket() as a, socket.socket() as b:
        a.bind(("127.0.0.1", 0))
        b.bind(("127.0.0.1", 0))
        ports = a.getsockname()[1], b.getsockname()[1]
    with (folder / "lintas.toml").open("a") as file:
        file.write(f'listen = "127.0.0.1:{ports[0]}"\nweb = "127.0.0.1:{ports[1]}"\n')
    return ports


@pytest.mark.nodes
@pytest.mark.parametrize("signs", [[signal.SIGTERM], [signal.SIGINT, signal.SIGINT]], ids=["once", "impatiently"])
def test_a_node_stops_quietly_within_three_seconds(terminal: Terminal, signs: list[int]) -> None:
    _, web = free_ports(terminal.folder)
    with started(terminal.folder) as process, socket.create_connection(("127.0.0.1", web)) as held:
        held.sendall(b"POST /api/1/checks HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")

        before = time.monotonic()
        for sign in signs:
            process.send_signal(sign)
            time.sleep(0.1)
        status = process.wait(timeout=20)

    assert time.monotonic() - before < 3
    assert status == 0
    assert (terminal.folder / "node.log").read_text() == ""


@pytest.mark.nodes
@pytest.mark.parametrize("which", [0, 1], ids=["partners", "officers"])
def test_a_port_in_use_is_named_and_the_node_leaves_nothing_behind(terminal: Terminal, which: int) -> None:
    ports = free_ports(terminal.folder)
    with socket.socket() as other:
        other.bind(("127.0.0.1", ports[which]))
        other.listen()

        done = program("node", "run", str(terminal.folder), "--json")

    assert done.returncode == 6, done.stderr
    assert json.loads(done.stdout)["error"]["code"] == "unavailable.port-in-use"
    assert str(ports[which]) in done.stdout
    assert done.stderr == ""
    assert terminal.lintas("records", "count").json == {}
