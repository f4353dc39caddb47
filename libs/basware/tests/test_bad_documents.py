"""Answers with a good status whose content cannot be believed: documents, lists, echoes, statuses."""

import aiohttp
import pytest
from basware import BaswareClient, BaswareError, Limits, ProtocolError, TransferResponse
from basware.testing import Canned, StubApi

INVOICE = "63000000000000000000000000000001"
CODE = "b7f9f1b6-0f6c-5a5e-8f55-6d2f60a1f0aa"
LIST = "/v1/accountingDocuments"
DOCUMENT = f"{LIST}/{INVOICE}"
RESPONSES = f"{DOCUMENT}/transferResponses"
OURS = f'{{"invoiceId": "{INVOICE}", "grossSum": 1160.00}}'.encode()

# What came, and what the error says of it.
DOCUMENTS: dict[str, tuple[bytes, str]] = {
    "one sum twice": (b'{"invoiceId": "I", "grossSum": 1, "grossSum": 2}', "comes twice"),
    "one sum twice in a row": (b'{"invoiceId": "I", "codingRows": [{"n": 1, "n": 2}]}', "comes twice"),
    "the list twice": (b'{"accountingDocuments": [OURS], "accountingDocuments": [OURS]}', "comes twice"),
    "the list and null": (b'{"accountingDocuments": [OURS], "accountingDocuments": null}', "comes twice"),
    "null and the list": (b'{"accountingDocuments": null, "accountingDocuments": [OURS]}', "comes twice"),
    "a name twice beside the list": (b'{"a": 1, "a": 1, "accountingDocuments": [OURS]}', "comes twice"),
    "NaN": (b'{"invoiceId": "I", "grossSum": NaN}', "NaN is not JSON"),
    "Infinity": (b'{"invoiceId": "I", "grossSum": -Infinity}', "Infinity is not JSON"),
    "a number no double holds": (b'{"invoiceId": "I", "grossSum": 1e401}', "number"),
    "a number that eats memory": (b'{"invoiceId": "I", "grossSum": 1e999999999}', "number"),
    "a number next to nothing": (b'{"invoiceId": "I", "grossSum": 1e-999999999}', "number"),
    "a zero that eats memory": (b'{"invoiceId": "I", "grossSum": 0e999999999}', "number"),
    "a number beyond Decimal": (b'{"invoiceId": "I", "grossSum": 1e99999999999999999999}', "number"),
    "a number of many digits": (b'{"invoiceId": "I", "grossSum": ' + b"9" * 5000 + b"}", "number"),
    "a fraction of many digits": (b'{"invoiceId": "I", "grossSum": 0.' + b"1" * 1000 + b"}", "number"),
    "a leading zero": (b'{"invoiceId": "I", "grossSum": 0123}', "expected"),
    "a hexadecimal number": (b'{"invoiceId": "I", "grossSum": 0x10}', "expected"),
    "nested without end": (b'{"invoiceId": "I", "text1": ' + b"[" * 50_000, "too deeply"),
    "objects without end": (b'{"a":' * 30_000, "too deeply"),
    "single quotes": (b"{'invoiceId': 'I'}", "character"),
    "a comment": (b'{"invoiceId": "I" /* ours */}', "character"),
    "a raw line break in a text": (b'{"invoiceId": "I", "text1": "a\nb"}', "control character"),
    "not UTF-8": (b'{"invoiceId": "I", "text1": "\xe4"}', "UTF-8"),
    "UTF-16": ('{"invoiceId": "I"}'.encode("utf-16"), "UTF-8"),
    "two answers in one": (b"OURS OURS", "more text"),
    "an HTML tail": (b'{"accountingDocuments": [OURS]}<html>', "more text"),
    "a text": (b'"Success"', "neither an object"),
    "true": (b"true", "neither an object"),
    "list of lists": (b"[[OURS]]", "not an object"),
    "list of texts": (b'["I"]', "not an object"),
    "a list that is a text": (b'{"accountingDocuments": "I"}', "without invoiceId"),
    "another case of the name": (b'{"AccountingDocuments": [OURS]}', "without invoiceId"),
    "an id that is a number": (b'[{"invoiceId": 63000000000000000000000000000001}]', "without invoiceId"),
    "an id that is a list": (b'[{"invoiceId": ["I"]}]', "without invoiceId"),
    "errors with 200": (b'{"hasErrors": true, "errors": [{"message": "x"}]}', "without invoiceId"),
    "gateway's words with 200": (b'{"message": "Internal server error"}', "without invoiceId"),
    "null": (b"null", "neither an object"),
    "JSON of a sign-on": (b'{"login_url": "https://login.example"}', "without invoiceId"),
}
NOT_THIS_ONE: dict[str, tuple[bytes, str]] = {
    "another invoice": (b'[{"invoiceId": "63000000000000000000000000000002"}]', "another document"),
    "ours in capitals": (b'[{"invoiceId": "630000000000000000000000000000A1"}]', "another document"),
    "none": (b'{"accountingDocuments": []}', "another document .*: none"),
    "ours twice": (b"[OURS, OURS]", "2 times"),
}


def content(text: bytes) -> bytes:
    return text.replace(b"OURS", OURS).replace(b'"I"', f'"{INVOICE}"'.encode())


async def listed(client: BaswareClient) -> list[str]:
    return [d.invoice_id async for d in client.list_documents(processing_status="WaitingForTransfer")]


@pytest.fixture
def client(stub: StubApi, session: aiohttp.ClientSession) -> BaswareClient:
    return BaswareClient(
        base_url=stub.url(), client_id="acme", client_secret="s", session=session, limits=Limits(read=1.0)
    )


@pytest.mark.parametrize("bad", DOCUMENTS | NOT_THIS_ONE)
async def test_a_document_that_cannot_be_believed_is_none(
    stub: StubApi, client: BaswareClient, bad: str
) -> None:
    body, says = (DOCUMENTS | NOT_THIS_ONE)[bad]
    stub.script("GET", DOCUMENT, Canned(body=content(body)))
    with pytest.raises(ProtocolError, match=says) as failed:
        await client.get_document(INVOICE)
    assert failed.value.record == INVOICE


@pytest.mark.parametrize("bad", DOCUMENTS)
async def test_a_page_that_cannot_be_believed_ends_the_list_with_an_error(
    stub: StubApi, client: BaswareClient, bad: str
) -> None:
    body, says = DOCUMENTS[bad]
    stub.script("GET", LIST, Canned(body=content(body)))
    with pytest.raises(ProtocolError, match=says):
        await listed(client)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"OK"',
        b'{"externalCode": "another"}',
        b'{"externalCode": null}',
        b'{"externalCode": 7}',
        b'{"externalCode": "CODE"',
        b'{"externalCode": "CODE", "externalCode": "another"}',
        b'{"hasErrors": true, "errors": [{"externalCode": "CODE"}]}',
        b'{"transferResponses": []}',
        b'{"transferResponses": [null]}',
        b'{"message": "Accepted"}',
    ],
)
async def test_without_an_echo_of_ours_a_response_is_in_doubt(
    stub: StubApi, client: BaswareClient, body: bytes
) -> None:
    stub.script("POST", RESPONSES, Canned(body=body.replace(b"CODE", CODE.encode())))
    response = TransferResponse(external_code=CODE, success=True, response_message="m", payment_block=False)
    with pytest.raises(ProtocolError) as failed:
        await client.send_transfer_response(INVOICE, response)
    assert failed.value.may_have_taken_effect


@pytest.mark.parametrize(
    "body",
    [
        b'{"requestStatus": [{"requestId": "req-2"}]}',
        b'{"requestStatus": [{"requestId": 1}]}',
        b'{"requestStatus": ["req-1"]}',
        b'{"requestStatus": {"requestId": "req-1"}}',
        b'{"requestStatus": "Success"}',
        b'{"requestId": "req-1", "requestId": "req-1"}',
        b'[{"requestId": "req-1"}',
        b'{"hasErrors": true}',
    ],
)
async def test_a_status_of_something_else_is_none(stub: StubApi, client: BaswareClient, body: bytes) -> None:
    stub.script("GET", "/v1/requestStatus/req-1", Canned(body=body))
    with pytest.raises(ProtocolError):
        await client.request_status("req-1")


@pytest.mark.parametrize(
    "content_type",
    ["text/html", "text/plain; charset=utf-16", "application/xml", "", "nonsense", "image/png"],
)
async def test_the_content_type_proves_nothing_either_way(
    stub: StubApi, client: BaswareClient, content_type: str
) -> None:
    stub.script("GET", DOCUMENT, Canned(body=b"[" + OURS + b"]", headers={"Content-Type": content_type}))
    assert (await client.get_document(INVOICE)).raw == OURS


@pytest.mark.parametrize("wrong", [None, 7, "text", [], {}, [[]], True, -1.5])
@pytest.mark.parametrize("field", ["processingStatus", "codingRows", "companyCode", "grossSum", "unheardOf"])
async def test_fields_of_the_wrong_type_are_handed_on_as_they_came(
    stub: StubApi, client: BaswareClient, field: str, wrong: object
) -> None:
    stub.script("GET", DOCUMENT, Canned.of_json([{"invoiceId": INVOICE, field: wrong}]))
    document = await client.get_document(INVOICE)
    assert document.content[field] == wrong
    assert document.processing_status == (wrong if wrong == "text" and field == "processingStatus" else None)


async def test_errors_of_bad_content_hold_no_more_than_its_beginning(
    stub: StubApi, client: BaswareClient
) -> None:
    stub.script("GET", DOCUMENT, Canned(body=b'{"supplierBankIBAN": "' + b"x" * 5000))
    with pytest.raises(BaswareError) as failed:
        await client.get_document(INVOICE)
    assert len(str(failed.value)) < 700
