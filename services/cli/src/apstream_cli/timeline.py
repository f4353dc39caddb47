"""The steps of an invoice, from the audit of all services: what was done, when, how long after the one before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ap_domain.audit import AuditEvent

__all__ = ["Moment", "timeline"]

Detail = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One step, or ``times`` equal ones in a row. ``after`` is the time since the step before it."""

    at: datetime
    until: datetime
    after: timedelta
    times: int
    service: str
    words: str


def timeline(events: Sequence[AuditEvent]) -> tuple[Moment, ...]:
    """In order of time; repeats of one thing (tried again, asked again) are one moment."""
    moments: list[Moment] = []
    for event in events:
        words = _words(event)
        last = moments[-1] if moments else None
        if last is not None and (last.words, last.service) == (words, event.service):
            moments[-1] = Moment(
                at=last.at,
                until=event.at,
                after=last.after,
                times=last.times + 1,
                service=last.service,
                words=words,
            )
            continue
        after = event.at - last.until if last is not None else timedelta()
        moments.append(
            Moment(at=event.at, until=event.at, after=after, times=1, service=event.service, words=words)
        )
    return tuple(moments)


def _words(event: AuditEvent) -> str:
    say = _ACTIONS.get(event.action)
    if say is not None:
        return say(event.detail)
    detail = ", ".join(f"{name} {value}" for name, value in event.detail.items())
    return f"{event.action}: {detail}" if detail else event.action


def _because(words: str) -> Callable[[Detail], str]:
    return lambda detail: f"{words}: {detail['reason']}" if detail.get("reason") else words


def _notified(detail: Detail) -> str:
    source = {"webhook": "webhook from Basware", "sweep": "found by the sweep of Basware's waiting documents"}
    return source.get(detail.get("source", ""), f"notified by {detail.get('source', 'somebody')}")


def _fetched(words: str) -> Callable[[Detail], str]:
    return lambda detail: (
        f"{words} (fetch {detail.get('fetch', '?')}, {detail.get('status', 'status unknown')})"
    )


def _started(detail: Detail) -> str:
    more = "; ".join(f"{name}: {value}" for name, value in detail.items() if name != "natural key")
    return f"no voucher in PeopleSoft; creating {detail.get('natural key', '')}{f' ({more})' if more else ''}"


def _voucher(words: str) -> Callable[[Detail], str]:
    def say(detail: Detail) -> str:
        made = f"{words} voucher {detail.get('business unit', '?')}/{detail.get('voucher', '?')}"
        status = f", entry status {detail['status']}" if detail.get("status") else ""
        warnings = f"; PeopleSoft warned: {detail['warnings']}" if detail.get("warnings") else ""
        return made + status + warnings

    return say


def _reported(detail: Detail) -> str:
    outcome = "posted" if detail.get("success") == "true" else "not transferred"
    return f"reported to Basware as {outcome}: {detail.get('message', '')}"


def _payment_seen(words: str) -> Callable[[Detail], str]:
    return lambda detail: (
        f"{words} {detail.get('voucher', '?')} {detail.get('standing', '?')}, {detail.get('paid', '?')} paid"
    )


def _payment_reported(detail: Detail) -> str:
    held = ", payment blocked" if detail.get("block") == "true" else ""
    settled = ", settled" if detail.get("settled") == "true" else ""
    return f"told Basware of its payment: {detail.get('paid', '?')} paid{held}{settled}: {detail.get('message', '')}"


def _commanded(word: str) -> Callable[[Detail], str]:
    return lambda detail: (
        f"{detail.get('action', 'command').replace('_', ' ')} by {detail.get('by', '?')} {word}"
        f" (reason: {detail.get('reason', '')}): {detail.get('said', '')}"
    )


_ACTIONS: dict[str, Callable[[Detail], str]] = {
    "notified": _notified,
    "repeated notification": lambda _: "the same webhook once more; nothing to do",
    "published": _fetched("document fetched from Basware"),
    "fetched, unchanged": lambda _: "document fetched again, unchanged",
    "received": _fetched("taken up for posting"),
    "not found in Basware": _because("Basware does not know it"),
    "handed over": lambda detail: (
        f"handed over to {detail.get('to', '?')}, which serves company {detail.get('companyCode', '?')}"
    ),
    "newer fetch": _fetched("newer fetch"),
    "repeated fetch": _fetched("the same fetch once more"),
    "not offered to us": _fetched("not offered for transfer"),
    "offered again": _fetched("offered again; its voucher is looked at"),
    "offered again, same content": _fetched("offered again with the same content; its voucher is looked at"),
    "newer fetch waits": _fetched("a newer fetch waits"),
    "transferred again": _fetched("transferred again in Basware"),
    "withdrawn in Basware": _fetched("withdrawn in Basware"),
    "acknowledged": lambda _: "acknowledged to Basware",
    "started": _started,
    "voucher gone": lambda detail: f"voucher {detail.get('voucher', '?')} is {detail.get('reason', 'gone')}",
    "voucher stands": lambda detail: f"voucher {detail.get('voucher', '?')} stands; its number is told again",
    "duplicate": lambda detail: (
        f"the same invoice as {detail.get('of', '?')}, which is voucher {detail.get('voucher', '?')}"
    ),
    "rehearsed": lambda detail: f"tried out only (shadow mode): {detail.get('outcome', '')}",
    "posted": _voucher("created"),
    "adopted": _voucher("found in PeopleSoft, made by us:"),
    "adopted by the connection's rule": _voucher(
        "found in PeopleSoft, taken as ours by the connection's rule:"
    ),
    "reported": _reported,
    "confirmed": lambda _: "confirmed by Basware",
    "return confirmed": lambda _: "Basware confirmed that it went back",
    "linked": _voucher("a person named it, PeopleSoft shows that it can be:"),
    "not linked": _because("the voucher that was named cannot stand for it"),
    "payment seen": _payment_seen("PeopleSoft shows voucher"),
    "payment of another voucher": _payment_seen("PeopleSoft shows a voucher that is not its own:"),
    "payment reported": _payment_reported,
    "payment confirmed": lambda _: "Basware confirmed the word on its payment",
    "payment overtaken": lambda _: "Basware dropped the word on its payment for a later one; told again",
    "payment refused": _because("Basware did not take the word on its payment"),
    "taken by another consumer": _because("acknowledged by somebody else"),
    "rejected": _because("refused"),
    "refused after doubt": _because("refused; PeopleSoft is asked before anybody is told"),
    "not sent": _because("not sent after all"),
    "asked again": _because("asked again"),
    "too late": _because("an answer came too late to matter"),
    "retry": _because("tried again later"),
    "looked": _because("asked PeopleSoft"),
    "in doubt": _because("outcome unknown"),
    "not happened": _because("proven not to have been created"),
    "parked": _because("parked for a person"),
    "stopped": _because("flow stopped"),
    "discarded": _because("closed by hand"),
    "command applied": _commanded("carried out"),
    "command refused": _commanded("REFUSED"),
}
