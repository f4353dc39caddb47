"""Where no connection comes about, nothing was sent: later again if it may pass, a stop if it never will."""

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from peoplesoft.client import ComponentInterfaceClient
from peoplesoft.errors import ConfigurationError, OutcomeUnknown, PeopleSoftError, RetryLater
from peoplesoft.gateway import Timeouts
from peoplesoft.testing.answers import CREDENTIALS, KEYS, SHAPE, saved
from peoplesoft.testing.invented_sites import sample_voucher
from peoplesoft.testing.scripted_gateway import Reply, ScriptedGateway


@asynccontextmanager
async def client_of(
    url: str, *, session: aiohttp.ClientSession | None = None, connect: float = 10.0
) -> AsyncIterator[ComponentInterfaceClient]:
    async with ComponentInterfaceClient(
        base_url=url,
        node="PSFT_EP",
        ci=SHAPE,
        credentials=CREDENTIALS,
        timeouts=Timeouts(connect=connect, whole=20.0),
        session=session,
    ) as client:
        yield client


async def _nothing_was_sent(client: ComponentInterfaceClient, kind: type[PeopleSoftError]) -> None:
    """Both a create and a read must say `kind`, and no last word is asked for what cannot be sent."""
    asked: list[None] = []
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: client.create(sample_voucher(), record="invoice 17", before_send=lambda: asked.append(None)),
        lambda: client.find(KEYS, record="invoice 17"),
        client.ping,
    ]
    for call in calls:
        with pytest.raises(PeopleSoftError) as caught:
            await call()
        assert type(caught.value) is kind
    assert asked == []


async def test_a_refused_connection_was_never_used() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with client_of(f"http://127.0.0.1:{port}") as client:
        await _nothing_was_sent(client, RetryLater)


async def test_a_connection_that_is_not_made_in_time_was_never_used() -> None:
    with socket.socket() as deaf:
        # A backlog that is full: the connection is neither made nor refused.
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        crowd = [socket.socket() for _ in range(4)]
        for each in crowd:
            each.setblocking(False)
            each.connect_ex(deaf.getsockname())
        async with client_of(f"http://127.0.0.1:{deaf.getsockname()[1]}", connect=0.2) as client:
            await _nothing_was_sent(client, RetryLater)
        for each in crowd:
            each.close()


async def test_a_pool_without_a_free_connection_was_never_used() -> None:
    async with (
        ScriptedGateway() as gateway,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session,
        client_of(gateway.url, session=session, connect=0.2) as client,
    ):
        gateway.replies.append(Reply(silent=True))
        first = asyncio.create_task(client.create(sample_voucher()))
        async with asyncio.timeout(5):
            await gateway.arrived.wait()
        await _nothing_was_sent(client, RetryLater)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert len(gateway.seen) == 1


@asynccontextmanager
async def _a_server_that(greets: bytes | None) -> AsyncIterator[str]:
    """Says `greets` and closes; with None it listens for ever."""
    met: list[asyncio.StreamWriter] = []

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        met.append(writer)
        if greets is None:
            await reader.read()
        else:
            writer.write(greets)
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for writer in met:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


@pytest.mark.parametrize(
    ("greets", "kind"),
    [
        (b"HTTP/1.1 400 Plain HTTP on a TLS port\r\n\r\n", ConfigurationError),
        (b"\x15\x03\x03\x00\x02\x02\x28", ConfigurationError),
        (b"", RetryLater),
        (None, RetryLater),
    ],
    ids=["no TLS", "an alert: no common protocol", "closed in the handshake", "silent in the handshake"],
)
async def test_a_handshake_that_fails_has_its_class(
    greets: bytes | None, kind: type[PeopleSoftError]
) -> None:
    connect = 0.2 if greets is None else 10.0
    async with _a_server_that(greets) as url, client_of(url, connect=connect) as client:
        await _nothing_was_sent(client, kind)


def _certificate(folder: Path, *, host: str, days: int) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate of its own for `host`, valid until in `days`; and one that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    until = datetime.now(UTC) + timedelta(days=days)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - timedelta(days=30))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([_alternative(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / f"{host}.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cafile=str(pem))


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


@pytest.mark.parametrize(
    ("host", "days", "trusted"),
    [("127.0.0.1", 20, False), ("127.0.0.1", -1, True), ("other.invalid", 20, True), ("127.0.0.1", 60, True)],
    ids=["self-signed", "expired", "another host's", "not valid yet"],
)
async def test_a_certificate_that_cannot_be_trusted_stops_the_flow(
    host: str, days: int, trusted: bool, tmp_path: Path
) -> None:
    server, client_side = _certificate(tmp_path, host=host, days=days)
    connector = aiohttp.TCPConnector(ssl=client_side if trusted else True)
    async with (
        ScriptedGateway(tls=server) as gateway,
        aiohttp.ClientSession(connector=connector) as session,
        client_of(gateway.url, session=session) as client,
    ):
        await _nothing_was_sent(client, ConfigurationError)
        assert gateway.seen == []


async def test_over_tls_too_an_answer_is_believed_and_a_lost_one_is_unknown(tmp_path: Path) -> None:
    server, client_side = _certificate(tmp_path, host="127.0.0.1", days=20)
    connector = aiohttp.TCPConnector(ssl=client_side)
    async with (
        ScriptedGateway(tls=server) as gateway,
        aiohttp.ClientSession(connector=connector) as session,
        client_of(gateway.url, session=session) as client,
    ):
        gateway.replies.extend([Reply(body=saved()), Reply(drop=True), Reply(body=saved(), missing=9)])
        assert (await client.create(sample_voucher())).keys["VOUCHER_ID"] == "00000017"
        for _ in range(2):
            with pytest.raises(OutcomeUnknown):
                await client.create(sample_voucher())


async def test_plain_http_to_a_tls_port_was_sent_and_is_unknown(tmp_path: Path) -> None:
    server, _ = _certificate(tmp_path, host="127.0.0.1", days=20)
    async with (
        ScriptedGateway(tls=server) as gateway,
        client_of(gateway.url.replace("https", "http")) as client,
    ):
        with pytest.raises(OutcomeUnknown):
            await client.create(sample_voucher())
        with pytest.raises(RetryLater):
            await client.find(KEYS)
