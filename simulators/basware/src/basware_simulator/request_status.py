"""``/v1/requestStatus``: what became of what was posted (P2P OpenAPI 26.06)."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from .answers import Answer, RefusalError, empty_refusal, json_answer, p2p_refusal
from .call import Call
from .clock import stamp
from .import_records import Acknowledged, ImportRequest
from .master_data_model import words
from .pages import CONTINUATION, Window
from .records import Processing, RequestRecord, after_acknowledgement
from .responses_model import REQUEST_STATUS_ACKNOWLEDGEMENT
from .world import World

_MOST_PER_PAGE = 500
_SYSTEM = "P2P"
_STATUSES = frozenset(Processing)
_ENTITY_TYPES = words(
    """
    Account Contract CostCenter TaxCode ExchangeRate PaymentTerm User Project MatchingOrder MatchingOrderLine
    GenericList AdvancedPermission TransferResponse PaymentResponse PrebookResponse Vendor AdvancedValidation
    PurchaseRequisition PurchaseOrder PurchaseGoodsReceipt Organization EnrichmentTransferResponse UserGroup
    UserGroupAssociatedUser UserGroupPermission
    """
)
_ENDED = (Processing.SUCCESS, Processing.ERROR)
_ITEM_STATUS = {
    Processing.IN_PROGRESS: "InProgress",
    Processing.SUCCESS: "Success",
    Processing.ACKNOWLEDGED_SUCCESS: "Success",
    Processing.ERROR: "Error",
    Processing.ACKNOWLEDGED_ERROR: "Error",
}

Request = RequestRecord | ImportRequest


async def get_request_status(world: World, call: Call) -> Answer:
    """``GET /v1/requestStatus/{requestId}``; 404 while it is not visible yet."""
    call.allow_parameters("system", "ignoreSuccessfulItems")
    request = _find(world, call, call.path["requestId"])
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
    window = world.pages.resume(call) or Window(ids=tuple(_select(world, call)))
    size = call.page_size(most=_MOST_PER_PAGE)
    page = [
        request
        for request_id in islice(window, size)
        if (request := _find(world, call, request_id)) is not None
    ]
    if not page:
        raise empty_refusal(404)
    answer = _answer(page, without_successes=call.flag("ignoreSuccessfullItems"))
    continuation = world.pages.remember(call, window.after(size))
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
        for request in _all(world, call)
        if request.visible <= now
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
    ids = dict.fromkeys(call.json_body(REQUEST_STATUS_ACKNOWLEDGEMENT).get("requestIds") or ())
    requests = [_acknowledgeable(world, call, request_id) for request_id in ids]
    for request in requests:
        _acknowledge(world, request)
    return json_answer("Acknowledged")


def _acknowledge(world: World, request: Request) -> None:
    now = world.now()
    if isinstance(request, ImportRequest):
        event = Acknowledged(tenant=request.tenant, request_id=request.request_id, at=now)
        world.books.master_data.put(event)
    else:
        status = after_acknowledgement(request.status)
        world.books.requests.put(replace(request, status=status, updated=now))


def _all(world: World, call: Call) -> Iterator[Request]:
    tenant = call.tenant.name
    yield from (request for request in world.books.requests if request.tenant == tenant)
    yield from world.books.master_data.requests(tenant)


def _find(world: World, call: Call, request_id: str) -> Request | None:
    tenant = call.tenant.name
    return world.books.requests.get(tenant, request_id) or world.books.master_data.request(tenant, request_id)


def _acknowledgeable(world: World, call: Call, request_id: str) -> Request:
    request = _find(world, call, request_id)
    if request is None:
        raise empty_refusal(404)
    if request.status is Processing.IN_PROGRESS:
        raise _refused(call, 400, f"{request_id} is still in progress", "DATA_VALIDATION_FAILED")
    if request.status not in _ENDED:
        raise _refused(call, 405, f"{request_id} is already acknowledged", "METHOD_NOT_ALLOWED")
    return request


def _refused(call: Call, status: int, message: str, code: str) -> RefusalError:
    return p2p_refusal(
        request_id=call.request_id, status=status, messages=[message], code=code, kind="BUSINESS"
    )


def _answer(requests: Iterable[Request], *, without_successes: bool) -> Answer:
    # Thousands of items in one answer, and no number among them whose digits could be lost.
    value = {"requestStatus": [_written(request, without_successes) for request in requests]}
    return Answer(status=200, body=json.dumps(value, ensure_ascii=False).encode())


def _written(request: Request, without_successes: bool) -> dict[str, Any]:
    updated = stamp(request.updated)
    if isinstance(request, ImportRequest):
        items, version, list_key = _imported(request), request.version, request.list_key
    else:
        items, version, list_key = [_response(request)], 1, None
    return {
        "requestId": request.request_id,
        "entityType": request.entity_type,
        "entityVersion": f"{request.entity_type}V{version}",
        "requestStatus": request.status.value,
        "operationType": "POST",
        "genericListKey": list_key,
        "lastUpdated": updated,
        "systems": [
            {
                "system": _SYSTEM,
                "module": "IA",
                "systemStatus": request.status.value,
                "lastUpdated": updated,
                "items": [item for item in items if not (without_successes and item["status"] == "Success")],
            }
        ],
    }


def _imported(request: ImportRequest) -> list[dict[str, Any]]:
    return [
        {
            "externalCode": item.code,
            "parentExternalCode": None,
            "status": item.verdict.status if item.verdict else "InProgress",
            "errors": [
                {"type": item.verdict.finding_type, "message": found.message, "category": found.category}
                for found in item.verdict.findings
            ]
            if item.verdict
            else [],
        }
        for item in request.items
    ]


def _response(request: RequestRecord) -> dict[str, Any]:
    item_status, errors = _ITEM_STATUS[request.status], []
    if (outcome := request.outcome) is not None:
        item_status = outcome.status.value
        errors.append(
            {"type": outcome.status.finding, "message": outcome.message, "category": outcome.category}
        )
    return {
        "externalCode": request.external_code,
        "parentExternalCode": request.invoice_id,
        "status": item_status,
        "errors": errors,
    }
