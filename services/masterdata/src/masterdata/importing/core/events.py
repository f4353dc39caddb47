"""The events that the import leaves in `audit.masterdata`; no account number is in them."""

from collections.abc import Mapping
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from ap_domain.audit import AuditEvent
from ap_domain.bank_details import without_account_numbers
from ap_domain.masterdata.record import ImportState
from chassis.keys import record_key

__all__ = ["batch_event", "command_event", "refusal_event"]

SERVICE = "masterdata-import"
_AUDIT: UUID = uuid5(NAMESPACE_URL, "apstream:audit")


def batch_event(
    action: str,
    *,
    connection_id: str,
    entity: str,
    request_id: str,
    at: datetime,
    actor: str,
    counts: Mapping[str, int],
) -> AuditEvent:
    """One request: `sent`, or `settled` with how many records came to what."""
    record = record_key(connection_id, entity).decode()
    return AuditEvent(
        event_id=str(uuid5(_AUDIT, f"{SERVICE}|{record}|{request_id}|{action}")),
        connection_id=connection_id,
        record=record,
        service=SERVICE,
        at=at,
        action=action,
        detail={"request": request_id, **{name: str(count) for name, count in counts.items()}},
        attempt=0,
        actor=actor,
        sequence=0,
    )


def refusal_event(state: ImportState, *, actor: str) -> AuditEvent:
    """One record that was refused, with the words on it."""
    record = record_key(state.connection_id, state.entity, state.external_code).decode()
    said = "; ".join(without_account_numbers(text, known=(state.external_code,)) for text in state.words)
    return AuditEvent(
        event_id=str(uuid5(_AUDIT, f"{SERVICE}|{record}|{state.sequence}|refused")),
        connection_id=state.connection_id,
        record=record,
        service=SERVICE,
        at=state.at,
        action="refused",
        detail={"said": said, "request": state.request_id or "", "version": state.digest},
        attempt=state.attempts,
        actor=actor,
        sequence=state.sequence,
    )


def command_event(
    action: str, *, connection_id: str, command: Mapping[str, str], record: str, at: datetime, actor: str
) -> AuditEvent:
    """The answer to a person's order, under the id of the command."""
    return AuditEvent(
        event_id=str(uuid5(_AUDIT, f"{SERVICE}|{command['command']}|{action}")),
        connection_id=connection_id,
        record=record,
        service=SERVICE,
        at=at,
        action=action,
        detail=dict(command),
        attempt=0,
        actor=actor,
        sequence=0,
    )
