"""Every kind of answer has its class, and no create is believed unsaved without proof."""

import contextlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from peoplesoft.answers import CreateAnswer, read_create, read_find, read_get
from peoplesoft.call import Answer, Call
from peoplesoft.credentials import Credentials
from peoplesoft.errors import (
    ConfigurationError,
    CredentialsRefused,
    NeedsPerson,
    NotAuthorised,
    OutcomeUnknown,
    PeopleSoftError,
    ProtocolError,
    Rejected,
    RetryLater,
)
from peoplesoft.outcomes import MessageClass, OutcomeTable
from peoplesoft.shape import OperationShape
from peoplesoft.testing.invented_sites import PLAIN_SITE, PREFIXED_SITE, sample_voucher
from peoplesoft.values import Record, Row

SHAPE, PREFIXED = PLAIN_SITE.shape(), PREFIXED_SITE.shape()
NS, FIND_NS, GET_NS = PLAIN_SITE.namespace(1), PLAIN_SITE.namespace(3), PLAIN_SITE.namespace(5)
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
LIMIT = 20_000
CREDENTIALS = Credentials(operator="APSTREAM", password="pa55word")


def soap(content: str, *, ns: str = SOAP) -> bytes:
    return f'<?xml version="1.0"?><e:Envelope xmlns:e="{ns}"><e:Body>{content}</e:Body></e:Envelope>'.encode()


def created(content: str, *, ns: str = NS, root: str = "Create__CompIntfc__AP_VOUCHERResponse") -> bytes:
    return soap(f'<{root} xmlns="{ns}">{content}</{root}>')


def keys(business_unit: str = "US001", voucher_id: str = "00000017") -> str:
    return (
        f"<AP_VOUCHER><BUSINESS_UNIT>{business_unit}</BUSINESS_UNIT>"
        f"<VOUCHER_ID>{voucher_id}</VOUCHER_ID></AP_VOUCHER>"
    )


def message(text: str, *, number: str = "(7030,12)", kind: str = "Error") -> str:
    message_set, _, message_number = number.strip("()").partition(",")
    return (
        f"<messages><type>{kind}</type><messagesetnumber>{message_set}</messagesetnumber>"
        f"<messagenumber>{message_number}</messagenumber><messagetext>{text}</messagetext>"
        "<explaintext>why</explaintext></messages>"
    )


def saved(content: str = "", *, notification: str = "1") -> bytes:
    return created(f"<notification>{notification}</notification><detail>{keys()}{content}</detail>")


def refused(content: str) -> bytes:
    return created(f"<notification>0</notification><detail>{content}</detail>")


def fault(text: str, *, number: str = "", message_set: str = "", status: str = "20") -> bytes:
    inner = f"<DefaultTitle>Integration Broker Response</DefaultTitle><StatusCode>{status}</StatusCode>"
    inner += f"<MessageSetID>{message_set}</MessageSetID>" if message_set else ""
    inner += f"<MessageID>{number}</MessageID>" if number else ""
    inner += f"<DefaultMessage><![CDATA[{text}]]></DefaultMessage>"
    return soap(
        f"<e:Fault><faultcode>e:Server</faultcode><faultstring>null</faultstring><detail>"
        f'<IBResponse xmlns="" type="error">{inner}</IBResponse></detail></e:Fault>'
    )


def call(*, saves: bool, table: OutcomeTable | None = None) -> Call:
    return Call(
        operation="CI_AP_VOUCHER_C" if saves else "CI_AP_VOUCHER_F",
        remote="http://gateway.invalid",
        saves=saves,
        record="invoice 17",
        answer_limit=LIMIT,
        table=table or OutcomeTable(),
        credentials=CREDENTIALS,
    )


def operation(shape: OperationShape | None) -> OperationShape:
    assert shape is not None
    return shape


def create(
    body: bytes, status: int = 200, *, sent: Row | None = None, table: OutcomeTable | None = None
) -> CreateAnswer:
    return read_create(
        Answer(status=status, body=body),
        response=operation(SHAPE.create).response,
        ci="AP_VOUCHER",
        sent=sample_voucher() if sent is None else sent,
        call=call(saves=True, table=table),
    )


KEYS: Row = {"BUSINESS_UNIT": "US001", "INVOICE_ID": "INV-1"}


def find(body: bytes, status: int = 200, *, sought: Row = KEYS) -> list[Record]:
    answer = Answer(status=status, body=body)
    return read_find(answer, response=operation(SHAPE.find).response, keys=sought, call=call(saves=False))


def get(body: bytes, status: int = 200) -> Record | None:
    sought: Row = {"BUSINESS_UNIT": "US001", "VOUCHER_ID": "00000017"}
    response = operation(SHAPE.get).response
    answer = Answer(status=status, body=body)
    return read_get(answer, response=response, ci="AP_VOUCHER", keys=sought, call=call(saves=False))


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
    Bad(what="429 lost", body=b"upstream reset", status=429, read=RetryLater),
    Bad(what="503", body=PAGE, status=503, create=RetryLater, read=RetryLater),
    Bad(what="503 empty", body=b"", status=503, create=RetryLater, read=RetryLater),
    Bad(
        what="503 lost behind the proxy",
        body=b"upstream connect error or disconnect/reset",
        status=503,
        read=RetryLater,
    ),
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
        create=RetryLater,
        read=RetryLater,
    ),
    Bad(
        what="gateway lost the app server on the way",
        body=fault("bea.jolt.ServiceException: TPETIME (158,10721)", number="10721"),
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


def detail(content: str, notification: str = "1") -> bytes:
    return created(f"<notification>{notification}</notification><detail>{content}</detail>")


@pytest.mark.parametrize(
    "body",
    [
        created(""),
        created(f"<detail>{keys()}</detail>"),
        created("<notification>1</notification>"),
        detail(keys(), "2"),
        detail(keys(), ""),
        detail(keys(), "yes"),
        detail(keys(), "-1"),
        created(f"<notification>1</notification><notification>0</notification><detail>{keys()}</detail>"),
        detail(keys(voucher_id="NEXT")),
        detail(keys(voucher_id="next")),
        detail(keys(voucher_id="")),
        detail(keys(business_unit="EU001")),
        detail(keys() + keys()),
        detail("<AP_VOUCHER/>"),
        detail("<AP_VOUCHER><BUSINESS_UNIT>US001</BUSINESS_UNIT></AP_VOUCHER>"),
        detail("<AP_VOUCHER><VOUCHER_ID>1</VOUCHER_ID><VOUCHER_ID>2</VOUCHER_ID></AP_VOUCHER>"),
        detail(keys() + message("x"), "0"),
        detail(keys(business_unit="EU001", voucher_id="NEXT") + message("x"), "0"),
        refused(message("Row already exists", number="(91,49)")),
    ],
)
def test_an_answer_that_contradicts_itself_leaves_the_outcome_unknown(body: bytes) -> None:
    with pytest.raises(OutcomeUnknown):
        create(body)


@pytest.mark.parametrize("status", [200, 202, 500, 503])
def test_a_saved_voucher_is_believed_whatever_the_status(status: int) -> None:
    answer = create(saved(message("Saved", kind="OK") + message("Duplicate", kind="Warning")), status)
    assert answer.keys == {"BUSINESS_UNIT": "US001", "VOUCHER_ID": "00000017"}
    assert [each.text for each in answer.warnings] == ["Duplicate"]
    assert len(answer.messages) == 2


def test_a_key_of_our_own_choice_must_come_back() -> None:
    sent = {**sample_voucher(), "VOUCHER_ID": "00000018"}
    with pytest.raises(OutcomeUnknown, match="00000017"):
        create(saved(), sent=sent)
    assert create(saved(), sent={**sent, "VOUCHER_ID": "00000017"}).keys["VOUCHER_ID"] == "00000017"
    with pytest.raises(Rejected):
        create(detail(keys() + message("x"), "0"), sent={**sent, "VOUCHER_ID": "00000017"})


def test_prefixed_keys_are_compared_with_what_was_sent() -> None:
    ns = PREFIXED_SITE.namespace(1)
    root = "Create__CompIntfc__ZZ_VCHR_INResponse"
    inside = (
        "<notification>1</notification><detail><ZZ_VCHR_IN><KEYPROP_BUSINESS_UNIT>{}</KEYPROP_BUSINESS_UNIT>"
        "<KEYPROP_VOUCHER_ID>1</KEYPROP_VOUCHER_ID></ZZ_VCHR_IN></detail>"
    )
    sent: Row = {"KEYPROP_BUSINESS_UNIT": "US001", "KEYPROP_VOUCHER_ID": "NEXT"}

    def read(unit: str) -> CreateAnswer:
        answer = Answer(status=200, body=created(inside.format(unit), ns=ns, root=root))
        response = operation(PREFIXED.create).response
        return read_create(answer, response=response, ci="ZZ_VCHR_IN", sent=sent, call=call(saves=True))

    assert read("US001").keys["KEYPROP_VOUCHER_ID"] == "1"
    with pytest.raises(OutcomeUnknown):
        read("EU001")


@pytest.mark.parametrize("status", [200, 500])
def test_a_business_no_carries_every_message(status: int) -> None:
    with pytest.raises(Rejected) as caught:
        create(
            refused(message("Out of balance") + message("Account is inactive", number="(7030,13)")), status
        )
    assert [(each.key, each.text) for each in caught.value.messages] == [
        ((7030, 12), "Out of balance"),
        ((7030, 13), "Account is inactive"),
    ]
    assert "Account is inactive" in str(caught.value)


def test_a_no_without_a_reason_needs_a_person() -> None:
    with pytest.raises(NeedsPerson):
        create(created("<notification>0</notification>"))


@pytest.mark.parametrize(
    ("given_class", "expected"),
    [
        (MessageClass.REJECTED, Rejected),
        (MessageClass.RETRY_LATER, RetryLater),
        (MessageClass.NOT_REACHED, RetryLater),
        (MessageClass.CREDENTIALS_REFUSED, CredentialsRefused),
        (MessageClass.NOT_AUTHORISED, NotAuthorised),
        (MessageClass.CONFIGURATION, ConfigurationError),
        (MessageClass.NEEDS_PERSON, NeedsPerson),
        (MessageClass.NOT_FOUND, Rejected),
        (MessageClass.IN_DOUBT, OutcomeUnknown),
    ],
)
def test_a_site_gives_a_message_its_class(given_class: MessageClass, expected: type[PeopleSoftError]) -> None:
    table = OutcomeTable().with_entries({(7030, 12): given_class})
    with pytest.raises(PeopleSoftError) as of_notification:
        create(refused(message("Odd")), table=table)
    assert type(of_notification.value) is expected
    with pytest.raises(PeopleSoftError) as of_fault:
        create(fault("Odd (7030,12)"), table=table)
    not_found = given_class is MessageClass.NOT_FOUND
    assert type(of_fault.value) is (OutcomeUnknown if not_found else expected)


def found(*rows: str) -> bytes:
    return created("".join(rows), ns=FIND_NS, root="Find__CompIntfc__AP_VOUCHERResponse")


def row(invoice_id: str = "INV-1", business_unit: str = "US001", extra: str = "") -> str:
    return (
        f"<AP_VOUCHER><BUSINESS_UNIT>{business_unit}</BUSINESS_UNIT><VOUCHER_ID>00000017</VOUCHER_ID>"
        f"<INVOICE_ID>{invoice_id}</INVOICE_ID>{extra}</AP_VOUCHER>"
    )


def test_a_find_returns_typed_rows_or_none() -> None:
    assert find(found()) == []
    rows = find(
        found(
            row(extra="<INVOICE_DT>2026-03-09</INVOICE_DT>"), row("inv-12", extra="<VENDOR_ID> </VENDOR_ID>")
        )
    )
    assert rows[0]["INVOICE_DT"] == date(2026, 3, 9)
    assert (rows[1]["INVOICE_ID"], rows[1]["VENDOR_ID"]) == ("inv-12", "")


@pytest.mark.parametrize(
    "body",
    [
        found(row(invoice_id="OTHER")),
        found(row(business_unit="EU001")),
        found(row(extra="<INVOICE_DT>soon</INVOICE_DT>")),
        found(row(extra="<INVOICE_DT>2026-02-30</INVOICE_DT>")),
        found(row(extra="<INVOICE_ID>INV-1</INVOICE_ID>")),
        found(row(extra="<SURPRISE/>")),
        found("<AP_OTHER/>"),
        found("temporarily unavailable"),
        found(row(), "and so on"),
    ],
)
def test_a_find_answer_the_wsdl_does_not_promise_is_never_taken_for_empty(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        find(body)


def test_wildcards_in_a_sought_value_are_left_to_the_site() -> None:
    assert len(find(found(row("AXB")), sought={"INVOICE_ID": "A_B"})) == 1


def got(content: str, business_unit: str = "US001") -> bytes:
    whole = f"<BUSINESS_UNIT>{business_unit}</BUSINESS_UNIT><VOUCHER_ID>00000017</VOUCHER_ID>{content}"
    return created(whole, ns=GET_NS, root="Get__CompIntfc__AP_VOUCHERResponse")


def test_a_get_returns_the_whole_component() -> None:
    lines = (
        "<VOUCHER_LINE><VOUCHER_LINE_NUM> 1 </VOUCHER_LINE_NUM><DISTRIB_LINE><ACCOUNT>18620</ACCOUNT></DISTRIB_LINE>"
        "<DISTRIB_LINE/></VOUCHER_LINE>"
    )
    record = get(got(f"<GROSS_AMT>-112.500</GROSS_AMT><INVOICE_DT/>{lines}"))
    assert record is not None
    assert record["GROSS_AMT"] == Decimal("-112.5")
    assert "INVOICE_DT" not in record
    assert record["VOUCHER_LINE"] == [
        {"VOUCHER_LINE_NUM": Decimal(1), "DISTRIB_LINE": [{"ACCOUNT": "18620"}, {}]},
    ]


def test_a_get_of_nothing_is_none_and_of_another_voucher_is_refused() -> None:
    assert get(created("", ns=GET_NS, root="Get__CompIntfc__AP_VOUCHERResponse")) is None
    with pytest.raises(ProtocolError, match="EU001"):
        get(got("", business_unit="EU001"))


@pytest.mark.parametrize("number", ["1E+9", "NaN", "1,5", "0x10", "٣", "1" * 50, "--1"])
def test_a_number_that_is_not_plain_is_refused(number: str) -> None:
    with pytest.raises(ProtocolError, match="GROSS_AMT"):
        get(got(f"<GROSS_AMT>{number}</GROSS_AMT>"))


def test_what_the_remote_echoes_is_shortened_and_freed_of_the_password() -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        create(b"<html>pa55word " + b"x" * 5000 + b"</html>")
    assert "pa55word" not in str(caught.value)
    assert len(caught.value.said) < 2100


@settings(max_examples=300, deadline=None)
@given(
    cut=st.integers(0, len(saved()) - 1),
    flip=st.integers(1, 255),
    status=st.sampled_from([200, 401, 404, 500, 503]),
)
def test_no_damage_to_a_saved_answer_makes_it_look_unsaved(cut: int, flip: int, status: int) -> None:
    whole = saved()
    for damaged in (whole[:cut], whole[:cut] + bytes([whole[cut] ^ flip]) + whole[cut + 1 :]):
        if b"Envelope" not in damaged or b"<notification>0<" in damaged:
            continue  # nothing of the answer is left to see, or it does say no
        with contextlib.suppress(OutcomeUnknown):
            create(damaged, status)
