"""The one window that cannot be closed: a create sent by a process that was frozen between its last check and the send.

Exempt are findings about exactly those invoices for which the history names a fault with "window" in its name, by id
or number in its `record`, AND of which the audit has an event that says `alert`. A second voucher that nobody noticed
is not exempt, whatever froze (docs/decisions/0005).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from .evidence import Case, Evidence
from .findings import Finding, Weight
from .history import faults
from .promises import one_at_a_time, one_voucher, started

WINDOWED = (one_voucher.PROMISE, one_at_a_time.PROMISE, started.PROMISE)


def excused(evidence: Evidence, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, those exempt marked as such, with what is missing where the history names the fault alone."""
    named = {case.connection.id: _named(evidence, case) for case in evidence.cases}
    cases = {case.connection.id: case for case in evidence.cases}
    for finding in findings:
        if finding.promise not in WINDOWED or finding.record not in named.get(finding.connection, set()):
            yield finding
        elif alerted(cases[finding.connection], finding.record):
            words = f"{finding.words}; frozen in the window, detected and alerted"
            yield replace(finding, words=words, weight=Weight.EXEMPT)
        else:
            yield replace(finding, words=f"{finding.words}; frozen in the window, and no alert in the audit")


def alerted(case: Case, invoice_id: str) -> bool:
    """Whether the audit has an alert about an invoice."""
    return any(each.value["detail"].get("alert") for each in case.events.get(case.key(invoice_id), ()))


def _named(evidence: Evidence, case: Case) -> set[str]:
    """The invoices that a fault in the window hit."""
    hit = {each.record for each in faults(evidence.operations, "window") if each.record}
    return {
        invoice_id
        for invoice_id, document in case.documents.items()
        if invoice_id in hit or document["invoiceNumber"] in hit
    }
