"""What one work may remember for the next in the same transaction, so that it need not ask the disk again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

_PLACE = "lintas.remembered"


def remembered(tx: Connection) -> dict[str, Any]:
    """A place to remember things until the transaction ends; emptied when anything in the transaction is undone."""
    place: dict[str, Any] = tx.info.setdefault(_PLACE, {})
    return place


def forget(tx: Connection) -> None:
    """Forget everything: a transaction begins, or something that was remembered may no longer be so."""
    tx.info.pop(_PLACE, None)
