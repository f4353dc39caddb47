"""Purchase orders with their lines, schedules, distributions and receipts, as payables sees them."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from peoplesoft_simulator.site import STRICT

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoDistribution:
    """One distribution of a schedule: its ChartFields and its share of the schedule in percent."""

    __pydantic_config__ = STRICT

    chart_fields: dict[str, str]
    percent: Decimal = HUNDRED


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A quantity received against a schedule. `recv_line` counts within the receiver."""

    __pydantic_config__ = STRICT

    receiver_id: str
    quantity: Decimal
    recv_line: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PoSchedule:
    """What is to be delivered at once: quantity in the line's unit, price per unit in the order's currency.

    With `receipt_required` no more may be vouchered than was received, else no more than was ordered.
    """

    __pydantic_config__ = STRICT

    sched_nbr: int = 1
    quantity: Decimal
    unit_price: Decimal
    receipt_required: bool = True
    distributions: tuple[PoDistribution, ...] = ()
    receipts: tuple[Receipt, ...] = ()

    @property
    def matchable(self) -> Decimal:
        """The quantity that may be vouchered in all."""
        if not self.receipt_required:
            return self.quantity
        return sum((each.quantity for each in self.receipts), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class PoLine:
    """One line of an order."""

    __pydantic_config__ = STRICT

    line_nbr: int = 1
    unit_of_measure: str = "EA"
    schedules: tuple[PoSchedule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrder:
    """An order to one supplier; status O open, A approved, D dispatched, C complete, X cancelled.

    Only a dispatched one may be vouchered (assumption).
    """

    __pydantic_config__ = STRICT

    business_unit: str
    po_id: str
    vendor_id: str
    setid: str = "SHARE"
    status: Literal["O", "A", "D", "C", "X"] = "D"
    lines: tuple[PoLine, ...] = field(default=())

    def line(self, number: int | None) -> PoLine | None:
        """The line of that number; without a number the only line, if there is just one."""
        if number is None:
            return self.lines[0] if len(self.lines) == 1 else None
        return next((each for each in self.lines if each.line_nbr == number), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoPlace:
    """One schedule of one order: what a voucher line is matched against."""

    business_unit: str
    po_id: str
    line_nbr: int
    sched_nbr: int
