"""``POST .../transferResponses``: what the ERP made of an invoice (P2P OpenAPI 26.06)."""

from typing import Any

from .answers import Answer
from .call import Call
from .records import DocumentRecord, RequestRecord
from .response_intake import MOST_RESPONSES, ResponseKind, take
from .response_settings import RepeatedResponse
from .responses_model import TRANSFER_RESPONSE
from .settings import TenantSettings
from .transfer_effects import TRANSFER_RESPONSE_ENTITY
from .world import World
from .write_rules import note

# The vendor forbids it for Transferred only; before that, a document must at least have come to its transfer.
_TAKES_RESPONSES = frozenset({"WaitingForTransfer", "TransferInProgress", "TransferFailed"})


async def send_transfer_response(world: World, call: Call) -> Answer:
    """Store a transfer response, see `take`. An exact repeat is answered as the tenant has it, another one with 400."""
    return await take(world, call, TRANSFER_RESPONSES)


def _takes(record: DocumentRecord, _settings: TenantSettings) -> bool:
    return record.status in _TAKES_RESPONSES


def _repeated(settings: TenantSettings, same: bool) -> RepeatedResponse:
    return settings.repeat_response if same else RepeatedResponse.REFUSED


def _watch(world: World, record: DocumentRecord, _response: dict[str, Any]) -> None:
    """Note a response before the acknowledgement, and one more than P2P keeps."""
    if not record.acknowledged:
        note(world, record, "response_before_acknowledge", f"the document is in status {record.status}")
    if len(record.document().get("transferResponses") or ()) >= MOST_RESPONSES:
        note(world, record, "too_many_responses", f"P2P keeps the latest {MOST_RESPONSES} responses")


def _stored(record: DocumentRecord, _request: RequestRecord) -> DocumentRecord:
    return record


TRANSFER_RESPONSES = ResponseKind(
    words="transfer response",
    entity_type=TRANSFER_RESPONSE_ENTITY,
    listed_as="transferResponses",
    shape=TRANSFER_RESPONSE,
    takes=_takes,
    repeat=_repeated,
    watch=_watch,
    stored=_stored,
)
