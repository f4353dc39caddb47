"""A value goes over the wire exactly or not at all."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from peoplesoft.shape import PropertyKind, PropertyShape
from peoplesoft.values import DateFormat, ValueRefused, from_wire, parse_date, to_wire

TEXT = PropertyShape(name="DESCR", namespace=None, kind=PropertyKind.CHAR)
DATE = PropertyShape(name="INVOICE_DT", namespace=None, kind=PropertyKind.DATE)
FORMATS = st.sampled_from(DateFormat)


def number(*, total: int | None = None, fraction: int | None = None) -> PropertyShape:
    return PropertyShape(
        name="GROSS_AMT",
        namespace=None,
        kind=PropertyKind.NUMBER,
        total_digits=total,
        fraction_digits=fraction,
    )


@given(day=st.dates(), date_format=FORMATS, shape=st.sampled_from([TEXT, DATE]))
def test_a_date_comes_back_in_either_format_from_date_and_text_properties(
    day: date, date_format: DateFormat, shape: PropertyShape
) -> None:
    written = to_wire(day, shape, date_format=date_format)
    assert written == day.strftime("%Y").rjust(4, "0") + day.strftime(
        "-%m-%d" if date_format is DateFormat.ISO else "/%m/%d"
    )
    assert parse_date(written) == day
    assert from_wire(written, DATE) == day


@given(st.text(max_size=12))
def test_a_text_is_a_date_only_as_four_two_and_two_digits(text: str) -> None:
    try:
        day = parse_date(text)
    except ValueRefused:
        return
    assert re.fullmatch(r"[0-9]{4}([-/])[0-9]{2}\1[0-9]{2}", text)
    assert text.replace("/", "-") == day.isoformat()


@pytest.mark.parametrize(
    "text",
    [
        "2026-3-9",
        "2026-03/09",
        "20260309",
        "09.03.2026",
        "2026-02-29",
        "0000-01-01",
        "2026-13-01",
        "2026-03-09T00:00:00",
        "2026-03-09\n",
        "\u0662\u0660\u0662\u0666-03-09",
        "-2026-03-09",
    ],
)
def test_what_looks_like_a_date_is_none(text: str) -> None:
    with pytest.raises(ValueRefused):
        parse_date(text)


@given(
    value=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**14), max_value=10**14)
    | st.integers(0, 9).flatmap(lambda places: st.decimals(-(10**6), 10**6, places=places))
    | st.integers(-(10**14), 10**14),
    total=st.none() | st.integers(9, 28),
    fraction=st.integers(0, 8),
)
def test_a_number_is_written_plainly_and_exactly_or_refused(
    value: Decimal | int, total: int | None, fraction: int
) -> None:
    shape = number(total=total, fraction=fraction)
    fits = Decimal(value) == round(Decimal(value), fraction)
    try:
        written = to_wire(value, shape, date_format=DateFormat.ISO)
    except ValueRefused:
        # Refused only for decimals it has no room for, or for too many digits.
        room = None if total is None else Decimal(10) ** max(total - fraction, 1)
        assert not fits or (room is not None and abs(Decimal(value)) >= room)
        return
    assert fits
    assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", written)
    assert Decimal(written) == value
    assert from_wire(written, shape) == value
    assert len(written.partition(".")[2]) <= fraction
    assert written != "-0"


POSITIVE = replace(number(fraction=2), above=Decimal(0))
SMALL = replace(number(fraction=2), below=Decimal(1))
AT_LEAST = replace(number(fraction=2), minimum=Decimal(0))
AT_MOST = replace(number(fraction=2), maximum=Decimal(1))


@pytest.mark.parametrize(
    ("shape", "taken", "refused"),
    [(POSITIVE, "0.01", "0"), (SMALL, "0.99", "1"), (AT_LEAST, "0", "-0.01"), (AT_MOST, "1", "1.01")],
)
def test_bounds_are_kept(shape: PropertyShape, taken: str, refused: str) -> None:
    assert to_wire(Decimal(taken), shape, date_format=DateFormat.ISO) == taken
    with pytest.raises(ValueRefused):
        to_wire(Decimal(refused), shape, date_format=DateFormat.ISO)


ANY_TEXT = st.text(st.characters(codec=None) | st.sampled_from("<&>\"'\r\n\t\0\x0b\x1f\x7f\x85\ud800\ufffe]"))


@given(text=ANY_TEXT)
def test_a_text_comes_back_from_xml_as_it_was_or_names_the_letter_xml_forbids(text: str) -> None:
    element = etree.Element("v")
    try:
        written = to_wire(text, TEXT, date_format=DateFormat.ISO)
    except ValueRefused as refused:
        named = re.search(r"U\+([0-9A-F]{4,6}) at position ([0-9]+)", str(refused))
        assert named is not None
        letter = text[int(named[2]) - 1]
        assert ord(letter) == int(named[1], 16)
        with pytest.raises((ValueError, UnicodeEncodeError)):
            element.text = letter
        return
    element.text = written
    assert etree.fromstring(etree.tostring(element, encoding="UTF-8")).text == (text or None)


@given(text=ANY_TEXT, longest=st.integers(0, 20), shortest=st.integers(0, 3))
def test_a_text_is_never_cut_or_padded(text: str, longest: int, shortest: int) -> None:
    shape = PropertyShape(
        name="DESCR", namespace=None, kind=PropertyKind.CHAR, max_length=longest, min_length=shortest
    )
    try:
        written = to_wire(text, shape, date_format=DateFormat.ISO)
    except ValueRefused:
        return
    assert written == text
    assert shortest <= len(text) <= longest


@pytest.mark.parametrize(
    ("patterns", "taken", "refused"),
    [
        (("[A-Z]{2}[0-9]+",), "US001", "US001x"),
        (("A|B",), "A", "AB"),
        ((r"\d{4}/\d{2}/\d{2}",), "2026/03/09", "2026-03-09"),
        (("[A-Z]*", ".{0,3}"), "ABC", "ABCD"),
        (("^a$",), "^a$", "a"),
    ],
)
def test_a_text_has_the_form_its_schema_asks_for(patterns: tuple[str, ...], taken: str, refused: str) -> None:
    shape = PropertyShape(name="CODE", namespace=None, kind=PropertyKind.CHAR, patterns=patterns)
    assert to_wire(taken, shape, date_format=DateFormat.ISO) == taken
    with pytest.raises(ValueRefused, match="does not have the form"):
        to_wire(refused, shape, date_format=DateFormat.ISO)


@given(
    text=st.text(max_size=30) | st.from_regex(r"[+-]?[0-9]{0,3}\.?[0-9]{0,3}([eE][0-9]+)?", fullmatch=True)
)
def test_only_plain_digits_are_read_as_a_number(text: str) -> None:
    try:
        value = from_wire(text, number())
    except ValueRefused:
        return
    assert value is None or (isinstance(value, Decimal) and value.is_finite())
    assert (value is None) is (text == "")
    assert "e" not in text.lower()
