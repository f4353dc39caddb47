"""The client of the eSettlements payment inquiry: what was paid between two days.

The resource and its fields are documented (reference on PeopleSoft, section 6.1); the shape of its JSON is not, so it
is an assumption: the request is one object of the documented input fields, and each row of the answer is an object
that has `oInvoiceID`, wherever in the answer it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import TracebackType
from typing import Final, Self

import aiohttp

from peoplesoft.address import GatewayAddress
from peoplesoft.call import Call
from peoplesoft.client import KEEP_ALIVE_SECONDS, check_sendable
from peoplesoft.credentials import Authentication, Credentials
from peoplesoft.errors import ConfigurationError, NeedsPerson, ProtocolError
from peoplesoft.gateway import common_headers
from peoplesoft.inquiry_rows import PaymentInquiryRow, inquiry_request, read_inquiry
from peoplesoft.json_answers import first_of_json
from peoplesoft.outcomes import OutcomeTable
from peoplesoft.streamed import QueryTimeouts, streamed

_RESOURCE: Final = "esfetchpaymentinquiry"
_REMEDIES: Final = {
    ConfigurationError: "Compare the root of the eSettlements services in the connection with the site's; the "
    "application services must be deployed and the operator allowed to call them.",
    NeedsPerson: "Read the message; call the service from PeopleSoft's service tester with the same days.",
    ProtocolError: "Call the service from PeopleSoft's service tester with the same days and compare; ask for a "
    "shorter time where an answer is cut.",
}


class PaymentInquiryClient:
    """Asks one site's `esfetchpaymentinquiry`. HTTP Basic always; a read, so every error leaves no doubt.

    `root` is the address the resources stand under, below /PSIGW of the gateway. An answer is held whole, up to
    `answer_limit` bytes. Without a `session` the client opens one and `close` ends it. Raises ConfigurationError for
    an address that cannot be.
    """

    def __init__(
        self,
        *,
        base_url: str,
        root: str,
        credentials: Credentials,
        session: aiohttp.ClientSession | None = None,
        timeouts: QueryTimeouts | None = None,
        outcome_table: OutcomeTable | None = None,
        answer_limit: int = 20_000_000,
    ) -> None:
        check_sendable(credentials, Authentication.BASIC)
        self._url = GatewayAddress(base_url=base_url, node="").resource_url(root, _RESOURCE)
        self._own_session = session is None
        self._session = session or aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(keepalive_timeout=KEEP_ALIVE_SECONDS)
        )
        self._credentials = credentials
        self._timeouts = timeouts or QueryTimeouts()
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

    async def payments(self, start: date, end: date, *, record: str = "") -> tuple[PaymentInquiryRow, ...]:
        """The payments from `start` to `end`, both included; all of them or an error.

        Raises the errors of a read in `peoplesoft.errors`: ProtocolError also where fewer rows came than the rows say
        there are.
        """
        call = Call(
            operation=f"payment inquiry {start} to {end}",
            remote=self._url,
            saves=False,
            record=record,
            answer_limit=self._answer_limit,
            table=self._table,
            credentials=self._credentials,
            remedies=_REMEDIES,
            gives_rows=True,
        )
        return read_inquiry(await self._answer(inquiry_request(start, end), call), call)

    async def _answer(self, body: bytes, call: Call) -> bytes:
        headers: Mapping[str, str] = {
            **common_headers(self._credentials.basic()),
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        async with streamed(
            self._session, "POST", self._url, headers=headers, body=body, timeouts=self._timeouts, call=call
        ) as answer:
            whole = bytearray(await first_of_json(answer, call, begins=b"{["))
            while chunk := await answer.chunk():
                whole += chunk
        return bytes(whole)
