from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chassis.connections.model import DocumentRefused, read_document

Written = Callable[[dict[str, Any]], str]
MASTERDATA = {
    "time_zone": "Europe/Berlin",
    "companies": {"SHARE": ["BW00"]},
    "entities": {"accounts": {"full": "0 3 * * *"}},
}


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(DocumentRefused) as refused:
        read_document(text)
    return refused.value.problems


def test_a_good_document_is_read_with_defaults(written: Written) -> None:
    document = read_document(written({}))
    assert document.basware.record_spacing_seconds == 5
    assert document.peoplesoft.base_url == "https://ps.example.org/PSIGW"
    assert document.peoplesoft.match == ("BUSINESS_UNIT", "VENDOR_ID", "INVOICE_ID")
    assert document.basware.concurrency == 4
    assert document.peoplesoft.concurrency == 2  # below the usual lock limit of an operator, 3
    assert document.masterdata == {}
    assert document.payments == {}
    assert "secret" not in str(document.without_secrets())
    assert document.secrets()["basware.webhook_secrets"] == ["secret-hook", "secret-hook-before"]


@pytest.mark.parametrize(
    ("changes", "path", "word"),
    [
        ({"connection": "Acme"}, "connection", "lower-case"),
        ({"connection": "a/b"}, "connection", "lower-case"),
        ({"connection": "a" * 64}, "connection", "63"),
        ({"stage": "live"}, "stage", "test"),
        ({"stage": None}, "stage", "missing"),
        ({"basware.stage": "production"}, "stage", "mixed"),
        ({"peoplesoft.stage": "production"}, "stage", "mixed"),
        ({"owner": "x"}, "owner", "not a key"),
        ({"basware.url": "x"}, "basware.url", "not a key"),
        (
            {"peoplesoft.component_interface.version": 1},
            "peoplesoft.component_interface.version",
            "not a key",
        ),
        ({"basware.base_url": "http://basware.example.org"}, "basware.base_url", "https"),
        ({"basware.base_url": "basware.example.org"}, "basware.base_url", "absolute"),
        ({"basware.base_url": "https://u:p@basware.example.org"}, "basware.base_url", "credentials"),
        ({"peoplesoft.base_url": "ftp://ps.example.org"}, "peoplesoft.base_url", "https"),
        ({"basware.client_id": " "}, "basware.client_id", "not allowed"),
        ({"basware.company_codes": []}, "basware.company_codes", "empty"),
        ({"basware.company_codes": ["BW00", "BW00"]}, "basware.company_codes", "twice"),
        ({"basware.company_codes": ["BW00", "BW01"]}, "mapping.business_units", "BW01"),
        ({"basware.webhook_secrets": []}, "basware.webhook_secrets", "empty"),
        ({"basware.webhook_secrets": [{"value": ""}]}, "basware.webhook_secrets[0]", "empty"),
        ({"basware.client_secret": {}}, "basware.client_secret", "exactly one"),
        ({"basware.client_secret": {"env": "A", "value": "secret"}}, "basware.client_secret", "exactly one"),
        ({"basware.client_secret": {"env": "APSTREAM_NO_SUCH"}}, "basware.client_secret", "not set"),
        ({"basware.client_secret": {"file": "/no/such"}}, "basware.client_secret", "cannot be read"),
        ({"basware.client_secret": "plain"}, "basware.client_secret", ""),
        ({"basware.record_spacing_seconds": -1}, "basware.record_spacing_seconds", "0"),
        ({"peoplesoft.settle_seconds": 0}, "peoplesoft.settle_seconds", "1"),
        ({"basware.concurrency": 0}, "basware.concurrency", "1"),
        ({"basware.concurrency": 101}, "basware.concurrency", "100"),
        ({"peoplesoft.concurrency": 0}, "peoplesoft.concurrency", "1"),
        ({"peoplesoft.concurrency": 2.5}, "peoplesoft.concurrency", "integer"),
        ({"peoplesoft.authentication": "none"}, "peoplesoft.authentication", "basic"),
        ({"peoplesoft.business_units": ["US002"]}, "mapping.business_units.BW00", "US001"),
        ({"peoplesoft.component_interface": None}, "peoplesoft.component_interface", "missing"),
        ({"mapping.setid": None}, "mapping", "setid"),
        ({"mapping.orign": "BSW"}, "mapping", "orign"),
        ({"payments": {"sorces": ["query"]}}, "payments", "sorces"),
        ({"payments": {"full": "0 25 * * *"}}, "payments.full", "hour"),
        (
            {"payments": {"reconciliation": {"schedule": "61 5 * * *"}}},
            "payments.reconciliation.schedule",
            "minute",
        ),
        ({"payments": {"sources": ["inquiry"]}}, "payments", "inquiry.root"),
        ({"masterdata": {"enities": {}}}, "masterdata", "enities"),
        (
            {"masterdata": {**MASTERDATA, "companies": {"SHARE": ["BW00", "BW99"]}}},
            "masterdata.companies",
            "BW99",
        ),
        (
            {"masterdata": {**MASTERDATA, "entities": {"accounts": {"full": "0 25 * * *"}}}},
            "masterdata.entities.accounts.full",
            "hour",
        ),
        ({"mapping.business_units": {"BW00": 1}}, "mapping", "quotes"),
        ({"mapping": None}, "mapping", "missing"),
        ({"mapping": [1]}, "mapping", ""),
    ],
)
def test_a_fault_is_said_with_its_path(
    written: Written, changes: dict[str, Any], path: str, word: str
) -> None:
    found = problems(written(changes))
    assert any(problem.startswith(f"{path}:") and word in problem for problem in found), found
    assert not any("secret-" in problem for problem in found)


def test_all_faults_are_said_at_once(written: Written) -> None:
    changes = {
        "connection": "A",
        "basware.stage": "production",
        "mapping.setid": None,
        "peoplesoft.node": None,
    }
    assert len(problems(written(changes))) == 4


@pytest.mark.parametrize("text", ["", "[1]", "a: [", "text", "!!python/object:os.system {}"])
def test_what_is_no_document_is_refused(text: str) -> None:
    assert problems(text)


def test_secrets_come_from_files_and_the_environment(
    written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a secret").write_text("from file\n")
    monkeypatch.setenv("ACME_PASSWORD", "from env")
    changes = {
        "basware.client_secret": {"file": str(tmp_path / "a secret")},
        "peoplesoft.password": {"env": "ACME_PASSWORD"},
    }
    secrets = read_document(written(changes)).secrets()
    assert secrets["basware.client_secret"] == ["from file"]
    assert secrets["peoplesoft.password"] == ["from env"]
