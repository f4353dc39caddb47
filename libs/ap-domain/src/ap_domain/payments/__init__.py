"""Payments of vouchers: what PeopleSoft's rows mean, and what Basware is told of them."""

from ap_domain.payments.picture import (
    ExceptionKind,
    Instalment,
    InstalmentState,
    PaymentPicture,
    PaymentStanding,
    Proof,
    VoucherException,
    VoucherStatus,
)
from ap_domain.payments.told import PaymentTold
from ap_domain.payments.watched import PublishedPicture, WatchedVoucher

__all__ = [
    "ExceptionKind",
    "Instalment",
    "InstalmentState",
    "PaymentPicture",
    "PaymentStanding",
    "PaymentTold",
    "Proof",
    "PublishedPicture",
    "VoucherException",
    "VoucherStatus",
    "WatchedVoucher",
]
