"""What became of a request after Basware had stored it: the second, asynchronous half of every write."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from basware._json import Json, text_of

WRAPPER = "requestStatus"


class RequestState(StrEnum):
    """State of a request, or of a request in one receiving system."""

    IN_PROGRESS = "InProgress"
    SUCCESS = "Success"
    ERROR = "Error"
    ACKNOWLEDGED_SUCCESS = "AcknowledgedSuccess"
    ACKNOWLEDGED_ERROR = "AcknowledgedError"
    UNKNOWN = "Unknown"

    @classmethod
    def _missing_(cls, value: object) -> "RequestState":
        return next((state for state in cls if state.lower() == str(value).lower()), cls.UNKNOWN)


class ItemState(StrEnum):
    """State of one item: NOT_PROCESSED is unchanged, RECORD_EXPIRED overtaken by a later one."""

    IN_PROGRESS = "InProgress"
    NOT_PROCESSED = "NotProcessed"
    WARNING = "Warning"
    SUCCESS = "Success"
    ERROR = "Error"
    RECORD_EXPIRED = "RecordExpired"
    UNPUBLISHED = "Unpublished"
    UNKNOWN = "Unknown"

    @classmethod
    def _missing_(cls, value: object) -> "ItemState":
        return next((state for state in cls if state.lower() == str(value).lower()), cls.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemError:
    """One of Basware's findings; category is DataValidation, Technical or Unknown as they write it."""

    message: str
    type: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStatus:
    """One item in one system; for a response on an invoice `parent_external_code` is the invoice id."""

    external_code: str | None
    parent_external_code: str | None
    state: ItemState
    errors: tuple[ItemError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemStatus:
    """A request as one receiving system (P2P mostly) sees it."""

    system: str | None
    module: str | None
    state: RequestState
    items: tuple[ItemStatus, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStatus:
    """A request and its items; `last_updated` as Basware writes it, `list_key` of a generic list only."""

    request_id: str
    state: RequestState
    entity_type: str | None = None
    last_updated: str | None = None
    systems: tuple[SystemStatus, ...] = ()
    list_key: str | None = None

    @property
    def items(self) -> tuple[ItemStatus, ...]:
        """The items of all systems, in order."""
        return tuple(item for system in self.systems for item in system.items)

    def items_of(self, external_code: str) -> tuple[ItemStatus, ...]:
        """What every system says about one record of ours."""
        return tuple(item for item in self.items if item.external_code == external_code)


def read(content: Mapping[str, Json]) -> RequestStatus | None:
    """A request status from its JSON object; None without a requestId. Absent lists are empty ones."""
    request_id = text_of(content, "requestId")
    if request_id is None:
        return None
    return RequestStatus(
        request_id=request_id,
        state=RequestState(text_of(content, "requestStatus") or RequestState.UNKNOWN),
        entity_type=text_of(content, "entityType"),
        last_updated=text_of(content, "lastUpdated"),
        systems=tuple(_system(system) for system in _objects(content.get("systems"))),
        list_key=text_of(content, "genericListKey"),
    )


def _system(content: Mapping[str, Json]) -> SystemStatus:
    return SystemStatus(
        system=text_of(content, "system"),
        module=text_of(content, "module"),
        state=RequestState(text_of(content, "systemStatus") or RequestState.UNKNOWN),
        items=tuple(_item(item) for item in _objects(content.get("items"))),
    )


def _item(content: Mapping[str, Json]) -> ItemStatus:
    return ItemStatus(
        external_code=text_of(content, "externalCode"),
        parent_external_code=text_of(content, "parentExternalCode"),
        state=ItemState(text_of(content, "status") or ItemState.UNKNOWN),
        errors=tuple(
            ItemError(
                message=text_of(error, "message") or "no message",
                type=text_of(error, "type"),
                category=text_of(error, "category"),
            )
            for error in _objects(content.get("errors"))
        ),
    )


def _objects(value: Json) -> Iterator[Mapping[str, Json]]:
    if isinstance(value, list):
        yield from (element for element in value if isinstance(element, dict))
