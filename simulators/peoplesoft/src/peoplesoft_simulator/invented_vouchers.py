"""Vouchers by the thousand: open ones with their schedules, invented by a seed, and acts that a seed deals out.

One in fifty is on hold, one in twenty has three instalments.
"""

import random
import zlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from peoplesoft_simulator.books import Voucher
from peoplesoft_simulator.clock import database_time
from peoplesoft_simulator.dataset import DEMO_SUPPLIER
from peoplesoft_simulator.payment_bodies import PaymentAct
from peoplesoft_simulator.payment_rows import Instalment
from peoplesoft_simulator.payment_schedule import APART, split_amount
from peoplesoft_simulator.reference_data import ReferenceData
from peoplesoft_simulator.row import Row
from peoplesoft_simulator.site import STRICT
from peoplesoft_simulator.stamping import Timed
from peoplesoft_simulator.world import DEFAULT_NODE

_METHODS = ("ACH", "CHK", "EFT", "WIR")
Share = Annotated[float, Field(gt=0, le=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherGeneration:
    """`count` vouchers of a business unit with consecutive ids of 8 digits from `first_voucher` on.

    Entered and last changed at `entered_at`, now unless given; due in 1 to 60 days from then. Invoice numbers are
    `prefix` and the place, counted from 0.
    """

    __pydantic_config__ = STRICT

    count: Annotated[int, Field(ge=1, le=1_000_000)]
    node: str = DEFAULT_NODE
    business_unit: str = "US001"
    seed: int = 0
    first_voucher: Annotated[int, Field(ge=1, le=99_000_000)] = 10_000_000
    currency: str = "USD"
    vendor_id: str = DEMO_SUPPLIER
    prefix: str = "GEN-"
    entered_at: AwareDatetime | None = None

    def voucher_id(self, index: int) -> str:
        """The id of the voucher at that place."""
        return f"{self.first_voucher + index:08d}"

    def bounds(self) -> dict[str, str]:
        """The first id and the last."""
        return {"first": self.voucher_id(0), "last": self.voucher_id(self.count - 1)}

    def invented(self, index: int, *, now: datetime, data: ReferenceData) -> tuple[Voucher, list[Instalment]]:
        """The voucher at that place with its schedule: the same for the same seed and time."""
        at = self.entered_at or now
        draw = zlib.crc32(f"{self.seed}/{index}".encode())
        decimals = data.codes.currencies.get(self.currency, 2)
        gross = Decimal(draw % 1_000_000 + 1_00).scaleb(-decimals)
        due = at.date() + timedelta(days=draw % 60 + 1)
        held = draw % 50 == 7
        header = {
            "BUSINESS_UNIT": self.business_unit,
            "VOUCHER_ID": self.voucher_id(index),
            "INVOICE_ID": f"{self.prefix}{index}",
            "INVOICE_DT": (at.date() - timedelta(days=draw % 20)).isoformat(),
            "VENDOR_SETID": "SHARE",
            "VENDOR_ID": self.vendor_id,
            "VOUCHER_STYLE": "REG",
            "ORIGIN": "BSW",
            "GROSS_AMT": f"{gross:f}",
            "TXN_CURRENCY_CD": self.currency,
            "PYMNT_TERMS_CD": "30N",
            "ACCOUNTING_DT": at.date().isoformat(),
            "ENTERED_DT": at.date().isoformat(),
            "DUE_DT": due.isoformat(),
            "ENTRY_STATUS": "P",
            "CLOSE_STATUS": "O",
            "POST_STATUS_AP": "P",
            "APPR_STATUS": "A",
            "MATCH_STATUS_VCHR": "N",
            "BUDGET_HDR_STATUS": "V",
            "PYMNT_SELCT_STATUS": "N",
            "PYMNT_HOLD": "Y" if held else "N",
        }
        voucher = Voucher(
            node=self.node,
            row=Row(values=header),
            created_at=at.isoformat(),
            created_by="GENERATED",
            request=0,
            last_update=database_time(at),
        )
        parts = split_amount(gross, 3 if draw % 20 == 3 else 1, decimals=decimals)
        schedule = [
            self._instalment(
                voucher, number, gross=part, due=due + APART * (number - 1), draw=draw, held=held
            )
            for number, part in enumerate(parts, start=1)
        ]
        return voucher, schedule

    def _instalment(
        self, voucher: Voucher, number: int, *, gross: Decimal, due: date, draw: int, held: bool
    ) -> Instalment:
        unit, voucher_id = voucher.keys
        return Instalment(
            node=self.node,
            business_unit=unit,
            voucher_id=voucher_id,
            number=number,
            method=_METHODS[draw % len(_METHODS)],
            hold="Y" if held else "N",
            hold_reason="OTH" if held else "",
            gross=gross,
            currency=self.currency,
            due=due,
            scheduled=due,
            last_update=voucher.last_update,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSomePayments(Timed):
    """Acts on vouchers of a business unit with something open: on so many, or on that share of them.

    "mixed" deals out payments mostly, holds, parts, discounts and payments taken back.
    """

    __pydantic_config__ = STRICT

    node: str = DEFAULT_NODE
    business_unit: str = "US001"
    count: Annotated[int, Field(ge=0)] | None = None
    share: Share | None = None
    seed: int = 0
    what: Literal["pay", "hold", "void", "mixed"] = "pay"

    def __post_init__(self) -> None:
        if (self.count is None) == (self.share is None):
            raise ValueError("give either count or share")

    def wanted(self, there: int) -> int:
        """How many of those there are."""
        return round(there * self.share) if self.share is not None else self.count or 0

    def drawn(self, draws: random.Random) -> tuple[PaymentAct, ...]:
        """What happens to the next one."""
        pay, hold = PaymentAct(action="pay"), PaymentAct(action="hold")
        void = PaymentAct(action="void")
        match self.what:
            case "pay":
                return (pay,)
            case "hold":
                return (hold,)
            case "void":
                return (pay, void)
            case _:
                discount = PaymentAct(action="pay", discount=Decimal("0.01"))
                split = PaymentAct(action="split", parts=2)
                return draws.choice(((pay,), (pay,), (pay,), (hold,), (split, pay), (discount,), (pay, void)))
