"""A find or get returns what the WSDL promises; nothing else is taken for a result."""

from datetime import date
from decimal import Decimal

import pytest
from peoplesoft.errors import NeedsPerson, ProtocolError, RetryLater
from peoplesoft.testing.answers import GET_NS, created, find, found, get, got, message, row, soap

ACCOUNT = "DE89370400440532013000"


def test_a_find_returns_typed_rows_or_none() -> None:
    assert find(found()) == []
    rows = find(
        found(
            row(extra="<INVOICE_DT>2026-03-09</INVOICE_DT>"), row("inv-12", extra="<VENDOR_ID> </VENDOR_ID>")
        )
    )
    assert rows[0]["INVOICE_DT"] == date(2026, 3, 9)
    assert (rows[1]["INVOICE_ID"], rows[1]["VENDOR_ID"]) == ("inv-12", "")


@pytest.mark.parametrize(
    "body",
    [
        found(row(invoice_id="OTHER")),
        found(row(business_unit="EU001")),
        found(row(extra="<INVOICE_DT>soon</INVOICE_DT>")),
        found(row(extra="<INVOICE_DT>2026-02-30</INVOICE_DT>")),
        found(row(extra="<INVOICE_ID>INV-1</INVOICE_ID>")),
        found(row(extra="<SURPRISE/>")),
        found("<AP_OTHER/>"),
        found("temporarily unavailable"),
        found(row(), "and so on"),
    ],
)
def test_a_find_answer_the_wsdl_does_not_promise_is_never_taken_for_empty(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        find(body)


@pytest.mark.parametrize("texts", ["", message("Odd", number="(9,9)")])
def test_a_no_to_a_read_needs_a_person_and_is_never_taken_for_empty(texts: str) -> None:
    with pytest.raises(NeedsPerson):
        find(found(f"<notification>0</notification><detail>{texts}</detail>"))


def test_a_no_that_says_nothing_exists_is_an_empty_result() -> None:
    texts = message("No rows exist for the specified keys.", number="(91,50)")
    assert find(found(f"<notification>0</notification><detail>{texts}</detail>")) == []
    with pytest.raises(NeedsPerson):
        find(found(f"<notification>0</notification><detail>{texts}{message('Odd', number='(9,9)')}</detail>"))


def test_wildcards_in_a_sought_value_are_left_to_the_site() -> None:
    assert len(find(found(row("AXB")), sought={"INVOICE_ID": "A_B"})) == 1


def test_a_get_returns_the_whole_component() -> None:
    lines = (
        "<VOUCHER_LINE><VOUCHER_LINE_NUM> 1 </VOUCHER_LINE_NUM><DISTRIB_LINE><ACCOUNT>18620</ACCOUNT></DISTRIB_LINE>"
        "<DISTRIB_LINE/></VOUCHER_LINE>"
    )
    record = get(got(f"<GROSS_AMT>-112.500</GROSS_AMT><INVOICE_DT/>{lines}"))
    assert record is not None
    assert record["GROSS_AMT"] == Decimal("-112.5")
    assert "INVOICE_DT" not in record
    assert record["VOUCHER_LINE"] == [
        {"VOUCHER_LINE_NUM": Decimal(1), "DISTRIB_LINE": [{"ACCOUNT": "18620"}, {}]},
    ]


def test_a_get_of_nothing_is_none_and_of_another_voucher_is_refused() -> None:
    assert get(created("", ns=GET_NS, root="Get__CompIntfc__AP_VOUCHERResponse")) is None
    whole = "<INVOICE_ID>INV-1</INVOICE_ID>"
    with pytest.raises(ProtocolError, match="BUSINESS_UNIT"):
        get(created(whole, ns=GET_NS, root="Get__CompIntfc__AP_VOUCHERResponse"))
    with pytest.raises(ProtocolError, match="EU001"):
        get(got("", business_unit="EU001"))


@pytest.mark.parametrize("number", ["1E+9", "NaN", "1,5", "0x10", "٣", "1" * 50, "--1"])
def test_a_number_that_is_not_plain_is_refused(number: str) -> None:
    with pytest.raises(ProtocolError, match="GROSS_AMT"):
        get(got(f"<GROSS_AMT>{number}</GROSS_AMT>"))


@pytest.mark.parametrize(
    "body",
    [
        soap(f"<Other><BANK_ACCOUNT_NUM>{ACCOUNT}</BANK_ACCOUNT_NUM></Other>"),
        soap(f"<a>{ACCOUNT}</a><b/>"),
        found(row(), ACCOUNT),
        found(row(extra=f"<BANK_ACCOUNT_NUM>{ACCOUNT}</BANK_ACCOUNT_NUM>"))[:-40],
    ],
    ids=["another element", "two messages", "text among the rows", "cut"],
)
def test_an_answer_that_is_not_understood_shows_no_bank_account(body: bytes) -> None:
    with pytest.raises((ProtocolError, RetryLater)) as caught:
        find(body)
    assert ACCOUNT not in repr(vars(caught.value)) + str(caught.value)
