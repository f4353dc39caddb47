"""What the checker excuses and what not: the window, zombies, half-open lines, compaction, clocks, people."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from .checker import Weight, verdict, window
from .checker.doctored.example import good
from .checker.doctored.made_up import FIRST_OWNER, PASSWORD, Run, at, said
from .checker.doctored.papers import call, page, voucher, write
from .checker.doctored.ways import judged
from .checker.history import Operation
from .checker.promises import (
    one_at_a_time,
    one_voucher,
    places,
    started,
    watermarks,
)
from .checker.records import (
    AUDIT_POSTER,
    CONNECTIONS,
    FETCHES,
    IMPORTS,
    INVOICES,
    PAYMENT_RESULTS,
    PICTURES,
)

BROKEN = Weight.BROKEN


@pytest.mark.parametrize("at_rest", [True, False])
def test_where_every_promise_held_nothing_is_found(at_rest: bool) -> None:
    found = judged(good(), at_rest=at_rest)
    assert found.ok, str(found)
    assert found.findings == ()
    assert found.counts["posted"] == 2
    assert "every promise holds" in str(found)


def _fault(name: str, record: str = "") -> Operation:
    return Operation(id=name, kind="fault", record=record, at=at(20), ended_at=at(41), detail={"name": name})


def _frozen_in_the_window(run: Run, *, record: str = "inv-2", alert: bool = True) -> None:
    """Two vouchers, made by a second start of which the first was still to be sent."""
    run.vouchers.append(voucher("00000099", "N/2", 60))
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
    run.calls.append(call("find", "N/2", 41.15, request=99))
    run.operations.append(_fault("services to PeopleSoft half open"))
    found = judged(run)
    assert {each.promise for each in found.exempt} == {one_at_a_time.PROMISE}
    assert found.ok
    run.writes.append(write(run, "inv-2", "paymentResponses", 42.8))
    assert {each.promise for each in judged(run).broken} == {one_at_a_time.PROMISE}


def test_a_search_beside_a_create_may_be_another_documents_of_the_number_and_a_create_never_is() -> None:
    run = good()
    run.documents["inv-1"]["invoiceNumber"] = "N/2"
    run.calls.append(call("find", "N/2", 41.15, request=99))
    assert one_at_a_time.PROMISE not in {each.promise for each in judged(run).findings}
    run.calls.append(call("create", "N/2", 41.15, request=98))
    assert one_at_a_time.PROMISE in {each.promise for each in judged(run).broken}


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


def test_compaction_hides_no_create_that_nobody_started() -> None:
    run = good()
    run.topics[INVOICES] = run.topics[INVOICES][-1:]
    run.calls.append(call("create", "N/2", 41.4, request=99))
    assert started.PROMISE in {each.promise for each in judged(run).twice}


def test_what_is_transferred_again_on_its_way_may_be_answered_before_it_is_acknowledged_again() -> None:
    run = good()
    run.violations = [
        {
            "rule": "response_before_acknowledge",
            "at": said(43),
            "detail": "",
            "invoice_id": "inv-2",
            "api": "",
        }
    ]
    assert one_at_a_time.PROMISE in {each.promise for each in judged(run).broken}
    run.operations.append(
        Operation(id="again", kind="retransfer", record="inv-2", at=at(42), ended_at=at(42.1), outcome="ok")
    )
    assert judged(run).ok


def test_instants_are_not_judged_while_a_clock_is_wrong() -> None:
    run = good()
    run.calls[3]["received_at"], run.calls[3]["answered_at"] = said(38), said(38.1)
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
    run.entry("inv-2", sequence=8, phase="in_doubt", step="post", action="in doubt", seconds=200, started=41)
    run.put(PICTURES, "acme/US001/00000001", run.topics[PICTURES][-1].value, seconds=200)
    run.pickable["suppliers"].clear()
    assert judged(run, at_rest=False).ok


def test_secrets_are_not_repeated_by_the_one_who_finds_them() -> None:
    run = good()
    run.logs["web.log"] = f"logging in with {PASSWORD}".encode()
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


def test_a_late_word_of_a_lower_number_counts_for_nothing() -> None:
    run = good()
    known = run.topics[IMPORTS][0]
    run.put(IMPORTS, known.key, {**known.value, "sequence": 0, "step": "due"}, seconds=200)
    assert judged(run).ok


def test_a_record_that_basware_refused_is_counted_and_no_finding() -> None:
    run = good()
    run.change(IMPORTS, 0, step="refused", words=["the code is taken"])
    run.pickable["accounts"].clear()
    found = judged(run)
    assert found.ok, str(found)
    assert found.counts["master data refused"] == 1


@pytest.mark.parametrize(("phase", "step"), [("parked", "post"), ("final", "discarded")])
def test_a_voucher_of_an_undecided_invoice_is_a_persons_to_decide(phase: str, step: str) -> None:
    run = good()
    run.entry("inv-2", sequence=8, phase=phase, step=step, action=step, seconds=200, reason="?", voucher=None)
    run.metrics.clear()
    assert one_voucher.PROMISE not in {each.promise for each in judged(run).findings}


def test_a_search_that_somebody_gave_up_may_still_run_beside_a_create() -> None:
    run = good()
    run.calls[2]["answered_at"] = said(41.15)
    assert (run.calls[2]["operation"], run.calls[3]["operation"]) == ("find", "create")
    assert judged(run).ok


def test_a_voucher_that_was_not_watched_yet_is_read_besides() -> None:
    run = good()
    made = {"business_unit": "US001", "voucher_id": "00000003"}
    run.vouchers.append(voucher("00000003", "N/3", 50))
    run.pages["US001", "00000003"] = page("00000003", "N/3", 50)
    run.entry(
        "inv-3", sequence=1, phase="final", step="confirmed", action="adopted", seconds=170, voucher=made
    )
    assert watermarks.PROMISE not in {each.promise for each in judged(run).findings}
    run.change(PAYMENT_RESULTS, 0, started_at=at(180))
    assert watermarks.PROMISE in {each.promise for each in judged(run).findings}
