"""Whether Basware shows of payments what PeopleSoft's books hold: both simulators' words, none of our rules. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from devstack.scenario.payments import PaymentCase

Json = Mapping[str, Any]

NOTHING = Decimal(0)
_STANDS = "P"
"""PYMNT_STATUS of a payment that was not taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSeen:
    """One posted invoice: what a clerk sees in Basware, and its voucher's page in PeopleSoft's books."""

    case: PaymentCase
    number: str
    voucher: str
    basware: Json
    peoplesoft: Json
    response: str = ""
    """The message of the last response, where it was looked up."""

    @property
    def summary(self) -> Json:
        """What PeopleSoft's simulator counted of what was done, not of its letters."""
        summary: Json = self.peoplesoft["summary"]
        return summary

    @property
    def status(self) -> str:
        return str(self.basware["status"])

    @property
    def paid(self) -> Decimal:
        """As Basware shows it."""
        return _amount(self.basware["paidTotal"])

    @property
    def special(self) -> bool:
        """Whether something happened to it, or it is not as expected: the others were paid by the pay cycle."""
        return bool(self.case.kind or self.problems)

    @property
    def agrees(self) -> bool:
        """Whether the two systems show the same, whatever was expected."""
        return not any(self._differences())

    @property
    def problems(self) -> list[str]:
        """Where they differ, or are not as expected."""
        return [*self._differences(), *self._unexpected()]

    def _differences(self) -> Iterator[str]:
        summary, sign = self.summary, self._sign
        for shown, counted in (("paidTotal", "paid"), ("cashDiscount", "discount")):
            there, here = sign * _amount(summary[counted]), _amount(self.basware[shown])
            if there != here:
                yield f"PeopleSoft's books have {counted} {there}, Basware shows {shown} {here}"
        if bool(self.basware["paymentBlock"]) != summary["held"]:
            yield f"PeopleSoft: held {summary['held']}; Basware: paymentBlock {self.basware['paymentBlock']}"
        stands = [each for each in self.peoplesoft["payments"] if each["PYMNT_STATUS"] == _STANDS]
        if not _amount(summary["paid"]):
            return
        newest = max((each["PYMNT_DT"] for each in stands), default="none")
        if str(self.basware["paymentDate"] or "")[:10] != newest:
            yield f"PeopleSoft's latest payment is of {newest}, Basware shows {self.basware['paymentDate']}"
        references = {each["PYMNT_ID_REF"] for each in stands} - {""}
        if references and self.basware["checkNumber"] not in references:
            yield f"PeopleSoft paid by {sorted(references)}, Basware shows {self.basware['checkNumber']}"

    @property
    def _sign(self) -> int:
        """Some credit notes have positive sums in Basware and negative ones in PeopleSoft."""
        turned = _amount(self.basware["grossSum"]) * _amount(self.peoplesoft["GROSS_AMT"]) < 0
        return -1 if turned else 1

    def _unexpected(self) -> Iterator[str]:
        if self.status != self.case.status:
            yield f"Basware: expected {self.case.status}, is {self.status}"
        shown = [self.response, *(str(value) for value in self.basware.values())]
        for part in self.case.told:
            if not any(part in each for each in shown):
                yield f"Basware: expected {part!r} in what it shows, is {self.response!r}, {dict(self.basware)}"
        if self.basware["refused"] or self.basware["logged"]:
            yield f"Basware did not carry out {self.basware['refused']} of the responses on it"


def at_peoplesoft(seen: PaymentSeen) -> str:
    """In words, from the counted sums."""
    summary, currency = seen.summary, seen.peoplesoft["TXN_CURRENCY_CD"]
    parts = [
        f"{name} {_amount(summary[name]):,f}"
        for name in ("paid", "discount", "withheld", "open", "cancelled", "netted")
        if _amount(summary[name])
    ]
    held = ", held" if summary["held"] else ""
    return f"{currency} {', '.join(parts)}{held}" if parts else "nothing scheduled"


def _amount(value: object) -> Decimal:
    return NOTHING if value is None else Decimal(str(value))
