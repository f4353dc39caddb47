"""Doctored evidence: what both systems show, secrets and places are broken once in every way, and noticed."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from .checker import Weight
from .checker.doctored.made_up import IBAN, PASSWORD, Run
from .checker.doctored.ways import Doctored
from .checker.promises import (
    master_data,
    payments,
    places,
    planted_secrets,
)
from .checker.records import (
    AUDIT_POSTER,
    DOCUMENTS,
    IMPORTS,
    MASTER_DATA,
    NOTIFICATIONS,
    UNREADABLE,
    Record,
)
from .checker.topics import End

LOST = Weight.LOST
DOCTORED = Doctored()


@DOCTORED.breaks(master_data.PROMISE)
def coders_see_an_old_name(run: Run) -> None:
    run.pickable["suppliers"][0]["content"]["name"] = "Acme AG"


@DOCTORED.breaks(master_data.PROMISE)
def coders_cannot_pick_a_supplier(run: Run) -> None:
    run.pickable["suppliers"].clear()


@DOCTORED.breaks(master_data.PROMISE)
def coders_can_pick_what_is_gone(run: Run) -> None:
    run.pickable["accounts"].append({**run.pickable["accounts"][0], "externalCode": "SHARE_999999"})


@DOCTORED.breaks(master_data.PROMISE, LOST)
def a_version_was_never_confirmed(run: Run) -> None:
    """And Basware has it as it should be, all the same."""
    run.change(IMPORTS, 0, step="sent")


@DOCTORED.breaks(payments.PROMISE)
def a_paid_invoice_is_not_shown_as_paid(run: Run) -> None:
    run.paid["inv-1"] |= {"paidTotal": Decimal(0), "status": "Transferred"}


@DOCTORED.breaks(payments.PROMISE)
def a_payment_has_the_wrong_day(run: Run) -> None:
    run.paid["inv-1"]["paymentDate"] = "2026-06-02"


@DOCTORED.breaks(payments.PROMISE)
def a_void_was_never_told(run: Run) -> None:
    page = run.pages["US001", "00000001"]
    page["schedule"][0]["fate"] = "open"
    page["summary"]["ended"] = False


@DOCTORED.breaks(planted_secrets.PROMISE)
def a_password_is_in_a_log(run: Run) -> None:
    run.logs["web.log"] = f"line\nlogging in with {PASSWORD}\n".encode()


@DOCTORED.breaks(planted_secrets.PROMISE)
def a_password_is_in_a_log_as_a_basic_header(run: Run) -> None:
    run.logs["web.log"] = b"Authorization: Basic QVBTVFJFQU06cGxhbnRlZC1wYXNzd29yZC1vZi1hY21l"


@DOCTORED.breaks(planted_secrets.PROMISE)
def a_password_is_in_a_document(run: Run) -> None:
    _raw(run, DOCUMENTS, PASSWORD)


@DOCTORED.breaks(planted_secrets.PROMISE)
def a_bank_account_is_in_the_audit(run: Run) -> None:
    _raw(run, AUDIT_POSTER, IBAN)


@DOCTORED.breaks(planted_secrets.PROMISE)
def a_bank_account_is_in_a_metric(run: Run) -> None:
    run.metrics["ingress-web-1"] = f'x{{of="{IBAN}"}} 1.0'.encode()


@DOCTORED.breaks(places.PROMISE)
def a_record_lies_in_another_shard(run: Run) -> None:
    _replace(run, NOTIFICATIONS, partition=4)


@DOCTORED.breaks(places.PROMISE)
def a_record_has_another_key(run: Run) -> None:
    _replace(run, IMPORTS, key="acme/accounts/other")


@DOCTORED.breaks(places.PROMISE)
def a_record_was_unreadable(run: Run) -> None:
    value = {"topic": DOCUMENTS, "partition": 3, "offset": 0, "service": "voucher-poster", "reason": "torn"}
    run.put(UNREADABLE, f"{DOCUMENTS}/3/0", value, seconds=200)


@DOCTORED.breaks(places.PROMISE)
def a_transaction_never_got_its_verdict(run: Run) -> None:
    run.ends[MASTER_DATA, 3] = End(low=0, stable=2, high=5)


def _raw(run: Run, topic: str, text: str) -> None:
    record = run.topics[topic][-1]
    run.topics[topic][-1] = replace(record, raw=record.raw + text.encode())


def _replace(run: Run, topic: str, **changes: Any) -> None:
    record: Record = run.topics[topic][0]
    run.topics[topic][0] = replace(record, **changes)


@pytest.mark.parametrize("how", DOCTORED.ways)
def test_a_broken_promise_is_noticed(how: str) -> None:
    missed = DOCTORED.missed(how)
    assert not missed, missed
