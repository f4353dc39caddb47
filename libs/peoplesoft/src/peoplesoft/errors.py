"""What can go wrong in a call to PeopleSoft, and what a caller may conclude from it.

The one promise everything else rests on: **on a create, every error except `OutcomeUnknown` proves that
nothing was saved.** Whatever does not prove it is `OutcomeUnknown`, and the caller settles it by looking
(Find). A read changes nothing, so there everything that may pass by itself is `RetryLater`.

The body decides first, the HTTP status only where the body says nothing: listening connectors answer 200
to almost anything.

====================================================  ======================  ======================
what came back                                        create                  find, get, ping, WSDL
====================================================  ======================  ======================
no connection, DNS, connect time-out, pool full,      RetryLater              RetryLater
any failure before the first byte of the body
TLS certificate refused, base URL unusable            ConfigurationError      ConfigurationError
message against the site's limits, not sent           InvalidMessage          InvalidMessage
time-out, reset, disconnect after the body began      OutcomeUnknown          RetryLater
answer truncated (HTTP framing or XML)                OutcomeUnknown          RetryLater
answer empty                                          OutcomeUnknown          RetryLater
answer larger than the limit                          OutcomeUnknown          ProtocolError
DOCTYPE or not XML (JSON, text) with status 200       OutcomeUnknown          ProtocolError
XML that is no SOAP 1.1 envelope with one body        OutcomeUnknown          ProtocolError
SOAP with another element, another invoice's keys,    OutcomeUnknown          ProtocolError
keys missing, `notification` missing or not 0 / 1
sign-on page (HTML), any redirect                     OutcomeUnknown          CredentialsRefused
any other HTML page with status 200                   OutcomeUnknown          RetryLater
no SOAP and 401                                       CredentialsRefused      CredentialsRefused
no SOAP and 403                                       NotAuthorised           NotAuthorised
no SOAP and 404, 405, 407, 410, 411, 413, 414, 415    ConfigurationError      ConfigurationError
no SOAP and 429 (Retry-After is passed on)            RetryLater              RetryLater
no SOAP and 503 (Retry-After is passed on)            OutcomeUnknown [1]_     RetryLater
no SOAP and 408, 500, 502, 504, other 5xx             OutcomeUnknown          RetryLater
no SOAP and any other status                          OutcomeUnknown          ProtocolError
Fault (158,45) (158,55): sign-on refused              CredentialsRefused      CredentialsRefused
Fault (158,536): not authorised                       NotAuthorised           NotAuthorised
Fault (158,10721): gateway reaches no app server      OutcomeUnknown [1]_     RetryLater
(91,49): row already exists with these keys           OutcomeUnknown          NeedsPerson
Fault (91,50): no rows exist for these keys           OutcomeUnknown          (nothing found)
Fault the outcome table does not know                 OutcomeUnknown          NeedsPerson
`notification` 0 with messages                        Rejected [2]_           NeedsPerson
`notification` 0 without any message                  NeedsPerson             NeedsPerson
`notification` 0 with a number newly assigned         OutcomeUnknown          --
`notification` 1 with the keys asked for              (success)               --
====================================================  ======================  ======================

.. [1] Some proxies answer 503, and the gateway this fault, when the connection behind them broke *after* the
   message went through. A site that knows better gives (158,10721) the class RETRY_LATER in its table.
.. [2] Unless the outcome table gives one of the messages another class.

A query is a read: its rows and errors are those of the last column, and so is what its form adds. Less than the whole
answer never passes for it: JSON or XML that breaks off is RetryLater; another number of rows than the answer tells,
another query's name, other columns in a row, a value that is none are ProtocolError; a `status` other than success
is NeedsPerson.

Reading the WSDL, what is ProtocolError or NeedsPerson above is ConfigurationError: no invoice is at fault.

Sources: reference on PeopleSoft Integration Broker, sections 1.5, 2.4, 2.5, 5.3, 5.4 and 7; where they leave the
meaning open, the row takes the reading that cannot save a voucher twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from peoplesoft.outcomes import RemoteMessage


class PeopleSoftError(Exception):
    """Base of all errors of this package.

    Attributes: `what` happened; `operation` (create, find, get, wsdl); `remote` (the URL called);
    `record` (the caller's word for what it was about); `said` (the remote's words, shortened, without our
    password); `remedy` (what a person can do); `messages` (PeopleSoft's own, whole); `retry_after` in
    seconds where the remote gave one.
    """

    remedy_by_default = "Look at the messages and at PeopleSoft's Service Operations Monitor."

    def __init__(
        self,
        what: str,
        *,
        operation: str = "",
        remote: str = "",
        record: str = "",
        said: str = "",
        remedy: str = "",
        messages: Sequence[RemoteMessage] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.operation = operation
        self.remote = remote
        self.record = record
        self.said = said
        self.remedy = remedy or self.remedy_by_default
        self.messages = tuple(messages)
        self.retry_after = retry_after

    def __str__(self) -> str:
        parts = [self.what]
        if self.operation or self.remote:
            parts.append(f"({' at '.join(part for part in (self.operation, self.remote) if part)})")
        if self.record:
            parts.append(f"Record: {self.record}.")
        if self.said:
            parts.append(f"It said: {self.said}")
        parts.append(f"What to do: {self.remedy}")
        return " ".join(parts)


class RetryLater(PeopleSoftError):
    """The remote is down or busy; nothing was saved; the same call may be made again later."""

    remedy_by_default = (
        "Nothing: the call is made again. If it lasts, check the gateway and the application server."
    )


class OutcomeUnknown(PeopleSoftError):
    """A create was sent and it cannot be excluded that the voucher was saved: look before doing anything
    else.
    """

    remedy_by_default = (
        "Look for the voucher by business unit, supplier and invoice number before creating again."
    )


class Rejected(PeopleSoftError):
    """A business no with reasons in `messages`; nothing was saved; who owns the invoice can correct it."""

    remedy_by_default = "Correct the invoice or PeopleSoft's set-up as the messages say, then send it again."


class CredentialsRefused(PeopleSoftError):
    """User or password refused: stop at once, because every further try brings the account nearer to its
    lock.
    """

    remedy_by_default = "Stop the flow, set the operator's password, check that the account is not locked."


class NotAuthorised(PeopleSoftError):
    """The operator may not call this service operation: stop until the permission list is corrected."""

    remedy_by_default = "Give the operator's permission list access to the service operation, then resume."


class ConfigurationError(PeopleSoftError):
    """URL, node, TLS, WSDL or names do not fit the site: stop until the connection is corrected."""

    remedy_by_default = (
        "Compare the connection's URL, node and WSDL name with the site's Integration Broker set-up."
    )


class NeedsPerson(PeopleSoftError):
    """An answer whose meaning is not known; the full text is in `messages`. On a create: nothing was
    saved.
    """

    remedy_by_default = "Read the message; add its (set, number) to the outcome table if it will come again."


class ProtocolError(PeopleSoftError):
    """The answer to a read is not what the WSDL promises."""

    remedy_by_default = (
        "Compare the site's WSDL with what answers at this URL; a proxy may answer in its place."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """One value that a site's message does not take: where ("VOUCHER_LINE[2]/DESCR") and why.

    `unknown`: the message has no such property at all, so no invoice's data can be at fault.
    """

    property_path: str
    why: str
    unknown: bool = False

    def __str__(self) -> str:
        return f"{self.property_path}: {self.why}"


class InvalidMessage(PeopleSoftError):
    """The values do not fit the site's message definition; nothing was sent. `misfits` are all of them, unknown
    properties first; `property_path` names the first one's place.
    """

    remedy_by_default = "Correct the value or the mapping."

    def __init__(
        self,
        what: str,
        *,
        property_path: str,
        misfits: Sequence[Misfit] = (),
        operation: str = "",
        record: str = "",
        remedy: str = "",
    ) -> None:
        super().__init__(what, operation=operation, record=record, remedy=remedy)
        self.property_path = property_path
        self.misfits = tuple(misfits)
