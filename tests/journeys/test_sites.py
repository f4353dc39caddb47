"""Two customers whose sites have next to nothing in common: configuration alone makes both work."""

import asyncio
from decimal import Decimal
from typing import Any

from .conftest import NewCustomer
from .customer import FAILED, TRANSFERRED, Customer, Invoice, Json
from .eventually import eventually
from .promises import kept
from .stories import story

OWN_NAMES: dict[str, str] = {
    "VOUCHER_LINE": "ZZ_LINES",
    "PYMNT_VCHR_XREF": "ZZ_PAYMENTS",
    "INVOICE_ID": "ZZ_INV_NO",
    "GROSS_AMT": "ZZ_TOTAL",
    "DISTRIB_LINE.MERCHANDISE_AMT": "ZZ_AMOUNT",
}
EUROPEAN_SITE: dict[str, Any] = {
    "ci_name": "ZZ_VCHR_IN",
    "namespace_host": "http://fin.invalid:1111",
    "prefixes": {"key": "KEYPROP_", "prop": "PROP_", "collection": "COLL_"},
    "collections": {name: OWN_NAMES[name] for name in ("VOUCHER_LINE", "PYMNT_VCHR_XREF")},
    "renames": {
        name: OWN_NAMES[name] for name in ("INVOICE_ID", "GROSS_AMT", "DISTRIB_LINE.MERCHANDISE_AMT")
    },
    "date_format": "YYYY/MM/DD",
    "nesting": "payment_collection",
    "authentication": "both",
}
EUROPE: dict[str, Any] = {
    "business_units": {"BW10": "EU001", "BW20": "JP001"},
    "site": EUROPEAN_SITE,
    "peoplesoft": {
        "authentication": "both",
        "component_interface": {
            "name": "ZZ_VCHR_IN",
            "wsdl": "CI_ZZ_VCHR_IN.1.wsdl",
            "names": OWN_NAMES,
            "date_format": "YYYY/MM/DD",
        },
    },
    "mapping": {
        "tax": "vat_header",
        "tables": {"vat_codes": {"T0": "V0", "T10": "V10", "T16": "V12", "T25.5": "V25"}},
        "payment_collection": "PYMNT_VCHR_XREF",
        "credit_notes": {"types": ["CR"], "sign": "by_type", "style": "REG"},
        "payment_terms": {"NET30": "30N"},
        "hold_reason": "AMT",
    },
}
AMERICA: dict[str, Any] = {
    "mapping": {
        "tax": "sales_tax_header",
        "purchase_orders": "match_again",
        "rounding": {"account": "640000", "tolerance": "0.02", "codes": {"DEPTID": "61300"}},
        "approval_flag": "A",
        "control_group": "OPEN",
    },
}


@story
async def test_two_sites_work_by_configuration_alone(new_customer: NewCustomer) -> None:
    europe, america = await asyncio.gather(
        new_customer("europe", **EUROPE), new_customer("america", **AMERICA)
    )
    await asyncio.gather(_in_europe(europe), _in_america(america))


async def _in_europe(customer: Customer) -> None:
    plain = await customer.approve(1)
    credit = await customer.approve_document(await customer.sample(2, kind="credit_note"))
    yen = await customer.approve(3, currency="JPY", company="BW20")
    dinar = await customer.approve(4, currency="KWD")
    blocked = await customer.approve_document(await customer.sample(5) | {"paymentBlock": True})
    wrong = await customer.sample(6)
    wrong |= {"grossSum": wrong["grossSum"] + 1}
    returned = await customer.approve_document(wrong)
    await customer.until_status(TRANSFERRED, plain, credit, yen, dinar, blocked)
    await customer.until_status(FAILED, returned)
    await kept(customer)

    for invoice in (plain, yen, dinar, blocked):
        voucher = await _voucher(customer, invoice)
        assert Decimal(voucher["GROSS_AMT"]) == invoice.document["grossSum"]
        assert Decimal(voucher.get("VAT_ENTRD_AMT", "0")) == invoice.document["taxSum1"]
        assert voucher["TXN_CURRENCY_CD"] == invoice.document["currencyCode"]
        lines = [Decimal(line["MERCHANDISE_AMT"]) for line in voucher["VOUCHER_LINE"]]
        assert lines == [row["netTotal"] for row in invoice.document["codingRows"]]
    assert (await _voucher(customer, yen))["BUSINESS_UNIT"] == "JP001"
    assert Decimal((await _voucher(customer, credit))["GROSS_AMT"]) == credit.document["grossSum"] < 0
    held = await _voucher(customer, blocked)
    assert (held["PYMNT_HOLD"], held["PYMNT_HOLD_REASON"]) == ("Y", "AMT")
    assert (await customer.seen_by_basware(blocked))["responses"][0]["body"]["paymentBlock"] is True
    # The clerk reads the sums that do not agree.
    words = await _told(customer, returned)
    for amount in (wrong["grossSum"], wrong["netSum"]):
        assert f"{amount}".rstrip("0").rstrip(".") in words.replace(",", ""), words


async def _in_america(customer: Customer) -> None:
    plain = await customer.approve(11)
    order = await customer.sample(12, kind="purchase_order", rows="1")
    order["codingRows"][0] |= {
        "orderNumber": "0000000701",
        "orderLineNumber": "2",
        "goodsReceiptNumber": None,
        "goodsReceiptItemNumber": None,
        "matchedQuantity": Decimal(2),
        "orderedNetPrice": Decimal("250.00"),
        "orderLineUOM": "MO",
        **{name: Decimal("500.00") for name in ("netTotal", "grossTotal")},
        "taxSum": Decimal("0.00"),
    }
    nothing, all_of_it = Decimal("0.00"), Decimal("500.00")
    order |= {"netSum": all_of_it, "grossSum": all_of_it, "taxSum1": nothing}
    ordered = await customer.approve_document(order)
    rounded = await customer.sample(13)
    rounded |= {"grossSum": rounded["grossSum"] + Decimal("0.02")}
    rounding = await customer.approve_document(rounded)
    closed = await customer.sample(14) | {"voucherDate": "2020-01-15T00:00:00Z"}
    await customer.site(open_periods=[{"begins": "2026-01-01", "ends": "2099-12-31"}])
    late = await customer.approve_document(closed)
    await customer.until_status(TRANSFERRED, plain, ordered, rounding)
    await customer.until_status(FAILED, late)

    voucher = await _voucher(customer, plain)
    assert Decimal(voucher["GROSS_AMT"]) == plain.document["grossSum"]
    assert Decimal(voucher.get("SALETX_AMT", "0")) == plain.document["taxSum1"]
    assert voucher["GRP_AP_ID"] == "OPEN"
    (line,) = (await _voucher(customer, ordered))["VOUCHER_LINE"]
    assert (line["PO_ID"], line["LINE_NBR"], line["QTY_VCHR"]) == ("0000000701", "2", "2")
    *_, difference = (await _voucher(customer, rounding))["VOUCHER_LINE"]
    assert Decimal(difference["MERCHANDISE_AMT"]) == Decimal("0.02")
    assert "2020-01-15" in await _told(customer, late)

    # The mapping learns to take the next open day; the same invoice comes again, unchanged.
    await customer.apply(
        mapping={
            "accounting_dates": {"*": "next_open_day"},
            "open_periods": {"US001": [{"begins": "2026-11-01", "ends": "2026-12-31"}]},
        }
    )
    await customer.retransfer(late, {})
    await customer.until_status(TRANSFERRED, late)
    await kept(customer)
    assert (await _voucher(customer, late))["ACCOUNTING_DT"] == "2026-11-01"


@story
async def test_a_hold_that_peoplesoft_puts_itself_is_what_basware_is_told(new_customer: NewCustomer) -> None:
    customer = await new_customer("own-hold")
    document = await customer.sample()
    await customer.peoplesoft_fails("delay_seconds", operation="get", params={"seconds": 1})
    invoice = await customer.approve_document(document)
    voucher = await _saved(customer, invoice)
    await customer.clerk(voucher, "hold", reason="AMT")
    await customer.until_status(TRANSFERRED, invoice)
    await kept(customer)
    assert (await customer.seen_by_basware(invoice))["responses"][0]["body"]["paymentBlock"] is True


async def _saved(customer: Customer, invoice: Invoice) -> Json:
    """The voucher as soon as it is in the books: its answer is still being read."""
    found = await eventually(lambda: customer.vouchers(invoice), bool, what="saved")
    return found[0]


async def _voucher(customer: Customer, invoice: Invoice) -> Json:
    (voucher,) = await customer.vouchers(invoice)
    return voucher


async def _told(customer: Customer, invoice: Invoice) -> str:
    (response,) = (await customer.seen_by_basware(invoice))["responses"]
    assert response["body"]["success"] is False
    return str(response["body"]["responseMessage"])
