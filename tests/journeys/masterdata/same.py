"""The checker: what coders can pick in Basware is what PeopleSoft has. Reads the simulators and the connection only."""

import asyncio
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.journeys.eventually import BOUND, eventually

from .customer import Json, MasterDataCustomer
from .expected import Item, expected


async def same(customer: MasterDataCustomer, *, besides: Collection[str] = (), within: float = BOUND) -> None:
    """Wait until both sides are the same and nothing is under way, and no rule of Basware's was broken.

    `besides` are external codes that are known to differ; they must differ.
    """

    async def look() -> list[str]:
        return await differences(customer)

    def done(seen: list[str]) -> bool:
        return {each.split()[1] for each in seen} == set(besides)

    what = f"Basware the same as PeopleSoft for {customer.id}, but for {list(besides)}"
    await eventually(look, done, what=what, within=within, every=0.3)
    await customer.settled()
    left = await differences(customer)
    assert done(left), left
    imports, violations = await asyncio.gather(
        customer.imports(), customer.basware.get("violations", tenant=customer.id)
    )
    assert imports["in_progress"] == 0
    assert violations["violations"] == []
    assert customer.watch.unreadable() == []


async def differences(customer: MasterDataCustomer) -> list[str]:
    """Everything in which the two sides differ: `entity code what`."""
    section, reference = customer.section, await customer.reference()
    today = datetime.now(UTC).astimezone(ZoneInfo(section["time_zone"])).date()
    found: list[str] = []
    for entity in section["entities"]:
        found += _of_entity(entity, await customer.pickable(entity), section, reference, today)
    return found


def _of_entity(
    entity: str, held: dict[str, Json], section: Json, reference: Json, today: date
) -> Iterator[str]:
    wanted = expected(entity, section=section, reference=reference, today=today)
    for code, item in wanted.items():
        if code not in held or not held[code]["active"]:
            yield f"{entity} {code} cannot be picked"
        elif (shown := _shown(entity, held[code])) != item:
            yield f"{entity} {code} is {shown}, in PeopleSoft {item}"
    for code in held.keys() - wanted.keys():
        if held[code]["active"]:
            yield f"{entity} {code} can be picked, and is not in PeopleSoft"


def _shown(entity: str, record: Json) -> Item:
    content = record["content"]
    companies = tuple(record["companies"])
    match entity:
        case "suppliers":
            addresses = content.get("addresses") or ()
            return Item(
                companies=companies,
                name=content["name"],
                terms=(content.get("paymentTerms") or {}).get("paymentTermCode"),
                cities=tuple(sorted(each["cityName"] for each in addresses if each.get("cityName"))),
            )
        case "exchange_rates":
            return Item(companies=companies, name="", rate=Decimal(str(content["rate"])))
        case "projects":
            return Item(companies=companies, name=content["projectName"])
        case _ if entity.startswith("list:"):
            return Item(companies=companies, name=content["text_2"])
        case _:
            return Item(companies=companies, name=_translated(content))


def _translated(content: Json) -> str:
    (names,) = (value for name, value in content.items() if name.endswith("Names"))
    (name,) = (_text(each) for each in names if each["language"] == "en-US")
    return name


def _text(translation: dict[str, Any]) -> str:
    (text,) = (str(value) for name, value in translation.items() if name != "language")
    return text
