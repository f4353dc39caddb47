"""Posting to the API: what it answers is a success, or raised as what it is."""

import json
from collections.abc import Sequence
from typing import Protocol

from basware import _answers, _arguments
from basware._api import Api
from basware._call import Call
from basware._lists import DOCUMENTS, REQUEST_STATUS
from basware._transport import Answer
from basware.limits import Limits


class Response(Protocol):
    """What is told of an invoice, under an external code of its own."""

    @property
    def external_code(self) -> str:
        """New for every response on the invoice, the same for a repeat of one."""

    def to_json(self, call: Call) -> bytes:
        """The request body; `InvalidRequest` where a published limit is broken."""


async def post(
    api: Api,
    call: Call,
    *segments: str,
    limits: Limits,
    traceparent: str | None,
    body: bytes | None = None,
) -> Answer:
    """The API's answer to a POST, if it is a success."""
    answer = await api.send(
        call=call,
        method="POST",
        url=api.url(*segments),
        body=body,
        max_bytes=limits.answer_bytes,
        traceparent=traceparent,
    )
    if answer.status not in _answers.SUCCESS or answer.is_markup:
        raise api.refusal(answer, call)
    return answer


async def respond(
    api: Api,
    call: Call,
    response: Response,
    *,
    invoice_id: str,
    kind: str,
    limits: Limits,
    traceparent: str | None,
) -> str | None:
    """Sends a response; Basware's request id, once it has echoed the response.

    `kind` is the last part of the address, and the name that the document lists such responses under.
    """
    _arguments.identifier(invoice_id, call, field="invoiceId", longest=36)
    body = response.to_json(call)
    answer = await post(
        api, call, *DOCUMENTS, invoice_id, kind, limits=limits, traceparent=traceparent, body=body
    )
    _answers.check_echo(answer, call, wrapper=kind, external_code=response.external_code)
    return answer.request_id


async def acknowledge_requests(
    api: Api, request_ids: Sequence[str], *, limits: Limits, traceparent: str | None
) -> None:
    """Marks the outcomes of these requests as seen."""
    call = api.call("acknowledge_request_status", record=", ".join(request_ids[:3]), writes=True)
    for request_id in request_ids:
        _arguments.identifier(request_id, call, field="requestIds", longest=128)
    if not request_ids:
        raise call.invalid("requestIds is empty", field="requestIds", limit="at least one")
    body = json.dumps({"requestIds": list(request_ids)}).encode()
    answer = await post(
        api, call, *REQUEST_STATUS, "acknowledge", limits=limits, traceparent=traceparent, body=body
    )
    _answers.check_done(answer, call)
