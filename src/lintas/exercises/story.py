"""The three checks of the demo, as data: who asks what, who is late, and what must come of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from lintas.model import Noun, OutcomeState, RefusalGround

FILE = Path(__file__).with_name("story.yaml")


class Expected(Noun):
    """How one partner stands at the deadline, and whom its matches are about."""

    state: OutcomeState
    entity: str | None = None  # of the network; None if nothing is told
    ground: RefusalGround | None = None


class Scene(Noun):
    """One check.

    Attributes:
        id: A word for programs.
        title: A sentence for people, by language.
        asks: The node that asks.
        officer: User name of the officer who asks.
        question: Subject and justification, as the API takes them.
        late: The partner that is held up until the deadline has passed; its answer arrives afterwards.
        expect: What must come of it, by partner.
    """

    id: str
    title: dict[str, str]
    asks: str
    officer: str
    question: dict[str, Any]
    expect: dict[str, Expected]
    late: str | None = None


@cache
def story() -> tuple[Scene, ...]:
    """The checks, in the order they are asked."""
    return msgspec.yaml.decode(FILE.read_bytes(), type=tuple[Scene, ...])
