"""The clauses, in the order in which they are judged; what changes the federation for good comes last."""

from conformance.clauses import envelopes, checks, letters, logs, directory  # noqa: F401, I001 - the order is the point
