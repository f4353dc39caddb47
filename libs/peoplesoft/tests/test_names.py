"""Canonical names find what a site calls them, message by message."""

from peoplesoft.names import PropertyNames
from peoplesoft.testing.invented_sites import PLAIN_SITE, PREFIXED_SITE


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
