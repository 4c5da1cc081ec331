"""Is this the same subject? Pure: normalise, keys for the index, compare, and say why.

The index brings up candidates by `query_terms`, stored under `index_terms`; `likely` weighs them.
"""

from lintas.matching.compare import compare, compare_many, compare_records, likely
from lintas.matching.keys import IndexTerms, QueryTerms, index_terms, query_terms
from lintas.matching.weights import START, THRESHOLD

__all__ = [
    "START",
    "THRESHOLD",
    "IndexTerms",
    "QueryTerms",
    "compare",
    "compare_many",
    "compare_records",
    "index_terms",
    "likely",
    "query_terms",
]
