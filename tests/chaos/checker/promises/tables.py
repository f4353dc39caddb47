"""The pollers' tables are never ahead of what was published: each row names a record that is on the topic."""

from collections.abc import Iterator

from tests.chaos.checker.evidence import Case, Evidence
from tests.chaos.checker.findings import Finding
from tests.chaos.checker.records import MASTER_DATA, PICTURES, PICTURES_TABLE, PUBLISHED_TABLE

PROMISE = "6d the pollers' tables are not ahead of what they published"


def check(evidence: Evidence, *, at_rest: bool) -> Iterator[Finding]:
    """At rest only: the topics are read one after the other. An empty digest says: to be published again."""
    for case in evidence.cases if at_rest else ():
        yield from _master_data(case)
        yield from _pictures(case)


def _master_data(case: Case) -> Iterator[Finding]:
    there = {each.offset: each for each in case.of(MASTER_DATA)}
    oldest = min(there, default=0)
    for key, row in case.latest(PUBLISHED_TABLE).items():
        if not row or not row["digest"] or row["offset"] < oldest:
            continue
        record = there.get(row["offset"])
        if record is None:
            compacted = any(each.offset > row["offset"] for each in case.versions(MASTER_DATA).get(key, ()))
            if not compacted:
                yield _finding(
                    case, key, f"the table names offset {row['offset']} of {MASTER_DATA}: not there"
                )
        elif record.key != key or record.value["digest"] != row["digest"]:
            words = f"the table has digest {row['digest'][:12]}, {record.place} {record.value['digest'][:12]}"
            yield _finding(case, key, words)


def _pictures(case: Case) -> Iterator[Finding]:
    digests = {
        key: {each.value["digest"] for each in versions if each.value}
        for key, versions in case.versions(PICTURES).items()
    }
    for key, row in case.latest(PICTURES_TABLE).items():
        if row and row["digest"] and row["digest"] not in digests.get(key, set()):
            yield _finding(
                case, key, f"the table has digest {row['digest'][:12]}, no picture on {PICTURES} has"
            )


def _finding(case: Case, record: str, words: str) -> Finding:
    return Finding(promise=PROMISE, connection=case.connection.id, record=record, words=words)
