"""What PeopleSoft refuses: by schema with a fault, by edits with notification 0, and nothing is saved."""

from typing import Any

import pytest

LINE = {"VOUCHER_LINE_NUM": 1, "MERCHANDISE_AMT": "100.00"}
DISTRIBUTION = {"DISTRIB_LINE_NUM": 1, "ACCOUNT": "18620", "DEPTID": "61300", "MERCHANDISE_AMT": "100.00"}


def _line(**changes: Any) -> list[dict[str, Any]]:
    return [{**LINE, "DISTRIB_LINE": [{**DISTRIBUTION, **changes}]}]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"BUSINESS_UNIT": "XX999"}, "Invalid business unit XX999"),
        ({"VENDOR_SETID": "OTHER"}, "SetID OTHER"),
        ({"VENDOR_ID": "0000999999"}, "0000999999 does not exist"),
        ({"VENDOR_ID": "430022"}, "430022 does not exist"),
        ({"VENDOR_ID": "0000430090"}, "not approved (status I)"),
        ({"VENDOR_ID": "0000430091"}, "not approved (status E)"),
        ({"VENDOR_ID": "0000430092"}, "no default location"),
        ({"VNDR_LOC": "NOWHERE"}, "Location NOWHERE"),
        ({"VENDOR_ID": None}, "VENDOR_ID is required"),
        ({"INVOICE_ID": None}, "INVOICE_ID is required"),
        ({"INVOICE_DT": None}, "INVOICE_DT is required"),
        ({"ORIGIN": "ZZZ"}, "ORIGIN ZZZ"),
        ({"TXN_CURRENCY_CD": "XXX"}, "TXN_CURRENCY_CD XXX"),
        ({"PYMNT_TERMS_CD": "NEVER"}, "PYMNT_TERMS_CD NEVER"),
        ({"VOUCHER_STYLE": "OOPS"}, "VOUCHER_STYLE OOPS"),
        ({"PYMNT_HOLD": "X"}, "PYMNT_HOLD X"),
        ({"PYMNT_HOLD_REASON": "WHY"}, "PYMNT_HOLD_REASON WHY"),
        ({"GROSS_AMT": "125.01"}, "gross amount 125.01, lines and charges 125.00"),
        ({"FREIGHT_AMT": "1.00"}, "lines and charges 126.00"),
        ({"VOUCHER_LINE": None, "GROSS_AMT": "25.00"}, "at least one line"),
        ({"VOUCHER_LINE": [LINE]}, "no distribution"),
        ({"VOUCHER_LINE": _line(MERCHANDISE_AMT="99.99")}, "line 100.00, distributions 99.99"),
        ({"VOUCHER_LINE": _line(ACCOUNT="99999")}, "ACCOUNT 99999 is not valid in SetID SHARE"),
        ({"VOUCHER_LINE": _line(ACCOUNT="18699")}, "ACCOUNT 18699"),
        ({"VOUCHER_LINE": _line(DEPTID="00000")}, "DEPTID 00000"),
        ({"VOUCHER_LINE": _line(BUSINESS_UNIT_GL="XX999")}, "Invalid GL business unit XX999"),
        (
            {"TXN_CURRENCY_CD": "JPY", "SALETX_AMT": "25.50", "GROSS_AMT": "125.50"},
            "more decimals than currency JPY",
        ),
        ({"SALETX_AMT": "25.001", "GROSS_AMT": "125.001"}, "more decimals than currency EUR"),
        ({"VOUCHER_LINE": _line() + _line(), "GROSS_AMT": "225.00"}, "VOUCHER_LINE_NUM 1 was entered twice"),
    ],
)
def test_a_voucher_with_something_wrong_is_refused(editor: Any, changes: dict[str, Any], words: str) -> None:
    errors = editor.errors(**changes)
    assert any(words in each for each in errors), errors


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"BUSINESS_UNIT": "XX999"}, "Invalid business unit XX999"),
        ({"INVOICE_ID": "   "}, "INVOICE_ID is required"),
        ({"VOUCHER_ID_RELATED": "00000001"}, "Related voucher 00000001"),
        ({"GROSS_AMT": "125.01"}, "gross amount 125.01, lines and charges 125.00"),
    ],
)
async def test_a_business_no_is_notification_0_and_saves_nothing(
    caller: Any, changes: dict[str, Any], words: str
) -> None:
    answer = await caller.create(**changes)
    assert answer.status == 200
    assert answer.text("notification") == "0"
    assert "Error" in answer.texts("type")
    assert any(words in text for text in answer.texts("messagetext")), answer.texts("messagetext")
    assert await caller.vouchers() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"INVOICE_ID": "I" * 31}, "INVOICE_ID"),
        ({"DESCR254_MIXED": "D" * 255}, "DESCR254_MIXED"),
        ({"GROSS_AMT": "125.0001"}, "fractionDigits"),
        ({"GROSS_AMT": "1" + "0" * 26}, "totalDigits"),
        ({"GROSS_AMT": "1,25"}, "GROSS_AMT"),
        ({"GROSS_AMT": "1.25E2"}, "GROSS_AMT"),
        ({"INVOICE_DT": "2026/03/01"}, "INVOICE_DT"),
        ({"INVOICE_DT": "2026-02-30"}, "INVOICE_DT"),
        ({"INVOICE_DT": "2026-03-01Z"}, "INVOICE_DT"),
        ({"NO_SUCH_FIELD": "1"}, "NO_SUCH_FIELD"),
        ({"ENTRY_STATUS": "P"}, "ENTRY_STATUS"),
        ({"VOUCHER_ID": None}, "VOUCHER_ID"),
    ],
)
async def test_what_does_not_fit_the_schema_is_a_fault(
    caller: Any, changes: dict[str, Any], words: str
) -> None:
    answer = await caller.create(**changes)
    assert answer.status == 500
    assert words in (answer.text("DefaultMessage") or "")
    assert answer.text("MessageSetID") == "158"
    assert await caller.vouchers() == []


async def test_properties_out_of_order_are_a_fault(caller: Any) -> None:
    answer = await caller.call("create", {"VOUCHER_ID": "NEXT", "BUSINESS_UNIT": "US001"})
    assert answer.status == 500


async def test_a_message_under_another_operations_alias_is_a_fault(caller: Any) -> None:
    raw = caller.envelope("get", {"BUSINESS_UNIT": "US001", "VOUCHER_ID": "1"})
    assert (await caller.send(raw, operation="create")).status == 500


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not xml",
        b"<a/>",
        b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>',
        b'<!DOCTYPE a [<!ENTITY x "y">]><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"/>',
        b'<!DOCTYPE a><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"/>',
    ],
)
async def test_what_is_no_soap_is_an_xml_fault(caller: Any, raw: bytes) -> None:
    answer = await caller.send(raw, operation="create")
    assert (answer.status, answer.text("MessageID")) == (500, "5")
    assert (answer.text("DefaultMessage") or "").endswith("(159,5)")
    assert answer.text("MessageSetID") is None


async def test_a_doctype_is_refused_before_anything_else_is_right_with_the_message(caller: Any) -> None:
    raw = b"<!DOCTYPE x>" + caller.envelope("find", {"BUSINESS_UNIT": "US001"})
    answer = await caller.send(raw, operation="find")
    assert (answer.text("DefaultMessage") or "").endswith("(159,5)")


async def test_a_comment_inside_a_value_is_not_part_of_it(caller: Any) -> None:
    await caller.create(INVOICE_ID="INV<!-- x -->-1")
    assert [each["INVOICE_ID"] for each in await caller.vouchers()] == ["INV-1"]


async def test_zero_and_three_decimal_currencies_balance(caller: Any) -> None:
    assert (await caller.create(TXN_CURRENCY_CD="KWD")).text("notification") == "1"
    yen = await caller.create(INVOICE_ID="JPY", TXN_CURRENCY_CD="JPY")
    assert yen.text("notification") == "1"


async def test_a_credit_note_is_negative_throughout(caller: Any) -> None:
    line = [
        {
            **LINE,
            "MERCHANDISE_AMT": "-100.00",
            "DISTRIB_LINE": [{**DISTRIBUTION, "MERCHANDISE_AMT": "-100.00"}],
        }
    ]
    answer = await caller.create(GROSS_AMT="-125.00", SALETX_AMT="-25.00", VOUCHER_LINE=line)
    assert answer.text("notification") == "1"


@pytest.mark.parametrize(
    ("setting", "changes"),
    [
        ("balance_action", {"GROSS_AMT": "1.00"}),
        ("chartfield_action", {"VOUCHER_LINE": _line(ACCOUNT="99999")}),
    ],
)
async def test_errors_set_to_recycle_save_a_recycled_voucher(
    caller: Any, setting: str, changes: dict[str, Any]
) -> None:
    await caller.control("POST", "settings/PSFT_EP", {setting: "recycle"})
    assert (await caller.create(**changes)).text("notification") == "1"
    assert [each["ENTRY_STATUS"] for each in await caller.vouchers()] == ["R"]


async def test_a_closed_period_is_refused_and_the_clock_gives_the_accounting_date(caller: Any) -> None:
    periods = [{"begins": "2026-01-01", "ends": "2026-01-31"}]
    await caller.control("POST", "settings/PSFT_EP", {"open_periods": periods})
    closed = await caller.create(ACCOUNTING_DT="2026-02-01")
    assert "2026-02-01 is not in an open period" in closed.texts("messagetext")[0]
    assert (await caller.create(ACCOUNTING_DT="2026-01-31")).text("notification") == "1"

    before = (await caller.control("GET", "clock"))["now"]
    after = (await caller.control("POST", "clock", {"advance_seconds": 400 * 86400}))["now"]
    assert after[:10] > before[:10]
    assert after[:10] in (await caller.create(INVOICE_ID="LATER")).texts("messagetext")[0]


async def test_chart_fields_are_effective_dated(caller: Any) -> None:
    rows = [
        {"field": "ACCOUNT", "value": "77777", "effdt": "2026-06-01"},
        {"field": "ACCOUNT", "value": "77777", "effdt": "2026-09-01", "status": "I"},
    ]
    await caller.control("POST", "chartfields", {"chartfields": rows})
    notifications = [
        (await caller.create(INVOICE_ID=day, ACCOUNTING_DT=day, VOUCHER_LINE=_line(ACCOUNT="77777"))).text(
            "notification"
        )
        for day in ("2026-05-31", "2026-06-01", "2026-08-31", "2026-09-01")
    ]
    assert notifications == ["0", "1", "1", "0"]
