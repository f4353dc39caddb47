"""`apstream reconcile`: what it prints, in which form, and with which status it ends."""

import csv
import io
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.reconciliation import (
    GUIDANCE,
    Count,
    Difference,
    DifferenceKind,
    LedgerInvoice,
    LedgerOutcome,
    Reconciliation,
)
from apstream_cli import reconcile
from apstream_cli.cluster import Cluster
from apstream_cli.reconcile_run import reconcile_connections
from apstream_cli.refusal import Refusal
from basware.testing import Canned, StubApi
from click.testing import Result
from reconciliation import ReconciliationFailed

Run = Callable[..., Result]
DAY = date(2026, 11, 20)


def difference(kind: DifferenceKind, **more: Any) -> Difference:
    given: dict[str, Any] = {
        "invoice_id": "63255782",
        "invoice_number": "2026/000001",
        "supplier": "0000000007",
        "business_unit": "US001",
        "voucher_id": "00012345",
        "currency": "EUR",
        "amount": Decimal(1160),
        "words": "our ledger has it and PeopleSoft does not",
    }
    return Difference(kind=kind, **{**given, **more})


MISSING = difference(DifferenceKind.MISSING_IN_PEOPLESOFT)
ACCRUAL = difference(
    DifferenceKind.NOT_POSTED,
    voucher_id="",
    explained="on its way: parked at post",
    coding=("ACCOUNT=61000: 600.00", "ACCOUNT=62000: 560.00"),
)
RESULT = Reconciliation(
    connection_id="acme",
    run_at=datetime(2026, 11, 23, 6, tzinfo=UTC),
    first_day=date(2026, 11, 1),
    last_day=date(2026, 11, 22),
    counts=tuple(
        Count(
            stage=stage,
            business_unit="US001",
            day=DAY,
            period="2026-11",
            currency="EUR",
            number=number,
            amount=Decimal(number * 1160),
        )
        for stage, number in (("approved", 3), ("posted", 2))
    ),
    differences=(MISSING, ACCRUAL),
    compared=3,
)


@pytest.fixture
def reconciled(run: Run, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command, with a run that ends so and the days it was asked for."""

    def ran(*arguments: str, ends: Reconciliation | Exception = RESULT) -> tuple[Result, list[date | None]]:
        days: list[date | None] = []

        async def connections(
            cluster: Cluster, name: str | None, *, first_day: date | None, last_day: date | None
        ) -> list[Reconciliation]:
            days.extend((first_day, last_day))
            if isinstance(ends, Exception):
                raise ends
            return [ends]

        monkeypatch.setattr(reconcile, "open_cluster", lambda: None)
        monkeypatch.setattr(reconcile, "reconcile_connections", connections)
        return run("reconcile", *arguments), days

    return ran


def test_the_table_shows_counts_then_what_needs_somebody_then_the_accruals(reconciled: Any) -> None:
    result, days = reconciled("--from", "2026-11-01", "--to", "2026-11-22")
    assert result.exit_code == 1
    assert days == [date(2026, 11, 1), date(2026, 11, 22)]
    places = [
        result.output.index(text)
        for text in ("1 differences need somebody, 1 are explained", "3: 3480.00", "These need somebody:",
                     "missing_in_peoplesoft", "These are as they should be:", "to be accrued:", "ACCOUNT=62000")
    ]  # fmt: skip
    assert places == sorted(places)


@pytest.mark.parametrize(("differences", "status"), [((), 0), ((ACCRUAL,), 0), ((ACCRUAL, MISSING), 1)])
def test_the_exit_status_says_whether_somebody_is_needed(
    reconciled: Any, differences: tuple[Difference, ...], status: int
) -> None:
    assert reconciled(ends=replace(RESULT, differences=differences))[0].exit_code == status


@pytest.mark.parametrize(
    "error", [ReconciliationFailed("Basware could not be read: HTTP 503"), Refusal("no connection")]
)
def test_a_run_that_failed_has_a_status_of_its_own_and_says_why(reconciled: Any, error: Exception) -> None:
    result, _ = reconciled(ends=error)
    assert result.exit_code == 2
    assert str(error) in result.output


def test_csv_has_one_line_a_difference(reconciled: Any) -> None:
    result, _ = reconciled("--output", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["kind"] for row in rows] == ["missing_in_peoplesoft", "not_posted"]
    assert rows[1]["coding"] == "ACCOUNT=61000: 600.00 | ACCOUNT=62000: 560.00"
    assert (rows[0]["amount"], rows[0]["connection"]) == ("1160.00", "acme")
    assert "1 differences need somebody" in result.stderr


def test_csv_of_counts_has_one_line_a_count(reconciled: Any) -> None:
    result, _ = reconciled("--output", "csv", "--counts")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [(row["stage"], row["number"], row["amount"]) for row in rows] == [
        ("approved", "3", "3480.00"),
        ("posted", "2", "2320.00"),
    ]


@pytest.mark.parametrize(
    ("number", "cell"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("@x", "'@x"),
        ("-12", "-12"),
        ("a\nb", "a b"),
        ("+49 1", "'+49 1"),
    ],
)
def test_no_number_of_an_invoice_is_a_formula_in_a_spreadsheet(
    reconciled: Any, number: str, cell: str
) -> None:
    ends = replace(RESULT, differences=(difference(DifferenceKind.AMOUNT, invoice_number=number),))
    result, _ = reconciled("--output", "csv", ends=ends)
    (row,) = csv.DictReader(io.StringIO(result.stdout))
    assert row["invoice_number"] == cell


def test_json_has_the_run_its_counts_and_its_differences(reconciled: Any) -> None:
    result, _ = reconciled("--output", "json")
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["what"] for each in told] == ["run", "count", "count", "difference", "difference"]
    assert (told[0]["unexplained"], told[0]["first_day"]) == (1, "2026-11-01")
    assert told[3]["amount"] == "1160"
    assert told[4]["coding"] == list(ACCRUAL.coding)


def test_long_lists_are_bounded_and_say_so(reconciled: Any) -> None:
    result, _ = reconciled("--show", "1", ends=replace(RESULT, differences=(MISSING, MISSING, ACCRUAL)))
    assert "1 more; --show or --output csv gives them all" in result.output


def test_the_help_teaches_every_kind(run: Run) -> None:
    text = " ".join(run("reconcile", "--help").output.replace("│", " ").split())
    for kind, guidance in GUIDANCE.items():
        assert kind in text
        assert guidance.means.split(",")[0] in text
    assert set(GUIDANCE) == set(DifferenceKind)


async def test_a_connection_without_the_section_is_reconciled_by_the_defaults(
    cluster: Any, document: dict[str, Any], tmp_path: Any, monkeypatch: pytest.MonkeyPatch, keys_file: None
) -> None:
    async def ledger(*_: Any) -> AsyncIterator[LedgerInvoice]:
        yield LedgerInvoice(invoice_id="1", outcome=LedgerOutcome.WITHDRAWN)

    async with StubApi() as api:
        api.script("GET", "/v1/accountingDocuments", Canned(status=404))
        answer = {"status": "success", "data": {"query": {"numrows": 0, "rows": []}}}
        path = (
            "/PSIGW/RESTListeningConnector/PSFT_EP/ExecuteQuery.v1/public/APS_VOUCHERS_ENTERED/JSON/NONFILE"
        )
        api.script("GET", path, Canned.of_json(answer))
        sides = {
            "basware": document["basware"] | {"base_url": api.url()},
            "peoplesoft": document["peoplesoft"] | {"base_url": f"{api.url()}/PSIGW"},
        }
        cluster.connect(**sides)
        (result,) = await reconcile_connections(
            cluster, None, first_day=None, last_day=date(2026, 11, 22), ledger=ledger
        )
        token = next(request for request in api.requests if request.path == "/v1/tokens")
    assert (result.first_day, result.last_day, result.compared) == (date(2026, 10, 19), date(2026, 11, 22), 0)
    assert b"accountingDocuments.read" in token.body
    assert b"write" not in token.body


@pytest.fixture
def keys_file(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key that the connection is sealed with."""
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"k": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}))
    monkeypatch.setenv("APSTREAM_KEYS_FILE", str(keys))
    monkeypatch.setenv("APSTREAM_KAFKA_BOOTSTRAP", "127.0.0.1:1")
