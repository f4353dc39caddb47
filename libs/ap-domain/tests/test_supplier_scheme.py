"""One declaration of supplier codes, used by invoices in one direction and by master data in the other."""

from collections.abc import Callable
from typing import Any

import pytest
from ap_domain.mapping import MappingFault, SupplierFault, SupplierScheme, VoucherDraft
from ap_domain.mapping.supplier_scheme import PeopleSoftSupplier, Zeros
from hypothesis import given
from hypothesis import strategies as st

DraftOf = Callable[..., VoucherDraft]
PLAIN = SupplierScheme(setid="SHARE")
LOCATIONS = SupplierScheme(setid="SHARE", location_in_code=True)
EVERYTHING = SupplierScheme(setid="SHARE", setid_in_code=True, location_in_code=True, separator="/")
AS_IS = SupplierScheme(setid="SHARE", zeros=Zeros.AS_IS)
LISTED = SupplierScheme(setid="SHARE", listed={"77": "0000000099", "OLD": "V-1"})


@pytest.mark.parametrize(
    ("scheme", "code", "supplier", "back"),
    [
        (PLAIN, "430022", ("SHARE", "0000430022", None), "430022"),
        (PLAIN, "0000430022", ("SHARE", "0000430022", None), "430022"),
        (PLAIN, "0", ("SHARE", "0000000000", None), "0"),
        (PLAIN, "ACME-1", ("SHARE", "ACME-1", None), "ACME-1"),
        (PLAIN, "٤٣", ("SHARE", "٤٣", None), "٤٣"),
        (AS_IS, "430022", ("SHARE", "430022", None), "430022"),
        (AS_IS, "0000430022", ("SHARE", "0000430022", None), "0000430022"),
        (LOCATIONS, "430022", ("SHARE", "0000430022", None), "430022"),
        (LOCATIONS, "430022-MAIN", ("SHARE", "0000430022", "MAIN"), "430022-MAIN"),
        (LOCATIONS, "430022-A-B", ("SHARE", "0000430022", "A-B"), "430022-A-B"),
        (EVERYTHING, "EU/7/MAIN", ("EU", "0000000007", "MAIN"), "EU/7/MAIN"),
        (EVERYTHING, "EU/7", ("EU", "0000000007", None), "EU/7"),
        (LISTED, "77", ("SHARE", "0000000099", None), "77"),
        (LISTED, "99", ("SHARE", "0000000099", None), "77"),
        (LISTED, "OLD", ("SHARE", "V-1", None), "OLD"),
    ],
)
def test_a_code_names_a_supplier_and_the_supplier_has_one_code(
    scheme: SupplierScheme, code: str, supplier: tuple[str, str, str | None], back: str
) -> None:
    assert scheme.to_peoplesoft(code) == supplier
    setid, vendor_id, location = supplier
    assert scheme.to_basware(setid=setid, vendor_id=vendor_id, location=location) == back


@pytest.mark.parametrize(
    ("scheme", "code", "about"),
    [
        (PLAIN, "12345678901", "room for 10 characters"),
        (PLAIN, "", "blank"),
        (PLAIN, "a\tb", "characters it cannot have"),
        (LOCATIONS, "430022-", "location in the supplier code is blank"),
        (LOCATIONS, "-MAIN", "supplier id in the supplier code is blank"),
        (LOCATIONS, "430022-ELEVENCHARS", "location has room for 10"),
        (EVERYTHING, "430022", "SetID/supplier"),
        (EVERYTHING, "SHARED/430022", "SetID has room for 5"),
        (EVERYTHING, "/430022", "SetID in the supplier code is blank"),
    ],
)
def test_a_code_outside_the_scheme_is_a_fault(scheme: SupplierScheme, code: str, about: str) -> None:
    with pytest.raises(SupplierFault, match=about):
        scheme.to_peoplesoft(code)


@pytest.mark.parametrize(
    ("scheme", "supplier"),
    [
        (PLAIN, ("OTHER", "0000430022", None)),
        (PLAIN, ("SHARE", "0000430022", "MAIN")),
        (PLAIN, ("SHARE", "430022", None)),
        (LOCATIONS, ("SHARE", "A-B", "MAIN")),
        (LISTED, ("SHARE", "0000000077", None)),
    ],
)
def test_a_supplier_that_the_scheme_cannot_say_is_refused(
    scheme: SupplierScheme, supplier: tuple[str, str, str | None]
) -> None:
    setid, vendor_id, location = supplier
    with pytest.raises(SupplierFault, match="has no code in this scheme"):
        scheme.to_basware(setid=setid, vendor_id=vendor_id, location=location)


part = st.text(st.sampled_from("0123456789ABC-/ ."), max_size=11)
schemes = st.builds(
    SupplierScheme,
    setid=st.just("SHARE"),
    setid_in_code=st.booleans(),
    location_in_code=st.booleans(),
    separator=st.sampled_from(["-", "/", "--", "."]),
    zeros=st.sampled_from(Zeros),
    listed=st.dictionaries(
        part, part.filter(lambda text: 0 < len(text.strip()) == len(text) < 11), max_size=3
    ),
)


@given(scheme=schemes, setid=part | st.just("SHARE"), vendor_id=part, location=st.none() | part)
def test_a_suppliers_code_always_leads_back_to_it(
    scheme: SupplierScheme, setid: str, vendor_id: str, location: str | None
) -> None:
    try:
        code = scheme.to_basware(setid=setid, vendor_id=vendor_id, location=location)
    except SupplierFault:
        return
    assert scheme.to_peoplesoft(code) == PeopleSoftSupplier(setid, vendor_id, location)


@given(scheme=schemes, code=st.text(st.sampled_from("0123456789ABC-/."), max_size=22))
def test_every_code_that_is_understood_has_a_canonical_form(scheme: SupplierScheme, code: str) -> None:
    try:
        supplier = scheme.to_peoplesoft(code)
    except SupplierFault:
        return
    canonical = scheme.to_basware(**supplier._asdict())
    assert scheme.to_peoplesoft(canonical) == supplier
    assert scheme.to_basware(**scheme.to_peoplesoft(canonical)._asdict()) == canonical


def test_the_scheme_of_a_mapping_makes_key_and_location(draft_of: DraftOf) -> None:
    keys: dict[str, Any] = {"supplier_scheme": {"setid_in_code": True, "location_in_code": True}}
    draft = draft_of(keys, supplierCode="EU01-430022-REMIT")
    assert (draft.natural_key.vendor_setid, draft.natural_key.vendor_id) == ("EU01", "0000430022")
    assert draft.header["VNDR_LOC"] == "REMIT"
    with pytest.raises(MappingFault, match="SetID-supplier") as caught:
        draft_of(keys, supplierCode="430022")
    assert caught.value.field == "supplierCode"
