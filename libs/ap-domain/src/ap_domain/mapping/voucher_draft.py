"""A voucher as it will be sent: PeopleSoft's own property names, typed values, nothing left to decide."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ap_domain.mapping.rule import Value
from ap_domain.natural_key import MatchFields, NaturalKey
from ap_domain.posting import PostingIntent

Properties = Mapping[str, Value]

LINES = "VOUCHER_LINE"
DISTRIBUTIONS = "DISTRIB_LINE"
"""The collections of a voucher by their record names; a site's component interface may call them otherwise.
"""
_PAYMENT_NUMBER = "PYMNT_CNT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Where the amount of a line is posted."""

    properties: Properties


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherLine:
    """`distributions` is empty where PeopleSoft takes them from the purchase order."""

    properties: Properties
    distributions: tuple[Distribution, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortened:
    """A description that was cut to fit; goes into the audit so that nothing is lost in silence."""

    field: str
    full_text: str
    limit: int

    def __str__(self) -> str:
        return f"{self.field} was shortened to {self.limit} characters; in full: {self.full_text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transliterated:
    """A description that was written in ASCII because its rule says so."""

    field: str
    full_text: str
    text: str

    def __str__(self) -> str:
        return f"{self.field} was transliterated; in full: {self.full_text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherDraft:
    """Header, lines and their distributions, and the scheduled payment where the site has a collection for it.

    `decisions` are what the mapping's settings changed against the document (a date moved to an open day, a
    rounding line, a sign): one sentence each. With `shortened` and `transliterated` they belong in the audit.
    """

    header: Properties
    lines: tuple[VoucherLine, ...]
    natural_key: NaturalKey
    match: MatchFields
    shortened: tuple[Shortened, ...] = ()
    transliterated: tuple[Transliterated, ...] = ()
    decisions: tuple[str, ...] = ()
    payment: Properties = field(default_factory=dict)
    payment_collection: str = ""

    @property
    def payment_hold(self) -> bool:
        """Whether the voucher asks for a payment hold, wherever the property stands."""
        return "Y" in (self.header.get("PYMNT_HOLD"), self.payment.get("PYMNT_HOLD"))

    @property
    def notes(self) -> tuple[str, ...]:
        """Everything that the voucher does not say as the document does, as sentences for people."""
        return (*self.decisions, *map(str, self.shortened), *map(str, self.transliterated))

    def properties(self) -> dict[str, object]:
        """The voucher as one nested mapping: header properties and the collections VOUCHER_LINE, DISTRIB_LINE
        and, where the connection names one, that of the payment.
        """
        voucher: dict[str, object] = dict(self.header)
        if self.payment:
            voucher[self.payment_collection] = [{_PAYMENT_NUMBER: Decimal(1), **self.payment}]
        voucher[LINES] = [_line(line) for line in self.lines]
        return voucher


def posting_intent(draft: VoucherDraft, *, mapping_digest: str, request_digest: str) -> PostingIntent:
    """What has to be written down before the draft may be sent; the digests are of its mapping and its message."""
    return PostingIntent(
        natural_key=draft.natural_key,
        match=draft.match,
        mapping_digest=mapping_digest,
        request_digest=request_digest,
    )


def _line(line: VoucherLine) -> dict[str, object]:
    properties: dict[str, object] = dict(line.properties)
    if line.distributions:
        properties[DISTRIBUTIONS] = [dict(part.properties) for part in line.distributions]
    return properties
