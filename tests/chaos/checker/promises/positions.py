"""A position is never ahead of what was decided: each input below it has its effect; at rest nothing lies above it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from tests.chaos.checker.evidence import Case, Evidence
from tests.chaos.checker.findings import Finding, Weight
from tests.chaos.checker.records import (
    AUDIT_INGRESS,
    AUDIT_POSTER,
    COMMANDS,
    DOCUMENTS,
    FETCHES,
    INVOICES,
    NOTIFICATIONS,
    PICTURES,
    UNREADABLE,
    Record,
)

PROMISE = "6b no input is passed over"
INPUTS: Mapping[str, Sequence[str]] = {
    FETCHES: (NOTIFICATIONS, COMMANDS),
    INVOICES: (DOCUMENTS, COMMANDS, PICTURES),
}
AUDITS: Mapping[str, str] = {FETCHES: AUDIT_INGRESS, INVOICES: AUDIT_POSTER}
COMMANDED: Mapping[str, str] = {FETCHES: "documents", INVOICES: "vouchers"}
"""Which commands concern a ledger; of others it only keeps its position."""

Place = tuple[str, int, int]
Reached = Mapping[tuple[str, int], int]


def check(evidence: Evidence, *, at_rest: bool) -> Iterator[Finding]:
    """At rest only: the topics are read one after the other, and what was committed in between is in some of them."""
    if not at_rest:
        return
    aside = {
        (each.value["topic"], each.value["partition"], each.value["offset"])
        for each in evidence.log.of(UNREADABLE)
        if each.value and not each.kind
    }
    for ledger, inputs in INPUTS.items():
        reached: dict[tuple[str, int], int] = {}
        yield from _positions(evidence, ledger, reached)
        decided = {
            (each.value["cause_topic"], each.value["cause_partition"], each.value["cause_offset"])
            for each in evidence.log.of(AUDITS[ledger])
            if not each.kind
        }
        for case in evidence.cases:
            seen = _pictures_seen(case)
            for topic in inputs:
                for record in case.of(topic):
                    if topic == COMMANDS and record.value.get("ledger") != COMMANDED[ledger]:
                        continue
                    place = (topic, record.partition, record.offset)
                    known = place in decided or place in aside or (topic == PICTURES and seen(record))
                    yield from _input(case, ledger, record, reached, known=known)


def _positions(evidence: Evidence, ledger: str, reached: dict[tuple[str, int], int]) -> Iterator[Finding]:
    """Positions only grow, and never beyond their topic."""
    for record in evidence.log.of(ledger):
        if record.kind != "position":
            continue
        place = (record.value["topic"], record.partition)
        offset = record.value["offset"]
        if offset < reached.get(place, 0):
            words = f"{record.place} says {offset} of {place[0]}, before it was {reached[place]}"
            yield Finding(promise=PROMISE, connection="", record=record.place, words=words)
        reached[place] = max(offset, reached.get(place, 0))
    for (topic, partition), offset in reached.items():
        end = evidence.log.ends.get((topic, partition))
        if end is not None and offset > end.high:
            words = f"{ledger}/{partition} has decided {topic} up to {offset}, which ends at {end.high}"
            yield Finding(promise=PROMISE, connection="", record=f"{topic}/{partition}", words=words)


def _input(case: Case, ledger: str, record: Record, reached: Reached, *, known: bool) -> Iterator[Finding]:
    position = reached.get((record.topic, record.partition), 0)
    if record.offset < position and not known:
        words = f"{record.place} ({record.key}) lies below the position {position} of {ledger}, and nothing came of it"
    elif record.offset >= position:
        words = f"{record.place} ({record.key}) is not taken in: {ledger} has come to {position}"
    else:
        return
    yield Finding(
        promise=PROMISE,
        connection=case.connection.id,
        record=record.key,
        words=words,
        weight=Weight.LOST,
    )


def _pictures_seen(case: Case) -> Callable[[Record], bool]:
    """Whether a picture's poll, or a later one, is in the entry of its invoice; equal ones leave no other trace."""
    newest: defaultdict[str, int] = defaultdict(lambda: -1)
    for entry in case.latest(INVOICES).values():
        payment = entry["body"]["payment"]
        if payment is not None:
            newest[entry["body"]["invoice_id"]] = payment["poll_offset"]

    def seen(record: Record) -> bool:
        return bool(newest[record.value["invoice_id"]] >= record.value["poll_offset"])

    return seen
