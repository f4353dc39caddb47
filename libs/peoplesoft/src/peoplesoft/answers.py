"""Reading answers: what a create saved, what a find or get returned, and the right error for everything
else.

Nothing is believed that the WSDL does not promise: element, namespace, keys and types are checked. The
table of all cases is in `peoplesoft.errors`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lxml import etree

from peoplesoft.call import Answer, Call
from peoplesoft.errors import ProtocolError
from peoplesoft.faults import NothingFound, business_error, fault_error, is_refusal, read_messages
from peoplesoft.names import unprefixed
from peoplesoft.outcomes import RemoteMessage
from peoplesoft.outline import outline
from peoplesoft.refusals import refusal
from peoplesoft.safe_xml import UnusableXml, local_name, namespace_of, parse_xml, text_of
from peoplesoft.shape import CollectionShape
from peoplesoft.soap import SOAP
from peoplesoft.values import Record, Row, ValueRefused, from_wire, parse_date

_ASSIGNED_BY_PEOPLESOFT = "NEXT"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAnswer:
    """A create that saved: the component's keys as the site names them, and whatever else it said."""

    keys: Mapping[str, str]
    messages: tuple[RemoteMessage, ...] = ()

    @property
    def warnings(self) -> tuple[RemoteMessage, ...]:
        """The messages that say more than that all is well."""
        return tuple(message for message in self.messages if not message.is_ok)


def read_create(answer: Answer, *, response: CollectionShape, ci: str, sent: Row, call: Call) -> CreateAnswer:
    """What was saved. `sent` are the properties of the request: the keys in the answer must agree with
    them.

    Raises Rejected, OutcomeUnknown and the other errors of the create column in `peoplesoft.errors`.
    """
    body = _response_element(answer, response=response, call=call)
    messages = read_messages(body)
    notifications = [text_of(child) for child in body if local_name(child) == "notification"]
    keys = _keys(body, ci=ci, call=call)
    if notifications == ["0"]:
        _check_unsaved_keys(keys, sent=sent, call=call, messages=messages)
        raise business_error(messages, call)
    if notifications != ["1"]:
        raise call.unclear(ProtocolError, f"`notification` is {notifications}, not 0 or 1", messages=messages)
    _check_saved_keys(keys, response=response, ci=ci, sent=sent, call=call)
    return CreateAnswer(keys=keys, messages=messages)


def read_find(answer: Answer, *, response: CollectionShape, keys: Row, call: Call) -> list[Record]:
    """The rows found, in the answer's order. A row that does not begin with the keys sought is a
    ProtocolError: component interfaces match character keys by their beginning, so longer values are
    legitimate.
    """
    found = _read(answer, response=response, call=call)
    collections = list(response.collections())
    records = [found] if found else []
    if len(collections) == 1 and not any(response.properties()):
        nested = found.get(collections[0].name, [])
        records = nested if isinstance(nested, list) else []
    for record in records:
        _check_row(record, keys=keys, call=call, whole=False)
    return records


def read_get(answer: Answer, *, response: CollectionShape, ci: str, keys: Row, call: Call) -> Record | None:
    """The whole component, or None if there is none with these keys."""
    record = _read(answer, response=response, call=call)
    wrapped = record.get(ci)
    if isinstance(wrapped, list) and len(record) == 1:
        if len(wrapped) != 1:
            raise call.error(ProtocolError, f"a get returned {len(wrapped)} components")
        record = wrapped[0]
    if all(value in ("", []) for value in record.values()):
        return None
    _check_row(record, keys=keys, call=call, whole=True)
    component = _holder(response, ci) or response
    shown = {unprefixed(name) for name in record}
    for shape in component.properties():
        if (
            any(unprefixed(name) == unprefixed(shape.name) for name in keys)
            and unprefixed(shape.name) not in shown
        ):
            raise call.error(ProtocolError, f"a get did not return its key {shape.name}")
    return record


def read_document(answer: Answer, *, call: Call) -> bytes:
    """A WSDL or schema, well-formed and without DOCTYPE. The gateway may refuse with a Fault here too, and the
    same refusal of credentials must stop the caller.
    """
    if len(answer.body) > call.answer_limit:
        raise call.error(ProtocolError, f"the document is larger than {call.answer_limit} bytes")
    try:
        root = parse_xml(answer.body)
    except UnusableXml as failure:
        raise refusal(answer, call, why_no_soap=str(failure), damaged=_begins_like_xml(answer)) from failure
    if root.tag == f"{{{SOAP}}}Envelope":
        body = _body_element(answer, call)
        if is_refusal(body):
            raise fault_error(body, call)
        raise call.error(ProtocolError, f"a SOAP message with {body.tag} came instead of a document")
    if answer.status != 200 or local_name(root).lower() == "html":
        raise refusal(answer, call, why_no_soap="no document")
    return answer.body


def _read(answer: Answer, *, response: CollectionShape, call: Call) -> Record:
    try:
        body = _response_element(answer, response=response, call=call)
        notifications = [text_of(child) for child in body if local_name(child) == "notification"]
        if notifications == ["0"] and response.child("notification") is None:
            raise business_error(read_messages(body), call)
    except NothingFound:
        return {}
    return _record(body, response, call=call)


def _response_element(answer: Answer, *, response: CollectionShape, call: Call) -> etree._Element:
    """The response element of a SOAP answer. Raises the error for anything else, Faults included."""
    if len(answer.body) > call.answer_limit:
        raise call.unclear(ProtocolError, f"the answer is larger than {call.answer_limit} bytes")
    body = _body_element(answer, call)
    if is_refusal(body):
        raise fault_error(body, call)
    if (namespace_of(body), local_name(body)) != (response.namespace, response.name):
        raise call.unclear(
            ProtocolError,
            f"the answer holds {body.tag}, not the {{{response.namespace or ''}}}{response.name} of the WSDL",
            said=outline(answer.body),
        )
    return body


def _body_element(answer: Answer, call: Call) -> etree._Element:
    try:
        root = parse_xml(answer.body)
    except UnusableXml as failure:
        raise refusal(answer, call, why_no_soap=str(failure), damaged=_begins_like_xml(answer)) from failure
    if root.tag != f"{{{SOAP}}}Envelope":
        raise refusal(answer, call, why_no_soap=f"its root is {root.tag}")
    bodies = root.findall(f"{{{SOAP}}}Body")
    if len(bodies) != 1 or len(bodies[0]) != 1:
        raise call.unclear(
            ProtocolError, "the SOAP envelope has not exactly one message", said=outline(answer.body)
        )
    return bodies[0][0]


def _begins_like_xml(answer: Answer) -> bool:
    return answer.body.lstrip()[:1] == b"<"


def _keys(body: etree._Element, *, ci: str, call: Call) -> dict[str, str]:
    holders = [each for each in body.iter() if local_name(each) == ci]
    if len(holders) > 1:
        raise call.unclear(ProtocolError, f"the answer tells of {len(holders)} components")
    leaves = [child for holder in holders for child in holder if local_name(child) != "messages"]
    keys = {local_name(child): text_of(child) for child in leaves}
    if len(keys) != len(leaves):
        raise call.unclear(ProtocolError, "the answer gives a key twice")
    return keys


def _sent_text(sent: Row, name: str) -> str | None:
    """The text sent for a key, whatever prefix either message puts before it; None if it was left to
    PeopleSoft.
    """
    for sent_name, value in sent.items():
        if unprefixed(sent_name) == unprefixed(name) and isinstance(value, str):
            return None if value.strip().upper() in {"", _ASSIGNED_BY_PEOPLESOFT} else value.strip()
    return None


def _check_saved_keys(
    keys: Mapping[str, str], *, response: CollectionShape, ci: str, sent: Row, call: Call
) -> None:
    holder = _holder(response, ci)
    promised = [] if holder is None else [each.name for each in holder.properties()]
    for name in promised or keys:
        value = keys.get(name, "")
        if not value or value.upper() == _ASSIGNED_BY_PEOPLESOFT:
            raise call.unclear(ProtocolError, f"saved, says the answer, but its key {name} is {value!r}")
    if not keys:
        raise call.unclear(ProtocolError, "saved, says the answer, but it names no key")
    for name, value in keys.items():
        expected = _sent_text(sent, name)
        if expected is not None and expected.casefold() != value.casefold():
            raise call.unclear(ProtocolError, f"the answer is about {name} {value!r}, sent was {expected!r}")


def _check_unsaved_keys(
    keys: Mapping[str, str], *, sent: Row, call: Call, messages: tuple[RemoteMessage, ...]
) -> None:
    """A no that names a number PeopleSoft only assigns by saving, or another record's keys, proves
    nothing.
    """
    for name, value in keys.items():
        if not value or value.upper() == _ASSIGNED_BY_PEOPLESOFT:
            continue
        expected = _sent_text(sent, name)
        if expected is None or expected.casefold() != value.casefold():
            what = f"not saved, says the answer, but it names {name} {value!r}, sent was {expected!r}"
            raise call.unclear(ProtocolError, what, messages=messages)


def _holder(shape: CollectionShape, name: str) -> CollectionShape | None:
    for child in shape.collections():
        if child.name == name:
            return child
        below = _holder(child, name)
        if below is not None:
            return below
    return None


def _record(element: etree._Element, shape: CollectionShape, *, call: Call) -> Record:
    record: Record = {}
    stray = "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
    if stray:
        raise call.error(
            ProtocolError,
            f"the answer holds text under {shape.name}: not in the WSDL",
            said=f"{len(stray)} characters",
        )
    for child in element:
        name = local_name(child)
        node = shape.child(name)
        if node is None or namespace_of(child) != node.namespace:
            raise call.error(
                ProtocolError, f"the answer holds {child.tag} under {shape.name}: not in the WSDL"
            )
        if isinstance(node, CollectionShape):
            rows = record.setdefault(name, [])
            assert isinstance(rows, list)  # noqa: S101 - a name is either a property or a collection of the shape
            rows.append(_record(child, node, call=call))
            continue
        if name in record:
            raise call.error(ProtocolError, f"the answer gives {name} twice under {shape.name}")
        try:
            value = from_wire(text_of(child), node)
        except ValueRefused as refused:
            raise call.error(ProtocolError, f"{name} in the answer: {refused}") from refused
        if value is not None:
            record[name] = value
    return record


def _check_row(record: Record, *, keys: Row, call: Call, whole: bool) -> None:
    """A row must carry the keys asked for: wholly in a get, by their beginning in a find."""
    for sought_name, sought in keys.items():
        for name, value in record.items():
            if unprefixed(name) != unprefixed(sought_name) or sought in {None, ""} or isinstance(value, list):
                continue
            if not _answers_to(value, sought, whole=whole):
                raise call.error(
                    ProtocolError, f"asked for {sought_name} {sought!r}, got {name} {str(value)[:60]!r}"
                )


def _answers_to(value: str | Decimal | date, sought: object, *, whole: bool) -> bool:
    if isinstance(value, str) and isinstance(sought, str):
        if not whole and ("%" in sought or "_" in sought):
            return True  # PeopleSoft may read these as wildcards
        mine, theirs = sought.strip().casefold(), value.casefold()
        return theirs == mine if whole else theirs.startswith(mine)
    if isinstance(value, str) and isinstance(sought, date):
        try:
            return parse_date(value) == sought
        except ValueRefused:
            return False
    return value == sought
