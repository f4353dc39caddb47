"""Which differences are as they should be, and what the list says of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.reconciliation import DifferenceKind, LedgerOutcome, Rules

Make = Callable[[], Any]
CENT = Decimal("0.01")


def test_what_moved_while_it_was_counted_is_explained(sides: Make, stages: Any, now: datetime) -> None:
    books = sides()
    books.add("a", stages.CONFIRMED)
    books.ledger["a"] = replace(books.ledger["a"], changed_at=now)
    books.basware["a"] = replace(books.basware["a"], status="TransferInProgress")
    (found,) = books.compared().differences
    assert (found.kind, found.explained) == (
        DifferenceKind.NOT_CONFIRMED,
        "it moved on while it was counted",
    )


@pytest.mark.parametrize(
    ("stage", "explained"),
    [
        ("APPROVED", "changed in Basware a moment ago, apstream takes it next"),
        ("TAKEN", "on its way: waiting at post"),
        ("RETURNED", "with the clerk in Basware: waiting at post"),
    ],
)
def test_the_accrual_list_names_what_is_approved_and_not_posted(
    sides: Make, stages: Any, stage: str, explained: str
) -> None:
    books = sides()
    books.add("a", stages[stage])
    (found,) = books.compared().differences
    assert found.kind is DifferenceKind.NOT_POSTED
    assert found.explained == explained
    assert found.coding == ("ACCOUNT=61000: 1160.00",)
    assert (found.amount, found.currency, found.business_unit) == (Decimal(1160), "EUR", "US001")


def test_an_invoice_that_nobody_fetched_for_hours_is_not_explained(
    sides: Make, stages: Any, long_ago: datetime
) -> None:
    books = sides()
    books.add("a", stages.APPROVED)
    books.basware["a"] = replace(books.basware["a"], updated_at=long_ago)
    assert [each.kind for each in books.compared().unexplained] == [DifferenceKind.NOT_POSTED]


@pytest.mark.parametrize("kind", ["not_posted", "not_in_ledger", "keyed_by_hand"])
def test_in_shadow_mode_another_system_posts(sides: Make, stages: Any, kind: str, long_ago: datetime) -> None:
    books = sides()
    books.add("a", stages.TOLD)
    del books.ledger["a"]
    if kind == "not_posted":
        books.add("a", stages.APPROVED)
        books.basware["a"] = replace(books.basware["a"], updated_at=long_ago)
        del books.vouchers["a"]
    if kind == "not_in_ledger":
        del books.vouchers["a"]
    if kind == "keyed_by_hand":
        books.basware["a"] = replace(books.basware["a"], voucher_id="")
    (found,) = books.compared(shadow=True).differences
    assert (found.kind, found.explained) == (
        kind,
        "the connection is in shadow mode, where apstream posts nothing",
    )
    assert books.compared().unexplained


@pytest.mark.parametrize(("rounding", "unexplained"), [(Decimal(0), 1), (CENT, 0)])
def test_a_difference_within_the_mappings_rounding_is_explained(
    sides: Make, stages: Any, rounding: Decimal, unexplained: int
) -> None:
    books = sides()
    books.add("a", stages.TOLD)
    books.vouchers["a"] = replace(books.vouchers["a"], gross=Decimal("1160.01"))
    assert len(books.compared(rounding=rounding).unexplained) == unexplained


@pytest.mark.parametrize(
    ("change", "explained"),
    [
        (
            {"payment_waits": "waiting at report payment"},
            "Basware was not told of the payment: waiting at report payment",
        ),
        (
            {"outcome": LedgerOutcome.ON_ITS_WAY, "words": "parked at post: x"},
            "on its way: parked at post: x",
        ),
        ({}, ""),
    ],
)
def test_a_payment_that_basware_is_about_to_hear_of_is_explained(
    sides: Make, stages: Any, change: dict[str, Any], explained: str
) -> None:
    books = sides()
    books.add("a", stages.CONFIRMED)
    books.vouchers["a"] = replace(books.vouchers["a"], paid_total=Decimal(500))
    books.ledger["a"] = replace(books.ledger["a"], **change)
    (found,) = books.compared().differences
    assert (found.kind, found.explained) == (DifferenceKind.PAYMENT, explained)
    assert found.words == "PeopleSoft has paid 500.00 EUR, Basware shows 0.00 EUR"


def test_codes_without_a_rule_say_why_basware_is_not_told(sides: Make, stages: Any) -> None:
    books = sides()
    books.add("a", stages.CONFIRMED)
    books.vouchers["a"] = replace(books.vouchers["a"], paid_total=Decimal(1), unclear=("selection 'Q'",))
    (found,) = books.compared().differences
    assert "selection 'Q'" in found.explained


def test_a_void_leaves_basware_the_choice_of_its_status(sides: Make, stages: Any) -> None:
    books = sides()
    books.add("a", stages.TOLD)
    books.basware["a"] = replace(books.basware["a"], status="Paid", paid_total=Decimal(0))
    books.vouchers["a"] = replace(books.vouchers["a"], paid_total=Decimal(0), settled=False)
    (found,) = books.compared().differences
    assert (found.kind, bool(found.explained)) == (DifferenceKind.PAYMENT, True)


def test_a_settled_invoice_that_basware_keeps_as_transferred_is_no_difference(
    sides: Make, stages: Any
) -> None:
    books = sides()
    books.add("a", stages.TOLD)
    assert books.compared().differences == ()


def test_a_person_who_dealt_with_it_explains_what_is_left(sides: Make, stages: Any) -> None:
    books = sides()
    books.add("a", stages.TOLD)
    del books.vouchers["a"]
    books.ledger["a"] = replace(
        books.ledger["a"], outcome=LedgerOutcome.DISCARDED, voucher_id="", words="paid by card"
    )
    (found,) = books.compared().differences
    assert (found.kind, found.explained) == (
        DifferenceKind.NOT_IN_LEDGER,
        "discarded by a person: paid by card",
    )


@pytest.mark.parametrize(
    ("outcome", "words", "told"),
    [
        (LedgerOutcome.ON_ITS_WAY, "parked at post: PeopleSoft has voucher US001/va", True),
        (LedgerOutcome.RETURNED, "Entered by hand as voucher va; close this one.", True),
        (LedgerOutcome.ON_ITS_WAY, "waiting at post", False),
        (LedgerOutcome.ON_ITS_WAY, "parked at post: PeopleSoft has voucher US001/vax", False),
        (LedgerOutcome.RETURNED, "The period is closed.", False),
    ],
)
def test_a_voucher_keyed_by_hand_is_explained_where_whoever_decides_was_told_of_it(
    sides: Make, stages: Any, outcome: LedgerOutcome, words: str, told: bool
) -> None:
    books = sides()
    books.add("a", stages.CONFIRMED)
    books.basware["a"] = replace(books.basware["a"], status="TransferFailed", voucher_id="")
    books.ledger["a"] = replace(books.ledger["a"], voucher_id="", outcome=outcome, words=words)
    (found,) = books.compared().differences
    assert found.kind is DifferenceKind.KEYED_BY_HAND
    assert found.explained == (f"whoever decides was told of this voucher: {words}" if told else "")


def test_basware_keeps_its_number_of_a_voucher_that_a_person_linked(sides: Make, stages: Any) -> None:
    books = sides()
    books.add("a", stages.TOLD)
    books.basware["a"] = replace(books.basware["a"], voucher_id="")
    assert [each.kind for each in books.compared().unexplained] == [DifferenceKind.VOUCHER_NUMBER]
    books.ledger["a"] = replace(books.ledger["a"], linked=True)
    assert books.compared().unexplained == ()


def test_a_repeated_number_that_was_judged_before_is_no_duplicate(sides: Make, stages: Any) -> None:
    books = sides()
    books.add("a", stages.TOLD)
    books.vouchers["b"] = replace(books.vouchers["a"], voucher_id="earlier", origin="ONL")
    assert [each.kind for each in books.compared().differences] == [DifferenceKind.DUPLICATE]
    books.ledger["a"] = replace(books.ledger["a"], known=("earlier",))
    assert books.compared().differences == ()


def test_two_invoices_alike_with_a_voucher_each_are_no_duplicates(sides: Make, stages: Any) -> None:
    books = sides()
    for name in ("a", "b"):
        books.add(name, stages.TOLD)
        books.ledger[name] = replace(books.ledger[name], mapped_number="same")
        books.basware[name] = replace(books.basware[name], mapped_number="same")
        books.vouchers[name] = replace(books.vouchers[name], invoice_number="SAME")
    assert books.compared().differences == ()


def test_an_origin_that_others_share_is_not_taken_for_ours(sides: Make, stages: Any) -> None:
    books = sides()
    books.add("a", stages.TOLD)
    del books.ledger["a"], books.basware["a"]
    assert books.compared(origin="").differences == ()


@pytest.mark.parametrize(("minutes", "fresh"), [(59, True), (61, False)])
def test_an_hour_is_given_to_reach_the_other_side(minutes: int, fresh: bool, now: datetime) -> None:
    rules = Rules(connection_id="acme", first_day=now.date(), last_day=now.date(), began=now)
    assert rules.fresh(now - timedelta(minutes=minutes)) is fresh
    assert not rules.fresh(None)
