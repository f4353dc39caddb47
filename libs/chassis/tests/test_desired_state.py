from datetime import UTC, datetime

import pytest
from ap_domain.desired_state import DesiredState, FlowState
from chassis.desired_state import DesiredStates


def word(state: FlowState, *, version: int, connection_version: int = 1) -> DesiredState:
    return DesiredState(
        connection_id="acme",
        flow="post",
        state=state,
        version=version,
        connection_version=connection_version,
        reason="r",
        actor="a",
        at=datetime(2026, 11, 22, tzinfo=UTC),
    )


STOP, PAUSE, RUN = FlowState.STOPPED, FlowState.PAUSED, FlowState.RUNNING


@pytest.mark.parametrize(
    ("words", "connection_version", "expected"),
    [
        ([], 1, RUN),
        ([word(STOP, version=1)], 1, STOP),
        ([word(STOP, version=1)], None, STOP),
        ([word(STOP, version=1)], 2, RUN),
        ([word(PAUSE, version=1)], 2, PAUSE),
        ([word(STOP, version=1), word(RUN, version=2)], 1, RUN),
        ([word(RUN, version=2), word(STOP, version=1)], 1, RUN),
        ([word(RUN, version=2), word(STOP, version=2)], 1, RUN),
        ([word(STOP, version=1, connection_version=2)], 2, STOP),
        ([word(STOP, version=1, connection_version=3)], 2, STOP),
    ],
)
def test_the_latest_word_counts_and_a_late_stop_is_void(
    words: list[DesiredState], connection_version: int | None, expected: FlowState
) -> None:
    states = DesiredStates(bootstrap="127.0.0.1:1", connection_version=lambda _: connection_version)
    for said in words:
        states.take(said)
    assert states.state("acme", "post") is expected
    assert states.state("acme", "fetch") is RUN


def test_a_change_is_announced_and_a_repeat_is_not() -> None:
    heard: list[tuple[str, str]] = []
    states = DesiredStates(bootstrap="127.0.0.1:1", connection_version=lambda _: 1)
    states.on_change(lambda connection, flow: heard.append((connection, flow)))
    states.take(word(STOP, version=1))
    states.take(word(STOP, version=1))
    assert heard == [("acme", "post")]
