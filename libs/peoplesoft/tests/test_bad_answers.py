"""Every kind of bad answer has its class, for a create and for a read."""

from dataclasses import dataclass

import pytest
from peoplesoft.errors import (
    ConfigurationError,
    CredentialsRefused,
    NeedsPerson,
    NotAuthorised,
    OutcomeUnknown,
    PeopleSoftError,
    ProtocolError,
    RetryLater,
)
from peoplesoft.testing.answers import (
    LIMIT,
    create,
    created,
    fault,
    find,
    get,
    saved,
    soap,
)

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE Envelope [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><Envelope>&j;</Envelope>"
)
EXTERNAL = b'<!DOCTYPE Envelope SYSTEM "http://127.0.0.1:9/x.dtd"><Envelope/>'
SIGN_ON = (
    b"<!DOCTYPE html><html><form>Oracle PeopleSoft Sign-in <input name='pwd' type='password'></form></html>"
)
XHTML_SIGN_ON = (
    b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><p>Session has expired</p></html>'
)
PAGE = b"<html><body><h1>We will be back on Monday</h1></body></html>"


@dataclass(frozen=True, kw_only=True)
class Bad:
    """An answer that is no success, and its class for a create and for a read (None: not refused)."""

    what: str
    body: bytes
    status: int = 200
    create: type[PeopleSoftError] | None = OutcomeUnknown
    read: type[PeopleSoftError] | None = ProtocolError


BAD = [
    Bad(what="empty", body=b"", read=RetryLater),
    Bad(what="blank", body=b" \r\n\t ", read=RetryLater),
    Bad(what="accepted and empty", body=b"", status=202, read=RetryLater),
    Bad(what="no content", body=b"", status=204, read=RetryLater),
    Bad(what="truncated", body=saved()[:-30], read=RetryLater),
    Bad(what="truncated in a tag", body=saved()[:60], read=RetryLater),
    Bad(what="something after the end", body=saved() + b"<x/>", read=RetryLater),
    Bad(what="oversized", body=saved(" " * LIMIT)),
    Bad(what="entity bomb", body=BOMB),
    Bad(what="external DTD", body=EXTERNAL),
    Bad(what="lower-case doctype", body=b'<!doctype x [<!ENTITY a "b">]><x>&a;</x>'),
    Bad(what="doctype behind comments", body=b"<?p?><!-- c --> <!DOCTYPE x><x/>"),
    Bad(what="doctype in UTF-16", body='<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'.encode("utf-16")),
    Bad(what="undeclared entity", body=created("<notification>&x;</notification>"), read=RetryLater),
    Bad(what="JSON", body=b'{"notification": 1}'),
    Bad(what="text", body=b"OK"),
    Bad(what="binary", body=bytes(range(256))),
    Bad(what="unknown encoding", body=b"<?xml version='1.0' encoding='x-none'?><a/>", read=RetryLater),
    Bad(what="other XML", body=b"<Envelope><Body/></Envelope>"),
    Bad(what="SOAP 1.2", body=soap("<x/>", ns="http://www.w3.org/2003/05/soap-envelope")),
    Bad(what="empty body", body=soap("")),
    Bad(what="two messages", body=soap("<a/><b/>")),
    Bad(what="deeply nested", body=soap("<a>" * 400 + "</a>" * 400), read=RetryLater),
    Bad(what="another operation", body=created("", root="Update__CompIntfc__AP_VOUCHERResponse")),
    Bad(what="another namespace", body=created("<notification>1</notification>", ns="urn:M1.V1")),
    Bad(
        what="broker says success",
        body=soap('<IBResponse type="success"><StatusCode>0</StatusCode></IBResponse>'),
    ),
    Bad(what="sign-on page", body=SIGN_ON, read=CredentialsRefused),
    Bad(what="sign-on page, well-formed", body=XHTML_SIGN_ON, read=CredentialsRefused),
    Bad(what="another page", body=PAGE, read=RetryLater),
    Bad(what="redirect", body=b"", status=302, read=CredentialsRefused),
    Bad(what="redirect, permanent", body=PAGE, status=308, read=CredentialsRefused),
    Bad(what="400", body=b"Bad Request", status=400),
    Bad(what="401", body=SIGN_ON, status=401, create=CredentialsRefused, read=CredentialsRefused),
    Bad(what="403", body=PAGE, status=403, create=NotAuthorised, read=NotAuthorised),
    *(
        Bad(what=str(status), body=PAGE, status=status, create=ConfigurationError, read=ConfigurationError)
        for status in (404, 405, 407, 410, 411, 413, 414, 415)
    ),
    Bad(what="408", body=b"", status=408, read=RetryLater),
    Bad(what="418", body=b"", status=418),
    Bad(what="429", body=b"slow down", status=429, create=RetryLater, read=RetryLater),
    Bad(what="503", body=PAGE, status=503, read=RetryLater),
    Bad(what="503 empty", body=b"", status=503, read=RetryLater),
    Bad(what="503 damaged SOAP", body=saved()[:-9], status=503, read=RetryLater),
    Bad(what="401 damaged SOAP", body=saved()[:-9], status=401, read=RetryLater),
    Bad(what="500", body=PAGE, status=500, read=RetryLater),
    Bad(what="500 empty", body=b"", status=500, read=RetryLater),
    Bad(what="500 with a doctype", body=BOMB, status=500, read=RetryLater),
    Bad(what="502", body=PAGE, status=502, read=RetryLater),
    Bad(what="504", body=PAGE, status=504, read=RetryLater),
    Bad(what="507", body=b"", status=507, read=RetryLater),
    *(
        Bad(
            what=f"password refused, HTTP {status}",
            body=fault("User password failed. (158,45)", number="45"),
            status=status,
            create=CredentialsRefused,
            read=CredentialsRefused,
        )
        for status in (200, 401, 500)
    ),
    Bad(
        what="user unknown, CI form",
        body=fault("Unknown user", message_set="158", number="55"),
        create=CredentialsRefused,
        read=CredentialsRefused,
    ),
    Bad(
        what="number only in the text",
        body=fault("User X not authorized to invoke Service Operation Y. (158,536)"),
        create=NotAuthorised,
        read=NotAuthorised,
    ),
    Bad(
        what="gateway reaches no app server",
        body=fault("External System Contact Error (158, 10721)", number="10721"),
        read=RetryLater,
    ),
    Bad(
        what="broker's refusal outside a fault",
        body=soap(
            '<IBResponse type="error"><MessageID>45</MessageID>'
            "<DefaultMessage>User password failed. (158,45)</DefaultMessage></IBResponse>"
        ),
        create=CredentialsRefused,
        read=CredentialsRefused,
    ),
    Bad(what="text and number disagree", body=fault("Failed. (158,45)", number="99"), read=NeedsPerson),
    Bad(
        what="number inside the text",
        body=fault("(158,45) happened to be logged", number="45"),
        read=NeedsPerson,
    ),
    Bad(what="fault unknown", body=fault("Odd. (9,9)", number="9"), read=NeedsPerson),
    Bad(
        what="fault of success", body=fault("Fine. (158,10000)", number="10000", status="0"), read=NeedsPerson
    ),
    Bad(what="row exists", body=fault("Row already exists. (91,49)", number="49"), read=NeedsPerson),
    Bad(what="no rows exist", body=fault("No rows exist. (91,50)", number="50"), read=None),
    Bad(what="parser error", body=fault("ParseXmlString (159,5)", number="5"), read=NeedsPerson),
    Bad(
        what="fault without IBResponse",
        body=soap("<e:Fault><faultcode>e:Server</faultcode><faultstring>x (158,45)</faultstring></e:Fault>"),
        read=NeedsPerson,
    ),
    Bad(
        what="one known and one unknown fault",
        body=soap(
            '<e:Fault><detail><IBResponse type="error"><DefaultMessage>(158,45)</DefaultMessage></IBResponse>'
            '<IBResponse type="error"><DefaultMessage>(1,1)</DefaultMessage></IBResponse></detail></e:Fault>'
        ),
        read=CredentialsRefused,
    ),
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.what)
def test_each_bad_answer_has_its_class(bad: Bad) -> None:
    assert bad.create is not None
    with pytest.raises(PeopleSoftError) as of_create:
        create(bad.body, bad.status)
    assert type(of_create.value) is bad.create
    assert (of_create.value.record, of_create.value.remote) == ("invoice 17", "http://gateway.invalid")
    for read, nothing in ((find, []), (get, None)):
        if bad.read is None:
            assert read(bad.body, bad.status) == nothing
            continue
        with pytest.raises(PeopleSoftError) as of_read:
            read(bad.body, bad.status)
        assert type(of_read.value) is bad.read
