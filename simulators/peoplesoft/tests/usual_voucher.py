"""The voucher that posts, as a caller spells it for a site."""

from typing import Any

from peoplesoft_simulator.shape import voucher_block
from peoplesoft_simulator.site import Site

Values = dict[str, Any]


def voucher(**changes: Any) -> Values:
    """A voucher that posts: one line of 100.00 on two distributions, sales tax 25.00."""
    distributions = [
        {"DISTRIB_LINE_NUM": 1, "ACCOUNT": "18620", "DEPTID": "61300", "MERCHANDISE_AMT": "60.00"},
        {"DISTRIB_LINE_NUM": 2, "ACCOUNT": "18200", "DEPTID": "61300", "MERCHANDISE_AMT": "40.00"},
    ]
    line = {"VOUCHER_LINE_NUM": 1, "MERCHANDISE_AMT": "100.00", "DISTRIB_LINE": distributions}
    usual: Values = {
        "BUSINESS_UNIT": "US001",
        "VOUCHER_ID": "NEXT",
        "INVOICE_ID": "INV-1",
        "INVOICE_DT": "2026-03-01",
        "VENDOR_ID": "0000430022",
        "ORIGIN": "BSW",
        "GROSS_AMT": "125.00",
        "SALETX_AMT": "25.00",
        "TXN_CURRENCY_CD": "EUR",
        "VOUCHER_LINE": [line],
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def in_order(site: Site, values: Values) -> Values:
    """Canonical values under the site's tags, in the order its schema asks for."""
    return _spelled(voucher_block(site, stored=False), values, slashes=site.date_format == "YYYY/MM/DD")


def _spelled(block: Any, values: Values, *, slashes: bool) -> Values:
    spelled: Values = {}
    known = set()
    for each in block.properties:
        name = each.field.name
        known.add(name)
        if name in values:
            value = values[name]
            spelled[each.tag] = str(value).replace("-", "/") if slashes and name.endswith("_DT") else value
    for below in block.blocks:
        rows = [values] if below.merged else values.get(below.name, [])
        known.add(below.name)
        merged = {each.field.name for each in below.properties} if below.merged else set()
        known |= merged
        if below.merged:
            rows = [{"PYMNT_CNT": 1, **values}] if merged & set(values) else []
        spelled_rows = [_spelled(below, row, slashes=slashes) for row in rows]
        if spelled_rows:
            spelled[below.tag] = spelled_rows
    if not block.merged:
        spelled.update({name: value for name, value in values.items() if name not in known})
    return spelled
