"""A federation of invented agencies with three keepers, and its repository in memory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path

from lintas.clock import ManualClock
from lintas.protocol import NodeKeys
from lintas.transport import make_certificate
from lintas.trust import Member, authoring


@cache
def member(node: str, url: str = "https://127.0.0.1:7401") -> Member:
    """An agency as it asks to be listed; the same each time."""
    certificate, _ = make_certificate(node)
    return Member.of(
        node=node,
        name={"id": f"Latihan {node}", "en": f"Exercise {node}"},
        country=node[:2],
        url=url,
        keys=NodeKeys.generate().public(),
        certificate_pem=certificate.decode(),
        contact=f"piket@{node}.example",
        exercise=True,
    )


class Federation:
    """Three keepers, of whom two must sign."""

    def __init__(self, clock: ManualClock, nodes: Iterable[str] = ()) -> None:
        self.clock = clock
        self.keepers = [authoring.new_keeper() for _ in range(3)]
        self.files: dict[str, bytes] = {}
        self.release(authoring.begin(self.appointed, now=self.now))
        if nodes:
            self.change(add=[member(node) for node in nodes])

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def appointed(self) -> authoring.Keepers:
        return authoring.Keepers([public for _, public in self.keepers], threshold=2)

    def change(self, add: Iterable[Member] = (), remove: Iterable[str] = ()) -> None:
        """Draft, sign twice, publish."""
        self.release(authoring.draft(self.files, add=add, remove=remove, now=self.now))

    def release(self, drafted: authoring.Draft, signers: int = 2) -> None:
        for private, _ in self.keepers[:signers]:
            drafted = authoring.sign(drafted, private)
        self.files |= authoring.publish(self.files, drafted, self.keepers[0][0], now=self.now)

    def renew(self) -> None:
        self.files |= authoring.renew(self.files, self.keepers[2][0], now=self.now)

    def write(self, folder: Path) -> Path:
        """Put the repository into a folder, as a keeper would."""
        folder.mkdir(exist_ok=True)
        for name, data in self.files.items():
            (folder / name).write_bytes(data)
        return folder
