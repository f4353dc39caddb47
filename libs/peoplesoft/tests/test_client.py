"""The client over real HTTP: what it sends, what it loads, and what a broken line means."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from peoplesoft.client import ComponentInterfaceClient
from peoplesoft.credentials import Authentication, Credentials
from peoplesoft.errors import (
    ConfigurationError,
    CredentialsRefused,
    InvalidMessage,
    OutcomeUnknown,
    PeopleSoftError,
)
from peoplesoft.gateway import Timeouts
from peoplesoft.testing.invented_sites import PLAIN_SITE, PREFIXED_SITE, SITES, InventedSite, sample_voucher
from peoplesoft.testing.message_schema import message_body
from peoplesoft.testing.scripted_gateway import Reply, ScriptedGateway
from peoplesoft.values import Row

CREDENTIALS = Credentials(operator="APSTREAM", password="pa55word-ü")
SHAPES = {site.name: site.shape() for site in SITES}


def paths(site: InventedSite) -> dict[str, bytes]:
    """The site's documents by path, as a gateway serves them; the imports still name the inner host."""
    return {"/" + url.split("/", 3)[3]: document for url, document in site.documents().items()}


@asynccontextmanager
async def connected(
    gateway: ScriptedGateway, site: InventedSite = PLAIN_SITE, **options: Any
) -> AsyncIterator[ComponentInterfaceClient]:
    arguments: dict[str, Any] = {
        "base_url": gateway.url,
        "node": site.node,
        "ci": SHAPES[site.name],
        "credentials": CREDENTIALS,
        "timeouts": Timeouts(connect=2.0, whole=5.0),
        "date_format": site.date_format,
    }
    async with ComponentInterfaceClient(**(arguments | options)) as client:
        yield client


def found(site: InventedSite = PLAIN_SITE) -> bytes:
    root = f"Find__CompIntfc__{site.ci}Response"
    return (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
        f'<{root} xmlns="{site.namespace(3)}"/></e:Body></e:Envelope>'
    ).encode()


REFUSED = (
    b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><detail>'
    b'<IBResponse type="error">'
    b"<MessageID>45</MessageID><DefaultMessage>User password failed. (158,45)</DefaultMessage></IBResponse></detail>"
    b"</e:Fault></e:Body></e:Envelope>"
)


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
async def test_the_shape_is_loaded_once_from_the_gateway_and_from_nowhere_else(site: InventedSite) -> None:
    async with (
        ScriptedGateway(documents=paths(site)) as gateway,
        connected(gateway, site, ci=site.wsdl_name) as client,
    ):
        first, second = await asyncio.gather(client.load_shape(), client.load_shape())
        assert first is second
        assert first == SHAPES[site.name]
        assert len(gateway.seen) == len(site.documents())
        assert all("authorization" in request.headers for request in gateway.seen)
        assert await client.load_shape(again=True) == first
        assert len(gateway.seen) == 2 * len(site.documents())


@pytest.mark.parametrize(
    "location",
    [
        "http://elsewhere.invalid/M1.V1.xsd",
        "file:///etc/passwd",
        "ftp://gateway.invalid/PSIGW/x.xsd",
        "../../x.xsd",
    ],
)
async def test_a_wsdl_cannot_send_the_client_to_another_place(location: str) -> None:
    documents = paths(PREFIXED_SITE)
    wsdl = documents[PREFIXED_SITE.wsdl_path]
    start = wsdl.index(b'schemaLocation="') + len(b'schemaLocation="')
    documents[PREFIXED_SITE.wsdl_path] = wsdl[:start] + location.encode() + wsdl[wsdl.index(b'"', start) :]
    async with (
        ScriptedGateway(documents=documents) as gateway,
        connected(gateway, PREFIXED_SITE, ci=PREFIXED_SITE.wsdl_name) as client,
    ):
        with pytest.raises(ConfigurationError, match="not on this gateway"):
            await client.load_shape()


async def test_a_wsdl_that_is_not_there_or_is_a_sign_on_page_says_so() -> None:
    page = b"<!DOCTYPE html><html><input type='password'></html>"
    async with ScriptedGateway() as gateway, connected(gateway, ci="CI_AP_VOUCHER.1") as client:
        with pytest.raises(ConfigurationError, match="404"):
            await client.load_shape()
        gateway.documents[PLAIN_SITE.wsdl_path] = page
        with pytest.raises(CredentialsRefused):
            await client.load_shape()
        gateway.documents[PLAIN_SITE.wsdl_path] = REFUSED
        with pytest.raises(CredentialsRefused, match="158,45"):
            await client.load_shape()
        with pytest.raises(ConfigurationError, match="not loaded"):
            client.build_create({})


@pytest.mark.parametrize(
    ("authentication", "basic", "token"),
    [
        (Authentication.BASIC, True, False),
        (Authentication.USERNAME_TOKEN, False, True),
        (Authentication.BOTH, True, True),
    ],
)
@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
async def test_a_call_goes_to_the_node_with_its_action_and_credentials(
    site: InventedSite, authentication: Authentication, basic: bool, token: bool
) -> None:
    async with (
        ScriptedGateway() as gateway,
        connected(gateway, site, authentication=authentication) as client,
    ):
        gateway.replies.append(Reply(body=found(site)))
        await client.ping()
        request = gateway.seen[0]
        assert (request.method, request.path) == (
            "POST",
            f"/PSIGW/PeopleSoftServiceListeningConnector/{site.node}",
        )
        assert request.headers["soapaction"] == f'"{site.aliases[1]}"'
        assert request.headers["content-type"].startswith("text/xml")
        assert (request.headers.get("authorization") == CREDENTIALS.basic()) is basic
        assert ("pa55word-ü".encode() in request.body) is token
        assert message_body(request.body).tag == f"{{{site.namespace(2)}}}Find__CompIntfc__{site.ci}"


async def test_the_message_sent_is_the_message_built() -> None:
    async with ScriptedGateway() as gateway, connected(gateway) as client:
        with pytest.raises(OutcomeUnknown):
            await client.create(sample_voucher())
        assert gateway.seen[0].body == client.build_create(sample_voucher())


async def test_a_cancelled_call_stays_cancelled() -> None:
    async with ScriptedGateway() as gateway, connected(gateway) as client:
        gateway.replies.append(Reply(silent=True))
        task = asyncio.create_task(client.create(sample_voucher()))
        async with asyncio.timeout(5):
            await gateway.arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_the_caller_s_last_word_keeps_the_message_from_being_sent() -> None:
    class Withheld(Exception):
        pass

    def refuse() -> None:
        raise Withheld

    asked: list[int] = []
    async with ScriptedGateway() as gateway, connected(gateway) as client:
        with pytest.raises(Withheld):
            await client.create(sample_voucher(), before_send=refuse)
        assert gateway.seen == []
        with pytest.raises(OutcomeUnknown):
            await client.create(sample_voucher(), before_send=lambda: asked.append(len(gateway.seen)))
        assert asked == [0]
        assert len(gateway.seen) == 1


async def test_an_invalid_message_is_never_sent() -> None:
    async with ScriptedGateway() as gateway, connected(gateway) as client:
        with pytest.raises(InvalidMessage):
            await client.create({**sample_voucher(), "ORIGIN": "TOO LONG"})
        assert gateway.seen == []


async def test_a_large_message_goes_out_whole() -> None:
    lines: list[Row] = [{"VOUCHER_LINE_NUM": number, "DESCR": "line"} for number in range(1, 20_001)]
    async with ScriptedGateway() as gateway, connected(gateway) as client:
        with pytest.raises(OutcomeUnknown):
            await client.create({"BUSINESS_UNIT": "US001", "VOUCHER_ID": "NEXT", "VOUCHER_LINE": lines})
        assert len(gateway.seen[0].body) > 2_000_000
        assert len(message_body(gateway.seen[0].body)) == 20_002


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "gateway.invalid",
        "ftp://gateway.invalid",
        "http://",
        "http://u:pa55word@gateway.invalid",
        "http://g.invalid/?a=b",
    ],
)
async def test_an_unusable_base_url_is_refused_without_showing_secrets(base_url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ComponentInterfaceClient(
            base_url=base_url, node="N", ci=SHAPES[PLAIN_SITE.name], credentials=CREDENTIALS
        )
    assert "pa55word" not in str(caught.value)


@pytest.mark.parametrize(
    ("operator", "password", "why"),
    [
        ("AP:STREAM", "x", "colon"),
        ("AP\rSTREAM", "x", "operator has characters"),
        ("APSTREAM", "pa55word\n", "password has characters"),
        ("APSTREAM", "pa55word\x00", "password has characters"),
        ("APSTREAM", "pa55word\ud800", "password has characters"),
    ],
)
@pytest.mark.parametrize("authentication", Authentication)
async def test_credentials_that_cannot_be_sent_are_refused_without_showing_them(
    operator: str, password: str, why: str, authentication: Authentication
) -> None:
    if ":" in operator and not authentication.uses_basic:
        return
    with pytest.raises(ConfigurationError, match=why) as caught:
        ComponentInterfaceClient(
            base_url="http://gateway.invalid",
            node="N",
            ci=SHAPES[PLAIN_SITE.name],
            credentials=Credentials(operator=operator, password=password),
            authentication=authentication,
        )
    assert "pa55word" not in str(caught.value)


async def test_nothing_is_logged_that_holds_the_password(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with (
        ScriptedGateway(documents=paths(PLAIN_SITE)) as gateway,
        connected(gateway, ci=PLAIN_SITE.wsdl_name, authentication=Authentication.BOTH) as client,
    ):
        for reply in (Reply(drop=True), Reply(body=REFUSED), Reply(body="pa55word-ü".encode(), status=500)):
            gateway.replies.append(reply)
            with pytest.raises(PeopleSoftError) as caught:
                await client.create(sample_voucher())
            assert "pa55word" not in f"{caught.value} {caught.value!r} {vars(caught.value)}"
    secrets = ("pa55word", CREDENTIALS.basic().removeprefix("Basic "))
    assert not any(secret in record.getMessage() for record in caplog.records for secret in secrets)
