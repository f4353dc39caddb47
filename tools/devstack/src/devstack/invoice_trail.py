"""How far one invoice has come, read from the books of both simulated systems and from nothing of ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_DELETED = "X"
_FAILED = ("TransferFailed", "TransferRejected")

STEPS = (
    "webhook answered 200",
    "document fetched",
    "acknowledged to Basware",
    "posted in PeopleSoft",
    "reported to Basware",
    "confirmed by Basware",
)
"""In the order in which an invoice takes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceTrail:
    """What both books say of an invoice. `vouchers` are the live ones, as business unit/voucher id."""

    webhook_answered: bool
    fetches: int
    acknowledged: bool
    vouchers: tuple[str, ...]
    reports: int
    status: str
    reported_voucher: str | None
    violations: tuple[str, ...]

    @classmethod
    def read(cls, document: Mapping[str, Any], vouchers: Sequence[Mapping[str, Any]]) -> "InvoiceTrail":
        """From Basware's /control/documents/<id> and PeopleSoft's /control/vouchers for the invoice number."""
        attempts = [attempt for task in document["notifications"] for attempt in task["attempts"]]
        return cls(
            webhook_answered=any(attempt["status"] == 200 for attempt in attempts),
            fetches=document["fetches"],
            acknowledged=document["acknowledged"],
            vouchers=tuple(
                f"{voucher['BUSINESS_UNIT']}/{voucher['VOUCHER_ID']}"
                for voucher in vouchers
                if voucher["ENTRY_STATUS"] != _DELETED
            ),
            reports=len(document["responses"]),
            status=document["status"],
            reported_voucher=document["voucherNumber1"],
            violations=tuple(f"{found['rule']}: {found['detail']}" for found in document["violations"]),
        )

    @property
    def confirmed(self) -> bool:
        """Transferred at Basware with exactly the VOUCHER_ID of the one live voucher in PeopleSoft."""
        if len(self.vouchers) != 1 or self.status != "Transferred":
            return False
        return self.vouchers[0].split("/")[1] == self.reported_voucher

    @property
    def failed(self) -> bool:
        """It has ended in a way that a person at the customer must mend."""
        return self.status in _FAILED or len(self.vouchers) > 1

    def reached(self) -> dict[str, str]:
        """The steps that are taken, in their order, each with what there is to say about it."""
        details = (
            "" if self.webhook_answered else None,
            f"{self.fetches} fetch{'es' if self.fetches > 1 else ''}" if self.fetches else None,
            "" if self.acknowledged else None,
            f"voucher {' and '.join(self.vouchers)}" if self.vouchers else None,
            "" if self.reports else None,
            f"{self.status}, voucher {self.reported_voucher}" if self.confirmed else None,
        )
        return {step: said for step, said in zip(STEPS, details, strict=True) if said is not None}
