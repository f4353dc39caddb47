"""Each write to a document on its way: whether another runs beside it, and its line in the call log."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from .faults import Operation
from .records import Token
from .world import World


@dataclass(slots=True, kw_only=True)
class Answered:
    """What a write was answered with; None until then."""

    status: int | None = None


@contextmanager
def write_watched(
    *, world: World, request: web.Request, operation: Operation, token: Token
) -> Iterator[Answered]:
    """Mark a write as in flight, and log when it came in, when it ended and whether it changed the document."""
    invoice_id = request.match_info["invoiceId"]

    def caller_is_there() -> bool:
        return request.transport is not None and not request.transport.is_closing()

    def last_write() -> datetime | None:
        record = world.books.documents.get(token.tenant, invoice_id)
        return record.last_write if record is not None else None

    before = last_write()
    call = world.calls.came_in(
        tenant=token.tenant,
        invoice_id=invoice_id,
        operation=operation.value,
        caller=token.jti,
        at=world.now(),
    )
    answered = Answered()
    try:
        with world.watch.write(
            tenant=token.tenant,
            invoice_id=invoice_id,
            operation=operation,
            caller_is_there=caller_is_there,
        ):
            yield answered
    finally:
        world.calls.ended(
            call,
            at=world.now(),
            status=answered.status,
            effect=last_write() != before,
            hung_up=not caller_is_there(),
        )
