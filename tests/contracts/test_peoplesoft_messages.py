"""Any voucher we can send, at any site we know of: either the client refuses it, or the site's own schema takes it.

The judge is libxml2 with the XML schema of the site's WSDL. The sites are the invented ones and those of the simulator,
which differ in names, prefixes, namespaces, date formats and nesting; all that a client is given is configuration.
"""

import asyncio
import contextlib
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from peoplesoft import (
    Credentials,
    DateFormat,
    InvalidMessage,
    PropertyNames,
)
from peoplesoft.messages import build_message
from peoplesoft.shape import ComponentInterfaceShape
from peoplesoft.testing.generated_vouchers import amounts, codes, texts, vouchers
from peoplesoft.testing.invented_sites import ALL_SITES
from peoplesoft.testing.message_schema import message_body, schema_of
from peoplesoft.wsdl import read_shape

CREDENTIALS = Credentials(operator="APSTREAM", password="pa55word")
SIMULATED: list[dict[str, Any]] = [
    {"node": "PLAIN"},
    {
        "node": "PREFIXED",
        "ci_name": "ZZ_VCHR_IN",
        "date_format": "YYYY/MM/DD",
        "namespace_host": "http://fin.invalid:1111",
        "prefixes": {"key": "KEYPROP_", "prop": "PROP_", "collection": "COLL_"},
        "nesting": "payment_collection",
    },
    {
        "node": "RENAMED",
        "ci_name": "BSW_AP_IN",
        "message_numbers": {"create": "M1", "find": "M22", "get": "M333333333"},
        "collections": {"VOUCHER_LINE": "BSW_LINES", "PYMNT_VCHR_XREF": "BSW_PAYMENTS"},
        "renames": {"INVOICE_ID": "BSW_INV_NO", "DISTRIB_LINE.MERCHANDISE_AMT": "BSW_AMOUNT"},
        "required": ["VENDOR_ID"],
        "lengths": {"DESCR": 12},
        "nesting": "payment_collection",
    },
]


@dataclass(frozen=True, kw_only=True)
class Configured:
    """A site as its documents show it, and the configuration a client gets for it."""

    name: str
    shape: ComponentInterfaceShape
    schemas: Mapping[str, etree.XMLSchema]
    date_format: DateFormat
    names: PropertyNames = field(default_factory=PropertyNames)
    payments: str = ""

    def judge(self, message: bytes) -> None:
        """Fails with libxml2's words unless the site's schema takes the message."""
        body = message_body(message)
        self.schemas[str(etree.QName(body).namespace)].assertValid(body)


def configured(
    name: str, documents: Mapping[str, bytes], *, date_format: DateFormat, names: PropertyNames, payments: str
) -> Configured:
    shape = read_shape(documents, root=next(url for url in documents if url.endswith(".wsdl")))
    operations = [each for each in (shape.create, shape.find, shape.get) if each is not None]
    namespaces = [str(each.request.namespace) for each in operations]
    return Configured(
        name=name,
        shape=shape,
        schemas={namespace: schema_of(documents, namespace) for namespace in namespaces},
        date_format=date_format,
        names=names,
        payments=payments,
    )


INVENTED = [
    configured(
        site.node,
        site.documents(),
        date_format=site.date_format,
        names=site.names,
        payments=site.payments,
    )
    for site in ALL_SITES
]


@asynccontextmanager
async def running_simulator(books: str) -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "peoplesoft_simulator", "--port", "0", "--books", books, "--seed", "7"),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            ready = (await process.stdout.readline()).decode()
        match = re.search(r"http://[\d.]+:\d+", ready)
        assert match is not None, ready
        yield match.group()
    finally:
        process.terminate()
        await process.wait()


async def _simulated(url: str, site: dict[str, Any]) -> Configured:
    ci = site.get("ci_name", "AP_VOUCHER")
    async with aiohttp.ClientSession(url) as session:
        body = {**site, "operator": "APSTREAM", "password": "pa55word"}
        async with session.post("/control/sites", json=body) as response:
            assert response.status < 300, await response.text()
        path = f"/PSIGW/PeopleSoftServiceListeningConnector/{site['node']}/CI_{ci}.1.wsdl"
        async with session.get(path, headers={"Authorization": CREDENTIALS.basic()}) as response:
            documents = {url + path: await response.read()}
    names = {**site.get("collections", {}), **site.get("renames", {})}
    return configured(
        str(site["node"]),
        documents,
        date_format=DateFormat(site.get("date_format", "YYYY-MM-DD")),
        names=PropertyNames(names),
        payments="PYMNT_VCHR_XREF" if site.get("nesting") == "payment_collection" else "",
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sites(tmp_path_factory: pytest.TempPathFactory) -> list[Configured]:
    """The invented sites, and the simulator's, which need not stay up for their schemas."""
    async with running_simulator(str(tmp_path_factory.mktemp("books"))) as url:
        return [*INVENTED, *[await _simulated(url, site) for site in SIMULATED]]


def create_of(site: Configured, voucher: dict[str, Any]) -> bytes:
    assert site.shape.create is not None
    row = site.names.to_site(voucher, site.shape.create.request)
    return build_message(site.shape.create, row, date_format=site.date_format)


SHORT_DESCRIPTION = 12
BY_CONFIGURATION = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@BY_CONFIGURATION
@given(data=st.data())
def test_every_create_fits_the_site_s_schema(sites: list[Configured], data: st.DataObject) -> None:
    for payments in {site.payments for site in sites}:
        voucher = data.draw(vouchers(payments=payments))
        for line in voucher["VOUCHER_LINE"]:
            line.update({"DESCR": line["DESCR"][:SHORT_DESCRIPTION]} if "DESCR" in line else {})
        for site in sites:
            if site.payments == payments:
                site.judge(create_of(site, voucher))


SEARCHES = st.fixed_dictionaries(
    {"BUSINESS_UNIT": codes(5), "INVOICE_ID": texts(30)},
    optional={
        "INVOICE_DT": st.dates(min_value=date(1000, 1, 1)),
        "VENDOR_SETID": codes(5),
        "VENDOR_ID": codes(10),
    },
)
KEYS = st.fixed_dictionaries({"BUSINESS_UNIT": codes(5), "VOUCHER_ID": codes(8)})


@BY_CONFIGURATION
@given(search=SEARCHES, keys=KEYS)
def test_every_find_and_get_fits_the_site_s_schema(
    sites: list[Configured], search: dict[str, Any], keys: dict[str, Any]
) -> None:
    for site in sites:
        for operation, row in ((site.shape.find, search), (site.shape.get, keys)):
            assert operation is not None
            sent = site.names.to_site(row, operation.request)
            site.judge(build_message(operation, sent, date_format=site.date_format))


ODD = (
    st.text(max_size=40)
    | codes(300, least=25)
    | st.integers()
    | amounts(digits=30, places=9)
    | st.decimals()
    | st.dates()
    | st.booleans()
    | st.floats()
    | st.none()
    | st.lists(st.dictionaries(st.sampled_from(["DESCR", "X"]), st.text(max_size=3), max_size=2), max_size=2)
)
HEADER_PLACES = (
    "BUSINESS_UNIT",
    "INVOICE_ID",
    "INVOICE_DT",
    "GROSS_AMT",
    "RATE_MULT",
    "ORIGIN",
    "VOUCHER_LINE",
)
LINE_PLACES = (
    "VOUCHER_LINE_NUM",
    "DESCR",
    "MERCHANDISE_AMT",
    "UNIT_PRICE",
    "LINE_NBR",
    "NO_SUCH",
    "DISTRIB_LINE",
)


@settings(BY_CONFIGURATION, max_examples=100)
@given(
    voucher=vouchers(most_lines=2),
    odd=st.dictionaries(st.sampled_from(HEADER_PLACES), ODD, max_size=2),
    odd_in_line=st.dictionaries(st.sampled_from(LINE_PLACES), ODD, max_size=2),
)
def test_what_the_client_lets_through_the_site_takes(
    sites: list[Configured], voucher: dict[str, Any], odd: dict[str, Any], odd_in_line: dict[str, Any]
) -> None:
    voucher["VOUCHER_LINE"][0].update(odd_in_line)
    for site in sites:
        if site.payments:
            continue
        with contextlib.suppress(InvalidMessage):
            site.judge(create_of(site, {**voucher, **odd}))
