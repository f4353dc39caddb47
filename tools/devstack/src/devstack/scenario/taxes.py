"""Tax in every mode of the two customers, freight, and sums that do or do not agree."""

from devstack.scenario.bill import Bill, BillRow
from devstack.scenario.case import Case, Expected, refused
from devstack.scenario.customers import ACME, NORDIC


def cases() -> tuple[Case, ...]:
    return (*_american(), *_nordic())


def _american() -> tuple[Case, ...]:
    return (
        Case(
            key="A-201",
            kind="sales tax on the header",
            connection=ACME,
            bill=Bill(
                number="A-201",
                company="US10",
                currency="USD",
                rows=(BillRow(net="400.00", percent="8.25"), BillRow(net="100.00", percent="8.25")),
            ),
            expected=Expected(voucher={"SALETX_AMT": "41.25", "GROSS_AMT": "541.25", "TAX_EXEMPT": ""}),
        ),
        Case(
            key="A-202",
            kind="exempt from sales tax",
            connection=ACME,
            bill=Bill(
                number="A-202",
                company="US10",
                currency="USD",
                rows=(BillRow(net="88.00", tax_code="EXEMPT"),),
            ),
            expected=Expected(voucher={"TAX_EXEMPT": "Y", "GROSS_AMT": "88", "SALETX_AMT": ""}),
        ),
        Case(
            key="A-203",
            kind="use tax: accrued by PeopleSoft, not in the gross",
            connection=ACME,
            bill=Bill(
                number="A-203",
                company="US10",
                currency="USD",
                gross="300.00",
                rows=(BillRow(net="300.00", percent="7", tax_code="USE"),),
            ),
            expected=Expected(voucher={"GROSS_AMT": "300"}, lines=({"SUT_APPLICABILITY": "U"},)),
        ),
        Case(
            key="A-204",
            kind="a coding row that is freight",
            connection=ACME,
            bill=Bill(
                number="A-204",
                company="US10",
                currency="USD",
                rows=(BillRow(net="500.00"), BillRow(net="35.50", more={"conditionType": "FREIGHT"})),
            ),
            expected=Expected(
                voucher={"FREIGHT_AMT": "35.5", "GROSS_AMT": "535.5"}, lines=({"MERCHANDISE_AMT": "500"},)
            ),
        ),
        Case(
            key="A-205",
            kind="sums that do not add up: back with all of them",
            connection=ACME,
            bill=Bill(
                number="A-205",
                company="US10",
                currency="USD",
                gross="171.00",
                rows=(BillRow(net="100.00"), BillRow(net="70.00")),
            ),
            expected=refused("grossSum", "171.00", "170.00", steps=("acknowledged", "rejected"), creates=0),
        ),
    )


def _nordic() -> tuple[Case, ...]:
    return (
        Case(
            key="N-201",
            kind="VAT on the header, two codes on the lines",
            connection=NORDIC,
            bill=Bill(
                number="N-201",
                company="FI10",
                currency="EUR",
                rows=(
                    BillRow(net="200.00", percent="24", tax_code="A24"),
                    BillRow(net="50.00", percent="10", tax_code="A10"),
                ),
            ),
            expected=Expected(
                voucher={"VAT_ENTRD_AMT": "53", "GROSS_AMT": "303"},
                lines=({"TAX_CD_VAT": "V24"}, {"TAX_CD_VAT": "V10"}),
            ),
        ),
        Case(
            key="N-202",
            kind="reverse charge: VAT not in the gross",
            connection=NORDIC,
            bill=Bill(
                number="N-202",
                company="FI10",
                currency="EUR",
                gross="640.00",
                rows=(BillRow(net="640.00", percent="24", tax_code="RC"),),
            ),
            expected=Expected(
                voucher={"GROSS_AMT": "640", "VAT_ENTRD_AMT": ""}, lines=({"TAX_CD_VAT": "VRC"},)
            ),
        ),
        Case(
            key="N-203",
            kind="Swedish company: tax is a line of its own",
            connection=NORDIC,
            bill=Bill(
                number="N-203",
                company="SE10",
                currency="SEK",
                rows=(BillRow(net="1000.00", percent="25", tax_code="S25"),),
            ),
            expected=Expected(
                voucher={"BUSINESS_UNIT": "EU002", "GROSS_AMT": "1250", "VAT_ENTRD_AMT": ""},
                lines=({"MERCHANDISE_AMT": "1000"}, {"MERCHANDISE_AMT": "250"}),
            ),
        ),
        Case(
            key="N-204",
            kind="two cents off: a rounding line",
            connection=NORDIC,
            bill=Bill(
                number="N-204",
                company="FI10",
                currency="EUR",
                gross="100.02",
                rows=(BillRow(net="100.00", tax_code="A0"),),
            ),
            expected=Expected(
                voucher={"GROSS_AMT": "100.02"},
                lines=({"MERCHANDISE_AMT": "100"}, {"MERCHANDISE_AMT": "0.02", "DESCR": "Rounding"}),
            ),
        ),
        Case(
            key="N-205",
            kind="half a euro off: more than may be rounded",
            connection=NORDIC,
            bill=Bill(
                number="N-205",
                company="FI10",
                currency="EUR",
                gross="100.50",
                rows=(BillRow(net="100.00", tax_code="A0"),),
            ),
            expected=refused("grossSum", "100.50", "within 0.05"),
        ),
        Case(
            key="N-206",
            kind="a tax code that nobody mapped",
            connection=NORDIC,
            bill=Bill(
                number="N-206",
                company="FI10",
                currency="EUR",
                rows=(BillRow(net="10.00", percent="14", tax_code="A14"),),
            ),
            expected=refused("taxCode", "A14", "vat_codes"),
        ),
    )
