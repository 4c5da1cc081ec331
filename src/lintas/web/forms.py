"""A form that was sent: what was typed, kept for the next try, and what is wrong with it, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from litestar.datastructures import UploadFile
from litestar.di import NamedDependency

from lintas.web.security import Asked

Choice = TypeVar("Choice", bound=StrEnum)


class Form:
    """Values and errors of one form.

    Args:
        values: What was typed, by field; a field may have several values.
    """

    def __init__(self, values: Mapping[str, Sequence[object]] | None = None) -> None:
        self._values = dict(values or {})
        self.errors: dict[str, str] = {}
        self.may_insist = bool(self.text("as_written"))  # whether "as it is written" is offered

    def text(self, name: str) -> str:
        """What was typed into a field, without the white space around it."""
        return self.secret(name).strip()

    def secret(self, name: str) -> str:
        """What was typed into a field, exactly."""
        return str(next(iter(self._values.get(name, ())), ""))

    def all(self, name: str) -> list[str]:
        """Every value chosen under one name."""
        return [str(value) for value in self._values.get(name, ())]

    def choice(self, name: str, words: type[Choice]) -> Choice | None:
        """The chosen word of a vocabulary; None if it is none of them."""
        chosen = self.text(name)
        return words(chosen) if chosen in set(words) else None

    def file(self, name: str) -> UploadFile | None:
        """The file that was sent with the form."""
        found = next(iter(self._values.get(name, ())), None)
        return found if isinstance(found, UploadFile) else None

    def put(self, name: str, value: str) -> None:
        """Fill a field in."""
        self._values[name] = [value]

    def require(self, name: str, sentence: str) -> None:
        """Say the sentence beside the field if it is empty."""
        if not self.text(name):
            self.refuse(name, sentence)

    def refuse(self, name: str, sentence: str) -> None:
        """Say what is wrong with a field; the first thing said stands."""
        self.errors.setdefault(name, sentence)


Sent = NamedDependency[Form]
"""The form that was sent, as a handler asks for it."""


async def form_of(request: Asked) -> Form:
    """The form a request carries."""
    sent = await request.form()
    return Form({name: sent.getall(name) for name in sent})
