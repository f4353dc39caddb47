"""Which entries a command is for: one invoice by its id or number, or all that are parked alike."""

from collections.abc import Mapping

from ap_domain.command import CommandedLedger
from chassis.connections.record import ConnectionRecord
from chassis.ledger.entry import Phase
from chassis.ledger_reader import Wanted, being, named, of_connection

from apstream_cli.cluster import Cluster
from apstream_cli.invoices import Case, Invoice, cases, invoices, is_called, shard_of
from apstream_cli.refusal import Refusal
from apstream_cli.screen import line, show_table

__all__ = ["alike", "called", "one", "parked"]

MOST_AT_ONCE = 500
"""Invoices that one command orders."""

Connections = Mapping[str, ConnectionRecord]


async def parked(cluster: Cluster, connections: Connections, connection: str | None) -> tuple[Case, ...]:
    """Every parked entry of both ledgers, longest first."""
    wanted = _within(connection, being(Phase.PARKED))
    ledgers = await cluster.ledgers(wanted, shard=shard_of(connections, connection))
    return tuple(reversed(cases(invoices(ledgers))))


async def called(
    cluster: Cluster, connections: Connections, text: str, connection: str | None
) -> tuple[Invoice, ...]:
    """Every invoice with this id or number, newest first. Raises Refusal when there is none."""
    wanted = _within(connection, named(text))
    ledgers = await cluster.ledgers(wanted, shard=shard_of(connections, connection))
    found = tuple(each for each in invoices(ledgers) if is_called(each, text))
    if found:
        return await _with_fetches(cluster, connections, found)
    where = f"of {connection}" if connection else "of any connection"
    raise Refusal(
        f"no invoice {where} has the id or number {text}. Numbers are compared as Basware writes them, and are "
        "known once a document was fetched and offered; before that use Basware's invoice id"
    )


async def _with_fetches(
    cluster: Cluster, connections: Connections, found: tuple[Invoice, ...]
) -> tuple[Invoice, ...]:
    """Fetches are known by id only: a second pass brings those of the invoices found by number."""
    keys = {each.key.encode() for each in found}
    owners = {each.connection_id for each in found}
    shard = shard_of(connections, owners.pop()) if len(owners) == 1 else None
    return invoices(await cluster.ledgers(lambda key, _: key in keys, shard=shard))


async def alike(
    cluster: Cluster, connections: Connections, text: str, connection: str | None
) -> tuple[Case, ...]:
    """Every parked entry whose reason contains this. Raises Refusal when there is none."""
    found = await parked(cluster, connections, connection)
    chosen = tuple(case for case in found if text in case.entry.reason)
    if not chosen:
        raise Refusal(f"none of the {len(found)} parked invoices has a reason that contains {text!r}")
    if len(chosen) > MOST_AT_ONCE:
        line(
            f"{len(chosen)} are parked alike; these are the {MOST_AT_ONCE} that wait longest, run it again for the rest"
        )
    return chosen[:MOST_AT_ONCE]


def one(found: tuple[Invoice, ...], ledger: CommandedLedger | None) -> Case:
    """The entry that is meant: the parked one, else the one that still waits. Raises Refusal if that is not one."""
    for phase in (Phase.PARKED, Phase.WAITING, Phase.STOPPED, Phase.IN_DOUBT, Phase.STARTED, Phase.FINAL):
        candidates = [case for case in cases(found, phase=phase) if ledger in {None, case.ledger}]
        if phase is Phase.FINAL and len(found) == 1:
            # Nothing is left to decide: what became of the invoice says why, not what became of its fetch.
            candidates = candidates[:1]
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            show_table(
                ("connection", "invoice id", "number", "ledger", "step", "reason"),
                (
                    (
                        case.invoice.connection_id,
                        case.invoice.id,
                        case.invoice.number,
                        case.ledger,
                        case.entry.step,
                        case.entry.reason,
                    )
                    for case in candidates
                ),
            )
            raise Refusal(
                f"{len(candidates)} are meant (above); name one by its invoice id, with --connection or --ledger"
            )
    raise Refusal(f"nothing of it lies in the ledger of {ledger}")


def _within(connection: str | None, wanted: Wanted) -> Wanted:
    return of_connection(connection, wanted) if connection is not None else wanted
