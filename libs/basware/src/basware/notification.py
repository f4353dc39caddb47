"""Basware's webhook notification: ids only, never the document itself.

Parse it only after `basware.signature.verify` has accepted the raw bytes.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from basware._json import Json, NotJson, parse

MAX_BYTES = 64 * 1024
MAX_DEPTH = 16
_MAX_ID = 128
_MAX_INVOICE_ID = 36


class TaskType(StrEnum):
    """The API that a notification is about."""

    ACCOUNTING_DOCUMENTS = "AccountingDocuments"
    CONNECTION_TEST = "ConnectionTest"
    EXPORTED_PURCHASE_REQUISITIONS = "ExportedPurchaseRequisitions"
    EXPORTED_PURCHASE_ORDERS = "ExportedPurchaseOrders"
    REQUEST_STATUS = "RequestStatus"
    EXPORTED_CONTRACTS = "ExportedContracts"
    EXPORTED_CONTRACT_SPENDS = "ExportedContractSpends"
    UNKNOWN = "Unknown"


_BY_NAME = {kind.value.lower(): kind for kind in TaskType if kind is not TaskType.UNKNOWN}
# The example in Basware's own push-notification specification is misspelled like this.
_BY_NAME["accoutingdocuments"] = TaskType.ACCOUNTING_DOCUMENTS


class NotificationError(ValueError):
    """The body is not a notification; `field` names the field at fault, if it is one."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One webhook notification.

    `task_type_text` is the type as written; `document_id` is the id in the API that `task_type` names.
    For a connection test, whose other fields are not published, both ids may be empty.
    """

    task_id: str
    task_status: str
    task_type: TaskType
    task_type_text: str
    document_id: str
    task_sub_type: str | None = None
    expiration_time: datetime | None = None


def parse_notification(raw: bytes) -> Notification:
    """The notification in a webhook's body; unknown fields are welcome.

    Required are taskId, taskStatus, taskType and documentId (push-notification OpenAPI), except that a
    connection test needs its taskType only. Raises `NotificationError`.
    """
    if len(raw) > MAX_BYTES:
        raise NotificationError(f"the body has {len(raw)} bytes, more than {MAX_BYTES}")
    try:
        body = parse(raw)
    except NotJson as exc:
        raise NotificationError(f"the body is not JSON: {exc}") from None
    if not isinstance(body, dict):
        raise NotificationError("the body is not a JSON object")
    if _deeper_than(body, MAX_DEPTH):
        raise NotificationError(f"the body is nested more than {MAX_DEPTH} levels deep")

    type_text = _required(body, "taskType")
    task_type = _BY_NAME.get(type_text.lower(), TaskType.UNKNOWN)
    read = _optional if task_type is TaskType.CONNECTION_TEST else _required
    document_id = read(body, "documentId") or ""
    if task_type is TaskType.ACCOUNTING_DOCUMENTS and len(document_id) > _MAX_INVOICE_ID:
        raise NotificationError(
            f"documentId has {len(document_id)} characters, an invoice id at most {_MAX_INVOICE_ID}",
            field="documentId",
        )
    return Notification(
        task_id=read(body, "taskId") or "",
        task_status=read(body, "taskStatus") or "",
        task_type=task_type,
        task_type_text=type_text,
        document_id=document_id,
        task_sub_type=_optional(body, "taskSubType"),
        expiration_time=_instant(body.get("expirationTime")),
    )


def _required(body: dict[str, Json], name: str) -> str:
    value = _optional(body, name)
    if value is None:
        raise NotificationError(f"{name} is missing", field=name)
    return value


def _optional(body: dict[str, Json], name: str) -> str | None:
    value = body.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise NotificationError(f"{name} is not a string", field=name)
    if len(value) > _MAX_ID:
        raise NotificationError(f"{name} has {len(value)} characters, more than {_MAX_ID}", field=name)
    if not value.isprintable() or value.isspace():
        raise NotificationError(f"{name} holds characters that no id or name has", field=name)
    return value


def _instant(value: Json) -> datetime | None:
    """The reserved expirationTime; what cannot be read counts as absent rather than losing an invoice."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _deeper_than(body: Json, limit: int) -> bool:
    level: list[Json] = [body]
    for _ in range(limit + 1):
        level = [
            child
            for value in level
            if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return False
    return True
