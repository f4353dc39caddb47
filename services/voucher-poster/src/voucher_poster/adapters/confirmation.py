"""What became of a response that Basware stored: by the status of its request, or by the document itself.

A transferResponse and a paymentResponse are asked for alike; they differ in what the document shows of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ap_domain.invoice_state import InvoiceState
from basware import BaswareClient, BaswareError, ItemState, ItemStatus, RequestState, RequestStatus
from chassis.failpoints import reached
from chassis.ledger.entry import Entry
from chassis.ledger.outcomes import Done, Outcome, Parked, Retry
from chassis.ledger.ports import Clock
from chassis.ledger.words import words
from chassis.trace import TraceContext

from voucher_poster.core.paying import LONGEST_SILENCE

InvoiceEntry = Entry[InvoiceState]

UNKNOWN_SECONDS = 60.0
"""How long Basware may not know a request it stored before the document is asked instead."""
FORGOTTEN_SECONDS = 300.0
"""How long neither the request nor the document may show a response before it is sent again."""
_LONGEST_WAIT = 60.0
_SUCCESS = (RequestState.SUCCESS, RequestState.ACKNOWLEDGED_SUCCESS)
_CARRIED_OUT = (ItemState.SUCCESS, ItemState.WARNING)
_ERROR = (RequestState.ERROR, RequestState.ACKNOWLEDGED_ERROR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Basware's word on a response: `problem` if it was not carried out, `overtaken` if only for a later one's sake,
    `unchanged` if only because Basware has it already.
    """

    problem: str | None = None
    overtaken: bool = False
    unchanged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A response that Basware stored, and how it is recognised in the document.

    `shown` is what the document says of it, None while that is open; `proven` says that it was carried out whatever
    its request's status says; `answer` turns the word into what the invoice's rules know; `forgotten` makes it of
    a document that shows nothing of the response although it waits for one, None where it does or that is for a person.
    """

    external_code: str
    request_id: str | None
    shown: Callable[[Mapping[str, object]], Word | None]
    proven: Callable[[Mapping[str, object]], bool]
    answer: Callable[[Word], object]
    forgotten: Callable[[Mapping[str, object]], object | None] = lambda _: None


class Confirmation:
    """Asks. Raises BaswareError."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock

    async def of(self, stored: Stored, entry: InvoiceEntry, client: BaswareClient) -> Outcome:
        """The outcome of the response, or when to ask again."""
        waited = self._waited(entry)
        status = None
        if stored.request_id is not None:
            status = await client.request_status(stored.request_id, traceparent=trace(entry))
        if status is None and (stored.request_id is None or waited > UNKNOWN_SECONDS):
            return await _by_document(stored, entry, client, waited=waited, unknown=True)
        if status is None or status.state not in (*_SUCCESS, *_ERROR):
            if waited > LONGEST_SILENCE:
                return await _by_document(stored, entry, client, waited=waited, unknown=status is None)
            return _ask_again(
                f"Basware works on the report ({status.state if status else 'unknown'})", waited
            )
        word = await _last_word(_word(status, stored.external_code), stored, entry, client)
        await _forget(status, client, entry)
        reached("outcome heard")
        return Done(value=stored.answer(word))

    def _waited(self, entry: InvoiceEntry) -> float:
        """Seconds since the response was stored, less the spacing of writes."""
        if entry.since is None:
            return 0.0
        return max((self._clock.now() - (entry.body.write_after or entry.since)).total_seconds(), 0.0)


def trace(entry: InvoiceEntry) -> str | None:
    """The traceparent of a call made for the invoice."""
    context = TraceContext.parse(entry.trace_id)
    return context.child().traceparent if context else None


async def _last_word(word: Word, stored: Stored, entry: InvoiceEntry, client: BaswareClient) -> Word:
    """The document may outweigh what an item says: it may be an overtaken or a repeated response."""
    if word.problem is None:
        return word
    document = await client.get_document(entry.body.invoice_id, traceparent=trace(entry))
    had_it = word.unchanged and stored.shown(document.content) == Word()
    return Word() if had_it or stored.proven(document.content) else word


async def _by_document(
    stored: Stored, entry: InvoiceEntry, client: BaswareClient, *, waited: float, unknown: bool
) -> Outcome:
    """`unknown`: Basware does not know the response's request, or never named one."""
    document = await client.get_document(entry.body.invoice_id, traceparent=trace(entry))
    word = stored.shown(document.content)
    if word is not None:
        return Done(value=stored.answer(word))
    forgotten = stored.forgotten(document.content) if unknown and waited > FORGOTTEN_SECONDS else None
    if forgotten is not None:
        return Done(value=forgotten)
    if waited > LONGEST_SILENCE:
        return Parked(reason=f"Basware has not said within {waited / 3600:.0f} h what became of the report")
    return _ask_again(f"Basware has the invoice in status {document.processing_status}", waited)


async def _forget(status: RequestStatus, client: BaswareClient, entry: InvoiceEntry) -> None:
    """Tell Basware that the outcome was seen; nothing depends on it."""
    if status.state not in (RequestState.SUCCESS, RequestState.ERROR):
        return
    try:
        await client.acknowledge_request_status([status.request_id], traceparent=trace(entry))
    except BaswareError:
        return


def _ask_again(reason: str, waited: float) -> Retry:
    """Nobody is to blame: one second at first, a tenth of the time waited later."""
    return Retry(reason=reason, after=min(max(1.0, waited / 10), _LONGEST_WAIT), blame=False)


def _word(status: RequestStatus, code: str) -> Word:
    """Basware's words where the response was not carried out; of other items only if none names ours."""
    items = status.items_of(code) or status.items
    failed = [item for item in items if item.state not in _CARRIED_OUT]
    if not failed and status.state in _SUCCESS:
        return Word()
    problem = words("; ".join(map(_said, failed)) or f"the request ended as {status.state} without a reason")
    overtaken = bool(failed) and all(item.state is ItemState.RECORD_EXPIRED for item in failed)
    unchanged = bool(failed) and all(item.state is ItemState.NOT_PROCESSED for item in failed)
    return Word(problem=problem, overtaken=overtaken, unchanged=unchanged)


def _said(item: ItemStatus) -> str:
    return ", ".join(
        f"{error.type}: {error.message}" if error.type else error.message for error in item.errors
    ) or (f"item {item.external_code} is {item.state}, without a reason")
