"""Section 7: the directory. These clauses change the federation and are judged last, in this order."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from hashlib import sha256

from conformance.bench import STARTS_WITHIN, Bench, clause, until
from conformance.federation import Keepers
from conformance.wire import Call, Partner, need

FILES = "/lintas/1/directory/"


def taken(bench: Bench) -> bool:
    """Whether the node goes by the newest version, after it has heard of it."""
    bench.ask()
    return bool(bench.notes["dv"] == bench.keepers.version)


def welcome(bench: Bench, who: Partner) -> bool:
    """Whether the node answers somebody's question."""
    try:
        with Call(who, bench.card) as call:
            reply = call.post(bench.envelope(sender=who).signed())
    except OSError:
        return False
    return reply.status == 200 and bench.open(reply, who)["type"] == "check.answered"


@clause("8.8")
def mirror(bench: Bench) -> None:
    """The node hands on the repository's files as they were signed."""
    with Call(bench.asker, bench.card) as call:
        wanted = {name: content for name, content in bench.keepers.files.items() if name == "timestamp.json"}
        number = json.loads(wanted["timestamp.json"])["signed"]["version"]
        members = bench.keepers.files[f"{bench.keepers.version}.targets.json"]
        digest = json.loads(members)["signed"]["targets"]["members.json"]["hashes"]["sha256"]
        for name in ("timestamp.json", f"{number}.snapshot.json", f"{bench.keepers.version}.targets.json"):
            need(call.get(FILES + name).body == bench.keepers.files[name], name)
        need(sha256(call.get(f"{FILES}{digest}.members.json").body).hexdigest() == digest, "members.json")
        call.get(f"{FILES}99.targets.json").refused("not-found")


@clause("7.12")
def newer_version_in_the_envelope(bench: Bench) -> None:
    """A newer version named in an envelope makes the node look for it before it acts, and the newcomer is let in."""
    need(not welcome(bench, bench.newcomer), "answered before it is a member")
    bench.keepers.change(add=[bench.newcomer.member])
    need(taken(bench), "still goes by version", bench.notes["dv"])
    need(until(lambda: welcome(bench, bench.newcomer)), "the newcomer is not let in")


@clause("7.6")
def removed(bench: Bench) -> None:
    """A removed partner is refused at once, on a connection opened earlier, too."""
    with Call(bench.leaver, bench.card) as call:
        need(bench.open(call.post(bench.envelope(sender=bench.leaver).signed()), bench.leaver), "not answered")
        bench.notes["older"] = dict(bench.keepers.files)
        bench.keepers.change(remove=[bench.leaver.node])
        need(taken(bench), "still goes by version", bench.notes["dv"])
        call.post(bench.envelope(sender=bench.leaver).signed()).refused("untrusted.wrong-certificate")
    theirs = bench.envelope(sender=bench.leaver)
    bench.post(theirs.signed(), bench.asker).refused("untrusted.unknown-sender")


@clause("3.7")
def key_ended(bench: Bench) -> None:
    """A key that is no longer listed, or whose time is over, is invalid at once."""
    old = bench.other.signing
    fresh = type(old)(bench.other.node, "signing", f"next-{old.x}")
    listed = [fresh.public(), old.public("2026-01-01T00:00:00Z")]
    bench.keepers.change(add=[bench.other.member | {"signing": listed}])
    need(taken(bench), "still goes by version", bench.notes["dv"])
    bench.post(bench.envelope(sender=bench.other).signed(), bench.other).refused("untrusted.bad-signature")
    bench.other.signing = fresh
    need(welcome(bench, bench.other), "the fresh key is not believed")


@clause("7.8")
def forged_directory(bench: Bench) -> None:
    """A directory that the keepers did not sign changes nothing."""
    rival = Keepers(bench.folder / "rival")
    everybody = [bench.card.member, bench.asker.member, bench.stranger.member]
    while rival.version <= bench.keepers.version:
        rival.change(add=everybody)
    bench.keepers.show({name: content for name, content in rival.files.items() if not name.endswith("root.json")})
    bench.open(bench.post(bench.envelope(dv=rival.version).signed()))
    need(bench.notes["dv"] == bench.keepers.version, "goes by the forged version", bench.notes["dv"])
    need(not welcome(bench, bench.stranger), "a stranger was answered")
    bench.keepers.show(bench.keepers.files)


@clause("5.11")
def restarted(bench: Bench) -> None:
    """After a restart an envelope received before is still refused, and an older directory still is, too."""
    newest = bench.keepers.files
    version = bench.keepers.version
    older = {name: content for name, content in bench.notes["older"].items() if name == "timestamp.json"}
    bench.command("stop")
    bench.keepers.show(older)
    bench.command("start", bench.keepers.folder)
    bench.post(bench.notes["replay"]).refused("untrusted.replayed")
    bench.ask()
    need(bench.notes["dv"] == version, "rolled back to version", bench.notes["dv"])
    bench.keepers.show(newest)


@clause("7.9")
def expired(bench: Bench) -> None:
    """A node whose directory has expired does not answer, until it has a fresh one."""
    bench.keepers.change()
    need(until(lambda: taken(bench)), "still goes by version", bench.notes["dv"])
    bench.keepers.change(aged=timedelta(days=14) - timedelta(seconds=3))
    need(taken(bench), "still goes by version", bench.notes["dv"])
    time.sleep(3)
    bench.post(bench.envelope().signed()).refused("untrusted.directory-expired")
    bench.keepers.change()
    bench.post(bench.envelope().signed())
    need(until(lambda: welcome(bench, bench.asker), STARTS_WITHIN), "does not answer with a fresh directory")
