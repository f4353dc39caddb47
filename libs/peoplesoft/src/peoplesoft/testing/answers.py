"""Answers as the plain invented site gives them, and a call to read them with: for tests of answers."""

from __future__ import annotations

from peoplesoft.answers import CreateAnswer, read_create, read_find, read_get
from peoplesoft.call import Answer, Call
from peoplesoft.credentials import Credentials
from peoplesoft.outcomes import OutcomeTable
from peoplesoft.shape import OperationShape
from peoplesoft.testing.invented_sites import PLAIN_SITE, sample_voucher
from peoplesoft.values import Record, Row

NS, FIND_NS, GET_NS = PLAIN_SITE.namespace(1), PLAIN_SITE.namespace(3), PLAIN_SITE.namespace(5)
SHAPE = PLAIN_SITE.shape()
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
LIMIT = 20_000
CREDENTIALS = Credentials(operator="APSTREAM", password="pa55word")  # noqa: S106 - an invented one


def soap(content: str, *, ns: str = SOAP) -> bytes:
    """An envelope around `content`."""
    return f'<?xml version="1.0"?><e:Envelope xmlns:e="{ns}"><e:Body>{content}</e:Body></e:Envelope>'.encode()


def created(content: str, *, ns: str = NS, root: str = "Create__CompIntfc__AP_VOUCHERResponse") -> bytes:
    """A response element, by default a create's."""
    return soap(f'<{root} xmlns="{ns}">{content}</{root}>')


def keys(business_unit: str = "US001", voucher_id: str = "00000017") -> str:
    """The keys of a saved voucher."""
    return (
        f"<AP_VOUCHER><BUSINESS_UNIT>{business_unit}</BUSINESS_UNIT>"
        f"<VOUCHER_ID>{voucher_id}</VOUCHER_ID></AP_VOUCHER>"
    )


def message(text: str, *, number: str = "(7030,12)", kind: str = "Error") -> str:
    """One message; `number` is written as PeopleSoft does: (set,number)."""
    message_set, _, message_number = number.strip("()").partition(",")
    return (
        f"<messages><type>{kind}</type><messagesetnumber>{message_set}</messagesetnumber>"
        f"<messagenumber>{message_number}</messagenumber><messagetext>{text}</messagetext>"
        "<explaintext>why</explaintext></messages>"
    )


def saved(content: str = "", *, notification: str = "1") -> bytes:
    """A create that saved."""
    return created(f"<notification>{notification}</notification><detail>{keys()}{content}</detail>")


def refused(content: str) -> bytes:
    """A create that did not save."""
    return created(f"<notification>0</notification><detail>{content}</detail>")


def fault(text: str, *, number: str = "", message_set: str = "", status: str = "20") -> bytes:
    """A Fault with IBResponse: the framework's form, or with `message_set` the component interface's."""
    inner = f"<DefaultTitle>Integration Broker Response</DefaultTitle><StatusCode>{status}</StatusCode>"
    inner += f"<MessageSetID>{message_set}</MessageSetID>" if message_set else ""
    inner += f"<MessageID>{number}</MessageID>" if number else ""
    inner += f"<DefaultMessage><![CDATA[{text}]]></DefaultMessage>"
    return soap(
        f"<e:Fault><faultcode>e:Server</faultcode><faultstring>null</faultstring><detail>"
        f'<IBResponse xmlns="" type="error">{inner}</IBResponse></detail></e:Fault>'
    )


def call(*, saves: bool, table: OutcomeTable | None = None) -> Call:
    """The context of a create or of a read."""
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
    """The operation, which must be there."""
    if shape is None:
        raise LookupError("the site offers no such operation")
    return shape


def create(
    body: bytes, status: int = 200, *, sent: Row | None = None, table: OutcomeTable | None = None
) -> CreateAnswer:
    """What our client makes of an answer to a create."""
    return read_create(
        Answer(status=status, body=body),
        response=operation(SHAPE.create).response,
        ci="AP_VOUCHER",
        sent=sample_voucher() if sent is None else sent,
        call=call(saves=True, table=table),
    )


KEYS: Row = {"BUSINESS_UNIT": "US001", "INVOICE_ID": "INV-1"}


def find(body: bytes, status: int = 200, *, sought: Row = KEYS) -> list[Record]:
    """What our client makes of an answer to a find."""
    answer = Answer(status=status, body=body)
    return read_find(answer, response=operation(SHAPE.find).response, keys=sought, call=call(saves=False))


def get(body: bytes, status: int = 200) -> Record | None:
    """What our client makes of an answer to a get."""
    sought: Row = {"BUSINESS_UNIT": "US001", "VOUCHER_ID": "00000017"}
    response = operation(SHAPE.get).response
    answer = Answer(status=status, body=body)
    return read_get(answer, response=response, ci="AP_VOUCHER", keys=sought, call=call(saves=False))


def found(*rows: str) -> bytes:
    """A find's response element."""
    return created("".join(rows), ns=FIND_NS, root="Find__CompIntfc__AP_VOUCHERResponse")


def row(invoice_id: str = "INV-1", business_unit: str = "US001", extra: str = "") -> str:
    """One row of a find."""
    return (
        f"<AP_VOUCHER><BUSINESS_UNIT>{business_unit}</BUSINESS_UNIT><VOUCHER_ID>00000017</VOUCHER_ID>"
        f"<INVOICE_ID>{invoice_id}</INVOICE_ID>{extra}</AP_VOUCHER>"
    )


def got(content: str, business_unit: str = "US001") -> bytes:
    """A get's response element."""
    whole = f"<BUSINESS_UNIT>{business_unit}</BUSINESS_UNIT><VOUCHER_ID>00000017</VOUCHER_ID>{content}"
    return created(whole, ns=GET_NS, root="Get__CompIntfc__AP_VOUCHERResponse")
