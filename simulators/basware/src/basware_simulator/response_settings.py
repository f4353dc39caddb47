"""How one simulated tenant deals with responses; what Basware does not publish is an assumption each time."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from pydantic import ConfigDict


class RepeatedResponse(StrEnum):
    """What a stored response gets when it comes once more (assumption: published nowhere).

    IDEMPOTENT answers 200 and stores nothing, CONFLICT answers 409, REFUSED 400.
    """

    IDEMPOTENT = "idempotent"
    CONFLICT = "conflict"
    REFUSED = "refused"


class PaidWhen(StrEnum):
    """What makes an invoice Paid: its gross is covered, anything was paid at all, or no payment response ever."""

    COVERED = "covered"
    FIRST_PAYMENT = "first_payment"
    NEVER = "never"


class Untransferred(StrEnum):
    """What a payment response meets while the invoice is neither Transferred nor Paid."""

    REFUSED = "refused"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSettings:
    """Everything about payments that the control API can change while it runs.

    Args:
        repeat: see `RepeatedResponse`, for any response under an external code that was used, equal or not.
        untransferred: see `Untransferred`.
        paid_when: see `PaidWhen`.
        reopens: whether a later response that shows less takes the invoice back from Paid to Transferred.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    repeat: RepeatedResponse = RepeatedResponse.CONFLICT
    untransferred: Untransferred = Untransferred.REFUSED
    paid_when: PaidWhen = PaidWhen.COVERED
    reopens: bool = True
