from collections.abc import AsyncIterator

import aiohttp
import pytest
from basware import BaswareClient, Limits
from basware.testing import StubApi

FAST = Limits(
    connect=2.0, read=0.25, total=2.0, document_bytes=100_000, page_bytes=200_000, answer_bytes=50_000
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
