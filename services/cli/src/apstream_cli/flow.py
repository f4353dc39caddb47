"""``apstream flow``: whether a connection's flows run, and pausing and resuming them."""

import asyncio
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

import typer
from ap_domain.desired_state import DesiredState, FlowState
from chassis.connections.record import ConnectionRecord
from chassis.desired_state import DesiredStates

from apstream_cli.cluster import Cluster, open_cluster, version_of
from apstream_cli.flow_words import FLOWS, in_shadow, meaning, said
from apstream_cli.invoices import shard_of
from apstream_cli.orders import checked_reason
from apstream_cli.refusal import Refusal, refusals
from apstream_cli.screen import instant, line, now, print_json, show_table

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Pause and resume a connection's work. Flows: `basware` and `peoplesoft` (calls of all services to that "
    "remote), `ingress-documents` and `voucher-poster` (all calls of that service), `masterdata-poll` and `masterdata` "
    "(polls and imports of master data), `payments` (polls of payments).",
)


class Which(StrEnum):
    """A flow, or all of them."""

    BASWARE = "basware"
    PEOPLESOFT = "peoplesoft"
    INGRESS_DOCUMENTS = "ingress-documents"
    VOUCHER_POSTER = "voucher-poster"
    MASTERDATA_POLL = "masterdata-poll"
    MASTERDATA = "masterdata"
    PAYMENTS = "payments"
    ALL = "all"

    def flows(self) -> tuple[str, ...]:
        """The flows that are meant."""
        return tuple(FLOWS) if self is Which.ALL else (self.value,)


Connection = Annotated[str, typer.Argument(help="The connection's id.")]
Flow = Annotated[Which, typer.Argument(help="Which flow.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for the record. Required.")]
By = Annotated[str, typer.Option("--by", envvar=["USER", "LOGNAME"], help="Who decides it, for the record.")]


@app.command(epilog="Example: `apstream flow status acme`")
def status(
    connection: Annotated[str | None, typer.Argument(help="Only this connection.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show what every flow does, who said so and why."""
    with refusals():
        connections, states = asyncio.run(_look(open_cluster(), connection))
    rows = [
        (name, flow, states.state(name, flow), states.held(name, flow))
        for name in ([connection] if connection else sorted(connections))
        for flow in FLOWS
    ]
    if as_json:
        for name, flow, state, word in rows:
            print_json(_fields(name, flow, state, word))
        return
    columns = ("connection", "flow", "state", "version", "what it means", "said")
    show_table(
        columns,
        (
            (name, flow, state, str(word.version) if word else "", meaning(flow, state), said(word, state))
            for name, flow, state, word in rows
        ),
    )
    for name in sorted({name for name, *_ in rows if in_shadow(connections[name])}):
        line(f"{name} is in shadow mode: it only rehearses, whatever its flows say")


@app.command(epilog="Example: `apstream flow pause acme peoplesoft --reason 'month-end close'`")
def pause(connection: Connection, flow: Flow, reason: Reason, by: By = "unknown") -> None:
    """Begin nothing more; what is in doubt is still settled, what was reported is still confirmed. Intake goes on."""
    with refusals():
        asyncio.run(_say(open_cluster(), connection, flow, FlowState.PAUSED, reason=reason, by=by))


@app.command(epilog="Example: `apstream flow resume acme peoplesoft --reason 'the password was corrected'`")
def resume(connection: Connection, flow: Flow, reason: Reason, by: By = "unknown") -> None:
    """Let work go on. After a stop one harmless call goes first, and work follows once it is answered."""
    with refusals():
        asyncio.run(_say(open_cluster(), connection, flow, FlowState.RUNNING, reason=reason, by=by))


async def _look(
    cluster: Cluster, connection: str | None
) -> tuple[Mapping[str, ConnectionRecord], DesiredStates]:
    connections = await cluster.connections()
    shard_of(connections, connection)
    return connections, await cluster.flows(version_of(connections))


async def _say(
    cluster: Cluster, connection: str, which: Which, wanted: FlowState, *, reason: str, by: str
) -> None:
    reason = checked_reason(reason)
    connections, states = await _look(cluster, connection)
    words = []
    for flow in which.flows():
        held, state = states.held(connection, flow), states.state(connection, flow)
        if state is wanted:
            line(f"{connection} {flow}: is {state} already ({said(held, state)})")
        elif state is FlowState.STOPPED and wanted is FlowState.PAUSED:
            line(f"{connection} {flow}: left stopped, which is stricter ({said(held, state)})")
        else:
            _announce(connection, flow, held, state)
            words.append(
                DesiredState(
                    connection_id=connection,
                    flow=flow,
                    state=wanted,
                    version=0,
                    connection_version=connections[connection].version,
                    reason=reason,
                    actor=by,
                    at=now(),
                )
            )
    if words:
        await _confirm(cluster, connections, await cluster.write_flows(words, states))


def _announce(connection: str, flow: str, held: DesiredState | None, state: FlowState) -> None:
    if state is FlowState.STOPPED and held is not None:
        line(f"{connection} {flow} was stopped by {held.actor}, {instant(held.at)}: {held.reason}")
        line(
            "One harmless call goes first (a token or a read). If it is refused again, the flow stops again; if the "
            "configuration was wrong, correct it first: `apstream connection test` shows what works."
        )


async def _confirm(
    cluster: Cluster, connections: Mapping[str, ConnectionRecord], written: list[DesiredState]
) -> None:
    """Two who write at once write the same version, and every reader keeps the first."""
    states = await cluster.flows(version_of(connections))
    lost = []
    for word in written:
        held = states.held(word.connection_id, word.flow)
        if held is None or (held != word and held.version <= word.version):
            by = f"{held.actor} said {held.state} first ({held.reason})" if held else "it is not there"
            lost.append(
                f"{word.connection_id} {word.flow}: {by}; look at `apstream flow status` and say it again"
            )
        else:
            means = meaning(word.flow, word.state)
            line(f"{word.connection_id} {word.flow}: {word.state}, version {word.version}: {means}")
    if lost:
        raise Refusal(*lost)


def _fields(connection: str, flow: str, state: FlowState, word: DesiredState | None) -> dict[str, object]:
    return {
        "connection": connection,
        "flow": flow,
        "state": state,
        "version": word.version if word else None,
        "by": word.actor if word else None,
        "at": word.at if word else None,
        "reason": word.reason if word else None,
        "connection_version": word.connection_version if word else None,
    }
