"""The vectors of section 7: directories that are taken over, and directories that are refused."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID
from envelopes import ID, KEYS, MY, PH, XX
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, TargetFile, Targets
from writer import Json, secret

from lintas.protocol import PublicKey
from lintas.trust import Member, authoring
from lintas.trust.authoring import Draft, Keepers

START = datetime(2026, 1, 1, 8, tzinfo=UTC)


class Keeper:
    """A keeper's key for tests, made from its name."""

    def __init__(self, name: str) -> None:
        self.key = key = Ed25519PrivateKey.from_private_bytes(secret("keeper", name))
        self.private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


OLD = [Keeper(name) for name in ("Satu", "Dua", "Tiga")]
NEW = [Keeper(name) for name in ("Empat", "Lima")]


def member(node: str) -> Member:
    """An agency for tests; its certificate is as fixed as its keys."""
    keys = {use: tuple(PublicKey(**key.public()) for key in pair[:1]) for use, pair in KEYS[node].items()}
    return Member(
        node=node,
        name={"id": f"Latihan {node}", "en": f"Exercise {node}"},
        country=node[:2],
        url=f"https://{node}.example:7401",
        signing=keys["signing"],
        sealing=keys["sealing"],
        certificate_pem=(_certificate(node),),
        contact=f"piket@{node}.example",
        exercise=True,
    )


def _certificate(node: str) -> str:
    key = Ed25519PrivateKey.from_private_bytes(secret("certificate", node))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, node)])
    uri = x509.UniformResourceIdentifier(f"lintas:node:{node}")
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(secret("serial", node)[:8]))
        .not_valid_before(START - timedelta(days=1))
        .not_valid_after(START + timedelta(days=800))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([uri]), critical=False)
    )
    return built.sign(key, None).public_bytes(Encoding.PEM).decode()


class Story:
    """A repository through time, and what a node makes of each step."""

    def __init__(self, name: str, comment: str) -> None:
        self.name, self.comment, self.now = name, comment, START
        self.files: dict[str, bytes] = {}
        self.steps: list[Json] = []
        first = authoring.begin(Keepers([k.public for k in OLD], 2), now=self.now)
        self.files |= self.published(self.signed(first, OLD[:2]))
        self.files |= self.published(self.drafted(add=[member(ID), member(MY)]))

    def drafted(
        self,
        signers: Iterable[Keeper] = OLD[:2],
        add: Iterable[Member] = (),
        remove: Iterable[str] = (),
        keepers: Keepers | None = None,
    ) -> Draft:
        """A change, signed."""
        return self.signed(authoring.draft(self.files, add=add, remove=remove, keepers=keepers, now=self.now), signers)

    def signed(self, draft: Draft, signers: Iterable[Keeper]) -> Draft:
        """The draft with signatures."""
        for keeper in signers:
            draft = authoring.sign(draft, keeper.private)
        return draft

    def published(self, draft: Draft, publisher: Keeper = OLD[2]) -> dict[str, bytes]:
        """Its files."""
        return authoring.publish(self.files, draft, publisher.private, now=self.now)

    def step(self, comment: str, expect: Json, files: dict[str, bytes] | None = None) -> None:
        """What the node finds now, and what it must make of it."""
        shown = self.files if files is None else files
        text = {name: data.decode() for name, data in sorted(shown.items())}
        now = self.now.isoformat().replace("+00:00", "Z")
        self.steps.append({"comment": comment, "now": now, "files": text, "expect": expect})

    def taken(self, comment: str, version: int, *members: str) -> None:
        """The node takes it over."""
        self.step(comment, {"version": version, "members": list(members)})

    def refused(self, comment: str, code: str, files: dict[str, bytes] | None = None) -> None:
        """The node refuses it and keeps what it has."""
        self.step(comment, {"error": f"untrusted.{code}"}, files)

    @property
    def vector(self) -> tuple[str, Json]:
        """As a file."""
        root = self.files["1.root.json"].decode()
        return self.name, {"name": self.name, "comment": self.comment, "root": root, "steps": self.steps}


def directories() -> Iterator[tuple[str, Json]]:
    """All stories."""
    yield _joining_and_leaving().vector
    yield _rolled_back().vector
    yield _expired_and_renewed().vector
    yield _too_few_signatures().vector
    yield _other_keepers().vector
    yield _changed_members().vector
    yield _new_keepers().vector
    yield _new_keepers_alone().vector
    yield _version_that_disagrees().vector


def _joining_and_leaving() -> Story:
    story = Story("joining-and-leaving", "Who joins is known, who leaves is gone at once (7.6).")
    story.taken("Two members.", 2, ID, MY)
    story.files |= story.published(story.drafted(add=[member(PH)]))
    story.taken("A third joins.", 3, ID, MY, PH)
    story.files |= story.published(story.drafted(remove=[MY]))
    story.taken("One leaves.", 4, ID, PH)
    return story


def _rolled_back() -> Story:
    story = Story("rolled-back", "An older version is refused, however well it is signed (7.7).")
    old = dict(story.files)
    story.files |= story.published(story.drafted(remove=[MY]))
    story.taken("One has left.", 3, ID)
    story.refused("The version before, in which it was a member.", "directory-rolled-back", old)
    story.taken("The newer one again.", 3, ID)
    return story


def _expired_and_renewed() -> Story:
    story = Story("expired-and-renewed", "A directory that nobody renews expires (7.9).")
    story.taken("Fresh.", 2, ID, MY)
    story.now += timedelta(days=14)
    story.refused("Fourteen days later, to the second.", "directory-expired")
    story.files |= authoring.renew(story.files, OLD[0].private, now=story.now)
    story.taken("Renewed.", 2, ID, MY)
    return story


def _too_few_signatures() -> Story:
    story = Story("too-few-signatures", "One keeper of three is not enough where two are needed (7.2).")
    story.taken("Two members.", 2, ID, MY)
    alone = story.drafted(OLD[:1], add=[member(XX)])
    files = story.published(story.signed(alone, OLD[1:2]))
    lonely = {name: alone.targets if name.endswith("targets.json") else data for name, data in files.items()}
    story.refused("A stranger is added by one keeper.", "directory-forged", story.files | lonely)
    return story


def _other_keepers() -> Story:
    story = Story("other-keepers", "A directory signed by somebody else's keepers (7.8).")
    story.taken("Two members.", 2, ID, MY)
    theirs = Story("theirs", "")
    first = authoring.begin(Keepers([k.public for k in NEW], 2), now=story.now)
    theirs.files = authoring.publish({}, theirs.signed(first, NEW), NEW[0].private, now=story.now)
    for newcomer in (XX, PH):
        draft = theirs.drafted(NEW, add=[member(newcomer)])
        theirs.files |= theirs.published(draft, NEW[0])
    story.refused("All of it is theirs.", "directory-forged", theirs.files)
    return story


def _changed_members() -> Story:
    story = Story("changed-members", "The list of members was changed after signing (7.8).")
    story.taken("Two members.", 2, ID, MY)
    files = story.published(story.drafted(add=[member(PH)]))
    changed = {
        name: data.replace(b"ph.latihan.example", b"xx.asing00.example") if "members" in name else data
        for name, data in files.items()
    }
    story.refused("The third member's address leads elsewhere.", "directory-forged", story.files | changed)
    return story


def _new_keepers() -> Story:
    story = Story("new-keepers", "The old keepers hand over to new ones (7.13).")
    story.taken("Two members.", 2, ID, MY)
    appointed = Keepers([k.public for k in NEW], 2)
    story.files |= story.published(story.drafted([*OLD[:2], *NEW], keepers=appointed), NEW[0])
    story.files |= story.published(story.drafted(NEW, add=[member(PH)]), NEW[1])
    story.taken("Handed over, and a third member.", 4, ID, MY, PH)
    return story


def _new_keepers_alone() -> Story:
    story = Story("new-keepers-alone", "New keepers that the old ones have not appointed (7.13).")
    story.taken("Two members.", 2, ID, MY)
    appointed = Keepers([k.public for k in NEW], 2)
    whole = story.drafted([*OLD[:2], *NEW], keepers=appointed)
    alone = story.drafted(NEW, keepers=appointed)
    files = story.published(whole, NEW[0]) | {"2.root.json": alone.root or b""}
    story.refused("Signed by themselves.", "directory-forged", story.files | files)
    return story


def _version_that_disagrees() -> Story:
    story = Story("version-that-disagrees", "The list says another version than the role that signs it (7.4).")
    story.taken("Two members.", 2, ID, MY)
    draft = authoring.draft(story.files, add=[member(PH)], now=story.now)
    data = json.dumps(json.loads(draft.members) | {"version": 9}).encode()
    story.refused("Two keepers have signed it.", "directory-forged", story.files | _carelessly_signed(story, data))
    return story


def _carelessly_signed(story: Story, data: bytes) -> dict[str, bytes]:
    """What keepers could sign with other tools than ours."""
    files = story.published(story.drafted(add=[member(PH)]))
    targets = Metadata(Targets(version=3, expires=story.now + timedelta(days=365)))
    targets.signed.targets["members.json"] = target = TargetFile.from_data("members.json", data, ["sha256"])
    for keeper in OLD[:2]:
        targets.sign(CryptoSigner(keeper.key), append=True)
    return files | {"3.targets.json": targets.to_bytes(), f"{target.hashes['sha256']}.members.json": data}
