"""An invoice is as expected only if Basware, PeopleSoft and the audit all say so; each difference is named."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from devstack.demo.evidence import Evidence
from devstack.demo.judgement import comes_in_order, one_of_each_group, problems
from devstack.scenario import Case, Expected
from devstack.scenario.case import refused

VOUCHER: dict[str, Any] = {
    "BUSINESS_UNIT": "US001",
    "VOUCHER_ID": "00000001",
    "INVOICE_ID": "A-1",
    "GROSS_AMT": "100.00",
    "ENTRY_STATUS": "P",
    "VOUCHER_LINE": [{"MERCHANDISE_AMT": "100.00", "DESCR": "Paper"}],
}
MakeEvidence = Callable[..., Evidence]


def test_an_invoice_that_went_through_has_no_problems(make_evidence: MakeEvidence) -> None:
    assert problems(make_evidence()) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"status": "TransferFailed"}, "expected Transferred, is TransferFailed", id="status"),
        pytest.param({"vouchers": []}, "expected 1 live vouchers of it, are none", id="no voucher"),
        pytest.param(
            {"vouchers": [{**VOUCHER, "ENTRY_STATUS": "X"}]}, "are none", id="only a deleted voucher"
        ),
        pytest.param(
            {"vouchers": [VOUCHER, {**VOUCHER, "VOUCHER_ID": "00000002"}]},
            "expected 1 live vouchers under its number",
            id="a second voucher that the services say nothing of",
        ),
        pytest.param({"vouchers": [{**VOUCHER, "GROSS_AMT": "99.99"}]}, "GROSS_AMT is 99.99", id="sum"),
        pytest.param(
            {"document": {"voucherNumber1": "00000009"}}, "expected voucher number 00000001", id="number told"
        ),
        pytest.param(
            {"violations": [{"rule": "too_many_responses", "detail": "9"}]}, "too_many_responses", id="rule"
        ),
    ],
)
def test_every_difference_of_the_books_is_named(
    make_evidence: MakeEvidence, changes: dict[str, Any], said: str
) -> None:
    assert any(said in problem for problem in problems(make_evidence(**changes)))


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (Expected(voucher={"ORIGIN": "BSW"}), "expected ORIGIN BSW, is blank"),
        (Expected(voucher={"INVOICE_ID": ""}), "expected INVOICE_ID blank, is A-1"),
        (Expected(voucher={"GROSS_AMT": "100.01"}), "expected GROSS_AMT 100.01"),
        (Expected(voucher={"VOUCHER_ID": "1"}), "expected VOUCHER_ID 1"),
        (Expected(lines=({}, {})), "expected 2 lines, are 1"),
        (Expected(lines=({"MERCHANDISE_AMT": "7"},)), "line 1: expected MERCHANDISE_AMT 7"),
        (Expected(told=("recycled",)), "expected 'recycled' in it"),
        (Expected(payment_block=True), "payment block told: expected True"),
        (Expected(steps=("posted", "acknowledged")), "steps: expected posted, acknowledged"),
        (Expected(creates=2), "expected 2 create calls, were 1"),
        (Expected(answers=(401,)), "expected the answers [401], were [200]"),
        (refused(), "Basware was not told that it was not transferred"),
    ],
)
def test_every_expectation_can_fail(
    make_evidence: MakeEvidence, case: Case, expected: Expected, said: str
) -> None:
    found = problems(make_evidence(of=replace(case, expected=expected)))
    assert any(said in problem for problem in found), found


def test_expectations_that_hold_raise_nothing(make_evidence: MakeEvidence, case: Case) -> None:
    expected = Expected(
        voucher={"GROSS_AMT": "100", "SALETX_AMT": "", "ENTRY_STATUS": "P"},
        lines=({"MERCHANDISE_AMT": "100"},),
        told=("Posted as voucher",),
        payment_block=False,
        steps=("notified", "started", "confirmed"),
        creates=1,
        answers=(200,),
    )
    assert problems(make_evidence(of=replace(case, expected=expected))) == []


def test_of_two_expectations_one_is_enough_and_the_nearer_one_is_explained(
    make_evidence: MakeEvidence, case: Case
) -> None:
    either = replace(case, expected=refused("duplicate"), or_else=Expected(creates=1))
    assert problems(make_evidence(of=either)) == []
    assert problems(make_evidence(of=replace(either, or_else=Expected(creates=3)))) == [
        "PeopleSoft: expected 3 create calls, were 1: ['saved']"
    ]


def test_of_one_paper_exactly_one_document_is_posted(make_evidence: MakeEvidence, case: Case) -> None:
    twin = replace(case, group="A-1")
    posted, returned = make_evidence(of=twin), make_evidence(of=twin, status="TransferFailed")
    assert list(one_of_each_group([posted, returned, make_evidence()])) == []
    assert list(one_of_each_group([posted, posted])) == ["of the documents of A-1 2 were posted, not one"]
    assert list(one_of_each_group([returned])) == ["of the documents of A-1 0 were posted, not one"]


def test_steps_may_have_others_between_them_but_not_another_order() -> None:
    assert comes_in_order(("a", "c"), ("a", "b", "c"))
    assert comes_in_order(("a", "a"), ("a", "b", "a"))
    assert not comes_in_order(("c", "a"), ("a", "b", "c"))
    assert not comes_in_order(("a", "a"), ("a", "b"))
