import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import apstream_schemas
import pytest
from ap_domain.audit import AuditEvent
from ap_domain.document import AccountingDocument
from ap_domain.notification import Notification
from ap_domain.unreadable import UnreadableRecord
from chassis.avro import AvroType
from chassis.avro_schemas import SchemaSet, schema_fingerprint
from chassis.errors import DoesNotFit, Undecodable, UnknownSchema
from chassis.records import ACCOUNTING_DOCUMENT, AUDIT_EVENT, DESIRED_STATE, NOTIFICATION, UNREADABLE
from chassis.wire_format import Codec
from hypothesis import given
from hypothesis import strategies as st

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

DOCUMENT = AccountingDocument(
    connection_id="acme",
    invoice_id="63255782d0a04d8d8defcc6a0062101d",
    fetch_number=1,
    fetched_at=datetime(2026, 11, 22, 15, 0, tzinfo=UTC),
    processing_status="WaitingForTransfer",
    company_code="BW00",
    supplier_code="0000000042",
    gross_sum=Decimal("123.45"),
    payment_block=False,
    content_digest="00",
    revision="r",
    raw=b"{}",
)

instants = st.integers(-(10**15), 10**16).map(lambda micros: EPOCH + timedelta(microseconds=micros))
texts = st.text(st.characters(codec="utf-8"), max_size=20)
amounts = st.decimals(
    min_value=Decimal("-1e27"), max_value=Decimal("1e27"), allow_nan=False, allow_infinity=False, places=10
) | st.sampled_from([Decimal(0), Decimal("-0"), Decimal("1E+20"), Decimal("0.1"), Decimal("1e-10")])


def of(record_type: type[Any]) -> st.SearchStrategy[Any]:
    st.register_type_strategy(datetime, instants)
    st.register_type_strategy(Decimal, amounts)
    st.register_type_strategy(str, texts)
    st.register_type_strategy(int, st.integers(-(2**31), 2**31 - 1))
    return st.from_type(record_type)


@given(record=of(AccountingDocument))
def test_a_document_comes_back_as_it_was(record: AccountingDocument) -> None:
    assert ACCOUNTING_DOCUMENT.decode(ACCOUNTING_DOCUMENT.encode(record)) == record


@given(record=of(Notification))
def test_a_notification_comes_back_as_it_was(record: Notification) -> None:
    assert NOTIFICATION.decode(NOTIFICATION.encode(record)) == record


@given(record=of(AuditEvent))
def test_an_audit_event_comes_back_as_it_was(record: AuditEvent) -> None:
    assert AUDIT_EVENT.decode(AUDIT_EVENT.encode(record)) == record


def test_instants_are_utc_whatever_zone_they_were_written_in() -> None:
    there = DOCUMENT.fetched_at.astimezone(ZoneInfo("America/New_York"))
    back = ACCOUNTING_DOCUMENT.decode(ACCOUNTING_DOCUMENT.encode(replace(DOCUMENT, fetched_at=there)))
    assert back.fetched_at == there
    assert back.fetched_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"gross_sum": Decimal("1.00000000001")}, "gross_sum"),
        ({"net_sum": Decimal("1e28")}, "net_sum"),
        ({"net_sum": Decimal("NaN")}, "net_sum"),
        ({"net_sum": Decimal("Infinity")}, "net_sum"),
        ({"gross_sum": 1.5}, "gross_sum"),
        ({"fetched_at": datetime(2026, 1, 1)}, "fetched_at"),  # noqa: DTZ001
        ({"fetch_number": "one"}, "fetch_number"),
        ({"company_code": None}, "company_code"),
    ],
)
def test_what_does_not_fit_is_refused_naming_the_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(DoesNotFit) as refused:
        ACCOUNTING_DOCUMENT.encode(replace(DOCUMENT, **change))
    assert refused.value.field == field
    assert field in str(refused.value)


def test_the_frame_is_single_object_encoding() -> None:
    schema = json.loads(apstream_schemas.current()["AccountingDocument"])
    assert ACCOUNTING_DOCUMENT.encode(DOCUMENT)[:10] == b"\xc3\x01" + schema_fingerprint(schema)
    # The fingerprint of the schema "null" as the Avro specification's reference implementation has it.
    assert schema_fingerprint("null") == (0x63DD24E7CC258F8A).to_bytes(8, "little")


GOOD = ACCOUNTING_DOCUMENT.encode(DOCUMENT)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc3",
        b"\xc3\x01",
        b"{}",
        GOOD[:9],
        GOOD[:10],
        GOOD[:-1],
        GOOD + b"\x00",
        GOOD[:10] + b"\xff" * 40,
        GOOD[:10] + b"\x02\xff" + GOOD[12:],
        b"\x00",
        b"\x00\x00\x00",
    ],
)
def test_corrupt_bytes_are_undecodable(data: bytes) -> None:
    with pytest.raises(Undecodable):
        ACCOUNTING_DOCUMENT.decode(data)


@given(body=st.binary(max_size=60))
def test_any_body_is_a_record_or_undecodable(body: bytes) -> None:
    try:
        DESIRED_STATE.decode(DESIRED_STATE._header + body)
    except Undecodable:
        return


def test_an_unknown_schema_is_not_mistaken_for_corruption() -> None:
    with pytest.raises(UnknownSchema, match="0102030405060708"):
        ACCOUNTING_DOCUMENT.decode(b"\xc3\x01" + bytes(range(1, 9)) + GOOD[10:])


def test_confluent_framing_without_a_registry_is_an_unknown_schema() -> None:
    with pytest.raises(UnknownSchema, match="schema id 7"):
        ACCOUNTING_DOCUMENT.decode(b"\x00\x00\x00\x00\x07" + GOOD[10:])


def test_confluent_framing_is_read_through_the_registry() -> None:
    class Registry:
        def schema(self, schema_id: int) -> dict[str, Any]:
            assert schema_id == 7
            return schemas.named("AccountingDocument")

    schemas = SchemaSet(current=apstream_schemas.current())
    codec = AvroType("AccountingDocument", AccountingDocument, codec=Codec(schemas, registry=Registry()))
    assert codec.decode(b"\x00\x00\x00\x00\x07" + GOOD[10:]) == DOCUMENT
    assert codec.decode(GOOD) == DOCUMENT


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    amount: Decimal
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    colour: Colour
    lines: tuple[Line, ...]


B = TypeVar("B")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Generic[B]):
    sequence: int
    body: B | None


def schema(name: str, *fields: tuple[str, Any] | tuple[str, Any, Any]) -> dict[str, Any]:
    keys = ("name", "type", "default")
    return {
        "type": "record",
        "name": name,
        "namespace": "apstream",
        "fields": [dict(zip(keys, field, strict=False)) for field in fields],
    }


MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 38, "scale": 10}
LINE = schema("Line", ("amount", MONEY), ("day", ["null", {"type": "int", "logicalType": "date"}], None))
BODY = schema("Body", ("colour", "string"), ("lines", {"type": "array", "items": LINE}))
ENTRY = schema("Entry", ("sequence", "long"), ("body", ["null", BODY]))


def test_generic_nested_records_come_back_as_their_types() -> None:
    codec = AvroType("Entry", Entry[Body], codec=Codec(SchemaSet(current={"Entry": json.dumps(ENTRY)})))
    lines = (Line(amount=Decimal("1.50"), day=date(2026, 1, 2)), Line(amount=Decimal(-2)))
    entry = Entry(sequence=4, body=Body(colour=Colour.RED, lines=lines))
    back = codec.decode(codec.encode(entry))
    assert back == entry
    assert back.body is not None
    assert back.body.colour is Colour.RED
    empty: Entry[Body] = Entry(sequence=1, body=None)
    assert codec.decode(codec.encode(empty)).body is None
    bad = Entry(sequence=4, body=Body(colour=Colour.RED, lines=(Line(amount=Decimal("1e-11")),)))
    with pytest.raises(DoesNotFit, match=r"body\.lines\[0\]\.amount"):
        codec.encode(bad)


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    name: str
    note: str | None


def test_records_of_an_earlier_schema_are_read_with_defaults() -> None:
    first = schema("Thing", ("name", "string"))
    second = schema("Thing", ("name", "string"), ("note", ["null", "string"], None))
    old = AvroType("Thing", Old, codec=Codec(SchemaSet(current={"Thing": json.dumps(first)})))
    grown = SchemaSet(current={"Thing": json.dumps(second)}, earlier=[json.dumps(first)])
    new = AvroType("Thing", Grown, codec=Codec(grown))
    assert new.decode(old.encode(Old(name="x"))) == Grown(name="x", note=None)
    with pytest.raises(UnknownSchema):
        old.decode(new.encode(Grown(name="x", note="y")))


def test_a_type_that_lacks_a_field_of_its_schema_is_a_bug_said_at_first_use() -> None:
    second = schema("Thing", ("name", "string"), ("note", ["null", "string"], None))
    codec = AvroType("Thing", Old, codec=Codec(SchemaSet(current={"Thing": json.dumps(second)})))
    with pytest.raises(TypeError, match="note"):
        codec.encode(Old(name="x"))


def test_two_schemas_that_differ_only_in_scale_are_refused() -> None:
    scaled = json.dumps(schema("Line", ("amount", {**MONEY, "scale": 2})))
    with pytest.raises(ValueError, match="logical types"):
        SchemaSet(current={"Line": json.dumps(schema("Line", ("amount", MONEY)))}, earlier=[scaled])


def test_raw_bytes_are_not_shown() -> None:
    assert "topsecret" not in repr(replace(DOCUMENT, raw=b"topsecret"))


@given(record=of(UnreadableRecord))
def test_an_unreadable_record_comes_back_as_it_was(record: UnreadableRecord) -> None:
    assert UNREADABLE.decode(UNREADABLE.encode(record)) == record
