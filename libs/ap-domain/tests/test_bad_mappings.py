"""Everything wrong with a mapping is found when it is read, and said so that it can be corrected."""

from datetime import date
from typing import Any

import pytest
from ap_domain.mapping import ConfigurationFault, parse_mapping

SMALLEST: dict[str, Any] = {"business_units": {"BW00": "US001"}, "setid": "SHARE"}


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        # rules
        ({"header": ["VNDR_LOC"]}, "header must be a table of properties"),
        ({"header": {"VNDR_LOC": 7}}, "header.VNDR_LOC must be an expression or a table"),
        ({"header": {"VNDR_LOC": {}}}, "header.VNDR_LOC needs either pick or value"),
        ({"header": {"VNDR_LOC": {"pick": "text1", "value": "MAIN"}}}, "needs either pick or value"),
        ({"header": {"VNDR_LOC": {"pik": "text1"}}}, "'pik' is not a key of header.VNDR_LOC"),
        ({"header": {"VNDR_LOC": "text1 ||"}}, "header.VNDR_LOC.pick: 'text1 ||' is not a JMESPath"),
        ({"header": {"VNDR_LOC": "text[1"}}, "is not a JMESPath expression"),
        ({"header": {"VNDR_LOC": ""}}, "header.VNDR_LOC.pick must be an expression"),
        ({"header": {"VNDR_LOC": "(" * 900 + "a" + ")" * 900}}, "at most 1000 characters"),
        ({"header": {"VNDR_LOC": "-".join(["a"] * 3)}}, "is not a JMESPath expression"),
        ({"header": {"VNDR_LOC": "floor(numeric1)"}}, "there is no function floor()"),
        ({"header": {"VNDR_LOC": "exec('x')"}}, "there is no function exec()"),
        ({"header": {"VNDR_LOC": "contains(text1)"}}, "contains() takes 2 values, not 1"),
        ({"header": {"VNDR_LOC": "not_null()"}}, "not_null() takes 1 values, not 0"),
        ({"header": {"VNDR_LOC": "text1 || [split(a)]"}}, "split() takes 2 values"),
        ({"header": {"DESCR254_MIXED": "invoiceImageToken"}}, "opens the image"),
        ({"header": {"DESCR254_MIXED": "document.invoiceImageToken"}}, "opens the image"),
        ({"header": {"DESCR254_MIXED": "[invoiceImageToken][0]"}}, "opens the image"),
        ({"header": {"VNDR_LOC": {"pick": "text1", "when": "a = b"}}}, "header.VNDR_LOC.when"),
        ({"header": {"VNDR_LOC": {"pick": "text1", "required": "yes"}}}, "required must be true or false"),
        (
            {"header": {"VNDR_LOC": {"pick": "text1", "required": True, "default": "M"}}},
            "required has no use beside default",
        ),
        ({"header": {"VNDR_LOC": {"value": "M", "default": "N"}}}, "default has no use beside value"),
        ({"header": {"VNDR_LOC": {"value": 7}}}, "put 7 in quotes"),
        ({"header": {"VNDR_LOC": {"value": "ELEVENCHARS"}}}, "has room for 10 characters"),
        ({"header": {"VNDR_LOC": {"pick": "text1", "default": "ELEVENCHARS"}}}, "has room for 10"),
        ({"header": {"VNDR_LOC": {"value": "a\nb"}}}, "must not be blank or hold control characters"),
        ({"header": {"INV_RECPT_DT": {"value": "soon"}}}, "must be a day as in 2026-01-31"),
        ({"header": {"ADDRESS_SEQ_NUM": {"value": "1.5"}}}, "has more digits than ADDRESS_SEQ_NUM takes"),
        ({"header": {"ADDRESS_SEQ_NUM": {"value": 123456}}}, "has more digits than ADDRESS_SEQ_NUM takes"),
        ({"header": {"RATE_MULT": {"value": 1.5}}}, "inexact number; put 1.5 in quotes"),
        ({"header": {"ADDRESS_SEQ_NUM": {"value": "one"}}}, "must be an amount, not 'one'"),
        # what may not be shortened, padded or transliterated
        ({"header": {"INVOICE_ID": {"pick": "a", "shorten": True}}}, "shorten is only for a description"),
        ({"header": {"DSCNT_AMT": {"pick": "a", "shorten": True}}}, "shorten is only for a description"),
        ({"header": {"VNDR_LOC": {"pick": "a", "transliterate": True}}}, "transliterate is only for a desc"),
        ({"header": {"DUE_DT": {"pick": "a", "pad": {"length": 3}}}}, "pad is only for a code"),
        ({"header": {"DSCNT_AMT": {"pick": "a", "upper": True}}}, "upper is only for a code"),
        ({"header": {"VNDR_LOC": {"pick": "a", "pad": {"with": "0"}}}}, "pad.length is missing"),
        ({"header": {"VNDR_LOC": {"pick": "a", "pad": {"length": 11}}}}, "a whole number from 1 to 10"),
        (
            {"header": {"VNDR_LOC": {"pick": "a", "pad": {"length": 3, "with": "00"}}}},
            "must be one character",
        ),
        ({"header": {"VNDR_LOC": {"pick": "a", "pad": {"length": 3, "side": "up"}}}}, "left or right"),
        # sums belong to the sums
        ({"header": {"GROSS_AMT": "grossSum"}}, "header.GROSS_AMT follows from the sums"),
        ({"header": {"SALETX_AMT": None}}, "header.SALETX_AMT follows from the sums"),
        ({"lines": {"MERCHANDISE_AMT": "netTotal"}}, "lines.MERCHANDISE_AMT follows from the sums"),
        ({"distributions": {"DISTRIB_LINE_NUM": {"value": 1}}}, "follows from the sums"),
        # what a voucher cannot be without
        ({"header": {"INVOICE_ID": None}}, "header.INVOICE_ID is part of the natural key"),
        ({"header": {"VENDOR_ID": None}}, "header.VENDOR_ID is part of the natural key"),
        ({"header": {"TXN_CURRENCY_CD": None}}, "header.TXN_CURRENCY_CD says which currency"),
        ({"payment": {"PYMNT_HOLD": None}}, "payment.PYMNT_HOLD keeps what Basware blocks"),
        ({"extends": "none"}, "header.BUSINESS_UNIT is part of the natural key"),
        ({"extends": "other"}, "extends must be default or none"),
        ({"distributions": {"ACCOUNT": None}}, "no field is mapped to ACCOUNT"),
        # properties
        ({"header": {"VNDR_LOCATION": "text1"}}, "VNDR_LOCATION is not a documented property here"),
        ({"lines": {"VNDR_LOC": "text1"}}, "VNDR_LOC is not a documented property here"),
        ({"header": {"vndr_loc": "text1"}}, "'vndr_loc' is not the name of a property"),
        ({"header": {"A B": {"pick": "a", "type": "code", "length": 3}}}, "is not the name of a property"),
        ({"header": {7: "text1"}}, "header: key must be a text; put 7 in quotes"),
        ({"header": {"SITE_CODE": {"pick": "a", "type": "colour"}}}, "type must be one of code, description"),
        ({"header": {"SITE_CODE": {"pick": "a", "type": "code"}}}, "header.SITE_CODE.length is missing"),
        ({"header": {"SITE_CODE": {"pick": "a", "type": "code", "length": 0}}}, "a whole number from 1"),
        ({"header": {"VNDR_LOC": {"pick": "a", "length": 20}}}, "whose type and length are documented"),
        # tables
        ({"tables": ["a"]}, "tables must be a table of named lookups"),
        ({"tables": {"t": "a"}}, "tables.t must be a table of texts"),
        ({"tables": {"t": {"a": 1}}}, "tables.t.a must be a text; put 1 in quotes"),
        ({"tables": {"t": {1: "a"}}}, "tables.t: key must be a text"),
        ({"tables": {"my table": {}}}, "a table's name is letters, digits and underscores"),
        ({"tables": {"payment_terms": {"a": "b"}}}, "is the setting payment_terms"),
        ({"header": {"VNDR_LOC": {"pick": "a", "table": "nowhere"}}}, "'nowhere', which is no table"),
        (
            {"tables": {"t": {"a": "ELEVENCHARS"}}, "header": {"VNDR_LOC": {"pick": "a", "table": "t"}}},
            "t.a is 'ELEVENCHARS': VNDR_LOC has room for 10",
        ),
        # settings
        ({"tax": "tax_line"}, "tax_lines.accounts is missing"),
        ({"tax_by_code": {"VAT": "tax_line"}}, "tax_lines.accounts is missing"),
        ({"tax_by_code": {"VAT": "none"}}, "tax_by_code.VAT must be one of"),
        ({"tax_by_company": {"BW77": "exempt"}}, "tax_by_company.BW77 is a company without business unit"),
        ({"tax_lines": {"accounts": {"*": "ELEVENCHARS"}}}, "has room for 10"),
        ({"tax_lines": {"codes": {"KONTO": "1"}}}, "tax_lines.codes.KONTO is not a chart field"),
        ({"tax_lines": {"codes": {"FUND_CODE": "123456"}}}, "tax_lines.codes.FUND_CODE has room for 5"),
        ({"tax_lines": {"codes": {"ACCOUNT": "1"}}}, "is not a chart field beside ACCOUNT"),
        ({"rounding": {"tolerance": "0.05"}}, "rounding.account is missing"),
        ({"rounding": {"tolerance": 0.05, "account": "1"}}, "put 0.05 in quotes"),
        ({"rounding": {"tolerance": "-1", "account": "1"}}, "tolerance must not be negative"),
        ({"charges": {"FREIGHT_AMT": {}}}, "charges.FREIGHT_AMT needs either rows or pick"),
        ({"charges": {"SALETX_AMT": {"rows": "a"}}}, "'SALETX_AMT' is not a key of charges"),
        ({"charges": {"MISC_AMT": {"rows": "a ="}}}, "charges.MISC_AMT.rows"),
        ({"credit_notes": {"types": "CN"}}, "credit_notes.types must be a list of texts"),
        ({"credit_notes": {"style": "ADJ"}}, "ADJ needs a header rule for VOUCHER_ID_RELATED"),
        ({"credit_notes": {"style": "PPAY"}}, "credit_notes.style must be one of REG, ADJ"),
        ({"zero_invoices": False}, "zero_invoices must be one of"),
        ({"rates": "ecb"}, "rates must be one of"),
        ({"distributions_from_po": True}, "distributions_from_po needs purchase_orders"),
        ({"group_lines_by": "orderNumber"}, "group_lines_by must be a list of texts"),
        ({"group_lines_by": ["a ="]}, "group_lines_by: 'a ='"),
        ({"accounting_dates": {"US001": "reject"}}, "open_periods has no period for US001"),
        (
            {"accounting_dates": {"US009": "as_given"}},
            "accounting_dates.US009 is not one of the business units",
        ),
        ({"open_periods": {"US009": []}}, "open_periods.US009 is not one of the business units"),
        ({"open_periods": []}, "open_periods must be a table"),
        ({"open_periods": {"*": "always"}}, "open_periods.* must be a list of tables"),
        ({"open_periods": {"*": [{"begins": "2026-01-01"}]}}, "open_periods.*[0].ends must be a day"),
        (
            {"open_periods": {"*": [{"begins": date(2026, 2, 1), "ends": date(2026, 1, 1)}]}},
            "ends is before it begins",
        ),
        ({"invoice_date_limits": {"days_ahead": -1}}, "days_ahead must be a whole number from 0"),
        ({"invoice_date_limits": {"years_back": True}}, "years_back must be a whole number"),
        ({"invoice_number_length": 31}, "invoice_number_length must be a whole number from 10 to 30"),
        (
            {"long_invoice_number": "keep_last", "header": {"DESCR254_MIXED": None}},
            "long_invoice_number needs a header rule for DESCR254_MIXED",
        ),
        ({"send": ["everything"]}, "send names 'everything'"),
        ({"send": ["due_date_flag"], "send_due_date": False}, "send_due_date is false"),
        ({"supplier_scheme": {"separator": "x"}}, "separator must not be letters or digits"),
        ({"supplier_scheme": {"zeros": "none"}}, "supplier_scheme.zeros must be one of fill, as_is"),
        ({"supplier_scheme": "SetID-Vendor"}, "supplier_scheme must be a table"),
        ({"payment_collection": "the payments"}, "payment_collection must be the name of a collection"),
    ],
)
def test_what_cannot_work_is_refused_naming_the_key(document: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigurationFault) as caught:
        parse_mapping({**SMALLEST, **document})
    assert any(problem in found for found in caught.value.problems), caught.value.problems


def test_problems_of_rules_and_settings_are_said_at_once() -> None:
    with pytest.raises(ConfigurationFault) as caught:
        parse_mapping(
            {
                **SMALLEST,
                "tax": "tax_line",
                "header": {"VNDR_LOC": "a ||", "GROSS_AMT": "a", "INVOICE_ID": {"value": 1}},
                "lines": {"SITE": "a"},
                "send": ["x"],
            }
        )
    assert len(caught.value.problems) == 6, caught.value.problems
