"""Whatever PeopleSoft's rows say, in whatever order: one picture, and no picture that says more than the statuses."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from ap_domain.payments import (
    InstalmentState,
    PaymentPicture,
    PaymentStanding,
    PaymentTold,
    WatchedVoucher,
    build_picture,
    parse_payments,
    payment_told,
)
from ap_domain.payments.status_rules import COUNTING, ENDED, StatusField, rules_of
from hypothesis import given
from hypothesis import strategies as st

from .conftest import NOW, ROW, VOUCHER, WATCHED, remembered

PLAN = parse_payments({})
AMOUNTS = st.sampled_from(["0", "-30.00", "60.00", "100.00", "0.001"])
DAYS = st.sampled_from([None, "2026-05-02", "2026-06-15", "2026-06-19"])


def codes(field: StatusField, *, more: str) -> st.SearchStrategy[str]:
    """The field's codes, mostly those that are common, and one that no rule knows."""
    return st.sampled_from([*more, *rules_of(field), "K"])


ROWS = st.fixed_dictionaries(
    {
        "PYMNT_SELCT_STATUS": codes(StatusField.SELECTION, more="NNNPPPPX"),
        "PYMNT_ACTION": codes(StatusField.ACTION, more="SSSSSS"),
        "PYMNT_HOLD": st.sampled_from("NNY"),
        "PYMNT_HOLD_REASON": st.sampled_from([" ", "AMT", "ODD"]),
        "PYMNT_GROSS_AMT": AMOUNTS,
        "PAID_AMT": AMOUNTS,
        "PAID_AMT_DSCNT": st.sampled_from(["0", "2.00"]),
        "WTHD_AMT": st.sampled_from(["0", "15.00"]),
        "CURRENCY_PYMNT": st.sampled_from(["EUR", "EUR", "USD", " "]),
        "PYMNT_ID": st.sampled_from([" ", "1001", "1002", "1003"]),
        "PYMNT_ID_REF": st.sampled_from([None, "A", "B", "C, D"]),
        "PYMNT_DT": DAYS,
        "PYMNT_STATUS": st.one_of(st.none(), codes(StatusField.PAYMENT, more="PPPPVV")),
        "CANCEL_ACTION": st.one_of(st.none(), codes(StatusField.CANCEL, more="NNNRH")),
        "CANCEL_DT": DAYS,
        "NETTED": st.sampled_from([None, "N", "Y"]),
        "SCHEDULED_PAY_DT": DAYS,
    }
)
SCHEDULES = st.lists(ROWS, max_size=4).map(
    lambda rows: [ROW | row | {"PYMNT_CNT": str(at)} for at, row in enumerate(rows, start=1)]
)


def picture_of(
    rows: list[dict[str, Any]],
    *,
    before: PaymentPicture | None = None,
    watched: WatchedVoucher = WATCHED,
    poll: int = 1,
) -> PaymentPicture:
    return build_picture(
        watched,
        voucher_row=VOUCHER,
        payment_rows=rows,
        plan=PLAN,
        poll_offset=poll,
        observed_at=NOW + timedelta(hours=poll),
        before=remembered(before) if before else None,
    )


@given(rows=SCHEDULES, data=st.data())
def test_the_order_of_rows_and_rows_that_come_twice_do_not_matter(
    rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(rows + rows[:1]))
    assert picture_of(shuffled) == picture_of(rows)


@given(rows=SCHEDULES)
def test_the_same_rows_have_the_same_digest_at_any_poll(rows: list[dict[str, Any]]) -> None:
    first = picture_of(rows)
    assert picture_of(rows, poll=9).digest == first.digest
    assert picture_of(rows, before=first, poll=9).standing in (first.standing, PaymentStanding.REOPENED)
    settled = picture_of(rows, before=first, poll=9)
    assert picture_of(rows, before=settled, poll=10).digest == settled.digest


@given(one=SCHEDULES, other=SCHEDULES)
def test_pictures_that_differ_have_another_digest(
    one: list[dict[str, Any]], other: list[dict[str, Any]]
) -> None:
    first, second = picture_of(one), picture_of(other)
    assert (first.digest == second.digest) == (first == second)


@given(rows=SCHEDULES, amounts=st.lists(AMOUNTS.filter(lambda each: each != "0"), min_size=8, max_size=8))
def test_how_much_was_paid_never_settles_or_unsettles_anything(
    rows: list[dict[str, Any]], amounts: list[str]
) -> None:
    first, second = (
        picture_of([row | {"PAID_AMT": amounts[2 * at + turn]} for at, row in enumerate(rows)])
        for turn in range(2)
    )
    assert first.settled == second.settled
    assert [each.state in ENDED for each in first.instalments] == [
        each.state in ENDED for each in second.instalments
    ]


@given(rows=SCHEDULES, before=st.none() | SCHEDULES)
def test_a_picture_says_what_its_instalments_say(
    rows: list[dict[str, Any]], before: list[dict[str, Any]] | None
) -> None:
    picture = picture_of(rows, before=None if before is None else picture_of(before))
    states = [each.state for each in picture.instalments]
    scheduled = sum((each.gross for each in picture.instalments), Decimal(0))
    if picture.settled:
        assert set(states) <= ENDED
        assert before is not None or (states and scheduled >= picture.gross)
    elif states and set(states) <= ENDED - {InstalmentState.CANCELLED}:
        assert scheduled < picture.gross or picture.gone
    assert bool(picture.unknown) == (InstalmentState.UNKNOWN in states)
    if picture.paid_total:
        assert set(states) & COUNTING
    if picture.on_hold:
        assert not picture.settled
    if picture.standing in (PaymentStanding.PAID, PaymentStanding.CLOSED_UNPAID):
        assert picture.settled
    counted = [each for each in picture.instalments if each.state in COUNTING]
    paid = [each.paid if each.currency == "EUR" else each.gross for each in counted]
    assert picture.paid_total == sum(paid, Decimal(0))


@given(history=st.lists(SCHEDULES, min_size=1, max_size=5), block=st.booleans())
def test_telling_again_tells_the_same(history: list[list[dict[str, Any]]], block: bool) -> None:
    told: PaymentTold | None = None
    picture: PaymentPicture | None = None
    for poll, rows in enumerate(history, start=1):
        picture = picture_of(rows, before=picture, poll=poll)
        before, told = told, payment_told(picture, before=told, transfer_block=block)
        if told is None:
            assert before is None
            assert not picture.paid_total or picture.standing is PaymentStanding.UNKNOWN
            continue
        assert payment_told(picture, before=told, transfer_block=block) == told
        assert told.payment_date is not None
        assert 1 <= len(told.message) <= 250
        assert 1 <= len(told.payment_message) <= 100
        assert len(told.check_number) <= 25
        for field in (told.payment_number, told.payment_document, told.payment_reversal_document):
            assert len(field) <= 250
        if picture.instalments and picture.standing is not PaymentStanding.UNKNOWN:
            assert (told.paid_total, told.settled) == (picture.paid_total, picture.settled)
            assert told.payment_block == picture.on_hold


def test_a_picture_of_another_voucher_has_another_digest() -> None:
    other = replace(WATCHED, invoice_id="e" * 32)
    assert picture_of([ROW], watched=other).digest != picture_of([ROW]).digest
