"""Columns of many records at once, on several cores: to read a name costs more than to store it.

A worker is a program of its own, like those that read lines (`lintas.records.importing.workers`): it gets blocks on its
input and gives back columns on its output, until its input ends, as it does when the one who started it ends, however
that ends.
"""

from __future__ import annotations

import gc
import os
import sys
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from subprocess import PIPE, Popen
from typing import IO, Any, Final, TypeAlias

import msgspec
import numpy as np
from msgspec import Struct

from lintas.matching.keys import IndexTerms, terms_of
from lintas.records.searching.rows import Columns, rows_of

PAYS_FROM: Final = 20_000
"""Records from which workers are worth their start."""

_MOST_WORKERS: Final = 4
_LENGTH: Final = 8  # bytes before each block, saying how long it is

Texts: TypeAlias = Sequence[bytes]


class _Said(Struct):
    prop: str
    value: str


class _Stored(Struct):
    """Of a record as it is stored, what serves to find it."""

    id: str
    schema: str
    statements: tuple[_Said, ...]


class _Entity(Struct):
    """Of a line of FollowTheMoney, what serves to find it."""

    id: str
    schema: str
    properties: dict[str, Any] = {}


class _Packed(Struct):
    columns: dict[str, tuple[str, bytes]]


_stored = msgspec.json.Decoder(_Stored)
_entity = msgspec.json.Decoder(_Entity)


def columns_of(texts: Texts) -> Columns:
    """The columns of some records as they are stored, or lines of FollowTheMoney; what nobody asks for has no row.

    One column more, `flawed`, holds the places of the texts that are neither.
    """
    found: list[tuple[str, IndexTerms]] = []
    flawed = []
    for place, text in enumerate(texts):
        try:
            one, schema, properties = _properties(text)
        except msgspec.DecodeError:
            flawed.append(place)
            continue
        terms = terms_of(properties, schema)
        if terms.keys or terms.names:
            found.append((one, terms))
    return rows_of(found) | {"flawed": np.array(flawed, np.int64)}


def _properties(text: bytes) -> tuple[str, str, dict[str, tuple[str, ...]]]:
    if b'"statements"' not in text:
        entity = _entity.decode(text)
        listed = {p: (v,) if isinstance(v, str) else tuple(map(str, v or ())) for p, v in entity.properties.items()}
        return entity.id, entity.schema, listed
    stored = _stored.decode(text)
    found: dict[str, tuple[str, ...]] = {}
    for said in stored.statements:
        found[said.prop] = (*found[said.prop], said.value) if said.prop in found else (said.value,)
    return stored.id, stored.schema, found


def all_columns(blocks: Iterable[Texts], *, total: int) -> Generator[Columns, None, None]:
    """The columns of each block, in order, with workers if there is much to do."""
    if total < PAYS_FROM:
        yield from map(columns_of, blocks)
        return
    with _started() as idle:
        busy: deque[tuple[_Worker, Texts]] = deque()
        for block in blocks:
            done = None
            if not idle:
                worker, earlier = busy.popleft()
                done = worker.receive() or columns_of(earlier)
                idle.append(worker)
            worker = idle.pop()
            worker.send(block)
            busy.append((worker, block))
            if done is not None:
                yield done
        for worker, earlier in busy:
            yield worker.receive() or columns_of(earlier)


class _Worker:
    """One worker, as the one who started it sees it. If it dies, its block is read here instead."""

    def __init__(self) -> None:
        program = [sys.executable, "-P", "-c", f"from {__name__} import work; work()"]
        self._process = Popen(program, stdin=PIPE, stdout=PIPE, start_new_session=True)  # noqa: S603 - ourselves

    def send(self, block: Texts) -> None:
        try:
            _write(self._process.stdin, msgspec.msgpack.encode(block))
        except OSError:
            self._process.kill()

    def receive(self) -> Columns | None:
        answer = _read(self._process.stdout)
        if answer is None:
            return None
        packed = msgspec.msgpack.decode(answer, type=_Packed)
        return {name: np.frombuffer(column, np.dtype(kind)) for name, (kind, column) in packed.columns.items()}

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


@contextmanager
def _started() -> Iterator[list[_Worker]]:
    workers = [_Worker() for _ in range(min(os.cpu_count() or 1, _MOST_WORKERS))]
    try:
        yield list(workers)
    finally:
        for worker in workers:
            worker.end()


def _write(to: IO[bytes] | None, block: bytes) -> None:
    if to is not None:
        to.write(len(block).to_bytes(_LENGTH))
        to.write(block)
        to.flush()


def _read(source: IO[bytes] | None) -> bytes | None:
    """The next block; None when there is none, or only a part of it."""
    if source is None:
        return None
    length = int.from_bytes(source.read(_LENGTH))
    block = source.read(length)
    return block if length and len(block) == length else None


def work() -> None:
    """Be a worker: answer tasks until there are no more."""
    gc.disable()  # nothing made here holds itself
    while task := _read(sys.stdin.buffer):
        found = columns_of(msgspec.msgpack.decode(task, type=tuple[bytes, ...]))
        packed = _Packed({name: (column.dtype.str, column.tobytes()) for name, column in found.items()})
        _write(sys.stdout.buffer, msgspec.msgpack.encode(packed))
