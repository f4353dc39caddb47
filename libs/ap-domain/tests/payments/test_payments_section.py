"""The `payments` section of a connection: its defaults, and everything that can be wrong with it."""

from datetime import timedelta
from typing import Any

import pytest
from ap_domain.mapping.faults import ConfigurationFault
from ap_domain.masterdata import QueryOwner, QueryRoute
from ap_domain.payments import InstalmentState, Proof, parse_payments

WHOLE: dict[str, Any] = {
    "time_zone": "Europe/Berlin",
    "changes": None,
    "full": "5 2 * * 1-5",
    "sources": ["inquiry", "query"],
    "query_owner": "private",
    "route": "soap",
    "page_rows": 200,
    "watermark_overlap_seconds": 0,
    "watch_settled_days": 30,
    "queries": {"payments": "SITE_PAYMENTS"},
    "prompts": {"business_unit": "BU", "since": None},
    "inquiry": {"root": "/RESTListeningConnector/PSFT_EP/ESettlements.v1/", "statuses": {"Bezahlt": "paid"}},
    "statuses": {"selection": {"Q": "paid"}, "payment": {"K": "escheated"}},
    "reconciliation": {"schedule": None, "days": 7},
}


def test_every_key_may_be_left_out() -> None:
    plan = parse_payments({})
    assert (plan.time_zone.key, plan.changes, plan.full) == ("UTC", "*/10 * * * *", "20 3 * * *")
    assert plan.sources == (Proof.QUERY,)
    assert (plan.query_owner, plan.route, plan.page_rows) == (QueryOwner.PUBLIC, QueryRoute.REST, 5000)
    assert (plan.overlap, plan.watch_settled) == (timedelta(minutes=15), timedelta(days=120))
    assert (plan.queries.vouchers, plan.queries.entered) == ("APS_VOUCHERS", "APS_VOUCHERS_ENTERED")
    assert (plan.prompts.up_to, plan.prompts.since) == ("UP_TO", "SINCE")
    assert plan.inquiry is None
    assert (plan.reconciliation.schedule, plan.reconciliation.days) == ("45 5 * * *", 35)
    assert (plan.selection, plan.payment) == ({}, {})


def test_what_a_site_says_is_laid_over_the_defaults() -> None:
    plan = parse_payments(WHOLE)
    assert (plan.changes, plan.full, plan.reconciliation.schedule) == (None, "5 2 * * 1-5", None)
    assert plan.sources == (Proof.INQUIRY, Proof.QUERY)
    assert (plan.queries.payments, plan.queries.vouchers) == ("SITE_PAYMENTS", "APS_VOUCHERS")
    assert (plan.prompts.business_unit, plan.prompts.after, plan.prompts.since) == ("BU", "AFTER", None)
    assert plan.inquiry is not None
    assert plan.inquiry.root == "RESTListeningConnector/PSFT_EP/ESettlements.v1"
    assert plan.inquiry.window == timedelta(days=7)
    assert plan.inquiry.statuses == {"BEZAHLT": InstalmentState.PAID}
    assert plan.selection == {"Q": InstalmentState.PAID}
    assert plan.payment == {"K": InstalmentState.ESCHEATED}


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"schedule": "x"}, "'schedule' is not a key of payments"),
        ({"time_zone": "Middle/Earth"}, "time_zone is 'Middle/Earth'"),
        ({"changes": "hourly"}, "changes is 'hourly', which is no schedule"),
        ({"full": 5}, "full must be a text"),
        ({"sources": []}, "sources must list"),
        ({"sources": ["query", "query"]}, "sources must list"),
        ({"sources": ["bank"]}, "sources must list"),
        ({"sources": "query"}, "sources must be a list"),
        ({"sources": ["inquiry"]}, "sources names the inquiry, which needs inquiry.root"),
        ({"inquiry": {}}, "inquiry.root must be the path"),
        ({"inquiry": {"root": "https://ps.example.org/PSIGW"}}, "inquiry.root must be the path"),
        ({"inquiry": {"root": "a/../b"}}, "inquiry.root must be the path"),
        ({"inquiry": {"root": "a", "window_days": 0}}, "inquiry.window_days must be a whole number"),
        ({"inquiry": {"root": "a", "statuses": {"PAID": "done"}}}, "inquiry.statuses.PAID must be one of"),
        ({"query_owner": "mine"}, "query_owner must be one of"),
        ({"page_rows": 5}, "page_rows must be a whole number"),
        ({"watch_settled_days": -1}, "watch_settled_days must be a whole number"),
        ({"queries": {"voucher": "X"}}, "'voucher' is not a key of queries"),
        ({"queries": {"vouchers": "A B"}}, "queries.vouchers must be the name of a query"),
        ({"queries": None}, "queries must be a table"),
        ({"prompts": {"after": None}}, "prompts.after must be the unique prompt name"),
        ({"prompts": {"after": "UP_TO"}}, "prompts must have different names"),
        ({"prompts": {"since": None}}, "changes cannot be read without a prompt"),
        ({"statuses": {"selection": {"Q": "gone"}}}, "statuses.selection.Q must be one of"),
        ({"statuses": {"payment": {"K": "selected"}}}, "statuses.payment.K must be one of cancelled"),
        ({"statuses": {"payment": {"LONG1": "paid"}}}, "statuses.payment has 'LONG1'"),
        ({"reconciliation": {"days": 0}}, "reconciliation.days must be a whole number"),
    ],
)
def test_a_mistake_is_named_by_its_key(section: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationFault) as fault:
        parse_payments(section)
    assert any(problem.startswith(words) for problem in fault.value.problems), fault.value.problems


def test_all_mistakes_are_said_at_once() -> None:
    with pytest.raises(ConfigurationFault) as fault:
        parse_payments({"route": "fax", "page_rows": "many", "reconciliation": {"days": 0}})
    assert len(fault.value.problems) == 3
    assert "the payments of the connection needs correction" in str(fault.value)


def test_only_the_inquiry_needs_no_prompt_for_changes() -> None:
    section = {"sources": ["inquiry"], "inquiry": {"root": "a"}, "prompts": {"since": None}}
    assert parse_payments(section).changes is not None
