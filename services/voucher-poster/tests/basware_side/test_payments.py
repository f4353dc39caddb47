"""A payment told to Basware, and what became of it."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.invoice_state import InvoiceState, PaymentReport, PaymentState, Step
from ap_domain.payments import PaymentTold
from ap_domain.response import external_code
from basware.testing import Canned
from chassis.ledger.entry import Entry
from chassis.ledger.outcomes import Done, Outcome, Parked, Retry, Stopped
from voucher_poster.core.answers import PaymentConfirmed, PaymentRefused, PaymentReported

from .api_bench import DOCUMENT, INVOICE_ID, SEEN, STATUS, VOUCHER, Bench, MakeEntry

PAYMENTS = f"{DOCUMENT}/paymentResponses"
CODE = external_code(invoice_id=INVOICE_ID, cycle=1, step="payment", report_number=3)
TOLD = PaymentTold(
    settled=False,
    payment_block=True,
    paid_total=Decimal("580.50"),
    cash_discount=Decimal(0),
    payment_date=date(2026, 12, 1),
    message="Partly paid.",
    check_number="000123",
    payment_number="0000000007",
)
STORED = Canned.of_json({"externalCode": CODE}, headers={"x-amzn-RequestId": "req-1"})


def paying(
    make_entry: MakeEntry, step: Step = Step.REPORT_PAYMENT, *, request_id: str | None = None
) -> Entry[InvoiceState]:
    report = PaymentReport(number=3, told=TOLD, request_id=request_id)
    payment = PaymentState(
        poll_offset=1, digest="d", standing="partially_paid", wanted=TOLD, report=report, reports=3
    )
    return make_entry(step, body={"voucher": VOUCHER, "payment": payment})


def approved(bench: Bench, **more: Any) -> None:
    """The document with its terms, as Basware has it."""
    bench.document(
        "Transferred",
        companyCode="BW00",
        supplierCode="1",
        currencyCode="EUR",
        paymentBlock=False,
        paymentTermCode="30D",
        paymentMethod="SEPA",
        **more,
    )


async def test_all_that_is_known_is_told_each_time_with_basware_own_terms(
    bench: Bench, make_entry: MakeEntry
) -> None:
    approved(bench)
    bench.stub.script("POST", PAYMENTS, STORED)
    entry = paying(make_entry)
    for _ in range(2):
        outcome = await bench.call("report_payment", entry)
        assert outcome == Done(value=PaymentReported(number=3, request_id="req-1", spacing=5.0))
    first, second = bench.stub.seen("POST", PAYMENTS)
    assert first.body == second.body, "a repeat is the same response"
    assert json.loads(first.body, parse_float=Decimal) == {
        "externalCode": CODE,
        "success": True,
        "responseMessage": "Partly paid.",
        "sourceSystem": "PeopleSoft",
        "paymentBlock": True,
        "paymentDate": "2026-12-01T00:00:00.000Z",
        "paymentTermCode": "30D",
        "paymentMethod": "SEPA",
        "paidTotal": Decimal("580.50"),
        "cashDiscount": 0,
        "checkNumber": "000123",
        "paymentNumber": "0000000007",
    }


@pytest.mark.parametrize("status", [400, 409])
async def test_a_payment_refused_because_it_was_stored_before_is_done(
    bench: Bench, make_entry: MakeEntry, status: int
) -> None:
    approved(bench, paymentResponses=[{"externalCode": CODE}])
    bench.stub.script("POST", PAYMENTS, Canned(status=status))
    outcome = await bench.call("report_payment", paying(make_entry))
    assert outcome == Done(value=PaymentReported(number=3, request_id=None, spacing=5.0))


@pytest.mark.parametrize("status", [400, 404, 409])
async def test_what_basware_does_not_take_and_does_not_have_is_refused(
    bench: Bench, make_entry: MakeEntry, status: int
) -> None:
    approved(bench, transferResponses=[{"externalCode": CODE}])
    bench.stub.script("POST", PAYMENTS, Canned(status=status))
    for repeat in (False, True):
        outcome = await bench.call("report_payment", paying(make_entry), repeat=repeat)
        assert isinstance(outcome, Done)
        assert isinstance(outcome.value, PaymentRefused)
        assert str(status) in outcome.value.reason
        assert outcome.value.sent_before == repeat


async def test_an_invoice_that_is_gone_takes_no_payment(bench: Bench, make_entry: MakeEntry) -> None:
    bench.stub.script("GET", DOCUMENT, Canned(status=404))
    outcome = await bench.call("report_payment", paying(make_entry))
    assert isinstance(outcome, Done)
    assert isinstance(outcome.value, PaymentRefused)
    assert bench.stub.seen("POST", PAYMENTS) == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Canned(status=503), Retry),
        (Canned(drop=True), Retry),
        (Canned(status=401), Stopped),
        (Canned(status=429, headers={"Retry-After": "3"}), Retry),
    ],
    ids=["503", "lost", "401", "429"],
)
async def test_a_payment_that_cannot_be_told_now_is_sorted_and_spaced(
    bench: Bench, make_entry: MakeEntry, answer: Canned, kind: type[Outcome]
) -> None:
    approved(bench)
    bench.stub.script("POST", PAYMENTS, answer)
    outcome = await bench.call("report_payment", paying(make_entry))
    assert type(outcome) is kind
    assert not isinstance(outcome, Retry) or (outcome.after or 0) >= 5.0


def _status(state: str, item: str) -> Canned:
    words = [] if item == "Success" else [{"type": "Error", "message": "no period is open"}]
    found = {"externalCode": CODE, "status": item, "errors": words}
    systems = [{"system": "P2P", "systemStatus": state, "items": [found]}]
    return Canned.of_json({"requestId": "req-1", "requestStatus": state, "systems": systems})


@pytest.mark.parametrize(
    ("state", "item", "word"),
    [
        ("Success", "Success", PaymentConfirmed(number=3)),
        ("Error", "Error", PaymentConfirmed(number=3, problem="Error: no period is open")),
        (
            "Error",
            "RecordExpired",
            PaymentConfirmed(number=3, problem="Error: no period is open", overtaken=True),
        ),
    ],
)
async def test_what_became_of_a_payment_is_asked_of_its_request(
    bench: Bench, make_entry: MakeEntry, state: str, item: str, word: PaymentConfirmed
) -> None:
    """That the document keeps the response does not prove that it was carried out."""
    approved(bench, paymentResponses=[{"externalCode": CODE}])
    bench.stub.script("GET", STATUS, _status(state, item))
    bench.stub.script("POST", SEEN, Canned(status=200))
    entry = paying(make_entry, Step.CONFIRM_PAYMENT, request_id="req-1")
    assert await bench.call("confirm_payment", entry) == Done(value=word)


async def test_a_payment_whose_request_is_lost_is_looked_up_in_the_document(
    bench: Bench, make_entry: MakeEntry, clock: Any
) -> None:
    entry = paying(make_entry, Step.CONFIRM_PAYMENT)
    approved(bench)
    assert isinstance(await bench.call("confirm_payment", entry), Retry)
    clock.instant += timedelta(hours=25)
    assert isinstance(await bench.call("confirm_payment", entry), Parked)
    approved(bench, paymentResponses=[{"externalCode": CODE}])
    assert await bench.call("confirm_payment", entry) == Done(value=PaymentConfirmed(number=3))


@pytest.mark.parametrize("kept", [True, False])
async def test_a_repeat_that_changes_nothing_was_carried_out_if_the_document_has_the_response(
    bench: Bench, make_entry: MakeEntry, kept: bool
) -> None:
    """The answer to the first was lost; of the second Basware says that it is what it has."""
    approved(bench, paymentResponses=[{"externalCode": CODE}] if kept else [])
    bench.stub.script("GET", STATUS, _status("Success", "NotProcessed"))
    bench.stub.script("POST", SEEN, Canned(status=200))
    outcome = await bench.call(
        "confirm_payment", paying(make_entry, Step.CONFIRM_PAYMENT, request_id="req-1")
    )
    problem = None if kept else "Error: no period is open"
    assert outcome == Done(value=PaymentConfirmed(number=3, problem=problem))
