"""What counts as a write too soon after another, whoever sent them, and however their calls overlap."""

from functools import partial

import pytest
from chassis.ledger.machine import Call, Kind

from .sim_broker import Broker
from .sim_flows import SimFlows
from .sim_loop import Process, SimLoop
from .sim_sends import Sends

WRITE = Call(name="acknowledge", remote="basware", kind=Kind.REPEATABLE)
LOOK = Call(name="look", remote="peoplesoft", kind=Kind.READ)
TOO_SOON = ["acknowledge of inv came 0.50 s after another write"]

Step = tuple[float, str, Call | bool]
"""When, which process, and the call it sends, or whether the one it sent arrived."""


@pytest.mark.parametrize(
    ("steps", "violations"),
    [
        pytest.param([(0.0, "a", WRITE), (0.1, "a", True), (0.5, "a", WRITE)], TOO_SOON, id="too soon"),
        pytest.param([(0.0, "a", WRITE), (0.1, "a", True), (1.0, "a", WRITE)], [], id="spaced"),
        pytest.param([(0.0, "a", WRITE), (0.1, "a", False), (0.5, "a", WRITE)], [], id="it did not arrive"),
        pytest.param([(0.0, "a", WRITE), (0.5, "b", WRITE)], TOO_SOON, id="under way when its process ended"),
        pytest.param(
            [
                (0.0, "a", WRITE),
                (0.1, "frozen", WRITE),
                (0.2, "a", False),
                (0.3, "frozen", False),
                (0.5, "a", WRITE),
            ],
            [],
            id="neither of two that overlapped arrived",
        ),
        pytest.param(
            [
                (0.0, "a", WRITE),
                (0.1, "frozen", WRITE),
                (0.2, "frozen", False),
                (0.3, "a", True),
                (0.5, "b", WRITE),
            ],
            TOO_SOON,
            id="the first of two that overlapped arrived",
        ),
        pytest.param(
            [(0.0, "a", WRITE), (0.1, "a", True), (0.2, "frozen", WRITE), (0.5, "b", WRITE)],
            TOO_SOON,
            id="one that is exempt came between",
        ),
        pytest.param(
            [
                (0.0, "a", WRITE),
                (0.1, "a", True),
                (0.2, "a", LOOK),
                (0.3, "a", False),
                (0.5, "a", WRITE),
            ],
            TOO_SOON,
            id="a look that did not arrive came between",
        ),
    ],
)
def test_a_write_is_too_soon_after_one_that_may_have_happened(
    steps: list[Step], violations: list[str]
) -> None:
    loop = SimLoop(1)
    sends = Sends(loop, SimFlows(), Broker(loop, partitions=1), places=2)
    processes = {name: Process(name) for name in ("a", "b", "frozen")}
    processes["frozen"].was_frozen = True
    for when, name, what in steps:
        act = (
            partial(sends.began, "inv", "c1", what)
            if isinstance(what, Call)
            else partial(sends.ended, "inv", arrived=what)
        )
        loop.call_at(when, act, context=processes[name].context)
    loop.run(deadline=10.0)
    assert not loop.failures
    assert sends.violations == violations
