"""Keys are made, kept in files, listed and replaced."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lintas.errors import InvalidFile
from lintas.protocol import NodeKeys, PublicKey
from rooms.protocol.parties import NOW


def test_keys_come_back_from_their_files() -> None:
    keys = NodeKeys.generate().rotated()

    again = NodeKeys.from_pem(*keys.to_pem())

    assert again.public() == keys.public()
    assert [key.kid for key in again.signing] == [key.kid for key in keys.signing]
    assert again.opener(keys.sealing[1].kid or "") is not None


@pytest.mark.parametrize(
    "signing", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_file_without_a_key_says_so(signing: bytes) -> None:
    _, sealing = NodeKeys.generate().to_pem()

    with pytest.raises(InvalidFile, match="Ed25519"):
        NodeKeys.from_pem(signing, sealing)


def test_keys_in_the_wrong_files_are_noticed() -> None:
    signing, sealing = NodeKeys.generate().to_pem()

    with pytest.raises(InvalidFile):
        NodeKeys.from_pem(sealing, signing)


def test_a_key_is_named_by_its_thumbprint() -> None:
    """The example of RFC 8037, appendix A.3."""
    key = PublicKey(kty="OKP", crv="Ed25519", x="11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")

    assert key.kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_what_is_listed_holds_no_private_part() -> None:
    listed = msgspec.json.decode(msgspec.json.encode(NodeKeys.generate().public()))

    assert {frozenset(key) for key in listed.values()} == {frozenset({"kty", "crv", "x"})}


def test_keys_do_not_show_themselves_in_a_log_line() -> None:
    keys = NodeKeys.generate()

    assert str(keys.signing[0].as_dict(private=True)["d"]) not in repr(keys)


def test_a_key_is_valid_until_its_end_and_no_longer() -> None:
    key = msgspec.structs.replace(NodeKeys.generate().public().signing, until=NOW)

    assert key.is_valid(NOW - timedelta(seconds=1))
    assert not key.is_valid(NOW)


def test_a_new_key_does_not_sign_before_the_directory_lists_it() -> None:
    old = NodeKeys.generate()
    keys = old.rotated()
    ended = msgspec.structs.replace(old.public().signing, until=NOW)

    assert keys.as_listed([old.public().signing], NOW).public().signing == old.public().signing
    assert keys.as_listed([keys.public().signing, old.public().signing], NOW).public() == keys.public()
    assert keys.as_listed([ended], NOW).public() == keys.public()


def test_the_newest_key_signs_other_things_of_the_node_too() -> None:
    assert isinstance(NodeKeys.generate().signing_key, Ed25519PrivateKey)
