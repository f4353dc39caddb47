"""Basware as the invoice's calls meet it: documents, transfers, payments, and what becomes of responses."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal

from ap_domain.payments import PaymentTold

from .sim_loop import SimLoop

Fate = Literal["success", "overtaken", "problem"]

WAITING, IN_PROGRESS = "WaitingForTransfer", "TransferInProgress"
TRANSFERRED, FAILED = "Transferred", "TransferFailed"


@dataclass(slots=True)
class BaswareDocument:
    """Basware's record of one invoice. `batch` counts its transfers; `shown` is what it shows of the payment."""

    status: str = WAITING
    batch: int = 1
    acknowledged: int = 0
    responses: dict[str, tuple[bool, str]] = field(default_factory=dict)
    voucher: str = ""
    payments: dict[str, PaymentTold] = field(default_factory=dict)
    shown: PaymentTold | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A response that was stored, when it is carried out or not, and which of the two."""

    invoice: str
    settles: float
    fate: Fate


class Basware:
    """`trouble`: how likely it does not carry out a payment. What must never be asked of it is a violation."""

    def __init__(self, loop: SimLoop, *, trouble: float = 0.0) -> None:
        self._loop = loop
        self.troubled = trouble > 0.0
        self._trouble = trouble
        self.documents: defaultdict[str, BaswareDocument] = defaultdict(BaswareDocument)
        self.requests: dict[str, Request] = {}
        self.violations: list[str] = []

    def acknowledge(self, invoice: str) -> int:
        document = self.documents[invoice]
        if document.status != WAITING:
            return 405
        document.status = IN_PROGRESS
        document.acknowledged += 1
        return 200

    def respond(self, invoice: str, code: str, success: bool, voucher: str) -> str | None:
        """The request id, or None when the transfer is already answered by another response."""
        document = self.documents[invoice]
        if code not in document.responses:
            if document.status == WAITING and document.batch == 1:
                self.violations.append(f"{invoice} was answered before it was acknowledged")
            if document.status != IN_PROGRESS:
                return None
            document.responses[code] = (success, voucher)
            self._store(code, invoice, "success")
        return code

    def pay(self, invoice: str, code: str, told: PaymentTold, *, idle: bool) -> str | None:
        """The request id, or None where the invoice is not transferred. `idle`: who sends it knows that this is what
        Basware confirmed last.
        """
        document = self.documents[invoice]
        if code not in document.payments:
            if document.status != TRANSFERRED:
                return None
            if document.shown == told and idle:
                self.violations.append(f"{invoice} was told a payment that Basware shows already")
            document.payments[code] = told
            fate: Fate = "success"
            if self._loop.random.random() < self._trouble:
                fate = self._loop.random.choice(("overtaken", "overtaken", "problem"))
            self._store(code, invoice, fate)
        return code

    def request_status(self, code: str) -> Fate | None:
        """What became of it; None while Basware works on it."""
        request = self.requests[code]
        return request.fate if request.settles <= self._loop.time() else None

    def offer_again(self, invoice: str) -> None:
        """Somebody transfers it once more."""
        document = self.documents[invoice]
        document.status = WAITING
        document.batch += 1

    def _store(self, code: str, invoice: str, fate: Fate) -> None:
        settles = self._loop.time() + self._loop.random.uniform(0.0, 8.0)
        self.requests[code] = Request(invoice, settles, fate)
        batch = self.documents[invoice].batch
        self._loop.world_later(settles - self._loop.time(), self._apply, code, batch)

    def _apply(self, code: str, batch: int) -> None:
        """A response to a transfer that was followed by another one changes nothing any more."""
        request = self.requests[code]
        document = self.documents[request.invoice]
        if request.fate != "success":
            return
        if code in document.payments:
            document.shown = document.payments[code]
        elif batch == document.batch:
            success, voucher = document.responses[code]
            document.status = TRANSFERRED if success else FAILED
            document.voucher = voucher if success else ""
            document.shown = None
