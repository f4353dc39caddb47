"""What keeps a voucher from being paid is an exception with its age and what helps."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.payments import ExceptionKind, PaymentStanding, PublishedPicture
from ap_domain.payments.voucher_watch import EXCEPTION_WORDS

from .conftest import NOW, PAID, VOID, WATCHED, Pictured, remembered

LATER = NOW + timedelta(days=3)
CANCELLED = {"PYMNT_SELCT_STATUS": "X"}
CLOSED = {"CLOSE_STATUS": "C"}
HALF = PAID | {"PYMNT_GROSS_AMT": "50.00", "PAID_AMT": "50.00"}
OTHER_HALF = {"PYMNT_CNT": "2", "PYMNT_GROSS_AMT": "50.00"}


@pytest.mark.parametrize(
    ("voucher", "kind", "letters"),
    [
        ({"ENTRY_STATUS": "R"}, ExceptionKind.RECYCLED, "ENTRY_STATUS R: recycled"),
        ({"ENTRY_STATUS": "O"}, ExceptionKind.INCOMPLETE, "ENTRY_STATUS O: open"),
        ({"ENTRY_STATUS": "X"}, ExceptionKind.DELETED, "ENTRY_STATUS X: deleted"),
        ({"MATCH_STATUS_VCHR": "E"}, ExceptionKind.MATCH, "match exceptions"),
        ({"MATCH_STATUS_VCHR": "D"}, ExceptionKind.MATCH, "match dispute"),
        ({"APPR_STATUS": "D"}, ExceptionKind.DENIED, "APPR_STATUS D: denied"),
        ({"BUDGET_HDR_STATUS": "E"}, ExceptionKind.BUDGET, "BUDGET_HDR_STATUS E"),
        (CLOSED, ExceptionKind.CLOSED, "CLOSE_STATUS C: closed"),
        ({"ENTRY_STATUS": "K"}, ExceptionKind.UNKNOWN_STATUS, "ENTRY_STATUS K"),
        ({"POST_STATUS_AP": "9"}, ExceptionKind.UNKNOWN_STATUS, "POST_STATUS_AP 9"),
    ],
)
def test_what_must_be_dealt_with_is_an_exception(
    voucher: dict[str, Any], kind: ExceptionKind, letters: str, pictured: Pictured
) -> None:
    (found,) = pictured({}, voucher=voucher).exceptions
    assert (found.kind, found.since) == (kind, NOW)
    assert letters in found.words
    assert "US001/00000042" in found.words
    assert found.remedy == EXCEPTION_WORDS[kind][1]


@pytest.mark.parametrize(
    "voucher",
    [
        {"MATCH_STATUS_VCHR": "T"},
        {"APPR_STATUS": "P"},
        {"BUDGET_HDR_STATUS": "N"},
        {"BUDGET_HDR_STATUS": "P"},
        {"POST_STATUS_AP": "N"},
        {"POST_STATUS_AP": "U"},
        {"MATCH_STATUS_VCHR": None, "APPR_STATUS": " ", "CLOSE_STATUS": None},
    ],
)
def test_what_is_only_on_its_way_is_none(voucher: dict[str, Any], pictured: Pictured) -> None:
    assert pictured({}, voucher=voucher).exceptions == ()


def test_several_exceptions_stand_beside_each_other(pictured: Pictured) -> None:
    picture = pictured(
        {"PYMNT_SELCT_STATUS": "V"}, voucher={"MATCH_STATUS_VCHR": "E", "BUDGET_HDR_STATUS": "E"}
    )
    kinds = [each.kind for each in picture.exceptions]
    assert kinds == [ExceptionKind.MATCH, ExceptionKind.BUDGET, ExceptionKind.PAYMENT_FAILED]


@pytest.mark.parametrize(
    ("status", "kind"),
    [({"ENTRY_STATUS": "X"}, ExceptionKind.DELETED), (CLOSED, ExceptionKind.CLOSED)],
)
def test_of_a_voucher_that_is_gone_nothing_else_matters(
    status: dict[str, Any], kind: ExceptionKind, pictured: Pictured
) -> None:
    (found,) = pictured({}, voucher=status | {"MATCH_STATUS_VCHR": "E", "APPR_STATUS": "D"}).exceptions
    assert found.kind is kind


@pytest.mark.parametrize(
    ("rows", "closed"),
    [
        ([PAID], False),
        ([PAID | {"PAID_AMT": "0", "NETTED": "Y"}], False),
        ([{"PYMNT_SELCT_STATUS": "Y"}], False),
        ([{}], True),
        ([CANCELLED], True),
        ([PAID | VOID | {"PYMNT_SELCT_STATUS": "C", "CANCEL_ACTION": "C"}], True),
        ([], True),
    ],
)
def test_closed_is_an_exception_unless_the_debt_was_met(
    rows: list[dict[str, Any]], closed: bool, pictured: Pictured
) -> None:
    found = pictured(*rows, voucher=CLOSED | {"MATCH_STATUS_VCHR": "D"}).exceptions
    assert [each.kind for each in found] == ([ExceptionKind.CLOSED] if closed else [])


def test_a_voucher_of_nothing_may_be_closed(pictured: Pictured) -> None:
    assert pictured(voucher=CLOSED | {"GROSS_AMT": Decimal(0)}).exceptions == ()


def test_an_exception_is_as_old_as_it_was_first_seen(pictured: Pictured) -> None:
    first = pictured({}, voucher={"MATCH_STATUS_VCHR": "E"})
    later = pictured(
        {},
        voucher={"MATCH_STATUS_VCHR": "D", "BUDGET_HDR_STATUS": "E"},
        before=remembered(first),
        observed_at=LATER,
    )
    assert [(each.kind, each.since) for each in later.exceptions] == [
        (ExceptionKind.MATCH, NOW),
        (ExceptionKind.BUDGET, LATER),
    ]
    solved = pictured({}, before=remembered(later))
    again = pictured({}, voucher={"MATCH_STATUS_VCHR": "E"}, before=remembered(solved), observed_at=LATER)
    assert [each.since for each in again.exceptions] == [LATER]


def test_a_voucher_that_is_not_shown_is_missing_and_proves_nothing(pictured: Pictured) -> None:
    picture = pictured(shown=False, watched=replace(WATCHED, gross=Decimal(90)))
    assert [each.kind for each in picture.exceptions] == [ExceptionKind.MISSING]
    assert (picture.standing, picture.settled) == (PaymentStanding.UNKNOWN, False)
    assert (picture.voucher, picture.gross, picture.currency) == (None, 90, "EUR")


def test_payments_of_a_voucher_that_is_not_shown_count_all_the_same(pictured: Pictured) -> None:
    picture = pictured(PAID, shown=False)
    assert (picture.standing, picture.settled, picture.paid_total) == (PaymentStanding.PAID, True, 100)
    assert picture.gross == 100


def test_payments_that_vanish_are_missing_until_they_are_shown(pictured: Pictured) -> None:
    before: PublishedPicture = remembered(pictured(HALF, OTHER_HALF))
    for shown in (True, False, True):
        gone = pictured(shown=shown, before=before, observed_at=LATER)
        assert (gone.standing, gone.settled) == (PaymentStanding.UNKNOWN, False)
        assert [each.kind for each in gone.exceptions] == [ExceptionKind.MISSING]
        before = remembered(gone)
    back = pictured(HALF, OTHER_HALF, before=before)
    assert (back.standing, back.exceptions) == (PaymentStanding.PARTIALLY_PAID, ())


def test_every_kind_has_words_and_a_remedy() -> None:
    assert set(EXCEPTION_WORDS) == set(ExceptionKind)
