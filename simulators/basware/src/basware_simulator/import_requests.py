"""``POST`` of master data: the API layer checks and stores it, and P2P makes of it what it will (`import_rules`)."""

import hashlib
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from .answers import Answer, RefusalError, records_refusal
from .call import Call
from .decimal_json import JsonError, dumps, loads_array
from .import_apis import LIST_CAPACITIES, LISTS, ImportApi
from .import_records import Accepted, MasterRecord, PostedItem
from .import_settings import NamedRecords
from .master_data import SPACING_SECONDS
from .schema import check
from .world import World

_LARGEST_WHOLE = 30
_NAMED = 5

Handler = Callable[[World, Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A record that has the shape of its import, with the text it is kept as: as posted, less lastUpdated."""

    code: str
    text: str
    digest: str


def posting(api: ImportApi) -> Handler:
    """The handler of an import: all of its records or none (assumption); echoes them as they were posted.

    It refuses with 400 what the schema forbids, too many records, and a list that does not exist; with 409 a
    request that holds a record twice (assumption).
    """

    async def post(world: World, call: Call) -> Answer:
        call.allow_parameters()
        name = full_name(api, call)
        elements = _elements(call)
        if len(elements) > api.most:
            detail = f"{len(elements)} records in one request; {api.most} are allowed"
            world.note_violation(tenant=call.tenant.name, api=name, rule="too_many_records", detail=detail)
            raise _refused(call, 400, [(None, detail)], "DATA_VALIDATION_FAILED")
        _require_shape(api, call, [value for value, _ in elements])
        records = [posted(value, text) for value, text in elements]
        twice = [code for code, count in Counter(r.code for r in records).items() if count > 1]
        if twice:
            problems: list[tuple[str | None, str]] = [
                (code, f"externalCode {code} is in the request more than once") for code in twice
            ]
            raise _refused(call, 409, problems, "CONFLICT_IN_POST")
        _store(world, call, name, records)
        return Answer(status=200, body=("[" + ",".join(text for _, text in elements) + "]").encode())

    return post


def full_name(api: ImportApi, call: Call) -> str:
    """The name of what a path leads to, with the key of a generic list.

    Raises:
        RefusalError: 400, there is no such list.
    """
    if api.name != LISTS:
        return api.name
    key = call.path["listKey"]
    if key not in LIST_CAPACITIES:
        raise call.refuse_parameter(f"listKey {key} is not one of the known values")
    return f"{LISTS}/{key}"


def posted(value: dict[str, Any], text: str) -> Posted:
    """Make a record ready to be stored."""
    content = {name: item for name, item in value.items() if name != "lastUpdated"}
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, default=_number)
    return Posted(
        code=value["externalCode"],
        text=text if len(content) == len(value) else dumps(content),
        digest=hashlib.blake2b(canonical.encode(), digest_size=16).hexdigest(),
    )


def _number(value: Decimal) -> Any:
    """The same for 1, 1.0 and 1.00."""
    if value == value.to_integral_value() and value.adjusted() < _LARGEST_WHOLE:
        return int(value)
    return str(value.normalize())


def _elements(call: Call) -> list[tuple[Any, str]]:
    try:
        return loads_array(call.body.decode())
    except (JsonError, UnicodeDecodeError) as error:
        wrong = f"The body is not JSON: {error}"
    except TypeError:
        wrong = "body must be an array"
    raise _refused(call, 400, [(None, wrong)], "SCHEMA_VALIDATION_ERROR")


def _require_shape(api: ImportApi, call: Call, values: list[Any]) -> None:
    wrong = [
        (_code_of(value), problem)
        for place, value in enumerate(values)
        for problem in check(api.shape, value, f"[{place}]")
    ]
    if wrong:
        raise _refused(call, 400, wrong, "SCHEMA_VALIDATION_ERROR")


def _code_of(value: Any) -> str | None:
    code = value.get("externalCode") if isinstance(value, dict) else None
    return code if isinstance(code, str) else None


def _refused(call: Call, status: int, wrong: list[tuple[str | None, str]], code: str) -> RefusalError:
    match call.tenant.settings.imports.refusal_names:
        case NamedRecords.FIRST:
            wrong = [(named, message) for named, message in wrong if named == wrong[0][0]]
        case NamedRecords.NONE:
            wrong = [(None, "One or more records are not valid")]
        case _:
            pass
    return records_refusal(request_id=call.request_id, status=status, problems=wrong, code=code)


def _store(world: World, call: Call, name: str, records: list[Posted]) -> None:
    tenant, now = call.tenant, world.now()
    held = world.books.master_data.shelf(tenant.name, name).records
    _watch_spacing(world, call, name, [held[r.code] for r in records if r.code in held])
    hidden = timedelta(seconds=tenant.settings.request_status_hidden_seconds)
    event = Accepted(
        tenant=tenant.name,
        api=name,
        request_id=call.request_id,
        number=world.books.master_data.next_number(),
        at=now,
        visible=now + hidden,
        items=tuple(_item(world, call, name, record, held.get(record.code)) for record in records),
    )
    world.books.master_data.put(event)
    request = world.books.master_data.request(tenant.name, call.request_id)
    if request is not None:
        world.import_processing.expect(request)


def _item(world: World, call: Call, name: str, record: Posted, before: MasterRecord | None) -> PostedItem:
    settings = call.tenant.settings.imports
    plan = world.import_plans.take(tenant=call.tenant.name, api=name, code=record.code)
    delay = settings.delay_seconds
    if plan is not None and plan.delay_seconds is not None:
        delay = plan.delay_seconds
    same = before is not None and before.digest == record.digest
    missing = before is not None and before.in_p2p != before.text
    return PostedItem(
        code=record.code,
        text=record.text,
        digest=record.digest,
        due=world.now() + timedelta(seconds=delay),
        unchanged=same and (settings.skip_refused_repeats or not missing),
        planned=plan.verdict() if plan is not None else None,
    )


def _watch_spacing(world: World, call: Call, name: str, held: list[MasterRecord]) -> None:
    """Note once for a request that records came within a second of their last coming."""
    spacing = timedelta(seconds=SPACING_SECONDS)
    hasty = [
        record.code for record in held if record.recent and call.arrived - record.recent[-1][0] < spacing
    ]
    if hasty:
        detail = f"{len(hasty)} records came again within a second: {', '.join(hasty[:_NAMED])}"
        world.note_violation(
            tenant=call.tenant.name, api=name, rule="record_twice_within_one_second", detail=detail
        )
