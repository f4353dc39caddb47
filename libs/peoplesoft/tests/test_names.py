"""Canonical names find what a site calls them, message by message."""

from typing import Any

from hypothesis import given, settings
from peoplesoft.names import PropertyNames
from peoplesoft.shape import CollectionShape
from peoplesoft.testing.answers import operation
from peoplesoft.testing.generated_vouchers import vouchers
from peoplesoft.testing.invented_sites import PLAIN_SITE, PREFIXED_SITE, RENAMED_SITE
from peoplesoft.values import Record, Row

RENAMED = operation(RENAMED_SITE.shape().create).request


def test_names_find_a_site_s_own_words() -> None:
    create = PREFIXED_SITE.shape().create
    assert create is not None
    names = PropertyNames({"ORIGIN": "DESCR254_MIXED", "VENDOR_ID": "PROP_VENDOR_ID"})
    assert names.site_name("BUSINESS_UNIT", create.request) == "KEYPROP_BUSINESS_UNIT"
    assert names.site_name("ORIGIN", create.request) == "PROP_DESCR254_MIXED"
    assert names.site_name("NO_SUCH", create.request) is None
    assert [
        names.canonical(name) for name in ("PROP_DESCR254_MIXED", "PROP_VENDOR_ID", "COLL_VOUCHER_LINE")
    ] == [
        "ORIGIN",
        "VENDOR_ID",
        "VOUCHER_LINE",
    ]


def test_a_table_of_names_wins_over_the_canonical_name() -> None:
    find = PLAIN_SITE.shape().find
    assert find is not None
    assert PropertyNames({"VENDOR_ID": "VENDOR_SETID"}).site_name("VENDOR_ID", find.request) == "VENDOR_SETID"


def test_a_name_of_one_collection_only_has_that_collection_before_it() -> None:
    create = RENAMED_SITE.shape().create
    assert create is not None
    lines = create.request.child("COLL_ACME_LINES")
    assert isinstance(lines, CollectionShape)
    coding = lines.child("COLL_DISTRIB_LINE")
    assert isinstance(coding, CollectionShape)
    table = {"VOUCHER_LINE": "ACME_LINES", "DISTRIB_LINE.MERCHANDISE_AMT": "QTY_VCHR", "PO_ID": "NOWHERE"}
    names = PropertyNames(table)
    row: Row = {
        "VOUCHER_LINE": [{"MERCHANDISE_AMT": 1, "PO_ID": "7", "DISTRIB_LINE": [{"MERCHANDISE_AMT": 2}]}]
    }
    sent = names.to_site(row, create.request)
    nested = {"MERCHANDISE_AMT": 1, "PO_ID": "7", "COLL_DISTRIB_LINE": [{"QTY_VCHR": 2}]}
    assert sent == {"COLL_ACME_LINES": [nested]}
    read: Record = {"COLL_ACME_LINES": [{"QTY_VCHR": "1", "COLL_DISTRIB_LINE": [{"QTY_VCHR": "2"}]}]}
    assert names.to_canonical(read) == {
        "VOUCHER_LINE": [{"QTY_VCHR": "1", "DISTRIB_LINE": [{"MERCHANDISE_AMT": "2"}]}]
    }


@given(row=vouchers(most_lines=4, payments=RENAMED_SITE.payments))
@settings(max_examples=30, deadline=None)
def test_the_site_s_names_read_back_as_the_canonical_ones(row: dict[str, Any]) -> None:
    sent: Any = RENAMED_SITE.names.to_site(row, RENAMED)
    assert RENAMED_SITE.names.to_canonical(sent) == row
