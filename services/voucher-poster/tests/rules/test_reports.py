"""Telling Basware, and what follows once it is told."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from ap_domain.command import Action
from ap_domain.invoice_state import Step
from chassis.ledger.entry import Phase
from chassis.ledger.outcomes import Rejected
from voucher_poster.core import documents
from voucher_poster.core.answers import (
    Acknowledged,
    Confirmed,
    Created,
    Forgotten,
    Reported,
    Revisited,
    Verified,
)

from .samples import (
    DOUBTED,
    FIRST,
    LATER,
    MACHINE,
    NOW,
    POSTED,
    REFUSED,
    SOON,
    TOLD,
    after,
    an_entry,
    arrived,
    decided,
    document,
    entry_of,
    fetch,
    order,
    parked,
    report_of,
    started,
)


def test_a_stored_report_is_confirmed_before_it_counts() -> None:
    body = {"voucher": FIRST, "report": replace(TOLD, request_id=None), "reports": 1}
    entry = after(an_entry(Step.REPORT, body=body), Reported(request_id="q", spacing=5.0))
    assert (entry.step, entry.phase) == (Step.CONFIRM, Phase.WAITING)
    assert entry.body.report == TOLD
    assert entry.body.write_after == LATER + timedelta(seconds=5)
    final = after(entry, Confirmed())
    assert (final.step, final.phase, final.due, final.started) == (Step.CONFIRMED, Phase.FINAL, None, None)


def test_what_went_back_keeps_what_the_clerk_was_told() -> None:
    entry = after(an_entry(Step.CONFIRM, body={"report": REFUSED, "reports": 1}), Confirmed())
    assert (entry.step, entry.phase, entry.reason) == (Step.RETURNED, Phase.FINAL, REFUSED.message)


@pytest.mark.parametrize(
    ("body", "success"), [({**POSTED, "report": TOLD}, True), ({"report": REFUSED}, False)]
)
def test_a_report_that_was_not_carried_out_parks_with_baswares_words_and_the_next_one_prepared(
    *, body: dict[str, Any], success: bool
) -> None:
    entry = after(an_entry(Step.CONFIRM, body={**body, "reports": 1}), Confirmed(problem="locked"))
    assert (entry.phase, entry.step, entry.due) == (Phase.PARKED, Step.REPORT, None)
    assert "locked" in entry.reason
    anew = report_of(entry)
    assert (anew.number, anew.success, anew.request_id) == (2, success, None)
    assert anew.message == body["report"].message
    assert entry.body.reports == 2


@pytest.mark.parametrize(
    ("success", "status", "revision", "phase", "step", "cycle"),
    [
        (True, "Transferred", "r", Phase.FINAL, Step.CONFIRMED, 1),
        (True, "WaitingForTransfer", "r", Phase.WAITING, Step.REVISIT, 1),
        (True, "WaitingForTransfer", "x", Phase.WAITING, Step.REVISIT, 1),
        (False, "TransferFailed", "r", Phase.FINAL, Step.RETURNED, 1),
        (False, "WaitingForTransfer", "r", Phase.WAITING, Step.ACKNOWLEDGE, 2),
        (False, "WaitingForTransfer", "x", Phase.WAITING, Step.ACKNOWLEDGE, 2),
    ],
)
def test_a_fetch_that_waited_is_acted_on_once_the_report_is_confirmed(
    *, success: bool, status: str, revision: str, phase: Phase, step: Step, cycle: int
) -> None:
    waits = document(2, status=status, revision=revision, fetched_at=LATER)
    body = {
        **(POSTED if success else {}),
        "report": TOLD if success else REFUSED,
        "reports": 1,
        "newer": waits,
    }
    entry = after(an_entry(Step.CONFIRM, body=body), Confirmed())
    assert (entry.phase, entry.step, entry.body.cycle) == (phase, step, cycle)
    assert (entry.body.document, entry.body.newer) == (waits, None)


def test_a_fetch_that_waited_and_was_made_before_the_acknowledge_begins_nothing() -> None:
    waits = document(2, fetched_at=LATER)
    body = {"report": REFUSED, "reports": 1, "newer": waits, "acknowledged_at": LATER}
    entry = after(an_entry(Step.CONFIRM, body=body), Confirmed())
    assert (entry.phase, entry.step, entry.body.newer) == (Phase.FINAL, Step.RETURNED, None)


def test_an_invoice_offered_again_before_its_voucher_was_known_revisits_it_instead_of_being_reported() -> (
    None
):
    """Basware would take the answer to the old transfer for one to the new, which nobody has acknowledged."""
    again = document(2, fetched_at=LATER, revision="x")
    for entry, value in (
        (started(newer=again), Created(voucher=FIRST)),
        (an_entry(Step.CONFIRM, body={**POSTED, "report": TOLD, "newer": again}), Confirmed(problem="gone")),
        (an_entry(Step.CONFIRM, body={**POSTED, "report": TOLD, "newer": again}), Forgotten(number=1)),
        (an_entry(Step.VERIFY, body={**POSTED, "newer": again}), Verified(same=(FIRST,))),
    ):
        now = after(entry, value)
        assert (now.phase, now.step, now.body.newer) == (Phase.WAITING, Step.REVISIT, None)
        assert (now.body.voucher, now.body.document) == (FIRST, again)
    adopted = MACHINE.adopted(
        started(Phase.IN_DOUBT, newer=again), FIRST, now=LATER, others=lambda claim: ()
    ).entry
    assert adopted is not None
    assert (adopted.step, adopted.body.posted_revision) == (Step.REVISIT, "r")


def test_of_a_report_that_another_transfer_followed_during_the_call_nothing_is_asked() -> None:
    reporting = an_entry(Step.REPORT, body={**POSTED, "report": replace(TOLD, request_id=None), "reports": 1})
    revisit = arrived(reporting, fetch(revision="x"))
    stored = decided(revisit, Reported(request_id="q", spacing=5.0))
    assert [note.action for note in stored.notes] == ["too late"]
    entry = entry_of(stored)
    assert (entry.phase, entry.step) == (Phase.WAITING, Step.REVISIT)
    assert entry.body.write_after == LATER + timedelta(seconds=5), "it was a write all the same"
    told = after(replace(entry, body=replace(entry.body, posted_revision="x")), Revisited(voucher=FIRST))
    answered = after(told, Acknowledged(spacing=5.0))
    assert report_of(answered).number == 2, "the next transfer gets a response of its own"


@pytest.mark.parametrize(
    ("due", "tried", "waits"),
    [
        (LATER, False, True),
        (LATER + timedelta(hours=1), True, True),
        (LATER + timedelta(hours=1), False, False),
    ],
    ids=["under way perhaps", "repeated later", "not sent yet"],
)
@pytest.mark.parametrize("status", [documents.WAITING, documents.IN_PROGRESS])
def test_a_report_that_another_transfer_followed_may_come_before_anything_else_is_told(
    due: datetime, status: str, *, tried: bool, waits: bool
) -> None:
    """Carried out after the next payment was told, it would clear that."""
    told = {**POSTED, "report": TOLD, "reports": 1, "acknowledged_at": NOW, "acknowledged_batch": "b1"}
    reporting = an_entry(Step.REPORT, due=due, tried=tried, body=told)
    shown = fetch(2, status=status, revision="x", batch_id="b2", fetched_at=LATER)
    left = arrived(reporting, shown)
    assert left.step in (Step.REVISIT, Step.ACKNOWLEDGE)
    still_comes = LATER + timedelta(seconds=documents.STILL_COMES_SECONDS)
    assert left.body.write_after == (still_comes if waits else None)


def test_resubmitted_while_nobody_knows_of_the_report_the_transfer_that_followed_is_acted_on() -> None:
    """The same response sent again could only answer that one."""
    again = document(2, fetched_at=LATER, revision="x")
    waits = parked(Step.CONFIRM, **POSTED, report=TOLD, reports=1, newer=again)
    entry = arrived(waits, order(Action.RESUBMIT))
    assert (entry.phase, entry.step, entry.body.document) == (Phase.WAITING, Step.REVISIT, again)


def test_after_doubt_the_created_voucher_is_verified_before_the_new_offer_counts() -> None:
    again = document(2, fetched_at=LATER)
    verify = after(started(newer=again, **DOUBTED), Created(voucher=FIRST))
    assert (verify.step, verify.body.newer) == (Step.VERIFY, again)


def test_an_invoice_refused_and_offered_again_meanwhile_begins_anew_and_nothing_is_told() -> None:
    again = document(2, fetched_at=LATER, revision="x")
    entry = MACHINE.rejected(started(newer=again), Rejected(reason="no"), now=LATER).entry
    assert entry is not None
    assert (entry.step, entry.body.document, entry.body.report) == (Step.ACKNOWLEDGE, again, None)


def test_a_report_that_basware_forgot_is_sent_again_as_it_was_a_few_times() -> None:
    entry = an_entry(Step.CONFIRM, body={**POSTED, "report": TOLD, "reports": 1, "write_after": SOON})
    for repeat in (1, 2, 3):
        sent = after(entry, Forgotten(number=1))
        assert (sent.phase, sent.step, sent.due) == (Phase.WAITING, Step.REPORT, SOON)
        assert sent.body.report == replace(TOLD, request_id=None, repeats=repeat)
        entry = after(sent, Reported(request_id="again", spacing=0.0))
    assert after(entry, Forgotten(number=2)) is entry, "it is about another report"
    waits = after(entry, Forgotten(number=1))
    assert (waits.phase, waits.step) == (Phase.PARKED, Step.CONFIRM)
    assert "4 times" in waits.reason


def test_a_newer_fetch_that_is_no_new_offer_changes_nothing_about_the_report() -> None:
    for newer in (document(2, fetched_at=LATER, status="TransferInProgress"), document(2)):
        entry = after(started(newer=newer, acknowledged_at=NOW), Created(voucher=FIRST))
        assert (entry.step, entry.body.newer) == (Step.REPORT, newer)


def test_a_final_entry_keeps_what_must_be_found_again_and_no_more() -> None:
    body = {**POSTED, "report": TOLD, "reports": 3, "write_after": LATER, "cycle": 2}
    kept = after(an_entry(Step.CONFIRM, body=body), Confirmed()).body
    assert (kept.voucher, kept.intent, kept.posted_revision, kept.cycle, kept.reports) == (
        FIRST,
        POSTED["intent"],
        "r",
        2,
        3,
    )
    assert (kept.report, kept.write_after, kept.refusal) == (None, None, None)
