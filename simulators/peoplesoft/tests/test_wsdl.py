"""The WSDL says all a client needs, and what it says is what is enforced."""

from pathlib import Path
from typing import Any

import pytest
import zeep
from lxml import etree
from peoplesoft_simulator.schema import site_shape
from peoplesoft_simulator.site import Prefixes, Site
from peoplesoft_simulator.wsdl import wsdl_document

XSD = "{http://www.w3.org/2001/XMLSchema}"
SITES = [
    Site(node="A"),
    Site(
        node="B",
        ci_name="ZZ_VOUCHER",
        prefixes=Prefixes(key="KEYPROP_", prop="PROP_", collection="COLL_"),
        date_format="YYYY/MM/DD",
        nesting="payment_collection",
    ),
]


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.node)
def test_zeep_reads_it(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "service.wsdl"
    file.write_bytes(wsdl_document(site, site_shape(site), address="http://erp.example/x"))
    read: Any = zeep.Client
    client = read(str(file))
    (service,) = client.wsdl.services.values()
    (port,) = service.ports.values()
    operations = port.binding._operations
    assert set(operations) == {f"CI_{site.ci_name}_{suffix}" for suffix in "CFG"}
    assert operations[f"CI_{site.ci_name}_C"].soapaction == f"CI_{site.ci_name}_C.V1"
    assert port.binding_options["address"] == "http://erp.example/x"
    create = operations[f"CI_{site.ci_name}_C"].input.body
    assert create.qname.localname == f"Create__CompIntfc__{site.ci_name}"
    assert create.qname.namespace == site.namespace("create")


def test_every_site_and_message_has_a_namespace_of_its_own() -> None:
    namespaces = {site.namespace(role) for site in SITES for role in site_shape(site).schemas}
    assert len(namespaces) == 12


@pytest.mark.parametrize(
    ("name", "facets"),
    [
        ("INVOICE_ID", {"maxLength": "30"}),
        ("VENDOR_ID", {"maxLength": "10"}),
        ("GROSS_AMT", {"totalDigits": "26", "fractionDigits": "3"}),
        ("UNIT_PRICE", {"totalDigits": "15", "fractionDigits": "5"}),
        ("VOUCHER_LINE_NUM", {"totalDigits": "5", "fractionDigits": "0"}),
    ],
)
def test_types_carry_lengths_and_digits(name: str, facets: dict[str, str]) -> None:
    schema = site_shape(SITES[0]).schemas["create"]
    restriction = schema.find(f"{XSD}simpleType[@name='{name}_TypeDef']/{XSD}restriction")
    assert restriction is not None
    assert {etree.QName(each).localname: each.get("value") for each in restriction} == facets


@pytest.mark.parametrize(
    "address",
    ["/PSFT_EP/CI_AP_VOUCHER.1.wsdl", "/CI_AP_VOUCHER.1.wsdl", "?Operation=GetWSDL&wsdl=CI_AP_VOUCHER.1"],
)
async def test_it_is_served_at_each_of_its_addresses(caller: Any, address: str) -> None:
    async with caller.session.get(
        f"{caller.url}/PSIGW/PeopleSoftServiceListeningConnector{address}"
    ) as answer:
        assert answer.status == 200
        document = etree.fromstring(await answer.read())
    (address_element,) = document.iter("{http://schemas.xmlsoap.org/wsdl/soap/}address")
    assert (
        address_element.get("location") == f"{caller.url}/PSIGW/PeopleSoftServiceListeningConnector/PSFT_EP"
    )


async def test_an_unknown_service_is_a_fault(caller: Any) -> None:
    async with caller.session.get(
        f"{caller.url}/PSIGW/PeopleSoftServiceListeningConnector/PSFT_EP/CI_OTHER.1.wsdl"
    ) as answer:
        assert answer.status == 500
        assert b"IBResponse" in await answer.read()


async def test_what_get_answers_is_valid_by_the_wsdl(caller: Any) -> None:
    number = (await caller.create()).text("VOUCHER_ID")
    answer = await caller.call("get", {"BUSINESS_UNIT": "US001", "VOUCHER_ID": number})
    schemas = site_shape(Site(node="PSFT_EP")).schemas
    etree.XMLSchema(schemas["get_response"]).assertValid(answer.body)
    found = await caller.call("find", {"BUSINESS_UNIT": "US001"})
    etree.XMLSchema(schemas["find_response"]).assertValid(found.body)
    etree.XMLSchema(schemas["create_response"]).assertValid((await caller.create()).body)
