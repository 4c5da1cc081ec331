"""The same work on Spark, for what does not fit on one machine: the same statement, comparison and order.

Needs `pip install -r requirements/spark.lock` and Java 17; nothing else in Lintas does. The table of coded values is
sent to every executor, so one of them must be able to hold it (about 4 bytes for each value of each row); the pairs,
of which there are many more, stay on the cluster.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from lintas.errors import Unavailable
from lintas.linkage.blocking import Rule
from lintas.linkage.duck import BATCH, Found, blocks, pairs_sql
from lintas.linkage.evidence import Seen, see_all
from lintas.linkage.table import Table


class Spark:
    """A Spark session.

    Args:
        master: Address of the cluster; this machine with all its cores unless given.

    Raises:
        Unavailable: pyspark or Java is not installed.
    """

    def __init__(self, master: str = "local[*]") -> None:
        try:
            from pyspark.sql import SparkSession  # noqa: PLC0415 - only where Spark is asked for

            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # otherwise any python3 of the path
            builder = SparkSession.builder.master(master).appName("lintas match")
            builder = builder.config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "16")
            self._session: Any = builder.getOrCreate()
        except (ImportError, RuntimeError, OSError) as error:
            raise Unavailable(missing="pyspark or Java 17", problem=str(error)) from error

    def close(self) -> None:
        """End the session."""
        self._session.stop()

    def candidates(self, table: Table, rules: Sequence[Rule], folder: Path) -> Found:
        """See `Engine`."""
        written, joined = folder / "blocks.parquet", folder / "pairs.parquet"
        with duckdb.connect() as base:
            arrays = blocks(table, rules)  # noqa: F841 - DuckDB reads it by its name
            base.execute(f"COPY (SELECT * FROM arrays) TO '{_quoted(written)}' (FORMAT parquet)")  # noqa: S608 - a folder of ours
        self._session.read.parquet(str(written)).createOrReplaceTempView("blocks")
        self._session.sql(pairs_sql(table)).write.mode("overwrite").parquet(str(joined))
        pairs = _in_order(joined)
        return pairs["l"], pairs["r"], pairs["rules"]

    def compare(self, table: Table, found: Found, folder: Path) -> Iterator[list[Seen]]:
        """See `Engine`; the pairs are those that `candidates` has left on the cluster."""
        self._leave_pairs(found, folder / "pairs.parquet")
        sent = self._session.sparkContext.broadcast(table)
        names = [f"{what}{number} {kind}" for number in range(len(table.columns)) for what, kind in _PARTS]

        def compared(batches: Iterator[Any]) -> Iterator[Any]:
            import pyarrow as pa  # noqa: PLC0415 - on the executors

            for batch in batches:
                left, right = (batch.column(side).to_numpy() for side in ("l", "r"))
                seen = see_all(sent.value, left, right)
                parts = [part for one in seen for part in (one.levels, one.left, one.right)]
                yield pa.RecordBatch.from_arrays(
                    [*map(pa.array, [left, right, *parts])], ["l", "r", *_names(len(seen))]
                )

        pairs = self._session.read.parquet(str(folder / "pairs.parquet")).select("l", "r")
        schema = ", ".join(["l bigint", "r bigint", *names])
        seen = folder / "seen.parquet"
        pairs.mapInArrow(compared, schema).write.mode("overwrite").parquet(str(seen))
        reader = _in_order(seen)
        before = len(reader["l"]) - len(found[0])  # compared before the work was interrupted
        for start in range(before, len(reader["l"]), BATCH):
            part = slice(start, start + BATCH)
            columns = (tuple(reader[f"{what}{n}"][part] for what, _ in _PARTS) for n in range(len(table.columns)))
            yield [Seen(*values) for values in columns]

    @staticmethod
    def _leave_pairs(found: Found, folder: Path) -> None:
        """Pairs that another engine has found before the work was interrupted."""
        if not folder.exists():
            folder.mkdir()
            with duckdb.connect() as base:
                arrays = {"l": found[0], "r": found[1]}  # noqa: F841 - DuckDB reads it by its name
                base.execute(f"COPY (SELECT * FROM arrays) TO '{_quoted(folder)}/pairs.parquet' (FORMAT parquet)")  # noqa: S608 - a folder of ours


_PARTS = (("level", "tinyint"), ("left", "int"), ("right", "int"))


def _names(columns: int) -> list[str]:
    return [f"{what}{number}" for number in range(columns) for what, _ in _PARTS]


def _in_order(folder: Path) -> Any:  # noqa: ANN401 - arrays by column
    """What Spark has written, in the order of the rows."""
    with duckdb.connect() as base:
        return base.read_parquet(f"{folder}/*.parquet").order("l, r").fetchnumpy()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
