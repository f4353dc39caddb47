"""What a reconciliation found, for people, for a spreadsheet and for programs."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from ap_domain.money import format_amount
from ap_domain.reconciliation import STAGES, Count, Difference, DifferenceKind, Reconciliation

from apstream_cli.screen import instant, line, plain, show_table

__all__ = ["counts_csv", "differences_csv", "show_page", "summary", "told"]

COUNT_FIELDS = ("connection", "business_unit", "day", "period", "currency", "stage", "number", "amount")
DIFFERENCE_FIELDS = (
    "connection", "kind", "explained", "business_unit", "invoice_id", "invoice_number", "supplier", "voucher_id",
    "currency", "amount", "words", "coding",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would take for a formula."""


def summary(result: Reconciliation) -> str:
    """One line."""
    explained = len(result.differences) - len(result.unexplained)
    return (
        f"{result.connection_id}: {result.first_day} to {result.last_day}, {result.compared} invoices compared at "
        f"{instant(result.run_at)}; {len(result.unexplained)} differences need somebody, {explained} are explained"
    )


def show_page(result: Reconciliation, *, most: int) -> None:
    """The summary, the counts, what needs somebody, what is explained, and what has to be accrued."""
    line(summary(result), style="bold")
    if result.counts:
        show_table(("unit", "day", "period", "currency", *STAGES), _count_rows(result.counts))
    _list("These need somebody:", result.unexplained, most=most)
    explained = [each for each in result.differences if each.explained]
    _list("These are as they should be:", explained, most=most)
    _accruals([each for each in result.differences if each.kind is DifferenceKind.NOT_POSTED], most=most)


def counts_csv(results: Iterable[Reconciliation]) -> str:
    """One line a count, with a header."""
    rows = (
        (
            result.connection_id,
            each.business_unit,
            each.day,
            each.period,
            each.currency,
            each.stage,
            each.number,
            format_amount(each.amount, currency=each.currency),
        )
        for result in results
        for each in result.counts
    )
    return _csv(COUNT_FIELDS, rows)


def differences_csv(results: Iterable[Reconciliation]) -> str:
    """One line a difference, with a header; the coding of an accrual in one field, joined by " | "."""
    rows = (
        (
            result.connection_id,
            each.kind,
            each.explained,
            each.business_unit,
            each.invoice_id,
            each.invoice_number,
            each.supplier,
            each.voucher_id,
            each.currency,
            _amount(each),
            each.words,
            " | ".join(each.coding),
        )
        for result in results
        for each in result.differences
    )
    return _csv(DIFFERENCE_FIELDS, rows)


def told(result: Reconciliation) -> Iterator[dict[str, Any]]:
    """For programs: the summary, the counts, the differences; amounts as text, exact."""
    common = {"connection": result.connection_id}
    yield common | {
        "what": "run",
        "run_at": result.run_at,
        "first_day": result.first_day,
        "last_day": result.last_day,
        "compared": result.compared,
        "unexplained": len(result.unexplained),
    }
    for count in result.counts:
        yield common | {"what": "count"} | asdict(count)
    for difference in result.differences:
        yield common | {"what": "difference"} | asdict(difference)


def _list(title: str, differences: Sequence[Difference], *, most: int) -> None:
    if not differences:
        return
    line(title)
    kinds = Counter(each.kind for each in differences)
    line(", ".join(f"{number} {kind}" for kind, number in kinds.items()))
    show_table(
        ("kind", "unit", "invoice", "number", "supplier", "voucher", "amount", "what", "explained"),
        (
            (
                each.kind,
                each.business_unit,
                each.invoice_id,
                each.invoice_number,
                each.supplier,
                each.voucher_id,
                f"{_amount(each)} {each.currency}".strip(),
                each.words,
                each.explained,
            )
            for each in differences[:most]
        ),
    )
    _more(differences, most)


def _accruals(differences: Sequence[Difference], *, most: int) -> None:
    if not differences:
        return
    line("Approved and not posted, to be accrued:")
    show_table(
        ("unit", "invoice", "number", "supplier", "amount", "coding"),
        (
            (
                each.business_unit,
                each.invoice_id,
                each.invoice_number,
                each.supplier,
                f"{_amount(each)} {each.currency}".strip(),
                coding,
            )
            for each in differences[:most]
            for coding in each.coding or ("",)
        ),
    )
    _more(differences, most)


def _more(differences: Sequence[Difference], most: int) -> None:
    if len(differences) > most:
        line(f"{len(differences) - most} more; --show or --output csv gives them all")


def _count_rows(counts: Iterable[Count]) -> Iterator[tuple[str, ...]]:
    """The stages side by side: number and amount of each."""
    places: dict[tuple[str, date, str, str], dict[str, str]] = {}
    for each in counts:
        cell = f"{each.number}: {format_amount(each.amount, currency=each.currency)}"
        place = (each.business_unit, each.day, each.period, each.currency)
        places.setdefault(place, {})[each.stage] = cell
    for (unit, day, period, currency), cells in places.items():
        yield unit, day.isoformat(), period, currency, *(cells.get(stage, "") for stage in STAGES)


def _amount(difference: Difference) -> str:
    amount = difference.amount
    return "" if amount is None else format_amount(amount, currency=difference.currency)


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: object) -> str:
    """In one line, and never a formula: numbers of invoices come from suppliers. Amounts stay numbers."""
    text = plain(str(value))
    is_number = text.lstrip("-").replace(".", "", 1).isdigit()
    return f"'{text}" if text.startswith(_FORMULA) and not is_number else text
