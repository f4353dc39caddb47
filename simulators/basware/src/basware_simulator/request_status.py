"""``/v1/requestStatus``: what became of what was posted (P2P OpenAPI 26.06)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from .answers import Answer, RefusalError, empty_refusal, json_answer, p2p_refusal
from .call import Call
from .clock import stamp
from .pages import CONTINUATION
from .records import Processing, RequestRecord
from .responses_model import REQUEST_STATUS_ACKNOWLEDGEMENT
from .world import World

_MOST_PER_PAGE = 500
_SYSTEM = "P2P"
_STATUSES = frozenset(Processing)
_ENTITY_TYPES = frozenset(
    {"TransferResponse", "PaymentResponse", "PrebookResponse", "EnrichmentTransferResponse"}
)
_ACKNOWLEDGED = {
    Processing.SUCCESS: Processing.ACKNOWLEDGED_SUCCESS,
    Processing.ERROR: Processing.ACKNOWLEDGED_ERROR,
}
_ITEM_STATUS = {
    Processing.IN_PROGRESS: "InProgress",
    Processing.SUCCESS: "Success",
    Processing.ACKNOWLEDGED_SUCCESS: "Success",
    Processing.ERROR: "Error",
    Processing.ACKNOWLEDGED_ERROR: "Error",
}


async def get_request_status(world: World, call: Call) -> Answer:
    """``GET /v1/requestStatus/{requestId}``; 404 while it is not visible yet."""
    call.allow_parameters("system", "ignoreSuccessfulItems")
    request = world.books.requests.get(call.tenant.name, call.path["requestId"])
    if request is None or request.visible > world.now() or call.query.get("system", _SYSTEM) != _SYSTEM:
        raise empty_refusal(404)
    return _answer([request], without_successes=call.flag("ignoreSuccessfulItems"))


async def list_request_status(world: World, call: Call) -> Answer:
    """``GET /v1/requestStatus``.

    The vendor's trap is kept: without entityType and system, status is taken to be Error; and this call spells
    ignoreSuccessfullItems with another letter than the call for one request.
    """
    call.allow_parameters(
        "status", "entityType", "system", "ignoreSuccessfullItems", "pageSize", "lastUpdated"
    )
    rest = list(world.pages.resume(call) or _select(world, call))
    size = call.page_size(most=_MOST_PER_PAGE)
    page = [
        request
        for request_id in rest[:size]
        if (request := world.books.requests.get(call.tenant.name, request_id)) is not None
    ]
    if not page:
        raise empty_refusal(404)
    answer = _answer(page, without_successes=call.flag("ignoreSuccessfullItems"))
    continuation = world.pages.remember(call, tuple(rest[size:]))
    return replace(answer, headers={CONTINUATION: continuation} if continuation else {})


def _select(world: World, call: Call) -> list[str]:
    status = call.choice("status", _STATUSES)
    entity_type = call.choice("entityType", _ENTITY_TYPES)
    system = call.query.get("system")
    if status is None and entity_type is None and system is None:
        status = Processing.ERROR
    after = call.updated_after()
    now = world.now()
    found = [
        request
        for request in world.books.requests
        if request.tenant == call.tenant.name
        and request.visible <= now
        and status in (None, request.status)
        and entity_type in (None, request.entity_type)
        and system in (None, _SYSTEM)
        and (after is None or request.updated > after)
    ]
    return [
        request.request_id for request in sorted(found, key=lambda request: (request.updated, request.number))
    ]


async def acknowledge_request_status(world: World, call: Call) -> Answer:
    """``POST /v1/requestStatus/acknowledge``: all of the ids or none.

    Raises:
        RefusalError: 404 for an unknown id, 405 for one that is acknowledged already, 400 for one in progress.
    """
    call.allow_parameters()
    ids = call.json_body(REQUEST_STATUS_ACKNOWLEDGEMENT).get("requestIds") or []
    requests = [_acknowledgeable(world, call, request_id) for request_id in ids]
    for request in requests:
        world.books.requests.put(replace(request, status=_ACKNOWLEDGED[request.status], updated=world.now()))
    return json_answer("Acknowledged")


def _acknowledgeable(world: World, call: Call, request_id: str) -> RequestRecord:
    request = world.books.requests.get(call.tenant.name, request_id)
    if request is None:
        raise empty_refusal(404)
    if request.status is Processing.IN_PROGRESS:
        raise _refused(call, 400, f"{request_id} is still in progress", "DATA_VALIDATION_FAILED")
    if request.status not in _ACKNOWLEDGED:
        raise _refused(call, 405, f"{request_id} is already acknowledged", "METHOD_NOT_ALLOWED")
    return request


def _refused(call: Call, status: int, message: str, code: str) -> RefusalError:
    return p2p_refusal(
        request_id=call.request_id, status=status, messages=[message], code=code, kind="BUSINESS"
    )


def _answer(requests: Iterable[RequestRecord], *, without_successes: bool) -> Answer:
    return json_answer({"requestStatus": [_written(request, without_successes) for request in requests]})


def _written(request: RequestRecord, without_successes: bool) -> dict[str, Any]:
    item_status, errors = _ITEM_STATUS[request.status], []
    if (outcome := request.outcome) is not None:
        item_status = outcome.status.value
        errors.append(
            {"type": outcome.status.finding, "message": outcome.message, "category": outcome.category}
        )
    item = {
        "externalCode": request.external_code,
        "parentExternalCode": request.invoice_id,
        "status": item_status,
        "errors": errors,
    }
    updated = stamp(request.updated)
    return {
        "requestId": request.request_id,
        "entityType": request.entity_type,
        "entityVersion": f"{request.entity_type}V1",
        "requestStatus": request.status.value,
        "operationType": "POST",
        "genericListKey": None,
        "lastUpdated": updated,
        "systems": [
            {
                "system": _SYSTEM,
                "module": "IA",
                "systemStatus": request.status.value,
                "lastUpdated": updated,
                "items": [] if without_successes and item_status == "Success" else [item],
            }
        ],
    }
