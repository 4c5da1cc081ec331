"""Sections 4 to 8: what is not an envelope of a partner is refused with its code, and nothing is answered."""

from __future__ import annotations

import contextlib
import ssl
import time
from typing import Any

from writer import b64, compact

from conformance.bench import Bench, clause, fresh
from conformance.wire import ENVELOPES, Call, Reply, need

LIMIT = 1024 * 1024


def malformed(bench: Bench, **header: Any) -> None:  # noqa: ANN401 - whatever a header can hold
    """An envelope with this in its header is refused as malformed."""
    envelope = bench.envelope(**header)
    bench.refused(envelope, envelope.signed(), "untrusted.malformed")


@clause("5.1")
def too_large(bench: Bench) -> None:
    """An envelope larger than the limit is refused before anything of it is read."""
    envelope = bench.envelope()
    raw = envelope.signed()
    bench.refused(envelope, raw + b"A" * (LIMIT + 1 - len(raw)), "untrusted.too-large")


@clause("8.7")
def endless(bench: Bench) -> None:
    """A body that does not tell its length is refused at the limit, without waiting for its end."""
    with Call(bench.asker, bench.card) as call:
        call.connection.putrequest("POST", ENVELOPES)
        call.connection.putheader("Transfer-Encoding", "chunked")
        call.connection.endheaders()
        with contextlib.suppress(ConnectionError):  # it may hang up while we are sending
            for _ in range(LIMIT // 65536 + 2):
                call.connection.send(b"10000\r\n" + b"A" * 65536 + b"\r\n")
        Reply.read(call.connection.getresponse()).refused("untrusted.too-large")


@clause("5.2")
def not_three_parts(bench: Bench) -> None:
    """What does not have three parts is malformed."""
    envelope = bench.envelope()
    raw = envelope.signed()
    for shape in (b"", b"..", raw.rpartition(b".")[0], raw + b".AAAA", compact({"payload": "AAAA"})):
        bench.refused(envelope, shape, "untrusted.malformed")


@clause("5.2")
def brackets_in_the_header(bench: Bench) -> None:
    """A header of nested brackets, of no UTF-8, or of too many bytes is malformed."""
    envelope = bench.envelope()
    _, _, rest = envelope.signed().partition(b".")
    for header in (b"[" * 1500, b"\xff\xfe", compact(envelope.header) + b" " * 2000):
        bench.refused(envelope, b64(header).encode() + b"." + rest, "untrusted.malformed")


@clause("4.2")
def alg_none(bench: Bench) -> None:
    """`alg` none, and every algorithm but the one, is malformed."""
    for alg in ("none", "EdDSA", "HS256", "ES256"):
        malformed(bench, alg=alg)
    unsigned = bench.envelope(alg="none")
    bench.refused(unsigned, unsigned.signed().rpartition(b".")[0] + b".", "untrusted.malformed")


@clause("4.3")
def own_key(bench: Bench) -> None:
    """A header that brings its own key, or any member that is not listed, is malformed."""
    malformed(bench, jwk=bench.stranger.signing.public())
    malformed(bench, crit=["b64"], b64=False)
    malformed(bench, note="latihan")


@clause("17.1")
def other_version(bench: Bench) -> None:
    """Another version is malformed."""
    malformed(bench, ver=2)
    malformed(bench, typ="JWT")


@clause("5.3")
def unknown_sender(bench: Bench) -> None:
    """A sender who is nobody in the directory is unknown."""
    envelope = bench.envelope(iss=bench.stranger.node, kid=bench.stranger.signing.kid)
    bench.refused(envelope, envelope.signed(key=bench.stranger.signing), "untrusted.unknown-sender")


@clause("5.4")
def forged(bench: Bench) -> None:
    """A signature by anybody else's key is refused, whichever key it names."""
    for kid in (bench.asker.signing.kid, bench.stranger.signing.kid, bench.asker.sealing.kid):
        envelope = bench.envelope(kid=kid)
        bench.refused(envelope, envelope.signed(key=bench.stranger.signing), "untrusted.bad-signature")
    envelope = bench.envelope(kid=bench.other.signing.kid)
    bench.refused(envelope, envelope.signed(key=bench.other.signing), "untrusted.bad-signature")


@clause("5.4")
def changed(bench: Bench) -> None:
    """An envelope of which one character was changed on its way is refused."""
    envelope = bench.envelope()
    header, payload, signature = envelope.signed().split(b".")
    other = b64(compact(envelope.header | {"exp": envelope.header["exp"] + 1})).encode()
    turned = payload[:40] + (b"A" if payload[40:41] != b"A" else b"B") + payload[41:]
    for parts in ((other, payload, signature), (header, turned, signature), (header, payload, b"A" * 86)):
        bench.refused(envelope, b".".join(parts), "untrusted.bad-signature")


@clause("5.12")
def forger_uses_up_nothing(bench: Bench) -> None:
    """A forger cannot use up the id of somebody else's envelope."""
    envelope = bench.envelope()
    bench.post(envelope.signed(key=bench.stranger.signing)).refused("untrusted.bad-signature")
    need(bench.open(bench.post(envelope.signed()))["type"] == "check.answered", "refused after a forgery")


@clause("5.5")
def wrong_recipient(bench: Bench) -> None:
    """An envelope addressed to another node is not for us."""
    envelope = bench.envelope(aud=bench.other.node)
    bench.refused(envelope, envelope.signed(), "untrusted.not-for-us")


@clause("5.6")
def stale(bench: Bench) -> None:
    """An envelope that is too old is out of time."""
    now = int(time.time())
    envelope = bench.envelope(iat=now - 500, exp=now - 320)
    bench.refused(envelope, envelope.signed(), "untrusted.out-of-time")


@clause("5.6")
def from_the_future(bench: Bench) -> None:
    """An envelope from the future is out of time."""
    now = int(time.time())
    envelope = bench.envelope(iat=now + 320, exp=now + 440)
    bench.refused(envelope, envelope.signed(), "untrusted.out-of-time")


@clause("5.6")
def lifetime(bench: Bench) -> None:
    """A lifetime beyond the longest, of nothing, or backwards is malformed; the longest itself is taken."""
    now = int(time.time())
    for seconds in (601, 0, -10):
        malformed(bench, iat=now, exp=now + seconds)
    told = bench.open(bench.post(bench.envelope(iat=now, exp=now + 600).signed()))
    need(told["type"] == "check.answered", "answered with", told["type"])


@clause("5.7")
def replayed(bench: Bench) -> None:
    """An envelope that was received before is refused."""
    raw = bench.envelope().signed()
    bench.open(bench.post(raw))
    bench.post(raw).refused("untrusted.replayed")
    bench.notes["replay"] = raw


@clause("5.7")
def id_of_another_sender(bench: Bench) -> None:
    """Ids belong to their sender: the same id of another partner is new."""
    jti = fresh()
    bench.open(bench.post(bench.envelope(jti=jti).signed()))
    other = bench.envelope(sender=bench.other, jti=jti)
    bench.open(bench.post(other.signed(), bench.other), bench.other)


@clause("5.8")
def sealed_for_another(bench: Bench) -> None:
    """What is sealed for another node's key is not for us."""
    envelope = bench.envelope()
    bench.refused(envelope, envelope.signed(envelope.sealed(key=bench.other.sealing)), "untrusted.not-for-us")


@clause("4.5")
def other_seals(bench: Bench) -> None:
    """Another algorithm, compression, or a member that is not listed in the seal is malformed."""
    for seal in (
        {"alg": "dir"},
        {"enc": "A128GCM"},
        {"zip": "DEF"},
        {"apu": "QQ"},
        {"cty": "JWT"},
        {"note": "x" * 2000},
    ):
        envelope = bench.envelope()
        envelope.seal = seal
        bench.refused(envelope, envelope.signed(), "untrusted.malformed")


@clause("5.8")
def weak_point(bench: Bench) -> None:
    """A one-time key that gives everybody the same secret is malformed."""
    envelope = bench.envelope()
    envelope.seal = {"epk": {"kty": "OKP", "crv": "X25519", "x": "A" * 43}}
    bench.refused(envelope, envelope.signed(), "untrusted.malformed")


@clause("5.8")
def not_sealed(bench: Bench) -> None:
    """What is signed and not sealed is malformed, and so is a seal that was changed."""
    envelope = bench.envelope()
    bench.refused(envelope, envelope.signed(compact(envelope.inside)), "untrusted.malformed")
    protected, key, iv, ciphertext, tag = envelope.sealed().split(b".")
    turned = (b"A" if ciphertext[:1] != b"A" else b"B") + ciphertext[1:]
    for parts in ((protected, key, iv, turned, tag), (protected, b"QUJD", iv, ciphertext, tag), (protected, key, iv)):
        again = bench.envelope(envelope.message)
        bench.refused(again, again.signed(b".".join(parts)), "untrusted.malformed")


@clause("4.7")
def signed_by_the_thief(bench: Bench) -> None:
    """A partner cannot sign another's ciphertext as its own."""
    theirs = bench.envelope()
    stolen = bench.envelope(theirs.message, sender=bench.other, jti=theirs.header["jti"])
    bench.refused(theirs, stolen.signed(theirs.sealed()), "untrusted.malformed", by=bench.other)


@clause("5.9")
def inside_says_otherwise(bench: Bench) -> None:
    """Sender, recipient and id inside have to be those outside."""
    for change in ({"sender": bench.other.node}, {"recipient": bench.other.node}, {"id": fresh()}, {"more": 1}):
        envelope = bench.envelope()
        envelope.inside |= change
        bench.refused(envelope, envelope.signed(), "untrusted.malformed")


@clause("5.14")
def nested_bomb(bench: Bench) -> None:
    """A bomb of brackets, broken UTF-8, and numbers out of range are malformed."""
    huge = b'{"sender":1' + b"0" * 5000 + b"}"
    for content in (b"[" * 100_000, b'{"message":' * 50_000, b'{"sender":"\xff"}', b"hello", b"[]", huge):
        envelope = bench.envelope()
        bench.refused(envelope, envelope.signed(envelope.sealed(content)), "untrusted.malformed")


@clause("9.1")
def unknown_type(bench: Bench) -> None:
    """A type that does not exist or is reserved, and a message without one, is malformed."""
    for message in ({"type": "check.guess", "check": fresh()}, {"type": "withdrawal"}, {"check": fresh()}):
        envelope = bench.envelope(message)
        bench.refused(envelope, envelope.signed(), "untrusted.malformed")


@clause("9.1")
def not_handled(bench: Bench) -> None:
    """A message that nobody asked for is answered with a problem."""
    for message in (
        {"type": "receipt", "letter": fresh(), "accepted_at": "2026-01-01T08:00:00Z"},
        {"type": "problem", "code": "error", "facts": {}},
        {"type": "check.answered", "check": fresh(), "matches": [], "log": "5f" * 32},
    ):
        bench.problem(message)


@clause("2.1")
def member_not_listed(bench: Bench) -> None:
    """A question with a member, a word or a value too many, or a time without its offset, is malformed."""
    person = {"kind": "person", "properties": {"name": ["a"] * 21}}
    soul = {"kind": "soul", "properties": {"name": ["Rangga"]}}
    bare: dict[str, object] = {"justification": {"purpose": "investigate"}}
    for change in ({"score": 7}, {"subject": person}, {"subject": soul}, {"answer_by": "2026-01-01T08:00:02"}, bare):
        envelope = bench.envelope(bench.question() | change)
        bench.refused(envelope, envelope.signed(), "untrusted.malformed")


@clause("8.5")
def certificate_of_another(bench: Bench) -> None:
    """One partner's certificate does not speak for another partner."""
    envelope = bench.envelope()
    bench.refused(envelope, envelope.signed(), "untrusted.wrong-certificate", by=bench.other)


@clause("8.4")
def certificate_of_a_stranger(bench: Bench) -> None:
    """A certificate that no member lists is refused in the handshake, and so is a connection without one."""
    for context in (
        bench.stranger.context("\n".join(bench.card.member["certificate_pem"])),
        ssl._create_unverified_context(),  # noqa: S323, SLF001 - it is the server that is judged
    ):
        with Call(bench.stranger, bench.card) as call:
            call.connection._context = context  # type: ignore[attr-defined] # noqa: SLF001 - as the constructor does
            try:
                reply = call.get("/lintas/1/health")
            except OSError:
                continue
            need(False, "a stranger was answered with", reply.status)


@clause("8.1")
def older_tls(bench: Bench) -> None:
    """A connection below TLS 1.3 is refused."""
    context = bench.asker.context("\n".join(bench.card.member["certificate_pem"]))
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    with Call(bench.asker, bench.card) as call:
        call.connection._context = context  # type: ignore[attr-defined] # noqa: SLF001 - as the constructor does
        try:
            reply = call.get("/lintas/1/health")
        except OSError:
            return
        need(False, "TLS 1.2 was answered with", reply.status)


@clause("8.9")
def health(bench: Bench) -> None:
    """A member is told that the node is well."""
    with Call(bench.asker, bench.card) as call:
        need(call.get("/lintas/1/health").status == 200, "not well")


@clause("15.4")
def elsewhere(bench: Bench) -> None:
    """Other addresses are not found, and the refusal is a problem with a code."""
    with Call(bench.asker, bench.card) as call:
        call.get("/lintas/1/records").refused("not-found")
        call.get("/lintas/1/directory/../node.key").refused("not-found")
        call.post(bench.envelope().signed(), "/lintas/2/envelopes").refused("not-found")
