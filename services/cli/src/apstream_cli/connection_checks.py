"""What works of a connection: each check on its own, each failure with the next step. Changes nothing anywhere.

A password that was refused is not tried again: some sites lock an operator after the third.
"""

from collections.abc import AsyncIterator, Mapping

import aiohttp
from ap_domain.mapping import ConfigurationFault, VoucherMapping, parse_mapping
from ap_domain.mapping.peoplesoft_fields import Kind
from ap_domain.mapping.rule import Rule
from basware import BaswareClient, BaswareError
from chassis.connections import Connection
from peoplesoft import PeopleSoftError

from apstream_cli.check import Check, Result
from apstream_cli.masterdata_checks import masterdata_checks
from apstream_cli.payments_checks import payments_checks
from apstream_cli.site import Site, open_site

__all__ = ["checks"]


BASWARE = "Basware: token and a read"
WSDL = "PeopleSoft: reached, WSDL read"
SIGN_ON = "PeopleSoft: sign-on and a search"
NEEDS = "PeopleSoft: interface suffices"
MAPPING = "PeopleSoft: takes what the mapping makes"

ALWAYS_MADE = {
    "BUSINESS_UNIT", "VOUCHER_ID", "VOUCHER_STYLE", "INVOICE_ID", "VENDOR_SETID", "VENDOR_ID", "ACCOUNTING_DT",
    "GROSS_AMT", "VOUCHER_LINE/VOUCHER_LINE_NUM", "VOUCHER_LINE/MERCHANDISE_AMT",
    "VOUCHER_LINE/DISTRIB_LINE/DISTRIB_LINE_NUM", "VOUCHER_LINE/DISTRIB_LINE/MERCHANDISE_AMT",
    "VOUCHER_LINE/DISTRIB_LINE/BUSINESS_UNIT_GL", "VOUCHER_LINE/DISTRIB_LINE/ACCOUNT",
}  # fmt: skip
"""What every voucher carries, whatever the document says."""


async def checks(connection: Connection) -> AsyncIterator[Check]:
    """The checks one after the other."""
    basware = await _basware(connection)
    yield basware
    signed_on = False
    async for check in _peoplesoft(connection):
        signed_on |= (check.what, check.result) == (SIGN_ON, Result.OK)
        yield check
    reached = basware.result is Result.OK
    async for check in masterdata_checks(connection, peoplesoft=signed_on, basware=reached):
        yield check
    async for check in payments_checks(connection, possible=signed_on):
        yield check


async def _basware(connection: Connection) -> Check:
    side = connection.basware
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        try:
            client = BaswareClient(
                base_url=side.base_url,
                client_id=side.client_id,
                client_secret=side.client_secret.reveal(),
                session=session,
            )
            await client.ping()
        except BaswareError as error:
            return Check(what=BASWARE, result=Result.FAILED, said=str(error))
    return Check(what=BASWARE, result=Result.OK, said=f"{side.base_url} answers to {side.client_id}")


async def _peoplesoft(connection: Connection) -> AsyncIterator[Check]:
    try:
        async with open_site(connection) as site:
            shape = await site.interface.load_shape()
            yield Check(what=WSDL, result=Result.OK, said=f"{shape.name} at {connection.peoplesoft.base_url}")
            yield await _sign_on(connection, site)
            yield await _suffices(connection, site)
            yield await _takes_mapping(connection, site)
    except PeopleSoftError as error:
        yield Check(what=WSDL, result=Result.FAILED, said=str(error))
        for what in (SIGN_ON, NEEDS, MAPPING):
            yield Check(what=what, result=Result.NOT_TRIED, said="the WSDL has to be read first")


async def _sign_on(connection: Connection, site: Site) -> Check:
    try:
        await site.interface.ping()
    except PeopleSoftError as error:
        return Check(what=SIGN_ON, result=Result.FAILED, said=str(error))
    return Check(what=SIGN_ON, result=Result.OK, said=f"{connection.peoplesoft.operator} may search")


async def _suffices(connection: Connection, site: Site) -> Check:
    problems = await site.vouchers.problems(shown=connection.peoplesoft.match)
    if problems:
        remedy = "Add them to the component interface, or to peoplesoft.component_interface.names, and export its WSDL."
        return Check(what=NEEDS, result=Result.FAILED, said=f"{'; '.join(problems)}. {remedy}")
    return Check(what=NEEDS, result=Result.OK, said="vouchers can be created, found by invoice and read back")


async def _takes_mapping(connection: Connection, site: Site) -> Check:
    try:
        made = may_make(parse_mapping(connection.mapping))
    except ConfigurationFault as fault:
        return Check(what=MAPPING, result=Result.FAILED, said="; ".join(fault.problems))
    problems = await site.vouchers.property_problems({path: length for path, (length, _) in made.items()})
    certain = [each for each in problems if made.get(each.partition(": ")[0], (None, True))[1]]
    if certain:
        remedy = "Take them out of the mapping (null), or name them in peoplesoft.component_interface.names."
        return Check(what=MAPPING, result=Result.FAILED, said=f"{'; '.join(certain)}. {remedy}")
    if problems:
        said = f"only if a document makes the mapping send it, the flow would stop at: {'; '.join(problems)}"
        return Check(what=MAPPING, result=Result.NOTE, said=said)
    return Check(what=MAPPING, result=Result.OK, said=f"all {len(made)} properties are there and wide enough")


def may_make(mapping: VoucherMapping) -> dict[str, tuple[int | None, bool]]:
    """Canonical path -> the most characters that may be put there (None: no text), and whether it is always sent."""
    paid = f"{mapping.payment_collection}/" if mapping.payment_collection else ""
    made: dict[str, tuple[int | None, bool]] = dict.fromkeys(ALWAYS_MADE, (None, True))
    levels: tuple[tuple[str, Mapping[str, Rule]], ...] = (
        ("", mapping.header),
        (paid, mapping.payment),
        ("VOUCHER_LINE/", mapping.lines),
        ("VOUCHER_LINE/DISTRIB_LINE/", mapping.distributions),
    )
    for level, rules in levels:
        for name, rule in rules.items():
            path = f"{level}{name}"
            sure = path in ALWAYS_MADE or (rule.when is None and (rule.required or rule.value is not None))
            text = rule.target.kind in {Kind.CODE, Kind.DESCRIPTION}
            made[path] = (rule.target.size if text else None, sure)
    return made
