"""The audit: each event once, none ahead of its ledger, each transition told, and each fact with its transaction."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tests.chaos.checker.evidence import Case, Evidence
from tests.chaos.checker.findings import Finding, Weight
from tests.chaos.checker.records import (
    AUDIT_INGRESS,
    AUDIT_POSTER,
    DOCUMENTS,
    FETCHES,
    INVOICES,
    Json,
    Record,
)

PROMISE = "6c everything done is in the audit, once"
AUDITS: Mapping[str, str] = {FETCHES: AUDIT_INGRESS, INVOICES: AUDIT_POSTER}


def check(evidence: Evidence, *, at_rest: bool) -> Iterator[Finding]:
    """At rest only: the topics are read one after the other, and what was committed in between is in some of them."""
    if not at_rest:
        return
    for case in evidence.cases:
        for ledger, audit in AUDITS.items():
            yield from _once(case, audit)
            events = _by_record(case.of(audit))
            yield from _ahead(case, ledger, events)
            yield from _transitions(case, ledger, events)
        yield from _published(case)


def _once(case: Case, audit: str) -> Iterator[Finding]:
    times = Counter(each.value["event_id"] for each in case.of(audit))
    for record in case.of(audit):
        event = record.value["event_id"]
        if times[event] > 1 or record.key != event:
            words = (
                f"event {event} ({record.value['action']}) at {record.place} is there {times[event]} times"
            )
            yield _finding(case, record.value["record"], words)


def _ahead(case: Case, ledger: str, events: Mapping[str, Sequence[Json]]) -> Iterator[Finding]:
    latest = case.latest(ledger)
    for key, of_record in events.items():
        told = max(each["sequence"] for each in of_record)
        held = latest[key]["sequence"] if key in latest else 0
        if told > held:
            yield _finding(case, key, f"the audit knows version {told}, {ledger} has {held}")


def _transitions(case: Case, ledger: str, events: Mapping[str, Sequence[Json]]) -> Iterator[Finding]:
    """An entry that comes into another phase or step does so with an event."""
    for key, versions in case.versions(ledger).items():
        told = {each["sequence"] for each in events.get(key, ())}
        before: Json | None = None
        for version in versions:
            entry = version.value
            moved = before is None or _stands(entry) != _stands(before)
            if moved and entry["sequence"] not in told and (before is not None or entry["sequence"] == 1):
                words = (
                    f"version {entry['sequence']} at {version.place} ({_stands(entry)}) has no audit event"
                )
                yield _finding(case, key, words)
            before = entry


def _stands(entry: Json) -> tuple[str, str]:
    return entry["phase"], entry["step"]


def _published(case: Case) -> Iterator[Finding]:
    """A fetch on the topic is one that the ledger has, and the other way round."""
    latest = case.latest(FETCHES)
    told = {
        (each.value["record"], each.value["detail"].get("fetch"))
        for each in case.of(AUDIT_INGRESS)
        if each.value["action"] == "published"
    }
    there: defaultdict[str, set[int]] = defaultdict(set)
    for record in case.of(DOCUMENTS):
        key, number = case.key(record.value["invoice_id"]), record.value["fetch_number"]
        there[key].add(number)
        known = latest[key]["body"]["fetch_number"] if key in latest else 0
        if number > known or (key, str(number)) not in told:
            words = (
                f"{record.place} has fetch {number}, ledger.documents has {known} and the audit not that one"
            )
            yield _finding(case, record.value["invoice_id"], words)
    for key, entry in latest.items():
        missing = set(range(1, entry["body"]["fetch_number"] + 1)) - there[key]
        if missing:
            words = f"ledger.documents has fetch {entry['body']['fetch_number']}, {sorted(missing)} not on {DOCUMENTS}"
            yield _finding(case, entry["body"]["invoice_id"], words, weight=Weight.LOST)


def _by_record(records: Sequence[Record]) -> Mapping[str, Sequence[Json]]:
    found: defaultdict[str, list[Json]] = defaultdict(list)
    for record in records:
        found[record.value["record"]].append(record.value)
    return found


def _finding(case: Case, record: str, words: str, *, weight: Weight = Weight.BROKEN) -> Finding:
    return Finding(promise=PROMISE, connection=case.connection.id, record=record, words=words, weight=weight)
