from typing import Any

import pytest
from ap_domain.mapping import (
    ConfigurationFault,
    LongInvoiceNumber,
    TaxMode,
    mapping_digest,
    parse_mapping,
)

SMALLEST: dict[str, Any] = {"business_units": {"BW00": "US001"}, "setid": "SHARE"}


def test_the_smallest_mapping_gets_sane_defaults() -> None:
    mapping = parse_mapping(SMALLEST)
    assert mapping.business_units == {"BW00": "US001"}
    assert mapping.dimensions == {"accountCode": "ACCOUNT", "costCenterCode": "DEPTID"}
    assert mapping.tax is TaxMode.SALES_TAX_HEADER


def test_every_key_is_read() -> None:
    mapping = parse_mapping(
        {
            **SMALLEST,
            "gl_business_units": {"BW00": "GL001"},
            "suppliers": {"430022": "0000430022"},
            "payment_terms": {"NET30": "30"},
            "dimensions": {"accountCode": "ACCOUNT", "dimCode1": "FUND_CODE"},
            "origin": "BAS",
            "voucher_style": "REG",
            "tax": "vat_header",
            "long_invoice_number": "keep_last",
            "hold_reason": "ACC",
            "send_due_date": False,
        }
    )
    assert mapping.tax is TaxMode.VAT_HEADER
    assert mapping.long_invoice_number is LongInvoiceNumber.KEEP_LAST
    assert mapping.dimensions["dimCode1"] == "FUND_CODE"
    assert mapping.send_due_date is False


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"bussiness_units": {}}, "'bussiness_units' is not a key"),
        ({"business_units": {}}, "business_units is missing"),
        ({"business_units": None}, "business_units is missing"),
        ({"business_units": ["US001"]}, "business_units must be a table"),
        ({"business_units": {"BW00": "US0001"}}, "business_units.BW00 is 'US0001'"),
        ({"setid": None}, "setid is missing"),
        ({"setid": "SHARED"}, "setid is 'SHARED'"),
        ({"setid": 7}, "put 7 in quotes"),
        ({"suppliers": {"430022": 430022}}, "suppliers.430022 must be a text; put 430022 in quotes"),
        ({"suppliers": {430022: "0000430022"}}, "put 430022 in quotes"),
        ({"suppliers": {"1": ""}}, "suppliers.1 must not be blank"),
        ({"origin": "LONG"}, "origin is 'LONG'"),
        ({"tax": "net"}, "tax must be one of"),
        ({"tax": 1}, "tax must be one of"),
        ({"long_invoice_number": "cut"}, "long_invoice_number must be one of"),
        ({"send_due_date": "no"}, "send_due_date must be true or false"),
        ({"dimensions": {"accountCode": "KONTO"}}, "'KONTO' is not a chart field"),
        ({"dimensions": {"dimCode1": "FUND_CODE"}}, "no field is mapped to ACCOUNT"),
        ({"dimensions": {"a": "ACCOUNT", "b": "ACCOUNT"}}, "ACCOUNT is set twice"),
        ({"payment_terms": {"NET30": "NET30X"}}, "payment_terms.NET30"),
        ({"hold_reason": "OTHER"}, "hold_reason"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigurationFault) as caught:
        parse_mapping({**SMALLEST, **changes})
    assert any(problem in found for found in caught.value.problems), caught.value.problems


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(ConfigurationFault) as caught:
        parse_mapping({"typo": 1, "tax": "x", "origin": "LONG"})
    assert len(caught.value.problems) == 5


def test_the_digest_does_not_depend_on_the_order_of_keys_but_on_every_value() -> None:
    one = parse_mapping({**SMALLEST, "suppliers": {"a": "1", "b": "2"}})
    other = parse_mapping({"suppliers": {"b": "2", "a": "1"}, **SMALLEST})
    assert mapping_digest(one) == mapping_digest(other)
    digests = {
        mapping_digest(parse_mapping({**SMALLEST, **changes}))
        for changes in (
            {},
            {"origin": "X"},
            {"tax": "vat_header"},
            {"suppliers": {"a": "1"}},
            {"send_due_date": False},
        )
    }
    assert len(digests) == 5
