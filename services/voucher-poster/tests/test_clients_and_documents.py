"""Which clients a connection gets, and where the bytes of a document come from."""

from collections.abc import Callable
from dataclasses import replace

import aiohttp
import pytest
from ap_domain.invoice_state import InvoiceState, Step
from chassis.connections import Connection
from chassis.ledger.entry import Entry
from chassis.record_reader import RecordReader
from voucher_poster.adapters.basware_clients import BaswareClients
from voucher_poster.adapters.document_source import DocumentSource, NotReadableNow, NotTheDocument
from voucher_poster.adapters.peoplesoft_clients import PeopleSoftClients

MakeEntry = Callable[..., Entry[InvoiceState]]


async def test_a_changed_connection_gets_new_clients_and_an_unchanged_one_keeps_its_own(
    connection: Connection,
) -> None:
    async with aiohttp.ClientSession() as session:
        clients, basware = PeopleSoftClients(session=session), BaswareClients(session=session)
        site, client = clients.of(connection), basware.of(connection)
        later = replace(connection, version=8)
        assert clients.of(connection) is site
        assert basware.of(connection) is client
        assert clients.of(later) is not site
        assert basware.of(later) is not client


class NoRecords(RecordReader):
    """A topic from which the record was erased."""

    def __init__(self, value: bytes | None = None) -> None:
        self._value = value

    async def read(self, topic: str, partition: int, offset: int) -> bytes | None:
        return self._value


async def test_bytes_that_are_no_document_are_not_posted(
    connection: Connection, make_entry: MakeEntry
) -> None:
    async with aiohttp.ClientSession() as session:
        source = DocumentSource(records=NoRecords(b"rubbish"), clients=BaswareClients(session=session))
        ref = make_entry(Step.POST).body.document
        with pytest.raises(NotTheDocument):
            await source.read(ref, invoice_id="x", connection=connection)


async def test_an_erased_document_is_asked_of_basware_who_may_be_away(
    connection: Connection, make_entry: MakeEntry
) -> None:
    async with aiohttp.ClientSession() as session:
        source = DocumentSource(records=NoRecords(), clients=BaswareClients(session=session))
        ref = make_entry(Step.POST).body.document
        with pytest.raises(NotReadableNow):
            await source.read(ref, invoice_id="x", connection=connection)
