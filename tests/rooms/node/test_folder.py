"""A node's folder: made once, its secrets for their owner only, its keys added to and never thrown away."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lintas.errors import Invalid, InvalidSetting, KeysUnusable, NoNode
from lintas.node import Folder, init, join, rotate
from lintas.settings import FILE, Settings
from lintas.trust import authoring

GIVEN = {"node": "id.latihan", "country": "id", "exercise": True}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    init(tmp_path / "id.latihan", GIVEN)
    return tmp_path / "id.latihan"


@pytest.fixture(scope="module")
def trusted_root() -> bytes:
    private, public = zip(*(authoring.new_keeper() for _ in range(3)), strict=True)
    draft = authoring.begin(authoring.Keepers(public, 2), now=datetime.now(UTC))
    signed = authoring.sign(authoring.sign(draft, private[0]), private[1])
    return authoring.publish({}, signed, private[0], now=datetime.now(UTC))["1.root.json"]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_node_is_made_in_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "id.latihan").mkdir()

    init(tmp_path / "id.latihan", GIVEN)

    assert Settings.load(tmp_path / "id.latihan", {}).node == "id.latihan"


def test_a_node_is_not_made_over_something_else(root: Path) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}

    with pytest.raises(Invalid, match="not empty"):
        init(root, GIVEN)

    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_a_file_that_is_hidden_makes_a_folder_not_empty(tmp_path: Path) -> None:
    (tmp_path / ".git").touch()

    with pytest.raises(Invalid, match="not empty"):
        init(tmp_path, GIVEN)


@pytest.mark.parametrize(
    ("given", "problem"), [({"country": "id"}, Invalid), (GIVEN | {"cuntry": "id"}, InvalidSetting)]
)
def test_what_cannot_be_a_node_leaves_nothing_behind(
    tmp_path: Path, given: dict[str, object], problem: type[Exception]
) -> None:
    with pytest.raises(problem):
        init(tmp_path / "id.latihan", given)

    assert list(tmp_path.iterdir()) == []


def test_secrets_are_for_their_owner_only(root: Path) -> None:
    names = ("keys/signing.pem", "keys/sealing.pem", "keys/accounts.key", "tls/key.pem")
    secrets = [root / name for name in names]

    assert mode(root) == 0o700
    assert {mode(path) for path in secrets} == {0o600}


def test_secrets_stay_for_their_owner_only_when_keys_change(root: Path) -> None:
    rotate(root)

    assert {mode(path) for path in (root / "keys").iterdir()} == {0o600}


def test_fresh_keys_stand_before_the_old_ones(root: Path) -> None:
    before = Folder(root).keys()

    rotate(root)
    rotate(root)
    after = Folder(root).keys()

    assert [key.kid for key in after.signing[2:]] == [key.kid for key in before.signing]
    assert [key.kid for key in after.sealing[2:]] == [key.kid for key in before.sealing]
    assert len({key.kid for key in after.signing}) == len({key.kid for key in after.sealing}) == 3
    assert after.public().signing.kid != before.public().signing.kid


def test_what_was_left_when_a_change_of_keys_was_interrupted_is_in_nobodys_way(root: Path) -> None:
    (root / "keys" / "signing.new").write_bytes(b"half of a k")

    rotate(root)

    assert len(Folder(root).keys().signing) == 2
    assert not (root / "keys" / "signing.new").exists()


def test_the_card_shows_the_newest_keys_and_no_secret(root: Path) -> None:
    rotate(root)
    folder = Folder(root)

    card = folder.member(Settings.load(root, {}))

    assert card.signing == (folder.keys().public().signing,)
    assert card.sealing == (folder.keys().public().sealing,)
    assert all("PRIVATE" not in pem for pem in card.certificate_pem)


@pytest.mark.parametrize("change", [rotate, lambda root: join(root, "directory", b"")])
def test_where_there_is_no_node_nothing_is_changed(tmp_path: Path, change) -> None:
    with pytest.raises(NoNode):
        change(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_without_its_keys_a_node_gets_no_new_ones_in_their_place(root: Path) -> None:
    (root / "keys" / "sealing.pem").unlink()

    with pytest.raises(KeysUnusable):
        rotate(root)

    assert {path.name for path in (root / "keys").iterdir()} == {"signing.pem", "accounts.key"}


@pytest.mark.parametrize("content", [None, "", "00" * 31, "zz" * 32, "Ð"], ids=["missing", "empty", "short", "zz", "Ð"])
def test_a_key_of_accounts_that_is_none_is_named(root: Path, content: str | None) -> None:
    file = root / "keys" / "accounts.key"
    file.unlink() if content is None else file.write_text(content)

    with pytest.raises(KeysUnusable, match=r"accounts\.key"):
        Folder(root).accounts_key()


def test_the_key_of_accounts_stays_when_the_node_changes_its_keys(root: Path) -> None:
    before = Folder(root).accounts_key()

    rotate(root)

    assert Folder(root).accounts_key() == before


def test_joining_writes_where_the_directory_is(root: Path, trusted_root: bytes) -> None:
    join(root, "https://mitra.example/direktori", trusted_root)

    settings = Settings.load(root, {})
    assert settings.directory == "https://mitra.example/direktori"
    assert (settings.node, settings.country, settings.exercise) == ("id.latihan", "id", True)


@pytest.mark.parametrize("written", ["directory = 'lama'", "directory='lama'", ' directory  =  "lama"', "# kosong"])
def test_joining_again_replaces_the_directory_however_it_was_written(
    root: Path, trusted_root: bytes, written: str
) -> None:
    with (root / FILE).open("a") as file:
        file.write(f"directory_every = 7\n{written}\n")

    join(root, "baru", trusted_root)

    settings = Settings.load(root, {})
    assert settings.directory == "baru"
    assert settings.directory_every.total_seconds() == 7


@pytest.mark.parametrize(
    "name", ['Kepolisian "Latihan"', "C:\\latihan\\n", "dua\nbaris", "tab\there", "hapus\x7f", "Ðất Việt 警察"]
)
def test_a_setting_is_read_as_it_was_given(tmp_path: Path, name: str) -> None:
    init(tmp_path / "id.latihan", GIVEN | {"name_id": name, "threshold": 0.7, "witnesses": 2})

    settings = Settings.load(tmp_path / "id.latihan", {})

    assert (settings.name_id, settings.threshold, settings.witnesses) == (name, 0.7, 2)
