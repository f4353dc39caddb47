"""Waiting for what the ledgers say of an invoice, where no vendor's book shows it."""

from collections.abc import Callable

from .customer import Customer, Invoice
from .eventually import BOUND, eventually
from .evidence import Entry
from .topic_records import INVOICES, read_topics


async def entries_of(customer: Customer, topic: str = INVOICES) -> list[Entry]:
    """The latest entries of all invoices of a customer."""
    found = await read_topics(customer.stack.kafka.bootstrap, (topic,))
    latest: dict[str, Entry] = {}
    for each in found[topic]:
        if not each.kind and each.value["connection_id"] == customer.id:
            latest[each.key] = each.value
    return list(latest.values())


async def until_entry(
    customer: Customer,
    invoice: Invoice,
    done: Callable[[Entry], bool],
    *,
    what: str,
    topic: str = INVOICES,
    within: float = BOUND,
) -> Entry:
    """The latest entry of an invoice, once it is `done`."""

    async def look() -> Entry:
        of_invoice = (
            each for each in await entries_of(customer, topic) if each["body"]["invoice_id"] == invoice.id
        )
        return next(of_invoice, {})

    return await eventually(
        look,
        lambda seen: bool(seen) and done(seen),
        what=f"{invoice.number} {what}",
        within=within,
        every=0.2,
    )


async def until_parked(
    customer: Customer, invoice: Invoice, *, topic: str = INVOICES, within: float = BOUND
) -> str:
    """The reason for which an invoice waits for a person."""
    entry = await until_entry(
        customer,
        invoice,
        lambda seen: bool(seen["phase"] == "parked"),
        what="parked",
        topic=topic,
        within=within,
    )
    return str(entry["reason"])


async def until_reason(customer: Customer, invoice: Invoice, words: str, *, within: float = BOUND) -> Entry:
    """The entry of an invoice, once its reason has these words."""
    return await until_entry(
        customer, invoice, lambda seen: words in seen["reason"], what=f"with {words!r}", within=within
    )
