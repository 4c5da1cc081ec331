"""The agency's own records: found, read, written with their versions, reviewed, and in the end erased.

What is in quarantine is invisible here as if it were gone; only `quarantined`, `restore` and `erase_quarantined` see
it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Connection, func, select

from lintas.audit import AuditKind, AuditLog
from lintas.clock import Clock
from lintas.errors import AlreadyDone, NotFound, Unjustified
from lintas.matching import likely
from lintas.model import Comparison, Record, Subject
from lintas.records.crew import Crew
from lintas.records.drafts import Draft, decode, draft
from lintas.records.erasure import Erasure
from lintas.records.index import MOST, Index
from lintas.records.reading import read_many
from lintas.records.tables import LIVE, batches, overwrite_freed, record, record_version
from lintas.records.writing import Counts, imported, replace, successor, write_drafts
from lintas.storage import Database

_IN_ONE_WRITE = 2_000
_LIVE: ColumnElement[bool] = record.c.state == LIVE


class Records(Erasure):
    """What this agency knows."""

    def __init__(self, db: Database, audit: AuditLog, clock: Clock, index: Index) -> None:
        super().__init__(db, audit, clock)
        self.db, self.audit, self.clock, self.index = db, audit, clock, index
        self._crew: Crew | None = None

    def get(self, record_id: str) -> Record:
        """The record with this id.

        Raises:
            NotFound: There is none, or it was deleted.
        """
        found = self.many([record_id])
        if not found:
            raise NotFound(record=record_id)
        return found[0]

    def many(self, record_ids: Sequence[str]) -> list[Record]:
        """The records with these ids, in this order; what was deleted is left out, whatever the index still says."""
        return read_many(self.db, record_ids)

    def candidates(self, subject: Subject, limit: int = MOST) -> list[Record]:
        """The records that may be this subject, the likeliest first: the same identifier, then names alike."""
        if not self.index.is_ready:
            self.catch_up()
        return self.many(self.index.candidates(subject, limit))

    def likely(self, subject: Subject, threshold: float) -> list[tuple[Record, Comparison]]:
        """The records that are the subject with at least this probability, the likeliest first, and why."""
        found = self._crew.likely(subject, threshold) if self._crew else None
        return likely(subject, self.candidates(subject), threshold) if found is None else found

    def hire(self, crew: Crew) -> None:
        """Let other processes look up from now on."""
        self._crew = crew

    def close(self) -> None:
        """Let go of the index, and dismiss the crew."""
        if self._crew is not None:
            self._crew.close()
        self.index.close()

    def catch_up(self) -> int:
        """Bring the index up to the records; returns how many changes it took in."""
        return self.index.catch_up(self.db)

    def rebuild_index(self) -> int:
        """Build the index anew from the records; returns how many it took in. The old one answers until then."""
        return self.index.rebuild(self.db)

    def versions(self, record_id: str) -> list[Record]:
        """The record as it is and as it was, the newest first."""
        now = self.get(record_id)
        with self.db.read() as connection:
            before = select(record_version.c.body).where(record_version.c.id == record_id)
            bodies = connection.scalars(before.order_by(record_version.c.version.desc())).all()
        return [now, *map(decode, bodies)]

    def counts(self) -> dict[str, int]:
        """How many records there are of each schema."""
        by_schema = select(record.c.schema, func.count().label("number")).where(_LIVE).group_by(record.c.schema)
        with self.db.read() as connection:
            return {row.schema: row.number for row in connection.execute(by_schema)}

    def save(self, records: Iterable[Record], *, source: str) -> Counts:
        """Add records and change those that say something else now; what is the same is left as it is.

        Only the source a record came from may change it (rule R07); its old version is kept. Two records with one id in
        one call, a record of another source, or one in quarantine are refused one by one and named in the counts.

        Args:
            records: Any number; they are written in blocks.
            source: Whose data these are.
        """
        counts = Counts()
        now = self.clock.now()
        for block in batches(records, _IN_ONE_WRITE):
            drafts = [draft(one, now) for one in block]

            def work(tx: Connection, drafts: Sequence[Draft] = drafts) -> Counts:
                saved = write_drafts(tx, drafts, source, now)
                if saved.new or saved.changed:
                    self.audit.append(tx, imported(source, saved, drafts))
                return saved

            counts += self.db.write(work)
        return counts

    def edit(self, changed: Record, *, by: str, reason: str) -> Record:
        """Change one record by an officer's hand; returns the new version.

        The source may still change it later; if the source says what it said before, the edit stays.

        Args:
            changed: The record as it shall be, made from the version that is stored.
            by: The officer, as `officer:<id>`.
            reason: Why, for the log.

        Raises:
            NotFound: It was deleted.
            AlreadyDone: Somebody else changed it meanwhile.
            Unjustified: There is no reason.
        """
        if not reason.strip():
            raise Unjustified(missing="reason")

        def work(tx: Connection) -> Record:
            overwrite_freed(tx)
            row = tx.execute(select(record).where(record.c.id == changed.id, _LIVE)).first()
            if row is None:
                raise NotFound(record=changed.id)
            if row.version != changed.version:
                raise AlreadyDone(record=changed.id, version=row.version)
            after = successor(decode(row.body), changed, self.clock.now())
            replace(tx, [(row.id, row.body)], [(after, row.digest)])
            self._log(tx, AuditKind.RECORD_CHANGED, by, {"act": "edited", "record": after.id, "reason": reason})
            return after

        return self.db.write(work)
