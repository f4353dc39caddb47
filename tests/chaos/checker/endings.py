"""How far an invoice came, by the latest entry of its ledgers: what it ended as, or what it still waits for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .evidence import Case
from .records import DESIRED_STATE, FETCHES, Json

POSTED = ("confirmed", "paid")
OVERDUE = timedelta(seconds=60)
"""Something due for so long is done by nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """`name` is posted, returned, duplicate, parked, discarded, withdrawn or waiting; `problem` says what is wrong with
    it for something that is at rest.
    """

    name: str
    reason: str = ""
    problem: str = ""


def ending(case: Case, entry: Json, *, now: datetime) -> Ending:
    """How an invoice ended, by its entry in peoplesoft.vouchers."""
    phase, step, reason = entry["phase"], entry["step"], entry["reason"]
    if phase == "final":
        if step in POSTED:
            return Ending(name="posted")
        if step == "returned":
            return Ending(name="duplicate" if _is_duplicate(case, entry) else "returned", reason=reason)
        if step in ("withdrawn", "discarded"):
            return Ending(name=step, reason=reason)
        return Ending(name=step, problem=f"it is final at {step!r}, which is no end")
    if phase == "parked":
        return Ending(name="parked", reason=reason, problem="" if reason else "it is parked without a reason")
    return _unfinished(case, entry, now=now)


def fetch_ending(case: Case, entry: Json, *, now: datetime) -> Ending:
    """How the fetching of a document ended, by its entry in ledger.documents."""
    if entry["phase"] == "final":
        return Ending(name="fetched", reason=entry["reason"])
    if entry["phase"] == "parked":
        reason = entry["reason"]
        return Ending(name="parked", reason=reason, problem="" if reason else "it is parked without a reason")
    return _unfinished(case, entry, now=now)


def _unfinished(case: Case, entry: Json, *, now: datetime) -> Ending:
    phase, due = entry["phase"], entry["due"]
    stop = entry["stop"]
    reason = entry["reason"] or (stop["reason"] if stop else "")
    where = f"{phase} at {entry['step']!r}"
    problem = ""
    if phase in ("started", "in_doubt"):
        problem = f"it is {where}: nobody has settled it"
    elif not reason and not held_flows(case):
        problem = f"it is {where}, and no reason says why"
    elif due is not None and now - due > OVERDUE and not held_flows(case):
        problem = f"it is {where}, due since {due:%H:%M:%S} and nobody acts ({reason})"
    return Ending(name="waiting", reason=reason, problem=problem)


def held_flows(case: Case) -> list[str]:
    """The flows of the connection that people or services hold; work of theirs waits."""
    states = case.latest(DESIRED_STATE).values()
    return sorted(each["flow"] for each in states if each.get("state", "running") != "running")


def _is_duplicate(case: Case, entry: Json) -> bool:
    """Whether the last thing that led to the return was that another document has the voucher."""
    said = [each for each in case.actions(entry["body"]["invoice_id"]) if each in ("duplicate", "rejected")]
    return "duplicate" in said[-2:]


def fetches(case: Case) -> dict[str, Json]:
    """The latest entries of ledger.documents by document id."""
    return {each["body"]["invoice_id"]: each for each in case.latest(FETCHES).values()}
