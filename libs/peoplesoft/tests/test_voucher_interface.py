"""A component interface is judged from its WSDL: all that is wrong with it, or with a mapping for it, at once."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

import aiohttp
import pytest
from peoplesoft.client import ComponentInterfaceClient
from peoplesoft.credentials import Credentials
from peoplesoft.errors import ConfigurationError, InvalidMessage, Misfit
from peoplesoft.names import PropertyNames
from peoplesoft.shape import CollectionShape, ComponentInterfaceShape, OperationShape
from peoplesoft.testing.invented_sites import ALL_SITES, PLAIN_SITE, SITES, InventedSite, sample_voucher
from peoplesoft.values import DateFormat, Row
from peoplesoft.voucher_interface import interface_problems
from peoplesoft.vouchers import VoucherClient

PLAIN = PLAIN_SITE.shape()
NAMES = PropertyNames()


VouchersOf: TypeAlias = Callable[..., VoucherClient]


@pytest.fixture
async def vouchers_of() -> AsyncIterator[VouchersOf]:
    """Makes voucher clients that call nobody."""
    async with aiohttp.ClientSession() as session:

        def make(
            shape: ComponentInterfaceShape,
            names: PropertyNames = NAMES,
            date_format: DateFormat = DateFormat.ISO,
        ) -> VoucherClient:
            client = ComponentInterfaceClient(
                base_url="http://gateway.invalid",
                node="N",
                ci=shape,
                credentials=Credentials(operator="APSTREAM", password="x"),
                date_format=date_format,
                session=session,
            )
            return VoucherClient(client, names=names)

        yield make


def without(operation: OperationShape | None, *names: str) -> OperationShape:
    """The operation whose request and response lack these properties."""
    assert operation is not None

    def prune(node: CollectionShape) -> CollectionShape:
        return replace(node, children=tuple(child for child in node.children if child.name not in names))

    return replace(operation, request=prune(operation.request), response=prune(operation.response))


@pytest.mark.parametrize("site", ALL_SITES, ids=lambda site: site.name)
async def test_a_site_that_shows_all_has_no_problems(site: InventedSite, vouchers_of: VouchersOf) -> None:
    vouchers = vouchers_of(site.shape(), site.names, site.date_format)
    assert await vouchers.problems(shown=("INVOICE_DT", "GROSS_AMT")) == []
    await vouchers.check()
    hold = {"PYMNT_HOLD": "N"}
    payment: Row = {site.payments: [{"PYMNT_CNT": 1, **hold}]} if site.payments else hold
    voucher = {name: value for name, value in sample_voucher().items() if name not in hold}
    assert await vouchers.misfits({**voucher, **payment}) == ()


async def test_a_date_in_another_site_s_format_is_no_message_for_this_one(vouchers_of: VouchersOf) -> None:
    (misfit,) = await vouchers_of(SITES[1].shape()).misfits(sample_voucher())
    assert misfit.property_path == "PROP_INVOICE_DT"
    assert "'2026-03-09' does not have the form" in misfit.why


@pytest.mark.parametrize(
    ("shape", "problems"),
    [
        (replace(PLAIN, create=None), ["offers no create"]),
        (replace(PLAIN, find=None), ["offers no find"]),
        (replace(PLAIN, get=None), ["offers no get"]),
        (
            replace(PLAIN, create=None, find=None, get=None),
            ["offers no create", "offers no find", "offers no get"],
        ),
        (replace(PLAIN, create=without(PLAIN.create, "VOUCHER_ID")), ["VOUCHER_ID cannot be set"]),
        (replace(PLAIN, find=without(PLAIN.find, "INVOICE_ID")), ["INVOICE_ID is no search key"]),
        (
            replace(PLAIN, get=without(PLAIN.get, "VOUCHER_ID", "ENTRY_STATUS", "GROSS_AMT")),
            [
                "VOUCHER_ID cannot be given to a get",
                "VOUCHER_ID is not shown",
                "ENTRY_STATUS is not shown",
                "GROSS_AMT is not shown",
            ],
        ),
    ],
)
async def test_every_problem_of_a_component_interface_is_told_at_once(
    vouchers_of: VouchersOf, shape: ComponentInterfaceShape, problems: list[str]
) -> None:
    told = interface_problems(shape, NAMES, shown=("GROSS_AMT",))
    assert len(told) == len(problems)
    assert all(problem in text for problem, text in zip(problems, told, strict=True))
    with pytest.raises(ConfigurationError) as caught:
        await vouchers_of(shape).check()
    assert all(problem in str(caught.value) for problem in problems if "GROSS_AMT" not in problem)


@pytest.mark.parametrize(
    ("lengths", "problem"),
    [
        ({"NO_SUCH": 5}, "NO_SUCH: the site's create has no such property"),
        ({"VOUCHER_LINE/NO_SUCH": None}, "VOUCHER_LINE/NO_SUCH: the site's create has no such property"),
        ({"NO_LINE/DESCR": 5}, "NO_LINE/DESCR: the site's create has no such property"),
        ({"INVOICE_ID/DESCR": 5}, "INVOICE_ID/DESCR: the site's create has no such property"),
        ({"ORIGIN": 4}, "ORIGIN: the mapping may make 4 characters, the site takes 3"),
        (
            {"VOUCHER_LINE/DESCR": 31},
            "VOUCHER_LINE/DESCR: the mapping may make 31 characters, the site takes 30",
        ),
        ({"GROSS_AMT": 99}, ""),
        ({"ORIGIN": None}, ""),
        ({"ORIGIN": 3}, ""),
    ],
)
async def test_what_a_mapping_makes_is_held_against_the_site_s_create(
    vouchers_of: VouchersOf, lengths: Mapping[str, int | None], problem: str
) -> None:
    keys = {"BUSINESS_UNIT": 5, "VOUCHER_ID": 8}
    line = {"VOUCHER_LINE/VOUCHER_LINE_NUM": None}
    below = line if any(path.startswith("VOUCHER_LINE") for path in lengths) else {}
    problems = await vouchers_of(PLAIN).property_problems({**keys, **below, **lengths})
    assert problems == ([problem] if problem else [])


async def test_what_the_site_requires_and_the_mapping_does_not_make_is_told_by_the_site_s_name(
    vouchers_of: VouchersOf,
) -> None:
    problems = await vouchers_of(SITES[1].shape()).property_problems(
        {"BUSINESS_UNIT": 5, "VOUCHER_LINE/DISTRIB_LINE/DEPTID": 10}
    )
    assert [problem.partition(":")[0] for problem in problems] == [
        "KEYPROP_VOUCHER_ID",
        "COLL_VOUCHER_LINE/PROP_VOUCHER_LINE_NUM",
        "COLL_VOUCHER_LINE/COLL_DISTRIB_LINE/PROP_DISTRIB_LINE_NUM",
        "COLL_VOUCHER_LINE/COLL_DISTRIB_LINE/PROP_ACCOUNT",
    ]


async def test_a_site_s_own_names_are_followed(vouchers_of: VouchersOf) -> None:
    create = PLAIN.create
    assert create is not None
    renamed = tuple(
        replace(child, name="BSW_INV_NO") if child.name == "INVOICE_ID" else child
        for child in create.request.children
    )
    shape = replace(PLAIN, create=replace(create, request=replace(create.request, children=renamed)))
    lengths = {"BUSINESS_UNIT": 5, "VOUCHER_ID": 8, "INVOICE_ID": 30}
    named = PropertyNames({"INVOICE_ID": "BSW_INV_NO"})
    assert await vouchers_of(shape).property_problems(lengths) != []
    assert await vouchers_of(shape, named).property_problems(lengths) == []
    assert await vouchers_of(replace(PLAIN, create=None)).property_problems(lengths) != []


async def test_all_misfits_of_a_voucher_are_told_unknown_properties_first(vouchers_of: VouchersOf) -> None:
    lines: list[Row] = [{"VOUCHER_LINE_NUM": 1, "DESCR": "x" * 31, "BAR_CODE": "1"}]
    voucher = {**sample_voucher(), "ORIGIN": "LONG", "VOUCHER_LINE": lines}
    vouchers = vouchers_of(PLAIN)
    misfits = await vouchers.misfits(voucher)
    assert [(each.property_path, each.unknown) for each in misfits] == [
        ("VOUCHER_LINE[1]/BAR_CODE", True),
        ("ORIGIN", False),
        ("VOUCHER_LINE[1]/DESCR", False),
    ]
    with pytest.raises(InvalidMessage) as caught:
        vouchers.build_create(voucher)
    assert caught.value.misfits == misfits
    assert caught.value.property_path == "VOUCHER_LINE[1]/BAR_CODE"
    assert all(str(each) in str(caught.value) for each in misfits)


async def test_an_error_names_no_more_misfits_than_a_person_reads(vouchers_of: VouchersOf) -> None:
    lines: list[Row] = [{"VOUCHER_LINE_NUM": number, "DESCR": "x" * 31} for number in range(1, 201)]
    vouchers = vouchers_of(PLAIN)
    with pytest.raises(InvalidMessage, match="and 195 more") as caught:
        vouchers.build_create({**sample_voucher(), "VOUCHER_LINE": lines})
    assert len(caught.value.misfits) == 200
    assert len(str(caught.value)) < 1000
    assert isinstance(caught.value.misfits[0], Misfit)
