"""One run: both systems are asked afresh, then everything is compared."""

import asyncio
from collections.abc import AsyncIterable, Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from ap_domain.mapping import ConfigurationFault, VoucherMapping, parse_mapping
from ap_domain.payments import PaymentPlan, parse_payments
from ap_domain.reconciliation import (
    BaswareInvoice,
    LedgerInvoice,
    PeopleSoftVoucher,
    Reconciliation,
    Rules,
    compare,
    in_scope,
    is_told,
    may_be_paid,
)
from chassis.connections import Connection

from reconciliation.basware_side import BaswareSide, InvoiceReader
from reconciliation.errors import ReconciliationFailed
from reconciliation.peoplesoft_side import PeopleSoftSide
from reconciliation.ports import Documents, RowSource

__all__ = ["reconcile", "yesterday_and_before"]

MOST_SINGLE = 1000
"""Invoices asked for one by one because no list showed them; more mean that the lists are not whole."""
STEP = 1000
"""Records between two words of progress."""

Progress = Callable[[str], None]
VoucherKey = tuple[str, str]
Ledger = AsyncIterable[LedgerInvoice] | Iterable[LedgerInvoice]


async def reconcile(
    connection: Connection,
    *,
    first_day: date,
    last_day: date,
    ledger: Ledger,
    basware: Documents,
    peoplesoft: RowSource,
    clock: Callable[[], datetime],
    progress: Progress = lambda _: None,
) -> Reconciliation:
    """Compares what both systems and our ledger say of the vouchers entered from one day to the other, of what
    Basware changed since, and of all that waits.

    Older vouchers are paid within the window too. Where payments are polled, PeopleSoft is asked for those of every
    voucher that is not settled for long; Basware is asked only where they are not what it confirmed to us.

    Basware is read first, our ledger next and the payments last: an invoice that moves on meanwhile is then seen by
    the later one, and its entry tells that it moved. ``ledger`` is iterated once, when its turn has come. Memory
    grows with the invoices of the window, not with what PeopleSoft holds beside them. ``progress`` gets short texts.

    Raises ReconciliationFailed with the words of the system that could not be read to its end, or of a connection
    whose sections cannot be read.
    """
    if last_day < first_day:
        raise ReconciliationFailed(f"the window ends ({last_day}) before it begins ({first_day})")
    plan, mapping = _sections(connection)
    began = clock()
    polled = bool(connection.payments) and connection.mode != "shadow"
    run = _Run(
        connection=connection,
        plan=plan,
        mapping=mapping,
        rules=Rules(
            connection_id=connection.id,
            first_day=first_day,
            last_day=last_day,
            began=began,
            origin=mapping.origin.strip(),
            shadow=connection.mode == "shadow",
            rounding=mapping.rounding.tolerance,
        ),
        basware=BaswareSide(
            documents=basware,
            companies=connection.basware.company_codes,
            reader=InvoiceReader(
                mapping=mapping, zone=plan.time_zone, today=began.astimezone(plan.time_zone).date()
            ),
        ),
        peoplesoft=PeopleSoftSide(source=peoplesoft, plan=plan, connection_id=connection.id),
        watched_since=began - plan.watch_settled if polled else None,
        progress=progress,
    )
    await run.read_basware()
    await run.read_vouchers()
    await run.read_ledger(ledger)
    await run.look_at_older(at=began)
    await run.look_up()
    await run.read_payments(at=began)
    progress("comparing")
    # A minute of pure arithmetic must not hold up whatever else runs in this loop.
    return await asyncio.to_thread(run.compare, run_at=began)


def yesterday_and_before(days: int, *, now: datetime, plan: PaymentPlan) -> tuple[date, date]:
    """The window of a scheduled run: so many days, of which yesterday, as the site has it, is the last."""
    last = now.astimezone(plan.time_zone).date() - timedelta(days=1)
    return last - timedelta(days=days - 1), last


class _Run:
    """What was read so far."""

    def __init__(
        self,
        *,
        connection: Connection,
        plan: PaymentPlan,
        mapping: VoucherMapping,
        rules: Rules,
        basware: BaswareSide,
        peoplesoft: PeopleSoftSide,
        watched_since: datetime | None,
        progress: Progress,
    ) -> None:
        self._connection = connection
        self._mapping = mapping
        self._rules = rules
        self._basware = basware
        self._peoplesoft = peoplesoft
        self._watched_since = watched_since
        self._progress = progress
        self._older: list[LedgerInvoice] = []
        self._told = 0
        self._invoices: dict[str, BaswareInvoice] = {}
        self._ledger: dict[str, LedgerInvoice] = {}
        self._vouchers: dict[VoucherKey, PeopleSoftVoucher] = {}

    async def read_basware(self) -> None:
        async for invoice in self._basware.invoices(first_day=self._rules.first_day):
            self._invoices[invoice.invoice_id] = invoice
            self._tell(len(self._invoices), "invoices read from Basware")

    async def read_vouchers(self) -> None:
        """Of what was entered only that which may concern us is kept: others' vouchers may be many times ours."""
        # Hashes take a fraction of the keys' memory; one that is met by chance keeps a voucher too many.
        ours = {hash(invoice.key) for invoice in self._invoices.values()}
        read = 0
        for unit in self._connection.peoplesoft.business_units:
            found = self._peoplesoft.entered(
                unit, first_day=self._rules.first_day, last_day=self._rules.last_day
            )
            async for voucher in found:
                read += 1
                self._tell(read, "vouchers read from PeopleSoft")
                if hash(voucher.key) in ours or (self._rules.origin and voucher.origin == self._rules.origin):
                    self._vouchers[unit, voucher.voucher_id] = voucher

    async def read_ledger(self, ledger: Ledger) -> None:
        if isinstance(ledger, AsyncIterable):
            async for entry in ledger:
                self._take(entry)
        else:
            for entry in ledger:
                self._take(entry)
        self._progress(f"{len(self._ledger)} entries of our ledger concern these days")

    async def look_at_older(self, *, at: datetime) -> None:
        """Payments of vouchers from before the window: what Basware knows is only counted, the rest is compared."""
        wanted: dict[str, dict[str, LedgerInvoice]] = {}
        for entry in self._older:
            wanted.setdefault(entry.business_unit, {})[entry.voucher_id] = entry
        self._older = []
        for unit, entries in sorted(wanted.items()):
            self._progress(f"payments of {len(entries)} older vouchers of {unit} looked up in PeopleSoft")
            found = {each.voucher_id: each async for each in self._peoplesoft.named(unit, entries)}
            async for voucher in self._peoplesoft.with_payments(unit, found, at=at):
                found[voucher.voucher_id] = voucher
            for voucher_id, entry in entries.items():
                if is_told(entry, found.get(voucher_id)):
                    self._told += 1
                else:
                    self._ledger[entry.invoice_id] = entry

    async def look_up(self) -> None:
        """What no list showed: invoices that Basware moved elsewhere, vouchers entered on other days."""
        if len(unlisted := self._unlisted()) > MOST_SINGLE:
            await self._list_more(unlisted)
            unlisted = self._unlisted()
        if len(unlisted) > MOST_SINGLE:
            raise ReconciliationFailed(
                f"Basware's lists lack {len(unlisted)} invoices that have vouchers since {self._rules.first_day}, such"
                f" as {unlisted[0]}: compare the company codes of the connection and Basware's filters"
            )
        for place, invoice_id in enumerate(unlisted, start=1):
            self._tell(place, "invoices looked up in Basware", every=50)
            if (invoice := await self._basware.invoice(invoice_id)) is not None:
                self._invoices[invoice_id] = invoice
        elsewhere: dict[str, set[str]] = {}
        for entry in self._ledger.values():
            if entry.voucher_id and (entry.business_unit, entry.voucher_id) not in self._vouchers:
                elsewhere.setdefault(entry.business_unit, set()).add(entry.voucher_id)
        for unit, voucher_ids in sorted(elsewhere.items()):
            self._progress(f"{len(voucher_ids)} vouchers of {unit} looked up in PeopleSoft")
            async for voucher in self._peoplesoft.named(unit, voucher_ids):
                self._vouchers[unit, voucher.voucher_id] = voucher

    def _unlisted(self) -> list[str]:
        return [
            entry.invoice_id
            for entry in self._ledger.values()
            if entry.voucher_id and entry.invoice_id not in self._invoices
        ]

    async def _list_more(self, unlisted: list[str]) -> None:
        """Many that were changed before the window: listed from the day on that leaves few to be asked for singly."""
        days = sorted(self._ledger[each].unchanged_before or date.min for each in unlisted)
        first_day = days[MOST_SINGLE]
        if first_day == date.min:
            return
        self._progress(f"{len(unlisted)} older invoices: Basware lists what changed since {first_day}")
        async for invoice in self._basware.transferred(first_day=first_day):
            if invoice.invoice_id in self._ledger:
                self._invoices[invoice.invoice_id] = invoice

    async def read_payments(self, *, at: datetime) -> None:
        """Of the vouchers that our ledger names."""
        wanted: dict[str, dict[str, PeopleSoftVoucher]] = {}
        for entry in self._ledger.values():
            voucher = self._vouchers.get((entry.business_unit, entry.voucher_id))
            if voucher is not None:
                wanted.setdefault(entry.business_unit, {})[entry.voucher_id] = voucher
        done = 0
        for unit, vouchers in sorted(wanted.items()):
            async for voucher in self._peoplesoft.with_payments(unit, vouchers, at=at):
                self._vouchers[unit, voucher.voucher_id] = voucher
                done += 1
                self._tell(done, "vouchers with payments read from PeopleSoft")

    def compare(self, *, run_at: datetime) -> Reconciliation:
        result = compare(
            ledger=self._ledger,
            basware=self._invoices,
            vouchers=self._vouchers,
            rules=self._rules,
            run_at=run_at,
        )
        return replace(result, compared=result.compared + self._told)

    def _take(self, entry: LedgerInvoice) -> None:
        wanted = in_scope(
            entry,
            first_day=self._rules.first_day,
            last_day=self._rules.last_day,
            listed=self._invoices.keys(),
            seen=self._vouchers.keys(),
        )
        if wanted:
            document = self._invoices.get(entry.invoice_id)
            self._ledger[entry.invoice_id] = entry if document is None else _shared(entry, document)
        elif self._watched_since is not None and may_be_paid(entry, since=self._watched_since):
            self._older.append(entry)

    def _tell(self, number: int, what: str, *, every: int = STEP) -> None:
        if number % every == 0:
            self._progress(f"{number} {what}")


def _shared(entry: LedgerInvoice, document: BaswareInvoice) -> LedgerInvoice:
    """The same entry, holding the very texts and sum that the document holds where they are equal: in a window of a
    hundred thousand invoices that is a tenth of all memory.
    """
    number, mapped = document.invoice_number, document.mapped_number
    return replace(
        entry,
        invoice_id=document.invoice_id,
        invoice_number=number if number == entry.invoice_number else entry.invoice_number,
        mapped_number=mapped if mapped == entry.mapped_number else entry.mapped_number,
        gross=document.gross if document.gross == entry.gross else entry.gross,
    )


def _sections(connection: Connection) -> tuple[PaymentPlan, VoucherMapping]:
    try:
        return parse_payments(connection.payments), parse_mapping(connection.mapping)
    except ConfigurationFault as fault:
        raise ReconciliationFailed(
            f"the sections of {connection.id} cannot be read: {'; '.join(fault.problems)}"
        ) from fault
