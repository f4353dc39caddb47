"""What comes in place of an answer, over real HTTP: broken lines, busy servers, web pages, things that are no SOAP.

One row per case: what came, what a create must conclude, what a find and a get must.
"""

import gzip
from collections.abc import AsyncIterator

import pytest
from peoplesoft.client import ComponentInterfaceClient
from peoplesoft.errors import OutcomeUnknown, PeopleSoftError
from peoplesoft.gateway import Timeouts
from peoplesoft.testing.answers import CREDENTIALS, LIMIT, SHAPE, created, saved, soap
from peoplesoft.testing.bad_answers import (
    AGAIN,
    CONFIGURATION,
    GARBLED,
    PASSWORD,
    PERMISSION,
    UNKNOWN,
    Bad,
    bad,
)
from peoplesoft.testing.invented_sites import sample_voucher
from peoplesoft.testing.scripted_gateway import Reply, ScriptedGateway

SIGN_ON = (
    b"<!DOCTYPE html><html><form>Oracle PeopleSoft Sign-in <input name='pwd' type='password'></form></html>"
)
XHTML = b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><p>Session has expired</p></html>'
PAGE = b"<html><body><h1>We will be back on Monday</h1></body></html>"
WHOLE = saved()
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE Envelope [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><Envelope>&j;</Envelope>"
)
XXE = b'<!DOCTYPE e:Envelope [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + soap("<a>&x;</a>")[21:]
EXTERNAL = b'<!DOCTYPE Envelope SYSTEM "http://127.0.0.1:9/x.dtd"><Envelope/>'
NOON, LATER = "Mon, 23 Nov 2026 12:00:00 GMT", "Mon, 23 Nov 2026 12:00:30 GMT"
OK = b"HTTP/1.1 200 OK\r\n"

THE_LINE = [
    bad("closed without an answer", Reply(drop=True), UNKNOWN, AGAIN),
    bad("reset without an answer", Reply(drop=True, reset=True), UNKNOWN, AGAIN),
    bad("silence", Reply(silent=True), UNKNOWN, AGAIN),
    bad("headers, then silence", Reply(body=WHOLE, missing=len(WHOLE), stalled=True), UNKNOWN, AGAIN),
    bad("half a body, then silence", Reply(body=WHOLE, missing=200, stalled=True), UNKNOWN, AGAIN),
    bad("half the headers, then closed", Reply(raw=OK + b"Content-Le"), UNKNOWN, AGAIN),
    bad("all but a byte, then closed", Reply(body=WHOLE, missing=1), UNKNOWN, AGAIN),
    bad("all but a byte, then reset", Reply(body=WHOLE, missing=1, reset=True), UNKNOWN, AGAIN),
    bad("cut without a length", Reply(raw=OK + b"\r\n" + WHOLE[:200]), UNKNOWN, AGAIN),
    bad(
        "cut between chunks",
        Reply(raw=OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\n<a>\r\n"),
        UNKNOWN,
        AGAIN,
    ),
    bad("no chunks", Reply(raw=OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"), UNKNOWN, AGAIN),
    bad("two lengths", Reply(raw=OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), UNKNOWN, AGAIN),
    bad("no HTTP", Reply(raw=b"220 mail.invalid ESMTP\r\n"), UNKNOWN, AGAIN),
    bad("an endless header", Reply(raw=OK + b"X: " + b"x" * 100_000 + b"\r\n\r\n"), UNKNOWN, AGAIN),
    bad("a 503 that breaks off", Reply(body=PAGE, status=503, missing=3), UNKNOWN, AGAIN),
    bad("a 401 that breaks off", Reply(body=PAGE, status=401, missing=3), UNKNOWN, AGAIN),
    bad("zipped and cut", gzip.compress(WHOLE)[:-20], UNKNOWN, AGAIN, Content_Encoding="gzip"),
    bad("not zipped as it says", WHOLE, UNKNOWN, AGAIN, Content_Encoding="gzip"),
    bad("zipped, and far too large", gzip.compress(b" " * 5_000_000), Content_Encoding="gzip"),
]

BUSY = [
    bad("429", b"slow down", AGAIN, AGAIN, status=429),
    bad("429, seconds", b"", AGAIN, AGAIN, status=429, wait=17, Retry_After="17"),
    bad("429, no seconds", b"", AGAIN, AGAIN, status=429, wait=0, Retry_After="0"),
    bad("429, blanks", b"", AGAIN, AGAIN, status=429, wait=17, Retry_After="  17 "),
    bad("429, a date", b"", AGAIN, AGAIN, status=429, wait=30, Retry_After=LATER, Date=NOON),
    bad("429, a date gone by", b"", AGAIN, AGAIN, status=429, wait=0, Retry_After=NOON, Date=LATER),
    bad("429, a date without ours", b"", AGAIN, AGAIN, status=429, Retry_After=LATER),
    bad("429, a year", b"", AGAIN, AGAIN, status=429, Retry_After="31536000"),
    bad("429, without end", b"", AGAIN, AGAIN, status=429, Retry_After="9" * 4000),
    bad("429, less than nothing", b"", AGAIN, AGAIN, status=429, Retry_After="-5"),
    bad("429, a fraction", b"", AGAIN, AGAIN, status=429, Retry_After="1.5"),
    bad("429, words", b"", AGAIN, AGAIN, status=429, Retry_After="soon", Date=NOON),
    bad("429, an impossible date", b"", AGAIN, AGAIN, status=429, Retry_After="Mon, 99 Nov 2026", Date=NOON),
    bad("429, other digits", b"", AGAIN, AGAIN, status=429, Retry_After="\u0661"),
    bad("503", PAGE, UNKNOWN, AGAIN, status=503),
    bad("503, seconds", PAGE, UNKNOWN, AGAIN, status=503, wait=5, Retry_After="5"),
    bad("503, empty", b"", UNKNOWN, AGAIN, status=503),
    bad("500, a page", PAGE, UNKNOWN, AGAIN, status=500),
    bad("500, empty", b"", UNKNOWN, AGAIN, status=500),
    bad("500, a sign-on page", SIGN_ON, UNKNOWN, AGAIN, status=500),
    bad("502", PAGE, UNKNOWN, AGAIN, status=502),
    bad("504", PAGE, UNKNOWN, AGAIN, status=504),
    bad("507", b"", UNKNOWN, AGAIN, status=507),
    bad("599", b"", UNKNOWN, AGAIN, status=599),
    bad("408", b"", UNKNOWN, AGAIN, status=408),
    bad("another page with 200", PAGE, UNKNOWN, AGAIN),
]

THE_DOOR = [
    bad("sign-on page with 200", SIGN_ON, UNKNOWN, PASSWORD),
    bad("sign-on page, well-formed", XHTML, UNKNOWN, PASSWORD),
    bad("sign-on page behind a BOM", b"\xef\xbb\xbf\r\n" + SIGN_ON, UNKNOWN, PASSWORD),
    bad("sign-on page as XML", SIGN_ON, UNKNOWN, PASSWORD, Content_Type="text/xml"),
    bad("302 to a sign-on page", b"", UNKNOWN, PASSWORD, status=302, Location="http://127.0.0.1:9/signon"),
    bad("302 to nowhere", b"", UNKNOWN, PASSWORD, status=302),
    bad("308", PAGE, UNKNOWN, PASSWORD, status=308, Location="https://127.0.0.1:9/"),
    bad("401", b"", PASSWORD, PASSWORD, status=401),
    bad("401, a page", SIGN_ON, PASSWORD, PASSWORD, status=401, WWW_Authenticate="Basic"),
    bad("401, a cut SOAP answer", WHOLE[:-9], UNKNOWN, AGAIN, status=401),
    bad("403", PAGE, PERMISSION, PERMISSION, status=403),
    bad("400", b"Bad Request", UNKNOWN, GARBLED, status=400),
    bad("418", b"", UNKNOWN, GARBLED, status=418),
    *(
        bad(str(status), PAGE, CONFIGURATION, CONFIGURATION, status=status)
        for status in (404, 405, 407, 410, 411, 413, 414, 415)
    ),
]

NO_SOAP = [
    bad("empty", b"", UNKNOWN, AGAIN),
    bad("blank", b" \r\n\t ", UNKNOWN, AGAIN),
    bad("202 and empty", b"", UNKNOWN, AGAIN, status=202),
    bad("204", b"", UNKNOWN, AGAIN, status=204),
    *(bad(f"cut after {cut} bytes", WHOLE[:cut], UNKNOWN, AGAIN) for cut in (1, 20, 22, 60, 150, 250, 300)),
    bad("cut at the last byte", WHOLE[:-1], UNKNOWN, AGAIN),
    bad("something after the end", WHOLE + b"<x/>", UNKNOWN, AGAIN),
    bad("NUL bytes in it", WHOLE.replace(b"US001", b"US\x00001"), UNKNOWN, AGAIN),
    bad("503 and a cut SOAP answer", WHOLE[:-9], UNKNOWN, AGAIN, status=503),
    bad("too large", saved(" " * LIMIT)),
    bad("too large, with 500", saved(" " * LIMIT), status=500),
    bad("entity bomb", BOMB),
    bad("entity bomb with 500", BOMB, UNKNOWN, AGAIN, status=500),
    bad("a file wanted", XXE),
    bad("an external DTD", EXTERNAL),
    bad("lower-case doctype", b'<!doctype x [<!ENTITY a "b">]><x>&a;</x>'),
    bad("doctype behind comments", b"<?p?><!-- c --> <!DOCTYPE x><x/>"),
    bad("doctype in UTF-16", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'.encode("utf-16")),
    bad("an undeclared entity", created("<notification>&x;</notification>"), UNKNOWN, AGAIN),
    bad("not UTF-8", WHOLE.replace(b"US001", b"\xff\xfe\xfd\xfc\xfb"), UNKNOWN, AGAIN),
    bad("Latin-1 that says UTF-8", WHOLE.replace(b"US001", "Zürch".encode("latin-1")), UNKNOWN, AGAIN),
    bad("an encoding nobody knows", b"<?xml version='1.0' encoding='x-none'?><a/>", UNKNOWN, AGAIN),
    bad("JSON", b'{"notification": 1}', Content_Type="application/json"),
    bad("text", b"OK", Content_Type="text/plain"),
    bad("binary", bytes(range(256)), Content_Type="application/octet-stream"),
    bad(
        "MIME parts",
        b"--x\r\nContent-Type: text/xml\r\n\r\n" + WHOLE + b"\r\n--x--",
        Content_Type="multipart/related",
    ),
]

BAD = [*THE_LINE, *BUSY, *THE_DOOR, *NO_SOAP]


@pytest.fixture
async def gateway() -> AsyncIterator[ScriptedGateway]:
    async with ScriptedGateway() as gateway:
        yield gateway


@pytest.mark.parametrize("row", BAD, ids=lambda row: row.what)
async def test_each_bad_answer_has_its_class(row: Bad, gateway: ScriptedGateway) -> None:
    whole = 0.3 if row.reply.silent or row.reply.stalled else 5.0
    async with ComponentInterfaceClient(
        base_url=gateway.url,
        node="PSFT_EP",
        ci=SHAPE,
        credentials=CREDENTIALS,
        timeouts=Timeouts(connect=2.0, whole=whole),
        answer_limit=LIMIT,
    ) as client:
        for kind, call in row.calls(client):
            gateway.replies.append(row.reply)
            with pytest.raises(PeopleSoftError) as caught:
                await call()
            assert type(caught.value) is kind
            assert caught.value.retry_after == row.wait
            assert (caught.value.record, caught.value.remote) == ("invoice 17", client.endpoint)
            assert len(str(caught.value)) < 3000
        assert len(gateway.seen) == len(row.calls(client)), "every call goes out once and is not repeated"


def test_the_table_is_as_long_as_the_ways_things_go_wrong() -> None:
    assert len({row.what for row in BAD}) == len(BAD) >= 80
    proofs = {row.create for row in BAD} - {OutcomeUnknown}
    assert proofs == {AGAIN, PASSWORD, PERMISSION, CONFIGURATION}


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Type": "text/html"}, WHOLE),
        ({"Content-Type": "application/json; charset=x-none"}, WHOLE),
        (
            {"Content-Type": "text/xml; charset=ISO-8859-1"},
            WHOLE.replace(b"</e:Body>", "<!--ü--></e:Body>".encode()),
        ),
        ({"Content-Encoding": "gzip"}, gzip.compress(WHOLE)),
        ({"Set-Cookie": "PS_TOKEN=x"}, b"\xef\xbb\xbf" + WHOLE),
        (
            {"Retry-After": "17"},
            WHOLE.decode().replace('"1.0"', '"1.0" encoding="utf-16"', 1).encode("utf-16"),
        ),
    ],
    ids=["HTML", "JSON", "Latin-1", "zipped", "BOM and cookie", "UTF-16"],
)
@pytest.mark.parametrize("status", [200, 404, 429, 500])
async def test_a_saved_voucher_is_believed_in_any_dress(
    headers: dict[str, str], body: bytes, status: int, gateway: ScriptedGateway
) -> None:
    gateway.replies.append(Reply(body=body, status=status, headers=headers))
    async with ComponentInterfaceClient(
        base_url=gateway.url, node="PSFT_EP", ci=SHAPE, credentials=CREDENTIALS, answer_limit=LIMIT
    ) as client:
        answer = await client.create(sample_voucher())
    assert answer.keys["VOUCHER_ID"] == "00000017"
