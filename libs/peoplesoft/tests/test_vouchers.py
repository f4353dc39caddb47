"""Vouchers at two very different sites, against a small gateway that keeps what it is sent."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree
from peoplesoft.client import ComponentInterfaceClient
from peoplesoft.credentials import Credentials
from peoplesoft.errors import ConfigurationError, NeedsPerson, OutcomeUnknown, ProtocolError, RetryLater
from peoplesoft.shape import CollectionShape, ComponentInterfaceShape
from peoplesoft.testing.invented_sites import PLAIN_SITE, SITES, InventedSite, sample_voucher
from peoplesoft.testing.message_schema import message_body
from peoplesoft.testing.scripted_gateway import Reply, ScriptedGateway, SeenRequest
from peoplesoft.values import Value
from peoplesoft.vouchers import VoucherClient

SHAPES = {site.name: site.shape() for site in SITES}
MATCH: Mapping[str, Value] = {
    "BUSINESS_UNIT": "US001",
    "VENDOR_SETID": "SHARE",
    "VENDOR_ID": "0000430022",
    "INVOICE_ID": "INV/2026-17",
    "INVOICE_DT": date(2026, 3, 9),
    "GROSS_AMT": Decimal("112.5"),
}


@dataclass
class Books(ScriptedGateway):
    """A gateway with vouchers in it: create numbers them, find matches by beginnings, get shows one whole.

    `change` may spoil a reply before it goes out.
    """

    site: InventedSite
    vouchers: list[etree._Element] = field(default_factory=list)
    change: Callable[[str, bytes], Reply] | None = None

    def __post_init__(self) -> None:
        super().__init__()

    def _reply(self, request: SeenRequest) -> Reply:
        sent = message_body(request.body)
        verb = etree.QName(sent).localname.partition("__")[0]
        content = {"Create": self._create, "Find": self._find, "Get": self._get}[verb](sent)
        index = {"Create": 1, "Find": 3, "Get": 5}[verb]
        root = f"{verb}__CompIntfc__{self.site.ci}Response"
        body = (
            '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
            f'<{root} xmlns="{self.site.namespace(index)}">{content}</{root}></e:Body></e:Envelope>'
        ).encode()
        return Reply(body=body) if self.change is None else self.change(verb, body)

    def _named(self, name: str) -> str:
        key = name in {"BUSINESS_UNIT", "VOUCHER_ID"}
        return (self.site.key_prefix if key else self.site.property_prefix) + name

    def _text(self, voucher: etree._Element, name: str) -> str:
        return voucher.findtext(f"{{*}}{name}") or ""

    def _create(self, sent: etree._Element) -> str:
        number = sent.find(f"{{*}}{self._named('VOUCHER_ID')}")
        assert number is not None
        number.text = f"{len(self.vouchers) + 17:08d}"
        self.vouchers.append(sent)
        return f"<notification>1</notification><detail>{self._keys(sent)}</detail>"

    def _keys(self, voucher: etree._Element, *more: str) -> str:
        names = [self._named(name) for name in ("BUSINESS_UNIT", "VOUCHER_ID", *more)]
        inner = "".join(f"<{name}>{self._text(voucher, name)}</{name}>" for name in names)
        return f"<{self.site.ci}>{inner}</{self.site.ci}>"

    def _find(self, sent: etree._Element) -> str:
        sought = {etree.QName(child).localname: child.text or "" for child in sent}
        found = [v for v in self.vouchers if all(self._text(v, n).startswith(t) for n, t in sought.items())]
        return "".join(self._keys(each, "INVOICE_ID") for each in found)

    def _get(self, sent: etree._Element) -> str:
        sought = {etree.QName(child).localname: child.text or "" for child in sent}
        for voucher in self.vouchers:
            if all(self._text(voucher, name) == text for name, text in sought.items()):
                status = self._named("ENTRY_STATUS")
                inner = [
                    f"<{name}>{child.text}</{name}>"
                    for child in voucher
                    if not len(child) and (name := etree.QName(child).localname)
                ]
                whole = "".join(inner) + f"<{status}>P</{status}>"
                return f"<{self.site.ci}>{whole}</{self.site.ci}>" if self.site.wrapped else whole
        return ""


@asynccontextmanager
async def vouchers_at(
    site: InventedSite,
    *,
    shape: ComponentInterfaceShape | None = None,
    change: Callable[[str, bytes], Reply] | None = None,
    most: int = 50,
    search_limit: int = 300,
) -> AsyncIterator[VoucherClient]:
    async with (
        Books(site=site, change=change) as gateway,
        ComponentInterfaceClient(
            base_url=gateway.url,
            node=site.node,
            ci=shape or SHAPES[site.name],
            credentials=Credentials(operator="APSTREAM", password="x"),
            date_format=site.date_format,
        ) as client,
    ):
        yield VoucherClient(client, most=most, search_limit=search_limit)


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
async def test_a_voucher_created_by_canonical_names_is_found_again(site: InventedSite) -> None:
    async with vouchers_at(site) as vouchers:
        await vouchers.check()
        assert await vouchers.find_vouchers(MATCH) == []
        created = await vouchers.create_voucher(sample_voucher(), record="invoice 17")
        assert (created.business_unit, created.voucher_id, created.entry_status) == ("US001", "00000017", "P")
        (found,) = await vouchers.find_vouchers(MATCH)
        assert (found.voucher_id, found.entry_status, found.invoice_id) == ("00000017", "P", "INV/2026-17")
        assert (found.vendor_setid, found.vendor_id, found.origin) == ("SHARE", "0000430022", "BSW")
        assert (found.invoice_date, found.gross, found.currency) == (
            date(2026, 3, 9),
            Decimal("112.50"),
            "EUR",
        )
        assert await vouchers.get_voucher(business_unit="US001", voucher_id="00000099") is None


async def test_invoices_whose_number_only_begins_alike_are_not_the_same() -> None:
    async with vouchers_at(PLAIN_SITE) as vouchers:
        for number in ("INV-1", "INV-10", "INV-11"):
            await vouchers.create_voucher({**sample_voucher(), "INVOICE_ID": number})
        found = await vouchers.find_vouchers({"BUSINESS_UNIT": "US001", "INVOICE_ID": "INV-1"})
        assert [each.invoice_id for each in found] == ["INV-1"]


@pytest.mark.parametrize(
    ("name", "other"),
    [("GROSS_AMT", Decimal("112.51")), ("INVOICE_DT", date(2026, 3, 8)), ("VENDOR_ID", "0000430023")],
)
@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
async def test_what_cannot_be_searched_is_compared_after_reading(
    site: InventedSite, name: str, other: Value
) -> None:
    async with vouchers_at(site) as vouchers:
        await vouchers.create_voucher(sample_voucher())
        assert await vouchers.find_vouchers({**MATCH, name: other}) == []
        assert len(await vouchers.find_vouchers(MATCH)) == 1


async def test_a_list_that_may_be_cut_or_is_too_long_is_never_taken_for_the_whole() -> None:
    for search_limit, most in ((3, 50), (300, 2)):
        async with vouchers_at(PLAIN_SITE, search_limit=search_limit, most=most) as vouchers:
            for _ in range(3):
                await vouchers.create_voucher(sample_voucher())
            with pytest.raises(NeedsPerson):
                await vouchers.find_vouchers(MATCH)


async def test_a_search_without_invoice_or_business_unit_is_refused() -> None:
    async with vouchers_at(PLAIN_SITE) as vouchers:
        with pytest.raises(ConfigurationError, match="INVOICE_ID"):
            await vouchers.find_vouchers({"BUSINESS_UNIT": "US001"})


def _without(shape: ComponentInterfaceShape, operation: str, name: str) -> ComponentInterfaceShape:
    def prune(node: CollectionShape) -> CollectionShape:
        return replace(node, children=tuple(child for child in node.children if child.name != name))

    assert shape.find is not None
    assert shape.get is not None
    if operation == "find":
        return replace(shape, find=replace(shape.find, request=prune(shape.find.request)))
    return replace(shape, get=replace(shape.get, response=prune(shape.get.response)))


PLAIN = SHAPES[PLAIN_SITE.name]


@pytest.mark.parametrize(
    "shape",
    [
        replace(PLAIN, create=None),
        replace(PLAIN, find=None),
        replace(PLAIN, get=None),
        _without(PLAIN, "find", "INVOICE_ID"),
        _without(PLAIN, "find", "BUSINESS_UNIT"),
        _without(PLAIN, "get", "ENTRY_STATUS"),
        _without(PLAIN, "get", "INVOICE_ID"),
    ],
)
async def test_a_component_interface_that_could_not_settle_doubt_is_refused(
    shape: ComponentInterfaceShape,
) -> None:
    async with vouchers_at(PLAIN_SITE, shape=shape) as vouchers:
        with pytest.raises(ConfigurationError):
            await vouchers.check()


def _swap(verb: str, old: bytes, new: bytes) -> Callable[[str, bytes], Reply]:
    return lambda seen, body: Reply(body=body.replace(old, new) if seen == verb else body)


@pytest.mark.parametrize(
    "change",
    [
        _swap("Get", b"INV/2026-17", b"INV/2026-18"),
        _swap("Get", b">112.50<", b">112.51<"),
        _swap("Get", b"2026-03-09", b"2026-03-10"),
        _swap("Create", b"00000017", b"00000099"),
    ],
    ids=["another invoice", "another amount", "another date", "not there"],
)
async def test_a_voucher_that_reads_back_as_another_leaves_the_outcome_unknown(
    change: Callable[[str, bytes], Reply],
) -> None:
    async with vouchers_at(PLAIN_SITE, change=change) as vouchers:
        with pytest.raises(OutcomeUnknown):
            await vouchers.create_voucher(sample_voucher())


async def test_a_created_voucher_is_reported_even_if_it_cannot_be_read_back() -> None:
    def change(verb: str, body: bytes) -> Reply:
        return Reply(status=503) if verb == "Get" else Reply(body=body)

    async with vouchers_at(PLAIN_SITE, change=change) as vouchers:
        created = await vouchers.create_voucher(sample_voucher())
        assert (created.voucher_id, created.entry_status) == ("00000017", None)
        assert isinstance(created.not_read_back, RetryLater)
        assert (await vouchers.create_voucher(sample_voucher(), read_back=False)).not_read_back is None


async def test_a_voucher_found_and_then_unreadable_is_never_taken_for_absent() -> None:
    async with vouchers_at(PLAIN_SITE, change=_swap("Find", b">00000017<", b">00000018<")) as vouchers:
        await vouchers.create_voucher(sample_voucher())
        with pytest.raises(RetryLater):
            await vouchers.find_vouchers(MATCH)


async def test_a_date_that_is_none_is_a_protocol_error() -> None:
    site = SITES[1]
    async with vouchers_at(site, change=_swap("Get", b"2026/03/09", b"9 March")) as vouchers:
        await vouchers.create_voucher(sample_voucher(), read_back=False)
        with pytest.raises(ProtocolError, match="INVOICE_DT"):
            await vouchers.find_vouchers(MATCH)


async def test_the_message_of_a_dry_run_is_the_message_sent() -> None:
    async with vouchers_at(SITES[1]) as vouchers:
        await vouchers.check()
        assert vouchers.build_create(sample_voucher()).count(b"KEYPROP_BUSINESS_UNIT>US001<") == 1
