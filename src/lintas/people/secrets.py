"""Passwords, authenticator codes and their sealed secrets, random tokens."""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from hmac import compare_digest
from threading import BoundedSemaphore
from unicodedata import normalize

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lintas.errors import KeysUnusable
from lintas.people.officers import LONGEST_PASSWORD

_NONCE_BYTES = 12
_AT_ONCE = 4  # each hash takes 64 MiB: a flood of sign-ins must not take the node's memory
_STEP_SECONDS = 30
_STEPS_TOLERATED = (0, -1, 1)  # a clock half a minute off, or a code typed slowly (RFC 6238 §5.2)


class Passwords:
    """Hashes and checks passwords with Argon2id (RFC 9106)."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        self._gate = BoundedSemaphore(_AT_ONCE)

    @cached_property
    def _nobodys(self) -> str:
        """The hash that is tried when there is none to try; made when the first password is tried, whosever it is."""
        return self.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """The hash to keep, with its salt and parameters."""
        with self._gate:
            return self._hasher.hash(_one_form(password))

    def fits(self, password: str, kept: str | None) -> bool:
        """Whether it is the password of this hash. Without a hash it takes as long, and never is."""
        if len(password) > LONGEST_PASSWORD:
            return False
        nobodys = self._nobodys
        with self._gate:
            try:
                self._hasher.verify(kept or nobodys, _one_form(password))
            except (Argon2Error, InvalidHashError):
                return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(kept)


def _one_form(password: str) -> str:
    """One of the ways Unicode can spell it: keyboards differ in how they compose letters."""
    return normalize("NFKC", password)


class SecretBox:
    """Seals what has to be read again, under a key that lies outside of the database (AES-256-GCM, NIST SP 800-38D).

    Whoever gets hold of the database or of a backup alone can make no authenticator's codes.

    Args:
        key: 32 random bytes.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, secret: str, owner: str) -> bytes:
        """The secret of this owner as it is kept: nobody else's place opens it."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), owner.encode())

    def open(self, sealed: bytes, owner: str) -> str:
        """The secret.

        Raises:
            KeysUnusable: It was sealed under another key or for another owner, or it was changed.
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], owner.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise KeysUnusable(account=owner, problem="sealed under another key") from error


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step an authenticator's code belongs to (RFC 6238); None if it is not a code of this time."""
    current = int(now.timestamp()) // _STEP_SECONDS
    authenticator = pyotp.TOTP(secret, interval=_STEP_SECONDS)
    typed = "".join(code.split())
    found = None
    for offset in _STEPS_TOLERATED:
        # Every step is computed and compared, whether or not one has fitted already.
        fits = compare_digest(authenticator.generate_otp(current + offset).encode(), typed.encode())
        found = current + offset if fits else found
    return found


def new_totp_secret() -> str:
    """A fresh secret for an authenticator."""
    return pyotp.random_base32()


def totp_uri(secret: str, username: str, node: str) -> str:
    """The address an authenticator scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=f"Lintas {node}")


def new_token(prefix: str = "") -> str:
    """A random token of 256 bits. The prefix lets programs that look for leaked secrets recognise it."""
    return prefix + secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """What is kept of a token. It is random and long: a plain hash is enough, guessing is hopeless."""
    return sha256(token.encode()).digest()
