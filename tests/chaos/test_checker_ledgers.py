"""Doctored evidence: ledgers, positions, audit, tables and watermarks are broken once in every way, and noticed."""

from decimal import Decimal

import pytest

from .checker import Weight
from .checker.doctored.made_up import FIRST_OWNER, SECOND_OWNER, Run, said
from .checker.doctored.ways import Doctored
from .checker.promises import (
    audit,
    ledgers,
    positions,
    tables,
    watermarks,
)
from .checker.records import (
    AUDIT_POSTER,
    DOCUMENTS,
    FETCHES,
    INVOICES,
    PAYMENT_RESULTS,
    PICTURES,
    PICTURES_TABLE,
    PUBLISHED_TABLE,
)

LOST = Weight.LOST
DOCTORED = Doctored()


@DOCTORED.breaks(ledgers.PROMISE)
def two_owners_wrote_one_version(run: Run) -> None:
    """What a late produce after the new owner's load leaves."""
    run.entry("inv-2", sequence=7, phase="final", step="confirmed", action="confirmed", seconds=200)


@DOCTORED.breaks(ledgers.PROMISE)
def a_version_is_missing(run: Run) -> None:
    run.drop(INVOICES, run.find(INVOICES, phase="started"))


@DOCTORED.breaks(ledgers.PROMISE)
def who_lost_the_partition_went_on_writing(run: Run) -> None:
    run.owner("voucher-poster", SECOND_OWNER, INVOICES, AUDIT_POSTER, seconds=190)
    run.entry(
        "inv-2",
        sequence=8,
        phase="final",
        step="confirmed",
        action="payment seen",
        seconds=200,
        actor=FIRST_OWNER,
    )


@DOCTORED.breaks(ledgers.PROMISE)
def an_owner_holds_another_state_than_a_replay(run: Run) -> None:
    run.metrics["voucher-poster-1"] = run.metrics["voucher-poster-1"].replace(b"2.0", b"1.0")


@DOCTORED.breaks(positions.PROMISE, LOST)
def the_position_moved_before_the_durable_write(run: Run) -> None:
    """The document is below the position, and neither entry nor audit knows of it."""
    value = {
        "connection_id": "acme",
        "invoice_id": "inv-1",
        "fetch_number": 2,
        "processing_status": "Transferred",
    }
    run.put(DOCUMENTS, run.key("inv-1", "2"), value, seconds=200)
    run.position(INVOICES, DOCUMENTS, seconds=200)


@DOCTORED.breaks(positions.PROMISE, LOST)
def a_picture_was_passed_over(run: Run) -> None:
    picture = run.topics[PICTURES][-1]
    run.put(PICTURES, picture.key, {**picture.value, "poll_offset": 9}, seconds=200)
    run.position(INVOICES, PICTURES, seconds=200)


@DOCTORED.breaks(positions.PROMISE, LOST)
def an_input_is_not_taken_in(run: Run) -> None:
    picture = run.topics[PICTURES][-1]
    run.put(PICTURES, picture.key, picture.value, seconds=200)


@DOCTORED.breaks(positions.PROMISE)
def a_position_went_back(run: Run) -> None:
    value = {"topic": DOCUMENTS, "offset": 1}
    run.put(INVOICES, "\x00position", value, seconds=200, kind="position")


@DOCTORED.breaks(positions.PROMISE)
def a_position_is_beyond_its_topic(run: Run) -> None:
    value = {"topic": DOCUMENTS, "offset": 50}
    run.put(INVOICES, "\x00position", value, seconds=200, kind="position")


@DOCTORED.breaks(audit.PROMISE)
def an_outcome_was_committed_and_not_published(run: Run) -> None:
    run.drop(AUDIT_POSTER, run.find(AUDIT_POSTER, action="posted"))


@DOCTORED.breaks(audit.PROMISE)
def a_fact_was_published_without_its_transaction(run: Run) -> None:
    value = {
        "connection_id": "acme",
        "invoice_id": "inv-1",
        "fetch_number": 2,
        "processing_status": "Transferred",
    }
    run.put(DOCUMENTS, run.key("inv-1", "2"), value, seconds=200)


@DOCTORED.breaks(audit.PROMISE, LOST)
def a_fetch_is_in_the_ledger_and_not_published(run: Run) -> None:
    place = max(i for i, each in enumerate(run.topics[FETCHES]) if not each.kind)
    body = {**run.topics[FETCHES][place].value["body"], "fetch_number": 2}
    run.change(FETCHES, place, body=body)


@DOCTORED.breaks(audit.PROMISE)
def the_audit_is_ahead_of_the_ledger(run: Run) -> None:
    run.audit(AUDIT_POSTER, "inv-2", "posted", sequence=8, seconds=200, actor=FIRST_OWNER)


@DOCTORED.breaks(audit.PROMISE)
def an_event_is_there_twice(run: Run) -> None:
    record = run.topics[AUDIT_POSTER][-1]
    run.put(AUDIT_POSTER, record.key, record.value, seconds=200)


@DOCTORED.breaks(tables.PROMISE)
def the_table_of_a_poll_is_ahead_of_the_topic(run: Run) -> None:
    run.change(PUBLISHED_TABLE, 0, digest="never published")


@DOCTORED.breaks(tables.PROMISE)
def the_table_of_pictures_is_ahead_of_the_topic(run: Run) -> None:
    run.change(PICTURES_TABLE, 0, digest="never published")


@DOCTORED.breaks(watermarks.PROMISE)
def a_watermark_lies_in_the_future(run: Run) -> None:
    run.change(PAYMENT_RESULTS, 0, watermark=said(9000))


@DOCTORED.breaks(watermarks.PROMISE, LOST)
def an_account_changed_before_the_watermark_was_not_published(run: Run) -> None:
    """And Basware has it, from somebody else."""
    run.reference["chart_fields"][0]["descr"] = "Rent and leases"
    run.pickable["accounts"][0]["content"] = {
        "accountNames": [{"language": "en-US", "accountName": "Rent and leases"}]
    }


@DOCTORED.breaks(watermarks.PROMISE, LOST)
def a_payment_before_the_watermark_has_no_picture(run: Run) -> None:
    place = max(i for i, each in enumerate(run.topics[PICTURES]) if each.value["invoice_id"] == "inv-1")
    run.change(PICTURES, place, paid_total=Decimal(0))


@pytest.mark.parametrize("how", DOCTORED.ways)
def test_a_broken_promise_is_noticed(how: str) -> None:
    missed = DOCTORED.missed(how)
    assert not missed, missed
