from decimal import Decimal

import pytest
from ap_domain.money import (
    MoneyFault,
    exact_sum,
    fits,
    format_amount,
    has_at_most,
    minor_units,
    parse_amount,
    plain,
)
from hypothesis import given
from hypothesis import strategies as st

amounts = st.decimals(
    min_value=Decimal(-9999999999999999999999999999),
    max_value=Decimal(9999999999999999999999999999),
    places=10,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1160, "1160"),
        (-3, "-3"),
        (Decimal("23.2"), "23.2"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0E+900"), "0"),
        (Decimal("-0.00"), "0"),
        ("0.10", "0.10"),
        (Decimal("1.000000000000000"), "1"),
        (Decimal("9999999999999999999999999999.9999999999"), "9999999999999999999999999999.9999999999"),
    ],
)
def test_an_amount_is_read_exactly(value: object, expected: str) -> None:
    assert parse_amount(value) == Decimal(expected)


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        True,
        None,
        [],
        "",
        "1,5",
        "1_000",
        "ten",
        "NaN",
        "Infinity",
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("-Infinity"),
        Decimal("1E+28"),
        Decimal("1E+999999"),
        Decimal("1E-11"),
        Decimal("0.00000000001"),
        10**28,
        pytest.param(10**5000, id="5001 digits"),
    ],
)
def test_what_is_no_amount_or_does_not_fit_is_refused(value: object) -> None:
    with pytest.raises(MoneyFault) as caught:
        parse_amount(value)
    assert len(str(caught.value)) < 150


@given(amounts)
def test_every_amount_that_fits_comes_through_unchanged(amount: Decimal) -> None:
    assert fits(amount)
    assert parse_amount(amount) == amount
    assert Decimal(plain(amount)) == amount
    exponent = parse_amount(amount).as_tuple().exponent
    assert isinstance(exponent, int)
    assert -10 <= exponent <= 0


@given(amounts, st.integers(min_value=0, max_value=6))
def test_equal_amounts_have_one_plain_text(amount: Decimal, zeros: int) -> None:
    longer = Decimal(f"{amount:f}" + ("0" * zeros if "." in f"{amount:f}" else "." + "0" * (zeros + 1)))
    assert longer == amount
    assert plain(longer) == plain(amount)


@given(st.lists(amounts, max_size=20))
def test_a_sum_is_never_rounded(parts: list[Decimal]) -> None:
    scaled = sum(int(part.scaleb(10).to_integral_value()) for part in parts) if _small(parts) else None
    total = exact_sum(parts)
    if scaled is not None:
        assert total == Decimal(scaled).scaleb(-10)
    assert exact_sum([total, *(part.copy_negate() for part in parts)]) == 0


def _small(parts: list[Decimal]) -> bool:
    return all(abs(part) < 10**12 for part in parts)


def test_a_sum_keeps_digits_that_the_default_context_would_drop() -> None:
    large, small = Decimal(9999999999999999999999999999), Decimal("0.0000000001")
    assert plain(exact_sum([large, small])) == "9999999999999999999999999999.0000000001"


@pytest.mark.parametrize(
    ("currency", "digits", "text"),
    [("EUR", 2, "1160.50"), ("JPY", 0, "1160.5"), ("KWD", 3, "1160.500"), ("XYZ", 2, "1160.50")],
)
def test_amounts_are_written_with_the_minor_units_of_their_currency(
    currency: str, digits: int, text: str
) -> None:
    assert minor_units(currency) == digits
    assert format_amount(Decimal("1160.5"), currency=currency) == text


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("12.345", True),
        ("12.3450", True),
        ("12.3456", False),
        ("1234", False),
        ("123E+0", True),
        ("1E+2", True),
    ],
)
def test_digits_before_and_after_the_point_are_counted(amount: str, expected: bool) -> None:
    assert has_at_most(Decimal(amount), integer_digits=3, fraction_digits=3) is expected


def test_no_exponent_is_ever_written() -> None:
    assert format_amount(Decimal("1E+3"), currency="EUR") == "1000.00"
    assert format_amount(Decimal("-0.00"), currency="JPY") == "0"
