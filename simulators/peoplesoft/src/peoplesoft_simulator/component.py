"""The component behind the interface: Create, Find and Get on the books of one site.

A Create is one transaction: number, duplicate check and save happen together, so two at once cannot both miss
each other.
"""

import random
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial

from peoplesoft_simulator import catalogue
from peoplesoft_simulator.books import Books, Voucher
from peoplesoft_simulator.catalogue import Message
from peoplesoft_simulator.clock import database_time
from peoplesoft_simulator.edits import Edited, edit
from peoplesoft_simulator.matching import quantity_taken
from peoplesoft_simulator.payment_schedule import schedule
from peoplesoft_simulator.purchase_orders import PoPlace
from peoplesoft_simulator.reference_data import BusinessUnit, ReferenceData
from peoplesoft_simulator.row import ZERO, Row
from peoplesoft_simulator.site import Settings

NEXT = "NEXT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """What a Create came to: saved or not, the keys as they stand, and what PeopleSoft said."""

    saved: bool
    business_unit: str
    voucher_id: str
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A Create as it arrives at the component: what was entered, by whom, when, in which logged request."""

    node: str
    row: Row
    operator: str
    now: datetime
    request: int


class VoucherComponent:
    """The AP_VOUCHER component of all sites over one set of books."""

    def __init__(self, books: Books, *, seed: int) -> None:
        self._books = books
        self._seed = seed

    def create(self, entry: Entry, *, data: ReferenceData, settings: Settings) -> Created:
        """Check and save one voucher; what is returned is durable."""
        entered = entry.row
        if settings.upper_case_invoice_id:
            entered = entered.having(INVOICE_ID=entered.text("INVOICE_ID").upper())
        with self._books.transaction():
            edited = edit(
                entered,
                data=data,
                settings=settings,
                now=entry.now,
                vouchered=partial(self._vouchered, entry.node),
            )
            errors = (*edited.errors, *self._key_faults(entry.node, edited.row))
            if errors:
                return _not_saved(entered, errors)
            return self._save(entry, edited=edited, data=data, settings=settings)

    def find(self, node: str, keys: Row, *, settings: Settings, now: datetime) -> list[Row]:
        """Vouchers by search keys, deleted ones included, cut silently at the site's limit."""
        wanted = dict(keys.values)
        if settings.upper_case_invoice_id and "INVOICE_ID" in wanted:
            wanted["INVOICE_ID"] = wanted["INVOICE_ID"].upper()
        limit = -1 if settings.read_lag_seconds else settings.find_limit
        found = self._books.search(node, wanted, match=settings.find_match, limit=limit)
        seen = [each.row for each in found if _seen(each, settings=settings, now=now)]
        return seen[: settings.find_limit] if settings.find_limit >= 0 else seen

    def get(self, node: str, keys: Row, *, settings: Settings, now: datetime) -> Row | None:
        """One voucher with everything below it."""
        found = self._books.voucher(node, keys.text("BUSINESS_UNIT"), keys.text("VOUCHER_ID"))
        return found.row if found and _seen(found, settings=settings, now=now) else None

    def _vouchered(self, node: str, place: PoPlace) -> Decimal:
        vouchers = self._books.naming_order(node, place.po_id)
        return sum((quantity_taken(each.row, place) for each in vouchers), ZERO)

    def _key_faults(self, node: str, row: Row) -> list[Message]:
        unit, number = row.text("BUSINESS_UNIT"), row.text("VOUCHER_ID")
        faults = []
        if number != NEXT and self._books.voucher(node, unit, number) is not None:
            faults.append(catalogue.ROW_EXISTS.says("AP_VOUCHER"))
        related = row.text("VOUCHER_ID_RELATED")
        if related:
            faults += self._related_faults(row, self._books.voucher(node, unit, related))
        return faults

    def _related_faults(self, row: Row, related: Voucher | None) -> list[Message]:
        """A related voucher exists, lives and is of the same supplier (the last two: assumption)."""
        number, supplier = row.text("VOUCHER_ID_RELATED"), row.text("VENDOR_ID")
        if related is None:
            return [catalogue.RELATED_VOUCHER_MISSING.says(number, row.text("BUSINESS_UNIT"))]
        if related.deleted:
            return [catalogue.RELATED_DELETED.says(number)]
        theirs = related.row.text("VENDOR_ID")
        same = theirs == supplier
        return [] if same else [catalogue.RELATED_OTHER_SUPPLIER.says(number, theirs, supplier)]

    def _save(self, entry: Entry, *, edited: Edited, data: ReferenceData, settings: Settings) -> Created:
        row = edited.row
        unit = data.business_units[row.text("BUSINESS_UNIT")]
        action = unit.duplicate_action or settings.duplicate_action
        duplicates = self._duplicates(entry.node, row, unit=unit, settings=settings)
        said = tuple(
            catalogue.DUPLICATE_INVOICE.says(
                row.text("INVOICE_ID"),
                row.text("VENDOR_ID"),
                each.row.text("VOUCHER_ID"),
                type="Error" if action == "reject" else "Warning",
            )
            for each in duplicates
        )
        if duplicates and action == "reject":
            return _not_saved(entry.row, said)
        recycled = bool(edited.recycles) or (bool(duplicates) and action == "recycle")
        number = row.text("VOUCHER_ID")
        if number == NEXT:
            number = self._number(entry.node, unit.business_unit)
        saved = row.having(
            VOUCHER_ID=number,
            ENTRY_STATUS="R" if recycled else "P",
            CLOSE_STATUS="O",
            POST_STATUS_AP="U",
            APPR_STATUS="P",
            BUDGET_HDR_STATUS="N",
            PYMNT_SELCT_STATUS="N",
            DUP_INVOICE_STATUS="D" if duplicates else "",
            OPRID=entry.operator,
            ENTERED_DT=entry.now.date().isoformat(),
        )
        voucher = Voucher(
            node=entry.node,
            row=saved,
            created_at=entry.now.isoformat(),
            created_by=entry.operator,
            request=entry.request,
            last_update=database_time(entry.now),
        )
        self._books.save(voucher)
        schedule(self._books, voucher, data=data)
        if action == "recycle":
            for each in duplicates:
                self._recycle(each, now=entry.now)
        return Created(
            saved=True,
            business_unit=unit.business_unit,
            voucher_id=number,
            messages=(
                *said,
                *edited.recycles,
                *(replace(each, type="Warning") for each in edited.exceptions),
            ),
        )

    def _duplicates(self, node: str, row: Row, *, unit: BusinessUnit, settings: Settings) -> list[Voucher]:
        """Live vouchers equal in every field the business unit's check looks at (never currency)."""
        fields = settings.match_fields if unit.match_fields is None else unit.match_fields
        if not fields:
            return []
        compared_here = ("GROSS_AMT", "VOUCHER_STYLE")
        wanted: dict[str, str] = {name: row.text(name) for name in fields if name not in compared_here}
        if "VENDOR_ID" in fields:
            wanted["VENDOR_SETID"] = row.text("VENDOR_SETID")
        alike = self._books.search(node, wanted, match="exact")
        return [
            each
            for each in alike
            if not each.deleted
            and ("GROSS_AMT" not in fields or each.row.amount("GROSS_AMT") == row.amount("GROSS_AMT"))
            and ("VOUCHER_STYLE" not in fields or each.row.text("VOUCHER_STYLE") == row.text("VOUCHER_STYLE"))
        ]

    def _recycle(self, voucher: Voucher, *, now: datetime) -> None:
        """Both vouchers of a duplicate pair are recycled; one already posted or closed is left as it is."""
        if voucher.row.text("POST_STATUS_AP") != "P" and voucher.row.text("CLOSE_STATUS") != "C":
            recycled = voucher.having(ENTRY_STATUS="R", DUP_INVOICE_STATUS="D")
            self._books.save(replace(recycled, last_update=database_time(now)))

    def _number(self, node: str, business_unit: str) -> str:
        """The next free number; the first of a business unit follows from seed, node and unit."""
        # Not a secret: numbers only have to be repeatable for a seed.
        first = random.Random(f"{self._seed}/{node}/{business_unit}").randrange(1_000, 90_000)  # noqa: S311
        while True:
            number = self._books.next_number(node, business_unit, first=first)
            if self._books.voucher(node, business_unit, number) is None:
                return number


def _seen(voucher: Voucher, *, settings: Settings, now: datetime) -> bool:
    """Whether a reader sees the voucher yet; reads may lag behind commits."""
    age = now - datetime.fromisoformat(voucher.created_at)
    return age.total_seconds() >= settings.read_lag_seconds


def _not_saved(entered: Row, messages: tuple[Message, ...]) -> Created:
    return Created(
        saved=False,
        business_unit=entered.text("BUSINESS_UNIT"),
        voucher_id=entered.text("VOUCHER_ID"),
        messages=messages,
    )
