"""Evidence that was doctored: each promise broken once is noticed, as that promise and with its weight."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from .checker import Verdict, Weight, verdict, window
from .checker.example import good
from .checker.history import Operation
from .checker.made_up import (
    FIRST_OWNER,
    IBAN,
    PASSWORD,
    SECOND_OWNER,
    Run,
    at,
    said,
)
from .checker.made_up_papers import call, voucher, write
from .checker.promises import (
    accepted,
    audit,
    commands,
    ledgers,
    master_data,
    one_at_a_time,
    one_voucher,
    order,
    payments,
    places,
    planted_secrets,
    positions,
    started,
    tables,
    told,
    watermarks,
)
from .checker.records import (
    AUDIT_POSTER,
    COMMANDS,
    CONNECTIONS,
    DOCUMENTS,
    FETCHES,
    IMPORTS,
    INVOICES,
    MASTER_DATA,
    NOTIFICATIONS,
    PAYMENT_RESULTS,
    PICTURES,
    PICTURES_TABLE,
    PUBLISHED_TABLE,
    UNREADABLE,
    Record,
)
from .checker.topics import End

Doctor = Callable[[Run], object]
LOST, TWICE, BROKEN = Weight.LOST, Weight.TWICE, Weight.BROKEN
DOCTORED: list[tuple[str, Doctor, str, Weight]] = []


def breaks(promise: str, weight: Weight = BROKEN) -> Callable[[Doctor], Doctor]:
    """Notes a way to break a promise; its name says how."""

    def noted(doctor: Doctor) -> Doctor:
        DOCTORED.append((doctor.__name__, doctor, promise, weight))
        return doctor

    return noted


def judged(run: Run, *, at_rest: bool = True) -> Verdict:
    return verdict(run.evidence(), at_rest=at_rest)


@pytest.mark.parametrize("at_rest", [True, False])
def test_where_every_promise_held_nothing_is_found(at_rest: bool) -> None:
    found = judged(good(), at_rest=at_rest)
    assert found.ok, str(found)
    assert found.findings == ()
    assert found.counts["posted"] == 2
    assert "every promise holds" in str(found)


# 1 accepted


@breaks(accepted.PROMISE, LOST)
def a_webhook_was_answered_200_and_is_nowhere(run: Run) -> None:
    task = {"task_id": "task-gone", "url": "http://h/webhooks/acme", "attempts": [{"status": 200}]}
    run.documents["inv-1"]["notifications"].append(task)


@breaks(accepted.PROMISE, LOST)
def a_notification_was_never_fetched(run: Run) -> None:
    value = {"connection_id": "acme", "task_id": "t9", "document_id": "inv-9"}
    run.put(NOTIFICATIONS, run.key("t9"), value, seconds=200)


@breaks(accepted.PROMISE, LOST)
def a_published_document_was_never_taken_in(run: Run) -> None:
    value = {"connection_id": "acme", "invoice_id": "inv-9", "fetch_number": 1}
    run.put(
        DOCUMENTS, run.key("inv-9", "1"), {**value, "processing_status": "WaitingForTransfer"}, seconds=200
    )


@breaks(accepted.PROMISE, LOST)
def an_invoice_is_still_in_doubt(run: Run) -> None:
    run.entry("inv-2", sequence=8, phase="in_doubt", step="post", action="in doubt", seconds=200, started=41)


@breaks(accepted.PROMISE, LOST)
def an_invoice_waits_and_nobody_says_why(run: Run) -> None:
    run.entry("inv-2", sequence=8, phase="waiting", step="confirm", action="retry", seconds=200)


@breaks(accepted.PROMISE, LOST)
def an_invoice_is_parked_without_a_reason(run: Run) -> None:
    run.entry("inv-2", sequence=8, phase="parked", step="post", action="parked", seconds=200)


@breaks(accepted.PROMISE, LOST)
def an_invoice_is_due_for_an_hour_and_nobody_acts(run: Run) -> None:
    entry = run.entry(
        "inv-2", sequence=8, phase="waiting", step="report", action="retry", seconds=200, reason="503"
    )
    run.change(INVOICES, run.topics[INVOICES].index(entry), due=at(201))


@breaks(accepted.PROMISE, LOST)
def basware_offers_an_invoice_that_nobody_took_in(run: Run) -> None:
    offered = {**run.documents["inv-2"], "invoiceId": "inv-9", "status": "WaitingForTransfer"}
    run.documents["inv-9"] = {**offered, "notifications": [], "responses": []}


@breaks(accepted.PROMISE, LOST)
def basware_still_awaits_the_answer_of_what_is_over(run: Run) -> None:
    run.documents["inv-2"]["status"] = "TransferInProgress"


@breaks(told.PROMISE)
def basware_shows_another_number(run: Run) -> None:
    run.documents["inv-2"]["voucherNumber1"] = "00000099"


@breaks(told.PROMISE)
def a_message_is_too_long(run: Run) -> None:
    run.documents["inv-2"]["responses"][0]["body"]["responseMessage"] = "x" * 251


@breaks(commands.PROMISE, LOST)
def an_order_was_never_answered(run: Run) -> None:
    order = {"connection_id": "acme", "command_id": "c1", "ledger": "payments", "action": "run_now"}
    run.put(COMMANDS, run.key("c1"), {**order, "record_id": "payments"}, seconds=200)
    for ledger in (FETCHES, INVOICES):
        run.position(ledger, COMMANDS, seconds=200)


@breaks(commands.PROMISE, LOST)
def what_was_approved_is_not_in_the_book(run: Run) -> None:
    run.operations.append(
        Operation(id="a", kind="approve", connection="acme", record="inv-9", at=at(0), outcome="ok")
    )


# 2 one voucher


@breaks(one_voucher.PROMISE, TWICE)
def the_settle_time_was_skipped(run: Run) -> None:
    """The second create was started as it should be, and the first one came through after it."""
    run.vouchers.append(voucher("00000099", "N/2", 60))


@breaks(one_voucher.PROMISE, TWICE)
def the_search_after_a_lost_answer_was_dropped(run: Run) -> None:
    """Created again without looking: both starts are in the ledger, both creates in PeopleSoft's log."""
    for sequence, phase, begun in ((8, "started", 70.0), (9, "waiting", 70.0)):
        run.entry(
            "inv-2", sequence=sequence, phase=phase, step="post", action=phase, seconds=72, started=begun
        )
    run.calls.append(call("create", "N/2", 71, request=99))
    run.vouchers.append(voucher("00000099", "N/2", 71))


@breaks(one_voucher.PROMISE, TWICE)
def an_invoice_has_a_second_voucher_under_a_corrected_number(run: Run) -> None:
    run.vouchers.append(voucher("00000099", "N/2 corrected", 60))


@breaks(one_voucher.PROMISE, LOST)
def one_voucher_stands_for_two_invoices(run: Run) -> None:
    taken = {"business_unit": "US001", "voucher_id": "00000001"}
    run.vouchers.pop()
    run.entry(
        "inv-2", sequence=8, phase="final", step="confirmed", action="adopted", seconds=200, voucher=taken
    )


@breaks(one_voucher.PROMISE, LOST)
def the_voucher_of_an_invoice_is_in_no_book(run: Run) -> None:
    run.vouchers.pop()


# 3 order


@breaks(order.PROMISE)
def a_voucher_was_made_before_the_acknowledge(run: Run) -> None:
    run.vouchers[1]["created_at"] = said(40.2)


@breaks(order.PROMISE)
def a_number_was_told_before_there_was_a_voucher(run: Run) -> None:
    run.documents["inv-2"]["responses"][0]["accepted"] = said(39)


@breaks(order.PROMISE)
def a_payment_was_told_before_the_transfer(run: Run) -> None:
    run.documents["inv-1"]["responses"][1]["accepted"] = said(12)


@breaks(order.PROMISE)
def a_fetch_number_is_there_twice(run: Run) -> None:
    run.put(DOCUMENTS, run.key("inv-1", "1"), run.topics[DOCUMENTS][0].value, seconds=200)


# 4 one at a time


@breaks(one_at_a_time.PROMISE)
def a_write_came_in_while_another_ran(run: Run) -> None:
    run.writes[1]["arrived"], run.writes[1]["ended"] = said(10.52), said(12.6)


@breaks(one_at_a_time.PROMISE)
def a_write_came_too_soon(run: Run) -> None:
    run.writes.append(write(run, "inv-2", "paymentResponses", 42.8))


@breaks(one_at_a_time.PROMISE)
def a_search_ran_beside_a_create(run: Run) -> None:
    run.calls.append(call("find", "N/2", 41.15, request=99))


@breaks(one_at_a_time.PROMISE)
def basware_noted_a_broken_rule(run: Run) -> None:
    run.violations = [
        {"rule": "acknowledge_twice", "at": said(9), "detail": "", "invoice_id": "inv-1", "api": ""}
    ]


# 5 started


@breaks(started.PROMISE, TWICE)
def more_creates_than_starts(run: Run) -> None:
    run.calls.append(call("create", "N/2", 41.4, request=99))


@breaks(started.PROMISE)
def a_create_came_before_its_start(run: Run) -> None:
    run.calls[3]["received_at"], run.calls[3]["answered_at"] = said(38), said(38.1)


@breaks(started.PROMISE)
def a_create_came_after_its_outcome(run: Run) -> None:
    run.calls[3]["received_at"], run.calls[3]["answered_at"] = said(80), said(80.1)


# 6 ledgers


@breaks(ledgers.PROMISE)
def two_owners_wrote_one_version(run: Run) -> None:
    """What a late produce after the new owner's load leaves."""
    run.entry("inv-2", sequence=7, phase="final", step="confirmed", action="confirmed", seconds=200)


@breaks(ledgers.PROMISE)
def a_version_is_missing(run: Run) -> None:
    run.drop(INVOICES, run.find(INVOICES, phase="started"))


@breaks(ledgers.PROMISE)
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


@breaks(ledgers.PROMISE)
def an_owner_holds_another_state_than_a_replay(run: Run) -> None:
    run.metrics["voucher-poster-1"] = run.metrics["voucher-poster-1"].replace(b"2.0", b"1.0")


@breaks(positions.PROMISE, LOST)
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


@breaks(positions.PROMISE, LOST)
def a_picture_was_passed_over(run: Run) -> None:
    picture = run.topics[PICTURES][-1]
    run.put(PICTURES, picture.key, {**picture.value, "poll_offset": 9}, seconds=200)
    run.position(INVOICES, PICTURES, seconds=200)


@breaks(positions.PROMISE, LOST)
def an_input_is_not_taken_in(run: Run) -> None:
    picture = run.topics[PICTURES][-1]
    run.put(PICTURES, picture.key, picture.value, seconds=200)


@breaks(positions.PROMISE)
def a_position_went_back(run: Run) -> None:
    value = {"topic": DOCUMENTS, "offset": 1}
    run.put(INVOICES, "\x00position", value, seconds=200, kind="position")


@breaks(positions.PROMISE)
def a_position_is_beyond_its_topic(run: Run) -> None:
    value = {"topic": DOCUMENTS, "offset": 50}
    run.put(INVOICES, "\x00position", value, seconds=200, kind="position")


@breaks(audit.PROMISE)
def an_outcome_was_committed_and_not_published(run: Run) -> None:
    run.drop(AUDIT_POSTER, run.find(AUDIT_POSTER, action="posted"))


@breaks(audit.PROMISE)
def a_fact_was_published_without_its_transaction(run: Run) -> None:
    value = {
        "connection_id": "acme",
        "invoice_id": "inv-1",
        "fetch_number": 2,
        "processing_status": "Transferred",
    }
    run.put(DOCUMENTS, run.key("inv-1", "2"), value, seconds=200)


@breaks(audit.PROMISE, LOST)
def a_fetch_is_in_the_ledger_and_not_published(run: Run) -> None:
    place = max(i for i, each in enumerate(run.topics[FETCHES]) if not each.kind)
    body = {**run.topics[FETCHES][place].value["body"], "fetch_number": 2}
    run.change(FETCHES, place, body=body)


@breaks(audit.PROMISE)
def the_audit_is_ahead_of_the_ledger(run: Run) -> None:
    run.audit(AUDIT_POSTER, "inv-2", "posted", sequence=8, seconds=200, actor=FIRST_OWNER)


@breaks(audit.PROMISE)
def an_event_is_there_twice(run: Run) -> None:
    record = run.topics[AUDIT_POSTER][-1]
    run.put(AUDIT_POSTER, record.key, record.value, seconds=200)


@breaks(tables.PROMISE)
def the_table_of_a_poll_is_ahead_of_the_topic(run: Run) -> None:
    run.change(PUBLISHED_TABLE, 0, digest="never published")


@breaks(tables.PROMISE)
def the_table_of_pictures_is_ahead_of_the_topic(run: Run) -> None:
    run.change(PICTURES_TABLE, 0, digest="never published")


# 7 watermarks


@breaks(watermarks.PROMISE)
def a_watermark_lies_in_the_future(run: Run) -> None:
    run.change(PAYMENT_RESULTS, 0, watermark=said(9000))


@breaks(watermarks.PROMISE, LOST)
def an_account_changed_before_the_watermark_was_not_published(run: Run) -> None:
    """And Basware has it, from somebody else."""
    run.reference["chart_fields"][0]["descr"] = "Rent and leases"
    run.pickable["accounts"][0]["content"] = {
        "accountNames": [{"language": "en-US", "accountName": "Rent and leases"}]
    }


@breaks(watermarks.PROMISE, LOST)
def a_payment_before_the_watermark_has_no_picture(run: Run) -> None:
    place = max(i for i, each in enumerate(run.topics[PICTURES]) if each.value["invoice_id"] == "inv-1")
    run.change(PICTURES, place, paid_total=Decimal(0))


# 8 and 9 both systems agree


@breaks(master_data.PROMISE)
def coders_see_an_old_name(run: Run) -> None:
    run.pickable["suppliers"][0]["content"]["name"] = "Acme AG"


@breaks(master_data.PROMISE)
def coders_cannot_pick_a_supplier(run: Run) -> None:
    run.pickable["suppliers"].clear()


@breaks(master_data.PROMISE)
def coders_can_pick_what_is_gone(run: Run) -> None:
    run.pickable["accounts"].append({**run.pickable["accounts"][0], "externalCode": "SHARE_999999"})


@breaks(payments.PROMISE)
def a_paid_invoice_is_not_shown_as_paid(run: Run) -> None:
    run.paid["inv-1"] |= {"paidTotal": Decimal(0), "status": "Transferred"}


@breaks(payments.PROMISE)
def a_payment_has_the_wrong_day(run: Run) -> None:
    run.paid["inv-1"]["paymentDate"] = "2026-06-02"


@breaks(payments.PROMISE)
def a_void_was_never_told(run: Run) -> None:
    page = run.pages["US001", "00000001"]
    page["schedule"][0]["fate"] = "open"
    page["summary"]["ended"] = False


# 10 secrets


@breaks(planted_secrets.PROMISE)
def a_password_is_in_a_log(run: Run) -> None:
    run.logs["web.log"] = f"line\nlogging in with {PASSWORD}\n".encode()


@breaks(planted_secrets.PROMISE)
def a_password_is_in_a_log_as_a_basic_header(run: Run) -> None:
    run.logs["web.log"] = b"Authorization: Basic QVBTVFJFQU06cGxhbnRlZC1wYXNzd29yZC1vZi1hY21l"


@breaks(planted_secrets.PROMISE)
def a_password_is_in_a_document(run: Run) -> None:
    _raw(run, DOCUMENTS, PASSWORD)


@breaks(planted_secrets.PROMISE)
def a_bank_account_is_in_the_audit(run: Run) -> None:
    _raw(run, AUDIT_POSTER, IBAN)


@breaks(planted_secrets.PROMISE)
def a_bank_account_is_in_a_metric(run: Run) -> None:
    run.metrics["ingress-web-1"] = f'x{{of="{IBAN}"}} 1.0'.encode()


# 11 places


@breaks(places.PROMISE)
def a_record_lies_in_another_shard(run: Run) -> None:
    _replace(run, NOTIFICATIONS, partition=4)


@breaks(places.PROMISE)
def a_record_has_another_key(run: Run) -> None:
    _replace(run, IMPORTS, key="acme/accounts/other")


@breaks(places.PROMISE)
def a_record_was_unreadable(run: Run) -> None:
    value = {"topic": DOCUMENTS, "partition": 3, "offset": 0, "service": "voucher-poster", "reason": "torn"}
    run.put(UNREADABLE, f"{DOCUMENTS}/3/0", value, seconds=200)


@breaks(places.PROMISE)
def a_transaction_never_got_its_verdict(run: Run) -> None:
    run.ends[MASTER_DATA, 3] = End(low=0, stable=2, high=5)


def _raw(run: Run, topic: str, text: str) -> None:
    record = run.topics[topic][-1]
    run.topics[topic][-1] = replace(record, raw=record.raw + text.encode())


def _replace(run: Run, topic: str, **changes: Any) -> None:
    record: Record = run.topics[topic][0]
    run.topics[topic][0] = replace(record, **changes)


@pytest.mark.parametrize(
    ("doctor", "promise", "weight"),
    [pytest.param(doctor, promise, weight, id=name) for name, doctor, promise, weight in DOCTORED],
)
def test_a_broken_promise_is_noticed(doctor: Doctor, promise: str, weight: Weight) -> None:
    run = good()
    doctor(run)
    found = judged(run)
    assert not found.ok
    assert (promise, weight) in {(each.promise, each.weight) for each in found.findings}, str(found)
    assert promise in str(found)


# what is exempt, and what is not


def _fault(name: str, record: str = "") -> Operation:
    return Operation(id=name, kind="fault", record=record, at=at(20), ended_at=at(41), detail={"name": name})


def _frozen_in_the_window(run: Run, *, record: str = "inv-2", alert: bool = True) -> None:
    """Two vouchers, made by a second start of which the first was still to be sent."""
    the_settle_time_was_skipped(run)
    run.operations.append(_fault("frozen in the window", record=record))
    if alert:
        run.audit(
            AUDIT_POSTER,
            "inv-2",
            "checked again",
            sequence=7,
            seconds=200,
            actor=FIRST_OWNER,
            alert="yes",
        )


def test_the_window_is_exempt_where_the_history_names_the_invoice_and_the_audit_has_an_alert() -> None:
    run = good()
    _frozen_in_the_window(run)
    found = judged(run)
    assert not found.twice, str(found)
    assert {each.record for each in found.exempt} == {"inv-2"}
    assert window.PROMISE in str(found)


@pytest.mark.parametrize(
    "how", [{"record": "inv-1"}, {"record": ""}, {"alert": False}], ids=["of another", "of none", "no alert"]
)
def test_a_second_voucher_is_not_exempt_otherwise(how: dict[str, Any]) -> None:
    run = good()
    _frozen_in_the_window(run, **how)
    found = judged(run)
    assert {each.promise for each in found.twice} == {one_voucher.PROMISE}


def test_a_window_that_nobody_noticed_is_a_broken_promise_of_its_own() -> None:
    run = good()
    run.operations.append(_fault("frozen in the window", record="inv-2"))
    assert {each.promise for each in judged(run).broken} == {window.PROMISE}


def test_two_calls_at_once_on_a_half_open_line_are_exempt_and_too_little_spacing_is_not() -> None:
    run = good()
    a_search_ran_beside_a_create(run)
    run.operations.append(_fault("services to PeopleSoft half open"))
    found = judged(run)
    assert {each.promise for each in found.exempt} == {one_at_a_time.PROMISE}
    assert found.ok
    a_write_came_too_soon(run)
    assert {each.promise for each in judged(run).broken} == {one_at_a_time.PROMISE}


@pytest.mark.parametrize(
    ("caller", "name", "weight"),
    [
        ("token-of-poster-2", "SIGSTOP 20 s of voucher-poster", Weight.EXEMPT),
        ("token-of-poster-1", "SIGSTOP 20 s of voucher-poster", BROKEN),
        ("token-of-poster-2", "SIGKILL of a replica", BROKEN),
    ],
    ids=["a zombie", "one process", "no zombie"],
)
def test_a_zombies_harmless_repeat_is_exempt(caller: str, name: str, weight: Weight) -> None:
    run = good()
    run.writes.append({**write(run, "inv-2", "acknowledge", 40.6), "caller": caller})
    run.operations.append(_fault(name))
    found = judged(run)
    assert {each.weight for each in found.findings} == {weight}, str(found)


def test_a_credit_note_may_repeat_a_number_where_the_site_compares_the_sum() -> None:
    run = good()
    run.connection = replace(run.connection, match=(*run.connection.match, "GROSS_AMT"))
    run.vouchers[0] |= {"INVOICE_ID": "N/2", "GROSS_AMT": "-100.00"}
    run.vouchers[1]["GROSS_AMT"] = "100.00"
    assert not judged(run).twice


def test_what_somebody_else_keyed_is_not_ours() -> None:
    run = good()
    run.vouchers.append({**voucher("00000099", "N/2", 60), "created_by": "PAT"})
    assert judged(run).ok


def test_compaction_may_have_taken_old_versions_away() -> None:
    run = good()
    for topic in (FETCHES, INVOICES):
        latest = {record.key: record for record in run.topics[topic]}
        run.topics[topic] = sorted(latest.values(), key=lambda each: each.offset)
    found = judged(run)
    assert found.ok, str(found)


def test_instants_are_not_judged_while_a_clock_is_wrong() -> None:
    run = good()
    a_create_came_before_its_start(run)
    run.operations.append(_fault("clock two hours ahead"))
    assert judged(run).ok


def test_work_of_a_paused_flow_may_wait() -> None:
    run = good()
    run.entry("inv-2", sequence=8, phase="waiting", step="report", action="retry", seconds=200)
    state = {"connection_id": "acme", "flow": "basware", "state": "paused"}
    run.put("ap.desired-state", run.key("basware"), state, seconds=200)
    run.metrics.clear()
    assert not judged(run).lost


def test_what_moves_is_not_judged_as_if_it_were_at_rest() -> None:
    run = good()
    an_invoice_is_still_in_doubt(run)
    run.put(PICTURES, "acme/US001/00000001", run.topics[PICTURES][-1].value, seconds=200)
    coders_see_an_old_name(run)
    assert judged(run, at_rest=False).ok


def test_secrets_are_not_repeated_by_the_one_who_finds_them() -> None:
    run = good()
    a_password_is_in_a_log(run)
    assert PASSWORD not in str(judged(run))


def test_nothing_to_judge_is_said() -> None:
    run = good()
    found = verdict(replace(run.evidence(), cases=()), at_rest=True)
    assert "nothing was judged" in str(found)


def test_an_unknown_operation_covers_what_comes_after_it() -> None:
    operation = Operation(id="x", kind="fault", at=at(0))
    assert operation.covers(at(600), before=0, after=0)
    assert not operation.covers(at(0) - timedelta(seconds=1), before=0.5, after=0)


def test_a_shard_never_changes() -> None:
    run = good()
    for version, shard in ((1, 3), (2, 4)):
        value = {"connection_id": "acme", "shard": shard, "version": version}
        run.put(CONNECTIONS, "acme", value, seconds=0)
        run.topics[CONNECTIONS][-1] = replace(run.topics[CONNECTIONS][-1], partition=0)
    assert {each.promise for each in judged(run).broken} == {places.PROMISE}
