"""What looks like an account number is hidden wherever it stands in a sentence, and what does not is left alone."""

import re

import pytest
from ap_domain.bank_details import without_account_numbers
from hypothesis import given
from hypothesis import strategies as st

CODE = "SHARE_0000012345"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Bank account NL91ABNA0417164300 is not unique", "Bank account ****4300 is not unique"),
        ("Bank account ABNA0417164300 is not unique", "Bank account ****4300 is not unique"),
        ("BBAN NWBK60161331926819 exists", "BBAN ****6819 exists"),
        ("BBAN X0542811101000000123456", "BBAN ****3456"),
        ("20041010050500013M02606", "****2606"),
        ("20041 01005 0500013M026 06 in use", "****6 06 in use"),
        ("de89370400440532013000", "****3000"),
        ("account 12.345.678.901", "account ****.901"),
        ("IBAN GB29 NWBK 6016 1331 9268 19 is not unique", "IBAN ****8 19 is not unique"),
        ("IBAN nl91-abna-0417-1643-00", "IBAN ****3-00"),
        ("AT61 1904 3002 3457 3201 must be unique", "****3201 must be unique"),
        ("account\u00a012345678", "account\u00a0****5678"),
        ("12-34-56 12345678", "****5678"),
        ("of SHARE_0000012345: 0000012345 has DE89 3704 0044 0000 0123 45", None),
        ("account ACC_12345678", "account ACC_****5678"),
    ],
)
def test_account_numbers_are_hidden(said: str, shown: str | None) -> None:
    expected = shown or "of SHARE_0000012345: 0000012345 has ****3 45"
    assert without_account_numbers(said, known=(CODE,)) == expected


@pytest.mark.parametrize(
    "said",
    [
        "",
        "1234567",
        f"{CODE} and 0000012345 in company BW10",
        "on 2026-05-01, 2026-05-01T10:00:00.123Z and 2026-05-01 10:00:00+02:00",
        "on 01.05.2026 and 31-12-2026.",
        "request f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "HTTP 400 from http://127.0.0.1:8080/v1/vendors",
        "accountNames.en-US: Basware has room for 2000 characters",
        "value 2000 must be between 1000 and 9999",
        "12 of 2026 records. 145 were new",
    ],
)
def test_what_is_none_stays_readable(said: str) -> None:
    assert without_account_numbers(said, known=(CODE,)) == said


@pytest.mark.parametrize("known", ["3704", "0532", "0", "", "04400532"])
def test_a_short_code_of_a_record_shows_nothing_of_an_account(known: str) -> None:
    said = without_account_numbers("DE89 3704 0044 0532 0130 00 and DE89370400440532013000", known=(known,))
    assert said == "****0 00 and ****3000"


_ACCOUNTS = st.from_regex(
    r"[A-Z]{2}[0-9]{2}[A-Z]{4}[0-9]{8,20}|[A-Z]{0,4}[0-9]{8,20}[A-Z0-9]{0,3}", fullmatch=True
)
_WORDS = st.lists(st.sampled_from(["account", "is", "not", "unique,", "for", "(bank)", "iban:"]), max_size=5)


@given(
    account=_ACCOUNTS,
    before=_WORDS,
    behind=_WORDS,
    mark=st.sampled_from(["", " ", "-", ".", "\u00a0"]),
    lower=st.booleans(),
)
def test_however_it_is_written_four_characters_of_it_are_left(
    account: str, before: list[str], behind: list[str], mark: str, lower: bool
) -> None:
    groups = [account[at : at + 4] for at in range(0, len(account), 4)]
    if mark and not re.search(r"\d", groups[0]):
        groups[:2] = ["".join(groups[:2])]  # a bank's code apart from the number is no part of it
    written = mark.join(groups)
    said = " ".join([*before, written.lower() if lower else written, *behind])
    shown = without_account_numbers(said)
    assert len(re.sub(r"[^0-9]", "", shown)) <= 4
    assert [word for word in shown.split() if word in before + behind] == [*before, *behind]
