"""How large, how long, how far apart: every limit of the protocol with its unit. SPEC §6."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits every node keeps; a message beyond one is refused before it is read further."""

    envelope: int = 1024 * 1024  # bytes
    header: int = 2048  # bytes, base64url, of the outer and of the inner header
    lifetime: timedelta = timedelta(minutes=2)  # what we give our own messages
    longest_lifetime: timedelta = timedelta(minutes=10)  # what we accept from others
    skew: timedelta = timedelta(seconds=60)  # how far two clocks may be apart


LIMITS = Limits()
