"""Every kind of response to an invoice: stored at once, echoed, and processed by P2P later (see `confirmation`)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from .accounting_documents import find
from .answers import Answer, RefusalError, json_answer, p2p_refusal
from .call import Call
from .document_changes import changed, digest
from .item_outcomes import ItemOutcome, OutcomePlan
from .records import DocumentRecord, RequestRecord, Tenant
from .response_settings import RepeatedResponse
from .schema import Kind
from .settings import TenantSettings
from .world import World
from .write_rules import watch_spacing

MOST_RESPONSES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseKind:
    """What tells one kind of response from the others.

    Args:
        words: what it is called in the history, such as ``transfer response``.
        entity_type: what it is called in request statuses.
        listed_as: the last part of its address, and the document's field that lists the latest 100 of it.
        takes: whether a document may be responded to.
        repeat: what a response under a used external code gets; called with the settings, and whether it is equal.
        watch: notes what breaks a rule without being refused.
        stored: what storing it changes on the document besides the list.
    """

    words: str
    entity_type: str
    listed_as: str
    shape: Kind
    takes: Callable[[DocumentRecord, TenantSettings], bool]
    repeat: Callable[[TenantSettings, bool], RepeatedResponse]
    watch: Callable[[World, DocumentRecord, dict[str, Any]], None]
    stored: Callable[[DocumentRecord, RequestRecord], DocumentRecord]


async def take(world: World, call: Call, kind: ResponseKind) -> Answer:
    """Store a response and echo it; its outcome is asked for by the request id of this answer.

    Raises:
        RefusalError: 400 for what the schema or the status forbids; 404; 400 or 409 for an external code that was
            used, as the kind and the tenant have it.
    """
    call.allow_parameters()
    response = call.json_body(kind.shape)
    record = find(world, call)
    watch_spacing(world=world, record=record, call=call, operation=kind.listed_as)
    code = response["externalCode"]
    held = record.response_digests.get(code)
    if held is not None:
        _repeat(world, call, kind, record, response, same=held == digest(response))
        return json_answer(response)
    if not kind.takes(record, call.tenant.settings):
        message = f"A {kind.words} is not allowed for a document in status {record.status}"
        raise _refused(call, code, message, status=400, error="DATA_VALIDATION_FAILED")
    kind.watch(world, record, response)
    _store(world, call, kind, record, response)
    return json_answer(response)


def _store(
    world: World, call: Call, kind: ResponseKind, record: DocumentRecord, response: dict[str, Any]
) -> None:
    now = world.now()
    plan = record.plan
    delay = call.tenant.settings.confirm_delay_seconds
    if plan is not None and plan.delay_seconds is not None:
        delay = plan.delay_seconds
    request = _request(world, call, kind, record, response)
    held = record.document().get(kind.listed_as) or []
    record = changed(
        record,
        at=now,
        event=f"{kind.words} stored",
        request_id=call.request_id,
        changes={kind.listed_as: [*held, response][-MOST_RESPONSES:]},
        detail=f"{response['externalCode']} success={response['success']}",
    )
    codes = {**record.response_digests, response["externalCode"]: digest(response)}
    record = replace(record, response_digests=codes, last_write=now, plan=_after_one_use(plan))
    world.books.documents.put(kind.stored(record, request))
    planned = plan.outcome() if plan is not None else _planned_for_all(world, call.tenant)
    _expect(world, replace(request, due=now + timedelta(seconds=delay), planned=planned))


def _repeat(
    world: World,
    call: Call,
    kind: ResponseKind,
    record: DocumentRecord,
    response: dict[str, Any],
    *,
    same: bool,
) -> None:
    code = response["externalCode"]
    match kind.repeat(call.tenant.settings, same):
        case RepeatedResponse.CONFLICT:
            message = f"externalCode {code} was already posted"
            raise _refused(call, code, message, status=409, error="CONFLICT_IN_POST")
        case RepeatedResponse.REFUSED:
            message = f"externalCode {code} was used for {'this' if same else 'another'} response"
            raise _refused(call, code, message, status=400, error="DATA_VALIDATION_FAILED")
        case RepeatedResponse.IDEMPOTENT:
            pass
    first = next(
        request
        for request in world.books.requests
        if (request.tenant, request.invoice_id, request.external_code)
        == (record.tenant, record.invoice_id, code)
    )
    now = world.now()
    repeated = changed(
        record, at=now, event=f"{kind.words} repeated", request_id=call.request_id, detail=code
    )
    world.books.documents.put(replace(repeated, last_write=now))
    request = _request(world, call, kind, record, response)
    _expect(world, replace(request, due=max(now, first.due), repeats=first.request_id))


def _request(
    world: World, call: Call, kind: ResponseKind, record: DocumentRecord, response: dict[str, Any]
) -> RequestRecord:
    now = world.now()
    return RequestRecord(
        tenant=record.tenant,
        request_id=call.request_id,
        number=len(world.books.requests) + 1,
        entity_type=kind.entity_type,
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
