"""Requests to the API with a token, and reads that follow a redirect without it."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import quote

from yarl import URL

from basware import _redirect
from basware._call import Call
from basware._refusal import hidden, refusal, retry_after, stored_refusal, words
from basware._tokens import TokenSource
from basware._transport import Answer, Transport
from basware.errors import BaswareError, ErrorEntity

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a read brought: the final answer, and the API's own one if that redirected elsewhere."""

    final: Answer
    redirect: Answer | None = None

    def header(self, name: str) -> str | None:
        """A header of the final answer, else of the redirect: the storage service repeats some of them."""
        for answer in (self.final, self.redirect):
            value = answer.headers.get(name, "").strip() if answer else ""
            if value:
                return value
        return None


class Api:
    """One tenant's API: addresses, the token on each request, renewal, redirects."""

    def __init__(
        self, *, base_url: str, transport: Transport, tokens: TokenSource, max_redirects: int
    ) -> None:
        self._base_url = base_url
        self._transport = transport
        self._tokens = tokens
        self._max_redirects = max_redirects

    def call(self, operation: str, *, record: str | None = None, writes: bool = False) -> Call:
        """A call to this API, as its errors will describe it."""
        return Call(operation=operation, remote=URL(self._base_url).host or "", record=record, writes=writes)

    def url(self, *segments: str, query: dict[str, str] | None = None) -> URL:
        """An address under the base URL; ids are escaped whole, so none can leave its segment."""
        path = "/".join(quote(segment, safe="") for segment in segments)
        return URL(f"{self._base_url}/{path}", encoded=True).with_query(query or None)

    async def send(
        self,
        *,
        call: Call,
        method: str,
        url: URL,
        max_bytes: int,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        traceparent: str | None = None,
    ) -> Answer:
        """The API's answer, whatever its status; after a 401 or 403 once more with a renewed token."""
        sent = {"Accept": "application/json", **(headers or {})}
        if method == "POST":
            sent["Content-Type"] = "application/json"
        if traceparent is not None and _TRACEPARENT.fullmatch(traceparent):
            sent["traceparent"] = traceparent

        async def attempt(token: str) -> Answer:
            return await self._transport.exchange(
                call=call,
                method=method,
                url=url,
                headers={**sent, "Authorization": f"Bearer {token}"},
                body=body,
                max_bytes=max_bytes,
            )

        token = await self._tokens.current(record=call.record)
        answer = await attempt(token)
        if answer.status == 401 or (answer.status == 403 and not answer.is_markup):
            answer = await attempt(await self._tokens.renewed(rejected=token, record=call.record))
        return answer

    async def read(
        self,
        *,
        call: Call,
        url: URL,
        max_bytes: int,
        headers: dict[str, str] | None = None,
        traceparent: str | None = None,
    ) -> Reading:
        """The answer to a GET, behind its redirect if there is one.

        Basware answers document reads with a pre-signed address of another service, which refuses an
        Authorization (P2P OpenAPI 26.06). An answer of that service other than 200 is raised here.
        """
        first = await self.send(
            call=call, method="GET", url=url, max_bytes=max_bytes, headers=headers, traceparent=traceparent
        )
        answer, hops = first, 0
        while answer.status in _redirect.STATUSES:
            if hops == self._max_redirects:
                raise call.protocol_error(f"redirected more than {hops} times", status=answer.status)
            hops += 1
            url, call = _follow(answer, origin=url, call=call)
            answer = await self._transport.exchange(
                call=call,
                method="GET",
                url=url,
                headers={"Accept": "application/json"},
                max_bytes=max_bytes,
            )
        if answer is first:
            return Reading(final=answer)
        if answer.status != 200:
            raise stored_refusal(answer, call, now=datetime.now(UTC))
        return Reading(final=answer, redirect=first)

    def refusal(self, answer: Answer, call: Call) -> BaswareError:
        """The error for an answer of the API that is no success."""
        return refusal(answer, call, secrets=self._tokens.secrets, now=datetime.now(UTC))

    def words(self, answer: Answer, *, most: int) -> tuple[ErrorEntity, ...]:
        """Basware's words in a refusal, up to so many."""
        return tuple(words(hidden(answer.body, self._tokens.secrets), most=most))

    def retry_after(self, answer: Answer) -> float | None:
        """Seconds to wait as the answer asks for, None if it does not."""
        return retry_after(answer.headers.get("Retry-After"), now=datetime.now(UTC))


def _follow(answer: Answer, *, origin: URL, call: Call) -> tuple[URL, Call]:
    try:
        url = _redirect.target(answer.headers.get("Location"), origin=origin)
    except _redirect.BadRedirect as exc:
        raise call.protocol_error(str(exc), status=answer.status, request_id=answer.request_id) from None
    return url, replace(call, remote=url.host or "")
