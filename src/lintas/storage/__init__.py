"""Disk: one `Database`, two engines (SQLite embedded, PostgreSQL), with durable group commit, migrations and backup."""

from lintas.storage.backup import restore
from lintas.storage.database import Database
from lintas.storage.memory import remembered
from lintas.storage.schema import UtcDateTime, metadata, upsert

__all__ = ["Database", "UtcDateTime", "metadata", "remembered", "restore", "upsert"]
