"""A fetch made before our acknowledge may arrive after it, and what it shows may not be what was posted."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from ap_domain.command import Action
from ap_domain.invoice_state import DocumentRef, Step
from chassis.ledger.entry import Phase
from voucher_poster.core.answers import Acknowledged, Confirmed, Created, Revisited, Verified

from .samples import (
    FIRST,
    IN_PROGRESS,
    LATER,
    MACHINE,
    NOW,
    OFFERED,
    POSTED,
    SOON,
    TOLD,
    InvoiceEntry,
    after,
    an_entry,
    document,
    entry_of,
    fetch,
    order,
    received,
    report_of,
    started,
)

SEEN_LATE = [(OFFERED, NOW), (OFFERED, LATER), (IN_PROGRESS, NOW), (IN_PROGRESS, SOON)]
"""Status and instant of fetches that are no new offer to an invoice acknowledged at LATER."""
NEITHER = ["Transferred", "Paid", "TransferFailed", "Cancelled"]


def late(status: str, fetched_at: datetime, *, revision: str = "changed") -> DocumentRef:
    return document(2, status=status, fetched_at=fetched_at, revision=revision)


def made_with(newer: DocumentRef) -> list[InvoiceEntry]:
    """The invoice after its voucher became known, in each way that can happen, while `newer` waited."""
    waits: dict[str, Any] = {"newer": newer, "acknowledged_at": LATER}
    adopted = MACHINE.adopted(started(Phase.IN_DOUBT, **waits), FIRST, now=SOON, others=lambda claim: ())
    return [
        after(started(**waits), Created(voucher=FIRST)),
        after(an_entry(Step.VERIFY, body={**POSTED, **waits}), Verified(same=(FIRST,))),
        entry_of(adopted),
    ]


@pytest.mark.parametrize(("status", "fetched_at"), SEEN_LATE)
def test_changed_before_our_acknowledge_both_are_shown_before_success_is_told(
    status: str, fetched_at: datetime
) -> None:
    """What Basware transferred is the changed content; the voucher was made of the one before."""
    newer = late(status, fetched_at)
    for entry in made_with(newer):
        assert (entry.phase, entry.step, entry.body.voucher) == (Phase.PARKED, Step.POST, FIRST)
        assert (entry.body.document, entry.body.newer, entry.body.posted_revision) == (newer, None, "r")
        assert (entry.body.report, entry.body.reports) == (None, 0)
        assert all(word in entry.reason for word in ("00000042", "changed", "instead of r)"))
        resubmitted = entry_of(received(entry, order(Action.RESUBMIT)))
        told = after(resubmitted, Revisited(voucher=FIRST))
        assert (told.step, report_of(told).success) == (Step.REPORT, True)


@pytest.mark.parametrize(("status", "fetched_at"), SEEN_LATE)
def test_fetched_late_with_the_same_content_it_is_told_at_once(status: str, fetched_at: datetime) -> None:
    for entry in made_with(late(status, fetched_at, revision="r")):
        assert (entry.phase, entry.step, report_of(entry).success) == (Phase.WAITING, Step.REPORT, True)


@pytest.mark.parametrize("status", NEITHER)
def test_what_basware_has_no_transfer_of_is_no_matter_of_the_voucher(status: str) -> None:
    for entry in made_with(late(status, SOON)):
        assert (entry.phase, entry.step) == (Phase.WAITING, Step.REPORT)
    over = an_entry(Step.CONFIRMED, phase=Phase.FINAL, body={**POSTED, "acknowledged_at": LATER})
    entry = entry_of(received(over, fetch(2, status=status, revision="changed", fetched_at=SOON)))
    assert (entry.phase, entry.step) == (Phase.FINAL, Step.CONFIRMED)


@pytest.mark.parametrize(("status", "fetched_at"), SEEN_LATE)
@pytest.mark.parametrize("waited", [True, False])
def test_seen_only_once_the_voucher_was_told_other_content_asks_for_a_person(
    status: str, fetched_at: datetime, *, waited: bool
) -> None:
    """Also where it was fetched while Basware was being told."""
    body = {**POSTED, "acknowledged_at": LATER, "reports": 1}
    if waited:
        newer = {"report": TOLD, "newer": late(status, fetched_at)}
        entry = after(an_entry(Step.CONFIRM, body={**body, **newer}), Confirmed())
    else:
        over = an_entry(Step.CONFIRMED, phase=Phase.FINAL, due=None, body=body)
        record = fetch(2, status=status, revision="changed", fetched_at=fetched_at)
        entry = entry_of(received(over, record))
    assert (entry.phase, entry.step, entry.due) == (Phase.PARKED, Step.CONFIRMED, None)
    assert (entry.body.voucher, entry.body.document.fetch_number) == (FIRST, 2)
    assert all(word in entry.reason for word in ("00000042", "changed", "instead of r)"))


@pytest.mark.parametrize(("status", "fetched_at"), SEEN_LATE)
def test_seen_again_with_the_vouchers_content_it_stays_over(status: str, fetched_at: datetime) -> None:
    over = an_entry(Step.CONFIRMED, phase=Phase.FINAL, body={**POSTED, "acknowledged_at": LATER})
    entry = entry_of(received(over, fetch(2, status=status, fetched_at=fetched_at)))
    assert (entry.phase, entry.step) == (Phase.FINAL, Step.CONFIRMED)


@pytest.mark.parametrize("status", [*NEITHER, "WaitingForApproval"])
@pytest.mark.parametrize("phase", [Phase.WAITING, Phase.PARKED, Phase.STOPPED])
def test_what_was_fetched_before_our_acknowledge_withdraws_nothing(status: str, phase: Phase) -> None:
    """We hold it in Basware since: nobody else will ever move it."""
    entry = an_entry(Step.POST, phase=phase, body={"acknowledged_at": LATER})
    kept = entry_of(received(entry, fetch(2, status=status, fetched_at=NOW)))
    assert (kept.phase, kept.step, kept.body.document.fetch_number) == (phase, Step.POST, 2)
    gone = entry_of(received(entry, fetch(2, status=status, fetched_at=SOON)))
    assert (gone.phase, gone.step) == (Phase.FINAL, Step.WITHDRAWN)


def test_a_create_that_came_to_nothing_is_not_withdrawn_by_what_was_fetched_before_the_acknowledge() -> None:
    old = document(2, status="Cancelled", fetched_at=NOW)
    back = MACHINE.withdrawn(started(Phase.IN_DOUBT, newer=old, acknowledged_at=LATER), now=SOON)
    assert (back.phase, back.step, back.body.newer) == (Phase.WAITING, Step.POST, None)


def test_withdrawn_while_our_acknowledge_was_carried_out_a_person_can_take_it_up_again() -> None:
    gone = entry_of(received(an_entry(Step.ACKNOWLEDGE), fetch(2, status="WaitingForApproval")))
    assert (gone.phase, gone.step) == (Phase.FINAL, Step.WITHDRAWN)
    waits = entry_of(received(gone, fetch(3, status=IN_PROGRESS, revision="changed", fetched_at=SOON)))
    assert (waits.phase, waits.step, waits.due) == (Phase.PARKED, Step.ACKNOWLEDGE, None)
    assert "withdrawn here" in waits.reason
    again = entry_of(received(replace(waits, sequence=1), order(Action.RESUBMIT)))
    assert (again.phase, again.step) == (Phase.WAITING, Step.ACKNOWLEDGE)
    assert again.tried, "an acknowledge that was carried out before would not count as ours"
    assert after(again, Acknowledged(spacing=5.0)).step == Step.POST


@pytest.mark.parametrize(("status", "shadow"), [(IN_PROGRESS, True), *((each, False) for each in NEITHER)])
def test_withdrawn_and_nowhere_in_transfer_with_us_it_stays_withdrawn(status: str, *, shadow: bool) -> None:
    gone = an_entry(Step.WITHDRAWN, phase=Phase.FINAL, due=None)
    entry = entry_of(received(gone, fetch(2, status=status, shadow=shadow)))
    assert (entry.phase, entry.step) == (Phase.FINAL, Step.WITHDRAWN)


def test_the_transfer_that_was_acknowledged_is_remembered() -> None:
    first = entry_of(received(None, fetch(1, batch_id="b1")))
    assert first.body.document.batch_id == "b1"
    assert after(first, Acknowledged(spacing=5.0)).body.acknowledged_batch == "b1"


BATCHES = [("b1", "b2", True), ("b1", "b1", False), (None, "b2", False), ("b1", None, False)]
"""Of our acknowledge, of a fetch with an earlier instant, and whether that is a new offer."""


@pytest.mark.parametrize(("acknowledged", "offered", "anew"), BATCHES)
def test_another_transfer_is_never_taken_for_one_from_before_our_acknowledge(
    acknowledged: str | None, offered: str | None, *, anew: bool
) -> None:
    """The fetcher's clock may be behind ours."""
    ours = {"acknowledged_at": LATER, "acknowledged_batch": acknowledged}
    returned = an_entry(Step.RETURNED, phase=Phase.FINAL, due=None, body=ours)
    entry = entry_of(received(returned, fetch(2, fetched_at=NOW, batch_id=offered)))
    assert (entry.phase is Phase.WAITING, entry.body.cycle == 2) == (anew, anew)


@pytest.mark.parametrize("step", [Step.CONFIRMED, Step.PAID, Step.RETURNED, Step.DISCARDED])
@pytest.mark.parametrize(("acknowledged", "shown", "another"), BATCHES)
def test_a_transfer_in_progress_that_was_not_acknowledged_here_is_for_a_person(
    step: Step, acknowledged: str | None, shown: str | None, *, another: bool
) -> None:
    """A late acknowledge of ours may have met the next transfer: nobody would answer it."""
    voucher = {"voucher": FIRST, "posted_revision": "r"} if step in (Step.CONFIRMED, Step.PAID) else {}
    ours = {"acknowledged_at": LATER, "acknowledged_batch": acknowledged, **voucher}
    over = an_entry(step, phase=Phase.FINAL, due=None, body=ours)
    entry = entry_of(received(over, fetch(2, status=IN_PROGRESS, batch_id=shown)))
    assert (entry.phase is Phase.PARKED, entry.phase is Phase.FINAL) == (another, not another)
    if another:
        again = entry_of(received(entry, order(Action.RESUBMIT)))
        assert again.step == (Step.REVISIT if voucher else Step.ACKNOWLEDGE)
        told = after(again, Revisited(voucher=FIRST) if voucher else Acknowledged(spacing=5.0))
        assert told.step == (Step.REPORT if voucher else Step.POST)


OURS: dict[str, Any] = {**POSTED, "acknowledged_at": LATER, "acknowledged_batch": "b1", "reports": 1}
TELLING = [
    an_entry(Step.REPORT, tried=True, body={**OURS, "report": TOLD}),
    an_entry(Step.CONFIRMED, phase=Phase.FINAL, due=None, body=OURS),
    an_entry(Step.PAID, phase=Phase.FINAL, due=None, body=OURS),
    an_entry(Step.CONFIRMED, phase=Phase.PARKED, due=None, body=OURS),
    an_entry(Step.REPORT_PAYMENT, phase=Phase.PARKED, due=None, body=OURS),
]
"""A voucher that Basware is or was told for transfer b1."""


@pytest.mark.parametrize("before", TELLING, ids=lambda each: f"{each.phase} {each.step}")
def test_another_transfer_of_other_content_in_progress_is_not_answered_before_a_person_said_so(
    before: InvoiceEntry,
) -> None:
    """Whatever the person orders: it is answered, or not counted as confirmed while Basware waits for an answer."""
    shown = fetch(2, status=IN_PROGRESS, revision="changed", batch_id="b2")
    waits = entry_of(received(before, shown))
    assert (waits.phase, waits.step, waits.due) == (Phase.PARKED, Step.ACKNOWLEDGE, None)
    assert all(word in waits.reason for word in ("another transfer", "00000042", "changed", "instead of r)"))
    again = entry_of(received(waits, order(Action.RESUBMIT)))
    told = after(again, Revisited(voucher=FIRST))
    assert (again.step, told.step, report_of(told).number) == (Step.REVISIT, Step.REPORT, 2)
    left = entry_of(received(waits, order(Action.DISCARD)))
    assert (left.phase, left.step, left.body.voucher) == (Phase.FINAL, Step.DISCARDED, FIRST)


def test_in_progress_already_when_the_report_is_confirmed_another_transfer_is_for_a_person() -> None:
    newer = document(2, status=IN_PROGRESS, revision="changed", batch_id="b2", fetched_at=LATER)
    entry = after(an_entry(Step.CONFIRM, body={**OURS, "report": TOLD, "newer": newer}), Confirmed())
    assert (entry.phase, entry.step) == (Phase.PARKED, Step.ACKNOWLEDGE)


@pytest.mark.parametrize("status", ["Transferred", "Paid"])
@pytest.mark.parametrize(
    ("batch", "revision"), [("b2", "changed"), ("b2", "r"), ("b1", "changed"), (None, "changed")]
)
@pytest.mark.parametrize("waited", [True, False])
def test_a_report_that_met_the_next_transfer_shows_a_person_what_was_transferred(
    status: str, batch: str | None, revision: str, *, waited: bool
) -> None:
    """It came late, and Basware took it for the answer to content that the voucher was not made of."""
    if waited:
        newer = document(2, status=status, revision=revision, batch_id=batch, fetched_at=SOON)
        entry = after(an_entry(Step.CONFIRM, body={**OURS, "report": TOLD, "newer": newer}), Confirmed())
    else:
        over = an_entry(Step.CONFIRMED, phase=Phase.FINAL, due=None, body=OURS)
        record = fetch(2, status=status, revision=revision, batch_id=batch, fetched_at=SOON)
        entry = entry_of(received(over, record))
    wrong = (batch, revision) == ("b2", "changed")
    assert (entry.phase is Phase.PARKED, entry.step) == (wrong, Step.CONFIRMED)
    if wrong:
        assert all(word in entry.reason for word in ("00000042", "changed", "instead of r)"))


@pytest.mark.parametrize(("acknowledged", "offered", "anew"), BATCHES)
def test_another_transfer_during_a_create_revisits_its_voucher(
    acknowledged: str | None, offered: str | None, *, anew: bool
) -> None:
    newer = document(2, fetched_at=NOW, batch_id=offered)
    begun = started(newer=newer, acknowledged_at=LATER, acknowledged_batch=acknowledged)
    entry = after(begun, Created(voucher=FIRST))
    assert (entry.step == Step.REVISIT, entry.step == Step.REPORT) == (anew, not anew)
