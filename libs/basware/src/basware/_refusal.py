"""What an answer's status and words mean: from an HTTP answer that is not a success to one of our errors."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from basware._call import Call
from basware._json import Json, NotJson, parse, text_of
from basware._redaction import excerpt
from basware._transport import Answer
from basware.errors import (
    AlreadyAcknowledged,
    BaswareError,
    CredentialsRefused,
    ErrorEntity,
    NotFound,
    ProtocolError,
    Refused,
    RetryLater,
)

MAX_RETRY_AFTER = 24 * 3600.0
_MAX_ENTITIES = 100
_MAX_WORDS = 2000

_WHATEVER_THE_BODY: dict[int, tuple[type[BaswareError], str]] = {
    401: (CredentialsRefused, "the credentials are refused"),
    407: (ProtocolError, "a proxy in between wants credentials"),
    408: (RetryLater, "the remote gave up waiting for the request"),
    421: (RetryLater, "the request came to a server that is not meant for it"),
    425: (RetryLater, "the remote does not want the request yet"),
    429: (RetryLater, "throttled"),
}
_BY_THE_API: dict[int, tuple[type[BaswareError], str]] = {
    403: (CredentialsRefused, "the credentials or their scopes are refused"),
    404: (NotFound, "not found"),
}


def refusal(answer: Answer, call: Call, *, secrets: tuple[str, ...], now: datetime) -> BaswareError:
    """The error for an answer of the API that is no success.

    401 and 403 reach this only after a renewed token was tried. 405 means "acknowledged before" for the
    calls that acknowledge (Basware P2P OpenAPI) and is refused elsewhere.
    """
    kind, message = _kind(answer, call)
    body = hidden(answer.body, secrets)
    entities = tuple(words(body))
    if entities and kind is not ProtocolError:
        message = f"{message}: {'; '.join(str(entity) for entity in entities[:3])}"
    return kind(
        message,
        operation=call.operation,
        remote=call.remote,
        record=call.record,
        status=answer.status,
        request_id=answer.request_id or _request_id(body),
        excerpt="" if entities else excerpt(body),
        entities=entities,
        advice=_advice(kind, entities),
        may_have_taken_effect=call.writes and not 300 <= answer.status < 500,
        retry_after=retry_after(answer.headers.get("Retry-After"), now=now) if kind is RetryLater else None,
    )


def stored_refusal(answer: Answer, call: Call, *, now: datetime) -> BaswareError:
    """The error for an answer of the pre-signed address that a document was redirected to.

    Its links live for minutes, so what a link refuses is asked for again from the start. A 400 is not
    about the link: it is how storage answers a request that carried an Authorization.
    """
    again = answer.status >= 500 or answer.status in {401, 403, 404, 408, 410, 429}
    kind = RetryLater if again else ProtocolError
    return kind(
        f"the redirect's target answered {answer.status} instead of the document",
        operation=call.operation,
        remote=call.remote,
        record=call.record,
        status=answer.status,
        excerpt=excerpt(answer.body),
        retry_after=retry_after(answer.headers.get("Retry-After"), now=now) if again else None,
    )


def retry_after(header: str | None, *, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header (seconds or HTTP date), 0 to a day; None when unreadable."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), MAX_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(text)
        seconds = ((at.replace(tzinfo=UTC) if at.tzinfo is None else at) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER)


def hidden(body: bytes, secrets: tuple[str, ...]) -> bytes:
    """The body without these secrets, should the remote have echoed one."""
    for secret in secrets:
        body = body.replace(secret.encode(), b"[hidden]")
    return body


def words(body: bytes, *, most: int = _MAX_ENTITIES) -> Iterator[ErrorEntity]:
    """Basware's words in an error body, in every shape its platform uses, up to so many.

    `errors` (P2P), `errorMessages` (push notifications), `message` (gateway), `error` with
    `error_description` (tokens), `detail` (tokens, validation) and `title` with `errors` by field.
    """
    try:
        content = parse(body)
    except NotJson:
        return
    if not isinstance(content, dict):
        yield from _entities(content)
        return
    found = 0
    for name in ("errors", "errorMessages", "detail"):
        for entity in _entities(content.get(name)):
            if found == most:
                return
            found += 1
            yield entity
    if found:
        return
    message = (
        text_of(content, "message") or text_of(content, "error_description") or text_of(content, "title")
    )
    code = text_of(content, "error") or text_of(content, "code")
    if message or code:
        yield ErrorEntity(message=_line(message or code or ""), code=code if message else None)


def _entities(errors: Json) -> Iterator[ErrorEntity]:
    if isinstance(errors, str) and errors.strip():
        yield ErrorEntity(message=_line(errors))
    elif isinstance(errors, list):
        for error in errors:
            yield from _entity(error)
    elif isinstance(errors, dict):
        for field, faults in errors.items():
            yield ErrorEntity(message=_joined(faults), info=field)


def _entity(error: Json) -> Iterator[ErrorEntity]:
    if isinstance(error, str) and error.strip():
        yield ErrorEntity(message=_line(error))
    elif isinstance(error, dict):
        code = text_of(error, "code")
        message = text_of(error, "message") or text_of(error, "msg") or code
        if message:
            where = error.get("loc")
            yield ErrorEntity(
                message=_line(message),
                code=code if code != message else None,
                type=text_of(error, "type"),
                external_code=text_of(error, "externalCode"),
                info=text_of(error, "info") or (_joined(where) if where else None),
            )


def _joined(faults: Json) -> str:
    parts = faults if isinstance(faults, list) else [faults]
    return _line(", ".join(str(part) for part in parts))


def _line(text: str) -> str:
    """On one line and of bounded length: it ends up in logs and on screens."""
    return " ".join("".join(c if c.isprintable() else " " for c in text[:_MAX_WORDS]).split())


def _kind(answer: Answer, call: Call) -> tuple[type[BaswareError], str]:
    status = answer.status
    if status in _WHATEVER_THE_BODY:
        return _WHATEVER_THE_BODY[status]
    if status >= 500:
        return RetryLater, "the remote cannot answer at the moment"
    if answer.is_markup:
        return ProtocolError, "a page instead of an answer of the API"
    if status == 405 and "acknowledge" in call.operation:
        return AlreadyAcknowledged, "acknowledged before"
    if 400 <= status < 500:
        return _BY_THE_API.get(status, (Refused, "refused"))
    return ProtocolError, "an answer that the API does not have"


def _advice(kind: type[BaswareError], entities: tuple[ErrorEntity, ...]) -> str | None:
    if kind is CredentialsRefused and any("Missing Authentication Token" in e.message for e in entities):
        return "The gateway knows no such path: check the base URL, then the credentials."
    return None


def _request_id(body: bytes) -> str | None:
    try:
        content = parse(body)
    except NotJson:
        return None
    found = text_of(content, "requestId") if isinstance(content, dict) else None
    return found if found and len(found) <= 128 and found.isprintable() else None
