"""Whatever invoices the normal way moved through both systems agree; any single tampering is found as what it is."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.reconciliation import DifferenceKind, PeopleSoftVoucher
from hypothesis import given, settings
from hypothesis import strategies as st

LONG_AGO = datetime(2026, 11, 1, tzinfo=UTC)
Sides = Any
Tamper = Callable[[Sides, str], None]


def delete_the_voucher(sides: Sides, name: str) -> None:
    del sides.vouchers[name]


def mark_the_voucher_deleted(sides: Sides, name: str) -> None:
    sides.vouchers[name] = replace(sides.vouchers[name], entry_status="X")


def key_a_second_one(sides: Sides, name: str) -> None:
    sides.vouchers["hand"] = replace(sides.vouchers[name], voucher_id="99999999", origin="ONL")


def change_the_amount(sides: Sides, name: str) -> None:
    voucher = sides.vouchers[name]
    sides.vouchers[name] = replace(voucher, gross=voucher.gross + Decimal("0.01"))


def change_the_currency(sides: Sides, name: str) -> None:
    sides.vouchers[name] = replace(sides.vouchers[name], currency="XXX")


def forget_the_entry(sides: Sides, name: str) -> None:
    del sides.ledger[name]


def forget_both(sides: Sides, name: str) -> None:
    del sides.ledger[name], sides.vouchers[name]


def pay_without_telling(sides: Sides, name: str) -> None:
    voucher = sides.vouchers[name]
    sides.vouchers[name] = replace(voucher, paid_total=voucher.paid_total + 1, changed_at=LONG_AGO)


def hold_without_telling(sides: Sides, name: str) -> None:
    sides.vouchers[name] = replace(sides.vouchers[name], held=not sides.vouchers[name].held)


def show_another_number(sides: Sides, name: str) -> None:
    sides.basware[name] = replace(sides.basware[name], voucher_id="00000001")


def throw_it_back(sides: Sides, name: str) -> None:
    sides.basware[name] = replace(sides.basware[name], status="TransferInProgress")


def remove_it_from_basware(sides: Sides, name: str) -> None:
    del sides.basware[name]


def take_it_out_of_accounting(sides: Sides, name: str) -> None:
    sides.basware[name] = replace(sides.basware[name], status="Removed")


def lose_everything_of_ours(sides: Sides, name: str) -> None:
    del sides.basware[name], sides.ledger[name]


AFTER_CONFIRMATION: Mapping[Tamper, DifferenceKind] = {
    delete_the_voucher: DifferenceKind.MISSING_IN_PEOPLESOFT,
    mark_the_voucher_deleted: DifferenceKind.MISSING_IN_PEOPLESOFT,
    key_a_second_one: DifferenceKind.DUPLICATE,
    change_the_amount: DifferenceKind.AMOUNT,
    change_the_currency: DifferenceKind.AMOUNT,
    forget_the_entry: DifferenceKind.NOT_IN_LEDGER,
    forget_both: DifferenceKind.NOT_IN_LEDGER,
    pay_without_telling: DifferenceKind.PAYMENT,
    hold_without_telling: DifferenceKind.PAYMENT,
    show_another_number: DifferenceKind.VOUCHER_NUMBER,
    throw_it_back: DifferenceKind.NOT_CONFIRMED,
    remove_it_from_basware: DifferenceKind.NOT_IN_BASWARE,
    take_it_out_of_accounting: DifferenceKind.NOT_IN_BASWARE,
    lose_everything_of_ours: DifferenceKind.UNKNOWN_VOUCHER,
}

amounts = st.integers(-10_000_00, 10_000_00).map(lambda cents: Decimal(cents) / 100)
moved = st.fixed_dictionaries(
    {
        "stage": st.integers(0, 8),
        "gross": amounts,
        "currency": st.sampled_from(["EUR", "USD", "JPY"]),
        "held": st.booleans(),
        "share": st.sampled_from([Decimal(0), Decimal("0.4"), Decimal(1)]),
    }
)
strangers = st.lists(st.sampled_from(["other supplier", "other number", "of nobody"]), max_size=3)


def world(sides: Callable[[], Sides], stages: Any, invoices: list[dict[str, Any]], noise: list[str]) -> Sides:
    """The books after these invoices moved on, amid vouchers of other people."""
    books = sides()
    for name, each in enumerate(invoices):
        books.add(
            f"i{name}",
            stages(each["stage"]),
            gross=each["gross"],
            currency=each["currency"],
            held=each["held"],
            paid=each["gross"] * each["share"],
        )
    for place, stranger in enumerate(noise):
        books.vouchers[f"s{place}"] = PeopleSoftVoucher(
            business_unit="US001",
            voucher_id=f"s{place}",
            entry_status="P",
            invoice_number="n/i0" if stranger == "other supplier" else f"x/{place}",
            vendor_setid="SHARE",
            vendor_id="0000000007" if stranger == "other number" else "0000000008",
            gross=invoices[0]["gross"] if invoices else Decimal(1),
            currency="EUR",
            origin="ONL",
        )
    return books


@settings(max_examples=150, deadline=None)
@given(invoices=st.lists(moved, max_size=6), noise=strangers)
def test_what_moved_the_normal_way_leaves_nothing_unexplained(
    sides: Callable[[], Sides], stages: Any, invoices: list[dict[str, Any]], noise: list[str]
) -> None:
    result = world(sides, stages, invoices, noise).compared()
    assert result.unexplained == ()
    assert result.compared == len(invoices)


@pytest.mark.parametrize("tamper", AFTER_CONFIRMATION)
@settings(max_examples=25, deadline=None)
@given(invoices=st.lists(moved, max_size=3), victim=st.tuples(st.booleans(), amounts))
def test_one_tampering_is_found_as_its_kind(
    sides: Callable[[], Sides],
    stages: Any,
    tamper: Tamper,
    invoices: list[dict[str, Any]],
    victim: tuple[bool, Decimal],
) -> None:
    held, gross = victim
    books = world(sides, stages, invoices, [])
    books.add("victim", stages.TOLD, gross=gross, held=held)
    tamper(books, "victim")
    (found,) = books.compared().unexplained
    assert found.kind is AFTER_CONFIRMATION[tamper]
    named = found.voucher_id if found.kind is DifferenceKind.UNKNOWN_VOUCHER else found.invoice_id
    assert named in {"victim", "vvictim"}


@settings(max_examples=25, deadline=None)
@given(invoices=st.lists(moved, max_size=3), gross=amounts)
def test_a_voucher_keyed_while_the_invoice_waits_is_found(
    sides: Callable[[], Sides], stages: Any, invoices: list[dict[str, Any]], gross: Decimal
) -> None:
    books = world(sides, stages, invoices, [])
    books.add("victim", stages.TOLD, gross=gross)
    voucher = replace(books.vouchers["victim"], origin="ONL", voucher_id="99999999")
    books.add("victim", stages.TAKEN, gross=gross)
    books.vouchers["victim"] = voucher
    (found,) = books.compared().unexplained
    assert (found.kind, found.voucher_id) == (DifferenceKind.KEYED_BY_HAND, "99999999")
