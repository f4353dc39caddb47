"""`apstream masterdata compare`: Basware's lists read back page by page, beside what was published."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ap_domain.command import Action
from ap_domain.masterdata.record import ImportStep
from ap_domain.masterdata.record_difference import FieldDifference
from apstream_cli.masterdata_compare import Comparing, value
from apstream_cli.masterdata_orders import Ordering
from apstream_cli.orders import wish
from apstream_cli.refusal import Refusal
from basware.testing import Canned, StubApi

SECTION = {"time_zone": "Europe/Berlin", "companies": {"SHARE": ["BW00"]}, "entities": {"accounts": {}}}
CONTINUATION = "x-amz-meta-continuationtoken"
Compare = Callable[..., Any]


def account(code: str, **more: Any) -> dict[str, Any]:
    companies = [{"companyCode": "BW00", "active": True}]
    return {"externalCode": code, "accountCode": code, "companies": companies, **more}


def page(*records: dict[str, Any], more: str = "") -> Canned:
    updated = [{**record, "lastUpdated": "2026-11-22T12:00:00Z", "taxCode": None} for record in records]
    return Canned.of_json({"accounts": updated}, headers={CONTINUATION: more} if more else {})


@pytest.fixture
def compare(
    cluster: Any, document: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> Compare:
    """Compares with what the API answers; whether something differs, and what was told, by external code."""
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"k": base64.b64encode(bytes(32)).decode()}))
    monkeypatch.setenv("APSTREAM_KEYS_FILE", str(keys))
    monkeypatch.setenv("APSTREAM_KAFKA_BOOTSTRAP", "127.0.0.1:1")

    async def compared(
        *pages: Canned, repair: bool = False, entity: str | None = None
    ) -> tuple[bool, dict[str, Any], StubApi]:
        async with StubApi() as api:
            api.script("GET", "/v1/accounts", *pages)
            cluster.connect(masterdata=SECTION, basware=document["basware"] | {"base_url": api.url()})
            wanted = wish(
                Action.RESEND, reason="compare --repair", by="ann", now=datetime.now(UTC), minutes=10
            )
            order = Ordering(cluster=cluster, wish=wanted, connection_id=None, wait=1, yes=True)
            comparing = Comparing(order=order, entity=entity, company=None, show=20, as_json=True)
            differs = await comparing.run(repair=repair)
            told = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
            return differs, {each.get("external_code") or each["company"]: each for each in told}, api

    return compared


async def test_every_page_is_read_and_equal_records_are_no_difference(cluster: Any, compare: Compare) -> None:
    for code in ("A", "B", "C"):
        cluster.tell(cluster.publish(code, account(code)), ImportStep.CONFIRMED)
    pages = (page(account("A"), more="token-1"), page(account("B"), account("C")))
    differs, told, api = await compare(*pages)
    assert not differs
    assert told["BW00"]["same"] == 3
    asked = [request for request in api.requests if request.method == "GET"]
    assert [request.headers.get(CONTINUATION) for request in asked] == [None, "token-1"]
    token = next(request for request in api.requests if request.method == "POST")
    assert b"accounts.read" in token.body
    assert b"write" not in token.body


async def test_what_is_missing_or_different_is_sent_again_and_what_is_extra_is_only_told(
    cluster: Any, compare: Compare
) -> None:
    for code in ("same", "missing", "different"):
        cluster.tell(cluster.publish(code, account(code)), ImportStep.CONFIRMED)
    cluster.publish("pending", account("pending"))
    cluster.tell(cluster.publish("asking", account("asking")), ImportStep.SENT)
    cluster.tell(cluster.publish("refused", account("refused")), ImportStep.REFUSED, "no")
    inactive = account("inactive", companies=[{"companyCode": "BW00", "active": False}])
    cluster.tell(cluster.publish("inactive", inactive, active=False), ImportStep.CONFIRMED)
    there = page(account("same"), account("different", accountCode="other"), account("extra"))
    differs, told, _ = await compare(there, repair=True)
    assert differs, "what is extra stays"
    counts = {"same": 1, "missing": 1, "different": 1, "extra": 1, "waiting": 2, "refused": 1}
    assert {name: told["BW00"][name] for name in counts} == counts
    assert told["different"]["fields"] == [{"path": "accountCode", "wanted": "different", "found": "other"}]
    assert {order.command.record_id for order in cluster.orders} == {"accounts/missing", "accounts/different"}
    assert {order.command.reason for order in cluster.orders} == {"compare --repair"}


async def test_without_repair_nothing_is_ordered(cluster: Any, compare: Compare) -> None:
    cluster.tell(cluster.publish("A", account("A")), ImportStep.CONFIRMED)
    differs, told, _ = await compare(Canned(status=404))
    assert differs
    assert told["A"]["verdict"] == "missing"
    assert not cluster.orders


async def test_what_is_repaired_whole_differs_no_longer(cluster: Any, compare: Compare) -> None:
    cluster.tell(cluster.publish("A", account("A")), ImportStep.CONFIRMED)
    differs, _, _ = await compare(Canned(status=404), repair=True, entity="accounts")
    assert not differs


async def test_very_many_are_sent_again_as_a_whole(cluster: Any, compare: Compare) -> None:
    for number in range(1001):
        cluster.tell(cluster.publish(f"A{number}", account(f"A{number}")), ImportStep.CONFIRMED)
    await compare(Canned(status=404), repair=True)
    assert [order.command.record_id for order in cluster.orders] == ["accounts"]


async def test_what_moved_on_while_it_was_compared_is_waiting(
    cluster: Any, compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.tell(cluster.publish("A", account("A")), ImportStep.CONFIRMED)
    look = cluster.read
    later = [
        lambda: cluster.publish("A", account("A", accountCode="new")),
        lambda: cluster.publish("B", account("B")),
    ]

    async def read(take: Any, **more: Any) -> None:
        await look(take, **more)
        while later:
            later.pop()()

    monkeypatch.setattr(cluster, "read", read)
    differs, told, _ = await compare(page(account("A", accountCode="new"), account("B")))
    assert not differs
    assert told["BW00"]["waiting"] == 2


async def test_a_list_that_cannot_be_read_is_no_empty_list(cluster: Any, compare: Compare) -> None:
    cluster.tell(cluster.publish("A", account("A")), ImportStep.CONFIRMED)
    with pytest.raises(Refusal, match="accounts could not be read from Basware"):
        await compare(Canned(status=403), repair=True)
    assert not cluster.orders


@pytest.mark.parametrize(
    ("path", "given", "shown"),
    [
        ("name", None, "nothing"),
        ("name", "Acme", "Acme"),
        ("processingStatus.active", False, "false"),
        ("paymentMeans.1.financialAccountIdentifiers.IBAN.id", "FI2112345600000785", "****0785"),
        ("paymentMeans.1", {"financialAccountIdentifiers": [{"id": "FI21"}]}, "bank details"),
        ("description", "x" * 100, "x" * 60 + "..."),
    ],
)
def test_values_are_shown_short_and_without_account_numbers(path: str, given: Any, shown: str) -> None:
    assert value(FieldDifference(path=path, wanted=given, found=None), given) == shown
