"""Events that wait: one a record in a group, inputs never out of order, groups bounded."""

from chassis.ledger.events import Arrived, Ended, Event, Loaded, Reassert, Undecodable, record_key
from chassis.ledger.inbox import Inbox
from chassis.ledger.machine import Call, Input, Kind
from chassis.ledger.outcomes import Done
from chassis.ledger.policy import Policy
from chassis.ledger.ports import LogRecord
from hypothesis import given
from hypothesis import strategies as st

POLICY = Policy(group_decisions=4, group_bytes=100)
LOOK = Call(name="look", remote="r", kind=Kind.READ)


def arrived(offset: int, key: str, size: int = 1) -> Arrived:
    return Arrived(
        record=Input(
            topic="inputs",
            partition=0,
            offset=offset,
            key=key,
            connection_id="acme",
            payload=None,
            size=size,
        )
    )


def undecodable(offset: int) -> Undecodable:
    raw = LogRecord(topic="inputs", partition=0, key=b"", value=b"?", offset=offset)
    return Undecodable(raw=raw, reason="no record")


def ended(key: str) -> Ended:
    return Ended(key=key, call=LOOK, outcome=Done(), sequence=1)


def inbox(*events: Event) -> Inbox:
    made = Inbox(POLICY)
    for event in events:
        made.put(event)
    return made


def test_a_group_has_one_event_of_a_record_and_the_rest_follow_in_order() -> None:
    first, second, third = ended("a"), Loaded(key="a"), ended("b")
    box = inbox(first, second, third)
    assert box.take() == [first, third]
    assert box.take() == [second]
    assert box.take() == []


def test_what_waits_is_told_by_topic_and_what_was_taken_waits_no_more() -> None:
    box = inbox(ended("a"), arrived(0, "a"), arrived(1, "a"), undecodable(2))
    assert box.waiting == {"inputs": 3}
    box.take()
    assert box.waiting == {"inputs": 3}
    box.take()
    assert box.waiting == {"inputs": 2}


def test_outcomes_come_before_inputs() -> None:
    box = inbox(arrived(0, "a"), ended("b"))
    assert [record_key(event) for event in box.take()] == ["b", "a"]


def test_an_input_whose_record_is_in_the_group_ends_it_for_all_behind_it() -> None:
    box = inbox(arrived(0, "a"), arrived(1, "a"), arrived(2, "b"))
    assert box.take() == [arrived(0, "a")]
    assert box.take() == [arrived(1, "a"), arrived(2, "b")]


def test_an_input_waits_for_the_outcome_of_its_own_record() -> None:
    box = inbox(ended("a"), arrived(0, "a"), arrived(1, "b"))
    assert box.take() == [ended("a")]
    assert box.take() == [arrived(0, "a"), arrived(1, "b")]


def test_unreadable_records_keep_their_place_and_belong_to_no_record() -> None:
    box = inbox(undecodable(0), undecodable(1), arrived(2, "a"))
    assert box.take() == [undecodable(0), undecodable(1), arrived(2, "a")]


def test_a_group_is_bounded_in_number() -> None:
    box = inbox(*(ended(str(number)) for number in range(3)), *(arrived(n, f"i{n}") for n in range(5)))
    assert [len(box.take()) for _ in range(3)] == [4, 4, 0]


def test_a_group_is_bounded_in_bytes_and_a_larger_record_goes_alone() -> None:
    box = inbox(arrived(0, "a", 60), arrived(1, "b", 60), arrived(2, "c", 500), arrived(3, "d", 1))
    assert [[record_key(event) for event in box.take()] for _ in range(4)] == [["a"], ["b"], ["c"], ["d"]]


def test_outcomes_that_never_cease_do_not_keep_a_large_input_out() -> None:
    box = inbox(arrived(0, "large", 500))
    box.put(ended("busy"))
    assert [record_key(event) for event in box.take()] == ["busy", "large"]


def test_leaving_only_outcomes_are_decided() -> None:
    box = inbox(ended("a"), Reassert(), arrived(0, "b"))
    assert box.take(inputs=False) == [ended("a"), Reassert()]
    assert box.take(inputs=False) == []
    assert box.fullness * POLICY.intake_high == 1


events = st.one_of(
    st.builds(ended, st.sampled_from("abc")),
    st.just(Reassert()),
    st.tuples(st.sampled_from("abc"), st.integers(0, 150)),
    st.none(),
)


@given(st.lists(events, max_size=40))
def test_whatever_comes_everything_is_decided_once_and_in_order(plan: list[object]) -> None:
    box = Inbox(POLICY)
    put: list[Event] = []
    for offset, each in enumerate(plan):
        event: Event
        match each:
            case (str(key), int(size)):
                event = arrived(offset, key, size)
            case None:
                event = undecodable(offset)
            case Ended() | Reassert():
                event = each
            case _:
                raise AssertionError(each)
        box.put(event)
        put.append(event)
    taken: list[Event] = []
    while group := box.take():
        keys = [record_key(event) for event in group if record_key(event) is not None]
        assert len(keys) == len(set(keys))
        assert len(group) <= POLICY.group_decisions
        sizes = [event.record.size for event in group if isinstance(event, Arrived)]
        assert sum(sizes) <= POLICY.group_bytes or len(sizes) == 1 or sorted(sizes)[-2] == 0
        taken += group
    assert len(taken) == len(put)

    def inputs(of: list[Event]) -> list[int]:
        return [
            event.record.offset if isinstance(event, Arrived) else event.raw.offset
            for event in of
            if isinstance(event, Arrived | Undecodable)
        ]

    assert inputs(taken) == inputs(put)
    for key in "abc":
        of_key = [event for event in put if isinstance(event, Ended) and event.key == key]
        assert [event for event in taken if isinstance(event, Ended) and event.key == key] == of_key


def test_what_waits_is_bounded_by_its_bytes_too() -> None:
    box = Inbox(Policy(intake_high=10, intake_bytes=1000, group_bytes=600))
    for offset, size in enumerate((500, 400, 300)):
        box.put(arrived(offset, f"k{offset}", size))
    assert box.fullness == 1.2
    waiting = []
    while box.take():
        waiting.append(box.fullness)
    assert waiting == [0.7, 0.3, 0.0]


def test_many_small_ones_fill_it_as_well() -> None:
    box = Inbox(Policy(intake_high=4, intake_bytes=1000))
    for offset in range(5):
        box.put(arrived(offset, f"k{offset}"))
    assert box.fullness == 1.25
