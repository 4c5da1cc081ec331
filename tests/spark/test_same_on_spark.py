"""A real local Spark session gives, byte for byte, what DuckDB gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lintas.linkage import Duck, Order, run
from lintas.linkage.spark import Spark
from rooms.linkage.registers import register


@pytest.fixture(scope="module")
def spark() -> Iterator[Spark]:
    session = Spark("local[2]")
    yield session
    session.close()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("files", [1, 2], ids=["dedupe", "link"])
def test_spark_and_duckdb_give_the_same_bytes(spark: Spark, tmp_path: Path, files: int) -> None:
    made = register(2_000)
    paths = tuple(made.lines(tmp_path / f"{at}.ftm", slice(at, None, files)) for at in range(files))
    for name, engine in (("duck", Duck()), ("spark", spark)):
        run(Order(files=paths, folder=tmp_path / name), engine=engine)

    for result in ("pairs.csv", "clusters.csv", "conflicts.csv", "model.json"):
        assert (tmp_path / "spark" / result).read_bytes() == (tmp_path / "duck" / result).read_bytes()
