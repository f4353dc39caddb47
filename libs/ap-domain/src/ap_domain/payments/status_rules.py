"""What PeopleSoft's status codes mean, one rule a code, with the source of each and how sure it is.

Sources: the FSCM 9.2 data dictionary (records and translate values of PYMNT_VCHR_XREF, PAYMENT_TBL and VOUCHER) says
which codes there are and what they are called. What follows from a code is confirmed where the name leaves no doubt,
else an assumption that a site can correct under `payments.statuses`.
"""

from dataclasses import dataclass
from enum import StrEnum

from ap_domain.payments.picture import ExceptionKind, InstalmentState

__all__ = [
    "COUNTING",
    "ENDED",
    "HOLD_REASONS",
    "STATUS_RULES",
    "Certainty",
    "StatusField",
    "StatusRule",
    "rules_of",
]

ENDED = frozenset(
    {
        InstalmentState.PAID,
        InstalmentState.PREPAID,
        InstalmentState.NETTED,
        InstalmentState.ZERO,
        InstalmentState.CANCELLED,
        InstalmentState.ESCHEATED,
    }
)
"""States after which nothing more happens by itself: a voucher is settled when all its instalments are in one."""

COUNTING = frozenset({InstalmentState.PAID, InstalmentState.ESCHEATED})
"""States whose money the supplier has, or whose debt to the supplier is met."""


class Certainty(StrEnum):
    CONFIRMED = "confirmed"
    ASSUMPTION = "assumption"


class StatusField(StrEnum):
    """PeopleSoft's fields whose codes decide."""

    SELECTION = "PYMNT_SELCT_STATUS"
    ACTION = "PYMNT_ACTION"
    PAYMENT = "PYMNT_STATUS"
    CANCEL = "CANCEL_ACTION"
    ENTRY = "ENTRY_STATUS"
    MATCH = "MATCH_STATUS_VCHR"
    APPROVAL = "APPR_STATUS"
    BUDGET = "BUDGET_HDR_STATUS"
    POSTING = "POST_STATUS_AP"
    CLOSE = "CLOSE_STATUS"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRule:
    """One code: PeopleSoft's word for it, the state it stands for (of a payment's status: what it makes of an
    instalment that it carried), and the exception a voucher has in it. Without either, it changes nothing.
    """

    field: StatusField
    code: str
    name: str
    state: InstalmentState | None = None
    exception: ExceptionKind | None = None
    source: str
    certainty: Certainty


_DICTIONARY = "FSCM 9.2 data dictionary, translate values"
_EFFECT = "the dictionary names the code; what follows from it is how sites use it"
_PRACTICE = "named by practitioners"
_USUAL = "usual code, not read in the dictionary"


def _rule(
    field: StatusField,
    code: str,
    name: str,
    means: InstalmentState | ExceptionKind | None,
    *,
    source: str = _DICTIONARY,
) -> StatusRule:
    return StatusRule(
        field=field,
        code=code,
        name=name,
        state=means if isinstance(means, InstalmentState) else None,
        exception=means if isinstance(means, ExceptionKind) else None,
        source=source,
        certainty=Certainty.ASSUMPTION if source in (_EFFECT, _USUAL) else Certainty.CONFIRMED,
    )


_S, _A, _P, _C = StatusField.SELECTION, StatusField.ACTION, StatusField.PAYMENT, StatusField.CANCEL
_I, _E = InstalmentState, ExceptionKind

STATUS_RULES: tuple[StatusRule, ...] = (
    _rule(_S, "N", "not selected", _I.SCHEDULED),
    _rule(_S, "R", "requested", _I.SELECTED),
    _rule(_S, "I", "in process, electronic transfer", _I.SELECTED),
    _rule(_S, "S", "settlement", _I.SELECTED, source=_EFFECT),
    _rule(_S, "P", "paid", _I.PAID),
    _rule(_S, "E", "externally paid", _I.PAID),
    _rule(_S, "Y", "prepaid", _I.PREPAID),
    _rule(_S, "X", "cancelled", _I.CANCELLED),
    _rule(_S, "C", "closed", _I.CANCELLED, source=_EFFECT),
    _rule(_S, "D", "negative voucher sum: waits for invoices to set off", _I.SCHEDULED, source=_EFFECT),
    _rule(_S, "O", "financial sanctions review", _I.UNDER_REVIEW),
    _rule(_S, "F", "federal sanctions error", _I.UNDER_REVIEW, source=_EFFECT),
    _rule(_S, "V", "convert error", _I.FAILED),
    _rule(_A, "S", "schedule", None),
    _rule(_A, "R", "record a payment", None),
    _rule(_A, "P", "prepayment applied", _I.PREPAID, source=_EFFECT),
    _rule(_A, "W", "escheat", _I.ESCHEATED, source=_EFFECT),
    _rule(_A, "X", "cancelled", _I.CANCELLED, source=_EFFECT),
    _rule(_P, "P", "paid", _I.PAID),
    _rule(_P, "N", "reprinted", _I.PAID, source=_EFFECT),
    _rule(_P, "R", "replaced by another document", _I.PAID, source=_EFFECT),
    _rule(_P, "L", "stale: not cashed for long", _I.PAID, source=_EFFECT),
    _rule(_P, "T", "escheatment undone", _I.PAID, source=_EFFECT),
    _rule(_P, "U", "cancellation undone", _I.PAID, source=_EFFECT),
    _rule(_P, "W", "escheated", _I.ESCHEATED),
    _rule(_P, "V", "void", _I.REOPENED),
    _rule(_P, "S", "stopped", _I.REOPENED),
    _rule(_P, "X", "deleted", _I.REOPENED, source=_EFFECT),
    _rule(_P, "O", "overflow page of a cheque", None, source=_EFFECT),
    _rule(_P, "A", "alignment page of a cheque", None, source=_EFFECT),
    _rule(_P, "E", "prenote: a test without money", None, source=_EFFECT),
    _rule(_C, "N", "none", None),
    _rule(_C, "P", "processed", None, source=_EFFECT),
    _rule(_C, "S", "stale", None, source=_EFFECT),
    _rule(_C, "R", "re-open for another payment", _I.REOPENED),
    _rule(_C, "H", "re-open on hold", _I.ON_HOLD),
    _rule(_C, "C", "close the liability", _I.CANCELLED),
    _rule(_C, "W", "escheated", _I.ESCHEATED, source=_EFFECT),
    _rule(StatusField.ENTRY, "P", "postable", None, source=_PRACTICE),
    _rule(StatusField.ENTRY, "R", "recycled", _E.RECYCLED),
    _rule(StatusField.ENTRY, "D", "defaulted", _E.INCOMPLETE, source=_PRACTICE),
    _rule(StatusField.ENTRY, "E", "edited", _E.INCOMPLETE, source=_PRACTICE),
    _rule(StatusField.ENTRY, "L", "reviewed", _E.INCOMPLETE, source=_PRACTICE),
    _rule(StatusField.ENTRY, "M", "modified", _E.INCOMPLETE, source=_PRACTICE),
    _rule(StatusField.ENTRY, "O", "open", _E.INCOMPLETE, source=_PRACTICE),
    _rule(StatusField.ENTRY, "T", "template", _E.INCOMPLETE, source=_USUAL),
    _rule(StatusField.ENTRY, "X", "deleted", _E.DELETED, source=_USUAL),
    _rule(StatusField.MATCH, "N", "not applicable", None, source=_USUAL),
    _rule(StatusField.MATCH, "T", "to be matched", None, source=_USUAL),
    _rule(StatusField.MATCH, "M", "matched", None, source=_USUAL),
    _rule(StatusField.MATCH, "O", "overridden", None, source=_USUAL),
    _rule(StatusField.MATCH, "C", "credit note created", None, source=_USUAL),
    _rule(StatusField.MATCH, "E", "match exceptions", _E.MATCH, source=_USUAL),
    _rule(StatusField.MATCH, "D", "match dispute", _E.MATCH, source=_USUAL),
    _rule(StatusField.APPROVAL, "A", "approved", None),
    _rule(StatusField.APPROVAL, "P", "pending", None),
    _rule(StatusField.APPROVAL, "D", "denied", _E.DENIED),
    _rule(StatusField.BUDGET, "V", "valid", None, source=_USUAL),
    _rule(StatusField.BUDGET, "N", "not checked", None, source=_USUAL),
    _rule(StatusField.BUDGET, "P", "provisional or in process", None, source=_USUAL),
    _rule(StatusField.BUDGET, "E", "error", _E.BUDGET, source=_USUAL),
    _rule(StatusField.POSTING, "N", "not posted", None),
    _rule(StatusField.POSTING, "P", "posted", None),
    _rule(StatusField.POSTING, "U", "unposted", None),
    _rule(StatusField.CLOSE, "O", "open", None),
    _rule(StatusField.CLOSE, "C", "closed", _E.CLOSED),
)

HOLD_REASONS = {
    "ACC": "accounting in dispute",
    "AMT": "amount in dispute",
    "FNS": "financial sanctions",
    "GDS": "goods in dispute",
    "OTH": "other reason",
    "QTY": "quantity in dispute",
    "WTH": "withholding",
}
"""PYMNT_HOLD_REASON in words (assumption: the dictionary has the codes). Another code is shown as it is."""


def rules_of(field: StatusField) -> dict[str, StatusRule]:
    """The rules of one field by code."""
    return {rule.code: rule for rule in STATUS_RULES if rule.field is field}
