"""Code tables with more to them than a code: payment terms, VAT codes, market rates."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from peoplesoft_simulator.effective_dating import LONG_AGO
from peoplesoft_simulator.site import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTerms:
    """One effective-dated row of payment terms: net days, and a discount in percent within its days.

    A voucher is paid in so many equal `instalments`, thirty days apart.
    """

    __pydantic_config__ = STRICT

    code: str
    setid: str = "SHARE"
    effdt: date = LONG_AGO
    status: Literal["A", "I"] = "A"
    descr: str = ""
    net_days: int = 30
    discount_days: int = 0
    discount_percent: Decimal = Decimal(0)
    instalments: Annotated[int, Field(ge=1, le=60)] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class VatCode:
    """One effective-dated row of a VAT code."""

    __pydantic_config__ = STRICT

    code: str
    setid: str = "SHARE"
    effdt: date = LONG_AGO
    status: Literal["A", "I"] = "A"
    descr: str = ""
    percent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRate:
    """One dated market rate: an amount in `from_currency` times `multiplier` over `divisor` is one in the other."""

    __pydantic_config__ = STRICT

    from_currency: str
    to_currency: str
    effdt: date = LONG_AGO
    multiplier: Decimal
    divisor: Decimal = Decimal(1)
    rate_type: str = "CRRNT"
    index: str = "MODEL"
    term: int = 0

    @property
    def key(self) -> tuple[str, str, str, str, int, date]:
        """What tells one row from the next, in the order queries sort by."""
        return (self.from_currency, self.to_currency, self.rate_type, self.index, self.term, self.effdt)
