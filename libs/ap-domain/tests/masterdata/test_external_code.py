"""External codes: readable, at most 36 characters, never the same for two records."""

import pytest
from ap_domain.masterdata.external_code import LONGEST, external_code, scope_of
from hypothesis import given
from hypothesis import strategies as st

parts = st.lists(
    st.text(st.sampled_from("AB01_~-?\ud83d\ude00"), min_size=1, max_size=30), min_size=1, max_size=3
)


@pytest.mark.parametrize(
    ("of", "prefix", "code"),
    [
        (["SHARE", "0000430022"], "", "SHARE_0000430022"),
        (["SHARE", "0000430022", "MAIN"], "EU-", "EU-SHARE_0000430022_MAIN"),
        (["SHARE", "A_B"], "", "SHARE_A_B"),
        (["EUR", "USD", "CRRNT"], "", "EUR_USD_CRRNT"),
        (["SHARE", "1" * 30], "", "SHARE_" + "1" * 30),
        (["SHARE", "1" * 31], "", "SHARE_1111111111111111111~8ff773d51b"),
    ],
)
def test_codes_are_as_they_are_for_ever(of: list[str], prefix: str, code: str) -> None:
    assert external_code(of, prefix=prefix) == code


@given(one=parts, other=parts)
def test_different_keys_have_different_codes(one: list[str], other: list[str]) -> None:
    assert (external_code(one) == external_code(other)) == (one == other)
    assert 0 < len(external_code(one, prefix="EU-")) <= LONGEST
    external_code(one).encode()


def test_a_key_with_an_underscore_inside_is_not_mistaken_for_two_parts() -> None:
    assert external_code(["A_B", "C"]) != external_code(["A", "B_C"])


def test_a_code_shows_its_scope() -> None:
    scopes = ("SHARE", "A", "A_B")
    for scope in scopes:
        assert scope_of(external_code([scope, "1" * 40], prefix="EU-"), scopes, prefix="EU-") == scope
        assert scope_of(external_code([scope, "1"]), scopes) == scope
    assert scope_of("SHARED_1", scopes) is None
