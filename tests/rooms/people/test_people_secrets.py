"""Passwords, authenticator codes and tokens, without any disk."""

from __future__ import annotations

from base64 import b32encode
from datetime import UTC, datetime, timedelta
from threading import Thread
from unicodedata import normalize

import pyotp
import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type
from hypothesis import given, settings
from hypothesis import strategies as st

from lintas.errors import InvalidValue, KeysUnusable
from lintas.people.officers import check_secret, checked_username
from lintas.people.secrets import Passwords, SecretBox, hash_of, new_token, new_totp_secret, step_of, totp_uri
from lintas.people.throttle import tried

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
# RFC 6238 appendix B: the secret of its SHA-1 vectors; the last six of eight digits.
RFC_SECRET = b32encode(b"12345678901234567890").decode()
RFC_CODES = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]
moments = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@pytest.mark.parametrize(("seconds", "code"), RFC_CODES)
def test_the_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)

    assert step_of(RFC_SECRET, code, now) == seconds // 30


@given(moments, st.integers(-5, 5))
def test_a_code_belongs_to_its_step_and_is_good_one_step_around(now: datetime, steps: int) -> None:
    code = pyotp.TOTP(RFC_SECRET).at(now + timedelta(seconds=30 * steps))

    found = step_of(RFC_SECRET, code, now)

    current = int(now.timestamp()) // 30
    assert found == (current + steps if abs(steps) <= 1 else None) or found in {current - 1, current, current + 1}


@given(st.text(max_size=12))
def test_whatever_is_typed_is_judged(typed: str) -> None:
    now = datetime.fromtimestamp(59, UTC)

    found = step_of(RFC_SECRET, typed.encode(errors="replace").decode(), now)

    assert found is None or "".join(typed.split()).isdecimal()


def test_passwords_are_hashed_as_the_rfc_recommends() -> None:
    """RFC 9106 §4: Argon2id, three passes, 64 MiB, four lanes."""
    ours = PasswordHasher()

    assert (ours.type, ours.time_cost, ours.memory_cost, ours.parallelism) == (Type.ID, 3, 65536, 4)


@settings(max_examples=25)
@given(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=40), st.text(st.characters(codec="utf-8"), max_size=40)
)
def test_a_password_fits_itself_and_nothing_else(password: str, other: str) -> None:
    passwords = Passwords(CHEAP)
    kept = passwords.hash(password)

    assert passwords.fits(password, kept)
    if passwords.fits(other, kept):
        assert normalize("NFKC", other) == normalize("NFKC", password)


def test_the_same_password_twice_has_two_hashes() -> None:
    passwords = Passwords(CHEAP)

    assert passwords.hash("kata sandi") != passwords.hash("kata sandi")


@pytest.mark.parametrize("kept", [None, "", "plain text", "$argon2id$broken", "$2b$12$abcdefghijklmnopqrstuv"])
def test_nothing_fits_a_hash_that_is_none(kept: str | None) -> None:
    assert not Passwords(CHEAP).fits("kata sandi", kept)


def test_a_flood_of_sign_ins_hashes_a_few_at_a_time() -> None:
    class Watching(PasswordHasher):
        running, most = 0, 0

        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            Watching.running += 1
            Watching.most = max(Watching.most, Watching.running)
            try:
                return super().verify(hash, password)
            finally:
                Watching.running -= 1

    passwords = Passwords(Watching(time_cost=2, memory_cost=2048, parallelism=1))
    kept = passwords.hash("kata sandi")
    threads = [Thread(target=passwords.fits, args=("salah", kept)) for _ in range(24)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 <= Watching.most <= 4


def test_tokens_are_long_and_never_the_same() -> None:
    tokens = {new_token("lintas_") for _ in range(1000)}

    assert len(tokens) == 1000
    assert min(map(len, tokens)) >= len("lintas_") + 43
    assert len({hash_of(token) for token in tokens}) == 1000


def test_a_fresh_authenticator_is_strong_enough() -> None:
    secret = new_totp_secret()

    check_secret(secret)
    assert secret != new_totp_secret()


def test_the_authenticators_address_names_node_and_officer() -> None:
    assert totp_uri(RFC_SECRET, "sari", "id.latihan") == (
        f"otpauth://totp/Lintas%20id.latihan:sari?secret={RFC_SECRET}&issuer=Lintas%20id.latihan"
    )


@given(st.text(max_size=70))
def test_a_user_name_has_one_form_or_is_refused(typed: str) -> None:
    try:
        kept = checked_username(typed)
    except InvalidValue:
        return

    assert checked_username(kept) == kept == typed.strip().casefold()
    assert kept.isascii()
    assert not set(kept) & set(" /\\:%\x00")


@given(st.text(max_size=70))
def test_what_was_tried_is_kept_hashed(typed: str) -> None:
    safe = typed.encode(errors="replace").decode()

    assert len(tried(safe)) == 32
    assert tried(safe) == tried(f" {safe.upper()} ") or safe.casefold() != safe.upper().casefold()


@given(st.text(min_size=1), st.text())
def test_a_sealed_secret_opens_for_its_owner_and_shows_nothing_of_itself(secret: str, owner: str) -> None:
    box = SecretBox(bytes(32))

    sealed = box.seal(secret, owner)

    assert box.open(sealed, owner) == secret
    assert sealed != box.seal(secret, owner), "two seals never look alike"


@pytest.mark.parametrize("change", ["another key", "another owner", "a changed byte", "a part"])
def test_a_sealed_secret_opens_for_nobody_else(change: str) -> None:
    box = SecretBox(bytes(32))
    sealed = box.seal("JBSWY3DPEHPK3PXP", "sari")
    key = SecretBox(bytes(31) + b"1") if change == "another key" else box
    shown = {"a changed byte": sealed[:-1] + bytes([sealed[-1] ^ 1]), "a part": sealed[:5]}.get(change, sealed)

    with pytest.raises(KeysUnusable):
        key.open(shown, "budi" if change == "another owner" else "sari")
