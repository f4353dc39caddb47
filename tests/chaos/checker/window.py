"""The one window that cannot be closed: a create sent by a process that was frozen between its last check and the send.

Exempt are findings about exactly those invoices for which the history names a fault with "window" in its name, by id
or number in its `record`, AND of which the audit has an event that says `alert`. A second voucher that nobody noticed
is not exempt, whatever froze (docs/decisions/0005).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from .evidence import Case, Evidence
from .findings import Finding, Weight
from .history import Operation, faults
from .promises import one_at_a_time, one_voucher, started

PROMISE = "12 the window that cannot be closed is noticed"
WINDOWED = (one_voucher.PROMISE, one_at_a_time.PROMISE, started.PROMISE)


def excused(evidence: Evidence, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, those that are exempt marked as such."""
    hit = {
        (case.connection.id, invoice_id): alerted(case, invoice_id)
        for case in evidence.cases
        for invoice_id in _hit(evidence, case)
    }
    for finding in findings:
        known = hit.get((finding.connection, finding.record))
        if finding.promise not in WINDOWED or known is None:
            yield finding
        elif known:
            words = f"{finding.words}; frozen in the window, detected and alerted"
            yield replace(finding, words=words, weight=Weight.EXEMPT)
        else:
            yield replace(finding, words=f"{finding.words}; frozen in the window, and no alert in the audit")


def noticed(evidence: Evidence) -> Iterator[Finding]:
    """Each invoice that the window hit, once: exempt where the audit has its alert, and a broken promise else."""
    for case in evidence.cases:
        for invoice_id, fault in _hit(evidence, case).items():
            alert = alerted(case, invoice_id)
            said = "and it was detected and alerted" if alert else "and no alert is in the audit"
            yield Finding(
                promise=PROMISE,
                connection=case.connection.id,
                record=invoice_id,
                words=f"{fault.name} at {fault.at:%H:%M:%S}, {said}",
                weight=Weight.EXEMPT if alert else Weight.BROKEN,
            )


def alerted(case: Case, invoice_id: str) -> bool:
    """Whether the audit has an alert about an invoice."""
    return any(each.value["detail"].get("alert") for each in case.events.get(case.key(invoice_id), ()))


def _hit(evidence: Evidence, case: Case) -> Mapping[str, Operation]:
    """The invoices that a fault in the window hit."""
    named = {
        fault.record: fault
        for fault in faults(evidence.operations, "window")
        if fault.record and fault.connection in ("", case.connection.id)
    }
    found = {}
    for invoice_id, document in case.documents.items():
        fault = named.get(invoice_id) or named.get(document["invoiceNumber"])
        if fault is not None:
            found[invoice_id] = fault
    return found
