"""The connections of one Basware tenant, and which of them serves a document's company."""

from collections.abc import Iterable

from chassis.connections import Connection


def same_tenant(connection: Connection, connections: Iterable[Connection]) -> tuple[Connection, ...]:
    """Those that read the tenant this connection reads, itself included: same address, same client."""
    side = connection.basware
    return tuple(
        each
        for each in connections
        if (each.basware.base_url, each.basware.client_id) == (side.base_url, side.client_id)
    )


def serving(company_code: str, tenant: Iterable[Connection]) -> Connection | None:
    """The connection that serves the company; a live one before one that only rehearses; None if none does."""
    found = [each for each in tenant if company_code in each.basware.company_codes]
    return min(found, key=lambda each: (each.mode != "live", each.id), default=None)


def unserved(company_code: str, invoice_id: str, tenant: Iterable[Connection]) -> str:
    """Why such a document is parked, and what to do."""
    served = "; ".join(f"{each.id}: {', '.join(each.basware.company_codes)}" for each in tenant)
    return (
        f"companyCode {company_code} of invoice {invoice_id} is served by no connection of this Basware tenant "
        f"({served}); add the code to the connection it belongs to and resubmit, or discard it here"
    )
