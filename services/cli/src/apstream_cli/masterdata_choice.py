"""Which connection and which of its entities of master data a command is about."""

from collections.abc import Mapping

from ap_domain.mapping import ConfigurationFault
from ap_domain.masterdata import EntityPlan, MasterDataPlan, parse_masterdata
from chassis.connections.record import ConnectionRecord

from apstream_cli.cluster import Cluster
from apstream_cli.invoices import shard_of
from apstream_cli.masterdata_book import TOPICS, MasterDataBook
from apstream_cli.refusal import Refusal

__all__ = ["entity_of", "plan_of", "read_book", "the_connection"]

Connections = Mapping[str, ConnectionRecord]


def the_connection(connections: Connections, connection_id: str | None) -> ConnectionRecord:
    """The one that is named, else the only one with master data. Raises Refusal."""
    if connection_id is not None:
        shard_of(connections, connection_id)
        return connections[connection_id]
    found = [record for record in connections.values() if record.fields.get("masterdata")]
    if len(found) != 1:
        names = ", ".join(sorted(record.connection_id for record in found)) or "none"
        raise Refusal(f"name the connection with --connection; these have master data: {names}")
    return found[0]


def plan_of(record: ConnectionRecord) -> MasterDataPlan:
    """The section `masterdata` as it is applied. Raises Refusal where there is none, or it cannot be read."""
    section = record.fields.get("masterdata")
    if not section:
        raise Refusal(
            f"{record.connection_id} has no section masterdata, so nothing of it is polled or imported; "
            "write one and `apstream connection apply`"
        )
    try:
        return parse_masterdata(section)
    except ConfigurationFault as fault:
        raise Refusal(
            *(f"{record.connection_id} masterdata: {problem}" for problem in fault.problems)
        ) from None


def entity_of(plan: MasterDataPlan, name: str) -> EntityPlan:
    """Raises Refusal for one that the section does not have."""
    if name not in plan.entities:
        raise Refusal(f"{name} is no entity of the section masterdata; there are {', '.join(plan.entities)}")
    return plan.entities[name]


async def read_book(
    cluster: Cluster,
    connections: Connections,
    connection_id: str | None,
    *,
    entity: str | None = None,
    contents: bool = False,
) -> MasterDataBook:
    """All that is known of master data, of one connection or of all. Raises Refusal and ChassisError."""
    shard = shard_of(connections, connection_id)
    book = MasterDataBook(connection_id=connection_id, entity=entity, contents=contents)
    await cluster.read(book.take, topics=TOPICS, shard=shard)
    return book
