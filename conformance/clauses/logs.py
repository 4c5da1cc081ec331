"""Section 14: logs, proofs and witnesses."""

from __future__ import annotations

from collections.abc import Sequence
from secrets import token_bytes

from writer import Json, Key

from conformance.bench import Bench, clause, fresh, moment
from conformance.clauses.checks import answered
from conformance.proofs import Head, checkpoint, consistency, included
from conformance.wire import Partner, need

LEAVES = [token_bytes(32) for _ in range(40)]


@clause("14.10")
def log_proves(bench: Bench) -> None:
    """A log question is answered with proofs that verify against a checkpoint signed by the node."""
    question = bench.question()
    logs = [answered(bench, question)["log"], answered(bench, question)["log"]]
    told = bench.ask({"type": "log.question", "check": question["check"]})
    need(told["type"] == "log.answer" and told["check"] == question["check"], "answered with", told)
    head = Head.read(told["checkpoint"])
    need(head.origin == f"{bench.card.node}/log", "the checkpoint of", head.origin)
    head.signed(head.origin, list(bench.card.signing.values()))
    for entry in told["entries"]:
        proof = [bytes.fromhex(part) for part in entry["proof"]]
        root = included(bytes.fromhex(entry["leaf"]), entry["index"], head.size, proof)
        need(root == head.root, "entry", entry["index"], "does not stand in the log")
    leaves = [entry["leaf"] for entry in told["entries"] if entry["kind"] == "check.answered"]
    need(sorted(leaves) == sorted(logs), "answers", logs, "and entries", leaves)


@clause("14.3")
def declined_in_the_log(bench: Bench) -> None:
    """A declined question stands in the log, too."""
    question = bench.question({"name": ["Rangga"]})
    log = bench.ask(question)["log"]
    told = bench.ask({"type": "log.question", "check": question["check"]})
    need([e["leaf"] for e in told["entries"] if e["kind"] == "check.declined"] == [log], told["entries"])


@clause("14.9")
def log_of_others(bench: Bench) -> None:
    """A partner that took no part in a check is told that there is no such check."""
    question = bench.question()
    answered(bench, question)
    code = bench.problem({"type": "log.question", "check": question["check"]}, sender=bench.other)
    never = bench.problem({"type": "log.question", "check": fresh()}, sender=bench.other)
    need(code == never and code.startswith("not-found"), code, never)


def shown(leaves: Sequence[bytes], extends: int, by: Partner, key: Key | None = None) -> Json:
    """A checkpoint of ours, to be witnessed."""
    proof = [part.hex() for part in consistency(extends, leaves)]
    note = checkpoint(by.node, leaves, key or by.signing)
    return {"type": "log.checkpoint", "note": note, "proof": proof, "extends": extends}


def cosigned(bench: Bench, message: Json, size: int) -> None:
    """The checkpoint has to be cosigned at this size."""
    told = bench.ask(message)
    need(told["type"] == "log.cosignature" and set(told) == {"type", "note"}, "answered with", told)
    head = Head.read(told["note"])
    need(head.size == size and head.origin == f"{bench.asker.node}/log", "cosigned", head.origin, head.size)
    need(size != Head.read(message["note"]).size or head.text == Head.read(message["note"]).text, "another text")
    head.cosigned(f"{bench.card.node}/witness", list(bench.card.signing.values()))


@clause("14.8")
def extending(bench: Bench) -> None:
    """A log that extends what the node saw of it is cosigned, each time."""
    seen = 0
    for size in (3, 7, 8, 21):
        cosigned(bench, shown(LEAVES[:size], seen, bench.asker), size)
        seen = size
    cosigned(bench, shown(LEAVES[:21], 21, bench.asker), 21)


@clause("14.7")
def witness_saw_another_size(bench: Bench) -> None:
    """A sender that does not know what the witness saw last is given that once more, and proves from there."""
    cosigned(bench, shown(LEAVES[:30], 8, bench.asker), 21)
    cosigned(bench, shown(LEAVES[:30], 21, bench.asker), 30)


@clause("14.6")
def fork(bench: Bench) -> None:
    """A log that was changed or shrank is not cosigned."""
    changed = [token_bytes(32), *LEAVES[1:35]]
    broken = [
        shown(changed, 30, bench.asker),
        shown(changed[:30], 30, bench.asker),
        shown(LEAVES[:12], 8, bench.asker),
        shown(LEAVES[:35], 30, bench.asker) | {"proof": []},
    ]
    for message in broken:
        code = bench.problem(message)
        need(code == "untrusted.log-broken", "answered with", code)
    cosigned(bench, shown(LEAVES[:35], 30, bench.asker), 35)


@clause("14.6")
def checkpoint_of_another(bench: Bench) -> None:
    """A checkpoint that the sender did not sign, or of another's log, is not cosigned."""
    theirs = shown(LEAVES[:36], 35, bench.asker, bench.stranger.signing)
    need(bench.problem(theirs) == "untrusted.bad-signature", "cosigned for a forger")
    code = bench.problem(shown(LEAVES[:5], 0, bench.other))
    need(code.startswith("untrusted"), "cosigned another's log:", code)


@clause("14.12")
def begun_again(bench: Bench) -> None:
    """A log that begins again is cosigned when it says so with its proof, and under its old name never more."""
    by = bench.other
    need(bench.ask(shown(LEAVES[:9], 0, by), sender=by)["type"] == "log.cosignature", "not cosigned")
    entry = {"kind": "log.begun_again", "leaf": LEAVES[3].hex(), "index": 0, "proof": []}
    told = {"entry": entry, "decided_at": moment(), "decided_by": "operator, Unit Latihan", "reason": "Latihan."}
    again = {"type": "log.checkpoint", "note": checkpoint(by.node, [LEAVES[3]], by.signing, number=2), "proof": []}
    for broken in ({}, {"broken": told | {"entry": entry | {"leaf": LEAVES[4].hex()}}}):
        code = bench.problem(again | broken, sender=by)
        need(code == "untrusted.log-broken", "answered with", code)
    answer = bench.ask(again | {"broken": told}, sender=by)
    need(answer["type"] == "log.cosignature", "answered with", answer)
    need(Head.read(answer["note"]).origin == f"{by.node}/log/2", "cosigned", answer["note"])
    code = bench.problem(shown(LEAVES[:12], 9, by), sender=by)
    need(code == "untrusted.log-broken", "the old log goes on:", code)
