"""Every way a payment can go, from PeopleSoft's codes to the state of the instalment and of the voucher."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from ap_domain.payments import PaymentPicture, Proof
from ap_domain.payments.instalment_rules import INSTALMENT_RULES, Facts, Money, state_of
from ap_domain.payments.status_rules import ENDED, STATUS_RULES, StatusField, rules_of

from .conftest import PAID, VOID, Pictured, remembered
from .paths_after_payment import TAKEN_BACK
from .paths_to_payment import PAYING
from .status_path import Path, Standing, State, split

PATHS = PAYING | TAKEN_BACK


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
