"""What a caller gives, checked before anything is sent: a wrong value would ask for something else, or for nothing."""

from collections.abc import Sequence
from datetime import datetime

from yarl import URL

from basware import _redirect
from basware._call import Call
from basware._fields import checked_text, instant
from basware.errors import InvalidRequest
from basware.imports import ImportApi, import_api
from basware.processing_status import ProcessingStatus
from basware.request_status import RequestState


def base_url(text: str) -> str:
    """The base URL without a trailing slash; https, or http to this machine."""
    limit = "https://host[/path], or http:// on this machine"
    try:
        url = URL(text)
        usable = _redirect.allowed(url) and url.host and url.user is None and url.password is None
    except ValueError:
        raise InvalidRequest("the base URL is malformed", field="base_url", limit=limit) from None
    if not usable or url.query_string or url.fragment:
        raise InvalidRequest(f"the base URL must be {limit}", field="base_url", limit=limit)
    return str(url).rstrip("/")


def credentials(client_id: str, client_secret: str, scopes: Sequence[str]) -> None:
    """What a token can be asked for with."""
    if not client_id or ":" in client_id or not client_secret:
        raise InvalidRequest(
            "client id and secret must not be empty, a client id has no colon",
            field="client_id",
            limit="HTTP Basic",
        )
    if not scopes or not all(scope and scope.isascii() and " " not in scope for scope in scopes):
        raise InvalidRequest("scopes are missing or malformed", field="scope", limit="at least one")


def identifier(value: str, call: Call, *, field: str, longest: int) -> None:
    """An id that can stand in a path: a dot segment would name another resource."""
    checked_text(value, call, field=field, shortest=1, longest=longest)
    if value in {".", ".."} or not value.isprintable():
        raise call.invalid(f"{field} is no id", field=field, limit="printable, not a dot segment")


def processing_status(value: ProcessingStatus | str, call: Call) -> str:
    """A status the API has: any other would find nothing."""
    try:
        return ProcessingStatus(value).value
    except ValueError:
        raise call.invalid(
            f"{value} is no processing status", field="ProcessingStatus", limit="a published one"
        ) from None


def filters(
    call: Call, *, company_code: str | None = None, last_updated: datetime | None = None
) -> dict[str, str]:
    """The parts of a query that every list understands."""
    query: dict[str, str] = {}
    if company_code is not None:
        query["companyCode"] = checked_text(company_code, call, field="companyCode", shortest=1, longest=32)
    if last_updated is not None:
        query["lastUpdated"] = instant(last_updated, call, field="lastUpdated")
    return query


def status_filters(
    call: Call,
    *,
    entity_type: str | None = None,
    state: RequestState | None = None,
    system: str | None = None,
) -> dict[str, str]:
    """The parts of a query of request statuses."""
    if state is RequestState.UNKNOWN:
        raise call.invalid("Unknown is no status of Basware's", field="status", limit="a published one")
    given = {"entityType": entity_type, "status": state.value if state else None, "system": system}
    return {
        field: checked_text(value, call, field=field, shortest=1, longest=100)
        for field, value in given.items()
        if value is not None
    }


def target(api: ImportApi | str, call: Call) -> ImportApi:
    """An API of master data, given itself or by name."""
    if isinstance(api, ImportApi):
        return api
    try:
        return import_api(api)
    except ValueError as exc:
        raise call.invalid(str(exc), field="api", limit="a published one") from None
