"""After a create of unknown outcome: what is taken as ours, what is not, and who says that there is none."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from ap_domain.command import Action
from ap_domain.invoice_state import InvoiceState, Step
from ap_domain.posting import VoucherRef
from chassis.ledger import transition
from chassis.ledger.entry import Phase
from chassis.ledger.machine import Call, Decision
from chassis.ledger.outcomes import Done, InDoubt, Outcome, Rejected, Sighted
from chassis.ledger.policy import Policy
from voucher_poster.core import calls
from voucher_poster.core.answers import Acknowledged, Created, Verified

from .samples import (
    CLAIM,
    DOUBTED,
    FIRST,
    INTENT,
    LATER,
    MACHINE,
    NOW,
    POSTED,
    SECOND,
    SOON,
    InvoiceEntry,
    after,
    an_entry,
    decided,
    document,
    entry_of,
    fetch,
    looked,
    order,
    received,
    report_of,
    rival,
    started,
)

FAULT = Rejected(reason="voucherDate lies in no open period.")


def ended(entry: InvoiceEntry, call: Call, outcome: Outcome) -> InvoiceEntry:
    decision: Decision[InvoiceState] = transition.on_outcome(
        MACHINE,
        entry,
        call,
        outcome,
        now=LATER,
        fraction=0.5,
        policy=Policy(),
        others=lambda claim: (),
    )
    return entry_of(decision)


def ordered(entry: InvoiceEntry, action: Action) -> InvoiceEntry:
    decision = received(entry, order(action, sequence=entry.sequence))
    assert decision.notes[0].action == "command applied"
    return entry_of(decision)


def test_a_legitimate_repeat_whose_first_create_came_to_nothing_is_created_after_all() -> None:
    """What stood under the number before the first create says nothing about it, however often it is seen."""
    shown = Done(value=looked(different=(SECOND,)))
    entry = ended(an_entry(Step.POST), calls.LOOK, shown)
    entry = ended(entry, calls.CREATE, InDoubt(reason="no answer"))
    for _ in range(transition.EMPTY_LOOKS):
        entry = ended(entry, calls.SETTLE, Sighted())
    assert (entry.phase, entry.body.doubted, entry.body.repeats) == (Phase.WAITING, "r", ("00000043",))
    again = ended(entry, calls.LOOK, shown)
    assert again.started is not None
    assert (again.phase, again.started.number, again.body.repeats) == (Phase.STARTED, 2, ("00000043",))
    created = after(again, Created(voucher=FIRST))
    assert (created.step, created.body.repeats) == (Step.VERIFY, ())


def test_a_mapping_fault_after_doubt_says_nothing_about_the_voucher_that_may_exist() -> None:
    entry = ended(an_entry(Step.POST, body=DOUBTED), calls.LOOK, FAULT)
    assert (entry.phase, entry.step, entry.body.report) == (Phase.PARKED, Step.POST, None)
    assert entry.body.doubted == "r"
    assert entry.reason.startswith(FAULT.reason)
    assert "in doubt before" in entry.reason


def test_a_person_who_saw_that_there_is_none_sends_it_back_also_with_a_mapping_fault() -> None:
    waits = ended(an_entry(Step.POST, body=DOUBTED), calls.LOOK, FAULT)
    sent_back = ordered(waits, Action.SEND_BACK)
    assert (sent_back.phase, sent_back.step, sent_back.body.report) == (Phase.WAITING, Step.POST, None)
    told = report_of(ended(sent_back, calls.LOOK, FAULT))
    assert (told.success, told.message) == (False, "the buyer said so.")
    late = ended(sent_back, calls.LOOK, Done(value=looked(FIRST)))
    assert (report_of(late).success, late.body.voucher) == (True, FIRST)


def test_discarded_in_doubt_and_offered_again_a_mapping_fault_asks_for_a_person() -> None:
    waits = ended(started(Phase.IN_DOUBT), calls.SETTLE, Sighted(different=(FIRST,)))
    gone = ordered(waits, Action.DISCARD)
    offered = entry_of(received(gone, fetch(2, revision="r2", fetched_at=SOON)))
    entry = ended(after(offered, Acknowledged(spacing=0.0)), calls.LOOK, FAULT)
    assert (entry.phase, entry.body.report, entry.body.doubted) == (Phase.PARKED, None, "r")


def test_without_doubt_a_mapping_fault_goes_back_at_once() -> None:
    assert not report_of(ended(an_entry(Step.POST), calls.LOOK, FAULT)).success


@pytest.mark.parametrize("voucher", [FIRST, SECOND])
def test_the_one_voucher_after_a_second_create_is_the_invoices_whichever_create_made_it(
    voucher: VoucherRef,
) -> None:
    decision = decided(an_entry(Step.VERIFY, body=POSTED), Verified(same=(voucher,)))
    entry = entry_of(decision)
    assert (entry.step, entry.body.voucher, entry.body.posted_revision) == (Step.REPORT, voucher, "r")
    assert voucher.voucher_id in report_of(entry).message
    assert decision.notes[0].action == "verified"


def test_verified_it_is_still_of_the_content_that_was_sent() -> None:
    body = {**POSTED, "posted_revision": "before"}
    entry = after(an_entry(Step.VERIFY, body=body), Verified(same=(FIRST,)))
    assert (entry.phase, entry.body.posted_revision, entry.body.report) == (Phase.PARKED, "before", None)


@pytest.mark.parametrize(
    ("same", "different"),
    [((), ()), ((FIRST, SECOND), ()), ((FIRST,), (SECOND,)), ((), (FIRST,)), ((SECOND,), (FIRST,))],
)
def test_no_voucher_or_more_than_one_after_a_second_create_parks_with_an_alert(
    same: tuple[VoucherRef, ...], different: tuple[VoucherRef, ...]
) -> None:
    """Also one of other values: the first create may have sent another revision."""
    decision = decided(an_entry(Step.VERIFY, body=POSTED), Verified(same=same, different=different))
    entry = entry_of(decision)
    assert (entry.phase, entry.step, entry.body.report) == (Phase.PARKED, Step.VERIFY, None)
    assert decision.notes[0].detail["alert"] == "yes"
    assert all(each.voucher_id in entry.reason for each in (*same, *different))
    assert CLAIM in MACHINE.claims(entry)


def test_more_than_one_of_which_a_person_deletes_one_the_other_is_told() -> None:
    waits = after(an_entry(Step.VERIFY, body=POSTED), Verified(same=(FIRST, SECOND)))
    again = ordered(waits, Action.RESUBMIT)
    assert MACHINE.call(again) == calls.VERIFY
    assert report_of(after(again, Verified(same=(SECOND,)))).success


@pytest.mark.parametrize(("customer", "ours"), [("acme", False), ("globex", True)])
def test_a_voucher_of_another_invoice_of_the_same_site_is_never_verified_as_ours(
    *, customer: str, ours: bool
) -> None:
    taken = replace(rival(Phase.FINAL, voucher=SECOND, posted_at=NOW), connection_id=customer)
    entry = after(an_entry(Step.VERIFY, body=POSTED), Verified(same=(SECOND,)), taken)
    assert (entry.step == Step.REPORT, entry.phase is Phase.PARKED) == (ours, not ours)


@pytest.mark.parametrize("held", [True, False])
def test_a_hold_that_is_missing_is_also_seen_after_a_second_create(held: bool) -> None:
    unheld = replace(FIRST, payment_hold=False)
    decision = decided(started(payment_block=True, **DOUBTED), Created(voucher=unheld))
    verify = entry_of(decision)
    assert (verify.phase, verify.step) == (Phase.WAITING, Step.VERIFY)
    assert [note.action for note in decision.notes] == ["posted"]
    entry = after(verify, Verified(same=(replace(FIRST, payment_hold=held),)))
    assert (entry.phase is Phase.PARKED, entry.step == Step.REPORT) == (not held, held)


def test_what_changed_during_a_second_create_is_seen_before_its_voucher_is_told() -> None:
    changed = document(2, status="TransferInProgress", revision="changed", fetched_at=SOON)
    verify = after(started(newer=changed, acknowledged_at=LATER, **DOUBTED), Created(voucher=FIRST))
    assert (verify.step, verify.body.newer) == (Step.VERIFY, changed)
    entry = after(verify, Verified(same=(FIRST,)))
    assert (entry.phase, entry.body.document, entry.body.report) == (Phase.PARKED, changed, None)


@pytest.mark.parametrize("known", [{}, {"known": ("00000043",)}])
def test_a_refusal_after_doubt_leaves_the_intent_behind(known: dict[str, Any]) -> None:
    begun = started(intent=replace(INTENT, **known), **DOUBTED)
    back = ended(begun, calls.CREATE, Rejected(reason="duplicate invoice"))
    assert (back.step, back.body.intent, back.body.refusal) == (Step.POST, None, "duplicate invoice")
    assert back.due is not None
    assert back.due - LATER < timedelta(seconds=1)
