"""A newer fetch, by where the invoice stands and what the fetch shows."""

from typing import Any

import pytest
from ap_domain.invoice_state import Step
from chassis.ledger.entry import Phase
from chassis.ledger.machine import Input

from .samples import (
    FIRST,
    IN_PROGRESS,
    INTENT,
    LATER,
    NOW,
    ONCE,
    POSTED,
    REFUSED,
    TOLD,
    an_entry,
    arrived,
    fetch,
)

REPORTED_AS_REFUSED = {"report": REFUSED, "reports": 1}
Row = tuple[str, dict[str, Any], Input, dict[str, Any]]
ROWS: list[Row] = [
    (
        "newer content before the acknowledge",
        {"step": Step.ACKNOWLEDGE, "attempts": 2, "tried": True},
        fetch(revision="x"),
        {
            "phase": Phase.WAITING,
            "step": Step.ACKNOWLEDGE,
            "attempts": 2,
            "tried": True,
            "acts_on": 2,
            "cycle": 1,
        },
    ),
    (
        "in progress by our own acknowledge",
        {"step": Step.POST, "body": {"acknowledged_at": NOW}},
        fetch(status=IN_PROGRESS),
        {"phase": Phase.WAITING, "step": Step.POST, "acts_on": 2},
    ),
    (
        "offered when it was fetched, acknowledged since",
        {"step": Step.POST, "body": {"acknowledged_at": LATER}},
        fetch(),
        {"phase": Phase.WAITING, "step": Step.POST, "acts_on": 2},
    ),
    (
        "offered again while it waits to be posted",
        {"step": Step.POST, "attempts": 4, "body": {"acknowledged_at": NOW}},
        fetch(revision="x"),
        {"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE, "attempts": 0, "acts_on": 2, "cycle": 1},
    ),
    (
        "withdrawn before it was posted",
        {"step": Step.POST, "body": {"acknowledged_at": NOW}},
        fetch(status="Cancelled"),
        {"phase": Phase.FINAL, "step": Step.WITHDRAWN, "acts_on": 2},
    ),
    (
        "offered again after it was withdrawn",
        {"step": Step.WITHDRAWN, "phase": Phase.FINAL, "due": None},
        fetch(),
        {"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE, "acts_on": 2, "cycle": 1},
    ),
    (
        "anything while a create runs",
        {"step": Step.POST, "phase": Phase.STARTED, "started": ONCE, "body": {"intent": INTENT}},
        fetch(revision="x"),
        {"phase": Phase.STARTED, "step": Step.POST, "acts_on": 1, "waits": 2},
    ),
    (
        "withdrawn while a create is in doubt",
        {"step": Step.POST, "phase": Phase.IN_DOUBT, "started": ONCE, "body": {"intent": INTENT}},
        fetch(status="Cancelled"),
        {"phase": Phase.IN_DOUBT, "step": Step.POST, "acts_on": 1, "waits": 2},
    ),
    (
        "anything while a doubt is parked",
        {"step": Step.POST, "phase": Phase.PARKED, "started": ONCE, "body": {"intent": INTENT}},
        fetch(revision="x"),
        {"phase": Phase.PARKED, "step": Step.POST, "acts_on": 1, "waits": 2},
    ),
    (
        "offered again where a parked create is known not to have happened",
        {"step": Step.POST, "phase": Phase.PARKED, "started": ONCE},
        fetch(revision="x"),
        {"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE, "acts_on": 2},
    ),
    (
        "offered again while parked",
        {"step": Step.POST, "phase": Phase.PARKED, "reason": "duplicate"},
        fetch(revision="x"),
        {"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE, "acts_on": 2, "reason": ""},
    ),
    (
        "in progress with the same content while parked",
        {"step": Step.POST, "phase": Phase.PARKED, "reason": "duplicate"},
        fetch(status=IN_PROGRESS),
        {"phase": Phase.PARKED, "step": Step.POST, "acts_on": 1, "reason": "duplicate"},
    ),
    (
        "in progress with other content while parked",
        {"step": Step.POST, "phase": Phase.PARKED, "reason": "duplicate"},
        fetch(status=IN_PROGRESS, revision="x"),
        {"phase": Phase.PARKED, "step": Step.POST, "acts_on": 2, "reason": "duplicate"},
    ),
    (
        "in progress while the voucher is reported",
        {"step": Step.REPORT, "body": POSTED},
        fetch(status=IN_PROGRESS, revision="x"),
        {"phase": Phase.WAITING, "step": Step.REPORT, "acts_on": 1, "waits": 2},
    ),
    (
        "offered again while the voucher is reported: the next transfer would get the answer",
        {"step": Step.REPORT, "attempts": 2, "tried": True, "body": {**POSTED, "report": TOLD, "reports": 1}},
        fetch(revision="x"),
        {"phase": Phase.WAITING, "step": Step.REVISIT, "acts_on": 2, "attempts": 0, "reports": 1},
    ),
    (
        "offered again since Basware did not take the report",
        {
            "step": Step.REPORT,
            "phase": Phase.PARKED,
            "reason": "not taken",
            "body": {**POSTED, "report": TOLD},
        },
        fetch(),
        {"phase": Phase.WAITING, "step": Step.REVISIT, "acts_on": 2, "reason": ""},
    ),
    (
        "offered again while its refusal is told, which may land after the next acknowledge",
        {"step": Step.REPORT, "body": REPORTED_AS_REFUSED},
        fetch(),
        {"phase": Phase.WAITING, "step": Step.REPORT, "acts_on": 1, "waits": 2},
    ),
    (
        "offered again with the content the voucher was made of",
        {"step": Step.CONFIRMED, "phase": Phase.FINAL, "due": None, "body": POSTED},
        fetch(),
        {"phase": Phase.WAITING, "step": Step.REVISIT, "acts_on": 2, "voucher": FIRST},
    ),
    (
        "offered again with other content than the voucher's",
        {"step": Step.CONFIRMED, "phase": Phase.FINAL, "due": None, "body": POSTED},
        fetch(revision="x"),
        {"phase": Phase.WAITING, "step": Step.REVISIT, "acts_on": 2, "voucher": FIRST},
    ),
    (
        "offered again while parked with a voucher of other content",
        {"step": Step.POST, "phase": Phase.PARKED, "started": ONCE, "attempts": 3, "body": POSTED},
        fetch(),
        {"phase": Phase.WAITING, "step": Step.REVISIT, "acts_on": 2, "voucher": FIRST, "attempts": 0},
    ),
    (
        "in progress while parked with a voucher",
        {"step": Step.POST, "phase": Phase.PARKED, "started": ONCE, "body": POSTED},
        fetch(status=IN_PROGRESS),
        {"phase": Phase.PARKED, "step": Step.POST, "acts_on": 1, "voucher": FIRST},
    ),
    (
        "offered again after it was discarded",
        {"step": Step.DISCARDED, "phase": Phase.FINAL, "due": None},
        fetch(),
        {"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE, "acts_on": 2, "cycle": 2},
    ),
    (
        "offered in shadow mode while it waits for going live",
        {"step": Step.ACKNOWLEDGE, "body": {"rehearsal": "would be posted"}},
        fetch(shadow=True),
        {"phase": Phase.WAITING, "step": Step.REHEARSE, "acts_on": 2},
    ),
    (
        "taken over by the other system in shadow mode",
        {"step": Step.ACKNOWLEDGE, "body": {"rehearsal": "would be posted"}},
        fetch(status="Transferred", shadow=True),
        {"phase": Phase.FINAL, "step": Step.WITHDRAWN, "acts_on": 2},
    ),
    (
        "transferred, as we reported",
        {"step": Step.CONFIRMED, "phase": Phase.FINAL, "due": None, "body": POSTED},
        fetch(status="Transferred"),
        {"phase": Phase.FINAL, "step": Step.CONFIRMED, "acts_on": 2, "voucher": FIRST},
    ),
    (
        "sent again after it was returned, with equal content",
        {"step": Step.RETURNED, "phase": Phase.FINAL, "due": None, "body": REPORTED_AS_REFUSED},
        fetch(),
        {"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE, "acts_on": 2, "cycle": 2, "reports": 1},
    ),
    (
        "failed, as we reported",
        {"step": Step.RETURNED, "phase": Phase.FINAL, "due": None, "body": REPORTED_AS_REFUSED},
        fetch(status="TransferFailed"),
        {"phase": Phase.FINAL, "step": Step.RETURNED, "acts_on": 2, "cycle": 1},
    ),
    (
        "its refusal is still to be confirmed",
        {"step": Step.CONFIRM, "body": REPORTED_AS_REFUSED},
        fetch(),
        {"phase": Phase.WAITING, "step": Step.CONFIRM, "acts_on": 1, "waits": 2},
    ),
]


@pytest.mark.parametrize(
    ("before", "record", "wanted"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_a_newer_fetch(before: dict[str, Any], record: Input, wanted: dict[str, Any]) -> None:
    before = dict(before)
    entry = arrived(an_entry(before.pop("step"), **before), record)
    shown = {
        "phase": entry.phase,
        "step": entry.step,
        "attempts": entry.attempts,
        "tried": entry.tried,
        "reason": entry.reason,
        "acts_on": entry.body.document.fetch_number,
        "waits": entry.body.newer.fetch_number if entry.body.newer else None,
        "cycle": entry.body.cycle,
        "voucher": entry.body.voucher,
        "reports": entry.body.reports,
    }
    assert {name: shown[name] for name in wanted} == wanted
    assert shown["waits"] == wanted.get("waits")
