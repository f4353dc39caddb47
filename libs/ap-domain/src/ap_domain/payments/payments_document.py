"""Reading the `payments` section of a connection's document; everything wrong with it is said at once."""

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from ap_domain.mapping.section import Problems, Section
from ap_domain.masterdata.plain_settings import PROMPT, read_query, read_schedule
from ap_domain.masterdata.plan import QueryOwner, QueryRoute
from ap_domain.payments.picture import InstalmentState, Proof
from ap_domain.payments.plan import (
    InquiryPlan,
    PaymentPlan,
    PaymentPrompts,
    PaymentQueries,
    ReconciliationPlan,
)

__all__ = ["DEFAULT_SECTION", "parse_payments"]

DEFAULT_SECTION: Mapping[str, Any] = MappingProxyType(
    {
        "time_zone": "UTC",
        "changes": "*/10 * * * *",
        "full": "20 3 * * *",
        "sources": ["query"],
        "query_owner": "public",
        "route": "rest",
        "page_rows": 5000,
        "watermark_overlap_seconds": 900,
        "watch_settled_days": 120,
        "queries": {field.name: field.default for field in fields(PaymentQueries)},
        "prompts": {field.name: field.default for field in fields(PaymentPrompts)},
        "inquiry": None,
        "statuses": {"selection": {}, "payment": {}},
        "reconciliation": {"schedule": "45 5 * * *", "days": 35},
    }
)
"""What every section is laid over; its keys are those of the section."""

DEFAULT_INQUIRY: Mapping[str, Any] = MappingProxyType(
    {"root": None, "window_days": 7, "statuses": {"PAID": "paid", "SCHEDULED": "scheduled"}}
)

_ROOT = re.compile(r"[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*")
_LONGEST_CODE = 4
_OF_A_PAYMENT = frozenset(
    {
        InstalmentState.PAID,
        InstalmentState.ESCHEATED,
        InstalmentState.REOPENED,
        InstalmentState.CANCELLED,
        InstalmentState.UNKNOWN,
    }
)
"""What the status of a payment can make of the instalments it carried."""


def parse_payments(section: Mapping[str, object]) -> PaymentPlan:
    """The plan, checked; every key may be left out. Schedules are checked for their shape only: who knows cron checks
    the rest. Raises ConfigurationFault with all problems, each beginning with the key.
    """
    problems = Problems()
    values = {**DEFAULT_SECTION, **section}
    root = Section(values, known=frozenset(DEFAULT_SECTION), problems=problems, what="payments")
    statuses = _table(root, "statuses", DEFAULT_SECTION["statuses"])
    plan = PaymentPlan(
        time_zone=_time_zone(root),
        changes=_schedule(root, "changes"),
        full=_schedule(root, "full"),
        sources=_sources(root),
        query_owner=root.choice("query_owner", default=QueryOwner.PUBLIC),
        route=root.choice("route", default=QueryRoute.REST),
        page_rows=root.count("page_rows", default=5000, least=10, most=100_000),
        overlap=timedelta(
            seconds=root.count("watermark_overlap_seconds", default=900, least=0, most=86_400 * 7)
        ),
        watch_settled=timedelta(days=root.count("watch_settled_days", default=120, least=0, most=3650)),
        queries=_queries(root),
        prompts=_prompts(root),
        inquiry=_inquiry(root),
        reconciliation=_reconciliation(root),
        selection=_codes(statuses, "selection"),
        payment=_codes(statuses, "payment"),
    )
    _contradictions(root, plan)
    problems.finish(what="payments")
    return plan


def _contradictions(root: Section, plan: PaymentPlan) -> None:
    if Proof.INQUIRY in plan.sources and plan.inquiry is None:
        root.problem("sources", "names the inquiry, which needs inquiry.root: the address of its resources")
    if Proof.QUERY in plan.sources and plan.prompts.since is None and plan.changes is not None:
        root.problem(
            "changes", "cannot be read without a prompt: name it in prompts.since, or set changes to null"
        )


def _table(root: Section, name: str, default: Mapping[str, Any]) -> Section:
    """The table under a key, laid over the default."""
    value = root.values.get(name)
    if not isinstance(value, Mapping):
        root.problem(name, "must be a table of keys and values")
        value = {}
    return Section({**default, **value}, known=frozenset(default), problems=root.problems, path=root.at(name))


def _time_zone(root: Section) -> ZoneInfo:
    name = root.text("time_zone", default="UTC")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        root.problem("time_zone", f"is {name!r}, which is no time zone as in Europe/Berlin")
    return ZoneInfo("UTC")


def _schedule(section: Section, name: str) -> str | None:
    return read_schedule(section, name, check=None) or None


def _sources(root: Section) -> tuple[Proof, ...]:
    given = root.texts("sources")
    found = tuple(Proof(each) for each in dict.fromkeys(given) if each in set(Proof))
    if len(found) != len(given) or not found:
        root.problem("sources", f"must list one or both of {', '.join(Proof)}, the one that decides first")
    return found or (Proof.QUERY,)


def _queries(root: Section) -> PaymentQueries:
    table = _table(root, "queries", DEFAULT_SECTION["queries"])
    names = {
        name: read_query(table, table.at(name), table.values[name]) for name in DEFAULT_SECTION["queries"]
    }
    return PaymentQueries(**names)


def _prompts(root: Section) -> PaymentPrompts:
    default: Mapping[str, Any] = DEFAULT_SECTION["prompts"]
    table = _table(root, "prompts", default)
    names: dict[str, Any] = {name: table.values[name] for name in default}
    for name, value in names.items():
        if not (isinstance(value, str) and PROMPT.fullmatch(value)) and (name, value) != ("since", None):
            table.problem(name, "must be the unique prompt name of the queries")
    given = [str(value) for value in names.values() if value is not None]
    if len(set(given)) != len(given):
        root.problem("prompts", "must have different names")
    return PaymentPrompts(**names)


def _inquiry(root: Section) -> InquiryPlan | None:
    if root.values.get("inquiry") is None:
        return None
    table = _table(root, "inquiry", DEFAULT_INQUIRY)
    path = table.text("root").strip("/")
    if not _ROOT.fullmatch(path) or {".", ".."} & set(path.split("/")):
        table.problem(
            "root", "must be the path of the inquiry's resources below the base URL, without scheme and host"
        )
    statuses = table.choices("statuses", default=InstalmentState.UNKNOWN)
    return InquiryPlan(
        root=path,
        window=timedelta(days=table.count("window_days", default=7, least=1, most=366)),
        statuses={words.strip().upper(): state for words, state in statuses.items()},
    )


def _reconciliation(root: Section) -> ReconciliationPlan:
    table = _table(root, "reconciliation", DEFAULT_SECTION["reconciliation"])
    return ReconciliationPlan(
        schedule=_schedule(table, "schedule"), days=table.count("days", default=35, least=1, most=400)
    )


def _codes(statuses: Section, name: str) -> dict[str, InstalmentState]:
    codes = statuses.choices(name, default=InstalmentState.UNKNOWN)
    for code in codes:
        if len(code) > _LONGEST_CODE or code != code.strip():
            statuses.problem(name, f"has {code!r}; a code has at most {_LONGEST_CODE} characters")
        if name == "payment" and codes[code] not in _OF_A_PAYMENT:
            statuses.problem(f"payment.{code}", f"must be one of {', '.join(sorted(_OF_A_PAYMENT))}")
    return codes
