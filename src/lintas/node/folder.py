"""A node's folder: how it is made and what lies where.

lintas.toml   settings          keys/   signing.pem, sealing.pem, accounts.key     tls/   cert.pem, key.pem
lintas.db     the database      index/  derived from the records     directory/   the verified directory
policies/     the agency's own  reports/  what imports did
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes

from lintas.errors import Invalid, InvalidFile, KeysUnusable, NoNode
from lintas.protocol.keys import NodeKeys
from lintas.settings import FILE, Settings
from lintas.transport import DirectoryClient, make_certificate
from lintas.trust.directory import Member

ACCOUNTS_KEY, ACCOUNTS_KEY_BYTES = "accounts.key", 32
FOLDERS = ("keys", "tls", "index", "directory", "policies", "reports")


@dataclass(frozen=True, slots=True)
class Folder:
    """The paths of a node's folder."""

    root: Path

    @property
    def index(self) -> Path:
        """The search index."""
        return self.root / "index"

    @property
    def directory(self) -> Path:
        """The directory as this node has verified it."""
        return self.root / "directory"

    @property
    def reports(self) -> Path:
        """Reports of imports."""
        return self.root / "reports"

    @property
    def certificate(self) -> Path:
        """The certificate of this node's connections."""
        return self.root / "tls" / "cert.pem"

    @property
    def certificate_key(self) -> Path:
        """Its private key."""
        return self.root / "tls" / "key.pem"

    def keys(self) -> NodeKeys:
        """The node's private keys, once the files of its certificate are there too.

        Raises:
            NoNode: nothing here is one.
            KeysUnusable: one of them is missing, or is not a key.
        """
        if not (self.root / FILE).is_file():
            raise NoNode(folder=str(self.root))
        for path in (self.certificate, self.certificate_key):
            if not path.is_file():
                raise KeysUnusable(missing=str(path))
        try:
            return NodeKeys.from_pem(*((self.root / "keys" / f"{name}.pem").read_bytes() for name in _KEY_FILES))
        except FileNotFoundError as error:
            raise KeysUnusable(missing=str(error.filename)) from error
        except InvalidFile as error:
            raise KeysUnusable(folder=str(self.root / "keys"), **error.facts) from error

    def accounts_key(self) -> bytes:
        """The key that seals what the database keeps of the officers' authenticators; it is never changed.

        Raises:
            KeysUnusable: it is missing, or is not a key.
        """
        path = self.root / "keys" / ACCOUNTS_KEY
        if not path.is_file():
            raise KeysUnusable(missing=str(path))
        written = path.read_bytes().decode("ascii", "replace").strip()
        if not re.fullmatch(rf"[0-9a-f]{{{2 * ACCOUNTS_KEY_BYTES}}}", written):
            raise KeysUnusable(file=str(path), expected=f"{2 * ACCOUNTS_KEY_BYTES} hexadecimal digits")
        return bytes.fromhex(written)

    def member(self, settings: Settings) -> Member:
        """The node as it asks to be listed in the directory: public keys, certificate, address."""
        return Member.of(
            node=settings.node,
            name=settings.names,
            country=settings.country,
            url=settings.public_url,
            keys=self.keys().public(),
            certificate_pem=self.certificate.read_text("ascii"),
            contact=settings.contact,
            exercise=settings.exercise,
        )


_KEY_FILES = ("signing", "sealing")
_DIRECTORY = re.compile(r"\s*directory\s*=")  # the setting, as `join` or a hand may have written it


def init(root: Path, given: Mapping[str, object]) -> Settings:
    """Make a node's folder: settings, fresh keys and certificate, readable by their owner only.

    Raises:
        Invalid: there is a node in the folder already, or it is not empty.
        InvalidSetting: a setting given is unknown or wrong.
    """
    if root.exists() and any(root.iterdir()):
        raise Invalid(folder=str(root), problem="the folder is not empty")
    settings = Settings.of(root, given)
    if not settings.node:
        raise Invalid(field="node", example="id.contoh")
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o700)
    for name in FOLDERS:
        (root / name).mkdir(exist_ok=True)
    certificate, key = make_certificate(settings.node)
    pairs = zip(_KEY_FILES, NodeKeys.generate().to_pem(), strict=True)
    for name, pem in pairs:
        _write_secret(root / "keys" / f"{name}.pem", pem)
    _write_secret(root / "tls" / "key.pem", key)
    _write_secret(root / "keys" / ACCOUNTS_KEY, token_bytes(ACCOUNTS_KEY_BYTES).hex().encode())
    (root / "tls" / "cert.pem").write_bytes(certificate)
    (root / FILE).write_text("".join(f"{name} = {_toml(value)}\n" for name, value in given.items()), "utf-8")
    return settings


def _write_secret(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _toml(value: object) -> str:
    """A plain value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")  # JSON leaves this one as it is


def rotate(root: Path) -> None:
    """Put a fresh pair of keys before those the node has; it uses them from its next start.

    The old ones still open what was sealed for them and, until the directory lists the new ones, still sign.

    Raises:
        NoNode: there is no node.
    """
    for name, pem in zip(_KEY_FILES, Folder(root).keys().rotated().to_pem(), strict=True):
        fresh = root / "keys" / f"{name}.new"
        fresh.unlink(missing_ok=True)
        _write_secret(fresh, pem)
        fresh.replace(root / "keys" / f"{name}.pem")


def join(root: Path, source: str, trusted_root: bytes) -> None:
    """Make the node in a folder go by the directory at `source`, trusting the keepers the root file names.

    Raises:
        NoNode: there is no node.
    """
    path = root / FILE
    if not path.is_file():
        raise NoNode(folder=str(root))
    DirectoryClient.init(Folder(root).directory, trusted_root)
    lines = [line for line in path.read_text("utf-8").splitlines() if not _DIRECTORY.match(line)]
    path.write_text("\n".join([*lines, f"directory = {_toml(source)}", ""]), "utf-8")
