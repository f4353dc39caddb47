"""A create that counted as not happened may have come after all: one more search, whatever became of the invoice."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from ap_domain.command import Action
from ap_domain.invoice_state import LateSearch, Step
from ap_domain.posting import PostingIntent, VoucherRef
from chassis.ledger import transition
from chassis.ledger.entry import Phase
from chassis.ledger.machine import Call
from chassis.ledger.outcomes import Done, InDoubt, NotSent, Outcome, Parked, Retry, Sighted, Stopped
from chassis.ledger.policy import Policy
from voucher_poster.core import calls
from voucher_poster.core.answers import Confirmed, Created, Reported, SearchedAgain, Verified

from .samples import (
    FIRST,
    INTENT,
    LATER,
    MACHINE,
    NOW,
    POSTED,
    SECOND,
    SOON,
    TOLD,
    InvoiceEntry,
    an_entry,
    decided,
    document,
    entry_of,
    fetch,
    looked,
    order,
    received,
    started,
)

SETTLE = timedelta(seconds=60)
WANTED = LateSearch(due=LATER - SETTLE, intents=(INTENT,))
OTHER_NUMBER = replace(INTENT, natural_key=replace(INTENT.natural_key, invoice_id="81"))


def ended(entry: InvoiceEntry, call: Call, outcome: Outcome, *, unchanged: bool = True) -> InvoiceEntry:
    decision = transition.on_outcome(
        MACHINE,
        entry,
        call,
        outcome,
        unchanged=unchanged,
        now=LATER,
        fraction=0.5,
        policy=Policy(),
        others=lambda claim: (),
    )
    return entry_of(decision)


def not_happened(entry: InvoiceEntry) -> InvoiceEntry:
    """Doubt that ended in empty looks."""
    for _ in range(transition.EMPTY_LOOKS):
        entry = ended(entry, calls.SETTLE, Sighted())
    return entry


def at_rest(step: Step = Step.CONFIRMED, *, late: LateSearch = WANTED, **body: Any) -> InvoiceEntry:
    """It ended, and the search is due."""
    posted = POSTED if step in (Step.CONFIRMED, Step.PAID) else {}
    return an_entry(
        step, phase=Phase.FINAL, due=late.due, reason="so it ended", body={**posted, **body, "late": late}
    )


def searched(entry: InvoiceEntry, *vouchers: VoucherRef, **options: Any) -> InvoiceEntry:
    assert entry.body.late is not None
    answer = SearchedAgain(due=entry.body.late.due, vouchers=vouchers)
    return ended(entry, calls.SEARCH_AGAIN, Done(value=answer), **options)


def test_from_doubt_to_the_late_search_and_nothing_waits_for_it() -> None:
    entry = not_happened(started(Phase.IN_DOUBT))
    assert entry.body.late == LateSearch(due=LATER + SETTLE, intents=(INTENT,))
    entry = ended(entry, calls.LOOK, Done(value=looked()))
    entry = ended(entry, calls.CREATE, Done(value=Created(voucher=SECOND)))
    entry = ended(entry, calls.VERIFY, Done(value=Verified(same=(SECOND,))))
    entry = ended(entry, calls.REPORT, Done(value=Reported(request_id="q", spacing=0.0)))
    entry = ended(entry, calls.CONFIRM, Done(value=Confirmed()))
    assert (entry.phase, entry.step) == (Phase.FINAL, Step.CONFIRMED)
    assert (entry.due, MACHINE.call(entry)) == (LATER + SETTLE, calls.SEARCH_AGAIN)


def test_an_ordinary_invoice_is_not_searched_for_again() -> None:
    entry = ended(started(), calls.CREATE, Done(value=Created(voucher=FIRST)))
    entry = ended(entry, calls.REPORT, Done(value=Reported(request_id="q", spacing=0.0)))
    entry = ended(entry, calls.CONFIRM, Done(value=Confirmed()))
    assert (entry.phase, entry.due, entry.body.late, MACHINE.call(entry)) == (Phase.FINAL, None, None, None)


def test_doubt_that_found_its_voucher_leaves_nothing_to_search_for() -> None:
    assert ended(started(Phase.IN_DOUBT), calls.SETTLE, Sighted(same=(FIRST,))).body.late is None


def test_which_of_two_creates_made_the_one_that_is_found_is_not_known() -> None:
    """The other may still come: it is searched for as if it had not happened."""
    corrected = started(Phase.IN_DOUBT, intent=OTHER_NUMBER, late=WANTED)
    adopted = ended(corrected, calls.SETTLE, Sighted(same=(FIRST,)))
    assert adopted.body.voucher == FIRST
    assert adopted.body.late == LateSearch(due=LATER + SETTLE, intents=(INTENT, OTHER_NUMBER))


@pytest.mark.parametrize("outcome", [Retry(reason="busy", effect=False), NotSent(reason="too old")])
def test_a_create_that_provably_did_not_happen_is_not_searched_for(outcome: Outcome) -> None:
    assert ended(started(), calls.CREATE, outcome).body.late is None


def test_each_number_that_was_sent_is_searched_for_a_settle_time_after_the_last_create() -> None:
    corrected = replace(not_happened(started(Phase.IN_DOUBT)), started=None)
    again = ended(corrected, calls.LOOK, Done(value=looked(intent=OTHER_NUMBER, settle_seconds=900.0)))
    assert again.body.late == LateSearch(due=LATER + timedelta(seconds=900), intents=(INTENT,))
    late = not_happened(replace(again, phase=Phase.IN_DOUBT)).body.late
    assert late is not None
    assert [intent.natural_key.invoice_id for intent in late.intents] == ["80", "81"]


@pytest.mark.parametrize(
    ("step", "found"),
    [(Step.CONFIRMED, (FIRST,)), (Step.PAID, (FIRST,)), (Step.CONFIRMED, ()), (Step.RETURNED, ())],
)
def test_nothing_but_its_own_voucher_and_it_rests_as_it_ended(
    step: Step, found: tuple[VoucherRef, ...]
) -> None:
    entry = searched(at_rest(step), *found)
    assert (entry.phase, entry.step, entry.due, entry.body.late) == (Phase.FINAL, step, None, None)
    assert entry.reason == "so it ended"


@pytest.mark.parametrize("step", [Step.CONFIRMED, Step.PAID, Step.RETURNED, Step.WITHDRAWN])
def test_a_second_voucher_parks_with_an_alert_and_names_what_to_do(step: Step) -> None:
    before = at_rest(step)
    decision = decided(before, SearchedAgain(due=WANTED.due, vouchers=(FIRST, SECOND)))
    entry = entry_of(decision)
    assert (entry.phase, entry.step, entry.due) == (Phase.PARKED, step, None)
    assert decision.notes[0].detail["alert"] == "yes"
    assert all(each.voucher_id in entry.reason for each in (FIRST, SECOND))
    assert "Delete" in entry.reason


def test_the_voucher_of_another_invoice_is_not_a_second_one() -> None:
    theirs = replace(an_entry(Step.CONFIRMED, body={**POSTED, "voucher": SECOND}), key="acme/rival")
    decision = decided(at_rest(), SearchedAgain(due=WANTED.due, vouchers=(FIRST, SECOND)), theirs)
    assert entry_of(decision).phase is Phase.FINAL


@pytest.mark.parametrize(
    "outcome",
    [
        Retry(reason="busy"),
        InDoubt(reason="silence"),
        NotSent(reason="leaving"),
        Stopped(reason="password", connection_version=3),
    ],
    ids=lambda outcome: type(outcome).__name__,
)
def test_a_search_that_fails_is_made_again_and_says_nothing_about_how_the_invoice_ended(
    outcome: Outcome,
) -> None:
    entry = ended(at_rest(), calls.SEARCH_AGAIN, outcome)
    assert (entry.phase, entry.step, entry.reason) == (Phase.FINAL, Step.CONFIRMED, "so it ended")
    assert (entry.due is not None, entry.body.late, MACHINE.call(entry)) == (True, WANTED, calls.SEARCH_AGAIN)


def test_a_search_that_cannot_be_made_asks_for_a_person_who_has_it_made_again() -> None:
    waits = ended(at_rest(), calls.SEARCH_AGAIN, Parked(reason="no such query"))
    assert (waits.phase, waits.reason) == (Phase.PARKED, "no such query")
    again = entry_of(received(waits, order(Action.RESUBMIT)))
    assert (again.phase, again.due, MACHINE.call(again)) == (Phase.FINAL, WANTED.due, calls.SEARCH_AGAIN)


UNTOLD = {**POSTED, "report": TOLD, "reports": 1, "late": WANTED}
"""Its voucher is there, and Basware is being told of it."""


def parked_in_between(**body: Any) -> InvoiceEntry:
    """What Basware said to its report could not be written."""
    asking = an_entry(Step.CONFIRM, body={**UNTOLD, **body})
    return ended(asking, calls.CONFIRM, Parked(reason="a person must look"))


def test_what_waits_for_a_person_is_searched_for_meanwhile() -> None:
    waits = parked_in_between()
    assert (waits.phase, waits.due, MACHINE.call(waits)) == (Phase.PARKED, WANTED.due, calls.SEARCH_AGAIN)
    left = searched(waits, FIRST)
    assert (left.phase, left.step, left.due, left.body.late) == (Phase.PARKED, Step.CONFIRM, None, None)
    assert left.reason == "a person must look"


def test_a_second_voucher_of_what_waits_for_a_person_raises_an_alert() -> None:
    waits = parked_in_between()
    decision = decided(waits, SearchedAgain(due=WANTED.due, vouchers=(FIRST, SECOND)))
    entry = entry_of(decision)
    assert decision.notes[0].detail["alert"] == "yes"
    assert (entry.phase, entry.step, entry.due) == (Phase.PARKED, Step.CONFIRM, None)
    assert all(said in entry.reason for said in (FIRST.voucher_id, SECOND.voucher_id, "a person must look"))
    again = entry_of(received(entry, order(Action.RESUBMIT)))
    assert again.step == Step.REPORT
    told = ended(
        ended(again, calls.REPORT, Done(value=Reported(request_id="q", spacing=0.0))),
        calls.CONFIRM,
        Done(value=Confirmed()),
    )
    assert (told.phase, MACHINE.call(told)) == (Phase.FINAL, calls.SEARCH_AGAIN), "until the second is gone"


@pytest.mark.parametrize(("found", "alerted"), [((), False), ((FIRST,), False), ((FIRST, SECOND), True)])
def test_parked_without_a_voucher_two_are_told_and_one_is_found_by_a_persons_word(
    *, found: tuple[VoucherRef, ...], alerted: bool
) -> None:
    waits = ended(
        an_entry(Step.POST, body={"doubted": "r", "late": WANTED}), calls.LOOK, Parked(reason="odd")
    )
    assert MACHINE.call(waits) == calls.SEARCH_AGAIN
    left = searched(waits, *found)
    assert (left.phase, left.due, left.reason == "odd") == (Phase.PARKED, None, not alerted)
    assert left.body.late is not None, "a create may still follow"


@pytest.mark.parametrize(
    "outcome", [Retry(reason="busy"), InDoubt(reason="silence"), NotSent(reason="leaving")]
)
def test_a_search_that_fails_while_it_waits_for_a_person_is_made_again(outcome: Outcome) -> None:
    entry = ended(parked_in_between(), calls.SEARCH_AGAIN, outcome)
    assert (entry.phase, entry.step, entry.reason) == (Phase.PARKED, Step.CONFIRM, "a person must look")
    assert entry.due is not None
    assert entry.due > LATER


def test_a_search_that_cannot_be_made_while_it_waits_for_a_person_is_made_once_it_rests() -> None:
    entry = ended(parked_in_between(), calls.SEARCH_AGAIN, Parked(reason="no such query"))
    assert (entry.phase, entry.due, entry.reason) == (Phase.PARKED, None, "a person must look")
    assert entry.body.late == WANTED


@pytest.mark.parametrize(("intent", "alerted"), [(INTENT, False), (OTHER_NUMBER, True)])
def test_parked_in_doubt_what_an_earlier_number_made_is_told_at_once(
    *, intent: PostingIntent, alerted: bool
) -> None:
    """Under the number in doubt it may be what that create made: a person's word has it adopted."""
    doubt = started(Phase.PARKED, intent=intent, late=WANTED)
    left = searched(replace(doubt, due=WANTED.due, reason="odd"), FIRST)
    assert (left.phase, left.due) == (Phase.PARKED, None)
    assert (FIRST.voucher_id in left.reason) is alerted


def test_an_order_that_does_not_hold_has_it_not_searched_again() -> None:
    waits = ended(parked_in_between(), calls.SEARCH_AGAIN, Parked(reason="no such query"))
    assert received(waits, order(Action.RESUBMIT, sequence=waits.sequence - 1)).entry is waits


@pytest.mark.parametrize("step", [Step.CONFIRMED, Step.RETURNED])
def test_resubmitted_it_is_searched_for_again_and_rests_once_the_second_is_gone(step: Step) -> None:
    found = searched(at_rest(step), FIRST, SECOND)
    again = entry_of(received(found, order(Action.RESUBMIT)))
    assert MACHINE.call(again) == calls.SEARCH_AGAIN
    assert searched(again, FIRST, SECOND).phase is Phase.PARKED
    rests = searched(again, *([FIRST] if step is Step.CONFIRMED else []))
    assert (rests.phase, rests.step, rests.body.late) == (Phase.FINAL, step, None)


@pytest.mark.parametrize("step", [Step.CONFIRMED, Step.RETURNED])
def test_discarded_it_is_let_be(step: Step) -> None:
    found = searched(at_rest(step), FIRST, SECOND)
    over = entry_of(received(found, order(Action.DISCARD)))
    assert (over.phase, over.due, over.body.late) == (Phase.FINAL, None, None)
    assert over.body.voucher == found.body.voucher


def test_offered_again_meanwhile_it_is_worked_on_and_searched_for_afterwards() -> None:
    again = entry_of(received(at_rest(Step.RETURNED), fetch(2, fetched_at=SOON)))
    assert (again.phase, again.step, again.body.late) == (Phase.WAITING, Step.ACKNOWLEDGE, WANTED)
    answer = Done(value=SearchedAgain(due=WANTED.due, vouchers=(FIRST,)))
    came_late = ended(again, calls.SEARCH_AGAIN, answer, unchanged=False)
    assert (came_late.phase, came_late.step, came_late.body.late) == (Phase.WAITING, Step.ACKNOWLEDGE, WANTED)


def test_withdrawn_while_the_create_was_in_doubt_it_is_searched_for() -> None:
    doubt = started(Phase.IN_DOUBT, newer=document(2, status="Cancelled", fetched_at=NOW))
    entry = not_happened(doubt)
    assert (entry.phase, entry.step, entry.due) == (Phase.FINAL, Step.WITHDRAWN, LATER + SETTLE)
