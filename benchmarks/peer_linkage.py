"""Deduplicates or links files with Splink 5 (MIT). Runs in its own environment, so it imports nothing of ours.

    .venv-peers/bin/python benchmarks/peer_linkage.py PLAN.json

The plan names the files, the columns with the comparison Splink's library offers for them, and the rules of blocking,
as its guide advises. Writes the pairs with their probability; prints the seconds it took, files read and pairs written.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import splink.comparison_library as library
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI


def comparison(column: str, kind: str) -> Any:  # noqa: ANN401 - Splink's classes
    """Splink's comparison for a column."""
    if kind == "name":
        return library.NameComparison(column).configure(term_frequency_adjustments=True)
    if kind == "date":
        return library.DateOfBirthComparison(column, input_is_string=True)
    if kind == "code":
        return library.LevenshteinAtThresholds(column, [1, 2]).configure(term_frequency_adjustments=True)
    return library.ExactMatch(column).configure(term_frequency_adjustments=True)


def main(plan: dict[str, Any]) -> None:
    """Train, predict, write."""
    started = time.perf_counter()
    connection = duckdb.connect(config={"threads": 2})
    api = DuckDBAPI(connection)
    tables = []
    for number, file in enumerate(plan["files"]):
        connection.execute(
            f"CREATE TABLE t{number} AS SELECT * FROM read_csv('{file}', all_varchar = true)"  # noqa: S608 - ours
        )
        tables.append(api.register(f"t{number}"))
    settings = SettingsCreator(
        link_type="dedupe_only" if len(tables) == 1 else "link_only",
        comparisons=[comparison(*column) for column in plan["columns"].items()],
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in plan["rules"]],
        unique_id_column_name="id",
    )
    linker = Linker(tables if len(tables) > 1 else tables[0], settings, log_level=40)
    sure = [block_on(*rule) for rule in plan["sure"]]
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6)
    for rule in plan["train"]:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
    pairs = linker.inference.predict(threshold_match_probability=0.001)
    connection.execute(
        f"COPY (SELECT id_l AS l, id_r AS r, match_probability AS p FROM {pairs.physical_name}) "  # noqa: S608 - ours
        f"TO '{plan['out']}' (FORMAT csv, HEADER)"
    )
    print(json.dumps({"seconds": time.perf_counter() - started, "processor": time.process_time()}))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
