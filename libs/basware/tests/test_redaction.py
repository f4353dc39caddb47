import pytest
from basware._redaction import excerpt
from basware._redirect import BadRedirect, target
from yarl import URL


@pytest.mark.parametrize(
    "body",
    [
        '{"access_token": "TOPSECRET", "expires_in": 3600}',
        '{"access_token":"TOPSECRET and an escaped \\" TOPSECRET',
        '{"webhookAuthenticationToken" : "TOPSECRET"}',
        '{"invoiceImageToken": "TOPSECRET"}',
        "see https://s3.example/x?X-Amz-Credential=TOPSECRET&X-Amz-Signature=TOPSECRET",
        "see https://blob.example/x?sv=1&sig=TOPSECRET&se=2",
        "<Error><AWSAccessKeyId>TOPSECRET</AWSAccessKeyId><SignatureProvided>TOPSECRET</SignatureProvided>",
        "<StringToSign>AWS4\nTOPSECRET</StringToSign>",
        "Authorization: Bearer TOPSECRET",
        "authorization: basic TOPSECRETTOPSECRET==",
        "eyJhbGciOiJSUzI1NiJ9.TOPSECRET.TOPSECRET",
    ],
)
def test_what_opens_a_door_is_not_shown(body: str) -> None:
    assert "TOPSECRET" not in excerpt(body.encode())


def test_an_excerpt_is_one_short_printable_line() -> None:
    shown = excerpt(b"first\r\n\x1b[31msecond\xff\x00 " + b"x" * 10_000)
    assert shown.startswith("first [31msecond")
    assert shown.isprintable()
    assert len(shown) == 301


ORIGIN = URL("https://api.example/v1/x")


def test_from_https_nothing_leads_back_to_plain_http_even_on_this_machine() -> None:
    with pytest.raises(BadRedirect):
        target("http://127.0.0.1:9092/", origin=ORIGIN)
    assert str(target("https://s3.example/a%2Fb?c=%3D", origin=ORIGIN)) == "https://s3.example/a%2Fb?c=%3D"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "127.0.0.1", "127.8.8.8", "[::1]"])
def test_plain_http_is_for_this_machine(host: str) -> None:
    url = target(f"http://{host}:8080/d", origin=URL("http://127.0.0.1/"))
    assert url.port == 8080


@pytest.mark.parametrize("host", ["192.168.0.1", "10.0.0.1", "localhost.example", "[fe80::1]", "2130706433"])
def test_plain_http_to_another_machine_is_refused(host: str) -> None:
    with pytest.raises(BadRedirect, match="only https"):
        target(f"http://{host}/d", origin=URL("http://127.0.0.1/"))
