"""A voucher as it will be sent: PeopleSoft's own property names, typed values, nothing left to decide."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ap_domain.mapping.voucher_mapping import VoucherMapping, mapping_digest
from ap_domain.money import plain
from ap_domain.natural_key import MatchFields, NaturalKey
from ap_domain.posting import PostingIntent

Value = str | Decimal | date
Properties = Mapping[str, Value]

LINES = "VOUCHER_LINE"
DISTRIBUTIONS = "DISTRIB_LINE"
"""The collections of a voucher by their record names; a site's component interface may call them otherwise.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Where the amount of a line is posted."""

    properties: Properties


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherLine:
    properties: Properties
    distributions: tuple[Distribution, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortened:
    """A description that was cut to fit; goes into the audit so that nothing is lost in silence."""

    field: str
    full_text: str
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherDraft:
    """Header, lines and their distributions; `shortened` lists the descriptions that did not fit whole."""

    header: Properties
    lines: tuple[VoucherLine, ...]
    natural_key: NaturalKey
    match: MatchFields
    shortened: tuple[Shortened, ...] = ()

    def properties(self) -> dict[str, object]:
        """The voucher as one nested mapping: header properties and the collections VOUCHER_LINE and
        DISTRIB_LINE.
        """
        return {
            **self.header,
            LINES: [
                {**line.properties, DISTRIBUTIONS: [dict(part.properties) for part in line.distributions]}
                for line in self.lines
            ],
        }


def draft_digest(draft: VoucherDraft) -> str:
    """SHA-256 in hex of what will be sent; 1160 and 1160.00 are the same amount and give the same digest."""
    text = json.dumps(draft.properties(), sort_keys=True, separators=(",", ":"), default=_text)
    return hashlib.sha256(text.encode()).hexdigest()


def posting_intent(draft: VoucherDraft, mapping: VoucherMapping) -> PostingIntent:
    """What has to be written down before the draft may be sent."""
    return PostingIntent(
        natural_key=draft.natural_key,
        match=draft.match,
        mapping_digest=mapping_digest(mapping),
        request_digest=draft_digest(draft),
    )


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"decimal {plain(value)}"
    if isinstance(value, date):
        return f"date {value.isoformat()}"
    raise TypeError(f"{type(value).__name__} has no place in a voucher")
