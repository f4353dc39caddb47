"""SOAP answers that are no success, over real HTTP: Faults, refusals, other messages, other invoices, contradictions.

One row per case: what came, what a create must conclude, what a find and a get must. Where the answer is that of one
operation, only that one is asked.
"""

from collections.abc import AsyncIterator

import pytest
from peoplesoft.client import ComponentInterfaceClient
from peoplesoft.errors import CredentialsRefused, PeopleSoftError
from peoplesoft.testing.answers import (
    CREDENTIALS,
    GET_NS,
    LIMIT,
    SHAPE,
    created,
    fault,
    found,
    got,
    keys,
    message,
    refused,
    row,
    saved,
    soap,
)
from peoplesoft.testing.bad_answers import (
    AGAIN,
    CONFIGURATION,
    GARBLED,
    PASSWORD,
    PERMISSION,
    PERSON,
    REJECTED,
    UNKNOWN,
    Bad,
    Kind,
    bad,
)
from peoplesoft.testing.invented_sites import sample_voucher
from peoplesoft.testing.scripted_gateway import Reply, ScriptedGateway


def to_create(what: str, body: bytes, create: Kind = UNKNOWN, *, status: int = 200) -> Bad:
    return Bad(what=what, reply=Reply(body=body, status=status), create=create)


def to_find(what: str, body: bytes, find: Kind = GARBLED, *, status: int = 200) -> Bad:
    return Bad(what=what, reply=Reply(body=body, status=status), create=None, find=find)


def to_get(what: str, body: bytes, get: Kind = GARBLED, *, status: int = 200) -> Bad:
    return Bad(what=what, reply=Reply(body=body, status=status), create=None, get=get)


def detail(content: str, notification: str = "1") -> bytes:
    return created(f"<notification>{notification}</notification><detail>{content}</detail>")


def plain_fault(text: str) -> bytes:
    return soap(f"<e:Fault><faultcode>e:Server</faultcode><faultstring>{text}</faultstring></e:Fault>")


def broker(*texts: str, kind: str = "error") -> str:
    return "".join(
        f'<IBResponse type="{kind}"><DefaultMessage>{text}</DefaultMessage></IBResponse>' for text in texts
    )


PASSWORD_FAILED = fault("User password failed. (158,45)", number="45")
NO_KEY = "<AP_VOUCHER><BUSINESS_UNIT>US001</BUSINESS_UNIT></AP_VOUCHER>"
TWO_KEYS = keys().replace("</AP_VOUCHER>", "<VOUCHER_ID>00000018</VOUCHER_ID></AP_VOUCHER>")
EMPTY_GET = created("", ns=GET_NS, root="Get__CompIntfc__AP_VOUCHERResponse")

FAULTS = [
    *(
        bad(f"password refused, HTTP {status}", PASSWORD_FAILED, PASSWORD, PASSWORD, status=status)
        for status in (200, 401, 404, 500, 503)
    ),
    bad("user unknown, CI form", fault("x", message_set="158", number="55"), PASSWORD, PASSWORD),
    bad("password refused, number only in the text", fault("Failed. (158,45)"), PASSWORD, PASSWORD),
    bad("password refused, blanks in the number", fault("Failed. ( 158 , 45 )."), PASSWORD, PASSWORD),
    bad("not authorised", fault("User X not authorized. (158,536)", number="536"), PERMISSION, PERMISSION),
    bad("not authorised, in the text only", fault("No. (158,536)"), PERMISSION, PERMISSION, status=500),
    bad("no app server", fault("External System Contact Error (158, 10721)", number="10721"), UNKNOWN, AGAIN),
    bad("no app server, 500", fault("Contact Error (158,10721)", number="10721"), UNKNOWN, AGAIN, status=500),
    bad("text and number disagree", fault("Failed. (158,45)", number="99"), UNKNOWN, PERSON),
    bad("number not at the text's end", fault("(158,45) was logged", number="45"), UNKNOWN, PERSON),
    bad("number longer than any", fault(f"x (158,{'4' * 30})", number="4" * 30), UNKNOWN, PERSON),
    bad("number in other digits", fault("Failed. (١٥٨,٤٥)", number="٤٥"), UNKNOWN, PERSON),
    bad("number unknown", fault("Odd. (9,9)", number="9"), UNKNOWN, PERSON),
    bad("number unknown, 500", fault("Odd. (9,9)", number="9"), UNKNOWN, PERSON, status=500),
    bad("a Fault that says success", fault("Fine. (158,10000)", number="10000", status="0"), UNKNOWN, PERSON),
    bad("row exists", fault("Row already exists. (91,49)", number="49"), UNKNOWN, PERSON),
    bad("parser error", fault("ParseXmlString (159,5)", number="5"), UNKNOWN, PERSON),
    bad("locked, number unknown", fault("Account locked. (158,9998)", number="9998"), UNKNOWN, PERSON),
    bad("a Fault without IBResponse", plain_fault("User password failed (158,45)"), UNKNOWN, PERSON),
    bad("a Fault with nothing in it", soap("<e:Fault/>"), UNKNOWN, PERSON),
    bad(
        "a Fault with 200 and 500 alike",
        plain_fault("java.lang.NullPointerException"),
        UNKNOWN,
        PERSON,
        status=500,
    ),
    bad("a proxy's Fault", plain_fault("upstream connect error"), UNKNOWN, PERSON, status=503),
    bad("broker's refusal, bare", soap(broker("User password failed. (158,45)")), PASSWORD, PASSWORD),
    bad("broker's refusal of no type", soap("<IBResponse/>"), UNKNOWN, PERSON),
    bad("broker says success", soap(broker("Queued (158,10000)", kind="success"))),
    bad(
        "one known and one unknown cause",
        soap(f"<e:Fault><detail>{broker('(158,45)', '(1,1)')}</detail></e:Fault>"),
        UNKNOWN,
        PASSWORD,
    ),
]

OTHER_MESSAGES = [
    bad("XML of another kind", b"<Envelope><Body/></Envelope>"),
    bad("XML of another kind, 500", b"<error/>", UNKNOWN, AGAIN, status=500),
    bad("SOAP 1.2", soap("<x/>", ns="http://www.w3.org/2003/05/soap-envelope")),
    bad("no body", b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"/>'),
    bad("nothing in the body", soap("")),
    bad("text in the body", soap("OK")),
    bad("two messages", soap("<a/><b/>")),
    bad("two bodies", soap("<a/></e:Body><e:Body><b/>")),
    bad("two envelopes", saved() + saved(), UNKNOWN, AGAIN),
    bad("an envelope in an envelope", soap(saved().decode().partition("?>")[2])),
    bad("nested without end", soap("<a>" * 400 + "</a>" * 400), UNKNOWN, AGAIN),
    bad("an answer to an update", created("", root="Update__CompIntfc__AP_VOUCHERResponse")),
    bad(
        "the request itself",
        created("<BUSINESS_UNIT>US001</BUSINESS_UNIT>", root="Create__CompIntfc__AP_VOUCHER"),
    ),
    bad("another database's namespace", created("<notification>1</notification>", ns="urn:M1.V1")),
    bad("no namespace", created("<notification>1</notification>", ns="")),
    to_create("a find's answer to a create", found(row())),
    to_create("a get's empty answer to a create", EMPTY_GET),
    to_find("a create's answer to a find", saved()),
    to_find("a get's answer to a find", got("")),
    to_get("a find's answer to a get", found(row())),
]

CREATES = [
    to_create("no notification", created("")),
    to_create("no notification but keys", created(f"<detail>{keys()}</detail>")),
    to_create("saved, no detail", created("<notification>1</notification>")),
    *(
        to_create(f"notification {text!r}", detail(keys(), text))
        for text in ("", "2", "-1", "yes", "01", "1.0", "\u0661")
    ),
    to_create(
        "notification 1 and 0",
        created(f"<notification>1</notification><notification>0</notification>{keys()}"),
    ),
    to_create(
        "notification in a collection", created(f"<detail><notification>1</notification>{keys()}</detail>")
    ),
    to_create("saved as NEXT", detail(keys(voucher_id="NEXT"))),
    to_create("saved as next", detail(keys(voucher_id="next"))),
    to_create("saved without a number", detail(keys(voucher_id=""))),
    to_create("saved without the number's element", detail(NO_KEY)),
    to_create("saved without keys", detail("<AP_VOUCHER/>")),
    to_create("saved in another business unit", detail(keys(business_unit="EU001"))),
    to_create("two vouchers", detail(keys() + keys(voucher_id="00000018"))),
    to_create("a number given twice", detail(TWO_KEYS)),
    to_create("not saved, but numbered", detail(keys() + message("x"), "0")),
    to_create(
        "another's refusal", detail(keys(business_unit="EU001", voucher_id="NEXT") + message("x"), "0")
    ),
    to_create("refused: row exists", refused(message("Row already exists", number="(91,49)"))),
    to_create("refused and unreached", refused(message("x") + message("y", number="(158,10721)"))),
    to_create("refused without a reason", created("<notification>0</notification>"), PERSON),
    to_create("refused, empty messages", refused("<messages/>"), PERSON),
    to_create("refused with a reason", refused(message("Out of balance")), REJECTED),
    to_create("refused, 500", refused(message("Out of balance")), REJECTED, status=500),
    to_create("refused, number unknown", refused(message("Odd", number="(29999,1)")), REJECTED),
    to_create("refused, no number", refused(message("Odd", number="(,)")), REJECTED),
    to_create("refused, number no number", refused(message("Odd", number="(a,b)")), REJECTED),
    to_create("refused by a warning", refused(message("Duplicate invoice", kind="Warning")), REJECTED),
    to_create("refused for the password", refused(message("x", number="(158,45)") + message("y")), PASSWORD),
    to_create("refused for no permission", refused(message("x", number="(158,536)")), PERMISSION),
]

FINDS = [
    to_find("rows of another invoice", found(row(invoice_id="OTHER"))),
    to_find("one row of another invoice", found(row(), row(invoice_id="OTHER"))),
    to_find("rows of another business unit", found(row(business_unit="EU001"))),
    to_find("a number that only ends alike", found(row(invoice_id="XINV-1"))),
    to_find("a field given twice", found(row(extra="<INVOICE_ID>INV-1</INVOICE_ID>"))),
    to_find("a field the WSDL has not", found(row(extra="<SURPRISE/>"))),
    to_find("a collection the WSDL has not", found("<AP_OTHER/>")),
    to_find("a date that is none", found(row(extra="<INVOICE_DT>soon</INVOICE_DT>"))),
    to_find("a date no calendar has", found(row(extra="<INVOICE_DT>2026-02-30</INVOICE_DT>"))),
    to_find("words between the rows", found(row(), "and so on")),
    to_find("words in place of rows", found("temporarily unavailable")),
    to_find("a no without a reason", found("<notification>0</notification>"), PERSON),
    to_find("a no with a reason", found(f"<notification>0</notification>{message('Odd')}"), PERSON),
    to_find(
        "a no to the password",
        found(f"<notification>0</notification>{message('x', number='(158,45)')}"),
        PASSWORD,
    ),
    to_find("a yes, and nothing", found("<notification>1</notification>")),
]

GETS = [
    to_get("another business unit's voucher", got("", business_unit="EU001")),
    to_get("another voucher", got("").replace(b"00000017", b"00000018")),
    to_get("a voucher without its keys", EMPTY_GET.replace(b"></Get", b"><INVOICE_ID>X</INVOICE_ID></Get")),
    to_get("a key given twice", got("<VOUCHER_ID>00000017</VOUCHER_ID>")),
    *(
        to_get(f"amount {text!r}", got(f"<GROSS_AMT>{text}</GROSS_AMT>"))
        for text in ("1E+9", "NaN", "1,5", "0x10", "--1", "9" * 60)
    ),
    to_get("a line the WSDL has not", got("<VOUCHER_LINE><BAR/></VOUCHER_LINE>")),
    to_get("words among the fields", got("error")),
    to_get("a field in another namespace", got('<ORIGIN xmlns="urn:x">BSW</ORIGIN>')),
]

BAD = [*FAULTS, *OTHER_MESSAGES, *CREATES, *FINDS, *GETS]


@pytest.fixture
async def gateway() -> AsyncIterator[ScriptedGateway]:
    async with ScriptedGateway() as gateway:
        yield gateway


@pytest.fixture
async def client(gateway: ScriptedGateway) -> AsyncIterator[ComponentInterfaceClient]:
    async with ComponentInterfaceClient(
        base_url=gateway.url, node="PSFT_EP", ci=SHAPE, credentials=CREDENTIALS, answer_limit=LIMIT
    ) as client:
        yield client


@pytest.mark.parametrize("bad_answer", BAD, ids=lambda bad_answer: bad_answer.what)
async def test_each_bad_answer_has_its_class(
    bad_answer: Bad, gateway: ScriptedGateway, client: ComponentInterfaceClient
) -> None:
    for kind, call in bad_answer.calls(client):
        gateway.replies.append(bad_answer.reply)
        with pytest.raises(PeopleSoftError) as caught:
            await call()
        assert type(caught.value) is kind
        assert (caught.value.record, caught.value.remote) == ("invoice 17", client.endpoint)
    assert len(gateway.seen) == len(bad_answer.calls(client))


def test_the_table_covers_each_operation_and_names_each_case_once() -> None:
    assert len({each.what for each in BAD}) == len(BAD)
    for asked, least in (("create", 60), ("find", 50), ("get", 50)):
        assert sum(getattr(each, asked) is not None for each in BAD) >= least
    assert {each.create for each in BAD} >= {UNKNOWN, REJECTED, PASSWORD, PERMISSION, PERSON}
    assert CONFIGURATION not in {each.create for each in BAD}


@pytest.mark.parametrize("status", [200, 500])
async def test_nothing_found_is_no_error_of_a_read_and_no_proof_for_a_create(
    status: int, gateway: ScriptedGateway, client: ComponentInterfaceClient
) -> None:
    no_rows = Bad(
        what="",
        reply=Reply(body=fault("No rows exist. (91,50)", number="50"), status=status),
        find=UNKNOWN,
        get=UNKNOWN,
    )
    (_, create), (_, find), (_, get) = no_rows.calls(client)
    gateway.replies.extend([no_rows.reply] * 3)
    with pytest.raises(UNKNOWN):
        await create()
    assert await find() == []
    assert await get() is None


async def test_a_password_that_expires_in_mid_run_is_refused_once(
    gateway: ScriptedGateway, client: ComponentInterfaceClient
) -> None:
    gateway.replies.extend([Reply(body=saved()), Reply(body=PASSWORD_FAILED), Reply(body=saved())])
    await client.create(sample_voucher())
    with pytest.raises(CredentialsRefused, match="158,45") as caught:
        await client.create(sample_voucher(), record="invoice 18")
    assert len(gateway.seen) == 2
    assert "pa55word" not in str(caught.value)
    assert "invoice 18" in str(caught.value)
