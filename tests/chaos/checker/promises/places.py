"""Everything of a connection lies in its shard under the agreed key, and everything can be read."""

from collections.abc import Callable, Iterator, Mapping

from tests.chaos.checker.evidence import Case, Evidence
from tests.chaos.checker.findings import Finding
from tests.chaos.checker.records import (
    CONNECTIONS,
    DOCUMENTS,
    FETCHES,
    IMPORTS,
    INVOICES,
    MASTER_DATA,
    NOTIFICATIONS,
    PICTURES,
    UNREADABLE,
    Json,
)

PROMISE = "11 everything lies where it belongs and can be read"
KEYS: Mapping[str, Callable[[Json], tuple[str, ...]]] = {
    NOTIFICATIONS: lambda value: (value["task_id"],),
    DOCUMENTS: lambda value: (value["invoice_id"], str(value["fetch_number"])),
    FETCHES: lambda value: (value["body"]["invoice_id"],),
    INVOICES: lambda value: (value["body"]["invoice_id"],),
    PICTURES: lambda value: (value["business_unit"], value["voucher_id"]),
    MASTER_DATA: lambda value: (value["entity"], value["external_code"]),
    IMPORTS: lambda value: (value["entity"], value["external_code"]),
}
WHOLE = ("ap.connections", "ap.desired-state", "ap.mappings")
"""Topics of one partition that everybody reads."""


def check(evidence: Evidence, *, at_rest: bool) -> Iterator[Finding]:
    """Places at any moment; that nothing stays without a verdict at rest."""
    for case in evidence.cases:
        yield from _places(case)
    for record in evidence.log.of(UNREADABLE):
        if record.value and not record.kind:
            words = f"{record.value['service']} could not read it: {record.value['reason']}"
            yield Finding(promise=PROMISE, connection="", record=record.key, words=words)
    for text in evidence.log.undecoded:
        yield Finding(promise=PROMISE, connection="", record=text.partition(":")[0], words=text)
    for (topic, partition), end in evidence.log.ends.items() if at_rest else ():
        if end.stable < end.high:
            words = f"nobody can read from {end.stable} to {end.high}: a transaction has no verdict"
            yield Finding(promise=PROMISE, connection="", record=f"{topic}/{partition}", words=words)


def _places(case: Case) -> Iterator[Finding]:
    shard = case.connection.shard
    shards = {each.value["shard"] for each in case.of(CONNECTIONS) if each.value}
    if len(shards) > 1:
        words = f"it was moved between the shards {sorted(shards)}, and its work with it"
        yield Finding(promise=PROMISE, connection=case.connection.id, record=CONNECTIONS, words=words)
    for topic, records in case.records.items():
        agreed = KEYS.get(topic)
        for record in records:
            wrong = ""
            if topic not in WHOLE and record.partition != shard:
                wrong = f"is in partition {record.partition}, the shard is {shard}"
            elif agreed is not None and record.value and record.key != case.key(*agreed(record.value)):
                wrong = f"should have the key {case.key(*agreed(record.value))}"
            if wrong:
                words = f"{record.place} {wrong}"
                yield Finding(promise=PROMISE, connection=case.connection.id, record=record.key, words=words)
