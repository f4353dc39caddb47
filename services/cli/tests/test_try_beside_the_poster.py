"""What `mapping try` shows is what the voucher poster sends: both read the same site and make the same message."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from ap_domain.approved_invoice import parse_document
from ap_domain.mapping import MappingFault
from apstream_cli.connection_source import connection_in
from apstream_cli.refusal import Refusal
from apstream_cli.site import open_site
from apstream_cli.voucher_try import Tried, try_document
from chassis.connections import Connection
from peoplesoft.testing.invented_sites import PLAIN_SITE, PREFIXED_SITE, InventedSite
from peoplesoft.testing.scripted_gateway import ScriptedGateway
from voucher_poster.adapters.peoplesoft_clients import PeopleSoftClients
from voucher_poster.adapters.posting_request import LARGE, PostingRequest, PostingRequests

TODAY = date(2026, 11, 21)
ROW = {"accountCode": "18620", "costCenterCode": "61300", "netTotal": 100, "grossTotal": 119, "taxSum": 19}
INVOICE: dict[str, Any] = {
    "invoiceId": "63255782d0a04d8d8defcc6a0062101d",
    "processingStatus": "WaitingForTransfer",
    "companyCode": "BW00",
    "supplierCode": "430022",
    "invoiceNumber": "2026/ä-000001",
    "currencyCode": "EUR",
    "invoiceDate": "2026-11-20",
    "grossSum": 119,
    "taxSum1": 19,
    "paymentBlock": False,
    "description": "Pencils & <pens>",
    "codingRows": [ROW],
}
KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "blocked, described at length": {"paymentBlock": True, "description": "x" * 300},
    "credit note with positive sums": {"invoiceTypeCode": "CN"},
    "many rows": {"grossSum": 119 * LARGE, "taxSum1": 19 * LARGE, "codingRows": [ROW] * LARGE},
}


async def by_hand(raw: bytes, connection: Connection) -> Tried:
    async with open_site(connection) as site:
        return await try_document(raw, connection, site, today=TODAY)


async def by_the_poster(raw: bytes, connection: Connection) -> PostingRequest:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        site = PeopleSoftClients(session=session).of(connection)
        return await PostingRequests().of(
            parse_document(raw), connection, site, today=TODAY, record="acme/63255782d0a04d8d8defcc6a0062101d"
        )


def connected(folder: Path, document: dict[str, Any], site: InventedSite, url: str) -> Connection:
    document["peoplesoft"] |= {
        "base_url": url,
        "node": site.node,
        "component_interface": {
            "name": site.ci,
            "wsdl": site.wsdl_name,
            "names": dict(site.renames),
            "date_format": str(site.date_format),
        },
    }
    document["mapping"]["credit_notes"] = {"types": ["CN"]}
    file = folder / "connection.yaml"
    file.write_text(yaml.safe_dump(json.loads(json.dumps(document))))
    return connection_in(file)


@pytest.mark.parametrize("site", [PLAIN_SITE, PREFIXED_SITE], ids=lambda site: site.name)
@pytest.mark.parametrize("kind", KINDS)
async def test_one_invoice_is_one_message(
    tmp_path: Path, document: dict[str, Any], site: InventedSite, kind: str
) -> None:
    raw = json.dumps({**INVOICE, **KINDS[kind]}).encode()
    async with ScriptedGateway() as gateway:
        gateway.documents = {
            url.removeprefix(gateway.url): content for url, content in site.documents(gateway.url).items()
        }
        connection = connected(tmp_path, document, site, gateway.url)
        tried, posted = await by_hand(raw, connection), await by_the_poster(raw, connection)
    assert tried.digest == posted.intent.request_digest
    assert tried.draft.natural_key == posted.intent.natural_key
    assert (tried.draft.payment_hold, tried.draft.notes) == (posted.payment_hold, posted.notes)
    assert {request.method for request in gateway.seen} == {"GET"}


async def test_what_would_go_back_goes_back_for_the_same_reason(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    connection = connected(tmp_path, document, PLAIN_SITE, "http://127.0.0.1:1")
    raw = json.dumps({**INVOICE, "currencyCode": "Euro"}).encode()
    with pytest.raises(Refusal) as tried:
        await by_hand(raw, connection)
    async with ScriptedGateway() as gateway:
        gateway.documents = {
            url.removeprefix(gateway.url): content
            for url, content in PLAIN_SITE.documents(gateway.url).items()
        }
        reachable = connected(tmp_path, document, PLAIN_SITE, gateway.url)
        with pytest.raises(MappingFault) as posted:
            await by_the_poster(raw, reachable)
    for word in (posted.value.field, posted.value.value, posted.value.rule):
        assert word in str(tried.value)
