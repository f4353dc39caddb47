"""Purchase order vouchers: what is wrong with a reference to an order, and what does not match it.

Matching compares quantities with what was received (or ordered) less what live vouchers already took, and the
price with the order's. A real site matches in a batch after entry; here it happens at entry (assumption).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal

from peoplesoft_simulator import catalogue
from peoplesoft_simulator.catalogue import Message
from peoplesoft_simulator.order_lines import OrderLine, order_line
from peoplesoft_simulator.purchase_orders import PoPlace
from peoplesoft_simulator.reference_data import BusinessUnit, ReferenceData
from peoplesoft_simulator.row import ZERO, Row
from peoplesoft_simulator.structure import LINE

Vouchered = Callable[[PoPlace], Decimal]
"""The quantity that live vouchers have already taken from a schedule."""


def order_faults(row: Row, *, unit: BusinessUnit, data: ReferenceData) -> Iterator[Message]:
    """References to orders that cannot be: unknown, another supplier's, not dispatched, no such receipt."""
    header = row.text("PO_ID")
    if header and (unit.business_unit, header) not in data.purchase_orders:
        yield catalogue.PO_INVALID.says(header, unit.business_unit, "-")
    for line in row.children(LINE):
        ordered = order_line(line, unit=unit, data=data)
        if isinstance(ordered, Message):
            yield ordered
        elif ordered is not None:
            yield from _faults_of(line, ordered, supplier=(row.text("VENDOR_SETID"), row.text("VENDOR_ID")))


def match_exceptions(
    row: Row, *, unit: BusinessUnit, data: ReferenceData, vouchered: Vouchered
) -> Iterator[Message]:
    """What does not match, if the voucher is to be matched at all (MATCH_ACTION Y)."""
    if row.text("MATCH_ACTION") != "Y":
        return
    taken: dict[PoPlace, Decimal] = defaultdict(Decimal)
    places: dict[PoPlace, OrderLine] = {}
    for line in row.children(LINE):
        ordered = order_line(line, unit=unit, data=data)
        if not isinstance(ordered, OrderLine):
            continue
        if not line.amount("QTY_VCHR"):
            yield catalogue.QUANTITY_REQUIRED.says(line.text("VOUCHER_LINE_NUM"))
        price = line.amount("UNIT_PRICE")
        if price > ordered.schedule.unit_price:
            at = line.text("VOUCHER_LINE_NUM")
            yield catalogue.PRICE_ABOVE_ORDER.says(f"{price:f}", at, f"{ordered.schedule.unit_price:f}")
        taken[ordered.place] += line.amount("QTY_VCHR")
        places[ordered.place] = ordered
    for place, quantity in taken.items():
        total, limit = vouchered(place) + quantity, places[place].schedule.matchable
        if total > limit:
            yield catalogue.OVER_MATCHED.says(f"{total:f}", place.po_id, str(place.line_nbr), f"{limit:f}")
        elif total < ZERO:
            yield catalogue.UNDER_RETURNED.says(place.po_id, str(place.line_nbr))


def quantity_taken(row: Row, place: PoPlace) -> Decimal:
    """What one saved voucher takes from a schedule."""
    keys = {
        "BUSINESS_UNIT_PO": place.business_unit,
        "PO_ID": place.po_id,
        "LINE_NBR": str(place.line_nbr),
        "SCHED_NBR": str(place.sched_nbr),
    }
    lines = (
        line for line in row.children(LINE) if all(line.text(name) == value for name, value in keys.items())
    )
    return sum((line.amount("QTY_VCHR") for line in lines), ZERO)


def _faults_of(line: Row, ordered: OrderLine, *, supplier: tuple[str, str]) -> Iterator[Message]:
    order, at = ordered.order, line.text("VOUCHER_LINE_NUM")
    if (order.setid, order.vendor_id) != supplier:
        yield catalogue.PO_OTHER_SUPPLIER.says(order.po_id, order.vendor_id, supplier[1])
    if order.status != "D":
        yield catalogue.PO_NOT_DISPATCHED.says(order.po_id, order.status)
    unit_of_measure, number = line.text("UNIT_OF_MEASURE"), str(ordered.line.line_nbr)
    if unit_of_measure and unit_of_measure != ordered.line.unit_of_measure:
        yield catalogue.UNIT_OF_MEASURE.says(
            unit_of_measure, ordered.line.unit_of_measure, order.po_id, number
        )
    receiver, recv_line = line.text("RECEIVER_ID"), line.text("RECV_LN_NBR") or "1"
    received = {(each.receiver_id, str(each.recv_line)) for each in ordered.schedule.receipts}
    if receiver and (receiver, recv_line) not in received:
        yield catalogue.RECEIVER_INVALID.says(receiver, recv_line, order.po_id, number, at)
