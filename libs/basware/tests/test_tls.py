"""TLS that cannot be trusted, on real sockets of this machine: nothing is sent, and it is tried again later."""

import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from basware import BaswareClient, Limits, RetryLater
from basware.testing import Canned, StubApi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

INVOICE = "1" * 32
DAY = timedelta(days=1)


def certificate(folder: Path, *, host: str, days_left: int) -> Path:
    """A self-signed certificate and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = [
        x509.IPAddress(ipaddress.ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 30 * DAY)
        .not_valid_after(now + days_left * DAY)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@asynccontextmanager
async def https_server(file: Path, *, oldest: bool = False) -> AsyncIterator[tuple[str, list[str]]]:
    """A server that gives tokens and documents over TLS; its address and the paths it was asked for."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        if request.path == "/v1/tokens":
            return web.json_response({"access_token": "t", "expires_in": 3600})
        return web.json_response([{"invoiceId": INVOICE}])

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    if oldest:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        yield f"https://127.0.0.1:{runner.addresses[0][1]}", asked
    finally:
        await runner.cleanup()


@asynccontextmanager
async def calling(
    url: str, *, trusting: Path | None = None, newest: bool = False
) -> AsyncIterator[BaswareClient]:
    context = ssl.create_default_context(cafile=str(trusting) if trusting else None)
    if newest:
        context.minimum_version = ssl.TLSVersion.TLSv1_3
    connector = aiohttp.TCPConnector(ssl=context)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield BaswareClient(
            base_url=url, client_id="a", client_secret="b", session=session, limits=Limits(connect=5.0)
        )


async def test_a_certificate_that_is_trusted_is_taken(tmp_path: Path) -> None:
    file = certificate(tmp_path, host="127.0.0.1", days_left=30)
    async with https_server(file) as (url, _), calling(url, trusting=file) as client:
        assert (await client.get_document(INVOICE)).invoice_id == INVOICE


@pytest.mark.parametrize(
    ("host", "days_left", "trusted"),
    [("127.0.0.1", 30, False), ("127.0.0.1", -1, True), ("api.example", 30, True), ("127.0.0.2", 30, True)],
    ids=["self-signed", "expired", "another host", "another address"],
)
async def test_a_certificate_that_is_not_accepted_gets_no_credential(
    tmp_path: Path, host: str, days_left: int, trusted: bool
) -> None:
    file = certificate(tmp_path, host=host, days_left=days_left)
    async with (
        https_server(file) as (url, asked),
        calling(url, trusting=file if trusted else None) as client,
    ):
        with pytest.raises(RetryLater, match="certificate is not accepted") as failed:
            await client.acknowledge(INVOICE)
    assert asked == []
    assert not failed.value.may_have_taken_effect
    assert "trusted certificates" in failed.value.advice


async def test_a_version_of_tls_that_is_not_spoken_here(tmp_path: Path) -> None:
    file = certificate(tmp_path, host="127.0.0.1", days_left=30)
    async with (
        https_server(file, oldest=True) as (url, asked),
        calling(url, trusting=file, newest=True) as client,
    ):
        with pytest.raises(RetryLater, match="no connection") as failed:
            await client.acknowledge(INVOICE)
    assert asked == []
    assert not failed.value.may_have_taken_effect


async def test_a_document_store_with_an_untrusted_certificate_is_not_read(
    tmp_path: Path, stub: StubApi, client: BaswareClient
) -> None:
    file = certificate(tmp_path, host="127.0.0.1", days_left=30)
    async with https_server(file) as (url, asked):
        redirect = Canned(status=302, headers={"Location": f"{url}/d?X-Amz-Signature=secret"})
        stub.script("GET", f"/v1/accountingDocuments/{INVOICE}", redirect)
        with pytest.raises(RetryLater, match="certificate is not accepted") as failed:
            await client.get_document(INVOICE)
    assert asked == []
    assert "secret" not in str(failed.value)
