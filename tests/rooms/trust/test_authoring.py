"""The keepers write the directory together: nothing takes effect before enough of them have signed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from tuf.api.metadata import Metadata, TargetFile, Targets

from lintas.clock import ManualClock
from lintas.errors import DirectoryForged, InvalidFile, InvalidValue, LintasError
from lintas.trust import authoring
from lintas.trust.authoring import Draft, Keepers
from rooms.trust.federation import Federation, member


@pytest.fixture
def federation() -> Federation:
    return Federation(ManualClock(), nodes=["id.latihan", "my.latihan"])


def nodes_of(federation: Federation) -> list[str]:
    return [listed.node for listed in authoring.members_of(federation.files).members]


def test_what_two_of_three_keepers_signed_takes_effect(federation: Federation) -> None:
    federation.change(add=[member("ph.latihan")])

    assert nodes_of(federation) == ["id.latihan", "my.latihan", "ph.latihan"]


def test_what_one_keeper_signed_does_not(federation: Federation) -> None:
    drafted = authoring.draft(federation.files, remove=["my.latihan"], now=federation.now)

    with pytest.raises(DirectoryForged, match="signatures_needed: 2"):
        federation.release(drafted, signers=1)

    assert nodes_of(federation) == ["id.latihan", "my.latihan"]


def test_one_keeper_signing_twice_counts_once(federation: Federation) -> None:
    drafted = authoring.draft(federation.files, remove=["my.latihan"], now=federation.now)
    keeper = federation.keepers[0][0]

    drafted = authoring.sign(authoring.sign(drafted, keeper), keeper)

    assert authoring.changes(federation.files, drafted).signatures == 1
    with pytest.raises(DirectoryForged):
        authoring.publish(federation.files, drafted, keeper, now=federation.now)


def test_signatures_of_strangers_do_not_count(federation: Federation) -> None:
    drafted = authoring.draft(federation.files, add=[member("xx.asing")], now=federation.now)

    for _ in range(3):
        drafted = authoring.sign(drafted, authoring.new_keeper()[0])

    with pytest.raises(DirectoryForged):
        authoring.publish(federation.files, drafted, federation.keepers[0][0], now=federation.now)


def test_a_stranger_cannot_publish_what_the_keepers_signed(federation: Federation) -> None:
    drafted = authoring.draft(federation.files, now=federation.now)
    for private, _ in federation.keepers:
        drafted = authoring.sign(drafted, private)

    with pytest.raises(DirectoryForged):
        authoring.publish(federation.files, drafted, authoring.new_keeper()[0], now=federation.now)


def test_a_keeper_sees_what_a_draft_would_change(federation: Federation) -> None:
    moved = msgspec.structs.replace(member("id.latihan"), url="https://10.0.0.7:7401")
    add = [moved, member("ph.latihan")]
    drafted = authoring.draft(federation.files, add=add, remove=["my.latihan"], now=federation.now)

    seen = authoring.changes(federation.files, authoring.sign(drafted, federation.keepers[1][0]))

    assert (seen.added, seen.removed, seen.changed) == (("ph.latihan",), ("my.latihan",), ("id.latihan",))
    assert (seen.version, seen.keepers, seen.threshold, seen.signatures) == (3, 3, 2, 1)
    assert not seen.keepers_change


def test_a_draft_travels_between_keepers_as_a_file(federation: Federation) -> None:
    drafted = authoring.draft(federation.files, add=[member("ph.latihan")], now=federation.now)

    for private, _ in federation.keepers[:2]:
        drafted = authoring.sign(Draft.from_bytes(drafted.to_bytes()), private)

    assert authoring.publish(federation.files, drafted, federation.keepers[0][0], now=federation.now)


def test_a_draft_changed_on_its_way_is_noticed_before_signing(federation: Federation) -> None:
    drafted = authoring.draft(federation.files, add=[member("ph.latihan")], now=federation.now)
    other = authoring.draft(federation.files, add=[member("xx.asing")], now=federation.now)
    swapped = Draft(members=other.members, targets=drafted.targets)

    for step in (
        lambda: authoring.sign(swapped, federation.keepers[0][0]),
        lambda: authoring.changes(federation.files, swapped),
    ):
        with pytest.raises(DirectoryForged):
            step()


def test_members_swapped_after_signing_are_not_published(federation: Federation) -> None:
    drafted = authoring.draft(federation.files, now=federation.now)
    for private, _ in federation.keepers:
        drafted = authoring.sign(drafted, private)
    other = authoring.draft(federation.files, add=[member("xx.asing")], now=federation.now)

    with pytest.raises(DirectoryForged):
        authoring.publish(
            federation.files,
            Draft(members=other.members, targets=drafted.targets),
            federation.keepers[0][0],
            now=federation.now,
        )


def test_an_old_draft_is_not_published_over_a_newer_version(federation: Federation) -> None:
    old = authoring.draft(federation.files, add=[member("ph.latihan")], now=federation.now)
    federation.change(remove=["my.latihan"])

    with pytest.raises(DirectoryForged, match="expected: 4"):
        federation.release(old)


def test_a_root_that_skips_a_version_is_not_published(federation: Federation) -> None:
    """A client follows roots one by one; it would stop for ever at a gap."""
    first = authoring.draft(federation.files, keepers=federation.appointed, now=federation.now)
    ahead = federation.files | {"2.root.json": first.root or b""}
    second = authoring.draft(ahead, keepers=federation.appointed, now=federation.now)

    with pytest.raises(DirectoryForged):
        federation.release(second)


def test_a_draft_about_more_than_the_members_is_not_signed(federation: Federation) -> None:
    drafted = authoring.draft(federation.files, now=federation.now)
    targets = Metadata[Targets].from_bytes(drafted.targets)
    targets.signed.targets["program.sh"] = TargetFile.from_data("program.sh", b"rm", ["sha256"])

    with pytest.raises(DirectoryForged):
        authoring.sign(Draft(members=drafted.members, targets=targets.to_bytes()), federation.keepers[0][0])


def test_a_keeper_has_a_key_of_the_prescribed_kind() -> None:
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    with pytest.raises(InvalidFile, match="Ed25519"):
        authoring.begin(Keepers([pem], 1), now=ManualClock().now())


def test_whoever_is_not_listed_cannot_be_removed(federation: Federation) -> None:
    with pytest.raises(InvalidValue):
        authoring.draft(federation.files, remove=["xx.asing"], now=federation.now)


@pytest.mark.parametrize("threshold", [0, 4, -1])
def test_a_threshold_that_can_never_be_met_is_refused(threshold: int) -> None:
    keys = [authoring.new_keeper()[1] for _ in range(3)]

    with pytest.raises(InvalidValue):
        authoring.begin(Keepers(keys, threshold), now=ManualClock().now())


def test_one_key_listed_twice_is_one_keeper() -> None:
    _, public = authoring.new_keeper()

    with pytest.raises(InvalidValue):
        authoring.begin(Keepers([public, public], 2), now=ManualClock().now())


def test_new_keepers_need_the_old_ones_and_themselves(federation: Federation) -> None:
    old, new = federation.keepers, [authoring.new_keeper() for _ in range(2)]
    appointed = Keepers([public for _, public in new], 2)
    drafted = authoring.draft(federation.files, keepers=appointed, now=federation.now)

    def published_by(*keepers: tuple[bytes, bytes]) -> dict[str, bytes]:
        signed = drafted
        for private, _ in keepers:
            signed = authoring.sign(signed, private)
        return authoring.publish(federation.files, signed, new[0][0], now=federation.now)

    for too_few in (old, new, [*new, old[0]], [*old, new[0]]):
        with pytest.raises(DirectoryForged):
            published_by(*too_few)
    assert "2.root.json" in published_by(*new, *old[:2])
    assert authoring.changes(federation.files, drafted).keepers_change


def test_a_publisher_may_publish_and_nothing_else() -> None:
    clock, keeper, publisher = ManualClock(), authoring.new_keeper(), authoring.new_keeper()
    drafted = authoring.begin(Keepers([keeper[1]], 1, publishers=[publisher[1]]), now=clock.now())

    with pytest.raises(DirectoryForged):
        authoring.publish({}, authoring.sign(drafted, publisher[0]), publisher[0], now=clock.now())
    with pytest.raises(DirectoryForged):
        authoring.publish({}, authoring.sign(drafted, keeper[0]), keeper[0], now=clock.now())
    assert authoring.publish({}, authoring.sign(drafted, keeper[0]), publisher[0], now=clock.now())


def test_what_takes_effect_is_written_last(federation: Federation) -> None:
    federation.clock.advance(timedelta(days=1))

    assert list(authoring.renew(federation.files, federation.keepers[0][0], now=federation.now))[-1] == "timestamp.json"


@pytest.mark.parametrize("junk", [b"", b"{}", b"[" * 10_000])
def test_rubbish_is_refused_with_an_error_of_ours(federation: Federation, junk: bytes) -> None:
    now, files = federation.now, federation.files
    steps: list[Callable[[], object]] = [
        lambda: authoring.sign(authoring.draft(files, now=now), junk),
        lambda: authoring.begin(Keepers([junk], 1), now=now),
        lambda: Draft.from_bytes(junk),
        lambda: authoring.draft(files | {"9.targets.json": junk}, now=now),
    ]

    for step in steps:
        with pytest.raises((InvalidFile, DirectoryForged)):
            step()


def test_a_damaged_repository_is_noticed(federation: Federation) -> None:
    files = federation.files
    without_members = {name: data for name, data in files.items() if "members" not in name}
    exchanged = files | {"9.root.json": files["2.targets.json"]}

    for damaged in ({}, without_members):
        with pytest.raises(DirectoryForged):
            authoring.members_of(damaged)
    with pytest.raises(DirectoryForged):
        authoring.draft(exchanged, keepers=federation.appointed, now=federation.now)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["ph.latihan", "th.latihan", "sg.latihan"])), max_size=5))
def test_after_any_changes_the_directory_lists_exactly_who_was_added_and_not_removed(
    steps: list[tuple[bool, str]],
) -> None:
    federation, expected = Federation(ManualClock()), set[str]()

    for adds, node in steps:
        try:
            federation.change(add=[member(node)]) if adds else federation.change(remove=[node])
        except LintasError:
            assert not adds
            assert node not in expected
        expected = expected | {node} if adds else expected - {node}

    assert nodes_of(federation) == sorted(expected)
