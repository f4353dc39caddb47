"""What Basware was told is taken is taken: each accepted webhook is on the topic, each invoice comes to an end."""

from collections.abc import Iterator
from functools import partial

from tests.chaos.checker.endings import ending, fetch_ending, fetches
from tests.chaos.checker.evidence import Case, Evidence
from tests.chaos.checker.findings import Finding, Weight
from tests.chaos.checker.records import DOCUMENTS, NOTIFICATIONS, Json

PROMISE = "1 nothing accepted is lost, and everything ends"
WAITING = "WaitingForTransfer"
_lost = partial(Finding, promise=PROMISE, weight=Weight.LOST)


def check(evidence: Evidence, *, at_rest: bool) -> Iterator[Finding]:
    """Answered 200 means durable, at any moment; that all has ended, at rest."""
    for case in evidence.cases:
        yield from _answered(case)
        if at_rest:
            yield from _fetched(evidence, case)
            yield from _taken_in(case)
            yield from _ended(evidence, case)
            yield from _offered(case)


def _answered(case: Case) -> Iterator[Finding]:
    published = {each.value["task_id"] for each in case.of(NOTIFICATIONS)}
    address = f"/webhooks/{case.connection.id}"
    for document in case.books.documents:
        for task in document["notifications"]:
            answered = any(each["status"] == 200 for each in task["attempts"])
            if answered and task["url"].endswith(address) and task["task_id"] not in published:
                words = f"webhook {task['task_id']} was answered 200 and is not on {NOTIFICATIONS}"
                yield _finding(case, document["invoiceId"], words)


def _fetched(evidence: Evidence, case: Case) -> Iterator[Finding]:
    known = fetches(case)
    for record in case.of(NOTIFICATIONS):
        if record.value["document_id"] not in known:
            words = f"notified at {record.place} and not in ledger.documents"
            yield _finding(case, record.value["document_id"], words)
    for invoice_id, entry in known.items():
        problem = fetch_ending(case, entry, now=evidence.at).problem
        if problem:
            yield _finding(case, invoice_id, f"fetching: {problem} (ledger.documents, {entry['key']})")


def _taken_in(case: Case) -> Iterator[Finding]:
    """What was published as offered is known to the poster."""
    for record in case.of(DOCUMENTS):
        offered = record.value.get("processing_status") == WAITING
        if offered and record.value["invoice_id"] not in case.invoices:
            yield _finding(case, record.value["invoice_id"], f"published at {record.place}, not taken in")


def _ended(evidence: Evidence, case: Case) -> Iterator[Finding]:
    for invoice_id, entry in case.invoices.items():
        problem = ending(case, entry, now=evidence.at).problem
        if problem:
            yield _finding(case, invoice_id, f"{problem} (peoplesoft.vouchers, {entry['key']})")


def _offered(case: Case) -> Iterator[Finding]:
    """What Basware still offers, or awaits an answer to, is with us and not at its end."""
    known = fetches(case)
    for invoice_id, document in case.documents.items():
        entry = case.invoices.get(invoice_id)
        if document["deleted"]:
            continue
        if document["status"] == WAITING and entry is None:
            if known.get(invoice_id, {}).get("phase") != "parked":
                yield _finding(
                    case, invoice_id, "Basware offers it and nobody took it in: the sweep missed it"
                )
        elif document["status"] in (WAITING, "TransferInProgress") and _is_over(entry, document["status"]):
            words = f"Basware has it {document['status']}, the ledger calls it {entry and entry['step']}"
            yield _finding(case, invoice_id, words)


def _is_over(entry: Json | None, status: str) -> bool:
    """Ended as something that Basware must have been told of, or as withdrawn while it is offered."""
    ends = ("confirmed", "paid", "returned", *(("withdrawn",) if status == WAITING else ()))
    return entry is not None and entry["phase"] == "final" and entry["step"] in ends


def _finding(case: Case, record: str, words: str) -> Finding:
    return _lost(connection=case.connection.id, record=record, words=words)
