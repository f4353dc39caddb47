"""Doctored evidence: what was promised of an invoice is broken once in every way, and noticed each time."""

import pytest

from .checker import Weight
from .checker.doctored.made_up import Run, at, said
from .checker.doctored.papers import call, voucher, write
from .checker.doctored.ways import Doctored
from .checker.history import Operation
from .checker.promises import (
    accepted,
    commands,
    one_at_a_time,
    one_voucher,
    order,
    started,
    told,
)
from .checker.records import (
    COMMANDS,
    DOCUMENTS,
    FETCHES,
    INVOICES,
    NOTIFICATIONS,
)

LOST, TWICE = Weight.LOST, Weight.TWICE
DOCTORED = Doctored()


@DOCTORED.breaks(accepted.PROMISE, LOST)
def a_webhook_was_answered_200_and_is_nowhere(run: Run) -> None:
    task = {"task_id": "task-gone", "url": "http://h/webhooks/acme", "attempts": [{"status": 200}]}
    run.documents["inv-1"]["notifications"].append(task)


@DOCTORED.breaks(accepted.PROMISE, LOST)
def a_notification_was_never_fetched(run: Run) -> None:
    value = {"connection_id": "acme", "task_id": "t9", "document_id": "inv-9"}
    run.put(NOTIFICATIONS, run.key("t9"), value, seconds=200)


@DOCTORED.breaks(accepted.PROMISE, LOST)
def a_published_document_was_never_taken_in(run: Run) -> None:
    value = {"connection_id": "acme", "invoice_id": "inv-9", "fetch_number": 1}
    run.put(
        DOCUMENTS, run.key("inv-9", "1"), {**value, "processing_status": "WaitingForTransfer"}, seconds=200
    )


@DOCTORED.breaks(accepted.PROMISE, LOST)
def an_invoice_is_still_in_doubt(run: Run) -> None:
    run.entry("inv-2", sequence=8, phase="in_doubt", step="post", action="in doubt", seconds=200, started=41)


@DOCTORED.breaks(accepted.PROMISE, LOST)
def an_invoice_waits_and_nobody_says_why(run: Run) -> None:
    run.entry("inv-2", sequence=8, phase="waiting", step="confirm", action="retry", seconds=200)


@DOCTORED.breaks(accepted.PROMISE, LOST)
def an_invoice_is_parked_without_a_reason(run: Run) -> None:
    run.entry("inv-2", sequence=8, phase="parked", step="post", action="parked", seconds=200)


@DOCTORED.breaks(accepted.PROMISE, LOST)
def an_invoice_is_due_for_an_hour_and_nobody_acts(run: Run) -> None:
    entry = run.entry(
        "inv-2", sequence=8, phase="waiting", step="report", action="retry", seconds=200, reason="503"
    )
    run.change(INVOICES, run.topics[INVOICES].index(entry), due=at(201))


@DOCTORED.breaks(accepted.PROMISE, LOST)
def basware_offers_an_invoice_that_nobody_took_in(run: Run) -> None:
    offered = {**run.documents["inv-2"], "invoiceId": "inv-9", "status": "WaitingForTransfer"}
    run.documents["inv-9"] = {**offered, "notifications": [], "responses": []}


@DOCTORED.breaks(accepted.PROMISE, LOST)
def basware_still_awaits_the_answer_of_what_is_over(run: Run) -> None:
    run.documents["inv-2"]["status"] = "TransferInProgress"


@DOCTORED.breaks(told.PROMISE)
def basware_shows_another_number(run: Run) -> None:
    run.documents["inv-2"]["voucherNumber1"] = "00000099"


@DOCTORED.breaks(told.PROMISE)
def a_message_is_too_long(run: Run) -> None:
    run.documents["inv-2"]["responses"][0]["body"]["responseMessage"] = "x" * 251


@DOCTORED.breaks(commands.PROMISE, LOST)
def an_order_was_never_answered(run: Run) -> None:
    order = {"connection_id": "acme", "command_id": "c1", "ledger": "payments", "action": "run_now"}
    run.put(COMMANDS, run.key("c1"), {**order, "record_id": "payments"}, seconds=200)
    for ledger in (FETCHES, INVOICES):
        run.position(ledger, COMMANDS, seconds=200)


@DOCTORED.breaks(commands.PROMISE, LOST)
def what_was_approved_is_not_in_the_book(run: Run) -> None:
    run.operations.append(
        Operation(id="a", kind="approve", connection="acme", record="inv-9", at=at(0), outcome="ok")
    )


@DOCTORED.breaks(one_voucher.PROMISE, TWICE)
def the_settle_time_was_skipped(run: Run) -> None:
    """The second create was started as it should be, and the first one came through after it."""
    run.vouchers.append(voucher("00000099", "N/2", 60))


@DOCTORED.breaks(one_voucher.PROMISE, TWICE)
def the_search_after_a_lost_answer_was_dropped(run: Run) -> None:
    """Created again without looking: both starts are in the ledger, both creates in PeopleSoft's log."""
    for sequence, phase, begun in ((8, "started", 70.0), (9, "waiting", 70.0)):
        run.entry(
            "inv-2", sequence=sequence, phase=phase, step="post", action=phase, seconds=72, started=begun
        )
    run.calls.append(call("create", "N/2", 71, request=99))
    run.vouchers.append(voucher("00000099", "N/2", 71))


@DOCTORED.breaks(one_voucher.PROMISE, TWICE)
def an_invoice_has_a_second_voucher_under_a_corrected_number(run: Run) -> None:
    run.vouchers.append(voucher("00000099", "N/2 corrected", 60))


@DOCTORED.breaks(one_voucher.PROMISE, LOST)
def one_voucher_stands_for_two_invoices(run: Run) -> None:
    taken = {"business_unit": "US001", "voucher_id": "00000001"}
    run.vouchers.pop()
    run.entry(
        "inv-2", sequence=8, phase="final", step="confirmed", action="adopted", seconds=200, voucher=taken
    )


@DOCTORED.breaks(one_voucher.PROMISE, LOST)
def the_voucher_of_an_invoice_is_in_no_book(run: Run) -> None:
    run.vouchers.pop()


@DOCTORED.breaks(order.PROMISE)
def a_voucher_was_made_before_the_acknowledge(run: Run) -> None:
    run.vouchers[1]["created_at"] = said(40.2)


@DOCTORED.breaks(order.PROMISE)
def a_number_was_told_before_there_was_a_voucher(run: Run) -> None:
    run.documents["inv-2"]["responses"][0]["accepted"] = said(39)


@DOCTORED.breaks(order.PROMISE)
def a_payment_was_told_before_the_transfer(run: Run) -> None:
    run.documents["inv-1"]["responses"][1]["accepted"] = said(12)


@DOCTORED.breaks(order.PROMISE)
def a_fetch_number_is_there_twice(run: Run) -> None:
    run.put(DOCUMENTS, run.key("inv-1", "1"), run.topics[DOCUMENTS][0].value, seconds=200)


@DOCTORED.breaks(one_at_a_time.PROMISE)
def a_write_came_in_while_another_ran(run: Run) -> None:
    run.writes[1]["arrived"], run.writes[1]["ended"] = said(10.52), said(12.6)


@DOCTORED.breaks(one_at_a_time.PROMISE)
def a_write_came_too_soon(run: Run) -> None:
    run.writes.append(write(run, "inv-2", "paymentResponses", 42.8))


@DOCTORED.breaks(one_at_a_time.PROMISE)
def a_search_ran_beside_a_create(run: Run) -> None:
    run.calls.append(call("find", "N/2", 41.15, request=99))


@DOCTORED.breaks(one_at_a_time.PROMISE)
def basware_noted_a_broken_rule(run: Run) -> None:
    run.violations = [
        {"rule": "acknowledge_twice", "at": said(9), "detail": "", "invoice_id": "inv-1", "api": ""}
    ]


@DOCTORED.breaks(started.PROMISE, TWICE)
def more_creates_than_starts(run: Run) -> None:
    run.calls.append(call("create", "N/2", 41.4, request=99))


@DOCTORED.breaks(started.PROMISE)
def a_create_came_before_its_start(run: Run) -> None:
    run.calls[3]["received_at"], run.calls[3]["answered_at"] = said(38), said(38.1)


@DOCTORED.breaks(started.PROMISE)
def a_create_came_after_its_outcome(run: Run) -> None:
    run.calls[3]["received_at"], run.calls[3]["answered_at"] = said(80), said(80.1)


@pytest.mark.parametrize("how", DOCTORED.ways)
def test_a_broken_promise_is_noticed(how: str) -> None:
    missed = DOCTORED.missed(how)
    assert not missed, missed
