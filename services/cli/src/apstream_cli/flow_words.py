"""Flows of a connection in words: what pausing and stopping each of them means, and what holds work up. Pure words."""

from collections.abc import Collection, Mapping, Sequence
from textwrap import shorten

from ap_domain.desired_state import DesiredState, FlowState
from chassis.connections.record import ConnectionRecord
from chassis.desired_state import DesiredStates

from apstream_cli.cluster import Cluster, version_of
from apstream_cli.screen import instant

__all__ = [
    "FLOWS",
    "IMPORT_FLOWS",
    "INVOICE_FLOWS",
    "PAYMENT_FLOWS",
    "POLL_FLOWS",
    "hindrances",
    "in_shadow",
    "meaning",
    "said",
    "standstill",
]

LONGEST = 120
"""Characters of a reason beside something else; `apstream flow status` has it in full."""

FLOWS = {
    "basware": "calls to Basware (fetch, acknowledge, report, import of master data)",
    "peoplesoft": "calls to PeopleSoft (look-up, posting, queries of master data and payments)",
    "ingress-documents": "everything that fetches documents",
    "voucher-poster": "everything that posts and reports, payments included",
    "masterdata-poll": "queries of PeopleSoft's master data",
    "masterdata": "imports of master data into Basware",
    "payments": "queries of PeopleSoft's payments, and reconciliation",
}
"""The flows of a connection: its two remotes, and the services that call them."""

INVOICE_FLOWS = ("basware", "peoplesoft", "ingress-documents", "voucher-poster")
"""What invoices need."""
POLL_FLOWS = ("masterdata-poll", "peoplesoft")
"""What polls of master data need."""
IMPORT_FLOWS = ("basware", "masterdata")
"""What imports of master data need."""
PAYMENT_FLOWS = ("payments", "peoplesoft")
"""What polls of payments need; that Basware is told of them needs those of invoices."""

_MEANS = {
    FlowState.RUNNING: "runs: {what}",
    FlowState.PAUSED: "nothing is begun; what is in doubt is settled, what was reported is confirmed; intake goes on",
    FlowState.STOPPED: "no call at all; work waits; intake goes on",
}
_NOT_POLLED = "nothing is polled; afterwards missed polls are made up for by one"
_MEANS_OF_POLLS_AND_IMPORTS = {
    ("masterdata-poll", FlowState.PAUSED): _NOT_POLLED,
    ("masterdata-poll", FlowState.STOPPED): _NOT_POLLED,
    ("masterdata", FlowState.PAUSED): "nothing is sent; what was sent is asked about",
    ("masterdata", FlowState.STOPPED): "nothing is sent or asked; what changed waits",
    ("payments", FlowState.PAUSED): _NOT_POLLED,
    ("payments", FlowState.STOPPED): _NOT_POLLED,
}


def meaning(flow: str, state: FlowState) -> str:
    """What this state means for this flow."""
    return _MEANS_OF_POLLS_AND_IMPORTS.get((flow, state)) or _MEANS[state].format(what=FLOWS.get(flow, flow))


def said(word: DesiredState | None, state: FlowState) -> str:
    """Who said it, when, why; a stop that a newer version of the connection made void is told as such."""
    if word is None:
        return "nobody spoke of it"
    text = f"{word.state} by {word.actor}, {instant(word.at)}: {word.reason}"
    return text if word.state is state else f"{text} (void: the connection was applied anew since)"


def in_shadow(record: ConnectionRecord) -> bool:
    """Whether its invoices are only rehearsed."""
    return record.fields.get("mode") == "shadow"


async def hindrances(
    cluster: Cluster, connections: Mapping[str, ConnectionRecord], concerned: Collection[str]
) -> list[str]:
    """What keeps invoices of these connections waiting: flows that do not run, each with why and what to do."""
    states = await cluster.flows(version_of(connections))
    rehearsing = [
        f"{connection} is in shadow mode: nothing is acknowledged or posted before it is applied with mode live"
        for connection in sorted(concerned)
        if connection in connections and in_shadow(connections[connection])
    ]
    return rehearsing + standstill(states, concerned, flows=INVOICE_FLOWS)


def standstill(states: DesiredStates, concerned: Collection[str], *, flows: Sequence[str]) -> list[str]:
    """Which of these flows of the connections do not run, each with why and what to do."""
    return [
        f"{connection}: {flow} is {states.state(connection, flow)} ({_why(states, connection, flow)}), so what "
        f"needs it waits until `apstream flow resume {connection} {flow}`"
        for connection in sorted(concerned)
        for flow in flows
        if states.state(connection, flow) is not FlowState.RUNNING
    ]


def _why(states: DesiredStates, connection: str, flow: str) -> str:
    word = states.held(connection, flow)
    return shorten(word.reason, LONGEST) if word is not None else "no reason given"
