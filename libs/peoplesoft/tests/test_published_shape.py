"""A site's WSDL: read once, read again when it no longer fits, and never a reason to crash or to hammer."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from peoplesoft.address import GatewayAddress
from peoplesoft.client import ComponentInterfaceClient
from peoplesoft.credentials import Credentials
from peoplesoft.errors import (
    ConfigurationError,
    CredentialsRefused,
    InvalidMessage,
    NotAuthorised,
    OutcomeUnknown,
    PeopleSoftError,
    RetryLater,
)
from peoplesoft.published_shape import PublishedShape
from peoplesoft.testing.answers import fault, saved, soap
from peoplesoft.testing.invented_sites import PLAIN_SITE, PREFIXED_SITE, sample_voucher
from peoplesoft.testing.scripted_gateway import Reply, ScriptedGateway

ORIGIN = "http://gateway.invalid:8000"
WSDL = PLAIN_SITE.documents()[f"{ORIGIN}{PLAIN_SITE.wsdl_path}"]
REGENERATED = WSDL.replace(b"M835922", b"M999001").replace(b'"ORIGIN"', b'"VCHR_SRC"')


class Site:
    """Publishes one WSDL and counts how often it is asked; `answer` may be an error."""

    def __init__(self) -> None:
        self.answer: bytes | PeopleSoftError = WSDL
        self.asked = 0
        self.now = 1000.0
        self.shape = PublishedShape(
            PLAIN_SITE.wsdl_name,
            address=GatewayAddress(base_url=ORIGIN, node=PLAIN_SITE.node),
            fetch=self.fetch,
            size_limit=200_000,
            again_after=300.0,
            clock=lambda: self.now,
        )

    async def fetch(self, url: str) -> bytes:
        self.asked += 1
        await asyncio.sleep(0)
        if isinstance(self.answer, bytes):
            return self.answer
        raise self.answer


async def test_a_wsdl_is_read_once_however_many_wait_for_it() -> None:
    site = Site()
    shapes = await asyncio.gather(*(site.shape.load() for _ in range(5)))
    assert site.asked == 1
    assert all(shape is shapes[0] for shape in shapes)


async def test_a_doubted_shape_is_read_anew_at_most_every_so_often() -> None:
    site = Site()
    before = await site.shape.load()
    site.answer = REGENERATED
    site.shape.doubt()
    assert await site.shape.load() is before
    site.now += 299
    assert await site.shape.load() is before
    assert site.asked == 1
    site.now += 1
    after = await site.shape.load()
    assert after.create != before.create
    site.now += 10_000
    assert await site.shape.load() is after
    assert site.asked == 2


async def test_a_doubted_shape_is_kept_while_the_site_is_away() -> None:
    site = Site()
    before = await site.shape.load()
    site.answer = RetryLater("away")
    site.shape.doubt()
    site.now += 300
    assert [await site.shape.load(), await site.shape.load()] == [before, before]
    assert site.asked == 2
    site.answer = REGENERATED
    site.now += 300
    assert await site.shape.load() != before


@pytest.mark.parametrize("refused", [CredentialsRefused, NotAuthorised, ConfigurationError])
async def test_a_refusal_is_met_once_by_all_who_waited_and_anew_by_who_asks_later(
    refused: type[PeopleSoftError],
) -> None:
    site = Site()
    site.answer = refused("no")
    outcomes = await asyncio.gather(*(site.shape.load() for _ in range(5)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {refused}
    assert site.asked == 1
    site.answer = WSDL
    assert await site.shape.load() is site.shape.current
    site.shape.doubt()
    site.now += 300
    site.answer = refused("no")
    with pytest.raises(refused):
        await site.shape.load()


async def test_a_wsdl_larger_than_the_limit_is_refused() -> None:
    site = Site()
    site.answer = WSDL + b" " * 200_000
    with pytest.raises(ConfigurationError, match="larger than 200000"):
        await site.shape.load()


async def test_a_given_shape_is_never_read() -> None:
    site = Site()
    given = PublishedShape(
        PLAIN_SITE.shape(),
        address=GatewayAddress(base_url=ORIGIN, node=PLAIN_SITE.node),
        fetch=site.fetch,
        size_limit=1,
        again_after=0.0,
    )
    given.doubt()
    assert await given.load(again=True) is given.current
    assert site.asked == 0


@pytest.fixture
async def gateway() -> AsyncIterator[ScriptedGateway]:
    async with ScriptedGateway(documents={PLAIN_SITE.wsdl_path: WSDL}) as gateway:
        yield gateway


@pytest.fixture
async def client(gateway: ScriptedGateway) -> AsyncIterator[ComponentInterfaceClient]:
    async with ComponentInterfaceClient(
        base_url=gateway.url,
        node=PLAIN_SITE.node,
        ci=PLAIN_SITE.wsdl_name,
        credentials=Credentials(operator="APSTREAM", password="pa55word"),
        answer_limit=100_000,
        wsdl_again_after=0.0,
    ) as client:
        yield client


@pytest.mark.parametrize(
    "reply",
    [
        fault("Message has changed. (158,9999)", number="9999"),
        soap("<m:Create__CompIntfc__AP_VOUCHERResponse xmlns:m='urn:M999.V1'/>"),
        soap("<a/><b/>"),
    ],
    ids=["unknown fault", "another namespace", "two messages"],
)
async def test_a_create_refused_by_a_regenerated_service_fits_after_the_next_load(
    reply: bytes, gateway: ScriptedGateway, client: ComponentInterfaceClient
) -> None:
    before = await client.load_shape()
    gateway.documents[PLAIN_SITE.wsdl_path] = REGENERATED
    gateway.replies.append(Reply(body=reply))
    with pytest.raises(OutcomeUnknown):
        await client.create(sample_voucher())
    assert client.shape is before  # what was built for a decision already written down stays as it was
    await client.load_shape()
    with pytest.raises(InvalidMessage, match="ORIGIN"):
        await client.create(sample_voucher())
    gateway.replies.append(Reply(body=saved()))
    voucher = sample_voucher()
    del voucher["ORIGIN"]
    await client.create({**voucher, "VCHR_SRC": "BSW"})
    assert b"M999001" in gateway.seen[-1].body


async def test_a_property_the_shape_lacks_makes_it_be_read_again(
    gateway: ScriptedGateway, client: ComponentInterfaceClient
) -> None:
    voucher = {**sample_voucher(), "ORIGIN": None, "VCHR_SRC": "BSW"}
    await client.load_shape()
    with pytest.raises(InvalidMessage):
        client.build_create({**sample_voucher(), "ORIGIN": "TOO LONG"})
    await client.load_shape()
    assert len(gateway.seen) == 1
    with pytest.raises(InvalidMessage):
        client.build_create(voucher)
    gateway.documents[PLAIN_SITE.wsdl_path] = REGENERATED
    await client.load_shape()
    assert len(gateway.seen) == 2
    del voucher["ORIGIN"]
    assert b"VCHR_SRC" in client.build_create(voucher)


@pytest.mark.parametrize(
    ("document", "status", "error"),
    [
        (b"", 200, RetryLater),
        (WSDL[:5000], 200, RetryLater),
        (WSDL, 500, RetryLater),
        (b"<html><body>Back on Monday</body></html>", 200, RetryLater),
        (b"busy", 503, RetryLater),
        (b"slow down", 429, RetryLater),
        (b"<!DOCTYPE html><html><input type='password'></html>", 200, CredentialsRefused),
        (b"", 302, CredentialsRefused),
        (b"no", 401, CredentialsRefused),
        (fault("User password failed. (158,45)", number="45"), 200, CredentialsRefused),
        (fault("User X not authorized. (158,536)", number="536"), 500, NotAuthorised),
        (b"no", 403, NotAuthorised),
        (b"no", 404, ConfigurationError),
        (b"no", 400, ConfigurationError),
        (fault("Service not found. (158,9999)", number="9999"), 200, ConfigurationError),
        (fault("No rows exist. (91,50)", number="50"), 500, ConfigurationError),
        (fault("Not reached (158,10721)", number="10721"), 500, RetryLater),
        (soap("<x/>"), 200, ConfigurationError),
        (b"{}", 200, ConfigurationError),
        (b"<!DOCTYPE d [<!ENTITY a 'a'>]><d>&a;</d>", 200, ConfigurationError),
        (b"<d/>", 200, ConfigurationError),
        (WSDL + b" " * 100_000, 200, ConfigurationError),
        (WSDL.replace(b'"xsd:date"', b'"xsd:nodate"'), 200, ConfigurationError),
        (WSDL.replace(b'maxLength value="5"', b'maxLength value="five"'), 200, ConfigurationError),
        (WSDL.replace(b'minOccurs="0"', b'minOccurs="few"'), 200, ConfigurationError),
        (WSDL.replace(b"TypeShape", b"TypeGone", 1), 200, ConfigurationError),
        (WSDL.replace(b"soap:binding", b"soap:bonding"), 200, ConfigurationError),
    ],
)
async def test_a_wsdl_that_cannot_be_read_has_its_class_by_its_answer(
    document: bytes,
    status: int,
    error: type[PeopleSoftError],
    gateway: ScriptedGateway,
    client: ComponentInterfaceClient,
) -> None:
    gateway.get_status = status
    gateway.documents[PLAIN_SITE.wsdl_path] = document
    with pytest.raises(PeopleSoftError) as caught:
        await client.load_shape()
    assert type(caught.value) is error
    assert len(gateway.seen) == 1
    gateway.get_status = 200
    gateway.documents[PLAIN_SITE.wsdl_path] = WSDL
    assert (await client.load_shape()).name == PLAIN_SITE.ci


async def test_imports_that_go_in_circles_or_without_end_are_bounded() -> None:
    asked: list[str] = []

    def publish(wanted: Callable[[int], int]) -> PublishedShape:
        async def fetch(url: str) -> bytes:
            asked.append(url)
            return (
                b'<d xmlns:x="http://www.w3.org/2001/XMLSchema"><x:import schemaLocation="'
                + f"{ORIGIN}/PSIGW/PeopleSoftServiceListeningConnector/{wanted(len(asked))}.xsd".encode()
                + b'"/></d>'
            )

        address = GatewayAddress(base_url=ORIGIN, node=PREFIXED_SITE.node)
        return PublishedShape("X.1", address=address, fetch=fetch, size_limit=1_000_000, again_after=1.0)

    for wanted, most in ((lambda _: 1, 2), (lambda n: n, 64)):
        asked.clear()
        with pytest.raises(ConfigurationError):
            await publish(wanted).load()
        assert len(asked) == most
