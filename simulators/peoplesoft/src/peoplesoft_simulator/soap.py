"""SOAP 1.1 envelopes in and out: requests taken apart, answers and faults put together.

Faults follow what Integration Broker was seen to send: faultstring "null" and an IBResponse in no namespace,
whose DefaultMessage ends with (set,number); the component interface's own faults name the set as well.
"""

from dataclasses import dataclass, field

from lxml import etree
from lxml.etree import _Element as Element

from peoplesoft_simulator.catalogue import Message
from peoplesoft_simulator.component import Created
from peoplesoft_simulator.row import Row
from peoplesoft_simulator.schema import SiteShape
from peoplesoft_simulator.security import Credentials
from peoplesoft_simulator.shape import write_row, write_values
from peoplesoft_simulator.site import RESPONSES, Operation, Site

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
PASSWORD_TEXT = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"  # noqa: S105
)


class NotSoap(ValueError):
    """The body is not one well-formed SOAP 1.1 envelope without DOCTYPE and with one body element."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request: the element in the SOAP body and the UsernameToken of its header, if it has one."""

    body: Element = field(repr=False)
    token: Credentials | None

    def value(self, tag: str) -> str:
        """Text of the body's own child of that name; empty if there is none."""
        return next((each.text or "" for each in self.body.iterchildren("*") if _local(each) == tag), "")

    def first(self, suffix: str) -> str:
        """Text of the first element whose name ends so, whatever the site's prefixes; empty if none."""
        return next((each.text or "" for each in self.body.iter("*") if _local(each).endswith(suffix)), "")


def read_request(raw: bytes) -> Request:
    """Take a request apart.

    Raises:
        NotSoap: saying what is wrong with it.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as broken:
        raise NotSoap(str(broken)) from broken
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotSoap("DOCTYPE is not allowed")
    if root.tag != f"{{{ENVELOPE}}}Envelope":
        raise NotSoap(f"{root.tag} is not a SOAP 1.1 envelope")
    bodies = root.findall(f"{{{ENVELOPE}}}Body")
    children = [each for body in bodies for each in body.iterchildren("*")]
    if len(bodies) != 1 or len(children) != 1:
        raise NotSoap("the envelope must have one Body with one element in it")
    return Request(body=children[0], token=_token(root))


def _token(root: Element) -> Credentials | None:
    path = f"{{{ENVELOPE}}}Header/{{{WSSE}}}Security/{{{WSSE}}}UsernameToken"
    found = root.find(path)
    if found is None:
        return None
    name, password = found.find(f"{{{WSSE}}}Username"), found.find(f"{{{WSSE}}}Password")
    if name is None or password is None or password.get("Type", PASSWORD_TEXT) != PASSWORD_TEXT:
        return None
    return Credentials(operator=(name.text or "").strip(), password=password.text or "")


def _local(element: Element) -> str:
    return etree.QName(element).localname


def create_answer(site: Site, shape: SiteShape, created: Created) -> bytes:
    """The answer to a Create: notification 1 saved, 0 not, then the keys and what PeopleSoft said."""
    namespace = site.namespace("create_response")
    envelope, body = _answer(site, "create")
    _child(body, "notification", "1" if created.saved else "0")
    component = _child(_child(body, "detail"), site.ci_name)
    keys = {"BUSINESS_UNIT": created.business_unit, "VOUCHER_ID": created.voucher_id}
    write_values(shape.keys, keys, into=component, date_format=site.date_format)
    for message in created.messages:
        part = etree.SubElement(component, f"{{{namespace}}}messages")
        _child(part, "type", message.type)
        _child(part, "messagesetnumber", str(message.set))
        _child(part, "messagenumber", str(message.number))
        _child(part, "messagetext", message.text)
        _child(part, "explaintext", "")
    return _bytes(envelope)


def find_answer(site: Site, shape: SiteShape, rows: list[Row]) -> bytes:
    """The answer to a Find: one element per voucher with its search keys, and no notification."""
    envelope, body = _answer(site, "find")
    for row in rows:
        component = _child(body, site.ci_name)
        write_values(shape.search, row.values, into=component, date_format=site.date_format)
    return _bytes(envelope)


def get_answer(site: Site, shape: SiteShape, row: Row) -> bytes:
    """The answer to a Get: the whole structure of one voucher."""
    envelope, body = _answer(site, "get")
    write_row(shape.stored, row, into=body, date_format=site.date_format)
    return _bytes(envelope)


def broker_fault(message: Message) -> bytes:
    """A fault of the framework: the message's set stands only in the text's last parenthesis."""
    envelope, response = _fault()
    _fault_number(response, message, with_set=False)
    if message.parameters:
        parameters = etree.SubElement(response, "MessageParameters")
        for each in message.parameters:
            etree.SubElement(parameters, "Parameter").text = each
    return _bytes(envelope)


def component_fault(message: Message, *, keys: dict[str, str]) -> bytes:
    """A fault of the component interface: names the message set and the keys it is about."""
    envelope, response = _fault()
    _fault_number(response, message, with_set=True)
    about = etree.SubElement(etree.SubElement(response, "MessageParameters"), "keyinformation")
    for name, value in keys.items():
        etree.SubElement(about, name).text = value
    return _bytes(envelope)


def _fault() -> tuple[Element, Element]:
    envelope, outer = _envelope()
    fault = etree.SubElement(outer, f"{{{ENVELOPE}}}Fault")
    etree.SubElement(fault, "faultcode").text = "SOAP-ENV:Server"
    etree.SubElement(fault, "faultstring").text = "null"
    response = etree.SubElement(etree.SubElement(fault, "detail"), "IBResponse", type="error")
    etree.SubElement(response, "DefaultTitle").text = "Integration Broker Response"
    etree.SubElement(response, "StatusCode").text = "20"
    return envelope, response


def _fault_number(response: Element, message: Message, *, with_set: bool) -> None:
    if with_set:
        etree.SubElement(response, "MessageSetID").text = str(message.set)
    etree.SubElement(response, "MessageID").text = str(message.number)
    etree.SubElement(response, "DefaultMessage").text = etree.CDATA(message.text)


def _answer(site: Site, operation: Operation) -> tuple[Element, Element]:
    namespace = site.namespace(RESPONSES[operation])
    envelope, outer = _envelope()
    body = etree.SubElement(outer, f"{{{namespace}}}{site.root(operation)}Response", nsmap={"m": namespace})
    return envelope, body


def _envelope() -> tuple[Element, Element]:
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"SOAP-ENV": ENVELOPE})
    return envelope, etree.SubElement(envelope, f"{{{ENVELOPE}}}Body")


def _child(parent: Element, name: str, text: str | None = None) -> Element:
    child = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")
    child.text = text
    return child


def _bytes(envelope: Element) -> bytes:
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")
