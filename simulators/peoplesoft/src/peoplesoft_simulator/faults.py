"""Faults ordered by a test: what goes wrong, with which calls, how often or how long.

Orders are kept in memory only: a restarted simulator behaves well.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Literal

from peoplesoft_simulator.catalogue import MessageType
from peoplesoft_simulator.clock import Clock
from peoplesoft_simulator.site import STRICT

FaultKind = Literal[
    "status",
    "throttled",
    "delay_seconds",
    "slow_answer",
    "commit_then_drop",
    "commit_then_reset",
    "commit_after_seconds",
    "http_500_after_commit",
    "drop_before",
    "reset_before",
    "refuse_503",
    "html_login",
    "html_error",
    "empty",
    "not_soap",
    "truncated",
    "cut_off",
    "oversized",
    "wrong_answer",
    "without",
    "notification_0",
    "found_nothing",
    "doctype",
    "entity_bomb",
    "external_entity",
    "ib_fault",
]
AFTER_PROCESSING: frozenset[FaultKind] = frozenset(
    {
        "slow_answer",
        "commit_then_drop",
        "commit_then_reset",
        "http_500_after_commit",
        "truncated",
        "cut_off",
        "oversized",
        "wrong_answer",
        "without",
        "found_nothing",
        "doctype",
        "entity_bomb",
        "external_entity",
    }
)
"""These spoil the answer to a call that was carried out; `params.commit` turns either way round."""
DELAYS: frozenset[FaultKind] = frozenset({"delay_seconds", "commit_after_seconds"})
TargetOperation = Literal["create", "find", "get", "wsdl", "any"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedMessage:
    """One message of an ordered refusal; its number need not be in any catalogue."""

    __pydantic_config__ = STRICT

    set: int
    number: int
    text: str
    type: MessageType = "Error"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultParams:
    """Details of a fault; each kind reads its own.

    `status`, `body`, `content_type`, `headers`: what is answered. `retry_after`: the header of a throttled answer,
    none without it. `seconds`: real time waited. `answer` false: commit_after_seconds closes the connection at once
    and saves later. `bytes`: size of an oversized answer, or how much is left of a truncated one. `set`, `number`,
    `text`: an IBResponse. `messages`: what notification_0 says. `elements`: local names that `without` takes out of
    the answer. `commit`: carry the call out before spoiling its answer.
    """

    __pydantic_config__ = STRICT

    status: int = 500
    body: str = ""
    content_type: str = "text/html"
    headers: dict[str, str] = field(default_factory=dict)
    retry_after: str | None = None
    seconds: float = 1.0
    answer: bool = True
    bytes: int | None = None
    set: int = 158
    number: int = 10721
    text: str = "Integration Gateway - External System Contact Error (158,10721)"
    messages: tuple[OrderedMessage, ...] = ()
    elements: tuple[str, ...] = ()
    commit: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultWindow:
    """A time in which every fitting call fails, from `starts_in` seconds after the order, `seconds` long."""

    __pydantic_config__ = STRICT

    seconds: float
    starts_in: float = 0.0
    clock: Literal["real", "simulated"] = "real"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultedCall:
    """What of a call decides whether a fault is meant for it; `sent` gives a property by canonical name."""

    operation: str
    node: str
    operator: str = ""
    sent: Callable[[str], str] = lambda _: ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultOrder:
    """One fault for the next `times` calls that fit, after `skip` of them went well, or for all in a window.

    `node`, `operator`, `invoice_id` and `where` (canonical property to shell pattern) narrow it, so that tests
    beside each other on one simulator do not meet.
    """

    __pydantic_config__ = STRICT

    kind: FaultKind
    operation: TargetOperation = "any"
    times: int = 1
    skip: int = 0
    node: str | None = None
    operator: str | None = None
    invoice_id: str | None = None
    where: dict[str, str] = field(default_factory=dict)
    window: FaultWindow | None = None
    params: FaultParams = field(default_factory=FaultParams)

    @property
    def after_processing(self) -> bool:
        """Whether the call is carried out before its answer is spoiled."""
        return self.kind in AFTER_PROCESSING if self.params.commit is None else self.params.commit

    def fits(self, call: FaultedCall) -> bool:
        """Whether the order is meant for such a call."""
        return (
            self.operation in ("any", call.operation)
            and self.node in (None, call.node)
            and self.operator in (None, call.operator)
            and (self.invoice_id is None or self.invoice_id == call.sent("INVOICE_ID"))
            and all(fnmatchcase(call.sent(name), pattern) for name, pattern in self.where.items())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pending:
    """An order and, with a window, the instants of its clock between which it holds."""

    order: FaultOrder
    begins: float = 0.0
    ends: float = 0.0


class FaultPlan:
    """The orders not used up yet, in the order they came."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pending: list[_Pending] = []

    @property
    def orders(self) -> tuple[FaultOrder, ...]:
        """What is still to come."""
        self._forget_past_windows()
        return tuple(each.order for each in self._pending)

    def add(self, order: FaultOrder) -> None:
        """Take an order; its window is counted from here."""
        pending = _Pending(order=order)
        if order.window is not None:
            begins = self._at(order.window) + order.window.starts_in
            pending = replace(pending, begins=begins, ends=begins + order.window.seconds)
        self._pending.append(pending)

    def clear(self, *, node: str | None = None) -> None:
        """Forget all orders, or those of one node."""
        self._pending = [each for each in self._pending if node is not None and each.order.node != node]

    def take(self, call: FaultedCall) -> FaultOrder | None:
        """The fault for this call, if there is one; outside a window it is used up by that much."""
        self._forget_past_windows()
        for at, pending in enumerate(self._pending):
            order = pending.order
            if not order.fits(call):
                continue
            if order.window is not None:
                if self._at(order.window) >= pending.begins:
                    return order
                continue
            if order.skip > 0:
                self._pending[at] = replace(pending, order=replace(order, skip=order.skip - 1))
                return None
            if order.times > 1:
                self._pending[at] = replace(pending, order=replace(order, times=order.times - 1))
            else:
                del self._pending[at]
            return order
        return None

    def _forget_past_windows(self) -> None:
        self._pending = [
            each
            for each in self._pending
            if each.order.window is None or self._at(each.order.window) < each.ends
        ]

    def _at(self, window: FaultWindow) -> float:
        return time.monotonic() if window.clock == "real" else self._clock.now().timestamp()
