"""Sets the stage for practice: five training nodes in one folder, a directory they trust, and their data.

What is made is made for good: a stage that is there is used again, so that the second start takes seconds. A stage that
was interrupted while being made, or that another program made (tables, index, world, law), is made anew.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from lintas.exercises.federation import Officer, Place, officers, places
from lintas.exercises.world import World
from lintas.model import Role
from lintas.node import Folder, build, init, join
from lintas.people import Account
from lintas.records import import_file
from lintas.settings import Settings
from lintas.trust import authoring

SEED, PEOPLE = 2026, 20_000
READY = "ready.json"
SHAPES_THE_STAGE = (
    "exercises",
    "matching",
    "model",
    "policy",
    "records",
    "storage",
    "node",
    "people",
)  # and all tables
OFAC = Path(__file__).with_name("ofac")
KEEP_THE_REAL_LIST = frozenset({"id.latihan", "my.latihan"})  # two are enough to see it asked, and found, abroad
SETTLED = {"answer_within": 2, "wanted_for": 600, "ask_again_every": 1, "directory_every": 2, "checkpoint_every": 10}


@dataclass(frozen=True, slots=True)
class Actor:
    """A training node on the stage."""

    node: str
    folder: Path
    web: str


@dataclass(frozen=True, slots=True)
class Stage:
    """The nodes, in the order of the country list, and what each imported."""

    actors: tuple[Actor, ...]
    imported: Mapping[str, Mapping[str, int]]

    def actor(self, node: str) -> Actor:
        """One of the nodes by name."""
        return next(actor for actor in self.actors if actor.node == node)


def set_stage(root: Path, *, port: int = 7400, say: Callable[[str], None] = lambda _: None) -> Stage:
    """Make the training federation in a folder, or find it there.

    Args:
        root: The folder; what a half-made stage left in it is removed.
        port: The nodes take the ports above it for partners, and those 1000 higher for officers.
        say: Told each step, for whoever waits.
    """
    actors = tuple(
        Actor(place.node, root / place.node, f"127.0.0.1:{port + 1001 + number}")
        for number, place in enumerate(places())
    )
    if (root / READY).is_file():
        ready = json.loads((root / READY).read_text("utf-8"))
        if ready["port"] == port and ready.get("made_by") == made_by():
            return Stage(actors, ready["imported"])
    if root.exists():
        shutil.rmtree(root)
    root.mkdir(parents=True, mode=0o700)
    say(f"{len(actors)} nodes and an invented world, made side by side")
    imported = {}
    with ProcessPoolExecutor(max_workers=2) as workers:
        world = workers.submit(_write_world, root)
        founded = [
            workers.submit(_found, root, place, port + 1 + number, actors[number].web)
            for number, place in enumerate(places())
        ]
        for place, done in zip(places(), founded, strict=True):
            done.result()
            say(f"{place.node}: keys, certificate, law")
        say("directory: three keepers, two signatures")
        _sign_directory(root, [actor.folder for actor in actors])
        world.result()
        say(f"an invented world of {PEOPLE} people (seed {SEED})")
        filled = {actor.node: workers.submit(_fill, actor.folder, root / f"{actor.node}.ftm.json") for actor in actors}
        for node, counts in filled.items():
            imported[node] = counts.result()
            say(f"{node}: {sum(imported[node].values())} records")
    (root / READY).write_text(json.dumps({"port": port, "made_by": made_by(), "imported": imported}), "utf-8")
    return Stage(actors, imported)


def made_by() -> str:
    """A digest of everything in this program that what stands on the stage depends on."""
    package = Path(__file__).parents[1]
    rooms = (path for room in SHAPES_THE_STAGE for path in (package / room).rglob("*"))
    files = sorted(path for path in {*rooms, *package.glob("*/tables.py")} if path.is_file() and path.suffix != ".pyc")
    digest = sha256()
    for path in files:
        digest.update(f"{path.relative_to(package)}\0".encode() + sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _found(root: Path, place: Place, listen: int, web: str) -> None:
    """Found one node: its folder, its law, its officers."""
    given = {
        "node": place.node,
        "country": place.country,
        "name_id": place.name_id,
        "name_en": place.name_en,
        "contact": place.contact,
        "listen": f"127.0.0.1:{listen}",
        "web": web,
        "exercise": True,
        **SETTLED,
    }
    settings = init(root / place.node, given)
    for name, text in place.policies.items():
        (settings.folder / "policies" / name).write_text(text, "utf-8")
    node = build(settings)
    try:
        for officer in officers(place.node):
            node.people.enrol(_account(officer), by="system")
    finally:
        node.close()


def _account(officer: Officer) -> Account:
    return Account(
        username=officer.username,
        name=officer.name,
        roles=frozenset(Role(role) for role in officer.roles),
        unit=officer.unit,
        password=officer.password,
        totp_secret=officer.totp_secret,
        language=officer.language,
    )


def _sign_directory(root: Path, folders: Iterable[Path]) -> None:
    """Three keepers, two of whom sign; the members are the five nodes."""
    now, repository = datetime.now(UTC), root / "directory"
    private, public = zip(*(authoring.new_keeper() for _ in range(3)), strict=True)
    repository.mkdir()
    cards = [Folder(folder).member(Settings.load(folder, {})) for folder in folders]
    known: dict[str, bytes] = {}
    draft = authoring.begin(authoring.Keepers(public, threshold=2), now=now)
    for _ in range(2):
        signed = authoring.sign(authoring.sign(draft, private[0]), private[1])
        known |= authoring.publish(known, signed, private[0], now=now)
        draft = authoring.draft(known, add=cards, now=now)
    for name, content in known.items():
        (repository / name).write_bytes(content)
    keepers = root / "keepers"
    keepers.mkdir(mode=0o700)
    for number, key in enumerate(private, start=1):
        (keepers / f"{number}.key").write_bytes(key)
    for folder in folders:
        join(folder, "../directory", known["1.root.json"])


def _write_world(root: Path) -> None:
    world = World.generate(SEED, PEOPLE)
    for node in world.nodes:
        world.write(node, root / f"{node}.ftm.json")


def _fill(folder: Path, invented: Path) -> dict[str, int]:
    """Import the invented records, and where it is kept the real public list; how many of each schema there are now."""
    node = build(Settings.load(folder, {}))
    try:
        import_file(node.records, invented, source="DATA LATIHAN", report=folder / "reports" / "world.jsonl")
        if folder.name in KEEP_THE_REAL_LIST:
            report = folder / "reports" / "ofac.jsonl"
            import_file(node.records, OFAC, mapping=OFAC / "mapping.yaml", source="OFAC SDN", report=report)
        node.records.catch_up()
        return node.records.counts()
    finally:
        node.close()
