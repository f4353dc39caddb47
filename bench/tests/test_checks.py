"""The benchmark fails when an invoice is lost, doubled or told wrongly: its times would mean nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bench.books import Books, first_steps
from bench.load import Invoice, Sent

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SENT = Sent(
    invoice=Invoice(connection="bench-1", node="BENCH1", id="f00", number="2026/1", document="{}"),
    at=AT,
    answered_after=0.01,
    status=200,
)
DOCUMENT = {
    "tenant": "bench-1",
    "invoiceId": "f00",
    "status": "Transferred",
    "voucherNumber1": "00036313",
    "stored_responses": 1,
}
VOUCHER = {"node": "BENCH1", "INVOICE_ID": "2026/1", "VOUCHER_ID": "00036313", "created_at": AT.isoformat()}
GOOD = Books(documents=[DOCUMENT], violations=[], vouchers=[VOUCHER])


def having(document: Mapping[str, Any]) -> Books:
    return replace(GOOD, documents=[{**DOCUMENT, **document}])


def test_one_invoice_with_one_voucher_that_basware_knows_is_no_problem() -> None:
    assert list(GOOD.problems([SENT])) == []


@pytest.mark.parametrize(
    ("books", "word"),
    [
        (replace(GOOD, vouchers=[]), "0 vouchers"),
        (replace(GOOD, vouchers=[VOUCHER, {**VOUCHER, "VOUCHER_ID": "00036314"}]), "2 vouchers"),
        (replace(GOOD, vouchers=[VOUCHER, {**VOUCHER, "INVOICE_ID": "2026/2"}]), "nobody sent"),
        (replace(GOOD, vouchers=[{**VOUCHER, "node": "BENCH2"}]), "0 vouchers"),
        (replace(GOOD, documents=[]), "None"),
        (having({"status": "TransferInProgress"}), "TransferInProgress"),
        (having({"voucherNumber1": "00036314"}), "00036314"),
        (having({"stored_responses": 2}), "2 times"),
        (replace(GOOD, violations=[{"rule": "too_many_responses", "detail": "x"}]), "too_many_responses"),
    ],
)
def test_what_is_lost_doubled_or_told_wrongly_is_said(books: Books, word: str) -> None:
    assert any(word in problem for problem in books.problems([SENT]))


def test_a_webhook_that_was_not_taken_is_said() -> None:
    (problem,) = GOOD.problems([replace(SENT, status=503)])
    assert "503" in problem


def test_the_first_time_of_a_step_counts_and_a_voucher_found_is_a_voucher_posted() -> None:
    def event(action: str, second: int) -> dict[str, str]:
        return {"record": "bench-1/f00", "action": action, "at": AT.replace(second=second).isoformat()}

    steps = first_steps([event("retry", 3), event("retry", 2), event("adopted", 5)])
    assert steps == {"f00": {"retry": AT.replace(second=2), "posted": AT.replace(second=5)}}
