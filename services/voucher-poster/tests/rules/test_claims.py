"""Which natural key an invoice holds, and what is left when a create made no voucher."""

from dataclasses import replace
from typing import Any

import pytest
from ap_domain.invoice_state import Step
from chassis.ledger.entry import Phase, Started

from .samples import CLAIM, INTENT, LATER, MACHINE, ONCE, POSTED, an_entry, arrived, fetch, started


def test_a_fetch_that_waited_for_a_create_replaces_it_when_nothing_was_created() -> None:
    doubt = started(Phase.IN_DOUBT)
    back = MACHINE.withdrawn(arrived(doubt, fetch(revision="x")), now=LATER)
    assert (back.phase, back.step, back.body.document.fetch_number) == (Phase.WAITING, Step.ACKNOWLEDGE, 2)
    assert back.body.newer is None
    assert back.started == ONCE
    gone = MACHINE.withdrawn(arrived(doubt, fetch(status="Cancelled")), now=LATER)
    assert (gone.phase, gone.step) == (Phase.FINAL, Step.WITHDRAWN)


def test_withdrawn_without_a_newer_fetch_it_looks_again() -> None:
    doubt = started(Phase.IN_DOUBT)
    back = MACHINE.withdrawn(doubt, now=LATER)
    assert (back.phase, back.step, back.due, back.started) == (Phase.WAITING, Step.POST, LATER, ONCE)
    assert MACHINE.claims(back) == ()
    assert back.body.doubted == "r"


def test_a_create_that_was_not_carried_out_leaves_no_doubt() -> None:
    assert MACHINE.withdrawn(started(), now=LATER).body.doubted is None
    assert MACHINE.withdrawn(started(doubted="before"), now=LATER).body.doubted == "before"


@pytest.mark.parametrize(
    ("phase", "begun", "body", "held"),
    [
        (Phase.WAITING, None, {}, False),
        (Phase.STARTED, ONCE, {"intent": INTENT}, True),
        (Phase.IN_DOUBT, ONCE, {"intent": INTENT}, True),
        (Phase.PARKED, ONCE, {"intent": INTENT}, True),
        (Phase.PARKED, ONCE, {}, False),
        (Phase.PARKED, None, {}, False),
        (Phase.FINAL, None, POSTED, True),
        (Phase.WAITING, None, POSTED, True),
    ],
)
def test_the_natural_key_is_held_while_a_voucher_exists_or_may(
    *, phase: Phase, begun: Started | None, body: dict[str, Any], held: bool
) -> None:
    entry = replace(an_entry(Step.POST, body=body), phase=phase, started=begun)
    assert (CLAIM in MACHINE.claims(entry)) == held
