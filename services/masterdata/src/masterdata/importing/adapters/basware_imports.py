"""The port ImportApi over Basware's API."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from ap_domain.masterdata.entity import Kind, kind_of, list_key
from basware import (
    IMPORTS,
    AlreadyAcknowledged,
    BaswareError,
    InvalidRequest,
    NotFound,
    Refused,
    list_api,
)
from basware import ImportApi as Target
from chassis.connections import Connection
from chassis.ledger.signals import ServiceSignals

from masterdata.importing.adapters.basware_answers import item_words, kept_from, of_send, of_status, seen_of
from masterdata.importing.adapters.basware_clients import BaswareClients
from masterdata.importing.core.answers import LockedOut, NoAnswer, RequestWord, Seen, SendAnswer, Stored
from masterdata.importing.core.ports import Missed, Outgoing

__all__ = ["BaswareImports", "target_of"]

_TARGETS = {
    Kind.PAYMENT_TERMS: "paymentTerms",
    Kind.TAX_CODES: "taxCodes",
    Kind.ACCOUNTS: "accounts",
    Kind.COST_CENTERS: "costCenters",
    Kind.PROJECTS: "projects",
    Kind.EXCHANGE_RATES: "exchangeRates",
    Kind.SUPPLIERS: "vendors",
}

_TELLING = {Seen.OPEN, Seen.REFUSED, Seen.TAKEN, Seen.WARNED}


def target_of(entity: str) -> Target:
    """Basware's API of an entity. Raises ValueError for no entity, or a list that Basware does not have."""
    kind = kind_of(entity)
    return list_api(list_key(entity)) if kind is Kind.LIST else IMPORTS[_TARGETS[kind]]


def _outweighs(at: str, seen: Seen, known: tuple[str, Missed] | None) -> bool:
    if known is None or seen is Seen.OPEN:
        return True
    return known[1].seen is not Seen.OPEN and at >= known[0]


class BaswareImports:
    """ImportApi. One connection's answer says nothing of another's."""

    def __init__(self, *, clients: BaswareClients) -> None:
        self._clients = clients
        self._signals = ServiceSignals()

    def most_records(self, entity: str) -> int:
        """As the port says."""
        return target_of(entity).most_records

    async def send(self, connection: Connection, *, entity: str, records: Sequence[Outgoing]) -> SendAnswer:
        """As the port says."""
        target = target_of(entity)
        try:
            accepted = await self._clients.of(connection, target).import_records(
                target, [record.content for record in records]
            )
        except BaswareError as error:
            answer = of_send(error, connection_version=connection.version)
            if isinstance(answer, NoAnswer):
                self._count(connection, answer)
            return answer
        return Stored(request_id=accepted.request_id)

    async def ask(self, connection: Connection, request_id: str) -> RequestWord | NoAnswer | LockedOut | None:
        """As the port says."""
        try:
            status = await self._clients.of(connection).request_status(request_id)
        except BaswareError as error:
            return self._kept(connection, error)
        return of_status(status) if status is not None else None

    async def acknowledge(
        self, connection: Connection, request_ids: Sequence[str]
    ) -> NoAnswer | LockedOut | None:
        """As the port says. Refused, it is not tried again: nothing depends on it."""
        try:
            await self._clients.of(connection).acknowledge_request_status(request_ids)
        except (AlreadyAcknowledged, InvalidRequest, NotFound, Refused):
            return None
        except BaswareError as error:
            return self._kept(connection, error)
        return None

    async def missed(
        self, connection: Connection, *, entity: str, codes: Collection[str], since: datetime, besides: str
    ) -> Mapping[str, Missed] | NoAnswer | LockedOut:
        """As the port says."""
        found: dict[str, tuple[str, Missed]] = {}
        listing = self._clients.of(connection).request_statuses(
            entity_type=target_of(entity).entity_type, last_updated=since
        )
        try:
            async for status in listing:
                if status.request_id == besides:
                    continue
                at = status.last_updated or ""
                for item in status.items:
                    code, seen = item.external_code or "", seen_of(item)
                    if code in codes and seen in _TELLING and _outweighs(at, seen, found.get(code)):
                        found[code] = (at, Missed(seen=seen, words=item_words(item)))
        except BaswareError as error:
            return self._kept(connection, error)
        return {code: missed for code, (_, missed) in found.items()}

    def _kept(self, connection: Connection, error: BaswareError) -> NoAnswer | LockedOut:
        answer = kept_from(error, connection_version=connection.version)
        if isinstance(answer, NoAnswer):
            self._count(connection, answer)
        return answer

    def _count(self, connection: Connection, answer: NoAnswer) -> None:
        if answer.throttled:
            self._signals.count("throttled", connection=connection.id, remote="basware")
