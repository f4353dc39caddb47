"""Every way a payment can go, from PeopleSoft's codes to the state of the instalment and of the voucher."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from ap_domain.payments import InstalmentState, PaymentPicture, PaymentStanding, Proof
from ap_domain.payments.instalment_rules import INSTALMENT_RULES, Facts, Money, state_of
from ap_domain.payments.status_rules import ENDED, STATUS_RULES, StatusField, rules_of

from .conftest import PAID, PAYMENT, VOID, Pictured, remembered

State = InstalmentState
Standing = PaymentStanding


@dataclass(frozen=True, kw_only=True)
class Path:
    """Rows, as they differ from an unpaid instalment of 100 EUR, and what they come to."""

    rows: tuple[dict[str, Any], ...]
    states: tuple[State, ...]
    standing: Standing
    paid: str = "0"
    settled: bool = False
    held: str | None = None
    day: str | None = None
    discount: str = "0"
    withheld: str = "0"
    voucher: dict[str, Any] | None = None


def split(first: dict[str, Any], second: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two instalments of 60 and 40."""
    return {"PYMNT_GROSS_AMT": "60.00"} | first, {"PYMNT_CNT": "2", "PYMNT_GROSS_AMT": "40.00"} | second


CREDIT = {"PYMNT_GROSS_AMT": "-30.00"}
PATHS = {
    "scheduled": Path(rows=({},), states=(State.SCHEDULED,), standing=Standing.SCHEDULED),
    "not scheduled": Path(rows=(), states=(), standing=Standing.NOT_SCHEDULED),
    "requested": Path(
        rows=({"PYMNT_SELCT_STATUS": "R"},), states=(State.SELECTED,), standing=Standing.SELECTED
    ),
    "in process": Path(
        rows=({"PYMNT_SELCT_STATUS": "I"},), states=(State.SELECTED,), standing=Standing.SELECTED
    ),
    "settlement": Path(
        rows=({"PYMNT_SELCT_STATUS": "S"},), states=(State.SELECTED,), standing=Standing.SELECTED
    ),
    "selected while held": Path(
        rows=({"PYMNT_SELCT_STATUS": "R", "PYMNT_HOLD": "Y", "PYMNT_HOLD_REASON": "QTY"},),
        states=(State.SELECTED,),
        standing=Standing.ON_HOLD,
        held="QTY",
    ),
    "negative sum": Path(
        rows=({"PYMNT_SELCT_STATUS": "D"},), states=(State.SCHEDULED,), standing=Standing.SCHEDULED
    ),
    "sanctions": Path(
        rows=({"PYMNT_SELCT_STATUS": "O"},), states=(State.UNDER_REVIEW,), standing=Standing.SCHEDULED
    ),
    "convert error": Path(
        rows=({"PYMNT_SELCT_STATUS": "V"},), states=(State.FAILED,), standing=Standing.SCHEDULED
    ),
    "paid": Path(
        rows=(PAID,),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-15",
    ),
    "paid, hold never released": Path(
        rows=(PAID | {"PYMNT_HOLD": "Y", "PYMNT_HOLD_REASON": "AMT"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-15",
    ),
    "instalments, one paid": Path(
        rows=split(PAID | {"PAID_AMT": "60.00", "PYMNT_GROSS_AMT": "60.00"}, {}),
        states=(State.PAID, State.SCHEDULED),
        standing=Standing.PARTIALLY_PAID,
        paid="60",
        day="2026-06-15",
    ),
    "instalments, the rest on hold": Path(
        rows=split(PAID | {"PAID_AMT": "60.00"}, {"PYMNT_HOLD": "Y", "PYMNT_HOLD_REASON": "GDS"}),
        states=(State.PAID, State.ON_HOLD),
        standing=Standing.PARTIALLY_PAID,
        paid="60",
        held="GDS",
        day="2026-06-15",
    ),
    "instalments, both paid": Path(
        rows=split(
            PAID | {"PAID_AMT": "60.00"},
            PAID | {"PAID_AMT": "40.00", "PYMNT_ID": "0000001002", "PYMNT_DT": "2026-07-15"},
        ),
        states=(State.PAID, State.PAID),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-07-15",
    ),
    "instalments, one paid and one cancelled": Path(
        rows=split(PAID | {"PAID_AMT": "60.00"}, {"PYMNT_SELCT_STATUS": "X", "PYMNT_ACTION": "X"}),
        states=(State.PAID, State.CANCELLED),
        standing=Standing.PAID,
        paid="60",
        settled=True,
        day="2026-06-15",
    ),
    "cash discount": Path(
        rows=(PAID | {"PAID_AMT": "98.00", "PAID_AMT_DSCNT": "2.00"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="98",
        settled=True,
        discount="2",
        day="2026-06-15",
    ),
    "withholding": Path(
        rows=(PAID | {"PAID_AMT": "85.00", "WTHD_AMT": "15.00"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="85",
        settled=True,
        withheld="15",
        day="2026-06-15",
    ),
    "on hold": Path(
        rows=({"PYMNT_HOLD": "Y", "PYMNT_HOLD_REASON": "AMT"},),
        states=(State.ON_HOLD,),
        standing=Standing.ON_HOLD,
        held="AMT",
    ),
    "void, still to be processed": Path(
        rows=(PAID | VOID | {"CANCEL_ACTION": "R"},),
        states=(State.REOPENED,),
        standing=Standing.REOPENED,
        day="2026-06-18",
    ),
    "void, to be re-opened on hold": Path(
        rows=(PAID | VOID | {"CANCEL_ACTION": "H"},),
        states=(State.ON_HOLD,),
        standing=Standing.REOPENED,
        held="",
        day="2026-06-18",
    ),
    "void, re-opened in the row": Path(
        rows=(PAYMENT | VOID | {"CANCEL_ACTION": "R"},),
        states=(State.REOPENED,),
        standing=Standing.REOPENED,
        day="2026-06-18",
    ),
    "void, re-opened in the row on hold": Path(
        rows=(PAYMENT | VOID | {"CANCEL_ACTION": "H", "PYMNT_HOLD": "Y", "PYMNT_HOLD_REASON": "OTH"},),
        states=(State.ON_HOLD,),
        standing=Standing.REOPENED,
        held="OTH",
        day="2026-06-18",
    ),
    "void, the hold released again": Path(
        rows=(PAYMENT | VOID | {"CANCEL_ACTION": "H"},),
        states=(State.REOPENED,),
        standing=Standing.REOPENED,
        day="2026-06-18",
    ),
    "void, re-opened in a new row": Path(
        rows=(PAID | VOID | {"PYMNT_SELCT_STATUS": "X", "CANCEL_ACTION": "R"}, {"PYMNT_CNT": "2"}),
        states=(State.CANCELLED, State.SCHEDULED),
        standing=Standing.REOPENED,
        day="2026-06-18",
    ),
    "void, the new row not there yet": Path(
        rows=(PAID | VOID | {"PYMNT_SELCT_STATUS": "X", "CANCEL_ACTION": "R"},),
        states=(State.REOPENED,),
        standing=Standing.REOPENED,
        day="2026-06-18",
    ),
    "void, the new row on hold not there yet": Path(
        rows=(PAID | VOID | {"PYMNT_SELCT_STATUS": "X", "CANCEL_ACTION": "H"},),
        states=(State.ON_HOLD,),
        standing=Standing.REOPENED,
        held="",
        day="2026-06-18",
    ),
    "void, liability closed": Path(
        rows=(PAID | VOID | {"PYMNT_SELCT_STATUS": "C", "CANCEL_ACTION": "C"},),
        states=(State.CANCELLED,),
        standing=Standing.CLOSED_UNPAID,
        settled=True,
        day="2026-06-18",
    ),
    "stopped": Path(
        rows=(PAID | VOID | {"PYMNT_STATUS": "S", "CANCEL_ACTION": "R"},),
        states=(State.REOPENED,),
        standing=Standing.REOPENED,
        day="2026-06-18",
    ),
    "reissued in the row": Path(
        rows=(PAID | {"PYMNT_ID": "0000001003", "PYMNT_DT": "2026-06-19"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-19",
    ),
    "reissued in a new row": Path(
        rows=(
            PAID | VOID | {"PYMNT_SELCT_STATUS": "X", "CANCEL_ACTION": "R"},
            PAID | {"PYMNT_CNT": "2", "PYMNT_ID": "0000001003", "PYMNT_DT": "2026-06-19"},
        ),
        states=(State.CANCELLED, State.PAID),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-19",
    ),
    "escheated": Path(
        rows=(PAID | {"PYMNT_ACTION": "W", "PYMNT_STATUS": "W", "CANCEL_ACTION": "W"},),
        states=(State.ESCHEATED,),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-15",
    ),
    "escheatment undone": Path(
        rows=(PAID | {"PYMNT_STATUS": "T"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-15",
    ),
    "stale": Path(
        rows=(PAID | {"PYMNT_STATUS": "L", "CANCEL_ACTION": "S"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-15",
    ),
    "cancelled": Path(
        rows=({"PYMNT_SELCT_STATUS": "X", "PYMNT_ACTION": "X"},),
        states=(State.CANCELLED,),
        standing=Standing.CLOSED_UNPAID,
        settled=True,
    ),
    "prepaid": Path(
        rows=({"PYMNT_SELCT_STATUS": "Y", "PYMNT_ACTION": "P"},),
        states=(State.PREPAID,),
        standing=Standing.CLOSED_UNPAID,
        settled=True,
    ),
    "prepayment applied to a paid one": Path(
        rows=(PAID | {"PYMNT_ACTION": "P"},),
        states=(State.PREPAID,),
        standing=Standing.CLOSED_UNPAID,
        settled=True,
        day="2026-06-15",
    ),
    "zero": Path(
        rows=(PAID | {"PYMNT_GROSS_AMT": "0", "PAID_AMT": "0"},),
        states=(State.ZERO,),
        standing=Standing.CLOSED_UNPAID,
        settled=True,
        day="2026-06-15",
        voucher={"GROSS_AMT": "0"},
    ),
    "netted by credit notes": Path(
        rows=(PAID | {"PAID_AMT": "0", "NETTED": "Y"},),
        states=(State.NETTED,),
        standing=Standing.CLOSED_UNPAID,
        settled=True,
        day="2026-06-15",
    ),
    "a payment less a credit note": Path(
        rows=(PAID | {"NETTED": "Y"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-15",
    ),
    "credit note": Path(
        rows=(PAID | CREDIT | {"PAID_AMT": "-30.00", "NETTED": "Y"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="-30",
        settled=True,
        day="2026-06-15",
        voucher={"GROSS_AMT": "-30.00"},
    ),
    "other payment currency": Path(
        rows=(PAID | {"CURRENCY_PYMNT": "USD", "PAID_AMT": "107.80", "PAID_AMT_DSCNT": "2.20"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-15",
    ),
    "back-dated beside a later payment": Path(
        rows=split(
            PAID | {"PAID_AMT": "60.00"},
            PAID | {"PAID_AMT": "40.00", "PYMNT_ID": "0000001002", "PYMNT_DT": "2026-05-02"},
        ),
        states=(State.PAID, State.PAID),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-15",
    ),
    "paid outside": Path(
        rows=(
            PAYMENT
            | {"PYMNT_SELCT_STATUS": "E", "PYMNT_ACTION": "R", "PYMNT_TYPE": "M", "PAID_AMT": "100.00"},
        ),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-15",
    ),
    "paid outside without a payment": Path(
        rows=({"PYMNT_SELCT_STATUS": "E", "PYMNT_ACTION": "R", "PAID_AMT": "100.00"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="100",
        settled=True,
    ),
    "less than the gross": Path(
        rows=(PAID | {"PAID_AMT": "1.00"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="1",
        settled=True,
        day="2026-06-15",
    ),
    "all of it, yet not ended": Path(
        rows=split(PAID | {"PAID_AMT": "100.00"}, {}),
        states=(State.PAID, State.SCHEDULED),
        standing=Standing.PARTIALLY_PAID,
        paid="100",
        day="2026-06-15",
    ),
    "one voided, one stands": Path(
        rows=split(
            PAYMENT | VOID | {"CANCEL_ACTION": "R"},
            PAID | {"PAID_AMT": "40.00", "PYMNT_ID": "0000001002"},
        ),
        states=(State.REOPENED, State.PAID),
        standing=Standing.PARTIALLY_PAID,
        paid="40",
        day="2026-06-15",
    ),
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_every_path_comes_to_its_end(path: Path, pictured: Pictured) -> None:
    picture = pictured(*path.rows, voucher=path.voucher)
    assert tuple(each.state for each in picture.instalments) == path.states
    assert (picture.standing, picture.settled) == (path.standing, path.settled)
    assert (picture.paid_total, picture.cash_discount, picture.withheld) == (
        Decimal(path.paid),
        Decimal(path.discount),
        Decimal(path.withheld),
    )
    assert picture.on_hold is (path.held is not None)
    assert picture.hold_reason == (path.held or "")
    assert picture.payment_date == (date.fromisoformat(path.day) if path.day else None)
    assert (picture.unknown, picture.disagreements, picture.proof) == ((), (), Proof.QUERY)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"PYMNT_SELCT_STATUS": "Q"}, "instalment 1: PYMNT_SELCT_STATUS Q is not known"),
        ({"PYMNT_SELCT_STATUS": " "}, "instalment 1: PYMNT_SELCT_STATUS blank is not known"),
        (PAID | {"PYMNT_ACTION": "Z"}, "instalment 1: PYMNT_ACTION Z is not known"),
        (PAID | {"PYMNT_STATUS": "K"}, "instalment 1: PYMNT_STATUS K is not known"),
        (PAID | {"CANCEL_ACTION": "K"}, "instalment 1: CANCEL_ACTION K is not known"),
        (PAID | {"PYMNT_SELCT_STATUS": "X"}, "cancelled beside a payment that stands"),
        (PAID | {"PYMNT_STATUS": "O"}, "paid by a document that moves no money"),
        (PAID | {"PYMNT_ACTION": "X"}, "paid and yet to be cancelled"),
    ],
)
def test_what_no_rule_knows_settles_nothing(row: dict[str, Any], words: str, pictured: Pictured) -> None:
    picture = pictured(row)
    (found,) = picture.unknown
    assert words in found
    assert picture.instalments[0].state is State.UNKNOWN
    assert (picture.standing, picture.settled, picture.paid_total) == (Standing.UNKNOWN, False, 0)
    assert "unknown_status" in [each.kind for each in picture.exceptions]


@pytest.mark.parametrize(
    ("row", "statuses", "state"),
    [
        (PAID | {"PYMNT_SELCT_STATUS": "Q"}, {"selection": {"Q": "paid"}}, State.PAID),
        ({"PYMNT_SELCT_STATUS": "N"}, {"selection": {"N": "selected"}}, State.SELECTED),
        (PAID | {"PYMNT_STATUS": "K"}, {"payment": {"K": "paid"}}, State.PAID),
        (PAID | {"PYMNT_STATUS": "L"}, {"payment": {"L": "escheated"}}, State.ESCHEATED),
        (PAID | {"PYMNT_STATUS": "K"}, {"payment": {"K": "cancelled"}}, State.CANCELLED),
        (PAID | {"PYMNT_STATUS": "K"}, {"payment": {"K": "reopened"}}, State.REOPENED),
        (PAID, {"selection": {"P": "unknown"}}, State.UNKNOWN),
    ],
)
def test_a_site_says_what_its_codes_mean(
    row: dict[str, Any], statuses: dict[str, Any], state: State, pictured: Pictured
) -> None:
    assert pictured(row, plan={"statuses": statuses}).instalments[0].state is state


def test_a_row_given_back_as_it_was_is_known_by_what_was_seen_before(pictured: Pictured) -> None:
    paid = pictured(PAID)
    reopened = pictured({}, before=remembered(paid))
    assert (reopened.standing, reopened.paid_total) == (Standing.REOPENED, 0)
    again = pictured({"PYMNT_SELCT_STATUS": "R"}, before=remembered(reopened))
    assert again.standing is Standing.REOPENED
    assert pictured(PAID, before=remembered(again)).standing is Standing.PAID


def test_one_payment_over_several_vouchers_counts_in_each_its_own_part(pictured: Pictured) -> None:
    rows = split(PAID | {"PAID_AMT": "60.00"}, PAID | {"PAID_AMT": "40.00"})
    assert pictured(*rows).paid_total == 100


def test_paid_amounts_of_what_does_not_count_are_not_kept(pictured: Pictured) -> None:
    (instalment,) = pictured(PAID | VOID | {"PAID_AMT_DSCNT": "1", "WTHD_AMT": "1"}).instalments
    assert (instalment.paid, instalment.discount, instalment.withheld) == (0, 0, 0)
    assert (instalment.payment_id, instalment.reference) == ("0000001001", "CHK77")
    assert instalment.cancelled_on == date(2026, 6, 18)


def test_paid_without_an_amount_and_not_netted_is_not_believed(pictured: Pictured) -> None:
    picture = pictured(PAID | {"PAID_AMT": "0"})
    assert (picture.standing, picture.settled) == (Standing.UNKNOWN, False)
    assert "PAID_AMT is 0: contradicts itself, unless the query lacks NETTED" in picture.unknown[0]
    assert pictured(PAID | {"PAID_AMT": "0", "WTHD_AMT": "100.00"}).settled


def every_facts() -> Iterator[Facts]:
    actions = {rule.state for rule in rules_of(StatusField.ACTION).values()}
    cancels = {rule.state for rule in rules_of(StatusField.CANCEL).values()}
    for schedule, money, action, cancel in product(State, Money, actions, cancels):
        for held, last, empty, netted, moneyless in product((True, False), repeat=5):
            yield Facts(
                schedule=schedule,
                money=money,
                action=action,
                cancel=cancel,
                held=held,
                last=last,
                empty=empty,
                netted=netted,
                moneyless=moneyless,
            )


def test_every_combination_is_decided_and_every_rule_decides_something() -> None:
    deciding = set()
    for facts in every_facts():
        state, rule = state_of(facts)
        deciding.add(rule)
        counts = state in (State.PAID, State.ESCHEATED)
        if counts and facts.money is Money.TAKEN_BACK:
            # only an escheatment meets the debt although the payment was taken back
            assert state is State.ESCHEATED
            assert State.ESCHEATED in (facts.cancel, facts.schedule)
        if facts.schedule not in ENDED and facts.money in (Money.STANDS, Money.NO_PAYMENT):
            assert state not in ENDED
    assert deciding == set(INSTALMENT_RULES)


def test_no_code_has_two_rules() -> None:
    keys = [(rule.field, rule.code) for rule in STATUS_RULES]
    assert len(keys) == len(set(keys))
    assert all(rule.name and rule.source for rule in STATUS_RULES)


def test_amounts_that_are_numbers_or_texts_make_the_same_picture(pictured: Pictured) -> None:
    over_rest: PaymentPicture = pictured(
        PAID | {"PYMNT_CNT": Decimal(1), "PAID_AMT": Decimal("100.0"), "PYMNT_GROSS_AMT": Decimal(100)}
    )
    assert over_rest.digest == pictured(PAID).digest
