"""What people at a site do to vouchers by hand: act on one, or key one in."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from peoplesoft_simulator.component import NEXT
from peoplesoft_simulator.reference_data import ReferenceData
from peoplesoft_simulator.row import Row, row_from_json
from peoplesoft_simulator.site import STRICT, Settings
from peoplesoft_simulator.stamping import Timed
from peoplesoft_simulator.structure import DISTRIBUTION, LINE, header_field
from peoplesoft_simulator.world import DEFAULT_NODE

Distributions = list[dict[str, str]]
Lines = list[dict[str, str | Distributions]]
Entered = dict[str, str | Lines]
"""A voucher as JSON: text for every value, amounts too, so that no float comes near money."""

Action = Literal[
    "delete",
    "close",
    "reopen",
    "recycle",
    "make_postable",
    "hold",
    "release",
    "post",
    "unpost",
    "approve",
    "deny",
    "match_exception",
    "matched",
    "budget_error",
    "budget_valid",
    "pay",
    "void_payment",
    "change",
    "set_status",
]
_EFFECTS: dict[Action, dict[str, str]] = {
    "delete": {"ENTRY_STATUS": "X"},
    "close": {"CLOSE_STATUS": "C"},
    "reopen": {"CLOSE_STATUS": "O"},
    "recycle": {"ENTRY_STATUS": "R"},
    "make_postable": {"ENTRY_STATUS": "P", "DUP_INVOICE_STATUS": ""},
    "hold": {"PYMNT_HOLD": "Y"},
    "release": {"PYMNT_HOLD": "N", "PYMNT_HOLD_REASON": ""},
    "post": {"POST_STATUS_AP": "P"},
    "unpost": {"POST_STATUS_AP": "U"},
    "approve": {"APPR_STATUS": "A"},
    "deny": {"APPR_STATUS": "D"},
    "match_exception": {"MATCH_STATUS_VCHR": "E"},
    "matched": {"MATCH_STATUS_VCHR": "M"},
    "budget_error": {"BUDGET_HDR_STATUS": "E"},
    "budget_valid": {"BUDGET_HDR_STATUS": "V"},
    "pay": {},
    "void_payment": {},
    "change": {},
    "set_status": {},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherAction(Timed):
    """What a clerk does to a voucher. No edit stands in the way: a test means what it orders.

    `reason` is the hold's (PYMNT_HOLD_REASON), `payment_id` that of a payment that pays the voucher whole, the next
    one unless given; `values` are header values by canonical name for "change", an empty one takes the field out.
    """

    __pydantic_config__ = STRICT

    action: Action
    node: str = DEFAULT_NODE
    entry_status: str | None = None
    close_status: str | None = None
    post_status_ap: str | None = None
    match_status: str | None = None
    approval_status: str | None = None
    budget_status: str | None = None
    reason: str = "OTH"
    payment_id: str | None = None
    values: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = [name for name in self.values if not _is_header_field(name)]
        if unknown:
            raise ValueError(f"the voucher header has no {', '.join(unknown)}")

    def effect(self) -> dict[str, str]:
        """The header values to set."""
        given = {
            "ENTRY_STATUS": self.entry_status,
            "CLOSE_STATUS": self.close_status,
            "POST_STATUS_AP": self.post_status_ap,
            "MATCH_STATUS_VCHR": self.match_status,
            "APPR_STATUS": self.approval_status,
            "BUDGET_HDR_STATUS": self.budget_status,
        }
        own: dict[Action, dict[str, str]] = {
            "hold": {"PYMNT_HOLD_REASON": self.reason},
            "change": self.values,
            "set_status": {name: value for name, value in given.items() if value is not None},
        }
        return {**_EFFECTS[self.action], **own.get(self.action, {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedVoucher:
    """A voucher keyed online, canonical as GET /control/vouchers shows it; the edits apply as they do to all.

    Without lines it gets one over the gross amount less the charges, coded to `account`. A duplicate warning can
    be overridden, as a clerk can where the site warns (assumption).
    """

    __pydantic_config__ = STRICT

    voucher: Entered
    node: str = DEFAULT_NODE
    operator: str = "CLERK1"
    account: str = "18620"
    override_duplicates: bool = False

    def __post_init__(self) -> None:
        unknown = [name for name in self.voucher if name != LINE and not _is_header_field(name)]
        if unknown:
            raise ValueError(f"the voucher header has no {', '.join(unknown)}")

    def row(self, *, now: datetime) -> Row:
        """The row as entered; origin ONL and the invoice date today unless given."""
        usual = {"VOUCHER_ID": NEXT, "ORIGIN": "ONL", "INVOICE_DT": now.date().isoformat()}
        entered = row_from_json(usual | self.voucher)
        if entered.children(LINE):
            return entered
        charges = ("SALETX_AMT", "FREIGHT_AMT", "MISC_AMT", "VAT_ENTRD_AMT")
        net = entered.amount("GROSS_AMT") - sum(entered.amount(name) for name in charges)
        amount = {"MERCHANDISE_AMT": f"{net:f}"}
        coded = Row(values={"DISTRIB_LINE_NUM": "1", "ACCOUNT": self.account, **amount})
        line = Row(values={"VOUCHER_LINE_NUM": "1", **amount}, rows={DISTRIBUTION: (coded,)})
        return entered.with_children(LINE, (line,))

    def rules(self, data: ReferenceData, settings: Settings) -> tuple[ReferenceData, Settings]:
        """The site's data and settings as they hold for this entry."""
        if not self.override_duplicates:
            return data, settings
        units = (replace(unit, duplicate_action=None) for unit in data.business_units.values())
        return data.with_business_units(units), replace(settings, duplicate_action="warn")


def _is_header_field(name: str) -> bool:
    try:
        header_field(name)
    except KeyError:
        return False
    return True
