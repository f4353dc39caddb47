"""What works of a connection's payments: each query runs with its prompts and gives its fields, the inquiry answers.

Only one row is asked for, of the first business unit. A password that was refused is not tried again.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

from ap_domain.mapping import ConfigurationFault
from ap_domain.payments import InquiryPlan, PaymentPlan, Proof, parse_payments
from chassis.connections import Connection
from peoplesoft import (
    Credentials,
    CredentialsRefused,
    PaymentInquiryClient,
    PeopleSoftError,
    QueryOwner,
    QueryRequest,
)

from apstream_cli.check import Check, Result
from apstream_cli.query_checks import judged, query_client
from apstream_cli.screen import now

__all__ = ["PAYMENT_FIELDS", "VOUCHER_FIELDS", "payments_checks"]

VOUCHER_FIELDS = (
    "BUSINESS_UNIT", "VOUCHER_ID", "ENTRY_STATUS", "MATCH_STATUS_VCHR", "APPR_STATUS", "BUDGET_HDR_STATUS",
    "POST_STATUS_AP", "CLOSE_STATUS", "INVOICE_ID", "INVOICE_DT", "VENDOR_SETID", "VENDOR_ID", "GROSS_AMT",
    "TXN_CURRENCY_CD", "PYMNT_TERMS_CD", "ACCOUNTING_DT", "ORIGIN", "ENTERED_DT", "LAST_UPDATE_DT",
)  # fmt: skip
"""Of the queries of vouchers."""
PAYMENT_FIELDS = (
    "BUSINESS_UNIT", "VOUCHER_ID", "PYMNT_CNT", "PYMNT_SELCT_STATUS", "PYMNT_ACTION", "PYMNT_TYPE", "PYMNT_METHOD",
    "PYMNT_HOLD", "PYMNT_HOLD_REASON", "PYMNT_GROSS_AMT", "PAID_AMT", "PAID_AMT_GROSS", "PAID_AMT_DSCNT", "WTHD_AMT",
    "CURRENCY_PYMNT", "DUE_DT", "SCHEDULED_PAY_DT", "PYMNT_ID", "PYMNT_ID_REF", "PYMNT_DT", "PYMNT_STATUS",
    "CANCEL_ACTION", "CANCEL_DT", "NETTED", "LAST_UPDATE_DT",
)  # fmt: skip
"""Of the query of payments."""
SECTION = "payments: section"
NOT_SIGNED_ON = "the sign-on has to work first"


async def payments_checks(connection: Connection, *, possible: bool) -> AsyncIterator[Check]:
    """Nothing without a section. ``possible``: whether signing on at PeopleSoft works at all."""
    if not connection.payments:
        return
    try:
        plan = parse_payments(connection.payments)
    except ConfigurationFault as fault:
        yield Check(what=SECTION, result=Result.FAILED, said="; ".join(fault.problems))
        return
    async with query_client(connection, route=plan.route) as client:
        for request, needed, purpose in _requests(connection, plan):
            what = f"PeopleSoft: query {request.name} ({purpose})"
            if not possible:
                yield Check(what=what, result=Result.NOT_TRIED, said=NOT_SIGNED_ON)
                continue
            try:
                fields = await client.check(request)
                yield judged(what, request, needed, fields, section="payments")
            except PeopleSoftError as error:
                possible = not isinstance(error, CredentialsRefused)
                yield Check(what=what, result=Result.FAILED, said=str(error))
    if Proof.INQUIRY in plan.sources and plan.inquiry is not None:
        yield await _inquiry(connection, plan.inquiry, possible=possible)


def _requests(
    connection: Connection, plan: PaymentPlan
) -> Iterator[tuple[QueryRequest, tuple[str, ...], str]]:
    """Each query as it is run from the start, what its rows must have, and what it is for."""
    prompts, queries = plan.prompts, plan.queries
    today = now().astimezone(plan.time_zone).date().isoformat()
    ranges = ((prompts.business_unit, _unit(connection)), (prompts.after, ""), (prompts.up_to, ""))
    since = ((prompts.since, ""),) if prompts.since is not None else ()
    days = ((prompts.from_day, today), (prompts.to_day, today))
    for name, asked, needed, purpose in (
        (queries.vouchers, (*ranges, *since), VOUCHER_FIELDS, "vouchers"),
        (queries.payments, (*ranges, *since), PAYMENT_FIELDS, "payments"),
        (queries.entered, (*ranges, *days), VOUCHER_FIELDS, "reconciliation"),
    ):
        owner = QueryOwner(plan.query_owner)
        yield QueryRequest(name=name, owner=owner, prompts=asked, max_rows=1), needed, purpose


def _unit(connection: Connection) -> str:
    return next(iter(connection.peoplesoft.business_units), "")


async def _inquiry(connection: Connection, plan: InquiryPlan, *, possible: bool) -> Check:
    what = "PeopleSoft: eSettlements payment inquiry"
    if not possible:
        return Check(what=what, result=Result.NOT_TRIED, said=NOT_SIGNED_ON)
    side, today = connection.peoplesoft, now().date()
    try:
        async with PaymentInquiryClient(
            base_url=side.base_url,
            root=plan.root,
            credentials=Credentials(operator=side.operator, password=side.password.reveal()),
        ) as client:
            rows = await client.payments(today - timedelta(days=1), today)
    except PeopleSoftError as error:
        return Check(what=what, result=Result.FAILED, said=str(error))
    return Check(what=what, result=Result.OK, said=f"it answers; {len(rows)} payments of yesterday and today")
