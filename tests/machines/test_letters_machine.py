"""The post between two nodes under any order of mishaps: every letter is accepted once or comes back, none is lost."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection

from lintas.clock import ManualClock
from lintas.errors import AlreadyDone, PeerUnreachable, Unavailable
from lintas.exchange import LetterState
from lintas.exchange.post import LONGEST
from lintas.model import Asker, Role
from lintas.protocol.messages import ConfirmationRequest
from lintas.testing import Neighbourhood
from lintas.testing.neighbourhood import REASON

JAKARTA, KL = "id.latihan", "my.latihan"


class Post(RuleBasedStateMachine):
    """Jakarta writes, Kuala Lumpur accepts what it can."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.loop = asyncio.Runner()
        self.clock = ManualClock()
        self.letters: dict[str, str] = {}  # by id of the letter: what it is about
        self.unwelcome: set[str] = set()
        self.accepted: Counter[str] = Counter()
        self.disk_is_full = False

    @initialize()
    def found(self) -> None:
        self.street = Neighbourhood(Path(self.folder.name), self.clock)
        self.jakarta, self.kl = self.loop.run(self.street.nodes("id", "my"))
        self._open_the_desk()

    def _open_the_desk(self) -> None:
        def desk(tx: Connection, body: object, sender: str) -> None:
            assert isinstance(body, ConfirmationRequest)
            if self.disk_is_full:
                raise Unavailable
            if body.confirmation in self.unwelcome:
                raise AlreadyDone
            self.accepted[body.confirmation] += 1

        self.kl.node.exchange.deliver_to(ConfirmationRequest, desk)

    def teardown(self) -> None:
        if hasattr(self, "street"):
            self.everything_heals()
            self.loop.run(self.street.__aexit__(None, None, None))
        self.loop.close()
        self.folder.cleanup()

    @precondition(lambda self: len(self.letters) < 8)
    @rule(welcome=st.booleans())
    def write(self, welcome: bool) -> None:  # noqa: FBT001
        about = f"konfirmasi-{len(self.letters)}"
        if not welcome:
            self.unwelcome.add(about)
        request = ConfirmationRequest(
            confirmation=about,
            check="pemeriksaan-0001",
            hit="temuan-0001",
            justification=REASON,
            asker=Asker(node=JAKARTA, country="id", officer="p-1", role=Role.LIAISON),
            reason="Tersangka utama, akan dicegat.",
            asked_at=self.clock.now(),
        )
        letter = self.jakarta.node.db.write(lambda tx: self.jakarta.node.exchange.queue(tx, KL, request))
        self.letters[letter] = about

    @rule()
    def the_courier_goes(self) -> None:
        self.loop.run(self.jakarta.node.exchange.deliver_due())

    @rule()
    def two_couriers_go_at_once(self) -> None:
        async def both() -> None:
            await asyncio.gather(*(self.jakarta.node.exchange.deliver_due() for _ in range(2)))

        self.loop.run(both())

    @rule(minutes=st.sampled_from([0.1, 1, 6]))
    def time_passes(self, minutes: float) -> None:
        self.clock.advance(timedelta(minutes=minutes))
        self.loop.run(self.jakarta.node.exchange.purge())
        self.loop.run(self.kl.node.exchange.purge())

    @rule()
    def the_cable_is_cut(self) -> None:
        self.kl.is_unplugged()

    @rule()
    def receipts_are_lost(self) -> None:
        node = self.kl.node

        async def lost(raw: bytes, certificate: str) -> bytes:
            await node.receive(raw, certificate)
            raise PeerUnreachable(node=KL)

        self.street.loopback.register(KL, lost)

    @rule()
    def everything_arrives_twice(self) -> None:
        self.kl.is_plugged_in()
        self.street.loopback.duplicate(KL, 4)

    @rule()
    def the_cable_is_mended(self) -> None:
        self.kl.is_plugged_in()

    @rule(full=st.booleans())
    def the_disk_there_fills_up_or_empties(self, full: bool) -> None:  # noqa: FBT001
        self.disk_is_full = full

    @rule(who=st.sampled_from(["sender", "recipient"]))
    def a_node_restarts(self, who: str) -> None:
        self.loop.run((self.jakarta if who == "sender" else self.kl).restarts())
        self._open_the_desk()

    @invariant()
    def nothing_is_done_twice(self) -> None:
        assert all(count == 1 for count in self.accepted.values())

    @invariant()
    def what_is_called_delivered_was_accepted_and_what_is_called_returned_was_not(self) -> None:
        for letter, about in self.letters.items():
            sent = self.jakarta.node.exchange.letters({letter})[letter]
            if sent.state is LetterState.DELIVERED:
                assert self.accepted[about] == 1
            if sent.state is LetterState.RETURNED:
                assert about in self.unwelcome
                assert self.accepted[about] == 0

    def everything_heals(self) -> None:
        """And in the end nothing waits any more."""
        self.disk_is_full = False
        self.kl.is_plugged_in()
        self.clock.advance(LONGEST)
        self.the_courier_goes()
        self.what_is_called_delivered_was_accepted_and_what_is_called_returned_was_not()
        states = {s.state for s in self.jakarta.node.exchange.letters(set(self.letters)).values()}
        assert LetterState.QUEUED not in states
        assert set(self.accepted) == set(self.letters.values()) - self.unwelcome


TestPost = Post.TestCase
TestPost.settings = settings(
    max_examples=12, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
