"""The two vendors' books of one connection, as the simulators' control APIs show them."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import aiohttp

from .connection import Connection
from .records import Json

APIS: Mapping[str, str] = {
    "payment_terms": "paymentTerms",
    "tax_codes": "taxCodes",
    "accounts": "accounts",
    "cost_centers": "costCenters",
    "suppliers": "vendors",
}
"""Basware's names of the imports of the entities that are compared."""
_CALLS = ("create", "find", "get")
_MANY = "10000000"

LONG_AGO = datetime.min.replace(tzinfo=UTC)

Keys = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Of Basware: the tenant's documents that the connection serves, its writes, broken rules, payments by invoice, and
    what coders can pick by entity. Of PeopleSoft: vouchers and calls of the node, payments by voucher, reference data;
    `now` is its instant.
    """

    documents: Sequence[Json] = ()
    writes: Sequence[Json] = ()
    violations: Sequence[Json] = ()
    paid: Sequence[Json] = ()
    pickable: Mapping[str, Sequence[Json]] = field(default_factory=dict)
    vouchers: Sequence[Json] = ()
    calls: Sequence[Json] = ()
    pages: Mapping[Keys, Json] = field(default_factory=dict)
    reference: Json = field(default_factory=dict)
    now: datetime = LONG_AGO


def instant(text: str) -> datetime:
    """An instant of either simulator's; without a zone it is UTC."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


async def read_books(connection: Connection, *, basware_url: str, peoplesoft_url: str) -> Books:
    """Everything at once. aiohttp.ClientError where a simulator is away."""
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        basware = _Control(session, basware_url)
        peoplesoft = _Control(session, peoplesoft_url)
        tenant, node = connection.tenant, connection.node
        entities = [each for each in connection.masterdata.get("entities", {}) if each in APIS]
        clock, documents, writes, violations, paid, vouchers, calls, pages, reference = await asyncio.gather(
            peoplesoft.get("clock"),
            basware.pages("histories", "documents", tenant=tenant),
            basware.pages("writes", "writes", tenant=tenant),
            basware.get("violations", tenant=tenant),
            basware.get("payments", tenant=tenant),
            peoplesoft.get("vouchers", node=node, brief="true"),
            asyncio.gather(
                *(peoplesoft.get("requests", node=node, operation=each, limit=_MANY) for each in _CALLS)
            ),
            peoplesoft.pages("payments", "vouchers", node=node),
            peoplesoft.get(f"reference/{node}"),
        )
        asked = [
            basware.get("masterdata/p2p", tenant=tenant, api=APIS[each], content="true") for each in entities
        ]
        pickable = dict(zip(entities, await asyncio.gather(*asked), strict=True))
    return Books(
        documents=[each for each in documents if each["companyCode"] in connection.units],
        writes=writes,
        violations=violations["violations"],
        paid=[each for each in paid["payments"] if each["companyCode"] in connection.units],
        pickable={entity: found["records"] for entity, found in pickable.items()},
        vouchers=vouchers["vouchers"],
        calls=[call for found in calls for call in found["requests"]],
        pages={(each["BUSINESS_UNIT"], each["VOUCHER_ID"]): each for each in pages},
        reference=reference,
        now=instant(clock["now"]),
    )


class _Control:
    """One simulator's control API."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def get(self, path: str, **query: str) -> Any:
        async with self._session.get(f"{self._url}/control/{path}", params=query) as answer:
            answer.raise_for_status()
            # Amounts stay what they are, to the digit.
            return json.loads(await answer.text(), parse_float=Decimal)

    async def pages(self, path: str, name: str, **query: str) -> list[Json]:
        found: list[Json] = []
        after: dict[str, str] = {}
        while True:
            page = await self.get(path, **query, **after)
            found += page[name]
            if page["next"] is None:
                return found
            after = {"after": str(page["next"])}
