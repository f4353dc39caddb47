import pytest
from ap_domain.backoff import Backoff
from hypothesis import given
from hypothesis import strategies as st

BACKOFF = Backoff(base=1.0, cap=60.0, retry_after_cap=600.0)
fractions = st.floats(min_value=0, max_value=1)


@given(attempt=st.integers(min_value=1, max_value=10**9), fraction=fractions)
def test_a_wait_is_never_negative_and_never_longer_than_the_cap(attempt: int, fraction: float) -> None:
    assert 0 <= BACKOFF.seconds(attempt=attempt, fraction=fraction) <= 60


@pytest.mark.parametrize(("attempt", "bound"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (500, 60)])
def test_the_bound_doubles_up_to_the_cap(attempt: int, bound: float) -> None:
    assert BACKOFF.seconds(attempt=attempt, fraction=1) == bound
    assert BACKOFF.seconds(attempt=attempt, fraction=0.5) == bound / 2
    assert BACKOFF.seconds(attempt=attempt, fraction=0) == 0


@given(
    attempt=st.integers(min_value=1, max_value=99),
    fraction=fractions,
    asked=st.floats(min_value=0, max_value=600),
)
def test_a_remote_is_never_asked_sooner_than_it_said(attempt: int, fraction: float, asked: float) -> None:
    wait = BACKOFF.seconds(attempt=attempt, fraction=fraction, retry_after=asked)
    assert asked <= wait <= BACKOFF.longest


@pytest.mark.parametrize("asked", [1e9, float("inf")])
def test_nobody_sends_us_away_for_ever(asked: float) -> None:
    assert BACKOFF.seconds(attempt=1, fraction=1, retry_after=asked) == 601


@pytest.mark.parametrize(("attempt", "fraction"), [(0, 0.5), (-1, 0.5), (1, -0.1), (1, 1.1)])
def test_nonsense_is_refused(attempt: int, fraction: float) -> None:
    with pytest.raises(ValueError, match=r"attempts|fraction"):
        BACKOFF.seconds(attempt=attempt, fraction=fraction)


@pytest.mark.parametrize(("base", "cap", "longest"), [(0, 1, 1), (2, 1, 1), (1, 2, -1)])
def test_a_backoff_that_cannot_work_is_refused(base: float, cap: float, longest: float) -> None:
    with pytest.raises(ValueError, match="base"):
        Backoff(base=base, cap=cap, retry_after_cap=longest)
