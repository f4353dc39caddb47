"""The books of master data: records by tenant and import, requests by id, changed by events and nothing else."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Discriminator, TypeAdapter

from .import_apis import api_named, list_key
from .import_records import (
    RECENT_POSTS,
    SUCCESS,
    Accepted,
    Acknowledged,
    Event,
    ImportItem,
    ImportRequest,
    MasterRecord,
    Placed,
    Removed,
    Settled,
    Verdict,
)
from .journal import Journal
from .p2p_index import P2PIndex
from .records import Processing, after_acknowledgement

TABLE = "masterdata"
SPACING_SECONDS = 1
_EVENTS: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Discriminator("event")])


@dataclass(slots=True, kw_only=True)
class Shelf:
    """Everything of one import of one tenant. Records are in the order of their first coming."""

    records: dict[str, MasterRecord] = field(default_factory=dict)
    in_p2p: int = 0
    requests: int = 0
    posted: int = 0
    largest_request: int = 0
    ended: Counter[str] = field(default_factory=Counter)


class MasterData:
    """Records and requests. What is put is visible at once and durable once the journal says so."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._shelves: dict[tuple[str, str], Shelf] = defaultdict(Shelf)
        self._requests: dict[tuple[str, str], ImportRequest] = {}
        self._indexes: dict[str, P2PIndex] = defaultdict(P2PIndex)

    def put(self, event: Event) -> None:
        """Let something happen."""
        self._apply(event)
        self._write(event)

    def restore(self, value: Any) -> None:
        """Let it happen again, from the journal; in the same order."""
        self._apply(_EVENTS.validate_python(value))

    def end_item(self, request: ImportRequest, place: int, verdict: Verdict) -> None:
        """Let an item end; `finish` makes it last."""
        shelf = self._shelves[request.tenant, request.api]
        item = request.items[place]
        item.verdict = verdict
        shelf.ended[verdict.status] += 1
        record = shelf.records.get(item.code)
        if record is None:
            return
        if not item.unchanged:
            record.last = verdict
        if verdict.takes_effect:
            self._into_p2p(request.tenant, request.api, record, item.text)
            record.p2p_number = request.number

    def finish(self, event: Settled) -> None:
        """Write down the items that ended together, and end the request if they were its last."""
        self._end_request(event)
        self._write(event)

    def _write(self, event: Event) -> None:
        head = json.dumps({"table": TABLE, "key": [event.tenant]}).encode()
        self._journal.append(head[:-1] + b',"value":' + _EVENTS.dump_json(event) + b"}")

    def shelf(self, tenant: str, api: str) -> Shelf:
        """The records of one import of a tenant, perhaps none."""
        return self._shelves.get((tenant, api)) or Shelf()

    def shelves(self, tenant: str | None) -> Iterator[tuple[str, str, Shelf]]:
        """Tenant, import and records, wherever there is anything."""
        return ((*key, shelf) for key, shelf in self._shelves.items() if tenant in (None, key[0]))

    def index(self, tenant: str) -> P2PIndex:
        """What is taken in a tenant's P2P."""
        return self._indexes[tenant]

    def request(self, tenant: str, request_id: str) -> ImportRequest | None:
        """Find one request."""
        return self._requests.get((tenant, request_id))

    def requests(self, tenant: str | None = None) -> Iterator[ImportRequest]:
        """Every request, in the order of acceptance."""
        return (held for held in self._requests.values() if tenant in (None, held.tenant))

    def next_number(self) -> int:
        """Number of the next request."""
        return len(self._requests) + 1

    def _apply(self, event: Event) -> None:
        match event:
            case Accepted():
                self._accept(event)
            case Settled():
                self._settle(event)
            case Acknowledged():
                request = self._requests[event.tenant, event.request_id]
                request.status = after_acknowledgement(request.status)
                request.updated = event.at
            case Placed():
                self._place(event)
            case Removed():
                self._remove(event)

    def _accept(self, event: Accepted) -> None:
        shelf = self._shelves[event.tenant, event.api]
        api = api_named(event.api)
        self._requests[event.tenant, event.request_id] = ImportRequest(
            tenant=event.tenant,
            request_id=event.request_id,
            number=event.number,
            api=event.api,
            entity_type=api.entity_type,
            version=api.version,
            list_key=list_key(event.api),
            accepted=event.at,
            visible=event.visible,
            updated=event.at,
            items=[
                ImportItem(
                    code=item.code,
                    text=item.text,
                    due=item.due,
                    unchanged=item.unchanged,
                    planned=item.planned,
                )
                for item in event.items
            ],
            status=Processing.IN_PROGRESS if event.items else Processing.SUCCESS,
        )
        shelf.requests += 1
        shelf.posted += len(event.items)
        shelf.largest_request = max(shelf.largest_request, len(event.items))
        for item in event.items:
            record = shelf.records.get(item.code)
            if record is None:
                record = shelf.records[item.code] = MasterRecord(code=item.code)
            if not item.unchanged:
                self._expire_older(event, record)
                record.text, record.digest, record.updated = item.text, item.digest, event.at
            record.posts += 1
            record.recent = (*record.recent, (event.at, event.request_id))[-RECENT_POSTS:]

    def _expire_older(self, event: Accepted, record: MasterRecord) -> None:
        """The version before, if it came within a second and P2P is not done with it yet."""
        for at, request_id in record.recent:
            if (event.at - at).total_seconds() < SPACING_SECONDS:
                for item in self._requests[event.tenant, request_id].items:
                    if item.code == record.code:
                        item.expired = item.expired or not item.unchanged

    def _settle(self, event: Settled) -> None:
        request = self._requests[event.tenant, event.request_id]
        for place, verdict in event.verdicts:
            self.end_item(request, place, verdict or SUCCESS)
        self._end_request(event)

    def _end_request(self, event: Settled) -> None:
        request = self._requests[event.tenant, event.request_id]
        ends = [item.verdict for item in request.items if item.verdict is not None]
        if len(ends) < len(request.items):
            return
        for item in request.items:
            item.text = ""
        request.status = (
            Processing.ERROR if any(end.fails_the_request for end in ends) else Processing.SUCCESS
        )
        request.updated = event.at

    def _place(self, event: Placed) -> None:
        records = self._shelves[event.tenant, event.api].records
        record = records.get(event.code)
        if record is None:
            record = records[event.code] = MasterRecord(code=event.code)
        if event.layer != "p2p":
            record.text, record.digest, record.updated = event.text, event.digest, event.at
        if event.layer != "api":
            self._into_p2p(event.tenant, event.api, record, event.text)

    def _remove(self, event: Removed) -> None:
        records = self._shelves[event.tenant, event.api].records
        record = records[event.code]
        if event.layer != "p2p":
            record.text = record.digest = ""
        if event.layer != "api":
            self._into_p2p(event.tenant, event.api, record, "")
        if not record.text and not record.in_p2p:
            del records[event.code]

    def _into_p2p(self, tenant: str, name: str, record: MasterRecord, text: str) -> None:
        self._indexes[tenant].replace(api=api_named(name), holder=record.code, old=record.in_p2p, new=text)
        self._shelves[tenant, name].in_p2p += bool(text) - bool(record.in_p2p)
        record.in_p2p = text
