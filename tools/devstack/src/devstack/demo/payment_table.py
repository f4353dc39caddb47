"""The payments as a table: each invoice with something special, the others in one line a customer."""

from collections.abc import Iterable, Sequence

from rich.table import Table
from rich.text import Text

from devstack.demo.payment_books import PaymentSeen, at_peoplesoft


def payment_table(seen: Sequence[PaymentSeen]) -> Table:
    table = Table(title="payments", title_justify="left")
    for name in ("invoice", "voucher"):
        table.add_column(name, no_wrap=True)
    table.add_column("what happened", min_width=24, ratio=2)
    table.add_column("in PeopleSoft", ratio=2)
    table.add_column("Basware", no_wrap=True)
    table.add_column("paid there", justify="right", no_wrap=True)
    table.add_column("Basware was told", min_width=24, ratio=3)
    table.add_column("as expected", no_wrap=True)
    special = [each for each in seen if each.special]
    for each in special:
        table.add_row(
            each.number,
            each.voucher,
            Text(each.case.kind or "paid by the pay cycle"),
            Text(at_peoplesoft(each)),
            each.status,
            f"{each.paid:,f}",
            Text(each.response),
            "[red]✗ no[/]" if each.problems else "[green]✓[/]",
        )
    for connection, number in _counts(each for each in seen if not each.special):
        table.add_row(
            f"{number} more",
            "",
            f"of {connection}: paid whole by the pay cycle",
            "",
            "Paid",
            "",
            "",
            "[green]✓[/]",
        )
    return table


def _counts(seen: Iterable[PaymentSeen]) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for each in seen:
        found[each.case.connection] = found.get(each.case.connection, 0) + 1
    return sorted(found.items())
