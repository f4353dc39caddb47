from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.natural_key import MatchFields, NaturalKey
from ap_domain.posting import FoundVoucher, PostingIntent, Standing, VoucherRef, differences, matches

KEY = NaturalKey(business_unit="US001", vendor_setid="SHARE", vendor_id="0000430022", invoice_id="Rg-1/a")
INTENT = PostingIntent(
    natural_key=KEY,
    match=MatchFields(invoice_date=date(2026, 6, 5), gross=Decimal("1160.00"), style="REG"),
    mapping_digest="m",
    request_digest="r",
)
FOUND = FoundVoucher(
    ref=VoucherRef(business_unit="US001", voucher_id="00000042", entry_status="P"),
    vendor_setid="SHARE",
    vendor_id="0000430022",
    invoice_id="RG-1/A ",
    match=MatchFields(invoice_date=date(2026, 6, 5), gross=Decimal("1160.000"), style="REG"),
)
RULE = ("BUSINESS_UNIT", "VENDOR_ID", "INVOICE_ID", "INVOICE_DT", "GROSS_AMT", "VOUCHER_STYLE")


def test_a_voucher_as_peoplesoft_stores_it_matches_what_was_sent() -> None:
    assert matches(FOUND, INTENT, match_fields=RULE)


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("BUSINESS_UNIT", replace(FOUND, ref=replace(FOUND.ref, business_unit="US002"))),
        ("VENDOR_ID", replace(FOUND, vendor_id="0000430023")),
        ("INVOICE_ID", replace(FOUND, invoice_id="Rg-1/b")),
        ("INVOICE_DT", replace(FOUND, match=replace(FOUND.match, invoice_date=date(2026, 6, 6)))),
        ("GROSS_AMT", replace(FOUND, match=replace(FOUND.match, gross=Decimal("1160.01")))),
        ("VOUCHER_STYLE", replace(FOUND, match=replace(FOUND.match, style="ADJ"))),
        ("GROSS_AMT", replace(FOUND, match=replace(FOUND.match, gross=None))),
        ("VENDOR_ID", replace(FOUND, vendor_id=None)),
    ],
)
def test_a_difference_counts_only_where_the_rule_looks(field: str, changed: FoundVoucher) -> None:
    (difference,) = differences(changed, INTENT, match_fields=RULE)
    assert difference.field == field
    others = [name for name in RULE if name != field]
    assert matches(changed, INTENT, match_fields=others)


def test_a_value_that_was_never_sent_proves_nothing() -> None:
    unsent = replace(INTENT, match=MatchFields())
    unread = replace(FOUND, match=MatchFields())
    assert not matches(unread, unsent, match_fields=["GROSS_AMT"])


@pytest.mark.parametrize("rule", [[], ["COLOUR"], ["INVOICE_ID", "invoice_id"]])
def test_a_rule_that_would_match_anything_or_nothing_is_refused(rule: list[str]) -> None:
    with pytest.raises(ValueError, match="match rule"):
        matches(FOUND, INTENT, match_fields=rule)


@pytest.mark.parametrize(
    ("status", "standing", "live"),
    [
        ("P", Standing.POSTABLE, True),
        ("p ", Standing.POSTABLE, True),
        ("R", Standing.RECYCLED, True),
        ("X", Standing.DELETED, False),
        ("O", Standing.INCOMPLETE, True),
        ("", Standing.INCOMPLETE, True),
    ],
)
def test_only_a_deleted_voucher_counts_as_absent(status: str, standing: Standing, live: bool) -> None:
    ref = VoucherRef(business_unit="US001", voucher_id="1", entry_status=status)
    assert (ref.standing, ref.live) == (standing, live)


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"invoice_id": "RG-1/A  "}, True),
        ({"vendor_id": "430022"}, False),
        ({"invoice_id": "Rg-1", "vendor_id": "0000430022/a"}, False),
        ({"business_unit": "US002"}, False),
        ({"vendor_setid": "OTHER"}, False),
    ],
)
def test_a_claim_is_one_for_what_peoplesoft_takes_as_the_same(changes: dict[str, Any], same: bool) -> None:
    assert (replace(KEY, **changes).claim == KEY.claim) is same
