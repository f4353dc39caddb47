"""The vendor's rules for the order and spacing of writes, which it does not enforce but which bite later."""

from datetime import timedelta

from .call import Call
from .records import DocumentRecord
from .world import World

# The same record twice within less than a second makes the older one expire in P2P.
_SPACING = timedelta(seconds=1)
MOST_RESPONSES = 100


def watch_spacing(*, world: World, record: DocumentRecord, call: Call, operation: str) -> None:
    """Note a write that arrived within a second of the last one that was accepted."""
    if record.last_write is not None and call.arrived - record.last_write < _SPACING:
        gap = (call.arrived - record.last_write).total_seconds()
        detail = f"{operation} arrived {gap:.3f} s after the last write"
        _note(world, record, "writes_within_one_second", detail)


def watch_response(*, world: World, record: DocumentRecord) -> None:
    """Note a response before the acknowledgement, and one more than P2P keeps."""
    if not record.acknowledged:
        _note(world, record, "response_before_acknowledge", f"the document is in status {record.status}")
    if len(record.response_digests) >= MOST_RESPONSES:
        detail = f"P2P keeps the latest {MOST_RESPONSES} responses; this is number {len(record.response_digests) + 1}"
        _note(world, record, "too_many_responses", detail)


def _note(world: World, record: DocumentRecord, rule: str, detail: str) -> None:
    world.note_violation(tenant=record.tenant, invoice_id=record.invoice_id, rule=rule, detail=detail)
