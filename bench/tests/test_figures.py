"""Percentiles are times that were measured, and the page keeps what people wrote around the figures."""

import pytest

from bench.figures import Spread
from bench.report import BEGIN, END, with_figures
from bench.scenario import Scenario


@pytest.mark.parametrize(
    ("values", "spread"),
    [
        ([1.0], (1.0, 1.0, 1.0)),
        ([2.0, 1.0], (1.0, 2.0, 2.0)),
        (range(1, 101), (50, 99, 100)),
        (range(1000, 0, -1), (500, 990, 1000)),
    ],
)
def test_a_percentile_is_by_nearest_rank(values: list[float], spread: tuple[float, float, float]) -> None:
    found = Spread.of(values)
    assert (found.p50, found.p99, found.longest) == spread


def test_nothing_measured_is_no_zero() -> None:
    with pytest.raises(ValueError, match="nothing"):
        Spread.of([])


def test_only_the_section_between_the_marks_is_replaced() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert with_figures(page, "figures") == f"before\n{BEGIN}\n\nfigures\n\n{END}\nafter\n"
    assert with_figures(with_figures(page, "other"), "figures") == with_figures(page, "figures")


@pytest.mark.parametrize("page", ["", BEGIN, END, f"{END}{BEGIN}"])
def test_a_page_without_its_marks_is_left_alone(page: str) -> None:
    with pytest.raises(ValueError, match="marks"):
        with_figures(page, "figures")


def test_each_customer_of_a_scenario_has_a_site_of_its_own() -> None:
    specs = Scenario(rate=1, seconds=1, connections=3, concurrency=8).specs()
    assert len({spec.node for spec in specs}) == len({spec.id for spec in specs}) == 3
    assert all(spec.peoplesoft == spec.basware == {"concurrency": 8} for spec in specs)
    assert all(not spec.peoplesoft for spec in Scenario(rate=1, seconds=1).specs())
