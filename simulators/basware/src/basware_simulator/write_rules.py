"""The vendor's rules for the order and spacing of writes, which it does not enforce but which bite later."""

from datetime import timedelta

from .call import Call
from .records import DocumentRecord
from .world import World

# The same record twice within less than a second makes the older one expire in P2P.
_SPACING = timedelta(seconds=1)


def watch_spacing(*, world: World, record: DocumentRecord, call: Call, operation: str) -> None:
    """Note a write that arrived within a second of the last one that was accepted."""
    if record.last_write is not None and call.arrived - record.last_write < _SPACING:
        gap = (call.arrived - record.last_write).total_seconds()
        detail = f"{operation} arrived {gap:.3f} s after the last write"
        note(world, record, "writes_within_one_second", detail)


def note(world: World, record: DocumentRecord, rule: str, detail: str) -> None:
    """Note that a rule was broken on a document."""
    world.note_violation(tenant=record.tenant, invoice_id=record.invoice_id, rule=rule, detail=detail)
