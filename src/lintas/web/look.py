"""How the pages look to one officer: light or dark, roomy or dense, with or without single-key commands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lintas.web.security import Asked

COOKIE = "lintas_look"


class Scheme(StrEnum):
    """Light, dark, or as the machine is set."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class Density(StrEnum):
    """How much fits on the screen."""

    DENSE = "dense"
    ROOMY = "roomy"


class Keys(StrEnum):
    """Whether a single key is a command; some people dictate, or lean on the keyboard (WCAG 2.1.4)."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Look:
    """The officer's choices, kept in a cookie that holds nothing else."""

    scheme: Scheme = Scheme.AUTO
    density: Density = Density.DENSE
    keys: Keys = Keys.ON

    @classmethod
    def of(cls, request: Asked) -> Look:
        """The choices of this browser; the usual ones if it has made none that we know."""
        return cls.read(*request.cookies.get(COOKIE, "").split("."))

    @classmethod
    def read(cls, *choices: str) -> Look:
        """The choices by their names; what is no choice is passed over."""
        found = {
            name: kind(choice)
            for name, kind in {"scheme": Scheme, "density": Density, "keys": Keys}.items()
            for choice in choices
            if choice in set(kind)
        }
        return cls(**found)  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"{self.scheme}.{self.density}.{self.keys}"
