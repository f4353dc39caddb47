"""PeopleSoft as the invoice's calls and the polls meet it: vouchers and what was paid of them."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from ap_domain.payments import Instalment, InstalmentState, PaymentPicture, PaymentStanding, Proof
from ap_domain.payments.standing import standing_of
from ap_domain.posting import VoucherRef

GROSS = 100
UNIT = "US001"
_DAY = date(2026, 11, 23)
_NEW = 35.0
"""Seconds for which a voucher of another origin may have been keyed between a search and a create, carried out at once.
"""


@dataclass(slots=True)
class Payment:
    """One payment of a voucher."""

    amount: int
    taken_back: bool = False


@dataclass(slots=True)
class Voucher:
    """`invoice` is the one a create made it for, empty where somebody keyed it; `content` what it was made of."""

    number: str
    key: str
    invoice: str
    content: str
    since: float
    live: bool = True
    on_hold: bool = False
    payments: list[Payment] = field(default_factory=list)

    @property
    def paid(self) -> int:
        """What the supplier has."""
        return sum(payment.amount for payment in self.payments if not payment.taken_back)

    @property
    def ref(self) -> VoucherRef:
        """As a search shows it."""
        status = "P" if self.live else "X"
        return VoucherRef(
            business_unit=UNIT, voucher_id=self.number, entry_status=status, closed=bool(self.paid)
        )

    @property
    def digest(self) -> str:
        """Of all that a picture shows."""
        text = "|".join(f"{payment.amount}{payment.taken_back}" for payment in self.payments)
        return hashlib.sha256(f"{self.number}|{self.on_hold}|{text}".encode()).hexdigest()


class PeopleSoft:
    """Set to warn of duplicates, so it saves whatever it is sent, `latest` so many seconds after."""

    def __init__(self, *, refuses: Callable[[str], bool], time: Callable[[], float], latest: float) -> None:
        self.locked_out = False
        self.logins_refused = 0
        self.refuses = refuses
        self.vouchers: dict[str, Voucher] = {}
        self.violations: list[str] = []
        self._time = time
        self._new = _NEW + latest

    def create(self, key: str, invoice: str, content: str) -> Voucher | None:
        """The voucher, or None for a business no."""
        if invoice and self.refuses(invoice):
            return None
        if invoice:
            for beside in self.under(key):
                if not beside.invoice and self._time() - beside.since > self._new:
                    self.violations.append(
                        f"{invoice} was created beside {beside.number} of another origin, which was there"
                    )
        number = f"{len(self.vouchers) + 1:08d}"
        voucher = self.vouchers[number] = Voucher(number, key, invoice, content, self._time())
        return voucher

    def refuse_login(self) -> None:
        """A sign-on with a wrong password; a few of them lock the account."""
        self.logins_refused += 1

    def under(self, key: str, *, live: bool = True) -> tuple[Voucher, ...]:
        """The vouchers with this natural key, live or deleted."""
        return tuple(each for each in self.vouchers.values() if each.key == key and each.live is live)

    def made_for(self, invoice: str) -> Iterator[Voucher]:
        """The live vouchers that creates of this invoice made."""
        return (each for each in self.vouchers.values() if each.invoice == invoice and each.live)


def picture_of(
    voucher: Voucher, *, connection_id: str, invoice_id: str, poll: int, observed_at: datetime
) -> PaymentPicture:
    """What the poll with this number saw."""
    paid = Decimal(voucher.paid)
    settled = voucher.paid >= GROSS
    instalments = tuple(
        _instalment(number, payment, voucher) for number, payment in enumerate(voucher.payments, 1)
    )
    if not settled:
        rest = Payment(amount=GROSS - voucher.paid)
        instalments += (_instalment(len(instalments) + 1, rest, voucher, scheduled=True),)
    on_hold = voucher.on_hold and not settled
    return PaymentPicture(
        connection_id=connection_id,
        invoice_id=invoice_id,
        business_unit=UNIT,
        voucher_id=voucher.number,
        poll_offset=poll,
        observed_at=observed_at,
        proof=Proof.QUERY,
        standing=PaymentStanding(standing_of(instalments, settled=settled, on_hold=on_hold, before=None)),
        settled=settled,
        currency="USD",
        gross=Decimal(GROSS),
        paid_total=paid,
        cash_discount=Decimal(),
        withheld=Decimal(),
        payment_date=_DAY if paid else None,
        on_hold=on_hold,
        instalments=instalments,
        digest=voucher.digest,
    )


def _instalment(number: int, payment: Payment, voucher: Voucher, *, scheduled: bool = False) -> Instalment:
    state = InstalmentState.REOPENED if payment.taken_back else InstalmentState.PAID
    if scheduled:
        state = InstalmentState.ON_HOLD if voucher.on_hold else InstalmentState.SCHEDULED
    return Instalment(
        number=number,
        state=state,
        selection="",
        payment_status="" if scheduled else ("V" if payment.taken_back else "P"),
        gross=Decimal(payment.amount),
        paid=Decimal(0 if scheduled or payment.taken_back else payment.amount),
        discount=Decimal(),
        withheld=Decimal(),
        currency="USD",
        due=_DAY,
        payment_id="" if scheduled else f"P{voucher.number}{number}",
        reference="" if scheduled else f"R{voucher.number}{number}",
        paid_on=None if scheduled or payment.taken_back else _DAY,
        cancelled_on=_DAY if payment.taken_back else None,
    )
