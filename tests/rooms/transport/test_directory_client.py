"""A node's directory: verified, never older than before, expired when it is, and the same through any mirror."""

from __future__ import annotations

import json
import shutil
import time
from datetime import timedelta
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata, Timestamp

from lintas.clock import ManualClock
from lintas.errors import (
    DirectoryExpired,
    DirectoryForged,
    DirectoryRejected,
    DirectoryRolledBack,
    PeerUnreachable,
)
from lintas.transport import DirectoryClient, LoneDirectory
from lintas.trust import authoring
from rooms.trust.federation import Federation, member


class Joined:
    """A node that goes by the directory of a federation."""

    def __init__(self, home: Path) -> None:
        self.clock = ManualClock()
        self.federation = Federation(self.clock, nodes=["id.latihan", "my.latihan"])
        self.home, self.source = home, home / "repository"
        self.federation.write(self.source)
        DirectoryClient.init(home / "directory", self.federation.files["1.root.json"])
        self.client = self.restarted()

    def restarted(self, source: str | Path | None = None) -> DirectoryClient:
        return DirectoryClient(self.home / "directory", source or self.source, self.clock)

    def publish(self) -> None:
        self.federation.write(self.source)

    def nodes(self) -> list[str]:
        return sorted(self.client.current().members)


@pytest.fixture
def joined(tmp_path: Path) -> Joined:
    return Joined(tmp_path)


def test_the_directory_is_fetched_and_verified(joined: Joined) -> None:
    directory = joined.client.refresh()

    assert (directory.version, sorted(directory.members)) == (2, ["id.latihan", "my.latihan"])
    assert directory.expires == joined.clock.now() + timedelta(days=14)


def test_a_new_partner_is_known_after_the_next_look(joined: Joined) -> None:
    joined.client.refresh()
    joined.federation.change(add=[member("ph.latihan")])
    joined.publish()

    joined.client.refresh()

    assert joined.nodes() == ["id.latihan", "my.latihan", "ph.latihan"]


def test_a_removed_partner_is_gone_at_once_whatever_older_versions_said(joined: Joined) -> None:
    joined.client.refresh()
    joined.federation.change(remove=["my.latihan"])
    joined.publish()

    joined.client.refresh()

    assert joined.nodes() == ["id.latihan"]


def test_a_node_that_starts_again_knows_its_directory_without_asking(joined: Joined) -> None:
    joined.client.refresh()
    shutil.rmtree(joined.source)

    assert joined.restarted().current() == joined.client.current()


def test_a_node_that_never_had_a_directory_says_so(joined: Joined) -> None:
    with pytest.raises(PeerUnreachable):
        joined.client.current()


def test_a_node_without_a_root_of_trust_believes_nobody(tmp_path: Path) -> None:
    client = DirectoryClient(tmp_path / "directory", tmp_path, ManualClock())

    with pytest.raises(DirectoryRejected, match=r"root\.json"):
        client.refresh()


def test_an_older_version_is_refused_and_the_newer_kept(joined: Joined) -> None:
    old = dict(joined.federation.files)
    joined.federation.change(remove=["my.latihan"])
    joined.publish()
    joined.client.refresh()

    joined.federation.files = old
    joined.publish()

    with pytest.raises(DirectoryRolledBack):
        joined.client.refresh()
    assert joined.nodes() == ["id.latihan"]


def test_an_older_version_is_refused_after_a_restart_too(joined: Joined) -> None:
    old = dict(joined.federation.files)
    joined.federation.change(remove=["my.latihan"])
    joined.publish()
    joined.client.refresh()
    joined.federation.files = old
    joined.publish()

    with pytest.raises(DirectoryRolledBack):
        joined.restarted().refresh()


def test_a_directory_of_other_keepers_is_forged(joined: Joined) -> None:
    joined.client.refresh()
    impostor = Federation(joined.clock, nodes=["xx.asing"])
    impostor.change(add=[member("yy.asing")])
    impostor.write(joined.source)

    with pytest.raises(DirectoryForged):
        joined.client.refresh()
    assert joined.nodes() == ["id.latihan", "my.latihan"]


@pytest.mark.parametrize("part", ["targets.json", "members.json", "snapshot.json", "timestamp.json"])
def test_one_changed_character_anywhere_is_noticed(joined: Joined, part: str) -> None:
    joined.client.refresh()
    joined.federation.change(add=[member("ph.latihan")])
    name = [name for name in joined.federation.files if name.endswith(part)][-1]
    joined.federation.files[name] = joined.federation.files[name].replace(b"2", b"3", 1)
    joined.publish()

    with pytest.raises(DirectoryRejected):
        joined.client.refresh()
    assert joined.nodes() == ["id.latihan", "my.latihan"]


def test_a_file_without_end_is_not_read_to_the_end(joined: Joined) -> None:
    (joined.source / "timestamp.json").write_bytes(b" " * 100_000)

    with pytest.raises(DirectoryRejected):
        joined.client.refresh()


def test_a_directory_that_nobody_renews_expires_by_our_clock(joined: Joined) -> None:
    joined.client.refresh()
    joined.clock.advance(timedelta(days=14))

    for ask in (joined.client.refresh, joined.restarted().current):
        with pytest.raises(DirectoryExpired):
            ask()
    with pytest.raises(DirectoryExpired):
        joined.client.current().check_fresh(joined.clock.now())


def test_a_directory_renewed_in_time_goes_on(joined: Joined) -> None:
    joined.client.refresh()
    joined.clock.advance(timedelta(days=13))
    joined.federation.renew()
    joined.publish()

    joined.client.refresh()
    joined.clock.advance(timedelta(days=13))

    joined.client.current().check_fresh(joined.clock.now())
    assert joined.client.current().version == 2


def test_new_keepers_are_followed_from_the_old_ones(joined: Joined) -> None:
    joined.client.refresh()
    old, joined.federation.keepers = joined.federation.keepers, [authoring.new_keeper() for _ in range(3)]
    drafted = authoring.draft(joined.federation.files, keepers=joined.federation.appointed, now=joined.clock.now())
    for private, _ in old:
        drafted = authoring.sign(drafted, private)
    joined.federation.release(drafted)
    joined.federation.change(add=[member("ph.latihan")])
    joined.publish()

    joined.client.refresh()

    assert joined.nodes() == ["id.latihan", "my.latihan", "ph.latihan"]
    assert joined.restarted().current().version == 4


def test_a_partner_can_fetch_the_directory_from_us(joined: Joined) -> None:
    """What we hand on is what we verified: a second node gets the same directory from our files alone."""
    joined.client.refresh()
    second = joined.home / "second"
    mirror = joined.home / "mirror"
    mirror.mkdir()
    for name in joined.federation.files:
        if (found := joined.client.file(name)) is not None:
            (mirror / name).write_bytes(found)
    DirectoryClient.init(second, joined.federation.files["1.root.json"])

    assert DirectoryClient(second, mirror, joined.clock).refresh() == joined.client.current()


@pytest.mark.parametrize(
    "name", ["", "..", "../root.json", "root.json", "9.targets.json", "lock", "state/timestamp.json", "a.members.json"]
)
def test_nothing_but_the_repository_is_handed_on(joined: Joined, name: str) -> None:
    joined.client.refresh()

    assert joined.client.file(name) is None


def test_a_killed_refresh_leaves_the_old_directory_whole(joined: Joined) -> None:
    joined.client.refresh()
    half = joined.home / "directory" / "state-half"
    half.mkdir()
    (half / "timestamp.json").write_bytes(b"{")
    (joined.home / "directory" / "state.new").symlink_to("state-half")

    assert joined.restarted().current().version == 2
    joined.federation.change(remove=["my.latihan"])
    joined.publish()
    assert joined.restarted().refresh().version == 3
    assert not half.exists()


def test_refreshing_leaves_no_litter(joined: Joined) -> None:
    for _ in range(3):
        joined.client.refresh()
        joined.federation.renew()
        joined.publish()
    shutil.copy(joined.source / "1.root.json", joined.source / "timestamp.json")
    with pytest.raises(DirectoryRejected):
        joined.client.refresh()

    assert len(list((joined.home / "directory").glob("state-*"))) == 1


def test_a_version_somebody_speaks_of_is_looked_for(joined: Joined) -> None:
    joined.client.refresh()
    joined.federation.change(remove=["my.latihan"])
    joined.publish()

    assert joined.client.at_least(2).version == 2
    assert joined.client.at_least(3).version == 3


def test_a_version_nobody_has_is_not_looked_for_again_and_again(joined: Joined) -> None:
    joined.client.refresh()
    joined.client.at_least(10**9)
    joined.federation.change(remove=["my.latihan"])
    joined.publish()

    began = time.perf_counter()
    versions = {joined.client.at_least(10**9).version for _ in range(1000)}

    assert versions == {2}
    assert time.perf_counter() - began < 0.5


def test_a_missing_source_is_unreachable_and_the_directory_stays(joined: Joined) -> None:
    joined.client.refresh()
    lost = joined.restarted(joined.home / "nowhere")

    with pytest.raises(PeerUnreachable):
        lost.refresh()
    assert lost.current().version == 2


def test_a_mirror_needs_a_certificate_of_ours(joined: Joined) -> None:
    joined.client.refresh()

    with pytest.raises(PeerUnreachable, match="certificate"):
        joined.restarted("https://127.0.0.1:1/lintas/1/directory/").refresh()


def test_a_version_number_that_no_publisher_signed_is_forged(joined: Joined) -> None:
    joined.client.refresh()
    timestamp = Metadata[Timestamp].from_bytes(joined.federation.files["timestamp.json"])
    timestamp.signed.version = 10_000
    joined.federation.files["timestamp.json"] = timestamp.to_bytes()
    joined.publish()

    with pytest.raises(DirectoryForged):
        joined.client.refresh()


def test_a_node_that_joined_nobody_knows_itself(tmp_path: Path) -> None:
    alone = LoneDirectory(member("id.latihan"))

    assert list(alone.refresh().members) == ["id.latihan"]
    assert alone.at_least(5) == alone.current()
    assert alone.file("timestamp.json") is None


def test_the_version_is_that_of_the_signed_members(joined: Joined) -> None:
    directory = joined.client.refresh()

    assert directory.version == json.loads((joined.source / "2.targets.json").read_bytes())["signed"]["version"]
