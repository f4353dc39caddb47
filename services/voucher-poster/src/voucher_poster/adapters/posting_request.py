"""What is sent for one invoice: mapped, built to the last byte, and digested before anything is started."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import cast

from ap_domain.approved_invoice import ApprovedInvoice
from ap_domain.mapping import map_voucher, parse_mapping, posting_intent
from ap_domain.posting import PostingIntent
from chassis.connections import Connection
from peoplesoft import Row

from voucher_poster.adapters.peoplesoft_clients import PeopleSoftSite


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingRequest:
    """`properties` by PeopleSoft's own names; the intent's request digest is that of the message built from them.

    `payment_hold` says whether a hold of the payment is asked for.
    """

    properties: Row
    intent: PostingIntent
    payment_hold: bool


async def posting_request(
    invoice: ApprovedInvoice, connection: Connection, site: PeopleSoftSite, *, today: date, record: str
) -> PostingRequest:
    """The request of this invoice by the connection's mapping and the site's WSDL; the same input, the same bytes.

    Raises MappingFault and ConfigurationFault of the mapping, InvalidMessage when a value does not fit the site's
    message, and what reading the WSDL raises.
    """
    mapping = parse_mapping(connection.mapping)
    draft = map_voucher(invoice, mapping, today=today)
    await site.interface.load_shape()
    properties = _row(draft.properties())
    message = site.vouchers.build_create(properties, record=record)
    digest = hashlib.sha256(message).hexdigest()
    return PostingRequest(
        properties=properties,
        intent=replace(posting_intent(draft, mapping), request_digest=digest),
        payment_hold=draft.payment_hold,
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
