"""Acknowledge before create before transfer response before payment response, by the vendors' clocks alone."""

from collections import Counter
from collections.abc import Iterator

from tests.chaos.checker.books import instant
from tests.chaos.checker.evidence import Case, Evidence
from tests.chaos.checker.findings import Finding
from tests.chaos.checker.records import DOCUMENTS, INVOICES, Json

PROMISE = "3 order"
PAYABLE = ("Transferred", "Paid")


def check(evidence: Evidence, *, at_rest: bool) -> Iterator[Finding]:
    """At any moment; a rest adds nothing."""
    for case in evidence.cases:
        ours = {
            (each["BUSINESS_UNIT"], each["VOUCHER_ID"]): each
            for each in case.books.vouchers
            if each["created_by"] == case.connection.operator
        }
        for invoice_id, document in case.documents.items():
            made = [ours[keys] for keys in _ever_had(case, invoice_id) if keys in ours]
            yield from _of_invoice(case, document, made)
        yield from _fetch_numbers(case)


def _of_invoice(case: Case, document: Json, made: list[Json]) -> Iterator[Finding]:
    acknowledged = [
        instant(each["at"]) for each in document["history"] if each["event"].startswith("acknowledged")
    ]
    for voucher in made:
        created = instant(voucher["created_at"])
        if not any(each <= created for each in acknowledged):
            first = min(acknowledged, default=None)
            words = f"voucher {voucher['VOUCHER_ID']} was made at {created}, acknowledged first at {first}"
            yield _finding(case, document, words)
    for response in document["responses"]:
        yield from _of_response(case, document, response, made)


def _of_response(case: Case, document: Json, response: Json, made: list[Json]) -> Iterator[Finding]:
    accepted, body = instant(response["accepted"]), response["body"]
    if response["kind"] == "TransferResponse" and body["success"]:
        told = body.get("voucherNumber1")
        for voucher in made:
            # Basware's instants are cut to milliseconds.
            created = instant(voucher["created_at"]).replace(microsecond=0)
            if voucher["VOUCHER_ID"] == told and accepted < created:
                yield _finding(
                    case, document, f"voucher {told} was reported at {accepted}, made at {created}"
                )
    if response["kind"] == "PaymentResponse":
        before = [each["status"] for each in document["history"] if instant(each["at"]) <= accepted]
        if before and not any(each in PAYABLE for each in before):
            words = f"a payment was told at {accepted}, before the invoice was transferred"
            yield _finding(case, document, words)


def _ever_had(case: Case, invoice_id: str) -> set[tuple[str, str]]:
    """The vouchers that the ledger ever had for an invoice."""
    versions = case.versions(INVOICES).get(case.key(invoice_id), ())
    found = (each.value["body"]["voucher"] for each in versions)
    return {(each["business_unit"], each["voucher_id"]) for each in found if each is not None}


def _fetch_numbers(case: Case) -> Iterator[Finding]:
    reached: Counter[str] = Counter()
    for record in case.of(DOCUMENTS):
        invoice_id, number = record.value["invoice_id"], record.value["fetch_number"]
        if number != reached[invoice_id] + 1:
            words = f"fetch {number} at {record.place} comes after fetch {reached[invoice_id]}"
            yield Finding(promise=PROMISE, connection=case.connection.id, record=invoice_id, words=words)
        reached[invoice_id] = max(reached[invoice_id], number)


def _finding(case: Case, document: Json, words: str) -> Finding:
    return Finding(promise=PROMISE, connection=case.connection.id, record=document["invoiceId"], words=words)
