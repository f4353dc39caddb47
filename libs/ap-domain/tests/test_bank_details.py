"""Account numbers of suppliers stand in no fault and in no note, whichever way a mapping takes them."""

from collections.abc import Callable
from typing import Any

import pytest
from ap_domain.bank_details import masked
from ap_domain.document_fault import DocumentFault
from ap_domain.mapping import MappingFault, VoucherDraft
from hypothesis import given
from hypothesis import strategies as st

DraftOf = Callable[..., VoucherDraft]
IBAN = "FI2112345600000785"
BANKS = {"banks": {"FI1": "1"}}


LONG = f"Pay to {IBAN} " + "and thank you " * 30


def mapped(name: str, pick: str, **rule: Any) -> dict[str, Any]:
    return {"header": {name: {"pick": pick, **rule}}, "tables": BANKS}


OWN = {"type": "code", "length": 5}
FAULTS = [
    pytest.param(mapped("REMIT_ADDR_SEQ_NUM", "supplierBankIBAN", table="banks"), id="not in its table"),
    pytest.param(mapped("GRP_AP_ID", "supplierBankIBAN"), id="too long"),
    pytest.param(mapped("GRP_AP_ID", "supplierBankBBAN", upper=True), id="too long in capitals"),
    pytest.param(mapped("GRP_AP_ID", "join('', [text1, supplierBankIBAN])"), id="behind another field"),
    pytest.param(mapped("GRP_AP_ID", "not_null(text9, supplierBankIBAN)"), id="instead of another field"),
    pytest.param(mapped("RATE_MULT", "supplierBankIBAN"), id="no number"),
    pytest.param(mapped("RATE_MULT", "supplierBankBBAN"), id="a number too large"),
    pytest.param(mapped("DUE_DT", "supplierBankIBAN"), id="no day"),
    pytest.param(mapped("SITE_IBAN", "text5", **OWN), id="in a property for it"),
    pytest.param(mapped("SITE_BANK_ACCT", "text5", table="banks", **OWN), id="not in that property's table"),
    pytest.param(mapped("SITE_BNK_ID", "text6", **OWN), id="with control characters"),
    pytest.param(mapped("SITE_IBAN", "text5", type="description", length=9), id="a description too long"),
]


@pytest.mark.parametrize("keys", FAULTS)
def test_a_fault_shows_the_end_of_an_account_number_at_most(draft_of: DraftOf, keys: dict[str, Any]) -> None:
    with pytest.raises(MappingFault) as caught:
        draft_of(
            keys, supplierBankIBAN=IBAN, supplierBankBBAN=IBAN[4:], text1="FI", text5=IBAN, text6=f"{IBAN}\n"
        )
    assert IBAN[4:13] not in str(caught.value)
    assert "****" in caught.value.value
    assert caught.value.value.strip("'\n").endswith("0785")


def test_a_line_of_the_coding_sees_the_documents_account_as_such(draft_of: DraftOf) -> None:
    keys = {"lines": {"TAX_CD_VAT": {"pick": "document.supplierBankIBAN"}}}
    with pytest.raises(MappingFault, match=r"supplierBankIBAN is \*{4}0785"):
        draft_of(keys, supplierBankIBAN=IBAN)


@pytest.mark.parametrize(
    "pick", ["supplierBankName", "join(' ', [description, supplierBankName])", "document.supplierBankName"]
)
@pytest.mark.parametrize("how", ["shorten", "transliterate"])
def test_notes_show_no_account_number(draft_of: DraftOf, how: str, pick: str) -> None:
    rule = {"pick": pick, "shorten": True, "transliterate": how == "transliterate"}
    told = LONG if how == "shorten" else f"Ä {IBAN}"
    draft = draft_of({"payment": {"PYMNT_MESSAGE": rule}}, supplierBankName=told)
    assert IBAN in str(draft.header["PYMNT_MESSAGE"])
    assert len(draft.notes) >= 1
    assert not any(IBAN in note for note in draft.notes)
    assert "****" in draft.notes[-1]


def test_a_description_for_a_bank_property_is_not_told_either(draft_of: DraftOf) -> None:
    keys = mapped("SITE_BANK_TEXT", "text5", type="description", length=30, shorten=True)
    (note,) = draft_of(keys, text5=LONG).notes
    assert IBAN not in note


def test_what_has_nothing_to_do_with_banks_is_told_as_it_is(draft_of: DraftOf) -> None:
    with pytest.raises(MappingFault, match=IBAN):
        draft_of(mapped("GRP_AP_ID", "text5"), text5=IBAN)
    (note,) = draft_of({}, description=LONG).notes
    assert LONG.strip() in note


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (IBAN, "'****0785'"),
        ("12345678", "'****'"),
        (1234567890123, "****0123"),
        ("", "''"),
        (None, "missing"),
        (True, "True"),
        ([IBAN], "a JSON array of 1"),
    ],
)
def test_a_fault_of_a_field_of_the_document_is_masked_too(value: object, shown: str) -> None:
    assert DocumentFault(field="supplierBankIBAN", value=value, rule="r").value == shown


@given(st.text(max_size=60))
def test_at_most_four_characters_are_shown(value: str) -> None:
    shown = masked(value, "text1", "supplierBankBIC")
    assert shown == "****" + shown[4:] or not value
    assert len(shown) <= 8
    assert value.endswith(shown[4:])
    assert masked(value, "text1", "description") == value
