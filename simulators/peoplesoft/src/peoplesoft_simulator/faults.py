"""Faults ordered by a test: what goes wrong, with which calls, how often.

Orders are kept in memory only: a restarted simulator behaves well.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

from peoplesoft_simulator.site import STRICT

FaultKind = Literal[
    "status",
    "delay_seconds",
    "commit_then_drop",
    "commit_after_seconds",
    "http_500_after_commit",
    "drop_before",
    "refuse_503",
    "html_login",
    "empty",
    "truncated",
    "oversized",
    "wrong_answer",
    "doctype",
    "ib_fault",
]
AFTER_PROCESSING: frozenset[FaultKind] = frozenset(
    {"commit_then_drop", "http_500_after_commit", "truncated", "oversized", "wrong_answer", "doctype"}
)
"""These spoil the answer to a call that was carried out; `params.commit` turns either way round."""
DELAYS: frozenset[FaultKind] = frozenset({"delay_seconds", "commit_after_seconds"})
TargetOperation = Literal["create", "find", "get", "wsdl", "any"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultParams:
    """Details of a fault; each kind reads its own.

    `status`, `body`, `content_type`, `headers`: what is answered. `seconds`: real time waited. `answer` false:
    commit_after_seconds closes the connection at once and saves later. `bytes`: size of an oversized answer, or
    how much is left of a truncated one. `set`, `number`, `text`: an IBResponse. `commit`: carry the call out
    before spoiling its answer.
    """

    __pydantic_config__ = STRICT

    status: int = 500
    body: str = ""
    content_type: str = "text/html"
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 1.0
    answer: bool = True
    bytes: int | None = None
    set: int = 158
    number: int = 10721
    text: str = "Integration Gateway - External System Contact Error (158,10721)"
    commit: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultOrder:
    """One fault for the next `times` calls that fit, after `skip` of them went well.

    `node` and `invoice_id` narrow it, so that tests beside each other on one simulator do not meet.
    """

    __pydantic_config__ = STRICT

    kind: FaultKind
    operation: TargetOperation = "any"
    times: int = 1
    skip: int = 0
    node: str | None = None
    invoice_id: str | None = None
    params: FaultParams = field(default_factory=FaultParams)

    @property
    def after_processing(self) -> bool:
        """Whether the call is carried out before its answer is spoiled."""
        return self.kind in AFTER_PROCESSING if self.params.commit is None else self.params.commit

    def fits(self, *, operation: str, node: str, invoice_id: str) -> bool:
        """Whether the order is meant for such a call."""
        return (
            self.operation in ("any", operation)
            and self.node in (None, node)
            and self.invoice_id in (None, invoice_id)
        )


class FaultPlan:
    """The orders not used up yet, in the order they came."""

    def __init__(self) -> None:
        self._orders: list[FaultOrder] = []

    @property
    def orders(self) -> tuple[FaultOrder, ...]:
        """What is still to come."""
        return tuple(self._orders)

    def add(self, order: FaultOrder) -> None:
        """Take an order."""
        self._orders.append(order)

    def clear(self, *, node: str | None = None) -> None:
        """Forget all orders, or those of one node."""
        self._orders = [each for each in self._orders if node is not None and each.node != node]

    def take(self, *, operation: str, node: str, invoice_id: str) -> FaultOrder | None:
        """The fault for this call, if there is one; it is used up by that much."""
        for at, order in enumerate(self._orders):
            if not order.fits(operation=operation, node=node, invoice_id=invoice_id):
                continue
            if order.skip > 0:
                self._orders[at] = replace(order, skip=order.skip - 1)
                return None
            if order.times > 1:
                self._orders[at] = replace(order, times=order.times - 1)
            else:
                del self._orders[at]
            return order
        return None
