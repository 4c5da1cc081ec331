"""A shelf: one index in a folder. What is committed is there whatever happens, what is taken out is nowhere."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lintas.matching import index_terms, query_terms
from lintas.model import Record, Subject, SubjectKind
from lintas.records.searching.rows import ready, rows_of
from lintas.records.searching.segment import Damaged, read, write
from lintas.records.shelf import Busy, Manifest, Shelf
from rooms.records.record_makers import person


def ask(name: str, **more: str) -> Subject:
    return Subject(SubjectKind.PERSON, {"name": (name,), **{prop: (value,) for prop, value in more.items()}})


def filled(folder: Path, *records: Record) -> Shelf:
    shelf = Shelf(folder)
    shelf.begin()
    for one in records:
        shelf.put(one.id, one)
    shelf.commit(len(records), complete=True)
    return shelf


def invented(number: int) -> list[Record]:
    """So many people of invented names, each another."""
    syllables = [a + b for a in "bdgjklmnprstw" for b in "aiueo"]
    words = [a + b + "n" for a in syllables for b in syllables]
    return [
        person(f"o-{n}", f"{words[n * 7 % len(words)]} {words[n * 13 % len(words)]}".title()) for n in range(number)
    ]


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_what_is_committed_is_there_after_opening_anew(tmp_path):
    filled(tmp_path, *invented(50), person("p-1", "Budi Santoso")).close()

    shelf = Shelf(tmp_path)

    assert (shelf.sequence, shelf.complete, shelf.size) == (51, True, 51)
    assert shelf.candidates(ask("Budi Santosa"), 1) == ["p-1"]


def test_what_is_not_committed_is_not_kept(tmp_path):
    shelf = filled(tmp_path, person("p-1", "Budi Santoso"))
    shelf.put("p-2", person("p-2", "Budi Santoso"))
    shelf.close()

    assert Shelf(tmp_path).candidates(ask("Budi Santoso"), 5) == ["p-1"]


def test_what_is_taken_out_is_gone_from_the_disk_at_once(tmp_path):
    wanted = person("p-zulkarnain", "Zulkarnain Wiraatmadja")
    shelf = filled(tmp_path, *invented(200), wanted)
    assert b"zulkarnain" in bytes_of(tmp_path)

    shelf.put("p-zulkarnain", None)
    shelf.commit(202, complete=True)

    assert shelf.candidates(ask("Zulkarnain Wiraatmadja"), 5) == []
    assert b"zulkarnain" not in bytes_of(tmp_path)
    assert shelf.size == 200


def test_who_dies_before_forgetting_has_made_it_invisible_and_the_next_writer_forgets(tmp_path):
    shelf = filled(tmp_path, *invented(200), person("p-zulkarnain", "Zulkarnain Wiraatmadja"))
    (segment,) = msgspec.json.decode((tmp_path / "manifest.json").read_bytes(), type=Manifest).segments
    dead = msgspec.structs.replace(segment, gone=(200,), forget=True)
    shelf.close()
    (tmp_path / "manifest.json").write_bytes(msgspec.json.encode(Manifest((dead,), 202, complete=True, number=9)))

    shelf = Shelf(tmp_path)
    assert shelf.candidates(ask("Zulkarnain Wiraatmadja"), 5) == []
    assert b"zulkarnain" in bytes_of(tmp_path)
    shelf.begin()

    assert b"zulkarnain" not in bytes_of(tmp_path)
    assert (shelf.sequence, shelf.complete, shelf.size) == (202, True, 200)


def test_what_is_put_twice_before_a_commit_is_there_once_and_as_it_was_last(tmp_path):
    shelf = filled(tmp_path, person("p-1", "Budi Santoso"), person("p-1", "Wayan Gunawan"))

    assert shelf.size == 1
    assert shelf.candidates(ask("Budi Santoso"), 5) == []
    assert shelf.candidates(ask("Wayan Gunawan"), 5) == ["p-1"]


def test_rows_made_elsewhere_replace_what_was_there(tmp_path):
    shelf = filled(tmp_path, person("p-1", "Budi Santoso"), person("p-2", "Siti Rahma"))
    shelf.take(rows_of([("p-1", index_terms(person("p-1", "Wayan Gunawan")))]), ["p-1", "p-2"])
    shelf.commit(3, complete=True)

    assert shelf.size == 1
    assert shelf.candidates(ask("Wayan Gunawan"), 5) == ["p-1"]
    assert shelf.candidates(ask("Siti Rahma"), 5) == []


def test_however_many_commits_there_are_few_files(tmp_path):
    shelf = filled(tmp_path)
    for n, one in enumerate(invented(60)):
        shelf.put(one.id, one)
        shelf.commit(n, complete=True)

    assert len(list(tmp_path.glob("*.seg"))) <= 3
    assert shelf.size == 60
    assert all(one.id in shelf.candidates(ask(one.values("name")[0]), 3) for one in invented(60))


def test_a_single_record_is_visible_to_another_reader_within_a_second(tmp_path):
    shelf = filled(tmp_path, *invented(2_000))
    reader = Shelf(tmp_path)
    began = time.monotonic()

    shelf.put("p-1", person("p-1", "Zulkarnain"))
    shelf.commit(2_001, complete=True)
    reader.reload()

    assert reader.candidates(ask("Zulkarnain"), 1) == ["p-1"]
    assert time.monotonic() - began < 1


def test_one_writes_at_a_time(tmp_path):
    shelf = filled(tmp_path, person("p-1", "Budi Santoso"))
    other = Shelf(tmp_path)

    with pytest.raises(Busy):
        other.begin()
    shelf.close()
    other.begin()


def test_who_looks_while_the_first_file_is_written_does_not_take_it_for_damage(tmp_path):
    writing = Shelf(tmp_path)
    writing.begin()
    write(tmp_path / "00000000.seg", ready(rows_of([("p-1", index_terms(person("p-1", "Budi Santoso")))])))

    looking = Shelf(tmp_path)
    writing.put("p-1", person("p-1", "Budi Santoso"))
    writing.commit(1, complete=True)
    looking.reload()

    assert looking.candidates(ask("Budi Santoso"), 1) == ["p-1"]


def test_files_that_nobody_names_are_removed_by_the_next_writer(tmp_path):
    filled(tmp_path, person("p-1", "Budi Santoso")).close()
    (tmp_path / "99999999.seg").write_bytes(b"half a segm")

    shelf = Shelf(tmp_path)
    assert shelf.candidates(ask("Budi Santoso"), 1) == ["p-1"]
    shelf.begin()

    assert not (tmp_path / "99999999.seg").exists()


def test_a_file_that_is_not_what_was_written_is_told(tmp_path):
    columns = ready(rows_of([]))
    crc = write(tmp_path / "a.seg", columns)

    assert read(tmp_path / "a.seg", crc).rows == 0
    (tmp_path / "a.seg").write_bytes((tmp_path / "a.seg").read_bytes()[:-1] + b"x")
    with pytest.raises(Damaged):
        read(tmp_path / "a.seg", crc)
    (tmp_path / "a.seg").write_bytes(b"")
    with pytest.raises(Damaged):
        read(tmp_path / "a.seg", crc)


def test_a_list_that_names_a_missing_file_is_told(tmp_path):
    filled(tmp_path, person("p-1", "Budi Santoso")).close()
    next(tmp_path.glob("*.seg")).unlink()

    with pytest.raises(Damaged):
        Shelf(tmp_path)


def test_the_best_comes_first_with_the_bits_that_speak_for_it(tmp_path):
    shelf = filled(
        tmp_path,
        *invented(300),
        person("p-1", "Budi Santoso", properties={"birthDate": "1980-02-03"}),
        person("p-2", "Budi Santoso", properties={"birthDate": "1981-09-30"}),
        person("p-3", "Budi Santoso"),
    )

    ranked = shelf.ranked(query_terms(ask("Budi Santoso", birthDate="1980-03-02")), 3)

    assert [record_id for record_id, _ in ranked] == ["p-1", "p-3", "p-2"]
    assert ranked[0][1] > ranked[1][1] > ranked[2][1]


@pytest.mark.parametrize(
    "asked",
    ["Abdurrahman Zulkarnain", "Zulkarnain Abdul Rahman", "Zul Karnain Abdurahman", "A. Zulkarnain", "zulkarnein"],
)
def test_a_name_is_found_joined_parted_turned_shortened_and_misspelt(tmp_path, asked):
    shelf = filled(tmp_path, *invented(500), person("p-1", "Abdul Rahman Zulkarnain"))

    assert shelf.candidates(ask(asked), 3)[0] == "p-1"


WRITER = """
import sys
from pathlib import Path
from rooms.records.test_shelf import Shelf, invented, person
shelf = Shelf(Path(sys.argv[1]))
shelf.begin()
print("begun", flush=True)
for n, one in enumerate(invented(100_000)):
    shelf.put(one.id, one)
    if n % 10 == 9:
        shelf.put(f"gone-{n // 10}", None)
        shelf.commit(1_001 + n, complete=True)
"""


@pytest.mark.parametrize("moment", [0.05, 0.4, 0.9])
def test_whoever_is_killed_while_writing_leaves_whole_what_was_committed(tmp_path, moment):
    gone = [person(f"gone-{n}", f"Zulkarnain{chr(97 + n % 26)}") for n in range(100)]
    filled(tmp_path, *gone).close()
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE) as writer:
        writer.stdout.readline()
        time.sleep(moment)
        writer.send_signal(signal.SIGKILL)

    shelf = Shelf(tmp_path)
    shelf.begin()

    commits = max(0, shelf.sequence - 1_000) // 10
    assert shelf.size == 10 * commits + max(0, 100 - commits)
    assert all(one.id in shelf.candidates(ask(one.values("name")[0]), 30) for one in invented(10 * commits)[-20:])
    assert not any(f"gone-{n}" in shelf.candidates(ask(gone[n].values("name")[0]), 100) for n in range(min(commits, 9)))
    named = msgspec.json.decode((tmp_path / "manifest.json").read_bytes())["segments"]
    assert sorted(path.name for path in tmp_path.glob("*.seg")) == sorted(entry["file"] for entry in named)


words = st.sampled_from(["Budi", "Siti", "Wayan", "Ketut", "Joko", "Zulkarnain"])
acts = st.lists(st.tuples(st.sampled_from(["put", "remove", "commit"]), st.integers(0, 3), words), max_size=14)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_whatever_was_put_and_taken_out_the_shelf_says_the_same_as_a_dictionary(tmp_path_factory, done):
    folder = tmp_path_factory.mktemp("shelf")
    shelf = Shelf(folder)
    shelf.begin()
    model: dict[str, str] = {}
    for act, number, word in done:
        key = f"p-{number}"
        if act == "put":
            shelf.put(key, person(key, f"{word} Kusuma"))
            model[key] = word
        elif act == "remove":
            shelf.put(key, None)
            model.pop(key, None)
        else:
            shelf.commit(1, complete=True)
    shelf.commit(2, complete=True)

    assert shelf.size == len(model)
    assert set(shelf.candidates(ask("Kusuma"), 10)) == set(model)
    for key, word in model.items():
        assert key in shelf.candidates(ask(f"{word} Kusuma"), 4)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stored=st.text(max_size=60), asked=st.text(min_size=1, max_size=60))
def test_no_name_whatever_makes_it_stumble(tmp_path_factory, stored, asked):
    shelf = filled(tmp_path_factory.mktemp("odd"), person("p-1", stored or "x"), person("p-2", "Budi"))

    assert set(shelf.candidates(ask(asked), 5)) <= {"p-1", "p-2"}
