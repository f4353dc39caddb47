"""The two customers of the demo: unlike in tax, mapping, names and site. Times are short, for watching."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from devstack.connection_spec import ConnectionSpec
from devstack.scenario.case import Order, Remote
from devstack.scenario.master_data import SECTION

ACME, NORDIC = "acme", "nordic"
NODES = {ACME: "PSFT_EP", NORDIC: "NORDIC_FS"}
OPERATORS = {ACME: "APSTREAM", NORDIC: "BSWPOST"}
SETTLE_SECONDS = 6

_BASWARE = {"record_spacing_seconds": 1.2, "sweep_seconds": 4}
_PAYMENTS = {"changes": "* * * * *", "full": "20 3 * * *", "watermark_overlap_seconds": 60}
_NORDIC_MATCH = ["BUSINESS_UNIT", "VENDOR_ID", "INVOICE_ID", "INVOICE_DT", "GROSS_AMT", "VOUCHER_STYLE"]


def connections(today: date) -> tuple[ConnectionSpec, ...]:
    """Both, as they are applied."""
    return _acme(), _nordic(today)


def _acme() -> ConnectionSpec:
    """The United States: sales tax, a plain component interface, PeopleSoft matches orders again."""
    return ConnectionSpec(
        id=ACME,
        node=NODES[ACME],
        operator=OPERATORS[ACME],
        business_units={"US10": "US001", "US20": "US002"},
        basware=_BASWARE,
        peoplesoft={"settle_seconds": SETTLE_SECONDS},
        mapping={
            "tax": "sales_tax_header",
            "tax_by_code": {"USE": "use_tax", "EXEMPT": "exempt"},
            "payment_terms": {"NET30": "NET30", "NET60": "NT60"},
            "purchase_orders": "match_again",
            "group_lines_by": ["orderNumber", "orderLineNumber"],
            "credit_notes": {"types": ["CR"], "sign": "by_type"},
            "charges": {"FREIGHT_AMT": {"rows": "conditionType == 'FREIGHT'"}},
            "zero_invoices": "reject",
        },
        masterdata=SECTION,
        payments=_PAYMENTS,
    )


def _nordic(today: date) -> ConnectionSpec:
    """The Nordics: VAT on the header, another component interface with names of its own, WS-Security."""
    begins, ends = open_period(today)
    return ConnectionSpec(
        id=NORDIC,
        node=NODES[NORDIC],
        operator=OPERATORS[NORDIC],
        business_units={"FI10": "EU001", "SE10": "EU002"},
        basware=_BASWARE,
        peoplesoft={
            "settle_seconds": SETTLE_SECONDS,
            "authentication": "username_token",
            "match": _NORDIC_MATCH,
            "adopt_found_vouchers": True,
            "component_interface": {
                "name": "NF_VCHR",
                "wsdl": "CI_NF_VCHR.1.wsdl",
                "date_format": "YYYY/MM/DD",
                "names": {"INVOICE_ID": "NF_INVOICE_NO", "VOUCHER_LINE": "NF_LINES"},
            },
        },
        mapping={
            "tax": "vat_header",
            "tax_by_company": {"SE10": "tax_line"},
            "tax_by_code": {"RC": "reverse_charge"},
            "tax_lines": {"accounts": {"*": "10012"}, "codes": {"DEPTID": "1000"}},
            "dimensions": {
                "accountCode": "ACCOUNT",
                "costCenterCode": "DEPTID",
                "projectCode": "PROJECT_ID",
            },
            "rounding": {"account": "640000", "tolerance": "0.05", "codes": {"DEPTID": "1000"}},
            "credit_notes": {"types": ["CN"], "sign": "by_type", "style": "ADJ"},
            "purchase_orders": "already_matched",
            "distributions_from_po": True,
            "accounting_dates": {"EU001": "next_open_day", "*": "as_given"},
            "open_periods": {"EU001": [{"begins": begins.isoformat(), "ends": ends.isoformat()}]},
            "long_invoice_number": "digest",
            "supplier_scheme": {"location_in_code": True},
            "send": ["cash_discount", "due_date_flag"],
            "payment_collection": "PYMNT_VCHR_XREF",
            "header": {
                "DESCR254_MIXED": {"pick": "description", "transliterate": True, "shorten": True},
                "VOUCHER_ID_RELATED": {"pick": "text5", "required": True, "when": "voucher.credit_note"},
            },
            "lines": {
                "DESCR": {
                    "pick": "orderLineDescription || accountName",
                    "transliterate": True,
                    "shorten": True,
                }
            },
            "tables": {
                "vat_codes": {"A24": "V24", "A10": "V10", "A0": "V0", "RC": "VRC"},
                "payment_methods": {"SEPA": "EFT", "CHEQUE": "CHK"},
            },
        },
        site={
            "ci_name": "NF_VCHR",
            "namespace_host": "http://fin.nordic.example:1111",
            "prefixes": {"key": "KEYPROP_", "prop": "PROP_", "collection": "COLL_"},
            "collections": {"VOUCHER_LINE": "NF_LINES"},
            "renames": {"INVOICE_ID": "NF_INVOICE_NO"},
            "date_format": "YYYY/MM/DD",
            "nesting": "payment_collection",
            "authentication": "username_token",
        },
        payments=_PAYMENTS,
    )


def surroundings(today: date) -> tuple[tuple[str, Order], ...]:
    """What the two sites know and how they behave before the first invoice, by connection."""
    begins, ends = open_period(today)
    period = [{"begins": begins.isoformat(), "ends": ends.isoformat()}]
    return (
        *((name, _basware({"confirm_delay_seconds": 0.6})) for name in (ACME, NORDIC)),
        (
            ACME,
            _reference(
                business_units=[{"business_unit": "US001", "currency": "USD", "open_periods": period}],
                purchase_orders=[_order("US001", "0000000801", price="10"), _cleaning("US001", "0000000802")],
            ),
        ),
        (
            NORDIC,
            _reference(
                business_units=[{"business_unit": "EU001", "currency": "EUR", "open_periods": period}],
                purchase_orders=[_order("EU001", "0000000901", price="20")],
                codes={"vat": {"VRC": "0"}},
                combination_rules=[
                    {
                        "name": "BUDGET26",
                        "fields": {"ACCOUNT": "500200", "DEPTID": "23800"},
                        "edit": "budget",
                        "action": "recycle",
                    }
                ],
            ),
        ),
        (
            NORDIC,
            Order(
                remote=Remote.PEOPLESOFT,
                path=f"settings/{NODES[NORDIC]}",
                body={"match_fields": _NORDIC_MATCH, "due_date_needs_flag": True, "vat_edit": "amounts"},
            ),
        ),
    )


def open_period(today: date) -> tuple[date, date]:
    """From the first of this month to the end of the next one."""
    begins = today.replace(day=1)
    return begins, (begins + timedelta(days=63)).replace(day=1) - timedelta(days=1)


def _basware(settings: Mapping[str, Any]) -> Order:
    return Order(remote=Remote.BASWARE, path="settings", body=settings)


def _reference(**rows: Any) -> Order:
    return Order(remote=Remote.PEOPLESOFT, path="reference", body=rows)


def _order(unit: str, number: str, *, price: str) -> dict[str, Any]:
    """Paper: 100 boxes ordered, 60 received, charged to two accounts."""
    schedule = {
        "quantity": "100",
        "unit_price": price,
        "distributions": [
            {"chart_fields": {"ACCOUNT": "18620", "DEPTID": "61300"}, "percent": "60"},
            {"chart_fields": {"ACCOUNT": "18200", "DEPTID": "61400"}, "percent": "40"},
        ],
        "receipts": [{"receiver_id": "0000000501", "quantity": "60"}],
    }
    line = {"line_nbr": 1, "unit_of_measure": "BX", "schedules": [schedule]}
    return {"business_unit": unit, "po_id": number, "vendor_id": "0000430022", "lines": [line]}


def _cleaning(unit: str, number: str) -> dict[str, Any]:
    """Cleaning: twelve months, no receipts."""
    schedule = {"quantity": "12", "unit_price": "250.00", "receipt_required": False}
    line = {"line_nbr": 1, "unit_of_measure": "MO", "schedules": [schedule]}
    return {"business_unit": unit, "po_id": number, "vendor_id": "0000430022", "lines": [line]}
