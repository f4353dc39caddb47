"""What P2P holds of the payment of one invoice."""

from dataclasses import dataclass, field
from datetime import datetime

from .typed import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentHeld:
    """The latest picture of a payment, and what came of all that were sent.

    Args:
        shown: the fields of the latest response that took effect; those it left out are not there.
        since: when it took effect, by the simulated clock.
        taken: the number of its request; an older one that is processed later has expired.
        received: stored responses, which end as applied, logged (`success` false) or refused by P2P.
        newest, newest_accepted: number and time of the latest request, done or not.
        content: digest of the latest response without its external code, unless P2P refused it.
    """

    shown: JsonObject = field(default_factory=dict)
    since: datetime | None = None
    taken: int = 0
    received: int = 0
    applied: int = 0
    logged: int = 0
    refused: int = 0
    newest: int = 0
    newest_accepted: datetime | None = None
    content: str = ""
