"""Coders' choice is held against PeopleSoft's own books: what is missing, too much, or called otherwise is said."""

import json
from datetime import date
from typing import Any

import pytest
from devstack.demo.coders_choice import accepted, choice
from peoplesoft_simulator.dataset import starting_data
from peoplesoft_simulator.reference_rows import ReferenceRows, to_rows
from pydantic import TypeAdapter

TODAY = date(2026, 11, 22)
USABLE = {"SHARE_1": "Paper", "SHARE_2": "Chairs"}


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    rows = to_rows(starting_data(seed=1))
    shown: dict[str, Any] = json.loads(TypeAdapter(ReferenceRows).dump_json(rows))
    return shown


def picked(code: str, name: str, *, active: bool = True, companies: tuple[str, ...] = ("US10",)) -> Any:
    content = {"accountNames": [{"language": "en-US", "translation": name}]}
    return {"externalCode": code, "active": active, "companies": list(companies), "content": content}


def test_peoplesoft_accepts_what_is_active_approved_and_meant_for_vouchers(reference: dict[str, Any]) -> None:
    found = accepted(reference, today=TODAY)
    assert found["suppliers"]["SHARE_0000430022"] == "Easy Office Supplies Inc."
    assert not {"SHARE_0000430090", "SHARE_0000430091"} & found["suppliers"].keys()  # inactive, unapproved
    assert found["accounts"]["SHARE_18620"] == "Office Supplies"
    assert not {"SHARE_18699", "SHARE_900001", "SHARE_990000"} & found["accounts"].keys()
    assert found["cost_centers"]["SHARE_61300"] == "Facilities"
    assert "SHARE_30N" in found["payment_terms"]


def test_the_same_on_both_sides_is_no_problem() -> None:
    records = [
        picked("SHARE_1", "Paper"),
        picked("SHARE_2", "Chairs"),
        picked("SHARE_3", "Gone", active=False),
    ]
    found = choice("accounts", records, USABLE, companies=["US10"])
    assert (found.pickable, found.accepted, found.problems) == (2, 2, [])


@pytest.mark.parametrize(
    ("records", "problem"),
    [
        ([picked("SHARE_1", "Paper")], "coders cannot pick SHARE_2"),
        ([picked("SHARE_1", "Paper"), picked("SHARE_2", "Chairs", active=False)], "cannot pick SHARE_2"),
        ([picked(code, USABLE.get(code, "x")) for code in (*USABLE, "SHARE_9")], "refuses: SHARE_9"),
        (
            [picked("SHARE_1", "Paper"), picked("SHARE_2", "Stools")],
            "another name than in PeopleSoft: SHARE_2",
        ),
        (
            [picked("SHARE_1", "Paper"), picked("SHARE_2", "Chairs", companies=("US10", "US20"))],
            "not in the companies US10: SHARE_2",
        ),
    ],
)
def test_every_difference_is_named(records: list[Any], problem: str) -> None:
    (said,) = choice("accounts", records, USABLE, companies=["US10"]).problems
    assert problem in said


def test_many_of_a_kind_are_counted() -> None:
    usable = {f"SHARE_{number}": "" for number in range(9)}
    (said,) = choice("accounts", [], usable, companies=["US10"]).problems
    assert said == "accounts: coders cannot pick SHARE_0, SHARE_1, SHARE_2 and 6 more"
