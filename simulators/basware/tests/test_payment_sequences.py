"""Whatever responses come, however close together and however late P2P gets to them: the newest taken one is shown."""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from basware_simulator.books import Books
from basware_simulator.confirmation import Confirmations
from basware_simulator.decimal_json import dumps
from basware_simulator.item_outcomes import ItemOutcome, ItemStatus
from basware_simulator.payment_responses import PAYMENT_RESPONSES
from basware_simulator.records import DocumentRecord, Processing, RequestRecord, Tenant
from hypothesis import given, settings
from hypothesis import strategies as st

GROSS = Decimal(100)
START = datetime(2026, 6, 5, 9, tzinfo=UTC)
TODAY = "2026-06-05T00:00:00.000Z"
NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A response, how long after the one before it, how long P2P takes, and what it is told to make of it."""

    gap: float
    delay: float
    fields: dict[str, Any]
    success: bool = True
    planned: ItemStatus | None = None


SAID = st.builds(
    Said,
    gap=st.sampled_from([0.0, 0.5, 1.0, 5.0]),
    delay=st.sampled_from([0.0, 2.0, 30.0]),
    fields=st.fixed_dictionaries(
        {"paymentBlock": st.booleans()},
        optional={
            "paidTotal": st.sampled_from([Decimal(0), Decimal("60.00"), Decimal("98.5"), Decimal(100)]),
            "cashDiscount": st.sampled_from([Decimal("1.5"), Decimal(40)]),
            "paymentDate": st.just("2026-06-01T00:00:00.000Z"),
            "paymentMethod": st.sampled_from(["EFT", "CHK"]),
            "paymentReversalDocument": st.none() | st.just("000122"),
        },
    ),
    success=st.sampled_from([True, True, True, False]),
    planned=st.sampled_from([None, None, None, ItemStatus.ERROR, ItemStatus.NOT_PROCESSED]),
)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    opened = Books(tmp_path_factory.mktemp("books"))
    opened.tenants.put(Tenant(name="acme", client_id="c", client_secret="s"))
    yield opened
    asyncio.run(opened.journal.stop())


def document(invoice: str) -> DocumentRecord:
    content = {"invoiceId": invoice, "companyCode": "BW00", "grossSum": GROSS, "paymentBlock": False}
    return DocumentRecord(
        tenant="acme",
        invoice_id=invoice,
        content=dumps(content),
        status="Transferred",
        company_code="BW00",
        mode="Standard",
        rows=0,
        updated=START,
    )


def stored(books: Books, confirmations: Confirmations, invoice: str, said: Said, at: datetime) -> str:
    number = next(NUMBERS)
    response = {"externalCode": f"pay-{number}", "success": said.success, **said.fields}
    request = RequestRecord(
        tenant="acme",
        request_id=f"request-{number}",
        number=number,
        entity_type=PAYMENT_RESPONSES.entity_type,
        invoice_id=invoice,
        cycle=1,
        external_code=f"pay-{number}",
        response=response,
        accepted=at,
        due=at + timedelta(seconds=said.delay),
        visible=at,
        updated=at,
        planned=ItemOutcome(status=said.planned, message="planned") if said.planned else None,
    )
    record = books.documents.get("acme", invoice)
    assert record is not None
    books.documents.put(PAYMENT_RESPONSES.stored(record, request))
    confirmations.expect(books.requests.put(request))
    return request.request_id


@settings(deadline=None, max_examples=100)
@given(sequence=st.lists(SAID, min_size=1, max_size=12))
def test_the_newest_response_that_was_taken_is_what_is_shown(books: Books, sequence: list[Said]) -> None:
    confirmations = Confirmations(books)
    invoice = f"invoice-{next(NUMBERS)}"
    books.documents.put(document(invoice))
    now, ids = START, []
    for said in sequence:
        now += timedelta(seconds=said.gap)
        confirmations.settle(now)
        ids.append(stored(books, confirmations, invoice, said, now))
    confirmations.settle(now + timedelta(seconds=30))

    record = books.documents.get("acme", invoice)
    requests = [request for name in ids if (request := books.requests.get("acme", name)) is not None]
    assert record is not None
    assert all(request.status is not Processing.IN_PROGRESS for request in requests)
    held = record.payment
    assert held.received == len(sequence) == held.applied + held.logged + held.refused

    applied = [r for r in requests if r.outcome is None and r.response["success"]]
    assert len(applied) == held.applied
    shown: dict[str, Any] = {}
    if applied:
        told = applied[-1].response
        left = {n: v for n, v in told.items() if n not in ("externalCode", "success") and v is not None}
        shown = {"paymentDate": TODAY} | left
    assert held.shown == shown
    covered = shown.get("paidTotal", 0) + shown.get("cashDiscount", 0) >= GROSS
    assert record.status == ("Paid" if covered else "Transferred")
    assert record.document().get("paymentMethod") == shown.get("paymentMethod")

    assert requests[-1].outcome is None or sequence[-1].planned is not None
    for older, newer in itertools.pairwise(requests):
        if newer.accepted - older.accepted >= timedelta(seconds=1) and older.due < newer.accepted:
            assert older.outcome is None or older.planned is not None
