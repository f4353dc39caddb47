"""What the ledger writes comes back as it was, and a field that only one side knows is noticed."""

from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from ap_domain.invoice_state import (
    DocumentRef,
    InvoiceState,
    LinkOrder,
    PaymentReport,
    PaymentState,
    Report,
    Step,
)
from ap_domain.natural_key import MatchFields, NaturalKey
from ap_domain.payments import PaymentTold
from ap_domain.posting import PostingIntent, VoucherRef
from chassis.avro import AvroType
from chassis.avro_schemas import shipped
from chassis.errors import DoesNotFit
from chassis.ledger.entry import Entry, Phase, Started, Stop
from chassis.records import VOUCHER_ENTRY
from hypothesis import given
from hypothesis import strategies as st

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
counts = st.integers(0, 2**31 - 1)
instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
amounts = st.integers(-(10**30), 10**30).map(lambda units: Decimal(units).scaleb(-3))
refs = st.builds(
    DocumentRef,
    partition=counts,
    offset=st.integers(0, 2**62),
    fetch_number=counts,
    fetched_at=instants,
    status=texts,
    revision=texts,
    digest=texts,
    shadow=st.booleans(),
    batch_id=st.none() | texts,
)
intents = st.builds(
    PostingIntent,
    natural_key=st.builds(
        NaturalKey, business_unit=texts, vendor_setid=texts, vendor_id=texts, invoice_id=texts
    ),
    match=st.builds(
        MatchFields,
        invoice_date=st.none() | st.dates(date(1990, 1, 1), date(2100, 1, 1)),
        gross=st.none() | amounts,
        style=st.none() | texts,
    ),
    mapping_digest=texts,
    request_digest=texts,
    known=st.lists(texts, max_size=2).map(tuple),
    rule=st.lists(texts, max_size=2).map(tuple),
)
told = st.builds(
    PaymentTold,
    settled=st.booleans(),
    payment_block=st.booleans(),
    paid_total=amounts,
    cash_discount=amounts,
    payment_date=st.none() | st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    message=texts,
    check_number=texts,
    payment_message=texts,
    payment_number=texts,
    payment_document=texts,
    payment_reversal_document=texts,
)
payments = st.builds(
    PaymentState,
    poll_offset=st.integers(0, 2**62),
    digest=texts,
    standing=texts,
    settled=st.booleans(),
    wanted=st.none() | told,
    told=st.none() | told,
    unknown=st.lists(texts, max_size=2).map(tuple),
    report=st.none()
    | st.builds(
        PaymentReport, number=counts, told=told, request_id=st.none() | texts, overtaken=st.integers(0, 9)
    ),
    reports=counts,
    observed_at=st.none() | instants,
    given_up=st.none() | told,
)
links = st.builds(
    LinkOrder,
    business_unit=texts,
    voucher_id=texts,
    invoice_number=texts,
    step=texts,
    parked=st.booleans(),
    reason=texts,
)
states = st.builds(
    InvoiceState,
    invoice_id=texts,
    invoice_number=texts,
    cycle=counts,
    acknowledged_at=st.none() | instants,
    acknowledged_batch=st.none() | texts,
    document=refs,
    newer=st.none() | refs,
    intent=st.none() | intents,
    voucher=st.none()
    | st.builds(
        VoucherRef,
        business_unit=texts,
        voucher_id=texts,
        entry_status=texts,
        payment_hold=st.none() | st.booleans(),
        closed=st.booleans(),
    ),
    posted_revision=st.none() | texts,
    posted_at=st.none() | instants,
    payment_block=st.booleans(),
    refusal=st.none() | texts,
    doubted=st.none() | texts,
    repeats=st.lists(texts, max_size=2).map(tuple),
    rehearsal=texts,
    report=st.none()
    | st.builds(
        Report,
        number=counts,
        success=st.booleans(),
        message=texts,
        payment_block=st.booleans(),
        request_id=st.none() | texts,
    ),
    reports=counts,
    write_after=st.none() | instants,
    currency=texts,
    payment=st.none() | payments,
    link=st.none() | links,
    linked=st.booleans(),
)
entries = st.builds(
    Entry,
    key=texts,
    connection_id=texts,
    sequence=counts,
    phase=st.sampled_from(Phase),
    step=st.sampled_from(Step),
    since=st.none() | instants,
    due=st.none() | instants,
    attempts=counts,
    looks=counts,
    reason=texts,
    started=st.none()
    | st.builds(
        Started,
        at=instants,
        number=counts,
        settle_seconds=st.floats(0, 1e6, allow_nan=False),
        request_digest=texts,
    ),
    stop=st.none() | st.builds(Stop, flow=texts, connection_version=counts, at=instants, reason=texts),
    trace_id=texts,
    body=states,
)


@given(entries)
def test_an_entry_comes_back_as_it_was_written(entry: Entry[InvoiceState]) -> None:
    assert VOUCHER_ENTRY.decode(VOUCHER_ENTRY.encode(entry)) == entry


def test_schema_and_types_have_the_same_fields_at_every_depth() -> None:
    schema = shipped().named("VoucherLedgerEntry")
    assert list(_differences(Entry, schema, body=InvoiceState)) == []


AT = datetime(2026, 1, 1, tzinfo=UTC)
REF = DocumentRef(partition=1, offset=2, fetch_number=1, fetched_at=AT, status="s", revision="r", digest="d")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wider:
    """An invoice's state with a field the schema does not know."""

    invoice_id: str
    document: DocumentRef
    colour: str = "red"


def test_a_body_with_a_field_the_schema_lacks_is_not_written() -> None:
    wider: Entry[_Wider] = Entry(
        key="a/b",
        connection_id="a",
        sequence=1,
        phase=Phase.WAITING,
        step=Step.POST,
        due=AT,
        body=_Wider(invoice_id="b", document=REF),
    )
    with pytest.raises(DoesNotFit):
        AvroType("VoucherLedgerEntry", Entry[_Wider]).encode(wider)


def _differences(kind: Any, schema: Any, *, body: Any, path: str = "") -> Any:
    """Paths of the fields that only the dataclass or only the schema has."""
    records = {each["name"]: each for each in _records(shipped().named("VoucherLedgerEntry"))}
    theirs = {field["name"]: field["type"] for field in schema["fields"]}
    ours = get_type_hints(kind)
    names = {field.name for field in fields(kind)}
    yield from (f"{path}{name}" for name in names ^ set(theirs))
    for name in names & set(theirs):
        inner = body if name == "body" else _dataclass_in(ours[name])
        if inner is not None:
            record = next(records[each] for each in _record_names(theirs[name]))
            yield from _differences(inner, record, body=body, path=f"{path}{name}.")


def _dataclass_in(hint: Any) -> Any:
    if get_origin(hint) in (UnionType, Union):
        return next((each for each in get_args(hint) if is_dataclass(each)), None)
    return hint if is_dataclass(hint) else None


def _records(schema: Any) -> Any:
    match schema:
        case list():
            for each in schema:
                yield from _records(each)
        case {"type": "record", "fields": found}:
            yield schema
            for field in found:
                yield from _records(field["type"])


def _record_names(kind: Any) -> Any:
    match kind:
        case list():
            for each in kind:
                yield from _record_names(each)
        case {"type": "record", "name": name}:
            yield name
        case str() if kind not in {"null", "string", "int", "long", "boolean", "double", "bytes"}:
            yield kind
