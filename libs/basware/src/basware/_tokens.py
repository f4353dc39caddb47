"""Access tokens: fetched with the client's credentials, kept until shortly before they expire."""

import asyncio
import base64
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from urllib.parse import quote, urlencode

from yarl import URL

from basware._call import Call
from basware._json import Json, NotJson, parse, text_of
from basware._refusal import refusal
from basware._transport import Answer, Transport
from basware.errors import BaswareError, CredentialsRefused, ProtocolError

_SHORTEST_LIFETIME = 300.0
_LONGEST_LIFETIME = 24 * 3600.0
_MAX_TOKEN = 16 * 1024


class TokenRenewal(StrEnum):
    """How a request for a token ended."""

    RENEWED = "renewed"
    REFUSED = "refused"
    """The client, its secret or its scopes are not accepted."""
    FAILED = "failed"
    """No token came: the endpoint is away, busy, or its answer is none."""


OnRenewal = Callable[[TokenRenewal], None]


class TokenSource:
    """One client's current token (`POST /v1/tokens`, grant client_credentials, Basic).

    One request at a time: callers that meet a running one wait for it and share its outcome, also its
    failure, so that a token endpoint that is away costs each of them one time-out and not a queue of them.
    """

    def __init__(
        self,
        *,
        transport: Transport,
        base_url: str,
        client_id: str,
        client_secret: str,
        scopes: tuple[str, ...],
        clock: Callable[[], float],
        renewal_margin: float,
        max_bytes: int,
        on_renewal: OnRenewal,
    ) -> None:
        self._transport = transport
        self._url = URL(f"{base_url}/v1/tokens", encoded=True)
        self._client_secret = client_secret
        self._basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode("ascii")
        form = {"grant_type": "client_credentials", "scope": " ".join(scopes)}
        self._form = urlencode(form, quote_via=quote).encode("ascii")
        self._clock = clock
        self._renewal_margin = renewal_margin
        self._max_bytes = max_bytes
        self._on_renewal = on_renewal
        self._lock = asyncio.Lock()
        self._token = ""
        self._renew_at = 0.0
        self._outcomes = 0
        self._failure: BaswareError | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not show in an error, should the remote echo it."""
        return tuple(s for s in (self._client_secret, self._basic, self._token) if s)

    async def current(self, *, record: str | None = None) -> str:
        """A token that has not expired by our clock."""
        return await self._get(rejected=None, record=record)

    async def renewed(self, *, rejected: str, record: str | None = None) -> str:
        """Another token than the one just rejected: a fresh one, or the one a neighbour fetched meanwhile."""
        return await self._get(rejected=rejected, record=record)

    async def _get(self, *, rejected: str | None, record: str | None) -> str:
        outcomes_before = self._outcomes
        async with self._lock:
            if self._token and self._token != rejected and self._clock() < self._renew_at:
                return self._token
            if self._outcomes != outcomes_before and self._failure is not None:
                raise self._failure.for_record(record)
            self._failure = None
            call = Call(operation="token", remote=self._url.host or "", record=record)
            try:
                await self._fetch(call)
            except BaswareError as failure:
                self._failure = failure
                refused = isinstance(failure, CredentialsRefused)
                self._on_renewal(TokenRenewal.REFUSED if refused else TokenRenewal.FAILED)
                raise
            finally:
                self._outcomes += 1
            self._on_renewal(TokenRenewal.RENEWED)
            return self._token

    async def _fetch(self, call: Call) -> None:
        asked_at = self._clock()
        answer = await self._transport.exchange(
            call=call,
            method="POST",
            url=self._url,
            headers={
                "Authorization": f"Basic {self._basic}",
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            body=self._form,
            max_bytes=self._max_bytes,
        )
        if answer.status != 200:
            raise self._refusal(answer, call)
        token, lifetime = _read(answer, call)
        self._token = token
        # Half the lifetime keeps the shortest-lived tokens usable whatever the margin.
        self._renew_at = asked_at + lifetime - min(self._renewal_margin, lifetime / 2)

    def _refusal(self, answer: Answer, call: Call) -> BaswareError:
        """A readable 4xx of the token endpoint is always about the client, its secret or its scopes."""
        error = refusal(answer, call, secrets=self.secrets, now=datetime.now(UTC))
        if answer.status not in {400, 401, 403, 422} or isinstance(error, ProtocolError):
            return error
        return CredentialsRefused(
            f"no token is given: {'; '.join(str(e) for e in error.entities[:3]) or 'no reason named'}",
            operation=call.operation,
            remote=call.remote,
            record=call.record,
            status=answer.status,
            request_id=error.request_id,
            entities=error.entities,
        )


def _read(answer: Answer, call: Call) -> tuple[str, float]:
    """Token and lifetime in seconds; the answer is never quoted, since it is a credential."""
    try:
        content = parse(answer.body)
    except NotJson as exc:
        raise call.protocol_error(f"the token answer is not JSON: {exc}", status=answer.status) from None
    if not isinstance(content, dict):
        raise call.protocol_error("the token answer is not an object", status=answer.status)
    token = text_of(content, "access_token")
    if (
        token is None
        or len(token) > _MAX_TOKEN
        or not token.isascii()
        or not token.isprintable()
        or " " in token
    ):
        raise call.protocol_error("the token answer holds no usable access_token", status=answer.status)
    kind = text_of(content, "token_type") or "Bearer"
    if kind.lower() != "bearer":
        raise call.protocol_error("the token is not a bearer token", status=answer.status)
    return token, _lifetime(content.get("expires_in"), answer, call)


def _lifetime(expires_in: Json, answer: Answer, call: Call) -> float:
    """`expires_in` in seconds, whatever the specification's text says: its own example token lives 3600 s.

    Absent, the shortest lifetime that Basware provisions is assumed; the longest one is the cap.
    """
    if expires_in is None:
        return _SHORTEST_LIFETIME
    if isinstance(expires_in, str) and expires_in.isascii() and expires_in.isdigit() and len(expires_in) < 12:
        expires_in = int(expires_in)
    if isinstance(expires_in, bool) or not isinstance(expires_in, int | Decimal) or expires_in <= 0:
        raise call.protocol_error("the token answer's expires_in is no duration", status=answer.status)
    return float(min(Decimal(expires_in), Decimal(int(_LONGEST_LIFETIME))))
