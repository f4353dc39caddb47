"""Effective dating: the latest row up to the day counts, then its status; future rows are not there yet."""

from datetime import date, timedelta

import pytest
from ap_domain.masterdata import current_rows
from ap_domain.masterdata.effective_dating import UndatedRow
from ap_domain.masterdata.source_rows import Row
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2026, 6, 20)
days = st.integers(-800, 800).map(lambda offset: TODAY + timedelta(days=offset))
rows = st.lists(
    st.fixed_dictionaries(
        {
            "KEY": st.sampled_from(["a", "b", "01", "1"]),
            "EFFDT": days.map(date.isoformat),
            "EFF_STATUS": st.sampled_from("AI"),
        }
    ),
    max_size=12,
)


@given(history=rows, today=days)
def test_of_each_key_exactly_the_rows_of_the_latest_date_up_to_the_day_are_current(
    history: list[Row], today: date
) -> None:
    current = current_rows(history, today=today, dated_by=("KEY",))
    for key in {row["KEY"] for row in history}:
        passed = [row["EFFDT"] for row in history if row["KEY"] == key and str(row["EFFDT"]) <= str(today)]
        wanted = [
            row for row in history if row["KEY"] == key and passed and row["EFFDT"] == max(map(str, passed))
        ]
        assert [row for row in current if row["KEY"] == key] == wanted


@given(history=rows, today=days, later=st.integers(0, 400))
def test_time_only_moves_a_key_on(history: list[Row], today: date, later: int) -> None:
    def dates(day: date) -> dict[object, str]:
        return {row["KEY"]: str(row["EFFDT"]) for row in current_rows(history, today=day, dated_by=("KEY",))}

    before, after = dates(today), dates(today + timedelta(days=later))
    assert before.keys() <= after.keys()
    assert all(before[key] <= after[key] for key in before)


@given(history=rows, today=days)
def test_rows_of_the_past_that_were_overtaken_change_nothing(history: list[Row], today: date) -> None:
    current = current_rows(history, today=today, dated_by=("KEY",))
    assert current_rows(current, today=today, dated_by=("KEY",)) == current


def test_a_group_that_shares_a_date_is_current_together() -> None:
    old, one, two = (
        {"LOC": "M", "N": n, "EFFDT": d}
        for n, d in (("1", "2020-01-01"), ("2", "2024-01-01"), ("3", "2024-01-01"))
    )
    assert current_rows([old, one, two], today=TODAY, dated_by=("LOC",)) == [one, two]


def test_a_date_time_counts_by_its_date_and_undated_rows_are_all_current() -> None:
    row: Row = {"EFFDT": "2026-06-20T23:59:59"}
    assert current_rows([row], today=TODAY, dated_by=()) == [row]
    assert current_rows([{"A": "1"}, {"A": "2"}], today=TODAY, dated_by=(), effective=None) == [
        {"A": "1"},
        {"A": "2"},
    ]


@pytest.mark.parametrize("value", [None, "", "20.06.2026", "2026-13-01", "tomorrow"])
def test_a_date_that_is_none_is_never_guessed(value: str | None) -> None:
    with pytest.raises(UndatedRow, match="which is no day"):
        current_rows([{"EFFDT": value}], today=TODAY, dated_by=())
