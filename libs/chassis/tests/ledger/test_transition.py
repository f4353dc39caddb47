"""How each outcome of a call moves an entry, in every phase it can meet."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ap_domain.backoff import Backoff
from chassis.ledger import transition
from chassis.ledger.entry import Entry, Phase, Started, Stop
from chassis.ledger.machine import Call, Decision, Kind
from chassis.ledger.outcomes import (
    Done,
    InDoubt,
    NotSent,
    Outcome,
    Parked,
    Rejected,
    Retry,
    Sighted,
    Stopped,
)
from chassis.ledger.policy import Policy
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
POLICY = Policy(backoff=Backoff(base=1.0, cap=300.0), look_spacing=5.0)
LOOK = Call(name="look", remote="r", kind=Kind.READ)
REPORT = Call(name="report", remote="r", kind=Kind.REPEATABLE)
CREATE = Call(name="create", remote="r", kind=Kind.ONCE)
SETTLE = Call(name="settle", remote="r", kind=Kind.READ, goes_on_when_paused=True)
STARTED = Started(at=NOW, number=1, settle_seconds=60.0, request_digest="d")
STOP = Stop(flow="r", connection_version=6, at=NOW, reason="before")

Tiny = Entry[str]


def at(entry: Tiny, phase: Phase, **changes: Any) -> Tiny:
    """The entry in a phase, as it comes there: started where a call that may not be repeated is about."""
    begun = STARTED if phase in (Phase.STARTED, Phase.IN_DOUBT) else None
    return replace(entry, phase=phase, started=begun, **changes)


def decided(
    machine: Any, entry: Tiny, call: Call, outcome: Outcome, *, fraction: float = 0.5, unchanged: bool = True
) -> Decision[str]:
    return transition.on_outcome(
        machine,
        entry,
        call,
        outcome,
        unchanged=unchanged,
        now=LATER,
        fraction=fraction,
        policy=POLICY,
        others=lambda claim: (),
    )


def moved(machine: Any, entry: Tiny, call: Call, outcome: Outcome, **options: Any) -> Tiny:
    after = decided(machine, entry, call, outcome, **options).entry
    assert after is not None
    return after


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


@pytest.mark.parametrize(
    ("attempts", "outcome", "fraction", "seconds", "counted"),
    [
        (0, Retry(reason="busy"), 0.5, 0.5, 1),
        (0, Retry(reason="busy"), 1.0, 1.0, 1),
        (3, Retry(reason="busy"), 1.0, 8.0, 4),
        (40, Retry(reason="busy"), 1.0, 300.0, 41),
        (0, Retry(reason="busy", after=17.0), 0.5, 17.5, 1),
        (0, Retry(reason="throttled", after=1e9), 0.0, 3600.0, 1),
        (5, Retry(reason="working on it", after=2.0, blame=False), 1.0, 2.0, 5),
        (5, InDoubt(reason="silence"), 1.0, 32.0, 6),
    ],
)
def test_how_long_a_retry_waits(
    *,
    machine: Any,
    entry: Tiny,
    attempts: int,
    outcome: Outcome,
    fraction: float,
    seconds: float,
    counted: int,
) -> None:
    before = at(entry, Phase.WAITING, attempts=attempts)
    after = moved(machine, before, LOOK, outcome, fraction=fraction)
    assert (after.due, after.attempts) == (LATER + timedelta(seconds=seconds), counted)
    assert after.reason


def test_an_answer_ends_the_count_of_failures_and_an_old_stop(machine: Any, entry: Tiny) -> None:
    before = at(entry, Phase.STOPPED, attempts=9, reason="away", stop=STOP)
    after = moved(machine, before, LOOK, Done(value="who else"))
    assert (after.phase, after.attempts, after.reason, after.stop) == (Phase.WAITING, 0, "", None)


def test_doubt_waits_for_the_settle_time_and_forgets_earlier_looks(machine: Any, entry: Tiny) -> None:
    before = at(entry, Phase.STARTED, looks=1, attempts=4)
    after = moved(machine, before, CREATE, InDoubt(reason="silence"))
    assert after.due == LATER + timedelta(seconds=60)
    assert (after.looks, after.attempts, after.started) == (0, 0, STARTED)


def test_a_new_owner_puts_what_was_started_in_doubt_and_nothing_else(entry: Tiny) -> None:
    decision = transition.on_load(at(entry, Phase.STARTED), now=LATER)
    assert decision is not None
    assert decision.entry is not None
    assert (decision.entry.phase, decision.entry.due) == (Phase.IN_DOUBT, LATER + timedelta(seconds=60))
    assert [note.action for note in decision.notes] == ["in doubt"]
    for phase in set(Phase) - {Phase.STARTED}:
        assert transition.on_load(at(entry, phase), now=LATER) is None


def test_two_spaced_empty_looks_settle_that_it_did_not_happen(machine: Any, entry: Tiny) -> None:
    first = moved(machine, at(entry, Phase.IN_DOUBT, attempts=3), SETTLE, Sighted())
    assert (first.phase, first.looks, first.attempts) == (Phase.IN_DOUBT, 1, 0)
    assert first.due == LATER + timedelta(seconds=5)
    second = moved(machine, first, SETTLE, Sighted())
    assert (second.phase, second.looks, second.due, second.reason) == (Phase.WAITING, 0, LATER, "")
    assert second.started == STARTED


def test_a_failed_look_between_two_empty_ones_takes_nothing_back(machine: Any, entry: Tiny) -> None:
    once = at(entry, Phase.IN_DOUBT, looks=1)
    after = moved(machine, once, SETTLE, Retry(reason="busy"))
    assert (after.phase, after.looks, after.attempts) == (Phase.IN_DOUBT, 1, 1)


@pytest.mark.parametrize(
    ("sighted", "words", "alert"),
    [
        (Sighted(same=("v1", "v2")), ["v1", "v2", "more than one"], "yes"),
        (Sighted(different=("v3",)), ["v3", "different"], None),
        (Sighted(same=("v1", "v2"), different=("v3",)), ["v1", "v2"], "yes"),
    ],
)
def test_what_is_sighted_and_not_clear_is_parked_with_its_numbers(
    machine: Any, entry: Tiny, sighted: Sighted, words: list[str], alert: str | None
) -> None:
    decision = decided(machine, at(entry, Phase.IN_DOUBT), SETTLE, sighted)
    assert decision.entry is not None
    assert (decision.entry.phase, decision.entry.due) == (Phase.PARKED, None)
    assert all(word in decision.entry.reason for word in words)
    assert decision.notes[0].detail.get("alert") == alert


def test_one_of_ours_beside_others_under_its_key_is_adopted(machine: Any, entry: Tiny) -> None:
    after = moved(machine, at(entry, Phase.IN_DOUBT), SETTLE, Sighted(same=("v",), different=("w",)))
    assert after.body == "adopted v"


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


def test_what_was_not_sent_again_and_again_is_tried_more_and_more_slowly(machine: Any, entry: Tiny) -> None:
    """A request that differs each time it is made must not spin between look and create."""
    waits = []
    for number in (1, 2, 5, 20):
        before = replace(at(entry, Phase.STARTED), started=replace(STARTED, number=number))
        due = moved(machine, before, CREATE, NotSent(reason="differs"), fraction=1.0).due
        assert due is not None
        waits.append((due - LATER).total_seconds())
    assert waits == [1.0, 2.0, 16.0, 300.0]


@pytest.mark.parametrize("blame", [True, False])
def test_a_create_that_is_answered_later_again_and_again_is_started_more_and_more_slowly(
    *, machine: Any, entry: Tiny, blame: bool
) -> None:
    """The look before each start goes well: it must not begin the count anew."""
    waits = []
    for number in range(1, 12):
        begun = moved(machine, entry, LOOK, Done(value="nothing there"))
        assert begun.started is not None
        assert (begun.started.number, begun.attempts) == (number, 0)
        entry = moved(machine, begun, CREATE, Retry(reason="locked", blame=blame), fraction=1.0)
        assert entry.due is not None
        assert entry.attempts == number
        waits.append((entry.due - LATER).total_seconds())
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 300.0, 300.0]


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


@pytest.mark.parametrize(("call", "tried"), [(REPORT, True), (LOOK, False), (None, False)])
def test_what_a_call_did_that_cannot_be_written_down_may_have_taken_effect(
    *, entry: Tiny, call: Call | None, tried: bool
) -> None:
    after = transition.unwritable(entry, "too large", call=call).entry
    assert after is not None
    assert after.tried is tried


@pytest.mark.parametrize("phase", Phase)
def test_unwritable_parks_and_keeps_what_may_have_happened(entry: Tiny, phase: Phase) -> None:
    before = at(entry, phase, attempts=2, stop=STOP)
    after = transition.unwritable(before, "too large").entry
    assert after is not None
    assert (after.phase, after.due, after.attempts, after.reason) == (Phase.PARKED, None, 3, "too large")
    assert after.started == before.started
    assert after.body == before.body


def test_each_start_has_the_next_number(entry: Tiny) -> None:
    once = transition.started(entry, settle_seconds=9.0, request_digest="x", now=LATER)
    again = transition.started(once, settle_seconds=9.0, request_digest="y", now=LATER)
    assert again.started == Started(at=LATER, number=2, settle_seconds=9.0, request_digest="y")
    assert (again.phase, again.due, again.looks, again.attempts) == (Phase.STARTED, None, 0, 0)


class Replacing:
    """Withdrawing ends the record: an input that had to wait says so."""

    def __init__(self, machine: Any) -> None:
        self._machine = machine

    def withdrawn(self, entry: Tiny, *, now: datetime) -> Tiny:
        return replace(entry, phase=Phase.FINAL, step="gone", due=None, started=None)


@pytest.mark.parametrize(
    ("phase", "call", "outcome"),
    [
        (Phase.STARTED, CREATE, Retry(reason="busy")),
        (Phase.STARTED, CREATE, NotSent(reason="old")),
        (Phase.STARTED, CREATE, Stopped(reason="password", connection_version=7)),
        (Phase.IN_DOUBT, SETTLE, Sighted()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_withdrawing_ended_is_not_woken(
    machine: Any, entry: Tiny, phase: Phase, call: Call, outcome: Outcome
) -> None:
    after = moved(Replacing(machine), at(entry, phase, looks=1), call, outcome)
    assert (after.phase, after.step, after.due, after.attempts) == (Phase.FINAL, "gone", None, 0)
    assert (after.stop is not None) is isinstance(outcome, Stopped)


outcomes = st.one_of(
    st.sampled_from([Done(value="who else"), Rejected(reason="no"), Parked(reason="p"), NotSent(reason="n")]),
    st.builds(Retry, reason=st.just("r"), after=st.none() | st.floats(0, 1e6), blame=st.booleans()),
    st.sampled_from([InDoubt(reason="d"), Stopped(reason="s", connection_version=1), Sighted()]),
)


@given(phase=st.sampled_from(Phase), outcome=outcomes, fraction=st.floats(0, 1), attempts=st.integers(0, 99))
def test_nothing_but_an_answer_or_two_empty_looks_ends_doubt(
    phase: Phase, outcome: Outcome, fraction: float, attempts: int
) -> None:
    """And what waits for no call is always visible: parked or final."""

    class Machine:
        def succeeded(self, entry: Tiny, value: object, **_: object) -> Decision[str]:
            return Decision(entry=replace(entry, phase=Phase.FINAL))

        def rejected(self, entry: Tiny, outcome: Rejected, **_: object) -> Decision[str]:
            return Decision(entry=replace(entry, phase=Phase.FINAL))

        def withdrawn(self, entry: Tiny, *, now: datetime) -> Tiny:
            return replace(entry, phase=Phase.WAITING, due=now)

        def rested(self, entry: Tiny) -> Tiny:
            return entry

    entry: Tiny = Entry(
        key="k", connection_id="c", sequence=1, phase=phase, step="do", attempts=attempts, body=""
    )
    call = {Phase.STARTED: CREATE, Phase.IN_DOUBT: SETTLE}.get(phase, LOOK)
    if isinstance(outcome, Sighted) and phase is not Phase.IN_DOUBT:
        return
    after = moved(Machine(), at(entry, phase), call, outcome, fraction=fraction)
    if phase is Phase.IN_DOUBT:
        assert after.phase in (Phase.IN_DOUBT, Phase.PARKED, Phase.FINAL)
    if phase in (Phase.IN_DOUBT, Phase.STARTED):
        assert after.started is not None
    if after.phase is Phase.WAITING:
        assert after.due is not None


failures = outcomes.filter(lambda outcome: not isinstance(outcome, Done | Sighted))


@given(
    outcome=failures,
    wait=st.floats(0.001, 1e6),
    fraction=st.floats(0, 1),
    phase=st.sampled_from([Phase.WAITING, Phase.STOPPED]),
)
def test_what_replaced_the_work_during_its_call_is_not_done_sooner_for_its_failure(
    outcome: Outcome, wait: float, fraction: float, phase: Phase
) -> None:
    """A look ends after a newer document made a write due: that write keeps its distance from the one before."""
    due = LATER + timedelta(seconds=wait)
    entry: Tiny = Entry(key="k", connection_id="c", sequence=2, phase=phase, step="tell", due=due, body="")
    after = moved(object(), entry, LOOK, outcome, fraction=fraction, unchanged=False)
    assert after.due is not None
    assert after.due >= due


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
