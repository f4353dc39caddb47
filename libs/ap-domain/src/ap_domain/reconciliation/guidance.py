"""What each kind of difference means, and what helps: for the help of the command line and for runbooks."""

from collections.abc import Mapping
from typing import NamedTuple

from ap_domain.reconciliation.result import DifferenceKind

__all__ = ["GUIDANCE", "Guidance"]


class Guidance(NamedTuple):
    """Sentences for a clerk or an operator."""

    means: str
    helps: str


GUIDANCE: Mapping[DifferenceKind, Guidance] = {
    DifferenceKind.MISSING_IN_PEOPLESOFT: Guidance(
        means="apstream posted it, and PeopleSoft does not show the voucher, or shows it as deleted.",
        helps="Ask who deleted it, and why: a transfer cannot be undone in Basware. If the invoice is to be paid, have "
        "it offered for transfer again in Basware; apstream then posts it anew.",
    ),
    DifferenceKind.KEYED_BY_HAND: Guidance(
        means="PeopleSoft has a voucher for it that apstream did not make.",
        helps="`apstream voucher link` it, so that it is not posted a second time and its payment reaches Basware.",
    ),
    DifferenceKind.NOT_IN_LEDGER: Guidance(
        means="Basware says that it was transferred, and apstream knows no voucher of it.",
        helps="From before go-live: `apstream payments backfill`. Else find out who transferred it, and "
        "`apstream voucher link` its voucher.",
    ),
    DifferenceKind.NOT_POSTED: Guidance(
        means="Approved in Basware, and PeopleSoft has no voucher: to be accrued at the end of a period.",
        helps="`apstream invoice show` says where it waits; `apstream parked list` what waits for a person.",
    ),
    DifferenceKind.AMOUNT: Guidance(
        means="The voucher has another sum or currency than the invoice.",
        helps="Somebody changed one of the two after posting: correct the voucher in PeopleSoft, with a credit note "
        "or an adjustment where it is paid already.",
    ),
    DifferenceKind.DUPLICATE: Guidance(
        means="Two live vouchers stand for one invoice: it may be paid twice.",
        helps="Hold both in PeopleSoft, then delete the one that `apstream invoice show` does not name.",
    ),
    DifferenceKind.VOUCHER_NUMBER: Guidance(
        means="Basware shows another voucher number than apstream has.",
        helps="See which voucher is the right one; `apstream invoice show` tells what was reported when.",
    ),
    DifferenceKind.PAYMENT: Guidance(
        means="Basware shows another sum paid, or another hold, than PeopleSoft has.",
        helps="`apstream payments run-now --full` tells Basware afresh; `apstream payments show` names what stands in "
        "the way.",
    ),
    DifferenceKind.NOT_CONFIRMED: Guidance(
        means="PeopleSoft has its voucher, and Basware does not show it as transferred.",
        helps="`apstream invoice show` tells whether the report was refused; resubmit it if it is parked.",
    ),
    DifferenceKind.NOT_IN_BASWARE: Guidance(
        means="PeopleSoft has its voucher, and Basware removed the invoice or took it out of accounting.",
        helps="Ask who removed it; if it must not be paid, delete or close the voucher in PeopleSoft.",
    ),
    DifferenceKind.UNKNOWN_VOUCHER: Guidance(
        means="A voucher carries the origin of apstream's own, and no invoice accounts for it.",
        helps="See who entered it in PeopleSoft under this origin; link it to its invoice if it has one.",
    ),
}
"""Every kind has its line."""
