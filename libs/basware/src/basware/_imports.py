"""An import sent, what its answer says about each record, and records as they are read back."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence

from basware._answers import SUCCESS, elements, unreadable
from basware._api import Api
from basware._call import Call
from basware._import_batch import Batch, make_batch
from basware._json import text_of
from basware._transport import Answer
from basware.errors import BaswareError, ErrorEntity, ImportRefused, Refused, RetryLater
from basware.imports import ImportAccepted, ImportApi, ImportedRecord
from basware.limits import Limits

_MOST_FINDINGS = 5000
_LONGEST_FINDING = 2000


async def send(
    records: Sequence[str],
    call: Call,
    *,
    api: Api,
    target: ImportApi,
    limits: Limits,
    traceparent: str | None,
) -> ImportAccepted:
    """Sends these records as one request and reads what the answer says about it."""
    batch = await make_batch(records, call, target=target)
    answer = await api.send(
        call=call,
        method="POST",
        url=api.url(*target.path),
        body=batch.body,
        max_bytes=limits.import_bytes,
        traceparent=traceparent,
    )
    if answer.status not in SUCCESS or answer.is_markup:
        raise _refusal(answer, call, api=api, batch=batch)
    await _check_stored(answer, call, api=api, target=target, batch=batch)
    return ImportAccepted(request_id=answer.request_id)


def read_records(answer: Answer, call: Call, *, target: ImportApi) -> Iterator[ImportedRecord]:
    """The records of a page, wrapped or bare, in its order, parsed one by one."""
    for element in elements(answer, call, wrapper=target.wrapper):
        if not isinstance(element.value, dict):
            raise unreadable(answer, call, "the answer holds something that is not an object")
        code = text_of(element.value, "externalCode")
        if code is None:
            raise unreadable(answer, call, "the answer holds a record without externalCode")
        yield ImportedRecord(external_code=code, content=element.value)


async def _check_stored(answer: Answer, call: Call, *, api: Api, target: ImportApi, batch: Batch) -> None:
    """Basware echoes what it has stored (P2P OpenAPI 26.06): an answer that lacks a record of ours is none to it.

    Its error model in spite of a good status is a refusal of the records it names; the others may be stored.
    """
    missing = set(batch.external_codes)
    for element in elements(answer, call, wrapper=target.wrapper):
        content = element.value
        if not isinstance(content, dict):
            raise unreadable(answer, call, "the answer holds something that is not an object")
        if content.get("hasErrors") is True:
            raise _refused(answer, call, api=api, batch=batch, may_have_taken_effect=True)
        missing.discard(text_of(content, "externalCode") or "")
        await asyncio.sleep(0)
    if missing:
        raise unreadable(
            answer,
            call,
            f"the answer does not echo {len(missing)} of {len(batch.external_codes)} records, "
            f"{min(missing)} is one of them",
        )


def _refusal(answer: Answer, call: Call, *, api: Api, batch: Batch) -> BaswareError:
    """The error for an answer to an import that is no success.

    A 409 is what another request on the same records causes, as far as is known: no code comes twice in ours.
    """
    error = api.refusal(answer, call)
    if type(error) is not Refused:
        return error
    if answer.status == 409:
        return RetryLater(
            error.message,
            operation=call.operation,
            remote=call.remote,
            record=call.record,
            status=answer.status,
            request_id=error.request_id,
            excerpt=error.excerpt,
            entities=error.entities,
            retry_after=api.retry_after(answer),
        )
    return _refused(answer, call, api=api, batch=batch, may_have_taken_effect=False)


def _refused(
    answer: Answer, call: Call, *, api: Api, batch: Batch, may_have_taken_effect: bool
) -> ImportRefused:
    """A refusal record by record. A code that is none of ours (a part's, a parent's) accuses no record."""
    error = api.refusal(answer, call)
    findings = api.words(answer, most=_MOST_FINDINGS)
    guilty: dict[str, list[ErrorEntity]] = {}
    general: list[ErrorEntity] = []
    for finding in findings:
        ours = finding.external_code in batch.external_codes
        (guilty.setdefault(finding.external_code or "", []) if ours else general).append(finding)
    first = "; ".join(str(finding) for finding in findings[:3])
    return ImportRefused(
        f"refused: {first}" if first else "refused",
        guilty={code: "; ".join(_lines(found))[:_LONGEST_FINDING] for code, found in guilty.items()},
        general=_lines(general),
        operation=call.operation,
        remote=call.remote,
        record=call.record,
        status=answer.status,
        request_id=error.request_id,
        excerpt=error.excerpt,
        entities=findings,
        may_have_taken_effect=may_have_taken_effect,
    )


def _lines(findings: Iterable[ErrorEntity]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(finding) for finding in findings))
