"""The shipped fake: what can go wrong on a cable goes wrong here, on request."""

from __future__ import annotations

import asyncio
import time

import pytest

from lintas.errors import PeerRefused, PeerUnreachable, Replayed
from lintas.transport import Link, Loopback
from rooms.trust.federation import member

KL = member("my.latihan")


class Desk:
    """A node that notes what arrives and answers with how much it has got."""

    def __init__(self, loopback: Loopback) -> None:
        self.arrived: list[tuple[bytes, str]] = []
        loopback.register(KL.node, self.receive)

    async def receive(self, raw: bytes, certificate: str) -> bytes:
        self.arrived.append((raw, certificate))
        return b"%d" % len(self.arrived)


@pytest.fixture
def loopback() -> Loopback:
    return Loopback()


@pytest.fixture
def desk(loopback: Loopback) -> Desk:
    return Desk(loopback)


async def test_what_is_sent_arrives_and_is_answered(loopback: Loopback, desk: Desk) -> None:
    link: Link = loopback.end("ab12")

    assert await link.send(KL, b"surat", timeout=1) == b"1"
    assert desk.arrived == [(b"surat", "ab12")]


async def test_a_link_without_an_end_shows_no_certificate(loopback: Loopback, desk: Desk) -> None:
    await loopback.send(KL, b"surat", timeout=1)

    assert desk.arrived == [(b"surat", "")]


async def test_a_node_that_is_not_connected_is_unreachable(loopback: Loopback, desk: Desk) -> None:
    loopback.unplug(KL.node)

    with pytest.raises(PeerUnreachable):
        await loopback.send(KL, b"surat", timeout=1)
    assert desk.arrived == []


async def test_a_silent_node_is_late_and_speaks_again_when_told(loopback: Loopback, desk: Desk) -> None:
    loopback.fall_silent(KL.node)
    with pytest.raises(TimeoutError):
        await loopback.send(KL, b"surat", timeout=0.02)

    loopback.fall_silent(KL.node, silent=False)

    assert await loopback.send(KL, b"surat", timeout=1) == b"1"


async def test_a_slow_node_answers_in_its_own_time(loopback: Loopback, desk: Desk) -> None:
    loopback.delay(KL.node, 0.05)

    with pytest.raises(TimeoutError):
        await loopback.send(KL, b"surat", timeout=0.01)
    began = time.perf_counter()
    assert await loopback.send(KL, b"surat", timeout=1) == b"1"
    assert time.perf_counter() - began >= 0.05


async def test_a_dropped_message_never_arrives_and_the_next_one_does(loopback: Loopback, desk: Desk) -> None:
    loopback.drop(KL.node)

    with pytest.raises(TimeoutError):
        await loopback.send(KL, b"lost", timeout=0.02)
    await loopback.send(KL, b"found", timeout=1)

    assert [raw for raw, _ in desk.arrived] == [b"found"]


async def test_a_reply_lost_on_the_way_back_was_given_all_the_same(loopback: Loopback, desk: Desk) -> None:
    loopback.drop_replies(KL.node)

    with pytest.raises(TimeoutError):
        await loopback.send(KL, b"done", timeout=0.02)
    again = await loopback.send(KL, b"again", timeout=1)

    assert [raw for raw, _ in desk.arrived] == [b"done", b"again"]
    assert again == b"2"


async def test_a_doubled_message_arrives_twice_and_is_answered_once(loopback: Loopback, desk: Desk) -> None:
    loopback.duplicate(KL.node)

    assert await loopback.send(KL, b"surat", timeout=1) == b"1"
    assert [raw for raw, _ in desk.arrived] == [b"surat", b"surat"]
    assert await loopback.send(KL, b"surat", timeout=1) == b"3"


async def test_a_node_that_refuses_says_with_which_code(loopback: Loopback) -> None:
    async def refuse(_raw: bytes, _certificate: str) -> bytes:
        raise Replayed

    loopback.register(KL.node, refuse)

    with pytest.raises(PeerRefused, match=r"untrusted\.replayed"):
        await loopback.send(KL, b"surat", timeout=1)


async def test_the_second_copy_may_be_refused_without_harm_to_the_first(loopback: Loopback) -> None:
    seen: set[bytes] = set()

    async def once(raw: bytes, _certificate: str) -> bytes:
        if raw in seen:
            raise Replayed
        seen.add(raw)
        return b"first"

    loopback.register(KL.node, once)
    loopback.duplicate(KL.node)

    assert await loopback.send(KL, b"surat", timeout=1) == b"first"


async def test_a_slow_node_delays_nobody_else(loopback: Loopback, desk: Desk) -> None:
    async def slow(_raw: bytes, _certificate: str) -> bytes:
        await asyncio.sleep(10)
        return b""

    manila = member("ph.latihan")
    loopback.register(manila.node, slow)
    began = time.perf_counter()

    late, quick = await asyncio.gather(
        loopback.send(manila, b"surat", timeout=0.1), loopback.send(KL, b"surat", timeout=0.1), return_exceptions=True
    )

    assert isinstance(late, TimeoutError)
    assert quick == b"1"
    assert time.perf_counter() - began < 1
