"""The eSettlements payment inquiry over real HTTP: what is asked, what is read, and what is never taken for all."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from peoplesoft import (
    ConfigurationError,
    CredentialsRefused,
    NeedsPerson,
    NotAuthorised,
    PaymentInquiryClient,
    PaymentInquiryRow,
    PeopleSoftError,
    ProtocolError,
    QueryTimeouts,
    RetryLater,
)
from peoplesoft.testing.answers import CREDENTIALS, fault
from peoplesoft.testing.scripted_gateway import Reply, ScriptedGateway

FIRST, LAST = date(2026, 6, 1), date(2026, 6, 7)
ROOT = "RESTListeningConnector/PSFT_EP/ESettlements.v1"


def row(place: str = "1 of 1", **fields: Any) -> dict[str, Any]:
    return {
        "oInvoiceID": "00012",
        "oInvDate": "2026-05-20",
        "oGrossAmount": "100.50",
        "oTxnCurrencyCD": "EUR",
        "oPymntStatus": "Paid",
        "oInvPymntType": "Regular",
        "oOutRowNumber": place,
    } | fields


def rows(count: int, *, of: int | None = None) -> list[dict[str, Any]]:
    return [row(f"{number} of {of or count}", oInvoiceID=f"{number:05}") for number in range(1, count + 1)]


def said(answer: object) -> bytes:
    return json.dumps(answer).encode()


@pytest.fixture
async def gateway() -> AsyncIterator[ScriptedGateway]:
    async with ScriptedGateway() as gateway:
        yield gateway


async def ask(
    gateway: ScriptedGateway, *replies: Reply | bytes, root: str = ROOT, **given: Any
) -> Sequence[PaymentInquiryRow]:
    for reply in replies:
        gateway.replies.append(reply if isinstance(reply, Reply) else Reply(body=reply))
    async with PaymentInquiryClient(
        base_url=gateway.url, root=root, credentials=CREDENTIALS, **given
    ) as client:
        return await client.payments(FIRST, LAST, record="acme")


async def test_the_days_are_asked_for_as_one_object_below_the_root(gateway: ScriptedGateway) -> None:
    await ask(gateway, said([row()]))
    (seen,) = gateway.seen
    assert (seen.method, seen.path) == ("POST", f"/PSIGW/{ROOT}/esfetchpaymentinquiry")
    assert json.loads(seen.body) == {
        "iStartDate": "2026-06-01",
        "iEndDate": "2026-06-07",
        "iPaymentDate": "",
    }
    assert seen.headers["authorization"] == CREDENTIALS.basic()
    assert seen.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "answer",
    [
        [row()],
        {"rows": [row()]},
        {"data": {"payments": [row()]}},
        row(),
        {"esfetchpaymentinquiry": row()},
    ],
)
async def test_rows_are_found_bare_and_wrapped(gateway: ScriptedGateway, answer: object) -> None:
    assert await ask(gateway, said(answer)) == (
        PaymentInquiryRow(
            number="00012",
            invoice_date=date(2026, 5, 20),
            gross=Decimal("100.50"),
            currency="EUR",
            status="Paid",
            payment_type="Regular",
        ),
    )


async def test_numbers_stay_exact(gateway: ScriptedGateway) -> None:
    body = said([row(oGrossAmount="AMOUNT")]).replace(b'"AMOUNT"', b"12345678901234567890.10")
    (found,) = await ask(gateway, body)
    assert found.gross == Decimal("12345678901234567890.10")


@pytest.mark.parametrize("answer", [[], {"rows": []}, {"data": {"rows": []}}])
async def test_an_empty_list_says_that_there_is_nothing(gateway: ScriptedGateway, answer: object) -> None:
    assert await ask(gateway, said(answer)) == ()


async def test_all_rows_of_many_come_in_any_order(gateway: ScriptedGateway) -> None:
    assert len(await ask(gateway, said({"rows": [*reversed(rows(10))]}))) == 10


LIMIT = 5000


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (said(rows(9, of=10)), ProtocolError, "9 rows came, the answer says 10"),
        (said([*rows(2), row("1 of 3")]), ProtocolError, "3 rows came, the answer says 2"),
        (said([row("1 of 2"), row("1 of 2")]), ProtocolError, "do not count from 1 to 2"),
        (said([row("")]), ProtocolError, "which of how many"),
        (said([row("first")]), ProtocolError, "which of how many"),
        (said([row(oInvoiceID=12)]), ProtocolError, "leading zeros"),
        (said([row(oGrossAmount="1,234.50")]), ProtocolError, "oGrossAmount"),
        (said([row(oGrossAmount=None)]), ProtocolError, "oGrossAmount"),
        (said([row(oGrossAmount="NaN")]), ProtocolError, "oGrossAmount"),
        (said([row(oInvDate="20/05/2026")]), ProtocolError, "oInvDate"),
        (said({}), ProtocolError, "not that of a payment inquiry"),
        (said({"status": "ok"}), ProtocolError, "not that of a payment inquiry"),
        (said({"error": {"message": "No such operator profile"}}), NeedsPerson, "No such operator profile"),
        (said([[[[[[[[[[row()]]]]]]]]]]), ProtocolError, "nested too deeply"),
        (b'[{"oInvoiceID": "1", "oGrossAmount": NaN, "oOutRowNumber": "1 of 1"}]', RetryLater, "damaged"),
        (said([row()])[:-20], RetryLater, "cut or damaged"),
        (b"[" * 100_000, ProtocolError, "larger than"),
        (b"[" * 4000, RetryLater, "cut or damaged"),
        (Reply(body=said([row()]), missing=10), RetryLater, "broke"),
        (Reply(body=b""), RetryLater, "empty"),
        (Reply(drop=True), RetryLater, "broke"),
        (said(rows(100)), ProtocolError, "larger than"),
        (b"<html><form>Sign in <input type='password'></form></html>", CredentialsRefused, "sign-on page"),
        (b"<html><h1>Back on Monday</h1></html>", RetryLater, "HTML page"),
        (Reply(status=302, headers={"Location": "/signon"}), CredentialsRefused, "redirected"),
        (Reply(status=401), CredentialsRefused, "401"),
        (Reply(status=403), NotAuthorised, "403"),
        (Reply(status=404), ConfigurationError, "404"),
        (Reply(status=429, headers={"Retry-After": "7"}), RetryLater, "429"),
        (Reply(status=500, body=said({"error": "down"})), RetryLater, "down"),
        (Reply(status=503), RetryLater, "503"),
        (fault("not authorized (158,536)", number="536"), NotAuthorised, "158"),
        (b"rows: none", ProtocolError, "not JSON"),
    ],
)
async def test_what_is_not_the_whole_answer_is_an_error(
    gateway: ScriptedGateway, reply: Reply | bytes, kind: type[PeopleSoftError], words: str
) -> None:
    with pytest.raises(kind, match=words) as failed:
        await ask(gateway, reply, answer_limit=LIMIT)
    assert type(failed.value) is kind
    assert "acme" in str(failed.value)
    assert "What to do" in str(failed.value)
    assert CREDENTIALS.password not in str(failed.value)


async def test_silence_is_bounded(gateway: ScriptedGateway) -> None:
    with pytest.raises(RetryLater, match="in time"):
        await ask(gateway, Reply(silent=True), timeouts=QueryTimeouts(silence=0.05))


async def test_half_a_character_costs_only_itself(gateway: ScriptedGateway) -> None:
    (found,) = await ask(gateway, said([row(oInvPymntType="X")]).replace(b'"X"', b'"a\\ud83d"'))
    assert found.payment_type == "a\ufffd"


@pytest.mark.parametrize("root", ["../x", "a//b", "", "a/./b"])
def test_a_root_that_leads_elsewhere_is_refused(root: str) -> None:
    with pytest.raises(ConfigurationError):
        PaymentInquiryClient(base_url="http://127.0.0.1:1", root=root, credentials=CREDENTIALS)
