"""What a successful answer must hold to be believed."""

from collections.abc import Iterator

from basware import request_status as statuses
from basware._call import Call
from basware._json import Element, NotJson, parse, records, text_of
from basware._redaction import excerpt
from basware._transport import Answer
from basware.errors import ProtocolError
from basware.request_status import RequestStatus

SUCCESS = frozenset({200, 201, 202, 204})


def means_none(answer: Answer) -> bool:
    """Whether the API says that nothing was found: 404, unless it is some other server's page."""
    return answer.status == 404 and not answer.is_markup


def elements(answer: Answer, call: Call, *, wrapper: str) -> Iterator[Element]:
    """The records of an answer, wrapped or bare, parsed one by one; `ProtocolError` saying what came instead."""
    try:
        yield from records(answer.body, wrapper=wrapper)
    except NotJson as exc:
        if not answer.body.strip():
            reason = "the answer is empty"
        elif answer.is_markup:
            reason = "a page instead of an answer of the API"
        else:
            reason = f"the answer is not the JSON expected: {exc}"
        raise unreadable(answer, call, reason) from None


def check_done(answer: Answer, call: Call) -> None:
    """A confirmation in words that are not published; only one that speaks of errors is no confirmation."""
    try:
        content = parse(answer.body)
    except NotJson:
        return
    if isinstance(content, dict) and any(content.get(name) is True for name in ("hasErrors", "hasError")):
        raise unreadable(answer, call, "the answer speaks of errors in spite of its status")


def check_echo(answer: Answer, call: Call, *, wrapper: str, external_code: str) -> None:
    """Basware echoes a response it has stored; without our external code in it, it is no answer to it."""
    echoed = [element.value for element in elements(answer, call, wrapper=wrapper)]
    if not any(isinstance(e, dict) and text_of(e, "externalCode") == external_code for e in echoed):
        raise unreadable(answer, call, "the answer does not echo the response that was sent")


def request_status(answer: Answer, call: Call, *, request_id: str) -> RequestStatus | None:
    """The status of the request asked for; None when the list is empty."""
    found = [element.value for element in elements(answer, call, wrapper=statuses.WRAPPER)]
    if not found:
        return None
    for content in found:
        status = statuses.read(content) if isinstance(content, dict) else None
        if status is not None and status.request_id.lower() == request_id.lower():
            return status
    raise unreadable(answer, call, "the answer is about another request than the one asked for")


def request_statuses(answer: Answer, call: Call) -> Iterator[RequestStatus]:
    """The statuses of a page, parsed one by one."""
    for element in elements(answer, call, wrapper=statuses.WRAPPER):
        status = statuses.read(element.value) if isinstance(element.value, dict) else None
        if status is None:
            raise unreadable(answer, call, "the answer holds something that is no status of a request")
        yield status


def unreadable(answer: Answer, call: Call, reason: str) -> ProtocolError:
    """An answer with a good status that cannot be believed."""
    return call.protocol_error(
        reason, status=answer.status, request_id=answer.request_id, excerpt=excerpt(answer.body)
    )
