"""``POST .../transferResponses``: stored at once, processed by P2P later (see `confirmation`)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from .accounting_documents import find
from .answers import Answer, RefusalError, json_answer, p2p_refusal
from .call import Call
from .document_changes import changed, digest
from .item_outcomes import ItemOutcome, OutcomePlan
from .records import DocumentRecord, RequestRecord, Tenant
from .responses_model import TRANSFER_RESPONSE
from .settings import RepeatedResponse
from .world import World
from .write_rules import MOST_RESPONSES, watch_response, watch_spacing

# The vendor forbids it for Transferred only; before that, a document must at least have come to its transfer.
_TAKES_RESPONSES = frozenset({"WaitingForTransfer", "TransferInProgress", "TransferFailed"})


async def send_transfer_response(world: World, call: Call) -> Answer:
    """Store a response and echo it; its outcome is asked for by the request id of this answer.

    Raises:
        RefusalError: 400 for what the schema, the status or a used external code forbids; 404; 409 for an exact
            repeat where the tenant is set so.
    """
    call.allow_parameters()
    response = call.json_body(TRANSFER_RESPONSE)
    record = find(world, call)
    watch_spacing(world=world, record=record, call=call, operation="transferResponses")
    code = response["externalCode"]
    stored = record.response_digests.get(code)
    if stored is not None:
        _repeat(world, call, record, response, same=stored == digest(response))
        return json_answer(response)
    if record.status not in _TAKES_RESPONSES:
        message = f"A transfer response is not allowed for a document in status {record.status}"
        raise _refused(call, code, message, status=400, error="DATA_VALIDATION_FAILED")
    watch_response(world=world, record=record)
    _store(world, call, record, response)
    return json_answer(response)


def _store(world: World, call: Call, record: DocumentRecord, response: dict[str, Any]) -> None:
    now = world.now()
    plan = record.plan
    delay = call.tenant.settings.confirm_delay_seconds
    if plan is not None and plan.delay_seconds is not None:
        delay = plan.delay_seconds
    held = record.document().get("transferResponses") or []
    record = changed(
        record,
        at=now,
        event="transfer response stored",
        request_id=call.request_id,
        changes={"transferResponses": [*held, response][-MOST_RESPONSES:]},
        detail=f"{response['externalCode']} success={response['success']}",
    )
    codes = {**record.response_digests, response["externalCode"]: digest(response)}
    world.books.documents.put(
        replace(record, response_digests=codes, last_write=now, plan=_after_one_use(plan))
    )
    request = _request(world, call, record, response)
    planned = plan.outcome() if plan is not None else _planned_for_all(world, call.tenant)
    _expect(world, replace(request, due=now + timedelta(seconds=delay), planned=planned))


def _repeat(
    world: World, call: Call, record: DocumentRecord, response: dict[str, Any], *, same: bool
) -> None:
    code = response["externalCode"]
    if not same:
        message = f"externalCode {code} was used for another response"
        raise _refused(call, code, message, status=400, error="DATA_VALIDATION_FAILED")
    if call.tenant.settings.repeat_response is RepeatedResponse.CONFLICT:
        message = f"externalCode {code} was already posted"
        raise _refused(call, code, message, status=409, error="CONFLICT_IN_POST")
    first = next(
        request
        for request in world.books.requests
        if (request.tenant, request.invoice_id, request.external_code)
        == (record.tenant, record.invoice_id, code)
    )
    now = world.now()
    repeated = changed(
        record, at=now, event="transfer response repeated", request_id=call.request_id, detail=code
    )
    world.books.documents.put(replace(repeated, last_write=now))
    request = _request(world, call, record, response)
    _expect(world, replace(request, due=max(now, first.due), repeats=first.request_id))


def _request(world: World, call: Call, record: DocumentRecord, response: dict[str, Any]) -> RequestRecord:
    now = world.now()
    return RequestRecord(
        tenant=record.tenant,
        request_id=call.request_id,
        number=len(world.books.requests) + 1,
        entity_type="TransferResponse",
        invoice_id=record.invoice_id,
        cycle=record.cycle,
        external_code=response["externalCode"],
        response=response,
        accepted=now,
        due=now,
        visible=now + timedelta(seconds=call.tenant.settings.request_status_hidden_seconds),
        updated=now,
    )


def _expect(world: World, request: RequestRecord) -> None:
    world.confirmations.expect(world.books.requests.put(request))


def _after_one_use(plan: OutcomePlan | None) -> OutcomePlan | None:
    if plan is None or plan.times is None:
        return plan
    return replace(plan, times=plan.times - 1) if plan.times > 1 else None


def _planned_for_all(world: World, tenant: Tenant) -> ItemOutcome | None:
    error = tenant.settings.item_error
    if error is None:
        return None
    if error.times is not None:
        left = replace(error, times=error.times - 1) if error.times > 1 else None
        world.books.tenants.put(replace(tenant, settings=replace(tenant.settings, item_error=left)))
    return ItemOutcome(message=error.message, category=error.category)


def _refused(call: Call, code: str, message: str, *, status: int, error: str) -> RefusalError:
    return p2p_refusal(
        request_id=call.request_id,
        status=status,
        messages=[message],
        code=error,
        kind="BUSINESS",
        external_code=code,
    )
