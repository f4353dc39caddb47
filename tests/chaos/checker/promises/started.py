"""No create reaches PeopleSoft without a committed `started` of its own, and none outside of it.

The count needs no clock; what compaction took of the ledger the audit still tells. The instants compare PeopleSoft's
clock with that of the process that wrote the entry, so they are not judged while the driver's history names a fault of
a clock.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta

from tests.chaos.checker.books import instant
from tests.chaos.checker.evidence import Case, Evidence
from tests.chaos.checker.findings import Finding, Weight
from tests.chaos.checker.history import faults
from tests.chaos.checker.natural_keys import NaturalKey, audited_starts, key_of_call, starts
from tests.chaos.checker.records import INVOICES, Json, Record

PROMISE = "5 every create was committed as started before"
TOLERANCE = timedelta(seconds=1)
UNDECIDED = ("started", "in_doubt")


def check(evidence: Evidence, *, at_rest: bool) -> Iterator[Finding]:
    """At any moment: the books were read before the topics, so a create that they show was started there."""
    clocks = faults(evidence.operations, "clock")
    for case in evidence.cases:
        begun, audited = starts(case), audited_starts(case)
        creates: dict[NaturalKey, list[Json]] = {}
        for call in case.books.calls:
            if call["operation"] == "create" and call["operator"] == case.connection.operator:
                creates.setdefault(key_of_call(call), []).append(call)
        for key, calls in creates.items():
            of_key, told = begun.get(key, {}), audited.get(key, Counter())
            yield from _counted(case, key, calls, of_key, told)
            if not clocks and not _compacted(case, {*map(case.key, of_key), *told}):
                yield from _in_time(case, key, calls, of_key)


def _counted(
    case: Case, key: NaturalKey, calls: list[Json], begun: Mapping[str, list[Record]], told: Counter[str]
) -> Iterator[Finding]:
    committed = max(sum(map(len, begun.values())), told.total())
    if len(calls) > committed:
        words = (
            f"{len(calls)} creates of {'/'.join(key)} reached PeopleSoft (requests"
            f" {', '.join(str(each['request']) for each in calls)}), {committed} were committed as started"
        )
        yield _finding(case, begun, key, words, weight=Weight.TWICE)


def _in_time(
    case: Case, key: NaturalKey, calls: list[Json], begun: Mapping[str, list[Record]]
) -> Iterator[Finding]:
    """Each create lies in a span of its own, from a start to the entry that decides about it."""
    spans = [span for versions in begun.values() for each in versions for span in [_span(case, each)]]
    for call in sorted(calls, key=lambda each: instant(each["received_at"])):
        at = instant(call["received_at"])
        fitting = [each for each in spans if each[0] - TOLERANCE <= at <= each[1] + TOLERANCE]
        if not fitting:
            words = f"create of {'/'.join(key)} (request {call['request']}) at {at} lies in no start of it"
            yield _finding(case, begun, key, words)
        else:
            spans.remove(min(fitting, key=lambda each: each[1]))


def _span(case: Case, start: Record) -> tuple[datetime, datetime]:
    """From the start until the first later version that is neither started nor in doubt."""
    mark = start.value["started"]["at"]
    later = [each for each in case.versions(INVOICES)[start.key] if each.offset > start.offset]
    decided = (
        each.written
        for each in later
        if each.value["phase"] not in UNDECIDED or each.value["started"]["at"] != mark
    )
    return mark, next(decided, datetime.max.replace(tzinfo=mark.tzinfo) - TOLERANCE)


def _compacted(case: Case, records: Collection[str]) -> bool:
    """Whether compaction took older versions of one of these invoices away, and perhaps their starts with them."""
    versions = case.versions(INVOICES)
    return any(versions[each][0].value["sequence"] > 1 for each in records if each in versions)


def _finding(
    case: Case,
    begun: Mapping[str, list[Record]],
    key: NaturalKey,
    words: str,
    *,
    weight: Weight = Weight.BROKEN,
) -> Finding:
    record = next(iter(begun), "/".join(key))
    return Finding(promise=PROMISE, connection=case.connection.id, record=record, words=words, weight=weight)
