import contextlib
import json
from datetime import UTC, datetime

import pytest
from basware.notification import NotificationError, TaskType, parse_notification
from hypothesis import given
from hypothesis import strategies as st

GOOD: dict[str, object] = {
    "taskId": "0b7d1d6e-6f0c-4a55-9d43-5d0f8e1a7c11",
    "taskStatus": "New",
    "taskType": "AccountingDocuments",
    "taskSubType": "WaitingForTransfer",
    "documentId": "11112222333344445555666677778888",
    "expirationTime": "2026-12-11T08:53:31Z",
}


def raw(**changes: object) -> bytes:
    return json.dumps({k: v for k, v in {**GOOD, **changes}.items() if v is not ...}).encode()


def test_a_notification_is_read_whole() -> None:
    found = parse_notification(raw())
    assert found.task_id == GOOD["taskId"]
    assert found.task_type is TaskType.ACCOUNTING_DOCUMENTS
    assert found.task_sub_type == "WaitingForTransfer"
    assert found.document_id == GOOD["documentId"]
    assert found.expiration_time == datetime(2026, 12, 11, 8, 53, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("AccountingDocuments", TaskType.ACCOUNTING_DOCUMENTS),
        ("accountingdocuments", TaskType.ACCOUNTING_DOCUMENTS),
        ("AccoutingDocuments", TaskType.ACCOUNTING_DOCUMENTS),
        ("ACCOUTINGDOCUMENTS", TaskType.ACCOUNTING_DOCUMENTS),
        ("ConnectionTest", TaskType.CONNECTION_TEST),
        ("connectiontest", TaskType.CONNECTION_TEST),
        ("RequestStatus", TaskType.REQUEST_STATUS),
        ("ExportedPurchaseOrders", TaskType.EXPORTED_PURCHASE_ORDERS),
        ("ExportedContractSpends", TaskType.EXPORTED_CONTRACT_SPENDS),
        ("SomethingOfTomorrow", TaskType.UNKNOWN),
        ("Unknown", TaskType.UNKNOWN),
    ],
)
def test_the_task_type_is_recognised_in_any_spelling_seen(written: str, meant: TaskType) -> None:
    found = parse_notification(raw(taskType=written))
    assert found.task_type is meant
    assert found.task_type_text == written


def test_unknown_fields_and_a_byte_order_mark_are_welcome() -> None:
    assert parse_notification(b"\xef\xbb\xbf" + raw(tenant="x", nested={"a": [1.5]})).task_status == "New"


@pytest.mark.parametrize(
    "value", [None, "", "soon", 7, "9999-99-99T00:00:00Z", ["x"], "0001-01-01T00:00:00+14:00"]
)
def test_an_unreadable_reserved_expiration_does_not_cost_the_invoice(value: object) -> None:
    assert parse_notification(raw(expirationTime=value)).expiration_time is None


def test_a_connection_test_needs_its_type_only() -> None:
    found = parse_notification(b'{"taskType": "ConnectionTest"}')
    assert (found.task_type, found.document_id, found.task_id) == (TaskType.CONNECTION_TEST, "", "")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"   ", "not JSON"),
        (b"<html></html>", "not JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b'{"taskId": "x"', "not JSON"),
        (b"{} {}", "not JSON"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": 1e99999999999999999999}', "number"),
        (b'{"a": ' + b"9" * 5000 + b"}", "number"),
        (b'{"documentId": "a", "documentId": "b"}', "comes twice"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b"[" * 20000 + b"]" * 20000, "nested too deeply"),
        (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", "levels deep"),
        (b" " * 70_000, "bytes"),
        (raw(taskId=...), "taskId is missing"),
        (raw(taskId=None), "taskId is missing"),
        (raw(taskStatus=""), "taskStatus is missing"),
        (raw(taskType=...), "taskType is missing"),
        (raw(documentId=...), "documentId is missing"),
        (raw(documentId=42), "documentId is not a string"),
        (raw(taskType=["AccountingDocuments"]), "taskType is not a string"),
        (raw(documentId="a\nb"), "documentId holds characters"),
        (raw(documentId="\ud800"), "documentId holds characters"),
        (raw(documentId=" "), "documentId holds characters"),
        (raw(documentId="x" * 37), "at most 36"),
        (raw(taskId="x" * 129), "more than 128"),
    ],
)
def test_a_bad_notification_says_what_is_wrong(body: bytes, says: str) -> None:
    with pytest.raises(NotificationError, match=says):
        parse_notification(body)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_notification_or_a_clear_error(body: bytes) -> None:
    with pytest.raises(NotificationError):
        parse_notification(body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda x: st.lists(x) | st.dictionaries(st.text(), x),
    )
)
def test_any_json_in_any_field_is_read_or_a_clear_error(value: object) -> None:
    for name in GOOD:
        with contextlib.suppress(NotificationError):
            parse_notification(raw(**{name: value}))
