"""The independent reader, in another language with other libraries, comes to the same conclusions."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from lintas.protocol import Message, seal
from vectors.test_vectors import SPEC, VECTORS, Listed, keys_of

Read = Any


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The reader, installed as its lock file says, in a folder that goes away."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not on this machine")
    home = tmp_path_factory.mktemp("spec")
    shutil.copytree(SPEC / "schemas", home / "schemas")
    shutil.copytree(SPEC / "reader", home / "reader", ignore=shutil.ignore_patterns("node_modules"))
    done = subprocess.run(["npm", "ci"], cwd=home / "reader", capture_output=True, text=True, check=False, timeout=100)
    if done.returncode != 0:
        pytest.skip(f"npm could not install the reader: {done.stderr[-300:]}")
    yield home / "reader"
    shutil.rmtree(home)


def read(reader: Path, vectors: Path) -> tuple[int, Read]:
    """What the reader makes of a folder of vectors."""
    command = ["node", "read.mjs", str(vectors)]
    done = subprocess.run(command, cwd=reader, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder of vectors."""
    shutil.copy(VECTORS / "parties.json", tmp_path)
    for kind in ("good", "bad"):
        (tmp_path / kind).mkdir()
    return tmp_path


def test_the_other_reader_opens_the_good_and_refuses_the_bad(reader: Path) -> None:
    status, found = read(reader, VECTORS)

    assert [result for result in found["results"] if not result["as_expected"]] == []
    assert (status, found["wrong"]) == (0, 0)
    assert found["read"] == len(list(VECTORS.glob("good/*.json"))) + len(list(VECTORS.glob("bad/*.json")))


def test_the_other_reader_opens_what_our_nodes_seal(reader: Path, folder: Path) -> None:
    for path in (VECTORS / "good").glob("*.json"):
        vector = json.loads(path.read_text())
        expect, keys = vector["expect"], keys_of(vector["expect"]["sender"])
        message = msgspec.convert(expect["message"], Message)
        sealed = seal(
            message,
            sender=expect["sender"],
            recipient=Listed("current").peer(vector["us"]),
            keys=keys,
            now=datetime.fromisoformat(expect["sent_at"]),
            directory_version=expect["dv"],
            id=expect["id"],
        )
        expect["message"] = json.loads(msgspec.json.encode(message))
        (folder / "good" / path.name).write_text(json.dumps(vector | {"envelope": sealed.decode()}))

    status, found = read(reader, folder)

    assert [result for result in found["results"] if not result["as_expected"]] == []
    assert status == 0


def test_the_other_reader_is_no_yes_man(reader: Path, folder: Path) -> None:
    forged = json.loads((VECTORS / "bad/forged.json").read_text())
    true = json.loads((VECTORS / "good/receipt.json").read_text())
    (folder / "good/forged.json").write_text(json.dumps(forged | {"expect": true["expect"]}))
    (folder / "bad/true.json").write_text(json.dumps(true | {"expect": forged["expect"]}))

    status, found = read(reader, folder)

    assert (status, found["wrong"]) == (1, 2)


def test_the_lock_file_pins_every_package_by_its_hash_and_names_no_host() -> None:
    lock = json.loads((SPEC / "reader/package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}

    assert packages
    assert [name for name, entry in packages.items() if not entry.get("integrity") or "resolved" in entry] == []
