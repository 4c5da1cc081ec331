"""Whole files: who in this file, or in these two, is the same, with a probability, reasons and clusters.

Fellegi and Sunter's model fitted to each file by itself (`model`), on DuckDB (`duck`) or on Spark (`spark`).
"""

from lintas.linkage.duck import Duck, Engine
from lintas.linkage.job import Order, Summary, Told, run

__all__ = ["Duck", "Engine", "Order", "Summary", "Told", "run"]
