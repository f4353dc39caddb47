"""One HTTP exchange: bounded in time and size, its failures told apart by whether anything was sent."""

import io
from dataclasses import dataclass

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL

from basware._call import Call
from basware.errors import BaswareError
from basware.limits import Limits

_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer, whole."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def request_id(self) -> str | None:
        """Basware's id of the request, by which `request_status` is asked and their support finds it."""
        found = self.headers.get("x-amzn-RequestId", "").strip()
        return found if 0 < len(found) <= 128 and found.isprintable() else None

    @property
    def is_markup(self) -> bool:
        """Whether the body is HTML or XML: a proxy, a sign-on page or a storage service, not the API."""
        return self.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


class Transport:
    """Sends requests through the caller's aiohttp session and never follows a redirect by itself."""

    def __init__(self, *, session: aiohttp.ClientSession, limits: Limits) -> None:
        # The session's own credentials would travel to the redirect's origin as well.
        if session.auth is not None or "Authorization" in session.headers:
            raise ValueError("the session must not carry an Authorization of its own")
        self._session = session
        self._timeout = aiohttp.ClientTimeout(
            total=limits.total, connect=limits.connect, sock_connect=limits.connect, sock_read=limits.read
        )

    async def exchange(
        self,
        *,
        call: Call,
        method: str,
        url: URL,
        headers: dict[str, str],
        max_bytes: int,
        body: bytes | None = None,
    ) -> Answer:
        """The answer to one request, whatever its status.

        Raises `RetryLater` when no connection came about or a read's answer was lost, `OutcomeUnknown`
        when a write's answer was lost, `ProtocolError` for what is not HTTP or longer than `max_bytes`.
        """
        # aiohttp's errors name addresses and headers, which hold secrets: they are described, not chained.
        failure: BaswareError
        try:
            async with self._session.request(
                method,
                url,
                headers=headers,
                # A stream is sent in parts, so that a long one lets others run.
                data=None if body is None else io.BytesIO(body),
                allow_redirects=False,
                raise_for_status=False,
                timeout=self._timeout,
            ) as response:
                content = bytearray()
                async for chunk in response.content.iter_chunked(_CHUNK):
                    content += chunk
                    if len(content) > max_bytes:
                        response.close()
                        break
                else:
                    return Answer(status=response.status, headers=response.headers, body=bytes(content))
                failure = call.too_large(max_bytes, status=response.status)
        except aiohttp.ClientConnectorCertificateError as exc:
            failure = call.not_sent(
                f"the certificate is not accepted ({type(exc.certificate_error).__name__})",
                advice="Check the host name and the trusted certificates of this machine.",
            )
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as exc:
            failure = call.not_sent(f"no connection ({type(exc).__name__}{_errno(exc)})")
        except aiohttp.InvalidURL:
            failure = call.protocol_error("an address that cannot be used")
        except aiohttp.ClientResponseError as exc:
            failure = call.protocol_error(f"the answer is not HTTP ({type(exc).__name__})")
        except TimeoutError:
            failure = call.answer_lost("no whole answer within the time allowed")
        except aiohttp.ClientError as exc:
            failure = call.answer_lost(f"the connection broke before the whole answer ({type(exc).__name__})")
        raise failure


def _errno(exc: BaseException) -> str:
    reason = getattr(exc, "os_error", None)
    return f", {reason.strerror}" if isinstance(reason, OSError) and reason.strerror else ""
