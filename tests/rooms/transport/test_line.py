"""A line to the partners: what is said arrives, and only what a partner truly answered comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from lintas.clock import ManualClock
from lintas.errors import (
    BadSignature,
    LintasError,
    Malformed,
    NotFound,
    PeerRefused,
    PeerUnreachable,
    RefusedByPolicy,
    Replayed,
    UnknownSender,
)
from lintas.protocol import LIMITS, Message, NodeKeys, SeenInMemory
from lintas.protocol.messages import CheckAnswered, Problem
from lintas.transport import Line, Loopback, make_certificate
from lintas.trust import Directory, Member
from rooms.protocol.parties import question

ANSWER = CheckAnswered(check="pemeriksaan-0001", matches=(), log="5f" * 32)
SOON = timedelta(seconds=1)


class Noticeboard:
    """A directory that everybody reads; `newest` is what a look finds."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock, self.looks = clock, 0
        self.board = self.newest = Directory(1, clock.now() + timedelta(days=1), {})

    def put(self, *members: Member) -> None:
        listed = {member.node: member for member in members}
        self.newest = Directory(self.newest.version + 1, self.newest.expires, listed)

    def current(self) -> Directory:
        return self.board

    def at_least(self, version: int) -> Directory:
        if version > self.board.version:
            self.refresh()
        return self.board

    def refresh(self) -> Directory:
        self.looks += 1
        self.board = self.newest
        return self.board

    def file(self, _name: str) -> bytes | None:
        return None


class Desk:
    """A node that answers every message with the next of its answers."""

    def __init__(self, town: Town, node: str) -> None:
        self.keys, self.node = NodeKeys.generate(), node
        certificate, _ = make_certificate(node)
        self.member = Member.of(
            node=node,
            name={"en": node},
            country=node[:2],
            url="https://127.0.0.1:1",
            keys=self.keys.public(),
            certificate_pem=certificate.decode(),
            contact="piket",
        )
        self.directory = Noticeboard(town.clock)
        self.line = Line(
            us=node,
            keys=self.keys,
            directory=self.directory,
            link=town.cable.end(self.member.certificates[0]),
            seen=SeenInMemory(town.clock),
            clock=town.clock,
            skew=LIMITS.skew,
        )
        self.answer: Message = ANSWER
        self.post: Callable[[bytes], bytes] = lambda reply: reply
        town.cable.register(node, self.receive)

    async def receive(self, raw: bytes, _certificate: str) -> bytes:
        opened = await self.line.open(raw)
        return self.post(self.line.seal(opened.sender, self.answer))


class Town:
    """Two desks that know each other."""

    def __init__(self) -> None:
        self.clock, self.cable = ManualClock(), Loopback()
        self.jakarta, self.kl = Desk(self, "id.latihan"), Desk(self, "my.latihan")
        for desk in (self.jakarta, self.kl):
            desk.directory.put(self.jakarta.member, self.kl.member)
            desk.directory.refresh()

    async def ask(self) -> Message:
        return await self.jakarta.line.call("my.latihan", question(), within=SOON)


@pytest.fixture
def town() -> Town:
    return Town()


async def test_a_question_is_answered(town: Town) -> None:
    assert await town.ask() == ANSWER


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("not-found", NotFound),
        ("refused.by-policy", RefusedByPolicy),
        ("unavailable.something-of-a-later-version", LintasError),
        ("", LintasError),
    ],
)
async def test_a_problem_at_the_partner_is_raised_as_what_it_is(
    town: Town, code: str, error: type[LintasError]
) -> None:
    town.kl.answer = Problem(code=code, facts={"check": "pemeriksaan-0001"})

    with pytest.raises(error) as raised:
        await town.ask()

    assert raised.value.facts == {"check": "pemeriksaan-0001", "partner": "my.latihan"}


async def test_facts_with_hostile_names_are_only_facts(town: Town) -> None:
    town.kl.answer = Problem(code="not-found", facts={"self": "x", "partner": "id.latihan", "facts": "y", "": "z"})

    with pytest.raises(NotFound) as raised:
        await town.ask()

    assert raised.value.facts["partner"] == "my.latihan"


async def test_an_answer_of_somebody_else_is_not_the_partners(town: Town) -> None:
    town.kl.post = lambda _: town.jakarta.line.seal("id.latihan", ANSWER)

    with pytest.raises(UnknownSender):
        await town.ask()


async def test_an_answer_changed_on_its_way_is_refused(town: Town) -> None:
    town.kl.post = lambda reply: reply[:-10] + bytes([reply[-10] ^ 1]) + reply[-9:]

    with pytest.raises(BadSignature):
        await town.ask()


async def test_an_answer_that_came_before_is_refused(town: Town) -> None:
    kept: list[bytes] = []
    town.kl.post = lambda reply: kept.append(reply) or kept[0]
    await town.ask()

    with pytest.raises(Replayed):
        await town.ask()


async def test_rubbish_in_place_of_an_answer_is_refused(town: Town) -> None:
    town.kl.post = lambda _: b"rubbish"

    with pytest.raises(Malformed):
        await town.ask()


async def test_a_partner_with_a_wrong_clock_refuses_and_says_why(town: Town) -> None:
    raw = town.jakarta.line.seal("my.latihan", question())
    town.clock.advance(timedelta(hours=1))

    with pytest.raises(PeerRefused, match=r"untrusted\.out-of-time"):
        await town.cable.send(town.kl.member, raw, timeout=1)


async def test_a_message_doubled_on_the_cable_is_heard_once(town: Town) -> None:
    town.cable.duplicate("my.latihan")

    assert await town.ask() == ANSWER


async def test_nobody_is_asked_who_is_not_a_partner(town: Town) -> None:
    with pytest.raises(UnknownSender):
        await town.jakarta.line.call("xx.asing", question(), within=SOON)


async def test_a_partner_without_a_node_at_its_place_is_unreachable(town: Town) -> None:
    town.cable.unplug("my.latihan")

    with pytest.raises(PeerUnreachable):
        await town.ask()


async def test_a_sender_that_just_joined_is_known_as_soon_as_it_speaks(town: Town) -> None:
    manila = Desk(town, "ph.latihan")
    for desk in (town.jakarta, town.kl, manila):
        desk.directory.put(town.jakarta.member, town.kl.member, manila.member)
    manila.directory.newest = town.kl.directory.newest
    manila.directory.refresh()

    answer = await manila.line.call("my.latihan", question(), within=SOON)

    assert answer == ANSWER
    assert town.kl.directory.board.version == 3


async def test_a_sender_that_was_removed_meanwhile_is_unknown_when_it_names_the_newer_version(town: Town) -> None:
    town.kl.directory.put(town.kl.member)
    town.jakarta.directory.put(town.jakarta.member, town.kl.member)
    town.jakarta.directory.refresh()

    with pytest.raises(PeerRefused, match=r"untrusted\.unknown-sender"):
        await town.ask()


async def test_nobody_looks_for_a_directory_when_all_go_by_the_same(town: Town) -> None:
    before = (town.jakarta.directory.looks, town.kl.directory.looks)

    await town.ask()

    assert (town.jakarta.directory.looks, town.kl.directory.looks) == before


async def test_keys_can_be_changed_while_everybody_keeps_talking(town: Town) -> None:
    """The node has its new keys first; then one directory after the other lists them; at every moment they talk."""
    fresh = town.jakarta.keys.rotated()
    end = town.clock.now() + timedelta(days=1)
    listed = town.jakarta.member.with_keys(fresh.public(), old_until=end)

    town.jakarta.line._keys = fresh
    assert await town.ask() == ANSWER
    for desk in (town.jakarta, town.kl):
        desk.directory.put(listed, town.kl.member)
    town.jakarta.directory.refresh()
    assert await town.ask() == ANSWER
    town.clock.advance(timedelta(hours=23))
    assert await town.ask() == ANSWER
    assert town.kl.directory.board.version == 3
