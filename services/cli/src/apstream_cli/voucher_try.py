"""What would be sent for one document: mapped and built like a real one, and not sent."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import cast

from ap_domain.approved_invoice import parse_document
from ap_domain.document_fault import DocumentFault
from ap_domain.mapping import ConfigurationFault, MappingFault, VoucherDraft, map_voucher, parse_mapping
from chassis.connections import Connection
from peoplesoft import InvalidMessage, PeopleSoftError, Row

from apstream_cli.refusal import Refusal
from apstream_cli.site import Site

__all__ = ["Tried", "try_document", "without_bank_details"]

BANK = re.compile(rb"(<(?:\w+:)?\w*(?:BANK|BNK|IBAN)\w*(?:\s[^<>]*)?>)[^<]*(</)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """``message`` is what a create sends, without the security header; ``digest`` is its SHA-256."""

    draft: VoucherDraft
    message: bytes = field(repr=False)
    digest: str


async def try_document(raw: bytes, connection: Connection, site: Site, *, today: date) -> Tried:
    """Reads the site's WSDL if need be and calls nothing else. Raises Refusal naming document, field, value, rule."""
    try:
        draft = map_voucher(parse_document(raw), parse_mapping(connection.mapping), today=today)
        await site.interface.load_shape()
        message = site.vouchers.build_create(_row(draft.properties()))
    except MappingFault as fault:
        would = "this document cannot become a voucher and would go back to Basware"
        raise Refusal(would, f"document: {fault.document}", *_fault(fault)) from None
    except DocumentFault as fault:
        raise Refusal(
            "this is no document that could be posted: a person would have to look", *_fault(fault)
        ) from None
    except ConfigurationFault as fault:
        raise Refusal(*(f"mapping: {problem}" for problem in fault.problems)) from None
    except InvalidMessage as invalid:
        raise Refusal(*(f"the site's message: {misfit}" for misfit in invalid.misfits)) from None
    except PeopleSoftError as error:
        raise Refusal(f"{error} (or give the WSDL as a file with --wsdl)") from None
    return Tried(draft=draft, message=message, digest=hashlib.sha256(message).hexdigest())


def without_bank_details(message: bytes) -> bytes:
    """The message with the values of properties that name a bank or an account in one made unreadable."""
    return BANK.sub(rb"\1***\2", message)


def _fault(fault: MappingFault | DocumentFault) -> tuple[str, ...]:
    return (f"field: {fault.field}", f"value: {fault.value or '(blank)'}", f"rule: {fault.rule}")


def _row(properties: Mapping[str, object]) -> Row:
    """A draft's properties are texts, amounts, dates and rows of such: exactly what a message takes."""
    for value in properties.values():
        if isinstance(value, Sequence) and not isinstance(value, str):
            for row in value:
                _row(row)
        elif not isinstance(value, str | Decimal | date):
            raise TypeError(f"{type(value).__name__} has no place in a voucher")
    return cast("Row", properties)
