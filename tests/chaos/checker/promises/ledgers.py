"""The two ledgers: versions without gap or repeat, the highest last, and what the owners hold is what a replay gives.

That a process which lost a partition wrote into it shows in two ways: as a version that is there twice, and as an audit
event whose actor was not the owner.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.findings import Finding
from tests.chaos.checker.fold import compacted_below, problems, replay, versions_of
from tests.chaos.checker.metric_pages import samples
from tests.chaos.checker.records import AUDIT_INGRESS, AUDIT_POSTER, FETCHES, INVOICES, Record

PROMISE = "6 the ledgers are whole and written by their owners"
LEDGERS: Mapping[str, str] = {FETCHES: "ingress-documents", INVOICES: "voucher-poster"}
AUDITS: Mapping[str, str] = {FETCHES: AUDIT_INGRESS, INVOICES: AUDIT_POSTER}
DEPTH, OWNED = "apstream_ledger_entries", "apstream_ledger_partitions_owned"


def check(evidence: Evidence, *, at_rest: bool) -> Iterator[Finding]:
    """At any moment; what the owners hold is compared at rest."""
    for ledger, service in LEDGERS.items():
        for partition in _by_partition(evidence.log.of(ledger)).values():
            yield from _versions(partition)
        for partition in _by_partition(evidence.log.of(AUDITS[ledger])).values():
            yield from _owners(partition)
        if at_rest:
            yield from _held(evidence, ledger, service)


def _versions(records: Sequence[Record]) -> Iterator[Finding]:
    below = compacted_below(records)
    connections = {each.key: each.value["connection_id"] for each in records if not each.kind}
    for key, versions in versions_of(records).items():
        for problem in problems(versions, compacted_below=below):
            words = f"{records[0].topic}/{records[0].partition}: {problem}"
            yield Finding(promise=PROMISE, connection=connections[key], record=key, words=words)


def _owners(records: Sequence[Record]) -> Iterator[Finding]:
    """Whoever wrote an audit event had written the last owner record before it."""
    owner: str | None = None
    for record in records:
        if record.kind == "owner":
            owner = record.value["instance"]
        elif not record.kind and owner is not None and record.value["actor"] != owner:
            words = (
                f"audit event {record.value['action']!r} at {record.place} is by {record.value['actor']},"
                f" the owner was {owner}"
            )
            yield Finding(
                promise=PROMISE,
                connection=record.value["connection_id"],
                record=record.value["record"],
                words=words,
            )


def _held(evidence: Evidence, ledger: str, service: str) -> Iterator[Finding]:
    """The gauges of all owners together against a replay of the topic from its beginning; not while one of them tells
    nothing, or a partition is on its way between them.
    """
    names = [each for each in evidence.processes if each.startswith(service)]
    if any(each not in evidence.metrics for each in names):
        return
    owned = sum(value for name in names for _, value in samples(evidence.metrics[name], OWNED))
    if owned != evidence.log.partitions(ledger):
        return
    held: Counter[tuple[str, str]] = Counter()
    for name in names:
        for labels, value in samples(evidence.metrics[name], DEPTH):
            held[labels["connection"], labels["phase"]] += int(value)
    counted: Counter[tuple[str, str]] = Counter()
    for records in _by_partition(evidence.log.of(ledger)).values():
        entries = {each.offset: each.value for each in records}
        for versions in versions_of(records).values():
            for version in replay(versions).values():
                entry = entries[version.offset]
                counted[entry["connection_id"], entry["phase"]] += 1
    for place in sorted(held.keys() | counted.keys()):
        if held[place] != counted[place]:
            words = f"{service} holds {held[place]} entries {place[1]}, a replay of {ledger} {counted[place]}"
            yield Finding(promise=PROMISE, connection=place[0], record=ledger, words=words)


def _by_partition(records: Sequence[Record]) -> Mapping[int, Sequence[Record]]:
    found: defaultdict[int, list[Record]] = defaultdict(list)
    for record in records:
        found[record.partition].append(record)
    return found
