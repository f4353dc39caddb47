"""One way a payment can go: the rows of the query, and what they come to."""

from dataclasses import dataclass
from typing import Any

from ap_domain.payments import InstalmentState, PaymentStanding

State = InstalmentState
Standing = PaymentStanding


@dataclass(frozen=True, kw_only=True)
class Path:
    """Rows, as they differ from an unpaid instalment of 100 EUR, and what they come to."""

    rows: tuple[dict[str, Any], ...]
    states: tuple[State, ...]
    standing: Standing
    paid: str = "0"
    settled: bool = False
    held: str | None = None
    day: str | None = None
    discount: str = "0"
    withheld: str = "0"
    voucher: dict[str, Any] | None = None


def split(first: dict[str, Any], second: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two instalments of 60 and 40."""
    return {"PYMNT_GROSS_AMT": "60.00"} | first, {"PYMNT_CNT": "2", "PYMNT_GROSS_AMT": "40.00"} | second
