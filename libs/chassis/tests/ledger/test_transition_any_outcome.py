"""Whatever a call comes to: what no outcome may do to an entry."""

from dataclasses import replace
from datetime import datetime, timedelta

from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Decision
from chassis.ledger.outcomes import Done, InDoubt, NotSent, Outcome, Parked, Rejected, Retry, Sighted, Stopped
from hypothesis import given
from hypothesis import strategies as st

from .moving import CREATE, LATER, LOOK, SETTLE, Tiny, at, moved

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
