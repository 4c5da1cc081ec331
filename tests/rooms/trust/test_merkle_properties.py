"""What is always true of the tree; the machine looks for the lie."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lintas.errors import LogBroken
from lintas.trust import merkle

LEAVES = [merkle.leaf_hash(n.to_bytes(2)) for n in range(300)]
NODES = merkle.nodes_of(LEAVES)
sizes = st.integers(1, len(LEAVES))


@st.composite
def places(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(sizes)
    return draw(st.integers(0, size - 1)), size


@st.composite
def growths(draw: st.DrawFn) -> tuple[int, int]:
    new = draw(sizes)
    return draw(st.integers(0, new)), new


def root(size: int) -> bytes:
    return merkle.root(size, NODES)


@given(places())
def test_every_entry_can_be_proven(place: tuple[int, int]) -> None:
    index, size = place

    proof = merkle.inclusion(index, size, NODES)

    merkle.verify_inclusion(LEAVES[index], index, size, proof, root(size))
    assert len(proof) <= (size - 1).bit_length()


@given(growths())
def test_every_growth_can_be_proven(growth: tuple[int, int]) -> None:
    old, new = growth

    proof = merkle.consistency(old, new, NODES)

    merkle.verify_consistency(old, root(old), new, root(new), proof)


@given(st.lists(st.binary(max_size=8), max_size=80))
def test_appending_one_by_one_gives_the_root_of_all(entries: list[bytes]) -> None:
    leaves = [merkle.leaf_hash(entry) for entry in entries]

    assert merkle.root_of(leaves) == merkle.root(len(leaves), merkle.nodes_of(leaves))


@given(places(), st.binary(min_size=1, max_size=40))
def test_no_changed_entry_is_proven(place: tuple[int, int], other: bytes) -> None:
    index, size = place
    assume(merkle.leaf_hash(other) != LEAVES[index])

    with pytest.raises(LogBroken):
        merkle.verify_inclusion(merkle.leaf_hash(other), index, size, merkle.inclusion(index, size, NODES), root(size))


@given(places(), st.integers(0, 299))
def test_no_entry_is_proven_in_anothers_place(place: tuple[int, int], elsewhere: int) -> None:
    index, size = place
    assume(elsewhere != index)

    with pytest.raises(LogBroken):
        merkle.verify_inclusion(LEAVES[index], elsewhere, size, merkle.inclusion(index, size, NODES), root(size))


def damaged(draw: st.DrawFn, proof: list[bytes]) -> list[bytes]:
    """The proof with a bit turned, or one hash more, less, or out of order."""
    deed = draw(st.sampled_from(["flip", "drop", "add", "swap"])) if proof else "add"
    at = draw(st.integers(0, max(0, len(proof) - 1)))
    if deed == "flip":
        bit = draw(st.integers(0, 255))
        changed = bytearray(proof[at])
        changed[bit // 8] ^= 1 << bit % 8
        return [*proof[:at], bytes(changed), *proof[at + 1 :]]
    if deed == "drop":
        return proof[:at] + proof[at + 1 :]
    if deed == "swap":
        other = draw(st.integers(0, len(proof) - 1))
        out = list(proof)
        out[at], out[other] = out[other], out[at]
        return out
    return [*proof[:at], draw(st.sampled_from([*proof, bytes(32), LEAVES[0]])), *proof[at:]]


@given(st.data(), places())
def test_no_damaged_inclusion_proof_is_believed(data: st.DataObject, place: tuple[int, int]) -> None:
    index, size = place
    proof = merkle.inclusion(index, size, NODES)
    wrong = damaged(data.draw, proof)
    assume(wrong != proof)

    with pytest.raises(LogBroken):
        merkle.verify_inclusion(LEAVES[index], index, size, wrong, root(size))


@given(st.data(), growths())
def test_no_damaged_consistency_proof_is_believed(data: st.DataObject, growth: tuple[int, int]) -> None:
    old, new = growth
    proof = merkle.consistency(old, new, NODES)
    wrong = damaged(data.draw, proof)
    assume(wrong != proof)

    with pytest.raises(LogBroken):
        merkle.verify_consistency(old, root(old), new, root(new), wrong)


@given(growths(), st.data())
def test_a_log_with_another_past_is_never_consistent(growth: tuple[int, int], data: st.DataObject) -> None:
    old, new = growth
    assume(old > 0)
    changed = data.draw(st.integers(0, old - 1))
    rewritten = [*LEAVES[:changed], merkle.leaf_hash(b"rewritten"), *LEAVES[changed + 1 : new]]
    nodes = merkle.nodes_of(rewritten)

    with pytest.raises(LogBroken):
        merkle.verify_consistency(old, root(old), new, merkle.root(new, nodes), merkle.consistency(old, new, nodes))
