"""Faults ordered by a test: what goes wrong, with which calls, how often or how long.

Orders are kept in memory only: a restarted simulator behaves well.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Literal, get_args

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
    "trickle",
]
RowFaultKind = Literal[
    "silently_cut",
    "wrong_query",
    "lying_numrows",
    "unsorted",
    "duplicated_rows",
    "extra_column",
    "missing_column",
    "error_status",
]
"""What can be wrong with the rows of a query's answer; such a fault is meant for runs of queries only."""
ROW_FAULTS = frozenset(get_args(RowFaultKind))
VOUCHERS_ONLY: frozenset[FaultKind] = frozenset(
    {"notification_0", "found_nothing", "commit_after_seconds", "wrong_answer", "without"}
)
"""These mean nothing to a query and let it pass."""
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
        "trickle",
    }
)
"""These spoil the answer to a call that was carried out; `params.commit` turns either way round."""
DELAYS: frozenset[FaultKind] = frozenset({"delay_seconds", "commit_after_seconds"})
TargetOperation = Literal["create", "find", "get", "wsdl", "query", "query_soap", "inquiry", "any"]


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
    none without it. `seconds`: real time waited, by a trickle between its pieces. `answer` false:
    commit_after_seconds closes the connection at once and saves later. `bytes`: size of an oversized answer, how much
    is left of a truncated one, or a piece of a trickle. `set`, `number`, `text`: an IBResponse, and `text` what
    error_status says. `messages`: what notification_0 says. `elements`: local names that `without` takes out of the
    answer, or columns of a query that are missing or too many. `rows`: how many rows of a query are left of a silent
    cut, or how far its count lies. `commit`: carry the call out before spoiling its answer.
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
    rows: int | None = None
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
    """What of a call decides whether a fault is meant for it.

    `sent` gives a property by canonical name: for a query its prompts by role (SETID, AFTER, UP_TO, SINCE), over SOAP
    the STEP (execute, results) and the BLOCK; for an inquiry its fields. `query` is the delivered name of the query, or
    the resource of the inquiry; `finds_rows` is true where a call runs one.
    """

    operation: str
    node: str
    operator: str = ""
    sent: Callable[[str], str] = lambda _: ""
    query: str | None = None
    finds_rows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultOrder:
    """One fault for the next `times` calls that fit, after `skip` of them went well, or for all in a window.

    `node`, `operator`, `invoice_id`, `query` (shell pattern of the delivered name) and `where` (canonical property to
    shell pattern) narrow it, so that tests beside each other on one simulator do not meet.
    """

    __pydantic_config__ = STRICT

    kind: FaultKind | RowFaultKind
    operation: TargetOperation = "any"
    times: int = 1
    skip: int = 0
    node: str | None = None
    operator: str | None = None
    invoice_id: str | None = None
    query: str | None = None
    where: dict[str, str] = field(default_factory=dict)
    window: FaultWindow | None = None
    params: FaultParams = field(default_factory=FaultParams)

    @property
    def after_processing(self) -> bool:
        """Whether the call is carried out before its answer is spoiled."""
        return self.kind in AFTER_PROCESSING if self.params.commit is None else self.params.commit

    @property
    def runs_query(self) -> bool:
        """Whether a query is run before its answer is spoiled: all that is wrong with rows needs them first."""
        return self.kind in ROW_FAULTS or self.after_processing

    def fits(self, call: FaultedCall) -> bool:
        """Whether the order is meant for such a call."""
        possible = call.finds_rows if self.kind in ROW_FAULTS else self.kind not in VOUCHERS_ONLY
        return (
            (possible if call.query is not None else self.kind not in ROW_FAULTS)
            and self.operation in ("any", call.operation)
            and self.node in (None, call.node)
            and self.operator in (None, call.operator)
            and (self.query is None or fnmatchcase(call.query or "", self.query))
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
