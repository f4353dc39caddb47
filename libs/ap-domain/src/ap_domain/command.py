"""What a person orders about one record, as it travels on ``ap.commands`` to the owner of the record."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["Action", "Command", "CommandedLedger", "VoucherLink"]


class Action(StrEnum):
    """What may be ordered. Nothing here changes what an invoice says: amounts, supplier and coding stay as approved."""

    RESUBMIT = "resubmit"
    """Go on from where it waits for a person, through the same guards as ever."""
    SEND_BACK = "send_back"
    """Tell Basware that it was not transferred; only once PeopleSoft shows no voucher of it."""
    DISCARD = "discard"
    """Do nothing more about it here; it was dealt with by hand."""
    LINK = "link"
    """A voucher that a person names stands for the invoice, once PeopleSoft shows that it can."""
    RUN_NOW = "run_now"
    """Polls: read what changed of the subject at once."""
    RUN_FULL = "run_full"
    """Polls: read the whole subject at once and compare."""
    ACCEPT_SHRINK = "accept_shrink"
    """Master data: read the whole entity at once; what is missing in it is really gone."""
    RESEND = "resend"
    """Master data: import again, although nothing changed."""


class CommandedLedger(StrEnum):
    """Whose record is meant."""

    DOCUMENTS = "documents"
    VOUCHERS = "vouchers"
    MASTERDATA = "masterdata"
    PAYMENTS = "payments"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherLink:
    """The voucher that shall stand for an invoice, and the invoice's number as Basware has it."""

    business_unit: str
    voucher_id: str
    invoice_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One order. It holds only for the entry it was given for: ``expected_sequence`` is the number that entry had
    (0 for polls and master data, where an order says what should be read or sent again, not what to make of one entry,
    and for a link of an invoice that the ledger does not know).

    ``record_id`` is Basware's invoice id, of polls the subject, of master data the entity or ``entity/external code``;
    ``voucher`` comes with a link only; ``reason`` is the
    person's, and goes into the audit (and, with a sent-back invoice, to the clerk). After ``expires_at`` it is refused.
    """

    command_id: str
    connection_id: str
    ledger: CommandedLedger
    record_id: str
    action: Action
    reason: str
    actor: str
    issued_at: datetime
    expires_at: datetime
    expected_sequence: int
    voucher: VoucherLink | None = None
