"""The payment inquiry proves that an invoice was paid only where it can be no other invoice."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from ap_domain.payments import (
    InquiryRow,
    InstalmentState,
    PaymentStanding,
    Proof,
    WatchedVoucher,
    match_inquiry,
    payment_told,
)

from .conftest import NOW, PAID, WATCHED, Pictured, remembered

OURS = replace(WATCHED, gross=Decimal("100.00"))
ROW = InquiryRow(
    number="R-1", invoice_date=date(2026, 5, 20), gross=Decimal(100), currency="EUR", status="Paid"
)
OTHER = replace(OURS, invoice_id="e" * 32, voucher_id="00000043")
ALONE = {"sources": ["inquiry"], "inquiry": {"root": "a"}}
BOTH = {"sources": ["query", "inquiry"], "inquiry": {"root": "a"}}


def test_a_row_that_fits_one_voucher_is_that_vouchers() -> None:
    found = match_inquiry([ROW, replace(ROW, gross=Decimal("100.00"))], [OURS])  # windows overlap
    assert found.rows == {OURS.invoice_id: ROW}
    assert (found.why_not, found.strangers) == ({}, 0)


@pytest.mark.parametrize(
    "row",
    [
        replace(ROW, number="R-2"),
        replace(ROW, invoice_date=date(2026, 5, 21)),
        replace(ROW, gross=Decimal("100.01")),
        replace(ROW, currency="USD"),
    ],
)
def test_a_row_that_differs_in_anything_is_a_strangers(row: InquiryRow) -> None:
    found = match_inquiry([row], [OURS])
    assert (found.rows, found.why_not, found.strangers) == ({}, {}, 1)


@pytest.mark.parametrize(
    "unknown", [{"invoice_number": ""}, {"invoice_date": None}, {"gross": None}, {"currency": ""}]
)
def test_a_voucher_of_which_too_little_is_known_is_never_meant(unknown: dict[str, None]) -> None:
    voucher: WatchedVoucher = replace(OURS, **unknown)
    assert match_inquiry([ROW], [voucher]).rows == {}


def test_of_a_voucher_without_a_known_currency_it_is_said_why_it_is_not_meant() -> None:
    found = match_inquiry([ROW], [replace(OURS, currency="")])
    assert (found.rows, found.strangers) == ({}, 0)
    assert found.why_not == {OURS.invoice_id: "its currency is not known here"}


def test_a_row_that_fits_two_vouchers_is_nobodys() -> None:
    found = match_inquiry([ROW], [OURS, OTHER])
    assert found.rows == {}
    assert set(found.why_not) == {OURS.invoice_id, OTHER.invoice_id}
    assert "US001/00000042, US001/00000043" in found.why_not[OURS.invoice_id]


def test_two_rows_that_differ_are_nobodys() -> None:
    found = match_inquiry([ROW, replace(ROW, status="Scheduled")], [OURS])
    assert found.rows == {}
    assert found.why_not == {OURS.invoice_id: "the inquiry shows it 2 times: Paid, Scheduled"}


def test_case_and_blanks_of_a_number_do_not_count() -> None:
    assert match_inquiry([replace(ROW, number="r-1 ")], [OURS]).rows


def test_alone_it_closes_an_invoice(pictured: Pictured) -> None:
    picture = pictured(plan=ALONE, shown=False, watched=OURS, inquiry=ROW)
    assert (picture.proof, picture.standing, picture.settled) == (Proof.INQUIRY, PaymentStanding.PAID, True)
    assert (picture.paid_total, picture.exceptions, picture.voucher) == (100, (), None)
    told = payment_told(picture, before=None, transfer_block=False)
    assert told is not None
    assert told.payment_date == NOW.date()  # it shows no day of payment: the day it was first seen
    assert payment_told(picture, before=told, transfer_block=False) == told


def test_alone_it_releases_no_hold(pictured: Pictured) -> None:
    picture = pictured(plan=ALONE, watched=OURS, inquiry=replace(ROW, status="Scheduled"))
    assert (picture.standing, picture.settled) == (PaymentStanding.SCHEDULED, False)
    assert payment_told(picture, before=None, transfer_block=True) is None


def test_without_a_row_nothing_is_known_and_what_was_settled_stays_so(pictured: Pictured) -> None:
    first = pictured(plan=ALONE, watched=OURS)
    assert (first.standing, first.settled, first.exceptions) == (PaymentStanding.UNKNOWN, False, ())
    before = pictured(plan=ALONE, watched=OURS, inquiry=ROW)
    picture = pictured(plan=ALONE, watched=OURS, before=remembered(before))
    assert (picture.standing, picture.settled, picture.exceptions) == (PaymentStanding.UNKNOWN, True, ())
    told = payment_told(before, before=None, transfer_block=False)
    assert payment_told(picture, before=told, transfer_block=False) == told


def test_words_that_nobody_translated_park(pictured: Pictured) -> None:
    picture = pictured(plan=ALONE, watched=OURS, inquiry=replace(ROW, status="Bezahlt"))
    assert picture.unknown == ("payment inquiry: the status Bezahlt is not known",)
    assert picture.instalments[0].state is InstalmentState.UNKNOWN


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (ROW, "the payment inquiry says Paid, the query scheduled"),
        (replace(ROW, status="Scheduled"), None),
        (replace(ROW, status="Odd"), None),
        (
            replace(ROW, status="Scheduled", gross=Decimal(99)),
            "shows a gross of 99.00 EUR, the query 100.00 EUR",
        ),
    ],
)
def test_beside_the_query_only_its_disagreement_is_shown(
    row: InquiryRow, said: str | None, pictured: Pictured
) -> None:
    picture = pictured({}, plan=BOTH, watched=OURS, inquiry=row)
    assert (picture.proof, picture.standing) == (Proof.QUERY, PaymentStanding.SCHEDULED)
    assert len(picture.disagreements) == (said is not None)
    assert (said or "") in "".join(picture.disagreements)


def test_what_the_query_says_paid_and_the_inquiry_does_not_is_shown(pictured: Pictured) -> None:
    picture = pictured(PAID, plan=BOTH, watched=OURS, inquiry=replace(ROW, status="Scheduled"))
    assert picture.disagreements == ("the query says paid, the payment inquiry Scheduled",)
    assert picture.settled


def test_as_the_first_source_it_decides_and_the_query_is_compared(pictured: Pictured) -> None:
    plan = BOTH | {"sources": ["inquiry", "query"]}
    voucher = {"MATCH_STATUS_VCHR": "E"}
    picture = pictured({}, plan=plan, watched=OURS, inquiry=ROW, voucher=voucher)
    assert (picture.proof, picture.settled) == (Proof.INQUIRY, True)
    assert picture.disagreements == ("the payment inquiry says Paid, the query scheduled",)
    assert picture.voucher is not None
    assert [each.kind for each in picture.exceptions] == ["match_exception"]
