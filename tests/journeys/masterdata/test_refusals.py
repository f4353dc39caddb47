"""Records that cannot go through: with whose words, what holds them up, and what brings them in at last."""

from tests.journeys.stories import story

from .conftest import SELDOM, NewCustomer
from .customer import Json, MasterDataCustomer
from .same import same
from .topic_watch import IMPORTS

SUPPLIERS = {"payment_terms": {"full": SELDOM}, "suppliers": {"changes": SELDOM, "full": SELDOM}}
WITH_BANKS = {
    **SUPPLIERS,
    "suppliers": {"changes": SELDOM, "full": SELDOM, "parts": {"bank_accounts": "APS_SUPPLIER_BANKS"}},
}
ACCOUNTS = {"accounts": {"changes": SELDOM, "full": SELDOM}}
IBAN = "DE89370400440532013000"


def told(customer: MasterDataCustomer, entity: str, code: str) -> Json:
    """The latest word on a record."""
    words = customer.watch.of(IMPORTS, customer.id, entity=entity, external_code=code)
    return dict(words[-1].value)


@story
async def test_a_refused_supplier_is_listed_with_baswares_words_and_goes_through_once_corrected(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("md-refused", entities=WITH_BANKS)
    await customer.loaded()
    await customer.change(
        suppliers=[
            {"vendor_id": "0000430100", "bank_account": {"number": 1, "iban": IBAN, "currency": "EUR"}}
        ]
    )
    await customer.poll("suppliers")
    await customer.settled()
    await customer.change(
        suppliers=[
            {
                "vendor_id": "0000430101",
                "name": "Twice The Same GmbH",
                "bank_account": {"number": 1, "iban": IBAN, "currency": "EUR"},
            },
            {"vendor_id": "0000430102", "name": "Innocent Neighbour"},
        ]
    )
    await customer.poll("suppliers")
    await same(customer, besides=["SHARE_0000430101"])
    refused = told(customer, "suppliers", "SHARE_0000430101")
    assert refused["step"] == "refused"
    (words,) = refused["words"]
    assert "is already used by the vendor with externalCode SHARE_0000430100" in words
    assert IBAN not in str([each.value for each in customer.watch.of(IMPORTS, customer.id)])
    assert await customer.metric("masterdata-import", "apstream_masterdata_import_refused") == 1
    # It waits for a change: reading again does not send it again.
    before = await customer.counts("suppliers")
    await customer.poll("suppliers", "run_full")
    await customer.settled()
    assert await customer.counts("suppliers") == before
    await customer.change(
        suppliers=[
            {
                "vendor_id": "0000430101",
                "bank_account": {"number": 1, "iban": "FR1420041010050500013M02606", "currency": "EUR"},
            }
        ]
    )
    await customer.poll("suppliers")
    await same(customer)
    assert told(customer, "suppliers", "SHARE_0000430101")["step"] == "confirmed"


@story
async def test_refused_for_a_reason_outside_it_is_sent_again_on_command(new_customer: NewCustomer) -> None:
    customer = await new_customer(
        "md-outside",
        entities=ACCOUNTS,
        business_units={"BW00": "US001", "BW10": "US002"},
        section={"companies": {"SHARE": ["BW00", "BW10"]}},
        imports={"skip_refused_repeats": False},
        prepare=lambda customer: _companies(customer, "BW00"),
    )
    await customer.loaded()
    accounts = customer.watch.latest(IMPORTS, customer.id)
    assert len(accounts) == (await customer.counts("accounts"))["posted"]
    assert {each.value["step"] for each in accounts.values()} == {"refused"}
    assert all("CompanyCode" in each.value["words"][0] for each in accounts.values())
    # The company is made known in Basware, and somebody says so.
    await _companies(customer, "BW00", "BW10")
    one = await customer.order("resend", "accounts/SHARE_18600")
    assert (await customer.answer(one))["detail"]["said"] == "1 records are sent again"
    await customer.settled()
    assert await customer.posts("accounts", "SHARE_18600", "SHARE_18620") == [2, 1]
    rest = await customer.order("resend", "accounts?refused")
    assert (await customer.answer(rest))["action"] == "command applied"
    await same(customer)
    assert await customer.posts("accounts", "SHARE_18600", "SHARE_18620") == [2, 2]


@story
async def test_a_record_that_cannot_be_mapped_holds_up_nobody(new_customer: NewCustomer) -> None:
    async def with_a_fault(customer: MasterDataCustomer) -> None:
        await customer.change(
            suppliers=[
                {"vendor_id": "0000430100", "name": "X" * 300},
                {"vendor_id": "0000430101", "address": {"number": 1, "city": "Atlantis", "country": "ATL"}},
            ]
        )

    customer = await new_customer("md-fault", prepare=with_a_fault)
    await customer.loaded()
    await same(customer, besides=["SHARE_0000430100"])
    refused = told(customer, "suppliers", "SHARE_0000430100")
    assert refused["step"] == "refused"
    assert refused["words"][0].startswith("not sent: name ")
    (result,) = customer.results("suppliers")
    assert (result["outcome"], result["faulty"]) == ("complete", 1)
    await customer.change(suppliers=[{"vendor_id": "0000430100", "name": "Short Ltd."}])
    await customer.poll("suppliers")
    await same(customer)
    assert await customer.posts("suppliers", "SHARE_0000430100") == [1]


@story
async def test_a_payment_term_arrives_before_the_supplier_that_names_it(new_customer: NewCustomer) -> None:
    customer = await new_customer("md-terms", imports={"delay_seconds": 1.5})
    await customer.loaded()
    await customer.change(
        payment_terms=[{"code": "2W", "descr": "Two weeks", "net_days": 14}],
        suppliers=[{"vendor_id": "0000430100", "terms": "2W"}],
    )
    # Ordered in the wrong order; both are pending before the first is sent.
    await customer.order("run_now", "payment_terms")
    await customer.poll("suppliers")
    await same(customer)
    sent = [each["api"] for each in (await customer.imports())["requests"]]
    assert sent == ["paymentTerms", "vendors", "paymentTerms", "vendors"]
    assert set((await customer.counts("suppliers"))["ended"]) == {"Success"}


async def _companies(customer: MasterDataCustomer, *codes: str) -> None:
    """The companies that Basware knows."""
    secret = customer.stack.run_dir / "secrets" / f"{customer.id}-basware"
    tenant = {
        "tenant": customer.id,
        "client_id": customer.spec.client_id,
        "client_secret": secret.read_text(),
        "company_codes": codes,
    }
    await customer.basware.post("tenants", tenant)
