"""Invoices that simply go through: rows, companies, currencies, terms, texts, suppliers."""

from decimal import Decimal

from devstack.scenario.bill import Bill, BillRow
from devstack.scenario.case import Case, Deliveries, Expected
from devstack.scenario.customers import ACME, NORDIC

PATH = ("notified", "published", "received", "acknowledged", "started", "posted", "reported", "confirmed")
_ACCOUNTS = ("18620", "18600", "18200", "28520", "500100", "640000")
_LONG = "Frühjahrsbestellung für Łódź, Århus und Malmö: " + ", ".join(
    f"Posten {number} nach Angebot vom Frühjahr" for number in range(1, 6)
)


def cases() -> tuple[Case, ...]:
    return (
        Case(
            key="A-101",
            kind="one coding row",
            connection=ACME,
            bill=Bill(number="A-101", company="US10", currency="USD", rows=(BillRow(net="250.00"),)),
            expected=Expected(
                voucher={"BUSINESS_UNIT": "US001", "GROSS_AMT": "250", "ORIGIN": "BSW", "ENTRY_STATUS": "P"},
                lines=({"MERCHANDISE_AMT": "250", "DESCR": "Copy paper A4"},),
                told=("Posted as voucher",),
                steps=PATH,
                creates=1,
                answers=(200,),
            ),
        ),
        Case(
            key="A-102",
            kind="twelve coding rows",
            connection=ACME,
            bill=Bill(
                number="A-102",
                company="US10",
                currency="USD",
                rows=tuple(
                    BillRow(net=f"{100 + 7 * place}.{place:02}", account=_ACCOUNTS[place % len(_ACCOUNTS)])
                    for place in range(12)
                ),
            ),
            expected=Expected(
                lines=tuple(
                    {"MERCHANDISE_AMT": str(Decimal(f"{100 + 7 * place}.{place:02}"))} for place in range(12)
                )
            ),
        ),
        Case(
            key="A-103",
            kind="another company of the same tenant",
            connection=ACME,
            bill=Bill(number="A-103", company="US20", currency="USD", rows=(BillRow(net="75.25"),)),
            expected=Expected(voucher={"BUSINESS_UNIT": "US002"}),
        ),
        Case(
            key="A-104",
            kind="payment term of the invoice",
            connection=ACME,
            bill=Bill(
                number="A-104",
                company="US10",
                currency="USD",
                rows=(BillRow(net="1200.00"),),
                more={"paymentTermCode": "NET60"},
            ),
            expected=Expected(voucher={"PYMNT_TERMS_CD": "NT60"}),
        ),
        Case(
            key="A-105",
            kind="currency without decimals (JPY)",
            connection=ACME,
            bill=Bill(number="A-105", company="US10", currency="JPY", rows=(BillRow(net="48000"),)),
            expected=Expected(voucher={"TXN_CURRENCY_CD": "JPY", "GROSS_AMT": "48000"}),
        ),
        Case(
            key="A-106",
            kind="currency with three decimals (KWD)",
            connection=ACME,
            bill=Bill(number="A-106", company="US10", currency="KWD", rows=(BillRow(net="31.125"),)),
            expected=Expected(voucher={"TXN_CURRENCY_CD": "KWD", "GROSS_AMT": "31.125"}),
        ),
        Case(
            key="N-101",
            kind="króna without decimals (ISK)",
            connection=NORDIC,
            bill=Bill(
                number="N-101",
                company="FI10",
                currency="ISK",
                rows=(BillRow(net="90000", percent="24", tax_code="A24"),),
            ),
            expected=Expected(voucher={"GROSS_AMT": "111600", "VAT_ENTRD_AMT": "21600"}),
        ),
        Case(
            key="N-102",
            kind="accents transliterated, long text shortened",
            connection=NORDIC,
            bill=Bill(
                number="N-102",
                company="FI10",
                currency="EUR",
                rows=(
                    BillRow(
                        net="60.00",
                        tax_code="A0",
                        text="Büroklammern, Größe 3, in Kartons zu je zehn Päckchen",
                    ),
                ),
                description=_LONG,
            ),
            expected=Expected(lines=({"DESCR": "Buroklammern, Grosse 3, in Kar"},)),
        ),
        Case(
            key="N-103",
            kind="number of 40 characters, kept by a digest",
            connection=NORDIC,
            bill=Bill(
                number="N-103/2026/RAHTIKIRJA-0000123456-HELSINKI",
                company="FI10",
                currency="EUR",
                rows=(BillRow(net="18.40", tax_code="A0"),),
            ),
        ),
        Case(
            key="N-104",
            kind="supplier's location in its code, project coded",
            connection=NORDIC,
            bill=Bill(
                number="N-104",
                company="FI10",
                currency="EUR",
                supplier="430022-BRANCH",
                rows=(BillRow(net="410.00", tax_code="A0", more={"projectCode": "32101"}),),
            ),
            expected=Expected(voucher={"VNDR_LOC": "BRANCH", "VENDOR_ID": "0000430022"}),
        ),
        Case(
            key="N-105",
            kind="blocked for payment: a hold on both sides",
            connection=NORDIC,
            bill=Bill(
                number="N-105",
                company="FI10",
                currency="EUR",
                rows=(BillRow(net="999.00", tax_code="A0"),),
                more={"paymentBlock": True},
            ),
            expected=Expected(voucher={"PYMNT_HOLD": "Y", "PYMNT_HOLD_REASON": "OTH"}, payment_block=True),
        ),
        Case(
            key="N-106",
            kind="cash discount and method of payment",
            connection=NORDIC,
            bill=Bill(
                number="N-106",
                company="FI10",
                currency="EUR",
                rows=(BillRow(net="1000.00", tax_code="A0"),),
                more={"cashPercent": 2, "paymentMethod": "SEPA"},
            ),
            expected=Expected(voucher={"DSCNT_AMT": "20", "PYMNT_METHOD": "EFT"}, payment_block=False),
        ),
        Case(
            key="N-107",
            kind="fields that a later Basware release may add",
            connection=NORDIC,
            bill=Bill(
                number="N-107", company="FI10", currency="EUR", rows=(BillRow(net="5.00", tax_code="A0"),)
            ),
            deliveries=Deliveries(unknown_fields={"carbonFootprint": {"kg": 12}, "aiScore": "0.93"}),
        ),
    )
