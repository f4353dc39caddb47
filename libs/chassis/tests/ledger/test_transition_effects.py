"""What a call that may be repeated may have done is remembered, whatever comes after."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from chassis.ledger.entry import Phase
from chassis.ledger.machine import Call, Decision
from chassis.ledger.outcomes import Done, InDoubt, NotSent, Outcome, Parked, Retry, Stopped

from .moving import LOOK, REPORT, Tiny, at, moved


@pytest.mark.parametrize(
    ("call", "outcome", "tried"),
    [
        (REPORT, Retry(reason="no answer"), True),
        (REPORT, InDoubt(reason="silence"), True),
        (REPORT, Retry(reason="429", after=3.0, lane=True, effect=False), False),
        (REPORT, Retry(reason="later", blame=False, effect=False), False),
        (REPORT, NotSent(reason="left"), False),
        (REPORT, Stopped(reason="password", connection_version=7), False),
        (LOOK, Retry(reason="no answer"), False),
        (LOOK, InDoubt(reason="silence"), False),
    ],
)
def test_only_what_may_have_taken_effect_counts_as_tried(
    *, machine: Any, entry: Tiny, call: Call, outcome: Outcome, tried: bool
) -> None:
    assert moved(machine, entry, call, outcome).tried is tried
    assert moved(machine, replace(entry, tried=True), call, outcome).tried is True


class Writing:
    """Remembers in its body that it was told of a write; a success leaves the rest as it is."""

    def succeeded(self, entry: Tiny, value: object, **_: object) -> Decision[str]:
        return Decision(entry=entry)

    def call(self, entry: Tiny) -> Call | None:
        return None

    def wrote(self, entry: Tiny, outcome: Done | Retry, *, now: datetime) -> Tiny:
        return replace(entry, body=f"wrote at {now:%H:%M}")

    def rested(self, entry: Tiny) -> Tiny:
        return entry


@pytest.mark.parametrize("phase", [Phase.WAITING, Phase.PARKED, Phase.FINAL])
@pytest.mark.parametrize(
    ("outcome", "remembered"),
    [
        (Done(value="who else"), True),
        (Retry(reason="lost"), True),
        (Retry(reason="throttled", effect=False), False),
        (Parked(reason="p"), False),
    ],
    ids=str,
)
def test_a_write_is_remembered_whatever_became_of_the_record_meanwhile(
    entry: Tiny, phase: Phase, outcome: Outcome, remembered: bool
) -> None:
    after = moved(Writing(), at(entry, phase, body="before"), REPORT, outcome, unchanged=False)
    assert after.body == ("wrote at 12:05" if remembered else "before")
