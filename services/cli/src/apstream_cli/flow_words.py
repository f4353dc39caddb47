"""Flows of a connection in words: what pausing and stopping each of them means, and what holds work up. Pure words."""

from collections.abc import Collection, Mapping
from textwrap import shorten

from ap_domain.desired_state import DesiredState, FlowState
from chassis.connections.record import ConnectionRecord
from chassis.desired_state import DesiredStates

from apstream_cli.cluster import Cluster, version_of
from apstream_cli.screen import instant

__all__ = ["FLOWS", "hindrances", "in_shadow", "meaning", "said"]

LONGEST = 120
"""Characters of a reason beside something else; `apstream flow status` has it in full."""

FLOWS = {
    "basware": "calls to Basware (fetch, acknowledge, report)",
    "peoplesoft": "calls to PeopleSoft (look-up, posting)",
    "ingress-documents": "everything that fetches documents",
    "voucher-poster": "everything that posts and reports",
}
"""The flows of a connection: its two remotes, and the two services that call them."""

_MEANS = {
    FlowState.RUNNING: "runs: {what}",
    FlowState.PAUSED: "nothing is begun; what is in doubt is settled, what was reported is confirmed; intake goes on",
    FlowState.STOPPED: "no call at all; work waits; intake goes on",
}


def meaning(flow: str, state: FlowState) -> str:
    """What this state means for this flow."""
    return _MEANS[state].format(what=FLOWS.get(flow, flow))


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
    """What keeps work of these connections waiting: flows that do not run, each with why and what to do."""
    states = await cluster.flows(version_of(connections))
    rehearsing = [
        f"{connection} is in shadow mode: nothing is acknowledged or posted before it is applied with mode live"
        for connection in sorted(concerned)
        if connection in connections and in_shadow(connections[connection])
    ]
    return rehearsing + [
        f"{connection}: {flow} is {states.state(connection, flow)} ({_why(states, connection, flow)}), so what "
        f"needs it waits until `apstream flow resume {connection} {flow}`"
        for connection in sorted(concerned)
        for flow in FLOWS
        if states.state(connection, flow) is not FlowState.RUNNING
    ]


def _why(states: DesiredStates, connection: str, flow: str) -> str:
    word = states.held(connection, flow)
    return shorten(word.reason, LONGEST) if word is not None else "no reason given"
