"""Whether a voucher that a person named can stand for the invoice."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import peoplesoft
import pytest
from ap_domain.approved_invoice import read_document
from ap_domain.invoice_state import InvoiceState, LinkOrder, Step
from ap_domain.natural_key import NaturalKey
from ap_domain.posting import VoucherRef
from basware import NotFound
from chassis.ledger.entry import Entry
from chassis.ledger.outcomes import Done, Outcome, Retry
from voucher_poster.adapters.document_source import NotReadableNow
from voucher_poster.core.answers import Linkable, NotLinkable

from .site_bench import Bench, MakeEntry, voucher

NUMBER = "80000330200233"


def linking(make_entry: MakeEntry, **changes: Any) -> Entry[InvoiceState]:
    order = LinkOrder(
        business_unit="US001",
        voucher_id="00000009",
        invoice_number=NUMBER,
        step=Step.WITHDRAWN,
        parked=False,
    )
    return make_entry(Step.LINK, body={"link": replace(order, **changes)})


def refused(outcome: Outcome) -> str:
    assert isinstance(outcome, Done)
    assert isinstance(outcome.value, NotLinkable)
    return outcome.value.reason


async def test_a_voucher_with_the_invoice_number_and_supplier_can_stand_for_it(
    bench: Bench, make_entry: MakeEntry
) -> None:
    bench.books.shown = voucher(gross=Decimal(1160))
    outcome = await bench.call("link", linking(make_entry))
    assert isinstance(outcome, Done)
    found = outcome.value
    assert isinstance(found, Linkable)
    assert (found.voucher.voucher_id, found.invoice_number, found.currency) == ("00000009", NUMBER, "EUR")
    assert found.intent.natural_key == NaturalKey(
        business_unit="US001", vendor_setid="SHARE", vendor_id="0000430022", invoice_id=NUMBER
    )
    assert found.intent.match.gross == 1160
    assert (found.document.partition, found.document.status) == (-1, "WaitingForTransfer")


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (None, "does not show it"),
        (voucher(status="X"), "deleted in PeopleSoft"),
        (replace(voucher(), invoice_id="81"), f"it has invoice number 81, the invoice has {NUMBER}"),
        (voucher(supplier="0000000001"), "it is of supplier 0000000001, the invoice of 0000430022"),
        (replace(voucher(), business_unit="DE001"), "it is of business unit DE001, the invoice of US001"),
        (replace(voucher(), currency="USD"), "it is in USD, the invoice in EUR"),
    ],
    ids=["unknown", "deleted", "another number", "another supplier", "another unit", "another currency"],
)
async def test_a_voucher_that_is_not_the_invoices_is_refused_with_both_shown(
    bench: Bench, make_entry: MakeEntry, shown: Any, words: str
) -> None:
    bench.books.shown = shown
    assert words in refused(await bench.call("link", linking(make_entry)))


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"business_unit": "DE001"}, "not one of connection acme"),
        ({"invoice_number": "7"}, "the order is about"),
    ],
)
async def test_an_order_that_cannot_be_meant_is_refused(
    bench: Bench, make_entry: MakeEntry, order: dict[str, Any], words: str
) -> None:
    bench.books.shown = voucher()
    assert words in refused(await bench.call("link", linking(make_entry, **order)))


@pytest.mark.parametrize(("rule", "number"), [("keep_last", "0330200233"), ("keep_first", "8000033020")])
async def test_a_number_shortened_by_the_connections_rule_is_the_invoices(
    bench: Bench, make_entry: MakeEntry, rule: str, number: str
) -> None:
    mapping = {**bench.connection.mapping, "long_invoice_number": rule, "invoice_number_length": 10}
    bench.connection = replace(bench.connection, mapping=mapping)
    bench.books.shown = replace(voucher(), invoice_id=number)
    outcome = await bench.call("link", linking(make_entry))
    assert isinstance(outcome, Done)
    assert isinstance(outcome.value, Linkable)


async def test_an_invoice_that_cannot_be_mapped_is_known_by_its_number_alone(
    bench: Bench, make_entry: MakeEntry, document: dict[str, Any]
) -> None:
    bench.documents.invoice = read_document({**document, "codingRows": []})
    bench.books.shown = voucher(supplier="0000000001")
    outcome = await bench.call("link", linking(make_entry))
    assert isinstance(outcome, Done)
    assert isinstance(outcome.value, Linkable)


async def test_an_invoice_of_a_company_that_is_not_served_is_refused(
    bench: Bench, make_entry: MakeEntry
) -> None:
    bench.books.shown = voucher()
    bench.serve("BW01")
    assert "company BW00" in refused(await bench.call("link", linking(make_entry)))


@pytest.mark.parametrize("failure", [NotFound("gone"), NotReadableNow("away")], ids=["gone", "away"])
async def test_an_invoice_that_is_gone_is_refused_and_one_that_cannot_be_read_is_read_again(
    bench: Bench, make_entry: MakeEntry, failure: Exception
) -> None:
    bench.books.shown = voucher()
    bench.documents.failure = failure
    outcome = await bench.call("link", linking(make_entry))
    if isinstance(failure, NotFound):
        assert "does not know the invoice" in refused(outcome)
    else:
        assert isinstance(outcome, Retry)


@pytest.mark.parametrize(
    ("failure", "is_refused"),
    [(peoplesoft.NeedsPerson("more than one"), True), (peoplesoft.RetryLater("busy"), False)],
    ids=["a person is needed", "busy"],
)
async def test_what_peoplesoft_cannot_answer_leaves_the_invoice_where_it_was(
    bench: Bench, make_entry: MakeEntry, failure: peoplesoft.PeopleSoftError, is_refused: bool
) -> None:
    bench.books.failure = failure
    outcome = await bench.call("link", linking(make_entry))
    assert isinstance(outcome, Done) == is_refused


HELD = VoucherRef(business_unit="US001", voucher_id="00000042", entry_status="P")


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (voucher(status="X"), None),
        (voucher(), "US001/00000042 stands for it, and PeopleSoft shows that one as live"),
        (None, "US001/00000042 stands for it, and PeopleSoft does not show that one, not even as deleted"),
    ],
    ids=["deleted", "live", "not shown"],
)
async def test_only_a_deleted_voucher_makes_room_for_another(
    bench: Bench, make_entry: MakeEntry, held: Any, words: str | None
) -> None:
    bench.books.shown = voucher()
    bench.books.beside = {HELD.voucher_id: held}
    entry = linking(make_entry)
    outcome = await bench.call("link", replace(entry, body=replace(entry.body, voucher=HELD)))
    if words is None:
        assert isinstance(outcome, Done)
        assert isinstance(outcome.value, Linkable)
    else:
        assert words in refused(outcome)
