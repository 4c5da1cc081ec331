"""What one row contributes to one record."""

from __future__ import annotations

from dataclasses import dataclass

from lintas.model import Record
from lintas.records.importing.flaws import Flaw


@dataclass(frozen=True, slots=True)
class Part:
    """What one row contributes to one record; `flaw` stands ready for the case that it comes to nothing."""

    record: Record
    flaw: Flaw
