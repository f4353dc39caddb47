"""PeopleSoft's queries as a source: main rows page by page, the rows of each part for the same range of keys."""

from collections.abc import AsyncGenerator, Callable, Container, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

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
    RowSource,
    SteppingSource,
)

from masterdata.poll.ports import SourceFailed

__all__ = ["QuerySource"]

Rows = tuple[QueryRow, ...]
RowsOf = Callable[[Connection, MasterDataPlan], RowSource]
"""What runs the queries of a connection. May raise PeopleSoftError for one that cannot be reached by its document."""


class QuerySource:
    """One query at a time for one read: PeopleSoft's handlers are few, and vouchers need them."""

    def __init__(self, *, rows_of: RowsOf) -> None:
        self._rows_of = rows_of

    async def read(
        self,
        connection: Connection,
        plan: MasterDataPlan,
        entity: EntityPlan,
        *,
        since: str | None,
        stepped: Callable[[], None],
    ) -> AsyncGenerator[Sequence[SourceGroup], None]:
        """As the port says; of an entity with SetIDs one after the other."""
        try:
            pages = QueryPages(SteppingSource(source=self._rows_of(connection, plan), stepped=stepped))
            for scope in entity.scopes:
                reading = _Reading(
                    plan=plan, entity=entity, scope=scope, since=since, pages=pages, record=connection.id
                )
                async with aclosing(reading.pages_of(entity.query)) as found:
                    async for page in found:
                        yield await reading.whole(page)
                        del page  # the next one comes into memory without it
        except PeopleSoftError as error:
            raise SourceFailed(words(error), stops=isinstance(error, CredentialsRefused)) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """The queries of one entity under one SetID."""

    plan: MasterDataPlan
    entity: EntityPlan
    scope: str | None
    since: str | None
    pages: QueryPages
    record: str

    def pages_of(self, query: str, *, after: str = "", up_to: str = "") -> AsyncGenerator[KeyPage, None]:
        """Pages of a query of the entity, its rows by the key that pages."""
        prompts = self.entity.prompts
        values = (
            (prompts.setid, self.scope),
            (prompts.after, after),
            (prompts.up_to, up_to),
            (prompts.since, self.since),
        )
        request = QueryRequest(
            name=query,
            owner=QueryOwner(self.plan.query_owner),
            prompts=tuple((name, value or "") for name, value in values if name),
            max_rows=self.plan.page_rows,
        )
        return self.pages.pages(
            request,
            key=(self.entity.page_key,),
            after_prompt=prompts.after,
            after=after,
            record=self.record,
        )

    async def whole(self, page: KeyPage) -> Sequence[SourceGroup]:
        """The page's records with the rows of their parts."""
        if not page.rows:
            return ()
        wanted = {key for (key,) in page.rows}
        parts = {
            name: await self._rows_of(part.query, after=page.after, up_to=page.last_key, wanted=wanted)
            for name, part in self.entity.parts.items()
        }
        return tuple(
            SourceGroup(main=main, parts={name: found.get(key, ()) for name, found in parts.items()})
            for (key,), main in page.rows.items()
        )

    async def _rows_of(
        self, query: str, *, after: str, up_to: str, wanted: Container[str]
    ) -> Mapping[str, Rows]:
        """What belongs to the page. A query that knows no end is not read beyond it."""
        found: dict[str, Rows] = {}
        async with aclosing(self.pages_of(query, after=after, up_to=up_to)) as pages:
            async for page in pages:
                found.update({key: rows for (key,), rows in page.rows.items() if key in wanted})
                if page.last_key > up_to:
                    break
        return found
