"""Lintas: police agencies of different countries work together; each keeps its data and its law."""

__version__ = "0.1.0"
