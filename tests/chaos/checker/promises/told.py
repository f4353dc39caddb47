"""At rest Basware shows what the ledger says: the voucher's number of what is posted, failed of what was returned."""

from collections.abc import Iterator

from tests.chaos.checker.endings import POSTED
from tests.chaos.checker.evidence import Case, Evidence
from tests.chaos.checker.findings import Finding
from tests.chaos.checker.records import Json

PROMISE = "1b Basware was told what came of it"
LONGEST_MESSAGE = 250
BY_OTHERS = ("status set in P2P", "deleted")
"""What people do in Basware; what it shows after that is theirs."""


def check(evidence: Evidence, *, at_rest: bool) -> Iterator[Finding]:
    """Messages have their length at any moment."""
    for case in evidence.cases:
        for invoice_id, document in case.documents.items():
            yield from _messages(case, document)
            entry = case.invoices.get(invoice_id)
            if at_rest and entry is not None and document["history"][-1]["event"] not in BY_OTHERS:
                yield from _outcome(case, entry, document)


def _messages(case: Case, document: Json) -> Iterator[Finding]:
    for response in document["responses"]:
        message = response["body"].get("responseMessage")
        if message is not None and not 1 <= len(message) <= LONGEST_MESSAGE:
            words = f"response {response['request_id']} has a message of {len(message)} characters"
            yield _finding(case, document, words)


def _outcome(case: Case, entry: Json, document: Json) -> Iterator[Finding]:
    if entry["phase"] != "final":
        return
    voucher, status = entry["body"]["voucher"], document["status"]
    number = document["voucherNumber1"]
    if entry["step"] in POSTED and (
        voucher is None or status not in ("Transferred", "Paid") or number != voucher["voucher_id"]
    ):
        made = voucher and voucher["voucher_id"]
        yield _finding(case, document, f"{entry['step']} with voucher {made}, Basware has {status} {number}")
    if entry["step"] == "returned" and (voucher is not None or status != "TransferFailed"):
        yield _finding(
            case, document, f"returned, Basware has {status}; its voucher in the ledger: {voucher}"
        )


def _finding(case: Case, document: Json, words: str) -> Finding:
    return Finding(promise=PROMISE, connection=case.connection.id, record=document["invoiceId"], words=words)
