"""Mappings tried from the command line: nothing is sent, faults are told in full, secrets and banks are not."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from ap_domain.mapping_version import MappingVersion
from apstream_cli.voucher_try import without_bank_details
from peoplesoft.testing.invented_sites import PLAIN_SITE, PREFIXED_SITE, InventedSite
from peoplesoft.testing.message_schema import message_body

INVOICE: dict[str, Any] = {
    "invoiceId": "63255782d0a04d8d8defcc6a0062101d",
    "processingStatus": "WaitingForTransfer",
    "companyCode": "BW00",
    "supplierCode": "430022",
    "invoiceNumber": "2026/000001",
    "currencyCode": "EUR",
    "invoiceDate": "2026-11-20",
    "grossSum": 1160.00,
    "netSum": 1000.00,
    "taxSum1": 160.00,
    "paymentBlock": True,
    "description": "x" * 300,
    "codingRows": [
        {"rowIndex": 1, "accountCode": "18620", "netTotal": 1000, "grossTotal": 1160, "taxSum": 160}
    ],
}  # fmt: skip


@pytest.fixture
def invoice_file(tmp_path: Path) -> Path:
    file = tmp_path / "an invoice.json"
    file.write_text(json.dumps(INVOICE))
    return file


@pytest.fixture
def connection_file(tmp_path: Path, document: dict[str, Any]) -> Path:
    file = tmp_path / "a connection.yaml"
    file.write_text(yaml.safe_dump(document))
    return file


def wsdl_file(folder: Path, site: InventedSite) -> Path:
    """The WSDL with its schemas beside it."""
    root = folder / "site.wsdl"
    for url, content in site.documents().items():
        name = "site.wsdl" if url.endswith(".wsdl") else url.rpartition("/")[2]
        (folder / name).write_bytes(
            content.replace(b"http://gateway.invalid:8000/PSIGW/PeopleSoftServiceListeningConnector/", b"")
        )
    return root


@pytest.mark.parametrize("site", [PLAIN_SITE, PREFIXED_SITE], ids=lambda site: site.name)
def test_the_exact_message_of_a_document_is_shown_and_nothing_is_sent(
    run: Any, tmp_path: Path, invoice_file: Path, document: dict[str, Any], site: InventedSite
) -> None:
    interface = {
        "name": site.ci,
        "wsdl": site.wsdl_name,
        "names": dict(site.renames),
        "date_format": site.date_format,
    }
    document["peoplesoft"]["component_interface"] = interface
    file = tmp_path / "site.yaml"
    file.write_text(yaml.safe_dump(json.loads(json.dumps(document))))
    # The connection's addresses answer nobody: a call would fail.
    said = run(
        "mapping", "try", "--document", str(invoice_file), "--connection-file", str(file),
        "--wsdl", str(wsdl_file(tmp_path, site)), "--today", "2026-11-21",
    )  # fmt: skip
    assert said.exit_code == 0, said.output
    assert "natural key: US001 / SHARE / 0000430022 / 2026/000001" in said.output
    assert "payment hold: yes" in said.output
    assert "DESCR254_MIXED was shortened" in said.output
    message = said.output[said.output.index("<?xml") :].strip().encode()
    assert f"{len(message)} bytes" in said.output
    body = message_body(message)
    assert body is not None
    assert "secret-" not in said.output


def test_a_document_that_cannot_become_a_voucher_is_told_with_field_value_and_rule(
    run: Any, tmp_path: Path, invoice_file: Path, connection_file: Path
) -> None:
    invoice_file.write_text(json.dumps({**INVOICE, "currencyCode": "Euro"}))
    said = run("mapping", "try", "--document", str(invoice_file), "--connection-file", str(connection_file))
    assert said.exit_code == 1
    for line in (
        "document: 63255782d0a04d8d8defcc6a0062101d", "field: currencyCode", "value: Euro",
        "rule: a currency is three capital letters",
    ):  # fmt: skip
        assert f"refused: {line}" in said.output


@pytest.mark.parametrize(
    "content", ["", "[]", "not json", '{"invoiceId": "1"}', '{"accountingDocuments": []}']
)
def test_what_is_no_document_is_refused_by_its_field(
    run: Any, invoice_file: Path, connection_file: Path, content: str
) -> None:
    invoice_file.write_text(content)
    said = run("mapping", "try", "--document", str(invoice_file), "--connection-file", str(connection_file))
    assert said.exit_code == 1
    assert "refused: field: " in said.output


def test_values_that_the_sites_message_does_not_take_are_all_told(
    run: Any, tmp_path: Path, invoice_file: Path, document: dict[str, Any]
) -> None:
    document["mapping"]["header"] = {"NOT_THERE": {"value": "x", "type": "code", "length": 5}}
    file = tmp_path / "site.yaml"
    file.write_text(yaml.safe_dump(document))
    wsdl = wsdl_file(tmp_path, PLAIN_SITE)
    said = run(
        "mapping", "try", "--document", str(invoice_file), "--connection-file", str(file), "--wsdl", str(wsdl)
    )
    assert said.exit_code == 1
    assert "refused: the site's message: NOT_THERE" in said.output


def test_a_site_that_does_not_answer_is_told_with_the_way_round_it(
    run: Any, invoice_file: Path, connection_file: Path
) -> None:
    said = run("mapping", "try", "--document", str(invoice_file), "--connection-file", str(connection_file))
    assert said.exit_code == 1
    assert "--wsdl" in said.output
    assert "secret-" not in said.output


def test_bank_details_are_made_unreadable_and_nothing_else() -> None:
    message = (
        b'<a><m:BANK_ACCOUNT_NUM>DE02 1203</m:BANK_ACCOUNT_NUM><IBAN_ID x="1">DE02</IBAN_ID>'
        b"<m:GROSS_AMT>1</m:GROSS_AMT></a>"
    )
    shown = without_bank_details(message)
    assert b"DE02" not in shown
    assert b"<m:GROSS_AMT>1</m:GROSS_AMT>" in shown
    assert shown.count(b"***") == 2


CASES = """
- name: a plain invoice
  today: 2026-11-21
  file: an invoice.json
  expect: {header: {GROSS_AMT: 1160, CURRENCY: null}, payment_hold: true}
- name: without a currency
  today: 2026-11-21
  document: {invoiceId: a, processingStatus: WaitingForTransfer, companyCode: BW00, paymentBlock: false}
  expect_fault: {field: FIELD}
"""


@pytest.mark.parametrize("source", ["--connection", "--connection-file"])
def test_cases_beside_a_mapping_are_run_without_any_secret(
    cluster: Any, run: Any, *, tmp_path: Path, invoice_file: Path, connection_file: Path, source: str
) -> None:
    file = tmp_path / "cases.yaml"
    file.write_text(CASES)
    document = yaml.safe_load(connection_file.read_text())
    document["basware"]["client_secret"] = {"file": "not here"}
    connection_file.write_text(yaml.safe_dump(document))
    said = run(
        "mapping", "test", str(file), source, "acme" if source == "--connection" else str(connection_file)
    )
    assert said.exit_code == 1
    assert "ok     a plain invoice" in said.output
    assert "FAILED without a currency" in said.output
    assert "expected was 'FIELD'" in said.output
    assert "1 of 2 cases passed" in said.output


@pytest.mark.parametrize(
    ("cases", "says"),
    [
        ("- name: x", "needs either"),
        ("]", "not YAML"),
        (CASES.replace("an invoice.json", "gone.json"), "cannot be read"),
    ],
)
def test_cases_that_cannot_be_run_are_refused(
    run: Any, tmp_path: Path, connection_file: Path, cases: str, says: str
) -> None:
    file = tmp_path / "cases.yaml"
    file.write_text(cases)
    said = run("mapping", "test", str(file), "--connection-file", str(connection_file))
    assert said.exit_code == 1
    assert says in said.output


@pytest.mark.parametrize("arguments", [[], ["--connection", "acme", "--connection-file", "FILE"]])
def test_one_mapping_must_be_named(
    cluster: Any, run: Any, tmp_path: Path, connection_file: Path, arguments: list[str]
) -> None:
    named = [str(connection_file) if each == "FILE" else each for each in arguments]
    assert run("mapping", "test", str(connection_file), *named).exit_code == 2


def test_a_digest_of_the_audit_is_shown_as_the_mapping_it_stands_for(cluster: Any, run: Any) -> None:
    cluster.versions = [
        MappingVersion(
            connection_id=connection, digest=digest, document='{"setid": "SHARE"}', applied_by="ann",
            applied_at=datetime(2026, 11, 22, tzinfo=UTC),
        )
        for connection, digest in (("acme", "3f9c21"), ("other", "3f9d22"))
    ]  # fmt: skip
    assert "setid: SHARE" in run("mapping", "show", "3f9c").output
    assert "other" not in run("mapping", "show", "3f9", "--connection", "acme").output
    assert run("mapping", "show", "ffff").exit_code == 1
