"""What our PeopleSoft client sends fits the XML schema of the site's own WSDL, judged by libxml2 and not by us.

The sites are two invented ones, and every site the simulator serves: it was written apart from the client, from the
same reference, so that a misreading of ours shows here.
"""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from peoplesoft.client import ComponentInterfaceClient
from peoplesoft.credentials import Authentication, Credentials
from peoplesoft.errors import CredentialsRefused, OutcomeUnknown, Rejected
from peoplesoft.messages import build_message
from peoplesoft.names import PropertyNames
from peoplesoft.shape import ComponentInterfaceShape
from peoplesoft.testing.invented_sites import ALL_SITES, InventedSite, sample_voucher
from peoplesoft.testing.message_schema import message_body, schema_of
from peoplesoft.values import DateFormat, Row, Value
from peoplesoft.vouchers import VoucherClient

KEYS: Row = {"BUSINESS_UNIT": "US001", "VOUCHER_ID": "00000017"}
SEARCH: Row = {
    "BUSINESS_UNIT": "US001",
    "INVOICE_ID": "INV/2026-17",
    "INVOICE_DT": date(2026, 3, 9),
    "VENDOR_ID": "0000430022",
}


def messages(
    shape: ComponentInterfaceShape, date_format: DateFormat, *, names: PropertyNames, voucher: Row
) -> list[bytes]:
    """One message of each operation, from the same canonical values."""
    built = []
    for operation, values in ((shape.create, voucher), (shape.find, SEARCH), (shape.get, KEYS)):
        assert operation is not None
        row = names.to_site(values, operation.request)
        built.append(build_message(operation, row, date_format=date_format))
    return built


@pytest.mark.parametrize("site", ALL_SITES, ids=lambda site: site.name)
def test_every_operation_s_message_validates_against_the_site_s_schema(site: InventedSite) -> None:
    documents = site.documents()
    voucher = voucher_for({"nesting": "payment_collection" if site.payments else "plain"})
    built = messages(site.shape(), site.date_format, names=site.names, voucher=voucher)
    for number, message in enumerate(built):
        schema_of(documents, site.namespace(2 * number)).assertValid(message_body(message))


SIMULATED: list[dict[str, object]] = [
    {"node": "PSFT_EP", "date_format": "YYYY-MM-DD"},
    {
        "node": "ZZFSPRD",
        "ci_name": "ZZ_VCHR_IN",
        "date_format": "YYYY/MM/DD",
        "namespace_host": "http://fin.invalid:1111",
        "prefixes": {"key": "KEYPROP_", "prop": "PROP_", "collection": "COLL_"},
    },
    {
        "node": "BSWPRD",
        "ci_name": "BSW_AP_IN",
        "date_format": "YYYY-MM-DD",
        "collections": {"VOUCHER_LINE": "BSW_LINES", "PYMNT_VCHR_XREF": "BSW_PAYMENTS"},
        "renames": {"INVOICE_ID": "BSW_INV_NO", "DISTRIB_LINE.MERCHANDISE_AMT": "BSW_AMOUNT"},
        "required": ["VENDOR_ID"],
        "nesting": "payment_collection",
    },
]
PAYMENTS = "PYMNT_VCHR_XREF"


def names_of(site: dict[str, object]) -> PropertyNames:
    """The site's own names, as a connection's configuration would give them."""
    table: dict[str, str] = {}
    for part in (site.get("collections"), site.get("renames")):
        table |= part if isinstance(part, dict) else {}
    return PropertyNames(table)


def voucher_for(site: dict[str, object], *, hold: str = "N") -> dict[str, Any]:
    """A voucher by canonical names, its payment where this site has it."""
    voucher = {name: value for name, value in sample_voucher().items() if name != "PYMNT_HOLD"}
    payment = {"PYMNT_HOLD": hold, "PYMNT_HOLD_REASON": "AMT" if hold == "Y" else None}
    if site.get("nesting") == "payment_collection":
        return {**voucher, PAYMENTS: [{"PYMNT_CNT": 1, **payment}]}
    return {**voucher, **payment}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def simulator(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The base URL of a running simulator that knows both sites."""
    books: Path = tmp_path_factory.mktemp("books")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "peoplesoft_simulator", "--port", "0", "--books", str(books), "--seed", "7"),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            ready = (await process.stdout.readline()).decode()
        match = re.search(r"http://[\d.]+:\d+", ready)
        assert match is not None, ready
        async with aiohttp.ClientSession(match.group()) as control:
            for site in SIMULATED:
                body = {**site, "operator": "APSTREAM", "password": "pa55word"}
                async with control.post("/control/sites", json=body) as response:
                    assert response.status < 300, await response.text()
        yield match.group()
    finally:
        process.terminate()
        await process.wait()


CREDENTIALS = Credentials(operator="APSTREAM", password="pa55word")


def client_of(simulator: str, site: dict[str, object]) -> ComponentInterfaceClient:
    return ComponentInterfaceClient(
        base_url=simulator,
        node=str(site["node"]),
        ci=f"CI_{site.get('ci_name', 'AP_VOUCHER')}.1",
        credentials=CREDENTIALS,
        authentication=Authentication.BOTH,
        date_format=DateFormat(str(site["date_format"])),
        wsdl_again_after=0.0,
    )


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("site", SIMULATED, ids=lambda site: site["node"])
async def test_the_simulated_site_s_schema_accepts_our_messages(
    simulator: str, site: dict[str, object]
) -> None:
    async with client_of(simulator, site) as client, aiohttp.ClientSession() as browser:
        shape = await client.load_shape()
        path = f"/PSIGW/PeopleSoftServiceListeningConnector/{site['node']}/{shape.service}.1.wsdl"
        authorization = {"Authorization": CREDENTIALS.basic()}
        async with browser.get(simulator + path, headers=authorization) as response:
            documents = {path: await response.read()}
        date_format = DateFormat(str(site["date_format"]))
        for message in messages(shape, date_format, names=names_of(site), voucher=voucher_for(site)):
            body = message_body(message)
            namespace = str(body.tag)[1:].partition("}")[0]
            schema_of(documents, namespace).assertValid(body)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("site", SIMULATED, ids=lambda site: site["node"])
async def test_a_voucher_goes_in_and_is_found_at_a_simulated_site(
    simulator: str, site: dict[str, object]
) -> None:
    async with client_of(simulator, site) as client:
        vouchers = VoucherClient(client, names=names_of(site))
        await vouchers.check()
        await client.ping()
        match: dict[str, Value] = {
            "BUSINESS_UNIT": "US001",
            "INVOICE_ID": "INV/2026-17",
            "GROSS_AMT": Decimal("112.50"),
        }
        assert await vouchers.find_vouchers(match) == []
        voucher = voucher_for(site)
        assert await vouchers.misfits(voucher) == ()
        created = await vouchers.create_voucher(voucher)
        assert created.entry_status == "P"
        assert created.read_back is not None
        assert (created.read_back.payment_hold, created.read_back.closed) == (False, False)
        (found,) = await vouchers.find_vouchers({**match, "INVOICE_DT": date(2026, 3, 9)})
        assert (found.voucher_id, found.gross, found.origin) == (created.voucher_id, Decimal("112.50"), "BSW")
        with pytest.raises(Rejected, match="balance"):
            await vouchers.create_voucher({**voucher, "INVOICE_ID": "X", "GROSS_AMT": Decimal(1)})
        assert await vouchers.get_voucher(business_unit="US001", voucher_id="99999999") is None


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("site", SIMULATED, ids=lambda site: site["node"])
async def test_a_hold_and_a_coding_come_back_from_wherever_the_site_keeps_them(
    simulator: str, site: dict[str, object]
) -> None:
    async with client_of(simulator, site) as client:
        vouchers = VoucherClient(client, names=names_of(site))
        created = await vouchers.create_voucher({**voucher_for(site, hold="Y"), "INVOICE_ID": "HELD-1"})
        read = created.read_back
        assert read is not None
        assert (read.payment_hold, read.hold_reason, read.invoice_id) == (True, "AMT", "HELD-1")
        lines = read.raw["VOUCHER_LINE"]
        assert isinstance(lines, list)
        coding = lines[0]["DISTRIB_LINE"]
        assert isinstance(coding, list)
        assert [row["MERCHANDISE_AMT"] for row in coding] == [Decimal("112.50")]
        assert await vouchers.find_vouchers({"BUSINESS_UNIT": "US001", "INVOICE_ID": "HELD-1"}) == [read]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_lost_answer_is_unknown_and_settled_by_looking(simulator: str) -> None:
    async with aiohttp.ClientSession(simulator) as control, client_of(simulator, SIMULATED[0]) as client:
        for kind, vouchers_then in (
            ("commit_then_drop", 1),
            ("http_500_after_commit", 1),
            ("drop_before", 0),
        ):
            fault = {"operation": "create", "kind": kind, "times": 1, "params": {}}
            async with control.post("/control/faults", json=fault) as response:
                assert response.status < 300
            vouchers = VoucherClient(client)
            with pytest.raises(OutcomeUnknown):
                await vouchers.create_voucher({**sample_voucher(), "INVOICE_ID": kind})
            found = await vouchers.find_vouchers({"BUSINESS_UNIT": "US001", "INVOICE_ID": kind})
            assert len(found) == vouchers_then


@pytest.mark.asyncio(loop_scope="module")
async def test_a_site_that_regenerates_its_service_is_followed_without_a_restart(simulator: str) -> None:
    site: dict[str, object] = {
        "node": "REGENERATED",
        "date_format": "YYYY-MM-DD",
        "operator": "APSTREAM",
        "password": "pa55word",
    }
    changed = {**site, "message_numbers": {"create": "M9000001", "find": "M9000002"}, "required": ["ORIGIN"]}
    match: dict[str, Value] = {"BUSINESS_UNIT": "US001", "INVOICE_ID": "INV/2026-17"}
    async with aiohttp.ClientSession(simulator) as control, client_of(simulator, site) as client:
        vouchers = VoucherClient(client)
        for description in (site, changed):
            async with control.post("/control/sites", json=description) as response:
                assert response.status < 300, await response.text()
            if description is site:
                assert await vouchers.find_vouchers(match) == []
        before = client.shape
        with pytest.raises(OutcomeUnknown):
            await vouchers.create_voucher(sample_voucher())
        assert await vouchers.find_vouchers(match) == []
        assert client.shape != before
        await vouchers.create_voucher(sample_voucher())
        assert len(await vouchers.find_vouchers(match)) == 1


@pytest.mark.asyncio(loop_scope="module")
async def test_a_wrong_password_is_told_as_such(simulator: str) -> None:
    async with client_of(simulator, SIMULATED[0]) as good:
        shape = await good.load_shape()
    async with ComponentInterfaceClient(
        base_url=simulator,
        node="PSFT_EP",
        ci=shape,
        credentials=Credentials(operator="APSTREAM", password="wrong"),
    ) as client:
        with pytest.raises(CredentialsRefused):
            await client.create(sample_voucher())
