"""What takes the place of a decision that could not be written, because the log refused a record of it. Pure."""

from dataclasses import replace
from typing import TypeVar

from chassis.ledger.entry import Entry, Missed, Phase
from chassis.ledger.machine import Call, Decision, Kind, Note
from chassis.ledger.words import words

B = TypeVar("B")

MISSED = 20
"""So many inputs a parked record remembers at most: it must stay small."""
ALERT = 500
"""Characters of an alert that are kept: there must be room to say why it was not written."""


def unwritable(
    entry: Entry[B],
    reason: str,
    *,
    call: Call | None = None,
    missed: Missed | None = None,
    alert: str | None = None,
) -> Decision[B]:
    """A small parked entry, which says why.

    What the decision had to say to somebody at once, its `alert`, is said all the same, and first. It counts as a
    failed attempt: what `call` did, whose outcome it was about or which is under way, may be what was not written
    down. The input it was about, `missed`, is remembered by where it lies; of very many the latest.
    """
    places = entry.missed if missed is None or missed in entry.missed else (*entry.missed, missed)
    said = words(reason if alert is None else f"{alert[:ALERT]} - and {reason}")
    parked = replace(
        entry,
        phase=Phase.PARKED,
        due=None,
        attempts=entry.attempts + 1,
        tried=entry.tried or (call is not None and call.kind is Kind.REPEATABLE),
        stop=None,
        missed=places[-MISSED:],
        reason=said,
    )
    detail = {"reason": said} if alert is None else {"reason": said, "alert": "yes"}
    return Decision(entry=parked, notes=(Note(action="parked", detail=detail),))
