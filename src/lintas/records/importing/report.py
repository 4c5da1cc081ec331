"""What an import tells about itself: the tally, and the report of everything that was not taken over."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from lintas.errors import DiskFull
from lintas.model import Noun
from lintas.records.importing.flaws import Flaw
from lintas.records.writing import Counts


class Tally(Noun):
    """How an import stands: rows read, records made of them, rows rejected, single values reported."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    rejected: int = 0
    set_aside: int = 0

    def plus(self, rows: int, counts: Counts, flaws: Iterable[Flaw]) -> Tally:
        """The tally after another block; a row with two flaws is rejected once."""
        told = list(flaws)
        return Tally(
            self.rows + rows,
            self.new + counts.new,
            self.changed + counts.changed,
            self.same + counts.same,
            self.rejected + len({(flaw.file, flaw.row) for flaw in told if flaw.rejects}),
            self.set_aside + sum(not flaw.rejects for flaw in told),
        )


class Report:
    """The file that lists, one JSON object a line, every row and every value that was not taken over.

    It holds personal data as they came and belongs to the person who gave the file.
    """

    def __init__(self, path: Path, length: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > length:
            # What stands behind was written for rows that were not committed; they are read again.
            os.truncate(path, length)
        self._file = path.open("ab", buffering=0)

    def add(self, flaws: Iterable[Flaw]) -> int:
        """Append lines; returns the new length in bytes.

        Raises:
            DiskFull: There is no room for them.
        """
        try:
            self._file.write(b"".join(msgspec.json.encode(flaw.line()) + b"\n" for flaw in flaws))
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DiskFull(file=self._file.name) from error
            raise
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
