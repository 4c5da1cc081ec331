"""Finding the right record by a name with errors in it, and by name and date of birth.

    python -m benchmarks.search [--records 100000] [--queries 2600] [--data DIR] [--only NAME] [--index DIR]

Thirteen kinds of error (`benchmarks.corpus`); recall is the mean over the kinds, so that no kind hides another. Beside
us, in the same run, on the same rows and questions: tantivy with trigrams (BM25), where it is installed, and rapidfuzz
looking at every row. Both get the names as we read them, in Latin letters. Identifiers with one wrong sign are asked of
us alone.

Without `--data` the names are invented, and the kinds that need real aliases and scripts are left out.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import msgspec
from rapidfuzz import fuzz, process

from benchmarks.corpus import SEED, Person, Question, corpus
from benchmarks.figures import percentiles, row
from lintas.matching.normalise import words
from lintas.model import Subject, SubjectKind
from lintas.records.searching.gathering import all_columns
from lintas.records.shelf import Shelf

_SCANS = 60  # questions for the peer that looks at every row
_BLOCK = 2_000
_LETTERS = "0123456789"


def main() -> None:
    """Build, ask, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=2_600)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--only", choices=("lintas", "tantivy", "rapidfuzz"))
    parser.add_argument("--index", type=Path, help="keep our index here")
    given = parser.parse_args()
    people, questions = corpus(given.data, given.records, given.queries)
    row("records", f"{len(people):10}")
    row("questions", f"{len(questions):10} of {len({q.kind for q in questions})} kinds")
    engines = {"lintas": ours, "tantivy": trigrams, "rapidfuzz": scan}
    for name, engine in engines.items():
        if given.only in (None, name):
            print(f"\n{name}")
            engine(people, questions, given.index)


def ours(people: list[Person], questions: list[Question], folder: Path | None) -> None:
    """Lintas: names alone, names and dates, numbers with a slip; and what an index costs to build and to change."""
    with tempfile.TemporaryDirectory() as temporary:
        shelf = Shelf(folder or Path(temporary))
        shelf.begin()
        if not shelf.complete:
            started = time.perf_counter()
            for columns in all_columns(_lines(people), total=len(people)):
                shelf.take(columns)
            shelf.commit(1, complete=True)
            taken = time.perf_counter() - started
            row("built", f"{len(people) / taken:10.0f} records/s, {taken / len(people) * 1e6:.0f} s a million")

        def asked(question: Question, *props: str) -> list[str]:
            known = {"name": (question.name,), "birthDate": (question.born,)}
            subject = Subject(SubjectKind.PERSON, {prop: known[prop] for prop in props})
            return shelf.candidates(subject, 10)

        told("name", questions, lambda one: asked(one, "name"))
        told("name and date of birth", questions, lambda one: asked(one, "name", "birthDate"))
        _numbers(shelf, people)
        _changes(shelf, people[-1].id)
        shelf.close()


def _lines(people: Sequence[Person]) -> Iterator[list[bytes]]:
    encode = msgspec.json.Encoder().encode
    entities = (
        encode(
            {
                "id": one.id,
                "schema": "Person",
                "properties": {"name": [one.name], "birthDate": [one.born], "passportNumber": [_passport(one)]},
            }
        )
        for one in people
    )
    while block := list(islice(entities, _BLOCK)):
        yield block


def _passport(one: Person) -> str:
    dice = random.Random(one.id)
    return dice.choice("ABCEX") + "".join(dice.choices(_LETTERS, k=7))


def _numbers(shelf: Shelf, people: Sequence[Person]) -> None:
    dice = random.Random(SEED)
    ranks, times = [], []
    for one in dice.sample(people, min(1_000, len(people))):
        number = _passport(one)
        at = dice.randrange(1, len(number))
        slip = dice.choice((number[:at] + number[at + 1 :], number[:at] + dice.choice(_LETTERS) + number[at + 1 :],
                            number[:at] + dice.choice(_LETTERS) + number[at:]))  # fmt: skip
        started = time.perf_counter()
        found = shelf.candidates(Subject(SubjectKind.PERSON, {"name": (one.name,), "passportNumber": (slip,)}), 3)
        times.append(1_000 * (time.perf_counter() - started))
        ranks.append(one.id in found)
    row("passport with one slip and the name: in the first 3", f"{statistics.mean(ranks):10.4f}  {percentiles(times)}")


def _changes(shelf: Shelf, one: str) -> None:
    columns = next(iter(all_columns(_lines([Person("new", "Zulkarnain Wiraatmadja", "1980-02-03")]), total=1)))
    started = time.perf_counter()
    shelf.take(columns)
    shelf.commit(2, complete=True)
    row("one record added and visible", f"{1_000 * (time.perf_counter() - started):10.1f} ms")
    started = time.perf_counter()
    shelf.put(one, None)
    shelf.commit(3, complete=True)
    row("one record deleted and gone from the disk", f"{1_000 * (time.perf_counter() - started):10.1f} ms")


def trigrams(people: list[Person], questions: list[Question], _: Path | None) -> None:
    """Peer: tantivy, trigrams of the Latin name, BM25."""
    if not find_spec("tantivy"):
        row("not installed", "pip install tantivy")
        return
    import tantivy  # noqa: PLC0415

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("name", tokenizer_name="trigram", index_option="freq")
    index = tantivy.Index(builder.build())
    index.register_tokenizer("trigram", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(3, 3)).build())
    started = time.perf_counter()
    writer = index.writer(128_000_000, 1)
    for one in people:
        writer.add_document(tantivy.Document(id=one.id, name=_latin(one.name)))
    writer.commit()
    index.reload()
    row("built", f"{len(people) / (time.perf_counter() - started):10.0f} records/s")
    searcher = index.searcher()

    def find(question: Question) -> list[str]:
        name = _latin(question.name)
        grams = {name[i : i + 3] for i in range(len(name) - 2)}
        terms = [(tantivy.Occur.Should, tantivy.Query.term_query(index.schema, "name", gram, "freq")) for gram in grams]
        found = searcher.search(tantivy.Query.boolean_query(terms), 10, count=False).hits
        return [searcher.doc(address)["id"][0] for _, address in found]

    told("name", questions, find)


def scan(people: list[Person], questions: list[Question], _: Path | None) -> None:
    """Peer: rapidfuzz's token_sort_ratio with every row."""
    names = [_latin(one.name) for one in people]

    def find(question: Question) -> list[str]:
        best = process.extract(_latin(question.name), names, scorer=fuzz.token_sort_ratio, limit=10)
        return [people[place].id for _, _, place in best]

    by_kind = defaultdict(list)
    for question in questions:
        by_kind[question.kind].append(question)
    each = max(1, _SCANS // len(by_kind))
    told("name", [one for some in by_kind.values() for one in some[:each]], find)


def _latin(name: str) -> str:
    return " ".join(words(name))


def told(what: str, questions: Sequence[Question], find: Callable[[Question], list[str]]) -> None:
    """Ask, and print recall by kind and the milliseconds."""
    ranks: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    times = []
    for question in questions:
        started = time.perf_counter()
        found = find(question)
        times.append(1_000 * (time.perf_counter() - started))
        ranks[question.kind].append((found[:1] == [question.wanted], question.wanted in found))
    row(f"by {what}", percentiles(times))
    for kind, some in ranks.items():
        first, ten = (statistics.mean(column) for column in zip(*some, strict=True))
        row(f"  {kind} ({len(some)})", f"recall@1 {first:.3f}  @10 {ten:.3f}")
    means = [[statistics.mean(column) for column in zip(*some, strict=True)] for some in ranks.values()]
    first, ten = (statistics.mean(column) for column in zip(*means, strict=True))
    row("  mean over the kinds", f"recall@1 {first:.4f}  @10 {ten:.4f}")


if __name__ == "__main__":
    main()
