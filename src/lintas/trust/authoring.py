"""How the keepers of a federation write its directory together: a threshold-signed TUF repository. SPEC §7.

A change goes three steps, possibly on three machines in three countries: `draft` what shall be, `sign` by as many
keepers as the threshold says, `publish`. Everything is bytes in, bytes out: a repository is file names with their
bytes, a draft is one file that keepers hand to each other, and each looks at `changes` before signing.

The roles of The Update Framework: *root* (who the keepers are) and *targets* (the members) need the threshold of
keepers; *snapshot* and *timestamp* (which version is the newest, short-lived) need one publisher.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from securesystemslib.signer import CryptoSigner, SSlibKey
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp
from tuf.api.serialization import DeserializationError

from lintas.errors import DirectoryForged, InvalidFile, InvalidValue
from lintas.model import Noun
from lintas.trust.directory import MEMBERS, Member, MemberList

S = TypeVar("S", Root, Timestamp, Snapshot, Targets)
Repository = Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """How long each kind of signed file holds."""

    root: timedelta = timedelta(days=730)
    members: timedelta = timedelta(days=365)
    newest: timedelta = timedelta(days=14)  # so long may a partner be kept from learning of a removal


VALIDITY = Validity()


@dataclass(frozen=True, slots=True)
class Keepers:
    """Who keeps the directory: public keys (PEM), and how many of them must sign a change.

    Publishers may publish what the keepers signed; the keepers themselves unless others are named.
    """

    keys: Sequence[bytes]
    threshold: int
    publishers: Sequence[bytes] = ()


class Draft(Noun):
    """A change of the directory on its way to enough signatures."""

    members: bytes  # members.json
    targets: bytes  # TUF metadata over it, with the signatures so far
    root: bytes | None = None  # TUF metadata, when the keepers themselves change

    def to_bytes(self) -> bytes:
        """The file that keepers hand to each other."""
        return msgspec.json.encode(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> Draft:
        """Read such a file; raises InvalidFile."""
        try:
            return msgspec.json.decode(data, type=cls)
        except (ValueError, RecursionError) as error:
            raise InvalidFile(expected="draft of a directory") from error


class Changes(Noun):
    """What a draft would change, for a keeper to look at before signing."""

    version: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    keepers: int
    threshold: int
    keepers_change: bool
    signatures: int  # of the keepers so far, over the members


def new_keeper() -> tuple[bytes, bytes]:
    """A keeper's fresh key, private and public, both PEM; the private one never leaves the keeper."""
    signer = CryptoSigner.generate_ed25519()
    return signer.private_bytes, _public_pem(signer.public_key)


def begin(keepers: Keepers, *, now: datetime) -> Draft:
    """The draft of a new federation without members; raises InvalidValue when the threshold cannot be met."""
    root = Root(expires=now + VALIDITY.root, consistent_snapshot=True)
    _appoint(root, keepers)
    return _drafted(MemberList(version=1, members=()), root, now)


def draft(
    repository: Repository,
    *,
    add: Iterable[Member] = (),
    remove: Iterable[str] = (),
    keepers: Keepers | None = None,
    now: datetime,
) -> Draft:
    """The draft of a change; without any, of the same with a later expiry.

    Args:
        repository: The repository as published last.
        add: Members to add; one already there is replaced.
        remove: Names of members to remove.
        keepers: Keepers in place of all those before; the old ones have to sign as well.
        now: The present moment.

    Raises:
        InvalidValue: A name to be removed is not there, or the threshold cannot be met.
        DirectoryForged: The repository is damaged.
    """
    members = {member.node: member for member in members_of(repository).members}
    for node in remove:
        if members.pop(node, None) is None:
            raise InvalidValue(field="remove", value=node)
    members |= {member.node: member for member in add}
    root = None
    if keepers is not None:
        root = _newest(repository, Root).signed
        root.version += 1
        root.expires = now + VALIDITY.root
        _appoint(root, keepers)
    version = _newest(repository, Targets).signed.version + 1
    return _drafted(MemberList(version=version, members=tuple(m for _, m in sorted(members.items()))), root, now)


def changes(repository: Repository, drafted: Draft) -> Changes:
    """What a draft would change. Raises DirectoryForged when it does not hold together."""
    targets, listed = _checked(drafted)
    before = {member.node: member for member in members_of(repository).members} if repository else {}
    after = {member.node: member for member in listed.members}
    root = _root_for(repository, drafted)
    role = root.roles[Targets.type]
    return Changes(
        version=listed.version,
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        changed=tuple(sorted(node for node in after.keys() & before.keys() if after[node] != before[node])),
        keepers=len(role.keyids),
        threshold=role.threshold,
        keepers_change=drafted.root is not None and bool(repository),
        signatures=len(root.get_verification_result(Targets.type, targets.signed_bytes, targets.signatures).signed),
    )


def sign(drafted: Draft, keeper: bytes) -> Draft:
    """The draft with one keeper's signature added.

    Args:
        drafted: The draft.
        keeper: The keeper's private key, PEM.

    Raises:
        InvalidFile: That is not a keeper's private key.
        DirectoryForged: The draft does not hold together: its members are not those it is about.
    """
    _checked(drafted)
    signer = _signer(keeper)
    root = None if drafted.root is None else _signed(_read(Root, drafted.root), signer)
    return Draft(members=drafted.members, targets=_signed(_read(Targets, drafted.targets), signer), root=root)


def publish(repository: Repository, drafted: Draft, publisher: bytes, *, now: datetime) -> dict[str, bytes]:
    """The files to be added to the repository, in the order of writing; with them the change takes effect.

    Args:
        repository: The repository as published last; empty for a new federation.
        drafted: A draft with enough signatures.
        publisher: The private key of a publisher, PEM.
        now: The present moment.

    Raises:
        DirectoryForged: Not enough keepers have signed, or the draft is not about the repository's next version.
    """
    targets, listed = _checked(drafted)
    root = _root_for(repository, drafted)
    expected = _newest(repository, Targets).signed.version + 1 if repository else 1
    if targets.signed.version != expected:
        raise DirectoryForged(version=targets.signed.version, expected=expected)
    _verified(root, targets)
    files: dict[str, bytes] = {}
    if drafted.root is not None:
        _verify_root(repository, drafted.root)
        files[f"{root.version}.root.json"] = drafted.root
    files[f"{targets.signed.targets[MEMBERS].hashes['sha256']}.{MEMBERS}"] = drafted.members
    files[f"{targets.signed.version}.targets.json"] = drafted.targets
    return files | _announce({**repository, **files}, listed.version, publisher, now)


def renew(repository: Repository, publisher: bytes, *, now: datetime) -> dict[str, bytes]:
    """The files that say anew which version is the newest; to be written well before they expire."""
    return _announce(repository, _newest(repository, Targets).signed.version, publisher, now)


def members_of(repository: Repository) -> MemberList:
    """The members as published last, for keepers; a node asks its `DirectoryClient`.

    Raises:
        DirectoryForged: The repository is damaged.
    """
    target = _newest(repository, Targets).signed.targets[MEMBERS]
    data = repository.get(f"{target.hashes['sha256']}.{MEMBERS}", b"")
    _verify_hash(target, data)
    return MemberList.from_bytes(data)


def _drafted(listed: MemberList, root: Root | None, now: datetime) -> Draft:
    data = listed.to_bytes()
    targets = Targets(version=listed.version, expires=now + VALIDITY.members)
    targets.targets[MEMBERS] = TargetFile.from_data(MEMBERS, data, ["sha256"])
    return Draft(
        members=data, targets=Metadata(targets).to_bytes(), root=None if root is None else Metadata(root).to_bytes()
    )


def _appoint(root: Root, keepers: Keepers) -> None:
    number = len(set(keepers.keys))
    if not 1 <= keepers.threshold <= number:
        raise InvalidValue(field="threshold", value=keepers.threshold, keepers=number)
    publishers = keepers.publishers or keepers.keys
    for role, pems, threshold in (
        (Root.type, keepers.keys, keepers.threshold),
        (Targets.type, keepers.keys, keepers.threshold),
        (Snapshot.type, publishers, 1),
        (Timestamp.type, publishers, 1),
    ):
        for keyid in list(root.roles[role].keyids):
            root.revoke_key(keyid, role)
        for pem in pems:
            root.add_key(_public(pem), role)
        root.roles[role].threshold = threshold


def _announce(repository: Repository, version: int, publisher: bytes, now: datetime) -> dict[str, bytes]:
    before = _newest_or_none(repository, Timestamp)
    number = before.signed.version + 1 if before else 1
    expires, signer, root = now + VALIDITY.newest, _signer(publisher), _newest(repository, Root).signed
    snapshot = Metadata(Snapshot(version=number, expires=expires, meta={"targets.json": MetaFile(version)}))
    timestamp = Metadata(Timestamp(version=number, expires=expires, snapshot_meta=MetaFile(number)))
    files = {f"{number}.snapshot.json": _signed(snapshot, signer), "timestamp.json": _signed(timestamp, signer)}
    _verified(root, snapshot)
    _verified(root, timestamp)
    return files


def _root_for(repository: Repository, drafted: Draft) -> Root:
    return _newest(repository, Root).signed if drafted.root is None else _read(Root, drafted.root).signed


def _verify_root(repository: Repository, data: bytes) -> None:
    new = _read(Root, data)
    _verified(new.signed, new)
    if repository:
        old = _newest(repository, Root).signed
        _verified(old, new)
        if new.signed.version != old.version + 1:
            raise DirectoryForged(file="root.json", version=new.signed.version)


def _checked(drafted: Draft) -> tuple[Metadata[Targets], MemberList]:
    targets, listed = _read(Targets, drafted.targets), MemberList.from_bytes(drafted.members)
    if set(targets.signed.targets) != {MEMBERS} or listed.version != targets.signed.version:
        raise DirectoryForged(file="draft")
    _verify_hash(targets.signed.targets[MEMBERS], drafted.members)
    return targets, listed


def _verify_hash(target: TargetFile, data: bytes) -> None:
    try:
        target.verify_length_and_hashes(data)
    except RepositoryError as error:
        raise DirectoryForged(file=MEMBERS) from error


def _verified(root: Root, metadata: Metadata[S]) -> None:
    try:
        root.verify_delegate(metadata.signed.type, metadata.signed_bytes, metadata.signatures)
    except RepositoryError as error:
        needed = root.roles[metadata.signed.type].threshold
        raise DirectoryForged(role=metadata.signed.type, signatures_needed=needed) from error


def _newest(repository: Repository, kind: type[S]) -> Metadata[S]:
    found = _newest_or_none(repository, kind)
    if found is None:
        raise DirectoryForged(missing=f"{kind.type}.json")
    return found


def _newest_or_none(repository: Repository, kind: type[S]) -> Metadata[S] | None:
    names = [name for name in repository if name.endswith(f"{kind.type}.json")]
    newest = max(names, key=lambda name: int(name.partition(".")[0]) if name[0].isdigit() else 0, default=None)
    return None if newest is None else _read(kind, repository[newest])


def _read(kind: type[S], data: bytes) -> Metadata[S]:
    try:
        found: Metadata[S] = Metadata.from_bytes(data)
    except (DeserializationError, ValueError, RecursionError) as error:
        raise DirectoryForged(file=f"{kind.type}.json") from error
    if found.signed.type != kind.type:
        raise DirectoryForged(file=f"{kind.type}.json", found=found.signed.type)
    return found


def _signed(metadata: Metadata[S], signer: CryptoSigner) -> bytes:
    metadata.sign(signer, append=True)
    return metadata.to_bytes()


def _signer(pem: bytes) -> CryptoSigner:
    try:
        return CryptoSigner(load_pem_private_key(pem, None))
    except (ValueError, TypeError) as error:
        raise InvalidFile(expected="private key of a keeper") from error


def _public(pem: bytes) -> SSlibKey:
    try:
        key = load_pem_public_key(pem)
    except ValueError as error:
        raise InvalidFile(expected="public key of a keeper") from error
    if not isinstance(key, Ed25519PublicKey):
        raise InvalidFile(expected="Ed25519 public key of a keeper")
    return SSlibKey.from_crypto(key)


def _public_pem(key: SSlibKey) -> bytes:
    raw = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.keyval["public"]))
    return raw.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
