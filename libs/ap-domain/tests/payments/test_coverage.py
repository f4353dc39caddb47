"""What PeopleSoft does not show of a schedule settles nothing and takes nothing back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from ap_domain.payments import (
    ExceptionKind,
    PaymentPicture,
    PaymentStanding,
    payment_told,
)

from .conftest import NOW, PAID, VOID, WATCHED, Pictured, remembered

LATER = NOW + timedelta(days=2)
FIRST = PAID | {"PYMNT_GROSS_AMT": "60.00", "PAID_AMT": "60.00"}
SECOND = {"PYMNT_CNT": "2", "PYMNT_GROSS_AMT": "40.00"}
SECOND_PAID = PAID | SECOND | {"PAID_AMT": "40.00", "PYMNT_ID": "0000001002", "PYMNT_ID_REF": "CHK78"}


def kinds(picture: PaymentPicture) -> list[ExceptionKind]:
    return [each.kind for each in picture.exceptions]


@pytest.mark.parametrize("seen", [True, False], ids=["it was shown before", "it was never shown"])
def test_an_open_instalment_that_is_not_shown_settles_nothing(pictured: Pictured, seen: bool) -> None:
    before = pictured(FIRST, SECOND)
    told = payment_told(before, before=None, transfer_block=False)
    picture = pictured(FIRST, before=remembered(before) if seen else None)
    assert (picture.standing, picture.settled) == (PaymentStanding.PARTIALLY_PAID, False)
    assert kinds(picture) == [ExceptionKind.MISSING]
    assert "instalments over 60.00 EUR of 100.00 EUR only" in picture.exceptions[0].words
    assert payment_told(picture, before=told, transfer_block=False) == told


def test_a_paid_instalment_that_is_not_shown_is_not_taken_back(pictured: Pictured) -> None:
    before = pictured(FIRST, SECOND)
    told = payment_told(before, before=None, transfer_block=False)
    gone = pictured(SECOND, before=remembered(before))
    assert (gone.standing, gone.settled, gone.gone) == (PaymentStanding.UNKNOWN, False, (1,))
    assert kinds(gone) == [ExceptionKind.MISSING]
    assert payment_told(gone, before=told, transfer_block=False) == told
    again = pictured(SECOND_PAID, before=remembered(gone))
    assert (again.standing, again.gone) == (PaymentStanding.UNKNOWN, (1,))
    back = pictured(FIRST, SECOND_PAID, before=remembered(again))
    assert (back.standing, back.gone, back.exceptions) == (PaymentStanding.PAID, (), ())


def test_the_payment_that_replaced_a_void_one_and_is_not_shown_is_not_taken_back(pictured: Pictured) -> None:
    """The gross of what is shown reaches the voucher's, and yet the newest payment is missing."""
    void = PAID | VOID | {"CANCEL_ACTION": "R", "PYMNT_SELCT_STATUS": "X"}
    before = pictured(void, PAID | {"PYMNT_CNT": "2"})
    assert before.settled
    gone = pictured(void, before=remembered(before))
    assert (gone.standing, gone.settled, gone.gone) == (PaymentStanding.UNKNOWN, False, (2,))


def test_an_instalment_that_a_later_one_stands_for_covers_nothing(pictured: Pictured) -> None:
    """Of three, the third stands for the first, and is not shown."""
    void = FIRST | VOID | {"CANCEL_ACTION": "P", "PYMNT_SELCT_STATUS": "X"}
    picture = pictured(void, SECOND_PAID)
    assert (picture.standing, picture.settled) == (PaymentStanding.PARTIALLY_PAID, False)
    third = PAID | {"PYMNT_CNT": "3", "PYMNT_GROSS_AMT": "60.00", "PAID_AMT": "60.00"}
    assert pictured(void, SECOND_PAID, third).settled


@pytest.mark.parametrize(
    ("rows", "voucher"),
    [
        ([FIRST, SECOND | {"PYMNT_SELCT_STATUS": "X"}], {}),
        ([FIRST, SECOND | {"PYMNT_SELCT_STATUS": "Y"}], {}),
        ([FIRST, PAID | SECOND | {"PAID_AMT": "0", "NETTED": "Y"}], {}),
        ([PAID | {"PAID_AMT": "83.00", "WTHD_AMT": "15.00", "PAID_AMT_DSCNT": "2.00"}], {}),
        ([PAID | {"CURRENCY_PYMNT": "USD", "PAID_AMT": "117.00"}], {}),
        ([PAID | {"PYMNT_GROSS_AMT": "-100.00", "PAID_AMT": "-100.00"}], {"GROSS_AMT": "-100.00"}),
        ([PAID], {"GROSS_AMT": "80.00"}),
        ([FIRST], {"CLOSE_STATUS": "C"}),
        ([PAID | {"PYMNT_GROSS_AMT": "0", "PAID_AMT": "0"}], {"GROSS_AMT": "0"}),
        ([FIRST | VOID | {"CANCEL_ACTION": "C"}, SECOND_PAID], {}),
    ],
    ids=[
        "rest cancelled",
        "rest prepaid",
        "rest netted",
        "withheld and discounted",
        "paid in another currency",
        "credit note",
        "gross lowered",
        "closed by PeopleSoft",
        "nothing to pay",
        "liability closed",
    ],
)
def test_a_schedule_that_is_all_there_settles(
    pictured: Pictured, rows: list[dict[str, Any]], voucher: dict[str, Any]
) -> None:
    picture = pictured(*rows, voucher=voucher)
    assert (picture.settled, picture.exceptions) == (True, ())


def test_an_unpaid_instalment_may_go_where_the_others_cover_the_voucher(pictured: Pictured) -> None:
    before = pictured({"PYMNT_GROSS_AMT": "60.00"}, SECOND)
    picture = pictured(PAID, before=remembered(before))
    assert (picture.standing, picture.settled, picture.exceptions) == (PaymentStanding.PAID, True, ())


@pytest.mark.parametrize("shown", [True, False], ids=["its payments", "all of it"])
def test_what_was_settled_stays_so_when_it_is_not_shown_any_more(pictured: Pictured, shown: bool) -> None:
    before = pictured(PAID)
    told = payment_told(before, before=None, transfer_block=False)
    gone = pictured(shown=shown, before=remembered(before))
    assert (gone.standing, gone.settled, gone.exceptions) == (PaymentStanding.UNKNOWN, True, ())
    assert payment_told(gone, before=told, transfer_block=False) == told
    still = pictured(shown=shown, before=remembered(gone))
    assert still.digest == gone.digest


def test_what_was_settled_is_open_again_when_an_open_instalment_is_shown(pictured: Pictured) -> None:
    before = pictured(FIRST, SECOND_PAID)
    picture = pictured(SECOND, before=remembered(before))
    assert (picture.standing, picture.settled, picture.gone) == (PaymentStanding.UNKNOWN, False, (1,))


@pytest.mark.parametrize(
    ("after", "voucher", "lacks"),
    [
        (timedelta(hours=23), {}, False),
        (timedelta(hours=25), {}, True),
        (timedelta(hours=25), {"ENTRY_STATUS": "R"}, False),
        (timedelta(hours=25), {"GROSS_AMT": "0"}, False),
        (timedelta(hours=25), {"CLOSE_STATUS": "C"}, False),
    ],
    ids=["just posted", "for a day", "recycled", "nothing to pay", "closed"],
)
def test_a_postable_voucher_gets_its_schedule_within_a_day(
    pictured: Pictured, after: timedelta, voucher: dict[str, Any], lacks: bool
) -> None:
    picture = pictured(voucher=voucher, watched=replace(WATCHED, since=NOW - after))
    assert picture.standing is PaymentStanding.NOT_SCHEDULED
    assert (ExceptionKind.MISSING in kinds(picture)) == lacks


def test_a_picture_is_another_when_the_voucher_was_made_the_invoice_s_anew(pictured: Pictured) -> None:
    first = pictured({}, watched=replace(WATCHED, since=NOW))
    again = pictured({}, watched=replace(WATCHED, since=LATER))
    assert first.digest != again.digest
