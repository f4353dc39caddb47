"""``GET`` of master data: what the API layer holds, which is not always what P2P took."""

import json
from collections.abc import Awaitable, Callable

from .answers import Answer, empty_refusal
from .call import Call
from .clock import stamp
from .import_apis import MOST_PER_PAGE, ImportApi, api_named
from .import_records import MasterRecord
from .import_requests import full_name
from .p2p_index import claims_of
from .pages import CONTINUATION, Window
from .world import World


def listing(api: ImportApi) -> Callable[[World, Call], Awaitable[Answer]]:
    """The handler that reads one page of an import, or answers 404 where nothing fits.

    Oldest change first (assumption). A list is fixed when its first page is read; a record that is gone by the
    time its page is read is left out.
    """

    async def read(world: World, call: Call) -> Answer:
        call.allow_parameters("pageSize", "companyCode", "lastUpdated")
        name = full_name(api, call)
        settings = call.tenant.settings.imports
        size = call.page_size(most=MOST_PER_PAGE, default=api.page)
        if settings.most_per_page is not None:
            size = min(size, settings.most_per_page)
        records = world.books.master_data.shelf(call.tenant.name, name).records
        window = world.pages.resume(call) or Window(ids=tuple(_select(world, call, name)))
        page: list[str] = []
        seen = 0
        for code in window:
            if len(page) >= size:
                break
            seen += 1
            record = records.get(code)
            if record is not None and record.text:
                page.append(_served(record))
        if not page:
            raise empty_refusal(404)
        body = "[" + ",".join(page) + "]"
        continuation = world.pages.remember(call, window.after(seen))
        return Answer(
            status=200,
            body=(body if settings.bare_lists else f'{{"{api.wrapper}":{body}}}').encode(),
            headers={CONTINUATION: continuation} if continuation else {},
        )

    return read


def _select(world: World, call: Call, name: str) -> list[str]:
    company = call.query.get("companyCode") or None
    after = call.updated_after()
    found = [
        (record.updated, record.code)
        for record in world.books.master_data.shelf(call.tenant.name, name).records.values()
        if record.text
        and (after is None or record.updated > after)
        and (company is None or company in companies_of(name, record.text))
    ]
    return [code for _, code in sorted(found)]


def companies_of(name: str, text: str) -> tuple[str, ...]:
    """The companies a record is meant for."""
    return claims_of(api_named(name), json.loads(text)).companies


def _served(record: MasterRecord) -> str:
    """The record as it is kept, digits and all, with the time of its last change."""
    return f'{{"lastUpdated":"{stamp(record.updated)}",{record.text[1:]}'
