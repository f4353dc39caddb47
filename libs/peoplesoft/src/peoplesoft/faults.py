"""PeopleSoft's own refusals: SOAP Faults, `IBResponse` and `messages`, and the errors they become."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from peoplesoft.call import Call
from peoplesoft.errors import (
    ConfigurationError,
    CredentialsRefused,
    NeedsPerson,
    NotAuthorised,
    OutcomeUnknown,
    PeopleSoftError,
    Rejected,
    RetryLater,
)
from peoplesoft.outcomes import MessageClass, RemoteMessage
from peoplesoft.safe_xml import local_name, text_of
from peoplesoft.soap import SOAP

_TRAILING_KEY = re.compile(r"\(\s*([0-9]{1,9})\s*,\s*([0-9]{1,9})\s*\)\s*\.?\s*$")

_ERRORS: dict[MessageClass, type[PeopleSoftError]] = {
    MessageClass.REJECTED: Rejected,
    MessageClass.RETRY_LATER: RetryLater,
    MessageClass.NOT_REACHED: RetryLater,
    MessageClass.CREDENTIALS_REFUSED: CredentialsRefused,
    MessageClass.NOT_AUTHORISED: NotAuthorised,
    MessageClass.CONFIGURATION: ConfigurationError,
    MessageClass.NEEDS_PERSON: NeedsPerson,
}


class NothingFound(PeopleSoftError):
    """A read whose refusal only says that there is no such row; `answers` turns it into an empty result."""


def is_refusal(body: etree._Element) -> bool:
    """Whether the body element is a Fault, or an IBResponse that does not report success."""
    if body.tag == f"{{{SOAP}}}Fault":
        return True
    return local_name(body) == "IBResponse" and body.get("type") != "success"


def fault_error(body: etree._Element, call: Call) -> PeopleSoftError:
    """The error a Fault (or bare IBResponse) stands for. A Fault the table does not know proves nothing."""
    messages = _fault_messages(body)
    unknown = MessageClass.IN_DOUBT if call.saves else MessageClass.NEEDS_PERSON
    outcome = call.table.classify(messages, unknown=unknown)
    if call.saves and outcome is MessageClass.NOT_FOUND:
        outcome = MessageClass.IN_DOUBT
    return _error(outcome, messages, call, what="PeopleSoft answered with a Fault")


def business_error(messages: Sequence[RemoteMessage], call: Call) -> PeopleSoftError:
    """The error for `notification` 0: not saved. Without a single message nobody could correct anything."""
    unknown = MessageClass.REJECTED if call.saves and messages else MessageClass.NEEDS_PERSON
    outcome = call.table.classify(messages, unknown=unknown)
    if call.saves and outcome is MessageClass.NOT_FOUND:
        outcome = MessageClass.REJECTED
    return _error(
        outcome, messages, call, what="PeopleSoft did not save" if call.saves else "PeopleSoft refused"
    )


def read_messages(response: etree._Element) -> tuple[RemoteMessage, ...]:
    """The `messages` elements anywhere under a component interface's response."""
    return tuple(_message(each) for each in response.iter() if local_name(each) == "messages" and len(each))


def _message(element: etree._Element) -> RemoteMessage:
    parts = {local_name(child).lower(): text_of(child) for child in element}
    return RemoteMessage(
        type=parts.get("type", ""),
        message_set=_number(parts.get("messagesetnumber", "")),
        number=_number(parts.get("messagenumber", "")),
        text=parts.get("messagetext", ""),
        explanation=parts.get("explaintext", ""),
    )


def _fault_messages(body: etree._Element) -> tuple[RemoteMessage, ...]:
    responses = [each for each in body.iter() if local_name(each) == "IBResponse"]
    if responses:
        return tuple(_ib_message(each) for each in responses)
    text = next((text_of(each) for each in body.iter() if local_name(each) == "faultstring"), "")
    # Without IBResponse this is not Integration Broker's form: its numbers are text, not evidence.
    return (RemoteMessage(type="Error", text=text),)


def _ib_message(response: etree._Element) -> RemoteMessage:
    parts = {local_name(child): child for child in response}
    text, title = text_of(parts.get("DefaultMessage")), text_of(parts.get("DefaultTitle"))
    message_set = _number(text_of(parts.get("MessageSetID")))
    number = _number(text_of(parts.get("MessageID")))
    trailing = _TRAILING_KEY.search(text)
    if message_set is None and trailing is not None and number in {None, int(trailing[2])}:
        # The generic form names no message set; where text and MessageID contradict each other, neither counts.
        message_set, number = int(trailing[1]), int(trailing[2])
    parameters = (
        [text_of(each) for each in parts["MessageParameters"]] if "MessageParameters" in parts else []
    )
    return RemoteMessage(
        type="Error",
        message_set=message_set,
        number=number,
        text=text or title,
        explanation="; ".join(each for each in parameters if each),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _error(
    outcome: MessageClass, messages: Sequence[RemoteMessage], call: Call, *, what: str
) -> PeopleSoftError:
    said = " | ".join(str(message) for message in messages)
    if outcome is MessageClass.NOT_FOUND:
        return call.error(NothingFound, what, said=said, messages=messages)
    if call.saves and outcome in (MessageClass.IN_DOUBT, MessageClass.NOT_REACHED):
        return call.error(OutcomeUnknown, what, said=said, messages=messages)
    # On a read a doubtful class has no meaning of its own: a person has to look.
    return call.error(_ERRORS.get(outcome, NeedsPerson), what, said=said, messages=messages)
