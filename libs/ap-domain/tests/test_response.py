import uuid
from itertools import product

import pytest
from ap_domain.response import MESSAGE_LIMIT, clerk_message, external_code, posted_message
from hypothesis import given
from hypothesis import strategies as st


def test_a_message_says_cause_and_remedy_first_and_the_code_last() -> None:
    message = clerk_message(
        cause="Supplier 430022 is not approved in PeopleSoft",
        remedy="Choose another supplier.",
        code="7030-104",
    )
    assert message == "Supplier 430022 is not approved in PeopleSoft. Choose another supplier. [7030-104]"


@given(cause=st.text(max_size=600), remedy=st.text(max_size=600), code=st.text(max_size=200))
def test_every_message_is_one_line_of_1_to_250_characters(cause: str, remedy: str, code: str) -> None:
    message = clerk_message(cause=cause, remedy=remedy, code=code)
    assert 1 <= len(message) <= MESSAGE_LIMIT
    assert message.isprintable()
    assert message == message.strip()


def test_a_long_cause_is_shortened_before_the_remedy_and_the_code() -> None:
    message = clerk_message(cause="The sums differ " * 40, remedy="Correct the coding rows.", code="MAP-1")
    assert message.startswith("The sums differ The sums differ")
    assert message.endswith("... Correct the coding rows. [MAP-1]")
    assert len(message) <= MESSAGE_LIMIT


def test_what_is_reported_names_the_voucher() -> None:
    assert posted_message(business_unit="US001", voucher_id="00000042") == (
        "Posted as voucher 00000042 in PeopleSoft business unit US001."
    )
    recycled = posted_message(business_unit="US001", voucher_id="00000042", recycled=True)
    assert "00000042" in recycled
    assert "recycled" in recycled


def test_a_recycled_voucher_is_told_with_peoplesofts_reason_and_what_not_to_do() -> None:
    message = posted_message(
        business_unit="US001", voucher_id="00000042", recycled=True, why="Invalid distribution"
    )
    assert message == (
        "Voucher 00000042 in PeopleSoft business unit US001 is saved but recycled: Invalid distribution. "
        "Accounts payable completes it in PeopleSoft; do not send the invoice again."
    )


@given(
    why=st.text(max_size=2000),
    business_unit=st.text("ABC019", min_size=1, max_size=5),
    voucher_id=st.text("0123456789", min_size=8, max_size=8),
    recycled=st.booleans(),
)
def test_whatever_peoplesoft_says_the_number_stays_and_250_characters_are_enough(
    *, why: str, business_unit: str, voucher_id: str, recycled: bool
) -> None:
    message = posted_message(business_unit=business_unit, voucher_id=voucher_id, recycled=recycled, why=why)
    assert 1 <= len(message) <= MESSAGE_LIMIT
    assert f"oucher {voucher_id} in PeopleSoft business unit {business_unit}" in message
    assert message.endswith("do not send the invoice again.") == recycled
    assert message.isprintable()


def test_peoplesofts_words_about_a_postable_voucher_are_not_the_clerks_matter() -> None:
    message = posted_message(business_unit="US001", voucher_id="00000042", why="Exchange rate was defaulted")
    assert message == posted_message(business_unit="US001", voucher_id="00000042")


@pytest.mark.parametrize(
    ("cause", "remedy", "code", "message"),
    [
        ("", "", "", "The invoice could not be transferred."),
        (" \n\t", "Ask.", "", "The invoice could not be transferred. Ask."),
        ("Why?", "", "1-2", "Why? [1-2]"),
        ("Two\nlines\u200b here", "", "", "Two lines here."),
        ("Cut short...", "", "", "Cut short..."),
        ("A", "", "x" * 100, "A."),
    ],
)
def test_a_message_by_its_parts(cause: str, remedy: str, code: str, message: str) -> None:
    assert clerk_message(cause=cause, remedy=remedy, code=code) == message


def test_a_repeat_has_the_same_code_and_a_new_report_never() -> None:
    codes = [
        external_code(invoice_id=invoice, cycle=cycle, step=step, report_number=number)
        for invoice, cycle, step, number in product(
            ["a", "a1"], [1, 11], ["transfer", "payment"], [1, 11, 111]
        )
    ]
    assert len(set(codes)) == len(codes)
    assert all(uuid.UUID(code).version == 5 and len(code) == 36 for code in codes)
    assert external_code(invoice_id="a", cycle=1, step="transfer", report_number=1) == codes[0]


@pytest.mark.parametrize(
    ("cycle", "expected"),
    [(1, "1a9b6eb2-a390-5ad1-b2c5-71045dff2e4f"), (2, "9129f4eb-9575-5266-a27f-15c77c0dff9c")],
)
def test_codes_never_change_from_release_to_release(cycle: int, expected: str) -> None:
    assert (
        external_code(
            invoice_id="138e7d94997847aebe7432e521b3dac9", cycle=cycle, step="transfer", report_number=1
        )
        == expected
    )
