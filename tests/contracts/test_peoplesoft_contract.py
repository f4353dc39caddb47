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

import aiohttp
import pytest
import pytest_asyncio
from peoplesoft.client import ComponentInterfaceClient
from peoplesoft.credentials import Authentication, Credentials
from peoplesoft.errors import CredentialsRefused, OutcomeUnknown, Rejected
from peoplesoft.messages import build_message
from peoplesoft.names import PropertyNames
from peoplesoft.shape import ComponentInterfaceShape
from peoplesoft.testing.invented_sites import SITES, InventedSite, sample_voucher
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


def messages(shape: ComponentInterfaceShape, date_format: DateFormat) -> list[bytes]:
    """One message of each operation, from the same canonical values."""
    built = []
    for operation, values in ((shape.create, sample_voucher()), (shape.find, SEARCH), (shape.get, KEYS)):
        assert operation is not None
        row = PropertyNames().to_site(values, operation.request)
        built.append(build_message(operation, row, date_format=date_format))
    return built


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_every_operation_s_message_validates_against_the_site_s_schema(site: InventedSite) -> None:
    documents = site.documents()
    for number, message in enumerate(messages(site.shape(), site.date_format)):
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
]


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
        for message in messages(shape, DateFormat(str(site["date_format"]))):
            body = message_body(message)
            namespace = str(body.tag)[1:].partition("}")[0]
            schema_of(documents, namespace).assertValid(body)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("site", SIMULATED, ids=lambda site: site["node"])
async def test_a_voucher_goes_in_and_is_found_at_a_simulated_site(
    simulator: str, site: dict[str, object]
) -> None:
    async with client_of(simulator, site) as client:
        vouchers = VoucherClient(client)
        await vouchers.check()
        await client.ping()
        match: dict[str, Value] = {
            "BUSINESS_UNIT": "US001",
            "INVOICE_ID": "INV/2026-17",
            "GROSS_AMT": Decimal("112.50"),
        }
        assert await vouchers.find_vouchers(match) == []
        created = await vouchers.create_voucher(sample_voucher())
        assert created.entry_status == "P"
        (found,) = await vouchers.find_vouchers({**match, "INVOICE_DT": date(2026, 3, 9)})
        assert (found.voucher_id, found.gross, found.origin) == (created.voucher_id, Decimal("112.50"), "BSW")
        with pytest.raises(Rejected, match="balance"):
            await vouchers.create_voucher({**sample_voucher(), "INVOICE_ID": "X", "GROSS_AMT": Decimal(1)})
        assert await vouchers.get_voucher(business_unit="US001", voucher_id="99999999") is None


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
