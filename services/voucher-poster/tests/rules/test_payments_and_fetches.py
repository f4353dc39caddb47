"""An invoice that is fetched again while its payment is told or was."""

from dataclasses import replace
from datetime import timedelta

import pytest
from ap_domain.command import Action
from ap_domain.invoice_state import Step
from chassis.ledger.entry import Phase
from voucher_poster.core.answers import (
    Acknowledged,
    Confirmed,
    PaymentConfirmed,
    PaymentRefused,
    Reported,
    Revisited,
)
from voucher_poster.core.documents import STILL_COMES_SECONDS

from .paid_invoices import ALL, CONFIRM, HALF, REPORT, at, payment_of, state, under_way
from .samples import (
    FINAL,
    LATER,
    PARKED,
    POSTED,
    WAITING,
    InvoiceEntry,
    after,
    an_entry,
    document,
    entry_of,
    fetch,
    order,
    received,
)

STILL_COMES = timedelta(seconds=STILL_COMES_SECONDS)


@pytest.mark.parametrize(
    ("entry", "stands"),
    [
        (at(Step.PAID, state(), phase=FINAL), (WAITING, Step.REVISIT)),
        (at(REPORT, under_way(), phase=PARKED), (WAITING, Step.REVISIT)),
        (at(REPORT, under_way()), (WAITING, REPORT)),
        (at(CONFIRM, under_way()), (WAITING, CONFIRM)),
    ],
    ids=["at rest", "refused", "a report waits", "a report is asked for"],
)
def test_an_invoice_that_is_offered_again_is_revisited_once_no_report_is_under_way(
    entry: InvoiceEntry, stands: tuple[Phase, Step]
) -> None:
    left = entry_of(received(entry, fetch(2)))
    assert (left.phase, left.step) == stands
    assert payment_of(left) == entry.body.payment


@pytest.mark.parametrize("answer", [PaymentConfirmed(number=1), PaymentConfirmed(number=1, problem="no")])
def test_a_fetch_that_waited_for_a_report_is_acted_on(answer: PaymentConfirmed) -> None:
    offered = after(at(CONFIRM, under_way(wanted=ALL), newer=document(2)), answer)
    assert (offered.step, offered.body.newer) == (Step.REVISIT, None)
    shown = document(2, status="Paid", digest="new")
    left = after(at(CONFIRM, under_way(wanted=ALL), newer=shown), answer)
    assert (left.step, left.body.document, left.body.newer) == (REPORT, shown, None)


def test_another_transfer_makes_basware_hear_of_the_payment_again() -> None:
    entry = entry_of(received(at(Step.PAID, state(), phase=FINAL), fetch(2)))
    for answer in (
        Revisited(voucher=POSTED["voucher"]),
        Acknowledged(spacing=5.0),
        Reported(request_id="q", spacing=5.0),
        Confirmed(),
    ):
        entry = after(entry, answer)
    report = payment_of(entry).report
    assert report is not None
    assert (entry.step, report.number, report.told) == (REPORT, 2, HALF)


def test_a_voucher_that_is_gone_takes_its_payment_with_it() -> None:
    entry = an_entry(Step.REVISIT, body={**POSTED, "payment": state()})
    assert after(entry, Revisited(voucher=None)).body.payment is None


def test_other_content_in_transfer_is_not_hidden_by_a_payment_that_was_refused() -> None:
    entry = at(REPORT, under_way(), phase=PARKED)
    left = entry_of(received(entry, fetch(2, status="TransferInProgress", revision="other")))
    assert (left.phase, left.step) == (PARKED, Step.CONFIRMED)
    assert "other content" in left.reason


def test_offered_again_while_a_payment_may_be_on_its_way_nothing_is_written_before_it_came() -> None:
    """Arrived before the acknowledge it is turned away or cleared; after the next payment it would stand for good."""
    entry = replace(at(REPORT, under_way(wanted=ALL), newer=document(2)), tried=True)
    refused = after(entry, PaymentRefused(number=1, reason="it is not transferred", sent_before=True))
    assert (refused.step, refused.body.newer) == (Step.REVISIT, None)
    left = after(refused, Revisited(voucher=POSTED["voucher"]))
    assert (left.step, left.due) == (Step.ACKNOWLEDGE, LATER + STILL_COMES)


def test_offered_again_after_a_payment_was_turned_away_it_is_acknowledged_at_once() -> None:
    entry = at(REPORT, under_way(wanted=ALL), newer=document(2))
    refused = after(entry, PaymentRefused(number=1, reason="it is not transferred"))
    left = after(refused, Revisited(voucher=POSTED["voucher"]))
    assert (left.step, left.due) == (Step.ACKNOWLEDGE, LATER)


@pytest.mark.parametrize(("step", "tried"), [(REPORT, True), (CONFIRM, False)])
def test_a_parked_payment_that_may_be_on_its_way_is_waited_for_when_the_invoice_is_offered_again(
    step: Step, tried: bool
) -> None:
    entry = replace(at(step, under_way(), phase=PARKED), tried=tried)
    revisit = entry_of(received(entry, fetch(2)))
    left = after(revisit, Revisited(voucher=POSTED["voucher"]))
    assert (left.step, left.due) == (Step.ACKNOWLEDGE, LATER + STILL_COMES)
    given_up = entry_of(received(entry, order(Action.DISCARD)))
    assert given_up.body.write_after == LATER + STILL_COMES, "also where a person let go of it"
