"""Payments of vouchers: what PeopleSoft's rows mean, and what Basware is told of them."""

from ap_domain.payments.build_picture import build_picture
from ap_domain.payments.inquiry import InquiryMatches, InquiryRow, disagreement, match_inquiry
from ap_domain.payments.payment_row import PaymentRowFault
from ap_domain.payments.payment_told import payment_told
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
from ap_domain.payments.supersession import supersedes
from ap_domain.payments.told import PaymentTold
from ap_domain.payments.voucher_ranges import ranges
from ap_domain.payments.watched import PublishedPicture, WatchedVoucher

__all__ = [
    "ExceptionKind",
    "InquiryMatches",
    "InquiryPlan",
    "InquiryRow",
    "Instalment",
    "InstalmentState",
    "PaymentPicture",
    "PaymentPlan",
    "PaymentPrompts",
    "PaymentQueries",
    "PaymentRowFault",
    "PaymentStanding",
    "PaymentTold",
    "Proof",
    "PublishedPicture",
    "ReconciliationPlan",
    "VoucherException",
    "VoucherStatus",
    "WatchedVoucher",
    "build_picture",
    "disagreement",
    "match_inquiry",
    "parse_payments",
    "payment_told",
    "ranges",
    "supersedes",
]
