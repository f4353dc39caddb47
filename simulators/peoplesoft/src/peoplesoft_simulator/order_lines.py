"""Voucher lines on purchase orders: which schedule a line means, and what keeps it from being that."""

from dataclasses import dataclass

from peoplesoft_simulator import catalogue
from peoplesoft_simulator.catalogue import Message
from peoplesoft_simulator.purchase_orders import PoLine, PoPlace, PoSchedule, PurchaseOrder
from peoplesoft_simulator.reference_data import BusinessUnit, ReferenceData
from peoplesoft_simulator.row import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """The schedule a voucher line means."""

    order: PurchaseOrder
    line: PoLine
    schedule: PoSchedule

    @property
    def place(self) -> PoPlace:
        """Its key."""
        return PoPlace(
            business_unit=self.order.business_unit,
            po_id=self.order.po_id,
            line_nbr=self.line.line_nbr,
            sched_nbr=self.schedule.sched_nbr,
        )

    def defaulted(self, entered: Row) -> Row:
        """The voucher line with the whole key of its schedule and the order's unit of measure."""
        return entered.having(
            BUSINESS_UNIT_PO=self.order.business_unit,
            LINE_NBR=str(self.line.line_nbr),
            SCHED_NBR=str(self.schedule.sched_nbr),
            UNIT_OF_MEASURE=entered.text("UNIT_OF_MEASURE") or self.line.unit_of_measure,
        )


def order_line(entered: Row, *, unit: BusinessUnit, data: ReferenceData) -> OrderLine | Message | None:
    """The schedule a voucher line means, why it means none, or None for a line without an order.

    The order's unit defaults to the voucher's, its line to the only one there is, its schedule to 1 (assumption).
    """
    po_id, at = entered.text("PO_ID"), entered.text("VOUCHER_LINE_NUM")
    if not po_id:
        return None
    business_unit = entered.text("BUSINESS_UNIT_PO") or unit.business_unit
    order = data.purchase_orders.get((business_unit, po_id))
    if order is None:
        return catalogue.PO_INVALID.says(po_id, business_unit, at)
    wanted = entered.text("LINE_NBR")
    line = order.line(int(entered.amount("LINE_NBR")) if wanted else None)
    if line is None:
        return catalogue.PO_LINE_INVALID.says(po_id, wanted or "(none given)", at)
    number = int(entered.amount("SCHED_NBR")) or 1
    schedule = next((each for each in line.schedules if each.sched_nbr == number), None)
    if schedule is None:
        return catalogue.PO_SCHEDULE_INVALID.says(po_id, str(line.line_nbr), str(number), at)
    return OrderLine(order=order, line=line, schedule=schedule)
