"""What Basware is told: nothing without need, else the whole, in words that fit."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from ap_domain.payments import PaymentPicture, PaymentTold, Proof, payment_told

from .conftest import PAID, PAYMENT, VOID, Pictured

HELD = {"PYMNT_HOLD": "Y", "PYMNT_HOLD_REASON": "AMT"}


def told(
    picture: PaymentPicture, before: PaymentTold | None = None, *, transfer_block: bool = False
) -> PaymentTold:
    found = payment_told(picture, before=before, transfer_block=transfer_block)
    assert found is not None
    assert payment_told(picture, before=found, transfer_block=transfer_block) == found
    return found


@pytest.mark.parametrize(
    ("row", "transfer_block"),
    [({}, False), ({"PYMNT_SELCT_STATUS": "R"}, False), (HELD, True), ({"PYMNT_SELCT_STATUS": "O"}, False)],
)
def test_what_basware_knows_already_is_not_told(
    row: dict[str, Any], transfer_block: bool, pictured: Pictured
) -> None:
    assert payment_told(pictured(row), before=None, transfer_block=transfer_block) is None


def test_a_payment_is_told_whole(pictured: Pictured) -> None:
    assert told(pictured(PAID | {"PAID_AMT": "98.00", "PAID_AMT_DSCNT": "2.00"})) == PaymentTold(
        settled=True,
        payment_block=False,
        paid_total=98,
        cash_discount=2,
        payment_date=date(2026, 6, 15),
        message="Paid in PeopleSoft: 98.00 EUR, last on 2026-06-15. Cash discount taken: 2.00 EUR.",
        check_number="CHK77",
        payment_message="Paid.",
        payment_number="0000001001",
        payment_document="CHK77",
    )


def test_a_hold_is_told_and_its_release_too(pictured: Pictured) -> None:
    held = told(pictured(HELD))
    assert (held.payment_block, held.paid_total, held.settled) == (True, 0, False)
    assert held.message == "Payment is on hold in PeopleSoft: amount in dispute."
    assert held.payment_date == date(2026, 6, 29)  # the day it is planned for, or Basware would put today's
    released = told(pictured({"SCHEDULED_PAY_DT": "2026-07-05"}), held)
    assert (released.payment_block, released.payment_message) == (False, "Not on hold.")
    assert released.payment_date == date(2026, 6, 29)  # no response because a plan moves


def test_a_hold_that_the_transfer_reported_is_told_once_released(pictured: Pictured) -> None:
    assert told(pictured({}), transfer_block=True).payment_block is False


def test_what_a_clerk_cannot_act_on_is_no_new_response(pictured: Pictured) -> None:
    first = told(pictured(PAID | {"PAID_AMT": "60.00"}, {"PYMNT_CNT": "2"}))
    for later in ({"PYMNT_SELCT_STATUS": "R"}, {"PYMNT_SELCT_STATUS": "I"}, {"DUE_DT": "2026-12-24"}):
        assert told(pictured(PAID | {"PAID_AMT": "60.00"}, {"PYMNT_CNT": "2"} | later), first) == first


def test_a_second_payment_adds_to_the_first(pictured: Pictured) -> None:
    second = PAID | {
        "PYMNT_CNT": "2",
        "PAID_AMT": "40.00",
        "PYMNT_ID": "0000001002",
        "PYMNT_ID_REF": None,
        "PYMNT_DT": "2026-06-19",
    }
    found = told(pictured(PAID | {"PAID_AMT": "60.00"}, second))
    assert (found.paid_total, found.payment_date, found.check_number) == (100, date(2026, 6, 19), "")
    assert (found.payment_number, found.payment_document) == ("0000001001, 0000001002", "CHK77, 0000001002")


@pytest.mark.parametrize(
    ("rows", "day"),
    [
        ([{}], date(2026, 6, 15)),  # PeopleSoft shows nothing of the payment any more
        ([PAYMENT | VOID], date(2026, 6, 18)),
        ([PAID | VOID | {"PYMNT_SELCT_STATUS": "X"}, {"PYMNT_CNT": "2"}], date(2026, 6, 18)),
    ],
)
def test_a_void_takes_the_sum_back_in_either_form(
    rows: list[dict[str, Any]], day: date, pictured: Pictured
) -> None:
    found = told(pictured(*rows), told(pictured(PAID)))
    assert (found.paid_total, found.settled, found.payment_date) == (0, False, day)
    assert (found.check_number, found.payment_number, found.payment_reversal_document) == ("", "", "CHK77")
    assert found.message.startswith("The payment was taken back in PeopleSoft; nothing is paid now.")
    assert found.payment_message == "Payment taken back."


def test_a_reissue_is_told_beside_what_it_replaces(pictured: Pictured) -> None:
    again = PAID | {"PYMNT_ID": "0000001003", "PYMNT_ID_REF": "CHK78", "PYMNT_DT": "2026-06-19"}
    in_the_row = told(pictured(again), told(pictured({}), told(pictured(PAID))))
    voided = PAID | VOID | {"PYMNT_SELCT_STATUS": "X", "CANCEL_ACTION": "R"}
    in_a_new_row = told(pictured(voided, again | {"PYMNT_CNT": "2"}))
    for found in (in_the_row, in_a_new_row):
        assert (found.paid_total, found.settled) == (100, True)
        assert (found.payment_document, found.payment_reversal_document) == ("CHK78", "CHK77")
        assert "Taken back: payment CHK77" in found.message


def test_a_void_that_is_undone_is_no_reversal_any_more(pictured: Pictured) -> None:
    undone = pictured(PAID | {"PYMNT_STATUS": "U"})
    assert told(undone, told(pictured(PAYMENT | VOID))).payment_reversal_document == ""


def test_a_reference_that_comes_late_is_no_reversal(pictured: Pictured) -> None:
    early = told(pictured(PAID | {"PYMNT_ID_REF": " "}))
    assert early.payment_document == "0000001001"
    assert told(pictured(PAID), early).payment_reversal_document == ""


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"PYMNT_SELCT_STATUS": "Y"}, "Settled in PeopleSoft by a prepayment."),
        (PAID | {"PAID_AMT": "0", "NETTED": "Y"}, "Settled in PeopleSoft against credit notes."),
        (PAID | {"PAID_AMT": "0", "PYMNT_GROSS_AMT": "0"}, "Settled in PeopleSoft: nothing was to be paid."),
        ({"PYMNT_SELCT_STATUS": "X"}, "Cancelled in PeopleSoft: it will not be paid."),
        (PAID | {"PYMNT_STATUS": "W"}, "The payee did not cash it, the money went to the state."),
        (PAID | {"WTHD_AMT": "15", "PAID_AMT": "85"}, "Withheld and not paid to the supplier: 15.00 EUR."),
        (PAID | {"CURRENCY_PYMNT": "USD"}, "Paid in USD; the sum shown is the gross in EUR."),
    ],
)
def test_the_clerk_reads_how_it_ended(row: dict[str, Any], words: str, pictured: Pictured) -> None:
    found = told(pictured(row, voucher={"GROSS_AMT": row.get("PYMNT_GROSS_AMT", "100.00")}))
    assert found.settled
    assert words in found.message


def test_what_is_cancelled_beside_a_payment_is_said(pictured: Pictured) -> None:
    found = told(pictured(PAID | {"PAID_AMT": "60.00"}, {"PYMNT_CNT": "2", "PYMNT_SELCT_STATUS": "X"}))
    assert found.message.endswith("For the rest: cancelled, will not be paid.")


@pytest.mark.parametrize(
    "rows",
    [[], [PAID | {"PYMNT_STATUS": "K"}], [PAID | {"PYMNT_SELCT_STATUS": "Q"}]],
    ids=["gone", "void", "paid"],
)
def test_what_proves_nothing_takes_nothing_back(rows: list[dict[str, Any]], pictured: Pictured) -> None:
    before = told(pictured(PAID))
    assert payment_told(pictured(*rows), before=before, transfer_block=False) == before
    assert payment_told(pictured(*rows), before=None, transfer_block=False) is None


def test_a_voucher_without_schedule_says_nothing_of_its_hold(pictured: Pictured) -> None:
    assert payment_told(pictured(), before=None, transfer_block=True) is None


def test_no_amount_is_cut_and_no_field_overflows(pictured: Pictured) -> None:
    rows = [
        PAID
        | {"PYMNT_CNT": str(number), "PYMNT_ID": f"{number:010d}", "PYMNT_ID_REF": f"{number:020d}"}
        | {"PAID_AMT": f"{10**24}.123", "PAID_AMT_DSCNT": f"{10**23}.457", "WTHD_AMT": f"{10**22}.881"}
        for number in range(1, 41)
    ]
    voucher = {"GROSS_AMT": f"{10**27}.999"}
    held = {"PYMNT_CNT": "99"} | HELD | {"PYMNT_HOLD_REASON": "Z" * 90}
    found = told(pictured(*rows, held, voucher=voucher))
    assert f"{40 * 10**24 + 4}.92 EUR of {10**27}.999 EUR" in found.message
    assert len(found.message) <= 250
    assert len(found.payment_message) <= 100
    assert found.message.endswith(".")
    numbers, documents = found.payment_number.split(", "), found.payment_document.split(", ")
    assert len(found.payment_number) <= 250
    assert len(found.payment_document) <= 250
    assert len(numbers) == len(documents)  # the newest, each by number and by reference
    assert numbers[-1] == "0000000040"
    void = told(pictured(*(row | VOID | {"CANCEL_ACTION": "C"} for row in rows), voucher=voucher), found)
    assert len(void.payment_reversal_document) <= 250
    assert void.paid_total == 0


def test_a_reference_with_a_comma_stays_one_entry(pictured: Pictured) -> None:
    found = told(pictured(PAID | {"PYMNT_ID_REF": "A,\tB"}))
    assert (found.payment_document, found.check_number) == ("A B", "A B")


def test_only_what_the_inquiry_proves_is_told(pictured: Pictured) -> None:
    picture = pictured({})
    by_inquiry = replace(picture, proof=Proof.INQUIRY)
    assert payment_told(by_inquiry, before=None, transfer_block=True) is None
