"""What an operator may set: one frozen `Settings`, read once from `lintas.toml` and the environment, handed down.

Law is not configuration: policies are versioned files with tests, recorded in the audit log when they are loaded.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, get_type_hints

from lintas.errors import InvalidSetting, NoNode

FILE = "lintas.toml"


def knob(default: object, text: str) -> Any:  # noqa: ANN401 - a field descriptor, typed by its annotation
    """Declare a setting: its default and the sentence the reference prints."""
    return field(default=default, metadata={"text": text})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a node's operator decides. Durations are given in seconds."""

    folder: Path = field(metadata={"text": "The node's folder; every relative path starts here."})
    node: str = knob("", "The node's name in the directory, for example `id.latihan`.")
    name_id: str = knob("", "The agency's name in Indonesian.")
    name_en: str = knob("", "The agency's name in English.")
    country: str = knob("", "The agency's country, ISO 3166-1 alpha-2 in lower case.")
    contact: str = knob("", "Whom a partner may call about a refusal or a hit.")
    database: str = knob("", "Database address; empty means the SQLite file `lintas.db` in the node's folder.")
    listen: str = knob("127.0.0.1:7401", "Where partner nodes connect, with mutual TLS.")
    web: str = knob("127.0.0.1:8401", "Where officers connect: pages and HTTP API.")
    web_certificate: str = knob("", "PEM file of the certificate for the officers' door; empty means plain HTTP.")
    web_key: str = knob("", "PEM file of the key for the officers' door.")
    url: str = knob("", "The address partners find in the directory; empty means https:// and `listen`.")
    directory: str = knob("", "Where the signed directory is fetched: a folder, or https addresses, comma separated.")
    directory_every: timedelta = knob(timedelta(seconds=5), "How often to look for a newer directory.")
    policies: str = knob("policies", "Folder with the agency's own Cedar policies, laid over the default ones.")
    answer_within: timedelta = knob(timedelta(seconds=2), "How long a check waits before the report shows who is late.")
    wanted_for: timedelta = knob(timedelta(hours=1), "How long a late answer is still fetched and delivered.")
    ask_again_every: timedelta = knob(timedelta(seconds=5), "How soon a partner that gave no answer is asked again.")
    decide_within: timedelta = knob(timedelta(hours=48), "The clock for deciding on core data after a confirmed hit.")
    clock_skew: timedelta = knob(timedelta(seconds=60), "How far a partner's clock may be off.")
    officer_budget_hour: int = knob(60, "Questions answered for one officer of a partner in an hour.")
    officer_budget_day: int = knob(300, "Questions answered for one officer of a partner in a day.")
    agency_budget_hour: int = knob(2000, "Questions answered for one partner agency in an hour.")
    agency_budget_day: int = knob(20000, "Questions answered for one partner agency in a day.")
    program_budget_hour: int = knob(500, "Checks that programs may ask for one officer of ours in an hour.")
    program_budget_day: int = knob(2000, "Checks that programs may ask for one officer of ours in a day.")
    threshold: float = knob(0.5, "Probability from which a record is called a possible match, 0 to 1.")
    lookups: int = knob(
        0, "Processes beside the node's own that look records up: on a server, as many as it has processors."
    )
    language: str = knob("id", "Language of the pages before an officer chooses: `id` or `en`.")
    exercise: bool = knob(default=False, text="An exercise node: invented data only, marked on every page.")
    witnesses: int = knob(1, "How many partners are asked to witness each checkpoint of the audit log.")
    checkpoint_every: timedelta = knob(timedelta(minutes=1), "How often the audit log is signed and witnessed.")

    @classmethod
    def load(cls, folder: Path, env: Mapping[str, str]) -> Settings:
        """The settings of the node in `folder`: the file, overridden by `LINTAS_*`.

        Raises:
            NoNode: there is no `lintas.toml`.
            InvalidSetting: a name is unknown or a value cannot be read.
        """
        path = folder / FILE
        if not path.is_file():
            raise NoNode(folder=str(folder))
        try:
            given: dict[str, object] = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InvalidSetting(file=str(path), problem=str(error)) from error
        prefix = "LINTAS_"
        given |= {name[len(prefix) :].lower(): value for name, value in env.items() if name.startswith(prefix)}
        return cls.of(folder, given)

    @classmethod
    def of(cls, folder: Path, given: Mapping[str, object]) -> Settings:
        """Settings from plain values.

        Raises:
            InvalidSetting: a name is unknown or a value cannot be read.
        """
        types = get_type_hints(cls)
        known = {f.name for f in fields(cls)} - {"folder"}
        for name in given.keys() - known:
            near = difflib.get_close_matches(name, known, n=1)
            raise InvalidSetting(setting=name, **({"did_you_mean": near[0]} if near else {}))
        read: dict[str, Any] = {name: _read(name, value, types[name]) for name, value in given.items()}
        settings = cls(folder=folder.resolve(), **read)
        settings._check()
        return settings

    def _check(self) -> None:
        if not 0 < self.threshold < 1:
            raise InvalidSetting(setting="threshold", value=self.threshold, allowed="between 0 and 1")
        if not 0 <= self.lookups <= 256:
            raise InvalidSetting(setting="lookups", value=self.lookups, allowed="0 to 256")
        if self.language not in {"id", "en"}:
            raise InvalidSetting(setting="language", value=self.language, allowed="id, en")
        for name in ("listen", "web"):
            address(getattr(self, name), name)

    @property
    def database_url(self) -> str:
        """The database address in effect."""
        return self.database or f"sqlite:///{self.folder / 'lintas.db'}"

    @property
    def public_url(self) -> str:
        """The address partners use."""
        return self.url or f"https://{self.listen}"

    @property
    def names(self) -> dict[str, str]:
        """The agency's name by language."""
        return {"id": self.name_id or self.node, "en": self.name_en or self.node}

    def path(self, name: str) -> Path:
        """A path of a setting, relative ones from the node's folder."""
        return self.folder / name


def address(text: str, setting: str) -> tuple[str, int]:
    """Host and port out of `host:port`.

    Raises:
        InvalidSetting: it is not of that form.
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 <= int(port) < 65536:
        raise InvalidSetting(setting=setting, value=text, form="host:port")
    return host.strip("[]"), int(port)


def _read(name: str, value: object, kind: type) -> object:
    """A value of the file or the environment as the type its setting has."""
    try:
        if kind is bool:
            return {"true": True, "1": True, "false": False, "0": False}[str(value).lower()]
        if kind is timedelta:
            return timedelta(seconds=float(str(value)))
        if kind in (int, float):
            return kind(str(value))
        return str(value)
    except (KeyError, ValueError) as error:
        wanted = {timedelta: "seconds", bool: "true or false", int: "a whole number"}.get(kind, "a number")
        raise InvalidSetting(setting=name, value=value, wanted=wanted) from error
