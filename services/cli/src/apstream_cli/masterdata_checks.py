"""What works of a connection's master data: each query gives its fields, each list of Basware may be read and written.

Only one row and one record are asked for. A password that was refused is not tried again.
"""

from collections.abc import AsyncIterator, Iterator

import aiohttp
from ap_domain.mapping import ConfigurationFault, parse_mapping
from ap_domain.masterdata import EntityPlan, MasterDataPlan, parse_masterdata
from basware import BaswareClient, BaswareError, import_api, import_scopes
from basware import CredentialsRefused as BaswareCredentialsRefused
from chassis.connections import Connection
from peoplesoft import CredentialsRefused, PeopleSoftError, QueryOwner, QueryRequest

from apstream_cli.check import Check, Result
from apstream_cli.query_checks import judged, query_client

__all__ = ["masterdata_checks"]

SECTION = "master data: section"


async def masterdata_checks(
    connection: Connection, *, peoplesoft: bool, basware: bool
) -> AsyncIterator[Check]:
    """Nothing without a section. ``peoplesoft`` and ``basware``: whether signing on works there at all."""
    if not connection.masterdata:
        return
    try:
        plan = parse_masterdata(connection.masterdata, scheme=parse_mapping(connection.mapping).scheme)
    except ConfigurationFault as fault:
        yield Check(what=SECTION, result=Result.FAILED, said="; ".join(fault.problems))
        return
    async for check in _queries(connection, plan, possible=peoplesoft):
        yield check
    async for check in _lists(connection, plan, possible=basware):
        yield check


async def _queries(connection: Connection, plan: MasterDataPlan, *, possible: bool) -> AsyncIterator[Check]:
    async with query_client(connection, route=plan.route) as client:
        for entity in plan.entities.values():
            for request, needed in _requests(plan, entity):
                what = f"PeopleSoft: query {request.name} ({entity.entity})"
                if not possible:
                    yield Check(what=what, result=Result.NOT_TRIED, said="the sign-on has to work first")
                    continue
                try:
                    fields = await client.check(request)
                    yield judged(what, request, needed, fields, section="masterdata")
                except PeopleSoftError as error:
                    possible = not isinstance(error, CredentialsRefused)
                    yield Check(what=what, result=Result.FAILED, said=str(error))


def _requests(plan: MasterDataPlan, entity: EntityPlan) -> Iterator[tuple[QueryRequest, frozenset[str]]]:
    """Each query of the entity as the poll runs it from the start, and the fields that its rows must have."""
    prompts = entity.prompts
    values = (
        (prompts.setid, entity.scopes[0] or ""),
        (prompts.after, ""),
        (prompts.up_to, ""),
        (prompts.since, ""),
    )
    asked = tuple((name, value) for name, value in values if name is not None)
    for query, needed in (
        (entity.query, entity.columns),
        *((part.query, part.columns) for part in entity.parts.values()),
    ):
        owner = QueryOwner(plan.query_owner)
        yield QueryRequest(name=query, owner=owner, prompts=asked, max_rows=1), needed


async def _lists(connection: Connection, plan: MasterDataPlan, *, possible: bool) -> AsyncIterator[Check]:
    side = connection.basware
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        for entity in plan.entities.values():
            what = f"Basware: {entity.limit.api} ({entity.entity})"
            if not possible:
                yield Check(what=what, result=Result.NOT_TRIED, said="the token has to work first")
                continue
            target = import_api(entity.limit.api)
            scopes = import_scopes((target,))
            try:
                client = BaswareClient(
                    base_url=side.base_url,
                    client_id=side.client_id,
                    client_secret=side.client_secret.reveal(),
                    session=session,
                    scopes=scopes,
                )
                await anext(client.list_records(target, page_size=1), None)
            except BaswareCredentialsRefused as error:
                said = f"{error} Have Basware give {side.client_id} the scopes {', '.join(scopes)}"
                yield Check(what=what, result=Result.FAILED, said=said)
            except BaswareError as error:
                yield Check(what=what, result=Result.FAILED, said=str(error))
            else:
                said = f"{side.client_id} has the scopes {', '.join(scopes)}"
                yield Check(what=what, result=Result.OK, said=said)
