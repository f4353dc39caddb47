"""Invoices that were in PeopleSoft before go-live: found in Basware, linked, and left alone when they are known."""

import base64
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from ap_domain.command import Action
from ap_domain.invoice_state import Step
from apstream_cli import payments_backfill
from apstream_cli.orders import wish
from apstream_cli.payments_backfill import Backfill, Verdict, judged
from apstream_cli.refusal import Refusal
from apstream_cli.transferred import Transferred
from basware.testing import Canned, StubApi
from chassis.ledger.entry import Phase

Make = Callable[..., Any]

UNITS = {"BW00": "US001"}
OLD = Transferred(invoice_id="1", number="2025/1", company_code="BW00", voucher_number="00000001")
DOCUMENTS = "/v1/accountingDocuments"


def old(number: int, **more: Any) -> dict[str, Any]:
    return {
        "invoiceId": f"{number}", "invoiceNumber": f"2025/{number}", "companyCode": "BW00",
        "voucherNumber1": f"{number:08}", "processingStatus": "Transferred", "grossSum": 10.5, **more,
    }  # fmt: skip


def listed(*documents: dict[str, Any]) -> Canned:
    return Canned.of_json({"accountingDocuments": documents})


@pytest.mark.parametrize(
    ("changed", "stands", "verdict", "says"),
    [
        ({}, None, Verdict.LINK, ""),
        ({"voucher_number": ""}, None, Verdict.NO_VOUCHER, ""),
        ({"number": ""}, None, Verdict.UNUSABLE, "no invoice number"),
        ({"company_code": "BW77"}, None, Verdict.UNUSABLE, "no company BW77"),
        ({"fault": "invoiceNumber: a text was expected"}, None, Verdict.UNUSABLE, "a text was expected"),
        ({}, {"phase": Phase.FINAL, "step": Step.RETURNED}, Verdict.UNUSABLE, "here it is final at returned"),
        ({}, {"phase": Phase.PARKED}, Verdict.UNUSABLE, "`apstream voucher link`"),
        ({}, {"phase": Phase.FINAL, "step": Step.WITHDRAWN}, Verdict.LINK, "tried before: the period is"),
    ],
)
def test_what_is_to_be_done_follows_from_basware_and_our_ledger(
    entry: Make, changed: dict[str, str], stands: dict[str, Any] | None, verdict: Verdict, says: str
) -> None:
    known = entry("1", **stands) if stands is not None else None
    candidate = judged(replace(OLD, **changed), known, UNITS)
    assert candidate.verdict is verdict
    assert says in candidate.words()
    if candidate.link is not None:
        assert candidate.link.sequence == (4 if stands else 0)
        assert candidate.link.voucher.business_unit == "US001"


def test_an_invoice_that_has_its_voucher_is_left_alone(entry: Make, voucher: Any) -> None:
    assert judged(OLD, entry("1", voucher=voucher), UNITS).verdict is Verdict.KNOWN


@pytest.fixture
async def api() -> AsyncIterator[StubApi]:
    async with StubApi() as stub:
        yield stub


@pytest.fixture
def backfill(
    cluster: Any, document: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, api: StubApi
) -> Make:
    """Runs it with these documents in Basware."""
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"k": base64.b64encode(bytes(32)).decode()}))
    monkeypatch.setenv("APSTREAM_KEYS_FILE", str(keys))
    monkeypatch.setenv("APSTREAM_KAFKA_BOOTSTRAP", "127.0.0.1:1")
    monkeypatch.setattr(payments_backfill, "CHUNK", 2)
    basware = document["basware"] | {"base_url": api.url()}
    cluster.connect(payments={"time_zone": "UTC"}, basware=basware)

    async def run(*answers: Canned, paid: bool = False, wait: float = 5) -> None:
        api.script("GET", DOCUMENTS, *answers)
        wanted = wish(Action.LINK, reason="before go-live", by="ann", now=datetime.now(UTC), minutes=10)
        work = Backfill(
            cluster=cluster,
            connection_id="acme",
            since=date(2026, 1, 1),
            paid=paid,
            wish=wanted,
            wait=wait,
            yes=True,
        )
        await work.run()

    return run


async def test_what_basware_has_and_we_do_not_know_is_linked_and_a_second_run_does_nothing(
    cluster: Any, backfill: Make, entry: Make, voucher: Any, capsys: Any
) -> None:
    cluster.put(entry("9", voucher=voucher))
    there = listed(*(old(number) for number in (1, 2, 3, 9)), old(4, voucherNumber1=None))
    await backfill(there)
    told = capsys.readouterr().out
    assert "5 documents of acme transferred and changed since 2026-01-01" in told
    assert "3 to be linked, 1 with a voucher here already, 1 without voucher number in Basware" in told
    assert "link: 2025/1 1 (company BW00) to US001/00000001" in told
    assert "3 of 3: 3 linked" in told
    assert [order.command.record_id for order in cluster.orders] == ["1", "2", "3"]
    assert {order.command.reason for order in cluster.orders} == {"before go-live"}
    assert cluster.invoices["acme/3"].body.voucher.voucher_id == "00000003"
    await backfill(there)
    assert len(cluster.orders) == 3
    assert "Nothing is to be linked." in capsys.readouterr().out


async def test_a_refused_one_is_told_with_its_reason_and_tried_again_by_the_next_run(
    cluster: Any, backfill: Make, capsys: Any
) -> None:
    cluster.peoplesoft = {"00000002": "it is deleted"}
    with pytest.raises(Refusal, match="1 were refused"):
        await backfill(listed(old(1), old(2), old(3)))
    assert (
        "refused: 2025/2 2: voucher US001/00000002 was not linked: it is deleted." in capsys.readouterr().out
    )
    assert cluster.invoices["acme/3"].body.linked, "the others go on"
    cluster.peoplesoft = {}
    await backfill(listed(old(1), old(2), old(3)))
    assert "tried before" in capsys.readouterr().out
    assert cluster.invoices["acme/2"].body.linked


async def test_what_peoplesoft_was_not_asked_for_in_time_is_said_to_go_on(
    cluster: Any, backfill: Make, capsys: Any
) -> None:
    cluster.peoplesoft = None
    with pytest.raises(Refusal, match="1 still wait for PeopleSoft"):
        await backfill(listed(old(1)), wait=0)
    with pytest.raises(Refusal, match="2 were not ordered"):
        await backfill(listed(*(old(number) for number in (2, 3, 4, 5))), wait=0)
    cluster.orders = cluster.orders[:1]
    await backfill(listed(old(1)))
    assert "1 being linked" in capsys.readouterr().out
    assert len(cluster.orders) == 1


async def test_each_document_is_read_once_from_a_day_earlier_by_company_and_status(
    backfill: Make, api: StubApi, capsys: Any
) -> None:
    await backfill(listed(old(1), old(2, invoiceNumber=["x"])), paid=True)
    told = capsys.readouterr().out
    assert "2 documents" in told
    assert "left to you: (no number) 2" in told
    asked = [request.target for request in api.seen("GET", DOCUMENTS)]
    assert [re.findall(r"ProcessingStatus=(\w+)", target) for target in asked] == [["Transferred"], ["Paid"]]
    assert all("2025-12-31" in target and "companyCode=BW00" in target for target in asked)
    tokens = [request.body for request in api.requests if request.method == "POST"]
    assert tokens
    assert not any(b"write" in body for body in tokens)


async def test_a_list_that_cannot_be_read_links_nothing(cluster: Any, backfill: Make) -> None:
    with pytest.raises(Refusal, match="company BW00, Transferred: not read from Basware"):
        await backfill(Canned(status=403))
    assert not cluster.orders


def test_it_is_refused_without_a_section_and_in_shadow_mode(cluster: Any, run: Any) -> None:
    arguments = ("payments", "backfill", "acme", "--from", "2026-01-01", "--yes")
    assert "no section payments" in run(*arguments).output
    cluster.connect(version=2, payments={"time_zone": "UTC"}, mode="shadow")
    assert "shadow mode" in run(*arguments).output
    assert run("payments", "backfill", "acme", "--from", "yesterday").exit_code == 2
