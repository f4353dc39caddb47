"""Never two calls at once on one record of Basware's or one invoice in PeopleSoft; writes keep the spacing.

Exempt, and named as such:

- a process that was frozen, or cut off from Kafka, while its successor took over may send one more write that is
  harmless to repeat before it learns that it was fenced (docs/decisions/0005, "a false alarm that remains"): two writes
  with different access tokens, hence of different processes, while the history names such a fault of the driver's;
- on a line that was half open nobody sees that the caller has left, and what was held comes late: two calls at once
  while the history names a half-open line. The spacing has no such excuse.

Not a finding: a response to a document that was acknowledged, and that a person then transferred again while its
invoice was on its way. Nobody can prevent that, and Basware takes the response.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from tests.chaos.checker.books import instant
from tests.chaos.checker.evidence import Case, Evidence
from tests.chaos.checker.findings import Finding, Weight
from tests.chaos.checker.history import Operation, faults
from tests.chaos.checker.intervals import Interval, during, overlaps, too_close
from tests.chaos.checker.natural_keys import NaturalKey, key_of_call, owners
from tests.chaos.checker.records import Json

Pair = tuple[Interval, Interval]
PROMISE = "4 never two calls at once, and writes keep their spacing"
TOLERANCE = timedelta(milliseconds=50)
"""Calls take so long on their way, more or less."""
ZOMBIES = (
    "stop",
    "freez",
    "frozen",
    "zombie",
    "cut",
    "half-open",
    "half open",
    "away",
    "instance",
    "delay",
    "broker",
)
"""Names of faults that leave two processes which both hold themselves for the owner."""
TRANSFERRED_AGAIN = ("correct", "retransfer")
"""Operations of a person after which a document waits to be acknowledged once more."""
HELD = ("half open", "half-open")
"""Names of faults under which a call may be carried out long after its caller has left."""
BEFORE, AFTER = 1.0, 15.0
"""Seconds around such a fault in which a process may wake up."""


def check(evidence: Evidence, *, at_rest: bool) -> Iterator[Finding]:
    """At any moment; a rest adds nothing."""
    for case in evidence.cases:
        yield from _basware(evidence, case)
        yield from _peoplesoft(evidence, case)
        yield from _rules_of_basware(evidence, case)


def _basware(evidence: Evidence, case: Case) -> Iterator[Finding]:
    writes: defaultdict[str, list[Interval]] = defaultdict(list)
    for write in case.books.writes:
        if write["invoice_id"] in case.documents:
            writes[write["invoice_id"]].append(_write(write))
    spacing = timedelta(seconds=case.connection.spacing)
    for invoice_id, calls in writes.items():
        for one, other in overlaps(calls):
            words = f"{_said(other)} while {_said(one)} was not over"
            found = _of_writes(evidence, case, invoice_id, (one, other), words)
            yield found if found.weight is Weight.EXEMPT else _held(evidence, found, (one, other))
        for one, other in too_close(calls, spacing=spacing, tolerance=TOLERANCE):
            gap = (other.begin - one.begin).total_seconds()
            words = f"{_said(other)} only {gap:.3f} s after {_said(one)}; the spacing is {case.connection.spacing} s"
            yield _of_writes(evidence, case, invoice_id, (one, other), words)


def _write(write: Json) -> Interval:
    """A caller that hung up is not waiting any more; when it did nobody knows."""
    begin = instant(write["arrived"])
    over = write["hung_up"] or write["ended"] is None
    return Interval(
        name=write["operation"],
        begin=begin,
        end=begin if over else instant(write["ended"]),
        caller=write["caller"],
        effect=write["effect"],
    )


def _of_writes(evidence: Evidence, case: Case, invoice_id: str, pair: Pair, words: str) -> Finding:
    weight = Weight.BROKEN
    cause = _two_owners(evidence, pair)
    if cause is not None:
        weight = Weight.EXEMPT
        words += f"; two processes, during the fault {cause.name!r} (0005: a zombie's harmless repeat)"
    return Finding(
        promise=PROMISE, connection=case.connection.id, record=invoice_id, words=words, weight=weight
    )


def _two_owners(evidence: Evidence, pair: Pair) -> Operation | None:
    """The fault under which the two writes came from two processes; none if one process made both."""
    return None if pair[0].caller == pair[1].caller else _during(evidence, pair, *ZOMBIES)


def _held(evidence: Evidence, finding: Finding, pair: Pair) -> Finding:
    """Exempt where the line was half open at one of the two calls."""
    fault = _during(evidence, pair, *HELD)
    if fault is None:
        return finding
    words = f"{finding.words}; during the fault {fault.name!r}: its caller may have left long before"
    return replace(finding, words=words, weight=Weight.EXEMPT)


def _during(evidence: Evidence, pair: Pair, *words: str) -> Operation | None:
    """The driver's fault of such a name at the time of one of two calls. A vendor's fault names its connection."""
    for fault in faults(evidence.operations, *words):
        if not fault.connection and any(
            fault.covers(each.begin, before=BEFORE, after=AFTER) for each in pair
        ):
            return fault
    return None


def _peoplesoft(evidence: Evidence, case: Case) -> Iterator[Finding]:
    """A create or a search that came in while a create of the same natural key was not answered: what such a search
    finds proves nothing. A create beside a search that somebody gave up is harmless, and so is a search where several
    documents have the number: it may be the other one's, who asks again after the create. What a fault held up counts
    from when it came in only: the caller may have left long before it was carried out, and waits for the settle time.
    """
    calls: defaultdict[NaturalKey, list[Interval]] = defaultdict(list)
    for call in case.books.calls:
        if call["operation"] in ("create", "find") and call["operator"] == case.connection.operator:
            begin = instant(call["received_at"])
            over = call["fault"] is not None or call["answered_at"] is None
            end = begin if over else instant(call["answered_at"])
            calls[key_of_call(call)].append(
                Interval(name=call["operation"], begin=begin, end=end, about=call["request"])
            )
    owning, having = owners(case), _by_number(case)
    for key, of_key in calls.items():
        creates = [each for each in of_key if each.name == "create"]
        owned = owning.get(key, [])
        is_shared = len({*owned, *having.get(key[2], ())}) > 1
        for one, other in during(creates, creates if is_shared else of_key):
            invoice = next(iter(owned), "/".join(key))
            words = (
                f"PeopleSoft got {other.name} (request {other.about}) at {other.begin:%H:%M:%S.%f}"
                f" while {one.name} (request {one.about}) of {'/'.join(key)} was not answered"
            )
            found = Finding(promise=PROMISE, connection=case.connection.id, record=invoice, words=words)
            yield _held(evidence, found, (one, other))


def _by_number(case: Case) -> Mapping[str, set[str]]:
    """By number, the documents that have it, or ever had it in the ledger."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for invoice_id, document in case.documents.items():
        found[document["invoiceNumber"]].add(invoice_id)
    for invoice_id, entry in case.invoices.items():
        found[entry["body"].get("invoice_number", "")].add(invoice_id)
    return found


def _rules_of_basware(evidence: Evidence, case: Case) -> Iterator[Finding]:
    """What Basware's own book calls a broken rule; what the log of writes shows better is left to that."""
    seen_better = ("calls_in_flight_at_once", "writes_within_one_second")
    for violation in case.books.violations:
        if violation["rule"] in seen_better and case.books.writes:
            continue
        if violation["rule"] == "response_before_acknowledge" and _transferred_again(
            evidence, case, violation
        ):
            continue
        words = f"Basware noted {violation['rule']} at {violation['at']}: {violation['detail']}"
        record = violation["invoice_id"] or violation["api"]
        yield Finding(promise=PROMISE, connection=case.connection.id, record=record, words=words)


def _transferred_again(evidence: Evidence, case: Case, violation: Json) -> bool:
    """Whether the document had been acknowledged, and was transferred again between that and the response."""
    taken = [
        instant(each["arrived"])
        for each in case.books.writes
        if each["invoice_id"] == violation["invoice_id"]
        and each["operation"] == "acknowledge"
        and each["effect"]
        and instant(each["arrived"]) < instant(violation["at"])
    ]
    return bool(taken) and any(
        each.record == violation["invoice_id"] and max(taken) < (each.ended_at or each.at)
        for each in evidence.operations
        if each.kind in TRANSFERRED_AGAIN and each.at < instant(violation["at"])
    )


def _said(call: Interval) -> str:
    return f"{call.name} of {call.begin:%H:%M:%S.%f} (token {call.caller[:8]})"
