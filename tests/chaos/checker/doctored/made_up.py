"""Evidence put together by hand, for tests of the checker: records, books and history, each to be changed at will."""

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.chaos.checker.books import Books
from tests.chaos.checker.connection import Connection
from tests.chaos.checker.evidence import Evidence, cases_of
from tests.chaos.checker.history import Operation
from tests.chaos.checker.records import (
    AUDIT_POSTER,
    INVOICES,
    Record,
    key_of,
)
from tests.chaos.checker.topics import End, Log

ACME = Connection(
    id="acme",
    shard=3,
    tenant="acme",
    node="ACME_FS",
    operator="APSTREAM",
    units={"BW00": "US001"},
    spacing=1.0,
    match=("BUSINESS_UNIT", "VENDOR_ID", "INVOICE_ID"),
    masterdata={
        "time_zone": "UTC",
        "watermark_overlap_seconds": 30,
        "companies": {"SHARE": ["BW00"]},
        "entities": {"accounts": {}, "suppliers": {}},
    },
    payments={"watermark_overlap_seconds": 30},
)
BEGIN = datetime(2026, 6, 1, 12, tzinfo=UTC)
END = BEGIN + timedelta(hours=1)
PASSWORD = "planted-password-of-acme"
IBAN = "GB33BUKB20201555555555"
FIRST_OWNER, SECOND_OWNER = "poster-1", "poster-2"
Value = dict[str, Any]


def at(seconds: float) -> datetime:
    """An instant of the run."""
    return BEGIN + timedelta(seconds=seconds)


def said(seconds: float) -> str:
    """The same as the simulators write it."""
    return at(seconds).isoformat()


class Run:
    """The evidence of a run while it is put together; every part may be changed before `evidence` is asked for."""

    def __init__(self) -> None:
        self.connection = ACME
        self.topics: dict[str, list[Record]] = {}
        self.documents: dict[str, Value] = {}
        self.writes: list[Value] = []
        self.violations: list[Value] = []
        self.paid: dict[str, Value] = {}
        self.vouchers: list[Value] = []
        self.calls: list[Value] = []
        self.pages: dict[tuple[str, str], Value] = {}
        self.reference: Value = {}
        self.pickable: dict[str, list[Value]] = {}
        self.operations: list[Operation] = []
        self.logs: dict[str, bytes] = {"voucher-poster.log": b'{"event": "posted"}\n'}
        self.metrics: dict[str, bytes] = {}
        self.ends: dict[tuple[str, int], End] = {}
        self._bodies: dict[str, Value] = {}

    def put(
        self, topic: str, key: str, value: Mapping[str, Any], *, seconds: float, kind: str = ""
    ) -> Record:
        """Write one record at the end of its topic."""
        records = self.topics.setdefault(topic, [])
        record = Record(
            topic=topic,
            partition=self.connection.shard,
            offset=len(records),
            key=key,
            value=copy.deepcopy(dict(value)),
            raw=json.dumps(value, default=str).encode(),
            kind=kind,
            at=int(at(seconds).timestamp() * 1000),
        )
        records.append(record)
        return record

    def change(self, topic: str, place: int, **changes: Any) -> None:
        """Write other fields over a record's value."""
        record = self.topics[topic][place]
        value = {**record.value, **changes}
        raw = json.dumps(value, default=str).encode()
        self.topics[topic][place] = replace(record, value=value, raw=raw)

    def drop(self, topic: str, place: int) -> Record:
        """As if a record had never been written; the offsets after it stay."""
        return self.topics[topic].pop(place)

    def find(self, topic: str, **fields: Any) -> int:
        """The place of the first record whose value has these fields."""
        return next(
            place
            for place, record in enumerate(self.topics[topic])
            if not record.kind and all(record.value.get(name) == value for name, value in fields.items())
        )

    def key(self, *parts: str) -> str:
        return key_of(self.connection.id, *parts)

    def position(self, ledger: str, topic: str, *, seconds: float) -> None:
        """All of an input written so far is decided."""
        offset = len(self.topics[topic])
        value = {"topic": topic, "offset": offset}
        self.put(ledger, f"\x00position/{topic}", value, seconds=seconds, kind="position")

    def owner(self, service: str, instance: str, *topics: str, seconds: float) -> None:
        """Somebody takes the partition over."""
        for topic in topics:
            value = {"service": service, "instance": instance, "at": said(seconds)}
            self.put(topic, f"\x00owner/{service}", value, seconds=seconds, kind="owner")

    def audit(
        self,
        topic: str,
        invoice_id: str,
        action: str,
        *,
        sequence: int,
        seconds: float,
        actor: str,
        cause: Record | None = None,
        **detail: str,
    ) -> Record:
        """One event."""
        event_id = f"{topic}-{len(self.topics.get(topic, ()))}"
        value = {
            "event_id": event_id,
            "connection_id": self.connection.id,
            "record": self.key(invoice_id),
            "action": action,
            "detail": detail,
            "actor": actor,
            "cause_topic": cause.topic if cause else None,
            "cause_partition": cause.partition if cause else None,
            "cause_offset": cause.offset if cause else None,
            "sequence": sequence,
            "at": at(seconds),
        }
        return self.put(topic, event_id, value, seconds=seconds)

    def entry(
        self,
        invoice_id: str,
        *,
        sequence: int,
        phase: str,
        step: str,
        seconds: float,
        action: str = "",
        actor: str = FIRST_OWNER,
        cause: Record | None = None,
        started: float | None = None,
        reason: str = "",
        detail: Mapping[str, str] | None = None,
        **body: Any,
    ) -> Record:
        """One version of an invoice's entry, and its audit event; the body goes on from the version before."""
        held = self._bodies.setdefault(invoice_id, _body(invoice_id))
        held.update(body)
        value = {
            "key": self.key(invoice_id),
            "connection_id": self.connection.id,
            "sequence": sequence,
            "phase": phase,
            "step": step,
            "due": None,
            "reason": reason,
            "stop": None,
            "started": None if started is None else {"at": at(started), "number": 1, "settle_seconds": 3.0},
            "body": held,
        }
        record = self.put(INVOICES, self.key(invoice_id), value, seconds=seconds)
        if action:
            self.audit(
                AUDIT_POSTER,
                invoice_id,
                action,
                sequence=sequence,
                seconds=seconds,
                actor=actor,
                cause=cause,
                **(detail or {}),
            )
        return record

    def evidence(self) -> Evidence:
        """What the checker would have gathered."""
        books = Books(
            documents=list(self.documents.values()),
            writes=self.writes,
            violations=self.violations,
            paid=list(self.paid.values()),
            pickable=self.pickable,
            vouchers=self.vouchers,
            calls=self.calls,
            pages=self.pages,
            reference=self.reference,
            now=END,
        )
        ends = {
            (topic, self.connection.shard): End(low=0, stable=_end(records), high=_end(records))
            for topic, records in self.topics.items()
        }
        log = Log(records=self.topics, ends={**ends, **self.ends})
        return Evidence(
            cases=cases_of(log, [self.connection], {self.connection.id: books}),
            log=log,
            logs=self.logs,
            metrics=self.metrics,
            processes=tuple(self.metrics),
            operations=tuple(self.operations),
            secrets=(PASSWORD,),
            bank_accounts=(IBAN,),
            at=END,
        )


def _body(invoice_id: str) -> Value:
    return {"invoice_id": invoice_id, "intent": None, "voucher": None, "payment": None}


def _end(records: list[Record]) -> int:
    return max((record.offset + 1 for record in records), default=0)
