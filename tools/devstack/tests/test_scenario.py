"""The demo's invoices are ones that Basware could send on any day, told apart, and of every kind asked for."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from basware_simulator.decimal_json import dumps, loads
from basware_simulator.document_model import ACCOUNTING_DOCUMENT, WAITING_FOR_TRANSFER
from basware_simulator.schema import check
from chassis.connections.model import ConnectionDocument
from devstack.connection_spec import ConnectionSecrets
from devstack.scenario import Bill, BillRow, Retransfer, scenario
from devstack.scenario.customers import open_period
from devstack.secret_files import SecretFiles
from hypothesis import given, settings
from hypothesis import strategies as st

DAYS = [date(2026, 11, 22), date(2026, 1, 1), date(2027, 12, 31), date(2028, 2, 29)]
every_day = pytest.mark.parametrize("day", DAYS, ids=str)


@every_day
def test_every_document_fits_basware_s_schema_and_adds_up_unless_it_must_not(day: date) -> None:
    for case in scenario(day).cases:
        bills = [
            case.bill,
            *(act.do.bill for act in case.acts if isinstance(act.do, Retransfer) and act.do.bill),
        ]
        for bill in bills:
            document = bill.document(invoice_id=case.invoice_id, today=day)
            document = loads(dumps({**document, "processingStatus": WAITING_FOR_TRANSFER}))
            assert list(check(ACCOUNTING_DOCUMENT, document)) == [], case.key
            made = sum((row["netTotal"] + row["taxSum"] for row in document["codingRows"]), Decimal(0))
            assert (document["grossSum"] == made) is (bill.gross is None), case.key


def test_invoices_are_told_apart() -> None:
    cases = scenario(DAYS[0]).cases
    assert len(cases) >= 40
    assert len({case.invoice_id for case in cases}) == len(cases) == len({case.kind for case in cases})
    shared = {number for number, uses in Counter(case.bill.number for case in cases).items() if uses > 1}
    assert shared == {"A-501", "N-501"}


@every_day
def test_connections_are_documents_that_can_be_applied(day: date, tmp_path: Path) -> None:
    for spec in scenario(day).connections:
        secrets = ConnectionSecrets.make(spec.id, SecretFiles(tmp_path), tenant=spec.tenant_id)
        document = spec.document(
            basware_url="http://127.0.0.1:1", peoplesoft_url="http://127.0.0.1:2", secrets=secrets
        )
        assert ConnectionDocument.model_validate(document).connection == spec.id


@given(day=st.dates(min_value=date(2020, 1, 1), max_value=date(2060, 12, 31)))
@settings(max_examples=200, deadline=None)
def test_today_is_open_and_45_days_ago_is_not(day: date) -> None:
    begins, ends = open_period(day)
    assert begins <= day < ends
    assert day - timedelta(days=45) < begins


def test_amounts_keep_the_decimals_of_their_currency() -> None:
    row = BillRow(net="100", percent="8.25")
    bill = Bill(number="1", company="US10", currency="USD", rows=(row,))
    assert str(bill.gross_sum) == "108.25"
    assert str(replace(bill, currency="JPY").gross_sum) == "108"
    assert str(replace(bill, currency="KWD").gross_sum) == "108.250"
    assert str(replace(bill, rows=(replace(row, tax="9"),)).gross_sum) == "109.00"
