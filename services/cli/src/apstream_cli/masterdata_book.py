"""Master data as its topics tell of it: what is wanted of each record, what Basware was told, how polls ended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ap_domain.masterdata.record import ImportStep, MasterRecord
from ap_domain.masterdata.standing import Standing, told, wanted
from ap_domain.poll import PollKind, PollResult
from chassis.keys import record_key, split_key
from chassis.records import IMPORT_STATE, MASTER_RECORD, POLL_RESULT
from chassis.topic_scan import Scanned
from chassis.topics import MASTER_DATA, MASTERDATA_IMPORTS, MASTERDATA_POLL_RESULTS

__all__ = ["TOPICS", "Known", "MasterDataBook", "Stage"]

TOPICS = (MASTER_DATA.name, MASTERDATA_IMPORTS.name, MASTERDATA_POLL_RESULTS.name)


class Stage(StrEnum):
    """Where a record is on its way into Basware; exactly one holds."""

    PENDING = "pending"
    ASKING = "asking"
    REFUSED = "refused"
    CONFIRMED = "confirmed"


@dataclass(slots=True, kw_only=True)
class Known:
    """One record: its standing, as the import's table has it, and what a person asks about it beside.

    ``source`` is PeopleSoft's key; ``content`` stays empty unless the book keeps contents.
    """

    standing: Standing
    source: str = ""
    read_at: datetime | None = None
    content: str = field(default="", repr=False)

    @property
    def stage(self) -> Stage:
        """A record that has to be sent again is pending, whatever was said of it before."""
        if self.standing.pending:
            return Stage.PENDING
        if self.standing.asking:
            return Stage.ASKING
        last = self.standing.told
        return Stage.REFUSED if last is not None and last.step is ImportStep.REFUSED else Stage.CONFIRMED

    @property
    def waiting_since(self) -> datetime | None:
        """Of a pending record: when it was read, or became due again."""
        last = self.standing.told
        again = last is not None and last.digest == self.standing.wanted_digest
        return last.at if last is not None and again else self.read_at


class MasterDataBook:
    """The latest word on every record of the connections and entities asked for, whatever the order of the topics.

    With ``contents`` it holds what is to be in Basware: about a kilobyte a supplier.
    """

    def __init__(
        self, *, connection_id: str | None = None, entity: str | None = None, contents: bool = False
    ) -> None:
        parts = [part for part in (connection_id, entity) if part is not None] if connection_id else []
        self._beginning = record_key(*parts) + b"/" if parts else b""
        self._entity = entity
        self._contents = contents
        self._records: dict[tuple[str, str], dict[str, Known]] = {}
        self._results: dict[tuple[str, str], dict[PollKind, PollResult]] = {}

    def take(self, scanned: Scanned) -> None:
        """One record of one of `TOPICS`. Raises UnknownSchema or Undecodable."""
        if not scanned.key.startswith(self._beginning):
            return
        connection_id, entity, last = split_key(scanned.key)
        if self._entity not in {None, entity}:
            return
        if scanned.topic == MASTERDATA_POLL_RESULTS.name:
            self._take_result(scanned.value)
            return
        records = self._records.setdefault((connection_id, entity), {})
        if scanned.topic == MASTER_DATA.name:
            self._take_record(records, last, scanned)
        elif scanned.value is not None:
            state = IMPORT_STATE.decode(scanned.value)
            known = records.setdefault(last, Known(standing=Standing()))
            known.standing = told(known.standing, state)

    def entities(self) -> Iterator[tuple[str, str]]:
        """Connection and entity of everything of which a record or a result is known."""
        return iter(sorted({*self._records, *self._results}))

    def records(self, connection_id: str, entity: str) -> Mapping[str, Known]:
        """The records that were ever published, by external code."""
        found = self._records.get((connection_id, entity), {})
        return {code: known for code, known in found.items() if known.standing.wanted_offset >= 0}

    def results(self, connection_id: str, entity: str) -> Mapping[PollKind, PollResult]:
        """The last result of each kind of poll."""
        return self._results.get((connection_id, entity), {})

    def _take_record(self, records: dict[str, Known], code: str, scanned: Scanned) -> None:
        if scanned.value is None:
            records.pop(code, None)
            return
        record: MasterRecord = MASTER_RECORD.decode(scanned.value)
        known = records.setdefault(code, Known(standing=Standing()))
        known.standing = wanted(known.standing, record, offset=scanned.offset)
        if known.standing.wanted_offset == scanned.offset:
            known.source, known.read_at = record.source, record.read_at
            known.content = record.content if self._contents else ""

    def _take_result(self, value: bytes | None) -> None:
        if value is None:
            return
        result = POLL_RESULT.decode(value)
        held = self._results.setdefault((result.connection_id, result.subject), {})
        if result.kind not in held or held[result.kind].poll_offset <= result.poll_offset:
            held[result.kind] = result
