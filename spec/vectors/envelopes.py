"""The vectors of sections 4 and 5: envelopes that open, and envelopes that are refused at each step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TypeAlias

from writer import Json, Key, b64, compact, jwe, jws

Vector: TypeAlias = tuple[str, Json]
NOW = "2026-01-01T08:00:00Z"
ID, MY, PH, XX = "id.latihan", "my.latihan", "ph.latihan", "xx.asing"
KEYS = {
    node: {use: [Key(node, use, number) for number in (2, 1)] for use in ("signing", "sealing")}
    for node in (ID, MY, PH, XX)
}

REASON = {
    "purpose": "investigate",
    "legal_basis": "Undang-Undang Latihan 1/2026",
    "case_reference": "LATIHAN/0001/2026",
    "category": "suspect",
    "intent": "identify",
}
ASKER = {"node": ID, "country": "id", "officer": "p-4711", "role": "investigator", "unit": "Unit Latihan"}
QUESTION = {
    "type": "check.question",
    "check": "latihan-check-0001",
    "subject": {"kind": "person", "properties": {"name": ["Sukarmaji"], "birthDate": ["1970"]}},
    "justification": REASON,
    "asker": ASKER,
    "answer_by": "2026-01-01T08:00:02Z",
}
LOG = "5f" * 32
NOTE = "id.latihan/log\n3\n" + "A" * 43 + "=\n\n— id.latihan/log " + "B" * 91 + "=\n"
DECISION = {
    "type": "confirmation.decision",
    "confirmation": "latihan-confirm-01",
    "decided_at": "2026-01-02T09:30:00Z",
    "decided_by": "liaison, Unit Latihan",
}
CLOCK = {
    "type": "confirmation.clock",
    "confirmation": "latihan-confirm-01",
    "number": 1,
    "changed_at": "2026-01-01T10:00:00Z",
    "decided_by": "liaison, Unit Latihan",
}
REQUEST = {
    "type": "confirmation.request",
    "confirmation": "latihan-confirm-01",
    "check": "latihan-check-0001",
    "hit": "latihan-hit-0001",
    "justification": REASON,
    "asker": ASKER,
    "reason": "Orang ini ditahan sejak pagi; apakah sama?",
    "asked_at": "2026-01-01T08:05:00Z",
}
MESSAGES: dict[str, Json] = {
    "check-question": QUESTION,
    "check-answered": {
        "type": "check.answered",
        "check": "latihan-check-0001",
        "matches": [
            {
                "hit": "latihan-hit-0001",
                "quality": "strong",
                "probability": 0.97,
                "reasons": [
                    {"feature": "name", "level": "same", "weight": 6.5},
                    {"feature": "birth_date", "level": "same_year", "weight": 1.25},
                ],
                "handling": "H2",
                "sovereign_flag": "not_executable_here",
            }
        ],
        "log": LOG,
    },
    "check-answered-no-match": {"type": "check.answered", "check": "latihan-check-0001", "matches": [], "log": LOG},
    "check-declined": {
        "type": "check.declined",
        "check": "latihan-check-0001",
        "ground": "purpose_not_allowed",
        "policies": ["latihan.no-trend-analysis"],
        "explanation": {"id": "Tidak untuk tujuan ini.", "en": "Not for this purpose."},
        "log": LOG,
        "contact": "piket@my.latihan.example",
    },
    "letter-request": {
        "type": "letter",
        "id": "latihan-letter-001",
        "queued_at": "2026-01-01T08:05:00Z",
        "body": REQUEST,
    },
    "letter-decision": {
        "type": "letter",
        "id": "latihan-letter-002",
        "queued_at": "2026-01-02T09:30:00+07:00",
        "body": DECISION
        | {
            "data": {"first_names": ["Sukarmaji"], "birth_date": ["1970-08-17"], "authority": "Latihan"},
            "marking": {
                "handling": "H1",
                "grading": {"source": "B", "information": "3"},
                "purpose": "investigate",
                "case_reference": "LATIHAN/0001/2026",
            },
        },
    },
    "letter-decision-refused": {
        "type": "letter",
        "id": "latihan-letter-003",
        "queued_at": "2026-01-02T09:30:00Z",
        "body": DECISION | {"ground": "not_necessary", "explanation": "Tidak perlu untuk perkara ini."},
    },
    "letter-clock-stopped": {
        "type": "letter",
        "id": "latihan-letter-004",
        "queued_at": "2026-01-01T10:00:00Z",
        "body": CLOCK | {"stopped_for": "needs_judge", "explanation": "Menunggu penetapan hakim."},
    },
    "letter-clock-running": {
        "type": "letter",
        "id": "latihan-letter-005",
        "queued_at": "2026-01-02T10:00:00Z",
        "body": CLOCK | {"number": 2, "changed_at": "2026-01-02T10:00:00Z", "due_at": "2026-01-04T08:05:00Z"},
    },
    "receipt": {"type": "receipt", "letter": "latihan-letter-001", "accepted_at": "2026-01-01T08:05:01Z"},
    "log-checkpoint": {"type": "log.checkpoint", "note": NOTE, "proof": ["0a" * 32, "0b" * 32], "extends": 2},
    "log-checkpoint-of-a-log-begun-again": {
        "type": "log.checkpoint",
        "note": NOTE.replace("id.latihan/log\n3", "id.latihan/log/2\n3"),
        "proof": [],
        "broken": {
            "entry": {"kind": "log.begun_again", "leaf": LOG, "index": 2, "proof": ["0c" * 32]},
            "decided_at": "2026-01-02T09:30:00Z",
            "decided_by": "operator, Unit Latihan",
            "reason": "Disk rusak; cadangan kemarin dipulihkan (latihan).",
        },
    },
    "log-cosignature": {"type": "log.cosignature", "note": NOTE},
    "log-question": {"type": "log.question", "check": "latihan-check-0001"},
    "log-answer": {
        "type": "log.answer",
        "check": "latihan-check-0001",
        "entries": [{"kind": "check.answered", "leaf": LOG, "index": 2, "proof": ["0c" * 32]}],
        "checkpoint": NOTE,
    },
    "problem": {"type": "problem", "code": "not-found", "facts": {"check": "latihan-check-0001"}},
}


def listed(node: str, *, signing: dict[int, str] | None = None) -> Json:
    """A member as the directory lists it; `signing` gives keys an end."""
    ends = signing or {}
    return {
        "node": node,
        "signing": [key.public(ends.get(place)) for place, key in enumerate(KEYS[node]["signing"])],
        "sealing": [key.public() for key in KEYS[node]["sealing"]],
    }


def parties() -> Json:
    """Everybody's keys, and the directories the vectors speak of."""
    everybody = [listed(ID, signing={1: "2026-02-01T00:00:00Z"}), listed(MY), listed(PH)]
    year = "2027-01-01T00:00:00Z"
    return {
        "warning": "TEST ONLY. Made from a public seed; everybody has these keys.",
        "nodes": {
            node: {use: [key.jwk() for key in keys] for use, keys in uses.items()} for node, uses in KEYS.items()
        },
        "directories": {
            "current": {"version": 7, "expires": year, "members": everybody},
            "without-id": {"version": 8, "expires": year, "members": everybody[1:]},
            "expired": {"version": 7, "expires": NOW, "members": everybody},
            "old-key-ended": {
                "version": 9,
                "expires": year,
                "members": [listed(ID, signing={1: "2026-01-01T08:00:00Z"}), *everybody[1:]],
            },
        },
    }


class Letter:
    """An envelope from id.latihan to my.latihan, with whatever is different in this vector."""

    def __init__(self, name: str, message: Json | None = None, **header: object) -> None:
        self.name, self.message = name, QUESTION if message is None else message
        now = int(datetime.fromisoformat(NOW).timestamp())
        self.header: Json = {
            "alg": "Ed25519",
            "typ": "lintas+jws",
            "kid": KEYS[ID]["signing"][0].kid,
            "ver": 1,
            "iss": ID,
            "aud": MY,
            "iat": now,
            "exp": now + 120,
            "jti": f"latihan-{name}"[:64],
            "dv": 7,
        } | header
        self.inside: Json = {"sender": ID, "recipient": MY, "id": self.header["jti"], "message": self.message}

    def sealed(self, plaintext: bytes | None = None, key: Key | None = None, **header: object) -> bytes:
        """The ciphertext."""
        return jwe(self.name, plaintext or compact(self.inside), key or KEYS[MY]["sealing"][0], header)

    def signed(self, payload: bytes | None = None, key: Key | None = None, header: bytes | None = None) -> str:
        """The envelope."""
        return jws(header or self.header, payload or self.sealed(), key or KEYS[ID]["signing"][0])


def vector(name: str, comment: str, envelope: str, expect: Json, **given: object) -> Vector:
    """One vector."""
    common = {"name": name, "comment": comment, "us": MY, "now": NOW, "directory": "current", "seen": []}
    return name, common | given | {"envelope": envelope, "expect": expect}


def good() -> Iterator[Vector]:
    """Envelopes that open."""

    def opens(letter: Letter, comment: str, envelope: str | None = None, **given: object) -> Vector:
        sent = datetime.fromtimestamp(letter.header["iat"], datetime.fromisoformat(NOW).tzinfo)
        expect = {
            "sender": letter.header["iss"],
            "id": letter.header["jti"],
            "sent_at": sent.isoformat().replace("+00:00", "Z"),
            "dv": letter.header["dv"],
            "message": letter.message,
        }
        return vector(letter.name, comment, envelope or letter.signed(), expect, **given)

    for name, message in MESSAGES.items():
        yield opens(Letter(name, message), f"A message of type {message['type']}.")
    old = Letter("signed-with-an-older-key", kid=KEYS[ID]["signing"][1].kid)
    yield opens(old, "The older key is listed and has not ended (3.3).", old.signed(key=KEYS[ID]["signing"][1]))
    old = Letter("sealed-for-an-older-key")
    yield opens(old, "We still have the older key (3.6).", old.signed(old.sealed(key=KEYS[MY]["sealing"][1])))
    yield opens(Letter("last-moment"), "At exp + skew (5.6).", now="2026-01-01T08:03:00Z")
    yield opens(Letter("first-moment"), "At iat - skew (5.6).", now="2026-01-01T07:59:00Z")
    now = Letter("x").header["iat"]
    yield opens(Letter("longest-lifetime", exp=now + 600), "The longest lifetime allowed (5.6).")
    yield opens(Letter("newer-directory", dv=12), "The sender knows a newer directory; that is a claim (7.12).")
    other = Letter("same-id-of-another-sender")
    yield opens(other, "Ids belong to their sender (5.7).", seen=[[PH, other.header["jti"]]])
    loose = Letter("header-in-another-order")
    header = b" {\n" + compact(dict(reversed(loose.header.items())))[1:] + b"\n"
    yield opens(loose, "Bytes are signed; order and spaces carry no meaning (4.1).", loose.signed(header=header))
    scripts = ["Sukarmaji", "苏加尔玛吉", "सुकर्माजी", "ซูการ์มาจี", "سوكارماجي", "O'Neil “Ucok” \u0000\U0001f986"]
    person = QUESTION | {"subject": {"kind": "person", "properties": {"name": scripts, "birthDate": ["1970"]}}}
    yield opens(Letter("names-in-many-scripts", person), "Any character that JSON can carry (2.1).")
    longest = QUESTION | {"subject": {"kind": "person", "properties": {"name": ["a" * 400] * 20}}}
    yield opens(Letter("as-long-as-allowed", longest), "Values at their limits (6).")


def bad() -> Iterator[Vector]:
    """Envelopes that are refused, by step."""
    yield from _size_and_form()
    yield from _sender_and_signature()
    yield from _addressee_and_time()
    yield from _seal()
    yield from _inside()


def _refused(
    letter: Letter, step: int, code: str, comment: str, envelope: str | None = None, **given: object
) -> Vector:
    expect = {"error": f"untrusted.{code}", "step": f"5.{step}"}
    return vector(letter.name, comment, letter.signed() if envelope is None else envelope, expect, **given)


def _size_and_form() -> Iterator[Vector]:
    big = Letter("too-large")
    yield _refused(big, 1, "too-large", "One byte more than allowed.", padded_to=1024 * 1024 + 1)
    envelope = Letter("x").signed()
    header, payload, signature = envelope.split(".")
    bomb, noise, long = b64(b"[" * 1500), b64(b"\xff\xfe"), b64(b"{" + b" " * 2000 + b"}")
    shapes = {
        "empty": ("", "Nothing at all."),
        "two-parts": (f"{header}.{payload}", "No signature."),
        "four-parts": (f"{envelope}.{signature}", "One part too many."),
        "json-serialization": (
            compact({"protected": header, "payload": payload, "signature": signature}).decode(),
            "The same in another serialization (4.1).",
        ),
        "padded-base64": (f"{header}==.{payload}.{signature}", "Padding (2.3)."),
        "header-is-a-bomb": (f"{bomb}.{payload}.{signature}", "A bomb of brackets (5.14)."),
        "header-is-not-utf8": (f"{noise}.{payload}.{signature}", "Not UTF-8 (5.14)."),
        "header-too-long": (f"{long}.{payload}.{signature}", "Beyond the header's limit (6)."),
    }
    for name, (raw, comment) in shapes.items():
        yield _refused(Letter(name), 2, "malformed", comment, raw)
    changes: dict[str, tuple[Json, str]] = {
        "alg-none": ({"alg": "none"}, "No signature asked for (4.2)."),
        "alg-eddsa": ({"alg": "EdDSA"}, "The old, polymorphic name (4.2)."),
        "alg-hs256": ({"alg": "HS256"}, "A public key taken for a shared secret (4.2)."),
        "wrong-typ": ({"typ": "JWT"}, "Another kind of token."),
        "wrong-version": ({"ver": 2}, "A version that is not this one (17.1)."),
        "header-brings-a-key": ({"jwk": KEYS[XX]["signing"][0].public()}, "A key brought by the message (4.3)."),
        "header-with-crit": ({"crit": ["exp"]}, "A member that is not listed (4.3)."),
        "header-unencoded-payload": ({"b64": False}, "RFC 7797 is not spoken here (4.3)."),
        "sender-not-a-name": ({"iss": "Id.Latihan"}, "Node names are lower case (2.6)."),
        "id-too-short": ({"jti": "short"}, "An id is 8 to 64 characters (2.5)."),
        "time-as-text": ({"iat": "2026-01-01T08:00:00Z"}, "Times in the header are numbers (2.4)."),
        "time-with-fraction": ({"iat": 1767254400.5}, "Times in the header are whole (2.4)."),
    }
    for name, (change, comment) in changes.items():
        yield _refused(Letter(name, **change), 2, "malformed", comment)
    missing = Letter("no-expiry")
    del missing.header["exp"]
    yield _refused(missing, 2, "malformed", "A member is missing (4.4).")
    unsigned = Letter("alg-none-unsigned", alg="none")
    raw = unsigned.signed().rpartition(".")[0] + "."
    yield _refused(unsigned, 2, "malformed", "No signature asked for, none given (4.2).", raw)


def _sender_and_signature() -> Iterator[Vector]:
    stranger = KEYS[XX]["signing"][0]
    unknown = Letter("unknown-sender", iss=XX, kid=stranger.kid)
    yield _refused(unknown, 3, "unknown-sender", "Listed nowhere.", unknown.signed(key=stranger))
    yield _refused(Letter("removed-sender"), 3, "unknown-sender", "Removed by version 8 (7.6).", directory="without-id")
    expired = Letter("expired-directory")
    yield _refused(expired, 3, "directory-expired", "Nobody is believed by it (7.9).", directory="expired")
    forged = Letter("forged")
    yield _refused(
        forged, 4, "bad-signature", "A stranger signs and names the partner's key.", forged.signed(key=stranger)
    )
    own = Letter("forged-own-kid", kid=stranger.kid)
    yield _refused(own, 4, "bad-signature", "A stranger signs and names its own key.", own.signed(key=stranger))
    partner = KEYS[PH]["signing"][0]
    other = Letter("signed-by-another-partner", kid=partner.kid)
    yield _refused(other, 4, "bad-signature", "One partner signs for another.", other.signed(key=partner))
    wrong = Letter("wrong-kid", kid=KEYS[ID]["signing"][1].kid)
    yield _refused(wrong, 4, "bad-signature", "Signed with the newer key, naming the older.")
    sealing = Letter("kid-of-a-sealing-key", kid=KEYS[ID]["sealing"][0].kid)
    yield _refused(sealing, 4, "bad-signature", "A sealing key does not sign.")
    ended = Letter("signed-with-an-ended-key", kid=KEYS[ID]["signing"][1].kid)
    raw = ended.signed(key=KEYS[ID]["signing"][1])
    yield _refused(ended, 4, "bad-signature", "The key ended at this moment (3.3).", raw, directory="old-key-ended")
    for name, place, comment in (
        ("changed-header", 0, "One member of the header changed after signing."),
        ("changed-payload", 1, "One character of the payload changed after signing."),
        ("changed-signature", 2, "One character of the signature changed."),
    ):
        letter = Letter(name)
        parts = letter.signed().split(".")
        parts[place] = b64(compact(letter.header | {"dv": 8})) if place == 0 else _other_at(parts[place], 20)
        yield _refused(letter, 4, "bad-signature", comment, ".".join(parts))
    letter = Letter("signature-unused-bits")
    raw = letter.signed()
    yield _refused(letter, 4, "bad-signature", "The same signature spelled otherwise (2.3).", raw[:-1] + _next(raw[-1]))
    empty = Letter("signature-empty")
    yield _refused(empty, 4, "bad-signature", "A signature of no bytes.", empty.signed().rpartition(".")[0] + ".")


def _other_at(text: str, place: int) -> str:
    return text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]


def _next(character: str) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return alphabet[alphabet.index(character) + 1]


def _addressee_and_time() -> Iterator[Vector]:
    now = Letter("x").header["iat"]
    yield _refused(Letter("wrong-recipient", aud=PH), 5, "not-for-us", "Addressed to a third node.")
    yield _refused(Letter("stale"), 6, "out-of-time", "One second too old.", now="2026-01-01T08:03:01Z")
    yield _refused(Letter("future"), 6, "out-of-time", "One second too early.", now="2026-01-01T07:58:59Z")
    yield _refused(Letter("a-year-old", iat=now - 31536000, exp=now - 31535900), 6, "out-of-time", "Long ago.")
    yield _refused(Letter("lifetime-too-long", exp=now + 601), 6, "malformed", "One second more than the longest.")
    yield _refused(Letter("lifetime-of-nothing", exp=now), 6, "malformed", "Expires as it is made.")
    yield _refused(Letter("lifetime-backwards", exp=now - 10), 6, "malformed", "Expires before it is made.")
    replayed = Letter("replayed")
    yield _refused(replayed, 7, "replayed", "Received before.", seen=[[ID, replayed.header["jti"]]])


def _seal() -> Iterator[Vector]:
    other = Letter("sealed-for-another")
    raw = other.signed(other.sealed(key=KEYS[PH]["sealing"][0]))
    yield _refused(other, 8, "not-for-us", "Addressed to us, sealed for a third node.", raw)
    headers: dict[str, tuple[Json, str]] = {
        "seal-compressed": ({"zip": "DEF"}, "Compression (4.5)."),
        "seal-alg-dir": ({"alg": "dir"}, "A shared key (4.2)."),
        "seal-alg-wrapped": ({"alg": "ECDH-ES+A256KW"}, "A wrapped key (4.2)."),
        "seal-enc-cbc": ({"enc": "A256CBC-HS512"}, "Another cipher (4.2)."),
        "seal-wrong-typ": ({"typ": "JWT"}, "Another kind of token (4.5)."),
        "seal-nested-jws": ({"cty": "JWT"}, "A token inside (4.5)."),
        "seal-party-info": ({"apu": "QQ", "apv": "Qg"}, "Members that are not listed (4.5)."),
    }
    for name, (change, comment) in headers.items():
        letter = Letter(name)
        yield _refused(letter, 8, "malformed", comment, letter.signed(letter.sealed(**change)))
    weak = Letter("seal-weak-one-time-key")
    epk = {"kty": "OKP", "crv": "X25519", "x": "A" * 43}
    raw = weak.signed(weak.sealed(epk=epk))
    yield _refused(weak, 8, "malformed", "A point that gives everybody the same secret.", raw)
    wrong = Letter("seal-wrong-key-named")
    raw = wrong.signed(wrong.sealed(kid=KEYS[MY]["sealing"][1].kid))
    yield _refused(wrong, 8, "malformed", "Sealed for one of our keys, naming the other.", raw)
    for place, part in enumerate(("header", "key", "iv", "ciphertext", "tag")):
        letter = Letter(f"seal-changed-{part}")
        parts = letter.sealed().decode().split(".")
        parts[place] = _other_at(parts[place], 5) if parts[place] else "QUJD"
        comment = f"The sender signed a seal whose {part} had been changed."
        yield _refused(letter, 8, "malformed", comment, letter.signed(".".join(parts).encode()))
    long = Letter("seal-header-too-long")
    raw = long.signed(long.sealed(note="x" * 2000))
    yield _refused(long, 8, "malformed", "Beyond the header's limit (6).", raw)
    plain = Letter("not-sealed")
    raw = plain.signed(compact(plain.inside))
    yield _refused(plain, 8, "malformed", "The inside in plain text.", raw)


def _inside() -> Iterator[Vector]:
    stolen = Letter("resigned-by-another-partner", iss=PH, kid=KEYS[PH]["signing"][0].kid)
    raw = stolen.signed(key=KEYS[PH]["signing"][0])
    yield _refused(stolen, 9, "malformed", "A partner signed another's ciphertext as its own (4.7).", raw)
    for member, value in (("recipient", PH), ("id", "latihan-another-id")):
        letter = Letter(f"inside-other-{member}")
        letter.inside[member] = value
        yield _refused(letter, 9, "malformed", f"Inside and outside name another {member} (4.7).")
    contents: dict[str, tuple[bytes, str]] = {
        "inside-bomb": (b"[" * 10_000, "A bomb of brackets (5.14)."),
        "inside-bomb-of-objects": (b'{"message":' * 5_000, "A bomb of objects (5.14)."),
        "inside-not-json": (b"hello", "Not JSON."),
        "inside-not-utf8": (b'{"sender":"\xff"}', "Not UTF-8."),
        "inside-a-list": (b"[]", "Not an object."),
    }
    for name, (content, comment) in contents.items():
        letter = Letter(name)
        yield _refused(letter, 9, "malformed", comment, letter.signed(letter.sealed(content)))
    person = QUESTION["subject"]
    messages: dict[str, tuple[Json, str]] = {
        "unknown-type": ({"type": "check.guess", "check": "latihan-check-0001"}, "A type that does not exist (9.1)."),
        "reserved-type": ({"type": "withdrawal", "record": "latihan-record-01"}, "A reserved type (16.2)."),
        "no-type": ({"check": "latihan-check-0001"}, "No type (9.1)."),
        "unknown-member": (QUESTION | {"score": 7}, "A member that is not listed (2.1)."),
        "unknown-word": (QUESTION | {"subject": person | {"kind": "soul"}}, "A word that is not listed (10.1)."),
        "time-without-zone": (QUESTION | {"answer_by": "2026-01-01T08:00:02"}, "A time without an offset (2.4)."),
        "no-justification": (
            {name: value for name, value in QUESTION.items() if name != "justification"},
            "A question without its reason (11.1).",
        ),
        "too-many-values": (
            QUESTION | {"subject": {"kind": "person", "properties": {"name": ["a"] * 21}}},
            "One value too many (6).",
        ),
        "probability-above-one": (
            {
                **MESSAGES["check-answered"],
                "matches": [MESSAGES["check-answered"]["matches"][0] | {"probability": 1.5}],
            },
            "A probability is at most 1 (9.5).",
        ),
        "data-without-marking": (
            {**MESSAGES["letter-decision"], "body": DECISION | {"data": {"offence": "latihan"}}},
            "Data without their marking (12.5).",
        ),
        "clock-of-nothing": (
            {**MESSAGES["letter-clock-stopped"], "body": CLOCK},
            "Neither what the clock is stopped for, nor until when it runs (12.10).",
        ),
        "clock-that-stands-and-runs": (
            {
                **MESSAGES["letter-clock-stopped"],
                "body": CLOCK | {"stopped_for": "needs_judge", "due_at": "2026-01-04T08:05:00Z"},
            },
            "A clock that stands and runs (12.10).",
        ),
        "decision-of-nothing": (
            {**MESSAGES["letter-decision"], "body": DECISION},
            "Neither data nor a ground (12.5).",
        ),
    }
    for name, (message, comment) in messages.items():
        yield _refused(Letter(name, message), 9, "malformed", comment)
