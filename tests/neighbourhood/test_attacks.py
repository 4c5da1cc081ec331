"""What an attacker among neighbours may try: each is refused with its own error, and nothing is done but note it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from lintas.audit import AuditKind
from lintas.checks.tables import answered
from lintas.errors import (
    BadSignature,
    DirectoryExpired,
    DirectoryRolledBack,
    Malformed,
    NotForUs,
    OutOfTime,
    Replayed,
    TooLarge,
    UnknownSender,
    Untrusted,
    WrongCertificate,
)
from lintas.exchange.tables import inbox
from lintas.model import Asker, OutcomeState, RefusalGround, Role, Subject, SubjectKind
from lintas.node import Folder, build, init, join
from lintas.protocol import seal
from lintas.protocol.limits import LIMITS
from lintas.protocol.messages import CheckAnswered, CheckQuestion, Message, Receipt
from lintas.requests.tables import confirmation
from lintas.testing import Neighbour, Neighbourhood
from lintas.testing.neighbourhood import REASON
from lintas.trust import authoring
from rooms.protocol.parties import Agency, decoded, encoded, resigned, sealed_inside

JAKARTA, KL, BANGKOK = "id.latihan", "my.latihan", "th.latihan"


def question(check: str = "pemeriksaan-0001", **asker: str) -> CheckQuestion:
    given = {"node": JAKARTA, "country": "id", "officer": "p-1", "role": Role.INVESTIGATOR, **asker}
    return CheckQuestion(
        check=check,
        subject=Subject(kind=SubjectKind.PERSON, properties={"name": ("Budi Santoso",), "birthDate": ("1970-01-31",)}),
        justification=REASON,
        asker=Asker(**given),
        answer_by=datetime.fromisoformat("2026-01-01T08:00:02Z"),
    )


def certificate(neighbour: Neighbour) -> str:
    return neighbour.street.directory.current().member(neighbour.name).certificates[0]


def agency(neighbour: Neighbour) -> Agency:
    return Agency(neighbour.name, neighbour.node.folder.keys())


def sealed_for(to: Neighbour, by: Neighbour, at: datetime | None = None, **given: object) -> bytes:
    """An envelope as a changed program could make it."""
    whole = {
        "sender": by.name,
        "recipient": by.street.directory.current().peer(to.name),
        "keys": by.node.folder.keys(),
        "now": at or by.street.clock.now(),
        "directory_version": 1,
        **given,
    }
    return seal(question(), **whole)


def done(neighbour: Neighbour) -> list[int]:
    """How much of anything there is that an envelope may cause."""
    with neighbour.node.db.read() as tx:
        return [tx.scalar(select(func.count()).select_from(table)) for table in (answered, inbox, confirmation)]


@contextmanager
def refused(victim: Neighbour, error: type[Untrusted]) -> Iterator[None]:
    """Inside, something is refused with this error, noted in the log, and nothing else is done."""
    before, size = done(victim), victim.node.audit.size()
    with pytest.raises(error):
        yield
    assert done(victim) == before
    new = victim.node.audit.entries(limit=victim.node.audit.size() - size)
    assert [entry.kind for entry in new] == [AuditKind.MESSAGE_REFUSED]
    assert new[0].event is not None
    assert new[0].event.facts["code"] == error.code


Forge = Callable[[Neighbour, Neighbour, Neighbour], bytes]
MINUTES = timedelta(minutes=1)


def forged(jakarta: Neighbour, kl: Neighbour, _: Neighbour) -> bytes:
    raw = sealed_for(kl, jakarta)
    return raw[:-20] + bytes([raw[-20] ^ 1]) + raw[-19:]


def signed_by_another(jakarta: Neighbour, kl: Neighbour, bangkok: Neighbour) -> bytes:
    return sealed_for(kl, bangkok, sender=jakarta.name)


def signed_by_nobody(jakarta: Neighbour, kl: Neighbour, _: Neighbour) -> bytes:
    header, payload, _ = sealed_for(kl, jakarta).split(b".")
    return b".".join((encoded(decoded(header) | {"alg": "none"}), payload, b""))


def stale(jakarta: Neighbour, kl: Neighbour, _: Neighbour) -> bytes:
    return sealed_for(kl, jakarta, at=jakarta.street.clock.now() - 4 * MINUTES)


def from_the_future(jakarta: Neighbour, kl: Neighbour, _: Neighbour) -> bytes:
    return sealed_for(kl, jakarta, at=jakarta.street.clock.now() + 4 * MINUTES)


def immortal(jakarta: Neighbour, kl: Neighbour, _: Neighbour) -> bytes:
    return sealed_for(kl, jakarta, lifetime=timedelta(days=1))


def for_another(jakarta: Neighbour, _: Neighbour, bangkok: Neighbour) -> bytes:
    return sealed_for(bangkok, jakarta)


def readdressed(jakarta: Neighbour, kl: Neighbour, bangkok: Neighbour) -> bytes:
    """Sealed for Bangkok; the outside, properly signed, says Kuala Lumpur."""
    return resigned(sealed_for(bangkok, jakarta), agency(jakarta), aud=kl.name)


def taken_over(jakarta: Neighbour, kl: Neighbour, bangkok: Neighbour) -> bytes:
    """Jakarta's sealed question under Bangkok's own signature."""
    return resigned(sealed_for(kl, jakarta), agency(bangkok), iss=bangkok.name)


def oversized(jakarta: Neighbour, kl: Neighbour, _: Neighbour) -> bytes:
    return sealed_for(kl, jakarta) + b"A" * LIMITS.envelope


def bomb_outside(jakarta: Neighbour, kl: Neighbour, _: Neighbour) -> bytes:
    _, payload, signature = sealed_for(kl, jakarta).split(b".")
    return b".".join((encoded(b"[" * 1500), payload, signature))


def bomb_inside(jakarta: Neighbour, kl: Neighbour, _: Neighbour) -> bytes:
    scene = SimpleNamespace(kl=agency(kl), jakarta=agency(jakarta))
    return sealed_inside(scene, sealed_for(kl, jakarta), b'{"message":{"subject":' + b"[" * 100_000)


def a_stranger(jakarta: Neighbour, kl: Neighbour, _: Neighbour) -> bytes:
    return sealed_for(kl, jakarta, sender="xx.asing")


@pytest.fixture
async def three(street: Neighbourhood) -> tuple[Neighbour, Neighbour, Neighbour]:
    jakarta, kl, bangkok = await street.nodes("id", "my", "th")
    return jakarta, kl, bangkok


ATTACKS: dict[Forge, type[Untrusted]] = {
    forged: BadSignature,
    signed_by_another: BadSignature,
    signed_by_nobody: Malformed,
    stale: OutOfTime,
    from_the_future: OutOfTime,
    immortal: Malformed,
    for_another: NotForUs,
    readdressed: NotForUs,
    taken_over: Malformed,
    oversized: TooLarge,
    bomb_outside: Malformed,
    bomb_inside: Malformed,
    a_stranger: UnknownSender,
}


@pytest.mark.parametrize(("attack", "error"), ATTACKS.items(), ids=[attack.__name__ for attack in ATTACKS])
async def test_what_cannot_be_believed_is_refused_and_only_noted(
    three: tuple[Neighbour, Neighbour, Neighbour], attack: Forge, error: type[Untrusted]
) -> None:
    jakarta, kl, bangkok = three
    envelope = attack(jakarta, kl, bangkok)
    shown = certificate(bangkok if attack is taken_over else jakarta)

    with refused(kl, error):
        await kl.node.receive(envelope, shown)


async def test_the_same_envelope_twice_is_a_replay_even_after_the_node_was_restarted(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    envelope, shown = sealed_for(kl, jakarta), certificate(jakarta)
    await kl.node.receive(envelope, shown)

    with refused(kl, Replayed):
        await kl.node.receive(envelope, shown)
    await kl.restarts()
    with refused(kl, Replayed):
        await kl.node.receive(envelope, shown)


async def test_a_partners_certificate_does_not_speak_for_another_partner(street: Neighbourhood) -> None:
    jakarta, kl, bangkok = await street.nodes("id", "my", "th")

    with refused(kl, WrongCertificate):
        await kl.node.receive(sealed_for(kl, jakarta), certificate(bangkok))


async def test_a_removed_partner_is_a_stranger_at_once_and_so_are_its_letters(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    envelope, shown = sealed_for(kl, jakarta), certificate(jakarta)
    await kl.node.receive(sealed_for(kl, jakarta), shown)

    jakarta.leaves()

    with refused(kl, UnknownSender):
        await kl.node.receive(envelope, shown)


async def test_a_directory_that_has_run_out_is_no_ground_to_believe_anybody(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    members = dict(street.directory.current().members)

    street.directory.publish(members, expires=street.clock.now() - MINUTES)

    with refused(kl, DirectoryExpired):
        await kl.node.receive(sealed_for(kl, jakarta), certificate(jakarta))
    with pytest.raises(DirectoryExpired):
        await kl.check("Budi Santoso", birthDate="1970-01-31")


async def test_an_older_directory_does_not_bring_a_removed_partner_back(street: Neighbourhood, tmp_path: Path) -> None:
    """Whoever serves the directory can serve yesterday's; the node keeps to what it has seen."""
    (jakarta,) = await street.nodes("id")
    settings = init(tmp_path / "real", {"node": KL, "country": "my", "exercise": True})
    private, public = zip(*(authoring.new_keeper() for _ in range(3)), strict=True)
    now, mirror, known = street.clock.now(), tmp_path / "directory", {}
    mirror.mkdir()

    def publish(draft: authoring.Draft) -> dict[str, bytes]:
        signed = authoring.sign(authoring.sign(draft, private[0]), private[1])
        known.update(authoring.publish(known, signed, private[0], now=now))
        for name, content in known.items():
            (mirror / name).write_bytes(content)
        return dict(known)

    publish(authoring.begin(authoring.Keepers(public, 2), now=now))
    cards = [Folder(settings.folder).member(settings), jakarta.node.folder.member(jakarta.node.settings)]
    yesterday = publish(authoring.draft(known, add=cards, now=now))
    join(settings.folder, str(mirror), known["1.root.json"])
    kl = build(type(settings).load(settings.folder, {}), link=street.loopback.end("kl"))
    try:
        before = sorted(kl.directory.current().members)
        publish(authoring.draft(known, remove=[JAKARTA], now=now))
        kl.directory.refresh()

        (mirror / "timestamp.json").write_bytes(yesterday["timestamp.json"])

        assert before == [JAKARTA, KL]
        with pytest.raises(DirectoryRolledBack):
            kl.directory.refresh()
        with pytest.raises(UnknownSender):
            await kl.receive(_to(kl, jakarta), certificate(jakarta))
        assert len(kl.audit.entries(kind=AuditKind.MESSAGE_REFUSED)) == 1
    finally:
        kl.close()


def _to(kl: object, jakarta: Neighbour) -> bytes:
    keys = jakarta.node.folder.keys()
    recipient = kl.directory.current().peer(KL)  # type: ignore[attr-defined]
    now = jakarta.street.clock.now()
    return seal(question(), sender=JAKARTA, recipient=recipient, keys=keys, now=now, directory_version=1)


async def test_a_question_cannot_claim_another_country_or_another_node(street: Neighbourhood, tmp_path: Path) -> None:
    law = tmp_path / "law"
    law.mkdir()
    (law / "my.cedar").write_text(
        '@id("not-for-indonesia")\n@ground("other_law")\n@explain_id("Latihan.")\n@explain_en("Training.")\n@cite("-")\n'
        'forbid (principal, action == Action::"check", resource) when { context.asker.country == "id" };\n'
    )
    (jakarta,) = await street.nodes("id")
    (kl,) = await street.nodes("my", policies=str(law))
    pretending = question(node=BANGKOK, country="th")

    reply = await jakarta.node.line.call(KL, pretending, within=MINUTES)

    assert reply.ground is RefusalGround.OTHER_LAW
    entry = kl.node.audit.entries(kind=AuditKind.CHECK_DECLINED)[0]
    assert entry.event is not None
    assert entry.event.actor == f"node:{JAKARTA}"


async def test_many_questions_under_one_reference_are_noticed_at_the_second(street: Neighbourhood) -> None:
    """The same check asked again counts once; therefore it must be the same question of the same officer."""
    jakarta, kl = await street.nodes("id", "my")
    kl.knows("Ani Wijaya", birthDate="1980-02-03")
    first = question()
    other = Subject(kind=SubjectKind.PERSON, properties={"name": ("Ani Wijaya",), "birthDate": ("1980-02-03",)})
    changed = CheckQuestion(
        check=first.check,
        subject=other,
        justification=first.justification,
        asker=first.asker,
        answer_by=first.answer_by,
    )

    replies = [await jakarta.node.line.call(KL, asked, within=MINUTES) for asked in (first, changed, changed, first)]
    another_officer = await jakarta.node.line.call(KL, question(officer="p-2"), within=MINUTES)

    grounds = [getattr(reply, "ground", None) for reply in replies]
    assert grounds == [None, RefusalGround.ENUMERATION, RefusalGround.ENUMERATION, None]
    assert another_officer.ground is RefusalGround.ENUMERATION


def answers_with(street: Neighbourhood, liar: Neighbour, recipient: str, message: Message) -> None:
    """From now on the node answers everything with this."""

    async def receive(raw: bytes, shown: str) -> bytes:
        await liar.node.line.open(raw)
        return liar.node.line.seal(recipient, message)

    street.loopback.register(liar.name, receive)


async def test_an_answer_for_another_check_is_no_answer(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    answers_with(street, kl, JAKARTA, CheckAnswered(check="pemeriksaan-lain", matches=(), log="0" * 64))

    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31")

    told = report.outcome(KL)
    assert told is not None
    assert (told.state, told.problem) == (OutcomeState.UNREACHABLE, Malformed.code)
    assert not told.is_no_match


async def test_an_answer_from_another_partner_is_no_answer(street: Neighbourhood) -> None:
    jakarta, kl, bangkok = await street.nodes("id", "my", "th")

    async def diverted(raw: bytes, shown: str) -> bytes:
        opened = await kl.node.line.open(raw)
        return bangkok.node.line.seal(JAKARTA, CheckAnswered(check=opened.message.check, matches=(), log="0" * 64))

    street.loopback.register(KL, diverted)

    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31")

    told = report.outcome(KL)
    assert told is not None
    assert (told.state, told.problem) == (OutcomeState.UNREACHABLE, UnknownSender.code)


async def test_a_receipt_for_another_letter_leaves_ours_in_the_outbox(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    kl.knows("Budi Santoso", birthDate="1970-01-31")
    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31")
    hit = report.outcome(KL).matches[0].hit  # type: ignore[union-attr]
    answers_with(street, kl, JAKARTA, Receipt(letter="surat-yang-lain", accepted_at=street.clock.now()))

    asked = jakarta.node.requests.confirm_hit(report.id, hit, "Tersangka utama, akan dicegat.", jakarta.officer)
    await jakarta.node.exchange.deliver_due()

    assert jakarta.node.requests.get(asked.id, jakarta.officer, ours=True).state == "sending"
    assert jakarta.node.audit.entries(kind=AuditKind.LETTER_DELIVERED) == []
