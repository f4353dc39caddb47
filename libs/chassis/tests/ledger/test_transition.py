"""How each outcome of a call moves an entry, in every phase it can meet."""

from dataclasses import replace
from typing import Any

import pytest
from chassis.ledger.entry import Phase, Stop
from chassis.ledger.machine import Call
from chassis.ledger.outcomes import Done, InDoubt, NotSent, Outcome, Parked, Rejected, Retry, Sighted, Stopped

from .moving import CREATE, LATER, LOOK, REPORT, SETTLE, STARTED, Tiny, at, decided, moved

TABLE: list[tuple[Phase, Call, Outcome, Phase]] = [
    (Phase.WAITING, LOOK, Done(value="x"), Phase.FINAL),
    (Phase.WAITING, LOOK, Done(value="nothing there"), Phase.STARTED),
    (Phase.WAITING, LOOK, Rejected(reason="no"), Phase.FINAL),
    (Phase.WAITING, LOOK, Retry(reason="busy"), Phase.WAITING),
    (Phase.WAITING, LOOK, InDoubt(reason="silence"), Phase.WAITING),
    (Phase.WAITING, REPORT, InDoubt(reason="silence"), Phase.WAITING),
    (Phase.WAITING, LOOK, Parked(reason="person"), Phase.PARKED),
    (Phase.WAITING, LOOK, Stopped(reason="password", connection_version=7), Phase.STOPPED),
    (Phase.WAITING, LOOK, NotSent(reason="left"), Phase.WAITING),
    (Phase.STOPPED, LOOK, Done(value="nothing there"), Phase.STARTED),
    (Phase.STOPPED, LOOK, Rejected(reason="no"), Phase.FINAL),
    (Phase.STOPPED, LOOK, Retry(reason="busy"), Phase.WAITING),
    (Phase.STOPPED, LOOK, Parked(reason="person"), Phase.PARKED),
    (Phase.STOPPED, LOOK, Stopped(reason="password", connection_version=7), Phase.STOPPED),
    (Phase.STARTED, CREATE, Done(value="x"), Phase.FINAL),
    (Phase.STARTED, CREATE, Rejected(reason="no"), Phase.FINAL),
    (Phase.STARTED, CREATE, Retry(reason="busy"), Phase.WAITING),
    (Phase.STARTED, CREATE, InDoubt(reason="silence"), Phase.IN_DOUBT),
    (Phase.STARTED, CREATE, Parked(reason="person"), Phase.PARKED),
    (Phase.STARTED, CREATE, Stopped(reason="password", connection_version=7), Phase.STOPPED),
    (Phase.STARTED, CREATE, NotSent(reason="old"), Phase.WAITING),
    (Phase.IN_DOUBT, SETTLE, Sighted(same=("v",)), Phase.FINAL),
    (Phase.IN_DOUBT, SETTLE, Sighted(same=("v", "w")), Phase.PARKED),
    (Phase.IN_DOUBT, SETTLE, Sighted(different=("v",)), Phase.PARKED),
    (Phase.IN_DOUBT, SETTLE, Sighted(), Phase.IN_DOUBT),
    (Phase.IN_DOUBT, SETTLE, Retry(reason="busy"), Phase.IN_DOUBT),
    (Phase.IN_DOUBT, SETTLE, InDoubt(reason="silence"), Phase.IN_DOUBT),
    (Phase.IN_DOUBT, SETTLE, Parked(reason="person"), Phase.PARKED),
    (Phase.IN_DOUBT, SETTLE, Stopped(reason="password", connection_version=7), Phase.IN_DOUBT),
    (Phase.IN_DOUBT, SETTLE, NotSent(reason="left"), Phase.IN_DOUBT),
    (Phase.PARKED, CREATE, Done(value="x"), Phase.FINAL),
    (Phase.PARKED, CREATE, InDoubt(reason="silence"), Phase.IN_DOUBT),
    (Phase.PARKED, CREATE, Retry(reason="busy"), Phase.PARKED),
    (Phase.PARKED, CREATE, NotSent(reason="old"), Phase.PARKED),
    (Phase.PARKED, CREATE, Stopped(reason="password", connection_version=7), Phase.PARKED),
]


@pytest.mark.parametrize(
    ("before", "call", "outcome", "after"),
    TABLE,
    ids=[f"{row[0]}-{row[1].name}-{row[2]}" for row in TABLE],
)
def test_outcomes_by_phase(
    *, machine: Any, entry: Tiny, before: Phase, call: Call, outcome: Outcome, after: Phase
) -> None:
    assert moved(machine, at(entry, before), call, outcome).phase is after


@pytest.mark.parametrize("phase", [Phase.PARKED, Phase.FINAL])
@pytest.mark.parametrize("call", [LOOK, REPORT, SETTLE], ids=lambda call: call.name)
@pytest.mark.parametrize(
    "outcome",
    [
        Done(value="nothing there"),
        Rejected(reason="no"),
        Retry(reason="busy"),
        InDoubt(reason="silence"),
        Parked(reason="other"),
        NotSent(reason="left"),
        Sighted(same=("v",)),
        Sighted(),
    ],
    ids=lambda outcome: type(outcome).__name__,
)
def test_what_was_parked_or_ended_during_a_harmless_call_stays_so(
    machine: Any, entry: Tiny, phase: Phase, call: Call, outcome: Outcome
) -> None:
    resting = at(entry, phase, due=None, reason="said before")
    decision = decided(machine, resting, call, outcome, unchanged=False)
    assert decision.entry is resting
    assert [note.action for note in decision.notes] == ["too late"]


@pytest.mark.parametrize(
    ("phase", "call"), [(Phase.PARKED, LOOK), (Phase.PARKED, CREATE), (Phase.FINAL, LOOK)]
)
def test_a_refusal_of_us_is_told_whatever_became_of_the_record(
    machine: Any, entry: Tiny, phase: Phase, call: Call
) -> None:
    resting = at(entry, phase, due=None, reason="said before")
    after = moved(machine, resting, call, Stopped(reason="password", connection_version=7))
    assert after == replace(resting, stop=Stop(flow="r", connection_version=7, at=LATER, reason="password"))


@pytest.mark.parametrize("outcome", [Rejected(reason="no"), Parked(reason="odd")])
def test_a_no_to_what_an_input_replaced_meanwhile_is_asked_again(
    machine: Any, entry: Tiny, outcome: Outcome
) -> None:
    after = moved(machine, at(entry, Phase.WAITING), LOOK, outcome, unchanged=False)
    assert (after.phase, after.due) == (Phase.WAITING, LATER)


def test_a_no_to_a_create_counts_whatever_arrived_meanwhile(machine: Any, entry: Tiny) -> None:
    after = moved(machine, at(entry, Phase.STARTED), CREATE, Rejected(reason="no"), unchanged=False)
    assert (after.phase, after.reason) == (Phase.FINAL, "no")


@pytest.mark.parametrize("phase", [Phase.WAITING, Phase.STARTED, Phase.IN_DOUBT])
def test_a_stop_names_the_flow_the_connection_and_when(machine: Any, entry: Tiny, phase: Phase) -> None:
    call = {Phase.STARTED: CREATE, Phase.IN_DOUBT: SETTLE}.get(phase, LOOK)
    stopped = Stopped(reason="password refused", connection_version=7)
    after = moved(machine, at(entry, phase), call, stopped)
    assert after.stop == Stop(flow="r", connection_version=7, at=LATER, reason="password refused")
    assert (after.reason, after.due) == ("password refused", None)


@pytest.mark.parametrize("outcome", [Retry(reason="busy"), NotSent(reason="old")])
def test_a_parked_record_keeps_its_reason(machine: Any, entry: Tiny, outcome: Outcome) -> None:
    parked = replace(entry, phase=Phase.PARKED, reason="a person must decide", started=STARTED)
    assert moved(machine, parked, CREATE, outcome).reason == "a person must decide"
