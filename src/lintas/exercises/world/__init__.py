"""An invented world to practise in: people, things and one network that never existed, marked so in the data."""

from lintas.exercises.world.generate import KNOWN_ABROAD, World, line_of

__all__ = ["KNOWN_ABROAD", "World", "line_of"]
