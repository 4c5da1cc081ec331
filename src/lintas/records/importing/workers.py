"""Reading lines on several cores: cleaning costs more than writing, and one interpreter uses one core.

A worker is a program of its own: it gets blocks of lines on its input and gives back encoded drafts on its output,
until its input ends, as it does when the one who started it ends, however that ends. It needs neither database nor
index. (`multiprocessing` would run the caller's own script once more in each worker, and leave it behind after a kill
-9.)
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from subprocess import PIPE, Popen
from typing import IO, Final, TypeAlias

import msgspec
from msgspec import Struct

from lintas.records.drafts import Draft, draft
from lintas.records.importing.flaws import Flaw
from lintas.records.importing.jsonlines import LineReader

PAYS_FROM: Final = 40_000
"""Lines from which workers are worth their start, which takes as long as reading twenty thousand lines."""

_MOST_WORKERS: Final = 4  # one writer cannot keep up with more
_LENGTH: Final = 8  # bytes before each block, saying how long it is

Lines: TypeAlias = Sequence[tuple[int, bytes]]


class ReadLines(Struct, frozen=True):
    """What some lines came to: drafts with the numbers of their lines, and what could not be taken over."""

    rows: tuple[int, ...]
    drafts: tuple[Draft, ...]
    flaws: tuple[Flaw, ...]


class _Task(Struct, frozen=True):
    reader: LineReader
    now: datetime
    lines: tuple[tuple[int, bytes], ...]


def read_lines(reader: LineReader, now: datetime, lines: Lines) -> ReadLines:
    """Read lines here and now."""
    rows: list[int] = []
    drafts: list[Draft] = []
    flaws: list[Flaw] = []
    for number, line in lines:
        parts, flawed = reader.read(number, line)
        flaws += flawed
        for part in parts:
            rows.append(number)
            drafts.append(draft(part.record, now))
    return ReadLines(tuple(rows), tuple(drafts), tuple(flaws))


def read_all(
    reader: LineReader, now: datetime, blocks: Iterable[Lines], *, total: int
) -> Iterator[tuple[Lines, ReadLines]]:
    """Read blocks of lines, in order, with workers if there are many lines."""
    if total < PAYS_FROM:
        yield from ((lines, read_lines(reader, now, lines)) for lines in blocks)
        return
    with _started() as idle:
        busy: deque[tuple[_Worker, Lines]] = deque()
        for lines in blocks:
            done = None
            if not idle:
                worker, earlier = busy.popleft()
                done = earlier, worker.receive() or read_lines(reader, now, earlier)
                idle.append(worker)
            worker = idle.pop()
            worker.send(_Task(reader, now, tuple(lines)))
            busy.append((worker, lines))
            if done:
                yield done
        for worker, lines in busy:
            yield lines, worker.receive() or read_lines(reader, now, lines)


class _Worker:
    """One worker, as the one who started it sees it. If it dies, its lines are read here instead."""

    def __init__(self) -> None:
        # Not in our session: an interrupt at the terminal is for us; the worker ends when its input does.
        program = [sys.executable, "-P", "-c", f"from {__name__} import work; work()"]
        self._process = Popen(program, stdin=PIPE, stdout=PIPE, start_new_session=True)  # noqa: S603 - ourselves

    def send(self, task: _Task) -> None:
        try:
            _write(self._process.stdin, msgspec.msgpack.encode(task))
        except OSError:
            self._process.kill()

    def receive(self) -> ReadLines | None:
        answer = _read(self._process.stdout)
        return msgspec.msgpack.decode(answer, type=ReadLines) if answer else None

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
        to.write(len(block).to_bytes(_LENGTH) + block)
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
    while task := _read(sys.stdin.buffer):
        told = msgspec.msgpack.decode(task, type=_Task)
        _write(sys.stdout.buffer, msgspec.msgpack.encode(read_lines(told.reader, told.now, told.lines)))
