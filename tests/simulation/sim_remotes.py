"""Basware and PeopleSoft as the invoice's calls meet them: correct in what they do, nasty in how they answer.

A request goes on once it was sent, whatever happens to its sender: it may arrive late, be carried out after the
client gave up (within the settle time), or be carried out with its answer lost.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from .sim_loop import SimLoop

DEADLINE = 10.0
"""Seconds after which a client stops waiting."""
LATEST = 25.0
"""Seconds after which PeopleSoft has certainly ended what it was asked; below the settle time."""

Fate = Literal["answered", "lost", "refused", "answer lost"]


@dataclass(slots=True)
class BaswareDocument:
    """Basware's record of one invoice."""

    status: str = "WaitingForTransfer"
    acknowledged: int = 0
    responses: dict[str, tuple[bool, str]] = field(default_factory=dict)
    voucher: str = ""


class Away(Exception):
    """Nothing was carried out: the request did not get there, or was refused before."""


class NoAnswer(Exception):
    """Sent, and nothing came back in time."""


class Network:
    """Takes a request to a remote and an answer back, or not."""

    def __init__(self, loop: SimLoop, *, trouble: float) -> None:
        self._loop = loop
        self._trouble = trouble
        self.away_until = 0.0
        self.under_way = 0

    async def exchange(self, carry_out: Callable[[], Any]) -> Any:
        """`carry_out` runs at the remote, in the world, whatever becomes of the caller. Raises Away or NoAnswer."""
        random = self._loop.random
        future: asyncio.Future[Any] = self._loop.create_future()
        fate: Fate = "answered"
        delay = random.uniform(0.001, 0.1)
        if self.away_until > self._loop.time():
            fate = "refused"
        elif random.random() < self._trouble:
            fate = random.choice(("lost", "refused", "answer lost", "answered"))
            delay = random.choice((random.uniform(0.001, 0.1), random.uniform(0.1, LATEST)))
        self.under_way += 1
        self._loop.world_later(delay, self._arrive, carry_out, fate, future)
        done, _ = await asyncio.wait([future], timeout=DEADLINE)
        if not done:
            raise NoAnswer
        return future.result()

    def _arrive(self, carry_out: Callable[[], Any], fate: Fate, future: asyncio.Future[Any]) -> None:
        self.under_way -= 1
        if fate == "lost":
            return
        if fate == "refused":
            if not future.done():
                future.set_exception(Away())
                future.exception()
            return
        answer = carry_out()
        if fate == "answered" and not future.done():
            self._loop.world_later(self._loop.random.uniform(0.001, 0.05), _answer, future, answer)


def _answer(future: asyncio.Future[Any], answer: Any) -> None:
    if not future.done():
        future.set_result(answer)


class Basware:
    """Documents, acknowledgements, responses and what becomes of them."""

    def __init__(self, loop: SimLoop) -> None:
        self._loop = loop
        self.documents: defaultdict[str, BaswareDocument] = defaultdict(BaswareDocument)
        self.requests: dict[str, tuple[str, float, bool]] = {}
        self.violations: list[str] = []

    def acknowledge(self, invoice: str) -> int:
        document = self.documents[invoice]
        if document.status != "WaitingForTransfer":
            return 405
        document.status = "TransferInProgress"
        document.acknowledged += 1
        return 200

    def respond(self, invoice: str, code: str, success: bool, voucher: str) -> str | None:
        """The request id, or None when the transfer is already answered by another response."""
        document = self.documents[invoice]
        if code not in document.responses:
            if document.status == "WaitingForTransfer":
                self.violations.append(f"{invoice} was answered before it was acknowledged")
            if document.status != "TransferInProgress":
                return None
            document.responses[code] = (success, voucher)
            settles = self._loop.time() + self._loop.random.uniform(0.0, 8.0)
            self.requests[code] = (invoice, settles, success)
            self._loop.world_later(settles - self._loop.time(), self._apply, code, voucher)
        return code

    def request_status(self, code: str) -> str:
        _, settles, _ = self.requests[code]
        return "Success" if settles <= self._loop.time() else "InProgress"

    def _apply(self, code: str, voucher: str) -> None:
        invoice, _, success = self.requests[code]
        document = self.documents[invoice]
        document.status = "Transferred" if success else "TransferFailed"
        document.voucher = voucher if success else ""


class PeopleSoft:
    """Vouchers by natural key; set to warn, so it saves whatever it is sent."""

    def __init__(self, *, refuses: Callable[[str], bool]) -> None:
        self.locked_out = False
        self.logins_refused = 0
        self.vouchers: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        self.refuses = refuses
        self.content: dict[str, str] = {}
        self._next = 0

    def create(self, natural_key: str, invoice: str, revision: str) -> str | None:
        """The voucher id, or None for a business no. `revision` is what it was made of."""
        if self.refuses(invoice):
            return None
        self._next += 1
        voucher = f"{self._next:08d}"
        self.vouchers[natural_key].append((voucher, invoice))
        self.content[voucher] = revision
        return voucher

    def refuse_login(self) -> None:
        """A sign-on with a wrong password; a few of them lock the account."""
        self.logins_refused += 1

    def holds(self, voucher: str) -> bool:
        """Whether the voucher is live."""
        return any(voucher == number for vouchers in self.vouchers.values() for number, _ in vouchers)

    def find(self, natural_key: str) -> tuple[str, ...]:
        return tuple(voucher for voucher, _ in self.vouchers[natural_key])
