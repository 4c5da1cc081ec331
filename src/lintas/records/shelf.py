"""One search index in a folder (tantivy): what is stored of a record, and how it is asked.

The terms are made by `lintas.matching`; here they are only stored and weighed. An index is derived and may be thrown
away at any time: it holds terms of the records, and the ids, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import tantivy
from tantivy import Document, Occur, Query

from lintas.errors import DiskFull
from lintas.matching import IndexTerms, QueryTerms, index_terms, query_terms
from lintas.model import Record, Subject

_IDENTIFIERS = ("keys", "near")  # asked for whatever kind the record is of
_WEIGHTS = {"grams": 1.0, "bones": 1.0, "dates": 3.0, "years": 1.5, "countries": 0.5}
"""What one term in common is worth, beside its rarity, for records of the kind asked for.

The kind stands in front of each of these terms, instead of in a condition of its own: a question that is nothing but
terms is answered without looking at most of the records that have one of them (block-max WAND), three times as fast.
"""

_NAMES = frozenset({"name", "alias", "weakAlias", "previousName", "abbreviation"})
_NAMES_IN_ONE_DOCUMENT = 4
_PROGRESS = "#progress"  # no record has such an id
_MEMORY = 64_000_000  # bytes the writer gathers before it writes a segment


class Busy(Exception):
    """Another process is writing this index."""


class Damaged(Exception):
    """What is in the folder is no index of ours, or its files are damaged."""


class Shelf:
    """An index that is open.

    Raises:
        Damaged: What is in the folder is no index of ours, or is damaged.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._writer: Any = None
        self.sequence, self.complete = 0, False
        with _damage_told():
            self._index = tantivy.Index(_schema(), str(folder))
            words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
            self._index.register_tokenizer("words", words)
            self._index.config_reader("manual")
            self.reload()

    def reload(self) -> None:
        """See what was committed meanwhile, by this process or another."""
        self._index.reload()
        searcher = self._index.searcher()
        found = searcher.search(Query.term_query(_schema(), "id", _PROGRESS, "basic"), 1).hits
        if found:
            told = searcher.doc(found[0][1])
            self.sequence, self.complete = told["sequence"][0], told["complete"][0] == 1

    def begin(self) -> None:
        """Become the one who writes.

        Raises:
            Busy: Another process is.
        """
        if self._writer is None:
            try:
                self._writer = self._index.writer(_MEMORY, 1)
            except ValueError as error:
                raise (Busy if "LockBusy" in str(error) else Damaged)(str(error)) from error

    def put(self, record_id: str, record: Record | None) -> None:
        """Store a record in place of what was stored under its id; None takes it out.

        Raises:
            Damaged: Nothing can be written any more.
        """
        documents = list(_documents(record)) if record is not None else []
        with _damage_told():
            self._writer.delete_documents_by_term("id", record_id)
            for document in documents:
                self._writer.add_document(document)

    def commit(self, sequence: int, *, complete: bool) -> None:
        """Make durable and visible what was put since, together with the number of the last change it knows.

        Raises:
            Damaged: The files changed under our hands.
            DiskFull: There is no room.
        """
        with _damage_told():
            self._writer.delete_documents_by_term("id", _PROGRESS)
            self._writer.add_document(Document(id=_PROGRESS, sequence=sequence, complete=int(complete)))
            self._writer.commit()
            self.reload()

    def close(self) -> None:
        """Let go of the lock; what was not committed is not kept."""
        self._writer = None

    def candidates(self, subject: Subject, limit: int) -> list[str]:
        """The ids of the records that may be this subject: the same identifier, then nearly the same, then names alike.

        Raises:
            Damaged: The files changed under our hands.
        """
        queries = list(_queries(query_terms(subject)))
        searcher = self._index.searcher()
        found: dict[str, None] = {}
        with _damage_told():
            for query in queries:
                # A record with many names is in several documents.
                for _, address in searcher.search(query, limit * 2, count=False).hits:
                    found.setdefault(searcher.doc(address)["id"][0])
        return list(found)[:limit]


@contextmanager
def _damage_told() -> Iterator[None]:
    """Tell what tantivy complains of.

    It knows one exception for everything, and panics, which Python does not count among the exceptions, where a file
    says what no file of its own could say.
    """
    try:
        yield
    except BaseException as error:
        if not isinstance(error, ValueError | OSError) and type(error).__name__ != "PanicException":
            raise
        if "No space left" in str(error):
            raise DiskFull(reason="no room for the index") from error
        raise Damaged(str(error)) from error


@cache
def _schema() -> Any:  # noqa: ANN401 - tantivy's classes are opaque to mypy
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in _IDENTIFIERS:
        builder.add_text_field(name, tokenizer_name="words", index_option="basic")
    for name in _WEIGHTS:
        builder.add_text_field(name, tokenizer_name="words", index_option="freq")
    builder.add_integer_field("sequence", stored=True)
    builder.add_integer_field("complete", stored=True)
    return builder.build()


def _documents(record: Record) -> Iterator[Any]:
    """The documents of a record; none for a link or a paper that nobody asks for.

    A document is weighed against its length, so that a record with sixty aliases would never come first for any of
    them: it is stored once for every few names.
    """
    for part in _parts(record):
        terms = index_terms(part)
        if terms.keys or terms.grams or terms.bones:
            fields = {name: " ".join(getattr(terms, name)) for name in _IDENTIFIERS}
            yield Document(id=record.id, **fields, **{name: " ".join(_of_kinds(terms, name)) for name in _WEIGHTS})


def _parts(record: Record) -> Iterator[Record]:
    names = [statement for statement in record.statements if statement.prop in _NAMES]
    if len(names) <= _NAMES_IN_ONE_DOCUMENT:
        yield record
        return
    others = tuple(statement for statement in record.statements if statement.prop not in _NAMES)
    for start in range(0, len(names), _NAMES_IN_ONE_DOCUMENT):
        some = tuple(names[start : start + _NAMES_IN_ONE_DOCUMENT])
        yield msgspec.structs.replace(record, statements=some + others)


def _of_kinds(terms: IndexTerms | QueryTerms, field: str) -> Iterator[str]:
    return (f"{kind}:{term}" for kind in terms.kinds for term in getattr(terms, field))


def _queries(terms: QueryTerms) -> Iterator[Any]:
    for field in _IDENTIFIERS:
        if found := getattr(terms, field):
            yield _any(_term(field, term, "basic", 1.0) for term in found)
    if terms.grams or terms.bones:
        fields = _WEIGHTS.items()
        yield _any(_term(field, term, "freq", weight) for field, weight in fields for term in _of_kinds(terms, field))


def _any(terms: Iterable[Any]) -> Any:  # noqa: ANN401 - tantivy's classes are opaque to mypy
    return Query.boolean_query([(Occur.Should, term) for term in terms])


def _term(field: str, term: str, option: str, weight: float) -> Any:  # noqa: ANN401 - as above
    query = Query.term_query(_schema(), field, term, option)
    return query if weight == 1 else Query.boost_query(query, weight)
