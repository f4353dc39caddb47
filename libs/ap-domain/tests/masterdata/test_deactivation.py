"""Deactivating: the whole record stays, only inactive; and never many because of one odd answer."""

from decimal import Decimal
from typing import Any

import pytest
from ap_domain.masterdata import Kind, deactivated, deactivation_guard
from ap_domain.masterdata.canonical_json import canonical_json, read_json
from hypothesis import given
from hypothesis import strategies as st

from .conftest import MakeRow, MapRows


@pytest.mark.parametrize(
    ("entity", "inactive"),
    [
        ("accounts", {"EFF_STATUS": "I"}),
        ("cost_centers", {"EFF_STATUS": "I"}),
        ("tax_codes", {"EFF_STATUS": "I"}),
        ("payment_terms", {"EFF_STATUS": "I"}),
        ("projects", {"EFF_STATUS": "I"}),
        ("list:ACC_LIST_1", {"EFF_STATUS": "I"}),
        ("suppliers", {"VENDOR_STATUS": "I"}),
    ],
)
def test_a_vanished_record_becomes_what_an_inactive_one_would_be(
    map_rows: MapRows, make_row: MakeRow, entity: str, inactive: dict[str, Any]
) -> None:
    (active,) = map_rows(entity, make_row(entity))
    (wanted,) = map_rows(entity, make_row(entity, **inactive))
    kind = Kind.LIST if entity.startswith("list:") else Kind(entity)
    assert deactivated(active.content, kind) == wanted.content
    assert deactivated(wanted.content, kind) == wanted.content


def test_what_could_never_be_imported_stays_so() -> None:
    assert deactivated("", Kind.ACCOUNTS) == ""


def test_amounts_stay_exact_to_the_digit() -> None:
    content = canonical_json({"rate": Decimal("0.100000000000001"), "companies": [{"active": True}]})
    assert '"rate":0.100000000000001' in deactivated(content, Kind.EXCHANGE_RATES)


@pytest.mark.parametrize(
    ("known", "gone", "held"),
    [
        (0, 0, False),
        (100, 0, False),
        (100, 20, False),
        (100, 21, True),
        (30, 10, False),
        (30, 11, True),
        (15, 7, False),
        (15, 8, True),
        (8, 4, False),
        (8, 5, True),
        (8, 8, True),
        (1, 1, False),
        (200_000, 40_000, False),
        (200_000, 40_001, True),
    ],
)
def test_more_than_the_limit_is_held_and_so_is_everything(known: int, gone: int, held: bool) -> None:
    words = deactivation_guard(known_active=known, deactivated=gone, limit=Decimal("0.2"), floor=10)
    assert (words is not None) is held
    assert words is None or str(known) in words


@pytest.mark.parametrize(
    ("gone", "accepted", "held"),
    [(400, 400, False), (410, 400, False), (411, 400, True), (1000, 990, True), (200, 5, False)],
)
def test_as_many_may_go_as_a_person_accepted_and_hardly_more(gone: int, accepted: int, held: bool) -> None:
    words = deactivation_guard(
        known_active=1000, deactivated=gone, limit=Decimal("0.2"), floor=10, accepted=accepted
    )
    assert (words is not None) is held


@given(
    known=st.integers(0, 10_000),
    gone=st.integers(0, 10_000),
    limit=st.decimals(0, 1, places=3),
    floor=st.integers(0, 100),
)
def test_who_is_held_for_few_is_held_for_more(known: int, gone: int, limit: Decimal, floor: int) -> None:
    gone = min(gone, known)

    def held(number: int) -> bool:
        return (
            deactivation_guard(known_active=known, deactivated=number, limit=limit, floor=floor) is not None
        )

    assert not held(gone) or known == gone or held(gone + 1)
    assert not held(min(floor, known // 2))
    assert not held(known) or known > 1


json_values = st.recursive(
    st.none() | st.booleans() | st.text() | st.decimals(allow_nan=False, allow_infinity=False, places=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(value=json_values)
def test_canonical_json_reads_back_equal_and_has_one_text(value: Any) -> None:
    text = canonical_json(value)
    assert read_json(text) == value
    assert canonical_json(read_json(text)) == text


@pytest.mark.parametrize("value", [1.5, {"a": [float("nan")]}, {1, 2}, b"a"])
def test_a_float_is_never_written(value: object) -> None:
    with pytest.raises(TypeError, match="has no place"):
        canonical_json(value)
