"""Every vector of the specification, both directions: what is written there we read, and what we write fits there."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import urlsafe_b64decode
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import jsonschema_rs
import msgspec
import pytest
from joserfc.jwk import OKPKey

from lintas.clock import ManualClock
from lintas.errors import DirectoryExpired, LintasError, Malformed, UnknownSender
from lintas.protocol import LIMITS, Message, NodeKeys, Peer, PublicKey, SeenInMemory, open_envelope, seal
from lintas.transport import DirectoryClient

SPEC = Path(__file__).parents[2] / "spec"
VECTORS = SPEC / "vectors"
PARTIES = json.loads((VECTORS / "parties.json").read_text())


def vectors(folder: str) -> list[Any]:
    return [pytest.param(json.loads(p.read_text()), id=p.stem) for p in sorted((VECTORS / folder).glob("*.json"))]


class Listed:
    """A directory of the vectors."""

    def __init__(self, name: str) -> None:
        listed = PARTIES["directories"][name]
        self.expires, self.version = datetime.fromisoformat(listed["expires"]), listed["version"]
        self.members = {
            m["node"]: Peer(m["node"], *(msgspec.convert(m[u], tuple[PublicKey, ...]) for u in ("signing", "sealing")))
            for m in listed["members"]
        }

    def check_fresh(self, now: datetime) -> None:
        if now >= self.expires:
            raise DirectoryExpired

    def peer(self, node: str) -> Peer:
        if node not in self.members:
            raise UnknownSender(sender=node)
        return self.members[node]


def keys_of(node: str) -> NodeKeys:
    keys = {use: tuple(OKPKey.import_key(jwk) for jwk in jwks) for use, jwks in PARTIES["nodes"][node].items()}
    for key in (*keys["signing"], *keys["sealing"]):
        key.ensure_kid()
    return NodeKeys(**keys)


def opened(vector: dict[str, Any], envelope: bytes | None = None) -> Any:
    clock = ManualClock(datetime.fromisoformat(vector["now"]))
    seen = SeenInMemory(clock)
    for sender, id_ in vector["seen"]:
        seen.remember(sender, id_, clock.now() + LIMITS.longest_lifetime)
    raw = envelope or vector["envelope"].encode().ljust(vector.get("padded_to", 0), b"A")
    directory = Listed(vector["directory"])
    return open_envelope(
        raw, us=vector["us"], keys=keys_of(vector["us"]), directory=directory, seen=seen, now=clock.now()
    )


def schema(name: str) -> Any:
    return jsonschema_rs.validator_for((SPEC / "schemas" / f"{name}.schema.json").read_text(), validate_formats=True)


@pytest.mark.parametrize("vector", vectors("good"))
def test_a_good_vector_opens_to_what_it_says(vector: dict[str, Any]) -> None:
    expect = vector["expect"]

    found = opened(vector)

    assert found.message == msgspec.convert(expect["message"], Message)
    assert (found.sender, found.id, found.directory_version) == (expect["sender"], expect["id"], expect["dv"])
    assert found.sent_at == datetime.fromisoformat(expect["sent_at"])


@pytest.mark.parametrize("vector", vectors("bad"))
def test_a_bad_vector_is_refused_at_its_step_with_its_code(vector: dict[str, Any]) -> None:
    with pytest.raises(LintasError) as refusal:
        opened(vector)

    assert refusal.value.code == vector["expect"]["error"]
    if isinstance(refusal.value, Malformed):
        assert f"5.{refusal.value.facts['step']}" == vector["expect"]["step"]


@pytest.mark.parametrize("vector", vectors("good"))
def test_what_we_write_ourselves_opens_to_the_same(vector: dict[str, Any]) -> None:
    expect = vector["expect"]
    message = msgspec.convert(expect["message"], Message)
    sent = datetime.fromisoformat(expect["sent_at"])
    directory = Listed(vector["directory"])

    raw = seal(
        message,
        sender=expect["sender"],
        recipient=directory.peer(vector["us"]),
        keys=keys_of(expect["sender"]),
        now=sent,
        directory_version=expect["dv"],
        id=expect["id"],
    )

    assert opened(vector, raw).message == message


@pytest.mark.parametrize("vector", vectors("good"))
def test_a_good_vector_fits_the_schemas(vector: dict[str, Any]) -> None:
    message = vector["expect"]["message"]
    header = vector["envelope"].split(".")[0]

    schema("header").validate(json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4))))
    schema(message["type"]).validate(message)
    schema("inside").validate({"sender": "a", "recipient": "b", "id": "12345678", "message": message})


@pytest.mark.parametrize("vector", vectors("good"))
def test_what_we_write_fits_the_schemas_too(vector: dict[str, Any]) -> None:
    message = msgspec.convert(vector["expect"]["message"], Message)

    schema(vector["expect"]["message"]["type"]).validate(json.loads(msgspec.json.encode(message)))


@pytest.mark.parametrize("vector", vectors("directory"))
def test_a_directory_is_taken_or_refused_as_its_story_says(vector: dict[str, Any], tmp_path: Path) -> None:
    clock = ManualClock(datetime.fromisoformat(vector["steps"][0]["now"]))
    DirectoryClient.init(tmp_path / "directory", vector["root"].encode())
    client = DirectoryClient(tmp_path / "directory", tmp_path / "source", clock)

    for number, step in enumerate(vector["steps"]):
        clock.advance(datetime.fromisoformat(step["now"]) - clock.now())
        _put(tmp_path / f"source{number}", tmp_path / "source", step["files"])
        if "error" in step["expect"]:
            before = client.current()
            with pytest.raises(LintasError) as refusal:
                client.refresh()
            assert refusal.value.code == step["expect"]["error"]
            assert client.current() == before
        else:
            found = client.refresh()
            assert (found.version, sorted(found.members)) == (step["expect"]["version"], step["expect"]["members"])
            schema("members").validate(json.loads(_members(step["files"], found.version)))


def _put(folder: Path, link: Path, files: dict[str, str]) -> None:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    link.unlink(missing_ok=True)
    link.symlink_to(folder)


def _members(files: dict[str, str], version: int) -> str:
    listed = (text for name, text in files.items() if name.endswith("members.json"))
    return next(text for text in listed if json.loads(text)["version"] == version)


def test_every_message_and_every_step_has_its_vectors() -> None:
    good = {vector.values[0]["expect"]["message"]["type"] for vector in vectors("good")}
    steps = {vector.values[0]["expect"]["step"] for vector in vectors("bad")}

    assert good == {kind.__struct_config__.tag for kind in get_args(Message)}
    assert steps == {f"5.{number}" for number in range(1, 10)}


def test_the_vectors_are_those_their_program_makes() -> None:
    command = [sys.executable, VECTORS / "generate.py", "--check"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_everybody_can_see_that_the_keys_are_for_tests() -> None:
    assert PARTIES["warning"].startswith("TEST ONLY")
