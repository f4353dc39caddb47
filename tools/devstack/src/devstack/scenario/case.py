"""One invoice of the demo: how it comes, what is arranged around it, who does what afterwards, what must hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from devstack.scenario.bill import Bill, made_up_id

Body = Mapping[str, Any]

TRANSFERRED, FAILED, IN_PROGRESS = "Transferred", "TransferFailed", "TransferInProgress"
CONFIRMED, RETURNED, PARKED, DISCARDED = "confirmed", "return confirmed", "parked", "discarded"
"""Audit actions at which an invoice comes to rest."""
RESTS = frozenset({CONFIRMED, RETURNED, PARKED, DISCARDED})
_ENDS = {TRANSFERRED: CONFIRMED, FAILED: RETURNED, IN_PROGRESS: PARKED}


class Remote(StrEnum):
    """A simulated system that is told something through its control API."""

    BASWARE = "Basware"
    PEOPLESOFT = "PeopleSoft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A call of a control API: something arranged beforehand. PeopleSoft's bodies get the connection's node,
    Basware's the connection's tenant. `{id}` in a path is the invoice's id.
    """

    remote: Remote
    path: str
    body: Body
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retransfer:
    """The clerk corrects the document in Basware and transfers it again under its id; `rows` replace its coding."""

    bill: Bill | None = None
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClerkInPeopleSoft:
    """Somebody acts on a voucher by hand: the invoice's own unless `voucher` (unit/number) names another."""

    body: Body
    voucher: str | None = None
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person decides with `apstream parked <verb>` and a reason."""

    verb: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What is done once the audit tells of `after` (counted from the act before)."""

    after: str
    do: Retransfer | ClerkInPeopleSoft | Person | Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """How Basware tells of it: the simulator's switches for this notification, and how the document is put there."""

    webhook: Body = field(default_factory=dict)
    at_least_bytes: int = 0
    unknown_fields: Body = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must hold when it is at rest.

    `basware` is the document's status there, `vouchers` the live vouchers made for it (0 or 1), `under_number` all
    live ones under its number (default: the same). `voucher` are header values by PeopleSoft's names ("": must be
    blank), `lines` the same for the lines in order, `told` parts of the last message to Basware, `payment_block` what
    Basware was told of it. `steps` are audit actions that come in this order, others between them; `creates` the
    create calls that PeopleSoft saw. `answers` are the first answers to its first webhook. `discarded`: a person ends
    it, and Basware is told nothing.
    """

    basware: str = TRANSFERRED
    vouchers: int = 1
    under_number: int | None = None
    voucher: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[Mapping[str, str], ...] = ()
    told: tuple[str, ...] = ()
    payment_block: bool | None = None
    steps: tuple[str, ...] = ()
    creates: int | None = None
    answers: tuple[int, ...] = ()
    discarded: bool = False

    @property
    def end(self) -> str:
        """The audit action that ends it."""
        return DISCARDED if self.discarded else _ENDS[self.basware]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An invoice of the demo.

    `kind` says in plain words what is special about it, `starts` is seconds after the start of the demo, `group`
    names invoices of which exactly one may be posted: each of them meets `expected` or `or_else`.
    """

    key: str
    kind: str
    connection: str
    bill: Bill
    deliveries: Deliveries = field(default_factory=Deliveries)
    before: tuple[Order, ...] = ()
    along: tuple[Order, ...] = ()
    """Arranged as soon as the document exists in Basware."""
    acts: tuple[Act, ...] = ()
    expected: Expected = field(default_factory=Expected)
    or_else: Expected | None = None
    group: str = ""
    starts: float = 0.0

    @property
    def invoice_id(self) -> str:
        return made_up_id(self.key)

    @property
    def record(self) -> str:
        """Its key in ledgers and audit."""
        return f"{self.connection}/{self.invoice_id}"

    @property
    def number(self) -> str:
        """For people."""
        return self.bill.number or "(none)"


def refused(*told: str, **more: Any) -> Expected:
    """Back to Basware with these words, no voucher."""
    return Expected(basware=FAILED, vouchers=0, told=told, **more)
