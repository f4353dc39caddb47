"""PeopleSoft's queries as a source: main rows page by page, the rows of each part for the same range of keys."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing

from ap_domain.masterdata import EntityPlan, MasterDataPlan
from ap_domain.masterdata.source_rows import SourceGroup
from chassis.connections import Connection
from chassis.ledger.words import words
from peoplesoft import (
    CredentialsRefused,
    KeyPage,
    PeopleSoftError,
    QueryOwner,
    QueryPages,
    QueryRequest,
    QueryRow,
)

from masterdata.poll.adapters.query_clients import QueryClients
from masterdata.poll.ports import SourceFailed, SourcePage

Rows = tuple[QueryRow, ...]


class QuerySource:
    """One query at a time for one read: PeopleSoft's handlers are few, and vouchers need them."""

    def __init__(self, *, clients: QueryClients) -> None:
        self._clients = clients

    async def read(
        self, connection: Connection, plan: MasterDataPlan, entity: EntityPlan, *, since: str | None
    ) -> AsyncIterator[SourcePage]:
        """As the port says; of an entity with SetIDs one after the other."""
        try:
            pages = QueryPages(self._clients.of(connection, plan))
            for scope in entity.scopes:
                reading = _Reading(plan, entity, scope=scope, since=since, pages=pages, record=connection.id)
                async with aclosing(reading.pages_of(entity.query)) as found:
                    async for page in found:
                        yield await reading.whole(page)
        except PeopleSoftError as error:
            stops = isinstance(error, CredentialsRefused)
            raise SourceFailed(words(error), stops=stops) from error


class _Reading:
    """The queries of one entity under one SetID."""

    def __init__(
        self,
        plan: MasterDataPlan,
        entity: EntityPlan,
        *,
        scope: str | None,
        since: str | None,
        pages: QueryPages,
        record: str,
    ) -> None:
        self._plan = plan
        self._entity = entity
        self._scope = scope
        self._since = since
        self._pages = pages
        self._record = record

    def pages_of(self, query: str, *, after: str = "", up_to: str = "") -> AsyncGenerator[KeyPage, None]:
        """Pages of a query of the entity, its rows by the key that pages."""
        prompts = self._entity.prompts
        values = ((prompts.setid, self._scope), (prompts.after, after), (prompts.up_to, up_to))
        asked = [(name, value or "") for name, value in (*values, (prompts.since, self._since)) if name]
        request = QueryRequest(
            name=query,
            owner=QueryOwner(self._plan.query_owner),
            prompts=tuple(asked),
            max_rows=self._plan.page_rows,
        )
        return self._pages.pages(
            request,
            key=(self._entity.page_key,),
            after_prompt=prompts.after,
            after=after,
            record=self._record,
        )

    async def whole(self, page: KeyPage) -> SourcePage:
        """The page's records with the rows of their parts."""
        parts: dict[str, Mapping[str, Rows]] = {}
        rows = sum(len(each) for each in page.rows.values())
        if page.rows:
            for name, part in self._entity.parts.items():
                parts[name] = await self._rows_of(part.query, after=page.after, up_to=page.last_key)
                rows += sum(len(each) for each in parts[name].values())
        groups = tuple(
            SourceGroup(main=main, parts={name: found.get(key[0], ()) for name, found in parts.items()})
            for key, main in page.rows.items()
        )
        return SourcePage(groups=groups, rows=rows)

    async def _rows_of(self, query: str, *, after: str, up_to: str) -> Mapping[str, Rows]:
        found: dict[str, Rows] = {}
        async with aclosing(self.pages_of(query, after=after, up_to=up_to)) as pages:
            async for page in pages:
                found.update({key[0]: rows for key, rows in page.rows.items()})
        return found
