"""What a connection says of its mode, windows, messages, sweeps and webhooks: faults, defaults, old records."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from ap_domain.posting_calendar import Freeze, PostingCalendar, read_calendar
from chassis.connections import Connection
from chassis.connections.model import ConnectionDocument, DocumentRefused, read_document
from chassis.connections.record import CONNECTION, seal_connection, unseal_connection
from chassis.connections.secrets import KeyRing

Written = Callable[[dict[str, Any]], str]
AT = datetime(2026, 11, 22, tzinfo=UTC)

NEWER = {
    "basware": ("concurrency", "sweep_seconds", "timestamp", "unsigned_connection_test_until"),
    "peoplesoft": ("concurrency", "messages", "adopt_found_vouchers", "refusals_in_a_row", "posting"),
}
"""Fields that came after the first records were written, by section."""

UNSIGNED = "basware.unsigned_connection_test_until"
MESSAGES = "peoplesoft.messages"
POSTING = "peoplesoft.posting"
NAMES = "peoplesoft.component_interface.names"
LIMIT = "peoplesoft.component_interface.search_limit"


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"mode": "dry-run"}, "mode", "'live' or 'shadow'"),
        ({"mode": True}, "mode", "'live' or 'shadow'"),
        ({"basware.sweep_seconds": -1}, "basware.sweep_seconds", "greater than or equal to 0"),
        ({"basware.sweep_seconds": 86_401}, "basware.sweep_seconds", "less than or equal to 86400"),
        ({"basware.sweep_seconds": "often"}, "basware.sweep_seconds", "number"),
        ({"basware.timestamp": {}}, "basware.timestamp.header", "is missing"),
        ({"basware.timestamp": "X-Time"}, "basware.timestamp", ""),
        ({"basware.timestamp": {"header": "X Time"}}, "basware.timestamp.header", "not allowed here"),
        (
            {"basware.timestamp": {"header": "X-Time", "tolerance_seconds": 0}},
            "basware.timestamp.tolerance_seconds",
            "greater than or equal to 1",
        ),
        (
            {"basware.timestamp": {"header": "X-Time", "tolerance": 5}},
            "basware.timestamp.tolerance",
            "is not a key",
        ),
        ({UNSIGNED: "2026-12-01T12:00:00"}, UNSIGNED, "must name its offset"),
        ({UNSIGNED: datetime(2026, 12, 1)}, UNSIGNED, "must name its offset"),  # noqa: DTZ001 - the fault
        ({UNSIGNED: "tomorrow"}, UNSIGNED, ""),
        ({UNSIGNED: True}, UNSIGNED, ""),
        ({"basware.webhook_secrets": [{"value": "s"}] * 6}, "basware.webhook_secrets", "at most 5"),
        ({MESSAGES: {"7030": "rejected"}}, f"{MESSAGES}.7030.[key]", "not allowed here"),
        ({MESSAGES: {"7030-x": "rejected"}}, f"{MESSAGES}.7030-x.[key]", "not allowed here"),
        ({MESSAGES: {"703000-1": "rejected"}}, f"{MESSAGES}.703000-1.[key]", "not allowed here"),
        ({MESSAGES: {"7030-12": "ignored"}}, f"{MESSAGES}.7030-12", "'rejected'"),
        ({MESSAGES: {"7030-12": "in_doubt"}}, f"{MESSAGES}.7030-12", "'rejected'"),
        ({MESSAGES: ["7030-12"]}, MESSAGES, "dictionary"),
        ({"peoplesoft.adopt_found_vouchers": "perhaps"}, "peoplesoft.adopt_found_vouchers", "boolean"),
        ({"peoplesoft.refusals_in_a_row": 0}, "peoplesoft.refusals_in_a_row", "greater than or equal to 1"),
        ({"peoplesoft.refusals_in_a_row": 2.5}, "peoplesoft.refusals_in_a_row", "integer"),
        ({POSTING: []}, POSTING, "dictionary"),
        ({POSTING: {"hours": 1}}, POSTING, "'hours' is not a key of posting"),
        ({POSTING: {"time_zone": "Mars/Olympus"}}, POSTING, "'Mars/Olympus' is not a time zone"),
        (
            {POSTING: {"windows": [{"begins": 480, "ends": "x"}]}},
            POSTING,
            'windows[0].begins: must be a time such as "08:00" (in quotes); windows[0].ends: must be a time',
        ),
        ({NAMES: {"VOUCHER_ID": ""}}, f"{NAMES}.VOUCHER_ID", ""),
        ({NAMES: {"VOUCHER_ID": " A"}}, f"{NAMES}.VOUCHER_ID", "not allowed here"),
        ({LIMIT: 1}, LIMIT, "greater than or equal to 2"),
        ({LIMIT: 100_001}, LIMIT, "less than or equal to 100000"),
        (
            {"peoplesoft.component_interface.date_format": "DD.MM.YYYY"},
            "peoplesoft.component_interface.date_format",
            "'YYYY-MM-DD' or 'YYYY/MM/DD'",
        ),
    ],
)
def test_a_fault_is_said_with_its_path(
    written: Written, changes: dict[str, Any], path: str, words: str
) -> None:
    with pytest.raises(DocumentRefused) as refused:
        read_document(written(changes))
    problems = refused.value.problems
    assert any(problem.startswith(f"{path}: ") and words in problem for problem in problems), problems
    assert not any("secret-" in problem for problem in problems)


def through_the_wire(document: ConnectionDocument, keys: KeyRing) -> Connection:
    record = seal_connection(document, keys=keys, version=3, shard=7, applied_at=AT, applied_by="me")
    return unseal_connection(CONNECTION.decode(CONNECTION.encode(record)), keys=keys)


def test_a_document_that_says_nothing_of_them_has_the_defaults(written: Written, keys: KeyRing) -> None:
    _has_the_defaults(through_the_wire(read_document(written({})), keys))


def test_a_record_written_before_the_fields_existed_has_the_defaults(
    written: Written, keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = read_document(written({}))
    said = json.loads(json.dumps(document.without_secrets()))
    del said["mode"]
    for section, names in NEWER.items():
        for name in names:
            del said[section][name]
    for name in ("names", "date_format", "search_limit"):
        del said["peoplesoft"]["component_interface"][name]
    monkeypatch.setattr(ConnectionDocument, "without_secrets", lambda _: said)
    _has_the_defaults(through_the_wire(document, keys))


def _has_the_defaults(connection: Connection) -> None:
    basware, peoplesoft = connection.basware, connection.peoplesoft
    assert connection.mode == "live"
    assert (basware.concurrency, basware.sweep_every) == (4, timedelta(minutes=15))
    assert (basware.timestamp, basware.unsigned_test_until) == (None, None)
    assert (peoplesoft.concurrency, peoplesoft.refusals_in_a_row) == (2, 25)
    assert (peoplesoft.messages, peoplesoft.adopt_found_vouchers) == ({}, False)
    assert peoplesoft.calendar == PostingCalendar()
    site = peoplesoft.component_interface
    assert (site.names, site.date_format, site.search_limit) == ({}, "YYYY-MM-DD", 300)


def test_what_is_said_arrives_at_the_services(written: Written, keys: KeyRing) -> None:
    window = {"days": ["sat"], "begins": "08:00", "ends": "00:00", "business_units": ["US001"]}
    changes = {
        "mode": "shadow",
        "basware.sweep_seconds": 60,
        "basware.timestamp": {"header": "X-Time", "tolerance_seconds": 30},
        UNSIGNED: "2026-12-01T12:00:00+02:00",
        MESSAGES: {"7030-12": "retry_later"},
        "peoplesoft.adopt_found_vouchers": True,
        "peoplesoft.refusals_in_a_row": 5,
        POSTING: {
            "time_zone": "Europe/Helsinki",
            "windows": [window],
            "freezes": [{"begins": date(2026, 12, 30), "ends": "2027-01-03", "reason": "close"}],
        },
        NAMES: {"VOUCHER_ID": "XX_VOUCHER_ID"},
        LIMIT: 1000,
    }
    connection = through_the_wire(read_document(written(changes)), keys)
    basware, peoplesoft = connection.basware, connection.peoplesoft
    assert connection.mode == "shadow"
    assert basware.sweep_every == timedelta(minutes=1)
    assert basware.timestamp is not None
    assert (basware.timestamp.header, basware.timestamp.tolerance) == ("X-Time", timedelta(seconds=30))
    assert basware.unsigned_test_until == datetime(2026, 12, 1, 10, tzinfo=UTC)
    assert peoplesoft.messages == {"7030-12": "retry_later"}
    assert (peoplesoft.adopt_found_vouchers, peoplesoft.refusals_in_a_row) == (True, 5)
    freeze = Freeze(begins=date(2026, 12, 30), ends=date(2027, 1, 3), reason="close")
    expected = read_calendar({"time_zone": "Europe/Helsinki", "windows": [window]})
    assert peoplesoft.calendar == replace(expected, freezes=(freeze,))
    site = peoplesoft.component_interface
    assert (site.names, site.search_limit) == ({"VOUCHER_ID": "XX_VOUCHER_ID"}, 1000)


def test_a_sweep_of_zero_seconds_is_none(written: Written, keys: KeyRing) -> None:
    assert (
        through_the_wire(read_document(written({"basware.sweep_seconds": 0})), keys).basware.sweep_every
        is None
    )
