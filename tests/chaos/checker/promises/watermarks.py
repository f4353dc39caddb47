"""No watermark is ahead of what was published: what the source changed before it, less the overlap, is on the topic."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.chaos.checker.books import Keys, instant
from tests.chaos.checker.evidence import Case, Evidence
from tests.chaos.checker.expected_master_data import CHARTFIELDS, expected, published
from tests.chaos.checker.expected_payments import paid_total
from tests.chaos.checker.findings import Finding, Weight
from tests.chaos.checker.records import (
    INVOICES,
    MASTER_DATA,
    MASTER_DATA_RESULTS,
    PAYMENT_RESULTS,
    PICTURES,
    Json,
)

PROMISE = "7 no watermark is ahead of what was published"
OVERLAPS = {"masterdata": 600.0, "payments": 900.0}
"""Seconds, where the section does not say."""
AHEAD = timedelta(seconds=5)
BY_CHANGES = ("suppliers", *CHARTFIELDS)


def check(evidence: Evidence, *, at_rest: bool) -> Iterator[Finding]:
    """That none lies in the future at any moment, what lies before them at rest."""
    for case in evidence.cases:
        for topic in (MASTER_DATA_RESULTS, PAYMENT_RESULTS):
            yield from _future(evidence, case, topic)
        if at_rest and case.connection.masterdata:
            yield from _master_data(case)
        if at_rest and case.connection.payments:
            yield from _payments(case)


def watermarks(case: Case, topic: str) -> Mapping[str, datetime]:
    """How far each subject has been read, by PeopleSoft's clock: the highest of its results."""
    found: dict[str, datetime] = {}
    for each in case.latest(topic).values():
        if each["watermark"]:
            at = instant(each["watermark"])
            found[each["subject"]] = max(at, found.get(each["subject"], at))
    return found


def _future(evidence: Evidence, case: Case, topic: str) -> Iterator[Finding]:
    now = max(evidence.at, case.books.now) + AHEAD
    for subject, at in watermarks(case, topic).items():
        if at > now:
            words = f"the watermark of {subject} on {topic} is {at}, PeopleSoft's clock says {case.books.now}"
            yield Finding(promise=PROMISE, connection=case.connection.id, record=subject, words=words)


def _master_data(case: Case) -> Iterator[Finding]:
    section = case.connection.masterdata
    overlap = timedelta(seconds=section.get("watermark_overlap_seconds", OVERLAPS["masterdata"]))
    today = case.books.now.astimezone(ZoneInfo(section["time_zone"])).date()
    latest = case.latest(MASTER_DATA)
    for entity, at in watermarks(case, MASTER_DATA_RESULTS).items():
        if entity not in BY_CHANGES:
            continue
        sources = expected(entity, section=section, reference=case.books.reference, today=today)
        for code, source in sources.items():
            if source.changed_at is None or source.changed_at >= at - overlap:
                continue
            version = latest.get(case.key(entity, code))
            if version is not None and version["problems"]:
                continue
            there = None if version is None else published(entity, version)
            if there != source.item:
                words = (
                    f"changed {source.changed_at}, before the watermark {at}; {MASTER_DATA} has {there},"
                    f" PeopleSoft {source.item}"
                )
                yield _lost(case, f"{entity}/{code}", words)


def _payments(case: Case) -> Iterator[Finding]:
    overlap = timedelta(
        seconds=case.connection.payments.get("watermark_overlap_seconds", OVERLAPS["payments"])
    )
    reached = max(watermarks(case, PAYMENT_RESULTS).values(), default=None)
    if reached is None:
        return
    pictures = _pictures(case)
    begun = max(each["started_at"] for each in case.latest(PAYMENT_RESULTS).values())
    for entry in case.latest(INVOICES).values():
        voucher = entry["body"]["voucher"]
        keys = (voucher["business_unit"], voucher["voucher_id"]) if voucher is not None else ("", "")
        page = case.books.pages.get(keys)
        if page is None or page["ENTRY_STATUS"] == "X" or entry["phase"] != "final":
            continue
        changed = _changed(page)
        picture = pictures.get(keys)
        if picture is None and _had_since(case, entry["key"]) >= begun:
            continue  # it was not watched yet, and is read besides by the next poll
        shown = None if picture is None else Decimal(picture["paid_total"])
        if changed is not None and changed < reached - overlap and shown != paid_total(page):
            words = (
                f"voucher {'/'.join(keys)} changed {changed}, before the watermark {reached}; {PICTURES} has paid"
                f" {shown}, PeopleSoft {paid_total(page)}"
            )
            yield _lost(case, entry["body"]["invoice_id"], words)


def _had_since(case: Case, key: str) -> datetime:
    """When the ledger first said which voucher the invoice has; by compaction later than it was."""
    versions = case.versions(INVOICES)[key]
    latest = versions[-1].value["body"]["voucher"]
    return next(each.written for each in versions if each.value["body"]["voucher"] == latest)


def _pictures(case: Case) -> Mapping[Keys, Json]:
    """The newest picture of each voucher: by its poll, then by when it was observed."""
    found: dict[Keys, Json] = {}
    for record in case.of(PICTURES):
        if not record.value:
            continue
        keys = (record.value["business_unit"], record.value["voucher_id"])
        held = found.get(keys)
        if held is None or _age(record.value) >= _age(held):
            found[keys] = record.value
    return found


def _age(picture: Json) -> tuple[int, datetime]:
    return picture["poll_offset"], picture["observed_at"]


def _changed(page: Json) -> datetime | None:
    """When anything of a voucher was changed last: itself, its instalments, their payments."""
    rows = (page, *page["schedule"], *page["payments"])
    texts = [each["LAST_UPDATE_DT"] for each in rows if each.get("LAST_UPDATE_DT")]
    return max((instant(each).astimezone(UTC) for each in texts), default=None)


def _lost(case: Case, record: str, words: str) -> Finding:
    return Finding(
        promise=PROMISE, connection=case.connection.id, record=record, words=words, weight=Weight.LOST
    )
