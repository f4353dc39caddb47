"""HTTP to a site's integration gateway: one POST or GET, its answer bounded in time and size.

Knows one thing no status tells: whether the first byte of the body had gone out when a call failed.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeAlias

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload

from peoplesoft.call import Answer, Call
from peoplesoft.errors import ConfigurationError, PeopleSoftError, RetryLater

_CHUNK = 65_536
_LONGEST_WAIT_SECONDS = 86_400.0

BeforeSend: TypeAlias = Callable[[], None]
"""Called once, right before the first byte of a body is written: the connection is there, nothing is awaited
in between. What it raises keeps the body from being sent.
"""
_UNTRUSTED = aiohttp.ClientSSLError | aiohttp.ServerFingerprintMismatch | ssl.SSLError


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds: `connect` until a connection is there (waiting for a free one included), `whole` for the
    whole call.

    The settle time after an unknown outcome must be longer than the site's server may still work on after
    `whole`.
    """

    connect: float = 10.0
    whole: float = 60.0


class Gateway:
    """The HTTP side of one site. Follows no redirect and repeats nothing."""

    def __init__(
        self, *, endpoint: str, session: aiohttp.ClientSession, timeouts: Timeouts, answer_limit: int
    ) -> None:
        self._endpoint = endpoint
        self._session = session
        self._timeout = aiohttp.ClientTimeout(
            total=timeouts.whole, connect=timeouts.connect, sock_connect=timeouts.connect
        )
        self._answer_limit = answer_limit

    async def post(
        self,
        message: bytes,
        *,
        soap_action: str,
        authorization: str | None,
        call: Call,
        before_send: BeforeSend | None = None,
    ) -> Answer:
        """Send a SOAP 1.1 message. Raises RetryLater or ConfigurationError if nothing of it was sent.

        What `before_send` raises comes out as it is, and nothing of the message was sent.
        """
        headers = {
            "Content-Type": "text/xml; charset=UTF-8",
            "SOAPAction": f'"{soap_action}"',
            **common_headers(authorization),
        }
        body = _Body(message, before_send=before_send)
        return await self._request("POST", self._endpoint, headers=headers, body=body, call=call)

    async def get(self, url: str, *, authorization: str | None, call: Call) -> Answer:
        """Fetch a document of the connector."""
        headers = common_headers(authorization)
        return await self._request("GET", url, headers=headers, body=None, call=call)

    async def _request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: _Body | None,
        call: Call,
    ) -> Answer:
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                return Answer(
                    status=response.status,
                    body=await self._read(response),
                    retry_after=seconds_to_wait(response.headers),
                )
        except (aiohttp.ClientError, OSError, ValueError) as failure:  # time-outs are OSErrors
            if body is not None and body.withheld is not None:
                raise body.withheld from None
            raise broken_call(failure, body, call) from failure

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """The body, or its first bytes up to one over the limit."""
        received = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            received += chunk
            if len(received) > self._answer_limit:
                response.close()
                break
        return bytes(received[: self._answer_limit + 1])


def common_headers(authorization: str | None) -> dict[str, str]:
    """What every request carries."""
    # No compression: an answer's size is bounded as it is sent.
    headers = {"Accept-Encoding": "identity"}
    return headers if authorization is None else {**headers, "Authorization": authorization}


def broken_call(failure: Exception, body: _Body | None, call: Call) -> PeopleSoftError:
    """The error for a call that ended without an answer."""
    said = str(failure) or type(failure).__name__
    sent = body is not None and body.begun
    if not sent and isinstance(failure, _UNTRUSTED | ValueError):
        # A ValueError is a URL or header that cannot be sent at all.
        return call.error(ConfigurationError, "no call to the gateway is possible", said=said)
    if body is not None and not sent:
        return call.error(RetryLater, "the gateway was not reached; nothing was sent", said=said)
    late = isinstance(failure, TimeoutError)
    return call.unclear(RetryLater, "no answer in time" if late else "the connection broke", said=said)


class _Body(Payload):
    """A request body that remembers whether it began to be written, and asks before it does."""

    _value: bytes

    def __init__(self, value: bytes, *, before_send: BeforeSend | None = None) -> None:
        super().__init__(value, content_type="text/xml")
        self._size = len(value)
        self.begun = False
        self.withheld: Exception | None = None
        self._before_send = before_send

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return self._value.decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        try:
            if self._before_send is not None:
                self._before_send()
        except Exception as withheld:
            self.withheld = withheld
            raise
        self.begun = True
        for start in range(0, len(self._value), _CHUNK):
            await writer.write(self._value[start : start + _CHUNK])


def seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds; None where it is missing, unreadable or more than a day: nobody waits that long.

    A date is taken against the answer's own Date, so that no two clocks need to agree.
    """
    given = headers.get("Retry-After", "").strip()
    if given.isascii() and given.isdigit():
        seconds = float(given[:9])
    else:
        until, now = _http_date(given), _http_date(headers.get("Date", ""))
        if until is None or now is None:
            return None
        seconds = max((until - now).total_seconds(), 0.0)
    return seconds if seconds <= _LONGEST_WAIT_SECONDS else None


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
