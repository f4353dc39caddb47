"""At rest what clerks see of payments in Basware is what PeopleSoft's book says."""

from collections.abc import Iterator

from tests.chaos.checker.evidence import Case, Evidence
from tests.chaos.checker.expected_payments import differences
from tests.chaos.checker.findings import Finding
from tests.chaos.checker.records import Json

PROMISE = "9 payments in Basware equal PeopleSoft's"
AT_REST = ("confirmed", "paid")


def check(evidence: Evidence, *, at_rest: bool) -> Iterator[Finding]:
    """At rest only, of invoices whose voucher is confirmed: what waits for a person is that person's."""
    for case in evidence.cases if at_rest else ():
        if not case.connection.payments:
            continue
        rows = {each["invoiceId"]: each for each in case.books.paid}
        for invoice_id, entry in case.invoices.items():
            row, page = rows.get(invoice_id), _page(case, entry)
            payment = entry["body"]["payment"]
            if entry["phase"] != "final" or entry["step"] not in AT_REST or row is None or page is None:
                continue
            if payment is not None and payment["given_up"] is not None:
                continue
            yield from _of_invoice(case, entry, row, page)


def _of_invoice(case: Case, entry: Json, row: Json, page: Json) -> Iterator[Finding]:
    invoice_id = entry["body"]["invoice_id"]
    voucher = f"{page['BUSINESS_UNIT']}/{page['VOUCHER_ID']}"
    for difference in differences(row, page, today=case.books.now.date()):
        yield _finding(case, invoice_id, f"{row['invoiceNumber']}, voucher {voucher}: {difference}")
    step = "paid" if page["summary"]["ended"] else "confirmed"
    if entry["body"]["payment"] is not None and entry["step"] != step:
        words = f"the ledger calls it {entry['step']}, by the book of voucher {voucher} it is {step}"
        yield _finding(case, invoice_id, words)


def _page(case: Case, entry: Json) -> Json | None:
    """The book's page of the voucher that stands for the invoice; none for one that was deleted."""
    voucher = entry["body"]["voucher"]
    if voucher is None:
        return None
    page = case.books.pages.get((voucher["business_unit"], voucher["voucher_id"]))
    return page if page is not None and page["ENTRY_STATUS"] != "X" else None


def _finding(case: Case, record: str, words: str) -> Finding:
    return Finding(promise=PROMISE, connection=case.connection.id, record=record, words=words)
