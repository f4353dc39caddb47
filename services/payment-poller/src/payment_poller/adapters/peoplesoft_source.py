"""PeopleSoft's queries and its payment inquiry as a source: the rows of two queries, voucher by voucher."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ap_domain.payments.inquiry import InquiryRow
from ap_domain.payments.plan import PaymentPlan
from chassis.connections import Connection
from chassis.ledger.words import words
from peoplesoft import (
    CredentialsRefused,
    KeyPage,
    NotAuthorised,
    PaymentInquiryRow,
    PeopleSoftError,
    ProtocolError,
    QueryOwner,
    QueryPages,
    QueryRequest,
    QueryRow,
    RowSource,
    SteppingSource,
)

from payment_poller.ports import SourceFailed, VoucherRows

__all__ = ["Inquiry", "PeopleSoftReading", "PeopleSoftSource"]

VOUCHER_ID = "VOUCHER_ID"
BUSINESS_UNIT = "BUSINESS_UNIT"

Rows = tuple[QueryRow, ...]


class Inquiry(Protocol):
    """`peoplesoft.PaymentInquiryClient`, or rows in memory in tests."""

    async def payments(self, start: date, end: date, *, record: str = "") -> tuple[PaymentInquiryRow, ...]:
        """What was paid from one day to the other, both included."""
        ...


class PeopleSoftSource:
    """One request at a time for one poll: PeopleSoft's handlers are few, and vouchers need them."""

    def __init__(
        self,
        *,
        rows_of: Callable[[Connection, PaymentPlan], RowSource],
        inquiry_of: Callable[[Connection, PaymentPlan], Inquiry],
    ) -> None:
        """What runs the queries and asks the inquiry of a connection; both may raise PeopleSoftError for one that
        cannot be reached by its document.
        """
        self._rows_of = rows_of
        self._inquiry_of = inquiry_of

    def open(
        self, connection: Connection, plan: PaymentPlan, *, stepped: Callable[[], None]
    ) -> "PeopleSoftReading":
        """As the port says."""
        with _failing():
            rows = SteppingSource(source=self._rows_of(connection, plan), stepped=stepped)
            inquiry = self._inquiry_of(connection, plan) if plan.inquiry is not None else None
        return PeopleSoftReading(
            plan=plan,
            rows=rows,
            pages=QueryPages(rows),
            asked=inquiry,
            stepped=stepped,
            record=connection.id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSoftReading:
    """The port over the clients of `peoplesoft`; at most a page of each query is held."""

    plan: PaymentPlan
    rows: RowSource
    pages: QueryPages
    asked: Inquiry | None
    stepped: Callable[[], None]
    record: str

    async def vouchers(
        self, business_unit: str, *, after: str = "", up_to: str = "", since: str | None = None
    ) -> AsyncGenerator[Sequence[VoucherRows], None]:
        """As the port says: pages of vouchers, and for each the payments of the same range of ids."""
        with _failing():
            async with aclosing(
                self._pages(self.plan.queries.vouchers, business_unit, after, up_to, since)
            ) as pages:
                async for page in pages:
                    until = up_to if page.complete else page.last_key
                    payments = self._pages(
                        self.plan.queries.payments, business_unit, page.after, until, since
                    )
                    async with aclosing(payments), aclosing(_joined(page, payments)) as joined:
                        async for groups in joined:
                            yield groups

    async def shows_payments(self, business_unit: str) -> bool:
        """As the port says."""
        request = self._request(self.plan.queries.payments, business_unit, "", "", None, rows=1)
        with _failing():
            async with aclosing(self.rows.rows(request, record=self.record)) as rows:
                return [row async for row in rows] != []

    async def inquiry(self, first: date, last: date) -> Sequence[InquiryRow]:
        """As the port says."""
        if self.asked is None:
            return ()
        self.stepped()
        with _failing():
            found = await self.asked.payments(first, last, record=self.record)
        return tuple(
            InquiryRow(
                number=row.number,
                invoice_date=row.invoice_date,
                gross=row.gross,
                currency=row.currency,
                status=row.status,
                payment_type=row.payment_type,
            )
            for row in found
            if row.invoice_date is not None  # without it a row cannot be told to be an invoice's
        )

    async def _pages(
        self, query: str, business_unit: str, after: str, up_to: str, since: str | None
    ) -> AsyncGenerator[KeyPage, None]:
        """Pages by voucher. A query that knows no end is not read beyond it."""
        request = self._request(query, business_unit, after, up_to, since, rows=self.plan.page_rows)
        pages = self.pages.pages(
            request, key=(VOUCHER_ID,), after_prompt=self.plan.prompts.after, after=after, record=self.record
        )
        async with aclosing(pages):
            async for page in pages:
                self._check_unit(query, business_unit, page)
                yield _cut(page, up_to)
                if up_to and page.last_key > up_to:
                    return

    def _request(
        self, query: str, business_unit: str, after: str, up_to: str, since: str | None, *, rows: int
    ) -> QueryRequest:
        prompts = self.plan.prompts
        values = (
            (prompts.business_unit, business_unit),
            (prompts.after, after),
            (prompts.up_to, up_to),
            (prompts.since, since),
        )
        return QueryRequest(
            name=query,
            owner=QueryOwner(self.plan.query_owner),
            prompts=tuple((name, value or "") for name, value in values if name),
            max_rows=rows,
        )

    def _check_unit(self, query: str, business_unit: str, page: KeyPage) -> None:
        """Vouchers of two business units have the same ids: a query that does not tell them apart mixes them."""
        for rows in page.rows.values():
            for row in rows:
                shown = row.get(BUSINESS_UNIT, business_unit)
                if shown != business_unit:
                    raise SourceFailed(
                        f"query {query} was asked for business unit {business_unit} and shows {shown}: let its prompt "
                        f"{self.plan.prompts.business_unit} choose the rows of one business unit",
                        of_rows=True,
                    )


async def _joined(
    page: KeyPage, payments: AsyncIterator[KeyPage]
) -> AsyncGenerator[Sequence[VoucherRows], None]:
    """The page's vouchers with their payments, and payments of vouchers that the page does not show."""
    left = {voucher_id: rows for (voucher_id,), rows in page.rows.items()}
    async for part in payments:
        yield [
            VoucherRows(voucher_id=voucher_id, voucher=left.pop(voucher_id, ()), payments=rows)
            for (voucher_id,), rows in part.rows.items()
        ]
    yield [VoucherRows(voucher_id=voucher_id, voucher=rows, payments=()) for voucher_id, rows in left.items()]


def _cut(page: KeyPage, up_to: str) -> KeyPage:
    if not up_to or page.last_key <= up_to:
        return page
    rows = {key: rows for key, rows in page.rows.items() if key[0] <= up_to}
    return KeyPage(after=page.after, last_key=up_to, rows=rows, complete=True)


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except PeopleSoftError as error:
        stops = isinstance(error, CredentialsRefused | NotAuthorised)
        raise SourceFailed(words(error), stops=stops, of_rows=isinstance(error, ProtocolError)) from error
