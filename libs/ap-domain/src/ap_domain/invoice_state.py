"""What is remembered of one invoice: the body of its entry in the ledger `peoplesoft.vouchers`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ap_domain.payments.told import PaymentTold
from ap_domain.posting import PostingIntent, VoucherRef


class Step(StrEnum):
    """fetched -> acknowledged -> posted -> reported -> confirmed -> paid: the step names what is wanted next.

    A connection in shadow mode is only rehearsed; an invoice that is offered again although a voucher of it is known
    revisits that voucher first; a voucher that a person names for it is linked. The last five want nothing more, until
    a picture of its payment brings something to tell.
    """

    REHEARSE = "rehearse"
    REVISIT = "revisit"
    ACKNOWLEDGE = "acknowledge"
    POST = "post"
    VERIFY = "verify"
    REPORT = "report"
    CONFIRM = "confirm"
    LINK = "link"
    REPORT_PAYMENT = "report_payment"
    CONFIRM_PAYMENT = "confirm_payment"
    CONFIRMED = "confirmed"
    PAID = "paid"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRef:
    """Where a fetch of the document stands on `basware.accounting-documents`, and what it is known by.

    `revision` is the hash of what a coder or approver can change, `digest` the sha256 of Basware's bytes,
    `fetched_at` the instant Basware was asked. `shadow`: fetched while the connection was in shadow mode;
    `batch_id` names the transfer that offered it.
    """

    partition: int
    offset: int
    fetch_number: int
    fetched_at: datetime
    status: str
    revision: str
    digest: str
    shadow: bool = False
    batch_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A transferResponse, fixed before it is sent so that a repeat is the same response.

    `number` counts the reports of this invoice; `request_id` is Basware's, once it stored the report; `repeats` says
    how often Basware forgot it, so that it was sent again.
    """

    number: int
    success: bool
    message: str
    payment_block: bool = False
    request_id: str | None = None
    repeats: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReport:
    """A paymentResponse, fixed before it is sent. `number` counts those of this invoice; `request_id` is Basware's;
    `overtaken` says how often in a row the same was sent anew because Basware dropped it for a later one.
    """

    number: int
    told: PaymentTold
    request_id: str | None = None
    overtaken: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentState:
    """What is known of the voucher's payment, and what Basware knows of it.

    `poll_offset`, `observed_at` and `digest` are those of the newest picture taken in, `standing` its standing;
    `wanted` is what Basware should be told (None: nothing yet), `told` what it confirmed last (None also where it may
    show something else since), `given_up` what a person decided not to tell it; `report` is under way; `unknown` are
    codes of PeopleSoft's that nobody has a rule for, which hold the report back; `reports` counts.
    """

    poll_offset: int
    digest: str
    standing: str
    settled: bool = False
    wanted: PaymentTold | None = None
    told: PaymentTold | None = None
    unknown: tuple[str, ...] = ()
    report: PaymentReport | None = None
    reports: int = 0
    observed_at: datetime | None = None
    given_up: PaymentTold | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOrder:
    """A voucher that a person named for the invoice, whose number is `invoice_number`, until PeopleSoft was asked.

    `step`, `parked` (else final) and `reason` are where the invoice stood: there it stays if the voucher cannot stand
    for it.
    """

    business_unit: str
    voucher_id: str
    invoice_number: str
    step: str
    parked: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateSearch:
    """One more search, not before `due`, for what creates that counted as not happened may have brought about after
    all: `intents` are what they sent. `found` are the vouchers it found beside the invoice's own.
    """

    due: datetime
    intents: tuple[PostingIntent, ...]
    found: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceState:
    """The body of an invoice's ledger entry.

    `document` is the fetch acted on, `newer` one that arrived while that could not be replaced; `cycle` counts
    transfers of the invoice; `acknowledged_at`, `acknowledged_batch` and `acknowledged_fetch` tell a fetch that was
    made before our acknowledge landed from a document that is offered again; `acknowledge_tried` is the batch ("" where
    Basware names none) of which an acknowledge may have taken effect without an answer; `intent` stands while a voucher
    made of it exists or may exist; `posted_revision` is the content the voucher was made of, `posted_at` when we
    learned of it, `payment_block` whether it is held; `write_after` is when Basware's record may be written again;
    `refusal` keeps a rejection that must be checked against PeopleSoft before it is told; `doubted` is the revision of
    a create whose outcome was unknown and that was then not found, `repeats` the vouchers that stood under the number
    before the first create and are not this invoice's; `rehearsal` says what would have come of it in shadow mode;
    `link` is a voucher that a person named and that is looked at, `linked` says that the invoice's voucher came so;
    `currency` is the invoice's; `late` is a search that is still to come.
    """

    invoice_id: str
    invoice_number: str = ""
    cycle: int = 1
    acknowledged_at: datetime | None = None
    acknowledged_batch: str | None = None
    acknowledged_fetch: int | None = None
    acknowledge_tried: str | None = None
    document: DocumentRef
    newer: DocumentRef | None = None
    intent: PostingIntent | None = None
    voucher: VoucherRef | None = None
    posted_revision: str | None = None
    posted_at: datetime | None = None
    payment_block: bool = False
    refusal: str | None = None
    doubted: str | None = None
    repeats: tuple[str, ...] = ()
    rehearsal: str = ""
    report: Report | None = None
    reports: int = 0
    write_after: datetime | None = None
    currency: str = ""
    payment: PaymentState | None = None
    link: LinkOrder | None = None
    linked: bool = False
    late: LateSearch | None = None
