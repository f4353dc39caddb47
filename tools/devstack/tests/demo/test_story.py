"""A story does what its case says, in order, repeats what a person would repeat, and breaks off with a reason."""

import io
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ap_domain.audit import AuditEvent
from devstack.demo.audit_feed import AuditFeed
from devstack.demo.evidence import Evidence
from devstack.demo.narration import Narration
from devstack.demo.story import Story, Told
from devstack.errors import Refused
from devstack.scenario import Act, Case, ClerkInPeopleSoft, Person, Retransfer
from rich.console import Console

from .conftest import STEPS

MakeEvent = Callable[..., AuditEvent]
MakeEvidence = Callable[..., Evidence]
AGAIN = Retransfer(says="again")
DELETED = ClerkInPeopleSoft(body={"action": "delete"}, says="deleted")
RESUBMIT = Person(verb="resubmit", reason="because")


class FakeDesk:
    """Writes down what it is asked to do. The services' events follow each act."""

    def __init__(self, feed: AuditFeed, evidence: Evidence) -> None:
        self.done: list[str] = []
        self.refusals: list[str] = []
        self._feed = feed
        self._evidence = evidence
        self.events: dict[str, list[AuditEvent]] = {}

    async def approve(self, case: Case) -> None:
        await self._do("approve")

    async def retransfer(self, case: Case, act: Retransfer) -> None:
        await self._do("retransfer")

    async def clerk(self, case: Case, act: ClerkInPeopleSoft, *, voucher: str) -> None:
        await self._do(f"clerk {voucher}")

    async def person(self, case: Case, act: Person) -> str:
        if self.refusals:
            raise Refused(self.refusals.pop(0))
        await self._do(act.verb)
        return "done"

    async def document(self, case: Case) -> dict[str, Any]:
        return self._evidence.document

    async def vouchers(self, connection: str) -> list[dict[str, Any]]:
        return list(self._evidence.vouchers)

    async def creates(self, connection: str) -> list[dict[str, Any]]:
        return list(self._evidence.creates)

    async def _do(self, what: str) -> None:
        self.done.append(what)
        for event in self.events.get(what, []):
            await self._feed.hear(event)


@pytest.fixture
def feed() -> AuditFeed:
    return AuditFeed(bootstrap="127.0.0.1:1", told=lambda _: None)


@pytest.fixture
def desk(feed: AuditFeed, make_evidence: MakeEvidence, make_event: MakeEvent) -> FakeDesk:
    """The invoice goes straight through when it is approved."""
    made = FakeDesk(feed, make_evidence())
    made.events["approve"] = [make_event(step, after=place / 10) for place, step in enumerate(STEPS)]
    return made


async def _told(case: Case, *, feed: AuditFeed, desk: Any) -> Told:
    console = Console(file=io.StringIO())
    with Narration(console=console, cases={case.record: case}) as narration:
        return await Story(case, desk=desk, feed=feed, narration=narration, began=time.monotonic()).run()


async def test_an_invoice_that_goes_through_ends_well(feed: AuditFeed, desk: FakeDesk, case: Case) -> None:
    assert (await _told(case, feed=feed, desk=desk)).broken == ()
    assert desk.done == ["approve"]


async def test_acts_come_in_order_each_after_its_rest(
    feed: AuditFeed, desk: FakeDesk, case: Case, make_event: MakeEvent
) -> None:
    acts = (
        Act(after="confirmed", do=DELETED),
        Act(after="", do=AGAIN),
        Act(after="parked", do=RESUBMIT),
    )
    desk.events["retransfer"] = [make_event("parked", after=5)]
    desk.events["resubmit"] = [make_event("confirmed", after=6)]
    desk.refusals = ["REFUSED: the invoice moved on since it was looked at"]
    told = await _told(replace(case, acts=acts), feed=feed, desk=desk)
    assert told.broken == ()
    assert desk.done == ["approve", "clerk US001/00000001", "retransfer", "resubmit"]


async def test_a_rest_that_was_not_wanted_breaks_it_off(
    feed: AuditFeed, desk: FakeDesk, case: Case, make_event: MakeEvent
) -> None:
    desk.events["approve"] = [make_event("parked", reason="PeopleSoft has two")]
    told = await _told(replace(case, acts=(Act(after="confirmed", do=AGAIN),)), feed=feed, desk=desk)
    assert told.broken == ("expected confirmed, it is parked (PeopleSoft has two)",)
    assert desk.done == ["approve"]


@pytest.mark.parametrize(
    "refusals", [["refused: no such invoice"], ["it moved on"] * 3], ids=["another reason", "again and again"]
)
async def test_a_command_that_stays_refused_breaks_it_off(
    feed: AuditFeed, desk: FakeDesk, case: Case, refusals: list[str]
) -> None:
    desk.refusals = list(refusals)
    told = await _told(replace(case, acts=(Act(after="confirmed", do=RESUBMIT),)), feed=feed, desk=desk)
    assert told.broken == (refusals[0],)


async def test_what_does_not_hold_in_the_books_is_told(
    feed: AuditFeed, desk: FakeDesk, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devstack.demo.story._AGREED_WITHIN", 0.0)
    expecting = replace(case, expected=replace(case.expected, creates=2))
    told = await _told(expecting, feed=feed, desk=desk)
    assert told.broken == ("PeopleSoft: expected 2 create calls, were 1: ['saved']",)
