"""The client of one component interface at one site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

import aiohttp

from peoplesoft.address import GatewayAddress
from peoplesoft.answers import CreateAnswer, read_create, read_document, read_find, read_get
from peoplesoft.call import Answer, Call
from peoplesoft.credentials import Authentication, Credentials
from peoplesoft.errors import (
    ConfigurationError,
    CredentialsRefused,
    InvalidMessage,
    NeedsPerson,
    NotAuthorised,
    OutcomeUnknown,
    PeopleSoftError,
    ProtocolError,
    RetryLater,
)
from peoplesoft.gateway import BeforeSend, Gateway, Timeouts
from peoplesoft.messages import build_message
from peoplesoft.outcomes import OutcomeTable
from peoplesoft.published_shape import PublishedShape
from peoplesoft.shape import ComponentInterfaceShape, OperationShape, PropertyKind
from peoplesoft.soap import with_username_token
from peoplesoft.values import DateFormat, Record, Row, Value

KEEP_ALIVE_SECONDS: Final = 5.0
_UNSENDABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class ComponentInterfaceClient:
    """Create, find and get through one component interface.

    `ci` is a shape already read or the WSDL's name ("CI_AP_VOUCHER.1"), which the first call reads from
    the site; once an answer does not fit it, it is read anew, at most every `wsdl_again_after` seconds.
    Without a `session` the client opens one and `close` ends it; a session given stays the
    caller's, and should keep idle connections shorter than the gateway does: a create that meets a closed
    one ends as OutcomeUnknown. Calls may run side by side; each opens or borrows a connection of its own.
    Nothing is ever repeated by itself. All methods raise the errors of `peoplesoft.errors`; `record` is
    the caller's word for what a call is about.
    """

    def __init__(
        self,
        *,
        base_url: str,
        node: str,
        ci: ComponentInterfaceShape | str,
        credentials: Credentials,
        authentication: Authentication = Authentication.BASIC,
        date_format: DateFormat = DateFormat.ISO,
        session: aiohttp.ClientSession | None = None,
        timeouts: Timeouts | None = None,
        outcome_table: OutcomeTable | None = None,
        answer_limit: int = 10_000_000,
        wsdl_again_after: float = 300.0,
    ) -> None:
        check_sendable(credentials, authentication)
        self._address = GatewayAddress(base_url=base_url, node=node)
        self._own_session = session is None
        # Shorter than any gateway keeps an idle connection, so that a create does not meet one just closed.
        self._session = session or aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(keepalive_timeout=KEEP_ALIVE_SECONDS)
        )
        self._gateway = Gateway(
            endpoint=self._address.endpoint,
            session=self._session,
            timeouts=timeouts or Timeouts(),
            answer_limit=answer_limit,
        )
        self._published = PublishedShape(
            ci,
            address=self._address,
            fetch=self._document,
            size_limit=answer_limit,
            again_after=wsdl_again_after,
        )
        self._credentials = credentials
        self._authentication = authentication
        self._date_format = date_format
        self._table = outcome_table or OutcomeTable()
        self._answer_limit = answer_limit

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections if they are the client's own."""
        if self._own_session:
            await self._session.close()

    @property
    def endpoint(self) -> str:
        """The URL all calls go to."""
        return self._address.endpoint

    @property
    def shape(self) -> ComponentInterfaceShape:
        """The shape, once `load_shape` has read it. Raises ConfigurationError before that."""
        shape = self._published.current
        if shape is None:
            raise ConfigurationError(
                "the component interface's shape is not loaded", remedy="Call load_shape first."
            )
        return shape

    async def load_shape(self, *, again: bool = False) -> ComponentInterfaceShape:
        """The shape, read from the site's WSDL and all it imports if need be; `again` reads it anew at once.

        Raises RetryLater, CredentialsRefused, NotAuthorised, or ConfigurationError for a WSDL that cannot
        be used.
        """
        return await self._published.load(again=again)

    async def loaded_shape(self) -> ComponentInterfaceShape:
        """The shape as it was last read, changed at the site or not; read if it never was."""
        return self._published.current or await self._published.load()

    def build_create(self, properties: Row, *, record: str = "") -> bytes:
        """The exact message `create` sends for `properties`, less the security header: for digests and
        dry runs.

        Needs the shape loaded. Raises InvalidMessage.
        """
        return self._build(_offered(self.shape.create, "create"), properties, record=record)

    async def create(
        self, properties: Row, *, record: str = "", before_send: BeforeSend | None = None
    ) -> CreateAnswer:
        """Save one component. Every error but OutcomeUnknown proves that nothing was saved.

        The message is built by the shape as `shape` shows it, changed or not: what `build_create` gave
        right before is what is sent. `before_send` has the last word, right before the message goes out:
        what it raises comes out as it is.
        """
        shape = await self.loaded_shape()
        operation = _offered(shape.create, "create")
        message = self._build(operation, properties, record=record)
        call = self._call(operation.name, record=record, saves=True)
        answer = await self._send(message, operation, call, before_send=before_send)
        with self._doubting_what_does_not_fit():
            return read_create(answer, response=operation.response, ci=shape.name, sent=properties, call=call)

    async def find(self, keys: Row, *, record: str = "") -> list[Record]:
        """The keys of all components whose search keys begin with `keys`; empty if there is none."""
        shape = await self.load_shape()
        operation = _offered(shape.find, "find")
        message = self._build(operation, keys, record=record)
        call = self._call(operation.name, record=record)
        answer = await self._send(message, operation, call)
        with self._doubting_what_does_not_fit():
            return read_find(answer, response=operation.response, keys=keys, call=call)

    async def get(self, keys: Row, *, record: str = "") -> Record | None:
        """The whole component with exactly these keys, or None."""
        shape = await self.load_shape()
        operation = _offered(shape.get, "get")
        message = self._build(operation, keys, record=record)
        call = self._call(operation.name, record=record)
        answer = await self._send(message, operation, call)
        with self._doubting_what_does_not_fit():
            return read_get(answer, response=operation.response, ci=shape.name, keys=keys, call=call)

    async def ping(self) -> None:
        """Prove that URL, credentials, permission and WSDL work: a find (or get) for a key that does not
        exist.
        """
        shape = await self.load_shape()
        if shape.find is not None:
            await self.find(_improbable_keys(shape.find), record="ping")
        else:
            await self.get(_improbable_keys(_offered(shape.get, "find or get")), record="ping")

    def _build(self, operation: OperationShape, properties: Row, *, record: str) -> bytes:
        with self._doubting_what_does_not_fit():
            return build_message(operation, properties, date_format=self._date_format, record=record)

    @contextmanager
    def _doubting_what_does_not_fit(self) -> Iterator[None]:
        """A property the message lacks, or an answer nobody understands: the site may have changed its WSDL."""
        try:
            yield
        except InvalidMessage as invalid:
            if any(misfit.unknown for misfit in invalid.misfits):
                self._published.doubt()
            raise
        except (OutcomeUnknown, ProtocolError, NeedsPerson, ConfigurationError):
            self._published.doubt()
            raise

    def _call(self, operation: str, *, record: str = "", saves: bool = False, remote: str = "") -> Call:
        return Call(
            operation=operation,
            remote=remote or self._address.endpoint,
            saves=saves,
            record=record,
            answer_limit=self._answer_limit,
            table=self._table,
            credentials=self._credentials,
        )

    async def _send(
        self,
        message: bytes,
        operation: OperationShape,
        call: Call,
        *,
        before_send: BeforeSend | None = None,
    ) -> Answer:
        if self._authentication.uses_username_token:
            message = with_username_token(message, self._credentials)
        return await self._gateway.post(
            message,
            soap_action=operation.soap_action,
            authorization=self._basic(),
            call=call,
            before_send=before_send,
        )

    def _basic(self) -> str | None:
        return self._credentials.basic() if self._authentication.uses_basic else None

    async def _document(self, url: str) -> bytes:
        """A WSDL or schema. An answer that is none and will not pass by itself is a ConfigurationError."""
        call = self._call("wsdl", remote=url)
        try:
            answer = await self._gateway.get(url, authorization=self._basic(), call=call)
            return read_document(answer, call=call)
        except (RetryLater, CredentialsRefused, NotAuthorised, ConfigurationError):
            raise
        except PeopleSoftError as unusable:
            raise call.error(
                ConfigurationError, unusable.what, said=unusable.said, messages=unusable.messages
            ) from unusable


def check_sendable(credentials: Credentials, authentication: Authentication) -> None:
    """Raise ConfigurationError for an operator or password that this way of telling them cannot carry."""
    if authentication.uses_basic and ":" in credentials.operator:
        raise ConfigurationError("HTTP Basic cannot carry an operator with a colon in it")
    for what, text in (("operator", credentials.operator), ("password", credentials.password)):
        if _UNSENDABLE.search(text):
            raise ConfigurationError(f"the {what} has characters that cannot be sent")


def _offered(operation: OperationShape | None, verb: str) -> OperationShape:
    if operation is None:
        raise ConfigurationError(
            f"the site's component interface offers no {verb}",
            remedy=f"Publish the {verb} operation of the component interface and export its WSDL again.",
        )
    return operation


def _improbable_keys(operation: OperationShape) -> dict[str, Value]:
    """One character key, and all required ones, with a value no component has."""
    keys: dict[str, Value] = {}
    for shape in operation.request.properties():
        if shape.kind is PropertyKind.CHAR and (shape.required or not keys):
            keys[shape.name] = "~" * min(shape.max_length or 5, 5)
    return keys
