"""Bad moments of both vendors that are about nobody in particular: throttled, away, slow, half an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .away import Held
from .desk import Desk, Order
from .watch import FLOWS

BUSY: dict[str, Any] = {"status": 429, "body": {"message": "Too Many Requests"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """What goes wrong, for `seconds` at most."""

    name: str
    basware: tuple[Order, ...] = ()
    peoplesoft: tuple[Order, ...] = ()
    seconds: float = 8.0


def _basware(name: str, operation: str, kind: str, *, times: int = 4, **params: Any) -> Weather:
    order = {"operation": operation, "kind": kind, "times": times, "params": params}
    return Weather(name=f"Basware: {name}", basware=(order,))


def _peoplesoft(name: str, kind: str, *, operation: str = "any", times: int = 4, **params: Any) -> Weather:
    order = {"operation": operation, "kind": kind, "times": times, "params": params}
    return Weather(name=f"PeopleSoft: {name}", peoplesoft=(order,))


def _window(name: str, kind: str, seconds: float) -> Weather:
    order = {"kind": kind, "window": {"seconds": seconds}}
    return Weather(name=f"PeopleSoft: {name}", peoplesoft=(order,), seconds=seconds + 1)


ALL: tuple[Weather, ...] = (
    _basware("429", "any", "status", **BUSY),
    _basware("429 with Retry-After", "any", "status", **BUSY, headers={"Retry-After": "1"}),
    _basware("500 before", "any", "status", status=500),
    _basware("500 after the acknowledge", "acknowledge", "status", status=500, processed=True),
    _basware("502 after the report", "transferResponses", "status", status=502, processed=True),
    _basware("503 after the payment", "paymentResponses", "status", status=503, processed=True),
    _basware("payment's answer dropped", "paymentResponses", "drop_after", times=2),
    _basware("acknowledge dropped", "acknowledge", "drop_after", times=3),
    _basware("report dropped", "transferResponses", "drop_after", times=3),
    _basware("report dropped before", "transferResponses", "drop_before", times=3),
    _basware("pages instead of documents", "get_document", "html"),
    _basware("half documents", "get_document", "truncated"),
    _basware("empty documents", "get_document", "empty"),
    _basware("pages instead of statuses", "requestStatus", "html"),
    _basware("empty statuses", "requestStatus", "empty"),
    _basware("slow", "any", "delay_seconds", times=6, seconds=1.5),
    _basware("token expired at a report", "transferResponses", "expired_token"),
    _basware("no token", "token", "status", times=2, status=503),
    _basware("suppliers dropped", "import_vendors", "drop_after", times=2),
    _basware("suppliers 500", "import_vendors", "status", times=2, status=500, processed=True),
    _peoplesoft("429", "throttled"),
    _peoplesoft("429 with Retry-After", "throttled", retry_after="1"),
    _peoplesoft("500", "status", times=3),
    _peoplesoft("error pages", "html_error"),
    _peoplesoft("slow", "delay_seconds", times=6, seconds=1.5),
    _peoplesoft("slow answers", "slow_answer", times=6, seconds=1.5),
    _peoplesoft("finds empty", "empty", operation="find"),
    _peoplesoft("finds truncated", "truncated", operation="find"),
    _peoplesoft("gets empty", "empty", operation="get", times=2),
    _peoplesoft("queries empty", "empty", operation="query"),
    _peoplesoft("queries truncated", "truncated", operation="query"),
    _peoplesoft("queries 500", "status", operation="query"),
    _peoplesoft("sign-on page", "html_login", operation="find", times=1),
    _window("away, 503", "refuse_503", 5),
    _window("away, reset", "reset_before", 5),
    _window("away, dropped", "drop_before", 4),
)
_STOPPED_WITHIN = 12.0
_OUTAGE, _THROTTLE = 5, 6.0


async def bad_moment(desk: Desk) -> None:
    """One of all, until it was met as often as it was ordered or its time is up."""
    weather = desk.chance.choice(ALL)
    async with desk.fault(weather.name, basware=weather.basware, peoplesoft=weather.peoplesoft):
        await desk.until_met(weather.seconds)


async def outage(desk: Desk) -> None:
    """Basware's tenant is away: refused by the gateway, or no answer at all."""
    order: Mapping[str, Any] = desk.chance.choice(
        (
            {"kind": "503"},
            {"kind": "503", "retry_after": 1},
            {"kind": "drop"},
            {"kind": "drop", "origin": "documents"},
        )
    )
    async with desk.fault(f"Basware: outage {order}"):
        await desk.customer.basware.post(
            "outage", {"tenant": desk.customer.tenant_id, "seconds": _OUTAGE, **order}
        )
        await desk.patience(_OUTAGE)


async def throttled(desk: Desk) -> None:
    """Basware allows less than we would like."""
    async with desk.fault("Basware: three calls a second"):
        await desk.customer.tenant(calls_per_second=3, throttle_retry_after=desk.chance.choice((None, 1)))
        await desk.patience(_THROTTLE)


async def slow_site(desk: Desk) -> None:
    """Every call of PeopleSoft takes most of a second."""
    async with desk.fault("PeopleSoft: 700 ms"):
        await desk.customer.site(latency_ms=700)
        await desk.patience(_THROTTLE)


async def tokens_revoked(desk: Desk) -> None:
    """All tokens of the tenant end at once."""
    async with desk.fault("Basware: tokens revoked"):
        await desk.customer.basware.post("tokens/revoke", {"tenant": desk.customer.tenant_id})


async def wrong_password(desk: Desk) -> None:
    """Somebody applies a wrong password; the flow stops, and the right one is applied."""
    async with desk.weather:
        if desk.held:
            raise Held
        with desk.doing("fault", name="wrong password"):
            try:
                await desk.password(right=False)
                await desk.patience(_STOPPED_WITHIN, until=lambda: _stopped(desk))
            finally:
                await right_password(desk)


async def right_password(desk: Desk) -> None:
    """The right password is applied, and then the operator unlocked: until it is, services go on trying the wrong one.
    While Kafka is away the person on duty does it later.
    """
    await desk.password(right=True)
    await unlock(desk)


async def unlock(desk: Desk) -> None:
    """The operator's failed logins are forgotten."""
    order = {"node": desk.customer.node, "operator": desk.customer.spec.operator, "locked": False}
    await desk.customer.peoplesoft.post("operators", order)


async def pause(desk: Desk) -> None:
    """A person pauses a flow for a while."""
    flow = desk.chance.choice(
        ("basware", "peoplesoft", "ingress-documents", "voucher-poster", "masterdata", "payments")
    )
    async with desk.weather:
        if desk.held:
            raise Held
        try:
            await desk.flow("pause", flow)
            await desk.patience(desk.chance.uniform(2, 5))
        finally:
            await desk.flow("resume", flow)


SORTS = (
    (bad_moment, 16),
    (outage, 2),
    (throttled, 1),
    (slow_site, 1),
    (tokens_revoked, 1),
    (wrong_password, 1),
    (pause, 1),
)
"""With how often each comes."""


async def pass_over(desk: Desk) -> None:
    """One sort of weather, by chance."""
    sorts, weights = zip(*SORTS, strict=True)
    (sort,) = desk.chance.choices(sorts, weights)
    await sort(desk)


def _stopped(desk: Desk) -> bool:
    return any(each["state"] == "stopped" for each in desk.watch.entries(FLOWS, desk.customer.id))
