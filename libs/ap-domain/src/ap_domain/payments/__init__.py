"""Payments of vouchers: what PeopleSoft's rows mean, and what Basware is told of them."""

from ap_domain.payments.payments_document import parse_payments
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
from ap_domain.payments.plan import (
    InquiryPlan,
    PaymentPlan,
    PaymentPrompts,
    PaymentQueries,
    ReconciliationPlan,
)
from ap_domain.payments.told import PaymentTold
from ap_domain.payments.watched import PublishedPicture, WatchedVoucher

__all__ = [
    "ExceptionKind",
    "InquiryPlan",
    "Instalment",
    "InstalmentState",
    "PaymentPicture",
    "PaymentPlan",
    "PaymentPrompts",
    "PaymentQueries",
    "PaymentStanding",
    "PaymentTold",
    "Proof",
    "PublishedPicture",
    "ReconciliationPlan",
    "VoucherException",
    "VoucherStatus",
    "WatchedVoucher",
    "parse_payments",
]
