"""Offered again although a voucher of it is known: what the voucher is by then decides."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from ap_domain.command import Action
from ap_domain.invoice_state import Step
from chassis.ledger.entry import Missed, Phase
from voucher_poster.core.answers import Acknowledged, Revisited

from .samples import (
    CLAIM,
    FIRST,
    LATER,
    MACHINE,
    NOW,
    POSTED,
    SOON,
    InvoiceEntry,
    after,
    an_entry,
    decided,
    document,
    entry_of,
    fetch,
    order,
    received,
    report_of,
)


def revisiting(*, revision: str = "r", **body: Any) -> InvoiceEntry:
    offered = document(2, revision=revision, fetched_at=LATER)
    return an_entry(Step.REVISIT, body={**POSTED, "reports": 1, "document": offered, **body})


@pytest.mark.parametrize("status", ["P", "R", "I"])
def test_a_live_voucher_of_the_same_content_is_told_again(status: str) -> None:
    seen = replace(FIRST, entry_status=status)
    decision = decided(revisiting(write_after=SOON), Revisited(voucher=seen))
    assert [note.action for note in decision.notes] == ["voucher stands"]
    entry = entry_of(decision)
    assert (entry.phase, entry.step, entry.due) == (Phase.WAITING, Step.ACKNOWLEDGE, SOON)
    assert (entry.body.voucher, entry.body.cycle) == (seen, 1)
    told = report_of(after(entry, Acknowledged(spacing=5.0)))
    assert (told.number, told.success) == (2, True)
    assert ("recycled" in told.message) == (status == "R")


@pytest.mark.parametrize(
    ("before", "shown", "told"), [(False, True, True), (True, False, False), (True, None, True)]
)
def test_a_hold_that_changed_in_peoplesoft_is_told_as_it_is(
    *, before: bool, shown: bool | None, told: bool
) -> None:
    seen = Revisited(voucher=replace(FIRST, payment_hold=shown))
    entry = after(revisiting(payment_block=before), seen)
    assert report_of(after(entry, Acknowledged(spacing=5.0))).payment_block is told


def test_a_live_voucher_of_other_content_parks_with_both_shown() -> None:
    entry = after(revisiting(revision="corrected"), Revisited(voucher=FIRST))
    assert (entry.phase, entry.step, entry.body.voucher) == (Phase.PARKED, Step.ACKNOWLEDGE, FIRST)
    assert all(word in entry.reason for word in ("00000042", "corrected", "instead of r)"))
    assert CLAIM in MACHINE.claims(entry)


@pytest.mark.parametrize("revision", ["r", "corrected"])
def test_a_deleted_voucher_counts_as_absent_and_the_invoice_is_posted_anew(revision: str) -> None:
    decision = decided(revisiting(revision=revision, write_after=SOON), Revisited(voucher=None))
    entry = entry_of(decision)
    assert (entry.phase, entry.step, entry.due) == (Phase.WAITING, Step.ACKNOWLEDGE, SOON)
    body = entry.body
    assert (body.voucher, body.intent, body.posted_revision, body.posted_at) == (None, None, None, None)
    assert (body.cycle, body.reports) == (2, 1)
    assert MACHINE.claims(entry) == ()
    assert decision.notes[0].detail["voucher"] == "00000042"
    assert after(entry, Acknowledged(spacing=5.0)).step == Step.POST


@pytest.mark.parametrize(
    ("seen", "revision", "phase", "step"),
    [
        (FIRST, "r", Phase.WAITING, Step.REPORT),
        (None, "r", Phase.WAITING, Step.POST),
        (FIRST, "corrected", Phase.PARKED, Step.POST),
    ],
)
def test_what_basware_took_during_the_revisit_is_not_acknowledged_twice(
    seen: Any, revision: str, phase: Phase, step: Step
) -> None:
    """An acknowledge of the fetch before can land while the newer one is revisited."""
    acknowledged = revisiting(revision=revision, acknowledged_at=LATER)
    entry = after(acknowledged, Revisited(voucher=seen))
    assert (entry.phase, entry.step) == (phase, step)


def test_a_revisit_keeps_the_doubt_and_nothing_of_an_old_refusal() -> None:
    entry = after(revisiting(acknowledged_at=NOW), Revisited(voucher=FIRST))
    assert (entry.body.refusal, entry.body.doubted, entry.reason) == (None, None, "")


def refused_as_anothers() -> InvoiceEntry:
    """Offered again with the content its voucher was made of, and Basware said it was acknowledged before."""
    offered = after(revisiting(), Revisited(voucher=FIRST))
    return replace(offered, phase=Phase.PARKED, due=None, reason="another consumer acknowledged it")


def test_a_person_can_say_that_the_transfer_is_ours_also_where_a_voucher_exists() -> None:
    """Resubmitted, "already acknowledged" counts as ours; told is only what PeopleSoft shows after that."""
    again = entry_of(received(refused_as_anothers(), order(Action.RESUBMIT)))
    assert (again.step, again.tried, again.body.voucher) == (Step.ACKNOWLEDGE, True, FIRST)
    looks = after(again, Acknowledged(spacing=5.0))
    assert (looks.phase, looks.step, looks.body.report) == (Phase.WAITING, Step.REVISIT, again.body.report)
    assert report_of(after(looks, Revisited(voucher=FIRST))).success


@pytest.mark.parametrize(("batch_id", "is_known"), [("b1", True), ("b2", False)])
def test_an_acknowledge_that_was_tried_is_still_known_when_a_fetch_had_the_voucher_looked_at(
    batch_id: str, is_known: bool
) -> None:
    """Of the same transfer "already acknowledged" is then ours; of another one it is not."""
    offered = after(revisiting(document=document(batch_id="b1")), Revisited(voucher=FIRST))
    looking = entry_of(received(replace(offered, tried=True), fetch(3, batch_id=batch_id)))
    assert looking.step == Step.REVISIT
    again = after(replace(looking, tried=False), Revisited(voucher=FIRST))
    assert (again.step, again.tried) == (Step.ACKNOWLEDGE, is_known)
    answered = after(again, Acknowledged(spacing=5.0))
    assert answered.body.acknowledge_tried is None


def test_a_voucher_deleted_while_a_person_was_asked_whose_the_transfer_is_is_not_told() -> None:
    again = entry_of(received(refused_as_anothers(), order(Action.RESUBMIT)))
    anew = after(after(again, Acknowledged(spacing=5.0)), Revisited(voucher=None))
    assert (anew.phase, anew.step, anew.body.voucher) == (Phase.WAITING, Step.POST, None)


def test_the_fetch_that_was_acknowledged_is_no_new_offer_whatever_the_fetchers_clock_says() -> None:
    ahead = document(2, fetched_at=NOW + timedelta(hours=2))
    entry = after(
        revisiting(document=ahead, acknowledged_fetch=2, acknowledged_at=LATER), Revisited(voucher=FIRST)
    )
    assert entry.step == Step.REPORT


def test_discarded_it_lets_be_what_could_not_be_written() -> None:
    """Read again it might be parked by that for ever."""
    missed = (Missed(topic="t", partition=0, offset=7),)
    decision = received(replace(refused_as_anothers(), missed=missed), order(Action.DISCARD))
    assert entry_of(decision).missed == ()
    assert "could not be written (1)" in decision.notes[0].detail["said"]
