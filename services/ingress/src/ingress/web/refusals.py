"""The answers that are not 200: counted, logged, and in words that tell a stranger nothing."""

import structlog
from aiohttp import web

from ingress.web import metrics

LOGGER = "ingress.web.refusals"
RETRY_AFTER = "1"
"""Seconds; Basware's own schedule of repeats is not published."""

COUNTED = web.ResponseKey("counted", bool)
"""On every answer made here: the server counts the refusals that never came to a handler."""

log = structlog.get_logger(LOGGER)

_TEXTS = {
    401: "signature required",
    408: "request too slow",
    413: "body too large",
    415: "send the body as it is",
}


def refuse(connection: str, status: int, reason: str, *, detail: str) -> web.Response:
    """A refusal that sending again will not change. Only a 400 tells its detail to the sender: by then the signature
    has proved who it is, or the request is no HTTP."""
    count(connection, reason)
    log.warning("webhook refused", connection=connection, status=status, reason=reason, detail=detail)
    answer = web.Response(status=status, text=_TEXTS.get(status, detail))
    answer[COUNTED] = True
    return answer


def later(connection: str, reason: str, *, detail: str) -> web.Response:
    """The sender is asked to send it again."""
    count(connection, reason)
    log.warning("webhook to be sent again", connection=connection, reason=reason, detail=detail)
    answer = web.Response(status=503, text="try again", headers={"Retry-After": RETRY_AFTER})
    answer[COUNTED] = True
    return answer


def count(connection: str, reason: str) -> None:
    """One more refusal; `connection` is UNKNOWN for what is not known to be one."""
    metrics.REFUSED.labels(connection, reason).inc()
