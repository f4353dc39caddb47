"""Reads all evidence of a stack that is up, or of which Kafka and the simulators are."""

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from .books import Books, read_books
from .connection import connections
from .evidence import Evidence, cases_of
from .history import read_history
from .records import CONNECTIONS, DOCUMENTS, Decoder, Json
from .topics import Log, read_log
from .where import Where

_ACCOUNT = re.compile(rb'"supplierBank(?:IBAN|BBAN)"\s*:\s*"([^"]+)"')
MIN_ACCOUNT = 8
"""Shorter account numbers are found in everything."""


async def gather(where: Where) -> Evidence:
    """Everything once, in the order in which one follows from the other: what the history says was done is in the books
    by then, and what the books show has its records on the topics, or never.

    Raises TimeoutError, KafkaException or aiohttp.ClientError where Kafka or a simulator is away.
    """
    operations = read_history(where.operations)
    decoder = await asyncio.to_thread(Decoder, where.schemas)
    applied = await asyncio.to_thread(read_log, where.bootstrap, decoder=decoder, only=(CONNECTIONS,))
    known = connections(applied.of(CONNECTIONS), only=where.connections)
    books: dict[str, Books] = {}
    for connection in known:
        books[connection.id] = await read_books(
            connection, basware_url=where.basware_url, peoplesoft_url=where.peoplesoft_url
        )
    metrics, log = await asyncio.gather(
        _metrics(where.metrics), asyncio.to_thread(read_log, where.bootstrap, decoder=decoder)
    )
    return Evidence(
        cases=cases_of(log, known, books),
        log=log,
        logs=await asyncio.to_thread(_logs, where.logs),
        metrics=metrics,
        processes=tuple(where.metrics),
        operations=operations,
        secrets=where.secrets,
        bank_accounts=tuple(
            sorted({*(each for held in books.values() for each in _accounts(held)), *_on_documents(log)})
        ),
        at=datetime.now(UTC),
    )


async def _metrics(addresses: Mapping[str, str]) -> dict[str, bytes]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:

        async def page(address: str) -> bytes | None:
            try:
                async with session.get(address) as answer:
                    return await answer.read()
            except (aiohttp.ClientError, TimeoutError, OSError):
                return None

        pages = await asyncio.gather(*map(page, addresses.values()))
    return {name: found for name, found in zip(addresses, pages, strict=True) if found is not None}


def _logs(directory: Path) -> dict[str, bytes]:
    files = sorted(each for each in directory.rglob("*") if each.is_file()) if directory.exists() else []
    return {str(each.relative_to(directory)): each.read_bytes() for each in files}


def _accounts(books: Books) -> Iterator[str]:
    """Bank accounts of PeopleSoft's suppliers."""
    for supplier in books.reference.get("suppliers", ()):
        yield from _texts(supplier.get("bank_accounts") or ())


def _on_documents(log: Log) -> set[str]:
    """Bank accounts that Basware's documents name."""
    found = (_ACCOUNT.findall(record.raw) for record in log.of(DOCUMENTS))
    return {account.decode() for some in found for account in some if len(account) >= MIN_ACCOUNT}


def _texts(accounts: Iterable[Json]) -> Iterator[str]:
    for account in accounts:
        for name in ("iban", "account"):
            text = str(account.get(name) or "")
            if len(text) >= MIN_ACCOUNT:
                yield text
