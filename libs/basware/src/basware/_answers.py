"""What a successful answer must hold to be believed."""

from basware import request_status as statuses
from basware._call import Call
from basware._json import NotJson, records, text_of
from basware._redaction import excerpt
from basware._transport import Answer
from basware.errors import ProtocolError
from basware.request_status import RequestStatus

SUCCESS = frozenset({200, 201, 202, 204})


def means_none(answer: Answer) -> bool:
    """Whether the API says that nothing was found: 404, unless it is some other server's page."""
    return answer.status == 404 and not answer.is_markup


def check_echo(answer: Answer, call: Call, *, external_code: str) -> None:
    """Basware echoes a response it has stored; without our external code in it, it is no answer to it."""
    try:
        echoed = [r.value for r in records(answer.body, wrapper="transferResponses")]
    except NotJson as exc:
        what = "empty" if not answer.body.strip() else f"not JSON: {exc}"
        raise _unreadable(answer, call, f"the answer is {what}") from None
    if not any(isinstance(e, dict) and text_of(e, "externalCode") == external_code for e in echoed):
        raise _unreadable(answer, call, "the answer does not echo the response that was sent")


def request_status(answer: Answer, call: Call, *, request_id: str) -> RequestStatus | None:
    """The status of the request asked for; None when the list is empty."""
    try:
        found = [r.value for r in records(answer.body, wrapper=statuses.WRAPPER)]
    except NotJson as exc:
        what = "empty" if not answer.body.strip() else f"not JSON: {exc}"
        raise _unreadable(answer, call, f"the answer is {what}") from None
    if not found:
        return None
    for content in found:
        status = statuses.read(content) if isinstance(content, dict) else None
        if status is not None and status.request_id.lower() == request_id.lower():
            return status
    raise _unreadable(answer, call, "the answer is about another request than the one asked for")


def _unreadable(answer: Answer, call: Call, message: str) -> ProtocolError:
    return call.protocol_error(
        message, status=answer.status, request_id=answer.request_id, excerpt=excerpt(answer.body)
    )
