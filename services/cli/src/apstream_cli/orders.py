"""A person's order: made from the entry it is for, issued, and the owner's answer awaited."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ap_domain.audit import AuditEvent
from ap_domain.command import Action, Command
from chassis.connections.record import ConnectionRecord

from apstream_cli.cluster import Cluster, Order
from apstream_cli.invoices import Case
from apstream_cli.refusal import Refusal
from apstream_cli.screen import instant, line

__all__ = [
    "APPLIED",
    "Asked",
    "Wish",
    "answers_to",
    "carry_out",
    "checked_reason",
    "command_for",
    "order",
    "wish",
]

APPLIED = "command applied"
LONGEST_REASON = 200
"""Characters: with a sent-back invoice it goes to the clerk, in a message of 250."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants done and why; it holds until ``expires_at``."""

    action: Action
    reason: str
    by: str
    issued_at: datetime
    expires_at: datetime


def wish(action: Action, *, reason: str, by: str, now: datetime, minutes: float) -> Wish:
    """Raises Refusal for a reason that says nothing or too much."""
    return Wish(
        action=action,
        reason=checked_reason(reason),
        by=by,
        issued_at=now,
        expires_at=now + timedelta(minutes=minutes),
    )


def checked_reason(reason: str) -> str:
    """In one line. Raises Refusal for one that says nothing or too much."""
    said = " ".join(reason.split())
    if not said or len(said) > LONGEST_REASON:
        raise Refusal(f"--reason must say why in 1 to {LONGEST_REASON} characters; it has {len(said)}")
    return said


def command_for(case: Case, wanted: Wish) -> Command:
    """The command that holds for this entry as it was seen, and for no later one."""
    return Command(
        command_id=str(uuid.uuid4()),
        connection_id=case.invoice.connection_id,
        ledger=case.ledger,
        record_id=case.invoice.id,
        action=wanted.action,
        reason=wanted.reason,
        actor=wanted.by,
        issued_at=wanted.issued_at,
        expires_at=wanted.expires_at,
        expected_sequence=case.entry.sequence,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command as a person knows it: what it is about is ``called``, and ``key`` finds it in the audit."""

    command: Command
    called: str
    key: str


async def carry_out(
    chosen: Sequence[Case],
    wanted: Wish,
    *,
    cluster: Cluster,
    connections: Mapping[str, ConnectionRecord],
    within: float,
) -> None:
    """Issues a command for each case and prints each answer. Raises Refusal unless all were carried out."""
    asked = [
        Asked(
            command=command_for(case, wanted),
            called=case.invoice.number or case.invoice.id,
            key=case.invoice.id,
        )
        for case in chosen
    ]
    await order(asked, cluster=cluster, connections=connections, within=within)


async def order(
    asked: Sequence[Asked],
    *,
    cluster: Cluster,
    connections: Mapping[str, ConnectionRecord],
    within: float,
) -> list[AuditEvent]:
    """Issues the commands and prints each answer; all answers. Raises Refusal unless all were carried out."""
    answers, unanswered = await answers_to(asked, cluster=cluster, connections=connections, within=within)
    refused = sum(event.action != APPLIED for event in answers)
    reasons = [f"{refused} of {len(asked)} were refused by their owner (above)"] if refused else []
    reasons += unanswered
    if reasons:
        raise Refusal(*reasons)
    return answers


async def answers_to(
    asked: Sequence[Asked],
    *,
    cluster: Cluster,
    connections: Mapping[str, ConnectionRecord],
    within: float,
    say_done: bool = True,
) -> tuple[list[AuditEvent], list[str]]:
    """Issues the commands and prints each answer, of those that were carried out only if ``say_done``; all answers, and
    a line for each command without one.
    """
    unanswered = {each.command.command_id: each for each in asked}
    answers: list[AuditEvent] = []

    def answered(event: AuditEvent) -> None:
        each = unanswered.pop(event.detail["command"])
        answers.append(event)
        done = event.action == APPLIED
        if say_done or not done:
            line(f"{'done' if done else 'REFUSED'}: {each.called}: {event.detail.get('said', '')}")

    orders = [
        Order(command=each.command, shard=connections[each.command.connection_id].shard) for each in asked
    ]
    await cluster.carry_out(orders, answered=answered, within=within)
    return answers, [
        f"{each.called}: no answer in {within:g} s. The command stays durable and is carried out if its owner reads it "
        f"before {instant(each.command.expires_at)}; look again with `apstream audit show --connection "
        f"{each.command.connection_id} --record {each.key}` (command {each.command.command_id})"
        for each in unanswered.values()
    ]
