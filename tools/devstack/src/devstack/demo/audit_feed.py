"""What the services say they do, as they say it: the audit of every invoice of the demo."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence

from ap_domain.audit import AuditEvent
from chassis.audit_watch import AuditWatch
from chassis.errors import ChassisError

from devstack.errors import DevstackError
from devstack.program import PARTITIONS

SWEPT = "found by the sweep"
_LONGEST = 3600.0


class NotHeard(DevstackError):
    """What was waited for did not come in time; the message says what came."""


class AuditFeed:
    """Collects audit events by record from the moment `run` was started; `ready` is set when it listens.

    `told` is called with each event and must not raise.
    """

    def __init__(self, *, bootstrap: str, told: Callable[[AuditEvent], None]) -> None:
        self._bootstrap = bootstrap
        self._told = told
        self._events: defaultdict[str, list[AuditEvent]] = defaultdict(list)
        self._seen: set[str] = set()
        self._came = asyncio.Condition()
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled."""
        try:
            async with AuditWatch(bootstrap=self._bootstrap, shards=range(PARTITIONS)) as watch:
                self.ready.set()
                async for event in watch.events(within=_LONGEST):
                    await self.hear(event)
        except ChassisError as error:
            raise NotHeard(f"the audit cannot be read any more: {error}") from error

    async def hear(self, event: AuditEvent) -> None:
        """Take an event in; a repeated one changes nothing."""
        if event.event_id in self._seen:
            return
        self._seen.add(event.event_id)
        self._events[event.record].append(event)
        self._told(event)
        async with self._came:
            self._came.notify_all()

    def of(self, record: str) -> Sequence[AuditEvent]:
        """What was heard of a record, in the order it was heard."""
        return tuple(self._events[record])

    async def heard(
        self, record: str, actions: frozenset[str], *, since: int, within: float
    ) -> tuple[AuditEvent, int]:
        """The first event of one of these actions from place `since` on, and the place after it. Raises NotHeard."""

        def found() -> int | None:
            events = self._events[record]
            return next((at for at in range(since, len(events)) if events[at].action in actions), None)

        try:
            async with asyncio.timeout(within), self._came:
                await self._came.wait_for(lambda: found() is not None)
        except TimeoutError:
            later = [word(event) for event in self._events[record][since:]]
            raise NotHeard(
                f"not within {within:g} s: {' or '.join(sorted(actions))}; heard: {', '.join(later) or 'nothing'}"
            ) from None
        place = found()
        if place is None:
            raise NotHeard(f"{record}: an event that was there is gone")
        return self._events[record][place], place + 1


def word(event: AuditEvent) -> str:
    """The event's action; a notification that the sweep caused is called so."""
    swept = event.action == "notified" and event.detail.get("source") == "sweep"
    return SWEPT if swept else event.action
