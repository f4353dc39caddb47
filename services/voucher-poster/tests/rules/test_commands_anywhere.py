"""Whatever is known of an invoice: what no command may do."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from ap_domain.command import Action
from ap_domain.invoice_state import Step
from chassis.ledger.entry import Phase

from .samples import (
    INTENT,
    MACHINE,
    ONCE,
    POSTED,
    REFUSED,
    TOLD,
    InvoiceEntry,
    an_entry,
    document,
    entry_of,
    order,
    received,
)

BODIES: dict[str, dict[str, Any]] = {
    "nothing known": {},
    "an intent": {"intent": INTENT},
    "a voucher": POSTED,
    "a voucher of other content": {**POSTED, "posted_revision": "before"},
}
MORE: dict[str, dict[str, Any]] = {
    "": {},
    ", doubted": {"doubted": "before"},
    ", refused": {"refusal": "no"},
    ", a newer fetch waits": {"newer": document(2)},
    ", all three": {"doubted": "before", "refusal": "no", "newer": document(2)},
}


OVER = (Step.CONFIRMED, Step.PAID, Step.RETURNED, Step.WITHDRAWN, Step.DISCARDED)


def standings(phase: Phase) -> Iterator[tuple[str, InvoiceEntry]]:
    """Every standing of this phase that the rules can bring about, and some that they cannot."""
    for step, (known, body), (also, more), begun in product(Step, BODIES.items(), MORE.items(), (None, ONCE)):
        if step in OVER and (begun is not None or phase not in (Phase.FINAL, Phase.PARKED)):
            continue
        if known == "an intent" and step != Step.POST:
            continue
        told = step in (Step.REPORT, Step.CONFIRM)
        report = {"report": TOLD if "voucher" in body else REFUSED, "reports": 1} if told else {}
        entry = an_entry(step, phase=phase, started=begun, body={**body, **more, **report})
        yield f"{phase}, {step}: {known}{also}, started {begun is not None}", entry


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("phase", Phase)
def test_no_command_can_do_harm_wherever_the_invoice_stands(action: Action, phase: Phase) -> None:
    for where, entry in standings(phase):
        decision = received(entry, order(action))
        found = entry_of(decision)
        refused = decision.notes[0].action == "command refused"
        assert (found is entry) == refused, where
        if refused:
            continue
        assert decision.notes[0].action == "command applied", where
        assert phase in (Phase.WAITING, Phase.PARKED, Phase.STOPPED), f"it is under way or over: {where}"
        assert found.phase is not Phase.STARTED, f"a create is begun: {where}"
        assert found.body.voucher == entry.body.voucher, f"a voucher is made up or forgotten: {where}"
        _tells_the_truth(entry, found, where)
        rests = found.phase in (Phase.PARKED, Phase.FINAL)
        assert rests or (MACHINE.call(found) is not None and found.due is not None), f"it sleeps: {where}"
        if action is not Action.DISCARD:
            assert MACHINE.claims(found) == MACHINE.claims(entry), f"the key is let go: {where}"
        elif MACHINE.claims(entry) and found.body.voucher is None:
            assert found.body.doubted is not None, f"that a voucher may exist is forgotten: {where}"


def _tells_the_truth(before: InvoiceEntry, after: InvoiceEntry, where: str) -> None:
    """A report is a new one, under a new number, and never says no beside a voucher."""
    assert after.body.reports >= before.body.reports, where
    report = after.body.report if after.step == Step.REPORT else None
    if report is not None and before.step == Step.CONFIRM:
        assert before.body.report is not None, where
        assert report == replace(before.body.report, request_id=None, repeats=0), (
            f"a repeat is another report: {where}"
        )
    elif report is not None and report != before.body.report:
        assert report.number == before.body.reports + 1, f"a report's number is used twice: {where}"
        assert report.success == (before.body.voucher is not None), f"the wrong thing is told: {where}"
