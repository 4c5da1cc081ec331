"""Signed notes, checkpoints and cosignatures."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from lintas.errors import BadSignature, Malformed, TooLarge, Untrusted
from lintas.trust import NodeKeys
from lintas.trust.notes import Note, NoteSigner, NoteVerifier, SignatureType, TreeHead

# The example of the Go checksum database's note package (golang.org/x/mod/sumdb/note).
NEUMANN_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
NEUMANN_PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_NOTE = """\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""
# The example of C2SP tlog-cosignature.
WITNESSED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+"
    "xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xU"
    "e+mbIUBkBIfZ+qnA==\n"
)
SIGNER = NoteSigner("id.polri/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
HEAD = TreeHead("id.polri/log", 7, bytes(range(32)))
AT = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


def test_a_published_note_is_read_and_verified() -> None:
    name, _, key = NEUMANN_PUBLIC.split("+", 2)
    verifier = NoteVerifier(name, b64decode(key)[1:])

    verifier.verify(Note.read(NEUMANN_NOTE))

    assert verifier.line == NEUMANN_PUBLIC


def test_the_published_key_signs_the_published_note() -> None:
    secret = b64decode(NEUMANN_SECRET.split("+", 4)[4])[1:]
    signer = NoteSigner("PeterNeumann", Ed25519PrivateKey.from_private_bytes(secret))

    assert str(signer.sign(Note.read(NEUMANN_NOTE).text)) == NEUMANN_NOTE


def test_the_checkpoint_of_the_specification_is_read() -> None:
    note = Note.read(WITNESSED)
    head = TreeHead.read(note.text)

    assert str(note) == WITNESSED
    assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20852163)
    assert int.from_bytes(note.signatures[1].blob[:8]) == 1679315147  # as the specification says


def test_a_checkpoint_is_signed_and_read_again() -> None:
    note = Note.read(str(SIGNER.sign(HEAD.text)))

    SIGNER.verifier.verify(note)
    assert TreeHead.read(note.text) == HEAD


def test_a_witness_signs_with_its_time() -> None:
    witness = NoteSigner("my.pdrm/log", Ed25519PrivateKey.generate())

    note = SIGNER.sign(HEAD.text).with_signatures_of(witness.cosign(HEAD.text, AT + timedelta(microseconds=5)))

    assert witness.cosignature_verifier.verify_cosignature(Note.read(str(note))) == AT
    SIGNER.verifier.verify(note)


def test_a_signature_is_not_a_cosignature() -> None:
    """The same key under the same name, but nobody can present its note as a statement of a witness."""
    with pytest.raises(BadSignature):
        SIGNER.cosignature_verifier.verify_cosignature(SIGNER.sign(HEAD.text))
    with pytest.raises(BadSignature):
        SIGNER.verifier.verify(SIGNER.cosign(HEAD.text, AT))


def test_a_cosignature_of_another_time_is_not_believed() -> None:
    (signature,) = SIGNER.cosign(HEAD.text, AT).signatures
    forged = b64encode(signature.key_id + bytes(8) + signature.blob[8:]).decode()

    with pytest.raises(BadSignature):
        SIGNER.cosignature_verifier.verify_cosignature(Note.read(f"{HEAD.text}\n— id.polri/log {forged}\n"))


def test_a_cosignature_of_another_checkpoint_is_not_joined() -> None:
    other = TreeHead("id.polri/log", 8, bytes(32))

    with pytest.raises(Malformed):
        SIGNER.sign(HEAD.text).with_signatures_of(SIGNER.cosign(other.text, AT))


def test_the_same_signature_is_not_joined_twice() -> None:
    note = SIGNER.sign(HEAD.text)

    assert note.with_signatures_of(note) == note


def test_the_directorys_key_verifies_the_notes_of_its_node() -> None:
    keys = NodeKeys.generate()
    signer = NoteSigner("id.polri/log", keys.signing_key)

    listed = keys.public().signing

    NoteVerifier.of("id.polri/log", listed).verify(signer.sign(HEAD.text))
    cosigned = signer.cosign(HEAD.text, AT)
    NoteVerifier.of("id.polri/log", listed, SignatureType.COSIGNATURE).verify_cosignature(cosigned)
    assert not NoteVerifier.of("id.polri/log", listed).stands_under(cosigned)


def test_a_signature_under_another_name_does_not_count() -> None:
    with pytest.raises(BadSignature):
        NoteVerifier("my.pdrm/log", SIGNER.verifier.public).verify(SIGNER.sign(HEAD.text))


@given(st.data())
def test_no_changed_character_is_believed(data: st.DataObject) -> None:
    note = str(SIGNER.sign(HEAD.text))
    at = data.draw(st.integers(0, len(note) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != note[at]))

    with pytest.raises(Untrusted):
        SIGNER.verifier.verify(Note.read(note[:at] + other + note[at + 1 :]))


@given(st.text(max_size=200))
def test_whatever_is_given_is_read_or_refused(text: str) -> None:
    try:
        note = Note.read(text)
    except Untrusted:
        return
    assert str(note) == text


@pytest.mark.parametrize(
    "note",
    [
        "",
        "no signature\n",
        "no end\n\n— a AAAAAAA=",
        "tab\t\n\n— a AAAAAAA=\n",
        "\n\n— a AAAAAAA=\n",
        "x\n\n- a AAAAAAA=\n",
        "x\n\n— a+b AAAAAAA=\n",
        "x\n\n— a AAAA\n",
        "x\n\n— a AAAAA\n",
        "x\n\n— a AAAAAAA=\n\n",
    ],
)
def test_what_is_no_note_is_malformed(note: str) -> None:
    with pytest.raises(Malformed):
        Note.read(note)


def test_a_note_too_long_is_not_read() -> None:
    with pytest.raises(TooLarge):
        Note.read("x" * 4001)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "id.polri/log\n7\n",
        "id.polri/log\n07\n" + b64encode(bytes(32)).decode() + "\n",
        "id.polri/log\n-7\n" + b64encode(bytes(32)).decode() + "\n",
        "\n7\n" + b64encode(bytes(32)).decode() + "\n",
        "id.polri/log\n7\n" + b64encode(bytes(31)).decode() + "\n",
        "id.polri/log\n7\n" + "A" * 42 + "B=\n",  # the same bytes, spelt otherwise
        "id.polri/log\n7\nnot base64\n",
        "id.polri/log\n7\nbüro\n",
        "id.polri/log\n7\n" + b64encode(bytes(32)).decode() + "\nmore\n",
        "id.polri/log\n7\n" + b64encode(bytes(32)).decode(),
    ],
)
def test_what_is_no_checkpoint_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        TreeHead.read(text)
