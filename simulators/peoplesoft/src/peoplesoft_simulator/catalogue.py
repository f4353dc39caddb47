"""The message catalogue: every (set, number) this simulator can say, and how far each is known to be true.

"confirmed" was seen in public documentation or code, "practitioner" was reported by people who run such a
site, "assumption" is invented here: such a number must never be relied upon by a client.
"""

from dataclasses import dataclass
from typing import Literal

Evidence = Literal["confirmed", "practitioner", "assumption"]
MessageType = Literal["OK", "Warning", "Error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """One message of the catalogue; `text` takes its parameters by position."""

    set: int
    number: int
    text: str
    evidence: Evidence

    def says(self, *parameters: str, type: MessageType = "Error") -> "Message":  # noqa: A002
        """The message with its parameters filled in, ending with (set,number) as PeopleSoft writes it."""
        text = f"{self.text.format(*parameters)} ({self.set},{self.number})"
        return Message(type=type, set=self.set, number=self.number, text=text, parameters=parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as it was said, in a `messages` element or in a fault."""

    type: MessageType
    set: int
    number: int
    text: str
    parameters: tuple[str, ...] = ()


def _entry(set_number: int, number: int, evidence: Evidence, text: str) -> CatalogueEntry:
    return CatalogueEntry(set=set_number, number=number, text=text, evidence=evidence)


PASSWORD_FAILED = _entry(158, 45, "confirmed", "User password failed.")
USER_UNKNOWN = _entry(158, 55, "practitioner", "User name {} is not defined.")
NOT_AUTHORISED = _entry(158, 536, "practitioner", "User {} not authorized to invoke Service Operation {}.")
XML_UNREADABLE = _entry(159, 5, "confirmed", "ParseXmlString: XML parser error: {}")
ROW_EXISTS = _entry(91, 49, "confirmed", "Row already exists with the specified keys. {{{}}}")
NO_ROWS = _entry(91, 50, "assumption", "No rows exist for the specified keys. {{{}}}")
OPERATION_UNKNOWN = _entry(158, 9001, "assumption", "No service operation answers to SOAPAction {}.")
NOT_THE_MESSAGE = _entry(158, 9002, "assumption", "Message does not fit its schema: {}")
SITE_UNKNOWN = _entry(158, 9003, "assumption", "No target connect node {} and no default.")
QUERY_UNKNOWN = _entry(158, 9010, "assumption", "Query {} does not exist or you may not run it.")
QUERY_REFUSED = _entry(158, 9011, "assumption", "Query {} cannot be run: {}")
QUERY_INSTANCE_UNKNOWN = _entry(158, 9012, "assumption", "There are no results of query instance {}.")
BLOCK_UNKNOWN = _entry(158, 9013, "assumption", "Query instance {} has no block {}.")

BUSINESS_UNIT_INVALID = _entry(7030, 9001, "assumption", "Invalid business unit {}.")
SETID_INVALID = _entry(7030, 9002, "assumption", "Supplier SetID {} is not the SetID of business unit {}.")
SUPPLIER_INVALID = _entry(7030, 9003, "assumption", "Supplier {} does not exist in SetID {}.")
SUPPLIER_NOT_APPROVED = _entry(7030, 9004, "assumption", "Supplier {} is not approved (status {}).")
LOCATION_MISSING = _entry(7030, 9005, "assumption", "Supplier {} has no default location.")
LOCATION_INVALID = _entry(7030, 9006, "assumption", "Location {} of supplier {} is not active on {}.")
FIELD_REQUIRED = _entry(7030, 9007, "assumption", "{} is required.")
CODE_INVALID = _entry(7030, 9008, "assumption", "{} {} is not a valid value.")
TOO_PRECISE = _entry(7030, 9009, "assumption", "{} {} has more decimals than currency {} has.")
PERIOD_CLOSED = _entry(7030, 9010, "assumption", "Accounting date {} is not in an open period of {}.")
NO_LINES = _entry(7030, 9011, "assumption", "A voucher must have at least one line.")
NO_DISTRIBUTION = _entry(
    7030, 9012, "assumption", "Voucher line {} has no distribution and no purchase order."
)
NUMBERED_TWICE = _entry(7030, 9013, "assumption", "{} {} was entered twice.")
OUT_OF_BALANCE = _entry(
    7030, 9014, "assumption", "Voucher is out of balance: gross amount {}, lines and charges {}."
)
LINE_OUT_OF_BALANCE = _entry(
    7030, 9015, "assumption", "Voucher line {} is out of balance: line {}, distributions {}."
)
CHARTFIELD_INVALID = _entry(
    7030, 9016, "assumption", "{} {} is not valid in SetID {} on {} (line {}, distribution {})."
)
GL_UNIT_INVALID = _entry(7030, 9017, "assumption", "Invalid GL business unit {} (line {}, distribution {}).")
RELATED_VOUCHER_MISSING = _entry(7030, 9018, "assumption", "Related voucher {} does not exist in {}.")
DUPLICATE_INVOICE = _entry(
    7030, 9020, "assumption", "Duplicate invoice: {} of supplier {} is already entered as voucher {}."
)
ADDRESS_INVALID = _entry(7030, 9021, "assumption", "{} {} is not an address of supplier {}.")
GROUP_UNKNOWN = _entry(7030, 9022, "assumption", "Control group {} does not exist in {}.")
GROUP_CLOSED = _entry(7030, 9023, "assumption", "Control group {} of {} is closed.")
DISCOUNT_DATE = _entry(7030, 9024, "assumption", "Discount due date {} is {} {} {}.")
DISCOUNT_TOO_LARGE = _entry(7030, 9025, "assumption", "Discount {} is not part of gross amount {}.")
RATE_INCOMPLETE = _entry(7030, 9026, "assumption", "RATE_MULT {} and RATE_DIV {} make no exchange rate.")
RATE_NOT_ONE = _entry(7030, 9027, "assumption", "{} is the base currency of {}; its rate is 1, not {}.")
GL_UNIT_NOT_ALLOWED = _entry(
    7030, 9028, "assumption", "GL business unit {} is not open to vouchers of {} (line {}, distribution {})."
)
RELATED_REQUIRED = _entry(7030, 9029, "assumption", "An adjustment voucher must name its related voucher.")
RELATED_OTHER_SUPPLIER = _entry(7030, 9030, "assumption", "Related voucher {} is of supplier {}, not {}.")
RELATED_DELETED = _entry(7030, 9031, "assumption", "Related voucher {} is deleted.")
VAT_CODE_INVALID = _entry(
    7030, 9032, "assumption", "VAT code {} on line {} is not valid for business unit {}."
)
VAT_WITHOUT_CODE = _entry(
    7030, 9033, "assumption", "VAT amount {} was entered but no line carries a VAT code."
)
VAT_AMOUNT_WRONG = _entry(
    7030, 9034, "assumption", "VAT amount {} was entered; the lines' VAT codes make {}."
)
EXEMPT_WITH_TAX = _entry(7030, 9035, "assumption", "Voucher is exempt from sales tax but carries {} of it.")
SALES_TAX_WITHOUT_LINE = _entry(
    7030, 9036, "assumption", "Sales tax {} was entered but no line is subject to sales tax."
)
PO_INVALID = _entry(7030, 9040, "assumption", "Purchase order {} does not exist in {} (line {}).")
PO_NOT_DISPATCHED = _entry(7030, 9041, "assumption", "Purchase order {} is not dispatched (status {}).")
PO_OTHER_SUPPLIER = _entry(7030, 9042, "assumption", "Purchase order {} is of supplier {}, not {}.")
PO_LINE_INVALID = _entry(7030, 9043, "assumption", "Purchase order {} has no line {} (voucher line {}).")
PO_SCHEDULE_INVALID = _entry(
    7030, 9044, "assumption", "Purchase order {} line {} has no schedule {} (voucher line {})."
)
RECEIVER_INVALID = _entry(
    7030, 9045, "assumption", "Receipt {} line {} is not of purchase order {} line {} (voucher line {})."
)
UNIT_OF_MEASURE = _entry(
    7030, 9046, "assumption", "Unit of measure {} is not {} as on purchase order {} line {}."
)
QUANTITY_REQUIRED = _entry(7030, 9047, "assumption", "Voucher line {} needs a quantity to be matched.")
OVER_MATCHED = _entry(
    7030,
    9048,
    "assumption",
    "Match exception: quantity {} vouchered on purchase order {} line {} exceeds {} that may be.",
)
UNDER_RETURNED = _entry(
    7030,
    9049,
    "assumption",
    "Match exception: more returned on purchase order {} line {} than was vouchered.",
)
PRICE_ABOVE_ORDER = _entry(
    7030, 9050, "assumption", "Match exception: price {} of voucher line {} is above {} of the order."
)
COMBINATION_REFUSED = _entry(
    7030, 9051, "assumption", "ChartField combination {} fails edit {} (line {}, distribution {})."
)
BUDGET_REFUSED = _entry(7030, 9052, "assumption", "Budget check {} fails for {} (line {}, distribution {}).")
ACCOUNT_UNUSABLE = _entry(
    7030,
    9053,
    "assumption",
    "Account {} is statistical or for budgets only and takes no amounts (line {}, distribution {}).",
)
ENTRIES = tuple(value for value in list(globals().values()) if isinstance(value, CatalogueEntry))
"""The whole table."""
