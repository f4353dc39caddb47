"""Every order that a person gave is answered, and the vendor's book has what the history says was approved."""

from collections.abc import Iterator

from tests.chaos.checker.evidence import Case, Evidence
from tests.chaos.checker.findings import Finding, Weight
from tests.chaos.checker.records import (
    AUDIT_INGRESS,
    AUDIT_MASTER_DATA,
    AUDIT_PAYMENTS,
    AUDIT_POSTER,
    COMMANDS,
)

PROMISE = "1c what people did is answered"
AUDITS = (AUDIT_INGRESS, AUDIT_POSTER, AUDIT_MASTER_DATA, AUDIT_PAYMENTS)


def check(evidence: Evidence, *, at_rest: bool) -> Iterator[Finding]:
    """At rest only. An approval whose outcome is unknown may be in the book or not; one that failed is not."""
    for case in evidence.cases if at_rest else ():
        yield from _answered(case)
        yield from _approved(evidence, case)


def _answered(case: Case) -> Iterator[Finding]:
    told = {each.value["detail"].get("command") for audit in AUDITS for each in case.of(audit)}
    for record in case.of(COMMANDS):
        if record.value and record.value["command_id"] not in told:
            words = f"{record.value['action']} at {record.place}: no audit says what became of it"
            yield _finding(case, record.value["record_id"], words)


def _approved(evidence: Evidence, case: Case) -> Iterator[Finding]:
    for operation in evidence.operations:
        if operation.kind != "approve" or operation.connection != case.connection.id:
            continue
        there = operation.record in case.documents
        if operation.outcome == "ok" and not there:
            yield _finding(
                case, operation.record, "approved, says the history; Basware's book does not have it"
            )
        if operation.outcome == "failed" and there:
            yield _finding(case, operation.record, "not approved, says the history; Basware's book has it")


def _finding(case: Case, record: str, words: str) -> Finding:
    return Finding(
        promise=PROMISE, connection=case.connection.id, record=record, words=words, weight=Weight.LOST
    )
