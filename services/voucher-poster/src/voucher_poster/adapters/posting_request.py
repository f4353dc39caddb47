"""What is sent for one invoice: mapped, built to the last byte, and digested before anything is started."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import cast

from ap_domain.approved_invoice import ApprovedInvoice
from ap_domain.mapping import (
    ConfigurationFault,
    MappingFault,
    VoucherMapping,
    map_voucher,
    mapping_digest,
    parse_mapping,
    posting_intent,
)
from ap_domain.natural_key import NaturalKey
from ap_domain.posting import PostingIntent
from chassis.connections import Connection
from peoplesoft import Row

from voucher_poster.adapters.peoplesoft_clients import PeopleSoftSite

LARGE = 200
"""Coding rows from which an invoice is mapped beside the event loop: the others' calls must not wait for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingRequest:
    """`properties` by PeopleSoft's own names; the intent's request digest is that of the message built from them.

    `payment_hold` says whether a hold of the payment is asked for, `notes` what the voucher does not say as the
    document does, in sentences.
    """

    properties: Row
    intent: PostingIntent
    payment_hold: bool
    notes: tuple[str, ...] = ()


class PostingRequests:
    """Makes them by each connection's mapping, which is read and digested once per version of the connection."""

    def __init__(self) -> None:
        self._mappings: dict[str, tuple[int, VoucherMapping, str]] = {}

    async def of(
        self,
        invoice: ApprovedInvoice,
        connection: Connection,
        site: PeopleSoftSite,
        *,
        today: date,
        record: str,
    ) -> PostingRequest:
        """The request of this invoice by the mapping and the site's WSDL; the same input, the same bytes.

        Raises MappingFault and ConfigurationFault of the mapping, InvalidMessage when a value does not fit the site's
        message, and what reading the WSDL raises.
        """
        mapping, digest = self._mapping(connection)
        await site.interface.load_shape()
        make = partial(
            _made,
            invoice,
            mapping,
            site,
            digest=digest,
            rule=connection.peoplesoft.match,
            today=today,
            record=record,
        )
        if len(invoice.coding_rows) < LARGE:
            return make()
        return await asyncio.to_thread(make)

    def natural_key(
        self, invoice: ApprovedInvoice, connection: Connection, *, today: date
    ) -> NaturalKey | None:
        """What the invoice would be posted under; None where the mapping cannot make a voucher of it."""
        try:
            mapping, _ = self._mapping(connection)
            return map_voucher(invoice, mapping, today=today).natural_key
        except (MappingFault, ConfigurationFault):
            return None

    def _mapping(self, connection: Connection) -> tuple[VoucherMapping, str]:
        version, mapping, digest = self._mappings.get(connection.id, (None, None, ""))
        if mapping is None or version != connection.version:
            mapping = parse_mapping(connection.mapping)
            digest = mapping_digest(mapping)
            self._mappings[connection.id] = (connection.version, mapping, digest)
        return mapping, digest


def _made(
    invoice: ApprovedInvoice,
    mapping: VoucherMapping,
    site: PeopleSoftSite,
    *,
    digest: str,
    rule: tuple[str, ...],
    today: date,
    record: str,
) -> PostingRequest:
    draft = map_voucher(invoice, mapping, today=today)
    properties = _row(draft.properties())
    message = hashlib.sha256(site.vouchers.build_create(properties, record=record)).hexdigest()
    return PostingRequest(
        properties=properties,
        intent=replace(posting_intent(draft, mapping_digest=digest, request_digest=message), rule=rule),
        payment_hold=draft.payment_hold,
        notes=draft.notes,
    )


def _row(properties: Mapping[str, object]) -> Row:
    """A draft's properties are texts, amounts, dates and rows of such: exactly what a message takes."""
    for value in properties.values():
        if isinstance(value, Sequence) and not isinstance(value, str):
            for row in value:
                _row(row)
        elif not isinstance(value, str | Decimal | date):
            raise TypeError(f"{type(value).__name__} has no place in a voucher")
    return cast("Row", properties)
