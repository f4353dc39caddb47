"""Combination and budget rules: which distributions they catch, and what becomes of the voucher."""

from typing import Any

import pytest
from peoplesoft_simulator.reference_data import CombinationRule

PAIR = {"ACCOUNT": "18620", "DEPTID": "61300"}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (CombinationRule(name="CAPEX", fields=PAIR), "combination 18620/61300 fails edit CAPEX (line 1"),
        (CombinationRule(name="2026", fields=PAIR, edit="budget"), "Budget check 2026 fails for 18620/61300"),
        (CombinationRule(name="ALL186", fields={"ACCOUNT": "186*"}), "combination 18620 fails"),
        (CombinationRule(name="NOPROJ", fields={"PROJECT_ID": ""}), "fails edit NOPROJ"),
        (CombinationRule(name="ELSE", fields={**PAIR, "BUSINESS_UNIT_GL": "EU*"}), None),
        (CombinationRule(name="OFF", fields=PAIR, enabled=False), None),
    ],
)
def test_a_rule_refuses_the_distributions_it_fits(
    editor: Any, rule: CombinationRule, words: str | None
) -> None:
    editor.data = editor.data.with_combination_rules([rule])
    errors = editor.errors()
    assert errors == [] if words is None else words in errors[0]


async def test_a_rule_may_recycle_and_be_taken_back(caller: Any) -> None:
    rule = {"name": "CAPEX", "fields": PAIR, "action": "recycle"}
    await caller.control("POST", "combination-rules", {"combination_rules": [rule]})
    answer = await caller.create()
    assert (answer.text("notification"), answer.text("messagenumber")) == ("1", "9051")
    await caller.control("POST", "combination-rules", {"combination_rules": [{**rule, "enabled": False}]})
    assert (await caller.create(INVOICE_ID="B")).texts("messagetext") == []
    assert [each["ENTRY_STATUS"] for each in await caller.vouchers()] == ["R", "P"]
