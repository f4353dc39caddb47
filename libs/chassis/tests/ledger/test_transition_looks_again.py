"""The one look at the remote that a parked record may still ask for."""

from dataclasses import replace

import pytest
from chassis.ledger.entry import Phase
from chassis.ledger.machine import Call, Decision
from chassis.ledger.outcomes import Done, InDoubt, NotSent, Outcome, Parked, Retry

from .moving import LATER, LOOK, REPORT, Tiny, moved


class LooksAgain:
    """What is parked is looked at once more."""

    def call(self, entry: Tiny) -> Call | None:
        return LOOK if entry.phase in (Phase.PARKED, Phase.FINAL) else REPORT

    def rested(self, entry: Tiny) -> Tiny:
        return replace(entry, due=LATER)

    def succeeded(self, entry: Tiny, value: object, **_: object) -> Decision[str]:
        return Decision(entry=replace(entry, due=None, body=str(value)))


def test_what_the_ledger_parks_is_looked_at_once_more_where_its_machine_says_so(entry: Tiny) -> None:
    waits = moved(LooksAgain(), entry, REPORT, Parked(reason="odd"))
    assert (waits.phase, waits.due, waits.reason) == (Phase.PARKED, LATER, "odd")
    looked = moved(LooksAgain(), waits, LOOK, Done(value="seen"))
    assert (looked.phase, looked.due, looked.reason, looked.body) == (Phase.PARKED, None, "odd", "seen")
    assert moved(LooksAgain(), replace(waits, due=None), LOOK, Done(value="seen")).body == entry.body


@pytest.mark.parametrize(
    "outcome",
    [Retry(reason="busy"), InDoubt(reason="silence"), NotSent(reason="left"), Parked(reason="cannot")],
)
def test_a_look_that_fails_does_not_say_why_a_person_must_decide(entry: Tiny, outcome: Outcome) -> None:
    waits = replace(entry, phase=Phase.PARKED, due=LATER, reason="odd")
    left = moved(LooksAgain(), waits, LOOK, outcome)
    assert (left.phase, left.reason) == (Phase.PARKED, "odd")
    assert (left.due is None) is isinstance(outcome, Parked), (
        "what cannot be looked at is not asked again and again"
    )
