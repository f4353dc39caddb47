"""Reading the `masterdata` section of a connection's document; everything wrong with it is said at once."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from ap_domain.mapping.rule_book import read_tables
from ap_domain.mapping.section import Problems, Section
from ap_domain.mapping.supplier_scheme import SupplierScheme
from ap_domain.masterdata.entity import import_rank
from ap_domain.masterdata.entity_section import EntityReader
from ap_domain.masterdata.plain_settings import read_companies, read_part
from ap_domain.masterdata.plan import EntityPlan, MasterDataPlan, QueryOwner, QueryRoute

__all__ = ["KEYS", "CheckSchedule", "default_document", "parse_masterdata"]

KEYS = frozenset(
    {
        "time_zone",
        "companies",
        "query_owner",
        "route",
        "page_rows",
        "watermark_overlap_seconds",
        "shrink_limit",
        "shrink_floor",
        "code_prefix",
        "tables",
        "entities",
    }
)
"""The keys of the section."""

CheckSchedule = Callable[[str], str | None]
"""What is wrong with a cron text, in words; None if nothing is."""

_LONGEST_PREFIX = 8


@cache
def default_document() -> Mapping[str, Any]:
    """What every section extends, as it is shipped beside this module."""
    text = files(__package__).joinpath("default_masterdata.yaml").read_text("utf-8")
    return MappingProxyType(yaml.safe_load(text))


def parse_masterdata(
    section: Mapping[str, object],
    *,
    check_schedule: CheckSchedule | None = None,
    scheme: SupplierScheme | None = None,
) -> MasterDataPlan:
    """The plan, checked. `time_zone`, `companies` and `entities` are required.

    `check_schedule` knows cron; without it only the shape of a schedule is looked at. `scheme` is the one of the
    connection's mapping, where what it needs can be checked too. Raises ConfigurationFault with all problems, each
    beginning with the key.
    """
    problems = Problems()
    root = Section(dict(section), known=KEYS, problems=problems, what="masterdata")
    tables = read_tables(root, default_document(), {})
    reader = EntityReader(
        default=default_document(),
        tables=tables,
        companies=read_companies(root),
        shrink_limit=read_part(root, "shrink_limit", default=Decimal("0.2")),
        shrink_floor=root.count("shrink_floor", default=10, least=0, most=1_000_000),
        check_schedule=check_schedule,
        scheme=scheme,
    )
    plan = MasterDataPlan(
        time_zone=_time_zone(root),
        query_owner=root.choice("query_owner", default=QueryOwner.PUBLIC),
        route=root.choice("route", default=QueryRoute.REST),
        page_rows=root.count("page_rows", default=5000, least=10, most=100_000),
        watermark_overlap_seconds=root.count(
            "watermark_overlap_seconds", default=600, least=0, most=86_400 * 7
        ),
        code_prefix=_prefix(root),
        entities=_entities(root, reader),
        tables=tables,
    )
    problems.finish(what="masterdata")
    return plan


def _entities(root: Section, reader: EntityReader) -> dict[str, EntityPlan]:
    value = root.values.get("entities")
    if not isinstance(value, Mapping) or not value:
        root.problem("entities", "must be a table of at least one entity")
        return {}
    found = [reader.read(root, name, value[name]) for name in value]
    plans = sorted((plan for plan in found if plan), key=lambda plan: (import_rank(plan.entity), plan.entity))
    return {plan.entity: plan for plan in plans}


def _time_zone(root: Section) -> ZoneInfo:
    name = root.text("time_zone")
    if not root.given("time_zone"):
        root.problem("time_zone", "is missing; it says when schedules fall due and which day it is")
        return ZoneInfo("UTC")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        root.problem("time_zone", f"is {name!r}, which is no time zone as in Europe/Berlin")
    return ZoneInfo("UTC")


def _prefix(root: Section) -> str:
    prefix = root.text("code_prefix")
    if len(prefix) > _LONGEST_PREFIX or not prefix.isascii() or {"~", "_"} & set(prefix):
        rule = f"must be at most {_LONGEST_PREFIX} ASCII characters without tilde and underscore"
        root.problem("code_prefix", rule)
    return prefix
