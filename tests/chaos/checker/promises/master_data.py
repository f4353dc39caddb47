"""At rest coders can pick in Basware what PeopleSoft has; what was refused is there with a reason."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.chaos.checker.endings import held_flows
from tests.chaos.checker.evidence import Case, Evidence
from tests.chaos.checker.expected_master_data import COMPARED, expected, shown
from tests.chaos.checker.findings import Finding, Weight
from tests.chaos.checker.records import IMPORTS, MASTER_DATA, MASTER_DATA_RESULTS, Json

PROMISE = "8 master data in Basware equals PeopleSoft's"
ENDS = ("confirmed", "refused")


def check(evidence: Evidence, *, at_rest: bool) -> Iterator[Finding]:
    """At rest only."""
    for case in evidence.cases if at_rest else ():
        yield from _unsettled(case)
        for entity in case.connection.masterdata.get("entities", {}):
            if entity in COMPARED:
                yield from _of_entity(evidence, case, entity)


def refused(case: Case, entity: str) -> Mapping[str, str]:
    """Records that are not in Basware as PeopleSoft has them, and why: refused there, or against a rule before."""
    found = {
        each["external_code"]: "; ".join(each["words"]) or "refused"
        for each in last_words(case).values()
        if each["entity"] == entity and each["step"] == "refused"
    }
    for each in case.latest(MASTER_DATA).values():
        if each["entity"] == entity and each["problems"]:
            found[each["external_code"]] = "; ".join(each["problems"])
    return found


def last_words(case: Case) -> Mapping[str, Json]:
    """What Basware was told of each record last, by key: the highest sequence, because lower ones are ignored."""
    return {
        key: max((each.value for each in versions), key=lambda each: int(each["sequence"]))
        for key, versions in case.versions(IMPORTS).items()
    }


def _unsettled(case: Case) -> Iterator[Finding]:
    """Basware has said its word on the latest version of each record, unless somebody holds the imports."""
    if held_flows(case):
        return
    told = last_words(case)
    for key, version in case.latest(MASTER_DATA).items():
        word = told.get(key)
        over = word is not None and word["step"] in ENDS and word["digest"] == version["digest"]
        if not over and not version["problems"]:
            entity, code = version["entity"], version["external_code"]
            words = f"its latest version is not settled: {_imported(case, entity, code)}"
            yield replace(_finding(case, entity, code, words), weight=Weight.LOST)


def _of_entity(evidence: Evidence, case: Case, entity: str) -> Iterator[Finding]:
    section = case.connection.masterdata
    today = case.books.now.astimezone(ZoneInfo(section["time_zone"])).date()
    sources = expected(entity, section=section, reference=case.books.reference, today=today)
    held = {each["externalCode"]: each for each in case.books.pickable.get(entity, ())}
    reasons = refused(case, entity)
    for code, source in sources.items():
        record = held.get(code)
        if code in reasons:
            if not reasons[code]:
                yield _finding(case, entity, code, "refused without a reason")
        elif source.item is None:
            if record is not None and record["active"] and _ever_published(case, entity, code):
                yield _finding(case, entity, code, "can be picked in Basware, inactive in PeopleSoft")
        elif record is None or not record["active"]:
            yield _finding(
                case, entity, code, f"cannot be picked in Basware; {_imported(case, entity, code)}"
            )
        else:
            there = shown(entity, content=record["content"], companies=record["companies"])
            if there != source.item:
                words = f"Basware has {there}, PeopleSoft {source.item}; {_imported(case, entity, code)}"
                yield _finding(case, entity, code, words)
    if _vanished_were_looked_for(evidence, case, entity):
        for code, record in held.items():
            if code not in sources and record["active"] and code not in reasons:
                yield _finding(case, entity, code, "can be picked in Basware, PeopleSoft does not have it")


def _ever_published(case: Case, entity: str, code: str) -> bool:
    """What was inactive before it was first read is not ours to close."""
    return case.key(entity, code) in case.versions(MASTER_DATA)


def _vanished_were_looked_for(evidence: Evidence, case: Case, entity: str) -> bool:
    """Whether a whole reading ended well that began after the last change: only such a one finds what is gone."""
    changes = [
        each.ended_at or each.at
        for each in evidence.operations
        if each.kind == "master change" and each.connection in ("", case.connection.id)
    ]
    last = max(changes, default=None)
    begun: list[datetime] = [
        each["started_at"]
        for each in case.latest(MASTER_DATA_RESULTS).values()
        if each["subject"] == entity and each["kind"] == "full" and each["outcome"] == "complete"
    ]
    return bool(begun) and (last is None or max(begun) > last)


def _imported(case: Case, entity: str, code: str) -> str:
    """How far our side came with it."""
    state = last_words(case).get(case.key(entity, code))
    version = case.latest(MASTER_DATA).get(case.key(entity, code))
    if version is None:
        return f"not on {MASTER_DATA}: look at the polls of {entity}"
    told = "never sent" if state is None else f"{state['step']} {' '.join(state['words'])}".strip()
    return f"published by {version['poll_id']}, {told}"


def _finding(case: Case, entity: str, code: str, words: str) -> Finding:
    return Finding(promise=PROMISE, connection=case.connection.id, record=f"{entity}/{code}", words=words)
