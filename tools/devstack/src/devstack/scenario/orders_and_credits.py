"""Invoices on purchase orders, and credit notes."""

from decimal import Decimal
from typing import Any

from devstack.scenario.bill import Bill, BillRow
from devstack.scenario.case import Case, Expected, Order, Remote, refused
from devstack.scenario.customers import ACME, NORDIC


def cases() -> tuple[Case, ...]:
    return (*_orders(), *_credits())


def _orders() -> tuple[Case, ...]:
    return (
        Case(
            key="A-301",
            kind="purchase order, matched again by PeopleSoft",
            connection=ACME,
            bill=_us("A-301", _ordered("200.00", "0000000801", "20", "10.00", uom="BX", received=True)),
            expected=Expected(
                voucher={"MATCH_ACTION": "Y", "MATCH_STATUS_VCHR": "M"},
                lines=({"PO_ID": "0000000801", "QTY_VCHR": "20", "UNIT_PRICE": "10"},),
            ),
        ),
        Case(
            key="A-302",
            kind="one order line, coding split over two cost centres",
            connection=ACME,
            bill=_us(
                "A-302",
                _ordered("150.00", "0000000802", "0.6", "250.00", uom="MO"),
                _ordered("100.00", "0000000802", "0.4", "250.00", uom="MO", cost_center="61400"),
            ),
            expected=Expected(lines=({"MERCHANDISE_AMT": "250", "QTY_VCHR": "1"},)),
        ),
        Case(
            key="A-303",
            kind="price above the order: back with PeopleSoft's words",
            connection=ACME,
            bill=_us("A-303", _ordered("60.00", "0000000801", "5", "12.00", uom="BX", received=True)),
            expected=refused("Match exception", "price", creates=1),
        ),
        Case(
            key="N-301",
            kind="order matched in Basware, coding from the order",
            connection=NORDIC,
            bill=Bill(
                number="N-301",
                company="FI10",
                currency="EUR",
                rows=(_ordered("300.00", "0000000901", "15", "20.00", uom="BX", received=True, code="A0"),),
            ),
            expected=Expected(voucher={"MATCH_ACTION": "N"}, lines=({"PO_ID": "0000000901"},)),
        ),
    )


def _credits() -> tuple[Case, ...]:
    return (
        Case(
            key="A-311",
            kind="credit note with negative sums",
            connection=ACME,
            bill=Bill(
                number="A-311",
                company="US10",
                currency="USD",
                kind="CR",
                rows=(BillRow(net="-120.00", percent="8.25"),),
            ),
            expected=Expected(voucher={"GROSS_AMT": "-129.9", "VOUCHER_STYLE": "REG"}),
        ),
        Case(
            key="A-312",
            kind="credit note written with positive sums",
            connection=ACME,
            bill=Bill(
                number="A-312", company="US10", currency="USD", kind="CR", rows=(BillRow(net="45.00"),)
            ),
            expected=Expected(voucher={"GROSS_AMT": "-45"}, lines=({"MERCHANDISE_AMT": "-45"},)),
        ),
        Case(
            key="N-311",
            kind="credit note under its invoice's number: adjusts that voucher",
            connection=NORDIC,
            bill=Bill(
                number="N-311",
                company="FI10",
                currency="EUR",
                kind="CN",
                rows=(BillRow(net="-80.00", tax_code="A0"),),
                more={"text5": "00900311"},
            ),
            before=(keyed("N-311", voucher_id="00900311", unit="EU001", gross="480.00", currency="EUR"),),
            expected=Expected(
                under_number=2,
                voucher={"VOUCHER_STYLE": "ADJ", "VOUCHER_ID_RELATED": "00900311", "GROSS_AMT": "-80"},
            ),
        ),
        Case(
            key="N-312",
            kind="credit note that names no voucher: back",
            connection=NORDIC,
            bill=Bill(
                number="N-312",
                company="FI10",
                currency="EUR",
                kind="CN",
                rows=(BillRow(net="-15.00", tax_code="A0"),),
            ),
            expected=refused("text5"),
        ),
        Case(
            key="A-313",
            kind="an invoice over nothing",
            connection=ACME,
            bill=Bill(
                number="A-313",
                company="US10",
                currency="USD",
                rows=(BillRow(net="25.00"), BillRow(net="-25.00")),
            ),
            expected=refused("over nothing"),
        ),
    )


def keyed(number: str, *, voucher_id: str, unit: str, gross: str, currency: str) -> Order:
    """A clerk had entered a voucher by hand under this number."""
    return Order(
        remote=Remote.PEOPLESOFT,
        path="vouchers",
        body={
            "voucher": {
                "BUSINESS_UNIT": unit,
                "VOUCHER_ID": voucher_id,
                "INVOICE_ID": number,
                "VENDOR_ID": "0000430022",
                "GROSS_AMT": gross,
                "TXN_CURRENCY_CD": currency,
            }
        },
        says=f"a clerk keyed voucher {voucher_id} by hand under {number}",
    )


def _us(number: str, *rows: BillRow) -> Bill:
    return Bill(number=number, company="US10", currency="USD", rows=rows)


def _ordered(
    net: str,
    order: str,
    quantity: str,
    price: str,
    *,
    uom: str,
    received: bool = False,
    cost_center: str = "61300",
    code: str | None = None,
) -> BillRow:
    fields: dict[str, Any] = {
        "orderNumber": order,
        "orderLineNumber": "1",
        "matchedQuantity": Decimal(quantity),
        "orderedNetPrice": Decimal(price),
        "orderLineUOM": uom,
        "matchingType": 1,
    }
    if received:
        fields |= {"goodsReceiptNumber": "0000000501", "goodsReceiptItemNumber": "1"}
    return BillRow(net=net, cost_center=cost_center, tax_code=code, more=fields)
