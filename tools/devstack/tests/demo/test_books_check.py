"""The books agree only if sums, vouchers and invoices do; nobody's voucher and a voucher twice are found."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from devstack.demo.books_check import check_books, written
from devstack.demo.evidence import Evidence
from devstack.scenario import Case

MakeEvidence = Callable[..., Evidence]


def _voucher(evidence: Evidence, **changes: str) -> dict[str, Any]:
    return {**evidence.vouchers[0], **changes}


def test_books_that_agree(make_evidence: MakeEvidence) -> None:
    evidence = make_evidence()
    by_hand = _voucher(evidence, VOUCHER_ID="00900001", created_by="CLERK1", GROSS_AMT="7")
    gone = _voucher(evidence, VOUCHER_ID="00000002", ENTRY_STATUS="X")
    books = check_books("acme", [evidence], [*evidence.vouchers, by_hand, gone])
    assert (books.problems, books.twice) == ([], [])
    assert (books.invoices, books.vouchers, books.vouchered) == (1, 1, {"USD": Decimal(100)})


def test_a_voucher_of_no_invoice_is_found(make_evidence: MakeEvidence) -> None:
    evidence = make_evidence()
    stray = _voucher(evidence, VOUCHER_ID="00000002", INVOICE_ID="A-2")
    books = check_books("acme", [evidence], [*evidence.vouchers, stray])
    assert "voucher US001/00000002 (A-2) belongs to 0 invoices" in books.problems
    assert "invoices make USD 100, vouchers USD 200.00" in books.problems
    assert not books.twice


def test_one_invoice_in_two_live_vouchers_is_found(make_evidence: MakeEvidence) -> None:
    evidence = make_evidence()
    books = check_books("acme", [evidence], [*evidence.vouchers, _voucher(evidence, VOUCHER_ID="00000002")])
    assert [problem for problem in books.twice if problem.startswith("2 live vouchers are the same invoice")]
    assert set(books.twice) <= set(books.problems)


def test_a_voucher_of_two_invoices_is_found(make_evidence: MakeEvidence, case: Case) -> None:
    evidence = make_evidence()
    books = check_books("acme", [evidence, make_evidence(of=replace(case, key="A-2"))], evidence.vouchers)
    assert "voucher US001/00000001 (A-1) belongs to 2 invoices" in books.problems


def test_a_credit_note_written_with_positive_sums_counts_as_negative(make_evidence: MakeEvidence) -> None:
    evidence = make_evidence()
    document = {**evidence.document["document"], "invoiceTypeCode": "CR"}
    credit = make_evidence(document=document)
    books = check_books("acme", [credit], [_voucher(evidence, GROSS_AMT="-100.00")])
    assert books.problems == []


def test_sums_are_written_by_currency() -> None:
    assert written({"USD": Decimal("1234.50"), "JPY": Decimal(48000)}) == "JPY 48,000, USD 1,234.50"
    assert written({}) == "nothing"
