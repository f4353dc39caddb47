"""The clients of a connection's PeopleSoft site, as the poster makes them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import url2pathname

from chassis.connections import Connection
from peoplesoft import (
    Authentication,
    ComponentInterfaceClient,
    ComponentInterfaceShape,
    Credentials,
    DateFormat,
    MessageClass,
    OutcomeTable,
    PropertyNames,
    VoucherClient,
)
from peoplesoft.wsdl import imported_locations, read_shape
from yarl import URL

from apstream_cli.refusal import Refusal

__all__ = ["Site", "open_site", "shape_in"]

MOST_DOCUMENTS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Its component interface, and vouchers through it."""

    interface: ComponentInterfaceClient
    vouchers: VoucherClient


@asynccontextmanager
async def open_site(
    connection: Connection, *, shape: ComponentInterfaceShape | None = None
) -> AsyncIterator[Site]:
    """``shape`` takes the place of the site's own WSDL. Raises ConfigurationError for an address of no use."""
    side = connection.peoplesoft
    interface = ComponentInterfaceClient(
        base_url=side.base_url,
        node=side.node,
        ci=shape or side.component_interface.wsdl,
        credentials=Credentials(operator=side.operator, password=side.password.reveal()),
        authentication=Authentication(side.authentication),
        date_format=DateFormat(side.component_interface.date_format),
        outcome_table=OutcomeTable().with_entries(_classes(side.messages)),
    )
    async with interface:
        yield Site(
            interface=interface,
            vouchers=VoucherClient(
                interface,
                names=PropertyNames(side.component_interface.names),
                search_limit=side.component_interface.search_limit,
            ),
        )


def shape_in(file: Path) -> ComponentInterfaceShape:
    """The component interface of a WSDL file and of the files it imports. Raises Refusal and ConfigurationError."""
    root = file.resolve().as_uri()
    documents: dict[str, bytes] = {}
    waiting = [root]
    while waiting:
        location = waiting.pop()
        if location in documents:
            continue
        if len(documents) == MOST_DOCUMENTS:
            raise Refusal(f"{file} imports more than {MOST_DOCUMENTS} documents")
        documents[location] = _bytes_at(location, file)
        waiting.extend(imported_locations(documents[location], url=location))
    return read_shape(documents, root=root)


def _bytes_at(location: str, root: Path) -> bytes:
    url = URL(location)
    if url.scheme != "file":
        raise Refusal(f"{root} imports {location}: save that beside it and import it by its file name")
    path = Path(url2pathname(url.raw_path))
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refusal(f"{path} cannot be read: {error}") from None


def _classes(messages: Mapping[str, str]) -> dict[tuple[int, int], MessageClass]:
    table = {}
    for key, meaning in messages.items():
        number, _, within = key.partition("-")
        table[int(number), int(within)] = MessageClass(meaning)
    return table
