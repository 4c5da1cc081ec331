"""These run where requirements/spark.lock and Java 17 are installed: in .ci/nightly."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("pyspark") else ["test_*.py"]
