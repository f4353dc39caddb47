"""What is waited for is found from the right place on, once, and never waited for without end."""

import asyncio
from collections.abc import Callable

import pytest
from ap_domain.audit import AuditEvent
from devstack.demo.audit_feed import AuditFeed, NotHeard
from devstack.scenario import Case

MakeEvent = Callable[..., AuditEvent]
CONFIRMED = frozenset({"confirmed"})


@pytest.fixture
def feed() -> AuditFeed:
    return AuditFeed(bootstrap="127.0.0.1:1", told=lambda _: None)


async def test_an_event_that_came_before_is_found(feed: AuditFeed, case: Case, make_event: MakeEvent) -> None:
    await feed.hear(make_event("posted"))
    await feed.hear(make_event("confirmed", after=1))
    event, place = await feed.heard(case.record, CONFIRMED, since=0, within=0.1)
    assert (event.action, place) == ("confirmed", 2)


async def test_a_second_time_is_a_new_event(feed: AuditFeed, case: Case, make_event: MakeEvent) -> None:
    await feed.hear(make_event("confirmed"))
    await feed.hear(make_event("confirmed"))
    assert len(feed.of(case.record)) == 1
    waiting = asyncio.create_task(feed.heard(case.record, CONFIRMED, since=1, within=5))
    await feed.hear(make_event("confirmed", after=2))
    assert (await waiting)[1] == 2


async def test_what_does_not_come_is_not_waited_for_without_end(
    feed: AuditFeed, case: Case, make_event: MakeEvent
) -> None:
    await feed.hear(make_event("parked"))
    with pytest.raises(NotHeard, match=r"not within 0\.01 s: confirmed; heard: parked"):
        await feed.heard(case.record, CONFIRMED, since=0, within=0.01)
