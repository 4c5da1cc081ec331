"""The log's tree on the disk: leaves stand with the entries, and of every 256 hashes the hash above them is kept.

So appending costs one row more in 256, and a proof in a log of millions reads a handful of tiles and hashes no entry
again. The form is that of the public logs' tiles (C2SP tlog-tiles).
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection, func, insert, select

from lintas.audit.tables import entries, tiles
from lintas.errors import LogBroken
from lintas.trust.merkle import Nodes, nodes_of, root_of

HEIGHT = 8
WIDTH = 1 << HEIGHT


def size_of(tx: Connection) -> int:
    """How many entries the log has."""
    last = tx.scalar(select(func.max(entries.c.position)))
    return 0 if last is None else last + 1


def close_tiles(tx: Connection, size: int) -> None:
    """Keep the hash above every tile that the last entry has filled; `size` counts that entry."""
    level, count = 0, size
    while count and count % WIDTH == 0:
        level, number, count = level + 1, count // WIDTH - 1, count // WIDTH
        filled = root_of(_tile(tx, level - 1, number))
        tx.execute(insert(tiles), {"level": level, "number": number, "hash": filled})


def stored_nodes(tx: Connection) -> Nodes:
    """The subtree hashes of the log, read from the disk as they are asked for.

    Raises:
        LogBroken: A hash that a proof needs is not there.
    """

    @cache
    def tile(level: int, number: int) -> tuple[int, Nodes]:
        hashes = _tile(tx, level, number)
        return len(hashes), nodes_of(hashes)

    def node(level: int, index: int) -> bytes:
        stored, above = divmod(level, HEIGHT)
        number, within = divmod(index, WIDTH >> above)
        length, nodes = tile(stored, number)
        if (within + 1) << above > length:
            raise LogBroken(index=((number * WIDTH) + length) << (stored * HEIGHT), reason="missing")
        return nodes(above, within)

    return node


def _tile(tx: Connection, level: int, number: int) -> list[bytes]:
    """Up to 256 hashes of a level, without a gap."""
    begin, end = number * WIDTH, (number + 1) * WIDTH
    place, hash_ = (entries.c.position, entries.c.leaf) if level == 0 else (tiles.c.number, tiles.c.hash)
    rows = select(place, hash_).where(place >= begin, place < end).order_by(place)
    if level:
        rows = rows.where(tiles.c.level == level)
    hashes = []
    for expected, (found, value) in enumerate(tx.execute(rows), start=begin):
        if found != expected:
            raise LogBroken(index=expected << (level * HEIGHT), reason="missing")
        hashes.append(value)
    return hashes
