"""What is sealed opens; whatever else arrives is refused, each attack with its own error."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lintas.errors import (
    BadSignature,
    DirectoryExpired,
    LintasError,
    Malformed,
    NotForUs,
    OutOfTime,
    PeerUnreachable,
    Replayed,
    TooLarge,
    UnknownSender,
    Untrusted,
)
from lintas.protocol import LIMITS, NodeKeys, SeenInMemory, read_header
from lintas.protocol.envelope import Inside
from rooms.protocol.parties import (
    NOW,
    Agency,
    Scene,
    decoded,
    encoded,
    plain,
    question,
    resigned,
    sealed_inside,
    with_payload,
)

SCENE = Scene()


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_what_is_sealed_opens(scene: Scene) -> None:
    raw = scene.sealed(id="surat-0001")

    opened = scene.opened(raw)

    assert opened.message == question()
    assert (opened.sender, opened.id, opened.sent_at, opened.directory_version) == ("id.latihan", "surat-0001", NOW, 7)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=5))
def test_whatever_names_are_asked_arrive_as_they_were_sent(names: list[str]) -> None:
    names = [name.encode("utf-8", "replace").decode() for name in names]

    assert SCENE.opened(SCENE.sealed(question(*names))).message == question(*names)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_changed_byte_is_believed(data: st.DataObject) -> None:
    raw = bytearray(SCENE.sealed())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))

    with pytest.raises(Untrusted):
        SCENE.opened(bytes(raw))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300) | st.lists(st.binary(max_size=60), min_size=3, max_size=3).map(b".".join))
def test_rubbish_is_refused_with_an_error_of_ours(raw: bytes) -> None:
    with pytest.raises((Malformed, UnknownSender)):
        SCENE.opened(raw)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400) | st.lists(st.binary(max_size=60), min_size=5, max_size=5).map(b".".join))
def test_rubbish_that_a_partner_signed_is_refused_as_malformed(payload: bytes) -> None:
    with pytest.raises((Malformed, NotForUs)):
        SCENE.opened(with_payload(SCENE.sealed(), SCENE.jakarta, payload))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    )
)
def test_any_other_json_that_a_partner_sealed_is_refused_as_malformed(value: object) -> None:
    with pytest.raises(Malformed):
        SCENE.opened(sealed_inside(SCENE, SCENE.sealed(), msgspec.json.encode(value)))


def test_a_carrier_reads_who_writes_to_whom_and_nothing_more(scene: Scene) -> None:
    raw = scene.sealed(question("Nyi Roro Kidul"))

    seen = read_header(raw)

    assert (seen.iss, seen.aud) == ("id.latihan", "my.latihan")
    assert b"Kidul" not in b"".join(plain(part) for part in [*raw.split(b"."), *_ciphertext(raw).split(b".")])


def test_a_message_that_is_too_large_is_not_even_parsed(scene: Scene) -> None:
    with pytest.raises(TooLarge):
        scene.opened(b"x" * (LIMITS.envelope + 1))


def test_the_largest_message_of_the_protocol_fits() -> None:
    scene = Scene()
    names = [f"{number} " + "a" * 395 for number in range(20)]

    assert scene.opened(scene.sealed(question(*names))).message == question(*names)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"alg": "none"}, "alg none"),
        ({"alg": "EdDSA"}, "another name for the algorithm"),
        ({"typ": "JWT"}, "another kind of token"),
        ({"ver": 2}, "another version"),
        ({"ver": True}, "a truth in place of a number"),
        ({"kid": "short"}, "a key id that is none"),
        ({"iss": "ID.LATIHAN"}, "capital letters in a node's name"),
        ({"iss": None}, "no sender"),
        ({"jti": None}, "no id"),
        ({"jti": "a b c d e f"}, "an id that is none"),
        ({"exp": "soon"}, "a word in place of a time"),
        ({"exp": 2**60}, "a time after the end of all calendars"),
        ({"iat": -1}, "a time before the epoch"),
        ({"dv": -1}, "a directory before the first"),
        ({"crit": ["b64"], "b64": False}, "an extension we do not know"),
        ({"jwk": {"kty": "OKP"}}, "a key that the message brings itself"),
    ],
)
def test_a_header_of_another_form_is_malformed(scene: Scene, change: dict[str, object], why: str) -> None:
    header, payload, signature = scene.sealed().split(b".")
    members = {name: value for name, value in (decoded(header) | change).items() if value is not None}

    with pytest.raises(Malformed):
        scene.opened(b".".join((encoded(members), payload, signature)))


@pytest.mark.parametrize("raw", [b"", b"..", b"a.b", b"a.b.c.d", b"{}", b"e30.e30.e30", b"\xff.\xff.\xff"])
def test_an_envelope_of_another_form_is_malformed(scene: Scene, raw: bytes) -> None:
    with pytest.raises(Malformed):
        scene.opened(raw)


@pytest.mark.parametrize("bomb", [b"[" * 1500, b'{"a":' * 300])
def test_a_bomb_of_brackets_in_the_header_is_malformed(scene: Scene, bomb: bytes) -> None:
    _, payload, signature = scene.sealed().split(b".")

    with pytest.raises(Malformed):
        scene.opened(b".".join((encoded(bomb), payload, signature)))


def test_a_header_beyond_its_limit_is_malformed(scene: Scene) -> None:
    with pytest.raises(Malformed):
        scene.opened(resigned(scene.sealed(), scene.jakarta, note="x" * LIMITS.header))


@pytest.mark.parametrize("bomb", [b"[" * 100_000, b'{"message":' * 50_000, b'{"message":{"subject":' + b"[" * 100_000])
def test_a_bomb_of_brackets_that_a_partner_sealed_is_malformed(scene: Scene, bomb: bytes) -> None:
    with pytest.raises(Malformed):
        scene.opened(sealed_inside(scene, scene.sealed(), bomb))


def test_a_stranger_is_an_unknown_sender(scene: Scene) -> None:
    raw = scene.sealed(sender="xx.asing", keys=scene.stranger.keys)

    with pytest.raises(UnknownSender):
        scene.opened(raw)


def test_a_partner_that_was_removed_is_unknown_at_once(scene: Scene) -> None:
    scene.opened(scene.sealed())
    del scene.book.peers["id.latihan"]

    with pytest.raises(UnknownSender):
        scene.opened(scene.sealed())


def test_nobody_is_believed_by_a_directory_that_has_expired(scene: Scene) -> None:
    scene.book.expires = NOW

    with pytest.raises(DirectoryExpired):
        scene.opened(scene.sealed())


def test_a_stranger_that_signs_as_a_partner_is_refused(scene: Scene) -> None:
    with pytest.raises(BadSignature):
        scene.opened(scene.sealed(keys=scene.stranger.keys))


def test_the_key_id_of_another_does_not_help_a_forger(scene: Scene) -> None:
    kid = scene.jakarta.keys.signing[0].kid

    with pytest.raises(BadSignature):
        scene.opened(resigned(scene.sealed(), scene.stranger, kid=kid))


def test_a_partner_cannot_sign_for_another_partner(scene: Scene) -> None:
    manila = Agency("ph.latihan")
    scene.list(manila)

    with pytest.raises(BadSignature):
        scene.opened(scene.sealed(keys=manila.keys))


def test_nobody_can_sign_anothers_content_as_their_own(scene: Scene) -> None:
    """A sealed question taken from the wire and signed again by another member stays the first one's question."""
    manila = Agency("ph.latihan")
    scene.list(manila)
    stolen = resigned(scene.sealed(), manila, iss="ph.latihan")

    with pytest.raises(Malformed):
        scene.opened(stolen)


@pytest.mark.parametrize("change", [{"jti": "another-id-0001"}, {"iss": "ph.latihan"}])
def test_outside_and_inside_must_say_the_same(scene: Scene, change: dict[str, str]) -> None:
    scene.book.peers["ph.latihan"] = scene.jakarta.peer

    with pytest.raises(Malformed):
        scene.opened(resigned(scene.sealed(), scene.jakarta, **change))


def test_a_message_for_another_node_is_not_opened(scene: Scene) -> None:
    with pytest.raises(NotForUs):
        scene.opened(scene.sealed(recipient=scene.stranger.peer))


def test_a_message_addressed_to_us_but_sealed_for_another_is_not_for_us(scene: Scene) -> None:
    sealed_for_stranger = scene.sealed(recipient=scene.stranger.peer)

    with pytest.raises(NotForUs):
        scene.opened(resigned(sealed_for_stranger, scene.jakarta, aud=scene.kl.node))


@pytest.mark.parametrize(
    ("by", "believed"),
    [
        (timedelta(0), True),
        (LIMITS.lifetime + LIMITS.skew, True),
        (LIMITS.lifetime + LIMITS.skew + timedelta(seconds=1), False),
        (-LIMITS.skew, True),
        (-LIMITS.skew - timedelta(seconds=1), False),
        (timedelta(hours=1), False),
        (timedelta(hours=-1), False),
    ],
)
def test_a_message_is_believed_for_its_lifetime_and_the_skew_of_clocks(by: timedelta, *, believed: bool) -> None:
    scene = Scene()
    raw = scene.sealed()
    scene.clock.advance(by)

    if believed:
        assert scene.opened(raw)
    else:
        with pytest.raises(OutOfTime):
            scene.opened(raw)


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(seconds=-5), timedelta(days=365)])
def test_a_lifetime_beyond_the_limits_is_malformed(scene: Scene, lifetime: timedelta) -> None:
    with pytest.raises(Malformed):
        scene.opened(scene.sealed(lifetime=lifetime))


def test_the_same_message_is_believed_once(scene: Scene) -> None:
    raw = scene.sealed()
    scene.opened(raw)

    with pytest.raises(Replayed):
        scene.opened(raw)


def test_the_same_id_in_another_message_of_the_same_sender_is_a_replay(scene: Scene) -> None:
    scene.opened(scene.sealed(id="surat-0001"))

    with pytest.raises(Replayed):
        scene.opened(scene.sealed(question("Wati"), id="surat-0001"))


def test_two_senders_may_use_the_same_id(scene: Scene) -> None:
    manila = Agency("ph.latihan")
    scene.list(manila)
    scene.opened(scene.sealed(id="surat-0001"))

    assert scene.opened(scene.sealed(id="surat-0001", sender="ph.latihan", keys=manila.keys))


def test_a_forged_copy_does_not_use_up_the_id_of_the_true_message(scene: Scene) -> None:
    with pytest.raises(BadSignature):
        scene.opened(scene.sealed(id="surat-0001", keys=scene.stranger.keys))

    assert scene.opened(scene.sealed(id="surat-0001"))


def test_an_id_is_forgotten_only_when_its_message_can_no_longer_pass(scene: Scene) -> None:
    raw = scene.sealed()
    scene.opened(raw)

    for _ in range(200):
        scene.clock.advance(timedelta(seconds=1))
        with pytest.raises((Replayed, OutOfTime)):
            scene.opened(raw)


def test_the_memory_for_ids_does_not_grow_for_ever(scene: Scene) -> None:
    for _ in range(50):
        scene.opened(scene.sealed())
        scene.clock.advance(timedelta(minutes=10))

    assert len(scene.seen._ids) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"zip": "DEF"},
        {"alg": "dir"},
        {"alg": "ECDH-ES+A128KW"},
        {"enc": "A128CBC-HS256"},
        {"cty": "JWT"},
        {"kid": "short"},
    ],
)
def test_a_seal_of_another_form_is_malformed(scene: Scene, change: dict[str, str]) -> None:
    """Above all no compression: a few bytes must not unfold into gigabytes."""
    raw = scene.sealed()
    ciphertext = _ciphertext(raw)
    header, *rest = ciphertext.split(b".")

    with pytest.raises(Malformed):
        scene.opened(with_payload(raw, scene.jakarta, b".".join((encoded(decoded(header) | change), *rest))))


@pytest.mark.parametrize("x", ["A" * 43, "_" * 43, "AQ" + "A" * 41])
def test_a_weak_one_time_key_is_malformed(scene: Scene, x: str) -> None:
    raw = scene.sealed()
    header, *rest = _ciphertext(raw).split(b".")
    changed = decoded(header)
    changed["epk"]["x"] = x

    with pytest.raises(Malformed):
        scene.opened(with_payload(raw, scene.jakarta, b".".join((encoded(changed), *rest))))


def _ciphertext(raw: bytes) -> bytes:
    return plain(raw.split(b".")[1])


def test_an_unknown_message_is_malformed_and_its_content_is_not_told(scene: Scene) -> None:
    inside = {"sender": "id.latihan", "recipient": "my.latihan", "id": "surat-0001", "message": {"type": "Rahasia"}}
    raw = sealed_inside(scene, scene.sealed(id="surat-0001"), msgspec.json.encode(inside))

    with pytest.raises(Malformed) as refusal:
        scene.opened(raw)

    assert "Rahasia" not in str(refusal.value)


def test_an_unknown_field_is_malformed(scene: Scene) -> None:
    inside = msgspec.json.decode(msgspec.json.encode(Inside("id.latihan", "my.latihan", "surat-0001", question())))
    inside["message"]["urgent"] = True

    with pytest.raises(Malformed):
        scene.opened(sealed_inside(scene, scene.sealed(id="surat-0001"), msgspec.json.encode(inside)))


def test_a_message_signed_with_an_older_key_opens_until_that_key_ends(scene: Scene) -> None:
    old = scene.jakarta.peer.signing[0]
    scene.jakarta.keys = scene.jakarta.keys.rotated()
    ending = msgspec.structs.replace(old, until=NOW + timedelta(hours=1))
    scene.list(scene.jakarta, signing=(*scene.jakarta.peer.signing, ending))
    old_keys = NodeKeys(scene.jakarta.keys.signing[1:], scene.jakarta.keys.sealing)

    scene.opened(scene.sealed())
    scene.opened(scene.sealed(keys=old_keys))
    scene.clock.advance(timedelta(hours=1))
    scene.opened(scene.sealed())
    with pytest.raises(BadSignature):
        scene.opened(scene.sealed(keys=old_keys))


def test_what_was_sealed_for_an_older_key_still_opens(scene: Scene) -> None:
    raw = scene.sealed()

    assert scene.opened(raw, keys=scene.kl.keys.rotated())


def test_nothing_is_sealed_for_a_key_that_has_ended(scene: Scene) -> None:
    ended = msgspec.structs.replace(scene.kl.peer.sealing[0], until=NOW)
    scene.list(scene.kl, sealing=(ended,))

    with pytest.raises(PeerUnreachable):
        scene.sealed(recipient=scene.book.peer("my.latihan"))


def test_every_refusal_names_a_step_or_a_reason_a_person_can_read(scene: Scene) -> None:
    with pytest.raises(LintasError) as refusal:
        scene.opened(b"e30.e30.e30")

    assert "not of the form" in str(refusal.value)
    assert refusal.value.facts["step"] == 2


def test_reading_the_header_promises_nothing_about_the_sender(scene: Scene) -> None:
    forged = scene.sealed(keys=scene.stranger.keys, directory_version=99)

    assert read_header(forged).dv == 99


def test_an_id_is_new_exactly_once(scene: Scene) -> None:
    seen = SeenInMemory(scene.clock)

    assert seen.remember("id.latihan", "surat-0001", NOW) is True
    assert seen.remember("id.latihan", "surat-0001", NOW) is False
