"""Which invoices are credit notes, and whether their sums are turned round.

Basware does not publish in which sign the sums of a credit note are written, so where type and sums contradict each
other nothing is guessed: a credit note taken for an invoice would be paid.
"""

import re
import unicodedata
from decimal import Decimal
from typing import NamedTuple

from ap_domain.approved_invoice import ApprovedInvoice
from ap_domain.mapping.faults import MappingFault
from ap_domain.mapping.voucher_mapping import CreditNotes, CreditNoteSign
from ap_domain.money import format_amount

_CODES = frozenset({"CN", "CR", "CRN", "CM", "381"})
"""Codes that stand for credit notes at many sites; 381 is UNTDID 1001's, which electronic invoices carry."""
_WORDS = re.compile(r"(?<!ac)[ck]redit(?!\W*([ck]ar[dt]|[ck]ort|or))|gutschrift|hyvitys|\bavoir\b|\babono\b")
"""English, Nordic, German, Finnish and Romance words, accents taken off; no credit cards and no creditors."""
_QUOTED = 40
"""Of a type's name, so that there is room for what to do about it."""


class CreditNote(NamedTuple):
    """What an invoice is: `negated` says that the voucher carries its sums in the other sign."""

    credit_note: bool
    negated: bool


def judged(invoice: ApprovedInvoice, gross: Decimal, rules: CreditNotes) -> CreditNote:
    """By the type and the gross sum. Raises MappingFault where they contradict each other."""
    code = invoice.fields.text("invoiceTypeCode")
    by_type = code in rules.types
    if gross > 0 and by_type and rules.sign is CreditNoteSign.AS_GIVEN:
        raise _fault(
            invoice,
            gross,
            f"invoiceTypeCode {code} is a credit note, whose sums must be negative "
            "(credit_notes.sign of the connection's mapping is as_given)",
        )
    if gross > 0 and not rules.types and not rules.none_by_type:
        name = _like_a_credit_note(invoice)
        if name is not None:
            raise _fault(
                invoice,
                gross,
                f"{name} looks like a credit note; its sums must be negative, or credit notes be listed in the "
                "mapping's credit_notes.types ([]: none)",
            )
    return CreditNote(
        credit_note=by_type or gross < 0,
        negated=by_type and gross > 0,
    )


def _like_a_credit_note(invoice: ApprovedInvoice) -> str | None:
    """The field that says so, and what it says; None if neither does."""
    for field in ("invoiceTypeCode", "invoiceTypeName"):
        value = invoice.fields.values.get(field)
        said = value.strip() if isinstance(value, str) else str(value)
        plain = unicodedata.normalize("NFKD", said).encode("ascii", "ignore").decode().lower()
        if _WORDS.search(plain) or (field == "invoiceTypeCode" and said.upper() in _CODES):
            return f"{field} {said[:_QUOTED]}"
    return None


def _fault(invoice: ApprovedInvoice, gross: Decimal, rule: str) -> MappingFault:
    return MappingFault(
        document=invoice.invoice_id,
        field="grossSum",
        value=format_amount(gross, currency=invoice.currency),
        rule=rule,
    )
