"""A record that is imported again: unchanged, after a refusal, or before the one before was done."""

import pytest
from basware_simulator.master_data_samples import account, exchange_rate, payment_term, vendor
from basware_simulator.testkit import Customer

from .import_items import imported, plan, status


async def test_an_unchanged_record_is_not_processed_however_its_numbers_are_written(
    customer: Customer,
) -> None:
    await imported(customer, "exchangeRates", exchange_rate("a", rate=2))
    body = (
        b'[{"rate": 2.00, "externalCode": "a", "currencyCodeFrom": "USD", "currencyCodeTo": "EUR", "validFrom": '
        b'"2020-01-01T00:00:00Z", "companies": [{"active": true, "companyCode": "BW00"}]}]'
    )
    reply = await customer.call("POST", "/v1/exchangeRates", data=body)
    await customer.advance(5)
    assert (await customer.items(reply))["a"][0] == "NotProcessed"
    assert (await status(customer, reply))["requestStatus"] == "Success"
    assert (await imported(customer, "exchangeRates", exchange_rate("a", rate=3)))["a"][0] == "Success"


@pytest.mark.parametrize(("skip", "second"), [(True, "NotProcessed"), (False, "Success")])
async def test_a_repeat_of_what_p2p_refused_helps_only_where_it_is_not_skipped(
    customer: Customer, skip: bool, second: str
) -> None:
    await customer.settings(imports={"skip_refused_repeats": skip})
    record = vendor("a", paymentTerms={"paymentTermCode": "NET30"})
    assert (await imported(customer, "vendors", record))["a"][0] == "Error"
    await imported(customer, "paymentTerms", payment_term("NET30"))
    assert (await imported(customer, "vendors", record))["a"][0] == second


async def test_a_record_twice_within_a_second_expires_the_older_and_is_noted(customer: Customer) -> None:
    older = await customer.post_records("accounts", account("a"), account("b"))
    newer = await customer.post_records("accounts", account("a", text1="newer"))
    await customer.advance(5)
    assert (await customer.items(older))["a"][0] == "RecordExpired"
    assert (await customer.items(older))["b"][0] == "Success"
    assert (await status(customer, older))["requestStatus"] == "Error"
    assert (await customer.items(newer))["a"][0] == "Success"
    assert (await customer.control("GET", "masterdata/accounts/a"))["p2p"]["text1"] == "newer"
    seen = await customer.control("GET", "masterdata?tenant=acme")
    [violation] = seen["violations"]
    assert (violation["rule"], violation["api"]) == ("record_twice_within_one_second", "accounts")


async def test_the_repeat_of_a_pending_record_expires_nothing(customer: Customer) -> None:
    first = await customer.post_records("accounts", account("a"))
    repeat = await customer.post_records("accounts", account("a"))
    await customer.advance(5)
    assert (await customer.items(first))["a"][0] == "Success"
    assert (await customer.items(repeat))["a"][0] == "NotProcessed"


async def test_an_older_version_never_replaces_a_newer_one(customer: Customer) -> None:
    await plan(customer, "accounts", status=None, delay_seconds=60)
    older = await customer.post_records("accounts", account("a"))
    await customer.advance(2)
    await imported(customer, "accounts", account("a", text1="newer"))
    await customer.advance(60)
    assert (await customer.items(older))["a"][0] == "RecordExpired"
    assert (await customer.control("GET", "masterdata/accounts/a"))["p2p"]["text1"] == "newer"
    assert (await customer.control("GET", "masterdata?tenant=acme"))["violations"] == []
