"""Which directory a node goes by: the federation's, or, before it has joined one, only itself."""

from __future__ import annotations

from functools import partial

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lintas.clock import Clock
from lintas.errors import DirectoryRejected, PeerUnreachable, UnknownSender
from lintas.node.folder import Folder
from lintas.protocol.keys import NodeKeys
from lintas.settings import Settings
from lintas.transport import DirectoryClient, DirectorySource, LoneDirectory, client_context


def directory_of(settings: Settings, folder: Folder, clock: Clock) -> DirectorySource:
    """The directory the settings name.

    Raises:
        DirectoryRejected: it has one, and it is not acceptable.
        PeerUnreachable: there is none yet, and its source cannot be reached.
    """
    if not settings.directory:
        return LoneDirectory(folder.member(settings))
    source = settings.directory if "://" in settings.directory else settings.path(settings.directory)
    tls = partial(client_context, folder.certificate, folder.certificate_key)
    client = DirectoryClient(folder.directory, source, clock, tls)
    try:
        client.current()
    except PeerUnreachable:  # joined and never fetched: without a directory nobody could be believed
        client.refresh()
    return client


def signing_key_in_use(keys: NodeKeys, directory: DirectorySource, us: str, clock: Clock) -> Ed25519PrivateKey:
    """The newest of our signing keys that the directory lists: after a rotation the old one, until partners know ours.

    A node that is in no directory, or whose directory is not acceptable, signs with the newest it has: its log goes on.
    """
    try:
        listed = directory.current().peer(us).signing
    except (UnknownSender, DirectoryRejected):
        return keys.signing_key
    return keys.as_listed(listed, clock.now()).signing_key
