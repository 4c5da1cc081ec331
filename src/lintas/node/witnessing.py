"""Witnesses: partners sign what our log looked like, we sign theirs, and both sides' logs of a check are laid together.

A log that is rewritten later no longer extends what its witnesses have signed, and an outsider can see it.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from lintas.audit import AuditKind, AuditLog, Event, Reconciliation
from lintas.errors import ClockWrong, LintasError, LogBroken, NotFound, OutOfTime, PeerUnreachable
from lintas.protocol.messages import Checkpoint, Cosignature, LogAnswer, LogQuestion
from lintas.transport import DirectorySource, Line

log = logging.getLogger(__name__)
WITHIN = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class NotReconciled:
    """A partner whose log could not be laid beside ours, and the code of what stood in the way."""

    check: str
    partner: str
    problem: str


class Witnessing:
    """Has our log witnessed, witnesses partners' logs, and answers what our log says of a check."""

    def __init__(self, audit: AuditLog, line: Line, directory: DirectorySource, wanted: int) -> None:
        self._audit = audit
        self._line = line
        self._directory = directory
        self._wanted = wanted
        self._signed_size = -1
        self._silent: dict[str, str] = {}

    async def once(self) -> int:
        """Sign a checkpoint if the log has grown, and ask partners to cosign it; how many did.

        A partner that could not be reached is asked again the next time, though the log may not have grown.
        """
        size = self._audit.size()
        if size == self._signed_size:
            return 0
        partners = self._directory.current().others(self._line.us)
        # Those who witness by office come first; any partner's signature is worth having.
        asked = sorted(partners, key=lambda member: (not member.witness, member.node))[: self._wanted]
        await asyncio.to_thread(self._audit.checkpoint)
        self._signed_size = size
        told = await asyncio.gather(*(self._ask(member.node) for member in asked))
        return sum(told)

    async def _ask(self, node: str) -> bool:
        try:
            if await self._cosigned(node):
                self._silent.pop(node, None)
                return True
        except (LintasError, TimeoutError) as error:
            self._tell(node, error)
            if isinstance(error, PeerUnreachable | TimeoutError):
                self._signed_size = -1
        return False

    async def refusals(self) -> dict[str, int]:
        """The partners that saw more of our log than there is, or another one, and how many entries each has seen."""
        partners = [member.node for member in self._directory.current().others(self._line.us)]
        seen = await asyncio.gather(*(self._seen(node) for node in partners))
        return {node: size for node, size in zip(partners, seen, strict=True) if size is not None}

    async def _seen(self, node: str) -> int | None:
        try:
            await self._cosigned(node)
        except LogBroken as broken:  # it says so; or it shows what it saw, and that is not in our log
            return int(str(broken.facts.get("seen") or broken.facts.get("size", 0)))
        except (LintasError, TimeoutError):
            return None
        return None

    async def _cosigned(self, node: str) -> bool:
        """Whether a partner signed our newest checkpoint, or the last it saw; raises what stands in the way."""
        checkpoint = await asyncio.to_thread(self._audit.checkpoint_for, node)
        answer = await self._line.call(node, checkpoint, within=WITHIN)
        if isinstance(answer, Cosignature):
            keys = self._directory.current().peer(node).signing
            await asyncio.to_thread(self._audit.add_cosignature, answer, node, keys)
            return True
        return False

    def _tell(self, node: str, error: LintasError | TimeoutError) -> None:
        """Tell the operator, once while it lasts; a partner who finds our time wrong says so about our clock."""
        code = str(getattr(error, "facts", {}).get("code", ""))
        said = ClockWrong(partner=node) if code == OutOfTime.code else error
        if self._silent.get(node) != str(said):
            log.warning("%s did not witness: %s", node, str(said) or "no answer in time")
        self._silent[node] = str(said)

    def witness(self, checkpoint: Checkpoint, sender: str) -> Cosignature:
        """Our signature under a partner's checkpoint.

        Raises:
            LogBroken: it does not extend what we saw last.
        """
        return self._audit.witness(checkpoint, sender, self._directory.current().peer(sender).signing)

    def tell(self, check: str, sender: str) -> LogAnswer:
        """What our log proves about a check this partner took part in; hashes and proofs, no content.

        Raises:
            NotFound: the partner took no part in such a check.
        """
        answer = self._audit.answer_about(check, sender)
        if not answer.entries:
            raise NotFound(check=check)
        return answer

    async def reconcile(self, check: str) -> list[Reconciliation | NotReconciled]:
        """Our log of a check laid beside every partner's; who cannot be asked now is a value, too."""
        partners = [member.node for member in self._directory.current().others(self._line.us)]
        found = await asyncio.gather(*(self._reconcile(check, node) for node in partners))
        facts: dict[str, str | int | float | bool | list[str]] = {
            "agree": [side.partner for side in found if isinstance(side, Reconciliation) and side.agrees],
            "differ": [side.partner for side in found if isinstance(side, Reconciliation) and not side.agrees],
            "no_answer": [side.partner for side in found if isinstance(side, NotReconciled)],
        }
        await self._audit.record_async(Event(kind=AuditKind.LOG_RECONCILED, actor="system", check=check, facts=facts))
        return list(found)

    async def _reconcile(self, check: str, node: str) -> Reconciliation | NotReconciled:
        try:
            answer = await self._line.call(node, LogQuestion(check=check), within=WITHIN)
            if not isinstance(answer, LogAnswer):
                return NotReconciled(check, node, "untrusted.malformed")
            keys = self._directory.current().peer(node).signing
            return await asyncio.to_thread(self._audit.reconcile, answer, node, keys)
        except NotFound as error:
            missing = await asyncio.to_thread(self._audit.hidden, check, node)
            if not missing:
                return NotReconciled(check, node, error.code)
            return Reconciliation(check, node, size=0, agreed=(), missing=missing, unknown=())
        except TimeoutError:
            return NotReconciled(check, node, "late")
        except LintasError as error:
            return NotReconciled(check, node, error.code)
