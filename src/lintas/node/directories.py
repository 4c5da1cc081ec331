"""Which directory a node goes by: the federation's, or, before it has joined one, only itself."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from lintas.clock import Clock
from lintas.node.folder import Folder
from lintas.settings import Settings
from lintas.transport import DirectoryClient, DirectorySource, client_context
from lintas.trust.directory import Directory, Member


class LoneDirectory:
    """A directory of one: a node that has joined no federation yet asks its own records and nobody else."""

    def __init__(self, member: Member) -> None:
        self._directory = Directory(0, datetime.max.replace(tzinfo=UTC), {member.node: member})

    def current(self) -> Directory:
        """Only ourselves."""
        return self._directory

    def at_least(self, version: int) -> Directory:  # noqa: ARG002 - there is no other
        """Only ourselves."""
        return self._directory

    def refresh(self) -> Directory:
        """Only ourselves."""
        return self._directory

    def file(self, name: str) -> bytes | None:  # noqa: ARG002
        """Nothing to hand on."""
        return None


def directory_of(settings: Settings, folder: Folder, clock: Clock) -> DirectorySource:
    """The directory the settings name; `directory` may list folders and https addresses, comma separated."""
    sources = [source.strip() for source in settings.directory.split(",") if source.strip()]
    if not sources:
        return LoneDirectory(folder.member(settings))
    return DirectoryClient(
        folder.directory,
        sources=[source if "://" in source else settings.path(source) for source in sources],
        clock=clock,
        tls=partial(client_context, folder.certificate, folder.certificate_key),
    )
