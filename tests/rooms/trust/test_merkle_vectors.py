"""The tree against vectors others publish, and against the definition of RFC 9162 written out plainly."""

from __future__ import annotations

from base64 import b64decode
from hashlib import sha256

import pytest

from lintas.errors import LogBroken
from lintas.trust import merkle

# The eight entries and roots of the Certificate Transparency test data (RFC 6962 implementations,
# github.com/transparency-dev/merkle, testonly/constants.go).
ENTRIES = [
    bytes.fromhex(e)
    for e in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]
NODES = merkle.nodes_of(LEAVES)


def test_the_constants_are_those_of_the_rfc() -> None:
    assert sha256(b"").digest() == merkle.EMPTY_ROOT
    assert merkle.leaf_hash(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    assert (
        merkle.node_hash(b"N123", b"N456").hex() == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"
    )


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert merkle.root_of(LEAVES[:size]).hex() == ROOTS[size]
    assert merkle.root(size, NODES).hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [
        (0, 1, []),
        (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
        (
            5,
            8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
    ],
)
def test_inclusion_proofs_are_the_published_ones(index: int, size: int, proof: list[str]) -> None:
    assert [h.hex() for h in merkle.inclusion(index, size, NODES)] == proof
    merkle.verify_inclusion(LEAVES[index], index, size, [bytes.fromhex(h) for h in proof], bytes.fromhex(ROOTS[size]))


def test_the_published_consistency_proof_is_ours() -> None:
    published = [
        b64decode("DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o="),
        b64decode("yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA="),
        b64decode("037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc="),
    ]

    assert merkle.consistency(6, 8, NODES) == published
    merkle.verify_consistency(6, bytes.fromhex(ROOTS[6]), 8, bytes.fromhex(ROOTS[8]), published)


def plainly(leaves: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1, word by word."""
    if not leaves:
        return merkle.EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return merkle.node_hash(plainly(leaves[:k]), plainly(leaves[k:]))


@pytest.mark.parametrize("size", range(70))
def test_the_root_is_the_one_the_definition_gives(size: int) -> None:
    leaves = [merkle.leaf_hash(bytes([n])) for n in range(size)]

    assert merkle.root_of(leaves) == plainly(leaves) == merkle.root(size, merkle.nodes_of(leaves))


def test_an_odd_leaf_is_not_doubled() -> None:
    """The flaw of some older trees: a log of three and the same log with its last entry twice had one root."""
    three = LEAVES[:3]

    assert merkle.root_of(three) != merkle.root_of([*three, three[-1]])


def test_a_node_is_not_taken_for_an_entry() -> None:
    forged = b"\x01" + LEAVES[0] + LEAVES[1]

    with pytest.raises(LogBroken):
        merkle.verify_inclusion(merkle.leaf_hash(forged), 0, 1, [], merkle.root_of(LEAVES[:2]))


@pytest.mark.parametrize(("index", "size"), [(-1, 8), (8, 8), (0, 0)])
def test_what_is_not_in_the_log_cannot_be_proven(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="not in a log"):
        merkle.inclusion(index, size, NODES)
    with pytest.raises(LogBroken):
        merkle.verify_inclusion(LEAVES[0], index, size, [], bytes.fromhex(ROOTS[size]))


def test_a_log_that_shrank_cannot_be_proven() -> None:
    with pytest.raises(ValueError, match="does not begin"):
        merkle.consistency(8, 6, NODES)
    with pytest.raises(LogBroken):
        merkle.verify_consistency(8, bytes.fromhex(ROOTS[8]), 6, bytes.fromhex(ROOTS[6]), [])


def test_every_log_begins_with_the_empty_one_and_with_itself() -> None:
    assert merkle.consistency(0, 8, NODES) == merkle.consistency(8, 8, NODES) == []
    merkle.verify_consistency(0, merkle.EMPTY_ROOT, 8, bytes.fromhex(ROOTS[8]), [])
    merkle.verify_consistency(8, bytes.fromhex(ROOTS[8]), 8, bytes.fromhex(ROOTS[8]), [])


@pytest.mark.parametrize(
    ("old", "old_root", "proof"),
    [(0, ROOTS[1], []), (0, ROOTS[0], [b"x" * 32]), (8, ROOTS[7], []), (8, ROOTS[8], [b"x" * 32]), (6, ROOTS[6], [])],
)
def test_a_proof_of_nothing_must_be_empty_and_fit(old: int, old_root: str, proof: list[bytes]) -> None:
    with pytest.raises(LogBroken):
        merkle.verify_consistency(old, bytes.fromhex(old_root), 8, bytes.fromhex(ROOTS[8]), proof)
