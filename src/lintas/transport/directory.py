"""Fetches and verifies the directory: a TUF client over a local folder or over partners' mirrors. SPEC §7.

The trusted state lies in `DIR/state`, a link to the newest `DIR/state-…`; a refresh works on a copy and changes the
link when everything has been verified, so neither a crash nor a forged file ever leaves half a directory behind.
"""

from __future__ import annotations

import fcntl
import json
import logging
import re
import shutil
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from errno import ENOSPC
from http.client import HTTPException
from pathlib import Path
from tempfile import mkdtemp
from urllib.error import HTTPError
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    DownloadHTTPError,
    DownloadLengthMismatchError,
    ExpiredMetadataError,
    RepositoryError,
    SlowRetrievalError,
)
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp
from tuf.ngclient import FetcherInterface, Updater

from lintas.clock import Clock
from lintas.errors import (
    DirectoryExpired,
    DirectoryForged,
    DirectoryRejected,
    DirectoryRolledBack,
    DiskFull,
    LintasError,
    PeerUnreachable,
)
from lintas.trust.directory import MEMBERS, Directory, Member, MemberList

_HTTPS = "https://"
_MIRROR_TIMEOUT = 5.0  # seconds for each file
_RETRY_AFTER = 10.0  # seconds before an announced version that was not found is looked for again
_log = logging.getLogger(__name__)


class DirectoryClient:
    """The directory this node goes by.

    Args:
        folder: Where the trusted state is kept; made by `init`.
        source: A folder, or partners' `https://…/lintas/1/directory/` addresses, comma separated; all are asked, and
            the newest counts.
        clock: Against which expiry is judged.
        tls: Makes the TLS context that trusts these certificates (PEM); needed for https addresses.
    """

    def __init__(
        self,
        folder: Path,
        source: str | Path,
        clock: Clock,
        tls: Callable[[tuple[str, ...]], ssl.SSLContext] | None = None,
    ) -> None:
        self._folder = folder
        addresses = str(source).startswith(_HTTPS)
        self._sources = [part.strip() for part in str(source).split(",")] if addresses else [str(source)]
        self._clock = clock
        self._tls = tls
        self._current: Directory | None = None
        self._lock = threading.RLock()
        self._not_before = 0.0  # of the monotonic clock

    @classmethod
    def init(cls, folder: Path, root: bytes) -> None:
        """Pin the root of trust: `1.root.json`, or a newer one, as the keepers handed it over in person."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "root.json").write_bytes(root)

    def current(self) -> Directory:
        """The directory in force, without asking anybody.

        Raises:
            DirectoryExpired: What we have no longer holds.
            DirectoryForged: What we have is damaged.
            PeerUnreachable: We have none yet.
        """
        if self._current is not None:  # every request asks: it must not wait for a source that is being fetched from
            return self._current
        with self._lock:
            if self._current is None:
                self._current = self._verified(_Files(self._file))
            return self._current

    def refresh(self) -> Directory:
        """The newest directory any source has; never an older one than before.

        It waits for the sources: within an event loop, call it in a thread.

        Raises:
            DirectoryRejected: No source has an acceptable one (forged, rolled back, expired); the old one stays.
            PeerUnreachable: No source can be reached.
        """
        with self._lock:
            failures = []
            for source in self._sources:
                try:
                    self._current = self._verified(self._files_of(source))
                except LintasError as error:
                    _log.warning("directory source %s: %s", source, error)
                    failures.append(error)
            if len(failures) == len(self._sources):
                raise next((e for e in failures if isinstance(e, DirectoryRejected)), failures[0])
            return self.current()

    def at_least(self, version: int) -> Directory:
        """The directory in force, looked for anew if a partner goes by a newer version than ours.

        A version that was not found is not looked for again for ten seconds, whatever anybody claims.
        """
        with self._lock:
            if version <= self.current().version or time.monotonic() < self._not_before:
                return self.current()
            with suppress(DirectoryRejected, PeerUnreachable):
                self.refresh()
            if version > self.current().version:
                self._not_before = time.monotonic() + _RETRY_AFTER
            return self.current()

    def file(self, name: str) -> bytes | None:
        """A file of the repository as verified here, to be handed on to partners."""
        return self._file(name)  # without the lock: two partners who fetch from each other would wait for each other

    def _file(self, name: str) -> bytes | None:
        state = self._folder / "state"
        numbered = re.fullmatch(r"(\d{1,9})\.(root|snapshot|targets)\.json", name)
        if numbered and numbered[2] == "root":
            return _bytes(state / "root_history" / name)
        if numbered:
            found = _bytes(state / f"{numbered[2]}.json")
            return found if found and json.loads(found)["signed"]["version"] == int(numbered[1]) else None
        if re.fullmatch(r"[0-9a-f]{64}\.members\.json", name):
            return _bytes(state / MEMBERS)
        return _bytes(state / name) if name == "timestamp.json" else None

    def _files_of(self, source: str) -> FetcherInterface:
        if not source.startswith(_HTTPS):
            return _Files(lambda name: _bytes(Path(source) / name))
        if self._tls is None:
            raise PeerUnreachable(source=source, missing="certificate")
        members = self.current().members.values()
        return _Mirror(source, self._tls(tuple(pem for member in members for pem in member.certificate_pem)))

    def _verified(self, files: FetcherInterface) -> Directory:
        with _alone(self._folder):
            work = self._copy_of_state()
            try:
                directory = self._update(files, work)
                if directory != self._current:
                    self._adopt(work)
            finally:
                self._clear_away()
            return directory

    def _update(self, files: FetcherInterface, work: Path) -> Directory:
        pinned = _bytes(self._folder / "root.json")
        if pinned is None:
            raise DirectoryRejected(missing=str(self._folder / "root.json"))
        try:
            updater = Updater(str(work), "", str(work), "", fetcher=files, bootstrap=pinned)
            # python-tuf asks the machine's clock, once, here; ours is handed in.
            updater._trusted_set.reference_time = self._clock.now()  # noqa: SLF001 - there is no other way to tell it
            updater.refresh()
            target = updater.get_targetinfo(MEMBERS)
            if target is None:
                raise DirectoryForged(missing=MEMBERS)
            if updater.find_cached_target(target, str(work / MEMBERS)) is None:
                updater.download_target(target, str(work / MEMBERS))
        except (RepositoryError, DownloadError) as error:
            raise _translated(error) from error
        except OSError as error:
            if error.errno == ENOSPC:
                raise DiskFull(folder=str(self._folder)) from error
            raise
        return _directory(work)

    def _copy_of_state(self) -> Path:
        work = Path(mkdtemp(prefix="state-", dir=self._folder))
        if (self._folder / "state").exists():
            shutil.copytree(self._folder / "state", work, symlinks=True, dirs_exist_ok=True)
        return work

    def _adopt(self, work: Path) -> None:
        fresh = self._folder / "state.new"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(work.name)
        fresh.replace(self._folder / "state")

    def _clear_away(self) -> None:
        state = self._folder / "state"
        for work in self._folder.glob("state-*"):
            if not (state.exists() and state.samefile(work)):
                shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One program at a time: a command may look for the directory while the node is running."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class LoneDirectory:
    """The directory of a node that has joined no federation yet: it knows itself and nobody else."""

    def __init__(self, member: Member) -> None:
        self._current = Directory(0, datetime.max.replace(tzinfo=UTC), {member.node: member})

    def current(self) -> Directory:
        """Only ourselves."""
        return self._current

    def refresh(self) -> Directory:
        """Only ourselves, still."""
        return self._current

    def at_least(self, version: int) -> Directory:  # noqa: ARG002 - nobody can know a newer one
        """Only ourselves, whatever anybody says."""
        return self._current

    def file(self, name: str) -> bytes | None:  # noqa: ARG002 - nothing is signed
        """Nothing to hand on."""
        return None


@dataclass(frozen=True, slots=True)
class _Files(FetcherInterface):
    """Fetches from whatever gives bytes for a name."""

    read: Callable[[str], bytes | None]

    def _fetch(self, url: str) -> Iterator[bytes]:
        found = self.read(url.rpartition("/")[2])
        if found is None:
            raise DownloadHTTPError(f"no {url}", 404)
        return iter([found])


class _Mirror(FetcherInterface):
    """Fetches from a partner over mutual TLS, never through a proxy."""

    def __init__(self, address: str, context: ssl.SSLContext) -> None:
        self._address = address.rstrip("/") + "/"
        self._opener = build_opener(ProxyHandler({}), HTTPSHandler(context=context))

    def _fetch(self, url: str) -> Iterator[bytes]:
        deadline = time.monotonic() + _MIRROR_TIMEOUT
        try:
            with self._opener.open(self._address + url.rpartition("/")[2], timeout=_MIRROR_TIMEOUT) as response:
                while chunk := response.read1(65536):
                    yield chunk
                    if time.monotonic() > deadline:
                        raise SlowRetrievalError(url)
        except HTTPError as error:
            raise DownloadHTTPError(f"{url}: {error.code}", error.code) from error
        except (HTTPException, OSError) as error:
            raise DownloadError(f"{url}: {error}") from error


def _directory(state: Path) -> Directory:
    signed = {role: _signed(state / f"{role}.json") for role in ("root", "timestamp", "snapshot", "targets")}
    listed = MemberList.from_bytes((state / MEMBERS).read_bytes())
    if listed.version != signed["targets"].version:
        raise DirectoryForged(file=MEMBERS, version=listed.version)
    expires = min(part.expires for part in signed.values())
    return Directory(listed.version, expires, {member.node: member for member in listed.members})


def _signed(path: Path) -> Root | Timestamp | Snapshot | Targets:
    return Metadata.from_bytes(path.read_bytes()).signed


def _translated(error: Exception) -> LintasError:
    match error:
        case BadVersionNumberError():
            return DirectoryRolledBack(why=str(error))
        case ExpiredMetadataError():
            return DirectoryExpired(why=str(error))
        case RepositoryError():
            return DirectoryForged(why=str(error))
        case DownloadLengthMismatchError():
            return DirectoryRejected(why=str(error))
        case _:
            return PeerUnreachable(why=str(error))


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
