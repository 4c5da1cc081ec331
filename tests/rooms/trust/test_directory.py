"""The directory says who is a partner; whoever is not in it is a stranger."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import BasicConstraints, CertificateBuilder, Name, NameAttribute
from cryptography.x509.oid import NameOID

from lintas.clock import ManualClock
from lintas.errors import DirectoryExpired, DirectoryForged, UnknownSender, WrongCertificate
from lintas.protocol import NodeKeys
from lintas.trust import Directory, MemberList, fingerprint
from rooms.trust.federation import member

NOW = ManualClock().now()


@pytest.fixture
def directory() -> Directory:
    members = {node: member(node) for node in ("my.latihan", "id.latihan", "ph.latihan")}
    return Directory(version=4, expires=NOW + timedelta(days=14), members=members)


def test_a_member_is_found_by_name_and_by_certificate(directory: Directory) -> None:
    jakarta = directory.member("id.latihan")

    assert jakarta == member("id.latihan")
    assert directory.by_certificate(jakarta.certificates[0]) == jakarta
    assert directory.peer("id.latihan").signing == jakarta.signing


def test_everybody_else_is_asked_in_a_steady_order(directory: Directory) -> None:
    assert [other.node for other in directory.others("my.latihan")] == ["id.latihan", "ph.latihan"]


def test_a_stranger_is_neither_known_by_name_nor_by_certificate(directory: Directory) -> None:
    with pytest.raises(UnknownSender):
        directory.peer("xx.asing")
    with pytest.raises(WrongCertificate):
        directory.by_certificate(member("xx.asing").certificates[0])
    with pytest.raises(WrongCertificate):
        directory.by_certificate("")


def test_a_directory_holds_until_it_expires(directory: Directory) -> None:
    directory.check_fresh(NOW)

    with pytest.raises(DirectoryExpired):
        directory.check_fresh(NOW + timedelta(days=14))


def test_the_signed_file_comes_back_as_it_was_written() -> None:
    listed = MemberList(version=3, members=(member("id.latihan"), member("my.latihan")))

    assert MemberList.from_bytes(listed.to_bytes()) == listed


@pytest.mark.parametrize(
    "change",
    [
        {"url": "http://127.0.0.1:7401"},
        {"country": "Indonesia"},
        {"node": "Id Latihan"},
        {"signing": []},
        {"certificate_pem": ["not a certificate"]},
        {"sealing": [{"kty": "OKP", "crv": "X25519", "x": "short"}]},
        {"risk": 7},
    ],
)
def test_a_member_of_another_form_is_not_taken_over(change: dict[str, object]) -> None:
    raw = msgspec.json.decode(MemberList(version=1, members=(member("id.latihan"),)).to_bytes())
    raw["members"][0] |= change

    with pytest.raises(DirectoryForged):
        MemberList.from_bytes(msgspec.json.encode(raw))


@pytest.mark.parametrize("constraints", [None, BasicConstraints(ca=True, path_length=None)])
def test_a_certificate_that_could_vouch_for_others_is_not_taken_over(constraints: BasicConstraints | None) -> None:
    key, name = Ed25519PrivateKey.generate(), Name([NameAttribute(NameOID.COMMON_NAME, "id.latihan")])
    builder = CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
    builder = builder.not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
    if constraints is not None:
        builder = builder.add_extension(constraints, critical=True)
    pem = builder.sign(key, None).public_bytes(Encoding.PEM).decode()
    listed = msgspec.structs.replace(member("id.latihan"), certificate_pem=(pem,))

    with pytest.raises(DirectoryForged):
        MemberList.from_bytes(MemberList(version=1, members=(listed,)).to_bytes())


@pytest.mark.parametrize("raw", [b"", b"{}", b"[" * 100_000, b"\xff"])
def test_a_file_that_is_no_list_of_members_is_not_taken_over(raw: bytes) -> None:
    with pytest.raises(DirectoryForged):
        MemberList.from_bytes(raw)


def test_nobody_is_listed_twice() -> None:
    with pytest.raises(DirectoryForged):
        MemberList.from_bytes(MemberList(version=1, members=(member("id.latihan"), member("id.latihan"))).to_bytes())


def test_new_keys_stand_in_front_and_old_ones_end() -> None:
    before, keys, end = member("id.latihan"), NodeKeys.generate().public(), NOW + timedelta(days=30)

    after = before.with_keys(keys, old_until=end)

    assert after.signing[0] == keys.signing
    assert after.sealing[0] == keys.sealing
    assert [key.until for key in after.signing] == [None, end]


def test_an_old_key_is_not_made_to_last_longer_by_a_second_change() -> None:
    soon, later = NOW + timedelta(days=1), NOW + timedelta(days=30)

    once = member("id.latihan").with_keys(NodeKeys.generate().public(), old_until=soon)
    twice = once.with_keys(NodeKeys.generate().public(), old_until=later)

    assert [key.until for key in twice.sealing] == [None, later, soon]


def test_a_fingerprint_is_the_hash_of_the_certificate() -> None:
    listed = member("id.latihan")

    assert listed.certificates == (fingerprint(listed.certificate_pem[0]),)
    assert len(listed.certificates[0]) == 64
