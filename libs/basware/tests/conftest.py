from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from basware import BaswareClient, Limits, TransferResponse
from basware.testing import StubApi
from hypothesis import settings

# A machine that is busy with other tests makes an example slow, not the code.
settings.register_profile("busy machine", deadline=None)
settings.load_profile("busy machine")

FAST = Limits(
    connect=2.0,
    read=0.25,
    total=2.0,
    document_bytes=100_000,
    page_bytes=200_000,
    answer_bytes=50_000,
    import_bytes=50_000,
)


@pytest.fixture
async def stub() -> AsyncIterator[StubApi]:
    async with StubApi() as stub:
        yield stub


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def client(stub: StubApi, session: aiohttp.ClientSession) -> BaswareClient:
    return BaswareClient(
        base_url=stub.url(),
        client_id="acme",
        client_secret="s3cret-värde",
        session=session,
        limits=FAST,
    )


INVOICE = "63000000000000000000000000000001"
CODE = "b7f9f1b6-0f6c-5a5e-8f55-6d2f60a1f0aa"
RESPONSE = TransferResponse(external_code=CODE, success=True, response_message="Posted", payment_block=False)


async def listed(client: BaswareClient) -> list[str]:
    return [d.invoice_id async for d in client.list_documents(processing_status="WaitingForTransfer")]


async def read_back(client: BaswareClient) -> list[str]:
    return [record.external_code async for record in client.list_records("vendors")]


async def outcomes(client: BaswareClient) -> list[str]:
    found = client.request_statuses(entity_type="Vendor", page_size=100)
    return [status.request_id async for status in found]


@pytest.fixture
def calls() -> dict[str, tuple[str, str, Callable[[BaswareClient], Awaitable[object]]]]:
    """Every call of the client by a short name: its method, its path, and how it is made."""
    documents, status = "/v1/accountingDocuments", "/v1/requestStatus"
    document = f"{documents}/{INVOICE}"
    return {
        "get": ("GET", document, lambda c: c.get_document(INVOICE)),
        "list": ("GET", documents, listed),
        "requestStatus": ("GET", f"{status}/req-1", lambda c: c.request_status("req-1")),
        "records": ("GET", "/v1/vendors", read_back),
        "statuses": ("GET", status, outcomes),
        "import": ("POST", "/v1/vendors", lambda c: c.import_records("vendors", ['{"externalCode":"V1"}'])),
        "acknowledge": ("POST", f"{document}/acknowledge", lambda c: c.acknowledge(INVOICE)),
        "respond": (
            "POST",
            f"{document}/transferResponses",
            lambda c: c.send_transfer_response(INVOICE, RESPONSE),
        ),
        "forget": ("POST", f"{status}/acknowledge", lambda c: c.acknowledge_request_status(["req-1"])),
    }
