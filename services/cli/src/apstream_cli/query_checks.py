"""Whether a site's query runs and gives the fields that are needed. One row is asked for."""

from collections.abc import Collection

from chassis.connections import Connection
from peoplesoft import Authentication, Credentials, QueryClient, QueryRequest, QueryRoute

from apstream_cli.check import Check, Result

__all__ = ["judged", "query_client"]


def query_client(connection: Connection, *, route: str) -> QueryClient:
    """The client of the connection's site. Raises ConfigurationError for an address of no use."""
    side = connection.peoplesoft
    return QueryClient(
        base_url=side.base_url,
        node=side.node,
        credentials=Credentials(operator=side.operator, password=side.password.reveal()),
        authentication=Authentication(side.authentication),
        route=QueryRoute(route),
    )


def judged(
    what: str, request: QueryRequest, needed: Collection[str], fields: Collection[str], *, section: str
) -> Check:
    """By the fields of the row that came, of which there may be none."""
    if not fields:
        return Check(what=what, result=Result.NOTE, said="it runs, and has no row to tell its fields by")
    missing = sorted(set(needed) - set(fields))
    if missing:
        said = (
            f"it gives no {', '.join(missing)}; it gives {', '.join(fields)}. Add them to query {request.name}, or "
            f"take what is made of them out of the section {section}"
        )
        return Check(what=what, result=Result.FAILED, said=said)
    return Check(
        what=what, result=Result.OK, said=f"it runs and gives all {len(needed)} fields that are needed"
    )
