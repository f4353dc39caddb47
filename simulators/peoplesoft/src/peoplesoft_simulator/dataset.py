"""The data a site starts with: enough for every invoice of the demo and a few that must be refused."""

import random
from datetime import date
from decimal import Decimal

from peoplesoft_simulator.code_tables import ExchangeRate
from peoplesoft_simulator.purchase_orders import PoDistribution, PoLine, PoSchedule, PurchaseOrder, Receipt
from peoplesoft_simulator.reference_data import (
    BusinessUnit,
    ChartField,
    Codes,
    ControlGroup,
    ReferenceData,
)
from peoplesoft_simulator.suppliers import Address, Contact, Location, Supplier

DEMO_SUPPLIER = "0000430022"
INACTIVE_SUPPLIER = "0000430090"
UNAPPROVED_SUPPLIER = "0000430091"
SUPPLIER_WITHOUT_LOCATION = "0000430092"
CLOSED_ACCOUNT = "18699"
DEMO_ORDER = "0000000701"
CANCELLED_ORDER = "0000000702"

_CODES = Codes(
    origins=("ONL", "BSW", "XML"),
    terms={"00": 0, "14N": 14, "30N": 30, "NT30": 30, "NT60": 60, "NET30": 30, "D30": 30, "Net90": 90},
    currencies={"EUR": 2, "USD": 2, "GBP": 2, "SEK": 2, "CHF": 2, "JPY": 0, "ISK": 0, "KWD": 3, "BHD": 3},
    vat={f"V{percent}": Decimal(percent) for percent in (0, 6, 7, 10, 12, 19, 20, 24, 25)},
    handling=("RE", "HD", "SP"),
    rate_types=("CRRNT", "AVERG"),
)
_UNITS = (
    BusinessUnit(business_unit="US001", currency="USD"),
    BusinessUnit(business_unit="US002", currency="USD"),
    BusinessUnit(business_unit="EU001", currency="EUR"),
    BusinessUnit(business_unit="EU002", currency="EUR"),
    BusinessUnit(business_unit="JP001", currency="JPY"),
)
_ACCOUNTS = {
    "18200": "Furniture",
    "18600": "IT Equipment",
    "18620": "Office Supplies",
    "28520": "Accrued Liabilities",
    "10012": "Petty Cash",
    "10017": "Bank Charges",
    "765232": "Freight In",
    "500100": "Consulting",
    "500200": "Legal Fees",
    "640000": "Cleaning",
}
_DEPARTMENTS = {
    "61300": "Facilities",
    "61400": "Purchasing",
    "35680": "Research",
    "23800": "Sales North",
    "1000": "Management",
    "1010": "Legal",
    "71830": "Logistics",
    "213441": "Warehouse",
    "10000": "Finance",
    "20000": "Human Resources",
}
_PROJECTS = {"677020A": "New Warehouse", "32101": "Paperless Office"}
_OTHERS = {
    "OPERATING_UNIT": {"NEWYORK": "New York", "HELSINKI": "Helsinki", "KÖLN": "Köln"},
    "PRODUCT": {"PAPER": "Paper", "CHAIRS": "Chairs"},
    "FUND_CODE": {"G100": "General Fund"},
}
_UNUSABLE = (
    ChartField(field="ACCOUNT", value="900001", descr="Headcount", statistics=True),
    ChartField(field="ACCOUNT", value="990000", descr="Budget Reserve", budgetary_only=True),
)
_RATES = tuple(
    ExchangeRate(from_currency=currency, to_currency="EUR", effdt=date(2026, 1, 1), multiplier=Decimal(rate))
    for currency, rate in {"GBP": "1.17", "JPY": "0.0061", "SEK": "0.088", "USD": "0.92"}.items()
)
_EXAMPLE_SUPPLIERS = ("10280", "32789", "25365", "321687")
_TRADES = ("Office", "Paper", "Cleaning", "Freight", "Catering", "Software", "Legal", "Energy", "Travel")
_FIRST = ("Northern", "Harbour", "Summit", "Cedar", "Atlas", "Riverside", "Union", "Granite", "Beacon")


_CONTROL_GROUPS = (
    ControlGroup(business_unit="US001", group_id="OPEN"),
    ControlGroup(business_unit="US001", group_id="CLOSED", open=False),
)
_PAPER = PoSchedule(
    quantity=Decimal(100),
    unit_price=Decimal(10),
    distributions=(
        PoDistribution(chart_fields={"ACCOUNT": "18620", "DEPTID": "61300"}, percent=Decimal(60)),
        PoDistribution(chart_fields={"ACCOUNT": "18200", "DEPTID": "61400"}, percent=Decimal(40)),
    ),
    receipts=(Receipt(receiver_id="0000000501", quantity=Decimal(60)),),
)
_CLEANING = PoSchedule(
    quantity=Decimal(12),
    unit_price=Decimal("250.00"),
    receipt_required=False,
    distributions=(PoDistribution(chart_fields={"ACCOUNT": "640000", "DEPTID": "61300"}),),
)
_PURCHASE_ORDERS = (
    PurchaseOrder(
        business_unit="US001",
        po_id=DEMO_ORDER,
        vendor_id=DEMO_SUPPLIER,
        lines=(
            PoLine(line_nbr=1, unit_of_measure="BX", schedules=(_PAPER,)),
            PoLine(line_nbr=2, unit_of_measure="MO", schedules=(_CLEANING,)),
        ),
    ),
    PurchaseOrder(
        business_unit="US001",
        po_id=CANCELLED_ORDER,
        vendor_id=DEMO_SUPPLIER,
        status="X",
        lines=(PoLine(schedules=(_CLEANING,)),),
    ),
)


def starting_data(*, seed: int) -> ReferenceData:
    """Reference data of a fresh site; the same seed gives the same suppliers."""
    return (
        ReferenceData(codes=_CODES)
        .with_business_units(_UNITS)
        .with_suppliers(_suppliers(seed=seed))
        .with_chart_fields(_chart_fields())
        .with_rates(_RATES)
        .with_control_groups(_CONTROL_GROUPS)
        .with_purchase_orders(_PURCHASE_ORDERS)
    )


def _suppliers(*, seed: int) -> list[Supplier]:
    names = random.Random(seed)  # noqa: S311 - made-up names, not secrets
    invented = [
        Supplier(vendor_id=f"{430100 + n:010d}", name=f"{names.choice(_FIRST)} {names.choice(_TRADES)} Ltd.")
        for n in range(36)
    ]
    examples = [
        Supplier(vendor_id=code.zfill(10), name=f"Example Supplier {code}") for code in _EXAMPLE_SUPPLIERS
    ]
    special = [
        Supplier(
            vendor_id=DEMO_SUPPLIER,
            name="Easy Office Supplies Inc.",
            locations=(Location(vndr_loc="MAIN", terms="30N", currency="USD"), Location(vndr_loc="BRANCH")),
            addresses=(
                Address(
                    number=1,
                    name="Easy Office Supplies Inc.",
                    lines=("12 Stationery Road",),
                    city="New York",
                    state="NY",
                    postal="10001",
                    email="invoices@easyoffice.example",
                ),
            ),
            contacts=(Contact(number=1, name="Dana Example", title="Accounts", phone="555-0100"),),
            tax_id="130000001",
        ),
        Supplier(vendor_id=INACTIVE_SUPPLIER, name="Closed Down GmbH", status="I"),
        Supplier(vendor_id=UNAPPROVED_SUPPLIER, name="Not Yet Approved AB", status="E"),
        Supplier(
            vendor_id=SUPPLIER_WITHOUT_LOCATION,
            name="No Location SARL",
            default_location=None,
            locations=(),
        ),
    ]
    return [*special, *examples, *invented]


def _chart_fields() -> list[ChartField]:
    all_values = {"ACCOUNT": _ACCOUNTS, "DEPTID": _DEPARTMENTS, "PROJECT_ID": _PROJECTS, **_OTHERS}
    closed = [
        ChartField(field="ACCOUNT", value=CLOSED_ACCOUNT),
        ChartField(field="ACCOUNT", value=CLOSED_ACCOUNT, effdt=date(2000, 1, 1), status="I"),
    ]
    return [
        *(
            ChartField(field=field, value=value, descr=descr)
            for field, values in all_values.items()
            for value, descr in values.items()
        ),
        *_UNUSABLE,
        *closed,
    ]
