"""Both sides' logs of a check laid together: what agrees, what a partner hides, what never arrived."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from lintas.audit import AuditKind, Reconciliation
from lintas.errors import LogBroken, NotFound
from lintas.model import OutcomeState
from lintas.node import NotReconciled
from lintas.testing import Neighbour, Neighbourhood

SOON = timedelta(seconds=0.4)


async def reconciled(asker: Neighbour, check: str) -> dict[str, Reconciliation | NotReconciled]:
    """Each partner's log of a check laid beside ours."""
    return {side.partner: side for side in await asker.node.witnessing.reconcile(check)}


def answers(partner: Neighbour, check: str) -> tuple[str, ...]:
    """The leaves of the answers a partner's log holds."""
    entries = partner.node.audit.entries(check=check)
    kinds = {AuditKind.CHECK_ANSWERED, AuditKind.CHECK_DECLINED}
    return tuple(sorted(entry.leaf.hex() for entry in entries if entry.kind in kinds))


async def removed_behind_its_back(neighbour: Neighbour, index: int) -> None:
    """Somebody with the database's password removes an entry of the log."""
    statement = text("DELETE FROM audit_entries WHERE position = :index")
    await neighbour.node.db.write_async(lambda tx: tx.execute(statement, {"index": index}))


async def strikes_out(partner: Neighbour, leaf: str) -> None:
    """Somebody removes the newest entry of a log, and the node goes on from what is left."""
    newest = partner.node.audit.entries(limit=1)[0]
    assert newest.leaf.hex() == leaf
    await removed_behind_its_back(partner, newest.index)
    await partner.restarts()


def compared(neighbour: Neighbour, check: str) -> dict[str, object]:
    """What the entry of the last comparison in our log says."""
    event = neighbour.node.audit.entries(kind=AuditKind.LOG_RECONCILED, check=check)[0].event
    assert event is not None
    return dict(event.facts)


async def test_both_logs_of_a_check_agree(street: Neighbourhood) -> None:
    jakarta, kl, manila = await street.nodes("id", "my", "ph")
    kl.knows("Budi Santoso", birthDate="1970-01-31")
    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31")

    sides = await reconciled(jakarta, report.id)

    for partner in (kl, manila):
        side = sides[partner.name]
        assert isinstance(side, Reconciliation)
        assert side.agrees
        assert side.agreed == answers(partner, report.id) != ()
        assert side.size == partner.node.audit.size()


async def test_a_refusal_is_an_answer_that_both_logs_hold(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my", officer_budget_hour=1)
    await jakarta.check("Budi Santoso", birthDate="1970-01-31")
    report = await jakarta.check("Ani Wijaya", birthDate="1980-02-02")

    side = (await reconciled(jakarta, report.id))["my.latihan"]

    declined = report.outcome("my.latihan")
    assert declined is not None
    assert declined.state is OutcomeState.DECLINED
    assert isinstance(side, Reconciliation)
    assert side.agrees
    assert side.agreed == answers(kl, report.id)


async def test_an_answer_the_partner_struck_out_of_its_log_is_missing(street: Neighbourhood) -> None:
    """The log goes on as if the answer had never been, and no witness had signed it yet: only we can know."""
    jakarta, kl, _manila = await street.nodes("id", "my", "ph")
    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31")
    (told,) = answers(kl, report.id)
    await strikes_out(kl, told)
    await kl.check("Ani Wijaya", birthDate="1980-02-02")

    side = (await reconciled(jakarta, report.id))["my.latihan"]

    assert kl.node.audit.verify().size == kl.node.audit.size()
    assert isinstance(side, Reconciliation)
    assert (side.agreed, side.missing, side.unknown) == ((), (told,), ())
    assert compared(jakarta, report.id) == {"agree": ["ph.latihan"], "differ": ["my.latihan"], "no_answer": []}


async def test_a_log_that_was_changed_in_its_middle_proves_nothing(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31")
    (answered,) = kl.node.audit.entries(kind=AuditKind.CHECK_ANSWERED)
    await kl.check("Ani Wijaya", birthDate="1980-02-02")
    await removed_behind_its_back(kl, answered.index)

    side = (await reconciled(jakarta, report.id))["my.latihan"]

    assert side == NotReconciled(report.id, "my.latihan", LogBroken.code)
    assert compared(jakarta, report.id) == {"agree": [], "differ": [], "no_answer": ["my.latihan"]}


async def test_an_answer_that_was_lost_is_unknown_and_the_one_fetched_later_agrees(street: Neighbourhood) -> None:
    """The partner answered twice and says so; the answer that never came stays visible to the auditor."""
    jakarta, kl = await street.nodes("id", "my", ask_again_every=0)
    kl.knows("Budi Santoso", birthDate="1970-01-31")
    street.loopback.drop_replies("my.latihan")
    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31", within=SOON)
    (lost,) = answers(kl, report.id)

    first = (await reconciled(jakarta, report.id))["my.latihan"]
    await jakarta.restarts()
    await jakarta.node.checks.follow_up()
    second = (await reconciled(jakarta, report.id))["my.latihan"]

    late = report.outcome("my.latihan")
    assert late is not None
    assert late.state is OutcomeState.LATE
    assert isinstance(first, Reconciliation)
    assert (first.agreed, first.missing, first.unknown) == ((), (), (lost,))
    assert isinstance(second, Reconciliation)
    assert second.agreed == tuple(set(answers(kl, report.id)) - {lost})
    assert (second.missing, second.unknown) == ((), (lost,))


async def test_a_question_that_was_lost_is_in_neither_log_until_it_is_asked_again(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my", ask_again_every=0)
    street.loopback.drop("my.latihan")
    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31", within=SOON)

    first = (await reconciled(jakarta, report.id))["my.latihan"]
    await jakarta.restarts()
    await jakarta.node.checks.follow_up()
    second = (await reconciled(jakarta, report.id))["my.latihan"]

    assert first == NotReconciled(report.id, "my.latihan", NotFound.code)
    assert isinstance(second, Reconciliation)
    assert second.agrees
    assert second.agreed == answers(kl, report.id) != ()


async def test_who_took_no_part_in_a_check_is_told_of_no_such_check(street: Neighbourhood) -> None:
    jakarta, kl, manila = await street.nodes("id", "my", "ph")
    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31")

    curious = (await reconciled(manila, report.id))[kl.name]
    invented = (await reconciled(manila, "tidak-ada"))[kl.name]

    assert curious == NotReconciled(report.id, kl.name, NotFound.code)
    assert invented == NotReconciled("tidak-ada", kl.name, NotFound.code)


async def test_a_partner_who_cannot_be_asked_is_a_value_and_delays_nobody(street: Neighbourhood) -> None:
    jakarta, kl, manila = await street.nodes("id", "my", "ph")
    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31")
    kl.is_unplugged()

    sides = await reconciled(jakarta, report.id)

    assert isinstance(sides[kl.name], NotReconciled)
    assert isinstance(sides[manila.name], Reconciliation)
    assert compared(jakarta, report.id) == {"agree": ["ph.latihan"], "differ": [], "no_answer": ["my.latihan"]}
