"""What a node does by itself, and what it tells its operator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lintas.audit import AuditKind
from lintas.errors import ClockWrong, DiskFull, KeysUnusable
from lintas.model import OutcomeState
from lintas.node import build
from lintas.node.hallway import _forever
from lintas.settings import Settings
from lintas.testing import Neighbourhood

HOUR = timedelta(hours=1)


class ClockAhead:
    """A machine whose clock is an hour ahead."""

    def now(self) -> datetime:
        return datetime.now(UTC) + HOUR


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Neighbourhood]:
    async with Neighbourhood(tmp_path) as made:
        yield made


async def test_a_clock_an_hour_off_is_named_in_the_row_of_every_partner(street: Neighbourhood) -> None:
    (kl,) = await street.nodes("my")
    kl.knows("Budi Santoso", birthDate="1970-01-31")
    street.clock = ClockAhead()
    (jakarta,) = await street.nodes("id")

    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31")

    row = report.outcome("my.latihan")
    assert row is not None
    assert (row.state, row.problem) == (OutcomeState.UNREACHABLE, ClockWrong.code)
    assert [e.event.facts["code"] for e in kl.node.audit.entries(kind=AuditKind.MESSAGE_REFUSED) if e.event] == [
        "untrusted.out-of-time"
    ]


async def test_a_node_whose_clock_is_off_tells_its_operator_once(
    street: Neighbourhood, caplog: pytest.LogCaptureFixture
) -> None:
    await street.nodes("my")
    street.clock = ClockAhead()
    (jakarta,) = await street.nodes("id")

    await jakarta.node.witnessing.once()
    jakarta.knows("Ani Wijaya")
    await jakarta.node.witnessing.once()

    assert len(caplog.messages) == 1
    assert "clock disagrees" in caplog.messages[0]
    assert "NTP" in caplog.messages[0]


async def test_a_clock_within_the_tolerance_is_no_problem(street: Neighbourhood) -> None:
    (kl,) = await street.nodes("my", clock_skew=7200)
    kl.knows("Budi Santoso", birthDate="1970-01-31")
    street.clock = ClockAhead()
    (jakarta,) = await street.nodes("id", clock_skew=7200)

    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31")

    row = report.outcome("my.latihan")
    assert row is not None
    assert len(row.matches) == 1


async def test_a_failure_that_lasts_is_told_once_and_again_when_it_comes_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outcomes = [DiskFull(free=0), DiskFull(free=0), None, DiskFull(free=0), OSError(28, "No space"), ValueError("bug")]
    done = asyncio.Event()

    async def once() -> None:
        if not outcomes:
            done.set()
        elif (what := outcomes.pop(0)) is not None:
            raise what

    task = asyncio.create_task(_forever("index", once, timedelta(0)))
    await asyncio.wait_for(done.wait(), 5)
    task.cancel()

    assert [m.partition(":")[0] for m in caplog.messages] == ["index"] * 4
    assert sum("disk is full" in m for m in caplog.messages) == 2
    assert [r.exc_info is not None for r in caplog.records] == [False, False, False, True]


async def test_the_policies_in_force_are_in_the_log_from_the_start(street: Neighbourhood) -> None:
    (jakarta,) = await street.nodes("id")

    await jakarta.node.start()

    loaded = jakarta.node.audit.entries(kind=AuditKind.POLICY_LOADED)
    assert [e.event.facts["digest"] for e in loaded if e.event] == [jakarta.node.policies.digest]
    assert jakarta.node.audit.entries(kind=AuditKind.NODE_STARTED)


@pytest.mark.parametrize(
    "name", ["keys/signing.pem", "keys/sealing.pem", "keys/accounts.key", "tls/cert.pem", "tls/key.pem"]
)
async def test_a_missing_key_is_named(street: Neighbourhood, name: str) -> None:
    (jakarta,) = await street.nodes("id")
    root = jakarta.node.folder.root
    (root / name).rename(root / "elsewhere")

    with pytest.raises(KeysUnusable, match=name):
        build(Settings.load(root, {}))


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", b"\0"])
async def test_what_is_no_key_is_not_taken_for_one(street: Neighbourhood, content: bytes) -> None:
    (jakarta,) = await street.nodes("id")
    root = jakarta.node.folder.root
    (root / "keys" / "signing.pem").write_bytes(content)

    with pytest.raises(KeysUnusable):
        build(Settings.load(root, {}))
